# SPDX-License-Identifier: Apache-2.0
"""./dev bench return: how long people hear nothing. The server killed with -9 and started again a second later, for a whole room; the
signalling cut while the media lives. The times are holes in what each of them heard (a tone that never stops), read from the recordings.
The change of address is tests/e2e/network_test.py with the argument `change`: it needs networks of its own."""
import subprocess
import sys
import pathlib
import time

import numpy

import waveform
from lab import Lab
from livekit import free_ports
from wire import Wire

PEOPLE = 50
AWAY = 1.0
STEP = 0.02


def p(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(round(percent / 100 * (len(values) - 1))))]


def holes(path):
    """Times without the tone, between its first and its last sound, as (begin, length) in s, and whether it sounds at the end."""
    samples, step = waveform.load(path), int(waveform.RATE * STEP)
    blocks = samples[:len(samples) // step * step].reshape(-1, step)
    loud = numpy.flatnonzero(numpy.sqrt((blocks ** 2).mean(axis=1)) > 0.01)
    if not len(loud):
        return [], False
    gaps = [(at * STEP, gap * STEP) for at, gap in zip(loud, numpy.diff(loud) - 1) if gap >= 2]
    return gaps, loud[-1] > len(blocks) - 50


def longest(gaps, begin=0.0, end=float("inf")):
    return max((length for at, length in gaps if begin <= at < end), default=0.0)


def written(person):
    """Seconds that stand in the recording."""
    return person.heard.stat().st_size / (2 * 48000)


def room(lab, people, args=(), listen="127.0.0.1:0"):
    server = lab.server(args=["--set", "limits.per_ip=0", *args], listen=listen)
    links = server.create_room("Bench")["links"]
    host = lab.join(links["moderator"], "Host", capture="tone:440", playout="null", extra=["--unmute", "--no-processing"])
    host.expect("power", power="host")
    listeners = []
    for i in range(people):
        listeners.append(lab.join(links["listener"], f"L{i}", extra=["--no-processing"]))
        if i % 5 == 4:
            listeners[-1].expect("joined", timeout=60)
    for one in listeners:
        one.expect("joined", timeout=60)
    time.sleep(4)
    return server, host, listeners


def heard(people):
    for one in people:
        one.say("leave")
    for one in people:
        one.process.wait(30)
    return [holes(one.heard) for one in people]


def killed(count):
    with Lab("bench-return") as lab:
        server, host, people = room(lab, count)
        marks = [written(one) for one in people]
        server.kill9()
        time.sleep(AWAY)
        server.start(timeout=30)
        time.sleep(12)
        found = heard(people)
    back = [longest(gaps, mark - 1) for (gaps, sounds), mark in zip(found, marks) if sounds]
    floor = [longest(gaps, 0, mark - 1) for (gaps, _), mark in zip(found, marks)]
    print(f"server killed with -9 and started again {AWAY:g} s later, {count} people and a speaker")
    print(f"  silence                   median {p(back, 50):5.2f}  p95 {p(back, 95):5.2f}  max {max(back):5.2f} s   goal p95 <= 3   still silent {count - len(back)}")
    print(f"  before that, in 3 s       median {p(floor, 50):5.2f}  p95 {p(floor, 95):5.2f} s, which is the machine")
    return p(back, 95) <= 3 and len(back) == count


def cut(count):
    with Lab("bench-cut") as lab:
        port, = free_ports(1)
        wire = Wire(port)
        _, host, people = room(lab, count, ["--set", f"server.public_url=http://127.0.0.1:{wire.port}"], f"127.0.0.1:{port}")
        counts, marks = [one.count() for one in people], [written(one) for one in people]
        wire.cut()
        for one, count_before in zip(people, counts):
            one.expect("reconnected", since=count_before, timeout=30)
        time.sleep(3)
        found = heard(people)
    gaps = [longest(gaps, mark - 0.5) for (gaps, _), mark in zip(found, marks)]
    floor = [longest(gaps, 0, mark - 0.5) for (gaps, _), mark in zip(found, marks)]
    print(f"signalling cut, media alive, {count} people")
    print(f"  silence                   median {p(gaps, 50):5.2f}  max {max(gaps):5.2f} s   goal 0")
    print(f"  before that               median {p(floor, 50):5.2f}  max {max(floor):5.2f} s, which is the machine")
    return max(gaps) <= max(floor)


def moved():
    script = pathlib.Path(__file__).resolve().parents[1] / "e2e" / "network_test.py"
    done = subprocess.run([sys.executable, str(script), "change"], capture_output=True, text=True)
    print("change of address, ten times, both directions (tests/e2e/network_test.py change)   goal p95 <= 2")
    for line in done.stdout.splitlines():
        if "hole" in line or "skipped" in line:
            print("  " + line)
    return done.returncode in (0, 77)


def run(args):
    count = args.people or PEOPLE
    return 0 if all([killed(count), cut(min(count, 10)), moved()]) else 1
