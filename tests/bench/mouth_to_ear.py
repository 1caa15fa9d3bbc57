# SPDX-License-Identifier: Apache-2.0
"""./dev bench delay, mouth to ear: chirps into a virtual microphone, through two parlourctl and parlourd (or two Mumbles and their
server), out of a virtual loudspeaker.

Microphone and loudspeaker are channels of one null sink, so one recording holds both on one clock and the delay is a
difference of sample positions. The floor is the same loop through a bare PortAudio copy of the same block size.
"""
import os
import pathlib
import statistics
import subprocess
import time

import numpy as np

import waveform
from figures import tell_delays
from lab import Lab, wait_for
from priority import before_others

RATE = 48000


def chirps(count, seed=3):
    """120 ms sweeps 300-3800 Hz at irregular gaps, so that no two delays look alike."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(0.12 * RATE)) / RATE
    sweep = np.sin(2 * np.pi * (300 * t + (3800 - 300) / (2 * 0.12) * t * t)) * np.hanning(len(t)) * 0.5
    out, starts = [np.zeros(RATE)], []
    for _ in range(count):
        starts.append(sum(len(x) for x in out))
        out += [sweep, np.zeros(int(rng.uniform(0.45, 0.9) * RATE))]
    return np.concatenate(out), sweep, starts


def peaks(signal, sweep):
    """Sample positions where the sweep starts, by matched filter."""
    size = 1 << (len(signal) + len(sweep) - 1).bit_length()
    score = np.fft.irfft(np.fft.rfft(signal, size) * np.conj(np.fft.rfft(sweep, size)), size)[: len(signal)]
    score = np.abs(score) / max(np.max(np.abs(score)), 1e-9)
    found, i = [], 0
    while i < len(score):
        if score[i] > 0.5:
            j = i + int(np.argmax(score[i:i + RATE // 5]))
            found.append(j)
            i = j + RATE // 4
        else:
            i += 1
    return found


def delays(said, heard):
    """Milliseconds from each chirp said to the next one heard within 400 ms."""
    out = []
    for s in said:
        later = [h - s for h in heard if 0 < h - s < 0.4 * RATE]
        if later:
            out.append(min(later) / RATE * 1000)
    return out


class Bus:
    """PulseAudio with one four-channel null sink: front-left is the mouth, rear-left the ear."""

    def __init__(self, lab):
        self.lab, self.dir = lab, lab.path("pulse")
        self.dir.mkdir(mode=0o700)
        lab.env["PULSE_SERVER"] = f"unix:{self.dir}/socket"
        lab.env["JACK_NO_START_SERVER"] = "1"
        lines = [f"load-module module-native-protocol-unix socket={self.dir}/socket auth-anonymous=1",
                 "load-module module-null-sink sink_name=bus rate=48000 channels=4 norewinds=1 "
                 "channel_map=front-left,front-right,rear-left,rear-right",
                 "load-module module-remap-sink sink_name=mouth master=bus channels=1 channel_map=mono "
                 "master_channel_map=front-left remix=no",
                 "load-module module-remap-sink sink_name=spk0 master=bus channels=1 channel_map=mono "
                 "master_channel_map=rear-left remix=no",
                 "load-module module-remap-source source_name=mic0 master=bus.monitor channels=1 channel_map=mono "
                 "master_channel_map=front-left remix=no",
                 "set-default-sink spk0", "set-default-source mic0"]
        (self.dir / "own.pa").write_text("\n".join(lines) + "\n")
        lab.start("pulseaudio", ["pulseaudio", "-n", "-F", self.dir / "own.pa", "--daemonize=no", "--use-pid-file=no",
                                 "--exit-idle-time=-1", "--log-target=stderr", "--disallow-exit"])
        wait_for("the sound server", lambda: subprocess.run(["pactl", "info"], env=lab.env, capture_output=True).returncode == 0)
        lab.start("keep", ["sh", "-c", "exec parec --latency-msec=10 -d bus.monitor >/dev/null"])

    def measure(self, name, probe, sweep):
        raw = self.lab.path(f"{name}.raw")
        record = self.lab.start(f"record-{name}", ["sh", "-c", f"exec parec --latency-msec=10 -d bus.monitor --raw --format=s16le "
                                                   f"--rate={RATE} --channels=4 --channel-map=front-left,front-right,rear-left,rear-right >{raw}"])
        time.sleep(0.5)
        play = self.lab.start(f"play-{name}", ["pacat", "--playback", "--latency-msec=20", "-d", "mouth", "--file-format=wav", probe])
        play.wait(120)
        time.sleep(0.7)
        record.end()
        data = np.fromfile(raw, dtype="<i2")
        data = data[: len(data) // 4 * 4].reshape(-1, 4).astype(float) / 32768
        return delays(peaks(data[:, 0], sweep), peaks(data[:, 2], sweep))


class Loop:
    """The floor: microphone to loudspeaker in one program, nothing between."""
    title, goal = "bare PortAudio loop", None

    def __init__(self, args):
        self.program = pathlib.Path(args.bin) / "parlour_audio_lab"

    def begin(self, lab, number):
        self.process = lab.start(f"loop-{number}", [self.program, "copy", "--capture", "device:mic0", "--playout", "device:spk0", "--seconds", "60"])
        time.sleep(2)

    def end(self):
        self.process.end()


class Parlour:
    """Two parlourctl and a parlourd."""
    server = None

    def __init__(self, frames, processing, goal):
        self.frames, self.processing, self.goal = frames, processing, goal
        self.title = f"Parlour, {frames} ms, {'processing' if processing else 'no processing'}"

    def begin(self, lab, number):
        if Parlour.server is None:
            Parlour.server = lab.server(args=["--set", "limits.per_ip=0"])
        links = Parlour.server.create_room("Ear")["links"]
        self.ear = lab.join(links["listener"], f"Ear{number}", playout="device:spk0")
        self.ear.expect("joined")
        self.mouth = lab.join(links["moderator"], f"Mouth{number}", capture="device:mic0", playout="null",
                              extra=["--unmute", "--frames", str(self.frames)] + ([] if self.processing else ["--no-processing"]))
        self.mouth.expect("muted", name=f"Mouth{number}", muted=False)
        time.sleep(3)

    def end(self):
        self.mouth.end()
        self.ear.end()


class Mumble:
    """Two of Mumble's clients and its server, at its shortest settings."""
    server, goal = None, None
    title = "Mumble, 10 ms, no processing"

    def begin(self, lab, number):
        import mumble
        if Mumble.server is None:
            lab.display()
            Mumble.server = mumble.MumbleServer(lab)
        self.ear = mumble.Mumble(lab, Mumble.server, f"Ear{number}", "spk0")
        self.mouth = mumble.Mumble(lab, Mumble.server, f"Mouth{number}", "spk0", "mic0")
        time.sleep(6)

    def end(self):
        self.mouth.end()
        self.ear.end()


def run(args, every=False):
    """Each start of one kind follows one of the others. `every`: also 20 ms frames, processing, Mumble."""
    import mumble
    starts = args.rounds or 5
    signal, sweep, _ = chirps(14)
    kinds = [Loop(args), Parlour(10, False, 55)]
    if every:
        kinds += [Parlour(10, True, 70), Parlour(20, False, None)]
        if mumble.installed():
            kinds.append(Mumble())
        else:
            print("Mumble is not installed (packages mumble and mumble-server): left out")
    found = {kind.title: [] for kind in kinds}
    Parlour.server = Mumble.server = None
    loads = []
    with Lab("bench-ear") as lab, before_others():
        probe = lab.path("probe.wav")
        waveform.write_wav(probe, signal)
        bus = Bus(lab)
        for i in range(starts):
            for k, kind in enumerate(kinds):
                kind.begin(lab, i * len(kinds) + k)
                found[kind.title].append(bus.measure(f"{k}-{i}", probe, sweep))
                kind.end()
                loads.append(os.getloadavg()[0])
    print(f"mouth to ear: {starts} starts of each, 14 chirps each, one after the other; load {statistics.median(loads):.1f} on {os.cpu_count()} cores")
    return max(tell_delays(kind, found[kind.title], 14) for kind in kinds)
