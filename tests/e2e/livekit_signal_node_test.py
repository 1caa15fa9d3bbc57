# SPDX-License-Identifier: Apache-2.0
"""A house on two LiveKit nodes: the node dies that holds no room, and only carries what some people say and are told. They are back over
the other one as the same persons, and hear on meanwhile without a hole: the sound never went that way."""
import time

import livekit
from holes import holes
from lab import check, main, wait_for


def run(lab):
    server = livekit.house_on_nodes(lab)
    cluster = server.cluster
    links = server.create_room("Two nodes")["links"]
    quiet = {"extra": ["--no-processing"]}
    tony = lab.join(links["moderator"], "Tony", capture="tone:440", extra=["--unmute", "--no-processing"])
    tony.expect("joined", 20)
    name = cluster.nodes[0].rooms()[0]["name"]
    holder = cluster.holder(name)
    other = cluster.other(holder)
    cluster.balancer.first = other.port
    lea = lab.join(links["listener"], "Lea", **quiet)
    lea.expect("joined", 20)
    sven = lab.join(links["speaker"], "Sven", capture="tone:660", extra=["--unmute", "--no-processing"])
    sven.expect("joined", 20)
    cluster.balancer.first = holder.port
    ben = lab.join(links["listener"], "Ben", **quiet)
    ben.expect("joined", 20)
    people = (tony, lea, sven, ben)
    tony.expect("muted", 15, name="Sven", muted=False)
    lea.expect("speakers", 15)
    time.sleep(4)

    marks = {one: one.count() for one in people}
    print(f"the room is on {holder.name}; {other.name} is killed")
    other.kill9()
    began = time.monotonic()
    kinds = ("reconnecting", "reconnected", "gone", "left")
    wait_for("Lea and Sven to have noticed", lambda: all(any(e["event"] == "reconnecting" for e in one.events()[marks[one]:]) for one in (lea, sven)), 30)
    for one in (lea, sven):
        one.expect("reconnected", 30, since=marks[one])
        print(f"      {one.name} is back {time.monotonic() - began:.1f} s after it")
    mark = lea.count()
    tony.say("hold Sven")
    lea.expect("muted", 15, since=mark, name="Sven", held=True)
    wait_for("the hold on LiveKit", lambda: holder.people(name)["Sven"]["permission"].get("can_publish", False) is False, 15)
    check(True, "they are told what happens in the room, and orders reach them")
    tony.say("release Sven")
    time.sleep(4)
    for one in (tony, ben):
        seen = [e["event"] for e in one.events()[marks[one]:] if e["event"] in kinds]
        check(not seen, f"{one.name}, who came by the other one, notices nothing {seen}")
    check(set(holder.people(name)) == {"Tony", "Lea", "Sven", "Ben"}, "everybody is in the room")
    for one in people:
        one.end()
    for one in (lea, ben):
        found = holes(one.heard)
        print(f"{one.name} heard with holes of {[round(gap, 2) for gap in found]} s")
        check(max(found, default=0.0) <= 0.1, f"{one.name}: no hole in the sound, longest {max(found, default=0.0):.2f} s")


main(run, "livekit-signal-node")
