# SPDX-License-Identifier: Apache-2.0
"""./dev bench livekit [--shape 1x500]: parlourd and livekit-server on this machine under the same crowd (load_main.cpp), in one run.

Both stand full at the same time and take turns: a round is one stretch of talk on each, continuous (DTX off) and with pauses (DTX on).
What counts is CPU time of the server's process, so other load on the machine hardly shows. A server that loses more than 0.1 % is asked
again with half as many rooms talking; its figure is that of the most rooms it carries."""
import json
import os
import pathlib
import select
import statistics
import subprocess
import time

from lab import Failed, Lab
from livekit_lab import LiveKit, token

SHAPES = ["1x500", "10x100"]     # 10x300 has to be asked for: on two busy cores livekit-server does not take 3,000 in, and says so after nine minutes
MODES = {"steady": "DTX off", "dtx": "DTX on"}
SECONDS = 4
AT_ONCE = 32            # joins under way
MOST_LOST = 0.001
SETTLE = 5              # after the joins, before memory is read
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid):
    """Seconds of CPU that the process has used."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def pss_kb(pid):
    for line in open(f"/proc/{pid}/smaps_rollup"):
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1.024
    return 0


def dropped_by_sockets():
    """Datagrams for which a receiving socket of this machine had no room."""
    names, values = [line.split() for line in open("/proc/net/snmp") if line.startswith("Udp:")]
    return int(values[names.index("RcvbufErrors")])


class Side:
    """A server and the crowd in it."""

    def __init__(self, lab, program, name, server, url, people):
        self.name, self.server, self.pid = name, server, server.pid
        self.listeners = sum(what == "hear" for _, what, _ in people)
        self.people = len(people)
        file = lab.path(f"{name}-people")
        file.write_text("".join(f"{room} {what} {token}\n" for room, what, token in sorted(people, key=lambda p: p[1] != "talk")))
        self.crowd = subprocess.Popen([program, "crowd", url, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=lab.env)
        self.talking = {}
        self.figures = {mode: [] for mode in MODES}

    def ask(self, command, timeout):
        self.crowd.stdin.write(command + "\n")
        self.crowd.stdin.flush()
        if not select.select([self.crowd.stdout], [], [], timeout)[0]:
            raise Failed(f"{self.name}: no end of '{command}' after {timeout} s")
        line = self.crowd.stdout.readline()
        if not line:
            raise Failed(f"{self.name}: the crowd ended during '{command}'")
        return json.loads(line)

    def join(self):
        memory, before = pss_kb(self.pid), cpu(self.pid)
        answer = self.ask(f"join {AT_ONCE}", 570)
        time.sleep(SETTLE)
        self.join_cpu = (cpu(self.pid) - before) / self.people
        self.memory = (pss_kb(self.pid) - memory) / self.people
        print(f"  {self.name:9} {answer['people']} in after {answer['seconds']:.0f} s" +
              (f", some again: {answer['again']}" if answer["again"] else ""), flush=True)

    def talk(self, mode, rooms):
        """One stretch with as many rooms talking as this server carries."""
        while True:
            talking = self.talking.setdefault(mode, rooms)
            drops, before = dropped_by_sockets(), cpu(self.pid)
            answer = self.ask(f"talk {talking} {mode} {SECONDS}", SECONDS + 60)
            answer["cpu"] = cpu(self.pid) - before
            answer["socket_drops"] = dropped_by_sockets() - drops
            answer["loss"] = answer["lost"] / max(answer["sent"], 1)
            if answer["loss"] <= MOST_LOST or talking == 1:
                break
            print(f"  {self.name:9} {MODES[mode]}: {talking} rooms talking lose {answer['loss']:.2%}", flush=True)
            self.talking[mode] = talking // 2
            self.figures[mode].clear()
        self.figures[mode].append(answer)

    def median(self, mode, of):
        return statistics.median(of(a) for a in self.figures[mode])

    def per_cpu_second(self, mode):
        return self.median(mode, lambda a: a["received"] / max(a["cpu"], 1 / TICK))

    def end(self):
        self.crowd.stdin.close()
        self.crowd.wait()

    def print_mode(self, mode):
        print(f"  {MODES[mode]:8} {self.name:9} {self.per_cpu_second(mode):9.0f} packets per CPU-second, {1e6 / self.per_cpu_second(mode):5.1f} us each;"
              f" rooms talking {self.talking[mode]}, {self.median(mode, lambda a: a['received'] / a['seconds']):.0f} packets/s,"
              f" loss {self.median(mode, lambda a: a['loss']):.3%}, dropped at sockets {sum(a['socket_drops'] for a in self.figures[mode])},"
              f" the crowd's own {self.median(mode, lambda a: a['own_cpu'] / a['seconds']):.2f} cores")


def ours(lab, program, rooms, listeners):
    server = lab.server(name="parlourd", args=["--set", "limits.per_ip=0", "--set", "limits.people_per_room=100000"])
    people, before, url = [], cpu(server.process.pid), None
    for room in range(rooms):
        links = server.create_room(f"Bench {room}")["links"]
        for what, link, count in (("talk", links["moderator"], 1), ("hear", links["listener"], listeners)):
            done = subprocess.run([program, "redeem", link, str(count)], env=lab.env, capture_output=True, text=True, timeout=570)
            if done.returncode != 0:
                raise Failed("redeeming: " + done.stderr.strip())
            answer = json.loads(done.stdout)
            url = answer["url"]
            people += [(room, what, t) for t in answer["tokens"]]
    side = Side(lab, program, "parlourd", server.process, url, people)
    side.redeem_cpu = (cpu(server.process.pid) - before) / len(people)
    return side


def theirs(lab, program, rooms, listeners):
    kit = LiveKit(lab)
    people = []
    for room in range(rooms):
        name = f"bench{room}"
        people.append((room, "talk", token(f"talker{room}", name)))
        people += [(room, "hear", token(f"listener{room}-{i}", name, canPublish=False)) for i in range(listeners)]
    side = Side(lab, program, "livekit", kit.process, kit.url, people)
    side.redeem_cpu = 0   # its tokens are made by others
    return side


def fill(lab, program, rooms, listeners):
    """Both full of people; parlourd alone where livekit-server does not let that many in."""
    sides = []
    for make in (theirs, ours):   # ours last: its tokens do not live long
        side = make(lab, program, rooms, listeners)
        sides.append(side)
        try:
            side.join()
        except Failed as why:
            if side.name == "parlourd":
                raise
            print(f"  {side.name:9} does not take {side.people} people in: {why}", flush=True)
            sides.remove(side)
            side.end()
            side.server.end()
    return sides


def shape(args, rooms, listeners):
    program = str(pathlib.Path(args.bin) / "parlour_bench_load")
    good = True
    print(f"{rooms} x {listeners} listeners, one talking in each room", flush=True)
    with Lab("bench-livekit") as lab:
        sides = fill(lab, program, rooms, listeners)
        try:
            for number in range(args.rounds or 3):
                for mode in MODES:
                    for side in sides if number % 2 == 0 else reversed(sides):
                        side.talk(mode, rooms)
        finally:
            for side in sides:
                side.end()
        parlour, livekit = sides[-1], sides[0] if len(sides) == 2 else None
        for mode, label in MODES.items():
            good &= parlour.median(mode, lambda a: a["loss"]) <= MOST_LOST
            for side in reversed(sides):
                side.print_mode(mode)
            if livekit:
                ratio = parlour.per_cpu_second(mode) / livekit.per_cpu_second(mode)
                good &= ratio >= 3
                print(f"  {label:8} ratio     {ratio:9.2f}   goal >= 3")
        for what, unit, scale, of, goal in (("memory per listener", "kB", 1, lambda s: s.memory, 100),
                                            ("CPU per join", "ms", 1000, lambda s: s.join_cpu + s.redeem_cpu, 4)):
            mine = of(parlour) * scale
            good &= mine <= goal
            beside = f"   livekit {of(livekit) * scale:7.1f} {unit}   ratio {of(livekit) * scale / mine:5.1f}" if livekit else ""
            print(f"  {what:20} parlourd {mine:7.1f} {unit}{beside}   goal <= {goal} {unit}")
        print(f"    of parlourd's join  {parlour.redeem_cpu * 1000:.1f} ms redeem the link, {parlour.join_cpu * 1000:.1f} ms join", flush=True)
    return good


def run(args):
    good = True
    for text in args.shape or SHAPES:
        rooms, listeners = map(int, text.split("x"))
        good &= shape(args, rooms, listeners)
    return 0 if good else 1
