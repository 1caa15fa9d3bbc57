# SPDX-License-Identifier: Apache-2.0
"""Stock LiveKit SDKs, unchanged, behind one set of words: @livekit/rtc-node, and livekit-client in Chromium or Firefox.

say() gives an order, expect() waits for an event, heard_of() is what one person sounded like. Kinds: node, chromium, firefox; -v0 asks
the browser's SDK for two peer connections, -tcp takes Chromium's UDP away. Browsers need lab.own_network().
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import waveform  # noqa: E402
from browser import Browser  # noqa: E402
from firefox import Firefox  # noqa: E402
from lab import BIN, Failed, skip, wait_for  # noqa: E402
from sound import Sound  # noqa: E402

MODULES = pathlib.Path(os.environ.get("PARLOUR_INTEROP_DIR", "build/interop")).resolve()


def install():
    """node_modules by the lock file, once per build folder."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed")
    MODULES.mkdir(parents=True, exist_ok=True)
    stamp = MODULES / "installed.json"
    wanted = (HERE / "package-lock.json").read_text()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, MODULES / name)
    result = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=MODULES, capture_output=True, text=True)
    if result.returncode != 0:
        skip("npm could not install the SDKs: " + result.stderr.strip()[-300:])
    stamp.write_text(wanted)


def ask_grant(lab, link, name):
    """{url, token} that a link gives to a person of this name."""
    result = subprocess.run([BIN / "parlourctl", "token", link, "--name", name, "--home", lab.path(f"home-{name}")],
                            capture_output=True, text=True, env=lab.env, timeout=20)
    if result.returncode != 0:
        raise Failed(f"parlourctl token: exit {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


class Told:
    """Waiting for what a peer tells, by events()."""

    def count(self):
        return len(self.events())

    def expect(self, event, timeout=20.0, test=lambda e: True, what="", since=0):
        def look():
            for e in self.events()[since:]:
                if e.get("event") == event and test(e):
                    return e
            if not self.process.alive():
                raise Failed(f"{self.name} ended before '{event}' {what}: {self.events()[-3:]}")
            return None
        try:
            return wait_for(f"{self.name} to tell '{event}' {what}", look, timeout)
        except Failed as failed:
            raise Failed(f"{failed}; it told last {self.events()[-4:]}") from None


class NodePeer(Told):
    def __init__(self, lab, name, grant):
        self.name, self.grant, self.asked = name, grant, 0
        self.heard, self.out = lab.path(f"{name}-heard.wav"), lab.path(f"{name}-events.jsonl")
        # Node resolves packages from the script's folder: run a copy beside node_modules.
        shutil.copy(HERE / "rtc_node_peer.mjs", MODULES / "rtc_node_peer.mjs")
        read, self._stdin = os.pipe()
        env = {"PATH": os.environ["PATH"], "HOME": str(lab.path("home"))}
        self.process = lab.start(f"peer-{name}", ["sh", "-c", f'exec "$@" >"{self.out}"', "sh", "node", "rtc_node_peer.mjs", grant["url"], grant["token"],
                                                  self.heard], env=env, stdin=read, cwd=MODULES)
        self.process.events_file = self.out
        os.close(read)

    def say(self, command):
        os.write(self._stdin, (command + "\n").encode())

    def events(self):
        found = []
        for line in self.out.read_text(errors="replace").splitlines() if self.out.exists() else []:
            try:
                found.append(json.loads(line))
            except json.JSONDecodeError:
                pass   # the last line may be half written
        return found

    def _ask(self, verb, answer):
        self.asked += 1
        self.say(verb)
        self.expect(answer, 20, lambda e: e["number"] == self.asked)

    def listen(self):
        """What was heard so far is forgotten."""
        self._ask("listen", "listening")

    def heard_of(self, name):
        path = str(self.heard)[:-4] + f"-{name}.wav"
        if self.process.alive():
            pathlib.Path(path).unlink(missing_ok=True)   # of an earlier time
            self._ask("save", "saved")
        return waveform.load(path) if os.path.exists(path) else waveform.np.zeros(0)

    def quit(self):
        self.say("quit")
        self.process.wait(20)


class Pages:
    """One page with the SDK in it, on loopback, where browsers give microphones."""

    def __init__(self, microphone=None, script=HERE / "browser_peer.js"):
        files = {"/": ("text/html", b'<!doctype html><title>peer</title><script src="/sdk.js"></script><body><script src="/peer.js"></script></body>'),
                 "/sdk.js": ("text/javascript", (MODULES / "node_modules/livekit-client/dist/livekit-client.umd.js").read_bytes()),
                 "/peer.js": ("text/javascript", pathlib.Path(script).read_bytes())}
        if microphone:
            files["/microphone.wav"] = ("audio/wav", pathlib.Path(microphone).read_bytes())

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                kind, body = files.get(self.path, (None, None))
                if not kind:
                    return self.send_error(404)
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()


CHROMIUM = ("--disable-quic", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
            "--allow-loopback-in-peer-connection", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
FIREFOX = {"media.autoplay.default": 0, "media.autoplay.blocking_policy": 0, "media.navigator.permission.disabled": True,
           "media.navigator.streams.fake": True, "media.peerconnection.ice.obfuscate_host_addresses": False,
           "network.websocket.delay-failed-reconnects": False}


class BrowserPeer(Told):
    def __init__(self, lab, kind, name, grant, microphone):
        self.name, self.grant, self.kept = name, grant, None
        kind, _, version = kind.partition("-")
        address = Pages(microphone).address
        if kind == "chromium":
            flags = [*CHROMIUM, f"--use-file-for-fake-audio-capture={microphone}"]
            if version == "tcp":
                flags.append("--force-webrtc-ip-handling-policy=disable_non_proxied_udp")
            self.page = Browser(lab, f"browser-{name}", flags)
        else:
            Sound(lab)   # without a loudspeaker Firefox lets no AudioContext run
            self.page = Firefox(lab, f"firefox-{name}", FIREFOX)
        self.process = self.page.process
        self.page.open(address)
        wait_for("the page", lambda: self.page.run("!!window.peer"), 30)
        options = {"dual": version == "v0", "trace": bool(os.environ.get("PARLOUR_TRACE")), "microphone": kind == "firefox" and "/microphone.wav"}
        self.page.run(f"void peer.start({json.dumps(grant['url'])}, {json.dumps(grant['token'])}, {json.dumps(options)})")

    def say(self, command):
        verb, _, text = command.partition(" ")
        self.page.run(f"void peer.order({json.dumps(verb)}, {json.dumps(text)})")

    def events(self):
        return self.page.run("window.told") or []

    def listen(self):
        self.say("listen")

    def _sound(self):
        heard = self.page.run("peer.heard()")
        return {name: waveform.resample(waveform.np.frombuffer(base64.b64decode(text), "<i2").astype(float) / 32768, heard["rate"], waveform.RATE)
                for name, text in heard["sound"].items()}

    def heard_of(self, name):
        return (self.kept if self.kept is not None else self._sound()).get(name, waveform.np.zeros(0))

    def quit(self):
        self.kept = self._sound()
        self.say("leave")
        self.expect("left", 10)
        self.process.end()


def peer(lab, kind, name, grant, microphone):
    return NodePeer(lab, name, grant) if kind == "node" else BrowserPeer(lab, kind, name, grant, microphone)
