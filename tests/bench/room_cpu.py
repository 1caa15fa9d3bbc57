# SPDX-License-Identifier: Apache-2.0
"""./dev bench cpu: what listening and talking cost whole programs, in a room where three talk, through a real sound server.

One listener and one talker have virtual devices, a microphone and a loudspeaker that are two, as a computer's are (on one null sink each
would wake by the blocks of the other); the talker hears the room in the microphone, so that the echo canceller works.
The bare PortAudio loop on the same devices is the floor. CPU time is that of the process, user and
system, by thread. The others have no devices, as each more program on two cores makes all of them dearer.
"""
import os
import pathlib
import statistics
import subprocess
import time

import voices
from lab import Lab
from sound import Sound

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """By thread: what makes the sound, what the sound server's library does, everything else."""
    spent = {"pump": 0.0, "devices": 0.0, "rest": 0.0}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            text = (task / "stat").read_text()
        except OSError:
            continue   # it has just ended
        name, fields = text[text.index("(") + 1:text.rindex(")")], text.rsplit(")", 1)[1].split()
        kind = "pump" if name == "audio-pump" else "devices" if name in ("threaded-ml", "audio-devices") else "rest"
        spent[kind] += (int(fields[11]) + int(fields[12])) / TICK
    return spent


def share(process, seconds):
    """Percent of a core, by kind of thread."""
    before, start = cpu_seconds(process.pid), time.monotonic()
    time.sleep(seconds)
    after, took = cpu_seconds(process.pid), time.monotonic() - start
    return {kind: 100 * (after[kind] - before[kind]) / took for kind in after}


def run(args):
    rounds = args.rounds or 3
    found = {"bare": [], "listening": [], "talking": [], "comfort": []}
    with Lab("bench-cpu") as lab:
        a, b = voices.two(lab)
        Sound(lab)
        server = lab.server(args=["--set", "limits.per_ip=0"])
        links = server.create_room("Three talk")["links"]
        talk = ["--unmute"]
        for name, role, words in (("Host", "moderator", a), ("Bea", "speaker", b)):
            lab.join(links[role], name, capture=f"file:{words}?loop", playout="null", extra=talk).expect("joined")
        for number in range(rounds):
            loop = lab.start(f"loop-{number}", [pathlib.Path(args.bin) / "parlour_audio_lab", "copy", "--capture", "device:mic0",
                                                "--playout", "device:spk0", "--seconds", "60"])
            time.sleep(2)
            found["bare"].append(share(loop, 15))
            loop.end()
            speech = lab.start(f"speech-{number}", ["sh", "-c", f"while :; do pacat --playback -d mic0in --file-format=wav {a}; done"])
            # The room comes back into the microphone, as from a loudspeaker.
            room = subprocess.run(["pactl", "load-module", "module-loopback", "source=spk0.monitor", "sink=mic0in", "latency_msec=40"],
                                  env=lab.env, capture_output=True, text=True).stdout.strip()
            for kind, extra in (("comfort", ["--delay", "comfort"]), ("talking", [])):
                talker = lab.join(links["speaker"], f"{kind} {number}", capture="device:mic0", playout="device:spk0", extra=talk + extra)
                talker.expect("joined")
                time.sleep(5)
                found[kind].append(share(talker.process, 20))
                if kind == "comfort":
                    talker.end()
            listener = lab.join(links["listener"], f"Listener {number}", playout="device:spk0")
            listener.expect("joined")
            time.sleep(5)
            found["listening"].append(share(listener.process, 20))
            talker.end()
            listener.end()
            subprocess.run(["pactl", "unload-module", room], env=lab.env)
            speech.end()
        print(f"cpu: three talk, whole programs, {rounds} rounds by turns, load {os.getloadavg()[0]:.1f}; percent of a core, medians")
        print(f"  {'':<26} {'all':>6} {'':>6} {'pump':>6} {'devices':>8} {'rest':>6}")
        middle = {who: {kind: statistics.median(one[kind] for one in of) for kind in of[0]} for who, of in found.items()}
        floor = sum(middle["bare"].values())
        for who, title, goal in (("bare", "bare PortAudio loop", None), ("listening", "listening (parlourctl)", 1.5),
                                 ("talking", "talking, all processing", 6.0), ("comfort", "... --delay comfort", 6.0)):
            of = middle[who]
            total = sum(of.values())
            print(f"  {title:<26} {total:6.2f} {total / max(floor, 0.01):5.1f}x {of['pump']:6.2f} {of['devices']:8.2f} {of['rest']:6.2f}"
                  + (f"   goal <= {goal}: {'met' if total <= goal else 'missed'}" if goal else ""))
    return 0
