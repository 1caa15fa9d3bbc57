# SPDX-License-Identifier: Apache-2.0
"""A host, a speaker and a listener talk in one room; waveforms prove who hears whom, and when nobody hears whom."""
import time

import waveform
from lab import check, main


def run(lab):
    host_wav = waveform.speak("Good evening and welcome to the first room. Tonight we talk about boats and the sea, "
                              "about sails, harbours and the long way home.", lab.path("host.wav"), "en-gb")
    ana_wav = waveform.speak("My grandfather planted seven apple trees behind the old railway station, and every "
                             "autumn we counted the baskets.", lab.path("ana.wav"), "en-us", 140, 70)
    server = lab.server()
    room = server.create_room("Boats and apples")
    links = room["links"]

    host = lab.join(links["moderator"], "Hanna", capture=f"file:{host_wav}?loop", extra=["--unmute"])
    joined = host.expect("joined")
    check(joined is not None, "the host joins by the moderator link")
    host.expect("power", power="host")
    check(True, "the first to redeem a moderator link is host")

    ana = lab.join(links["listener"], "Ana", capture=f"file:{ana_wav}?loop", extra=["--unmute"])
    ana.expect("joined")
    wolf = lab.join(links["listener"], "Wolf")
    wolf.expect("joined")
    wolf.expect("participant", name="Hanna")

    # Listening: host's voice reaches both, Ana's reaches nobody although her file runs with --unmute.
    wolf.expect("speakers", timeout=15)
    time.sleep(5)
    mark = ana.count()
    ana.say("raise I know about apples")
    host.expect("hand", name="Ana")
    queue = host.last("hand")
    check(queue.get("note") == "I know about apples", "the note reaches the moderator")
    check(wolf.last("hand") is None or "note" not in wolf.last("hand") or not wolf.last("hand")["note"],
          "the note reaches nobody else")
    host.say("mute Hanna")
    host.say("invite Ana")
    ana.expect("invited", since=mark)
    ana.say("accept")
    ana.expect("seat", since=mark, seat="stage")
    check(True, "the listener is on stage after accepting")
    wolf.expect("muted", timeout=15, name="Ana", muted=False)
    time.sleep(6)
    host.say("remove Ana")
    ana.expect("left", timeout=10, reason="removed")
    check(ana.process.wait() == 3, "parlourctl of the removed person exits with 3")
    back = lab.join(links["listener"], "Ana again", home=None)
    back.expect("joined")
    check(True, "another person still enters by the same link")
    back.end()
    wolf.end()
    host.end()

    heard_wolf = waveform.load(wolf.heard)
    source_host, source_ana = waveform.load(host_wav), waveform.load(ana_wav)
    found_host = waveform.contains(heard_wolf, source_host)
    found_ana = waveform.contains(heard_wolf, source_ana)
    print(f"wolf heard: host {found_host:.2f}, ana {found_ana:.2f}")
    check(found_host > 0.6, "the listener hears the host")
    check(found_ana > 0.6, "the listener hears Ana once she is on stage and unmuted")

    heard_host = waveform.load(host.heard)
    own = waveform.contains(heard_host, source_host)
    ana_at_host = waveform.contains(heard_host, source_ana)
    print(f"host heard: host {own:.2f}, ana {ana_at_host:.2f}")
    check(own < 0.45, "nobody hears oneself")
    check(ana_at_host > 0.6, "the host hears Ana")


main(run, "stage")
