"""Functions that numba compiles: as plain Python first, then compiled, with the same bits on two threads."""

import dataclasses
import os
from types import SimpleNamespace

import numba
import numpy as np
import pytest
from row_sums import ROWS, TASK, verdict_of

from lessons.harness import compiling, judge, message
from lessons.harness.runner import Functions, WorkFile


def test_a_wrong_index_is_found_before_anything_is_compiled(tmp_path):
    text = message.text(verdict_of(ROWS.replace("range(x.shape[1])", "range(x.shape[1] + 1)"), tmp_path))
    assert text[0].endswith("work.py:10")
    assert "IndexError: index 1 is out of bounds for axis 1 with size 1" in "\n".join(text)


def test_what_is_right_but_not_compiled_is_told_so(tmp_path):
    _, *rest = message.text(verdict_of(ROWS.replace("@njit(parallel=True)\n", ""), tmp_path))
    text = " ".join(line.strip() for line in rest)
    assert text.startswith(
        "row_sums is right, but it is not compiled: put @njit(parallel=True) in the line above its def. "
    )
    assert text.endswith("what it refuses then (np.pad, np.einsum) is to be written as loops")


def test_object_mode_is_not_compiled(tmp_path):
    """numba then calls Python for every number."""
    in_python = ROWS.replace("@njit(parallel=True)", "@numba.jit(forceobj=True)")
    text = message.text(verdict_of(f"import numba\n\n\n{in_python}", tmp_path))
    assert "row_sums is right, but it is not compiled" in text[1]


@pytest.mark.parametrize("threads, compiled, threading, said", [
    ((1, 2), False, "", "not compiled: put @njit(parallel=True) in the line above its def"),
    ((1, 2), True, "parallel", "threads share no prange: for that it takes both @njit(parallel=True) in"),
    ((1, 2), True, "prange", ""),
    ((1,), False, "", "not compiled: put @njit in the line above its def"),
    ((1,), True, "", ""),
    ((1,), True, "parallel", "@njit alone above each def, range, not prange"),
    ((1,), True, "prange", "@njit alone above each def, range, not prange"),
])  # fmt: skip
def test_what_is_asked_for_is_what_the_exercise_asks_for(threads, compiled, threading, said):
    about, problem = compiling.problem({"compiled": compiled, "threading": threading}, max(threads) > 1)
    assert said in problem and bool(about) is bool(problem) is bool(said)


def test_threads_share_what_is_prange_under_parallel():
    space = {"njit": numba.njit, "prange": numba.prange, "other_name": numba.prange, "numba": numba}
    space["table"] = np.arange(3)
    for kind, option in (("parallel", "(parallel=True)"), ("plain", "")):
        for loop in ("prange", "other_name", "numba.prange", "range"):
            name = f"{kind}_{loop.replace('.', '_')}"
            exec(f"@njit{option}\ndef {name}(n):\n    for i in {loop}(n):\n        pass\n", space)
    for called in ("parallel_prange", "parallel_range", "plain_prange"):
        exec(f"@njit\ndef by_{called}(n):\n    {called}(n)\n", space)
    exec("@njit(parallel=True)\ndef parallel_table(n):\n    return table[n]\n", space)
    made = {name: thing for name, thing in space.items() if hasattr(thing, "py_func")}
    found = {name: compiling.threading(thing) for name, thing in made.items()}
    shared = {"parallel_prange", "parallel_other_name", "parallel_numba_prange", "by_parallel_prange"}
    assert {name for name, what in found.items() if what == "prange"} == shared
    may = {name for name, what in found.items() if what == "parallel"}
    assert may == {"parallel_range", "by_parallel_range", "parallel_table"}


def test_what_nobody_wrote_is_nan_not_what_lay_there(tmp_path):
    verdict = verdict_of(ROWS.replace("np.zeros", "np.empty"), tmp_path)
    assert all(np.isnan(outcome.reply["value"]).all() for outcome in verdict.outcomes)
    assert not np.isnan(np.empty(1000, np.float32)).all()  # numpy is as it was


@pytest.mark.slow  # compiles
def test_one_thread_is_asked_for(tmp_path):
    """Where a task says so, parallel=True is refused, whatever its loops are."""
    task = dataclasses.replace(TASK, threads=(1,))
    loops = ROWS.replace("prange", "range")
    assert verdict_of(loops.replace("(parallel=True)", ""), tmp_path, task).passed
    for text in (ROWS, loops):
        said = " ".join(line.strip() for line in message.text(verdict_of(text, tmp_path, task)))
        assert "This one is to run on one: @njit alone above each def" in said


@pytest.mark.slow  # compiles
def test_what_numba_does_not_know_is_shown_where_it_stands(tmp_path):
    verdict = verdict_of(ROWS.replace("    return y", "    return np.pad(y, 0)"), tmp_path)
    text = message.text(verdict, "hint 1 of 3")
    assert text[0].endswith("work.py:11") and text[1].startswith("  As plain Python it is right.")
    assert any("numba cannot compile this: Use of unsupported NumPy function 'numpy.pad'" in t for t in text)
    assert any("line 11:  return np.pad(y, 0)" in t for t in text)
    assert len(text) < 12 and len(verdict.outcomes) == 1


def compiled(x):
    return x


def test_what_counts_as_compiled_is_the_function_that_was_called():
    unrelated, cold = numba.njit(compiled), numba.njit(compiled)
    unrelated(1)
    space = {"unrelated": unrelated, "cold": cold}
    exec(
        "def alone(x):\n    return x\n"
        "def by_it(x):\n    return unrelated(x)\n"
        "def two_steps(x):\n    return by_it(x)\n"
        "def by_a_cold_one(x):\n    return cold(x)\n"
        "def round_and_round(x):\n    return round_and_round(x - 1) if x else 0\n",
        space,
    )
    found = {name: compiling.is_compiled(thing) for name, thing in space.items() if not name.startswith("_")}
    assert {name for name, yes in found.items() if yes} == {"unrelated", "by_it", "two_steps"}


SLOW = """\
import time

class as_numba:  # in the place of njit: compiling, at the first call, takes longer than the limit
    signatures = ()

    def __init__(self, function):
        self.py_func, self.__code__, self.seconds = function, function.__code__, 0.4

    def __call__(self, x):
        end, self.seconds = time.process_time() + self.seconds, 0
        while time.process_time() < end:
            pass
        return self.py_func(x)

DECORATOR
def row_sums(x):
    return x.sum(axis=1)
"""
QUICK = dataclasses.replace(TASK, cases=TASK.cases[:1], threads=(), limit=0.1)


@pytest.mark.parametrize("decorator, passes", [("@as_numba", True), ("@CALLS", True), ("", False)])
def test_compiling_is_not_taken_for_a_loop_without_an_end(decorator, passes, tmp_path):
    text = SLOW.replace("DECORATOR", decorator)
    if decorator == "@CALLS":  # what numba compiles is called by a function of plain Python
        text = text.replace("@CALLS\ndef row_sums", "@as_numba\ndef inner")
        text += "\n\ndef row_sums(x):\n    return inner(x)\n"
    if not decorator:  # nothing is compiled: the limit is what it was
        text = text.replace("    return x.sum", "    while True:\n        pass\n    return x.sum")
    work = tmp_path / "work.py"
    work.write_text(text, encoding="utf-8")
    space = {}
    exec(text, space)
    for called in (WorkFile(work), Functions([space["row_sums"]], ["row_sums"])):
        with called as runner:
            assert judge.check_task(SimpleNamespace(number="00"), QUICK, runner).passed is passes


def test_a_process_can_run_two_threads_on_one_core(monkeypatch):
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    monkeypatch.setattr(compiling, "cores", lambda: 1)
    assert compiling.environment()["NUMBA_NUM_THREADS"] == "2"
    monkeypatch.setenv("NUMBA_NUM_THREADS", "3")  # who chose keeps their choice
    assert compiling.environment() == {**os.environ, "NUMBA_NUM_THREADS": "3"}
