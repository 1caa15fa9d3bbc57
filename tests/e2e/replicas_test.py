# SPDX-License-Identifier: Apache-2.0
"""Two parlourd serve one house on one PostgreSQL behind a load balancer: people talk, whichever of the two they reach; the one that
runs the house is killed, paused longer than its lease, and stopped politely, and each time the other takes over and people are back
by themselves. Who lost its turn writes nothing more, which the database itself is asked."""
import http.client
import json
import os
import signal
import subprocess
import time

import voices
from lab import BIN, check, main, wait_for
from replica_pair import FREE, Pair, back

# Every table notes who wrote to it, and in whose turn.
WITNESS = """
CREATE TABLE public.witness(at timestamptz DEFAULT clock_timestamp(), writer text, turn bigint, tab text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO public.witness(writer, turn, tab) SELECT current_setting('application_name'), fence, TG_TABLE_NAME FROM public.house_claim;
  RETURN NULL; END $$;
DO $$ DECLARE t text; BEGIN
  FOR t IN SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT IN ('witness', 'house_claim') LOOP
    EXECUTE format('CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.note()', t);
  END LOOP; END $$;
"""


def ask(lab, owner, *args):
    return subprocess.run([str(BIN / "parlourctl"), "--home", str(owner), *args, "--json"], env=lab.env, capture_output=True, text=True, timeout=60)


def run(lab):
    pair = Pair(lab, lambda _: FREE)
    north, south = pair.servers
    check(pair.holder() is north and not pair.holds(south), "the first one runs the house, the second one does not")
    wait_for("both ready", lambda: pair.balancer.ready(north.listen) and pair.balancer.ready(south.listen), 20)
    pair.postgres.ask(WITNESS)

    alone = subprocess.run([str(BIN / "parlourd"), "serve", "--data", str(lab.path("alone")), "--listen", "127.0.0.1:0", "--udp-port", "0",
                            "--store", pair.postgres.url], env=lab.env, capture_output=True, text=True, timeout=30)
    check(alone.returncode == 1 and "runs the house in this database" in alone.stderr and "--replica-address" in alone.stderr,
          f"a parlourd alone refuses to start beside them: {alone.stderr.strip()}")
    said = south.admin("check", ok=False).stdout
    check(f"Claim: held by process {north.process.pid}" in said, "parlourd check says who runs the house")

    # All of this reaches whichever of the two it reaches.
    owner = lab.path("owner")
    south.admin("house", "init", "--owner-home", owner, "--title", "Two doors", "--name", "Olga")
    links = south.create_room("Two doors")["links"]
    check(links["listener"].startswith(pair.balancer.url), "links lead to the load balancer, also those made through the one that passes on")
    a, b = voices.two(lab)
    hanna = lab.join(links["moderator"], "Hanna", capture=f"file:{a}?loop", extra=["--unmute"])
    wolf = lab.join(links["listener"], "Wolf")
    ana = lab.join(links["speaker"], "Ana", capture=f"file:{b}?loop")
    people = (hanna, wolf, ana)
    for one in people:
        one.expect("joined", 30)
    # "speakers" says that somebody is heard.
    wolf.expect("speakers", 30)
    passed = pair.metrics(south)
    check(passed["parlour_replica_passed_requests_total"] > 0, f"the second one passed on {passed['parlour_replica_passed_requests_total']:.0f} requests "
          f"and {passed['parlour_replica_passed_websockets_total']:.0f} WebSockets")
    made = [json.loads(ask(lab, owner, "invite", "create", "--kind", "membership").stdout)["id"] for _ in range(4)]

    for host, refused in ((south.listen, 421), (pair.balancer.url[7:], 200)):
        connection = http.client.HTTPConnection(south.listen, timeout=10)
        connection.request("POST", "/api/v1/challenge", json.dumps({"client_nonce": "A" * 22, "purpose": "login"}),
                           {"content-type": "application/json", "host": host, "parlour-pass-host": pair.balancer.url[7:], "parlour-pass-key": "x"})
        got = connection.getresponse().status
        check(got == refused, f"what comes to the second one under the name {host} is judged as at the first: {got}")
        connection.close()
    connection = http.client.HTTPConnection(south.listen, timeout=10)
    connection.request("POST", "/api/v1/challenge", json.dumps({"client_nonce": "A" * 22, "purpose": "login"}),
                       {"content-type": "application/json", "host": pair.balancer.url[7:], "origin": f"http://{north.listen}.evil.example"})
    check(connection.getresponse().status == 403, "pages of other places are refused there, too")
    connection.close()

    # ---- killed
    turn = pair.turn()
    marks = {one: one.count() for one in people}
    north.kill9()
    began = time.monotonic()
    wait_for("the takeover", lambda: pair.turn() > turn, 20)
    print(f"      killed: another has the claim after {time.monotonic() - began:.1f} s")
    wait_for("the other one to run the house", lambda: pair.holds(south), 20)
    print(f"      killed: it runs the house after {time.monotonic() - began:.1f} s")
    back(people, marks, began, "killed")
    wolf.expect("speakers", 30, since=marks[wolf])
    check(True, "everybody is back and somebody is heard after the holder was killed")
    listed = json.loads(ask(lab, owner, "invite", "list").stdout)["invitations"]
    check({one["id"] for one in listed} >= set(made), "what was promised before is there, and its rooms")
    check(len(json.loads(south.admin("room", "list", "--json").stdout)) == 1, "the room is listed by the new one")
    time.sleep(8)
    voices.hears(wolf.heard, a, None, "Wolf hears Hanna after it", last=6)

    # ---- asked while nobody runs it: clients wait for the takeover by themselves
    north.start()
    wait_for("north is ready again", lambda: pair.balancer.ready(north.listen), 20)
    check(not pair.holds(north), "who comes back takes nothing away")

    # ---- paused for longer than its lease
    turn = pair.turn()
    marks = {one: one.count() for one in people}
    writer = f"parlourd, process {south.process.pid} "
    south.process.popen.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    # What reaches a process that does not run waits in its sockets, and is read when it goes on: it would be written then.
    waiting = [http.client.HTTPConnection(south.listen, timeout=60) for _ in range(3)]
    for one in waiting:
        one.request("POST", "/api/v1/challenge", json.dumps({"client_nonce": "A" * 22, "purpose": "login"}),
                    {"content-type": "application/json", "host": pair.balancer.url[7:]})
    ghost = subprocess.Popen([str(BIN / "parlourd"), "room", "create", "Ghost", "--data", str(south.data), "--store", pair.postgres.url],
                             env=lab.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for("the takeover", lambda: pair.holds(north), 20)
    print(f"      paused: another runs the house after {time.monotonic() - began:.1f} s")
    back(people, marks, began, "paused")
    made.append(json.loads(ask(lab, owner, "invite", "create", "--kind", "membership").stdout)["id"])
    time.sleep(max(0.0, 8 - (time.monotonic() - began)))
    new = pair.turn()
    south.process.popen.send_signal(signal.SIGCONT)
    went = time.monotonic()
    ghost.wait(60)
    wait_for("the paused one to notice", lambda: pair.metrics(south).get("parlour_replica_holds") == 0 and pair.balancer.ready(south.listen), 20)
    print(f"      paused: it passes on again {time.monotonic() - went:.1f} s after it goes on")
    for one in waiting:
        one.close()
    time.sleep(3)
    check(pair.turn() == new, "the one that was paused does not take the house back")
    wrote = pair.postgres.ask(f"SELECT count(*) FROM witness WHERE turn >= {new} AND writer LIKE '{writer}%'")
    total = pair.postgres.ask(f"SELECT count(*) FROM witness WHERE turn >= {new}")
    check(wrote == "0" and int(total) > 0, f"it wrote nothing in the other's turn (who runs the house wrote {total} times)")
    check(pair.postgres.ask(f"SELECT count(*) FROM witness WHERE turn = {turn} AND writer LIKE '{writer}%'") != "0", "as it had in its own")
    time.sleep(4)
    voices.hears(wolf.heard, a, None, "Wolf hears Hanna after that, too", last=8)

    # ---- the database is away for longer than a lease: nobody changes places for that
    keeper = pair.holder()
    turn = pair.turn()
    marks = {one: one.count() for one in people}
    pair.postgres.kill()
    time.sleep(6)
    check(all(one.process.alive() and not any(e.get("event") == "reconnecting" for e in one.events()[marks[one]:]) for one in people),
          "nobody in the room notices that the database is away")
    pair.postgres.start()
    wait_for("the house to work again", lambda: ask(lab, owner, "invite", "list").returncode == 0, 20)
    time.sleep(4)
    check(pair.turn() == turn and pair.holds(keeper), "the house stays where it was when the database was away for 6 s")

    # ---- stopped politely
    marks = {one: one.count() for one in people}
    next_one = pair.other(keeper)
    keeper.process.popen.send_signal(signal.SIGTERM)
    began = time.monotonic()
    wait_for("the takeover", lambda: pair.holds(next_one), 20)
    print(f"      stopped: the other runs the house after {time.monotonic() - began:.1f} s")
    check(keeper.process.wait(20) == 0, "it ends well")
    back(people, marks, began, "stopped")
    check("Audit log: " in (said := next_one.admin("check", ok=False).stdout) and "whole and signed" in said, "the audit log is whole after all that")
    for one in people:
        one.end()


main(run, "replicas")
