#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Music goes in two channels from a file through a real server to a real loudspeaker: left is heard left and right is heard right, by
the waveform; switched on and off while speaking.

Real PortAudio on a private PulseAudio; the monitor of a virtual loudspeaker is recorded in stereo.
"""
import pathlib
import sys
import time
import wave

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from device_loss_test import RATE, Sound  # noqa: E402
from lab import Lab, check, needs  # noqa: E402
from waveform import correlation, resample  # noqa: E402
from waveform import RATE as COARSE  # noqa: E402


def noise_tune(seed, seconds):
    """A tune of its own: notes and loudness by this seed."""
    random = numpy.random.default_rng(seed)
    t = numpy.arange(RATE // 5) / RATE
    notes = [numpy.sin(2 * numpy.pi * f * t) * numpy.hanning(len(t)) * a
             for f, a in zip(random.uniform(200, 1200, seconds * 5), random.uniform(0.2, 1, seconds * 5))]
    return numpy.concatenate(notes) * 8000


def main():
    needs("pulseaudio", "parec", "pactl")
    with Lab("music") as lab:
        sound = Sound(lab)
        try:
            left, right = noise_tune(1, 20), noise_tune(2, 20)
            song = lab.dir / "song.wav"
            with wave.open(str(song), "wb") as out:
                out.setnchannels(2)
                out.setsampwidth(2)
                out.setframerate(RATE)
                out.writeframes(numpy.stack([left, right], axis=1).astype("<i2").tobytes())
            server = lab.server()
            room = server.create_room("Music")
            band = lab.join(room["links"]["moderator"], "Band", capture=f"file:{song}?loop", extra=["--unmute", "--music", "--delay", "low"])
            band.expect("power", power="host")
            lab.env.update(sound.env)
            ear = lab.join(room["links"]["listener"], "Ear", playout="device:speaker0")
            ear.expect("joined")
            time.sleep(5)

            def heard(seconds):
                path = lab.dir / "stereo.raw"
                with open(path, "wb") as out:
                    sound.helper(["parec", "--raw", "--format=s16le", "--rate=48000", "--channels=2", "--device=speaker0.monitor",
                                  "--latency-msec=10"], stdout=out)
                    time.sleep(seconds)
                    sound.helpers.pop().terminate()
                both = numpy.frombuffer(path.read_bytes(), "<i2")
                return both[:both.size // 2 * 2].reshape(-1, 2).astype(float)

            both = heard(4)
            coarse = lambda sound: resample(sound / 32768, RATE, COARSE)  # noqa: E731
            alike = {f"{side} on the {place}": correlation(coarse(both[:, channel]), coarse(tune))
                     for side, tune in (("left", left), ("right", right)) for place, channel in (("left", 0), ("right", 1))}
            print(", ".join(f"{name} {value:.2f}" for name, value in alike.items()))
            check(alike["left on the left"] > 0.8 and alike["right on the right"] > 0.8, "each side of the music is heard on its side")
            check(alike["left on the right"] < 0.6 and alike["right on the left"] < 0.6, "and not on the other one")
            stats = band.expect("stats")
            check(stats["sendBitRate"] == 128000 and stats["sendFrameMs"] in (5, 10), f"128 kbit/s in packets of {stats['sendFrameMs']} ms")
            band.say("music off")
            time.sleep(4)
            both = heard(2)
            check(numpy.sqrt(numpy.mean(both ** 2)) > 100 and numpy.abs(both[:, 0] - both[:, 1]).max() < 3, "music off: one channel on both sides")
            band.say("music on")
            time.sleep(4)
            both = heard(2)
            check(numpy.sqrt(numpy.mean((both[:, 0] - both[:, 1]) ** 2)) > 200, "music on: two again")
        finally:
            sound.end_helpers()
            sound.call("stop")


if __name__ == "__main__":
    main()
