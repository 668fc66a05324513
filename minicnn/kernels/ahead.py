"""The last kernels of a first training step, compiled by a second process while this one compiles the first.

To compile is mostly Python's work, and a Python process does it on one core. What a step is going to call, on
arrays of which types, nobody knows but the step. So it is rehearsed: kernels are noted and not called, what
they would have filled holds anything, and nothing is learned.

    this process      forward ...              ... backward, which it finds in the cache
    the second one    backward, from the end ...

Only where nothing has been compiled yet, because starting a process takes a second, too.
"""

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
import threading

import numba
import numpy as np

from minicnn.kernels import jit, threads

_here = threading.local()  # .notes while this thread rehearses: each kernel's module, name, arguments' types
COMMAND = (  # where to look for modules comes first, so that those of the current folder are not in the way
    "import sys, pickle; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from minicnn.kernels import ahead; ahead.compile_noted()"
)

if hasattr(os, "register_at_fork"):  # a fork lacks the thread that hears of its end
    os.register_at_fork(after_in_child=lambda: setattr(jit, "second_process", None))


def rehearsing():
    """Whether this thread does: others may be training meanwhile."""
    return getattr(_here, "notes", None) is not None


def note(kernel, *args):
    """In place of kernel(*args)."""
    function = kernel.py_func
    _here.notes.append((function.__module__, function.__name__, tuple(map(kernel.typeof_pyval, args))))


def is_worth_it():
    """Whether more than one core may be used, and the cache is empty but for what helpers wait with."""
    if numba.config.DISABLE_JIT or threads.get_num_threads() == 1:
        return False
    if not sys.executable or getattr(sys, "frozen", False):  # the program itself would be started
        return False
    folder = jit.prepared_folder()
    try:
        return folder is not None and len(list(folder.rglob("*.nbi"))) < 2
    except OSError:  # it may be read no more
        return False


def rehearse(step, *args):
    """What ``step(*args)`` calls, kernel by kernel; up to an error, which will come again, and in earnest."""
    _here.notes = notes = []
    try:
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            step(*args)
        return notes
    finally:
        _here.notes = None


def compile_elsewhere(noted):
    """Start a process that does, from the end. Where there can be none, nothing is lost but time."""
    with contextlib.suppress(OSError):
        jit.second_process = subprocess.Popen(
            [sys.executable, "-I", "-c", COMMAND], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with jit.second_process.stdin as pipe:
            pickle.dump([each for each in sys.path if isinstance(each, str)], pipe)
            pickle.dump(list(dict.fromkeys(reversed(noted))), pipe)
        threading.Thread(target=jit.second_process.wait, daemon=True).start()  # or its end would go unseen


def compile_noted():
    """What the second process does: compile the kernels it is told of, each under its sign."""
    for module, name, types in pickle.load(sys.stdin.buffer):
        kernel = getattr(importlib.import_module(module), name).kernel
        sign = kernel.sign(types)
        sign.touch()
        try:
            kernel.compile(types)
        finally:
            sign.unlink(missing_ok=True)
