# SPDX-License-Identifier: Apache-2.0
"""Two thousand people arrive within ten seconds while a talk runs: nobody is lost at the front door, and not a packet of the
talk is. The front door never ends a talk that runs."""
import json
import subprocess
import time

import waveform
from lab import BIN, check, main, wait_for

PEOPLE, SECONDS = 2000, 10


def run(lab):
    speech = waveform.speak("The tide tables hang behind the bar, and every fisherman reads them twice before he pays.",
                            lab.path("speech.wav"))
    server = lab.server(args=["--set", "limits.per_ip=0", "--set", "limits.people_per_room=100000",
                              "--set", "limits.command_burst=1000000", "--set", "limits.commands_per_second=1000000"])
    links = server.create_room("Tides")["links"]
    speaker = lab.join(links["speaker"], "Sven", capture=f"file:{speech}?loop", extra=["--unmute"])
    speaker.expect("joined")
    listener = lab.join(links["listener"], "Lotte")
    listener.expect("speakers", timeout=15, names=["Sven"])
    time.sleep(2)
    mark = listener.count()
    before = listener.last("stats")
    began = time.monotonic()
    done = subprocess.run([str(BIN / "parlour_bench_house"), "crowd", links["moderator"], links["listener"], str(PEOPLE), str(SECONDS), "5"],
                          capture_output=True, text=True, timeout=170)
    check(done.returncode == 0, f"the crowd came: {done.stderr.strip()}")
    lasted = time.monotonic() - began
    out = json.loads(done.stdout)
    during = sorted(out["during"])
    print(f"{len(out['joins'])} joined after {out['joining_ms'] / 1000:.1f} s, {out['came_again']} were told to come again; "
          f"host's commands meanwhile: median {during[len(during) // 2]:.1f} ms, max {during[-1]:.1f} ms")
    if out["errors"]:
        print(f"errors {out['errors']}")
    check(out["lost"] == 0 and len(out["joins"]) == PEOPLE, "none of them is lost")
    wait_for("statistics of afterwards", lambda: listener.last("stats")["t"] > before["t"] + lasted, 10)
    after = listener.last("stats")
    packets = after["packetsReceived"] - before["packetsReceived"]
    print(f"the listener got {packets} packets in {after['t'] - before['t']:.1f} s, lost {after['packetsLost'] - before['packetsLost']}")
    check(packets >= 0.9 * 50 * lasted, "the talk went on all the time")
    check(after["packetsLost"] == before["packetsLost"], "not a packet of the talk is lost")
    check(all(e["event"] not in ("reconnecting", "left") for e in listener.events()[mark:]), "and nobody inside noticed")
    said, heard = waveform.load(speech), waveform.load(listener.heard)
    check(waveform.contains(heard, said) > 0.8, "what was heard is what was said")


main(run, "arrivals")
