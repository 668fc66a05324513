"""Threads: how many, and who may use BLAS meanwhile.

A kernel cuts its work into blocks, each thread takes some. Where a block ends depends on the
problem and never on the number of threads, and partial sums are added in the order of the blocks,
so the result is the same to the bit for 1, 2 or 16 threads.

Inside a block the matrix product runs on one thread. BLAS libraries start threads of their own if
not told otherwise, and both kinds then fight over the same cores; so the library is held to one
thread while kernels run, and gets its own setting back when the last of them is done.
"""

import atexit
import contextlib
import functools
import os
import sys
import threading
import warnings
from numbers import Integral

import numba
import scipy.linalg.cython_blas  # noqa: F401  loads the BLAS that compiled code calls, so it can be held
from threadpoolctl import ThreadpoolController

from minicnn.kernels import pool

_most = numba.config.NUMBA_NUM_THREADS
_count = _most
_lock = threading.RLock()
_users = 0
_before = None  # each BLAS library and the threads it had before the first of the users
_generation = 0  # of processes: a child's grows by one, so that it does not undo what its parent did


def set_num_threads(count):
    """Compute on ``count`` threads, from 1 to the number of cores. Results do not depend on it."""
    global _count  # noqa: PLW0603
    if isinstance(count, bool) or not isinstance(count, Integral) or not 1 <= count <= _most:
        more = isinstance(count, Integral) and count > _most
        cure = ": a larger NUMBA_NUM_THREADS, set before Python starts, allows more" if more else ""
        raise ValueError(f"set_num_threads expects a whole number from 1 to {_most}, got {count!r}{cure}")
    _count = int(count)


def get_num_threads():
    """The number of threads kernels run on."""
    return _count


def _start_from_environment():
    wanted = os.environ.get("MINICNN_NUM_THREADS", "").strip()
    if not wanted:
        return
    if wanted.isdecimal() and int(wanted) >= 1:
        set_num_threads(min(int(wanted), _most))
    else:  # no error: the results are the same on any number of threads
        expected = f"MINICNN_NUM_THREADS expects a whole number >= 1, got {wanted!r}"
        warnings.warn(f"{expected}: all {_most} cores compute", stacklevel=2)


_start_from_environment()


@contextlib.contextmanager
def single_threaded_blas():
    """Hold every loaded BLAS to one thread until the last of possibly several users is done.

    Users are counted: were each to note the setting it found and put it back, two that overlap would leave
    the library at one thread for good. What was found stays noted until it is back in place.
    """
    global _users, _before  # noqa: PLW0603
    generation, counted = _generation, False
    try:
        with _lock:
            _users, counted = _users + 1, True
            if _before is None:
                _before = [(library, library.get_num_threads()) for library in _blas_libraries()]
            if _users == 1:
                _set_blas([(library, 1) for library, _ in _before])
        yield
    finally:
        if counted and generation == _generation:
            with _lock:
                _users -= 1
                if _users == 0:
                    _restore()


@functools.cache
def _blas_libraries():
    return ThreadpoolController().select(user_api="blas").lib_controllers


def _set_blas(counts):
    """Set each library's threads, whichever Python thread has set them before.

    threadpoolctl 3.7 on listens to one thread and ignores the others. Here the first to come sets and the
    last to go puts back, and these may be two.
    """
    for library, count in counts:
        for step in ("clear", "set", "clear"):
            if step == "set":
                library.set_num_threads(count)
            elif hasattr(library, "clear_controlling_thread"):
                library.clear_controlling_thread(force=True)


def _restore():
    global _before  # noqa: PLW0603
    _set_blas(_before)
    _before = None


@contextlib.contextmanager
def team():
    """What surrounds every parallel kernel: helpers that stand by a box, BLAS held to one thread.

    Setting this up takes longer than a small kernel: a training step does it once for all of its own.
    A second Python thread finds the helpers taken, and works alone.
    """
    box = box_in_hand()
    if box is not None:
        yield box
        return
    helpers, taken = _helpers, False
    try:
        taken = _count > 1 and not numba.config.DISABLE_JIT and helpers.acquire(blocking=False)
        _here.box = _wake_helpers() if taken else pool.new_box()
        with single_threaded_blas():
            yield _here.box
    finally:
        _here.box = None
        if taken:
            helpers.release()


def box_in_hand():
    """The box of the team that this Python thread is in, with all helpers awake; or None."""
    box = getattr(_here, "box", None)
    if box is not None and box[pool.READY] < box[pool.HELPERS]:
        _wake_helpers()
    return box


# ---------------------------------------------------------------- helpers: threads that stand by a box

_here = threading.local()  # each Python thread's own
_helpers = threading.Lock()  # who holds it has the helpers
_box = pool.new_box(_most)
_started = []  # for each helper its thread, and the bell that is rung when there may be work soon
_closing = False


def _wake_helpers():
    """Ring for as many helpers as are wanted, new ones if need be; fewer where the system grants no more."""
    with contextlib.suppress(RuntimeError):  # can't start new thread
        while len(_started) < _count - 1:
            bell = threading.Event()
            helper = threading.Thread(target=_help, args=(len(_started) + 1, bell, _box), daemon=True)
            helper.start()
            _started.append((helper, bell))
    wanted = _started[: _count - 1]
    _box[pool.HELPERS] = len(wanted)
    for _, bell in wanted:
        bell.set()
    return _box


def _help(number, bell, box):
    while not _closing:
        bell.wait()
        bell.clear()
        pool.stand_by(box, number)


@atexit.register
def _dismiss():
    """No helper may be in compiled code when the interpreter takes it down."""
    global _closing  # noqa: PLW0603
    _closing = True
    _box[pool.HELPERS] = 0
    for helper, bell in _started:
        bell.set()
        helper.join(1)


def _after_fork():
    """A child has only the thread that forked: no helpers, and no one else holds a lock or uses BLAS."""
    global _lock, _users, _generation, _helpers, _here, _box, _started
    _lock, _helpers, _here = threading.RLock(), threading.Lock(), threading.local()
    _box, _started = pool.new_box(_most), []
    if _before is not None:
        _restore()
    _users, _generation = 0, _generation + 1


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
