# SPDX-License-Identifier: Apache-2.0
"""A real coturn for a lab: relays by UDP, TCP and TLS, with a fixed login or with coturn's shared secret."""
import os
import shutil
import socket
import sys

from lab import Failed, skip, wait_for


def find_coturn():
    program = shutil.which("turnserver")
    if program is None:
        if os.environ.get("PARLOUR_NO_SKIPS") == "1":
            print("FAIL  coturn is not installed (package coturn)")
            sys.exit(1)
        skip("coturn is not installed (package coturn)")
    return program


class Coturn:
    """At `ip`, with its plain and its TLS port; `inside`: a pid in whose network namespace it runs. `login` is what the lab's clients
    use: ("--lt-cred-mech", "--user", "NAME:PASSWORD"), or ("--use-auth-secret", "--static-auth-secret", SECRET)."""

    def __init__(self, lab, ip, plain, tls, login, name="coturn", inside=None, extra=(), relay_ips=None, ready=True):
        if not lab.path("turn.pem").exists():
            lab.certificate("turn", "IP:" + ip)
        self.ip, self.plain, self.tls = ip, plain, tls
        enter = ["nsenter", "-t", inside, "-n"] if inside else []
        relays = [word for one in relay_ips or [ip] for word in ("--relay-ip", one)]
        self.process = lab.start(name, [*enter, find_coturn(), "-n", "--verbose", "--log-file", "stdout", "--no-cli", "--no-dtls", "--listening-ip", ip, *relays,
                                        "--listening-port", plain, "--tls-listening-port", tls, *login, "--realm", "lab.example", "--allow-loopback-peers",
                                        "--cert", lab.path("turn.pem"), "--pkey", lab.path("turn.key"), "--pidfile", lab.path(f"{name}.pid"),
                                        "--userdb", lab.path(f"{name}.db"), *extra])
        if ready:   # else it cannot be reached from here
            wait_for("coturn", self.answers, 15)

    def answers(self):
        if not self.process.alive():
            raise Failed("coturn ended: " + open(self.process.log, errors="replace").read()[-2000:])
        for port in (self.plain, self.tls):
            try:
                socket.create_connection((self.ip, port), 2).close()
            except OSError:
                return False
        return True

    def urls(self):
        host = f"[{self.ip}]" if ":" in self.ip else self.ip
        return {"udp": f"turn:{host}:{self.plain}", "tcp": f"turn:{host}:{self.plain}?transport=tcp", "tls": f"turns:{host}:{self.tls}"}

    def end(self):
        return self.process.end()
