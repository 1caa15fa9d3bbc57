# SPDX-License-Identifier: Apache-2.0
"""parlourctl in rooms of a real livekit-server: no house, an address and a token. On one peer connection (protocol v1, which it
chooses by itself); with the argument v0 on two.

Two people hear each other (right source and wrong source by waveform), mute, write, are put on stage and taken down by the
server's API, are removed, and keep talking when signalling is cut or the server is killed and comes back.
"""
import subprocess
import sys
import time

import waveform
from lab import BIN, check, main, wait_for
from livekit_lab import LiveKit, token
from voices import hears, two
from wire import Wire

PROTOCOL = sys.argv[1] if len(sys.argv) > 1 else "v1"
CHOSEN = ["--protocol", PROTOCOL] if len(sys.argv) > 1 else []


def speaks(listener, identity, since=0):
    wait_for(f"{identity} among the speakers", lambda: any(e["event"] == "speakers" and identity in e["identities"] for e in listener.events()[since:]), 20)


def refusals(server, lab):
    def join(*args, stdin=None):
        result = subprocess.run([str(a) for a in (BIN / "parlourctl", "join", *args, "--capture", "null", "--playout", "null")], env=lab.env,
                                input=stdin, capture_output=True, text=True, timeout=30)
        return result
    wrong = join("--url", server.url, "--token", token("eve", "talk", secret="another-secret-of-more-than-32-characters"))
    check(wrong.returncode == 3 and '"reason":"refused"' in wrong.stdout and "token" in wrong.stderr,
          f"a token of another key ends it with 3 and a sentence: {wrong.stderr.strip()}")
    check("eyJ" not in wrong.stdout + wrong.stderr, "the token is in no message")
    late = join("--url", server.url, "--token", "-", stdin=token("eve", "talk", ttl=-600) + "\n")
    check(late.returncode == 3, f"one that ran out, too: {late.stderr.strip()}")
    for args, what in ((("--url", "ws://192.0.2.1:7880", "--token", token("eve", "talk")), "an unencrypted address elsewhere"),
                       (("--url", server.url, "--token", "abc"), "something that is no token"),
                       (("--url", server.url), "no token"), (("LINK", "--url", server.url, "--token", "x"), "a link and an address")):
        bad = join(*args)
        check(bad.returncode == 2 and bad.stderr.strip(), f"{what} is wrong usage: {bad.stderr.strip().splitlines()[-1]}")


def talk(server, lab, a, b):
    ana = server.join("ana", "talk", capture=f"file:{a}?loop", name="Ana", extra=["--unmute", *CHOSEN])
    ana.expect("joined", house="", title="talk")
    ben = server.join("ben", "talk", capture=f"file:{b}?loop", name="Ben", extra=["--unmute", *CHOSEN])
    joined = ben.expect("joined", participants=2)
    check(joined["name"] == "Ben" and joined["identity"] == "ben", "the token says who one is")
    ben.expect("participant", name="Ana", seat="stage")
    ana.expect("muted", name="Ben", muted=False)
    speaks(ana, "ben")
    time.sleep(9)
    hears(ben.heard, a, b, "Ben hears Ana")
    hears(ana.heard, b, a, "Ana hears Ben")
    stats = ana.last("stats")
    check(stats["protocol"] == PROTOCOL == ben.last("stats")["protocol"], f"both speak protocol {PROTOCOL}")
    check(stats["tracks"][0]["name"] == "Ben" and stats["packetsSent"] > 200 and stats["roundTripTime"] < 1,
          f"statistics name the track: {stats['packetsSent']} packets sent, round trip {stats['roundTripTime'] * 1000:.1f} ms")

    since = ana.count()
    ben.say("mute")
    ana.expect("muted", since=since, name="Ben", muted=True)
    check(True, "a muted microphone is seen")
    ben.say("unmute")
    ana.expect("muted", since=since, name="Ben", muted=False)

    ben.say("say Good evening")
    line = ana.expect("chat", text="Good evening")
    check(line["identity"] == "ben" and not line["own"], "a chat message arrives")
    check(ben.expect("chat", text="Good evening")["own"], "and is shown to its writer")
    for order, code in (("raise", "no_house"), ("invite Ana", "no_house"), ("invitation listener", "no_house"), ("react heart", "no_reactions")):
        since = ben.count()
        ben.say(order)
        said = ben.expect("refused", since=since)
        check(said["code"] == code, f"{order.split()[0]} is said to be unavailable: {said['message']}")
    return ana, ben


def stage(server, lab, ana, b):
    cleo = server.join("cleo", "talk", capture=f"file:{b}?loop", name="Cleo", canPublish=False, extra=CHOSEN)
    cleo.expect("joined")
    cleo.expect("seat", name="Cleo", seat="audience")
    ana.expect("participant", name="Cleo", seat="audience")   # a listener is told to others within 3 s
    cleo.say("unmute")
    said = cleo.expect("refused", command="unmute")
    check("token" in said["advice"], f"a listener is told why the microphone stays closed: {said['message']} {said['advice']}")
    right = {"canSubscribe": True, "canPublish": True, "canPublishData": True}
    for again in ("", " again"):
        since, before = cleo.count(), ana.count()
        server.api("UpdateParticipant", "talk", identity="cleo", permission=right)
        cleo.expect("seat", since=since, name="Cleo", seat="stage")
        ana.expect("seat", since=before, name="Cleo", seat="stage")
        check(True, "who is given the right to publish is on stage" + again)
        cleo.say("unmute")
        cleo.expect("muted", since=since, name="Cleo", muted=False)
        ana.expect("muted", since=before, name="Cleo", muted=False)
        speaks(ana, "cleo", before)
        check(True, "and is heard" + again)
        if again:
            time.sleep(9)
            hears(ana.heard, b, None, "a second time with all the words", last=9)
        since = cleo.count()
        server.api("UpdateParticipant", "talk", identity="cleo", permission={**right, "canPublish": False})
        cleo.expect("seat", since=since, name="Cleo", seat="audience")
        cleo.expect("muted", since=since, name="Cleo", muted=True)
        sent = wait_for("statistics", lambda: cleo.last("stats"))["packetsSent"]
        time.sleep(3)
        check(cleo.last("stats")["packetsSent"] - sent < 100, "who loses it is off stage and sends nothing more" + again)
        check(waveform.rms(waveform.load(ana.heard)[-waveform.RATE:]) < 0.003, "and nothing of it is heard" + again)
    since = cleo.count()
    server.api("RemoveParticipant", "talk", identity="cleo")
    cleo.expect("left", since=since, reason="removed")
    check(cleo.process.wait() == 3, "who is removed is told so, exit status 3")
    ana.expect("gone", name="Cleo")


def holes(participant, begin, end):
    """Concealed samples of what was heard between two moments of the program's clock, in ms, from its statistics."""
    seen = [e for e in participant.events() if e["event"] == "stats" and begin <= e["t"] <= end and e["tracks"]]
    return (seen[-1]["concealedSamples"] - seen[0]["concealedSamples"]) / 48 if len(seen) > 1 else None


def sid_of(server, room, identity):
    return server.api("GetParticipant", room, identity=identity)["sid"]


def coming_back(server, lab, a, b):
    wire = Wire(server.port)
    ana = server.join("ana", "back", capture="tone:440", name="Ana", extra=["--unmute", *CHOSEN])
    ana.expect("joined")
    ben = server.join("ben", "back", capture=f"file:{b}?loop", name="Ben", extra=["--unmute", *CHOSEN], url=f"ws://127.0.0.1:{wire.port}")
    ben.expect("joined")
    speaks(ana, "ben")
    time.sleep(2)
    begin, since, sid = ben.last("stats")["t"], ben.count(), sid_of(server, "back", "ben")
    wire.cut()
    lost = ben.expect("reconnecting", since=since)
    back = ben.expect("reconnected", since=since)
    time.sleep(2)
    hole = holes(ben, begin, ben.last("stats")["t"])
    check(back["t"] - lost["t"] < 2, f"signalling is cut and resumed in {(back['t'] - lost['t']) * 1000:.0f} ms")
    check(sid_of(server, "back", "ben") == sid, "as the same participant: nothing was joined anew")
    check(hole is not None and hole < 100, f"the sound goes on meanwhile: {hole:.0f} ms concealed")
    check(not any(e["event"] == "gone" for e in ana.events()), "to others nothing has happened")
    since = ana.count()
    ben.say("say still here")
    ana.expect("chat", since=since, text="still here")
    ben.say("mute")
    ana.expect("muted", since=since, name="Ben", muted=True)
    ben.say("unmute")
    ana.expect("muted", since=since, name="Ben", muted=False)
    check(True, "and what one says and does afterwards arrives")

    # Somebody begins to speak while one cannot be told.
    wire.accepts, since = False, ben.count()
    wire.cut()
    ben.expect("reconnecting", since=since)
    cleo = server.join("cleo", "back", capture=f"file:{a}?loop", name="Cleo", extra=["--unmute", *CHOSEN])
    cleo.expect("joined")
    speaks(ana, "cleo")
    wire.accepts = True
    ben.expect("reconnected", since=since, timeout=20)
    wait_for("the new voice among the tracks", lambda: "Cleo" in [t["name"] for t in ben.last("stats")["tracks"] if t["packetsReceived"] > 20], 10)
    check(True, "who began to speak meanwhile is heard after the resume")
    cleo.say("leave")
    cleo.expect("left", reason="user")

    since_a, since_b = ana.count(), ben.count()
    server.process.kill9()
    server.start()
    up = time.monotonic()
    for who, since in ((ana, since_a), (ben, since_b)):
        who.expect("reconnected", since=since, timeout=40)
    took = time.monotonic() - up
    check(took < 20, f"the server is killed and comes back: both are inside again {took:.1f} s later")
    speaks(ana, "ben", since_a)
    time.sleep(11)
    sound = waveform.load(ana.heard)[-8 * waveform.RATE:]   # all that he says once, wherever in it he began
    good, bad = waveform.correlation(sound, waveform.load(b)), waveform.correlation(sound, waveform.load(a))
    check(good > 0.75 and bad < 0.6, f"and hear each other again (correlation {good:.2f}, another voice {bad:.2f})")
    for who in (ana, ben):
        who.say("leave")
        who.expect("left", reason="user")


def run(lab):
    server = LiveKit(lab)
    a, b = two(lab)
    refusals(server, lab)
    ana, ben = talk(server, lab, a, b)
    ben.say("leave")
    ben.expect("left", reason="user")
    ana.expect("gone", name="Ben")
    check(True, "who leaves is gone")
    stage(server, lab, ana, b)
    server.api("DeleteRoom", "talk")
    ana.expect("left", reason="ended")
    check(ana.process.wait() == 0, "a room that is deleted has ended")
    coming_back(server, lab, a, b)


main(run, "livekit")
