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
COMMAND = "from minicnn.kernels import ahead; ahead.compile_noted()"


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
    folder = jit.prepared_folder()
    return folder is not None and len(list(folder.rglob("*.nbi"))) < 2


def rehearse(step):
    """What ``step()`` calls, kernel by kernel; up to an error, which will come again, and in earnest."""
    _here.notes = notes = []
    try:
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            step()
        return notes
    finally:
        _here.notes = None


def compile_elsewhere(noted):
    """Start a process that does, from the end. Where there can be none, nothing is lost but time."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with contextlib.suppress(OSError):
        jit.second_process = subprocess.Popen(
            [sys.executable, "-c", COMMAND], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with jit.second_process.stdin as pipe:
            pickle.dump(list(dict.fromkeys(reversed(noted))), pipe)


def compile_noted():
    """The second process."""
    for module, name, types in pickle.load(sys.stdin.buffer):
        kernel = getattr(importlib.import_module(module), name).kernel
        sign = kernel.sign(types)
        sign.touch()
        try:
            kernel.compile(types)
        finally:
            sign.unlink()
