# SPDX-License-Identifier: Apache-2.0
"""An unchanged livekit-server-sdk on a house that switched its API on: rooms, participants, rights, and the webhooks."""
import json
import os
import shutil
import sys
import urllib.error
import urllib.request

from peers import HERE, MODULES, NodePeer, ask_grant, install
from lab import Lab, check, wait_for
import waveform

KEY, SECRET = "backend", "a secret of more than thirty-two characters"


class Sdk:
    def __init__(self, lab):
        self.out = lab.path("sdk-events.jsonl")
        shutil.copy(HERE / "server_sdk_peer.mjs", MODULES / "server_sdk_peer.mjs")
        read, self._stdin = os.pipe()
        self.process = lab.start("sdk", ["sh", "-c", f'exec "$@" >"{self.out}"', "sh", "node", "server_sdk_peer.mjs", KEY, SECRET],
                                 env={"PATH": os.environ["PATH"]}, stdin=read, cwd=MODULES)
        os.close(read)
        self.count, self.url = 0, None

    def events(self, event):
        if not self.out.exists():
            return []
        lines = self.out.read_text().splitlines()
        return [e for e in (json.loads(line) for line in lines if line.endswith("}")) if e["event"] == event]

    def port(self):
        return wait_for("the webhook receiver", lambda: self.events("port"), 20)[0]["port"]

    def ask(self, method, *args, **options):
        self.count += 1
        number = self.count
        line = json.dumps({"id": number, "url": self.url, "method": method, "args": args, **options})
        os.write(self._stdin, (line + "\n").encode())
        return wait_for(f"the answer to {method}", lambda: [e for e in self.events("answer") if e["id"] == number], 20)[0]

    def good(self, method, *args):
        answer = self.ask(method, *args)
        check("error" not in answer, f"{method} is answered" + (f": {answer['error']}" if "error" in answer else ""))
        return answer["result"]

    def refused(self, code, method, *args, **options):
        error = self.ask(method, *args, **options).get("error", {})
        check(error.get("code") == code, f"{method} is refused as {code}: {error}")

    def hooks(self, what):
        return [e for e in self.events("webhook") if e["what"] == what]


def run(lab):
    plain = lab.server(name="plain")
    try:
        urllib.request.urlopen(urllib.request.Request(plain.http + "/twirp/livekit.RoomService/ListRooms", b"{}",
                                                      {"content-type": "application/json"}))
        check(False, "a house that did not switch it on has no such address")
    except urllib.error.HTTPError as error:
        check(error.code == 404, "a house that did not switch it on has no such address")

    sdk = Sdk(lab)
    keys = lab.path("keys.yaml")
    keys.write_text(f"{KEY}: {SECRET}\n")
    keys.chmod(0o600)
    options = {"key_file": keys, "room_service": "true", "webhook_url": f"http://127.0.0.1:{sdk.port()}/hook"}
    server = lab.server(args=[a for k, v in options.items() for a in ("--set", f"livekit_api.{k}={v}")])
    sdk.url = server.http

    made = sdk.good("createRoom", {"name": "garden", "metadata": '{"color":"red"}'})
    check(made["name"] == "garden" and json.loads(made["metadata"])["color"] == "red", "the room has its name and metadata")
    check(sdk.good("createRoom", {"name": "garden"})["sid"] == made["sid"], "the same name is the same room")
    sdk.refused("unauthenticated", "listRooms", secret="another secret of more than thirty-two characters")
    check([r["name"] for r in sdk.good("listRooms", ["garden", "nowhere"])] == ["garden"], "listRooms finds it by name")
    sdk.refused("not_found", "listParticipants", "nowhere")

    room = server.create_room("Interop")
    name = room["room"]
    wav = waveform.speak("Seven bakers bring fresh bread to the market every single morning.", lab.path("peer.wav"), "en-us")
    bot = lab.join(room["links"]["moderator"], "Bot")
    bot.expect("power", power="host")
    peer = NodePeer(lab, "Peer", ask_grant(lab, room["links"]["speaker"], "Peer"))
    peer.expect("joined", 40)
    peer.say(f"publish {wav}")
    peer.expect("published", 20)
    people = wait_for("the published track in the list", lambda: [p for p in sdk.good("listParticipants", name) if p.get("tracks")], 10)
    check(people[0]["name"] == "Peer", "listParticipants shows who publishes")
    who, track = people[0]["identity"], people[0]["tracks"][0]["sid"]
    check(sdk.good("getParticipant", name, who)["sid"] == people[0]["sid"], "getParticipant too")

    sdk.good("sendData", name, {"bytes": "the train is late"}, 0, {"destinationIdentities": [who], "topic": "news"})
    peer.expect("data", 10, lambda e: e["text"] == "the train is late")
    sdk.refused("permission_denied", "sendData", name, {"bytes": "x"}, 0, {"topic": "parlour.hand"})
    sdk.good("updateParticipant", name, who, {"attributes": {"team": "blue"}})
    peer.expect("attributes", 10, lambda e: e["name"] == "Peer" and e["attributes"].get("team") == "blue")
    sdk.refused("permission_denied", "updateParticipant", name, who, {"attributes": {"parlour.power": "host"}})
    sdk.refused("permission_denied", "updateParticipant", name, who, {"name": "Bot"})
    changed = sdk.good("updateRoomMetadata", name, '{"season":"autumn"}')
    check(json.loads(changed["metadata"])["title"] == "Interop", "metadata of a program stands beside the house's")
    muted = sdk.good("mutePublishedTrack", name, who, track, True)
    check(muted["muted"], "mutePublishedTrack answers the muted track")
    peer.expect("track_muted", 10)
    sdk.refused("failed_precondition", "mutePublishedTrack", name, who, track, False)
    down = sdk.good("updateParticipant", name, who, {"permission": {"canSubscribe": True, "canPublishData": True}})
    check(not down["permission"].get("canPublish"), "canPublish = false moves off the stage")

    sdk.good("removeParticipant", name, who)
    peer.expect("left", 10)
    sdk.refused("not_found", "getParticipant", name, who)
    back = NodePeer(lab, "Back", peer.grant)
    check("text" in back.expect("refused", 40), "the token of a removed participant opens nothing")
    sdk.good("deleteRoom", name)
    bot.expect("left", timeout=10)
    sdk.refused("not_found", "deleteRoom", name)

    wait_for("the last webhook", lambda: sdk.hooks("room_finished"), 20)
    check(not sdk.events("bad_webhook"), "every webhook is signed as the SDK wants it")
    check(len(sdk.events("webhook_refused")) == 2, "what was refused came again")
    check(all(e["result"] == "refused" for e in sdk.events("tampered")), "a changed body is not taken")
    told = [e["what"] for e in sdk.events("webhook") if e["room"] == name]
    print("webhooks:", told)
    check(told[0] == "room_started" and told[-1] == "room_finished", "a room starts first and finishes last")
    check(told.count("participant_joined") == 2 and told.count("participant_left") == 2, "both came and went")
    check(told.index("track_published") < told.index("track_unpublished"), "the track came and went")
    check(len({e["id"] for e in sdk.events("webhook")}) == len(sdk.events("webhook")), "each is told once")


if __name__ == "__main__":
    install()
    with Lab("interop-server-sdk") as laboratory:
        run(laboratory)
    print("passed")
    sys.exit(0)
