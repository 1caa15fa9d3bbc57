# SPDX-License-Identifier: Apache-2.0
"""One cell of the table: somebody's software (the subject) in a room of somebody's server, with a partner of the other kind. Each step
raises Failed, or returns what was measured."""
import time

import waveform
from ends import Own, Stock
from lab import Failed, check, wait_for

BEES = "Bees carry pollen from flower to flower all day long, and the orchard thanks them with apples in autumn."
HARBOUR = "The harbour was quiet when the last ferry came in, and nobody on the pier had seen the captain for weeks."
BLOCK = waveform.RATE // 50
QUIET = 0.004


def blocks(samples):
    return waveform.np.sqrt((samples[:len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK) ** 2).mean(axis=1))


def voice(lab, name, words, *how):
    """Speech without pauses: a hole in what is heard is then none of the speaker's."""
    path = lab.path(name)
    waveform.speak(words, path, *how)
    samples, rate = waveform.read_wav(path)
    step = rate // 50
    parts = samples[:len(samples) // step * step].reshape(-1, step)
    waveform.write_wav(path, parts[waveform.np.sqrt((parts ** 2).mean(axis=1)) > 0.03].reshape(-1), rate)
    return path


def longest_silence(samples, lasted):
    """In ms, also when nothing at all was delivered for a while."""
    run = longest = 0
    for level in blocks(samples):
        run = run + 1 if level < QUIET else 0
        longest = max(longest, run)
    return max(longest * 20, round(1000 * (lasted - len(samples) / waveform.RATE)) - 1200)   # what was recorded is seen up to 1.2 s late


class Cell:
    STEPS = ("join", "sound", "mute", "data", "resume", "stage", "reconnect")

    def __init__(self, lab, kind, column):
        self.lab, self.kind, self.column = lab, kind, column
        self.voices = {"Partner": voice(lab, "bees.wav", BEES, "en", 150, 40), "Subject": voice(lab, "harbour.wav", HARBOUR, "en-us", 165, 70)}
        self.sources = {name: waveform.load(path) for name, path in self.voices.items()}
        self.witness = None

    def both(self):
        return (self.subject, self.partner), (self.partner, self.subject)

    def until_heard(self, ear, name, timeout=30):
        def now():
            ear.listen()
            time.sleep(1)
            return waveform.rms(ear.heard(name)) > 0.02
        wait_for(f"{ear.name} to hear {name}", now, timeout)

    def hears(self, ear, name, seconds=6, tries=3):
        """A busy machine may tear a few seconds apart: one of three times has to be whole."""
        for left in reversed(range(tries)):
            ear.listen()
            time.sleep(seconds)
            heard = ear.heard(name)
            right = waveform.contains(heard, self.sources[name])
            wrong = waveform.contains(heard, self.sources["Subject" if name == "Partner" else "Partner"])
            if right > 0.6 or not left:
                break
        check(right > 0.6 and wrong < 0.45, f"{ear.name} hears {name}: right voice {right:.2f}, wrong voice {wrong:.2f}")
        return right, wrong

    def silent(self, ear, name):
        def now():
            ear.listen()
            time.sleep(1)
            return waveform.rms(ear.heard(name)) < QUIET
        wait_for(f"silence of {name} at {ear.name}", now, 5)
        ear.listen()
        time.sleep(2)
        level = waveform.rms(ear.heard(name))
        check(level < QUIET, f"{ear.name} hears nothing of {name}: {level:.4f}")

    def join(self):
        lab, column, kind = self.lab, self.column, self.kind
        if kind == "own":
            self.partner = Stock(lab, "node", "Partner", column, "partner", self.voices["Partner"])
            self.partner.joined()
            self.subject = Own(lab, "Subject", column, "subject", self.voices["Subject"])
        else:
            self.partner = Own(lab, "Partner", column, "partner", self.voices["Partner"])
            self.partner.joined()
            self.witness = Stock(lab, "node", "Witness", column, "partner", self.voices["Partner"])
            self.subject = Stock(lab, kind, "Subject", column, "subject", self.voices["Subject"])
            self.witness.joined()
        self.subject.joined()
        check(self.column.sid(self.subject.identity), "the server knows the subject")
        wanted = "/rtc/v1" if self.column.wires["subject"].v1 else "/rtc"
        check(set(self.column.paths()) == {wanted}, f"which signals over {wanted}")
        return wanted

    def sound(self):
        for one, _ in self.both():
            one.open()
        for ear, other in self.both():
            self.until_heard(ear, other.name)
        here, there = (self.hears(ear, other.name) for ear, other in self.both())
        return f"hears {here[0]:.2f} ({here[1]:.2f}), is heard {there[0]:.2f} ({there[1]:.2f})"

    def mute(self):
        for ear, other in self.both():
            mark = ear.mark()
            other.mute()
            ear.sees_muted(other.name, True, mark)
            self.silent(ear, other.name)
            mark = ear.mark()
            other.unmute()
            ear.sees_muted(other.name, False, mark)
            self.until_heard(ear, other.name, 10)
        return "seen, and silence heard"

    def data(self):
        self.subject.write("from the subject")
        self.partner.reads("from the subject")
        self.partner.write("from the partner")
        self.subject.reads("from the partner")
        check(True, "chat goes both ways")
        if not self.witness:
            return "chat"
        for source, sink in ((self.subject, self.witness), (self.witness, self.subject)):
            for reliable in (True, False):
                text = f"{'reliable' if reliable else 'lossy'} of {source.name}"
                source.send(text, reliable)
                sink.gets(text)
        check(True, "reliable and lossy packets go both ways")
        return "chat, reliable and lossy packets"

    def stage(self):
        who = self.subject
        mark = who.mark()
        self.column.allow(who.identity, False)
        who.may_speak(False, mark)
        self.silent(self.partner, who.name)
        mark = who.mark()
        self.column.allow(who.identity, True)
        if self.column.asks:
            who.accept()
        who.may_speak(True, mark)
        who.open()
        self.until_heard(self.partner, who.name, 15)
        right, wrong = self.hears(self.partner, who.name)
        return f"silence, then {right:.2f} ({wrong:.2f})"

    def resume(self):
        sid, mark, theirs = self.column.sid(self.subject.identity), self.subject.mark(), self.partner.mark()
        for one, _ in self.both():
            one.listen()
        began = time.monotonic()
        self.column.cut()
        self.subject.again(mark, 30)
        took = time.monotonic() - began
        time.sleep(2.5)
        holes = [longest_silence(ear.heard(other.name), time.monotonic() - began) for ear, other in self.both()]
        check(self.column.sid(self.subject.identity) == sid, f"resumed in {took:.1f} s as the same participant")
        check(not self.partner.gone(self.subject.name, theirs), "others saw nobody go")
        check(max(holes) <= 500, f"the sound went on meanwhile: longest silence heard {holes[0]} ms, by others {holes[1]} ms")
        self.subject.write("after the cut")
        self.partner.reads("after the cut")
        return f"{took:.1f} s, silence {holes[0]} and {holes[1]} ms"

    def reconnect(self):
        if self.witness:
            self.witness.leave()
        sid = self.column.sid(self.subject.identity)
        marks = [(one, one.mark()) for one, _ in self.both()]
        began = time.monotonic()
        self.column.die()
        for one, mark in marks:
            one.again(mark, 90)
        took = time.monotonic() - began
        for ear, other in self.both():
            self.until_heard(ear, other.name, 60)
        heard = time.monotonic() - began
        for ear, other in self.both():
            self.hears(ear, other.name)
        check(self.column.sid(self.subject.identity) != sid, f"a new participant after {took:.1f} s, both heard again after {heard:.1f} s")
        return f"{took:.1f} s"

    def run(self):
        """{step: measured}, and what went wrong."""
        done = {}
        for step in self.STEPS:
            try:
                done[step] = getattr(self, step)()
            except (Failed, OSError) as failed:
                return done, f"{step}: {failed}"
        for one, _ in self.both():
            one.leave()
        return done, None
