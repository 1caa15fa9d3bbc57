# SPDX-License-Identifier: Apache-2.0
"""./dev bench visits: from the click to the first sound for an unchanged livekit-client in Chromium, in a room of parlourd and in one of
livekit-server, by turns in one run. On both somebody speaks (a tone of parlourctl), the token is there before the click, and the page is
loaded anew for each visit. Everything on this machine, in a network of its own."""
import argparse
import json
import pathlib
import re
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "e2e"), str(HERE.parent / "interop")]
import livekit  # noqa: E402
import peers  # noqa: E402
from browser import Browser  # noqa: E402
from figures import percentile  # noqa: E402
from lab import Lab, own_network, wait_for  # noqa: E402
from priority import before_others  # noqa: E402

ROUNDS = 12
SPEAKER = {"capture": "tone:440", "playout": "null", "extra": ["--unmute", "--no-processing"]}


class Ours:
    name = "parlourd"

    def __init__(self, lab):
        self.lab = lab
        self.server = lab.server(listen="0.0.0.0:0", args=["--no-tls", "--set", "limits.per_ip=0"])
        # By the loopback address: elsewhere links without TLS are refused.
        links = {power: re.sub("//[^/:]+", "//127.0.0.1", link) for power, link in self.server.create_room("Visits")["links"].items()}
        self.link = links["listener"]
        lab.join(links["moderator"], "Host", **SPEAKER).expect("power", power="host")
        self.http = "http://127.0.0.1:" + self.server.http.rsplit(":", 1)[1]

    def grant(self, name):
        return peers.ask_grant(self.lab, self.link, name)["token"]


class Theirs:
    name = "livekit-server"

    def __init__(self, lab):
        self.kit = livekit.LiveKit(lab, livekit.find_server(), auto_create=True)
        self.http = self.kit.url.replace("ws", "http", 1)
        file = lab.path("speaker.token")
        file.write_text(self.grant("Host", canPublish=True) + "\n")
        lab.join(["--url", self.kit.url, "--token-file", file], "Host", **SPEAKER).expect("joined", timeout=30)

    def grant(self, name, **more):
        return livekit.token({"sub": name, "name": name, "video": {"roomJoin": True, "room": "visits", "canSubscribe": True, "canPublish": False, **more}})


def visit(page, address, side, name):
    token = side.grant(name)
    page.open(address)
    wait_for("the page", lambda: page.run("!!window.visit"), 30)
    page.run("prepare()")
    floor = page.run(f"floor({json.dumps(side.http)})")
    return {**page.run(f"visit({json.dumps(side.http.replace('http', 'ws', 1))}, {json.dumps(token)})"), "floor": floor}


def run(args):
    rounds = args.rounds or ROUNDS
    peers.install()
    with Lab("bench-visits") as lab:
        sides = [Ours(lab), Theirs(lab)]
        address = peers.Pages(script=HERE / "visit.js").address
        page = Browser(lab, flags=peers.CHROMIUM)
        time.sleep(2)
        for side in sides:   # the first of a browser's life pays for the browser
            visit(page, address, side, "warm")
        times = {side.name: [] for side in sides}
        for i in range(rounds):
            for side in sides if i % 2 else reversed(sides):
                times[side.name].append(visit(page, address, side, f"L{i}"))
    return report(times, rounds)


def report(times, rounds):
    print(f"visits: livekit-client in Chromium, {rounds} visits to each server by turns, ms from the click, loopback")
    sound = {}
    for name, seen in times.items():
        of = {what: [one[what] for one in seen] for what in ("floor", "connected", "sound")}
        sound[name] = statistics.median(of["sound"])
        print(f"  {name:15} connected median {statistics.median(of['connected']):5.0f}  p95 {percentile(of['connected'], 95):5.0f}   first sound median "
              f"{sound[name]:5.0f}  p95 {percentile(of['sound'], 95):5.0f}   bare HTTP request {statistics.median(of['floor']):4.1f}")
    ratio = sound[Ours.name] / sound[Theirs.name]
    print(f"  ratio of the medians to the first sound {ratio:.2f}   goal <= 1")
    return 0 if ratio <= 1 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help=f"visits to each ({ROUNDS})")
    args = parser.parse_args()
    own_network()
    with before_others():
        return run(args)


if __name__ == "__main__":
    sys.exit(main())
