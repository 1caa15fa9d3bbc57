# SPDX-License-Identifier: Apache-2.0
"""After `down`, `hold` and `remove` not one packet of that person is forwarded 100 ms later, although a raw sender keeps
sending and reads nothing the server says (issue 3, done 2; T1, T3). Real processes, real UDP."""
import time

from lab import check, main, wait_for
from raw_peer import RawPeer

LIMIT = 0.1


def run(lab):
    server = lab.server()
    links = server.create_room("Raw")["links"]
    host = lab.join(links["moderator"], "Host", playout="null")
    host.expect("power", power="host")
    ear = RawPeer(lab, "listen", links["listener"], "Ear")
    wait_for("the ear to join", lambda: ear.events("joined"), 10)

    def heard(letter):
        return [e["t"] for e in ear.events("heard") if e["who"] == letter]

    worst = 0.0
    for letter, name, command, seen in (("D", "Dora", "down", {"event": "seat", "seat": "audience"}),
                                        ("H", "Hugo", "hold", {"event": "muted", "held": True}),
                                        ("R", "Rosa", "remove", {"event": "gone"})):
        talker = RawPeer(lab, "talk", links["speaker"], name, letter)
        host.expect("participant", timeout=15, name=name)
        mark = host.count()
        wait_for(f"{name} to be heard", lambda: len(heard(letter)) > 50, 15)
        asked = time.monotonic()
        host.say(f"{command} {name}")
        host.expect(since=mark, name=name, timeout=10, **seen)
        told = time.monotonic()
        before = talker.sent()
        wait_for(f"{name} to send on", lambda: talker.sent() >= before + 150, 15)
        late = [t for t in heard(letter) if t > told + LIMIT]
        last = max(heard(letter)) - asked
        worst = max(worst, last)
        print(f"{command}: told after {1000 * (told - asked):.0f} ms, last packet heard {1000 * last:.0f} ms after the command, "
              f"{talker.sent() - before} packets sent in vain")
        check(not late, f"after {command} nothing of {name} is forwarded 100 ms later, though {name} sends on")
        check(talker.process.alive(), f"{name} is still at it")
    print(f"worst: {1000 * worst:.0f} ms from the command to the last packet heard")


main(run, "raw-sender")
