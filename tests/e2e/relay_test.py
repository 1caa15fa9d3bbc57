# SPDX-License-Identifier: Apache-2.0
"""parlourctl --relay-only in a room of a real livekit-server that names a real coturn: over UDP, TCP and TLS the sound goes through
the relay, both ways, by waveform. The certificate of the relay is believed as that of a website is: by the authorities of the system.
Arguments are those of the three to try."""
import sys
import time

from coturn import Coturn
from lab import check, main, wait_for
from livekit import free_ports, udp_addresses
from livekit_lab import LiveKit
from voices import hears, two


def run(lab):
    relay = Coturn(lab, "127.0.0.1", *free_ports(2), ("--lt-cred-mech", "--user", "anna:secret"))
    a, b = two(lab)
    for kind, port in (("udp", relay.plain), ("tcp", relay.plain), ("tls", relay.tls)):
        if kind not in (sys.argv[1:] or kind):
            continue
        server = LiveKit(lab, f"livekit-{kind}", rtc_extra=f"  turn_servers:\n    - host: 127.0.0.1\n      port: {port}\n      protocol: {kind}\n"
                                                          f"      username: anna\n      credential: secret\n")
        at = udp_addresses(server.udp)
        check(at == ["127.0.0.1"], f"{kind}: the server's sound is at the address that it names and at no other ({', '.join(at)}): a relay lets none in that nobody named")
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
