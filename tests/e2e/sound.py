# SPDX-License-Identifier: Apache-2.0
"""A private PulseAudio with virtual loudspeakers and microphones for machines without a sound card.

speaker N is a null sink `spkN`; what a program plays there is recorded from its monitor. microphone N is a source `micN`
fed through the null sink `micNin`. A null sink renders ahead while nobody listens, so a silent reader keeps each in step.
"""
import os
import subprocess
import time

from lab import needs, wait_for


class Sound:
    def __init__(self, lab, pairs=1):
        needs("pulseaudio", "parec", "pacat", "pactl")
        self.lab, self.pairs = lab, pairs
        self.dir = lab.path("pulse")
        self.dir.mkdir(mode=0o700, exist_ok=True)
        self.socket = f"unix:{self.dir}/socket"
        lab.env["PULSE_SERVER"] = self.socket
        lab.env["PULSE_COOKIE"] = str(self.dir / "cookie")
        lab.env["JACK_NO_START_SERVER"] = "1"
        lines = [f"load-module module-native-protocol-unix socket={self.dir}/socket auth-anonymous=1"]
        for i in range(pairs):
            lines += [f"load-module module-null-sink sink_name=spk{i} rate=48000 channels=2 norewinds=1 "
                      f"sink_properties=device.description=Speaker{i}",
                      f"load-module module-null-sink sink_name=mic{i}in rate=48000 channels=2 norewinds=1",
                      f"load-module module-remap-source source_name=mic{i} master=mic{i}in.monitor "
                      f"source_properties=device.description=Microphone{i}"]
        lines += ["set-default-sink spk0", "set-default-source mic0"]
        (self.dir / "own.pa").write_text("\n".join(lines) + "\n")
        self.readers = []
        self.start()

    def start(self):
        self.daemon = self.lab.start("pulseaudio", ["pulseaudio", "-n", "-F", self.dir / "own.pa", "--daemonize=no",
                                                    "--use-pid-file=no", "--exit-idle-time=-1", "--log-target=stderr",
                                                    "--disallow-exit"])
        wait_for("the sound server", lambda: self.pactl("info").returncode == 0, 10)
        for i in range(self.pairs):
            for sink in (f"spk{i}", f"mic{i}in"):
                self.readers.append(self.lab.start(f"keep-{sink}", ["sh", "-c", f"exec parec --latency-msec=10 -d {sink}.monitor >/dev/null"]))

    def pactl(self, *args):
        return subprocess.run(["pactl", *args], env=self.lab.env, capture_output=True, text=True)

    def kill9(self):
        self.daemon.kill9()
        for r in self.readers:
            r.end()
        self.readers = []

    def say(self, wav, microphone=0):
        """Plays a wav (48 kHz mono) into a microphone; returns the process."""
        return self.lab.start(f"say-mic{microphone}", ["pacat", "--playback", "--latency-msec=20", "-d", f"mic{microphone}in",
                                                       "--file-format=wav", wav])

    def record(self, path, speaker=0, sink=None):
        """Records what a loudspeaker plays until stop() of the result; a wav of 48 kHz mono."""
        return Recording(self.lab, sink or f"spk{speaker}", path)


class Recording:
    def __init__(self, lab, sink, path):
        self.path = path
        self.process = lab.start(f"record-{sink}", ["parec", "--latency-msec=10", "-d", f"{sink}.monitor", "--file-format=wav",
                                                    "--format=s16le", "--rate=48000", "--channels=1", path])

    def stop(self):
        import signal
        self.process.popen.send_signal(signal.SIGINT)
        self.process.wait(5)
        return self.path
