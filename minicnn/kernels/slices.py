"""Runs of memory: ``size`` numbers of flat arrays, from a place on.

Places are unsigned in the loops, which spares the compiler Python's meaning of negative ones; and no array is
cut up for a small run, because counting the references to the pieces would take longer than the work.
"""

import numpy as np

from minicnn.kernels.jit import jit


@jit
def copy(x, at, y, to, size):
    """y[to:] = x[at:]"""
    at, to = np.uintp(at), np.uintp(to)
    for k in range(np.uintp(size)):
        y[to + k] = x[at + k]


@jit
def add(x, at, y, to, size):
    """y[to:] += x[at:]"""
    at, to = np.uintp(at), np.uintp(to)
    for k in range(np.uintp(size)):
        y[to + k] += x[at + k]


@jit
def fill(y, to, size, value):
    """y[to:] = value"""
    to, value = np.uintp(to), y.dtype.type(value)
    for k in range(np.uintp(size)):
        y[to + k] = value
