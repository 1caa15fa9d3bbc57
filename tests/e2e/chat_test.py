# SPDX-License-Identifier: Apache-2.0
"""Three people write: a late comer reads the history, a message goes, slow mode refuses, reactions are seen by all."""
from lab import check, main, wait_for


def run(lab):
    server = lab.server()
    room = server.create_room("Words")
    links = room["links"]
    host = lab.join(links["moderator"], "Hanna")
    host.expect("power", power="host")
    lab.ctl("ana", "redeem", links["listener"], "--name", "Ana")   # and her folder knows the house
    ana = lab.join(links["listener"], "Ana", home=lab.path("ana"))
    ana.expect("joined")

    ana.say("say good evening")
    first = host.expect("chat", text="good evening")
    check(first["n"] >= 1 and first["id"], "a message has its number and its id")
    own = ana.expect("chat", text="good evening")
    check(own["own"] and own["n"] == first["n"], "its author is told when the house has it")
    host.say("say welcome")
    ana.expect("chat", text="welcome")

    host.say(f"delete {first['id']}")
    ana.expect("chat_deleted", id=first["id"])
    check(True, "a moderator takes a message away")

    late = lab.join(links["listener"], "Lena")
    late.expect("joined")
    gone = late.expect("chat", history=True, deleted=True)
    check(gone["text"] == "" and gone["id"] == first["id"], "who comes late finds the place, not the words")
    late.expect("chat", history=True, text="welcome")
    check(True, "and what else was said before")
    welcome = late.expect("chat", text="welcome")
    late.say(f"delete {welcome['id']}")
    check(late.expect("refused", command="delete")["code"] == "not_allowed", "a listener deletes nothing of others")

    host.say("slow 600")
    ana.expect("chat_rules", slow_s=600)
    ana.say("say too soon")
    refused = ana.expect("refused", command="say")
    check(refused["code"] == "slow_mode" and "600" in refused["message"], "slow mode refuses and says why")
    host.say("slow 0")
    ana.expect("chat_rules", slow_s=0)
    ana.say(f"resend {refused['id']}")
    host.expect("chat", text="too soon")
    check(True, "the refused message is sent again")
    host.say("pin https://example.org/notes")
    check(late.expect("chat_rules", pinned="https://example.org/notes")["pinned_by"] == "Hanna", "everybody sees the pinned link")
    host.say("pin ftp://example.org/notes")
    check(host.expect("refused", command="pin")["code"] == "bad_link", "only https is pinned")

    for name in ("clap", "clap", "heart"):
        ana.say(f"react {name}")
    for person in (host, ana, late):
        person.expect("reactions", counts={"clap": 2, "heart": 1})
    check(True, "everybody sees the same counts of reactions")
    carl = lab.join(links["listener"], "Carl")
    carl.expect("reactions", counts={"clap": 2, "heart": 1})
    host.say("react thanks")
    for person in (host, ana, carl):
        person.expect("reactions", counts={"clap": 2, "heart": 1, "thanks": 1})
    check(True, "who comes later is told those so far, and sees what comes")
    carl.end()
    since = late.count()
    for _ in range(7):
        late.say("react wow")
    refused = late.expect("refused", since=since, command="react")
    check(refused["code"] == "reacting_too_fast", f"more than five in a moment are refused: {refused['message']}")
    check(wait_for("five of them", lambda: host.last("reactions")["counts"].get("wow") == 5, 5), "and the five are counted")
    # Beside the room, from the command line of somebody who is in it: the newest page, then the one before it.
    page = lab.ctl("ana", "chat", "history", room["room"], "--limit", "2")
    check([line["text"] for line in page["lines"]] == ["welcome", "too soon"] and page["more"], "the last messages are read from the command line")
    page = lab.ctl("ana", "chat", "history", room["room"], "--before", str(page["lines"][0]["n"]))
    check([line["text"] for line in page["lines"]] == [""] and page["lines"][0]["deleted"] and not page["more"], "and what was written before them")
    lab.ctl("ana", "chat", "history", room["room"], "--before", "0", code=2)
    ana.say("leave")
    ana.end()
    lab.ctl("ana", "chat", "history", room["room"], code=3)
    check(True, "who has left reads nothing")
    back = lab.join(links["listener"], "Ana", home=lab.path("ana"))
    back.expect("joined")
    back.expect("chat", history=True, text="welcome")
    page = lab.ctl("ana", "chat", "history", room["room"], "--before", "1000")
    check([line["text"] for line in page["lines"]] == ["", "welcome", "too soon"], "who comes back within the session finds all of it")
    for person in (late, back, host):
        person.end()


main(run, "chat")
