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
        mark_host, mark_ana = host.count(), ana.count()
        server.process.kill9()
        stop.set()
        worker.join()
        server.start()
        host.expect("reconnected", timeout=20, since=mark_host)
        ana.expect("reconnected", timeout=20, since=mark_ana)
        listed = {i["id"]: i for i in server.invites()}
        missing = [i for i in invites if i not in listed]
        check(not missing, f"crash {crash + 1}: all {len(invites)} acknowledged invitations are there")
        wrong = [i for i in revoked if listed[i]["state"] != "revoked"]
        check(not wrong, f"crash {crash + 1}: all {len(revoked)} acknowledged revocations hold")
        have = {r.get("room") or r.get("id") for r in json.loads(server.admin("room", "list", "--json").stdout)}
        check(not [r for r in rooms if r not in have], f"crash {crash + 1}: all {len(rooms)} rooms are there")
    check(done >= 100, f"{done} operations ran")
    me = host.last("power")
    check(me and me.get("power") == "host", "the host is host again")
    mark = host.count()
    host.say("invite Ana")
    ana.expect("invited", timeout=10)
    check(True, "Ana's hand survived and can be called up")
    time.sleep(5)
    host.end()
    ana.end()
    heard = waveform.load(ana.heard)
    tail = heard[-4 * waveform.RATE:]
    score = waveform.correlation(tail, waveform.load(wav))
    print(f"after the last crash: correlation {score:.2f}")
    check(score > 0.6, "sound flows after the last crash")


main(run, "durability")
