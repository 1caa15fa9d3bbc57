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
import threading
import time
import urllib.error
import urllib.request

from lab import Failed, Server, skip, wait_for
from wire import pump

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


def udp_addresses(port):
    """Those of this machine at which something waits for UDP to this port."""
    out = []
    for file, family in (("/proc/net/udp", socket.AF_INET), ("/proc/net/udp6", socket.AF_INET6)):
        if not os.path.exists(file):
            continue
        for line in open(file).readlines()[1:]:
            address, _, at = line.split()[1].partition(":")
            if int(at, 16) == port:   # words of 32 bits, each the wrong way round
                words = [bytes.fromhex(address[i:i + 8])[::-1] for i in range(0, len(address), 8)]
                out.append(socket.inet_ntop(family, b"".join(words)))
    return sorted(out)


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwt(claims, secret=SECRET):
    text = b64url(b'{"alg":"HS256","typ":"JWT"}') + "." + b64url(json.dumps(claims).encode())
    return text + "." + b64url(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def token(claims):
    return jwt({"iss": KEY, "nbf": int(time.time()) - 5, "exp": int(time.time()) + 600, **claims})


class LiveKit:
    # In own_network() browsers reach what their default route leads to.
    NODE_IP = "198.18.0.1" if os.environ.get("PARLOUR_NETNS") else "127.0.0.1"

    def __init__(self, lab, binary, webhook=None, redis=None, name="livekit", address=NODE_IP, auto_create=False):
        self.lab, self.binary, self.name, self.address = lab, binary, name, address
        self.port, tcp, udp = free_ports(3)
        self.config = lab.path(f"{name}.yaml")
        self.key_file = lab.path("livekit.key")
        self.key_file.write_text(f"{KEY}: {SECRET}\n")
        self.key_file.chmod(0o600)
        hook = f"webhook:\n  api_key: {KEY}\n  urls: [\"{webhook}\"]\n" if webhook else ""
        shared = f"redis:\n  address: {redis}\n" if redis else ""
        loopback = "true" if address == "127.0.0.1" else "false"
        self.config.write_text(
            f"port: {self.port}\nbind_addresses: [\"127.0.0.1\"]\nkeys:\n  {KEY}: {SECRET}\nroom:\n  auto_create: {str(auto_create).lower()}\n"
            f"rtc:\n  tcp_port: {tcp}\n  udp_port: {udp}\n  use_external_ip: false\n  enable_loopback_candidate: {loopback}\n"
            f"  ips:\n    includes: [\"{address}/32\"]\n{hook}{shared}")
        self.url = f"ws://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = self.lab.start(self.name, [self.binary, "--config", self.config, "--node-ip", self.address])
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


def house(lab, args=(), listen="127.0.0.1:0", **options):
    """A parlourd whose sound a livekit-server of its own carries."""
    port = int(listen.rsplit(":", 1)[1]) or free_ports(1)[0]
    listen = f"{listen.rsplit(':', 1)[0]}:{port}"
    kit = LiveKit(lab, find_server(), f"http://127.0.0.1:{port}/livekit/webhook")
    server = Server(lab, args=[*args, "--media", "livekit", "--livekit-url", kit.url, "--livekit-key-file", kit.key_file], listen=listen, **options)
    server.kit = kit
    return server


def house_on_nodes(lab, args=(), listen="127.0.0.1:0", **options):
    """The same on two LiveKit nodes."""
    port = int(listen.rsplit(":", 1)[1]) or free_ports(1)[0]
    cluster = Cluster(lab, f"http://127.0.0.1:{port}/livekit/webhook")
    server = Server(lab, args=[*args, "--media", "livekit", "--livekit-url", cluster.url, "--livekit-key-file", cluster.key_file],
                    listen=f"{listen.rsplit(':', 1)[0]}:{port}", **options)
    server.cluster = cluster
    return server


class Balancer:
    """One address for several nodes: each connection goes to the first of them that takes it, beginning with the next one in turn."""

    def __init__(self, ports):
        self.ports, self.turn = ports, 0
        self.first = None   # a port that gets what comes, as long as it takes it
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            self.turn += 1
            order = [self.ports[(self.turn + i) % len(self.ports)] for i in range(len(self.ports))]
            for port in sorted(order, key=lambda one: one != self.first):
                try:
                    far = socket.create_connection(("127.0.0.1", port), timeout=2)
                    far.settimeout(None)
                except OSError:
                    continue
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=(a, b), daemon=True).start()
                break
            else:
                near.close()


class Cluster:
    """Two nodes that share a redis, behind one address."""

    def __init__(self, lab, webhook=None, **node):
        if shutil.which("redis-server") is None:
            if os.environ.get("PARLOUR_NO_SKIPS") == "1":
                raise Failed("redis-server is not installed")
            skip("redis-server is not installed (package redis-server)")
        binary = find_server()
        self.lab = lab
        port, = free_ports(1)
        self.redis_port = port
        self.start_redis()
        self.nodes = [LiveKit(lab, binary, webhook, f"127.0.0.1:{port}", f"livekit{i}", **node) for i in (1, 2)]
        self.balancer = Balancer([node.port for node in self.nodes])
        self.url = f"ws://127.0.0.1:{self.balancer.port}"
        self.key_file = self.nodes[0].key_file

    def start_redis(self):
        """Empty: it keeps nothing."""
        self.redis = self.lab.start("redis", ["redis-server", "--port", self.redis_port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                                              "--dir", self.lab.dir])
        wait_for("redis to answer", lambda: not socket.socket().connect_ex(("127.0.0.1", self.redis_port)), 10)

    def other(self, node):
        return next(one for one in self.nodes if one is not node)

    def holder(self, room):
        """The node on which the room lives."""
        for node in self.nodes:
            lines = [l for l in open(node.process.log, errors="replace") if "starting RTC session" in l and room in l]
            if lines and node.process.alive():
                return node
        raise Failed("no node has the room")
