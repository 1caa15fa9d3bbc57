# SPDX-License-Identifier: Apache-2.0
"""An interview: a listener asks, the desk approves, the question goes on air and is done; the chair is handed over. The server
dies in between by kill -9 and nothing of it is lost."""
import time

from lab import check, main, on_livekit, wait_for


def listed(person):
    mark = person.count()
    person.say("questions")
    person.expect("questions", since=mark)
    return person.last("questions")


def order(person, words):
    mark = person.count()
    person.say(words)
    person.expect("question", since=mark)
    return person.last("question")


def refusal(person, words):
    mark = person.count()
    person.say(words)
    person.expect("refused", since=mark)
    return person.last("refused")["code"]


def second_shell(lab, room, host, wolf):
    """The same desk by commands of their own, while the person is in the room with another program."""
    def questions(what, *more, code=0):
        return lab.ctl("hanna", "questions", what, room, *more, code=code)

    n = str(questions("ask", "And wasps?")["n"])
    check(questions("approve", n)["state"] == "approved", "a command asks and approves")
    wolf.say("raise Do bees sleep?")
    host.expect("hand", name="Wolf", note="Do bees sleep?")
    hand = str(questions("hand", "Wolf")["n"])
    check([q["text"] for q in questions("list")["questions"] if q["state"] == "open"] == ["Do bees sleep?"], "the note of a hand becomes a question")
    questions("approve", hand)
    questions("place", hand, "1")
    line = [(q["text"], q["place"]) for q in questions("list")["questions"] if q["state"] == "approved"]
    check(line == [("Do bees sleep?", 1), ("And wasps?", 2)], "the line is ordered")
    check(questions("now", hand)["state"] == "now" and questions("done", hand)["state"] == "done", "on air, and done")
    check(questions("drop", n, "--reason", "Too late")["state"] == "dropped", "dropped")
    check([q["reason"] for q in questions("list")["questions"] if q["state"] == "dropped"] == ["Too late"], "with its reason")
    check(questions("agreed", code=3).returncode == 3, "without a guest nothing was agreed")
    questions("now", "nothing", code=2)
    time.sleep(2)   # the house takes so many orders of one person and no more
    mark = wolf.count()
    lab.ctl("hanna", "room", "chair", room, host.expect("participant", name="Ana")["identity"])
    wolf.expect("chair", since=mark, name="Ana")
    mark = wolf.count()
    lab.ctl("hanna", "room", "chair", room)
    wolf.expect("chair", since=mark, name="Hanna")
    check(True, "the chair is handed over and taken back")


def run(lab):
    server = lab.server()
    room = server.create_room("Boats")
    links = room["links"]
    lab.ctl("hanna", "redeem", links["moderator"], "--name", "Hanna")
    host = lab.join(links["moderator"], "Hanna", home=lab.path("hanna"))
    host.expect("joined")
    ana = lab.join(links["speaker"], "Ana", home=lab.path("ana"))
    ana.expect("joined")
    wolf = lab.join(links["listener"], "Wolf", home=lab.path("wolf"))
    wolf.expect("joined")
    host.expect("participant", name="Wolf")

    asked = order(wolf, "question Why bees?")
    check(asked["n"] == 1 and asked["state"] == "open", "a listener's question waits for the desk")
    host.expect("questions_changed")
    check(listed(ana)["questions"] == [], "nobody else reads it before it is approved")
    at_desk = listed(host)["questions"][0]
    check(at_desk["asker_name"] == "Wolf" and at_desk["text"] == "Why bees?", "the desk sees who asked what")
    check(refusal(wolf, "approve 1") == "not_allowed", "only moderators approve")
    check(refusal(wolf, "question At once?") == "question_too_soon", "between two questions there is a pause")
    mark = ana.count()
    check(order(host, "approve 1")["state"] == "approved", "the desk approves")
    ana.expect("questions_changed", since=mark)
    check([q["state"] for q in listed(ana)["questions"]] == ["approved"], "now everybody reads it")

    host.say("chair")
    ana.expect("chair", name="Hanna")
    mark = wolf.count()
    host.say("chair Ana")
    wolf.expect("chair", since=mark, name="Ana")
    check(ana.last("muted") is None, "the chair is handed over and no microphone was touched")
    check(refusal(wolf, "chair Wolf") == "not_allowed", "the room does not take the chair by itself")
    mark = wolf.count()
    host.say("slot 90 Ana")
    wolf.expect("slot", since=mark, name="Ana")

    order(host, "now 1")
    check(listed(wolf)["questions"][0]["state"] == "now", "the question is on air")
    server.kill9()
    server.start()
    if on_livekit():
        check(not any(person.last("reconnecting") for person in (host, ana, wolf)), "nobody notices: the sound does not go through parlourd")
    else:
        for person in (host, ana, wolf):
            wait_for("everybody is back", lambda: person.last("reconnected") is not None, 30)
    check(listed(wolf)["questions"][0]["state"] == "now", "after kill -9 it is still on air")
    mark = wolf.count()
    ana.say("chair Hanna")
    wolf.expect("chair", since=mark, name="Hanna")
    check(True, "after kill -9 Ana still had the chair and hands it back")
    check(order(host, "done 1")["state"] == "done", "the question is done")
    own = listed(wolf)["questions"]
    check(len(own) == 1 and own[0]["state"] == "done" and own[0]["own"], "who asked reads what became of it")
    check(listed(ana)["questions"] == [], "for the others it is over")
    check(refusal(ana, "chair") == "not_allowed", "without the chair Ana cannot take it")
    second_shell(lab, room["room"], host, wolf)
    for person in (wolf, ana, host):
        person.end()


main(run, "interview")
