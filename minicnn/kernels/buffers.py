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

import numpy as np

LARGE = 1 << 16  # bytes; for less, malloc does the same
LINE = 64  # a line of the processor's cache: vectors that straddle two of them load at half the speed
ROOMY = 16  # times too large: such a gap is left for those who need it; small arrays that stay might keep it

# Pieces of memory, block after block: (first byte, the byte behind the last, array, block). Each block has a
# piece of no size in front, in the order of addresses its arrays, and a piece that never ends behind them.
_pieces = []
_by_size = {}  # lists of the pieces of one size
_recent = set()  # the blocks that served since the last ``release``: their id()
_lock = threading.Lock()  # who finds it taken does without: it may be the same thread, in a finalizer


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
    gone = {begin for begin, *_ in _unused(_pieces)}  # and with a block's first its front
    _keep([piece for piece in _pieces if piece[0] not in gone or piece[2] is None])


def _keep(pieces):
    """These and no others. Ctrl-C may come between two lines: what is handed out must not outlive _pieces."""
    _by_size.clear()
    _pieces[:] = pieces
    for piece in pieces:
        if piece[2] is not None:
            _by_size.setdefault(piece[1] - piece[0], []).append(piece)


def _smallest_gap(size):
    """The piece that has the smallest gap of ``size`` bytes or more in front of it, by number, or None."""
    best, smallest, behind = None, ROOMY * size, math.inf
    for k, (begin, end, _, _) in enumerate(_pieces):
        if size <= begin - behind <= smallest:
            best, smallest = k, begin - behind
        behind = end  # of a block's last piece: infinity, so that no gap is seen up to the next block
    return best


def _add_block(size):
    """Another block, all one gap of so many bytes; returns which piece that is in front of."""
    block = np.empty(size + LINE, np.uint8)
    begin = block.ctypes.data + -block.ctypes.data % LINE
    _pieces.extend([(begin, begin, None, block), (begin + size, math.inf, None, block)])
    return len(_pieces) - 1


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
    if not _lock.acquire(blocking=False):
        return np.empty(shape, dtype)
    try:
        room = -(-size // LINE) * LINE
        _, _, array, block = next(_unused(_by_size.get(room, ())), None) or _add_piece(room)
        _recent.add(id(block))
        return array[:size].view(dtype).reshape(shape)
    finally:
        _lock.release()


def ready(like, *arrays):
    """The arrays as compiled code wants them: see ``fit``; None stays None."""
    return tuple(None if array is None else fit(array, like.dtype) for array in arrays)


def fit(array, dtype):
    """The array itself where it is contiguous, writable and of that type, else a copy that is."""
    fits = array.dtype == dtype and array.flags.carray
    return array if fits else np.require(array, dtype, ["C", "W"])  # which takes a while to find out


def release(but_recent=False):
    """Give back to the operating system what nobody uses; ``but_recent``: nor has, since the last call."""
    if not _lock.acquire(blocking=False):
        return
    try:
        _forget_unused()
        used = {id(block) for _, _, array, block in _pieces if array is not None}
        used |= _recent if but_recent else set()
        _keep([piece for piece in _pieces if id(piece[3]) in used])
        _recent.clear()
    finally:
        _lock.release()


def _after_fork():
    """Whoever held the lock is not in the child, and may have left half a list: begin anew."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _pieces.clear(), _by_size.clear(), _recent.clear()  # arrays in use keep their blocks


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
