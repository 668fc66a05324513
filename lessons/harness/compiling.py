"""Functions that numba compiles (lesson 08): as plain Python first, then compiled, on several threads.

Compiled code checks no index, and compiling takes seconds. As plain Python the same lines raise IndexError
where it happens, and a wrong result is known at once. Run once more with the rounds of prange turned round,
they show whether two rounds add to the same number: then the sum's last bits change, on any computer, while
two threads do so only where they happen to meet. Whether they write to the same number, is looked up after
each round (rounds.py). And once more with prange loops of no rounds, which counts how often threads would
start: around an innermost loop they do a million times, and wait for each other.
"""

import ast
import contextlib
import inspect
import itertools
import os
import sys
import textwrap
from pathlib import Path

import numpy as np

from lessons.harness import compare, limits
from lessons.harness.rounds import Written

EMPTY, EMPTY_LIKE = np.empty, np.empty_like
TURNED, STARTS = -1, -2  # in the place of a number of threads
MOST_STARTS = 50_000  # of threads in one call: a microsecond each, but a thousand where a computer is busy
SECONDS = 120.0  # a call may take that compiles: a few lines with parallel=True take five or more


def reading(path):
    """Seconds to run a work.py from top to bottom: an @njit with a signature, or a call, compiles there."""
    with contextlib.suppress(OSError):
        if b"numba" in Path(path).read_bytes():
            return SECONDS
    return limits.READING


def cores():
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def environment():
    """For a process that must be able to run two threads, on one core as well."""
    return {"NUMBA_NUM_THREADS": str(max(2, cores())), **os.environ}


@contextlib.contextmanager
def as_asked(function, threads):
    """``function``, ready to be called.

    ``threads``: 1 or more: compiled, on so many; 0: as plain Python; TURNED: the same, and each loop over
    prange from its end; STARTS: the same, and no such loop has a round; None: as it is.
    """
    plain = getattr(function, "py_func", function)  # a function compiled by numba keeps its Python one there
    space = getattr(plain, "__globals__", {})
    compiled = {name: thing for name, thing in space.items() if hasattr(thing, "py_func")}
    numba, usual, forwards = sys.modules.get("numba"), None, None
    if threads in (0, TURNED, STARTS):
        space.update({name: thing.py_func for name, thing in compiled.items()})
        function = plain
        np.empty, np.empty_like = _filled(EMPTY), _filled(EMPTY_LIKE)
        if numba:
            forwards = numba.prange.__new__
            _twice.clear()
            numba.prange.__new__ = {0: forwards, TURNED: _backwards(), STARTS: _counted()}[threads]
    elif threads and numba:
        usual = numba.get_num_threads()
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    try:
        yield function
    finally:
        space.update(compiled)
        np.empty, np.empty_like = EMPTY, EMPTY_LIKE
        if forwards:
            numba.prange.__new__ = forwards
        if usual is not None:
            numba.set_num_threads(usual)


_twice = set()  # names of arrays in which two rounds wrote to one number


def written_twice():
    """Those of the last call of a function that was turned round."""
    return sorted(_twice)


def _backwards():
    """What prange(n) is to be: n - 1, ..., 1, 0. Inside another such loop 0, 1, ...: numba shares out one."""
    running = []

    def rounds(cls, *args):
        if running:
            yield from range(*args)
        else:
            running.append(True)
            written = Written(sys._getframe(1).f_locals)  # of the function with the loop
            for k in reversed(range(*args)):
                yield k
                written.end_round()
            running.clear()
            _twice.update(written.twice)

    return rounds


class TooManyStarts(Exception):
    """A loop over prange began more than MOST_STARTS times in one call."""


def _counted():
    """What prange(n) is to be where only its starts count: no rounds at all."""
    starts = itertools.count(1)

    def rounds(cls, *args):
        if next(starts) > MOST_STARTS:
            raise TooManyStarts
        return iter(())

    return rounds


def _filled(make):
    """``make``, with nan for whatever lay in memory: what nobody wrote is then seen, and always the same."""

    def filled(*args, **options):
        a = make(*args, **options)
        if a.dtype.kind == "f":
            a.fill(np.nan)
        return a

    return filled


def is_compiled(function):
    """Is ``function``, or one that it calls, machine code now? Others in its file do not count."""
    return any(each.nopython_signatures for each in _for_numba(function))


def will_compile(function):
    """Is numba asked to compile ``function``, or one that it calls?"""
    return bool(_for_numba(function))


def threading(function):
    """For ``function`` and those it calls: "prange", threads share a loop; "parallel", they may; or ""."""
    found = [each.py_func for each in _for_numba(function) if each.targetoptions.get("parallel")]
    if any("prange" in f.__code__.co_names or any(map(_is_prange, _globals(f))) for f in found):
        return "prange"
    return "parallel" if found else ""


def _is_prange(thing):
    return thing is sys.modules["numba"].prange  # not ==: an array answers that with an array


def adds_up_variables(function):
    """Do the rounds of its prange loops store into plain variables only? numba adds up s += ... in parts.

    False where that is not certain: a number of an array is written to, or something is called that may.
    """
    try:
        texts = [inspect.getsource(each.py_func) for each in _for_numba(function)]
        nodes = [node for text in texts for node in ast.walk(ast.parse(textwrap.dedent(text)))]
    except (OSError, SyntaxError):  # no such text; or a lambda's, of which Python finds only a line
        return False
    loops = [node for node in nodes if isinstance(node, ast.For) and _called(node.iter) == "prange"]
    return bool(loops) and not any(_may_write(node) for loop in loops for node in ast.walk(loop))


def _called(node):
    """The name of what is called: "prange" for prange(n) and for numba.prange(n)."""
    function = getattr(node, "func", None)
    return getattr(function, "id", getattr(function, "attr", None))


def _may_write(node):
    stores = isinstance(getattr(node, "ctx", None), ast.Store) and not isinstance(node, ast.Name)
    return stores or (isinstance(node, ast.Call) and _called(node) not in ("len", "range", "prange"))


def _for_numba(function):
    """Those of ``function``, what it calls, what that calls, ... which stand under an @njit."""
    found, seen = [function], {id(function)}
    for each in found:  # grows on the way
        called = _globals(getattr(each, "py_func", each))
        found += [one for one in called if id(one) not in seen]
        seen.update(map(id, called))
    return [each for each in found if hasattr(each, "py_func")]


def _globals(function):
    """What the names in the code of ``function`` stand for; [] where it was not written in Python."""
    code, space = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    return [space[name] for name in code.co_names if name in space] if code else []


def problem(reply, several):
    """Is it compiled as the exercise asks: at all, and on several threads where there are to be several?"""
    if not reply.get("compiled"):
        above = "@njit(parallel=True)" if several else "@njit"
        return "compiled", (
            f"is right, but it is not compiled: put {above} in the line above its def. numba does not know "
            "all of NumPy: what it refuses then (np.pad, np.einsum) is to be written as loops"
        )
    if several and reply.get("threading") != "prange":
        return "compiled", (
            "is compiled, and right as plain Python, but threads share no prange: for that it takes both "
            "@njit(parallel=True) in the line above its def and prange, not range, in its outer loop"
        )
    if not several and reply.get("threading"):
        return "compiled", (
            "is compiled, and right as plain Python, but parallel=True lets threads run it, or what it "
            "calls. This one is to run on one: @njit alone above each def, range, not prange"
        )
    return "", ""


def thread_problem(outcome, before, threads):
    """The same function, the same numbers, another order or number of threads: the same bits?"""
    same = not outcome.problem and compare.same_bits(before.reply["value"], outcome.reply["value"])
    if same and not outcome.reply.get("twice"):
        return "", ""
    if same:
        return "threads", (
            "gives the right numbers, but two rounds of its prange loop write to the same numbers of "
            f"{outcome.reply['twice'][0]}: two threads may do so at once, and spoil what the other wrote. "
            "Does each round write to places of its own? What is made inside the loop is the round's own"
        )
    if threads == TURNED:
        what = "numbers" if outcome.problem else "bits"
        said = f"gave other {what} when the rounds of its prange loop ran from the last to the first: "
        in_parts = not outcome.problem and outcome.reply.get("sums")
        return "threads", said + (ONE_SUM if in_parts else ONE_PLACE)
    if outcome.problem:
        return "threads", (
            f"is right on one thread and wrong on {threads}: two threads write to the same numbers. Does "
            "each round of the prange loop write to places of its own?"
        )
    return "threads", (
        f"gave other bits on {threads} threads than on one: the order in which a sum is added up depends "
        "on the threads. Keep each sum inside one round of the prange loop"
    )


ONE_SUM = (
    "they all add to one variable. numba lets each thread add up a part, and loses none; but where a part "
    "ends, and so the rounding, depends on the number of threads. Keep each sum inside one round"
)
ONE_PLACE = (
    "two of them meet at one number. Then threads may write to it at once; or they add up a sum in parts, "
    "and its rounding depends on their number. Does each round write to places of its own?"
)


def too_often(reply, pictures):
    """Does it start its threads so often that the starts take most of the time?"""
    if reply.get("raised") != TooManyStarts.__name__:
        return "", ""
    return "compiled", (
        f"is right, but would start its threads more than {MOST_STARTS:,} times for {pictures} pictures, and "
        "each start may take longer than the few numbers of a round: make a loop further out the prange, and "
        "this one a range"
    )
