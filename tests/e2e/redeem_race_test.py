# SPDX-License-Identifier: Apache-2.0
"""200 people redeem a link with one use at the same time, 100 times, with kill -9 of parlourd inside: exactly one member
each time, on SQLite and on PostgreSQL. Links to the house and links to a room take turns."""
import json
import os
import random
import sqlite3
import subprocess

from lab import BIN, check, main
from postgres import Postgres


def race_on(lab, name, args, ask):
    people = int(os.environ.get("PARLOUR_RACERS", "200"))
    rounds = int(os.environ.get("PARLOUR_RACES", "100"))
    rng = random.Random(20261)
    server = lab.server(name=name, args=[*args, "--set", "limits.per_ip=0", "--set", "limits.people_per_room=100000"])
    owner = lab.path(f"{name}-owner")
    server.admin("house", "init", "--owner-home", owner, "--title", "Race house", "--name", "Owner")
    room = server.create_room("Race room")["room"]
    crowd = subprocess.Popen([str(BIN / "parlour_crowd"), str(people)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=lab.env)
    kills = wrong = lost = 0
    try:
        for round_ in range(rounds):
            if round_ % 2:
                made = server.create_invite(room, "listener", "--uses", "1")
                count = "SELECT COUNT(*) FROM members WHERE invitation = '{}' AND active = 1"
            else:
                made = json.loads(subprocess.run([str(BIN / "parlourctl"), "--home", str(owner), "invite", "create", "--kind", "membership",
                                                  "--uses", "1", "--json"], env=lab.env, capture_output=True, text=True, check=True).stdout)
                count = "SELECT COUNT(*) FROM house_members WHERE invitation = '{}' AND state = 'active'"
            crowd.stdin.write(made["link"] + "\n")
            crowd.stdin.flush()
            dies_after = rng.randrange(people) if round_ % 4 < 2 else None
            while True:
                told = json.loads(crowd.stdout.readline())
                if "answered" not in told:
                    break
                if dies_after is not None and told["answered"] >= dies_after:
                    server.kill9()
                    server.start()
                    kills += 1
                    dies_after = None
            lost += sum(told["lost"].values())
            used = ask(f"SELECT used FROM invitations WHERE id = '{made['id']}'")
            members = ask(count.format(made["id"]))
            good = told["all"] and len(told["ok"]) == 1 and members == "1" and used == "1" and \
                sum(told["refused"].values()) == people - 1
            if not good:
                wrong += 1
                print(f"round {round_}: {told}, {members} members, used {used}")
    finally:
        crowd.stdin.close()
        crowd.wait()
    print(f"{name}: {rounds} races of {people}, {kills} kills, {lost} answers lost and asked again")
    check(wrong == 0, f"{name}: exactly one member in each of {rounds} races of {people} people")
    check(kills > 0, f"{name}: parlourd was killed {kills} times inside a race")
    server.stop()


def run(lab):
    database = lab.path("sqlite-data") / "house.db"

    def ask_sqlite(sql):
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return "|".join(str(c) for c in connection.execute(sql).fetchone())
    race_on(lab, "sqlite", [], ask_sqlite)
    postgres = Postgres(lab)
    race_on(lab, "postgresql", ["--store", postgres.url], postgres.ask)


main(run, "redeem-race")
