# SPDX-License-Identifier: Apache-2.0
"""A guest who has nothing but a browser, in Chromium and in Firefox, with real sound devices: the link is opened, the room is heard
(the loudspeaker's waveform), a hand goes up with a note, the host lets them up, they speak (the microphone's waveform), mute, chat, leave;
by keyboard alone. Links that are closed explain themselves. No secret is in any URL, and nothing goes to anybody else."""
import json
import os
import pathlib
import re
import signal
import sys
import time

import waveform
from browser import Browser
from firefox import Firefox
from keyboard import act, write
from lab import check, main, on_livekit, own_network, skip, wait_for
from sound import Sound

HOST = "The ferry leaves at nine and comes back when the fog has lifted from the northern islands."
GUEST = "Seven bakers from the old town bring fresh bread to the market every single morning."


def seen(page, css):
    return page.run(f"(e => !!e && e.getClientRects().length > 0)(document.querySelector({json.dumps(css)}))")


def wait_seen(page, css, yes=True, timeout=20):
    wait_for(f"{css} {'to be there' if yes else 'to go'}", lambda: bool(seen(page, css)) == yes, timeout)


def in_own_words(page, name):
    """A screen reader has a name for everything that takes the focus, and nothing is wider than the window."""
    controls = page.spoken()
    unnamed = [role for role, words in controls if not words.strip()]
    check(controls and not unnamed, f"{name}: a name for each of {len(controls)} controls {unnamed}")
    check(page.run("document.documentElement.scrollWidth <= window.innerWidth"), f"{name}: nothing sticks out at {page.run('window.innerWidth')} px")


class Evening:
    """What the steps hand on to each other."""

    def __init__(self, lab, server, host, sound, shots, room):
        self.lab, self.server, self.host, self.sound, self.shots, self.room = lab, server, host, sound, shots, room
        self.secrets = []
        self.said_by_host, self.said_by_guest = waveform.load(lab.path("host.wav")), waveform.load(lab.path("guest.wav"))
        self.claps = 0

    def link(self, *more):
        made = self.lab.ctl("host", "invite", "create", "--room", self.room, "--kind", "listener", *more)
        self.secrets.append(re.search(r"#k=([A-Za-z0-9_-]{22})", made["link"])[1])
        # By the loopback address, where browsers give keys and microphones without TLS.
        return {"id": made["id"], "link": re.sub("//[^/:]+", "//127.0.0.1", made["link"]), "plain": made["link"]}


def come_in(evening, page, name):
    made = evening.link()
    page.open(made["link"])
    page.wait_text("Listen here")
    title = page.run("document.getElementById('title').textContent")
    check(re.search(r"Hanna \(@[a-z0-9_]+\) invites you to the room “Sea talk”", title), f"{name}: who invites, with the handle: {title}")
    check(page.run("location.hash + location.search") == "", f"{name}: the secret has left the address bar")
    check("Open in Parlour" in page.text() and "Get Parlour" in page.text(), f"{name}: three ways in")
    in_own_words(page, name + ", the invitation")
    page.screenshot(evening.shots / f"{name}-1-invitation.png")
    act(page, "#listen")
    check(page.run("document.activeElement.id") == "f-your-name-in-the-room", f"{name}: the form takes the keyboard")
    page.type(name + " guest")
    page.screenshot(evening.shots / f"{name}-2-name.png")
    page.press("Enter")
    page.wait_text("Listening only", 60)
    page.wait_text("hosted by Hanna")
    evening.host.expect("participant", name=name + " guest")


def listen(evening, page, name):
    for again in range(3):   # while a browser adapts its buffer to a busy machine, it stretches what it plays
        recording = evening.sound.record(evening.lab.path(f"{name}-loudspeaker-{again}.wav"))
        time.sleep(7)   # of sound
        heard = waveform.load(recording.stop())
        right, wrong = waveform.correlation(heard, evening.said_by_host), waveform.correlation(heard, evening.said_by_guest)
        if right > 0.8:
            break
    check(right > 0.8 and wrong < 0.5, f"{name} hears the host on the loudspeaker: {right:.2f}, a wrong source {wrong:.2f}")
    page.screenshot(evening.shots / f"{name}-3-listening.png")


def up(evening, page, name):
    host, who = evening.host, name + " guest"
    act(page, "#with-note")
    page.type("About the lighthouse")
    page.press("Enter")
    hand = host.expect("hand", name=who, note="About the lighthouse")
    check(hand, f"{name}: the hand and its note reach the host")
    page.wait_text("Hand raised · 1st in line")
    in_own_words(page, name + ", in the room")
    page.screenshot(evening.shots / f"{name}-4-hand.png")
    host.say("invite " + who)
    page.wait_text("You are invited to speak. You come on stage muted.")
    page.screenshot(evening.shots / f"{name}-5-offer.png")
    act(page, "#accept")
    page.wait_text("On stage, muted")
    host.expect("seat", name=who, seat="stage")
    wait_for(f"the keyboard to be on the microphone in {name}", lambda: page.run(f"{page.KEYBOARD_HERE} && document.activeElement.id === 'microphone'"), 5)


def speak(evening, page, name, origin):
    host = evening.host
    if name == "Chromium":
        page.microphone("denied", origin)
        act(page, "#microphone")
        page.wait_text("did not open the microphone")
        page.screenshot(evening.shots / f"{name}-6-no-microphone.png")
    page.microphone("granted", origin)
    host.say("mute")   # so that the browser has no echo to take out
    before = os.path.getsize(host.heard)
    talking = evening.sound.say(evening.lab.path("guest.wav"))
    act(page, "#microphone")
    page.wait_text("Live: you are heard")
    page.screenshot(evening.shots / f"{name}-7-live.png")
    time.sleep(1)
    talking.wait(30)
    talking = evening.sound.say(evening.lab.path("guest.wav"))
    talking.wait(30)
    act(page, "#microphone")
    page.wait_text("On stage, muted")
    time.sleep(1)
    samples, rate = waveform.read_wav(host.heard)
    spoken = waveform.resample(samples[(before - 44) // 2:], rate, waveform.RATE)
    right, wrong = waveform.contains(spoken, evening.said_by_guest), waveform.contains(spoken, evening.said_by_host)
    # The browser takes out noise and levels the voice, so the wave is not quite the one that was said.
    check(right > 0.65 and wrong < 0.45, f"{name}: the host hears the guest: {right:.2f}, a wrong source {wrong:.2f}")
    mark = os.path.getsize(host.heard)
    talking = evening.sound.say(evening.lab.path("guest.wav"))
    talking.wait(30)
    samples, rate = waveform.read_wav(host.heard)
    check(waveform.rms(samples[(mark - 44) // 2:]) < 0.003, f"{name}: muted, nothing of the microphone is heard")
    host.say("unmute")


def chat(evening, page, name):
    host = evening.host
    write(page, "#f-message-to-the-room", f"Hello from {name} <b>&amp;")
    page.press("Enter")
    host.expect("chat", text=f"Hello from {name} <b>&amp;")
    wait_for("the house to take it", lambda: "Sending…" not in page.text(), 10)
    host.say(f"say Welcome, {name}")
    page.wait_text(f"Welcome, {name}")
    check(True, f"{name}: chat both ways, and markup stays text")
    def clapped(count):
        wait_for("the count", lambda: page.run("document.querySelector('#react-clap .count').textContent").strip() == str(count), 10)

    for _ in range(2):
        act(page, "#react-clap")
    clapped(evening.claps + 2)
    host.say("react clap")
    evening.claps += 3
    clapped(evening.claps)
    check(host.last("reactions")["counts"]["clap"] == evening.claps, f"{name}: reactions both ways, the same counts for all")
    page.screenshot(evening.shots / f"{name}-8-chat.png")


def leave(evening, page, name):
    who = name + " guest"
    act(page, "#down")
    page.wait_text("Listening only")
    evening.host.expect("seat", name=who, seat="audience")
    mark = evening.host.count()
    act(page, "#leave")
    page.wait_text("You have left quietly.")
    evening.host.expect("gone", since=mark, name=who)
    page.screenshot(evening.shots / f"{name}-9-left.png")
    evening.lab.ctl("host", "room", "settings", evening.room, "--cap", "1")
    act(page, "#return")
    page.wait_text("You are in line: 1 of 1", 40)
    page.screenshot(evening.shots / f"{name}-11-in-line.png")
    evening.lab.ctl("host", "room", "settings", evening.room, "--cap", "0")
    page.wait_text("Listening only", 40)
    check(True, f"{name}: a full room keeps a place in line and lets in by itself")
    page.run("location.reload()")
    page.wait_text("You were in “Sea talk”")
    act(page, "#return")
    page.wait_text("Listening only", 40)
    check(True, f"{name}: comes back by key, also after the page was loaded again")
    act(page, "#leave")
    act(page, "#return")   # at once: the house hears both in this order
    page.wait_text("Listening only", 40)
    time.sleep(2)
    check("Listening only" in page.text(), f"{name}: who leaves and comes back in at once is inside and stays")
    act(page, "#leave")
    page.wait_text("You have left quietly.")


def stalled(evening, page, name):
    """LiveKit stands still while one comes in: the page says so, and comes in by itself once it goes on."""
    evening.server.kit.process.popen.send_signal(signal.SIGSTOP)
    try:
        act(page, "#return")
        page.wait_text("Entering… The room", 30)
        page.screenshot(evening.shots / f"{name}-12-slow.png")
    finally:
        evening.server.kit.process.popen.send_signal(signal.SIGCONT)
    page.wait_text("Listening only", 60)
    check(True, f"{name}: while LiveKit stands still the page says what it waits for, and comes in by itself later")
    act(page, "#leave")
    page.wait_text("You have left quietly.")


def clean(evening, page, name):
    addresses = list(page.requests)
    sound = (evening.server.kit.url, evening.server.kit.url.replace("ws", "http")) if on_livekit() else ()
    foreign = [url for url in addresses if not url.startswith((evening.server.http, evening.server.http.replace("http", "ws"), "about:", "blob:", "data:", "parlour:", *sound))]
    check(len(addresses) > 10 and not foreign, f"{name}: of {len(addresses)} requests none goes to anybody else {foreign}")
    leaked = [url for url in addresses if not url.startswith("parlour:") and any(secret in url.split("#")[0] for secret in evening.secrets)]
    check(not leaked, f"{name}: no invitation's secret in any of them {leaked}")
    if on_livekit():
        told = [url for url in addresses if "access_token" in url and not url.startswith(sound)]
        check(any(url.startswith(sound) for url in addresses) and not told, f"{name}: the sound is LiveKit's, and its token goes to nobody else {told}")
    check(not [p for p in page.problems if "Content" in p or "exception" in p.lower()], f"{name}: nothing breaks the page's own rules {page.problems}")


def closed(evening, page, name):
    """Links that lead nowhere say why, and what to do."""
    lab = evening.lab
    revoked, used = evening.link(), evening.link("--uses", "1")
    lab.ctl("host", "invite", "revoke", revoked["id"])
    lab.ctl("somebody-" + name, "redeem", used["link"], "--name", "Somebody")
    expired = evening.link("--expires", "1s")
    time.sleep(1.2)
    unknown = re.sub("#k=.{22}", "#k=" + "A" * 22, used["link"])
    for what, link, words in (("expired", expired["link"], "This invitation has expired"), ("revoked", revoked["link"], "This invitation was withdrawn"),
                              ("used up", used["link"], "This invitation has been used up"), ("unknown", unknown, "This invitation is not known here")):
        page.open(link)
        page.wait_text(words)
        check("Listen here" not in page.text() and "Get Parlour" in page.text(), f"{name}: a link that is {what} explains itself")
        page.screenshot(evening.shots / f"{name}-10-{what.replace(' ', '-')}.png")


def lacking(evening, page):
    """Over plain http from another address there is no key and no microphone; a browser without Ed25519 is told so."""
    page.open(evening.link()["link"].replace("127.0.0.1", "localhost"))
    script = page.before("const make = SubtleCrypto.prototype.generateKey; SubtleCrypto.prototype.generateKey = function (kind, ...more) {"
                         " return (kind.name || kind) === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) : make.call(this, kind, ...more); };")
    page.open(evening.link()["link"])
    page.wait_text("This browser cannot make Ed25519 signatures")
    check(not seen(page, "#listen"), "a browser without Ed25519 is told so, and not led into nothing")
    page.no_longer_before(script)
    link = evening.link()["plain"]
    page.open(link)
    page.wait_text("Listening and speaking here need a protected connection")
    check("Open in Parlour" in page.text() and not seen(page, "#listen"), "over plain http the page says what it needs: " + link.split("#")[0])


def narrow_and_dark(evening, page):
    """Another look at the same page, at 360 pixels and in the dark."""
    page.open(evening.link()["link"])
    page.wait_text("Listen here")
    for width, dark in ((360, False), (360, True), (None, True)):
        page.look(width, dark)
        page.screenshot(evening.shots / f"look-invitation-{width or 'wide'}-{'dark' if dark else 'light'}.png")
        check(page.run("document.documentElement.scrollWidth <= window.innerWidth"), f"the invitation fits {page.run('window.innerWidth')} px")
    act(page, "#listen")
    page.type("Narrow guest")
    page.press("Enter")
    page.wait_text("Listening only", 60)
    act(page, "#with-note")
    for width, dark in ((360, False), (360, True), (None, True), (None, False)):
        page.look(width, dark)
        page.screenshot(evening.shots / f"look-room-{width or 'wide'}-{'dark' if dark else 'light'}.png")
        check(page.run("document.documentElement.scrollWidth <= window.innerWidth"), f"the room fits {page.run('window.innerWidth')} px")
    page.press("Escape")
    act(page, "#leave")
    page.wait_text("You have left quietly.")


def evening_of(evening, page, name):
    origin = evening.server.http
    if name == "Firefox":
        page.microphone("granted", origin)   # it hears of an answer only with the next page
    closed(evening, page, name)   # first: whoever was in the room is known there, and told of it by a closed link, too
    come_in(evening, page, name)
    listen(evening, page, name)
    up(evening, page, name)
    speak(evening, page, name, origin)
    chat(evening, page, name)
    leave(evening, page, name)
    if on_livekit():
        stalled(evening, page, name)
    clean(evening, page, name)


def run(lab):
    kinds = sys.argv[1:] or ["Chromium", "Firefox"]
    shots = pathlib.Path(os.environ["PARLOUR_SHOTS"]) if os.environ.get("PARLOUR_SHOTS") else lab.path("shots")
    shots.mkdir(parents=True, exist_ok=True)
    sound = Sound(lab)
    host_wav = waveform.speak(HOST, lab.path("host.wav"), "en-gb")
    waveform.speak(GUEST, lab.path("guest.wav"), "en-us", 140, 70)
    # On every address: a browser that was given no microphone yet reaches only what its default route leads to.
    server = lab.server(listen="0.0.0.0:0", args=["--no-tls"])
    server.admin("house", "init", "--owner-home", lab.path("host"), "--title", "Sea house", "--name", "Hanna")
    if not any("livekit" in line for line in built(server)):
        skip("this parlourd was built without the LiveKit SDK of the npm registry")
    room = lab.ctl("host", "room", "create", "Sea talk")["room"]
    host = lab.join(room, "Hanna", capture=f"file:{host_wav}?loop", home=lab.path("host"), extra=["--unmute"])
    host.expect("power", power="host", timeout=20)
    evening = Evening(lab, server, host, sound, shots, room)
    if "Chromium" in kinds:
        page = Browser(lab)
        evening_of(evening, page, "Chromium")
        narrow_and_dark(evening, page)
        lacking(evening, page)
    if "Firefox" in kinds:
        # Without a window nobody looks at the page, and then Firefox opens no microphone.
        evening_of(evening, Firefox(lab, prefs={"media.devices.unfocused.enabled": True, "focusmanager.testmode": True}), "Firefox")


def built(server):
    import urllib.request
    return urllib.request.urlopen(server.http + "/web/sdk.js").read().decode().splitlines()


if __name__ == "__main__":
    own_network()
main(run, "browser-guest")
