# SPDX-License-Identifier: Apache-2.0
"""Proof of sound: counters can lie, so what was heard is compared with what was said, sample by sample.

Signals are brought to 8 kHz and cut into windows of 0.5 s. Each window with energy is searched for in the other signal
at every lag; the result is the best normalised correlation. The right source gives 0.8 and more through Opus, a wrong
one 0.2 to 0.4.
"""
import subprocess
import sys
import wave

import numpy as np

RATE = 8000
WINDOW = RATE // 2


def read_wav(path):
    """Mono float samples and the rate of a 16-bit PCM file."""
    with wave.open(str(path), "rb") as f:
        if f.getsampwidth() != 2:
            raise ValueError(f"{path}: not 16-bit PCM")
        data = np.frombuffer(f.readframes(f.getnframes()), dtype="<i2").astype(np.float64) / 32768.0
        channels, rate = f.getnchannels(), f.getframerate()
    if channels > 1:
        data = data[: len(data) // channels * channels].reshape(-1, channels).mean(axis=1)
    return data, rate


def write_wav(path, samples, rate=48000):
    with wave.open(str(path), "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(rate)
        f.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def resample(samples, rate, to):
    """Band-limited by FFT; good enough for measuring."""
    if rate == to or len(samples) == 0:
        return samples
    count = int(round(len(samples) * to / rate))
    spectrum = np.fft.rfft(samples)
    out = np.zeros(count // 2 + 1, dtype=complex)
    keep = min(len(spectrum), len(out))
    out[:keep] = spectrum[:keep]
    return np.fft.irfft(out, count) * (count / len(samples))


def load(path):
    samples, rate = read_wav(path)
    return resample(samples, rate, RATE)


def rms(samples):
    return float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0


def _windows(signal, floor):
    out = []
    for start in range(0, len(signal) - WINDOW + 1, WINDOW):
        w = signal[start:start + WINDOW]
        if rms(w) > floor:
            out.append((start, w - w.mean()))
    return out


def _best(window, signal):
    """Largest normalised correlation of `window` anywhere in `signal`."""
    n = len(signal) + len(window)
    size = 1 << (n - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(signal, size) * np.conj(np.fft.rfft(window, size)), size)
    valid = product[: len(signal) - len(window) + 1]
    squares = np.concatenate([[0.0], np.cumsum(np.square(signal))])
    energy = squares[len(window):] - squares[: len(squares) - len(window)]
    norm = np.sqrt(np.maximum(energy, 1e-9) * np.sum(np.square(window)))
    loud = energy > 1e-4 * len(window)  # correlation with near-silence means nothing
    scores = np.where(loud, valid / norm, 0.0)
    return float(scores.max()) if len(scores) else 0.0


def correlation(heard, source, floor=0.01):
    """How much of what was heard is the source: median over the heard windows that have energy. 0 when silent."""
    windows = _windows(heard, floor)
    if not windows or len(source) < WINDOW:
        return 0.0
    return float(np.median([_best(w, source) for _, w in windows]))


def contains(heard, source, floor=0.02):
    """How well the source is found in what was heard (others may talk in between): upper quartile over its windows."""
    windows = _windows(source, floor)
    if not windows or len(heard) < WINDOW:
        return 0.0
    return float(np.quantile([_best(w, heard) for _, w in windows], 0.75))


def speak(text, path, voice="en", speed=150, pitch=50, seconds=None):
    """Speech of espeak-ng as 48 kHz mono; padded or cut to `seconds` when given."""
    raw = str(path) + ".espeak.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "-w", raw, text], check=True)
    samples, rate = read_wav(raw)
    subprocess.run(["rm", "-f", raw], check=True)
    samples = resample(samples, rate, 48000)
    samples = samples / max(np.max(np.abs(samples)), 1e-6) * 0.6
    if seconds is not None:
        want = int(seconds * 48000)
        samples = np.concatenate([samples, np.zeros(max(0, want - len(samples)))])[:want]
    write_wav(path, samples)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: waveform.py HEARD.wav SOURCE.wav")
    h, s = load(sys.argv[1]), load(sys.argv[2])
    print(f"heard is source {correlation(h, s):.3f}  source found {contains(h, s):.3f}  rms {rms(h):.4f}")
