# SPDX-License-Identifier: Apache-2.0
"""The page of a guest by keyboard alone, in Chromium and in Firefox: ask, propose, sign version 3, the file, the lights; nothing breaks
the page's own rules, nothing goes to anybody else, and a screen reader has a name for everything."""
import json
import sys
import os
import pathlib
import subprocess

from browser import Browser
from firefox import Firefox
from keyboard import act, write
from lab import BIN, check, main, own_network, wait_for


def exchange(lab, server, page, name, shots):
    made = lab.ctl("host", "guest", "create", "--topic", "The century of the sea", "--name", name, "--question", "What is proposed?",
                   "--when", "2027-03-01T18:00+01:00", "--when", "2027-03-02T18:00+01:00", "--exclude", "stocks")
    page.open(made["delegate_link"])
    page.wait_text("The century of the sea")
    write(page, "#f-your-words", "Interesting, but first tell us what is proposed.")
    act(page, "#ask")
    wait_for("the question", lambda: lab.ctl("host", "guest", "show", made["id"])["state"] == "asked", 20)
    act(page, "#counter")
    check(page.run("document.activeElement.closest('form') !== null"), f"{name}: opening the proposal puts the focus into it")
    write(page, "[name=length_minutes]", "45")
    write(page, "[name=excluded]", "stocks\nfamily")
    act(page, "#send-proposal")
    page.wait_text("2 fields differ")
    page.screenshot(shots / f"{name}-countered.png")
    lab.ctl("host", "guest", "answer", made["id"], "counter", "--set", "length_minutes=50")
    page.wait_text("Sign version 3", 40)
    lab.ctl("host", "guest", "sign", made["id"], "--version", "3")
    act(page, "#sign")
    page.wait_text("Agreed: both sides have signed.")
    act(page, "#file")
    files = wait_for("the file", lambda: [f for f in page.downloads.glob("terms-*.json") if f.stat().st_size and not list(page.downloads.glob("*.part"))], 20)
    good = subprocess.run([str(BIN / "parlourctl"), "--home", str(lab.path("nobody")), "--json", "terms", "verify", str(files[0])],
                          env=lab.env, capture_output=True, text=True, timeout=60)
    check(good.returncode == 0 and json.loads(good.stdout)["version"] == 3, f"{name}: ask, counter, sign version 3, the file: by keyboard alone")
    lab.ctl("host", "guest", "schedule", made["id"], "--at", "2027-03-02T18:00+01:00", "--zone", "Europe/Berlin")
    page.wait_text("The talk is on", 40)
    check(page.run("document.getElementById('ics').href").startswith(server.http + "/e/"), f"{name}: the scheduled talk is on the page, with its calendar file")
    act(page, "#ready")
    page.wait_text("Guest: ● ready")
    event = lab.ctl("host", "guest", "show", made["id"])["event"]
    lab.ctl("host", "schedule", "move", event, "--at", "2027-03-03T18:00+01:00")
    page.wait_text("The talk is now on", 40)
    page.wait_text("Guest: ○ not ready yet", 40)
    lab.ctl("host", "schedule", "cancel", event)
    page.wait_text("is called off", 40)
    check(page.run("document.getElementById('date') === null"), f"{name}: moving and calling off reach the page")
    page.screenshot(shots / f"{name}-agreed.png")
    controls = page.spoken()
    unnamed = [role for role, words in controls if not words.strip()]
    check(len(controls) >= 10 and not unnamed, f"{name}: a screen reader has a name for each of {len(controls)} controls {unnamed}")
    page.open(made["public_link"])
    page.wait_text("is invited to a live talk")
    write(page, "#f-code", made["claim_code"].lower())
    page.press("Enter")
    page.wait_text("The seat is yours")
    check(all(words.strip() for _, words in page.spoken()), f"{name}: the code by keyboard, and names for all on that page")
    foreign = [url for url in page.requests if not url.startswith((server.http, "about:", "blob:", "data:"))]
    check(not foreign, f"{name}: no request goes to anybody else {foreign}")
    check(not [p for p in page.problems if "Content" in p or "exception" in p.lower()], f"{name}: nothing breaks the page's own rules {page.problems}")


def run(lab):
    shots = pathlib.Path(os.environ["PARLOUR_SHOTS"]) if os.environ.get("PARLOUR_SHOTS") else lab.path("shots")
    shots.mkdir(parents=True, exist_ok=True)
    server = lab.server()
    server.admin("house", "init", "--owner-home", lab.path("host"), "--title", "Sea house", "--name", "Hanna")
    for name, browser in (("Chromium", Browser), ("Firefox", Firefox)):
        if name in (sys.argv[1:] or [name]):
            exchange(lab, server, browser(lab), name, shots)


if __name__ == "__main__":
    own_network()
main(run, "guest-page")
