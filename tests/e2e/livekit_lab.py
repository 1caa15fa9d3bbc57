# SPDX-License-Identifier: Apache-2.0
"""A real livekit-server on loopback ports of its own, tokens for it, and its RoomService API."""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import socket
import time
import urllib.error
import urllib.request

from lab import Failed, skip, wait_for

KEY, SECRET = "lab-key", "lab-secret-of-more-than-thirty-two-characters"


def binary():
    """The server program, or None."""
    named = os.environ.get("PARLOUR_LIVEKIT_SERVER")
    if named:
        return named
    home = os.path.expanduser("~/.cache/parlour/livekit/livekit-server")
    for path in ("/usr/local/bin/livekit-server", shutil.which("livekit-server"), home):
        if path and os.access(path, os.X_OK):
            return path
    return None


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(claims, secret=SECRET):
    head = b64(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    body = b64(json.dumps(claims).encode())
    mac = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{b64(mac)}"


def token(identity, room, name="", ttl=3600, secret=SECRET, **grant):
    now = int(time.time())
    video = {"roomJoin": True, "room": room, "canPublish": True, "canSubscribe": True, "canPublishData": True, **grant}
    return jwt({"iss": KEY, "sub": identity, "nbf": now - 5, "exp": now + ttl, "name": name or identity, "video": video}, secret)


def free_ports(count):
    """Free for TCP and UDP at this moment."""
    out, held = [], []
    while len(out) < count:
        tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        try:
            udp.bind(("127.0.0.1", port))
            out.append(port)
        except OSError:
            pass
        held += [tcp, udp]
    for s in held:
        s.close()
    return out


class LiveKit:
    """restart() comes back on the same ports."""

    def __init__(self, lab, name="livekit", extra="", rtc_extra=""):
        self.lab, self.name = lab, name
        self.program = binary()
        if not self.program:
            skip("livekit-server is missing (PARLOUR_LIVEKIT_SERVER, or ./dev test installs it with the Go tool)")
        self.port, self.udp, self.tcp = free_ports(3)
        self.config = lab.path(f"{name}.yaml")
        pathlib.Path(self.config).write_text(
            f"port: {self.port}\nbind_addresses: ['127.0.0.1']\nkeys:\n  {KEY}: {SECRET}\n"
            f"rtc:\n  udp_port: {self.udp}\n  tcp_port: {self.tcp}\n  node_ip: 127.0.0.1\n  use_external_ip: false\n"
            f"  enable_loopback_candidate: true\n{rtc_extra}logging:\n  level: warn\n{extra}")
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
