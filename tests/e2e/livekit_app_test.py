# SPDX-License-Identifier: Apache-2.0
"""The real app in a room of a real livekit-server, by "LiveKit server" in Join with a link: reached and filled in by keyboard alone,
told in words what is wrong, heard and listened to by a parlourctl bot (waveforms)."""
import os
import pathlib
import subprocess
import time

import waveform
from desktop import Window, open_app, own_session, picture as snap, screen
from lab import BIN, check, main, skip, wait_for
from livekit_lab import LiveKit, token


def keys(lab, *strokes):
    subprocess.run(["xdotool", "key", "--delay", "60", *strokes], env=lab.env, check=True)
    time.sleep(0.3)


def words(lab, text):
    subprocess.run(["xdotool", "type", "--delay", "4", text], env=lab.env, check=True)
    time.sleep(0.3)


def fill(lab, window, address, jwt):
    """From the hallway into the sheet and through it, without a mouse."""
    window.press("Join with a link")
    window.press("LiveKit server…")
    window.wait("Address of the LiveKit server")
    time.sleep(0.5)   # the sheet has faded in and given the field the keyboard
    keys(lab, "ctrl+a")
    words(lab, address)
    keys(lab, "Tab")
    words(lab, jwt)


def run(lab):
    try:
        import pyatspi  # noqa: F401
    except ImportError:
        skip("python3-pyatspi is not installed")
    pictures = pathlib.Path(os.environ.get("PARLOUR_PICTURES", BIN.parent / "e2e"))
    pictures.mkdir(parents=True, exist_ok=True)
    server = LiveKit(lab)
    screen(lab)
    bot_wav = waveform.speak("Bees carry pollen from flower to flower all day long, and the orchard thanks them with apples.", lab.path("bot.wav"), "en", 150, 40, 8)
    app_wav = waveform.speak("The harbour was quiet when the last ferry came in, and nobody had seen the captain.", lab.path("app.wav"), "en-us", 165, 70, 8)
    bot = server.join("bot", "talk", capture=f"file:{bot_wav}?loop", name="Bot", extra=["--unmute"])
    bot.expect("joined")

    app, window = open_app(lab, "ana", "--name", "Ana", "--page", "hallway", "--capture", f"file:{app_wav}?loop", "--playout", f"file:{lab.path('ear.wav')}")
    fill(lab, window, "ws://192.0.2.1:7880", token("ana", "talk"))
    snap(lab, pictures / "livekit-1-sheet.png")
    keys(lab, "Return")
    wait_for("the reason", lambda: any("not encrypted" in n for n in window.names()), 5)
    check(True, "an unencrypted address elsewhere is refused in words")
    snap(lab, pictures / "livekit-2-refused.png")
    keys(lab, "Escape")

    fill(lab, window, server.url, token("ana", "talk", ttl=-600))
    keys(lab, "Return")
    wait_for("the reason", lambda: any("does not accept this token" in n for n in window.names()), 15)
    check(not any("eyJ" in n for n in window.names()), "a token that ran out is refused in words, without showing it")
    snap(lab, pictures / "livekit-3-expired.png")
    window.press("Close")

    fill(lab, window, server.url, token("ana", "talk", name="Ana"))
    keys(lab, "Return")
    window.wait("Leave", 15)
    bot.expect("participant", name="Ana", timeout=10)
    check(window.find("Raise hand") is None, "inside: there is no hand to raise on such a server")
    window.press("Unmute")
    bot.expect("muted", name="Ana", muted=False, timeout=10)
    time.sleep(9)
    snap(lab, pictures / "livekit-4-inside.png")
    window.press("Leave")
    bot.expect("gone", name="Ana", timeout=10)
    app.end()
    bot.end()
    heard = waveform.load(lab.path("ear.wav"))
    good, bad = waveform.contains(heard, waveform.load(bot_wav)), waveform.contains(heard, waveform.load(app_wav))
    check(good > 0.7 and bad < 0.5, f"the app hears the bot (correlation {good:.2f}) and not itself ({bad:.2f})")
    heard = waveform.load(bot.heard)
    good, bad = waveform.contains(heard, waveform.load(app_wav)), waveform.contains(heard, waveform.load(bot_wav))
    check(good > 0.7 and bad < 0.5, f"the bot hears the app (correlation {good:.2f}) and not itself ({bad:.2f})")


own_session()
main(run, "livekit-app")
