# SPDX-License-Identifier: Apache-2.0
"""The real app under Xvfb, driven as a screen reader would: open a link, look inside, enter, raise the hand, accept, unmute,
and the others (three parlourctl: host, speaker, listener) hear what is said into the virtual microphone. Waveforms prove who
hears whom, and that nobody hears the listener, who would speak if she were let.

With --media livekit_nodes the same on two LiveKit nodes; then the one that carries the app's connection and the room is killed
(node_death.py)."""
import os
import pathlib
import subprocess
import time

from desktop import Window, own_session, picture as snap, screen
from lab import BIN, Failed, check, main, skip, wait_for

WORDS = {"Hanna": ("Good evening everybody, the harbour lights are on and the boats are coming home.", "en-gb", 150, 50),
         "Tess": ("Here speaks the listener from the third row, I have counted eleven white sails today. "
                  "Two of them were patched with yellow cloth.", "en-us", 140, 70),
         "Vera": ("Forty barrels of salted herring were loaded before noon, and the captain signed for each.", "en-us", 160, 30),
         "Wolf": ("Nobody should hear me read the telephone book of this town, from the baker to the zoo.", "en-gb", 150, 60)}


class Stage:
    """The room, its people, and the app of Tess."""

    def __init__(self, lab):
        import waveform
        from sound import Sound
        self.lab, self.waveform = lab, waveform
        self.pictures = pathlib.Path(os.environ.get("PARLOUR_PICTURES", BIN.parent / "e2e"))
        self.pictures.mkdir(parents=True, exist_ok=True)
        screen(lab)
        self.sound = Sound(lab)
        self.said = {name: waveform.speak(words, lab.path(f"{name}.wav"), *voice) for name, (words, *voice) in WORDS.items()}
        self.server = lab.server()
        self.cluster = getattr(self.server, "cluster", None)
        self.links = self.server.create_room("Harbour lights")["links"]
        self.host = self.join("moderator", "Hanna", extra=["--unmute"])
        self.host.expect("power", power="host")
        self.node = self.cluster.holder(self.cluster.nodes[0].rooms()[0]["name"]) if self.cluster else None
        self.by(self.cluster and self.cluster.other(self.node))
        self.vera = self.join("speaker", "Vera")
        self.by(None)
        self.wolf = self.join("listener", "Wolf", extra=["--unmute"])
        self.others = (self.host, self.vera, self.wolf)

    def join(self, role, name, **options):
        person = self.lab.join(self.links[role], name, capture=f"file:{self.said[name]}?loop" if name in self.said else "null", **options)
        person.expect("joined", 20)
        return person

    def by(self, node):
        """Whoever comes now is connected by this LiveKit node."""
        if self.cluster:
            self.cluster.balancer.first = node and node.port

    def picture(self, name):
        snap(self.lab, self.pictures / f"{'nodes-' if self.cluster else ''}{name}.png")

    def judge(self, who, sound, hears, never):
        scores = {name: self.waveform.contains(sound, self.waveform.load(self.said[name])) for name in (*hears, *never)}
        print(f"{who} hears: " + ", ".join(f"{name} {score:.2f}" for name, score in scores.items()))
        for name in hears:
            check(scores[name] > 0.6, f"{who} hears {name}")
        for name in never:
            check(scores[name] < 0.45, f"{who} does not hear {'herself' if name == who else name}")


def enters(stage):
    """First start without a link, then the link goes to the running instance."""
    lab = stage.lab
    command = [BIN / "parlour", "--home", lab.path("app-home"), "--capture", "device:mic0", "--playout", "device:spk0"]
    stage.by(stage.node)
    stage.app = lab.start("app", command)
    stage.window = window = Window(stage.app.pid, lab.env)
    wait_for("the app's window", window.names, 20)
    check("Look inside" not in window.names(), "without a link no link sheet is open")
    second = lab.start("app-second", command + [stage.links["listener"]])
    window.wait("Look inside", 20)
    check(second.wait(10) == 0, "the link goes to the running instance, and the second one ends")
    stage.picture("1-link")
    before = len(stage.sound.pactl("list", "short", "source-outputs").stdout.splitlines())
    window.press("Look inside")
    window.wait("Enter room", 10)
    stage.picture("2-inside")
    check("Harbour lights" in " ".join(window.names()), "Look inside shows the room's title")
    # A name is asked for once; its field has the focus. Qt 6.4 gives QML fields no EditableText interface, so it is typed.
    subprocess.run(["xdotool", "mousemove", "640", "344", "type", "--delay", "30", "Tess"], env=lab.env, check=True)
    time.sleep(0.5)
    window.press("Enter room")
    window.wait("Raise hand", 15)
    check(True, "Enter room joins")
    stage.by(None)
    stage.host.expect("participant", name="Tess", timeout=10)
    time.sleep(1)
    capture = stage.sound.pactl("list", "short", "source-outputs").stdout.splitlines()
    check(len(capture) <= before, "no microphone is open while listening")


def to_the_stage(stage):
    window, host = stage.window, stage.host
    window.press("Raise hand")
    host.expect("hand", name="Tess", timeout=10)
    window.wait("Lower hand", 5)
    check(True, "the hand is up on both sides")
    host.say("invite Tess")
    window.press("Accept", 10)
    host.expect("seat", name="Tess", seat="stage", timeout=10)
    window.wait("Unmute", 10)
    check(True, "on stage, and muted")


def speaks(stage):
    window, vera = stage.window, stage.vera
    stage.host.say("mute Hanna")
    vera.say("unmute")
    stage.host.expect("muted", name="Vera", muted=False, timeout=10)
    time.sleep(5)
    vera.say("mute")
    time.sleep(1)
    window.press("Unmute")
    window.wait("Mute", 10)
    time.sleep(1.5)
    speaking = stage.sound.say(stage.said["Tess"])
    time.sleep(3)
    stage.picture("4-speaking")
    speaking.wait(30)
    time.sleep(1)


def reacts(stage):
    """Both ways, and everybody is told the same counts."""
    window, vera = stage.window, stage.vera
    window.press("React")
    window.press("Clap")
    window.press("Clap")
    for one in stage.others:
        one.expect("reactions", 10, counts={"clap": 2})
    vera.say("react heart")
    try:
        wait_for("the heart in the app", lambda: "1 so far" in window.told("Heart"), 10)
    except Failed:
        print(f"the app tells of hearts: {window.told('Heart')!r}")
        raise
    check("2 so far" in window.told("Clap"), "reactions go both ways, and the app counts what the others count")
    stage.picture("4-reactions")
    window.press("React")
    wait_for("the reactions to be closed", lambda: window.find("Clap") is None, 5)


def run(lab):
    try:
        import pyatspi  # noqa: F401
    except ImportError:
        skip("python3-pyatspi is not installed")
    stage = Stage(lab)
    enters(stage)
    recording = stage.sound.record(lab.path("ear.wav"))
    time.sleep(5)
    stage.picture("3-listener")
    to_the_stage(stage)
    speaks(stage)
    recording.stop()
    reacts(stage)
    ears = {"Tess": lab.path("ear.wav"), **{one.name: one.heard for one in stage.others}}
    speakers = ("Hanna", "Vera", "Tess")
    for who, file in ears.items():
        stage.judge(who, stage.waveform.load(file), [one for one in speakers if one != who], sorted({"Wolf", who}))
    if stage.cluster:
        import node_death
        node_death.play(stage)
    stage.window.press("Leave")
    time.sleep(0.5)
    for person in reversed(stage.others):
        person.end()
    stage.app.end()


own_session()
main(run, "app")
