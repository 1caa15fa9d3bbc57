# SPDX-License-Identifier: Apache-2.0
"""What parlourctl and parlourd say to people at a terminal: lists with nothing in them, wrong words, a code that has to wait, the
rules of a house, a backup that would write over a file, and a house that has moved to another address."""
import json
import subprocess

from lab import BIN, check, main


def said(lab, home, *args, code=0):
    """Standard output and standard error as a person sees them."""
    command = [BIN / "parlourctl", "--home", lab.path(home), *args]
    result = subprocess.run([a if isinstance(a, bytes) else str(a) for a in command], env=lab.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    check(result.returncode == code, f"exit {code} of {' '.join(str(a)[:40] for a in args)}: {(result.stdout + result.stderr).strip()[:120]}")
    return result.stdout, result.stderr


def first_hour(lab):
    """docs/hosting.md as it stands there: served to everybody, then founded, in two terminals."""
    server = lab.server(name="public", listen="0.0.0.0:0", args=["--public-ip", "127.0.0.1"])
    server.admin("house", "init", "--owner-home", lab.path("owner"), "--title", "The Reading Room", "--name", "Olga")
    check(lab.ctl("owner", "whoami")["standing"] == "owner", "who follows docs/hosting.md is the owner of a house that speaks TLS")
    link = lab.ctl("owner", "invite", "create", "--kind", "membership", "--for", "Ben", "--expires", "7d")["link"]
    lab.ctl("ben", "redeem", link, "--name", "Ben")
    check([m["name"] for m in lab.ctl("ben", "members")] == ["Ben", "Olga"], "and lets the first member in")
    server.stop()


def names(lab, server):
    server.admin("house", "init", "--owner-home", lab.path("olga"), "--title", "Salon", "--name", "Owner")
    check(lab.ctl("olga", "whoami")["handle"] == "owner2", "a handle that reads like a rank is given to nobody")
    check("taken for the house" in said(lab, "olga", "handle", "admin", code=3)[1], "nor can it be chosen")
    link = lab.ctl("olga", "invite", "create", "--kind", "membership")["link"]
    check("at most 64 characters" in said(lab, "ann", "redeem", link, "--name", "A" * 5000, code=2)[1], "a very long name is told the limit")
    check("at most 64 characters" in said(lab, "ann", "redeem", link, "--name", "A" * 65, code=2)[1], "as a long one is")
    check("UTF-8" in said(lab, "ann", "redeem", link, "--name", b"\xff\xfe", code=2)[1], "a name that is no text is refused")
    check("UTF-8" in said(lab, "ann", "join", link, "--name", b"\xff\xfe", code=2)[1], "also at the door of a room")
    lab.ctl("ann", "redeem", link, "--name", "Ann")
    check(lab.ctl("ann", "whoami")["handle"] == "ann", "none of them was a try")


def words(lab):
    check(said(lab, "olga", "waiting", "list")[0] == "Nobody waits to be let in.\n", "an empty waiting list is a sentence")
    check(said(lab, "olga", "relations")[0] == "You follow and block nobody.\n", "so are no relations")
    check("membership, listener, speaker or moderator" in said(lab, "olga", "invite", "create", "--kind", "nonsense", code=2)[1], "a wrong kind is told which there are")
    check("use guest create" in said(lab, "olga", "invite", "create", "--kind", "guest", code=2)[1], "guests are invited another way")
    wrong = said(lab, "olga", "audit", "--since", "garbage", code=2)[1]
    check("(garbage)" in wrong and "T00" not in wrong, "a wrong time is repeated as it was typed")
    gone = said(lab, "olga", "terms", "verify", lab.path("nofile"), code=1)[1]
    check("not there" in gone and "signed terms" not in gone, "terms that are not there are not called forged")


def rules(lab):
    shown = said(lab, "ann", "house", "rules")[0]
    check("a newcomer has 2 invitations" in shown and "open:" in shown, "members read the rules")
    lab.ctl("ann", "house", "rules", "--invitations", "9", code=3)
    before = lab.ctl("olga", "house", "rules")
    after = lab.ctl("olga", "house", "rules", "--invitations", "5", "--open", "off", "--waiting-list", "off", "--earn-minutes", "30", "--title", "Salon Olga")
    changed = {k for k in after if after[k] != before[k]}
    check(changed == {"newcomer_invitations", "open", "waiting_list", "earn_minutes", "title", "version"}, "an admin changes what is said and nothing else")
    check(lab.ctl("ann", "house", "rules") == after, "and everybody reads it")
    check("on or off" in said(lab, "olga", "house", "rules", "--open", "perhaps", code=2)[1], "a wrong value is told what is right")
    check("0 to 100" in said(lab, "olga", "house", "rules", "--invitations", "101", code=2)[1], "and an impossible one what is possible")


def guests(lab):
    made = lab.ctl("olga", "guest", "create", "--topic", "The sea", "--name", "Ada L.")
    shown = said(lab, "olga", "guest", "show", made["id"])[0]
    check("audience: no limit" in shown and "audience_cap" not in shown, "terms without a cap say so")
    delegate = made["delegate_link"]
    lab.ctl("spokesperson", "guest", "answer", delegate, "accept")
    lab.ctl("olga", "guest", "sign", made["id"], "--version", "1")
    lab.ctl("spokesperson", "guest", "sign", delegate, "--version", "1")
    lab.ctl("olga", "guest", "terms", made["id"], "-o", lab.path("terms.json"))
    good = said(lab, "nobody", "terms", "verify", lab.path("terms.json"))[0]
    check("with Ada L., version 1." in good and ".." not in good, "a name may end with a full stop")
    other = lab.ctl("olga", "guest", "create", "--topic", "The hills", "--name", "Bea")
    order = [BIN / "parlourctl", "--home", lab.path("eve"), "--json", "guest", "show", other["public_link"], "--code", "0000000000"]
    for _ in range(12):
        trying = subprocess.Popen([str(a) for a in order], env=lab.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = trying.communicate(timeout=5)
        except subprocess.TimeoutExpired:   # it waits: this is about what it says meanwhile
            trying.kill()
            out, err = trying.communicate()
            break
    check("trying yours again in" in err and "seconds" in err, "a code that has to wait says for how long: " + err.strip())
    check(out == "", "and not among the answers")


def backup(lab, server):
    file = lab.path("house.backup")
    file.write_text("my novel\n")
    kept = server.admin("backup", file, ok=False)
    check(kept.returncode == 1 and "--force" in kept.stderr and file.read_text() == "my novel\n", "a backup replaces no file unasked")
    server.admin("backup", file, "--force")
    check("parlour_backup" in file.read_text()[:200], "but when told to")
    check(server.admin("backup", lab.path("second.backup")).returncode == 0, "a new name needs nothing")


def moved(lab, server):
    """The house that was founded on http://127.0.0.1 speaks TLS to everybody from now on."""
    plain = server.http
    server.stop()
    listen = server.listen
    server.listen = listen.replace("127.0.0.1", "0.0.0.0")
    server.args = ["--public-ip", "127.0.0.1"]
    server.start()
    secure = plain.replace("http:", "https:")
    lost = said(lab, "olga", "whoami", code=3)[1]
    check(f"--house {secure}" in lost, "whoever speaks http to https is told what to try")
    check(said(lab, "olga", "--house", secure, "whoami", code=3)[1] != "", "a certificate of its own is not believed unseen")
    link = json.loads(server.admin("room", "create", "Foyer", "--json").stdout)["links"]["listener"]
    pin = link.split("&p=")[1]
    check(lab.ctl("olga", "--house", secure, "--pin", pin, "whoami")["standing"] == "owner", "the house is known again at its new address")
    check(lab.ctl("olga", "whoami")["standing"] == "owner", "and found there from then on")
    known = json.loads(lab.path("olga").joinpath("houses.json").read_text())
    check([(k["url"], k["pin"], k["name"]) for k in known] == [(secure, pin, "Owner")], "one house, one address")
    other = lab.server(name="other")
    strange = said(lab, "olga", "--house", other.http, "whoami", code=3)[1]
    check("do not know" in strange, "another house at a new address is not taken for it")
    check(json.loads(lab.path("olga").joinpath("houses.json").read_text()) == known, "nor remembered")


def run(lab):
    first_hour(lab)
    server = lab.server()
    names(lab, server)
    words(lab)
    rules(lab)
    guests(lab)
    backup(lab, server)
    moved(lab, server)


main(run, "command_line")
