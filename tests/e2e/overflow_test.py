# SPDX-License-Identifier: Apache-2.0
"""A full room: one waits, an overflow room opens and hears the stage, its hand reaches the main queue, whoever is accepted
is heard in the main room, and a seat that frees up is filled. Waveforms prove who heard whom."""
import time

import waveform
from lab import check, main


def run(lab):
    host_wav = waveform.speak("Good evening and welcome to the full room. Tonight we talk about lighthouses, fog horns, "
                              "and the people who kept the lamps burning.", lab.path("host.wav"), "en-gb")
    ben_wav = waveform.speak("My aunt carried eleven buckets of coal up the tower every night, and never once did the "
                             "light go out.", lab.path("ben.wav"), "en-us", 140, 70)
    wrong_wav = waveform.speak("Nobody said this in any room: cabbages, ribbons, and a quarrel about the price of tin.",
                               lab.path("wrong.wav"), "en-gb", 160, 40)
    server = lab.server()
    room = server.create_room("Lighthouses")
    links, door = room["links"], ["room", "settings", room["room"]]
    lab.ctl("hanna", "redeem", links["moderator"], "--name", "Hanna")
    check(lab.ctl("hanna", *door, "--cap", 2)["overflow"] == 0, "a cap is set, overflow rooms are off")

    host = lab.join(links["moderator"], "Hanna", capture=f"file:{host_wav}?loop", extra=["--unmute"], home=lab.path("hanna"))
    host.expect("joined")
    anna = lab.join(links["listener"], "Anna")
    anna.expect("joined")
    ben = lab.join(links["listener"], "Ben", capture=f"file:{ben_wav}?loop", extra=["--unmute"])
    waiting = ben.expect("waiting", place=1)
    check(waiting["inside"] == 2 and waiting["next_ms"] > time.time() * 1000, "the third waits with a place and an honest next try")
    cara = lab.join(links["listener"], "Cara")
    cara.expect("waiting", place=2)
    told = host.expect("door", waiting=2)
    check(told["names"] == ["Ben", "Cara"] and told["cap"] == 2, "the host sees who waits and how full it is")
    check(anna.last("door") is None, "listeners do not")
    load = lab.ctl("hanna", "room", "load", room["room"])
    check(load["waiting_count"] == 2 and load["people"] == 2 and load["arrivals_last_minute"] == 4 and load["words"],
          "room load tells people, line, arrivals and what is left in words")

    lab.ctl("hanna", *door, "--overflow", 1)
    for person in (ben, cara):
        person.expect("joined", timeout=15, title="Lighthouses – overflow 1")
        there = person.expect("overflow", n=1)
        check(there["message"] == "You are in overflow 1 of Lighthouses: you hear the stage; your hand reaches the main queue.",
              "an overflow listener is told where, and what it means")
    check(host.expect("door", waiting=0)["overflow"] in ([1], [2]), "the host sees the overflow room")
    check(ben.last("participant") is not None and all(e["name"] != "Anna" for e in ben.events() if e["event"] == "participant"),
          "the main room's audience is not in the overflow room's list")
    ben.expect("speakers", timeout=15, names=["Hanna"])
    time.sleep(5)

    ben.say("raise I kept one of those lamps")
    hand = host.expect("hand", name="Ben", up=True)
    check(hand.get("note") == "I kept one of those lamps" and hand.get("from") == "overflow 1", "the hand is in the main queue, with its origin")
    check(ben.expect("hand", name="Ben", up=True)["place"] == 1, "and its raiser sees the place")
    mark = ben.count()
    host.say("mute Hanna")
    host.say("invite Ben")
    ben.expect("invited", since=mark, name="Ben")
    ben.say("accept")
    ben.expect("overflow", since=mark, n=0)
    ben.expect("seat", since=mark, name="Ben", seat="stage")
    check(ben.last("reconnecting") is None, "who accepts is in the main room at once, over the same connection")
    anna.expect("muted", timeout=15, name="Ben", muted=False)
    cara.expect("muted", timeout=15, name="Ben", muted=False)
    time.sleep(6)

    mark = cara.count()
    anna.say("leave")
    anna.expect("left")
    ben.say("leave")
    ben.expect("left")
    cara.expect("overflow", since=mark, timeout=15, n=0)
    check(True, "when a seat frees up, the overflow listener is moved to the main room")
    for person in (cara, host):
        person.end()

    heard = {p.name: waveform.load(p.heard) for p in (host, anna, ben, cara)}
    said = {"host": waveform.load(host_wav), "ben": waveform.load(ben_wav), "wrong": waveform.load(wrong_wav)}
    found = {(who, what): waveform.contains(heard[who], said[what]) for who in heard for what in said}
    for who in heard:
        print(f"{who} heard: host {found[who, 'host']:.2f}, ben {found[who, 'ben']:.2f}, never said {found[who, 'wrong']:.2f}")
    for who in ("Ben", "Cara"):
        check(found[who, "host"] > 0.6, f"{who} heard the stage from the overflow room")
    for who in ("Hanna", "Anna", "Cara"):
        check(found[who, "ben"] > 0.6, f"{who} heard who came up from the overflow room")
    for who in heard:
        check(found[who, "wrong"] < 0.45, f"{who} heard nothing that nobody said")


main(run, "overflow")
