# SPDX-License-Identifier: Apache-2.0
"""In the middle of app_test.py's stage on two LiveKit nodes: the node that holds the room and carries the app's connection is killed with
-9 while Tess, in the app, is live and Hanna speaks. Vera's connection is the other node's, only her sound goes with the dead one. Takes
the Stage of app_test.py."""
import time

from holes import holes
from lab import check, wait_for

AGAIN = "The second ferry brought a brass band, three goats, and a letter for the harbour master from his sister in Bergen."
SECRET = "This was said with a closed microphone, so it is written in no minutes and the cook will never learn of it."


def heard(stage, since):
    """What each of the others has heard since then (monotonic). The file of a client runs with the clock."""
    now = time.monotonic()
    return {one.name: stage.waveform.load(one.heard)[-int((now - since) * stage.waveform.RATE):] for one in stage.others}


def silence(stage, path, about):
    """The longest time without sound in the file, from `about` s before its end on."""
    length = len(stage.waveform.load(path)) / stage.waveform.RATE
    return max(holes(path, begin=length - about), default=0.0)


def dies(stage):
    """Until everybody is in the room again."""
    window, cluster = stage.window, stage.cluster
    name = cluster.nodes[0].rooms()[0]["name"]
    check(cluster.holder(name) is stage.node, "the app's connection and the room are on the same node, Vera's connection on the other")
    mark = stage.wolf.count()
    stage.host.say("unmute")
    stage.wolf.expect("muted", 15, since=mark, name="Hanna", muted=False)
    stage.ear = stage.sound.record(stage.lab.path("ear-node.wav"))
    time.sleep(5)
    marks = {one: one.count() for one in stage.others}
    window.wait("Mute", 5)
    stage.node.kill9()
    stage.died = began = time.monotonic()
    window.wait("The connection is lost. Reconnecting… Your seat and your hand are kept for a minute.", 15)
    print(f"      the app tells of the loss {time.monotonic() - began:.1f} s after the node's death")
    stage.picture("5-node-lost")
    wait_for("the app to be back", lambda: "Connected again" in window.names(), 60)
    print(f"      the app says that it is connected again {time.monotonic() - began:.1f} s after it")
    check(True, "the app tells of the loss, and comes back by itself")
    for one in stage.others:
        one.expect("reconnected", 60, since=marks[one])
        print(f"      {one.name} is back {time.monotonic() - began:.1f} s after it")
    stage.alive = other = cluster.other(stage.node)
    wait_for("everybody on the other node", lambda: set(other.people(name)) == {"Hanna", "Vera", "Wolf", "Tess"}, 30)
    wait_for("Tess's seat there", lambda: other.people(name)["Tess"]["attributes"].get("parlour.seat") == "stage", 20)
    print(f"      everybody is on the other node, with their seats, {time.monotonic() - began:.1f} s after it")
    check(True, "the room has healed on the other node, with its seats")
    stage.name = name


def hears_again(stage):
    time.sleep(5)
    stage.ear.stop()
    file = stage.lab.path("ear-node.wav")
    about = time.monotonic() - stage.died + 4   # a file is written a little late
    print(f"      silence around the death: {silence(stage, file, about):.1f} s in the app, {silence(stage, stage.wolf.heard, about):.1f} s at Wolf's, "
          f"{silence(stage, stage.vera.heard, about):.1f} s at Vera's")
    stage.judge("Tess", stage.waveform.load(file)[-5 * stage.waveform.RATE:], ["Hanna"], ["Wolf", "Tess"])


def says(stage, key, words):
    """Into the app's microphone; what the others have heard meanwhile."""
    stage.said[key] = stage.waveform.speak(words, stage.lab.path(f"{key}.wav"), "en-us", 140, 70)
    since = time.monotonic()
    stage.sound.say(stage.said[key]).wait(30)
    time.sleep(1)
    return heard(stage, since)


def heard_again(stage):
    """Without a hand laid on anything: Tess was live, and is."""
    stage.window.wait("Mute", 10)
    mark = stage.wolf.count()
    stage.host.say("mute")
    stage.wolf.expect("muted", 15, since=mark, name="Hanna", muted=True)
    time.sleep(1)
    for who, sound in says(stage, "Tess again", AGAIN).items():
        stage.judge(who, sound, ["Tess again"], ["Tess", "Wolf"])


def muted(stage):
    """By the host; what is said then is heard by nobody, while Hanna is."""
    window = stage.window
    stage.host.say("unmute")
    stage.host.say("mute Tess")
    window.wait("Muted by a moderator", 15)
    window.wait("Unmute", 5)
    stage.picture("6-node-muted")
    for who, sound in says(stage, "Tess muted", SECRET).items():
        stage.judge(who, sound, [] if who == "Hanna" else ["Hanna"], ["Tess muted", "Wolf"])
    check(True, "the host mutes the app on the other node")


def other_half(stage):
    """Vera, whose signalling was never cut, speaks; the app, back in the audience, hears her."""
    window = stage.window
    mark = stage.host.count()
    window.press("More")
    window.press("Step down to the audience")
    stage.host.expect("seat", 15, since=mark, name="Tess", seat="audience")
    window.wait("Raise hand", 10)
    wait_for("her right to end", lambda: not stage.alive.people(stage.name)["Tess"]["permission"].get("can_publish", False), 10)
    check(True, "she leaves the stage, and may not speak any more")
    stage.host.say("mute Hanna")
    mark = stage.host.count()
    ear = stage.sound.record(stage.lab.path("ear-vera.wav"))
    since = time.monotonic()
    stage.vera.say("unmute")
    stage.host.expect("muted", 15, since=mark, name="Vera", muted=False)
    time.sleep(7)
    ear.stop()
    stage.judge("Tess", stage.waveform.load(stage.lab.path("ear-vera.wav")), ["Vera"], ["Wolf", "Tess", "Tess muted"])
    sounds = heard(stage, since)
    stage.judge("Wolf", sounds["Wolf"], ["Vera"], ["Tess muted"])


def whole_again(stage):
    """The dead node is started anew; whoever comes by it is in the room."""
    stage.node.start()
    stage.by(stage.node)
    late = stage.join("listener", "Late")
    stage.by(None)
    late.expect("speakers", 20)
    time.sleep(6)
    late.end()
    stage.judge("Late", stage.waveform.load(late.heard), ["Vera"], ["Wolf"])
    stage.vera.say("mute")


def play(stage):
    for act in (dies, hears_again, heard_again, muted, other_half, whole_again):
        act(stage)
