# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL is away for 30 s under a running house: everybody who asks gets a clear sentence at once, whoever talks goes on
talking, nothing acknowledged is lost, and afterwards it works again without a restart."""
import json
import os
import subprocess
import time

from lab import BIN, check, main, wait_for
from postgres import Postgres


def run(lab):
    away = float(os.environ.get("PARLOUR_AWAY_S", "30"))
    postgres = Postgres(lab)
    secret = "hunter2"
    server = lab.server(args=["--store", postgres.url.replace("parlour@", f"parlour:{secret}@")])
    owner = lab.path("owner")
    server.admin("house", "init", "--owner-home", owner, "--title", "Patient house", "--name", "Owner")
    room = server.create_room("Long talk")
    host = lab.join(room["links"]["moderator"], "Host")
    host.expect("power", power="host")

    def invite():
        return subprocess.run([str(BIN / "parlourctl"), "--home", str(owner), "invite", "create", "--kind", "membership", "--json"],
                              env=lab.env, capture_output=True, text=True, timeout=30)

    made = []
    for _ in range(5):
        made.append(json.loads(invite().stdout)["id"])
    postgres.kill()
    gone = time.monotonic()
    sentences, slowest = [], 0.0
    while time.monotonic() - gone < away:
        asked = time.monotonic()
        answer = invite()
        slowest = max(slowest, time.monotonic() - asked)
        sentences.append((answer.returncode, answer.stderr))
        time.sleep(0.5)
    print(f"{len(sentences)} requests while the database was away; the slowest answer took {slowest:.2f} s: {sentences[0][1].strip()}")
    check(all(code != 0 for code, _ in sentences), "nothing is promised while the database is away")
    check(all("database does not answer" in text and "Try again" in text for _, text in sentences), "each is told what happened and what to do")
    check(slowest < 5, "nobody waits long for that sentence")
    check(host.process.alive() and not host.last("reconnecting"), "whoever is in the room stays there")
    postgres.start()
    back = time.monotonic()
    first = wait_for("the house to work again", lambda: (lambda r: r.returncode == 0 and r)(invite()), 10)
    print(f"works again {time.monotonic() - back:.1f} s after the database")
    made.append(json.loads(first.stdout)["id"])
    listed = subprocess.run([str(BIN / "parlourctl"), "--home", str(owner), "invite", "list", "--json"], env=lab.env, capture_output=True,
                            text=True, check=True, timeout=30)
    have = {one["id"] for one in json.loads(listed.stdout)["invitations"]}
    check(set(made) == have, f"all {len(made)} acknowledged invitations are there, and no other")
    mark = host.count()
    host.say("invitation listener --uses 1")
    host.expect("invitation", since=mark)
    check(True, "the host's commands work again")
    check(secret not in open(server.process.log).read(), "the password is in no log")
    host.end()


main(run, "postgres-away")
