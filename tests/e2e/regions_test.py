# SPDX-License-Identifier: Apache-2.0
"""A house of LiveKit Cloud's kind, in a network and with a hosts file of its own: the address of the invitation lets nobody in, says at
/settings/regions where else it can be reached, and parlourctl goes there over TLS: past a region that is dead to one behind which a
real livekit-server stands. The sound is compared."""
import json
import socket
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lab import check, main, own_network
from livekit import free_ports
from livekit_lab import LiveKit
from voices import hears, two

HOME, DEAD, OSAKA = (f"{name}.livekit.cloud" for name in ("talk", "dead", "osaka"))


class Home(BaseHTTPRequestHandler):
    """Lets nobody in; the server has `asked`, the requests so far, and `regions`."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("authorization", "")))
        if self.path != "/settings/regions":
            self.send_error(503)
            return
        body = json.dumps({"regions": self.server.regions}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def carry(near, port):
    """Both ways in one thread: a TLS connection is not to be used by two."""
    with near, socket.create_connection(("127.0.0.1", port), timeout=5) as far:
        near.setblocking(False)
        far.settimeout(0.01)
        while True:
            try:
                if not (chunk := near.recv(65536)):
                    return
                far.sendall(chunk)
            except ssl.SSLWantReadError:
                pass
            try:
                if not (chunk := far.recv(65536)):
                    return
                near.setblocking(True)
                near.sendall(chunk)
                near.setblocking(False)
            except socket.timeout:
                pass


def listen(context, take):
    """A port whose connections are given to take(), each in a thread, once they are encrypted."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def one(plain):
        try:
            take(context.wrap_socket(plain, server_side=True))
        except OSError:
            pass   # one of the two ends went away

    def serve():
        while True:
            threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def run(lab):
    lab.certificate("cloud", f"DNS:{HOME}", f"DNS:{DEAD}", f"DNS:{OSAKA}")
    lab.env["SSL_CERT_FILE"] = str(lab.path("cloud.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(lab.path("cloud.pem"), lab.path("cloud.key"))
    server = LiveKit(lab)
    region = listen(context, lambda near: carry(near, server.port))
    dead, = free_ports(1)
    home = ThreadingHTTPServer(("127.0.0.1", 0), Home)
    home.socket = context.wrap_socket(home.socket, server_side=True)
    home.asked = []
    home.regions = [{"region": "dead", "url": f"https://{DEAD}:{dead}", "distance": "100"},
                    {"region": "osaka", "url": f"https://{OSAKA}:{region}", "distance": "9000"}]
    threading.Thread(target=home.serve_forever, daemon=True).start()
    a, b = two(lab)
    ben = server.join("ben", "talk", capture=f"file:{b}?loop", name="Ben", extra=["--unmute"])
    ben.expect("joined")
    begun = time.monotonic()
    ana = server.join("ana", "talk", capture=f"file:{a}?loop", name="Ana", extra=["--unmute"], url=f"wss://{HOME}:{home.server_port}")
    ana.expect("joined", timeout=40, participants=2)
    took = time.monotonic() - begun
    regions = [bearer for path, bearer in home.asked if path == "/settings/regions"]
    check(len(regions) == 1, f"inside after {took:.1f} s; the address that lets nobody in was asked once for its regions")
    check(regions[0].lower().startswith("bearer ey"), "with the token in its header")
    parts = regions[0].split()[1].split(".")
    check(not any(part in path for part in parts for path, _ in home.asked), "and no part of it in an address")
    time.sleep(9)
    hears(ana.heard, b, a, "who came by a region hears")
    hears(ben.heard, a, b, "and is heard")


own_network(HOME, DEAD, OSAKA)
main(run, "regions")
