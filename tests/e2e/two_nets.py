# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces: this one is a client's computer, in the other one, behind two links, stand the house and whoever is near it."""
import os
import shutil
import subprocess
import sys

import lab as lab_module
from lab import Failed, skip, wait_for

SERVER = "10.9.0.1"
WAYS = {"a": ("10.1.0.1", "10.1.0.2", 10), "b": ("10.2.0.1", "10.2.0.2", 20)}   # server's end, ours, metric


def own_namespace():
    if os.environ.get("PARLOUR_TWO_NETS"):
        return
    if not all(shutil.which(tool) for tool in ("unshare", "nsenter", "ip")):
        skip("unshare, nsenter or ip is missing (packages util-linux, iproute2)")
    flags = ["-n"] if os.geteuid() == 0 else ["-rn"]
    if subprocess.run(["unshare", *flags, "ip", "link", "set", "lo", "up"], capture_output=True).returncode != 0:
        skip("no network namespaces here")
    os.environ["PARLOUR_TWO_NETS"] = "1"
    os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])


def ip(*words, inside=None):
    command = ["nsenter", "-t", str(inside), "-n"] if inside else []
    result = subprocess.run([*command, "ip", *" ".join(words).split()], capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(f"ip {' '.join(words)}: {result.stderr.strip()}")


def add_way(name):
    far, near, metric = WAYS[name]
    ip(f"addr add {near}/24 dev {name}0")
    ip(f"route add {SERVER}/32 via {far} metric {metric}")
    ip(f"route add default via {far} metric {metric}")


def two_nets(lab):
    """The server stands in another namespace behind two links."""
    there = lab.start("there", ["unshare", "-n", "sleep", "1000"])
    wait_for("the other namespace", lambda: os.readlink(f"/proc/{there.pid}/ns/net") != os.readlink("/proc/self/ns/net"))
    ip("link set lo up")
    ip("link set lo up", inside=there.pid)
    ip(f"addr add {SERVER}/32 dev lo", inside=there.pid)
    for name, (far, _, _) in WAYS.items():
        ip(f"link add {name}0 type veth peer name {name}1 netns {there.pid}")
        ip(f"link set {name}0 up")
        ip(f"addr add {far}/24 dev {name}1", inside=there.pid)
        ip(f"link set {name}1 up", inside=there.pid)
        add_way(name)
    return there.pid


def as_there(lab, there, action):
    """Runs it with parlourd and parlourctl of the other namespace by the same names."""
    real, beside = lab_module.BIN, lab.path("there-bin")
    if not beside.exists():
        beside.mkdir()
        for program in ("parlourd", "parlourctl"):
            (beside / program).write_text(f"#!/bin/sh\nexec nsenter -t {there} -n '{real / program}' \"$@\"\n")
            (beside / program).chmod(0o755)
    lab_module.BIN = beside
    try:
        return action()
    finally:
        lab_module.BIN = real


def house(lab, there, *args, **options):
    return as_there(lab, there, lambda: lab.server(args=list(args), **{"listen": f"{SERVER}:0", **options}))


def join_there(lab, there, *args, **options):
    return as_there(lab, there, lambda: lab.join(*args, **options))
