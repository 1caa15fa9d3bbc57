# SPDX-License-Identifier: Apache-2.0
"""The seed case from end to end with real processes, the real app and a real browser: an owner brings members, a member invites a
famous guest with a public post, strangers become listeners, the delegate asks and counters, both sign version 3, the talk stands in
the calendar, green room, live with the host in the app: questions are screened, the chair is handed over, an overflow room raises a
hand, a raid is cleared, the room ends. Pictures of the steps lie in build/story/."""
import json
import os
import pathlib
import subprocess
import time
import urllib.request

import story_show as show
import waveform
from browser import Browser
from desktop import open_app, own_session, picture, screen
from lab import BIN, check, main, own_network, wait_for

GREENS = "Welcome to the green room. In a minute we go live, take a sip of water and breathe."


class Story:
    """What the acts hand on to each other."""

    def __init__(self, lab):
        self.lab = lab
        self.folder = pathlib.Path(os.environ.get("PARLOUR_STORY", BIN.parents[1] / "story"))
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.png"):
            old.unlink()
        self.began, self.taken = time.monotonic(), 0

    def file(self, name):
        self.taken += 1
        return self.folder / f"{self.taken:02}-{name}.png"

    def shot(self, name):
        """Of the app, a moment after the last change."""
        time.sleep(0.4)
        picture(self.lab, self.file(name))

    def page_shot(self, name):
        self.page.screenshot(self.file(name))

    def act(self, title):
        print(f"--    {title} ({time.monotonic() - self.began:.0f} s)", flush=True)


def scarce_invitations(story):
    lab = story.lab
    lab.server().admin("house", "init", "--owner-home", lab.path("olga"), "--title", "The Salon", "--name", "Olga")

    def bring(by, who):
        lab.ctl(who, "redeem", lab.ctl(by, "invite", "create", "--kind", "membership")["link"], "--name", who.capitalize())

    for who in ("ann", "bo"):
        bring("olga", who)
    for who in ("cem", "dora"):
        bring("ann", who)
    check(lab.ctl("ann", "whoami")["left"] == 0, "a member invites others until the quota is used")
    lab.ctl("ann", "invite", "create", "--kind", "membership", code=3)


def public_post(story):
    lab = story.lab
    story.guest = lab.ctl("ann", "guest", "create", "--topic", "The century of the sea", "--name", "Ada Lind", "--question", "What did you find?",
                          "--when", "2027-03-01T18:00+01:00", "--exclude", "stocks")
    story.page = page = Browser(lab)
    page.open(story.guest["public_link"])
    page.wait_text("Ada Lind is invited to a live talk")
    story.page_shot("public-post")
    check("What did you find?" not in page.text(), "the post tells the topic and no terms")


def negotiation(story):
    lab, page, guest = story.lab, story.page, story.guest
    page.open(guest["delegate_link"])
    page.wait_text("The century of the sea")
    page.fill("#f-your-words", "Interesting, but first tell us what is proposed.")
    page.click("#ask")
    wait_for("the question", lambda: lab.ctl("ann", "guest", "show", guest["id"])["state"] == "asked")
    story.page_shot("asked")
    lab.ctl("ann", "guest", "answer", guest["id"], "ask", "--text", "An hour about the deep sea, no advertising.")
    page.click("#counter")
    page.fill("[name=length_minutes]", "45")
    page.fill("[name=excluded]", "stocks\nfamily")
    page.click("#send-proposal")
    page.wait_text("2 fields differ")
    story.page_shot("countered")
    lab.ctl("ann", "guest", "answer", guest["id"], "counter", "--set", "length_minutes=50")
    lab.ctl("ann", "guest", "sign", guest["id"], "--version", "3")
    page.wait_text("Sign version 3", 40)
    page.click("#sign")
    page.wait_text("Agreed: both sides have signed.")
    story.page_shot("agreed")
    lab.ctl("ann", "guest", "terms", guest["id"], "-o", lab.path("terms.json"))
    verdict = subprocess.run([BIN / "parlourctl", "--home", lab.path("nobody"), "--json", "terms", "verify", lab.path("terms.json")],
                             env=lab.env, capture_output=True, text=True, timeout=60)
    check(verdict.returncode == 0 and json.loads(verdict.stdout)["version"] == 3, "both signed version 3, and the file proves it without the house")


def calendar(story):
    """The host, in the app from here on."""
    lab, page = story.lab, story.page
    story.app, story.window = open_app(lab, "ann", "--page", "guests", "--capture", "null", "--playout", "null")
    window = story.window
    window.wait("Ada Lind", 20)
    story.shot("guest-board")
    window.press("Ada Lind")
    window.press("Put it into the calendar", 20)
    window.wait("Go to the green room", 20)
    story.shot("scheduled")
    story.view = view = lab.ctl("ann", "guest", "show", story.guest["id"])
    with urllib.request.urlopen(lab.ctl("bo", "feed")["url"], timeout=10) as answer:
        events = answer.read().decode()
    check("SUMMARY:The century of the sea" in events and "DTSTART" in events and "20270301T" in events, "a member's calendar feed shows the talk")
    check(lab.ctl("ann", "guest", "list")[0]["column"] == "scheduled", "and the board says scheduled")
    page.open(view["page"])
    page.wait_text("The century of the sea")
    story.page_shot("event")


def green_room(story):
    lab, page, window, guest = story.lab, story.page, story.window, story.guest
    story.greens = waveform.speak(GREENS, lab.path("greens.wav"), "en-us", 150, 65)
    story.strangers = [lab.join(guest["public_link"], "Stranger 0")]
    story.strangers[0].expect("waiting", awaits="guest")
    check(True, "a stranger who follows the public link early waits outside")
    spoke = lab.join(guest["delegate_link"], "Spokesperson", home=lab.path("spoke"), capture=f"file:{story.greens}?loop", extra=["--unmute"])
    spoke.expect("joined", title="Green room of Ada Lind")
    ada = lab.join(guest["guest_link"], "Ada Lind", home=lab.path("ada"))
    ada.expect("joined", title="Green room of Ada Lind")
    window.press("Go to the green room")
    window.wait("Leave", 20)
    window.tab("Guest")
    page.open(guest["delegate_link"])
    page.click("#ready")
    page.wait_text("Guest: ● ready")
    story.page_shot("delegate-ready")
    window.wait("The guest is ready.", 15)
    story.shot("green-room")
    window.press("The host is ready")
    page.wait_text("Host: ● ready", 40)
    story.strangers[0].expect("joined", timeout=20)
    check(True, "with both lights on, the host's pressed in the app, the audience comes in")
    for person in (ada, spoke):
        person.say("leave")
        person.expect("left")
    heard = waveform.contains(waveform.load(ada.heard), waveform.load(story.greens))
    check(heard > 0.7, f"the guest heard the delegate in the green room ({heard:.2f})")


def house_from_a_members_desk(story):
    file = story.file("house")
    subprocess.run([BIN / "parlour", "--home", story.lab.path("bo"), "--page", "house", "--capture", "null", "--playout", "null",
                    "--seconds", "3", "--screenshot", file],
                   env={**story.lab.env, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, timeout=60)
    check(file.exists(), "a member looks at the house in the app")


def run(lab):
    screen(lab)
    story = Story(lab)
    for act in (scarce_invitations, public_post, negotiation, calendar, green_room, show.live, show.questions, show.chair, show.hands,
                show.overflow, show.raid, house_from_a_members_desk, show.ending):
        story.act(act.__name__.replace("_", " "))
        act(story)
    story.act("the end")
    heard = waveform.load(story.strangers[0].heard)
    found = {who: waveform.contains(heard, waveform.load(said)) for who, said in
             {"guest": story.talk, "voice from the overflow room": story.aside, "green room": story.greens}.items()}
    print("      a stranger hears: " + ", ".join(f"{who} {value:.2f}" for who, value in found.items()))
    check(found["guest"] > 0.7, "a stranger heard the guest, sample by sample")
    check(found["voice from the overflow room"] > 0.7, "and who came up from the overflow room")
    check(found["green room"] < 0.5, "and nothing of the green room")
    actions = [row["action"] for row in lab.ctl("olga", "audit")]
    check("remove" in actions and "house_founded" in actions, "the owner reads all of it in the audit log")
    print(f"pictures of the story: {story.folder}")


if __name__ == "__main__":
    own_network()
    own_session()
    main(run, "story")
