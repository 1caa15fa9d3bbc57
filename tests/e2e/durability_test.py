# SPDX-License-Identifier: Apache-2.0
"""kill -9 of parlourd during random operations: whatever it acknowledged is there after the restart, and the people
come back by themselves with seat and hand."""
import json
import os
import random
import threading
import time

import waveform
from lab import check, main, wait_for


def sees(person, name):
    about = [e["event"] for e in person.events() if e.get("name") == name and e.get("event") in ("participant", "gone")]
    return bool(about) and about[-1] == "participant"


def run(lab):
    seed = int(os.environ.get("PARLOUR_SEED", "4711"))
    rounds = int(os.environ.get("PARLOUR_CRASHES", "4"))
    rng = random.Random(seed)
    print(f"seed {seed}, {rounds} crashes")
    server = lab.server()
    room = server.create_room("Solid ground")
    wav = waveform.speak("The lighthouse keeper counted the waves until the morning came.", lab.path("k.wav"))
    host = lab.join(room["links"]["moderator"], "Keeper", capture=f"file:{wav}?loop", extra=["--unmute"])
    host.expect("power", power="host")
    ana = lab.join(room["links"]["listener"], "Ana")
    ana.expect("joined")
    ana.say("raise me first")
    host.expect("hand", name="Ana")
    ben = lab.join(room["links"]["speaker"], "Ben")
    ben.expect("seat", seat="stage")
    host.say("promote Ben")
    host.expect("power", name="Ben", power="moderator")
    mallory_home = lab.path("mallory-home")
    lab.join(room["links"]["listener"], "Mallory", home=mallory_home, playout="null").expect("joined")
    host.expect("participant", name="Mallory")
    host.say("ban Mallory")
    host.expect("gone", name="Mallory")

    rooms, invites, revoked = {room["room"]: "Solid ground"}, {}, set()

    def operation():
        """One random acknowledged operation; raises when the server died under it (then nothing was promised)."""
        kind = rng.choice(["room", "invite", "invite", "revoke"])
        if kind == "room":
            title = f"Room {rng.randrange(10**6)}"
            r = server.admin("room", "create", title, "--json", ok=False)
            if r.returncode == 0:
                rooms[json.loads(r.stdout)["room"]] = title
        elif kind == "invite":
            target = rng.choice(sorted(rooms))
            r = server.admin("invite", "create", "--room", target, "--role", "listener", "--json", ok=False)
            if r.returncode == 0:
                invites[json.loads(r.stdout)["id"]] = target
        elif invites:
            target = rng.choice(sorted(invites))
            if server.admin("invite", "revoke", target, ok=False).returncode == 0:
                revoked.add(target)

    done = 0
    for crash in range(rounds):
        stop = threading.Event()

        def work():
            nonlocal done
            while not stop.is_set():
                operation()
                done += 1
        worker = threading.Thread(target=work)
        worker.start()
        wanted = done + 100 // rounds
        wait_for("operations", lambda: done >= wanted, 60)
        people = (host, ana, ben)
        marks = [p.count() for p in people]
        server.process.kill9()
        stop.set()
        worker.join()
        server.start()
        for person, mark in zip(people, marks):
            person.expect("reconnected", timeout=20, since=mark)
        listed = {i["id"]: i for i in server.invites()}
        missing = [i for i in invites if i not in listed]
        check(not missing, f"crash {crash + 1}: all {len(invites)} acknowledged invitations are there")
        wrong = [i for i in revoked if listed[i]["state"] != "revoked"]
        check(not wrong, f"crash {crash + 1}: all {len(revoked)} acknowledged revocations hold")
        have = {r.get("room") or r.get("id") for r in json.loads(server.admin("room", "list", "--json").stdout)}
        check(not [r for r in rooms if r not in have], f"crash {crash + 1}: all {len(rooms)} rooms are there")
    check(done >= 100, f"{done} operations ran")
    # Whoever comes in now is told how things stand.
    witness = lab.join(room["links"]["listener"], "Witness", playout="null")
    witness.expect("participant", name="Keeper", power="host", seat="stage")
    witness.expect("participant", name="Ben", power="moderator", seat="stage")
    witness.expect("participant", name="Ana", seat="audience", hand=True)
    check(True, "a newcomer finds host, moderator, seats and raised hand as they were")
    witness.end()
    mallory = lab.join(room["links"]["listener"], "Mallory", home=mallory_home, playout="null")
    check(mallory.process.wait() == 3 and mallory.last("left")["reason"] == "banned", "the banned person stays banned")
    wait_for("the host to see Ana back", lambda: sees(host, "Ana"))   # each comes back in their own time
    host.say("invite Ana")
    ana.expect("invited", timeout=10)
    check(True, "Ana's hand survived and can be called up")
    time.sleep(5)
    for person in people:
        person.end()
    heard = waveform.load(ana.heard)
    tail = heard[-4 * waveform.RATE:]
    score = waveform.correlation(tail, waveform.load(wav))
    print(f"after the last crash: correlation {score:.2f}")
    check(score > 0.6, "sound flows after the last crash")


main(run, "durability")
