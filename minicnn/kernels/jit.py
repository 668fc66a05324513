"""How kernels are compiled: the only file that sets compiler options.

    @jit           a function on arrays, compiled on first use, running without Python's lock
    @inline_jit    the same, made part of the functions that call it

Compiled code is kept in a folder whose name holds a checksum of *all* kernel files. Edit any one
of them and everything is compiled afresh: numba alone looks only at the file a function stands in
and would go on calling yesterday's helper from next door.
"""

import functools
import hashlib
import os
import shutil
import sys
from pathlib import Path

import numba
import numpy
from numba.core import event

from minicnn import config

__all__ = ["cache_folder", "inline_jit", "jit"]

OPTIONS = {
    "nogil": True,
    "error_model": "numpy",  # a division by zero is inf or nan, not a Python error: loops vectorise
    "fastmath": {"contract"},  # a * b + c in one instruction; nothing that reorders sums or drops NaN
}


def cache_folder():
    """Where compiled kernels are kept: MINICNN_CACHE, or the user's cache folder."""
    return config.cache_folder() / "kernels" / _checksum()


@functools.cache
def _checksum():
    here = Path(__file__).parent
    text = b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))
    versions = f"{numba.__version__} {numpy.__version__} {sys.version}".encode()
    return hashlib.sha256(text + versions).hexdigest()[:16]


@functools.cache
def _prepared_folder():
    """The cache folder, made; older ones of unused kernels removed. None where nothing can be written."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            return None
        others = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for old in others[:-4]:  # the last few stay: two checkouts may take turns
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return None
    os.utime(folder)
    return folder


def jit(function, **options):
    """Compile ``function`` for the types it is first called with."""
    folder = _prepared_folder()
    usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder or "")
    try:
        return numba.njit(function, cache=folder is not None, **OPTIONS, **options)
    finally:
        numba.config.CACHE_DIR = usual


def inline_jit(function):
    """As ``jit``, for what is called so often with so little to do that the call itself would cost most."""
    return jit(function, forceinline=True)


class _Announcement(event.Listener):
    """Says once, on the first real compilation, why nothing seems to happen."""

    said = False

    def on_start(self, happening):
        module = happening.data["dispatcher"].py_func.__module__ or ""  # exec makes functions of no module
        if not self.said and module.startswith("minicnn."):
            self.said = True
            where = _prepared_folder() or "memory only: no folder to keep it in"
            print(f"minicnn compiles its kernels, once, in some 30 s ({where}) ...", file=sys.stderr)

    def on_end(self, happening):
        pass


event.register("numba:compile", _Announcement())
