# SPDX-License-Identifier: Apache-2.0
"""Two people who say different things in different voices, and the proof that one of them was heard and not the other."""
import waveform
from lab import check

WORDS_A = "Bees carry pollen from flower to flower all day long, and the orchard thanks them with apples in autumn."
WORDS_B = "The harbour was quiet when the last ferry came in, and nobody on the pier had seen the captain for weeks."


def two(lab):
    return (waveform.speak(WORDS_A, lab.path("a.wav"), "en", 150, 40, 8), waveform.speak(WORDS_B, lab.path("b.wav"), "en-us", 165, 70, 8))


def hears(heard, right, wrong, what, last=None):
    """`last`: only so many seconds at the end. Without `wrong` the right voice is enough."""
    sound = waveform.load(heard)
    if last:
        sound = sound[-last * waveform.RATE:]
    good = waveform.contains(sound, waveform.load(right))
    check(good > 0.75, f"{what} (correlation {good:.2f})")
    if wrong is None:
        return
    bad = waveform.contains(sound, waveform.load(wrong))
    check(bad < 0.6, f"{what}: and it is that voice, not another (correlation with another voice {bad:.2f})")
