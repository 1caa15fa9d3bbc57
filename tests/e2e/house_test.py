# SPDX-License-Identifier: Apache-2.0
"""A house from its first owner on: scarce invitations, who brought whom, revoking that reaches live rooms, kill -9."""
import subprocess
import time

from lab import BIN, check, main


def ids_of(lab):
    return {m["name"]: m["id"] for m in lab.ctl("olga", "members")}


def run(lab):
    server = lab.server()
    founded = lab.ctl("olga", "whoami", code=3)
    check("know no house" in founded.stderr, "who knows no house is told what to do")
    server.admin("house", "init", "--owner-home", lab.path("olga"), "--title", "Salon", "--name", "Olga")
    again = server.admin("house", "init", "--owner-home", lab.path("eve"), "--title", "Mine", ok=False)
    check(again.returncode == 1 and "owner already" in again.stderr, "a house has one first owner")
    olga = lab.ctl("olga", "whoami")
    check(olga["standing"] == "owner" and olga["left"] is None, "the owner has no quota")

    def bring(by, who):
        made = lab.ctl(by, "invite", "create", "--kind", "membership")
        lab.ctl(who, "redeem", made["link"], "--name", who.capitalize())
        return made["id"]

    link = bring("olga", "ann")
    bring("olga", "bob")
    bring("ann", "cem")
    bring("ann", "dora")
    check(lab.ctl("ann", "whoami")["left"] == 0, "two invitations and no more")
    refused = lab.ctl("ann", "invite", "create", "--kind", "membership", code=3)
    check("no invitation left" in refused.stderr, "a third is refused: " + refused.stderr.strip())
    members = lab.ctl("bob", "members")
    tree = {m["name"]: m["invited_by"] for m in members}
    ids = {m["name"]: m["id"] for m in members}
    check(tree["Cem"] == ids["Ann"] and tree["Ann"] == ids["Olga"] and tree["Olga"] is None, "the list says who brought whom")
    listed = lab.ctl("ann", "invite", "list")
    check(listed["left"] == 0 and {tuple(i["redeemed_by"]) for i in listed["invitations"]} == {(ids["Cem"],), (ids["Dora"],)},
          "and the list of invitations who came by which")

    check(lab.ctl("ann", "invite", "create", "--kind", "listener", code=2).stderr != "", "a room's link without a room is wrong usage")
    lab.ctl("olga", "member", "grant", ids["Ann"], "1")
    check(lab.ctl("ann", "whoami")["left"] == 1, "an admin grants one more")

    # Live: Cem talks in Ann's room when the branch is cut off.
    room = lab.ctl("ann", "room", "create", "Ann's evening")
    table = lab.path("guests.csv")
    table.write_bytes("\ufeffName;Vorname;Ort\r\nHolm;Ida;Köln\r\n\"Ruiz\";Pablo;Bern\r\n".encode())
    order = ("invite", "create", "--kind", "listener", "--room", room["room"], "--batch")
    made = lab.ctl("ann", *order, table)
    check([one["for"] for one in made] == ["Ida Holm", "Pablo Ruiz"] and made[0]["link"] != made[1]["link"],
          "a table as spreadsheets write it makes a personal link for each")
    piped = lab.ctl("ann", *order, "-", stdin="Mei Chen\n\nMei Chen\n")
    check([one["for"] for one in piped] == ["Mei Chen"], "and so does a list on standard input")
    table.write_bytes("Müller;1\r\n".encode("cp1252"))
    check("UTF-8" in lab.ctl("ann", *order, table, code=2).stderr, "a table in another encoding is refused with what to do")
    check(lab.ctl("ann", *order, lab.path("nothing.csv"), code=2).stdout == "", "and so is a file that is not there")
    check(lab.ctl("ann", *order, table, "--names", "Bo", code=2).stdout == "", "names come from one place")
    guest = lab.join(room["links"]["listener"], "Cem", home=lab.path("cem"))
    guest.expect("joined")
    would = lab.ctl("olga", "invite", "revoke", link, "--scope", "subtree", "--dry-run")
    check(sorted(p["name"] for p in would["people"]) == ["Ann", "Cem", "Dora"], "beforehand it is shown whom it hits")
    start = time.monotonic()
    lab.ctl("olga", "invite", "revoke", link, "--scope", "subtree")
    code = guest.process.wait(10)
    check(code == 3, f"whoever loses membership leaves the live room ({time.monotonic() - start:.2f} s, exit {code})")
    check(lab.ctl("cem", "members", code=3).returncode == 3, "and is no member any more")
    check([m["name"] for m in lab.ctl("olga", "members")] == ["Bob", "Olga"], "the others stay")

    once = lab.ctl("bob", "invite", "create", "--kind", "membership", "--for", "Fay", "--code")
    check(lab.ctl("fay", "redeem", once["link"], "--name", "Fay", code=3).returncode == 3, "a link with a code is nothing without it")
    server.kill9()
    server.start()
    lab.ctl("fay", "redeem", "-", "--name", "Fay", "--code", once["code"], stdin=once["link"] + "\n")
    check(lab.ctl("fay", "whoami")["invited_by"] == ids["Bob"], "after kill -9 every acknowledged invitation is worth what it was")

    url = server.http
    lab.ctl("gil", "apply", url, "--name", "Gil", "--words", "I tune pianos.")
    waiting = lab.ctl("bob", "waiting", "list")
    check([w["words"] for w in waiting] == ["I tune pianos."], "an outsider asks with one sentence")
    lab.ctl("bob", "waiting", "accept", waiting[0]["id"])
    check(lab.ctl("gil", "whoami")["standing"] == "member", "a member with an invitation to spare lets in")

    # The same person elsewhere.
    secret = lab.path("passphrase")
    secret.write_text("correct horse battery\n")
    lab.ctl("gil", "identity", "export", lab.path("gil.identity"), "--passphrase-file", secret)
    lab.ctl("gil2", "identity", "import", lab.path("gil.identity"), "--passphrase-file", secret)
    check(lab.ctl("gil2", "whoami")["id"] == lab.ctl("gil", "whoami")["id"], "an exported identity is the same person on another computer")
    giver = subprocess.Popen([BIN / "parlourctl", "--home", lab.path("fay"), "identity", "link"], env=lab.env, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, text=True)
    code = giver.stdout.readline().strip()
    lab.ctl("fay2", "identity", "accept", "-", stdin=code + "\n")
    check(giver.wait(20) == 0, "a second computer is linked by a code of 256 bits")
    lab.ctl("fay2", "apply", url, "--name", "Fay", "--words", "Me again.", code=3)
    lab.ctl("bob", "house", "leave")
    check(lab.ctl("bob", "members", code=3).returncode == 3, "who leaves is out")
    check("Bob" not in [m["name"] for m in lab.ctl("olga", "members")], "and off the list")

    # What people do with each other.
    lab.ctl("fay", "profile", "change", "--about", "Tunes pianos by ear.", "--pronouns", "she", "--link", "https://fay.example")
    seen = lab.ctl("gil", "profile", "show", "@fay")
    check(seen["about"] == "Tunes pianos by ear." and seen["links"] == ["https://fay.example"], "a profile is what its person wrote")
    check(lab.ctl("gil", "follow", "Fay")["followed"], "members are found by name or handle")
    wave = lab.ctl("gil", "wave", "send", "@fay", "--text", "Come talk?")
    told = [n["kind"] for n in lab.ctl("fay", "notices")]
    check("followed" in told and "wave" in told, "and are told of it")
    answered = lab.ctl("fay", "wave", "answer", wave["id"], "yes")
    check(answered["state"] == "talking" and answered["room"], "a room opens on the yes")
    sees = {who: answered["room"] in [r["room"] for r in lab.ctl(who, "room", "list")] for who in ("gil", "fay", "bob")}
    check(sees == {"gil": True, "fay": True, "bob": False}, "for the two of them")
    lab.ctl("fay", "block", "Gil")
    check(lab.ctl("gil", "profile", "show", ids_of(lab)["Fay"], code=3).returncode == 3, "who is blocked sees nothing any more")
    lab.ctl("fay", "unblock", "@gil")
    check(lab.ctl("gil", "profile", "show", "@fay")["name"] == "Fay", "until the block is lifted")

    # The desk of a room.
    desk = lab.ctl("fay", "room", "create", "Fay’s desk")["room"]
    check(lab.ctl("fay", "room", "settings", desk, "--preset", "interview", "--waiting-room", "on", "--cap", "40")["cap"] == 40, "a room is set up")
    now = lab.ctl("fay", "room", "settings", desk)
    check(now["preset"] == "interview" and now["waiting_room"], "and shows how it is run")
    check(lab.ctl("fay", "room", "settings", desk, "--cap", "99999", code=2).returncode == 2, "an impossible setting is refused")
    check(lab.ctl("gil", "room", "settings", desk, code=3).returncode == 3, "to nobody but its moderators")
    check(lab.ctl("fay", "room", "bans", desk) == [] and lab.ctl("fay", "room", "waiting", desk) == [], "nobody is banned, nobody waits")


main(run, "house")
