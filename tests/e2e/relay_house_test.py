# SPDX-License-Identifier: Apache-2.0
"""A house that names a relay (a real coturn, logins by a shared secret): from a network that lets neither UDP nor TCP through to the
house's media, the sound goes by the relay over UDP, TCP and TLS, both ways, by waveform. `parlourd check` says what is wrong with one."""
import subprocess
import time

import lab as lab_module
from coturn import Coturn
from lab import check, main, wait_for
from two_nets import SERVER, as_there, house, ip, join_there, own_namespace, two_nets
from voices import hears, two

SECRET = "a-secret-shared-with-coturn"
RELAY, OTHER = "10.9.0.2", "10.9.0.3"
MEDIA, STREAM, PLAIN, TLS = 7882, 7883, 3478, 5349


def blocked(kind, port, on=True):
    ip(f"rule {'add' if on else 'del'} pref 5 ipproto {kind} dport {port} blackhole")


def settings(lab, urls, secret=SECRET):
    file = lab.path("relay-secret-" + secret[:4])
    file.touch(mode=0o600)
    file.write_text(secret + "\n")
    return ["--set", "relays.servers=" + ",".join(urls), "--set", f"relays.secret_file={file}"]


def checked(lab, there, name, *sets):
    """What `parlourd check` says of relays: all good, and its lines."""
    command = ["nsenter", "-t", there, "-n", lab_module.BIN / "parlourd", "check", "--data", lab.path(name), "--set", f"server.listen={SERVER}:7880",
               "--set", f"server.udp_port={MEDIA}", *sets]
    result = subprocess.run([str(word) for word in command], env=lab.env, capture_output=True, text=True, timeout=60)
    lines = [line for line in result.stdout.splitlines() if "Relay" in line]
    print("\n".join(lines) or result.stdout + result.stderr)
    return bool(lines) and all(line.startswith("ok") for line in lines), "\n".join(lines)


def checks(lab, there, urls):
    good, lines = checked(lab, there, "check", *settings(lab, urls.values()))
    check(good and lines.count("what it passes on arrives at") == 3, "check: all three ways to the relay work, and what it passes on arrives at the house")
    good, lines = checked(lab, there, "check", *settings(lab, urls.values(), "not-the-secret-of-that-relay"))
    check(not good and lines.count("static-auth-secret") == 3, "check: a secret that is not the relay's is said to be one")
    good, lines = checked(lab, there, "check", *settings(lab, [f"turn:{SERVER}:{PLAIN}", f"turn:{SERVER}:{PLAIN}?transport=tcp"]))
    check(not good and "does not answer" in lines and "Nothing answers" in lines, "check: a relay that is not there is said not to answer")
    strict = Coturn(lab, OTHER, PLAIN, TLS, ("--use-auth-secret", "--static-auth-secret", SECRET), name="strict", inside=there,
                    extra=("--denied-peer-ip", "10.9.0.0-10.9.0.255"))
    good, lines = checked(lab, there, "check", *settings(lab, [f"turn:{OTHER}:{PLAIN}"]))
    check(not good and "denied-peer-ip" in lines, "check: a relay that passes nothing on to the house is found out")
    strict.end()


def heard_by(lab, there, links, a, b, path, extra=(), last=9):
    far = join_there(lab, there, links["speaker"], "Far", capture=f"file:{a}?loop", extra=["--unmute", "--no-processing"])
    far.expect("joined", timeout=20)
    begun = time.monotonic()
    near = lab.join(links["speaker"], "Near", capture=f"file:{b}?loop", extra=["--unmute", "--no-processing", *extra])
    near.expect("joined", timeout=40)
    took = time.monotonic() - begun
    far.expect("participant", name="Near")
    time.sleep(12)
    found = wait_for("statistics", lambda: near.last("stats"))["path"]
    check(found == path, f"{path}: the sound goes by {found}, {took:.1f} s after the start of the program")
    check(wait_for("statistics", lambda: far.last("stats"))["path"] == "udp", f"{path}: who needs no relay uses none")
    hears(near.heard, a, b, f"{path}: one hears the other through it", last)
    hears(far.heard, b, a, f"{path}: and is heard", last)
    for who in (near, far):
        who.say("leave")
        who.expect("left", reason="user")


def run(lab):
    there = two_nets(lab)
    for address in (RELAY, OTHER):
        ip(f"addr add {address}/32 dev lo", inside=there)
    a, b = two(lab)
    relay = Coturn(lab, RELAY, PLAIN, TLS, ("--use-auth-secret", "--static-auth-secret", SECRET), inside=there)
    untrusted, _ = checked(lab, there, "check", *settings(lab, [relay.urls()["tls"]]))
    check(not untrusted, "check: a relay whose certificate nobody vouches for is none")
    lab.env["SSL_CERT_FILE"] = str(lab.path("turn.pem"))
    checks(lab, there, relay.urls())

    server = house(lab, there, "--set", f"server.tcp_port={STREAM}", *settings(lab, relay.urls().values()), udp_port=MEDIA)
    links = as_there(lab, there, lambda: server.create_room("Relays")["links"])
    for kind, port in (("udp", MEDIA), ("tcp", STREAM)):
        blocked(kind, port)
    heard_by(lab, there, links, a, b, "relay/udp")
    blocked("udp", PLAIN)
    heard_by(lab, there, links, a, b, "relay/tcp")
    blocked("tcp", PLAIN)
    heard_by(lab, there, links, a, b, "relay/tls")
    for kind in ("udp", "tcp"):
        blocked(kind, PLAIN, on=False)
    server.stop()

    # One that only sends on to the other; coturn proves nothing when it does, and the login ends by itself.
    front = Coturn(lab, OTHER, PLAIN, TLS, ("--use-auth-secret", "--static-auth-secret", SECRET), name="front", inside=there,
                   extra=("--alternate-server", f"{RELAY}:{PLAIN}"))
    server = house(lab, there, *settings(lab, [front.urls()["udp"]]), udp_port=MEDIA)
    links = as_there(lab, there, lambda: server.create_room("Sent on")["links"])
    heard_by(lab, there, links, a, b, "relay/udp", extra=["--relay-only"])


own_namespace()
main(run, "relay-house")
