"""Memory used again: ``empty`` is ``np.empty`` that remembers.

A training step asks for the same arrays again and again. Memory fresh from the operating system has to be
cleared by it first, page by page, which costs more than many a kernel that then fills it. So large blocks are
kept, and one that nobody else refers to any more is handed out again: Python counts the references anyway.

``ready`` is for arrays that come from elsewhere.
"""

import math
import os
import sys
import threading

import numpy as np

LARGE = 1 << 16  # bytes; for less, malloc does the same
LINE = 64  # a line of the processor's cache: vectors that straddle two of them load at half the speed

_blocks = []  # the smallest first
_recent = set()  # which of them were handed out since the last ``release``: their id()
_lock = threading.RLock()  # the garbage collector may come by while it is held, and need memory itself


def _first_unused(blocks, least, most):
    """The first of a size from ``least`` to ``most`` that only the list and this loop know, or None.

    ``UNUSED`` is what Python counts then, found out by this very loop: it differs between Python's versions.
    """
    for block in blocks:
        if least <= block.size <= most and sys.getrefcount(block) <= UNUSED:
            return block
    return None


UNUSED = 0
while _first_unused([np.empty(0)], 0, 0) is None:
    UNUSED += 1


def empty(shape, dtype):
    """An array with arbitrary contents, as ``np.empty(shape, dtype)``."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size < LARGE:
        return np.empty(shape, dtype)
    with _lock:
        block = _first_unused(_blocks, size + LINE, 2 * (size + LINE))
        if block is None:
            block = np.empty(size + LINE, np.uint8)
            _blocks.append(block)
            _blocks.sort(key=len)
        _recent.add(id(block))
        begin = -block.ctypes.data % LINE
        return block[begin : begin + size].view(dtype).reshape(shape)


def ready(like, *arrays):
    """The arrays as compiled code wants them: see ``fit``; None stays None."""
    return tuple(None if array is None else fit(array, like.dtype) for array in arrays)


def fit(array, dtype):
    """The array itself where it is contiguous, writable and of that type, else a copy that is."""
    fits = array.dtype == dtype and array.flags.carray
    return array if fits else np.require(array, dtype, ["C", "W"])  # which takes a while to find out


def release(but_recent=False):
    """Give back to the operating system what nobody uses; ``but_recent``: nor has, since the last call."""
    with _lock:
        kept = [block for block in _blocks if but_recent and id(block) in _recent]
        _blocks[:] = [block for block in _blocks if not but_recent or id(block) not in _recent]
        while (block := _first_unused(_blocks, 0, math.inf)) is not None:
            _blocks[:] = [other for other in _blocks if other is not block]
        _blocks[:] = sorted([*_blocks, *kept], key=len)
        _recent.clear()


def _after_fork():
    """Whoever held the lock is not in the child."""
    global _lock  # noqa: PLW0603
    _lock = threading.RLock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
