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
import pickle
import shutil
import sys
from pathlib import Path

import numba
import numpy
from numba.core import caching, event

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
        compiled = numba.njit(function, cache=folder is not None, **OPTIONS, **options)
    finally:
        numba.config.CACHE_DIR = usual
    if folder is not None and not numba.config.DISABLE_JIT:
        compiled._cache._cache_file = _SealedFile(compiled._cache)
    return compiled


class _SealedFile(caching.IndexDataCacheFile):
    """numba's files of compiled code with a digest in front: a damaged one is as good as none, and made anew.

    Without it, a flipped bit would be run: these files hold machine code.
    """

    def __init__(self, cache):
        file = cache._cache_file
        super().__init__(file._cache_path, cache._impl.filename_base, file._source_stamp)

    def _save_index(self, overloads):
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_index(self):
        try:
            version, stamp, overloads = self._read(self._index_path)
        except OSError:
            return {}
        return overloads if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_data(self, name, data):
        self._write(self._data_path(name), data)

    def _load_data(self, name):
        return self._read(self._data_path(name))

    def _write(self, path, content):
        data = self._dump(content)
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(data).digest() + data)

    def _read(self, path):
        """OSError, which numba takes for "not there", where the file is missing or damaged."""
        data = Path(path).read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            raise OSError(f"{path} is damaged")
        return pickle.loads(data[32:])


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
