# SPDX-License-Identifier: Apache-2.0
"""A famous guest on agreed terms with real processes: the host at the command line, the delegate in a real browser, the guest
by the public link and the code; two signatures, one file that holds without any server."""
import json
import os
import pathlib
import subprocess

from browser import Browser
from lab import BIN, check, main, own_network, wait_for


def verify(lab, path, *more):
    return subprocess.run([str(BIN / "parlourctl"), "--home", str(lab.path("nobody")), "--json", "terms", "verify", str(path), *more],
                          env=lab.env, capture_output=True, text=True, timeout=60)


def make(lab, name):
    return lab.ctl("host", "guest", "create", "--topic", "The century of the sea", "--name", name, "--question", "What is proposed?",
                   "--when", "2027-03-01T18:00+01:00", "--exclude", "stocks")


def by_command_line(lab):
    made = make(lab, "Ada")
    check(set(made) == {"id", "public_link", "guest_link", "claim_code", "delegate_link"}, "guest create answers id, three links and a code")
    delegate, public, guest = made["delegate_link"], made["public_link"], made["guest_link"]
    check(lab.ctl("spokesperson", "guest", "show", delegate)["state"] == "opened", "the delegate reads with the link alone, nothing redeemed")
    asked = lab.ctl("spokesperson", "guest", "answer", delegate, "ask", "--text", "Interesting, but first tell us what is proposed.")
    check(asked["state"] == "asked", "the delegate asks")
    lab.ctl("host", "guest", "answer", made["id"], "ask", "--text", "An hour about the sea.")
    countered = lab.ctl("spokesperson", "guest", "answer", delegate, "counter", "--set", "length_minutes=45", "--set", "excluded=family", "--set", "excluded=stocks")
    check((countered["version"], countered["state"]) == (2, "countered"), "a counter-proposal is version 2")
    check(countered["terms"]["excluded"] == ["family", "stocks"], "a list is set by saying it again")
    lab.ctl("host", "guest", "sign", made["id"], "--version", "1", code=3)
    check(True, "the old version cannot be signed")
    lab.ctl("host", "guest", "answer", made["id"], "counter", "--set", "length_minutes=50")
    lab.ctl("host", "guest", "sign", made["id"], "--version", "3")
    signed = lab.ctl("spokesperson", "guest", "sign", delegate, "--version", "3")
    check(signed["state"] == "agreed", "both sides signed version 3: agreed")
    check([(s["side"], s["by"]) for s in signed["signed_by"]] == [("host", "host"), ("guest", "delegate")], "the delegate's signature is marked so")
    lab.ctl("spokesperson", "guest", "terms", delegate, "-o", lab.path("terms.json"))
    lab.ctl("host", "guest", "terms", made["id"], "-o", lab.path("host-terms.json"))
    check(lab.path("terms.json").read_bytes() == lab.path("host-terms.json").read_bytes(), "both sides hold the same file")
    good = verify(lab, lab.path("terms.json"))
    check(good.returncode == 0 and json.loads(good.stdout)["version"] == 3, "terms verify says genuine")
    key = signed["signed_by"][1]["key"]
    check(verify(lab, lab.path("terms.json"), "--expect=" + key).returncode == 0, "the signer's key is found")
    check(verify(lab, lab.path("terms.json"), "--expect=" + key[::-1]).returncode == 1, "another key is missed")
    text = lab.path("terms.json").read_text()
    lab.path("forged.json").write_text(text.replace("family", "weather"))
    check(verify(lab, lab.path("forged.json")).returncode == 1, "a changed word shows")

    check(lab.ctl("stranger", "guest", "show", public)["topic"] == "The century of the sea", "the public link tells the topic")
    check(lab.ctl("stranger", "redeem", public, "--name", "Eve")["kind"] == "listener", "a stranger becomes a listener with it")
    wrong = lab.ctl("stranger", "guest", "answer", public, "accept", "--code", "0000000000", code=3)
    check("code" in wrong.stderr, "a wrong code is refused")
    other = make(lab, "Bea")
    taken = lab.ctl("bea", "guest", "answer", other["public_link"], "accept", "--code", other["claim_code"].lower())
    check(taken["my_seat"] and taken["verified"] == "code", "the public link with the code takes the seat")
    lab.ctl("bea", "guest", "sign", other["public_link"], "--version", "1")
    check(True, "and signs by the key from then on")
    lab.ctl("stranger", "guest", "answer", other["guest_link"], "accept", code=3)
    check(True, "a second key does not get the seat")
    lab.ctl("host", "guest", "create", "--name", "Nobody", code=2)
    check(True, "no topic, no guest invitation: exit code 2")


def by_browser(lab, server):
    shots = pathlib.Path(os.environ["PARLOUR_SHOTS"]) if os.environ.get("PARLOUR_SHOTS") else lab.path("shots")
    shots.mkdir(parents=True, exist_ok=True)
    made = make(lab, "Grace")
    page = Browser(lab)
    page.open(made["delegate_link"])
    page.wait_text("The century of the sea")
    check("#" not in page.run("location.href"), "the secret has left the address bar")
    check("stocks" in page.text() and "You answer as the delegate" in page.text(), "the page shows the terms and as whom one answers")
    page.screenshot(shots / "guest-1-opened.png")
    page.fill("#f-your-words", "Interesting, but first tell us what is proposed. <b>Thanks</b>")
    page.click("#ask")
    page.wait_text("<b>Thanks</b>")
    check(lab.ctl("host", "guest", "show", made["id"])["state"] == "asked", "a question from the page reaches the host, as text")
    page.click("#counter")
    page.fill("[name=length_minutes]", "45")
    page.fill("[name=excluded]", "stocks\nfamily")
    page.click("#send-proposal")
    page.wait_text("version 2")
    page.wait_text("2 fields differ")
    check(page.run("[...document.querySelectorAll('[data-changed]')].map(e => e.dataset.changed).join()") == "length_minutes,excluded", "differences are marked")
    check(page.run("[...document.querySelectorAll('ins')].map(e => e.textContent).join()") == "45,family", "what is new is marked as text, not by colour alone")
    page.screenshot(shots / "guest-2-countered.png")
    lab.ctl("host", "guest", "answer", made["id"], "counter", "--set", "length_minutes=50")
    page.wait_text("Sign version 3", 40)
    lab.ctl("host", "guest", "sign", made["id"], "--version", "3")
    page.run("document.getElementById('sign').focus()")
    page.key("Enter", 13)
    page.wait_text("Agreed: both sides have signed.")
    check(True, "the delegate signs with the keyboard alone")
    page.screenshot(shots / "guest-3-agreed.png")
    page.click("#file")
    files = wait_for("the file", lambda: list(page.downloads.glob("terms-*.json")), 20)
    check(verify(lab, files[0]).returncode == 0, "the file that the browser saved is genuine")

    # The day: a room, a green room, two lights.
    lab.ctl("host", "guest", "change", made["id"], "--at", "2027-03-01T18:00+01:00")
    page.wait_text("Enter the green room", 40)
    page.click("#ready")
    page.wait_text("Guest: ● ready")
    check(lab.ctl("host", "guest", "ready", made["id"])["guest_ready"], "the host sees that the guest is ready")
    page.wait_text("Host: ● ready", 40)
    check(lab.ctl("host", "guest", "list")[0]["column"] == "scheduled", "the board says scheduled")
    page.click("#offstage")
    page.wait_text("not on the stage")
    check(True, "a delegate cannot take down who is not there")
    page.screenshot(shots / "guest-5-day.png")

    # The public link: strangers read the topic; the code makes the guest.
    other = make(lab, "Hedy")
    page.open(other["public_link"])
    page.wait_text("Hedy is invited to a live talk")
    check("What is proposed?" not in page.text(), "the public reads no questions")
    page.fill("#f-code", "0000000000")
    page.click("#enter-code")
    page.wait_text("does not belong to the invitation")
    page.fill("#f-code", other["claim_code"])
    page.click("#enter-code")
    page.wait_text("The seat is yours")
    page.click("#sign")
    page.wait_text("Signed for the guest by the guest")
    page.open(other["public_link"])
    page.wait_text("The seat is yours")
    check(True, "the browser is known again by its key")
    page.screenshot(shots / "guest-4-public.png")
    page.open(server.http + "/i/nosuchlink00#k=AAAAAAAAAAAAAAAAAAAAAA")
    page.wait_text("not known here")
    foreign = [url for url in page.requests if not url.startswith((server.http, "about:", "blob:", "data:"))]
    check(not foreign, "no request goes to anybody else")
    unnamed = page.run("[...document.querySelectorAll('input,textarea,select')].filter(e => !e.labels.length).length")
    check(unnamed == 0, "every field has a label")
    check(not [p for p in page.problems if "Content Security Policy" in p or "exception" in p.lower()], "nothing breaks the rules that the page gives itself")


def run(lab):
    server = lab.server()
    server.admin("house", "init", "--owner-home", lab.path("host"), "--title", "Sea house", "--name", "Hanna")
    by_command_line(lab)
    by_browser(lab, server)


if __name__ == "__main__":
    own_network()
main(run, "guests")
