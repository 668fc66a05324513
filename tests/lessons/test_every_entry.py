"""What a check must see, tried on every lesson: each entry, each argument, what stands behind the point."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import compare, judge, tasks
from lessons.harness.runner import Functions
from lessons.harness.tasks import Case, Task

TASKS = [
    pytest.param(task, id=f"{number}-{task.name}")
    for number in tasks.folders()
    for task in tasks.find(number).tasks
    if task.judge is None
]
UNREAD = {"relu_backward": ("z",)}  # not needed by the answer, which reads y


def refused(task, function, cases):
    """Is ``function`` refused? Only the numbers count here, neither the mistake's name nor compilation."""
    plain = dataclasses.replace(task, cases=cases, wrong=(), explain=None, threads=())
    with Functions([function], [task.name]) as runner:
        return not judge.check_task(SimpleNamespace(number="00"), plain, runner).passed


def arrays(args):
    """The names of the arrays of floats among the arguments."""
    return [name for name, a in args.items() if isinstance(a, np.ndarray) and a.dtype.kind == "f"]


def moved(a, at):
    """A copy of ``a`` with the entry ``at`` moved, by a hundredth of the largest."""
    a = a.copy()
    finite = np.abs(a[np.isfinite(a)])
    a[at] += 0.01 * max(finite.max(initial=0), 1e-3) if a.dtype.kind == "f" else 1
    return a


@pytest.mark.parametrize("task", TASKS)
def test_one_wrong_entry_is_refused_wherever_it_is(task):
    parts_of = [compare.as_parts(task, task.expected(k)) for k in range(len(task.cases))]
    for part, name in enumerate(task.returns):
        sizes = [(abs(np.size(parts[part]) - 8), k) for k, parts in enumerate(parts_of)]
        case = task.cases[min(sizes)[1]]  # with about eight entries
        right = compare.as_parts(task, task.right(*case.args.values()))
        for at in np.ndindex(np.shape(right[part])):
            wrong = [moved(np.asarray(v), at)[()] if k == part else v for k, v in enumerate(right)]
            value = wrong[0] if len(wrong) == 1 else tuple(wrong)
            assert refused(task, lambda *args, value=value: value, [case]), f"{name}{list(at)}"


def with_another(task, name, change):
    """The right answer, for ``change(argument)`` in the place of the argument ``name``."""
    at = list(task.cases[0].args).index(name)
    return lambda *args: task.right(*args[:at], change(args[at]), *args[at + 1 :])


@pytest.mark.parametrize("change", [np.ones_like, np.abs])
@pytest.mark.parametrize("task", [p for p in TASKS if "dy" in p.values[0].cases[0].args])
def test_a_dy_of_ones_or_without_signs_is_refused(task, change):
    assert refused(task, with_another(task, "dy", change), task.cases)


@pytest.mark.parametrize("task, name", [
    pytest.param(p.values[0], name, id=f"{p.id}-{name}")
    for p in TASKS
    for name in arrays(p.values[0].cases[0].args)
    if name not in UNREAD.get(p.values[0].name, ())
])  # fmt: skip
def test_arithmetic_in_whole_numbers_is_refused(task, name):
    assert refused(task, with_another(task, name, np.trunc), task.cases)


def copies(x, w, b):
    return x.copy(), w.copy(), b.copy()


@pytest.mark.parametrize("name", ["x", "w", "b"])
def test_an_alias_of_any_argument_is_refused(name):
    case = Case("numbers", {each: np.arange(3.0) for each in "xwb"})
    task = Task("copies", copies, [case], ("x", "w", "b"))

    def aliased(x, w, b):
        given = {"x": x, "w": w, "b": b}
        return tuple(a[:] if each == name else a.copy() for each, a in given.items())

    assert not refused(task, copies, task.cases)
    assert refused(task, aliased, task.cases)


def test_the_last_case_is_last_also_where_it_is_small():
    one, three = (np.arange(1.0, n) for n in (2, 4))
    last = Case("last", dict.fromkeys("xwb", one), last=True)
    task = Task("copies", copies, [last, Case("numbers", dict.fromkeys("xwb", three))], ("x", "w", "b"))
    assert [case.group for case in task.cases] == ["numbers", "last"]
    assert last.without("b").last
