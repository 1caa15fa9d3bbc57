# SPDX-License-Identifier: Apache-2.0
"""./dev demo: a house on this computer with members, talks and a guest under negotiation; two bots that talk in its room, one that
raises its hand, and the app in the room.

With a display the app's window stays open until you close it. Without one it runs offscreen for about 15 s and leaves
room.png, house.png, upcoming.png, guests.png, heard.wav and summary.json in the output folder; the exit status is 0 only if the right sound was heard.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))


NAME = "Robin"   # whose app it is
PAGES = ("house", "upcoming", "guests")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--headless", action="store_true", help="offscreen even where there is a display")
    parser.add_argument("--seconds", type=int, default=15)
    args = parser.parse_args()
    os.environ["PARLOUR_BIN"] = args.bin
    import lab as labs
    import living_house
    import waveform
    out = pathlib.Path(args.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    window = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) and not args.headless

    with labs.Lab("demo") as lab:
        if window:  # the app belongs to the person's desktop: its display, its sound
            lab.env = {**os.environ, **{k: lab.env[k] for k in ("XDG_STATE_HOME", "XDG_CACHE_HOME")}}
        print("demo: making two voices with espeak-ng", flush=True)
        josephine = waveform.speak("Welcome to Parlour. This room runs on your own computer, and what you hear is real: "
                                   "a microphone, a codec, a server, and your loudspeaker.", lab.path("a.wav"),
                                   "en-gb", 150, 60, seconds=16)
        silence = 8.5
        victor_text = waveform.speak("Thank you, Josephine. I am Victor, and I am a bot. Raise your hand when you want to "
                                     "say something, and somebody will ask you on stage.", lab.path("b0.wav"),
                                     "en-us", 150, 30, seconds=16 - silence)
        import numpy as np
        samples, _ = waveform.read_wav(victor_text)
        victor = lab.path("b.wav")
        waveform.write_wav(victor, np.concatenate([np.zeros(int(silence * 48000)), samples]))

        print("demo: starting a house on this computer", flush=True)
        server = lab.server()
        room = living_house.furnish(lab, server, NAME, "app-home")
        links = room["links"]
        bots = [lab.join(links["speaker"], living_house.HOST, home=lab.path("josephine"), capture=f"file:{josephine}?loop",
                         playout="null", extra=["--unmute"]),
                lab.join(links["speaker"], living_house.SPEAKER, home=lab.path("victor"), capture=f"file:{victor}?loop",
                         playout="null", extra=["--unmute"]),
                lab.join(links["listener"], living_house.LISTENER, home=lab.path("kenji"), playout="null",
                         extra=["--raise-hand=first time on stage"])]
        for bot in bots:
            bot.expect("joined", timeout=20)

        app = [str(pathlib.Path(args.bin) / "parlour"), links["listener"], "--enter", "--home", str(lab.path("app-home"))]
        heard = out / "heard.wav"
        picture = out / "room.png"
        if window:
            print("demo: opening the app. Close its window to end the demo.", flush=True)
            return subprocess.run(app, env=lab.env).returncode
        print(f"demo: no display, so the app runs offscreen for {args.seconds} s", flush=True)
        lab.env["QT_QPA_PLATFORM"] = "offscreen"
        for old in (heard, picture, out / "summary.json", *(out / f"{page}.png" for page in PAGES)):
            old.unlink(missing_ok=True)
        before = bots[0].count()
        start = time.monotonic()
        desktop = lab.start("app", app + ["--playout", f"file:{heard}", "--capture", "null", "--name", NAME,
                                          "--seconds", str(args.seconds), "--screenshot", str(picture)])
        bots[0].expect("participant", timeout=30, since=before, name=NAME)
        join = time.monotonic() - start
        code = desktop.wait(args.seconds + 30)
        for page in PAGES:
            subprocess.run(app[:1] + app[3:] + ["--page", page, "--capture", "null", "--playout", "null", "--seconds", "2.5",
                                                "--screenshot", str(out / f"{page}.png")], env=lab.env, timeout=60)
        for bot in bots:
            bot.end()
        if not heard.exists():
            print(open(desktop.log, errors="replace").read()[-2000:])
            print("demo: FAILED: the app wrote no sound")
            return 1
        sound = waveform.load(heard)
        scores = {"Josephine Okafor": waveform.contains(sound, waveform.load(josephine)),
                  "Victor Tamm": waveform.contains(sound, waveform.load(victor))}
        wrong = waveform.speak("Seven grey horses crossed the frozen river before the first snow fell.", lab.path("w.wav"),
                               "en-us", 150, 45)
        stats = bots[0].last("stats") or {}
        first = next((i for i, v in enumerate(abs(sound) > 0.02) if v), None)
        summary = {
            "participants": max((len({e.get("name") for e in b.events() if e.get("event") == "participant"} | {b.name})
                                 for b in bots), default=0),
            "packets": stats.get("packetsSent", stats.get("packets_sent", 0)),
            "loss": stats.get("fractionLost", stats.get("loss", 0)),
            "correlation": {k: round(v, 3) for k, v in scores.items()},
            "correlation_wrong_source": round(waveform.contains(sound, waveform.load(wrong)), 3),
            "heard_seconds": round(len(sound) / waveform.RATE, 2),
            "join_s": round(join, 3),  # from starting the app to being seen in the room
            "first_sound_s": None if first is None else round(first / waveform.RATE, 3),
            "app_exit": code,
        }
        (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
        print(json.dumps(summary, indent=2))
        ok = code == 0 and picture.exists() and all((out / f"{page}.png").exists() for page in PAGES) and all(v > 0.6 for v in scores.values()) \
            and summary["correlation_wrong_source"] < 0.45
        print(f"demo: {'ok' if ok else 'FAILED: the right sound was not heard'}; see {args.out}/*.png and heard.wav")
        return 0 if ok else 1


sys.exit(main())
