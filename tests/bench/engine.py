# SPDX-License-Identifier: Apache-2.0
"""./dev bench engine: delay of the engine alone, from the samples a microphone would deliver to those a loudspeaker would ask for, through
parlourd on loopback; and of libwebrtc (@livekit/rtc-node) through the same parlourd by the same chirps, taking turns.

The floor of a frame of 10 ms is 12.7 ms: the frame has to be full (10), the codec looks ahead (2.5; with SILK, which "low" leaves out on a
clean way, 6.5), the network takes 0.2. 0 ms: the send policy chooses, which is 5 ms a few seconds after the start.
"""
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

from figures import tell_delays
from lab import BIN, Failed, Lab
from priority import before_others

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

CHIRPS = 14


class Ours:
    def __init__(self, frames, mode, goal):
        self.frames, self.mode, self.goal = frames, mode, goal
        self.title = f"Parlour, {frames or '5 or 10'} ms, {mode}"

    def run(self, lab, links):
        return [BIN / "parlour_bench_engine", links["moderator"], links["listener"], self.frames, self.mode, CHIRPS], None


class Libwebrtc:
    title, goal = "libwebrtc (rtc-node)", None
    number = 0

    def run(self, lab, links):
        import peers
        Libwebrtc.number += 1
        mouth, ear = (peers.ask_grant(lab, links[role], f"{role}{Libwebrtc.number}") for role in ("moderator", "listener"))
        shutil.copy(HERE / "engine_peer.mjs", peers.MODULES / "engine_peer.mjs")   # Node resolves packages from the script's folder
        return ["node", "engine_peer.mjs", mouth["url"], mouth["token"], ear["url"], ear["token"], CHIRPS], peers.MODULES


def run(args):
    import peers
    kinds = [Ours(10, "low", 22), Ours(20, "low", 35), Ours(0, "low", None), Ours(10, "automatic", None), Ours(20, "automatic", None)]
    if shutil.which("node") and shutil.which("npm"):
        peers.install()
        kinds.append(Libwebrtc())
    else:
        print("node or npm is not installed: libwebrtc is left out")
    found = {kind.title: [] for kind in kinds}
    underruns = {kind.title: 0 for kind in kinds}
    starts, loads = args.rounds or 5, []
    with Lab("bench-engine") as lab, before_others():
        server = lab.server(args=["--set", "limits.per_ip=0"])
        for _ in range(starts):
            for kind in kinds:
                command, where = kind.run(lab, server.create_room("Engine")["links"])
                env = {**lab.env, "PATH": os.environ["PATH"]}
                result = subprocess.run([str(part) for part in command], cwd=where, env=env, capture_output=True, text=True, timeout=120)
                if result.returncode != 0:
                    raise Failed(f"{kind.title}: exit {result.returncode}: {result.stderr[-500:]}")
                told = json.loads(result.stdout.splitlines()[-1])
                found[kind.title].append(told["delays"])
                underruns[kind.title] += told.get("underruns", 0)
                loads.append(os.getloadavg()[0])
    print(f"engine only: {starts} starts of each, {CHIRPS} chirps each, taking turns; load {statistics.median(loads):.1f} on {os.cpu_count()} cores")
    return max(tell_delays(kind, found[kind.title], CHIRPS, f", device ran dry {underruns[kind.title]} times") for kind in kinds)
