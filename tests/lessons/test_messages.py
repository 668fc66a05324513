"""What a learner reads of a verdict."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
from verdicts import one_task, run, verdict_of, verdict_on_file, verdict_on_text

from lessons.harness import compiling, judge, limits, message, tasks
from lessons.harness.runner import WorkFile

MESSAGE = """\
  stride 1  24/24      larger strides  0/16
Smallest case that fails:
  x (1,1,3,1) = [[1 2 3]]   w (1,1,1,1) = [[1]]   stride 2, padding 0
  conv_forward returned [[1 2]]
  expected              [[1 3]]      y[0,0,1,0] reads x[0,0,2,0]; yours reads x[0,0,1,0]
Looks like: output column j reads input column j, not j * stride.
hint 1 of 3: press h"""


def test_the_message_that_was_promised(tmp_path):
    lesson = tasks.find("06")
    task, mistake = lesson.tasks[0], lesson.tasks[0].wrong[0]
    work = tmp_path / "work.py"
    work.write_text(task.imports() + "\n" * 11 + task.code(mistake), encoding="utf-8")
    with WorkFile(work) as runner:
        first, *rest = message.text(judge.check_task(lesson, task, runner), "hint 1 of 3: press h")
    assert first == f"06 conv_forward   x   {work.as_posix()}:13"
    assert "\n".join(rest) == MESSAGE


def test_only_the_learners_lines_are_shown(tmp_path):
    twice = "import numpy as np\n\n\ndef twice(x):\n    return np.reshape(x, (7, 7))\n"
    text = message.text(verdict_on_file(twice, tmp_path))
    assert re.search(r"work\.py:5$", text[0])
    assert any("line 5, in twice:  return np.reshape(x, (7, 7))" in line for line in text)
    assert not any("fromnumeric" in line or "Traceback" in line for line in text)


def test_the_lines_quoted_are_those_that_ran(tmp_path):
    saved = "Path(__file__).write_text('# other lines\\n' * 9)"  # as by an editor, while it runs
    text = f"from pathlib import Path\n\n\ndef twice(x):\n    {saved}\n    return x / 'two'\n"
    shown = message.text(verdict_on_file(text, tmp_path))
    assert any("line 6, in twice:  return x / 'two'" in line for line in shown)
    assert (tmp_path / "work.py").read_text(encoding="utf-8").startswith("# other lines")


def test_a_recursion_without_an_end_is_one_whatever_limit_it_sets(tmp_path):
    text = "import sys\nsys.setrecursionlimit(10**9)\n\n\ndef twice(x):\n    return twice(x)\n"
    shown = message.text(verdict_on_file(text, tmp_path))
    assert any("raised RecursionError" in line for line in shown) and len(shown) <= message.LINES


@pytest.mark.parametrize(
    "text, line, about",
    [
        ("import numpy as np\n\n\ntwice = np.vectorize(lambda v: 3 * v, [np.float32])\n", 1, "value"),
        ("\n\n\nfrom textwrap import dedent as twice\n", 1, "raised"),  # begins far down, in its own file
        ("\n\n\ndef twice(x):\n    return 3 * x\n", 4, "value"),
    ],
)
def test_the_line_is_one_of_this_file(text, line, about, tmp_path):
    verdict = verdict_on_file(text, tmp_path)
    assert not verdict.missing and verdict.first.about == about
    assert message.text(verdict)[0].endswith(f"work.py:{line}")


def test_a_syntax_error_is_shown_where_it_is(tmp_path):
    text = message.text(verdict_on_file("x = 1\n\ndef twice(x:\n    return 2 * x\n", tmp_path))
    assert text[0].endswith("work.py:3") and "SyntaxError" in text[1]


TWICE = "import numpy as np\n\n# Größe\ndef twice(x):\n    return 2 * x\n"


@pytest.mark.parametrize("head, encoding", [("", "utf-8-sig"), ("# -*- coding: cp1252 -*-\n", "cp1252")])
def test_a_file_may_be_written_as_python_allows(head, encoding, tmp_path):
    assert verdict_on_file(head + TWICE, tmp_path, encoding).passed


@pytest.mark.parametrize("head, encoding, line", [
    ("", "cp1252", 3), ("", "utf-16", 1), ("# coding: klingon\n", "utf-8", 1),
])  # fmt: skip
def test_other_letters_are_said_to_be_the_trouble(head, encoding, line, tmp_path):
    text = message.text(verdict_on_file(head + TWICE, tmp_path, encoding))
    assert text[0].endswith(f"work.py:{line}")
    assert "let your editor save it as UTF-8" in text[1] and max(map(len, text)) <= message.WIDTH


def test_what_the_learner_prints_is_shown_and_harmless(tmp_path):
    text = message.text(verdict_on_file("def twice(x):\n    print('x is', x)\n    return x + 1\n", tmp_path))
    assert "  x is [1. 2.]" in text


@pytest.mark.parametrize("body", ["return x + 1", "raise NotImplementedError", "return x)"])
def test_what_the_file_prints_is_shown_as_well(body, tmp_path):
    text = f"print('shapes so far')\n\n\ndef twice(x):\n    {body.rstrip(')')}\n"
    shown = message.text(verdict_on_file(text + "1 / 0\n" * body.endswith(")"), tmp_path), "hint 1")
    assert shown[-3:] == ["Printed while the file was read:", "  shapes so far", "hint 1"]


def test_a_line_that_is_cut_says_so(tmp_path):
    twice = f"def twice(x):\n    print('-' * 200)\n    return x / {'1' * 200}\n"
    shown = message.text(verdict_on_file(twice, tmp_path))
    assert any(line.startswith("  ---") and line.endswith("- ...") for line in shown)
    assert max(map(len, shown)) <= message.WIDTH


def test_the_place_of_an_endless_loop_is_shown():
    def endless(x):
        while True:
            pass

    verdict = run(endless, limit=0.3)
    assert verdict.first.about == "timeout"
    assert verdict.first.reply["frames"][-1][2] in ("while True:", "pass")


def test_a_file_that_cannot_be_read_to_its_end_is_told_so_in_short_lines():
    waits = "was still running after 180 seconds, of which it worked 0.1: does it wait for something (a key)"
    runner = SimpleNamespace(path="work.py", lines={}, loaded={"timeout": waits})
    lesson = tasks.find("02")
    shown = message.text(judge.check_task(lesson, lesson.tasks[0], runner), "a hint")
    assert f"reading the file {waits}" in " ".join(line.strip() for line in shown)
    assert max(map(len, shown)) <= message.WIDTH


def test_only_kernels_lose_their_last_axes():
    row = np.arange(2).reshape(1, 1, 2, 1)
    assert message.array(row, "x") == message.array(row, "which") == "[[0 1]]"
    assert message.array(row.reshape(1, 2, 1, 1), "dw") == "[[0 1]]"


@pytest.mark.parametrize("result", [0.5 + 0.5j, np.complex128(0.5), np.complex64(0.5), np.array(0.5 + 0j)])
def test_a_complex_number_is_no_number_here(result):
    lesson = tasks.find("04")
    verdict = verdict_of(lesson, lesson.task("relative_error"), lambda a, b: result)
    text = " ".join(message.text(verdict))
    assert not verdict.passed and "expected a number, got" in text and "j" in text


@pytest.mark.parametrize("result, said", [
    ("x.astype(object)", "an array of type object, shape (2,)"),
    ("{'y': np.ones((3, 3, 3))}", "a dict of 1"),
    ("(x, x)", "return one array (a comma after it makes a tuple)"),
    ("'word' * 1000", "'wordwordword"),
    ("np.asmatrix(2 * x)", "a matrix of NumPy: np.asarray(...) makes a plain array of it"),
    ("np.ma.asarray(2 * x)", "a masked array: np.asarray(...) makes a plain array of it"),
    ("[np.ma.asarray(2 * x)]", "a list of 1"),
    ("2 * x + 0j", "expected float32, got complex64"),
    ("np.complex128(1 + 2j)", "np.complex128(1+2j)"),
])  # fmt: skip
def test_any_result_is_named_on_one_line(result, said, tmp_path):
    twice = f"import numpy as np\n\n\ndef twice(x):\n    return {result}\n"
    text = message.text(verdict_on_file(twice, tmp_path))
    assert any(said in line for line in text)
    assert not any("\n" in line or len(line) > message.WIDTH for line in text)


def test_a_later_case_that_did_not_end_is_told():
    """The smallest case that fails is another one."""
    names = ("value", "returned [3]"), ("timeout", "was still running after 5 seconds")
    case = SimpleNamespace(group="by hand")
    wrong, late = (SimpleNamespace(case=case, about=about, problem=words) for about, words in names)
    task = SimpleNamespace(cases=range(11))
    verdict = SimpleNamespace(threads=None, task=task, outcomes=[wrong, late], first=wrong)
    due = "  by hand  0/2      not tried yet: 9 (the one before them was still running after 5 seconds)"
    assert message._counts(verdict) == [due]


SLOPES = """
import numpy as np


def numeric_gradient(f, x, step=1e-5):
    slopes = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        move = np.zeros(x.shape)
        move[i] = step
        slopes[i] = (f(x + move) - f(x - move)) / (2 * step)
    return slopes


def gradients_agree(forward, backward, x):
    y = forward(x)
    slopes = numeric_gradient(lambda x: BODY, x)
    return np.abs(slopes - backward(y, x)).max() < 1e-6
"""


@pytest.mark.parametrize("body, line", [("y * forward(x)", 16), ("(y * missing(x)).sum()", 16)])
def test_an_error_in_a_function_that_has_a_check_of_its_own_is_the_callers(body, line, tmp_path):
    lesson, work = tasks.find("04"), tmp_path / "work.py"
    work.write_text(SLOPES.replace("BODY", body), encoding="utf-8")
    with WorkFile(work) as runner:
        verdict = judge.check_task(lesson, lesson.task("gradients_agree"), runner)
        assert judge.check_task(lesson, lesson.task("numeric_gradient"), runner).passed
    shown = message.text(verdict)
    assert shown[0].endswith(f"work.py:{line}") and any("in numeric_gradient" in row for row in shown)


def test_an_error_in_a_helper_is_the_helpers(tmp_path):
    text = "def half(x):\n    return x.half\n\n\ndef twice(x):\n    return 4 * half(x)\n"
    assert message.text(verdict_on_file(text, tmp_path))[0].endswith("work.py:2")


def test_a_call_outside_of_all_functions_is_where_reading_the_file_ended(tmp_path):
    text = "def twice(x):\n    return x.T + x.T\n\n\nprint(twice([1, 2]))\n"
    shown = message.text(verdict_on_file(text, tmp_path))
    assert shown[0].endswith("work.py:5") and "reading the file raised AttributeError" in shown[1]


def test_arguments_in_another_order_are_told(tmp_path):
    lesson, work = tasks.find("02"), tmp_path / "work.py"
    work.write_text("def linear_forward(w, x, b):\n    return x @ w + b\n", encoding="utf-8")
    with WorkFile(work) as runner:
        verdict = judge.check_task(lesson, lesson.tasks[0], runner)
    assert verdict.looks_like == "the arguments of the def have changed places: they come as (x, w, b)."
    texts = (  # right; names of one's own; another mistake than the order
        "(w, x, b):\n    return w @ x + b",
        "(a, b, c):\n    return a @ b",
        "(w, x, b):\n    return w @ x",
    )
    for k, text in enumerate(texts):
        work.write_text(f"def linear_forward{text}\n", encoding="utf-8")
        with WorkFile(work) as runner:
            verdict = judge.check_task(lesson, lesson.tasks[0], runner)
        assert verdict.passed is (k == 0)
        assert verdict.looks_like == ("" if k == 0 else "b is never added.")  # whatever the names are
        assert ("By the way" in " ".join(message.text(verdict))) is (k == 2)
    work.write_text("def linear_forward(b, x, w):\n    return x @ w\n", encoding="utf-8")
    with WorkFile(work) as runner:
        verdict = judge.check_task(lesson, lesson.tasks[0], runner)
    assert verdict.looks_like == ""  # it does not say what else is wrong
    said = " ".join(message.text(verdict))
    assert "By the way: the def names its arguments in another order: they come as (x, w, b)." in said


# ---------------------------------------------------------------- what is explained in any lesson

RMSPROP = """
def rmsprop_step(w, dw, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * dw^2
    return w - learning_rate * dw / np.sqrt(v + epsilon), v
"""
LINEAR = "def linear_forward(x, w, b):\n    return x @ w + b * 2.0^2"


@pytest.mark.parametrize("number, text", [("11", RMSPROP), ("02", LINEAR)])  # an array's, and a number's
def test_a_power_written_in_another_language_is_explained(number, text):
    assert "^ is no power in Python, ** is" in " ".join(message.text(verdict_on_text(number, text)))


def test_that_nobody_answers_is_explained(tmp_path):
    verdict = verdict_on_file("def twice(x):\n    input('go on?')\n    return 2 * x\n", tmp_path)
    assert "input() has nobody to ask here" in verdict.first.problem


@pytest.mark.parametrize("line", ["x *= 2", "x[0] = 2", "other = x\n    other += 1"])
def test_what_changed_an_argument_is_said_of_any_line(line):
    space = {}
    exec(f"def twice(x):\n    y = 2 * x\n    {line}\n    return y", space)
    said = " ".join(" ".join(message.text(run(space["twice"]))).split())
    assert "Lines such as x *= 2 and x[0] = 2 write into it, also by a second name" in said


@pytest.mark.parametrize("text, seconds", [
    ("from numba import njit\n", compiling.SECONDS), ("import numpy\n", limits.READING),
])  # fmt: skip
def test_a_file_that_compiles_may_be_read_for_as_long_as_that_takes(text, seconds, tmp_path):
    work = tmp_path / "work.py"
    work.write_text(text, encoding="utf-8")
    assert compiling.reading(work) == seconds


def test_the_end_of_another_file_is_not_taken_for_a_question(tmp_path):
    twice = "import pickle\n\n\ndef twice(x):\n    return pickle.loads(b'')\n"
    said = " ".join(message.text(verdict_on_file(twice, tmp_path)))
    assert "EOFError: Ran out of input" in said and "input()" not in said


def test_both_numbers_are_of_one_place():
    """Where one of the two is far larger, rounding is another for it: the wrong places are found once."""

    def twice(x):
        y = 2 * x
        y[30:] *= 1e6
        y[0] *= 1.01
        return y

    task = one_task()
    task.cases = [tasks.Case("numbers", {"x": np.arange(1, 41, dtype=np.float32)})]
    said = message.text(verdict_of(SimpleNamespace(number="00"), task, twice))
    got, due = (next(line for line in said if word in line) for word in ("returned", "expected"))
    assert "y[0] = 2.02" in got and "y[0] = 2 " in f"{due} "
