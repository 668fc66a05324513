"""Memory used again: ``empty`` is ``np.empty`` that remembers.

A training step asks for the same arrays again and again. Memory fresh from the operating system has to be
cleared by it first, page by page, which costs more than many a kernel that then fills it. So large blocks are
kept. Python counts references anyway: where nobody refers to a piece of a block any more, there is a gap, and
the next array that fits goes there:

    block    | in use | gap |      in use      | in use |       gap       |

``ready`` is for arrays that come from elsewhere.
"""

import math
import os
import sys
import threading
from bisect import bisect_left
from operator import itemgetter

import numpy as np

LARGE = 1 << 16  # bytes; for less, malloc does the same
LINE = 64  # a line of the processor's cache: vectors that straddle two of them load at half the speed
ROOMY = 16  # times too large: such a gap is left for those who need it

# Pieces of memory, by address: (first byte, the byte behind the last, array, block). Each block of memory has
# a piece of no size in front of it and one behind it that never ends, up to the next block.
_pieces = []
_by_size = {}  # lists of the pieces of one size
_recent = set()  # the blocks that served since the last ``release``: their id()
_lock = threading.RLock()  # the garbage collector may come by while it is held, and need memory itself


def _unused(pieces):
    """Those whose array is known to nobody but piece and loop.

    ``UNUSED`` references are what Python counts then, found out by this very loop: versions differ.
    """
    for piece in pieces:
        if sys.getrefcount(piece[2]) <= UNUSED:
            yield piece


UNUSED = 0
while not list(_unused([(0, 0, np.empty(0), None)])):
    UNUSED += 1


def _forget_unused():
    """Leave gaps where pieces were."""
    gone = {begin for begin, *_ in _unused(_pieces)}
    _pieces[:] = [piece for piece in _pieces if piece[0] not in gone or piece[2] is None]
    _by_size.clear()
    for piece in _pieces:
        _by_size.setdefault(piece[1] - piece[0], []).append(piece)


def _smallest_gap(size):
    """The piece that has the smallest gap of ``size`` bytes or more in front of it, by number, or None."""
    best, smallest, behind = None, ROOMY * size, math.inf
    for k, (begin, end, _, _) in enumerate(_pieces):
        if size <= begin - behind <= smallest:
            best, smallest = k, begin - behind
        behind = end
    return best


def _add_block(size):
    """Another block, all one gap of so many bytes; returns which piece that is in front of."""
    block = np.empty(size + LINE, np.uint8)
    begin = block.ctypes.data + -block.ctypes.data % LINE
    _pieces.extend([(begin, begin, None, block), (begin + size, math.inf, None, block)])
    _pieces.sort(key=itemgetter(0))
    return bisect_left(_pieces, begin + size, key=itemgetter(0))


def _add_piece(size):
    """Another piece, in the smallest gap that holds it."""
    _forget_unused()
    k = _smallest_gap(size)
    k = _add_block(size) if k is None else k
    _, begin, _, block = _pieces[k - 1]
    # What is made of a part of an array counts as a user of the array; of a memoryview's part, of the part.
    array = np.frombuffer(memoryview(block), np.uint8, size, begin - block.ctypes.data)
    _pieces.insert(k, (begin, begin + size, array, block))
    _by_size.setdefault(size, []).append(_pieces[k])
    return _pieces[k]


def empty(shape, dtype):
    """An array with arbitrary contents, as ``np.empty(shape, dtype)``."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    if size < LARGE:
        return np.empty(shape, dtype)
    with _lock:
        room = -(-size // LINE) * LINE
        _, _, array, block = next(_unused(_by_size.get(room, ())), None) or _add_piece(room)
        _recent.add(id(block))
        return array[:size].view(dtype).reshape(shape)


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
        _forget_unused()
        used = {id(block) for _, _, array, block in _pieces if array is not None}
        used |= _recent if but_recent else set()
        _pieces[:] = [piece for piece in _pieces if id(piece[3]) in used]
        _recent.clear()


def _after_fork():
    """Whoever held the lock is not in the child."""
    global _lock  # noqa: PLW0603
    _lock = threading.RLock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
