"""Memory used again: ``empty`` is ``np.empty`` that remembers.

A training step asks for the same arrays again and again. Memory fresh from the operating system has to be
cleared by it first, page by page, which costs more than many a kernel that then fills it. So large blocks are
kept, and one that nobody else refers to any more is handed out again: Python counts the references anyway.
"""

import math
import sys
import threading

import numpy as np

LARGE = 1 << 16  # bytes; for less, malloc does the same
LINE = 64  # a line of the processor's cache: vectors that straddle two of them load at half the speed

_blocks = []  # the smallest first
_lock = threading.Lock()


def _references(block):
    return sys.getrefcount(block)


def _unused():
    """What ``_references`` says of a block that only the list and a loop over it know."""
    for block in [np.empty(0)]:
        return _references(block)


UNUSED = _unused()


def empty(shape, dtype):
    """An array with arbitrary contents, as ``np.empty(shape, dtype)``."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size < LARGE:
        return np.empty(shape, dtype)
    with _lock:
        block = _free_block(size + LINE)
        begin = -block.ctypes.data % LINE
        return block[begin : begin + size].view(dtype).reshape(shape)


def _free_block(size):
    for block in _blocks:
        if size <= block.size <= 2 * size and _references(block) == UNUSED:
            return block
    block = np.empty(size, np.uint8)
    _blocks.append(block)
    _blocks.sort(key=len)
    return block


def release():
    """Give back to the operating system what nobody uses."""
    with _lock:
        used = []
        for block in _blocks:
            if _references(block) > UNUSED:
                used.append(block)
        _blocks[:] = used
