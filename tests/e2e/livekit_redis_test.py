# SPDX-License-Identifier: Apache-2.0
"""A house on two LiveKit nodes whose redis dies and comes back empty, so that LiveKit has forgotten the room while it goes on. The house
moves it to another name; everybody comes over by themselves, is heard again, newcomers come in and the house's orders hold."""
import time

import livekit
import waveform
from lab import check, main, wait_for


def run(lab):
    seven = waveform.speak("Seven bakers from the old town bring fresh bread to the market every single morning.", lab.path("seven.wav"), "en-us", 140, 70)
    port, = livekit.free_ports(1)
    cluster = livekit.Cluster(lab, f"http://127.0.0.1:{port}/livekit/webhook")
    server = lab.server(args=["--media", "livekit", "--livekit-url", cluster.url, "--livekit-key-file", cluster.key_file], listen=f"127.0.0.1:{port}")
    links = server.create_room("Two nodes")["links"]
    hanna = lab.join(links["moderator"], "Hanna", capture=f"file:{seven}?loop", extra=["--unmute"])
    hanna.expect("joined", 30)
    ana = lab.join(links["speaker"], "Ana")
    ana.expect("joined", 30)
    wolf = lab.join(links["listener"], "Wolf")
    wolf.expect("joined", 30)
    time.sleep(5)
    old = cluster.nodes[0].rooms()[0]["name"]
    people = (hanna, ana, wolf)
    marks = {one: one.count() for one in people}
    cluster.redis.kill9()
    time.sleep(3)
    cluster.start_redis()
    began = time.monotonic()
    for one in people:
        one.expect("reconnected", 60, since=marks[one])
        print(f"{one.name} is back {time.monotonic() - began:.1f} s after redis")
    fresh = wait_for("the room under another name", lambda: [r["name"] for r in cluster.nodes[0].rooms() if r["name"] != old], 10)[0]
    wait_for("everybody in it", lambda: set(cluster.nodes[0].people(fresh)) == {"Hanna", "Ana", "Wolf"}, 20)
    check(True, "everybody has come over by themselves")
    wolf.expect("speakers", 30, since=wolf.count())
    back = time.monotonic()
    print(f"somebody is heard again {back - began:.1f} s after redis")
    vera = lab.join(links["listener"], "Vera")
    vera.expect("joined", 30)
    check(True, "newcomers come in")

    def ordered():
        hanna.say("hold Ana")   # again, if Hanna's program has not seen Ana come over yet
        return cluster.nodes[0].people(fresh)["Ana"]["permission"].get("can_publish", False) is False
    wait_for("the hold on LiveKit", ordered, 20)
    hanna.say("remove Ana")
    ana.expect("left", 15, reason="removed")
    check("Ana" not in cluster.nodes[0].people(fresh), "the house's orders hold there")
    time.sleep(max(0, 8 - (time.monotonic() - back)))
    after = time.monotonic() - back
    wait_for("the old room to end", lambda: [r["name"] for r in cluster.nodes[0].rooms()] == [fresh], 60)
    check(True, "nobody goes on in the old room")
    wolf.end()
    hanna.say("end")
    hanna.expect("left", 15)
    heard = waveform.load(wolf.heard)
    found = waveform.contains(heard[-int(min(after, 12) * waveform.RATE):], waveform.load(seven))
    print(f"Wolf heard Hanna after it: {found:.2f}")
    check(found > 0.6, "Wolf hears Hanna after it")


main(run, "livekit-redis")
