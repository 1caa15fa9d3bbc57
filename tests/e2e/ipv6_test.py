# SPDX-License-Identifier: Apache-2.0
"""A house on [::]: people come by IPv6 alone, by IPv4, and on the house's own computer by either loopback address, and hear each other
(by waveform); where IPv6 lets no datagram through to the house, a relay of IPv6 carries them."""
import re
import time

from coturn import Coturn
from lab import check, main, wait_for
from two_nets import as_there, house, ip, join_there, own_namespace, two_nets
from voices import hears, two

SIX, FOUR, RELAY = "fd01::1", "10.1.0.1", "fd01::9"
HTTP, MEDIA, PLAIN, TLS = 7880, 7882, 3478, 5349
SECRET = "a-secret-shared-with-coturn"


def by(link, host):
    """The same link, at another address of the house."""
    return re.sub(r"^(https?://)(\[[^\]]*\]|[^/:]*)", lambda m: m.group(1) + host, link)


def meet(what, far, near, a, b, path="udp"):
    for who in (far, near):
        who.expect("joined", timeout=40)
    far.expect("participant", name=near.name)
    time.sleep(12)
    for who, way in ((near, path), (far, "udp")):
        found = wait_for("statistics", lambda: who.last("stats"))["path"]
        check(found == way, f"{what}: the sound of {who.name} goes by {found}")
    hears(near.heard, a, b, f"{what}: {near.name} hears {far.name}", 9)
    hears(far.heard, b, a, f"{what}: {far.name} hears {near.name}", 9)
    for who in (near, far):
        who.say("leave")
        who.expect("left", reason="user")


def run(lab):
    there = two_nets(lab)
    ip("addr add fd01::2/64 dev a0 nodad")
    for address in (SIX, RELAY):
        ip(f"addr add {address}/64 dev a1 nodad", inside=there)
    a, b = two(lab)
    secret = lab.path("relay-secret")
    secret.touch(mode=0o600)
    secret.write_text(SECRET + "\n")
    relay = Coturn(lab, RELAY, PLAIN, TLS, ("--use-auth-secret", "--static-auth-secret", SECRET), inside=there)
    server = house(lab, there, "--set", f"relays.servers={relay.urls()['udp']}", "--set", f"relays.secret_file={secret}", listen=f"[::]:{HTTP}", udp_port=MEDIA)
    link = as_there(lab, there, lambda: server.create_room("Six")["links"])["speaker"]

    def join(name, host, voice, at_home=False):
        options = {"capture": f"file:{voice}?loop", "extra": ["--unmute", "--no-processing"]}
        return join_there(lab, there, by(link, host), name, **options) if at_home else lab.join(by(link, host), name, **options)

    meet("both loopback addresses", join("Four", "127.0.0.1", a, True), join("Six", "[::1]", b, True), a, b)
    meet("IPv4 and IPv6", join("Four", FOUR, a), join("Six", f"[{SIX}]", b), a, b)
    for name in ("a0", "b0"):
        ip(f"-4 addr flush dev {name}")
    meet("IPv6 alone", join("Home", "127.0.0.1", a, True), join("Six", f"[{SIX}]", b), a, b)
    ip(f"-6 rule add pref 5 ipproto udp dport {MEDIA} blackhole")
    meet("IPv6 and a relay", join("Home", "[::1]", a, True), join("Six", f"[{SIX}]", b), a, b, "relay/udp")


own_namespace()
main(run, "ipv6")
