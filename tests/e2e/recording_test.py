# SPDX-License-Identifier: Apache-2.0
"""`parlourctl join --record`: the own microphone in a FLAC file, silence while muted, playable after kill -9; a place that cannot be
written is said and the talk goes on; the events judge connection and speakers (issue 6, 6 and 7). Real processes."""
import ctypes
import ctypes.util
import time

import numpy

from lab import check, main, skip, wait_for


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64), ("rate", ctypes.c_int), ("channels", ctypes.c_int), ("format", ctypes.c_int),
                ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]


def read_sound(path):
    library = ctypes.util.find_library("sndfile")
    if library is None:
        skip("libsndfile is not installed")
    lib = ctypes.CDLL(library)
    lib.sf_open.restype = ctypes.c_void_p
    lib.sf_readf_float.restype = ctypes.c_int64
    info = Info()
    file = lib.sf_open(str(path).encode(), 0x10, ctypes.byref(info))
    check(file is not None, f"{path.name} can be opened")
    samples = numpy.zeros(info.frames, dtype="<f4")
    got = lib.sf_readf_float(ctypes.c_void_p(file), samples.ctypes.data_as(ctypes.c_void_p), ctypes.c_int64(info.frames))
    lib.sf_close(ctypes.c_void_p(file))
    return samples[:got], info.rate


def loud(samples, begin, end, rate):
    part = samples[int(begin * rate):int(end * rate)]
    return float(numpy.abs(part).max()) if len(part) else 0.0


def run(lab):
    server = lab.server()
    links = server.create_room("Take one")["links"]
    host = lab.join(links["moderator"], "Host", playout="null")
    host.expect("power", power="host")
    take = lab.dir / "take.flac"
    ann = lab.join(links["speaker"], "Ann", capture="tone:440", extra=["--unmute", "--record", str(take)])
    ann.expect("muted", name="Ann", muted=False)
    time.sleep(3)
    ann.say("mute")
    ann.expect("muted", name="Ann", muted=True)
    time.sleep(3)
    ann.say("unmute")
    time.sleep(3)
    length = time.monotonic()
    ann.process.kill9()
    sound, rate = read_sound(take)
    seconds = len(sound) / rate
    print(f"{seconds:.2f} s are in the file of the killed program, {take.stat().st_size // 1024} KiB")
    check(8.0 <= seconds <= 12.0, "the file of the killed program holds about nine seconds")
    check(loud(sound, seconds - 1.5, seconds - 0.5, rate) > 0.05, "up to its last second it holds the voice")
    steps = [loud(sound, t, t + 0.25, rate) for t in numpy.arange(0, seconds - 0.25, 0.25)]
    silent = max((len(run) for run in "".join("." if s == 0.0 else "#" for s in steps).split("#")), default=0) / 4
    check(2.25 <= silent <= 3.75, f"while muted there is digital silence of the same length ({silent:.2f} s)")

    # A place that cannot be written: said, and nobody notices anything else.
    bob = lab.join(links["speaker"], "Bob", capture="tone:500", extra=["--unmute", "--record", str(lab.dir / "no" / "such.flac")])
    told = bob.expect("device", side="recording", ok=False)
    check("cannot be written" in told["message"], "a recording that cannot be written is said in words")
    bob.expect("muted", name="Bob", muted=False)
    mark = host.count()
    stats = wait_for("the judgement of connection and speaker",
                     lambda: next((e for e in host.events()[mark:] if e["event"] == "stats" and e.get("connection") == "good"
                                   and any(t.get("sound") == "good" and t["name"] == "Bob" for t in e["tracks"])), None), 20)
    check(stats is not None, "connection and speaker are judged good")
    host.say("end")
    bob.expect("left")


main(run, "recording")
