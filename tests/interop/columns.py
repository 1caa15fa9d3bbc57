# SPDX-License-Identifier: Apache-2.0
"""The four servers of the table, behind one set of words: enter, up, down, sid, cut, die, paths. Signalling goes through a Wire that can
be cut; media goes around it, to a real address (lab.own_network()): Firefox uses no loopback for it."""
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

import livekit
from lab import BIN, Failed
from peers import ask_grant

ADDRESS = "198.18.0.1"   # of lab.own_network()
KEY, SECRET = "table", "a secret of more than thirty-two characters"
WITHOUT = (b"HTTP/1.1 404 Not Found\r\naccess-control-allow-origin: *\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n"
           b"connection: close\r\n\r\nnot found\n")
AWAY = b"HTTP/1.1 503 Service Unavailable\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Wire:
    """A relay in front of a server's TCP port. `v1` False: it answers for /rtc/v1 as a server that does not know it."""

    def __init__(self, v1=True):
        self.to, self.v1, self.open, self.paths = None, v1, [], []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            threading.Thread(target=self._one, args=(self.listener.accept()[0],), daemon=True).start()

    def _one(self, near):
        try:
            head = b""
            while b"\r\n\r\n" not in head and (chunk := near.recv(65536)):
                head += chunk
            path = head.split(b" ", 2)[1].split(b"?")[0].decode() if head.count(b" ") > 1 else ""
            signalling = path.startswith("/rtc") and b"upgrade: websocket" in head.lower()
            if path.startswith("/rtc/v1") and not self.v1:
                near.sendall(WITHOUT)
                near.close()
                return
            far = self._far()
            if not far:
                near.sendall(AWAY)   # as a balancer says it; without a word Firefox tells the SDK of no error, and it waits for ever
                near.close()
                return
            far.sendall(head)
        except OSError:
            near.close()
            return
        if signalling:
            self.paths.append(path)
            self.open += [near, far]
        for a, b in ((near, far), (far, near)):
            threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _far(self):
        try:
            far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
            far.settimeout(None)
            return far
        except OSError:
            return None

    @staticmethod
    def _carry(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        Wire._end(source, sink)

    @staticmethod
    def _end(*sockets):
        for one in sockets:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """All signalling that is open."""
        self._end(*self.open)
        self.open = []


class Column:
    """`subject` is the wire of whose software is tested, `partner` of the others."""

    ROOM = "table"

    def __init__(self, v1=True):
        self.wires = {"subject": Wire(v1), "partner": Wire()}

    def leads_to(self, port):
        for wire in self.wires.values():
            wire.to = port

    def cut(self):
        self.wires["subject"].cut()

    def paths(self):
        return self.wires["subject"].paths

    def person(self, identity):
        return self.ask("GetParticipant", {"identity": identity})

    def sid(self, identity):
        return self.person(identity)["sid"]

    def allow(self, identity, yes):
        """The permission to publish, as a backend changes it."""
        self.ask("UpdateParticipant", {"identity": identity, "permission": {"can_subscribe": True, "can_publish": yes, "can_publish_data": True}})

    @staticmethod
    def call(port, bearer, method, body):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/twirp/livekit.RoomService/{method}", json.dumps(body).encode(),
                                         {"content-type": "application/json", "authorization": "Bearer " + bearer})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise Failed(f"{method}: {error.code} {error.read().decode()[:300]}")


class Ours(Column):
    """parlourd. Who is given the right to publish is asked on stage, and says yes."""

    asks = True

    def __init__(self, lab, v1, own):
        super().__init__(v1)
        self.lab, keys = lab, lab.path("keys.yaml")
        keys.write_text(f"{KEY}: {SECRET}\n")
        keys.chmod(0o600)
        # Our client comes by the invitation: the house's address is its wire.
        public = f"http://127.0.0.1:{self.wires[own].port}"
        self.server = lab.server(listen="0.0.0.0:0", args=["--no-tls", "--public-url", public, "--set", f"livekit_api.key_file={keys}",
                                                           "--set", "livekit_api.room_service=true"])
        self.port = int(self.server.http.rsplit(":", 1)[1])
        self.leads_to(self.port)
        made = self.server.create_room("Table")
        self.room, self.link = made["room"], made["links"]["speaker"]

    def grant(self, name, wire):
        return {**ask_grant(self.lab, self.link, name), "url": f"ws://127.0.0.1:{self.wires[wire].port}"}

    def own(self, name, wire):
        return self.link

    def ask(self, method, body):
        now = int(time.time())
        video = {"roomAdmin": True, "room": self.room}
        claims = {"iss": KEY, "sub": "backend", "nbf": now - 5, "exp": now + 600, "video": video}
        return self.call(self.port, livekit.jwt(claims, SECRET), method, {"room": self.room, **body})

    def die(self):
        """Killed, and back on the same ports."""
        self.server.kill9()
        self.server.start()

    @staticmethod
    def version():
        return subprocess.run([BIN / "parlourd", "--version"], capture_output=True, text=True).stdout.strip()


class One(Column):
    """A livekit-server without a house."""

    asks = False

    def __init__(self, lab):
        super().__init__()
        self.lab = lab
        self.node = livekit.LiveKit(lab, livekit.find_server(), address=ADDRESS, auto_create=True)
        self.leads_to(self.node.port)
        self.room = self.ROOM

    def grant(self, name, wire):
        video = {"roomJoin": True, "room": self.room, "canPublish": True, "canSubscribe": True, "canPublishData": True}
        return {"url": f"ws://127.0.0.1:{self.wires[wire].port}", "token": livekit.token({"sub": name.lower(), "name": name, "video": video})}

    def own(self, name, wire):
        grant = self.grant(name, wire)
        file = self.lab.path(f"{name}.token")
        file.write_text(grant["token"] + "\n")
        return ["--url", grant["url"], "--token-file", file]

    def ask(self, method, body):
        bearer = livekit.token({"sub": "backend", "video": {"roomAdmin": True, "room": self.room}})
        return self.call(self.node.port, bearer, method, {"room": self.room, **body})

    def die(self):
        self.node.kill9()
        self.node.start()

    @staticmethod
    def version():
        return subprocess.run([livekit.find_server(), "--version"], capture_output=True, text=True).stdout.strip()


class Two(One):
    """Two nodes, one redis, one address. The one that holds the room dies, and stays dead."""

    def __init__(self, lab):
        Column.__init__(self)
        self.lab, self.room = lab, self.ROOM
        self.cluster = livekit.Cluster(lab, address=ADDRESS, auto_create=True)
        self.node = self.cluster.nodes[0]
        self.leads_to(self.cluster.balancer.port)

    def die(self):
        holder = self.cluster.holder(self.room)
        holder.kill9()
        self.node = next(node for node in self.cluster.nodes if node is not holder)


# By whose wire our own client comes, `own`, is the rows' affair.
COLUMNS = {"our server, /rtc (v0)": lambda lab, own: Ours(lab, False, own), "our server, /rtc/v1": lambda lab, own: Ours(lab, True, own),
           "livekit-server, one node": lambda lab, own: One(lab), "livekit-server, two nodes with Redis": lambda lab, own: Two(lab)}
