# SPDX-License-Identifier: Apache-2.0
"""Programs behind a bad network: each `Away` is a network namespace whose only way out is parlour_impaired_relay, which does to
its packets what a profile (P0..P10, tests/support/impair.h) and a seed say. Nothing is rewritten: ICE, DTLS and SRTP of any client
pass as they are. To be used after lab.own_network(); the server listens at HERE."""
import itertools
import os
import subprocess

from lab import BIN, Failed, skip, wait_for

HERE = "198.18.0.1"   # this machine, as lab.own_network() names it


def ip(*words, inside=None):
    command = ["nsenter", "-t", str(inside), "-n"] if inside else []
    result = subprocess.run([*command, "ip", *words], capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(f"ip {' '.join(words)}: {result.stderr.strip()}")


class Away:
    """`within` are the words that run a program there."""
    numbers = itertools.count(1)

    def __init__(self, lab, profile, seed, way=None):
        self.number = next(Away.numbers)
        self.device, self.address = f"away{self.number}", f"10.77.{self.number // 60}.{self.number % 60 * 4 + 2}"
        out = f"10.77.{self.number // 60}.{self.number % 60 * 4 + 1}"
        self.place = lab.start(f"place-{self.number}", ["unshare", "-n", "sleep", "3600"])
        wait_for("the other namespace", lambda: os.readlink(f"/proc/{self.place.pid}/ns/net") != os.readlink("/proc/self/ns/net"))
        self.log = lab.path(f"relay-{self.number}.txt")
        more = ["--way", way] if way is not None else []
        self.relay = lab.start(f"relay-{self.number}", [BIN / "parlour_impaired_relay", "--inside", self.place.pid, "--device", self.device,
                                                        "--profile", profile, "--seed", seed, "--log", self.log, *more])

        def ready():
            if self.relay.popen.poll() == 77:
                skip(open(self.relay.log).read().strip())
            if not self.relay.alive():
                raise Failed("the relay ended: " + open(self.relay.log).read())
            return "ready" in open(self.relay.log).read()
        wait_for("the relay", ready)
        ip("addr", "add", out, "peer", self.address, "dev", self.device)
        ip("link", "set", self.device, "up")
        for words in (("link", "set", "lo", "up"), ("addr", "add", self.address, "peer", out, "dev", self.device),
                      ("link", "set", self.device, "up"), ("route", "add", "default", "via", out, "dev", self.device)):
            ip(*words, inside=self.place.pid)
        self.within = ["nsenter", "-t", self.place.pid, "-n"]

    def fates(self):
        """Of each RTP packet that went in: microseconds on the way, or None when it was lost."""
        if not self.log.exists():
            return []
        words = [line.split() for line in self.log.read_text().splitlines()]
        return [None if w[2] == "lost" else int(w[2]) for w in words if len(w) == 3]

    def end(self):
        self.relay.end()
        self.place.end()


class ChromiumListener:
    """The stock LiveKit SDK of the guest page in Chromium: hears one speaker, keeps the sound that came out, tells getStats()."""
    BEFORE = """
    window.pcs = [];
    const Connection = window.RTCPeerConnection;
    window.RTCPeerConnection = new Proxy(Connection, { construct(target, args) { const pc = new target(...args); window.pcs.push(pc); return pc; } });
    """
    JOIN = """(async ([url, token]) => {
      const { SDK } = await import('/web/sdk.js');
      await import(new URL(SDK, location.origin + '/web/'));
      const lk = globalThis.LivekitClient;
      const context = new AudioContext({ sampleRate: 48000 });
      await context.resume();
      const code = `registerProcessor('tap', class extends AudioWorkletProcessor {
        constructor() { super(); this.block = new Float32Array(4800); this.used = 0; }
        process(inputs) {
          const input = inputs[0][0] ?? new Float32Array(128);
          for (const v of input) { this.block[this.used++] = v; if (this.used === 4800) { this.port.postMessage(this.block.slice(0)); this.used = 0; } }
          return true;
        } });`;
      await context.audioWorklet.addModule(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
      window.heard = [];
      const room = (window.room = new lk.Room());
      room.on(lk.RoomEvent.TrackSubscribed, (track) => {
        document.body.appendChild(track.attach());   // without a playing element Chromium feeds WebAudio silence
        window.receiver = track.receiver;
        const tap = new AudioWorkletNode(context, 'tap', { numberOfInputs: 1, channelCount: 1, channelCountMode: 'explicit' });
        const silent = new GainNode(context, { gain: 0 });
        context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(tap).connect(silent).connect(context.destination);
        tap.port.onmessage = (m) => window.heard.push(m.data);
        window.subscribed = true;
      });
      await room.connect(url, token);
      return true;
    })"""
    STATS = """(async () => { const all = await window.receiver.getStats(); for (const s of all.values()) if (s.type === 'inbound-rtp') return { ...s, at: performance.now() / 1000 }; return null; })()"""

    def __init__(self, lab, origin, grant, within, name="chromium"):
        import json
        from browser import Browser
        self.page = Browser(lab, name, within=within, flags=(
            "--ignore-certificate-errors", "--autoplay-policy=no-user-gesture-required", "--disable-quic",
            "--disable-component-update", "--disable-sync", "--no-default-browser-check"))
        self.page.call("Page.setBypassCSP", {"enabled": True})
        self.page.before(self.BEFORE)
        self.page.open(origin + "/web/sdk.js")
        wait_for("a page of the server", lambda: self.page.run("location.origin") == origin, 30)
        self.page.run(f"{self.JOIN}({json.dumps([grant['url'], grant['token']])})")

    def subscribed(self):
        return bool(self.page.run("window.subscribed === true"))

    def stats(self):
        return self.page.run(self.STATS)

    def heard(self, path):
        """Saves what came out so far as 48 kHz mono."""
        import base64
        import numpy
        import waveform
        text = self.page.run("""(() => { let out = ''; for (const block of window.heard) { const pcm = new Int16Array(block.length);
            for (let i = 0; i < block.length; ++i) pcm[i] = Math.max(-1, Math.min(1, block[i])) * 32767;
            out += String.fromCharCode(...new Uint8Array(pcm.buffer)); } return btoa(out); })()""")
        waveform.write_wav(path, numpy.frombuffer(base64.b64decode(text), dtype="<i2") / 32768)
        return path

    def end(self):
        self.page.process.end()
