#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A person's data and keys with real programs: taken along and deleted with the server running and stopped, a lost computer
answered by an admin and by the exported file, the same person on two devices, and one process per house."""
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lab import BIN, Lab, check, wait_for  # noqa: E402
from postgres import Postgres  # noqa: E402


def found(lab, server, owner):
    """A house with an owner who can be asked."""
    server.admin("house", "init", "--owner-home", lab.path(owner), "--title", "Salon", "--name", "Olga")


def bring(lab, by, home, name):
    link = lab.ctl(by, "invite", "create", "--kind", "membership")["link"]
    return lab.ctl(home, "redeem", "-", "--name", name, stdin=link + "\n")["id"]


def data(lab):
    server = lab.server(name="data")
    found(lab, server, "olga")
    bring(lab, "olga", "ann", "Quillfeather")
    bob = bring(lab, "ann", "bob", "Bob")
    lab.ctl("ann", "handle", "quill")
    mine = lab.ctl("ann", "export-me")
    check(mine["membership"][0]["handle"] == "quill" and mine["brought"][0]["identity"] == bob, "a member takes along what the house knows of them")
    whole = json.loads(server.admin("person", "export", "@quill").stdout)
    check(whole["person"][0]["name"] == "Quillfeather", "so does the operator, by handle")
    lab.ctl("ann", "forget-me", code=2)
    lab.ctl("ann", "forget-me", "--yes")
    check("does not know you" in lab.ctl("ann", "whoami", code=3).stderr, "whoever is forgotten is unknown to the house")
    left = {one["id"]: one for one in lab.ctl("olga", "members")}
    check(left[bob]["invited_by"] not in left, "whom they brought stays, under a place without a name")
    check(server.admin("person", "delete", "@olga", ok=False).returncode == 1, "the owner is not deleted")
    server.stop()
    server.admin("person", "export", bob, "-o", lab.path("bob.json"))
    server.admin("person", "delete", bob)
    check(json.loads(lab.path("bob.json").read_text())["person"][0]["name"] == "Bob", "the same with the server stopped")
    traces = [one.name for one in server.data.iterdir() if one.is_file() and any(word in one.read_bytes() for word in (b"Quillfeather", b"quill", b"Bob"))]
    check(traces == [], "nothing of either is left in any file of the house")
    check("everything belongs to somebody" in server.admin("check").stdout, "and nothing in it has lost its owner")


def lost_computer(lab):
    server = lab.server(name="lost")
    found(lab, server, "otto")
    ann = bring(lab, "otto", "lost", "Ann")
    bring(lab, "lost", "child", "Child")
    lab.path("word").write_text("a good long passphrase\n")
    lab.ctl("lost", "identity", "export", lab.path("ann.identity"), "--passphrase-file", lab.path("word"))
    # Told to an admin over the telephone.
    new = lab.ctl("new", "identity", "key", server.http)
    moved = lab.ctl("otto", "member", "rekey", ann, "--to", new["public_key"])
    check(moved == {"from": ann, "to": new["id"]}, "an admin moves a member to the key of a new computer")
    me = lab.ctl("new", "whoami")
    check(me["name"] == "Ann" and me["handle"] == "ann" and me["left"] == 1, "who goes on there with name, handle and invitations")
    check("moved to a new key" in lab.ctl("lost", "whoami", code=3).stderr, "and the lost computer is told so")
    tree = {one["handle"]: one for one in lab.ctl("otto", "members")}
    check(tree["child"]["invited_by"] == new["id"], "the tree is as it was")
    # Without an admin, with the file; the operator first moves Ann back to the key that the file holds.
    server.admin("person", "rekey", "@ann", "--to", ann)
    done = lab.ctl("newest", "identity", "renew", lab.path("ann.identity"), "--passphrase-file", lab.path("word"))
    check(len(done["moved"]) == 1 and done["failed"] == [], "with the exported file it takes no admin")
    check(lab.ctl("newest", "whoami")["handle"] == "ann", "and the person goes on in their houses")
    check("moved to a new key" in lab.ctl("new", "whoami", code=3).stderr, "while every key before opens nothing")
    server.stop()


def two_devices(lab):
    server = lab.server(name="devices")
    room = server.create_room("Room")
    link, home = room["links"]["speaker"], lab.path("both")
    host = lab.join(room["links"]["moderator"], "Host")
    host.expect("joined")
    first = lab.join(link, "Ann", home=home)
    first.expect("joined")
    second = lab.join(link, "Ann", home=home)
    check(second.process.wait() == 3, "on a second device the same person does not come in unasked")
    check(second.last("elsewhere")["room"] == room["room"] and "--move" in second.last("left")["message"], "and is told why, and how")
    check(first.process.alive(), "the first one stays")
    third = lab.join(link, "Ann", home=home, extra=["--move"])
    third.expect("joined")
    check(first.process.wait() == 1 and first.last("left")["reason"] == "duplicate", "with --move they come here, and the first device leaves")
    lab.ctl("both", "redeem", link, "--name", "Ann")   # the folder knows the house
    second = lab.join(room["room"], "Ann", home=home)
    check(second.process.wait() == 3 and second.last("elsewhere") and second.last("elsewhere")["room"] == room["room"], "the same is asked of who comes by the room's id")
    check(third.process.alive(), "and the first device stays")
    fourth = lab.join(room["room"], "Ann", home=home, extra=["--move"])
    fourth.expect("joined")
    check(third.process.wait() == 1 and third.last("left")["reason"] == "duplicate", "with --move they come here by the id, too")
    third = fourth
    third.process.kill9()
    wait_for("the house to see that the killed one is gone", lambda: json.loads(server.admin("room", "list", "--json").stdout)[0]["present"] == 1, 60)
    fourth = lab.join(link, "Ann", home=home)
    fourth.expect("joined")
    check(True, "where the old one is gone nobody is asked")
    server.stop()


def one_process(lab):
    first = lab.server(name="alone")

    def second(*args):
        result = subprocess.run([str(one) for one in [BIN / "parlourd", "serve", "--listen", "127.0.0.1:0", "--udp-port", "0", *args]], env=lab.env,
                                capture_output=True, text=True, timeout=60)
        return result.returncode, result.stderr.strip().splitlines()[-1]

    code, said = second("--data", first.data)
    check(code == 1 and f"Another parlourd (process {first.process.pid} on " in said and "uses this data folder" in said, "a second parlourd on a folder: " + said)
    first.stop()
    file = lab.path("elsewhere.db")
    first = lab.server(name="file", args=["--store", file])
    code, said = second("--data", lab.path("other"), "--store", file)
    check(code == 1 and f"(process {first.process.pid} on " in said and "in this database" in said, "on a file, from another folder: " + said)
    first.stop()
    postgres = Postgres(lab)
    first = lab.server(name="postgres-house", args=["--store", postgres.url])
    code, said = second("--data", lab.path("third"), "--store", postgres.url)
    check(code == 1 and f"(process {first.process.pid} on " in said and "in this database" in said, "on PostgreSQL, from another folder: " + said)
    first.kill9()
    again = lab.server(name="postgres-again", args=["--store", postgres.url])
    check(again.process.alive(), "and after kill -9 the next one runs the house")
    again.stop()


def run(lab):
    one_process(lab)
    data(lab)
    lost_computer(lab)
    two_devices(lab)


if __name__ == "__main__":
    with Lab("person") as lab:
        run(lab)
    print("passed")
