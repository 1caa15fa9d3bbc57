# SPDX-License-Identifier: Apache-2.0
"""A real livekit-server on loopback for a lab, and its RoomService. Looked for by PARLOUR_LIVEKIT_SERVER, then in /usr/local/bin, PATH and
~/.cache/parlour/livekit; without one the test is skipped by name, and fails with PARLOUR_NO_SKIPS=1."""
import base64
import hashlib
import hmac
import json
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request

from lab import Failed, skip, wait_for

KEY, SECRET = "APIparlour", "a-secret-of-the-test-with-more-than-32-characters"


def find_server():
    home = os.path.expanduser("~/.cache/parlour/livekit/livekit-server")
    for path in (os.environ.get("PARLOUR_LIVEKIT_SERVER"), "/usr/local/bin/livekit-server", shutil.which("livekit-server"), home):
        if path and os.access(path, os.X_OK):
            return path
    if os.environ.get("PARLOUR_NO_SKIPS") == "1":
        print("FAIL  livekit-server is not installed (PARLOUR_LIVEKIT_SERVER names one)")
        sys.exit(1)
    skip("livekit-server is not installed (go install github.com/livekit/livekit-server/cmd/server@v1.13.5; PARLOUR_LIVEKIT_SERVER names it)")


def free_ports(count):
    """Free now; taken right away by whom they are for."""
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(claims):
    body = {"iss": KEY, "nbf": int(time.time()) - 5, "exp": int(time.time()) + 600, **claims}
    text = b64url(b'{"alg":"HS256","typ":"JWT"}') + "." + b64url(json.dumps(body).encode())
    return text + "." + b64url(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


class LiveKit:
    def __init__(self, lab, binary, webhook=None):
        self.lab, self.binary = lab, binary
        self.port, tcp, udp = free_ports(3)
        self.config = lab.path("livekit.yaml")
        self.key_file = lab.path("livekit.key")
        self.key_file.write_text(f"{KEY}: {SECRET}\n")
        self.key_file.chmod(0o600)
        hook = f"webhook:\n  api_key: {KEY}\n  urls: [\"{webhook}\"]\n" if webhook else ""
        self.config.write_text(
            f"port: {self.port}\nbind_addresses: [\"127.0.0.1\"]\nkeys:\n  {KEY}: {SECRET}\nroom:\n  auto_create: false\n"
            f"rtc:\n  tcp_port: {tcp}\n  udp_port: {udp}\n  use_external_ip: false\n  enable_loopback_candidate: true\n{hook}")
        self.url = f"ws://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = self.lab.start("livekit", [self.binary, "--config", self.config, "--node-ip", "127.0.0.1"])
        wait_for("livekit-server to answer", self.answers, 20)

    def answers(self):
        if not self.process.alive():
            raise Failed("livekit-server ended: " + open(self.process.log, errors="replace").read()[-1000:])
        try:
            self.ask("ListRooms", {"roomList": True}, {})
            return True
        except (urllib.error.URLError, OSError):
            return False

    def kill9(self):
        self.process.kill9()

    def ask(self, method, grant, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/twirp/livekit.RoomService/{method}", json.dumps(body).encode(),
                                         {"authorization": "Bearer " + token({"sub": "test", "video": grant}), "content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def rooms(self):
        return self.ask("ListRooms", {"roomList": True}, {})["rooms"]

    def people(self, room):
        return {p["name"]: p for p in self.ask("ListParticipants", {"roomAdmin": True, "room": room}, {"room": room})["participants"]}
