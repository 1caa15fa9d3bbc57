# SPDX-License-Identifier: Apache-2.0
"""T21 in real time: how long a wrong secret takes to be refused does not tell whether the link is unknown, open, revoked, expired or
used up (two-sample Kolmogorov-Smirnov test, p > 0.01 for all together), while the same measurement does tell a right secret."""
import http.client
import json
import math
import random
import socket
import time

from lab import check, main, wait_for

SAMPLES, TRIES = 3000, 3
WRONG = "A" * 22


def parts(link):
    head, secret = link.split("#k=")
    return head.rsplit("/", 1)[1], secret[:22]


def same(one, other):
    """The p-value of both coming from one distribution (asymptotic)."""
    both = sorted([(x, 0) for x in one] + [(x, 1) for x in other])
    seen, apart = [0, 0], 0.0
    for at, (value, which) in enumerate(both):
        seen[which] += 1
        if at + 1 == len(both) or both[at + 1][0] != value:
            apart = max(apart, abs(seen[0] / len(one) - seen[1] / len(other)))
    n = math.sqrt(len(one) * len(other) / (len(one) + len(other)))
    x = (n + 0.12 + 0.11 / n) * apart
    if x < 0.2:
        return 1.0
    return max(0.0, min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))))


def run(lab):
    server = lab.server(args=["--set", "limits.per_ip=0"])
    room = server.create_room("Doors")["room"]
    links = {"open": server.create_invite(room, "listener"), "revoked": server.create_invite(room, "listener"),
             "expired": server.create_invite(room, "listener", "--expires", "1s"), "used up": server.create_invite(room, "listener", "--uses", "1")}
    server.admin("invite", "revoke", links["revoked"]["id"])
    first = lab.join(links["used up"]["link"], "First", playout="null")
    first.expect("joined")
    first.end()
    wait_for("a link to expire", lambda: any(i["state"] == "expired" for i in server.invites()), 10)
    asked = {"unknown": ("Zz0Zz0Zz0Zz0", WRONG)}
    for state, made in links.items():
        asked[state] = (parts(made["link"])[0], WRONG)
    asked["right"] = parts(links["open"]["link"])

    connection = http.client.HTTPConnection(server.listen)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(which):
        body = json.dumps({"id": asked[which][0], "secret": asked[which][1]})
        start = time.perf_counter_ns()
        connection.request("POST", "/api/v1/invitations/preview", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        return time.perf_counter_ns() - start, answer.status, text

    refusals = {ask(which)[1:] for which in asked if which != "right"}
    check(len(refusals) == 1 and refusals.pop()[0] == 404, "all wrong secrets get one answer")
    check(ask("right")[1] == 200, "the right one another")

    rng = random.Random(2026)
    for attempt in range(TRIES):
        times = {which: [] for which in asked}
        order = [which for which in asked for _ in range(SAMPLES)]
        rng.shuffle(order)  # whatever else the machine does meets all alike
        for which in order:
            times[which].append(ask(which)[0])
        p = {which: same(times["unknown"], times[which]) for which in asked if which != "unknown"}
        median = {which: sorted(t)[len(t) // 2] / 1000 for which, t in times.items()}
        print(", ".join(f"{which}: median {median[which]:.0f} us" + (f", p = {p[which]:.3g}" if which in p else "") for which in asked))
        control = p.pop("right")
        # One bad draw in a hundred is to be expected: told, and drawn again.
        if min(p.values()) * len(p) > 0.01:
            break
    check(control < 1e-6, "the measurement tells a right secret from a wrong one")
    check(min(p.values()) * len(p) > 0.01, "and no wrong one from another")


main(run, "guess-timing")
