"""Runs of memory: ``size`` numbers of flat arrays, from a place on.

Places are unsigned in the loops, which spares the compiler Python's meaning of negative ones; and no array is
cut up for a small run, because counting the references to the pieces would take longer than the work. The two
runs must not overlap (apart.py).
"""

import numpy as np

from minicnn.kernels.apart import read, write
from minicnn.kernels.jit import inline_jit


@inline_jit
def copy(x, at, y, to, size):
    """y[to:] = x[at:]"""
    at, to = np.uintp(at), np.uintp(to)
    for k in range(np.uintp(size)):
        write(y, to + k, read(x, at + k), 0)


@inline_jit
def add(x, at, y, to, size):
    """y[to:] += x[at:]"""
    at, to = np.uintp(at), np.uintp(to)
    for k in range(np.uintp(size)):
        write(y, to + k, y[to + k] + read(x, at + k), 0)


@inline_jit
def fill(y, to, size, value):
    """y[to:] = value"""
    to, value = np.uintp(to), y.dtype.type(value)
    for k in range(np.uintp(size)):
        y[to + k] = value


@inline_jit
def copy_relu(z, at, relu, y, to, size):
    """y[to:] = z[at:], or ReLU of it."""
    at, to, zero = np.uintp(at), np.uintp(to), y.dtype.type(0)
    for k in range(np.uintp(size)):
        v = read(z, at + k)
        write(y, to + k, zero if relu and v < zero else v, 0)  # a NaN stays one


@inline_jit
def copy_where(y, dy, relu, at, dz, to, size):
    """dz[to:] = dy[at:], what dy[at:] was before the ReLU whose output is y."""
    at, to, zero = np.uintp(at), np.uintp(to), dz.dtype.type(0)
    for k in range(np.uintp(size)):
        # forward was: y = 0 if relu and z < 0 else z
        gradient = read(dy, at + k)
        write(dz, to + k, zero if relu and read(y, at + k) <= zero else gradient, 0)
