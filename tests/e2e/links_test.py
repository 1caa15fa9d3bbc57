# SPDX-License-Identifier: Apache-2.0
"""What people are told when a link does not work: exact to the holder of the secret, nothing to a guesser."""
import subprocess
import time

from lab import BIN, check, main


def join(lab, link):
    return subprocess.run([BIN / "parlourctl", "join", "-", "--name", "Guest", "--capture", "null", "--playout", "null",
                           "--seconds", "1"], input=link + "\n", capture_output=True, text=True, env=lab.env, timeout=30)


def run(lab):
    server = lab.server()
    room = server.create_room("Doors")
    good = server.create_invite(room["room"], "listener")
    result = join(lab, good["link"])
    check(result.returncode == 0, f"a good link lets in (exit {result.returncode}: {result.stderr.strip()[-200:]})")

    once = server.create_invite(room["room"], "listener", "--uses", "1")
    check(join(lab, once["link"]).returncode == 0, "a link with one use works once")
    result = join(lab, once["link"])
    check(result.returncode == 3 and "used" in (result.stderr + result.stdout), "the second person is told that it is used up")

    revoked = server.create_invite(room["room"], "speaker")
    server.admin("invite", "revoke", revoked["id"])
    result = join(lab, revoked["link"])
    check(result.returncode == 3 and "revoked" in (result.stderr + result.stdout), "a revoked link says so to whoever holds the secret")

    head, secret = good["link"].split("#k=", 1)
    wrong = join(lab, head + "#k=" + ("A" if secret[0] != "A" else "B") + secret[1:])
    unknown = join(lab, head.rsplit("/", 1)[0] + "/Zz0Zz0Zz0Zz0#k=" + secret)
    check(wrong.returncode == 3 and unknown.returncode == 3, "a wrong secret and an unknown id are refused")
    check(wrong.stderr == unknown.stderr, "and both get the same answer")

    for i in range(4):  # the sound ends before the signalling says why: nobody may take that for a lost connection
        closing = server.create_room(f"Closing {i}")
        inside = lab.join(closing["links"]["listener"], f"Inside {i}")
        inside.expect("joined")
        time.sleep(0.3 * i)
        server.admin("room", "end", closing["room"])
        code = inside.process.wait(10)
        check(code == 0 and inside.last("left")["reason"] == "ended", f"a room that ends tells so to whoever is inside (exit {code})")

    result = join(lab, "https://127.0.0.1:1/i/abcdefghij12#k=" + secret)
    check(result.returncode == 3, "an unreachable server is exit 3")
    check(len(result.stderr.strip()) > 20, "with a sentence: " + result.stderr.strip()[-160:])
    result = join(lab, "http://example.invalid/i/abc")
    check(result.returncode == 2, "a text that is no link is a usage error")

    listed = {i["id"]: i for i in server.invites()}
    check(listed[once["id"]]["state"] == "used" and listed[once["id"]]["used"] == 1, "the list shows used links")
    check(listed[revoked["id"]]["state"] == "revoked", "and revoked ones")


main(run, "links")
