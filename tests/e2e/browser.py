# SPDX-License-Identifier: Apache-2.0
"""Chromium without a window, driven over its debugging pipe: a page, its text, clicks and typing as a person does them."""
import base64
import json
import os
import select
import shutil
import time

from lab import Failed, skip, wait_for
from page import Page


class Browser(Page):
    def __init__(self, lab, name="browser", flags=(), within=()):
        program = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
        if not program:
            skip("no Chromium here")
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()
        # Chromium reads its commands from 3 and answers on 4.
        shell = f'exec 3<&{to_browser} 4>&{from_browser}; exec "$0" "$@"'
        self.folder = lab.path(name + "-profile")
        self.process = lab.start(name, ["/bin/bash", "-c", shell, *within, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                                        "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "--disable-background-networking", "--window-size=900,1200", *flags, "about:blank"],
                                 pass_fds=(to_browser, from_browser))
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.requests, self.problems = b"", 0, [], []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = None
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.downloads = lab.path(name + "-downloads")
        self.downloads.mkdir()
        self.call("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(self.downloads)})

    def _message(self, timeout):
        end = time.monotonic() + timeout
        while b"\0" not in self.buffer:
            if not select.select([self.read], [], [], max(0, end - time.monotonic()))[0]:
                return None
            chunk = os.read(self.read, 65536)
            if not chunk:
                raise Failed("the browser ended: " + open(self.process.log, errors="replace").read()[-1500:])
            self.buffer += chunk
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(params["url"])
        elif method == "Page.javascriptDialogOpening":
            self._send("Page.handleJavaScriptDialog", {"accept": True})
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(params["exceptionDetails"])[:500])
        return message

    def _send(self, method, params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        return self.number

    def call(self, method, params=None, timeout=60):
        number = self._send(method, params or {})
        while True:
            message = self._message(timeout)
            if message is None:
                raise Failed(f"the browser did not answer {method}")
            if message.get("id") == number:
                if "error" in message:
                    raise Failed(f"{method}: {message['error']}")
                return message["result"]

    def microphone(self, setting, origin):
        """As the person answers the browser's question: "granted" or "denied"."""
        session, self.session = self.session, None
        self.call("Browser.setPermission", {"permission": {"name": "microphone"}, "setting": setting, "origin": origin})
        self.session = session

    def look(self, width=None, dark=False):
        """A narrow window and the dark colours; look() is the window as it began."""
        self.call("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})
        if width:
            self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": 780, "deviceScaleFactor": 1, "mobile": False})
        else:
            self.call("Emulation.clearDeviceMetricsOverride")

    def before(self, script):
        """Runs first in every page that is opened from now on."""
        return self.call("Page.addScriptToEvaluateOnNewDocument", {"source": script})["identifier"]

    def no_longer_before(self, identifier):
        self.call("Page.removeScriptToEvaluateOnNewDocument", {"identifier": identifier})

    def run(self, script):
        result = self.call("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True, "userGesture": True})
        if "exceptionDetails" in result:
            raise Failed(json.dumps(result["exceptionDetails"])[:600])
        return result["result"].get("value")

    def open(self, url):
        self.call("Page.navigate", {"url": "about:blank"})
        self.call("Page.navigate", {"url": url})

    def click(self, css):
        wait_for(css, lambda: self.run(f"(e => !!e && !e.disabled && e.getAttribute('aria-disabled') !== 'true')(document.querySelector({json.dumps(css)}))"), 30)
        self.run(f"document.querySelector({json.dumps(css)}).click()")

    def fill(self, css, value):
        wait_for(css, lambda: self.run(f"!!document.querySelector({json.dumps(css)})"), 30)
        self.run(f"(e => {{ e.value = {json.dumps(value)}; e.dispatchEvent(new Event('input', {{bubbles: true}})); }})(document.querySelector({json.dumps(css)}))")

    KEYS = {"Tab": 9, "Enter": 13, "Space": 32, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Home": 36}

    def press(self, name, shift=False):
        """One key as the keyboard sends it."""
        text = {"Enter": "\r", "Space": " "}.get(name, "")
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {"type": kind, "key": " " if name == "Space" else name, "code": name, "windowsVirtualKeyCode": self.KEYS[name],
                                                 "modifiers": 8 if shift else 0, **({"text": text} if text and kind == "keyDown" else {})})

    def type(self, text):
        """Into whatever has the focus, in place of what stands there."""
        self.call("Input.dispatchKeyEvent", {"type": "keyDown", "key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65, "modifiers": 2, "commands": ["selectAll"]})
        self.call("Input.dispatchKeyEvent", {"type": "keyUp", "key": "a", "code": "KeyA", "windowsVirtualKeyCode": 65, "modifiers": 2})
        self.call("Input.insertText", {"text": text})

    def spoken(self):
        """(role, name) of everything that takes the focus, as a screen reader gets it."""
        self.call("Accessibility.enable")
        out = []
        for node in self.call("Accessibility.getFullAXTree")["nodes"]:
            focusable = any(p["name"] == "focusable" and p["value"].get("value") for p in node.get("properties", []))
            role = node.get("role", {}).get("value", "")
            if focusable and not node.get("ignored") and role != "RootWebArea":
                out.append((role, node.get("name", {}).get("value", "")))
        return out

    def key(self, name, code):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", {"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code, **({"text": "\r"} if name == "Enter" and kind == "keyDown" else {})})

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": True})["data"]
        path.write_bytes(base64.b64decode(data))
