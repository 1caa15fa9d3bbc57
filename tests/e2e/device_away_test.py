#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The chosen loudspeaker is pulled and plugged in again: sound on the system's default within 700 ms, and back (issue 6; R7, G18).

Real PortAudio on a private PulseAudio with two virtual loudspeakers and microphones. `--cycles N` repeats it (default 5) and prints the
figures. `--microphone N`: the same with the chosen microphone. `--restarts N`: the sound server is killed and comes back; sound within 1 s.
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
RESTART_LIMIT = 1.0


class TwoLoudspeakers(Sound):
    """speaker0 is the system's default, speaker1 the chosen one."""

    def __init__(self, lab):
        super().__init__(lab, 2, 2)

    def speak(self, seconds, feed=0):
        raw = self.lab.dir / "voice.raw"
        raw.write_bytes(voice(seconds))
        self.helper(["pacat", "--playback", "--raw", "--format=s16le", "--rate=48000", "--channels=1", f"--device=feed{feed}",
                     "--latency-msec=20", str(raw)])

    def pactl(self, *args):
        return subprocess.run(["pactl", *args], env={**self.lab.env, **self.env}, capture_output=True, text=True, check=True).stdout

    def pull(self):
        module = next(line.split("\t")[0] for line in self.pactl("list", "short", "modules").splitlines() if "sink_name=speaker1" in line)
        self.pactl("unload-module", module)

    def pull_microphone(self):
        module = next(line.split("\t")[0] for line in self.pactl("list", "short", "modules").splitlines() if "source_name=mic1" in line)
        self.pactl("unload-module", module)

    def plug_microphone(self):
        self.pactl("load-module", "module-remap-source", "source_name=mic1", "master=feed1.monitor")

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


def told(name, figures, limit):
    p95 = sorted(figures)[int(0.95 * (len(figures) - 1) + 0.5)]
    print(f"{name}: median {sorted(figures)[len(figures) // 2]:.3f} s, p95 {p95:.3f} s, worst {max(figures):.3f} s of {len(figures)}")
    check(p95 <= limit, f"{name}: sound within {limit:g} s")


def engine_on(lab, sound, seconds, microphone="mic0", speaker="speaker1"):
    return lab.start(f"engine-{len(lab.processes)}", [BIN / "parlour_audio_lab", "loop", "--capture", f"device:{microphone}", "--playout", f"device:{speaker}",
                                                     "--seconds", str(seconds), "--frame", "10"], env=sound.env)


def loudspeaker(lab, sound, cycles):
    engine = engine_on(lab, sound, 60 + 6 * cycles)
    sound.speak(40 + 6 * cycles)
    ear = sound.ear(1)
    check(ear.until_sound(10) < 10, "the voice is heard at the chosen loudspeaker")
    ear.end()
    away, back = [], []
    for _turn in range(cycles):
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
    told("loudspeaker pulled", away, LIMIT)
    told("loudspeaker plugged in again", back, LIMIT)
    check(engine.alive() and engine.end() == 0, "the engine lives through it and ends in order")
    sound.end_helpers()


def microphone(lab, sound, cycles):
    """Only the chosen one hears the voice: it is heard again once that is back."""
    engine = engine_on(lab, sound, 60 + 6 * cycles, microphone="mic1")
    sound.speak(40 + 6 * cycles, feed=1)
    ear = sound.ear(1)
    check(ear.until_sound(10) < 10, "the voice is heard through the chosen microphone")
    back = []
    for _turn in range(cycles):
        sound.pull_microphone()
        wait_for("silence", lambda: ear.until_sound(0.3) >= 0.3, 5)
        sound.plug_microphone()
        back.append(ear.until_sound(5))
    ear.end()
    told("microphone plugged in again", back, LIMIT)
    check(engine.alive() and engine.end() == 0, "the engine lives through it and ends in order")
    sound.end_helpers()


def server(lab, sound, cycles):
    """From the moment the sound server answers again."""
    engine = engine_on(lab, sound, 60 + 8 * cycles, speaker="speaker0")
    back = []
    for turn in range(cycles):
        sound.call("kill")
        sound.end_helpers()
        time.sleep(0.5 + 0.1 * (turn % 10))
        sound.call("restart")
        answers = time.monotonic()
        sound.speak(20)
        ear = sound.ear(0)
        ear.until_sound(5)
        back.append(time.monotonic() - answers)
        ear.end()
    told("sound server back", back, RESTART_LIMIT)
    check(engine.alive() and engine.end() == 0, "the engine lives through it and ends in order")
    sound.end_helpers()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cycles", type=int, default=5)
    parser.add_argument("--microphone", type=int, default=0)
    parser.add_argument("--restarts", type=int, default=0)
    wanted = parser.parse_args()
    needs("pulseaudio", "pacat", "parec", "pactl")
    with Lab("device-away") as lab:
        sound = TwoLoudspeakers(lab)
        try:
            for part, cycles in ((loudspeaker, wanted.cycles), (microphone, wanted.microphone), (server, wanted.restarts)):
                if cycles:
                    part(lab, sound, cycles)
        finally:
            sound.end_helpers()
            sound.call("stop")


if __name__ == "__main__":
    main()
