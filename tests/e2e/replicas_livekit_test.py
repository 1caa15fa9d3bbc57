# SPDX-License-Identifier: Apache-2.0
"""Two parlourd of one house on one PostgreSQL, sound by a real livekit-server: whatever happens to either of them, the sound goes on
without a hole and nobody's program reconnects; the other takes over, and orders are in force again within seconds. Who was paused, or
cut off from the database alone, tells LiveKit nothing in another's turn. A tone that never stops shows holes, speech who it is."""
import contextlib
import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request

import livekit
import voices
import waveform
from holes import holes
from lab import Failed, check, main, wait_for
from replica_pair import Pair


class House:
    """The pair, the LiveKit server, and what is looked at all the time."""

    def __init__(self, lab):
        self.lab = lab
        self.pair = Pair(lab, self.engine)

    def engine(self, url):
        self.kit = livekit.LiveKit(self.lab, livekit.find_server(), url + "/livekit/webhook")
        return ["--media", "livekit", "--livekit-url", self.kit.url, "--livekit-key-file", self.kit.key_file]

    def may(self, name):
        """May speak, as LiveKit has it; None where there is no such person."""
        person = self.kit.people(self.room).get(name)
        return None if person is None else person["permission"].get("can_publish", False)

    def order(self, host, words, holds, began, what):
        """Until it is in force: an order may be refused while the house changes hands, with a sentence. Again then."""
        def done():
            mark = host.count()
            host.say(words)
            with contextlib.suppress(Failed):
                wait_for("it", lambda: holds() or any(e["event"] == "refused" for e in host.events()[mark:]), 15)
            return holds()
        wait_for(words, done, 30)
        print(f"      {what}: '{words}' is in force after {time.monotonic() - began:.1f} s")

    def handed_over(self, turn, to, began, what):
        wait_for("the takeover", lambda: self.pair.turn() > turn, 30)
        print(f"      {what}: another has the claim after {time.monotonic() - began:.1f} s")
        wait_for("the other one to run the house", lambda: self.pair.holds(to), 30)
        print(f"      {what}: it runs the house after {time.monotonic() - began:.1f} s")


class Watched:
    """Looks ten times a second whether something stays as it is."""

    def __init__(self, house, wanted):
        self.house, self.wanted, self.wrong, self.looks, self.over = house, wanted, [], 0, False
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.over:
            seen = {name: self.house.may(name) for name in self.wanted}
            self.looks += 1
            if seen != self.wanted:
                self.wrong.append(seen)
            time.sleep(0.1)

    def end(self):
        self.over = True
        self.thread.join()
        return self.wrong


def comes_in(lab, link, name, **options):
    """A newcomer while the house changes hands may be told to come again."""
    def once():
        person = lab.join(link, name, **options)
        with contextlib.suppress(Failed):
            return person.expect("joined", 30) and person
        person.end()
        return None
    return wait_for(f"{name} to come in", once, 60)


def killed(house, people, tony):
    pair = house.pair
    holder = pair.holder()
    turn = pair.turn()
    holder.kill9()
    began = time.monotonic()
    house.handed_over(turn, pair.other(holder), began, "killed")
    house.order(tony, "hold Ana", lambda: house.may("Ana") is False, began, "killed")
    house.order(tony, "release Ana", lambda: house.may("Ana") is True, began, "killed")
    check(True, "the holder is killed: the other takes over, and orders are in force on LiveKit")
    mark = tony.count()
    ben = people["Ben"]
    ben.say("raise me too")
    check(tony.expect("hand", 10, since=mark, name="Ben", up=True)["note"] == "me too", "a hand reaches the host")
    tony.say("invite Ben")
    ben.expect("invited", 10)
    ben.say("accept")
    tony.expect("seat", 10, since=mark, name="Ben", seat="stage")
    wait_for("Ben's right", lambda: house.may("Ben") is True, 10)
    check(True, "and whoever is asked on stage may speak")
    holder.start()
    wait_for("it is ready again", lambda: pair.balancer.ready(holder.listen), 30)
    check(not pair.holds(holder), "who comes back takes nothing away")


def passer_killed(house, people, tony):
    pair = house.pair
    holder = pair.holder()
    passer = pair.other(holder)
    turn = pair.turn()
    passer.kill9()
    began = time.monotonic()
    mark = people["Ben"].count()
    tony.say("say the other one is dead")
    people["Ben"].expect("chat", 15, since=mark, text="the other one is dead")
    print(f"      passer killed: a word is read after {time.monotonic() - began:.1f} s")
    house.order(tony, "hold Ana", lambda: house.may("Ana") is False, began, "passer killed")
    house.order(tony, "release Ana", lambda: house.may("Ana") is True, began, "passer killed")
    check(pair.turn() == turn and pair.holds(holder), "the one that only passes on is killed: the house stays where it is, and obeys")
    passer.start()
    wait_for("it is ready again", lambda: pair.balancer.ready(passer.listen), 30)


@contextlib.contextmanager
def paused(house, server):
    server.process.popen.send_signal(signal.SIGSTOP)
    yield
    server.process.popen.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def cut_off(house, server):
    """From the database alone: what serves its connections there does not move."""
    found = house.pair.postgres.ask(f"SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'parlourd, process {server.process.pid} %'")
    backends = [int(one) for one in found.split()]
    check(len(backends) >= 2, f"its {len(backends)} connections of the database are found")
    for one in backends:
        os.kill(one, signal.SIGSTOP)
    yield
    for one in backends:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGCONT)


def two_masters(house, people, tony, links, absent, what, newcomer):
    """Somebody comes in and something is ordered in the other's turn; who comes back late with older ideas changes neither."""
    pair = house.pair
    holder = pair.holder()
    other = pair.other(holder)
    turn = pair.turn()
    with absent(house, holder):
        began = time.monotonic()
        house.handed_over(turn, other, began, what)
        pair.balancer.first = other.listen   # the other's port may still take what it cannot answer
        house.order(tony, "hold Ana", lambda: house.may("Ana") is False, began, what)
        people[newcomer] = comes_in(house.lab, links["listener"], newcomer, extra=["--no-processing"])
        wait_for("the newcomer on LiveKit", lambda: house.may(newcomer) is False, 10)
        watched = Watched(house, {"Ana": False, newcomer: False})
        time.sleep(max(0.0, 11 - (time.monotonic() - began)))   # LiveKit is looked at every ten seconds
    wait_for("it to notice", lambda: pair.metrics(holder).get("parlour_replica_holds") == 0, 30)
    time.sleep(6)
    wrong = watched.end()
    check(not wrong, f"{what}: {newcomer} stays in and Ana held, in {watched.looks} looks {len(wrong)} were otherwise {wrong[:3]}")
    check(pair.turn() > turn and pair.holds(other), f"{what}: it does not take the house back")
    house.order(tony, "release Ana", lambda: house.may("Ana") is True, time.monotonic(), what)
    pair.balancer.first = None
    wait_for("both ready", lambda: all(pair.balancer.ready(one.listen) for one in pair.servers), 30)


def database_away(house, tony):
    pair = house.pair
    pair.postgres.kill()
    time.sleep(6)
    pair.postgres.start()
    began = time.monotonic()
    house.order(tony, "hold Ana", lambda: house.may("Ana") is False, began, "database back")
    house.order(tony, "release Ana", lambda: house.may("Ana") is True, began, "database back")
    check(True, "the database was away for 6 s: the house is back by itself")
    pair.holder()


def stopped(house, tony):
    pair = house.pair
    holder = pair.holder()
    turn = pair.turn()
    holder.process.popen.send_signal(signal.SIGTERM)
    began = time.monotonic()
    house.handed_over(turn, pair.other(holder), began, "stopped")
    house.order(tony, "hold Ana", lambda: house.may("Ana") is False, began, "stopped")
    house.order(tony, "release Ana", lambda: house.may("Ana") is True, began, "stopped")
    check(holder.process.wait(20) == 0, "stopped politely it ends well")
    holder.start()
    wait_for("it is ready again", lambda: pair.balancer.ready(holder.listen), 30)


def guess(server, host):
    body = json.dumps({"id": "Zz0Zz0Zz0Zz0", "secret": "A" * 22}).encode()
    request = urllib.request.Request(f"http://{server.listen}/api/v1/invitations/preview", body, {"content-type": "application/json", "host": host})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def guesses(house):
    pair = house.pair
    holder = pair.holder()
    other = pair.other(holder)
    host = pair.balancer.url[7:]
    first = [guess((holder, other)[i % 2], host) for i in range(12)]
    check(first == [404] * 10 + [429] * 2, f"ten wrong secrets, whichever of the two is asked, then a wait: {first}")
    turn = pair.turn()
    holder.kill9()
    house.handed_over(turn, other, time.monotonic(), "guessing")
    then = [guess(other, host) for _ in range(12)]
    check(then == [404] * 10 + [429] * 2, f"after a takeover ten more (docs/security.md, T21): {then}")


def run(lab):
    house = House(lab)
    pair = house.pair
    wait_for("both ready", lambda: all(pair.balancer.ready(one.listen) for one in pair.servers), 30)
    a, b = voices.two(lab)
    links = pair.holder().create_room("Two doors")["links"]
    tony = lab.join(links["moderator"], "Tony", capture="tone:440", extra=["--unmute", "--no-processing"])
    tony.expect("joined", 30)
    house.room = house.kit.rooms()[0]["name"]
    people = {"Tony": tony}
    for name, role, capture in (("Ana", "speaker", f"file:{a}?loop"), ("Wolf", "listener", "null"), ("Ben", "listener", f"file:{b}?loop")):
        people[name] = lab.join(links[role], name, capture=capture, extra=["--no-processing"])
        people[name].expect("joined", 30)
    people["Wolf"].expect("speakers", 30)
    time.sleep(3)
    marks = {name: one.count() for name, one in people.items()}

    killed(house, people, tony)
    passer_killed(house, people, tony)
    two_masters(house, people, tony, links, paused, "paused", "Vera")
    two_masters(house, people, tony, links, cut_off, "cut off from the database", "Carl")
    database_away(house, tony)
    stopped(house, tony)

    for name, mark in marks.items():
        seen = {e["event"] for e in people[name].events()[mark:]}
        check(not {"reconnecting", "reconnected", "left"} & seen, f"{name}'s program has not reconnected once in all that")
    check([one["name"] for one in house.kit.rooms()] == [house.room], "the room on LiveKit is still the same")
    wolf = people["Wolf"]
    wolf.say("leave")
    wolf.expect("left", 10)
    found = holes(wolf.heard)
    length = len(waveform.load(wolf.heard)) / waveform.RATE
    print(f"Wolf heard the tone for {length:.0f} s, with holes of {[round(gap, 2) for gap in found]} s")
    check(max(found, default=0.0) <= 0.1, f"no hole in the sound through all that, longest {max(found, default=0.0):.2f} s")

    tony.say("mute")
    mark = people["Vera"].count()
    people["Ana"].say("unmute")
    people["Vera"].expect("muted", 15, since=mark, name="Ana", muted=False)
    time.sleep(14)
    for name in ("Vera", "Carl"):
        voices.hears(people[name].heard, a, b, f"{name}, who came in meanwhile, hears Ana", last=12)
    guesses(house)
    for one in reversed(people.values()):
        one.end()


main(run, "replicas-livekit")
