# SPDX-License-Identifier: Apache-2.0
"""The seed case from end to end with real processes, the real app and a real browser: an owner brings members, a member invites a
famous guest with a public post, strangers become listeners, the delegate asks and counters, both sign version 3, the talk stands in
the calendar, green room, live with the host in the app, a raid is cleared, the room ends. Pictures of the steps lie in
build/story/."""
import json
import os
import pathlib
import subprocess
import time
import urllib.request

import waveform
from browser import Browser
from desktop import open_app, own_session, picture, screen
from lab import BIN, ROOT, check, main, own_network, wait_for

GREENS = "Welcome to the green room. In a minute we go live, take a sip of water and breathe."
TALK = "I was asked what I found at the bottom of the sea. Mostly silence, and a great many small animals with very large eyes."


def pictures():
    folder = pathlib.Path(os.environ.get("PARLOUR_STORY", BIN.parents[1] / "story"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def run(lab):
    shots = pictures()
    server = lab.server()
    server.admin("house", "init", "--owner-home", lab.path("olga"), "--title", "The Salon", "--name", "Olga")

    # Scarce invitations.
    def bring(by, who):
        lab.ctl(who, "redeem", lab.ctl(by, "invite", "create", "--kind", "membership")["link"], "--name", who.capitalize())

    for who in ("ann", "bo"):
        bring("olga", who)
    for who in ("cem", "dora"):
        bring("ann", who)
    check(lab.ctl("ann", "whoami")["left"] == 0, "a member invites others until the quota is used")
    lab.ctl("ann", "invite", "create", "--kind", "membership", code=3)

    # The public post.
    guest = lab.ctl("ann", "guest", "create", "--topic", "The century of the sea", "--name", "Ada Lind", "--question", "What did you find?",
                    "--when", "2027-03-01T18:00+01:00", "--exclude", "stocks")
    page = Browser(lab)
    page.open(guest["public_link"])
    page.wait_text("Ada Lind is invited to a live talk")
    page.screenshot(shots / "01-public-post.png")
    check("What did you find?" not in page.text(), "the post tells the topic and no terms")

    # The spokesperson.
    page.open(guest["delegate_link"])
    page.wait_text("The century of the sea")
    page.fill("#f-your-words", "Interesting, but first tell us what is proposed.")
    page.click("#ask")
    wait_for("the question", lambda: lab.ctl("ann", "guest", "show", guest["id"])["state"] == "asked")
    page.screenshot(shots / "02-asked.png")
    lab.ctl("ann", "guest", "answer", guest["id"], "ask", "--text", "An hour about the deep sea, no advertising.")
    page.click("#counter")
    page.fill("[name=length_minutes]", "45")
    page.fill("[name=excluded]", "stocks\nfamily")
    page.click("#send-proposal")
    page.wait_text("2 fields differ")
    page.screenshot(shots / "03-countered.png")
    lab.ctl("ann", "guest", "answer", guest["id"], "counter", "--set", "length_minutes=50")
    lab.ctl("ann", "guest", "sign", guest["id"], "--version", "3")
    page.wait_text("Sign version 3", 40)
    page.click("#sign")
    page.wait_text("Agreed: both sides have signed.")
    page.screenshot(shots / "04-agreed.png")
    lab.ctl("ann", "guest", "terms", guest["id"], "-o", lab.path("terms.json"))
    verdict = subprocess.run([BIN / "parlourctl", "--home", lab.path("nobody"), "--json", "terms", "verify", lab.path("terms.json")],
                             env=lab.env, capture_output=True, text=True, timeout=60)
    check(verdict.returncode == 0 and json.loads(verdict.stdout)["version"] == 3, "both signed version 3, and the file proves it without the house")

    # The calendar.
    event = lab.ctl("ann", "schedule", "create", "The century of the sea", "--at", "2027-03-01T18:00", "--zone", "Europe/Berlin", "--for", "50")
    feed = lab.ctl("bo", "feed")["url"]
    with urllib.request.urlopen(feed, timeout=10) as answer:
        calendar = answer.read().decode()
    check("SUMMARY:The century of the sea" in calendar and "BEGIN:VEVENT" in calendar, "a member's calendar feed shows the talk")
    page.open(event["ics"].rsplit(".ics", 1)[0])
    page.wait_text("The century of the sea")
    page.screenshot(shots / "05-event.png")

    # The evening: green room first.
    room = lab.ctl("ann", "room", "create", "The century of the sea", "--invited-only")
    lab.ctl("ann", "guest", "change", guest["id"], "--room", room["room"], "--at", "2027-03-01T18:00+01:00")
    page.open(guest["delegate_link"])
    page.wait_text("Enter the green room", 40)
    page.click("#ready")
    page.wait_text("Guest: ● ready")
    lab.ctl("ann", "guest", "ready", guest["id"])
    page.wait_text("Host: ● ready", 40)
    page.screenshot(shots / "06-green-room.png")
    check(lab.ctl("ann", "guest", "list")[0]["column"] == "scheduled", "the board says scheduled, both lights are on")

    # Live.
    talk = waveform.speak(TALK, lab.path("talk.wav"), "en-gb")
    greens = waveform.speak(GREENS, lab.path("greens.wav"), "en-us", 150, 65)
    screen(lab)
    app, window = open_app(lab, "ann", room["links"]["speaker"], "--enter", "--name", "Ann", "--capture", "null", "--playout", "null")
    window.wait("Leave", 20)
    desk = lab.join(room["links"]["speaker"], "Cem", home=lab.path("cem"))   # a second pair of eyes, and how we know what the house says
    desk.expect("joined")
    window.press("Cem")
    window.press("Make moderator")
    desk.expect("power", name="Cem", power="moderator")
    check(True, "the host is in the app and makes a member moderator")
    ada = lab.join(guest["guest_link"], "Ada Lind", home=lab.path("ada"), capture=f"file:{talk}?loop", extra=["--unmute", "--accept"])
    ada.expect("joined")
    strangers = [lab.join(guest["public_link"], f"Stranger {i}") for i in range(2)]
    for one in strangers:
        one.expect("joined")
    check(True, "the public link makes strangers listeners")
    strangers[0].expect("participant", name="Ada Lind")
    seat = ada.last("seat")
    if not seat or seat.get("seat") != "stage":
        desk.say("invite Ada Lind")
        ada.expect("seat", seat="stage")
    strangers[0].expect("muted", timeout=15, name="Ada Lind", muted=False)
    time.sleep(5)

    # Hands in the order that the host chooses.
    for one in strangers:
        one.say("raise a question about eyes")
    window.press("Place of Stranger 1 in the line", 15)
    window.press("Pin in front")
    time.sleep(0.5)
    picture(lab, shots / "07-hands.png")
    window.press("Next: invite the first in line, and whoever was called up before steps down")
    strangers[1].expect("invited")
    strangers[1].say("accept")
    strangers[1].expect("seat", seat="stage")
    check(True, "the host orders the questions and calls the first one up")

    # The raid.
    raid = lab.ctl("ann", "invite", "create", "--kind", "listener", "--room", room["room"])
    crowd = [lab.join(raid["link"], f"Raider {i}", playout="null") for i in range(8)]
    for one in crowd:
        one.expect("joined", timeout=30)
    start = time.monotonic()
    window.press("Moderators' desk")
    window.press("Stop a raid…")
    window.wait("Remove 8 people")
    picture(lab, shots / "08-raid.png")
    window.press("Remove 8 people")
    for one in crowd:
        one.expect("left", reason="removed")
    window.wait("8 people are out.")
    check(True, f"a raid is cleared in three presses ({time.monotonic() - start:.2f} s)")
    late = lab.join(raid["link"], "Raider late", playout="null")
    check(late.process.wait(15) == 3, "and its link is closed")

    picture(lab, shots / "09-after-the-raid.png")
    subprocess.run([BIN / "parlour", "--home", lab.path("bo"), "--page", "house", "--capture", "null", "--playout", "null",
                    "--seconds", "3", "--screenshot", shots / "10-house.png"],
                   env={**lab.env, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, timeout=60)
    check((shots / "10-house.png").exists(), "a member looks at the house in the app")

    window.press("More")
    window.press("End the room for everybody…")
    window.press("End the room")
    code = strangers[0].process.wait(10)
    check(code == 0 and strangers[0].last("left")["reason"] == "ended", "the room ends for all")
    heard = waveform.load(strangers[0].heard)
    right, wrong = waveform.contains(heard, waveform.load(talk)), waveform.contains(heard, waveform.load(greens))
    print(f"      stranger hears the guest {right:.2f}, somebody else {wrong:.2f}")
    check(right > 0.7 and wrong < 0.5, "a stranger heard the guest, sample by sample")
    actions = [row["action"] for row in lab.ctl("olga", "audit")]
    check("remove" in actions and "house_founded" in actions, "the owner reads all of it in the audit log")
    print(f"pictures of the story: {shots}")


own_network()
own_session()
main(run, "story")
