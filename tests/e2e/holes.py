# SPDX-License-Identifier: Apache-2.0
"""Times in which something that sounds all the time was not heard."""
import numpy

import waveform


def _loud(path):
    samples = waveform.load(path)
    step = waveform.RATE // 50
    blocks = samples[:len(samples) // step * step].reshape(-1, step)
    return numpy.flatnonzero(numpy.sqrt((blocks ** 2).mean(axis=1)) > 0.01)


def holes(path, begin=0.0, end=float("inf")):
    """Lengths in s of the times without sound between the first and the last one in [begin, end) of the file."""
    where = _loud(path)
    where = where[(where >= begin * 50) & (where < end * 50)]
    return [gap * 0.02 for gap in numpy.diff(where) - 1 if gap >= 1]
