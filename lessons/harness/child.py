"""The process that runs work.py: it loads the file, calls what it is told to call, and reports.

The check itself, its cases and right answers stay in the other process, which executes nothing that comes
from here: neither sys.exit nor a patched NumPy, nor a loop without an end changes the verdict.

    python -m lessons.harness.child lessons/06_convolution/work.py
"""

import contextlib
import io
import linecache
import os
import signal
import sys
import time
import tokenize
import types
from collections import deque
from pathlib import Path

import numpy as np

from lessons.harness import compiling, limits, refusals, wire

RECURSION = 10_000  # calls inside one another, however many work.py asks for: more take minutes to undo
SHOWN = 8  # lines of a traceback that are kept, the last ones: a recursion may have a million
PRINTED = 2_000  # characters of the learner's own print-outs that are kept, the last ones


def load(path):
    """A fresh module from ``path``, compiled from the text that is there now."""
    text = source(path)
    # no time of change: a message about this run quotes these lines, also when others are saved meanwhile
    linecache.cache[path] = len(text), None, text.splitlines(keepends=True), path
    module = types.ModuleType("work")
    module.__file__ = path
    sys.modules["work"] = module
    exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
    return module


def source(path):
    """The text of a file as Python reads it: UTF-8, or as its coding line says."""
    data = Path(path).read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError) as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        mend = "it is not written in UTF-8, nor as a coding line says: let your editor save it as UTF-8"
        raise SyntaxError(mend, (path, line, 1, "")) from None


def contents(module):
    """``lines``: where each function begins, 1 where no line of this file says so (np.vectorize(f), an
    imported one). ``arguments``: what its def calls them, in order. ``compiling``: those that numba compiles
    at their first call."""
    functions = {name: thing for name, thing in vars(module).items() if callable(thing)}
    codes = {name: getattr(function, "__code__", None) for name, function in functions.items()}
    here = {n: c for n, c in codes.items() if getattr(c, "co_filename", "") == module.__file__}
    return {
        "lines": {name: here[name].co_firstlineno if name in here else 1 for name in functions},
        "arguments": {name: list(c.co_varnames[: c.co_argcount]) for name, c in here.items()},
        "compiling": [name for name in here if compiling.will_compile(functions[name])],
    }


def perform(function, args, files, limit, threads=None, before=None):
    """Call ``function(*args.values())`` for at most ``limit`` seconds of work and say what happened.

    ``value``: what it returned; ``after``: the arguments as they are now; ``shares``: the arguments whose
    memory the value lies in; ``overwrites``: whether it changed the result of a call with the arguments
    ``before``, made just before. Or ``raised``: the error's words, with ``frames`` [[line, function, text]]
    in ``files`` only; or ``timeout``: how long it took, in words. ``printed``: what it printed. ``threads``:
    see compiling.as_asked.
    """
    printed = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            compiling.as_asked(function, threads) as called,
            limits.at_most(limit) as time_in_words,
        ):
            earlier = called(*before.values()) if before else None
            kept = wire.encode(earlier)
            value = wire.plain(called(*args.values()))
        reply = {"value": value, "after": args, "shares": _shared(value, args)}
        reply["overwrites"] = wire.encode(earlier) != kept
        if threads:
            reply["compiled"] = compiling.is_compiled(function)
            reply["threading"] = compiling.threading(function)
        if threads == compiling.TURNED:
            reply["sums"] = compiling.adds_up_variables(function)
            reply["twice"] = compiling.written_twice()
    except limits.TimeLimit as error:
        reply = {"timeout": time_in_words(), "frames": frames(error, files)}
    except BaseException as error:
        reply = {"raised": type(error).__name__, "message": _words(error), "frames": frames(error, files)}
        if refusals.is_numba(error):
            reply["message"] = refusals.words(error)
            reply["frames"] += refusals.frame(error, files)
    reply["printed"] = printed.getvalue()[-PRINTED:]
    return reply


def _words(error):
    try:
        return str(error)
    except Exception:  # the learner's own class of errors
        return ""


def frames(error, files):
    """[[line, function, source text]] of the traceback, the learner's last lines only."""
    if isinstance(error, SyntaxError) and error.filename in files:
        return [[error.lineno or 1, "", (error.text or "").strip()]]
    found, tb = deque(maxlen=SHOWN), error.__traceback__
    while tb is not None:
        code = tb.tb_frame.f_code
        if code.co_filename in files:
            line = tb.tb_lineno or code.co_firstlineno  # None between two rounds of some loops
            found.append((line, code.co_name, code.co_filename))
        tb = tb.tb_next
    return [[line, name, linecache.getline(file, line).strip()] for line, name, file in found]


def _shared(value, args):
    """Names of the arguments that the returned arrays lie in."""
    parts = value if isinstance(value, (tuple, list)) else [value]
    arrays = [part for part in parts if isinstance(part, np.ndarray)]
    given = {name: arg for name, arg in args.items() if isinstance(arg, np.ndarray)}
    return [name for name, arg in given.items() if any(np.may_share_memory(arg, a) for a in arrays)]


def race(contestants, args, rounds):
    """Seconds of each contestant in each round, all of them once a round: noise then meets all alike."""
    for function in contestants:
        function(*args.values())  # compiles, and warms the caches
    seconds = [[] for _ in contestants]
    for _ in range(rounds):
        for function, times in zip(contestants, seconds):
            start = time.perf_counter()
            function(*args.values())
            times.append(time.perf_counter() - start)
    return seconds


def _answer(request, work):
    path = work.__file__
    if "race" in request:
        functions = [getattr(work, f) if isinstance(f, str) else f for f in request["race"]]
        run, args = race, {"contestants": functions, "args": request["args"], "rounds": request["rounds"]}
    elif "lesson" in request:  # a function of the lesson's, with the learner's module as its first argument
        run = getattr(wire.module_of(request["lesson"]), request["call"])
        args = {"work": work, **request["args"]}
    else:
        run, args = getattr(work, request["call"]), request["args"]
    reply = perform(run, args, {path}, request["limit"], request.get("threads"), request.get("before"))
    if "after" in reply and ("race" in request or "lesson" in request):
        reply["after"], reply["shares"] = None, []
    return reply


def main():
    path = sys.argv[1]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the other process's business; it ends this one
    inward, outward = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what work.py reads and prints must not meet the messages
        os.dup2(nowhere, stream)
    set_limit = sys.setrecursionlimit
    sys.setrecursionlimit = lambda limit: set_limit(min(limit, RECURSION))
    loaded = perform(load, {"path": path}, {path}, compiling.reading(path))
    work = loaded.pop("value", None)
    if work is not None:
        loaded.update(contents(work))
    wire.send(outward, loaded)
    while work is not None and (request := wire.receive(inward, functions=True)) is not None:
        wire.send(outward, _answer(request, work))


if __name__ == "__main__":
    main()
