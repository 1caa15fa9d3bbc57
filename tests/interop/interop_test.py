# SPDX-License-Identifier: Apache-2.0
"""Stock LiveKit SDKs, unchanged, in a Parlour room: @livekit/rtc-node (libwebrtc natively) or livekit-client (Chromium).

They hear a bot, are heard when their link is a speaker's, cannot publish when it is a listener's, raise a hand with
parlour.want, read the parlour.* attributes, are asked on stage and speak; every claim about sound is a waveform.
"""
import sys

from peers import ask_grant, install, peer
import waveform
from lab import Failed, Lab, check, needs, own_network, wait_for


def join(lab, kind, link, name, microphone):
    return peer(lab, kind, name, ask_grant(lab, link, name), microphone)


def counter(server, name):
    import urllib.request
    with urllib.request.urlopen(server.http + "/metrics", timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith(f"parlour_{name} "):
                return int(float(line.split()[1]))
    raise Failed(f"/metrics has no {name}")


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(lab, kind):
    import time
    bot_wav = waveform.speak("The ferry leaves at nine and comes back when the fog has lifted from the northern islands.",
                             lab.path("bot.wav"), "en-gb")
    peer_wav = waveform.speak("Seven bakers from the old town bring fresh bread to the market every single morning.",
                              lab.path("peer.wav"), "en-us", 140, 70)
    tcp = ["--set", f"server.tcp_port={free_port()}"] if kind.endswith("-tcp") else []
    server = lab.server(args=tcp)
    room = server.create_room("Interop")
    bot = lab.join(room["links"]["moderator"], "Bot", capture=f"file:{bot_wav}?loop", extra=["--unmute"])
    bot.expect("power", power="host")

    speaker = join(lab, kind, room["links"]["speaker"], "Speaker", peer_wav)
    joined = speaker.expect("joined", 40)
    check(True, f"a speaker's token lets {kind} join")
    if kind.startswith("chromium"):
        paths = ["/rtc"] if kind.endswith("v0") else ["/rtc/v1"]
        check(joined["made"]["paths"] == paths, f"it signals over {joined['made']['paths']}")
    seen = {o["name"]: o["attributes"] for o in joined["others"]}
    check(seen.get("Bot", {}).get("parlour.power") == "host", "it reads parlour.power of the host")
    check(seen.get("Bot", {}).get("parlour.seat") == "stage", "and parlour.seat")
    speaker.expect("subscribed", 20, lambda e: e["name"] == "Bot")
    speaker.say(f"publish {peer_wav}")
    speaker.expect("published", 20)
    bot.expect("speakers", timeout=20)
    if kind.startswith("chromium"):
        time.sleep(3)
        sent, received = counter(server, "red_sent_total"), counter(server, "red_received_total")
        packets = bot.last("stats")["packetsSent"]
        time.sleep(6)
        sent, received = counter(server, "red_sent_total") - sent, counter(server, "red_received_total") - received
        by_bot = bot.last("stats")["packetsSent"] - packets
        print(f"RED in 6 s: {received} packets taken in, {by_bot} of them the bot's, {sent} passed on")
        check(received - by_bot > 150, "it publishes RED, as stock clients do where the answer takes it")
        check(sent > 0.9 * received, "and takes the bot's: what comes in as RED goes out as RED, both ways")
        check(bot.last("stats")["sendRedundancy"] >= 1, "with copies in it from the bot")
        speaker.say("negotiated")
        lines = speaker.expect("negotiated", 10)["lines"]
        check(any(" red/48000/2" in line for line in lines), "its connection agreed on RED")

    listener = join(lab, kind, room["links"]["listener"], "Listener", peer_wav)
    listener.expect("joined", 40)
    listener.expect("subscribed", 20, lambda e: e["name"] == "Bot")
    time.sleep(4)
    if kind == "node":
        mute_and_data(bot, speaker, listener)
    listener.say("want hand:may I")
    bot.expect("hand", timeout=10, name="Listener")
    check(bot.last("hand").get("note") == "may I", "parlour.want raises a hand with its note")
    listener.expect("wanted", 10)
    check(True, "and setAttributes succeeds in the SDK")
    listener.say(f"publish {peer_wav}")
    refused = listener.expect("error", 20, lambda e: e.get("command") == "publish")
    check(True, "a listener's publish is refused: " + refused["text"][:80])

    # Up on stage while running.
    mark = bot.count()
    bot.say("invite Listener")
    listener.expect("attributes", 10, lambda e: e["name"] == "Listener" and e["attributes"].get("parlour.invited"))
    listener.say("want stage")
    bot.expect("seat", timeout=10, since=mark, name="Listener", seat="stage")
    check(True, "parlour.want=stage accepts the offer")
    time.sleep(0.5)
    speaker.quit()
    mark = bot.count()
    listener.say(f"publish {peer_wav}")
    listener.expect("published", 20)
    bot.say("say hello from the bot")
    listener.expect("chat", 10, lambda e: e["text"] == "hello from the bot")
    check(True, "chat reaches the SDK")
    listener.say("say hello from the sdk")
    bot.expect("chat", timeout=10, text="hello from the sdk")
    check(True, "and comes back")
    time.sleep(5)
    bot.say("down Listener")
    listener.expect("attributes", 10, lambda e: e["name"] == "Listener" and e["attributes"].get("parlour.seat") == "audience")
    check(True, "moved down, it reads its seat")
    time.sleep(1.5)
    listener.quit()
    bot.end()

    source_bot, source_peer = waveform.load(bot_wav), waveform.load(peer_wav)
    for peer in (speaker, listener):
        right = waveform.contains(peer.heard_of("Bot"), source_bot)
        wrong = waveform.contains(peer.heard_of("Bot"), source_peer)
        print(f"{peer.name} heard the bot: right source {right:.2f}, wrong source {wrong:.2f}")
        check(right > 0.6 and wrong < 0.45, f"{peer.name} hears the bot")
    heard = waveform.load(bot.heard)
    right, wrong = waveform.contains(heard, source_peer), waveform.contains(heard, source_bot)
    print(f"the bot heard: right source {right:.2f}, wrong source {wrong:.2f}")
    check(right > 0.6 and wrong < 0.45, f"{kind} is heard by the bot")
    tail = heard[-waveform.RATE // 2:]
    check(waveform.rms(tail) < 0.005, "after moving down nothing of it is heard")


def mute_and_data(bot, speaker, listener):
    """A closed microphone is told both ways, and packets of data reach who is on stage and who is not."""
    bot.say("mute")
    speaker.expect("track_muted", 10, lambda e: e["name"] == "Bot")
    bot.say("unmute")
    speaker.expect("track_unmuted", 10, lambda e: e["name"] == "Bot")
    check(True, "the bot's closed microphone is seen, and its opening")
    speaker.say("data from the stage")
    listener.expect("data", 10, lambda e: e["from"] == "Speaker" and e["text"] == "from the stage")
    listener.say("data from below")
    speaker.expect("data", 10, lambda e: e["from"] == "Listener" and e["text"] == "from below")
    check(True, "data reaches both ways")
    mark = bot.count()
    bot.say("mute Speaker")
    bot.expect("muted", timeout=10, since=mark, name="Speaker", muted=True)
    wait_for("the muted speaker to be silent", lambda: waveform.rms(waveform.load(bot.heard)[-waveform.RATE:]) < 0.003, 10)
    check(True, "a moderator mutes the speaker: nothing is heard any more")


def many(lab, kind):
    """More speakers than the spare lines of a single peer connection: the server asks for more, old lines are used again."""
    import time
    wav = waveform.speak("The ferry leaves at nine and comes back when the fog has lifted.", lab.path("bot.wav"), "en-gb")
    server = lab.server()
    room = server.create_room("Interop")
    host = lab.join(room["links"]["moderator"], "Host")
    host.expect("power", power="host")
    bots = [lab.join(room["links"]["speaker"], f"Bot{i}", capture=f"file:{wav}?loop", extra=["--unmute"]) for i in range(2)]
    peer = join(lab, kind, room["links"]["listener"], "Listener", wav)
    joined = peer.expect("joined", 40)
    for i in range(2, 6):
        bots.append(lab.join(room["links"]["speaker"], f"Bot{i}", capture=f"file:{wav}?loop", extra=["--unmute"]))
    for i in range(6):
        peer.expect("subscribed", 30, lambda e: e["name"] == f"Bot{i}", f"of Bot{i}")
    check(True, "six speakers are heard, three of them on lines that the server asked for")
    bots[1].end()
    peer.expect("unsubscribed", 20, lambda e: e["name"] == "Bot1")
    bots.append(lab.join(room["links"]["speaker"], "Late", capture=f"file:{wav}?loop", extra=["--unmute"]))
    peer.expect("subscribed", 30, lambda e: e["name"] == "Late")
    check(True, "a line that became free is used again")
    if kind.startswith("chromium"):
        peer.say("cut")
        peer.expect("reconnected", 30)
        check(True, "a cut signalling connection is resumed")
        late = lab.join(room["links"]["speaker"], "Last", capture=f"file:{wav}?loop", extra=["--unmute"])
        peer.expect("subscribed", 30, lambda e: e["name"] == "Last")
        bots.append(late)
        check(True, "after the resume a new speaker is heard")
    time.sleep(6)
    peer.quit()
    for name in ["Bot0", "Bot2", "Bot5", "Late"]:
        found = waveform.contains(peer.heard_of(name), waveform.load(wav))
        print(f"{name} {found:.2f}")
        check(found > 0.6, f"the sound of {name} came through")
    del joined


if __name__ == "__main__":
    which = sys.argv[1] if len(sys.argv) > 1 else "node"
    scenario = many if "many" in sys.argv[2:] else run
    install()
    if which.startswith("chromium"):
        needs("chromium")
        own_network()
    with Lab(f"interop-{which}") as laboratory:
        scenario(laboratory, which)
    print("passed")
