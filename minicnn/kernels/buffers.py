"""Memory used again: ``empty`` is ``np.empty`` that remembers.

A training step asks for the same arrays again and again. Memory fresh from the operating system has to be
cleared by it first, page by page, which costs more than many a kernel that then fills it. So large blocks are
kept. Python counts references anyway: where nobody refers to an array any more, there is a gap, and the next
one that fits goes there:

    block    | in use | gap |      in use      | in use |       gap       |

And the next step wants the same places again. So a piece of a block that once was an array's is remembered,
and with it its rivals, the pieces it has bytes in common with: where all of these are unused, it serves as it
is, and no gap has to be looked for.

``ready`` is for arrays that come from elsewhere.
"""

import math
import os
import sys
import threading
from operator import itemgetter

import numpy as np

LARGE = 1 << 16  # bytes; for less, malloc does the same
LINE = 64  # a line of the processor's cache: vectors that straddle two of them load at half the speed
ROOMY = 16  # times too large: such a gap is left for those who need it; small arrays that stay might keep it
MANY = 1000  # unused pieces, more than a step leaves behind: whoever always asks for other sizes does

_pieces = []  # of all blocks: (first byte, the byte behind the last, array, block, list of rivals)
_by_size = {}  # lists of the pieces of one size
_recent = set()  # the blocks that served since the last ``release``: their id()
_lock = threading.Lock()  # who finds it taken does without: it may be the same thread, in a finalizer


def _is_used(piece):
    """Whether anybody but the piece refers to its array.

    ``UNUSED`` references are what Python counts where nobody does, found out by this very function: versions
    differ.
    """
    return sys.getrefcount(piece[2]) > UNUSED


UNUSED = 0
while _is_used((0, 0, np.empty(0))):
    UNUSED += 1


def _unused_piece(size):
    """One of so many bytes, none of which anybody uses; or None."""
    for piece in _by_size.get(size, ()):
        if not _is_used(piece) and not any(map(_is_used, piece[4])):
            return piece
    return None


def _keep(pieces):
    """These and no others. Ctrl-C may come between two lines: what is handed out must not outlive _pieces."""
    _by_size.clear()
    gone, _pieces[:] = _pieces[:], pieces
    kept = {id(piece) for piece in pieces}
    for *_, rivals in gone:  # two rivals know each other: Python would not see soon that nobody else does
        rivals[:] = [piece for piece in rivals if id(piece) in kept]
    for piece in pieces:
        _by_size.setdefault(piece[1] - piece[0], []).append(piece)


def _smallest_gap(size, used):
    """First byte and block of the smallest gap of ``size`` bytes or more between the used pieces, or None."""
    taken, gaps = {id(block): [] for block in _blocks()}, []
    for piece in used:
        taken[id(piece[3])].append(piece[:2])
    for block in _blocks():
        begin, end = _ends(block)
        for first, behind in sorted(taken[id(block)]):
            gaps.append((first - begin, begin, block))
            begin = behind
        gaps.append((end - begin, begin, block))
    fitting = [gap for gap in gaps if size <= gap[0] <= ROOMY * size]
    return min(fitting, key=itemgetter(0))[1:] if fitting else None


def _blocks():
    """All there are, each once."""
    return list({id(block): block for *_, block, _ in _pieces}.values())


def _ends(block):
    """Of the bytes that arrays may have, the first and the one behind the last."""
    begin = block.ctypes.data
    begin += -begin % LINE
    return begin, begin + block.nbytes - LINE


def _add_piece(size):
    """Another piece, in the smallest gap that holds it or else in a block of its own."""
    used = [piece for piece in _pieces if _is_used(piece)]
    if len(_pieces) - len(used) >= MANY:
        _keep(used)
    gap = _smallest_gap(size, used)
    if gap is None:
        block = np.empty(size + LINE, np.uint8)
        gap = _ends(block)[0], block
    begin, block = gap
    # What is made of a part of an array counts as a user of the array; of a memoryview's part, of the part.
    array = np.frombuffer(memoryview(block), np.uint8, size, begin - block.ctypes.data)
    rivals = [each for each in _pieces if each[0] < begin + size and begin < each[1]]
    piece = begin, begin + size, array, block, rivals
    for each in rivals:
        each[4].append(piece)
    _pieces.append(piece)
    _by_size.setdefault(size, []).append(piece)  # last: from here on it may be handed out
    return piece


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
        _, _, array, block, _ = _unused_piece(room) or _add_piece(room)
        _recent.add(id(block))
        return np.ndarray(shape, dtype, array)
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
        used = [piece for piece in _pieces if _is_used(piece)]
        blocks = {id(piece[3]) for piece in used} | (_recent if but_recent else set())
        _keep([piece for piece in _pieces if id(piece[3]) in blocks])
        _recent.clear()
    finally:
        _lock.release()


def _after_fork():
    """Whoever held the lock is not in the child, and may have left half a list: begin anew."""
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
    _keep([])  # arrays in use keep their blocks
    _recent.clear()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
