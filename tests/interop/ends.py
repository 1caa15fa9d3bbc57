# SPDX-License-Identifier: Apache-2.0
"""Somebody in a room, whatever software it is: come in, speak, mute, write, and tell what was heard, seen and read."""
import os

import waveform
from peers import peer


class Stock:
    """A stock SDK: kind is node, chromium or firefox."""

    def __init__(self, lab, kind, name, column, wire, voice):
        self.name, self.voice = name, voice
        self.peer = peer(lab, kind, name, column.grant(name, wire), voice)
        self.data = True   # it has data packets of its own, beside chat

    def joined(self):
        self.identity = self.peer.expect("joined", 60)["identity"]

    def mark(self):
        return self.peer.count()

    def open(self):
        mark = self.mark()
        self.peer.say(f"publish {self.voice}")
        self.peer.expect("published", 20, since=mark)

    def mute(self):
        self.peer.say("mute")

    def unmute(self):
        self.peer.say("unmute")

    def sees_muted(self, name, yes, since):
        self.peer.expect("track_muted" if yes else "track_unmuted", 15, lambda e: e["name"] == name, f"of {name}", since)

    def may_speak(self, yes, since):
        self.peer.expect("permission", 15, lambda e: e.get("canPublish", yes) == yes, "", since)

    def accept(self):
        self.peer.expect("attributes", 15, lambda e: e["name"] == self.name and e["attributes"].get("parlour.invited"), "of an offer")
        self.peer.say("want stage")

    def write(self, text):
        self.peer.say("say " + text)

    def reads(self, text):
        self.peer.expect("chat", 15, lambda e: e["text"] == text, text)

    def send(self, text, reliable=True):
        self.peer.say(("data " if reliable else "lossy ") + text)

    def gets(self, text):
        self.peer.expect("data", 15, lambda e: e["text"] == text, text)

    def again(self, since, timeout):
        """Connected again."""
        self.peer.expect("reconnected", timeout, since=since)

    def listen(self):
        self.peer.listen()

    def heard(self, name):
        return self.peer.heard_of(name)

    def gone(self, name, since):
        return any(e["event"] == "gone" and e["name"] == name for e in self.peer.events()[since:])

    def leave(self):
        self.peer.quit()


class Own:
    """parlourctl. Once it may speak its microphone is open, as --unmute says; what it hears of everybody is one recording."""

    data = False

    def __init__(self, lab, name, column, wire, voice, protocol=None):
        self.name, self.from_byte, self.opened = name, 44, False
        extra = ["--unmute", "--no-processing", *(["--protocol", protocol] if protocol else [])]
        self.ctl = lab.join(column.own(name, wire), name, capture=f"file:{voice}?loop", extra=extra)

    def joined(self):
        self.identity = self.ctl.expect("joined", 30)["identity"]

    def mark(self):
        return self.ctl.count()

    def open(self):
        if self.opened:
            self.ctl.say("unmute")   # the first time it opens by itself
        self.opened = True

    def mute(self):
        self.ctl.say("mute")

    def unmute(self):
        self.ctl.say("unmute")

    def sees_muted(self, name, yes, since):
        self.ctl.expect("muted", 15, since=since, name=name, muted=yes)

    def may_speak(self, yes, since):
        self.ctl.expect("seat", 15, since=since, name=self.name, seat="stage" if yes else "audience")

    def accept(self):
        self.ctl.expect("invited", 15)
        self.ctl.say("accept")

    def write(self, text):
        self.ctl.say("say " + text)

    def reads(self, text):
        self.ctl.expect("chat", 15, text=text)

    def again(self, since, timeout):
        self.ctl.expect("reconnected", timeout, since=since)

    def listen(self):
        self.from_byte = os.path.getsize(self.ctl.heard) & ~1

    def heard(self, _):
        samples, rate = waveform.read_wav(self.ctl.heard)
        return waveform.resample(samples[(self.from_byte - 44) // 2:], rate, waveform.RATE)

    def gone(self, name, since):
        return any(e["event"] == "gone" and e.get("name") == name for e in self.ctl.events()[since:])

    def leave(self):
        self.ctl.say("leave")
        self.ctl.expect("left", 10)
