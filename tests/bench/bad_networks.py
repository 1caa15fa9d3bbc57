# SPDX-License-Identifier: Apache-2.0
"""./dev bench bad_networks: the sound path over bad networks in virtual time: speech from espeak-ng where it is installed, then parlour_bench_sound."""
import pathlib
import random
import shutil
import struct
import subprocess
import wave

VOICES = ["en-us", "en-us+f3", "en-gb", "en-gb+f2", "en-gb-scotland", "en-us+m3", "en-029", "en-gb-x-rp+f4"]
SENTENCES = [
    "The room opens at eight, and whoever comes early finds the kettle on.",
    "Could you say that again? I lost you for a second.",
    "We measured it twice, on a quiet line and on a bad one.",
    "Yes.",
    "I think the second answer is better, but only if nobody has to wait for it.",
    "She asked for thirty seconds, took five minutes, and nobody minded.",
    "Wait, go back.",
    "Every chair near the window was taken, so they stood and talked until the last train left.",
]
RATE = 22050


def make_voice(path):
    """Eight voices in turn, pauses of a conversation between them; about two minutes."""
    dice = random.Random(6)
    out = bytearray()
    scratch = path.with_suffix(".wav")
    for turn in range(32):
        subprocess.run(["espeak-ng", "-v", VOICES[turn % 8], "-s", "165", "-w", str(scratch),
                        SENTENCES[(turn + turn // 8) % 8]], check=True)
        with wave.open(str(scratch)) as w:
            assert (w.getframerate(), w.getnchannels(), w.getsampwidth()) == (RATE, 1, 2)
            sound = w.readframes(w.getnframes())
        peak = max(abs(v) for v in struct.unpack(f"<{len(sound) // 2}h", sound)) or 1
        out += struct.pack(f"<{len(sound) // 2}h", *(v * 16000 // peak for v in struct.unpack(f"<{len(sound) // 2}h", sound)))
        pause = dice.uniform(0.15, 0.6) if turn % 4 else dice.uniform(1.0, 3.0)
        out += bytes(2 * int(pause * RATE))
    scratch.unlink()
    path.write_bytes(out)


def command(args):
    """parlour_bench_sound with the voice."""
    words = [str(pathlib.Path(args.bin) / "parlour_bench_sound")]
    if shutil.which("espeak-ng"):
        voice = pathlib.Path(args.bin).parent / "bench_voice.s16"
        if not voice.exists():
            make_voice(voice)
        words += ["--voice", str(voice)]
    return words


def run(args):
    words = command(args) + (["--seeds", str(args.rounds)] if args.rounds else [])
    # First as our senders do it, then the plain stream: what frame length, copies and repeats are worth.
    for more in (["--frame", "auto", "--red", "auto", "--nack"], []):
        code = subprocess.run(words + more).returncode
        if code != 0:
            return code
    return 0
