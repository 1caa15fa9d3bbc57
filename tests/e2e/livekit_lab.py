# SPDX-License-Identifier: Apache-2.0
"""A real livekit-server on loopback ports of its own, tokens for it, and its RoomService API."""
import json
import pathlib
import time
import urllib.error
import urllib.request

from lab import Failed, wait_for
from livekit import KEY, SECRET, find_server, free_ports, jwt


def token(identity, room, name="", ttl=3600, secret=SECRET, **grant):
    now = int(time.time())
    video = {"roomJoin": True, "room": room, "canPublish": True, "canSubscribe": True, "canPublishData": True, **grant}
    return jwt({"iss": KEY, "sub": identity, "nbf": now - 5, "exp": now + ttl, "name": name or identity, "video": video}, secret)


class LiveKit:
    """restart() comes back on the same ports. Told of one address only: of several that stand for the one it names it keeps one by chance,
    answers at no other, and sends from that. Whoever comes directly sees where it sends from; a relay lets in only whom its client named."""

    def __init__(self, lab, name="livekit", extra="", rtc_extra=""):
        self.lab, self.name = lab, name
        self.program = find_server()
        self.port, self.udp, self.tcp = free_ports(3)
        self.config = lab.path(f"{name}.yaml")
        pathlib.Path(self.config).write_text(
            f"port: {self.port}\nbind_addresses: ['127.0.0.1']\nkeys:\n  {KEY}: {SECRET}\n"
            f"rtc:\n  udp_port: {self.udp}\n  tcp_port: {self.tcp}\n  node_ip: 127.0.0.1\n  use_external_ip: false\n"
            f"  enable_loopback_candidate: true\n  ips:\n    includes: ['127.0.0.1/32']\n{rtc_extra}logging:\n  level: warn\n{extra}")
        self.start()

    @property
    def url(self):
        return f"ws://127.0.0.1:{self.port}"

    def start(self, timeout=20):
        self.process = self.lab.start(self.name, [self.program, "--config", self.config])
        wait_for("livekit-server", self.answers, timeout)

    def answers(self):
        if not self.process.alive():
            raise Failed("livekit-server ended: " + open(self.process.log, errors="replace").read()[-2000:])
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2) as answer:
                return answer.status == 200
        except urllib.error.HTTPError:
            return True   # alive, its statistics are not fresh yet
        except OSError:
            return False

    def api(self, method, room, **body):
        """A RoomService call; its answer, or raises with what the server said."""
        now = int(time.time())
        bearer = jwt({"iss": KEY, "nbf": now - 5, "exp": now + 60, "video": {"roomAdmin": True, "roomCreate": True, "roomList": True, "room": room}})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/twirp/livekit.RoomService/{method}",
                                         json.dumps({"room": room, **body}).encode(),
                                         {"Content-Type": "application/json", "Authorization": f"Bearer {bearer}"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Failed(f"{method}: {error.code} {error.read().decode()}")

    def join(self, identity, room, capture="null", name=None, extra=(), url=None, **grant):
        """A parlourctl in this room. The token goes by a file: it stands in no process list."""
        file = self.lab.path(f"{identity}-{len(self.lab.processes)}.token")
        file.write_text(token(identity, room, name or identity, **grant) + "\n")
        return self.lab.join(["--url", url or self.url, "--token-file", file], identity, capture=capture, extra=["--no-processing", *extra])
