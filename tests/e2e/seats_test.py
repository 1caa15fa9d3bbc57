#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two speakers are heard from two sides of a real loudspeaker with two channels, and from one place with the seats off.

Real PortAudio on a private PulseAudio; the monitor of a virtual loudspeaker is recorded in stereo.
"""
import pathlib
import sys
import time

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from device_loss_test import Sound, voice  # noqa: E402
from lab import Lab, check, needs  # noqa: E402

RATE = 48000


def wav(path, samples):
    import wave
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples)


def sides(sound, seconds):
    """Levels of left and right in dB while one person speaks, and the difference of the two channels."""
    path = sound.lab.dir / "stereo.raw"
    out = open(path, "wb")
    sound.helper(["parec", "--raw", "--format=s16le", "--rate=48000", "--channels=2", "--device=speaker0.monitor",
                  "--latency-msec=10"], stdout=out)
    time.sleep(seconds)
    sound.helpers.pop().terminate()
    out.close()
    both = numpy.frombuffer(path.read_bytes(), "<i2")
    both = both[:both.size // 2 * 2].reshape(-1, 2).astype(float)
    left, right = (10 * numpy.log10(numpy.mean(both[:, c] ** 2) + 1e-9) for c in (0, 1))
    return left, right, float(numpy.abs(both[:, 0] - both[:, 1]).max())


def main():
    needs("pulseaudio", "parec", "pactl")
    with Lab("seats") as lab:
        sound = Sound(lab)
        try:
            words = lab.dir / "words.wav"
            wav(words, voice(40))
            server = lab.server()
            room = server.create_room("Seats")
            one = lab.join(room["links"]["moderator"], "One", capture=f"file:{words}?loop", extra=["--unmute"])
            one.expect("power", power="host")
            two = lab.join(room["links"]["speaker"], "Two", capture=f"file:{words}?loop", extra=["--unmute"])
            two.expect("joined")
            lab.env.update(sound.env)
            ear = lab.join(room["links"]["listener"], "Ear", playout="device:speaker0")
            ear.expect("joined")
            time.sleep(5)
            left, right, apart = sides(sound, 3)
            check(left > 40 and apart == 0, f"seats off: both sides are the same ({left:.1f}, {right:.1f} dB)")
            ear.say("seats headphones")
            time.sleep(4)
            apart = []
            for silent, other in (("One", "Two"), ("Two", "One")):
                ear.say(f"volume 0 {silent}")
                ear.say(f"volume 100 {other}")
                time.sleep(1)
                left, right, most = sides(sound, 3)
                apart.append(abs(left - right))
                check(most == 0 or most > 100, f"seats on: {other} is heard at {left:.1f} and {right:.1f} dB")
            check(min(apart) < 0.1 and max(apart) > 1.0, "one speaker is straight ahead, the other one at a side")
            ear.say("volume 100 Two")
            ear.say("seats off")
            time.sleep(1)
            left, right, apart = sides(sound, 2)
            check(left > 40 and apart == 0, f"seats off again ({left:.1f}, {right:.1f} dB)")
        finally:
            sound.end_helpers()
            sound.call("stop")


if __name__ == "__main__":
    main()
