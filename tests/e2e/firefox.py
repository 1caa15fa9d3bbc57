# SPDX-License-Identifier: Apache-2.0
"""Firefox without a window, driven by its own Marionette over loopback: the same words as browser.py. It reaches this machine and
nothing else: everything but loopback goes to a proxy that is not there."""
import base64
import json
import shutil
import socket
import time

from lab import Failed, skip, wait_for
from page import Page

PREFS = {
    "marionette.port": 0, "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "network.proxy.no_proxies_on": "127.0.0.1, localhost",
    "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False, "app.update.enabled": False,
    "app.normandy.enabled": False, "datareporting.policy.dataSubmissionEnabled": False, "toolkit.telemetry.enabled": False,
    "browser.safebrowsing.malware.enabled": False, "browser.safebrowsing.phishing.enabled": False, "extensions.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False, "browser.aboutwelcome.enabled": False, "browser.startup.page": 0,
    "services.settings.server": "http://127.0.0.1:9", "browser.download.folderList": 2, "browser.download.useDownloadDir": True, "browser.download.alwaysOpenPanel": False,
    "network.protocol-handler.external.parlour": False, "network.protocol-handler.warn-external-default": False,
    "security.external_protocol_requires_permission": False, "accessibility.force_disabled": -1, "accessibility.tabfocus": 7,
}
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Space": " ", "Escape": "\ue00c", "ArrowDown": "\ue015", "ArrowUp": "\ue013", "Home": "\ue011",
        "Shift": "\ue008", "Control": "\ue009"}
# What the page asked for, and what broke its rules, seen from outside of it.
WATCH = """
if (!window.seen) {
  window.seen = [];
  Services.obs.addObserver({ observe(subject) {
    const channel = subject.QueryInterface(Ci.nsIHttpChannel), from = channel.loadInfo && channel.loadInfo.loadingPrincipal;
    if (channel.loadInfo && (channel.loadInfo.externalContentPolicyType === 6 || (from && !from.isSystemPrincipal))) window.seen.push(channel.URI.spec);
  } }, 'http-on-modify-request');
}
"""


class Firefox(Page):
    KEYBOARD_HERE = "document.hasFocus()"

    def __init__(self, lab, name="firefox", prefs=None):
        self.prefs = {**PREFS, **(prefs or {})}
        program = next((p for p in map(shutil.which, ("firefox-esr", "firefox")) if p), None)
        if not program:
            skip("no Firefox here")
        self.downloads = lab.path(name + "-downloads")
        self.downloads.mkdir()
        for attempt in (1, 2, 3):   # on a busy machine a window sometimes never opens; another start does
            if self.started(lab, program, f"{name}-{attempt}"):
                return self.chrome(WATCH)
            self.process.end()
        raise Failed("Firefox does not start: " + open(self.process.log, errors="replace").read()[-1500:])

    def started(self, lab, program, name):
        self.folder = lab.path(name + "-profile")
        self.folder.mkdir()
        prefs = {**self.prefs, "browser.download.dir": str(self.downloads)}
        (self.folder / "user.js").write_text("".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in prefs.items()))
        self.process = lab.start(name, [program, "--headless", "--no-remote", "--profile", self.folder, "--marionette", "-remote-allow-system-access", "--width", "900", "--height", "1200"])
        port_file = self.folder / "MarionetteActivePort"
        wait_for("Firefox to start", lambda: port_file.exists() and port_file.read_text().strip(), 60)
        self.socket = socket.create_connection(("127.0.0.1", int(port_file.read_text())), 30)
        self.buffer, self.number = b"", 0
        try:
            self._message()
            self.call("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {"unhandledPromptBehavior": "accept"}}})
        except TimeoutError:
            return False
        self.socket.settimeout(60)
        return True

    def _message(self):
        while True:
            length, mark, rest = self.buffer.partition(b":")
            if mark and len(rest) >= int(length):
                self.buffer = rest[int(length):]
                return json.loads(rest[:int(length)])
            chunk = self.socket.recv(65536)
            if not chunk:
                raise Failed("Firefox ended: " + open(self.process.log, errors="replace").read()[-1500:])
            self.buffer += chunk

    def call(self, method, params=None):
        self.number += 1
        text = json.dumps([0, self.number, method, params or {}]).encode()
        self.socket.sendall(str(len(text)).encode() + b":" + text)
        while True:
            kind, number, error, result = self._message()
            if kind == 1 and number == self.number:
                if error:
                    raise Failed(f"{method}: {error.get('error')}: {error.get('message')}")
                return result.get("value", result) if isinstance(result, dict) else result

    def chrome(self, script):
        self.call("Marionette:SetContext", {"value": "chrome"})
        try:
            return self.call("WebDriver:ExecuteScript", {"script": script, "args": []})
        finally:
            self.call("Marionette:SetContext", {"value": "content"})

    def microphone(self, setting, origin):
        """As the person answers the browser's question: "granted" or "denied"."""
        self.chrome(f"""Services.perms.addFromPrincipal(Services.scriptSecurityManager.createContentPrincipalFromOrigin('{origin}'),
          'microphone', Services.perms.{'ALLOW_ACTION' if setting == 'granted' else 'DENY_ACTION'})""")

    def run(self, script, *args):
        return self.call("WebDriver:ExecuteScript", {"script": "return " + script, "args": list(args)})

    @property
    def requests(self):
        return self.chrome("return window.seen")

    @property
    def problems(self):
        return self.chrome("""return Services.console.getMessageArray().filter(m => m instanceof Ci.nsIScriptError && !(m.flags & 1) && m.category !== 'Web Socket' &&
          (m.category === 'CSP_CSPViolationWithURI' || /Content.Security.Policy/i.test(m.errorMessage) || /127.0.0.1/.test(m.sourceName)))
          .map(m => (/Content.Security.Policy/i.test(m.errorMessage) ? '' : 'exception: ') + m.errorMessage)""")

    def open(self, url):
        self.call("WebDriver:Navigate", {"url": "about:blank"})
        self.call("WebDriver:Navigate", {"url": url})

    def _keys(self, *steps):
        self.call("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "keyboard", "actions": [{"type": kind, "value": value} for kind, value in steps]}]})

    def press(self, name, shift=False):
        key = KEYS[name]
        around = ([("keyDown", KEYS["Shift"])], [("keyUp", KEYS["Shift"])]) if shift else ([], [])
        self._keys(*around[0], ("keyDown", key), ("keyUp", key), *around[1])

    def type(self, text):
        self._keys(("keyDown", KEYS["Control"]), ("keyDown", "a"), ("keyUp", "a"), ("keyUp", KEYS["Control"]))
        for line, words in enumerate(text.split("\n")):
            if line:
                self.press("Enter")
            self._keys(*(step for c in words for step in (("keyDown", c), ("keyUp", c))))

    def spoken(self):
        out = []
        found = self.call("WebDriver:FindElements", {"using": "css selector", "value": "a[href],button,input,select,textarea,[tabindex]"})
        for element in found:
            number = next(iter(element.values()))
            if self.call("WebDriver:IsElementDisplayed", {"id": number}):
                out.append((self.call("WebDriver:GetComputedRole", {"id": number}), self.call("WebDriver:GetComputedLabel", {"id": number})))
        return out

    def screenshot(self, path):
        time.sleep(0.2)   # the last change is painted
        path.write_bytes(base64.b64decode(self.call("WebDriver:TakeScreenshot", {"full": True})))
