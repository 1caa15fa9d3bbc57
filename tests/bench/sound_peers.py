# SPDX-License-Identifier: Apache-2.0
"""./dev bench sound: Parlour and Chromium as listeners in one room, each behind a bad network of its own with the same profile and seed.

parlourctl speaks a minute of espeak-ng; what parlourd sends is the same for both, so the same packets are lost for both, at the
same moment. Both clients' counters (W3C webrtc-stats) are read once a second and their sound is scored against what was said.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import bad_networks  # noqa: E402
import waveform  # noqa: E402
from priority import before_others  # noqa: E402
from impaired import HERE, Away, ChromiumListener  # noqa: E402
from lab import Failed, Lab, own_network, wait_for  # noqa: E402

PROFILES = ["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P10"]
SECONDS = 40     # of speech in each run
SETTLE = 3       # seconds of it that no figure counts
COUNTERS = ("totalSamplesReceived", "concealedSamples", "silentConcealedSamples", "insertedSamplesForDeceleration",
            "removedSamplesForAcceleration", "jitterBufferDelay", "jitterBufferEmittedCount")
COLUMNS = [("conceal%", "concealed", "8.2f"), ("audible%", "audible", "8.2f"), ("mean ms", "mean", "8.1f"), ("p95 ms", "p95", "8.1f"),
           ("stretch%", "stretch", "8.2f"), ("int/min", "interruptions", "8.2f"), ("ESTOI", "estoi", "8.3f")]


def voices(folder):
    """Three pieces of the bench's voice with a room's noise behind them, 48 kHz."""
    raw = folder / "bench_voice.s16"
    if not raw.exists():
        bad_networks.make_voice(raw)
    sound = waveform.resample(numpy.frombuffer(raw.read_bytes(), dtype="<i2") / 32768, bad_networks.RATE, 48000)
    sound = sound + numpy.random.default_rng(99).normal(0.0, 5e-4, len(sound))
    paths = []
    for i in range(3):
        path = folder / f"bench_voice_{i}.wav"
        waveform.write_wav(path, numpy.concatenate([numpy.zeros(4800), sound[i * SECONDS * 48000:(i + 1) * SECONDS * 48000]]))
        paths.append(path)
    return paths


class Watch:
    """Counters of one listener, once a second."""

    def __init__(self):
        self.seen = []

    def take(self, counters, at):
        if counters and counters.get("totalSamplesReceived"):
            self.seen.append((at, counters))

    def figures(self, begun):
        inside = [c for at, c in self.seen if begun + SETTLE <= at <= begun + SECONDS]
        if len(inside) < SECONDS // 2:
            raise Failed(f"only {len(inside)} readings of its counters")
        grown = lambda a, b, name: b.get(name, 0) - a.get(name, 0)
        a, b = inside[0], inside[-1]
        total = max(1, grown(a, b, "totalSamplesReceived"))
        delays = []
        for x, y in zip(inside, inside[1:]):
            if grown(x, y, "jitterBufferEmittedCount") > 0:
                delays.append(1e3 * grown(x, y, "jitterBufferDelay") / grown(x, y, "jitterBufferEmittedCount"))
        concealed, silent = grown(a, b, "concealedSamples"), grown(a, b, "silentConcealedSamples")
        return {"concealed": 100 * concealed / total, "audible": 100 * (concealed - silent) / total,
                "mean": 1e3 * grown(a, b, "jitterBufferDelay") / max(1, grown(a, b, "jitterBufferEmittedCount")),
                "p95": sorted(delays)[int(0.95 * (len(delays) - 1))],
                "stretch": 100 * (grown(a, b, "insertedSamplesForDeceleration") + grown(a, b, "removedSamplesForAcceleration")) / total,
                "interruptions": grown(a, b, "interruptionCount") / (total / 48000 / 60)}


def grant_for(lab, link, name):
    result = subprocess.run([lab.bin / "parlourctl", "token", link, "--name", name, "--home", lab.path(f"home-{name}")],
                            capture_output=True, text=True, env=lab.env, timeout=20)
    if result.returncode != 0:
        raise Failed(f"parlourctl token: exit {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


def score(args, said, heard):
    result = subprocess.run([pathlib.Path(args.bin) / "parlour_bench_score", said, heard, "--from", str(SETTLE)], capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(f"no score: {result.stderr}")
    return json.loads(result.stdout)


def one(args, lab, server, profile, seed, voice):
    """One call: {"Parlour": figures, "Chromium": figures} and how many packets both relays treated alike."""
    tag = f"{profile}-{seed}"
    room = server.create_room(tag)
    aways = {who: Away(lab, profile, seed) for who in ("Parlour", "Chromium")}
    speaker = lab.join(room["links"]["moderator"], f"Speaker-{tag}", capture=f"file:{voice}", playout="null", extra=["--no-processing"])
    speaker.expect("power", power="host", timeout=20)
    ours = lab.join(room["links"]["listener"], f"Ours-{tag}", within=aways["Parlour"].within)
    ours.expect("joined", timeout=40)
    theirs = ChromiumListener(lab, server.http, grant_for(lab, room["links"]["listener"], f"Theirs-{tag}"), aways["Chromium"].within, f"chromium-{tag}")
    speaker.expect("participant", name=f"Theirs-{tag}", timeout=40)
    time.sleep(1.5)
    watches = {"Parlour": Watch(), "Chromium": Watch()}
    begun = time.monotonic()
    speaker.say("unmute")
    wait_for("Chromium to get the speaker's sound", theirs.subscribed, 20)
    while (passed := time.monotonic() - begun) < SECONDS + 1.5:
        time.sleep(max(0.0, 1.0 - time.monotonic() % 1.0))
        watches["Chromium"].take(theirs.stats(), time.monotonic())
        last = ours.last("stats")
        if last and last["tracks"]:
            watches["Parlour"].take(last["tracks"][0], time.monotonic())
    heard = {"Chromium": theirs.heard(lab.path(f"{tag}-chromium.wav"))}
    ours.end()
    heard["Parlour"] = ours.heard
    theirs.end()
    speaker.end()
    out = {}
    for who in watches:
        out[who] = {**watches[who].figures(begun), **score(args, voice, heard[who])}
    a, b = (aways[who].fates() for who in ("Parlour", "Chromium"))
    alike = sum((x is None) == (y is None) for x, y in zip(a, b))
    out["packets"], out["alike"], out["lost"] = min(len(a), len(b)), alike, sum(x is None for x in a)
    for away in aways.values():
        away.end()
    if args.keep:
        for who, path in heard.items():
            (pathlib.Path(args.keep) / f"{tag}-{who}.wav").write_bytes(pathlib.Path(path).read_bytes())
    return out


def drift(args):
    """P9 in virtual time, ours only: an hour with clocks 200 ppm apart."""
    result = subprocess.run(bad_networks.command(args) + ["--profiles", "P9+,P9-", "--seeds", "1", "--fast"], capture_output=True, text=True)
    print("P9, an hour in virtual time, ours only:")
    print("\n".join(result.stdout.splitlines()[1:]))


def run(args):
    profiles = args.profiles.split(",") if args.profiles else ["P2", "P5"] if args.fast else PROFILES
    rounds = args.rounds or (1 if args.fast else 3)
    results = {p: [] for p in profiles}
    begun, loads = time.monotonic(), []
    with Lab("bench-sound") as lab:
        lab.bin = pathlib.Path(args.bin)
        # Listening on an address of the made-up network, which is nobody else's.
        server = lab.server(listen=f"{HERE}:0", args=["--set", "limits.per_ip=0"])
        spoken = voices(pathlib.Path(args.bin).parent)

        def call(job):
            number, profile = job
            try:
                got = one(args, lab, server, profile, args.first + number, spoken[number % len(spoken)])
            except Failed as problem:
                print(f"{profile} seed {args.first + number}: left out: {problem}", flush=True)
                return
            loads.append(os.getloadavg()[0])
            results[profile].append(got)
            short = lambda f: " ".join(f"{f[key]:.3f}" if key == "estoi" else f"{f[key]:.2f}" for _, key, _ in COLUMNS)
            print(f"# {profile} seed {args.first + number}: {got['packets']} packets, {got['lost']} lost, {got['alike']} with one fate; level {got['Parlour'].get('levelDb')} / "
                  f"{got['Chromium'].get('levelDb')} dB; ours {short(got['Parlour'])}; theirs {short(got['Chromium'])}", flush=True)
        # Every profile with one seed before the next seed begins.
        with concurrent.futures.ThreadPoolExecutor(args.beside) as calls:
            list(calls.map(call, [(number, profile) for number in range(rounds) for profile in profiles]))
    table(results, loads, rounds, args, time.monotonic() - begun)
    if not args.fast and not args.profiles:
        drift(args)
    return 0 if all(results.values()) else 1


def table(results, loads, rounds, args, seconds):
    from_bad_networks = {"P0": "clean", "P1": "LAN", "P2": "Wi-Fi", "P3": "LTE", "P4": "loss 2 %", "P5": "loss 10 %", "P6": "bursts",
                         "P7": "bufferbloat", "P8": "reorder", "P10": "handover"}
    print(f"sound, Parlour and Chromium as listeners of one parlourctl through parlourd: {SECONDS - SETTLE} s of speech per run, medians of seeds "
          f"{args.first} to {args.first + rounds - 1}, load {statistics.median(loads) if loads else 0:.1f} on {os.cpu_count()} cores, {seconds / 60:.0f} min")
    print(f"{'':17}" + "".join(f"{title:^16}" for title, _, _ in COLUMNS))
    print(f"{'':17}" + " ".join(f"{'ours':>8}{'Chrom.':>7}" for _ in COLUMNS))
    for profile, runs in results.items():
        if not runs:
            continue
        line = f"{profile:4} {from_bad_networks.get(profile, ''):12}"
        for _, key, form in COLUMNS:
            ours, theirs = (statistics.median(r[who].get(key, 0) for r in runs) for who in ("Parlour", "Chromium"))
            line += f"{ours:{form}}{theirs:{form.replace('8', '7', 1)}} "
        print(line.rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--fast", action="store_true", help="two profiles, one seed")
    parser.add_argument("--profiles", help="some of them, as P2,P5")
    parser.add_argument("--rounds", type=int, help="seeds (3)")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--beside", type=int, default=2, help="calls at a time (2)")
    parser.add_argument("--keep", help="a folder for what was heard")
    args = parser.parse_args()
    own_network()
    with before_others():
        return run(args)


if __name__ == "__main__":
    sys.exit(main())
