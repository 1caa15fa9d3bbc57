#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sound threads that may not take real-time priority themselves get it from rtkit over D-Bus: a stand-in for it on a bus of our
own says what it was asked. One that never answers holds nobody up, and none at all is said by `parlourctl doctor`."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from lab import BIN, Lab, check, needs, skip, wait_for  # noqa: E402

NAME = "org.freedesktop.RealtimeKit1"
WORDS = """<node><interface name='org.freedesktop.RealtimeKit1'>
<method name='MakeThreadRealtime'><arg type='t' direction='in'/><arg type='u' direction='in'/></method>
<method name='MakeThreadHighPriority'><arg type='t' direction='in'/><arg type='i' direction='in'/></method>
</interface></node>"""


def stand_in(how):
    """The service itself, in a process of its own: gives, refuses, or is silent."""
    from gi.repository import Gio, GLib
    bus = Gio.DBusConnection.new_for_address_sync(os.environ["DBUS_SYSTEM_BUS_ADDRESS"], Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                                                  Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def called(_bus, _sender, _path, _interface, method, arguments, invocation):
        thread, value = arguments.unpack()
        mine = [pathlib.Path(p).parent.name for p in map(str, pathlib.Path("/proc").glob(f"[0-9]*/task/{thread}"))]
        print(method, value, "known" if mine else "unknown", flush=True)
        if how == "gives" or (how == "high" and method == "MakeThreadHighPriority"):
            if method == "MakeThreadRealtime":
                os.sched_setscheduler(thread, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(value))
            invocation.return_value(None)
        elif how in ("refuses", "high"):
            invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "not you")

    bus.register_object("/org/freedesktop/RealtimeKit1", Gio.DBusNodeInfo.new_for_xml(WORDS).interfaces[0], called, None, None)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
    GLib.MainLoop().run()


def run(lab):
    needs("dbus-daemon", "setpriv")
    try:
        from gi.repository import Gio  # noqa: F401
    except ImportError:
        skip("python3-gi is not installed; ./dev deps installs it")
    # Nobody here may take it by right: not as root, and not by a limit.
    plain = ["setpriv", "--bounding-set=-sys_nice", "--inh-caps=-sys_nice", "prlimit", "--rtprio=0:0"]
    if subprocess.run([*plain, "chrt", "-r", "5", "true"], capture_output=True).returncode == 0:
        skip("real-time priority cannot be taken away here")
    lab.path("bus.conf").write_text(f"""<busconfig><type>session</type><listen>unix:path={lab.path('bus')}</listen>
        <policy context="default"><allow send_destination="*"/><allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/><allow own="*"/></policy></busconfig>""")
    bus = lab.start("dbus", ["dbus-daemon", f"--config-file={lab.path('bus.conf')}", "--nofork"])
    wait_for("the bus", lambda: lab.path("bus").exists() and bus.alive())
    env = {**lab.env, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={lab.path('bus')}"}

    def doctor(where=env):
        start = time.monotonic()
        result = subprocess.run([*plain, str(BIN / "parlourctl"), "doctor"], env=where, capture_output=True, text=True, timeout=60)
        line = next(one for one in result.stdout.splitlines() if "real-time priority" in one)
        return result.returncode, line, time.monotonic() - start

    def service(how):
        helper = lab.start(f"rtkit-{how}", [sys.executable, __file__, "--stand-in", how], env={"DBUS_SYSTEM_BUS_ADDRESS": env["DBUS_SYSTEM_BUS_ADDRESS"]})
        wait_for("the service", lambda: "true" in subprocess.run(
            ["dbus-send", f"--bus={env['DBUS_SYSTEM_BUS_ADDRESS']}", "--print-reply", "--dest=org.freedesktop.DBus", "/",
             "org.freedesktop.DBus.NameHasOwner", f"string:{NAME}"], capture_output=True, text=True, timeout=10).stdout)
        return helper

    for how, said in (("gives", "ok    real-time priority: yes, by rtkit"), ("high", "note  real-time priority: a higher priority by rtkit"),
                      ("refuses", "note  real-time priority: no."), ("silent", "note  real-time priority: no answer yet")):
        helper = service(how)
        code, line, took = doctor()
        check(code == 0 and line.startswith(said), f"rtkit {how}: {line} ({took:.1f} s)")
        check(took < 15, "and nobody waits long for it")
        if how == "gives":
            # The pump of a real stay in a room, and where it stands with the kernel.
            room = lab.server().create_room("Room")
            one = subprocess.Popen([*plain, str(BIN / "parlourctl"), "join", room["links"]["moderator"], "--name", "One", "--capture", "null",
                                    "--playout", "null", "--seconds", "8", "--events", str(lab.path("one.jsonl"))], env=env)
            pump = lambda: [int(t.name) for t in pathlib.Path(f"/proc/{one.pid}/task").glob("*")  # noqa: E731
                            if (t / "comm").read_text().startswith("audio-pump")]
            thread = wait_for("the pump", pump)[0]
            wait_for("real time for the pump", lambda: os.sched_getscheduler(thread) & 0xF == os.SCHED_RR)
            check(True, "the pump of a client in a room runs at real-time priority")
            words = lambda: [json.loads(line).get("soundPriority") for line in lab.path("one.jsonl").read_text().splitlines()  # noqa: E731
                             if '"stats"' in line]
            wait_for("its own word for it", lambda: "granted" in words())
            one.send_signal(signal.SIGXCPU)   # what the kernel sends to a thread that ran too long
            wait_for("normal priority", lambda: os.sched_getscheduler(thread) & 0xF == os.SCHED_OTHER)
            wait_for("the true word", lambda: words()[-1:] == ["lost"])
            check(True, "what was taken back is called lost")
            check(one.wait(30) == 0, "and the client ends as it should")
        helper.end()
    code, line, took = doctor({**lab.env, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"})
    check(code == 0 and line.startswith("note  real-time priority: no."), f"no bus: {line}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--stand-in"]:
        stand_in(sys.argv[2])
    else:
        with Lab("realtime") as laboratory:
            run(laboratory)
