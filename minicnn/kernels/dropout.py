"""Dropout: forget each number with probability ``rate``, scale the rest so that the mean stays.

    y[i] = x[i] keep[i] / (1 - rate)          dx[i] = dy[i] keep[i] / (1 - rate)

``keep`` is never stored: keep[i] is a function of a key and of i, and is worked out again on the way
back. Forward and backward are therefore one function, and it does not matter which thread does which i.

Sources: Srivastava et al. 2014, section 4 (scaled while training, "inverted"); the random bits are
Squares, four rounds (Widynski 2020, arXiv:2004.06278v7, section 4).
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.apart import read, write
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share

BLOCK = 1 << 13  # numbers a thread takes at a time


@jit
def random_bits(counter, key):
    """32 random bits for every pair of 64-bit numbers; ``key`` is made odd, as its author's keys are."""
    key = key | np.uint64(1)
    x = y = counter * key
    z = y + key
    x = x * x + y
    x = (x >> np.uint64(32)) | (x << np.uint64(32))
    x = x * x + z
    x = (x >> np.uint64(32)) | (x << np.uint64(32))
    x = x * x + y
    x = (x >> np.uint64(32)) | (x << np.uint64(32))
    return (x * x + z) >> np.uint64(32)


@jit
def _dropout_block(block, x, threshold, scale, key, y):
    zero = x.dtype.type(0)
    for i in range(np.uintp(block * BLOCK), np.uintp(min(x.size, (block + 1) * BLOCK))):
        # comparing and scaling are apart so that a dropped NaN or inf is dropped, not multiplied by 0
        kept = random_bits(i, key) >= threshold
        write(y, i, read(x, i) * scale if kept else zero, 0)


@parallel_jit
def _dropout(box, x, threshold, scale, key, y):
    share(box, -(-x.size // BLOCK), _dropout_block, (x, threshold, scale, key, y))


def dropout(x, rate, key):
    """y, or dx when given dy: the same numbers are dropped for the same key. Any shape; 0 <= rate < 1."""
    y = buffers.empty(x.shape, x.dtype)
    threshold = np.uint64(round(rate * 2.0**32))
    _dropout(x.reshape(-1), threshold, x.dtype.type(1 / (1 - rate)), np.uint64(key), y.reshape(-1))
    return y
