# SPDX-License-Identifier: Apache-2.0
"""A house on two LiveKit nodes: our own client speaks and listens, and the node that holds the room is killed in the middle. The room
comes up on the other one, everybody is heard again, and the house's orders hold."""
import time

import livekit
import waveform
from lab import check, main, wait_for


def run(lab):
    seven = waveform.speak("Seven bakers from the old town bring fresh bread to the market every single morning.", lab.path("seven.wav"), "en-us", 140, 70)
    ferry = waveform.speak("The ferry leaves at nine and comes back when the fog has lifted from the northern islands.", lab.path("ferry.wav"), "en-gb")
    port, = livekit.free_ports(1)
    cluster = livekit.Cluster(lab, f"http://127.0.0.1:{port}/livekit/webhook")
    server = lab.server(args=["--media", "livekit", "--livekit-url", cluster.url, "--livekit-key-file", cluster.key_file], listen=f"127.0.0.1:{port}")
    links = server.create_room("Two nodes")["links"]
    hanna = lab.join(links["moderator"], "Hanna", capture=f"file:{seven}?loop", extra=["--unmute"])
    hanna.expect("joined", 20)
    ana = lab.join(links["listener"], "Ana", capture=f"file:{ferry}?loop", extra=["--unmute"])
    ana.expect("joined", 20)
    wolf = lab.join(links["listener"], "Wolf")
    wolf.expect("joined", 20)
    ana.say("raise")
    hanna.expect("hand", 10, name="Ana")
    hanna.say("invite Ana")
    ana.expect("invited", 10)
    ana.say("accept")
    wolf.expect("seat", 10, name="Ana", seat="stage")
    wolf.expect("muted", 15, name="Ana", muted=False)
    check(True, "hand, offer and stage work on two nodes")
    time.sleep(5)

    name = cluster.nodes[0].rooms()[0]["name"]
    holder = cluster.holder(name)
    other = next(node for node in cluster.nodes if node is not holder)
    people = (hanna, ana, wolf)
    marks = {one: one.count() for one in people}
    print(f"the room is on {holder.name}; it is killed")
    holder.kill9()
    began = time.monotonic()
    for one in people:
        one.expect("reconnected", 60, since=marks[one])
        print(f"{one.name} is back after {time.monotonic() - began:.1f} s")
    wolf.expect("speakers", 30, since=wolf.count())
    print(f"somebody is heard again after {time.monotonic() - began:.1f} s")
    wait_for("everybody on the other node", lambda: set(other.people(name)) == {"Hanna", "Ana", "Wolf"}, 30)
    check(True, "everybody is on the other node")
    wait_for("Ana's seat there", lambda: other.people(name)["Ana"]["attributes"].get("parlour.seat") == "stage", 20)
    check(other.people(name)["Ana"]["permission"]["can_publish"] is True, "seats and rights went along")
    time.sleep(8)

    mark = hanna.count()
    hanna.say("hold Ana")
    wait_for("the hold on the other node", lambda: other.people(name)["Ana"]["permission"]["can_publish"] is False, 20)
    check(not any(e.get("event") == "refused" for e in hanna.events()[mark:]), "the house's orders hold there")
    hanna.say("remove Ana")
    ana.expect("left", 15, reason="removed")
    check("Ana" not in other.people(name), "and a removal is one")
    cut = time.monotonic() - began
    wolf.end()
    hanna.say("end")
    hanna.expect("left", 15)

    heard = waveform.load(wolf.heard)
    after = heard[-int(min(cut, 12) * waveform.RATE):]
    for which, sound in (("before and after", heard), ("after", after)):
        for who, source in (("Hanna", seven), ("Ana", ferry)):
            if which == "after" and who == "Ana":
                continue   # held by then
            found = waveform.contains(sound, waveform.load(source))
            print(f"Wolf heard {who} {which}: {found:.2f}")
            check(found > 0.6, f"Wolf hears {who} ({which} the node's death)")


main(run, "livekit-nodes")
