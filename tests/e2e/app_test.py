# SPDX-License-Identifier: Apache-2.0
"""The real app under Xvfb, driven as a screen reader would: open a link, look inside, enter, raise the hand, accept, unmute,
and the others (three parlourctl: host, speaker, listener) hear what is said into the virtual microphone. Waveforms prove who
hears whom, and that nobody hears the listener, who would speak if she were let."""
import os
import pathlib
import subprocess
import time

from desktop import Window, own_session, picture as snap, screen
from lab import BIN, check, main, skip, wait_for


def node_dies(cluster, window, others, everybody):
    """In the middle of it, the one that holds the room."""
    name = cluster.nodes[0].rooms()[0]["name"]
    marks = {one: one.count() for one in others}
    holder = cluster.holder(name)
    other = next(node for node in cluster.nodes if node is not holder)
    holder.kill9()
    began = time.monotonic()
    # The last that was said aloud; it is said only to whom the loss was told.
    wait_for("the app to be back", lambda: "Connected again" in window.names(), 60)
    check(True, f"the app tells of the loss, and that it is connected again, {time.monotonic() - began:.1f} s after the node's death")
    for one in others:
        one.expect("reconnected", 60, since=marks[one])
    wait_for("everybody on the other node", lambda: set(other.people(name)) == everybody, 30)
    window.wait("Unmute", 20)
    check(True, f"the room has healed on the other node, with its seats, {time.monotonic() - began:.1f} s after it")


def run(lab):
    try:
        import pyatspi  # noqa: F401
    except ImportError:
        skip("python3-pyatspi is not installed")
    import waveform
    from sound import Sound
    pictures = pathlib.Path(os.environ.get("PARLOUR_PICTURES", BIN.parent / "e2e"))
    pictures.mkdir(parents=True, exist_ok=True)
    screen(lab)

    def picture(name):
        snap(lab, pictures / f"{name}.png")

    sound = Sound(lab)
    host_wav = waveform.speak("Good evening everybody, the harbour lights are on and the boats are coming home.",
                              lab.path("host.wav"), "en-gb")
    said = waveform.speak("Here speaks the listener from the third row, I have counted eleven white sails today. "
                          "Two of them were patched with yellow cloth.", lab.path("said.wav"), "en-us", 140, 70)
    vera_wav = waveform.speak("Forty barrels of salted herring were loaded before noon, and the captain signed for each.",
                              lab.path("vera.wav"), "en-us", 160, 30)
    wolf_wav = waveform.speak("Nobody should hear me read the telephone book of this town, from the baker to the zoo.",
                              lab.path("wolf.wav"), "en-gb", 150, 60)
    server = lab.server()
    room = server.create_room("Harbour lights")
    host = lab.join(room["links"]["moderator"], "Hanna", capture=f"file:{host_wav}?loop", extra=["--unmute"])
    host.expect("power", power="host")
    vera = lab.join(room["links"]["speaker"], "Vera", capture=f"file:{vera_wav}?loop")
    vera.expect("joined")
    wolf = lab.join(room["links"]["listener"], "Wolf", capture=f"file:{wolf_wav}?loop", extra=["--unmute"])
    wolf.expect("joined")

    # First start without a link, then the link goes to the running instance.
    home = lab.path("app-home")
    command = [BIN / "parlour", "--home", home, "--capture", "device:mic0", "--playout", "device:spk0"]
    app = lab.start("app", command)
    window = Window(app.pid)
    wait_for("the app's window", window.names, 20)
    check("Look inside" not in window.names(), "without a link no link sheet is open")
    second = lab.start("app-second", command + [room["links"]["listener"]])
    window.wait("Look inside", 20)
    check(second.wait(10) == 0, "the link goes to the running instance, and the second one ends")
    picture("1-link")
    before = len(sound.pactl("list", "short", "source-outputs").stdout.splitlines())
    window.press("Look inside")
    window.wait("Enter room", 10)
    picture("2-inside")
    check("Harbour lights" in " ".join(window.names()), "Look inside shows the room's title")
    # A name is asked for once; its field has the focus. Qt 6.4 gives QML fields no EditableText interface, so it is typed.
    subprocess.run(["xdotool", "mousemove", "640", "344", "type", "--delay", "30", "Tess"], env=lab.env, check=True)
    time.sleep(0.5)
    window.press("Enter room")
    window.wait("Raise hand", 15)
    check(True, "Enter room joins")
    host.expect("participant", name="Tess", timeout=10)
    time.sleep(1)
    capture = sound.pactl("list", "short", "source-outputs").stdout.splitlines()
    check(len(capture) <= before, "no microphone is open while listening")
    recording = sound.record(lab.path("ear.wav"))
    time.sleep(5)
    picture("3-listener")
    window.press("Raise hand")
    host.expect("hand", name="Tess", timeout=10)
    window.wait("Lower hand", 5)
    check(True, "the hand is up on both sides")
    host.say("invite Tess")
    window.press("Accept", 10)
    host.expect("seat", name="Tess", seat="stage", timeout=10)
    window.wait("Unmute", 10)
    check(True, "on stage, and muted")
    if hasattr(server, "cluster"):
        node_dies(server.cluster, window, (host, vera, wolf), {"Hanna", "Vera", "Wolf", "Tess"})
    host.say("mute Hanna")
    vera.say("unmute")
    host.expect("muted", name="Vera", muted=False, timeout=10)
    time.sleep(5)
    vera.say("mute")
    time.sleep(1)
    window.press("Unmute")
    window.wait("Mute", 10)
    time.sleep(1.5)
    speaking = sound.say(said)
    time.sleep(3)
    picture("4-speaking")
    speaking.wait(30)
    time.sleep(1)
    recording.stop()
    window.press("Leave")
    time.sleep(0.5)
    for person in (wolf, vera, host):
        person.end()
    app.end()

    sources = {"Hanna": host_wav, "Vera": vera_wav, "Wolf": wolf_wav, "Tess": said}
    ears = {"Tess": lab.path("ear.wav"), "Hanna": host.heard, "Vera": vera.heard, "Wolf": wolf.heard}
    for who, file in ears.items():
        heard = waveform.load(file)
        scores = {name: waveform.contains(heard, waveform.load(source)) for name, source in sources.items()}
        print(f"{who} hears: " + ", ".join(f"{name} {score:.2f}" for name, score in scores.items()))
        for name in ("Hanna", "Vera", "Tess"):
            if name == who:
                check(scores[name] < 0.45, f"{who} does not hear herself")
            else:
                check(scores[name] > 0.6, f"{who} hears {name}")
        check(scores["Wolf"] < 0.45, f"{who} does not hear Wolf, who only listens")


own_session()
main(run, "app")
