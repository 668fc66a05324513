"""How kernels are compiled: the only file that sets compiler options.

    @jit           a function on arrays, compiled on first use, running without Python's lock
    @inline_jit    the same, made part of the functions that call it

A function that is called from Python is a kernel; those that it calls become part of it, and machine code is
made of the whole. Left to itself, numba would treat each of them as a kernel: optimise it together with all
that it calls, make machine code of it, keep that on disk, and begin again with its caller, five times over
for the innermost loops (docs/decisions/compile_time.md).

Compiled code is kept in a folder whose name holds a checksum of *all* kernel files. Edit any one
of them and everything is compiled afresh: numba alone looks only at the file a function stands in
and would go on calling yesterday's helper from next door.
"""

import contextlib
import functools
import gc
import hashlib
import os
import pickle
import shutil
import sys
import time
from pathlib import Path

import numba
import numpy
from llvmlite import binding
from numba.core import caching, codegen, compiler, event, registry, types

from minicnn import config
from minicnn.messages import say

__all__ = ["cache_folder", "inline_jit", "jit"]

OPTIONS = {
    "nopython": True,
    "nogil": True,
    "no_cfunc_wrapper": True,  # for C, which never calls them
    "error_model": "numpy",  # a division by zero is inf or nan, not a Python error: loops vectorise
    "fastmath": {"contract"},  # a * b + c in one instruction; nothing that reorders sums or drops NaN
}
PATIENCE = 60.0  # seconds, which no kernel takes
second_process = None  # which compiles what a first step needs last: see ahead.py


def _processor(name, features):
    """What to compile for, of LLVM's name for this processor and the features it has.

    The name goes by a model number, and a virtual machine may be given an old one: say Rocket Lake's, where
    there is AMX, which nothing before Sapphire Rapids has. Compiled for the old one, dropout takes four times
    as long.
    """
    return "sapphirerapids" if "+amx-tile" in features and not name.endswith("rapids") else name


def _name_processor():
    """Tell numba, unless somebody has told it something else or it has settled for the name already.

    It settles with the first function of whichever package, and keeps code on disk by the name told here.
    """
    settled = "_toplevel_target_context" in vars(registry.cpu_target)
    if not settled and numba.config.CPU_NAME is None and numba.config.CPU_FEATURES is None:
        name = binding.get_host_cpu_name()
        better = _processor(name, codegen.get_host_cpu_features())
        if better != name:
            numba.config.CPU_NAME = better


_name_processor()


def cache_folder():
    """Where compiled kernels are kept: MINICNN_CACHE, or the user's cache folder."""
    return config.cache_folder() / "kernels" / _checksum()


@functools.cache
def _checksum():
    here = Path(__file__).parent
    text = b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))
    versions = f"{numba.__version__} {numpy.__version__} {sys.version} {numba.config.BOUNDSCHECK}".encode()
    return hashlib.sha256(text + versions).hexdigest()[:16]


@functools.cache
def prepared_folder():
    """The cache folder, made; older ones of unused kernels removed. None where nothing can be written."""
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            return None
        os.utime(folder)  # the newest, which nobody removes
    except OSError:
        return None
    with contextlib.suppress(OSError):  # another process may be removing the same ones
        others = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for old in others[:-4]:  # the last few stay: two checkouts may take turns
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
    return folder


def jit(function, **options):
    """Compile ``function`` for the types it is first called with."""
    if numba.config.DISABLE_JIT:
        return function
    return _Kernel(function, targetoptions={**OPTIONS, **options})


class _Kernel(registry.CPUDispatcher):
    """A function as Python calls it, its machine code kept on disk. To other kernels it is its ``part``."""

    def __init__(self, function, locals=None, targetoptions=None):
        super().__init__(function, locals, targetoptions)
        self.part = _Part(function, locals, targetoptions)
        folder = prepared_folder()
        # A file that was run, not imported, has functions whose machine code no other process could take up
        if folder is not None and function.__module__ in sys.modules:
            self._cache = _Cache.within(folder, function) or self._cache

    @property
    def _numba_type_(self):
        return types.Dispatcher(self.part)

    def compile(self, args):
        """As numba's, once a second process is done with it; and without looking for garbage meanwhile.

        A compiler leaves so many objects behind that looking through them takes a twentieth of the time.
        """
        until = time.monotonic() + PATIENCE
        while second_process is not None and second_process.poll() is None and self.sign(args).exists():
            if time.monotonic() > until:  # somebody has stopped it
                break
            time.sleep(0.01)
        collects = gc.isenabled()
        gc.disable()
        try:
            return super().compile(args)
        finally:
            if collects:
                gc.enable()

    def sign(self, args):
        """The file that is there while a second process compiles the kernel for these types: see ahead.py."""
        return prepared_folder() / f"{self.label(args)}.busy"

    def label(self, args):
        """Sixteen hexadecimal digits for the kernel and these types, as a file's name."""
        text = f"{self.py_func.__module__} {self.py_func.__name__} {args}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class _Part(registry.CPUDispatcher):
    """A function as a kernel calls it, while that is being compiled."""

    def __init__(self, function, locals=None, targetoptions=None):
        options = {**(targetoptions or {}), "no_cpython_wrapper": True}
        super().__init__(function, locals, options, pipeline_class=_PartCompiler)

    def get_call_template(self, args, kws):
        """As numba's, but f(x, True) and f(x, False) are no reason to compile f twice."""
        return super().get_call_template([types.unliteral(each) for each in args], kws)

    def compile(self, args):
        """Compile for these types, with nothing that Python could call."""
        if args not in self.overloads:
            compiled = self._compiler.compile(args, None)._replace(entry_point=object())  # only a name
            self.targetctx.insert_user_function(compiled.entry_point, compiled.fndesc, [compiled.library])
            self.overloads[args] = compiled


class _PartCompiler(compiler.Compiler):
    """numba's way from Python to LLVM's language, and no further."""

    def __init__(self, typingctx, targetctx, library, args, return_type, flags, locals):
        flags.no_compile = True
        library = _PartLibrary(targetctx.codegen(), "part")
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)


class _PartLibrary(codegen.JITCodeLibrary):
    """A part in LLVM's language, waiting for the kernel that it goes into."""

    def finalize(self):
        """Add what it calls; the kernel optimises all of it together."""
        for library in dict.fromkeys(self._linking_libraries):
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._finalized = True


class _Cache(caching.FunctionCache):
    """numba's, of sealed files, and without an error where they cannot be written: memory will do."""

    said = False

    def __init__(self, function):
        super().__init__(function)
        self._cache_file = _SealedFile(self)

    @classmethod
    def within(cls, folder, function):
        """The cache of ``function``; None where numba would rather take a folder that no checksum names."""
        usual, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(folder)
        try:
            cache = cls(function)
        except RuntimeError:  # it found none
            return None
        finally:
            numba.config.CACHE_DIR = usual
        return cache if Path(cache.cache_path).is_relative_to(folder) else None

    def save_overload(self, sig, data):
        """Keep what was compiled; where that fails, say so once. numba leaves no part of a file."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            if not _Cache.said:
                _Cache.said = True
                why = f"{self.cache_path} cannot be written to ({error.strerror or error})"
                mend = "free some space, or let MINICNN_CACHE name another folder"
                say(f"minicnn keeps compiled kernels in memory only, {why}: {mend}")


class _SealedFile(caching.IndexDataCacheFile):
    """numba's files of compiled code with a digest in front: a damaged one is as good as none, and made anew.

    Without it, a flipped bit would be run: these files hold machine code.
    """

    def __init__(self, cache):
        file = cache._cache_file
        super().__init__(file._cache_path, cache._impl.filename_base, file._source_stamp)

    def save(self, key, data):
        """As numba's, but files are not numbered: two processes would take the same number."""
        name = f"{Path(self._index_path).stem}.{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}.nbc"
        self._save_data(name, data)
        self._save_index(self._load_index() | {key: name})

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
        try:
            return pickle.loads(data[32:])
        except ImportError as missing:  # it names a module of the process that wrote it
            raise OSError(f"{path} is of no use here: {missing}") from missing


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
            where = prepared_folder() or f"every time: {cache_folder()} cannot be written"
            # How long depends on what is to come: the kernels of a dense layer, 5 s; every kernel, a minute
            say(f"minicnn compiles kernels on first use, some seconds each ({where}) ...")

    def on_end(self, happening):
        pass


event.register("numba:compile", _Announcement())
