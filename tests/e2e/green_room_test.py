# SPDX-License-Identifier: Apache-2.0
"""Before a guest's talk: guest, delegate and host hear each other, the audience waits outside and hears nothing; with both lights
on it comes in and hears the guest. A delegate takes the guest off the stage, also one who sends on, and never speaks there."""
import json
import time

import waveform
from lab import check, main, wait_for
from raw_peer import RawPeer

TALK = "I was asked what I found at the bottom of the sea. Mostly silence, and a great many small animals with very large eyes."
GREENS = "Welcome to the green room. In a minute we go live, take a sip of water and breathe."
LIMIT = 0.1


def silent(path):
    """Nothing was played, or nothing but silence."""
    try:
        return waveform.rms(waveform.load(path)) < 0.001
    except (OSError, EOFError, ValueError):
        return True


def agree(lab):
    server = lab.server()
    server.admin("house", "init", "--owner-home", lab.path("host"), "--title", "Sea house", "--name", "Hanna")
    made = lab.ctl("host", "guest", "create", "--topic", "The century of the sea", "--name", "Ada", "--when", "2027-03-01T18:00+01:00")
    lab.ctl("host", "guest", "sign", made["id"], "--version", "1")
    lab.ctl("ada", "guest", "sign", made["guest_link"], "--version", "1")
    planned = lab.ctl("host", "guest", "schedule", made["id"], "--zone", "Europe/Berlin")
    check(planned["at"] == "2027-03-01T17:00:00Z" and lab.ctl("host", "guest", "list")[0]["column"] == "scheduled", "signed terms go into the calendar in one step")
    check("The century of the sea" in json.dumps(lab.ctl("host", "schedule", "list")), "the calendar shows the talk")
    return made, planned


def run(lab):
    made, planned = agree(lab)
    talk = waveform.speak(TALK, lab.path("talk.wav"), "en-gb")
    greens = waveform.speak(GREENS, lab.path("greens.wav"), "en-us", 150, 65)
    source, green_words = waveform.load(talk), waveform.load(greens)
    view = lab.ctl("host", "guest", "show", made["id"])

    def door(room):   # the host's own link
        return lab.ctl("host", "invite", "create", "--kind", "moderator", "--room", room)["link"]

    early = lab.join(made["public_link"], "Early", home=lab.path("early"))

    def outside():   # in line, or sent away with the reason
        return early.last("waiting") or (not early.process.alive() and "when the guest is ready" in early.process.log.read_text())

    wait_for("the early one to be told", outside, 15)
    check(early.last("joined") is None, "who comes early is told that it starts when the guest is ready")
    host = lab.join(door(view["room"]), "Hanna", home=lab.path("host"))
    host.expect("joined")
    green = {"room": view["green_room"], "title": "Green room of Ada"}
    ada = lab.join(made["guest_link"], "Somebody", home=lab.path("ada"), capture=f"file:{talk}?loop", extra=["--unmute"])
    ada.expect("joined", name="Ada", **green)
    ada.expect("seat", seat="stage")
    check(True, "before the audience the guest's link leads into the green room, under the guest's name")
    delegate = lab.join(made["delegate_link"], "Spokesperson", home=lab.path("spoke"))
    delegate.expect("joined", **green)
    in_green = lab.join(view["green_room"], "Hanna", home=lab.path("host"), capture=f"file:{greens}?loop")
    in_green.expect("joined", **green)
    check(True, "the host comes in by the id of the room")
    ear = RawPeer(lab, "listen", made["public_link"], "Eavesdropper")
    time.sleep(5)
    ada.say("mute")   # one after the other
    in_green.say("unmute")
    time.sleep(5)
    check(silent(early.heard), "the audience's recording is silent so far")
    check(not ear.events("joined") and not ear.events("heard"), "a client without manners gets no further")
    lab.ctl("spoke", "guest", "ready", made["delegate_link"])
    time.sleep(1)
    check(early.last("joined") is None, "one light is not enough")
    so_far = ada.count()
    lab.ctl("host", "guest", "ready", made["id"])
    if not early.process.alive():
        early = lab.join(made["public_link"], "Early", home=lab.path("early"))
    early.expect("joined", timeout=15)
    check(lab.ctl("host", "guest", "show", made["id"])["started"], "with both lights on the room goes live and the line comes in")
    ada.expect("joined", since=so_far, timeout=15, room=view["room"], name="Ada")
    ada.expect("seat", since=so_far, seat="stage")
    check(ada.last("joined")["title"] != green["title"], "the guest, who waited in the green room, is on stage by herself")
    check(delegate.last("joined")["room"] == view["green_room"] and host.process.alive(), "the delegate stays where they were")
    ada.say("leave")
    ada.expect("left")
    in_green.end()
    before = {"guest": (ada, green_words), "delegate": (delegate, green_words), "delegate, of the guest": (delegate, source), "host": (in_green, source)}
    heard = {who: waveform.contains(waveform.load(person.heard), said) for who, (person, said) in before.items()}
    print("      heard in the green room: " + ", ".join(f"{who} {value:.2f}" for who, value in heard.items()))
    check(min(heard.values()) > 0.7, "guest, delegate and host heard each other in the green room")
    ada = lab.join(made["guest_link"], "Ada", home=lab.path("ada"), capture=f"file:{talk}?loop", extra=["--unmute"])
    ada.expect("joined", room=view["room"])
    ada.expect("seat", seat="stage")
    check(True, "now the guest's link leads on stage")
    time.sleep(7)
    heard = {"host": waveform.contains(waveform.load(host.heard), source), "early": waveform.contains(waveform.load(early.heard), source),
             "leak": waveform.contains(waveform.load(early.heard), green_words)}
    print("      heard: " + ", ".join(f"{who} {value:.2f}" for who, value in heard.items()))
    check(heard["host"] > 0.7, "the host hears the guest on stage")
    check(heard["early"] > 0.7, "the audience hears the guest now, sample by sample")
    check(heard["leak"] < 0.5, "and nothing of the green room")

    # The delegate in the talk is one of the audience, whatever their client does.
    ada.end()
    ear = RawPeer(lab, "listen", made["public_link"], "Ear")
    wait_for("the ear to join", lambda: ear.events("joined"), 10)
    liar = RawPeer(lab, "talk", made["public_link"], "Ada", "L", home="spoke")
    wait_for("the delegate to join as a listener", lambda: liar.events("joined"), 10)
    guest = RawPeer(lab, "talk", made["guest_link"], "Ada", "G", home="ada")

    def heard_of(letter):
        return [e["t"] for e in ear.events("heard") if e["who"] == letter]

    wait_for("the guest to be heard", lambda: len(heard_of("G")) > 50, 15)
    lab.ctl("spoke", "guest", "offstage", made["delegate_link"])
    told = time.monotonic()
    before = guest.sent()
    wait_for("the guest to send on", lambda: guest.sent() >= before + 100, 15)
    check(not [t for t in heard_of("G") if t > told + LIMIT], "the delegate takes the guest off the stage, though that client sends on")
    wait_for("the delegate's client to send all the same", lambda: liar.sent() >= 250, 20)
    check(liar.events("refused") and not heard_of("L"), f"the delegate never speaks in the talk ({liar.sent()} packets sent in vain)")
    host.say("end")
    wait_for("the board", lambda: lab.ctl("host", "guest", "list")[0]["column"] == "done", 10)
    check(True, "the board says done when the room has ended")


if __name__ == "__main__":
    main(run, "green-room")
