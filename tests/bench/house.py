# SPDX-License-Identifier: Apache-2.0
"""./dev bench house: stage commands with commit, arrivals, and the pages of a house of 100,000 members. Beside each figure
stands its floor of the same run: a bare insert into SQLite that waits for the disk."""
import json
import pathlib
import sqlite3
import statistics
import subprocess
import time

from figures import percentile
from lab import Lab
from postgres import Postgres


def p95(values):
    return percentile(values, 95)


def floor(lab, count=200):
    """Median of a one-row insert, committed and on disk, in the folder that the house's database would be in."""
    db = sqlite3.connect(lab.path("floor.db"), isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE t (a TEXT)")
    times = []
    for _ in range(count):
        t = time.perf_counter()
        db.execute("INSERT INTO t VALUES ('x')")
        times.append((time.perf_counter() - t) * 1000)
    db.close()
    lab.path("floor.db").unlink()
    return statistics.median(times)


def helper(args, *words):
    program = pathlib.Path(args.bin) / "parlour_bench_house"
    done = subprocess.run([str(program), *map(str, words)], capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise SystemExit("bench house: " + done.stderr.strip())
    return json.loads(done.stdout) if done.stdout.strip() else None


def server_with(lab, name, store):
    return lab.server(name=name, args=[*store, "--set", "limits.per_ip=0", "--set", "limits.people_per_room=100000",
                                       "--set", "limits.command_burst=1000000", "--set", "limits.commands_per_second=1000000"])


def crowd(args, lab, store, label, people, seconds, commands):
    server = server_with(lab, f"{label}-{people}", store)
    room = server.create_room("Bench")
    out = helper(args, "crowd", room["links"]["moderator"], room["links"]["listener"], people, seconds, commands)
    server.stop()
    return out


def commands(args, lab, store, label):
    base = floor(lab)
    out = crowd(args, lab, store, label, 500, 5, args.rounds or 300)
    print(f"stage commands with commit, 500 people in the room, {label}")
    print(f"  bare insert on disk       median {base:6.2f} ms")
    print(f"  command to answer         median {statistics.median(out['after']):6.2f}  p95 {p95(out['after']):6.2f} ms   goal p95 <= 20"
          f"   ratio {statistics.median(out['after']) / base:.1f}")
    if out["errors"]:
        print(f"  errors {out['errors']}")
    return p95(out["after"]) <= 20 and not out["errors"]


def arrivals(args, lab, store, label):
    base = floor(lab)
    out = crowd(args, lab, store, label, 2000, 10, 20)
    print(f"arrivals: 2000 joins on signalling, asked for within 10 s, {label}")
    print(f"  bare insert on disk       median {base:6.2f} ms")
    print(f"  all in after              {out['joining_ms'] / 1000:6.1f} s    lost {out['lost']}   goal 11 s, none lost   told to come again {out['came_again']}")
    print(f"  join to join response     median {statistics.median(out['joins']):6.1f}  p95 {p95(out['joins']):6.1f} ms")
    print(f"  host's commands meanwhile median {statistics.median(out['during']):6.1f}  p95 {p95(out['during']):6.1f}"
          f"  max {max(out['during']):6.1f} ms   goal < 100")
    print(f"  told to the listeners     {out['messages']} messages, {out['bytes'] / 1e6:.1f} MB")
    if out["errors"]:
        print(f"  errors {out['errors']}")
    return out["lost"] == 0 and out["joining_ms"] <= 11_000 and max(out["during"]) < 100


def pages(args, lab, store, label):
    members = 100_000
    server = server_with(lab, f"{label}-tree", store)
    owner = lab.path(f"{label}-owner")
    server.admin("house", "init", "--owner-home", owner, "--title", "Large house", "--name", "Owner")
    where = store[1] if store else server.data / "house.db"
    start = time.monotonic()
    helper(args, "seed", where, members)
    print(f"pages of a house of {members} members, {label} (filled in {time.monotonic() - start:.0f} s)")
    base = floor(lab)
    print(f"  bare insert on disk       median {base:6.2f} ms")
    paths = {"members, first": "/members?limit=200", "members, middle": "/members?limit=200&after=member_50000",
             "members, last": "/members?limit=200&after=member_9998", "whom one brought": "/members?limit=200&invited_by=bench7",
             "search, many": "/members?limit=200&q=member_5", "search, everyone": "/members?limit=200&q=member", "search, one": "/members?limit=200&q=member_77777",
             "search, none": "/members?limit=200&q=nobody_at_all", "invitations": "/invitations?limit=200",
             "waiting list": "/applications", "audit log": "/audit?limit=200", "who am I": "/whoami"}
    out = helper(args, "pages", owner, server.http, args.rounds or 20, *paths.values())
    good = True
    for what, path in paths.items():
        times = out[path]["ms"]
        good &= p95(times) <= 50
        print(f"  {what:24}  median {statistics.median(times):6.1f}  p95 {p95(times):6.1f} ms   goal <= 50   {out[path]['bytes'] / 1000:.0f} kB")
    server.stop()
    return good


def run(args):
    good = True
    with Lab("bench-house") as lab:
        postgres = Postgres(lab)
        for label, store in (("sqlite", []), ("postgresql", ["--store", postgres.url])):
            if store:
                postgres.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            for figure in (commands, arrivals, pages):
                if store and figure is pages:
                    postgres.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                good &= figure(args, lab, store, label)
    return 0 if good else 1
