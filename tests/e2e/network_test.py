# SPDX-License-Identifier: Apache-2.0
"""The client and the network under it, in namespaces of its own: where UDP does not pass, the sound goes by TCP (both ways, by
waveform); when the computer's address changes, everybody hears on within two seconds (ten changes, both directions)."""
import json
import sys
import time

from holes import holes
from lab import check, main, wait_for
from two_nets import WAYS, add_way, as_there, house, ip, join_there, own_namespace, two_nets
from voices import hears, two

ROUNDS = 10


def stats(person):
    return wait_for(f"statistics of {person.name}", lambda: person.last("stats"), 10)


def by_tcp(lab, server, there, links, a, b):
    """No datagram leaves for the server's port."""
    ip("rule add pref 10 lookup local")
    ip("rule del pref 0")
    ip(f"rule add pref 5 ipproto udp dport {server.udp_port} blackhole")
    far = join_there(lab, there, links["speaker"], "Far", capture=f"file:{a}?loop", extra=["--unmute", "--no-processing"])
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


def change(lab, there, links):
    far = join_there(lab, there, links["speaker"], "Far", capture="tone:440", extra=["--unmute", "--no-processing"])
    far.expect("joined")
    home = lab.path("near-home")
    near = lab.join(links["speaker"], "Near", capture="tone:440", extra=["--unmute", "--no-processing", "--home", str(home)])
    near.expect("joined")
    far.expect("muted", name="Near", muted=False)
    time.sleep(24)   # 20 s of somebody else's sound are enough to know what a network needs
    for number in range(ROUNDS):
        now, other = ("a", "b") if number % 2 == 0 else ("b", "a")
        ip(f"addr del {WAYS[now][1]}/24 dev {now}0")
        time.sleep(3)
        add_way(now)
        time.sleep(0.5)
    known = (home / "networks.json").read_text()
    check(len(json.loads(known)["networks"]) == 1 and "10.1.0" not in known, "what the first network needed is kept, and not which it was")
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
    server = house(lab, there, "--set", "server.tcp_port=7883")
    a, b = two(lab)
    links = as_there(lab, there, lambda: server.create_room("Networks")["links"])
    if "change" not in sys.argv:
        by_tcp(lab, server, there, links, a, b)
    change(lab, there, links)


own_namespace()
main(run, "network")
