# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL for a test: temporary folder, Unix socket, no network, as an unprivileged user when run by root."""
import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from lab import Failed, wait_for


def programs():
    places = os.environ.get("PATH", "").split(":") + sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
    for place in map(pathlib.Path, places):  # some have only a part of it
        if all((place / one).exists() for one in ("initdb", "postgres", "psql")):
            return place
    raise Failed("PostgreSQL is not installed; ./dev deps installs it")


class Postgres:
    def __init__(self, lab):
        self.bin = programs()
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="parlour-postgres-"))  # its socket's path has to be short
        self.user = None
        if os.geteuid() == 0:
            self.user = "postgres" if any(u.pw_name == "postgres" for u in pwd.getpwall()) else "nobody"
            shutil.chown(self.dir, self.user)
        self.log = lab.path("postgres.log")
        self.output = open(self.log, "ab")
        self.process = None
        lab.processes.append(self)
        done = self._start("initdb", "-D", self.dir / "data", "-A", "trust", "-U", "parlour", "-E", "UTF8", "--locale=C.UTF-8", "-N").wait()
        if done != 0:
            raise Failed("initdb failed; see postgres.log")
        self.start()

    def _start(self, program, *args):
        extra = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []} if self.user else {}
        return subprocess.Popen([str(self.bin / program), *map(str, args)], stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                cwd=self.dir, **extra)

    def start(self):
        self.process = self._start("postgres", "-D", self.dir / "data", "-k", self.dir, "-c", "listen_addresses=",
                                   "-c", "log_min_error_statement=panic")
        wait_for("PostgreSQL", lambda: self.ask("SELECT 1") == "1", 20)

    def ask(self, sql):
        """The answer as text, columns joined by |; None while nobody answers."""
        r = subprocess.run([str(self.bin / "psql"), "-h", str(self.dir), "-U", "parlour", "-d", "postgres", "-Atc", sql],
                           capture_output=True, text=True)
        return r.stdout.strip() if r.returncode == 0 else None

    @property
    def url(self):
        return f"postgresql://parlour@/postgres?host={self.dir}"

    def kill(self):
        """Gone at once, as a machine that crashed."""
        self.process.send_signal(3)  # SIGQUIT: no goodbye
        self.process.wait()

    def end(self, timeout=10):
        if self.process and self.process.poll() is None:
            self.process.send_signal(2)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
        self.output.close()
        shutil.rmtree(self.dir, ignore_errors=True)
