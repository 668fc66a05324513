"""Loops over prange: what two rounds share is found without two threads, and threads start seldom."""

import numba
import numpy as np
import pytest
from row_sums import ROWS, TASK, row_sums, verdict_of

from lessons.harness import child, compiling, message, tasks
from lessons.harness.judge import Outcome

SHARED = """\
@njit(parallel=True)
def row_sums(x):
    y = np.zeros(len(x), x.dtype)
    for j in prange(x.shape[1]):
        for i in prange(x.shape[0]):
            y[i] += x[i, j]
    return y
"""


@pytest.mark.parametrize("line", ["y[i] += x[i, j]", "y[i] = y[i] + x[i, j]"])
def test_rounds_that_share_a_number_are_found_without_two_threads(line, tmp_path):
    verdict = verdict_of(SHARED.replace("y[i] += x[i, j]", line), tmp_path)
    assert verdict.threads == compiling.TURNED and verdict.first.about == "threads"
    text = message.text(verdict, "hint 1 of 3")
    assert text[1] == "  As plain Python it is right. With the rounds of prange in another order:"
    said = " ".join(map(str.strip, text))
    assert "but two rounds of its prange loop write to the same numbers of y: two threads may" in said
    assert len(text) < 12


SCALAR = """\
@njit(parallel=True)
def row_sums(x):
    y = np.zeros(len(x), x.dtype)
    for i in range(x.shape[0]):
        total = np.float32(0)
        for j in prange(x.shape[1]):
            total += x[i, j]
        y[i] = total
    return y
"""


def test_a_sum_in_one_variable_is_told_from_numbers_that_threads_share(tmp_path):
    """numba makes a sum of the first, in which no addition is lost; of the second nobody knows."""
    said = {}
    for name, text in {"variable": SCALAR, "place": SHARED}.items():
        verdict = verdict_of(text, tmp_path)
        assert verdict.first.about == "threads" and verdict.threads == compiling.TURNED
        said[name] = verdict.first.problem
        assert verdict.first.problem in " ".join(map(str.strip, message.text(verdict)))  # nothing is cut off
    assert "they all add to one variable. numba lets each thread add up a part" in said["variable"]
    assert "two threads may do so at once" in said["place"] and "one variable" not in said["place"]


SCRATCH = """\
@njit(parallel=True)
def row_sums(x):
    y, total = np.zeros(len(x), x.dtype), np.zeros(1, x.dtype)
    for i in prange(x.shape[0]):
        total[0] = 0
        for j in range(x.shape[1]):
            total[0] += x[i, j]
        y[i] = total[0]
    return y
"""


def test_an_array_that_all_rounds_write_to_is_found_without_two_threads(tmp_path):
    """Whatever the order, its numbers are right: only threads spoil them."""
    verdict = verdict_of(SCRATCH, tmp_path)
    assert verdict.first.about == "threads" and verdict.threads == compiling.TURNED
    assert "write to the same numbers of total: two threads may do so at once" in verdict.first.problem
    inside = SCRATCH.replace(", total = np.zeros(len(x), x.dtype), np.zeros(1", " = np.zeros(len(x)")
    inside = inside.replace("        total[0] = 0\n", "        total = np.zeros(1, x.dtype)\n")
    verdict = verdict_of(inside, tmp_path)
    assert verdict.passed, verdict.first.problem


LAMBDA = """\
add = njit(
    lambda a, b: a + b
)


@njit(parallel=True)
def row_sums(x):
    y = np.zeros(len(x), x.dtype)
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i] = add(y[i], x[i, j])
    return y
"""


def test_a_helper_whose_text_cannot_be_read_alone_is_no_mistake(tmp_path):
    """Of a lambda Python finds the line, which may be half a sentence."""
    verdict = verdict_of(LAMBDA, tmp_path)
    assert verdict.passed, verdict.first.problem


def test_only_the_outer_of_two_prange_loops_is_turned_round():
    seen = []

    def visits():
        for i in numba.prange(2):
            for j in numba.prange(2):
                seen.append((i, j))

    with compiling.as_asked(visits, compiling.TURNED) as called:
        called()
    assert seen == [(1, 0), (1, 1), (0, 0), (0, 1)]
    assert list(numba.prange(3)) == [0, 1, 2]


@pytest.mark.parametrize("body, certain", [
    ("s += x[k]", True),
    ("s = s + x[k]", True),
    ("for j in range(3):\n            s += x[j]", True),
    ("x[k] += 1", False),
    ("s += helper(x)", False),  # it may write to x
])  # fmt: skip
def test_a_sum_in_one_variable_is_certain_where_nothing_else_is_stored(body, certain, tmp_path):
    file = tmp_path / "work.py"
    lines = "def f(x):", "    s = 0", "    for k in numba.prange(len(x)):", f"        {body}", "    return s"
    file.write_text("\n".join(lines), encoding="utf-8")
    space = vars(child.load(str(file)))
    assert compiling.adds_up_variables(numba.njit(parallel=True)(space["f"])) is certain


def test_without_its_text_nothing_is_certain():
    space = {"prange": numba.prange}
    exec("def f(n):\n    s = 0\n    for k in prange(n):\n        s += k\n    return s\n", space)
    assert not compiling.adds_up_variables(numba.njit(parallel=True)(space["f"]))


@pytest.mark.parametrize("starts, said", [(compiling.MOST_STARTS, ""), (compiling.MOST_STARTS + 1, "50,000")])
def test_loops_over_prange_are_counted_without_their_rounds(starts, said):
    rounds = []

    def often(n):
        for _ in range(n):
            for k in numba.prange(1000):
                rounds.append(k)

    reply = child.perform(often, {"n": starts}, set(), 60, compiling.STARTS)
    assert said in compiling.too_often(reply, 8)[1] and bool(said) is ("raised" in reply)
    assert not rounds and list(numba.prange(2)) == [0, 1]


LENGTHS = {"n": "N", "i": "OH", "j": "OW", "f": "F", "kh": "KH", "kw": "KW", "c": "C"}


@pytest.mark.parametrize("order, shared, seldom", [
    ("n i j kh kw c f", "n", True),
    ("f n i j kh kw c", "f", True),  # over filters, from outside
    ("n i j f kh kw c", "f", True),  # and from inside
    ("n i j kh kw c f", "i", True),
    ("n f c kh kw i j", "i", True),
    ("n i j kh kw c f", "n i j f", True),  # numba shares out the outermost
    ("n kh kw c i j f", "j", True),
    ("n i j kh kw c f", "f", False),
    ("n f c kh kw j i", "i", False),
])  # fmt: skip
def test_of_lesson_08_s_loops_any_may_be_shared_but_the_innermost(order, shared, seldom):
    lines = ["def conv(x, w, b, strides, padding):", "    (N, H, W, C), (KH, KW, _, F) = x.shape, w.shape",
             "    OH, OW = H, W", "    y = np.zeros((N, OH, OW, F), x.dtype)"]  # fmt: skip
    for depth, letter in enumerate(order.split(), start=1):
        loop = "prange" if letter in shared.split() else "range"
        lines.append(f"{'    ' * depth}for {letter} in {loop}({LENGTHS[letter]}):")
    lines += ["    " * 8 + "y[n, i, j, f] += x[n, i, j, c] * w[kh, kw, c, f]", "    return y"]
    space = {"np": np, "prange": numba.prange}
    exec("\n".join(lines), space)
    case = tasks.find("08").task("conv_compiled").cases[-1]
    reply = child.perform(space["conv"], case.args, set(), 60, compiling.STARTS)
    about, _ = compiling.too_often(reply, len(case.args["x"]))
    assert about == ("" if seldom else "compiled") and ("value" in reply) is seldom


AT_EACH_NUMBER = """\
@njit(parallel=True)
def row_sums(x):
    y = np.zeros(len(x), x.dtype)
    for j in range(x.shape[1]):
        for i in range(x.shape[0]):
            for k in prange(1):
                y[i + k] += x[i, j]
    return y
"""


def test_threads_that_start_at_each_number_are_refused_before_they_do(tmp_path):
    verdict = verdict_of(AT_EACH_NUMBER, tmp_path)
    assert verdict.threads == compiling.STARTS
    assert "row_sums is right, but would start its threads more than 50,000 times" in message.text(verdict)[1]


@pytest.mark.slow  # compiles
def test_the_same_bits_on_two_threads_pass(tmp_path):
    assert verdict_of(ROWS, tmp_path).passed


def outcome(value, problem=""):
    case = TASK.cases[0]
    return Outcome(case, {"value": np.float32([value]), "compiled": True}, row_sums(**case.args), problem)


def test_two_threads_that_meet_are_named():
    right, rounded = outcome(1), outcome(np.nextafter(np.float32(1), np.float32(2)))
    assert compiling.thread_problem(right, right, 2) == ("", "")
    assert "gave other bits" in compiling.thread_problem(rounded, right, 2)[1]
    wrong = compiling.thread_problem(outcome(1, "wrong"), right, 2)[1]
    assert "two threads write to the same numbers" in wrong
