#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Microphones and loudspeakers of any make, from 8 kHz with one channel to 192 kHz with eight: what is said into them is heard out of them.

Real PortAudio on a private PulseAudio, a virtual microphone and a virtual loudspeaker of each kind.
"""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import voices  # noqa: E402
import waveform  # noqa: E402
from lab import Lab, check  # noqa: E402
from sound import Recording, Sound  # noqa: E402

KINDS = ((8_000, 1), (44_100, 2), (96_000, 6), (192_000, 8))


def main():
    with Lab("device-rates") as lab:
        a, b = voices.two(lab)
        sound = Sound(lab)
        room = lab.server().create_room("All makes")
        people = []
        for rate, channels in KINDS:
            for end in ("in", "out"):
                made = sound.pactl("load-module", "module-null-sink", f"sink_name={end}{rate}", f"rate={rate}", f"channels={channels}", "norewinds=1")
                check(made.returncode == 0, f"the sound server makes a device of {rate} Hz with {channels} channels")
                lab.start(f"keep-{end}{rate}", ["sh", "-c", f"exec parec --latency-msec=10 -d {end}{rate}.monitor >/dev/null"])
            mouth = lab.join(room["links"]["speaker"], f"Mouth {rate}", capture=f"device:in{rate}.monitor", extra=["--unmute", "--no-processing"])
            ear = lab.join(room["links"]["listener"], f"Ear {rate}", playout=f"device:out{rate}")
            people.append((rate, channels, mouth, ear))
        for _, _, mouth, ear in people:
            mouth.expect("joined")
            ear.expect("joined")
        for rate, channels, _, _ in people:   # one after the other: everybody hears everybody
            heard = Recording(lab, f"out{rate}", lab.path(f"heard-{rate}.wav"))
            time.sleep(0.5)
            lab.start(f"say-{rate}", ["pacat", "--playback", "--latency-msec=20", "-d", f"in{rate}", "--file-format=wav", a]).wait(30)
            time.sleep(1)
            words = waveform.load(heard.stop())
            right, wrong = (waveform.contains(words, waveform.load(x)) for x in (a, b))
            check(right > 0.7 and wrong < 0.5, f"{rate} Hz, {channels} channels: heard {right:.2f} of the voice, {wrong:.2f} of another")


main()
