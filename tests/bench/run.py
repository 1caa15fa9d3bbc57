# SPDX-License-Identifier: Apache-2.0
"""./dev bench [NAME]: the figures of the README, each beside a floor measured in the same run.

Machines differ and are noisy: read the ratio first, the absolute second. Names: forwarding, join, mouth_to_ear (10 ms frames), delay
(also processing, 20 ms and Mumble), app, house, sound (beside Chromium), bad_networks (ours in virtual time), processing, listening, talking,
cpu (whole programs), livekit, visits (the stock JS client), return, engine (no devices, beside libwebrtc).
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
from figures import percentile  # noqa: E402


def forwarding(args):
    program = pathlib.Path(args.bin) / "parlour_bench_forwarding"
    return subprocess.run([str(program)]).returncode


def listening(args):
    program = pathlib.Path(args.bin) / "parlour_bench_listening"
    return subprocess.run([str(program), "3", str(args.rounds or 5)]).returncode


def talking(args):
    program = pathlib.Path(args.bin) / "parlour_bench_talking"
    return subprocess.run([str(program), str(args.rounds or 5)]).returncode


def cpu(args):
    """Whole programs."""
    import room_cpu
    return room_cpu.run(args)


def join(args):
    """From starting parlourctl with a link to the first audible sample, and the floor: a bare HTTP round trip."""
    import urllib.request

    import waveform
    from lab import Lab
    runs = args.rounds or 15
    with Lab("bench-join") as lab:
        tone = "tone:440"
        server = lab.server(args=["--set", "limits.per_ip=0"])
        room = server.create_room("Join bench")
        host = lab.join(room["links"]["moderator"], "Host", capture=tone, extra=["--unmute"])
        host.expect("power", power="host")
        time.sleep(1)
        floors, joined, first = [], [], []
        for i in range(runs):
            t0 = time.monotonic()
            urllib.request.urlopen(server.http + "/healthz").read()
            floors.append((time.monotonic() - t0) * 1000)
            wall = time.time()
            p = lab.join(room["links"]["listener"], f"L{i}")
            e = p.expect("joined")
            until_joined = e["t"] * 1000 if e["t"] < 1e6 else (e["t"] - wall) * 1000
            time.sleep(1.2)
            p.end()
            sound, rate = waveform.read_wav(p.heard)
            loud = next((k for k in range(0, len(sound) - 240, 240) if waveform.rms(sound[k:k + 240]) > 0.01), None)
            joined.append(until_joined)
            first.append(None if loud is None else until_joined + loud / rate * 1000)
        heard = [f for f in first if f is not None]
        print(f"join: {runs} runs on loopback, silent {first.count(None)}")
        print(f"  bare HTTP round trip      median {statistics.median(floors):6.1f} ms")
        print(f"  link to joined            median {statistics.median(joined):6.1f}  p95 {percentile(joined, 95):6.1f} ms")
        print(f"  link to first heard sound median {statistics.median(heard):6.1f}  p95 {percentile(heard, 95):6.1f} ms   goal p95 <= 600")
        return 0 if percentile(heard, 95) <= 600 else 1


def pss_kib(pid):
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def app(args):
    """The app in a room of 20: memory, and the time from exec to its first full picture."""
    from lab import Lab, wait_for
    with Lab("bench-app") as lab:
        lab.env["QT_QPA_PLATFORM"] = "offscreen"
        server = lab.server(args=["--set", "limits.per_ip=0"])
        room = server.create_room("Twenty people")
        bots = [lab.join(room["links"]["moderator"], "Host", capture="tone:300", playout="null", extra=["--unmute"])]
        bots[0].expect("power", power="host")
        for i in range(18):
            link = room["links"]["speaker" if i < 2 else "listener"]
            bots.append(lab.join(link, f"Guest {i}", capture=f"tone:{400 + 50 * i}" if i < 2 else "null", playout="null",
                                 extra=["--unmute"] if i < 2 else []))
        for b in bots:
            b.expect("joined", timeout=30)
        times, memory = [], []
        for i in range(args.rounds or 5):
            timing = lab.path(f"timing-{i}")
            start = time.monotonic()
            p = lab.start(f"app-{i}", [pathlib.Path(args.bin) / "parlour", room["links"]["listener"], "--enter", "--home",
                                       lab.path(f"app-home-{i}"), "--capture", "null", "--playout", "null", "--seconds", "12"],
                          env={"PARLOUR_TIMING": str(timing)})
            wait_for("the first picture", timing.exists, 20)
            times.append((time.monotonic() - start) * 1000)
            time.sleep(8)
            memory.append(pss_kib(p.pid) / 1024)
            p.end()
        print(f"app: room of 20, 3 talking, {len(times)} starts, offscreen")
        print(f"  start to interactive      median {statistics.median(times):6.0f} ms   goal <= 600")
        print(f"  memory (PSS)              median {statistics.median(memory):6.1f} MB   goal <= 110")
        return 0 if statistics.median(memory) <= 110 and statistics.median(times) <= 600 else 1


def mouth_to_ear(args):
    import mouth_to_ear as probe
    return probe.run(args)


def delay(args):
    """Mouth to ear with and without processing, at both frame lengths, and Mumble."""
    import mouth_to_ear as probe
    return probe.run(args, every=True)


def house(args):
    import house as figures
    return figures.run(args)


def bad_networks(args):
    import bad_networks as virtual
    return virtual.run(args)


def sound(args):
    """Beside Chromium, in a network of its own."""
    more = ["--fast"] if args.fast else []
    for name in ("rounds", "profiles", "first", "keep"):
        if getattr(args, name) is not None:
            more += ["--" + name, str(getattr(args, name))]
    return subprocess.run([sys.executable, HERE / "sound_peers.py", "--bin", args.bin, *more]).returncode


def processing(args):
    return subprocess.run([str(pathlib.Path(args.bin) / "parlour_bench_processing")]).returncode


def engine(args):
    """Without devices: two engines and libwebrtc's."""
    import engine as probe
    return probe.run(args)


def livekit(args):
    import side_by_side
    return side_by_side.run(args)


def visits(args):
    """Beside livekit-server, in a network of its own."""
    more = ["--rounds", str(args.rounds)] if args.rounds else []
    return subprocess.run([sys.executable, HERE / "visits.py", *more],
                          env={**os.environ, "PARLOUR_INTEROP_DIR": str(pathlib.Path(args.bin).parent / "interop")}).returncode


def coming_back(args):
    import coming_back as figures
    return figures.run(args)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--shape", action="append", help="of livekit: ROOMSxLISTENERS, may stand several times")
    parser.add_argument("--fast", action="store_true", help="sound: two profiles, one seed")
    parser.add_argument("--profiles", help="sound: some of them, as P2,P5")
    parser.add_argument("--first", type=int, help="sound: the first seed")
    parser.add_argument("--keep", help="sound: a folder for what was heard")
    parser.add_argument("--people", type=int, help="of return: how many listen")
    args = parser.parse_args()
    args.bin = str(pathlib.Path(args.bin).resolve())
    os.environ["PARLOUR_BIN"] = args.bin
    known = {"forwarding": forwarding, "join": join, "app": app, "mouth_to_ear": mouth_to_ear, "house": house,
             "sound": sound, "bad_networks": bad_networks, "processing": processing, "listening": listening, "talking": talking, "cpu": cpu, "delay": delay, "livekit": livekit,
             "visits": visits, "return": coming_back, "engine": engine}
    status = 0
    for name in args.names or [n for n in known if n != "delay"]:   # mouth_to_ear is half of it
        print(f"== {name}", flush=True)
        status |= known[name](args)
    return status


sys.exit(main())
