# SPDX-License-Identifier: Apache-2.0
"""The real app on a screen of its own, driven as a screen reader would: names are the handles."""
import os
import shutil
import subprocess
import sys

from lab import BIN, Failed, skip, wait_for


def own_session():
    """Starts over inside a session bus of our own, where the accessibility tree lives."""
    if os.environ.get("PARLOUR_APP_SESSION"):
        return
    for tool, package in (("Xvfb", "xvfb"), ("dbus-run-session", "dbus")):
        if shutil.which(tool) is None:
            skip(f"{tool} is not installed (package {package})")
    os.environ["PARLOUR_APP_SESSION"] = "1"
    for name in ("NO_AT_BRIDGE", "QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    os.execvp("dbus-run-session", ["dbus-run-session", "--", sys.executable, *sys.argv])


class Window:
    """The accessibility tree of the app: names are the handles."""

    def __init__(self, pid):
        import pyatspi
        self.atspi, self.pid = pyatspi, pid

    def application(self):
        for app in self.atspi.Registry.getDesktop(0):
            try:
                if app and app.get_process_id() == self.pid:
                    return app
            except Exception:
                continue
        return None

    def walk(self):
        stack = [self.application()]
        while stack:
            node = stack.pop()
            if node is None:
                continue
            yield node
            try:
                stack.extend(reversed([node.getChildAtIndex(i) for i in range(node.childCount)]))
            except Exception:
                continue

    def find(self, name, role=None):
        for node in self.walk():
            try:
                showing = node.getState().contains(self.atspi.STATE_SHOWING)
                if node.name == name and showing and (role is None or node.getRoleName() == role):
                    return node
            except Exception:
                continue
        return None

    def wait(self, name, timeout=10):
        try:
            return wait_for(f"'{name}' on the screen", lambda: self.find(name), timeout)
        except Failed:
            print("on the screen: " + ", ".join(sorted({n.name for n in self.walk() if n.name}))[:1500])
            raise

    def press(self, name, timeout=10):
        node = self.wait(name, timeout)
        actions = node.queryAction()
        for i in range(actions.nActions):
            if actions.getName(i).lower() in ("press", "click", "toggle"):
                actions.doAction(i)
                return
        raise Failed(f"'{name}' cannot be pressed")

    def names(self):
        return {n.name for n in self.walk() if n.name}


def screen(lab, size="1280x800"):
    """A display and the accessibility bus for the programs of this lab."""
    lab.display(size)
    lab.env["DBUS_SESSION_BUS_ADDRESS"] = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    lab.env["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"


def picture(lab, file):
    if shutil.which("import"):
        subprocess.run(["import", "-window", "root", str(file)], env=lab.env)


def open_app(lab, home, *args):
    app = lab.start("app-" + home, [BIN / "parlour", "--home", lab.path(home), *args])
    window = Window(app.pid)
    wait_for("the app's window", window.names, 20)
    return app, window
