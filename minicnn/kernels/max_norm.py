"""The lengths of a matrix's columns, and columns made shorter: what constraints.MaxNorm does after each step.

    norms[f] = sqrt(sum over d of w[d, f]^2)        w[d, f] <- w[d, f] factors[f]        w (D, F)

Some rows at a time, because that is how a matrix lies in memory. Each block of rows has sums of its own,
which are added in the order of the blocks, so always with the same rounding.
"""

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share

BLOCK = 16384  # numbers a thread takes at a time


@jit
def _rows(block, w):
    size = max(1, BLOCK // max(1, w.shape[1]))
    return block * size, min((block + 1) * size, w.shape[0])


@jit
def _add_squares(block, w, sums):
    begin, end = _rows(block, w)
    sums[block] = 0
    for d in range(begin, end):
        for f in range(w.shape[1]):
            sums[block, f] += w[d, f] * w[d, f]


@jit
def _scale_rows(block, w, factors):
    begin, end = _rows(block, w)
    for d in range(begin, end):
        for f in range(w.shape[1]):
            w[d, f] *= factors[f]


@parallel_jit
def _squares(box, w, sums):
    share(box, len(sums), _add_squares, (w, sums))


@parallel_jit
def _scale(box, w, factors, blocks):
    share(box, blocks, _scale_rows, (w, factors))


def _blocks(w):
    return -(-w.shape[0] // max(1, BLOCK // max(1, w.shape[1])))


def norms(w):
    """The length of every column of w (D, F): (F,)"""
    sums = np.empty((_blocks(w), w.shape[1]), w.dtype)
    _squares(w, sums)
    return np.sqrt(sums.sum(0))


def scale(w, factors):
    """Every column of w times its factor, in place."""
    _scale(w, factors, _blocks(w))
