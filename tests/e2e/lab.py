# SPDX-License-Identifier: Apache-2.0
"""Real processes for the end-to-end tests: a parlourd, any number of parlourctl, private folders, clean ends.

Everything started here is ended here, by pid. Traffic stays on loopback. A test is a plain script: it raises or calls
check(), and prints one line per claim. Exit 77 means skipped, with the reason printed.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BIN = pathlib.Path(os.environ.get("PARLOUR_BIN", "build/release/bin")).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]


class Failed(Exception):
    pass


def check(ok, claim):
    print(("ok    " if ok else "FAIL  ") + claim, flush=True)
    if not ok:
        raise Failed(claim)


def skip(reason):
    print("skipped: " + reason)
    sys.exit(77)


def needs(*programs):
    """Skips where one of them is missing."""
    for program in programs:
        if shutil.which(program) is None:
            skip(f"{program} is not installed; ./dev deps installs it")


def own_network(*names):
    """Starts over in a network namespace of its own with a made-up route: browsers reach this machine and nothing else, and neither
    Chromium nor who goes to an address elsewhere offers candidates of a bare loopback. `names` are this machine there."""
    if os.environ.get("PARLOUR_NETNS"):
        return
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        skip("unshare or ip is missing (packages util-linux, iproute2)")
    os.environ["PARLOUR_NETNS"] = "1"
    setup = ("ip link set lo up && ip link add lab0 type veth peer name lab1 && ip addr add 198.18.0.1/24 dev lab0 && "
             "ip link set lab0 up && ip link set lab1 up && ip route add default dev lab0 src 198.18.0.1 && ")
    flags = "-n" if os.geteuid() == 0 else "-rn"
    if names:
        setup += f"hosts=$(mktemp) && echo '127.0.0.1 localhost {' '.join(names)}' >$hosts && mount --bind $hosts /etc/hosts && rm -f $hosts && "
        flags += "m"
    os.execvp("unshare", ["unshare", flags, "sh", "-c", setup + "exec \"$@\"", "sh", sys.executable, *sys.argv])


def wait_for(what, condition, timeout=10.0):
    """Polls; returns the first truthy value or raises with `what`."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {timeout:g} s for {what}")
        time.sleep(0.02)


def on_livekit():
    return os.environ.get("PARLOUR_LAB_MEDIA", "").startswith("livekit")


class Lab:
    """Owns a scratch folder and every process; use as a context manager."""

    def __init__(self, name):
        base = os.environ.get("PARLOUR_LAB_DIR")
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f"parlour-{name}-", dir=base))
        self.processes = []
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("PULSE_", "XDG_", "DISPLAY", "WAYLAND"))}
        for key, folder in {"HOME": "home", "XDG_RUNTIME_DIR": "run", "XDG_CONFIG_HOME": "config",
                            "XDG_DATA_HOME": "data", "XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache"}.items():
            (self.dir / folder).mkdir(mode=0o700, exist_ok=True)
            self.env[key] = str(self.dir / folder)
        self.env["TZ"] = "UTC"
        self.keep = False

    def __enter__(self):
        # A lab that is told to go, or whose terminal is closed, still ends what it started.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(143))
        return self

    def __exit__(self, kind, error, trace):
        for p in reversed(self.processes):
            p.end()
        failed = kind is not None and not (kind is SystemExit and error.code in (0, 77, None))
        if failed:
            self.report(error)
        if failed or self.keep or os.environ.get("PARLOUR_KEEP"):
            print(f"lab folder kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)
        if kind is Failed:
            sys.exit(1)

    def report(self, error):
        print(f"failed: {error}")
        for p in self.processes:
            for log in (p.log, getattr(p, "events_file", None)):
                if log and pathlib.Path(log).exists():
                    print(f"--- last lines of {log}")
                    print("".join(open(log, errors="replace").readlines()[-12:]))

    def start(self, name, args, **options):
        process = Process(self, name, args, **options)
        self.processes.append(process)
        return process

    def server(self, **options):
        """With --media livekit its sound is carried by a real livekit-server, with --media livekit_nodes by two of them; nothing else is
        different."""
        if on_livekit():
            import livekit
            nodes = os.environ["PARLOUR_LAB_MEDIA"] == "livekit_nodes"
            return (livekit.house_on_nodes if nodes else livekit.house)(self, **options)
        return Server(self, **options)

    def join(self, link, name, **options):
        return Participant(self, link, name, **options)

    def display(self, size="1280x800"):
        """An X server for this lab alone. It looks for a free number itself, so labs side by side do not meet."""
        read, write = os.pipe()
        self.start("xvfb", ["Xvfb", "-displayfd", write, "-screen", "0", f"{size}x24", "-nolisten", "tcp"], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as number:  # closed with nothing in it when Xvfb could not start
            self.env["DISPLAY"] = ":" + number.readline().strip()
        if self.env["DISPLAY"] == ":":
            raise Failed("Xvfb did not start")

    def path(self, name):
        return self.dir / name

    def certificate(self, stem, *alternatives):
        """STEM.key and STEM.pem of this folder, for what openssl calls "DNS:NAME" and "IP:ADDRESS"; nobody vouches for it."""
        needs("openssl")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-subj", f"/CN={stem}", "-addext", "subjectAltName=" + ",".join(alternatives),
                        "-keyout", self.path(f"{stem}.key"), "-out", self.path(f"{stem}.pem")], check=True, capture_output=True)

    def ctl(self, home, *args, code=0, stdin=None):
        """A command of parlourctl as the person of a folder. Its JSON when it should succeed, else the whole result."""
        command = [BIN / "parlourctl", "--home", self.dir / home, "--json", *args]
        result = subprocess.run([str(a) for a in command], env=self.env, input=stdin, capture_output=True, text=True, timeout=60)
        if result.returncode != code:
            raise Failed(f"parlourctl {' '.join(map(str, args))} as {home}: exit {result.returncode}, not {code}: {result.stderr}")
        return json.loads(result.stdout) if code == 0 else result


class Process:
    def __init__(self, lab, name, args, env=None, stdin=None, pass_fds=(), cwd=None):
        self.lab, self.name = lab, name
        self.log = lab.dir / f"{name}.log"
        out = open(self.log, "ab")
        self.popen = subprocess.Popen([str(a) for a in args], stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=out,
                                      env={**lab.env, **(env or {})}, pass_fds=pass_fds, cwd=cwd)
        out.close()

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def kill9(self):
        if self.alive():
            self.popen.send_signal(signal.SIGKILL)
        self.popen.wait()

    def end(self, timeout=5):
        if self.alive():
            self.popen.send_signal(signal.SIGTERM)
            try:
                self.popen.wait(timeout)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        return self.popen.returncode

    def wait(self, timeout=30):
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.name} still runs after {timeout} s")


class Server:
    """A parlourd with its own data folder; restart() keeps folder and ports."""

    def __init__(self, lab, name="server", args=(), listen="127.0.0.1:0", udp_port=0):
        self.lab, self.name = lab, name
        self.data = lab.dir / f"{name}-data"
        self.args, self.listen, self.udp_port = list(args), listen, udp_port
        self.process = None
        self.start()

    def start(self, timeout=10):
        read, write = os.pipe()
        self.process = self.lab.start(self.name, [BIN / "parlourd", "serve", "--listen", self.listen, "--udp-port",
                                                  self.udp_port, "--data", self.data, "--ready-fd", write, *self.args],
                                      pass_fds=(write,))
        os.close(write)
        os.set_blocking(read, False)
        buffer = b""

        def line():
            nonlocal buffer
            try:
                chunk = os.read(read, 4096)
                if not chunk and not self.process.alive():
                    raise Failed("parlourd ended while starting: " + open(self.process.log, errors="replace").read()[-2000:])
                buffer += chunk
            except BlockingIOError:
                pass
            return b"\n" in buffer
        wait_for("parlourd's ready line", line, timeout)
        os.close(read)
        ready = json.loads(buffer)
        self.http, self.udp = ready["http"], ready["udp"]
        # The same port again, on as many addresses as before.
        self.listen = self.listen.rsplit(":", 1)[0] + ":" + self.http.rsplit(":", 1)[1]
        self.udp_port = self.udp[0] if self.udp else 0  # none of its own with --media livekit
        return self

    def admin(self, *args, ok=True):
        result = subprocess.run([str(a) for a in [BIN / "parlourd", *args, "--data", self.data, *self.store()]], env=self.lab.env,
                                capture_output=True, text=True, timeout=30)
        if ok and result.returncode != 0:
            raise Failed(f"parlourd {' '.join(map(str, args))}: exit {result.returncode}: {result.stderr}")
        return result

    def store(self):
        """--store and its value, if the server was given one: commands without a server need it, too."""
        at = self.args.index("--store") if "--store" in self.args else None
        return self.args[at:at + 2] if at is not None else []

    def create_room(self, title):
        return json.loads(self.admin("room", "create", title, "--json").stdout)

    def create_invite(self, room, role, *more):
        return json.loads(self.admin("invite", "create", "--room", room, "--role", role, "--json", *more).stdout)

    def invites(self):
        return json.loads(self.admin("invite", "list", "--json").stdout)

    def kill9(self):
        self.process.kill9()

    def stop(self):
        return self.process.end(10)


class Participant:
    """A parlourctl join process: write commands, wait for events, look at what it heard. `link` may be a list of arguments instead.
    `within`: the words that run a program in another network (impaired.py)."""

    def __init__(self, lab, link, name, capture="null", playout=None, home=None, extra=(), within=()):
        self.lab, self.name = lab, name
        tag = f"{name}-{len(lab.processes)}".replace("/", "_").replace(" ", "_")
        self.events_file = lab.dir / f"{tag}.jsonl"
        self.heard = lab.dir / f"{tag}-heard.wav"
        read, self._stdin = os.pipe()
        where = link if isinstance(link, (list, tuple)) else [link, "--name", name]
        args = [*within, BIN / "parlourctl", "join", *where, "--capture", capture, "--playout", playout or f"file:{self.heard}", "--events", self.events_file, *extra]
        if home:
            args += ["--home", home]
        self.process = lab.start(f"ctl-{tag}", args, stdin=read)
        self.process.events_file = self.events_file
        os.close(read)
        self._read_lines = 0

    def say(self, command):
        os.write(self._stdin, (command + "\n").encode())

    def events(self):
        if not self.events_file.exists():
            return []
        out = []
        for line in open(self.events_file, errors="replace"):
            try:
                out.append(json.loads(line))
            except json.JSONDecodeError:
                pass  # the last line may be half written
        return out

    def expect(self, event, timeout=10.0, since=0, **fields):
        """The first event of this name (and these fields) at or after index `since`."""
        def found():
            for e in self.events()[since:]:
                if e.get("event") == event and all(e.get(k) == v for k, v in fields.items()):
                    return e
            if not self.process.alive() and event != "left":
                raise Failed(f"{self.name} ended (exit {self.process.popen.returncode}) before '{event}' {fields}")
            return None
        return wait_for(f"{self.name} to see '{event}' {fields or ''}", found, timeout)

    def count(self):
        return len(self.events())

    def last(self, event):
        matches = [e for e in self.events() if e.get("event") == event]
        return matches[-1] if matches else None

    def last_about(self, event, name):
        """The last one of this event about a person."""
        return next((e for e in reversed(self.events()) if e.get("event") == event and e.get("name") == name), None)

    def end(self):
        return self.process.end()


def main(run, name):
    if "--media" in sys.argv:   # --media livekit: the same test, the other engine
        at = sys.argv.index("--media")
        os.environ["PARLOUR_LAB_MEDIA"] = sys.argv[at + 1]
        del sys.argv[at:at + 2]
    with Lab(name) as lab:
        run(lab)
    print("passed")
