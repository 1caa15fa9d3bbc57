#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The chosen loudspeaker is pulled and plugged in again: sound on the system's default within 700 ms, and back (issue 6; R7, G18).

Real PortAudio on a private PulseAudio with two virtual loudspeakers. `--cycles N` repeats it (default 5) and prints the figures.
"""
import argparse
import pathlib
import signal
import subprocess
import sys
import time

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from device_loss_test import RATE, Sound, voice  # noqa: E402
from lab import BIN, Lab, check, needs, wait_for  # noqa: E402

LIMIT = 0.7


class TwoLoudspeakers(Sound):
    """speaker0 is the system's default, speaker1 the chosen one."""

    def __init__(self, lab):
        super().__init__(lab, 2)

    def speak(self, seconds):
        raw = self.lab.dir / "voice.raw"
        raw.write_bytes(voice(seconds))
        self.helper(["pacat", "--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=1", "--device=feed0",
                     "--latency-msec=20", str(raw)])

    def pactl(self, *args):
        return subprocess.run(["pactl", *args], env={**self.lab.env, **self.env}, capture_output=True, text=True, check=True).stdout

    def pull(self):
        module = next(line.split("\t")[0] for line in self.pactl("list", "short", "modules").splitlines() if "sink_name=speaker1" in line)
        self.pactl("unload-module", module)

    def plug(self):
        self.pactl("load-module", "module-null-sink", "sink_name=speaker1", "rate=48000", "channels=2", "norewinds=1")

    def ear(self, speaker):
        """What this loudspeaker plays from now on, sample by sample."""
        return Ear(self, speaker)


class Ear:
    def __init__(self, sound, speaker):
        self.process = subprocess.Popen(["parec", "--raw", "--format=s16le", "--rate=48000", "--channels=1", f"--device=speaker{speaker}.monitor",
                                         "--latency-msec=10"], env={**sound.lab.env, **sound.env}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def until_sound(self, limit):
        """Seconds until 20 ms in a row are loud; `limit` when that does not come."""
        start = time.monotonic()
        while time.monotonic() - start < limit:
            pcm = numpy.frombuffer(self.process.stdout.read(RATE // 50 * 2), "<i2").astype(float)
            if len(pcm) and numpy.sqrt(numpy.mean(pcm ** 2)) > 500:
                return time.monotonic() - start
        return limit

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=5)
    cycles = parser.parse_args().cycles
    needs("pulseaudio", "pacat", "parec", "pactl")
    with Lab("device-away") as lab:
        sound = TwoLoudspeakers(lab)
        try:
            engine = lab.start("engine", [BIN / "parlour_audio_lab", "loop", "--capture", "device:mic0", "--playout", "device:speaker1",
                                          "--seconds", str(60 + 6 * cycles), "--frame", "10"], env=sound.env)
            sound.speak(40 + 6 * cycles)
            ear = sound.ear(1)
            check(ear.until_sound(10) < 10, "the voice is heard at the chosen loudspeaker")
            ear.end()
            away, back = [], []
            for turn in range(cycles):
                ear = sound.ear(0)
                ear.until_sound(0.3)   # it runs, and is silent
                sound.pull()
                away.append(ear.until_sound(5))
                ear.end()
                time.sleep(0.3)
                sound.plug()
                plugged = time.monotonic()
                ear = sound.ear(1)
                ear.until_sound(5)
                back.append(time.monotonic() - plugged)
                ear.end()
                time.sleep(0.3)
            p95 = lambda v: sorted(v)[int(0.95 * (len(v) - 1) + 0.5)]
            for name, figures in (("pulled", away), ("plugged in again", back)):
                print(f"{name}: median {sorted(figures)[len(figures) // 2]:.3f} s, p95 {p95(figures):.3f} s, worst {max(figures):.3f} s of {cycles}")
            check(p95(away) <= LIMIT, f"sound on the system's default within {LIMIT:g} s")
            check(p95(back) <= LIMIT, f"sound on the chosen loudspeaker within {LIMIT:g} s after it is back")
            check(engine.alive() and engine.end() == 0, "the engine lives through it and ends in order")
        finally:
            sound.end_helpers()
            sound.call("stop")


if __name__ == "__main__":
    main()
