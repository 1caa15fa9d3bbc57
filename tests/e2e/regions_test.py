# SPDX-License-Identifier: Apache-2.0
"""A house of LiveKit Cloud's kind, in a network and with a hosts file of its own: the address of the invitation lets nobody in, says at
/settings/regions where else it can be reached, and parlourctl goes there over TLS: past a region that is dead to one behind which a
real livekit-server stands. The sound is compared."""
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import waveform
from lab import check, main, needs
from livekit_lab import LiveKit, token

WORDS_A = "Bees carry pollen from flower to flower all day long, and the orchard thanks them with apples in autumn."
WORDS_B = "The harbour was quiet when the last ferry came in, and nobody on the pier had seen the captain for weeks."
HOME, DEAD, OSAKA = (f"{name}.livekit.cloud" for name in ("talk", "dead", "osaka"))


def own_names():
    """Starts over in a network of its own, where the names above are this machine. With a route: who goes to an address elsewhere offers
    no loopback candidates."""
    if os.environ.get("PARLOUR_OWN_NAMES"):
        return
    needs("unshare", "ip", "mount")
    os.environ["PARLOUR_OWN_NAMES"] = "1"
    setup = (f"ip link set lo up && ip link add lab0 type veth peer name lab1 && ip addr add 198.18.0.1/24 dev lab0 && "
             "ip link set lab0 up && ip link set lab1 up && ip route add default dev lab0 src 198.18.0.1 && "
             f"names=$(mktemp) && echo '127.0.0.1 localhost {HOME} {DEAD} {OSAKA}' >$names && "
             "mount --bind $names /etc/hosts && rm -f $names; exec \"$@\"")
    flags = ["-nm"] if os.geteuid() == 0 else ["-rnm"]
    os.execvp("unshare", ["unshare", *flags, "sh", "-c", setup, "sh", sys.executable, *sys.argv])


class Tls:
    """One TLS listener; what comes out of it is given to `answer`, or carried to a port."""

    def __init__(self, lab, answer=None, to=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(lab.path("cloud.pem"), lab.path("cloud.key"))
        self.answer, self.to = answer, to
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            plain, _ = self.listener.accept()
            threading.Thread(target=self.take, args=(plain,), daemon=True).start()

    def take(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as near:
                if self.answer:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        more = near.recv(65536)
                        if not more:
                            return
                        head += more
                    near.sendall(self.answer(head.decode()))
                    return
                self.carry(near)
        except (OSError, ssl.SSLError):
            pass   # one of the two ends went away

    def carry(self, near):
        """Both ways in one thread: a TLS connection is not to be used by two."""
        far = socket.create_connection(("127.0.0.1", self.to), timeout=5)
        near.setblocking(False)
        far.settimeout(0.01)
        while True:
            try:
                if not (chunk := near.recv(65536)):
                    break
                far.sendall(chunk)
            except ssl.SSLWantReadError:
                pass
            try:
                if not (chunk := far.recv(65536)):
                    break
                near.setblocking(True)
                near.sendall(chunk)
                near.setblocking(False)
            except socket.timeout:
                pass
        far.close()


def certificate(lab):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=cloud",
                    "-addext", f"subjectAltName=DNS:{HOME},DNS:{DEAD},DNS:{OSAKA}", "-keyout", lab.path("cloud.key"), "-out", lab.path("cloud.pem")],
                   check=True, capture_output=True)
    lab.env["SSL_CERT_FILE"] = str(lab.path("cloud.pem"))


def run(lab):
    needs("openssl")
    certificate(lab)
    server = LiveKit(lab)
    region = Tls(lab, to=server.port)
    with socket.create_server(("127.0.0.1", 0)) as one:
        dead = one.getsockname()[1]
    asked = []

    def home(head):
        asked.append(head)
        if head.startswith("GET /settings/regions "):
            body = json.dumps({"regions": [{"region": "dead", "url": f"https://{DEAD}:{dead}", "distance": "100"},
                                           {"region": "osaka", "url": f"https://{OSAKA}:{region.port}", "distance": "9000"}]})
            return f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n{body}".encode()
        return b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

    front = Tls(lab, answer=home)
    a = waveform.speak(WORDS_A, lab.path("a.wav"), "en", 150, 40, 8)
    b = waveform.speak(WORDS_B, lab.path("b.wav"), "en-us", 165, 70, 8)
    ben = server.join("ben", "talk", capture=f"file:{b}?loop", name="Ben", extra=["--unmute"])
    ben.expect("joined")
    begun = time.monotonic()
    ana = server.join("ana", "talk", capture=f"file:{a}?loop", name="Ana", extra=["--unmute"], url=f"wss://{HOME}:{front.port}")
    ana.expect("joined", timeout=40, participants=2)
    took = time.monotonic() - begun
    regions = [head for head in asked if head.startswith("GET /settings/regions ")]
    check(len(regions) == 1, f"inside after {took:.1f} s; the address that lets nobody in was asked once for its regions")
    check("authorization: bearer ey" in regions[0].lower(), "with the token in its header")
    check(all("ey" not in head.split("\r\n")[0] for head in asked), "and in no address")
    time.sleep(9)
    for who, right, wrong, what in ((ana, b, a, "who came by a region hears"), (ben, a, b, "and is heard")):
        sound = waveform.load(who.heard)
        good, bad = waveform.contains(sound, waveform.load(right)), waveform.contains(sound, waveform.load(wrong))
        check(good > 0.75 and bad < 0.6, f"{what} (correlation {good:.2f}, with another voice {bad:.2f})")


own_names()
main(run, "regions")
