#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sound server dies (kill -9) and comes back: sound returns by itself within 1 s (issue 3, done 4; issue 6; R8).

Real PortAudio on a private PulseAudio: a voice goes into a virtual microphone, through the whole sound engine, and out of a
virtual loudspeaker whose monitor is recorded.
"""
import pathlib
import signal
import subprocess
import sys
import time

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lab import BIN, ROOT, Lab, check, needs, wait_for  # noqa: E402

LIMIT = 1.0
RATE = 48000


def voice(seconds):
    """Syllables of changing pitch, so that neither codec nor gate takes it for noise."""
    t = numpy.arange(int(RATE * seconds)) / RATE
    hz = 150 + 40 * numpy.sin(2 * numpy.pi * 0.7 * t)
    phase = 2 * numpy.pi * numpy.cumsum(hz) / RATE
    sound = sum(numpy.sin(k * phase) / k for k in range(1, 15)) * (0.6 + 0.4 * numpy.sin(2 * numpy.pi * 4 * t))
    return (sound / numpy.abs(sound).max() * 12000).astype("<i2").tobytes()


class Sound:
    def __init__(self, lab, loudspeakers=1, microphones=1):
        self.lab, self.dir = lab, lab.dir / "pulse"
        self.script = ROOT / "tests" / "support" / "pulse_lab.sh"
        self.call("start", loudspeakers, microphones)
        self.env = dict(line.split("=", 1) for line in (self.dir / "env").read_text().splitlines())
        self.helpers = []

    def call(self, command, *more):
        subprocess.run(["sh", str(self.script), command, str(self.dir), *map(str, more)], env=self.lab.env, check=True, timeout=30)

    def speak(self):
        raw = self.lab.dir / "voice.raw"
        if not raw.exists():
            raw.write_bytes(voice(40))
        self.helper(["pacat", "--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=1", "--device=feed0",
                     "--latency-msec=20", str(raw)])

    def listen(self, path):
        out = open(path, "wb")
        self.helper(["parec", "--raw", "--format=s16le", "--rate=48000", "--channels=1", "--device=speaker0.monitor",
                     "--latency-msec=10"], stdout=out)
        out.close()

    def helper(self, args, stdout=subprocess.DEVNULL):
        self.helpers.append(subprocess.Popen(args, env={**self.lab.env, **self.env}, stdout=stdout,
                                             stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL))

    def end_helpers(self):
        for h in self.helpers:
            if h.poll() is None:
                h.send_signal(signal.SIGTERM)
            h.wait()
        self.helpers = []

    def loudness(self, path):
        """RMS of the newest 100 ms recorded."""
        data = path.read_bytes() if path.exists() else b""
        pcm = numpy.frombuffer(data[: len(data) // 2 * 2], "<i2")[-RATE // 10:]
        return float(numpy.sqrt(numpy.mean(pcm.astype(float) ** 2))) if len(pcm) else 0.0


def main():
    needs("pulseaudio", "pacat", "parec", "pactl")
    with Lab("device-loss") as lab:
        sound = Sound(lab)
        try:
            engine = lab.start("engine", [BIN / "parlour_audio_lab", "loop", "--capture", "device:mic0", "--playout",
                                          "device:speaker0", "--seconds", "60", "--frame", "10"], env=sound.env)
            sound.speak()
            heard = lab.dir / "heard-0.raw"
            sound.listen(heard)
            wait_for("sound at the loudspeaker", lambda: sound.loudness(heard) > 500, 10)
            check(True, "the voice is heard through PortAudio")
            gaps = []
            for turn in (1, 2, 3):
                sound.call("kill")
                sound.end_helpers()
                time.sleep(1.5 * turn)
                state = (lab.dir / "engine.log").read_text().splitlines()[-1]
                check(engine.alive() and "playout=0" in state and "capture=0" in state,
                      f"turn {turn}: the engine lives and knows that the devices are gone")
                sound.call("restart")
                back = time.monotonic()
                sound.speak()
                heard = lab.dir / f"heard-{turn}.raw"
                sound.listen(heard)
                wait_for("sound after the restart", lambda: sound.loudness(heard) > 500, 10)
                gaps.append(time.monotonic() - back)
                check(gaps[-1] <= LIMIT, f"turn {turn}: sound again {gaps[-1]:.2f} s after the server was back (at most {LIMIT:g})")
                time.sleep(1.0)
                check(sound.loudness(heard) > 500, f"turn {turn}: and it stays")
            check(engine.end() == 0, "the engine ends in order")
            print("seconds to sound: " + " ".join(f"{g:.2f}" for g in gaps))
        finally:
            sound.end_helpers()
            sound.call("stop")


if __name__ == "__main__":
    main()
