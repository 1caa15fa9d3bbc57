# SPDX-License-Identifier: Apache-2.0
"""./dev bench cpu: what listening and talking cost whole programs, in a room of 20 with three who talk, through a real sound server.

One listener and one talker have virtual devices; the talker hears the room in the microphone, too, so that the echo canceller works.
The bare PortAudio loop on the same devices is the floor. CPU time is that of the process, user and system.
"""
import os
import pathlib
import statistics
import subprocess
import time

import voices
from lab import Lab
from mouth_to_ear import Bus

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def share(process, seconds):
    """Percent of a core."""
    before, start = cpu_seconds(process.pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (cpu_seconds(process.pid) - before) / (time.monotonic() - start)


def run(args):
    rounds = args.rounds or 3
    found = {"bare": [], "listening": [], "talking": []}
    with Lab("bench-cpu") as lab:
        a, b = voices.two(lab)
        Bus(lab)
        server = lab.server(args=["--set", "limits.per_ip=0"])
        links = server.create_room("Twenty people")["links"]
        talk = ["--unmute"]
        crowd = [lab.join(links["moderator"], "Host", capture=f"file:{a}?loop", playout="null", extra=talk),
                 lab.join(links["speaker"], "Bea", capture=f"file:{b}?loop", playout="null", extra=talk)]
        crowd += [lab.join(links["listener"], f"Guest {i}", capture="null", playout="null") for i in range(16)]
        for one in crowd:
            one.expect("joined", timeout=30)
        for number in range(rounds):
            loop = lab.start(f"loop-{number}", [pathlib.Path(args.bin) / "parlour_audio_lab", "copy", "--capture", "device:mic0",
                                                "--playout", "device:spk0", "--seconds", "60"])
            time.sleep(2)
            found["bare"].append(share(loop, 15))
            loop.end()
            speech = lab.start(f"speech-{number}", ["sh", "-c", f"while :; do pacat --playback -d mouth --file-format=wav {a}; done"])
            # The room comes back into the microphone, as from a loudspeaker.
            room = subprocess.run(["pactl", "load-module", "module-loopback", "source=bus.monitor", "sink=mouth", "latency_msec=40",
                                   "channels=1", "channel_map=rear-left", "remix=no"], env=lab.env, capture_output=True, text=True).stdout.strip()
            talker = lab.join(links["speaker"], f"Talker {number}", capture="device:mic0", playout="device:spk0", extra=talk)
            talker.expect("joined")
            listener = lab.join(links["listener"], f"Listener {number}", capture="null", playout="device:spk0")
            listener.expect("joined")
            time.sleep(5)
            found["talking"].append(share(talker, 20))
            found["listening"].append(share(listener, 20))
            talker.end()
            listener.end()
            subprocess.run(["pactl", "unload-module", room], env=lab.env)
            speech.end()
        print(f"cpu: a room of 20, three talk, whole programs, {rounds} rounds by turns, load {os.getloadavg()[0]:.1f}")
        floor = statistics.median(found["bare"])
        for kind, title, goal in (("bare", "bare PortAudio loop", None), ("listening", "listening (parlourctl)", 1.5),
                                  ("talking", "talking, all processing", 6.0)):
            middle = statistics.median(found[kind])
            print(f"  {title:<26} {middle / max(floor, 0.01):5.1f}x  {middle:5.2f} % of a core ({min(found[kind]):.2f} to {max(found[kind]):.2f})"
                  + (f"   goal <= {goal}: {'met' if middle <= goal else 'missed'}" if goal else ""))
    return 0
