# SPDX-License-Identifier: Apache-2.0
"""The client and the network under it, in namespaces of its own: where UDP does not pass, the sound goes by TCP (both ways, by
waveform); when the computer's address changes, everybody hears on within two seconds (ten changes, both directions)."""
import os
import shutil
import subprocess
import sys
import time

import numpy

import waveform
from lab import Failed, check, main, skip, wait_for
from voices import hears, two

SERVER = "10.9.0.1"
WAYS = {"a": ("10.1.0.1", "10.1.0.2", 10), "b": ("10.2.0.1", "10.2.0.2", 20)}   # server's end, ours, metric
ROUNDS = 10


def own_namespace():
    if os.environ.get("PARLOUR_TWO_NETS"):
        return
    if not all(shutil.which(tool) for tool in ("unshare", "nsenter", "ip")):
        skip("unshare, nsenter or ip is missing (packages util-linux, iproute2)")
    flags = ["-n"] if os.geteuid() == 0 else ["-rn"]
    if subprocess.run(["unshare", *flags, "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
        skip("no network namespaces here")
    os.environ["PARLOUR_TWO_NETS"] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


def ip(*words, inside=None):
    command = ["nsenter", "-t", str(inside), "-n"] if inside else []
    result = subprocess.run([*command, "ip", *" ".join(words).split()], capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(f"ip {' '.join(words)}: {result.stderr.strip()}")


def add_way(name):
    far, near, metric = WAYS[name]
    ip(f"addr add {near}/24 dev {name}0")
    ip(f"route add {SERVER}/32 via {far} metric {metric}")
    ip(f"route add default via {far} metric {metric}")


def two_nets(lab):
    """The server stands in another namespace behind two links."""
    there = lab.start("there", ["unshare", "-n", "sleep", "1000"])
    wait_for("the other namespace", lambda: os.readlink(f"/proc/{there.pid}/ns/net") != os.readlink("/proc/self/ns/net"))
    ip("link set lo up")
    ip("link set lo up", inside=there.pid)
    ip(f"addr add {SERVER}/32 dev lo", inside=there.pid)
    for name, (far, _, _) in WAYS.items():
        ip(f"link add {name}0 type veth peer name {name}1 netns {there.pid}")
        ip(f"link set {name}0 up")
        ip(f"addr add {far}/24 dev {name}1", inside=there.pid)
        ip(f"link set {name}1 up", inside=there.pid)
        add_way(name)
    return there.pid


def house(lab, there):
    """parlourd and parlourctl of the other namespace by the same names."""
    import lab as module
    real, beside = module.BIN, lab.path("there-bin")
    beside.mkdir()
    for program in ("parlourd", "parlourctl"):
        (beside / program).write_text(f"#!/bin/sh\nexec nsenter -t {there} -n '{real / program}' \"$@\"\n")
        (beside / program).chmod(0o755)
    module.BIN = beside
    try:
        server = lab.server(args=["--set", "server.tcp_port=7883"], listen=f"{SERVER}:0")
        return server, beside, real
    finally:
        module.BIN = real


def join_there(lab, beside, real, *args, **options):
    import lab as module
    module.BIN = beside
    try:
        return lab.join(*args, **options)
    finally:
        module.BIN = real


def stats(person):
    return wait_for(f"statistics of {person.name}", lambda: person.last("stats"), 10)


def by_tcp(lab, server, beside, real, links, a, b):
    """No datagram leaves for the server's port."""
    ip("rule add pref 10 lookup local")
    ip("rule del pref 0")
    ip(f"rule add pref 5 ipproto udp dport {server.udp_port} blackhole")
    far = join_there(lab, beside, real, links["speaker"], "Far", capture=f"file:{a}?loop", extra=["--unmute", "--no-processing"])
    far.expect("joined")
    begun = time.monotonic()
    near = lab.join(links["speaker"], "Near", capture=f"file:{b}?loop", extra=["--unmute", "--no-processing"])
    near.expect("joined", timeout=15)
    check(True, f"a room is entered where no UDP passes: {time.monotonic() - begun:.1f} s after the start of the program")
    far.expect("participant", name="Near")
    time.sleep(12)
    check(stats(near)["path"] == "tcp", "the sound goes by TCP")
    check(stats(far)["path"] == "udp", "and by UDP for who has it")
    hears(near.heard, a, b, "who has no UDP hears the other")
    hears(far.heard, b, a, "and is heard")
    for who in (near, far):
        who.say("leave")
        who.expect("left", reason="user")
    ip("rule del pref 5")


def holes(path, tone=440):
    """Lengths in s of the times without the tone, between its first and its last sound."""
    rate, samples = waveform.RATE, waveform.load(path)
    step = rate // 50
    blocks = samples[:len(samples) // step * step].reshape(-1, step)
    loud = numpy.sqrt((blocks ** 2).mean(axis=1)) > 0.01
    where = numpy.flatnonzero(loud)
    return [gap * 0.02 for gap in numpy.diff(where) - 1 if gap >= 1]


def change(lab, beside, real, links):
    far = join_there(lab, beside, real, links["speaker"], "Far", capture="tone:440", extra=["--unmute", "--no-processing"])
    far.expect("joined")
    near = lab.join(links["speaker"], "Near", capture="tone:440", extra=["--unmute", "--no-processing"])
    near.expect("joined")
    far.expect("muted", name="Near", muted=False)
    time.sleep(3)
    for number in range(ROUNDS):
        now, other = ("a", "b") if number % 2 == 0 else ("b", "a")
        ip(f"addr del {WAYS[now][1]}/24 dev {now}0")
        time.sleep(3)
        add_way(now)
        time.sleep(0.5)
    time.sleep(1)
    resumed = sum(e["event"] == "reconnected" for e in near.events())
    check(not any(e["event"] == "gone" for e in far.events()), f"after {ROUNDS} changes of address it is still the same person ({resumed} resumes)")
    for person, what in ((near, "what one hears"), (far, "how one is heard")):
        person.say("leave")
        person.expect("left", reason="user")
        person.process.wait()
        gaps = sorted(holes(person.heard))
        long = [round(g, 2) for g in gaps if g > 0.1]
        print(f"{what}: holes longer than 0.1 s: {long}")
        worst = gaps[int(len(gaps) * 0.95)] if gaps and len(gaps) >= 20 else max(gaps, default=0.0)
        check(worst <= 2.0, f"{what}: longest hole {worst:.2f} s")


def run(lab):
    there = two_nets(lab)
    server, beside, real = house(lab, there)
    a, b = two(lab)
    import lab as module
    module.BIN = beside
    links = server.create_room("Networks")["links"]
    module.BIN = real
    if "change" not in sys.argv:
        by_tcp(lab, server, beside, real, links, a, b)
    change(lab, beside, real, links)


own_namespace()
main(run, "network")
