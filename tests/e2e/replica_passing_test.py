# SPDX-License-Identifier: Apache-2.0
"""Two parlourd of one house, sound by the built-in engine: the one that only passes on is killed. Whoever came through it is back over
the other by themselves, as the same person; not a moment of sound is lost, because that never went through it."""
import time

from holes import holes
from lab import check, main, wait_for
from replica_pair import FREE, Pair, back


def run(lab):
    pair = Pair(lab, lambda _: FREE)
    north, south = pair.servers
    check(pair.holder() is north, "the first one runs the house")
    wait_for("both ready", lambda: pair.balancer.ready(north.listen) and pair.balancer.ready(south.listen), 20)
    links = north.create_room("Passing")["links"]
    pair.balancer.first = south.listen
    tony = lab.join(links["moderator"], "Tony", capture="tone:440", extra=["--unmute", "--no-processing"])
    tony.expect("joined", 30)
    lea = lab.join(links["listener"], "Lea", extra=["--no-processing"])
    lea.expect("joined", 30)
    pair.balancer.first = north.listen
    ben = lab.join(links["listener"], "Ben", extra=["--no-processing"])
    ben.expect("joined", 30)
    pair.balancer.first = None
    people = (tony, lea, ben)
    check(pair.metrics(south)["parlour_replica_passed_websockets"] == 2, "two of three have come through the one that passes on")
    lea.expect("speakers", 30)
    time.sleep(3)

    through = [tony, lea]
    for number in (1, 2):
        marks = {one: one.count() for one in people}
        turn = pair.turn()
        south.kill9()
        began = time.monotonic()
        back(through, marks, began, f"death {number}")
        mark = ben.count()
        tony.say(f"say still here {number}")
        ben.expect("chat", 15, since=mark, text=f"still here {number}")
        print(f"      death {number}: a word is read {time.monotonic() - began:.1f} s after it")
        time.sleep(3)
        since = {one: [e["event"] for e in one.events()[marks[one]:]] for one in people}
        check(not any("reconnecting" in since[one] for one in people if one not in through), f"death {number}: who came another way notices nothing")
        check(not any("gone" in seen for seen in since.values()), f"death {number}: nobody is said to have gone")
        check(pair.turn() == turn and pair.holds(north), f"death {number}: the house stays where it is")
        south.start()
        wait_for("south is ready again", lambda: pair.balancer.ready(south.listen), 20)
        pair.balancer.first = south.listen
        late = lab.join(links["listener"], f"Late {number}", extra=["--no-processing"])
        late.expect("joined", 30)
        pair.balancer.first = None
        check(pair.metrics(south)["parlour_replica_passed_websockets"] == 1, f"death {number}: started again it passes on")
        wait_for("sound", lambda: late.last("stats") and late.last("stats")["packetsReceived"] > 50, 30)
        people, through = (*people, late), [late]
    for one in people:
        one.end()
    for one in people[1:]:
        found = holes(one.heard)
        print(f"{one.name} heard the tone with holes of {[round(gap, 2) for gap in found]} s")
        check(max(found, default=0.0) <= 0.1, f"{one.name}: no hole in the sound, longest {max(found, default=0.0):.2f} s")


main(run, "replica-passing")
