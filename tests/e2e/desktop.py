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

    def __init__(self, pid, env=None):
        import pyatspi
        self.atspi, self.pid, self.env = pyatspi, pid, env

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

    def called(self, name):
        """All that is shown under this name, one after the other."""
        for node in self.walk():
            try:
                if node.name == name and node.getState().contains(self.atspi.STATE_SHOWING):
                    yield node
            except Exception:
                continue

    def find(self, name, role=None):
        return next((node for node in self.called(name) if role is None or node.getRoleName() == role), None)

    def wait(self, name, timeout=10):
        try:
            return wait_for(f"'{name}' on the screen", lambda: self.find(name), timeout)
        except Failed:
            print("on the screen: " + ", ".join(sorted({n.name for n in self.walk() if n.name}))[:1500])
            raise

    def press(self, name, timeout=10):
        self.act(self.wait(name, timeout), name)

    def tab(self, *names):
        """Opens the tab that is called so; a number may follow its name."""
        def shown():
            for node in self.walk():
                try:
                    if node.name.split(" · ")[0] in names and node.getRoleName() == "page tab":
                        return node
                except Exception:
                    continue
            return None
        self.act(wait_for(f"the tab {names[0]}", shown), names[0])

    def act(self, node, name):
        actions = node.queryAction()
        for i in range(actions.nActions):
            if actions.getName(i).lower() in ("press", "click", "toggle"):
                actions.doAction(i)
                return
        raise Failed(f"'{name}' cannot be pressed")

    def write(self, name, words):
        """Into the field of this name, in place of what stands there, with mouse and keyboard."""
        field = wait_for(f"the field {name}", lambda: next((n for n in self.called(name) if n.getState().contains(self.atspi.STATE_EDITABLE)), None))
        box = field.queryComponent().getExtents(self.atspi.DESKTOP_COORDS)
        keys = ["type", "--delay", "10", words] if words else ["key", "BackSpace"]
        subprocess.run(["xdotool", "mousemove", str(box.x + box.width // 2), str(box.y + box.height // 2), "click", "1", "key", "ctrl+a", *keys],
                       env=self.env, check=True)

    def told(self, name):
        """What is spoken besides the name, of everything that is called so."""
        return "; ".join(node.description for node in self.called(name))

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
    window = Window(app.pid, lab.env)
    wait_for("the app's window", window.names, 20)
    return app, window
