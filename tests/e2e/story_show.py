# SPDX-License-Identifier: Apache-2.0
"""The evening of the story: what the host does in the app while the talk runs. Each act takes the Story of story_test.py."""
import time

import waveform
from lab import check, wait_for

TALK = "I was asked what I found at the bottom of the sea. Mostly silence, and a great many small animals with very large eyes."
ASIDE = "I kept a lighthouse for eleven winters, and every autumn the birds came down to us by the thousand."


def answer(person, words, event):
    """What the house answers to a command of parlourctl."""
    mark = person.count()
    person.say(words)
    return person.expect(event, since=mark)


def desk(person):
    return {q["text"]: q for q in answer(person, "questions", "questions")["questions"]}


def live(story):
    lab, window, guest = story.lab, story.window, story.guest
    story.talk = waveform.speak(TALK, lab.path("talk.wav"), "en-gb")
    window.press("Go to the stage")
    window.wait("The century of the sea", 20)
    story.strangers[0].expect("participant", name="Ann", timeout=20)
    speaker = lab.ctl("ann", "invite", "create", "--kind", "speaker", "--room", story.view["room"])["link"]
    story.cem = lab.join(speaker, "Cem", home=lab.path("cem"))   # a second pair of eyes, and how we know what the house says
    story.cem.expect("joined")
    story.ada = lab.join(guest["guest_link"], "Ada Lind", home=lab.path("ada"), capture=f"file:{story.talk}?loop", extra=["--unmute"])
    story.ada.expect("joined", title="The century of the sea")
    story.strangers.append(lab.join(guest["public_link"], "Stranger 1"))
    story.dora = lab.join(guest["public_link"], "Dora", home=lab.path("dora"))
    for one in (*story.strangers, story.dora):
        one.expect("joined")
    check(True, "the public link makes strangers listeners")
    window.press("Cem")
    window.press("Make moderator")
    story.cem.expect("power", name="Cem", power="moderator")
    check(True, "the host is in the app and makes a member moderator")
    story.strangers[0].expect("muted", timeout=15, name="Ada Lind", muted=False)
    time.sleep(5)
    story.shot("live")


def questions(story):
    window, (first, second), dora = story.window, story.strangers, story.dora
    window.tab("Questions")
    window.wait("No questions yet. What people ask waits here until you approve it.")
    story.shot("questions-none")
    window.press("Load agreed questions · 1")
    sleep, cold, price = "Do the fish down there ever sleep?", "How cold is it at the bottom?", "Which shares would you buy now?"
    for person, words in ((first, sleep), (second, cold), (dora, price)):
        answer(person, f"question {words}", "question")
    check(sleep not in desk(second), "what a listener asks is read by nobody else before it is approved")
    window.wait(f"Approve: {price}")
    story.shot("questions-screened")
    window.press(f"More for: {price}")
    window.press("Drop with a reason…")
    window.wait("Reason")
    window.write("Reason", "Not talked about tonight")
    story.shot("question-dropped")
    window.press("Drop it")
    wait_for("the reason", lambda: desk(dora)[price]["state"] == "dropped")
    check(desk(dora)[price]["reason"] == "Not talked about tonight" and price not in desk(first), "who asked reads the reason, the room nothing")
    window.press(f"Approve: {sleep}")
    window.press(f"Approve: {cold}")
    window.wait(f"Ask now: {cold}")

    def line():
        return [text for text, q in desk(first).items() if q["state"] == "approved"]
    wait_for("the line", lambda: len(line()) >= 2)
    window.press(f"More for: {cold}")
    window.press("Move up")
    wait_for("the order", lambda: line().index(cold) < line().index(sleep))
    check(True, "the host screens and orders the questions in the app, and the room reads the line")
    window.press(f"Ask now: {cold}")
    wait_for("the question on air", lambda: desk(second)[cold]["state"] == "now")
    window.wait(f"Done: {cold}")
    story.shot("question-on-air")
    window.press(f"Done: {cold}")
    wait_for("its end", lambda: desk(second)[cold]["state"] == "done")
    check(True, "one is on air, and done")


def chair(story):
    window, first = story.window, story.strangers[0]
    mark = first.count()
    window.press("Cem")
    window.wait("Hand over the chair")
    story.shot("chair")
    window.press("Hand over the chair")
    first.expect("chair", since=mark, name="Cem")
    muted = [e for e in first.events()[mark:] if e["event"] == "muted"]
    check(not muted, "the chair is handed over by one click, and no microphone was touched")


def hands(story):
    window, strangers = story.window, story.strangers
    for one in strangers:
        answer(one, "raise a question about eyes", "hand")
    window.tab("Raised hands", "Hands")
    window.press("Place of Stranger 1 in the line", 15)
    window.press("Pin in front")
    wait_for("the pin", lambda: "pinned" in window.told("Stranger 1"))
    story.shot("hands")
    window.press("Next: invite the first in line, and whoever was called up before steps down")
    strangers[1].expect("invited")
    strangers[1].say("accept")
    strangers[1].expect("seat", seat="stage")
    check(True, "the host orders the hands and calls the first one up")


def settings(story, cap, overflow):
    """In the app: at most so many people, and an overflow room when so many wait; "" for none."""
    window = story.window
    window.press("More")
    window.press("Room settings…")
    window.write("People inside, at most", cap)
    window.write("Overflow room when so many wait", overflow)
    if cap:
        story.shot("settings")
    window.press("Save settings")
    wait_for("the settings", lambda: story.lab.ctl("ann", "room", "settings", story.view["room"])["overflow"] == int(overflow or 0))


def overflow(story):
    lab, window = story.lab, story.window
    story.aside = waveform.speak(ASIDE, lab.path("aside.wav"), "en-us", 140, 70)
    inside = lab.ctl("ann", "room", "load", story.view["room"])["people"]
    settings(story, str(inside), "1")
    ona = lab.join(story.guest["public_link"], "Ona", capture=f"file:{story.aside}?loop", extra=["--unmute"])
    ona.expect("joined", timeout=20, title="The century of the sea – overflow 1")
    ona.expect("speakers", timeout=15, names=["Ada Lind"])
    check(True, "who comes to the full room is in its overflow room and hears the stage")
    ona.say("raise I kept one of those lamps")
    window.tab("Raised hands", "Hands")
    window.wait("Invite Ona to speak", 15)
    wait_for("where the hand comes from", lambda: "overflow 1" in window.told("Ona"))
    check("I kept one of those lamps" in window.told("Ona"), "the hand stands in the app's queue with its origin and its note")
    story.shot("overflow-hand")
    window.press("Invite Ona to speak")
    ona.expect("invited", name="Ona")
    story.ada.say("mute")   # she listens
    ona.say("accept")
    ona.expect("seat", name="Ona", seat="stage")
    story.strangers[0].expect("muted", timeout=15, name="Ona", muted=False)
    time.sleep(6)
    window.tab("Door")
    story.shot("door")
    ona.say("leave")
    ona.expect("left")
    settings(story, "", "")


def raid(story):
    lab, window = story.lab, story.window
    link = lab.ctl("ann", "invite", "create", "--kind", "listener", "--room", story.view["room"])["link"]
    crowd = [lab.join(link, f"Raider {i}", playout="null") for i in range(8)]
    for one in crowd:
        one.expect("joined", timeout=30)
    window.tab("Raised hands", "Hands")
    start = time.monotonic()
    window.press("Moderators' desk")
    window.press("Stop a raid…")
    window.wait("Remove 8 people")
    story.shot("raid")
    window.press("Remove 8 people")
    for one in crowd:
        one.expect("left", reason="removed")
    window.wait("8 people are out.")
    check(True, f"a raid is cleared in three presses ({time.monotonic() - start:.2f} s)")
    late = lab.join(link, "Raider late", playout="null")
    check(late.process.wait(15) == 3, "and its link is closed")
    story.shot("after-the-raid")


def ending(story):
    window, stranger = story.window, story.strangers[0]
    window.press("More")
    window.press("End the room for everybody…")
    window.wait("End the room")
    story.shot("end")
    window.press("End the room")
    code = stranger.process.wait(10)
    check(code == 0 and stranger.last("left")["reason"] == "ended", "the room ends for all")
    window.wait("“The century of the sea” has ended.")
    story.shot("afterwards")
