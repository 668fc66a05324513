"""A function that keeps something from call to call is right the first time, and is refused all the same."""

from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import compare, judge, message, repeated, tasks
from lessons.harness.runner import Functions, WorkFile
from lessons.harness.tasks import Case, Task

TASKS = [
    pytest.param(lesson, task, id=f"{lesson.number}-{task.name}")
    for lesson in (tasks.find(number) for number in tasks.folders())
    for task in lesson.tasks
]


def twice(x):
    return 2 * x


def task():
    numbers = [np.arange(1, n, dtype=dtype) for n in (2, 3, 4) for dtype in ("f4", "f8")]
    cases = [Case("numbers", {"x": x}) for x in numbers]
    return Task("twice", twice, cases, ("y",))


GROWS = """
def twice(x, seen={}):
    seen[x.size, x.dtype] = seen.get((x.size, x.dtype), 0) + 2 * x
    return seen[x.size, x.dtype]
"""
REMEMBERS = """
SEEN = {}

def twice(x):
    return SEEN.setdefault((x.size, x.dtype), x.copy()) + x
"""
ONE_BUFFER = """
import numpy as np
ROOM = {}

def twice(x):
    return np.add(x, x, out=ROOM.setdefault((x.size, x.dtype), x.copy()))
"""
RAISES = """
SEEN = []

def twice(x):
    SEEN.append(x.size)
    return 2 * x if len(SEEN) < 7 else 1 / 0
"""
STATES = [
    (GROWS, "again", "called with them again: does it keep something", "0/1"),
    (REMEMBERS, "value", "Right in every case, but not with other numbers:", "1/1      other numbers  0/1"),
    (ONE_BUFFER, "again", "hands back the same memory at every call", "1/2      other numbers  1/1"),
    (RAISES, "again", "ZeroDivisionError", "0/1"),
]


@pytest.mark.parametrize("text, about, said, counted", STATES, ids=["grows", "remembers", "buffer", "raises"])
def test_what_is_kept_between_calls_is_noticed(text, about, said, counted, tmp_path):
    work, space = tmp_path / "work.py", {}
    work.write_text(text, encoding="utf-8")
    exec(text, space)
    with WorkFile(work) as runner:
        by_file = judge.check_task(SimpleNamespace(number="00"), task(), runner)
    by_hand = judge.check_task(SimpleNamespace(number="00"), task(), Functions([space["twice"]]))
    for verdict in (by_file, by_hand):
        shown = message.text(verdict, "a hint")
        assert not verdict.passed and verdict.first.about == about
        assert said in " ".join(shown) and f"  numbers  6/6      called again  {counted}" in shown
        assert len(shown) <= message.LINES and max(map(len, shown)) <= message.WIDTH


def test_a_memory_that_does_no_harm_is_allowed():
    seen, scratch = {}, np.empty(9)

    def knows_the_numbers(x):
        return seen.setdefault(x.dtype.str.encode() + x.tobytes(), 2 * x)

    def works_in_one_place(x):
        return np.add(x, x, out=scratch[: x.size]).astype(x.dtype)

    for function in (knows_the_numbers, works_in_one_place):
        verdict = judge.check_task(SimpleNamespace(number="00"), task(), Functions([function], ["twice"]))
        assert verdict.passed, message.text(verdict)


def key(values):
    """Of arrays the shape and the type only, of anything else the value."""
    return tuple((v.shape, v.dtype.str) if isinstance(v, np.ndarray) else repr(v) for v in values)


@pytest.mark.parametrize("lesson, task", TASKS)
def test_every_lesson_notices_one_buffer_for_all_results(lesson, task):
    buffers = {}

    def kept(k, value):
        if not isinstance(value, np.ndarray):
            return value
        buffer = buffers.setdefault((k, key([value])), np.empty_like(value))
        buffer[...] = value
        return buffer

    def reuses(*args):
        values = [kept(k, v) for k, v in enumerate(compare.as_parts(task, task.right(*args)))]
        return values[0] if len(values) == 1 else tuple(values)

    results = compare.as_parts(task, task.right(*task.cases[-1].args.values()))
    if not any(isinstance(v, np.ndarray) for v in results):
        pytest.skip("returns no arrays")
    verdict = judge.check_task(lesson, task, Functions([reuses], [task.name]))
    assert not verdict.passed and verdict.first.problem == repeated.OVERWRITES


@pytest.mark.parametrize("lesson, task", TASKS)
def test_every_lesson_notices_a_result_remembered_by_the_shape(lesson, task):
    results = {}

    def remembers(*args):
        return results.setdefault(key(args), task.right(*args))

    if task.judge or not repeated.other_numbers(task.cases[-1].args):
        pytest.skip("takes no arrays")
    verdict = judge.check_task(lesson, task, Functions([remembers], [task.name]))
    assert not verdict.passed
