#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The person's key moves from its file into the desktop's keychain, is used from there, and nobody becomes a new person when the
keychain is away. The real app on a private D-Bus with a private gnome-keyring."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lab import BIN, Lab, check, needs, wait_for  # noqa: E402


class Desktop:
    """A session bus; start() starts a keyring on it."""

    def __init__(self, lab):
        self.lab, self.keyring, self.runs = lab, None, 0
        # Nothing is started by being asked for: a keyring is there when the test has started one.
        lab.path("bus.conf").write_text(f"""<busconfig><type>session</type><listen>unix:path={lab.path('bus')}</listen>
            <policy context="default"><allow send_destination="*"/><allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/><allow own="*"/></policy></busconfig>""")
        bus = lab.start("dbus", ["dbus-daemon", f"--config-file={lab.path('bus.conf')}", "--nofork"])
        wait_for("the session bus", lambda: lab.path("bus").exists() and bus.alive())
        self.env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={lab.path('bus')}"}

    def start(self, locked=False):
        read, write = os.pipe()
        self.keyring = self.lab.start(f"keyring-{len(self.lab.processes)}", ["gnome-keyring-daemon", "--foreground", "--components=secrets",
                                                                             *([] if locked else ["--unlock"])], env=self.env, stdin=read)
        os.write(write, b"a password")
        os.close(write)
        os.close(read)
        names = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner",
                 "string:org.freedesktop.secrets"]
        wait_for("the keyring", lambda: "true" in subprocess.run(names, env={**self.lab.env, **self.env}, capture_output=True, text=True, timeout=10).stdout)

    def stop(self):
        self.keyring.end()

    def app(self, *args, bus=True, seconds=6):
        """Runs the app for a while as a desktop would start it; its exit code and what it said."""
        self.runs += 1
        env = {**self.lab.env, "QT_QPA_PLATFORM": "offscreen", **(self.env if bus else {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"})}
        command = [BIN / "parlour", "--capture", "null", "--playout", "null", "--seconds", seconds, *args]
        result = subprocess.run([str(one) for one in command], env=env, capture_output=True, text=True, timeout=120)
        return result.returncode, result.stderr


def run(lab):
    needs("dbus-daemon", "gnome-keyring-daemon")
    server = lab.server()
    room = server.create_room("Room")
    host = lab.join(room["links"]["moderator"], "Host")
    host.expect("joined")
    desktop = Desktop(lab)
    link = room["links"]["listener"]

    def come(**options):
        """Who the app is to the house, from one stay in the room."""
        before = host.count()
        code, said = desktop.app("--name", "Ann", "--enter", link, **options)
        check(code == 0, f"the app ran (exit {code})")
        return host.expect("participant", since=before)["identity"], said

    who, said = come(bus=False)
    seed = next(lab.path("data").rglob("person.seed"))
    home, mark, copy = seed.parent, seed.parent / "person.in-keychain", seed.read_bytes()
    notices = [line for line in said.splitlines() if "keychain" in line]
    check(len(notices) == 1 and "stays in its file" in notices[0], "without a keychain the key stays in its file, and one line says so: " + notices[0])

    desktop.start()
    same, said = come()
    check(same == who and "keychain" not in said, "with a keychain it is the same person")
    check(not seed.exists() and mark.exists(), "the key has moved there, and its file is gone")
    same, _ = come()
    check(same == who and not seed.exists(), "from then on the person comes out of the keychain")

    desktop.stop()
    code, said = desktop.app()
    check(code == 1 and "Your key lies in the desktop's keychain" in said, "with the keychain away nobody becomes a new person: " + said.strip())
    desktop.start(locked=True)
    code, said = desktop.app()
    check(code == 1 and "Unlock the keychain" in said, "nor with a locked one: " + said.strip())
    desktop.stop()
    code = subprocess.run([BIN / "parlourctl", "--home", home, "whoami"], env=lab.env, capture_output=True, text=True, timeout=30)
    check(code.returncode == 1 and "desktop's keychain" in code.stderr, "neither on the command line: " + code.stderr.strip())
    check(not seed.exists(), "no other seed was made")

    # As if the move had been interrupted before the file went.
    seed.write_bytes(copy)
    seed.chmod(0o600)
    same, said = come()
    check(same == who and "read from its file" in said, "a file that is still there is used while the keychain is away, with one line")
    desktop.start()
    same, _ = come()
    check(same == who and not seed.exists(), "and the move is finished when it is back")


if __name__ == "__main__":
    with Lab("keychain") as lab:
        run(lab)
    print("passed")
