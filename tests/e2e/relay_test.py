# SPDX-License-Identifier: Apache-2.0
"""parlourctl --relay-only in a room of a real livekit-server that names a real coturn: over UDP, TCP and TLS the sound goes through
the relay, both ways, by waveform. The certificate of the relay is believed as that of a website is: by the authorities of the system."""
import os
import shutil
import sys
import time

from lab import check, main, skip, wait_for
from livekit import free_ports
from livekit_lab import LiveKit
from voices import hears, two


def find_coturn():
    program = shutil.which("turnserver")
    if program is None:
        if os.environ.get("PARLOUR_NO_SKIPS") == "1":
            print("FAIL  coturn is not installed (package coturn)")
            sys.exit(1)
        skip("coturn is not installed (package coturn)")
    return program


def coturn(lab):
    plain, tls = free_ports(2)
    lab.certificate("turn", "IP:127.0.0.1")
    relay = lab.start("coturn", [find_coturn(), "-n", "--log-file", "stdout", "--no-cli", "--no-dtls", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1",
                                 "--listening-port", plain, "--tls-listening-port", tls, "--lt-cred-mech", "--user", "anna:secret", "--realm", "lab.example",
                                 "--allow-loopback-peers", "--cert", lab.path("turn.pem"), "--pkey", lab.path("turn.key"),
                                 "--pidfile", lab.path("turn.pid"), "--userdb", lab.path("turn.db")])
    time.sleep(1)
    check(relay.alive(), "coturn runs")
    return plain, tls


def run(lab):
    plain, tls = coturn(lab)
    a, b = two(lab)
    for kind, port in (("udp", plain), ("tcp", plain), ("tls", tls)):
        server = LiveKit(lab, f"livekit-{kind}", rtc_extra=f"  turn_servers:\n    - host: 127.0.0.1\n      port: {port}\n      protocol: {kind}\n"
                                                          f"      username: anna\n      credential: secret\n")
        if kind == "tls":
            server.join("eve", "talk", extra=["--relay-only"]).expect("left", timeout=60)
            check(True, "tls: a relay whose certificate nobody vouches for is not used")
            lab.env["SSL_CERT_FILE"] = str(lab.path("turn.pem"))
        ana = server.join("ana", "talk", capture=f"file:{a}?loop", name="Ana", extra=["--unmute"])
        ana.expect("joined")
        begun = time.monotonic()
        ben = server.join("ben", "talk", capture=f"file:{b}?loop", name="Ben", extra=["--unmute", "--relay-only"])
        ben.expect("joined", timeout=20)
        took = time.monotonic() - begun
        time.sleep(11)
        path = wait_for("statistics", lambda: ben.last("stats"))["path"]
        check(path == f"relay/{kind}", f"{kind}: inside {took:.1f} s after the start, the sound goes by {path}")
        check(ana.last("stats")["path"] == "udp", f"{kind}: who needs no relay uses none")
        hears(ben.heard, a, b, f"{kind}: one hears the other through it")
        hears(ana.heard, b, a, f"{kind}: and is heard")
        for who in (ben, ana):
            who.say("leave")
            who.expect("left", reason="user")
        server.process.end()


main(run, "relay")
