# SPDX-License-Identifier: Apache-2.0
"""A house whose sound is carried by a real livekit-server: people are stock @livekit/rtc-node clients who come with the house's grant,
everything they do and suffer goes through the house. Sound is proven by waveform; what breaks in between is broken with kill -9."""
import http.server
import pathlib
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import livekit  # noqa: E402
import waveform  # noqa: E402
from house_api import Person, Refused  # noqa: E402
from peers import NodePeer, install  # noqa: E402
from lab import BIN, check, main, wait_for  # noqa: E402


class HookRelay:
    """Between LiveKit and the house, so that webhooks can get lost."""

    def __init__(self, target):
        self.target, self.lost, self.passed, self.dropped, self.last = target, False, 0, 0, None
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = 200
                if relay.lost:
                    relay.dropped += 1
                else:
                    headers = {k: self.headers[k] for k in ("authorization", "content-type")}
                    relay.last = (body, headers)
                    status = relay.send(body, headers)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/livekit/webhook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def send(self, body, headers):
        try:
            with urllib.request.urlopen(urllib.request.Request(self.target, body, headers), timeout=5) as answer:
                self.passed += 1
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 502


class Member(Person):
    """A person of the house who sits at an SDK."""

    def __init__(self, lab, server, name, link):
        super().__init__(lab, server, name)
        self.lab, self.peer, self.visits = lab, None, 0
        self.grant = self.redeem(link)

    def join(self, grant=None):
        self.visits += 1
        self.peer = NodePeer(self.lab, f"{self.name}{self.visits}", grant or self.grant)
        return self.peer


def attributes_of(kit, room, name):
    return kit.people(room).get(name, {}).get("attributes", {})




def our_client(lab, server, kit, seven):
    """parlourctl, which is the app without a window, in the same house."""
    made = server.create_room("Ours")
    ann = lab.join(made["links"]["moderator"], "Ann", capture=f"file:{seven}?loop", extra=["--unmute"])
    check(ann.expect("joined", 20)["room"] == made["room"], "our client comes in, and calls the room as the house does")
    ben = lab.join(made["links"]["listener"], "Ben")
    ben.expect("joined", 20)
    ann.expect("participant", 10, name="Ben")
    ben.say("raise may I")
    check(ann.expect("hand", 10, name="Ben", up=True)["note"] == "may I", "its hand and note reach the host")
    ann.say("invite Ben")
    ben.expect("invited", 10)
    ben.say("accept")
    ann.expect("seat", 10, name="Ben", seat="stage")
    ann.say("say good evening")
    ben.expect("chat", 10, text="good evening")
    ben.say("say thank you")
    ann.expect("chat", 10, text="thank you")
    check(True, "chat goes both ways by the house")
    late = lab.join(made["links"]["listener"], "Cleo")
    late.expect("joined", 20)
    late.expect("chat", 10, text="good evening")
    check(True, "who comes later reads it, too")
    ben.say("react clap")
    for one in (ann, ben, late):
        one.expect("reactions", 10, counts={"clap": 1})
    check(True, "a reaction goes by the house, and everybody is told")
    time.sleep(4)
    ben.end()
    late.end()
    ann.say("end")
    ann.expect("left", 10)
    right = waveform.contains(waveform.load(ben.heard), waveform.load(seven))
    check(right > 0.6, f"and it hears ({right:.2f})")


def run(lab):
    binary = livekit.find_server()
    install()
    seven = waveform.speak("Seven bakers from the old town bring fresh bread to the market every single morning.", lab.path("seven.wav"), "en-us", 140, 70)
    ferry = waveform.speak("The ferry leaves at nine and comes back when the fog has lifted from the northern islands.", lab.path("ferry.wav"), "en-gb")
    port, = livekit.free_ports(1)
    relay = HookRelay(f"http://127.0.0.1:{port}/livekit/webhook")
    kit = livekit.LiveKit(lab, binary, relay.url)
    given = ["--set", "media.engine=livekit", "--set", f"media.livekit_url={kit.url}", "--set", f"media.livekit_key_file={kit.key_file}"]
    said = subprocess.run([BIN / "parlourd", "check", "--data", lab.path("none"), "--set", "server.listen=127.0.0.1:0", *given],
                          env=lab.env, capture_output=True, text=True)
    check("answers and takes the key" in said.stdout and "are made by the house only" in said.stdout, "parlourd check likes this LiveKit server")
    server = lab.server(args=["--media", "livekit", "--livekit-url", kit.url, "--livekit-key-file", kit.key_file], listen=f"127.0.0.1:{port}")
    made = server.create_room("Engine")
    hanna = Member(lab, server, "Hanna", made["links"]["moderator"])
    check(hanna.grant["url"] == kit.url, "the house hands out LiveKit's address")
    name = kit.rooms()[0]["name"]
    check(len(kit.rooms()) == 1 and made["room"] not in name, "the room was made on LiveKit before the first token, under a name of its own")
    sven = Member(lab, server, "Sven", made["links"]["speaker"])
    lena = Member(lab, server, "Lena", made["links"]["listener"])
    for one in (hanna, sven, lena):
        one.join().expect("joined", 40)

    def counts():
        summary = hanna.get("rooms")["rooms"][0]
        return summary["on_stage"], summary["listeners"]
    wait_for("the house to hear from the webhooks who came", lambda: counts() == (2, 1), 5)
    check(True, "webhooks tell the house who came")
    check(attributes_of(kit, name, "Hanna").get("parlour.power") == "host", "the host's power is an attribute on LiveKit")
    check(kit.people(name)["Lena"]["permission"]["can_publish"] is False, "a listener may not publish there")
    check(not any(p["permission"]["can_update_metadata"] for p in kit.people(name).values()), "nobody may write attributes")
    check('"title":"Engine"' in kit.rooms()[0]["metadata"], "the room's state is its metadata")

    sven.peer.say(f"publish {seven}")
    lena.peer.expect("subscribed", 20, lambda e: e["name"] == "Sven")
    time.sleep(5)

    # Hand, stage, sound, and down again, while running.
    lena.stage("raise", note="may I")
    hanna.peer.expect("attributes", 10, lambda e: e["name"] == "Lena" and e["attributes"].get("parlour.hand"))
    check(hanna.get(f"rooms/{hanna.room}/hands")["hands"][0]["note"] == "may I", "a hand by the house API is seen in LiveKit's attributes, the note by the host")
    began = time.monotonic()
    hanna.stage("invite", lena)
    answered = time.monotonic() - began
    lena.peer.expect("attributes", 10, lambda e: e["name"] == "Lena" and e["attributes"].get("parlour.invited"))
    lena.stage("accept")
    check(kit.people(name)["Lena"]["permission"]["can_publish"] is True, "when the house has answered, LiveKit lets her speak")
    print(f"invite answered in {answered * 1000:.0f} ms")
    lena.peer.say(f"publish {ferry}")
    lena.peer.expect("published", 20)
    hanna.peer.expect("subscribed", 20, lambda e: e["name"] == "Lena")
    time.sleep(5)

    # Hold is in force when the answer is there.
    hanna.stage("hold", lena)
    held = kit.people(name)["Lena"]
    check(held["permission"]["can_publish"] is False and not held["tracks"], "held: no right and no track on LiveKit when the answer is there")
    check(held["attributes"].get("parlour.held") == "1" or wait_for("the attribute", lambda: attributes_of(kit, name, "Lena").get("parlour.held") == "1", 2),
          "and the attribute says why")
    hanna.stage("release", lena)
    check(kit.people(name)["Lena"]["permission"]["can_publish"] is True, "released: the right is back")

    # A soft mute, undone by an own act.
    hanna.stage("mute", sven)
    check(all(t["muted"] for t in kit.people(name)["Sven"]["tracks"]), "muted: the track is muted when the answer is there")
    wait_for("the attribute", lambda: attributes_of(kit, name, "Sven").get("parlour.muted_by") == hanna.identity, 2)
    time.sleep(1.2)
    sven.peer.say("unpublish")   # rtc-node has no unmute: a new microphone track is the own act
    sven.peer.say(f"publish {seven}")
    began = time.monotonic()
    wait_for("the house to see the own act", lambda: not attributes_of(kit, name, "Sven").get("parlour.muted_by"), 6)
    print(f"own unmute seen after {time.monotonic() - began:.1f} s")
    check(True, "the person unmutes, and the mark goes")

    hanna.stage("down", lena)
    down = kit.people(name)["Lena"]
    check(down["permission"]["can_publish"] is False, "moved down: may not publish")
    wait_for("her seat", lambda: attributes_of(kit, name, "Lena").get("parlour.seat") == "audience", 2)
    check(True, "and sits in the audience")

    # Webhooks get lost: found by looking.
    relay.lost = True
    late = Member(lab, server, "Late", made["links"]["listener"])
    began = time.monotonic()
    late.join().expect("joined", 40)
    wait_for("the house to find the newcomer", lambda: counts() == (2, 2), 20)
    print(f"newcomer without webhook found after {time.monotonic() - began:.1f} s")
    late.peer.quit()
    began = time.monotonic()
    wait_for("the house to miss the one who left", lambda: counts() == (2, 1), 20)
    print(f"leaver without webhook missed after {time.monotonic() - began:.1f} s")
    check(relay.dropped > 0, f"{relay.dropped} webhooks were lost, and the house knows all the same")
    relay.lost = False
    body, headers = relay.last
    check(relay.send(body, headers) == 409, "a webhook that comes again is refused")
    check(relay.send(body + b" ", headers) == 401, "a changed one too")

    # parlourd dies while people talk.
    quiet = {one: len(one.peer.events()) for one in (hanna, sven, lena)}
    server.kill9()
    check(kit.people(name)["Sven"]["state"] == "ACTIVE", "parlourd is dead, people are still in the room")
    dead = len(lena.peer.events())
    wait_for("Lena to hear Sven meanwhile", lambda: any("Sven" in e.get("names", []) for e in lena.peer.events()[dead:]), 10)
    check(True, "and they go on hearing each other")
    server.start()
    began = time.monotonic()
    wait_for("the new process to know who is there", lambda: counts() == (2, 1), 20)
    print(f"after kill -9 and restart everybody is known again in {time.monotonic() - began:.1f} s")
    hanna.stage("hold", sven)
    check(kit.people(name)["Sven"]["permission"]["can_publish"] is False, "its orders reach the people who were there before it")
    hanna.stage("release", sven)
    for one in quiet:
        seen = [e.get("event") for e in one.peer.events()[quiet[one]:]]
        check(not {"left", "reconnecting", "reconnected"} & set(seen), f"{one.name} noticed nothing of it")
    check(kit.rooms()[0]["name"] == name, "the live session kept its room")

    # Removal is final, whatever token somebody has.
    hanna.stage("remove", lena)
    lena.peer.expect("left", 10)
    check("Lena" not in kit.people(name), "removed: out of the room when the answer is there")
    for kind, grant in (("old", lena.grant), ("refreshed", {"url": kit.url, "token": livekit.token(
            {"sub": lena.identity, "name": "Lena", "video": {"roomJoin": True, "room": name, "canPublish": True, "canSubscribe": True}})})):
        peer = lena.join(grant)
        began = time.monotonic()
        wait_for(f"the {kind} token to lead nowhere", lambda: any(e.get("event") in ("left", "refused") for e in peer.events()), 20)
        inside = next((e["t"] for e in peer.events() if e.get("event") == "joined"), None)
        out = next(e["t"] for e in peer.events() if e.get("event") in ("left", "refused"))
        print(f"with the {kind} token: " + ("never in" if inside is None else f"in for {(out - inside) * 1000:.0f} ms"))
        check("Lena" not in kit.people(name), f"her {kind} token leads nowhere")
        wait_for("her client to end", lambda: not peer.process.alive(), 20)
        check(not list(lab.dir.glob(f"{peer.name}-heard-*")), "and she heard nothing")
    try:
        lena.token()
        check(False, "a new token is refused")
    except Refused as refused:
        check(refused.status in (403, 404), f"a new token is refused ({refused.code})")

    # livekit-server dies and comes back empty.
    kit.kill9()
    began = time.monotonic()
    try:
        hanna.stage("lock_hands")
        unanswered = None
    except Refused as refused:
        unanswered = refused
    try:
        hanna.stage("hold", sven)
        check(False, "an order that LiveKit cannot carry out is not answered ok")
    except Refused as refused:
        print(f"hold while LiveKit is dead: {refused} after {time.monotonic() - began:.1f} s")
        check(refused.status == 503 and refused.code == "media_unreachable", "the actor learns that the sound does not follow yet")
    kit.start()
    began = time.monotonic()
    wait_for("the house to make the room anew", lambda: any(r["name"] == name for r in kit.rooms()), 10)
    print(f"room made anew {(time.monotonic() - began) * 1000:.0f} ms after LiveKit answered")
    wait_for("the people to be back", lambda: {"Hanna", "Sven"} <= {n for n, p in kit.people(name).items() if p["state"] == "ACTIVE"}, 60)
    print(f"everybody back {time.monotonic() - began:.1f} s after LiveKit answered")
    wait_for("the order from before to be carried out", lambda: kit.people(name)["Sven"]["permission"]["can_publish"] is False, 15)
    check(True, "the hold that could not be carried out then is in force now")
    hanna.stage("release", sven)

    our_client(lab, server, kit, seven)

    # The end of the session is the end of its room, and the next one has another.
    hanna.stage("end")
    hanna.peer.expect("left", 15)
    check(name not in [r["name"] for r in kit.rooms()], "room end: the room is gone from LiveKit")

    for one, of, source, other in ((lena, "Sven", seven, ferry), (hanna, "Lena", ferry, seven)):
        first = pathlib.Path(lab.path(f"{one.name}1-heard-{of}.wav"))
        wait_for(f"{one.name}'s recording", first.exists, 10)
        heard = waveform.load(first)
        right, wrong = waveform.contains(heard, waveform.load(source)), waveform.contains(heard, waveform.load(other))
        print(f"{one.name} heard {of}: right source {right:.2f}, wrong source {wrong:.2f}")
        check(right > 0.6 and wrong < 0.45, f"{one.name} heard {of} through LiveKit")
    log = open(server.process.log, errors="replace").read()
    check(livekit.SECRET not in log and "eyJ" not in log, "neither key nor tokens are in the house's log")


main(run, "livekit-engine")
