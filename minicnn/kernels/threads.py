"""Threads: how many, and who may use BLAS meanwhile.

A kernel cuts its work into blocks, each thread takes some. Where a block ends depends on the
problem and never on the number of threads, and partial sums are added in the order of the blocks,
so the result is the same to the bit for 1, 2 or 16 threads.

Inside a block the matrix product runs on one thread. BLAS libraries start threads of their own if
not told otherwise, and both kinds then fight over the same cores; so the library is held to one
thread while kernels run, and gets its own setting back when the last of them is done.
"""

import contextlib
import ctypes
import importlib.metadata
import os
import sys
import threading

import numba
import scipy.linalg.cython_blas  # noqa: F401  loads the BLAS that compiled code calls, so it can be held
from threadpoolctl import ThreadpoolController


def _load_tbb():
    """Show numba the TBB that pip installed: its folder is not on the system's search path.

    Of numba's three ways to run threads, TBB is the one that meets in microseconds, lets two Python
    threads compute at once and survives a fork (docs/decisions/threads.md).
    """
    with contextlib.suppress(importlib.metadata.PackageNotFoundError, OSError):
        for file in importlib.metadata.files("tbb") or ():
            if file.name in ("libtbb.so.12", "tbb12.dll"):
                ctypes.CDLL(str(file.locate()), mode=ctypes.RTLD_GLOBAL)


_load_tbb()

_most = numba.config.NUMBA_NUM_THREADS
_count = _most
_lock = threading.RLock()
_users = 0
_limit = None
_controller = None
_one_at_a_time = threading.RLock()
_here = threading.local()  # each Python thread's own


def set_num_threads(count):
    """Compute on ``count`` threads, 1 up to the number of cores. Results do not depend on it."""
    global _count  # noqa: PLW0603
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _most:
        raise ValueError(
            f"set_num_threads expects a whole number from 1 to {_most}, got {count!r}: "
            f"set NUMBA_NUM_THREADS before Python starts to go beyond the cores of this machine"
        )
    _count = count


def get_num_threads():
    """The number of threads kernels run on."""
    return _count


def _start_from_environment():
    wanted = os.environ.get("MINICNN_NUM_THREADS")
    if wanted is not None:
        if not wanted.isdigit() or int(wanted) < 1:
            raise ValueError(f"MINICNN_NUM_THREADS expects a whole number >= 1, got {wanted!r}")
        set_num_threads(min(int(wanted), _most))


_start_from_environment()


@contextlib.contextmanager
def single_threaded_blas():
    """Hold every loaded BLAS to one thread until the last of possibly several users is done.

    Users are counted: were each to note the setting it found and put it back, two that overlap
    would leave the library at one thread for good.
    """
    global _users, _limit, _controller  # noqa: PLW0603
    with _lock:
        if _users == 0:
            _controller = _controller or ThreadpoolController().select(user_api="blas")
            _free_control()
            _limit = _controller.limit(limits=1)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _restore()


def _free_control():
    """Let any Python thread set BLAS's threads: threadpoolctl 3.7 on listens to one and ignores the others.

    Here the first to come sets and the last to go puts back, and these may be two.
    """
    for library in _controller.lib_controllers:
        if hasattr(library, "clear_controlling_thread"):
            library.clear_controlling_thread(force=True)


def _restore():
    _free_control()
    _limit.restore_original_limits()
    _free_control()


def in_team():
    """Whether this Python thread is inside ``team`` already."""
    return getattr(_here, "in_team", False)


@contextlib.contextmanager
def team():
    """What surrounds every parallel kernel: the chosen number of threads, BLAS held to one.

    Setting this up takes longer than a small kernel, so a training step does it once for all of its own.
    """
    if in_team():
        yield
        return
    usual = numba.get_num_threads()
    numba.set_num_threads(_count)
    _here.in_team = True
    try:
        with single_threaded_blas(), _turn():
            yield
    finally:
        _here.in_team = False
        numba.set_num_threads(usual)


def _turn():
    """numba's fallback layer, workqueue, aborts when two Python threads use it: there, take turns."""
    return contextlib.nullcontext() if "tbb" in _layer() else _one_at_a_time


def _layer():
    try:
        return numba.threading_layer()
    except ValueError:  # not started yet: the first kernel decides
        return ""


def _after_fork():
    """A child has only the thread that forked: no one else holds the lock or uses BLAS."""
    global _lock, _one_at_a_time, _users  # noqa: PLW0603
    _lock, _one_at_a_time = threading.RLock(), threading.RLock()
    if _users > 0:
        _restore()
    _users = 0


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
