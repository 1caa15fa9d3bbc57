# SPDX-License-Identifier: Apache-2.0
"""Whole programs over bad networks: behind parlour_impaired_relay a listener hears the right voice on every profile, and one seed
loses the same packets every time."""
import sys
import time

from impaired import HERE, Away
from lab import check, main, own_network, wait_for
from voices import hears, two

PROFILES = sys.argv[1:] or ["P0", "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P10"]
SECONDS = 9


def listen(lab, room, profile, seed, names):
    """Listeners with these names, all behind relays of their own with one seed; the speaker opens the microphone when all are there."""
    a, _ = lab.voices
    speaker = lab.join(room["links"]["moderator"], f"Speaker of {names[0]}", capture=f"file:{a}?loop", playout="null", extra=["--no-processing"])
    speaker.expect("joined")
    people = []
    for name in names:
        away = Away(lab, profile, seed)
        people.append((away, lab.join(room["links"]["listener"], name, within=away.within)))
    for _, person in people:
        person.expect("joined", timeout=40)
    time.sleep(1)
    speaker.say("unmute")
    time.sleep(SECONDS)
    for _, person in people:
        stats = wait_for("statistics", lambda: person.last("stats"))
        check(stats["path"] == "udp" and stats["tracks"], f"{person.name}: UDP through the relay")
        person.end()
    speaker.end()
    fates = [away.fates() for away, _ in people]
    for away, _ in people:
        away.end()
    return [person for _, person in people], fates


def lost(fates, most):
    return [i for i, fate in enumerate(fates[:most]) if fate is None]


def run(lab):
    server = lab.server(listen=f"{HERE}:0", args=["--set", "limits.per_ip=0"])
    lab.voices = a, b = two(lab)
    for profile in PROFILES:
        [person], [fates] = listen(lab, server.create_room(profile), profile, 7, [f"{profile} listener"])
        hears(person.heard, a, b, f"{profile}: the speaker is heard, {len(fates)} packets, {sum(f is None for f in fates)} lost")
    _, (one, other) = listen(lab, server.create_room("Twins"), "P5", 11, ["One", "Other"])
    most = min(len(one), len(other))
    check(most > 300 and len(lost(one, most)) > 0.05 * most, f"of {most} packets the relay loses {len(lost(one, most))}")
    check(lost(one, most) == lost(other, most), "two listeners with one seed lose the same packets")
    _, ([*again],) = listen(lab, server.create_room("Again"), "P5", 11, ["Again"])
    most = min(most, len(again))
    check(lost(one, most) == lost(again, most), "and so does the next call with that seed")
    _, ([*different],) = listen(lab, server.create_room("Different"), "P5", 12, ["Different"])
    check(lost(one, most) != lost(different, most), "another seed loses others")


own_network()
main(run, "impaired-relay")
