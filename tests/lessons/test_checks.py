"""Every lesson's check: the stub fails, the answer passes, each classic mistake is refused and named."""

import ast
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import compare, explain, judge, message, places, tasks
from lessons.harness.child import perform
from lessons.harness.runner import Functions, WorkFile
from lessons.harness.tasks import Case, Task, Wrong

LESSONS = [tasks.find(number) for number in tasks.folders()]
TASKS = [
    pytest.param(lesson, task, id=f"{lesson.number}-{task.name}")
    for lesson in LESSONS
    for task in lesson.tasks
]
MISTAKES = [
    pytest.param(lesson, task, wrong, id=f"{lesson.number}-{task.name}-{k}")
    for lesson in LESSONS
    for task in lesson.tasks
    for k, wrong in enumerate(task.wrong)
]


def verdict_of(lesson, task, function):
    with Functions([function], [task.name]) as runner:
        return judge.check_task(lesson, task, runner)


def test_there_are_sixteen_lessons():
    assert [lesson.number for lesson in LESSONS] == [f"{k:02}" for k in range(1, 17)]


@pytest.mark.parametrize(
    "lesson",
    [  # an answer that numba compiles takes long
        pytest.param(lesson, marks=[pytest.mark.slow] if any(t.threads for t in lesson.tasks) else [])
        for lesson in LESSONS
    ],
    ids=lambda lesson: lesson.number,
)
def test_the_stub_fails_and_the_answer_passes(lesson, tmp_path):
    stub = lesson.folder / "exercise.py"
    with WorkFile(stub) as runner:
        for task in lesson.tasks:
            verdict = judge.check_task(lesson, task, runner)
            assert not verdict.passed
            assert "not written yet" in message.text(verdict)[0]
    work = tmp_path / "work.py"
    work.write_text(tasks.model_work(lesson), encoding="utf-8")
    with WorkFile(work) as runner:
        for task in lesson.tasks:
            verdict = judge.check_task(lesson, task, runner)
            assert verdict.passed, "\n".join(message.text(verdict))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize("lesson, task, wrong", MISTAKES)
def test_a_classic_mistake_is_named(lesson, task, wrong):
    verdict = verdict_of(lesson, task, task.wrong_function(wrong))
    assert not verdict.passed
    assert verdict.looks_like == wrong.says
    text = message.text(verdict, "hint 1 of 3")
    assert len(text) <= 20 and max(map(len, text)) <= 110
    assert any(line.startswith("Looks like: ") for line in text)


@pytest.mark.parametrize("lesson, task", TASKS)
def test_a_task_is_complete(lesson, task):
    assert len(task.hints) == 3
    assert len(task.cases) >= 5
    assert len(task.wrong) >= 5
    stub = next(
        node
        for node in ast.parse((lesson.folder / "exercise.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == task.name
    )
    assert ast.get_docstring(stub)
    names = [argument.arg for argument in stub.args.args]
    assert all(list(case.args) == names[: len(case.args)] for case in task.cases)


def defaults_of(lesson, task):
    """{argument: default}, as its stub in exercise.py has them."""
    tree = ast.parse((lesson.folder / "exercise.py").read_text(encoding="utf-8"))
    stub = next(node for node in tree.body if getattr(node, "name", "") == task.name)
    names = [argument.arg for argument in stub.args.args[len(stub.args.args) - len(stub.args.defaults) :]]
    return dict(zip(names, map(ast.literal_eval, stub.args.defaults)))


OTHER_DEFAULTS = {
    "H": 16, "W": 16, "step": 0.5, "strides": (2, 2), "padding": ((1, 1), (1, 1)), "momentum": 0.9,
    "epsilon": 1e-5, "input_shape": (32, 32, 1), "classes": 4,
}  # fmt: skip
DEFAULTS = [
    pytest.param(lesson, task, name, id=f"{lesson.number}-{task.name}-{name}")
    for lesson, task in (each.values for each in TASKS)
    for name in defaults_of(lesson, task)
]


@pytest.mark.parametrize("lesson, task, changed", DEFAULTS)
def test_a_missing_or_another_default_is_refused(lesson, task, changed):
    defaults = defaults_of(lesson, task)
    required = max(len(case.args) for case in task.cases) - len(defaults)
    others = [*{**defaults, changed: OTHER_DEFAULTS[changed]}.values()]

    def another(*args):
        return task.right(*args, *others[len(args) - required :])

    def none(*args):
        if len(args) < required + len(defaults):
            raise TypeError("missing required positional arguments")
        return task.right(*args)

    for function, about in ((another, ("value", "raised")), (none, ("raised",))):
        verdict = verdict_of(lesson, task, function)
        assert not verdict.passed
        assert verdict.first.about in about  # and not that it is not compiled, as lesson 08 would have it


@pytest.mark.parametrize("lesson, task", TASKS)
def test_an_argument_changed_is_refused(lesson, task):
    def changes(*args):
        value = task.right(*args)
        for a in args:
            if isinstance(a, np.ndarray) and a.size:
                a[(0,) * a.ndim] += 1
        return value

    if not any(isinstance(a, np.ndarray) for case in task.cases for a in case.args.values()):
        pytest.skip("takes no arrays")
    assert verdict_of(lesson, task, changes).first.about == "changed"


@pytest.mark.parametrize("lesson, task", TASKS)
def test_float64_for_float32_is_refused(lesson, task):
    def widen(value):
        if isinstance(value, tuple):
            return tuple(map(widen, value))
        return (
            value.astype(np.float64) if isinstance(value, np.ndarray) and value.dtype == np.float32 else value
        )

    answers = [task.right(*case.args.values()) for case in task.cases] if task.judge is None else []
    narrow = [
        a
        for v in answers
        for a in (v if isinstance(v, tuple) else (v,))
        if getattr(a, "dtype", 0) == np.float32
    ]
    if not any(isinstance(a, np.ndarray) for a in narrow):
        pytest.skip("returns no float32 arrays")
    verdict = verdict_of(lesson, task, lambda *args: widen(task.right(*args)))
    assert not verdict.passed and "float32" in verdict.first.problem


@pytest.mark.parametrize(
    "lesson, task", [p for p in TASKS if "dx" in p.values[1].returns or "dz" in p.values[1].returns]
)
def test_a_gradient_wrong_by_a_thousandth_is_refused(lesson, task):
    for k, name in enumerate(task.returns):
        if not name.startswith("d"):
            continue

        def scaled(*args, k=k):
            value = task.right(*args)
            if len(task.returns) == 1:
                return value * value.dtype.type(1.001)
            return tuple(v * v.dtype.type(1.001) if j == k else v for j, v in enumerate(value))

        verdict = verdict_of(lesson, task, scaled)
        assert not verdict.passed
        assert f"{name} is 1.001 times the right one everywhere" in verdict.ratio


def enlarged(value):
    """1.001 times a float, or an array of floats; anything else as it is."""
    if getattr(value, "dtype", np.dtype(type(value))).kind != "f":
        return value
    return value * value.dtype.type(1.001) if isinstance(value, np.ndarray) else value * 1.001


@pytest.mark.parametrize("lesson, task", [p for p in TASKS if p.values[1].judge is None])
def test_any_result_wrong_by_a_thousandth_is_refused(lesson, task):
    results = [compare.as_parts(task, task.expected(k)) for k in range(len(task.cases))]
    floats = [k for k in range(len(task.returns)) if enlarged(results[-1][k]) is not results[-1][k]]
    if not floats:
        pytest.skip("returns whole numbers")
    for k in floats:

        def scaled(*args, k=k):
            parts = compare.as_parts(task, task.right(*args))
            parts[k] = enlarged(parts[k])
            return parts[0] if len(parts) == 1 else tuple(parts)

        verdict = verdict_of(lesson, task, scaled)
        assert not verdict.passed and verdict.first.about == "value"


@pytest.mark.slow  # a process for each
@pytest.mark.parametrize("lesson, task", TASKS)
def test_an_answer_nobody_thought_of_gets_a_true_message(lesson, task):
    absurd = [
        None,
        "seven",
        1.5,
        {"y": 1},
        np.zeros((1, 2)),
        (1, 2, 3, 4),
        np.array([["a"]]),
        np.array([[None]]),
    ]
    functions = [lambda *a, value=value: value for value in absurd]
    for wrong in [*functions, lambda *a: 1 / 0, lambda *a: np.nan * a[-1], lambda: 0]:
        verdict = verdict_of(lesson, task, wrong)
        text = message.text(verdict, "hint 1 of 3")
        assert not verdict.passed and verdict.looks_like == ""
        assert len(text) <= 20 and max(map(len, text)) <= 110
        assert not any("Traceback" in line for line in text)


MESSAGE = """\
  stride 1  24/24      stride 2  0/16
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


def test_deleting_the_check_does_not_help(tmp_path, monkeypatch):
    folder = shutil.copytree(tasks.folders()["06"], tmp_path / "06_convolution")
    monkeypatch.setattr(places, "LESSONS", tmp_path)
    work = tmp_path / "work.py"
    work.write_text(f"import os\nos.remove({str(folder / 'check.py')!r})\n", encoding="utf-8")
    lesson = tasks.find("06")
    with WorkFile(work) as runner:
        assert not judge.check_task(lesson, lesson.tasks[0], runner).passed
    with pytest.raises(ValueError, match=r"check.py is missing: git checkout"):
        tasks.find("06")


# ---------------------------------------------------------------- the harness by itself


def twice(x):
    return 2 * x


def one_task(answer=twice, **more):
    cases = [Case("numbers", {"x": np.arange(1.0, n, dtype=np.float32)}) for n in (3, 4, 5, 6, 7)]
    return Task("twice", answer, cases, ("y",), **more)


def run(function, **more):
    task = one_task(**more)
    return judge.check_task(SimpleNamespace(number="00"), task, Functions([function], ["twice"]))


def test_an_alias_of_the_argument_is_refused():
    def same(x):
        return x

    assert run(lambda x: x, answer=same_copy).first.about == "alias"
    assert run(lambda x: x[:], answer=same_copy).first.about == "alias"
    assert run(lambda x: x + 0, answer=same_copy).passed
    assert run(same, answer=same_copy, views=True).passed


def same_copy(x):
    return x.copy()


def test_only_the_learners_lines_are_shown(tmp_path):
    work = tmp_path / "work.py"
    work.write_text(
        "import numpy as np\n\n\ndef twice(x):\n    return np.reshape(x, (7, 7))\n", encoding="utf-8"
    )
    with WorkFile(work) as runner:
        text = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert re.search(r"work\.py:5$", text[0])
    assert any("line 5, in twice:  return np.reshape(x, (7, 7))" in line for line in text)
    assert not any("fromnumeric" in line or "Traceback" in line for line in text)


@pytest.mark.parametrize(
    "text, line, about",
    [
        ("import numpy as np\n\n\ntwice = np.vectorize(lambda v: 3 * v, [np.float32])\n", 1, "value"),
        ("\n\n\nfrom textwrap import dedent as twice\n", 1, "raised"),  # begins far down, in its own file
        ("\n\n\ndef twice(x):\n    return 3 * x\n", 4, "value"),
    ],
)
def test_the_line_is_one_of_this_file(text, line, about, tmp_path):
    work = tmp_path / "work.py"
    work.write_text(text, encoding="utf-8")
    with WorkFile(work) as runner:
        verdict = judge.check_task(SimpleNamespace(number="00"), one_task(), runner)
    assert not verdict.missing and verdict.first.about == about
    assert message.text(verdict)[0].endswith(f"work.py:{line}")


def test_a_syntax_error_is_shown_where_it_is(tmp_path):
    work = tmp_path / "work.py"
    work.write_text("x = 1\n\ndef twice(x:\n    return 2 * x\n", encoding="utf-8")
    with WorkFile(work) as runner:
        text = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert text[0].endswith("work.py:3") and "SyntaxError" in text[1]


TWICE = "import numpy as np\n\n# Größe\ndef twice(x):\n    return 2 * x\n"


@pytest.mark.parametrize("head, encoding", [("", "utf-8-sig"), ("# -*- coding: cp1252 -*-\n", "cp1252")])
def test_a_file_may_be_written_as_python_allows(head, encoding, tmp_path):
    work = tmp_path / "work.py"
    work.write_text(head + TWICE, encoding=encoding)
    with WorkFile(work) as runner:
        assert judge.check_task(SimpleNamespace(number="00"), one_task(), runner).passed


@pytest.mark.parametrize("head, encoding, line", [
    ("", "cp1252", 3), ("", "utf-16", 1), ("# coding: klingon\n", "utf-8", 1),
])  # fmt: skip
def test_other_letters_are_said_to_be_the_trouble(head, encoding, line, tmp_path):
    work = tmp_path / "work.py"
    work.write_text(head + TWICE, encoding=encoding)
    with WorkFile(work) as runner:
        text = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert text[0].endswith(f"work.py:{line}")
    assert "let your editor save it as UTF-8" in text[1] and len(text) == 2


def test_what_the_learner_prints_is_shown_and_harmless(tmp_path):
    work = tmp_path / "work.py"
    work.write_text("def twice(x):\n    print('x is', x)\n    return x + 1\n", encoding="utf-8")
    with WorkFile(work) as runner:
        text = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert "  x is [1. 2.]" in text


@pytest.mark.parametrize("body", ["return x + 1", "raise NotImplementedError", "return x)"])
def test_what_the_file_prints_is_shown_as_well(body, tmp_path):
    work = tmp_path / "work.py"
    text = f"print('shapes so far')\n\n\ndef twice(x):\n    {body.rstrip(')')}\n"
    work.write_text(text + "1 / 0\n" * body.endswith(")"), encoding="utf-8")
    with WorkFile(work) as runner:
        shown = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner), "hint 1")
    assert shown[-3:] == ["Printed while the file was read:", "  shapes so far", "hint 1"]


def test_a_line_that_is_cut_says_so(tmp_path):
    work = tmp_path / "work.py"
    work.write_text(f"def twice(x):\n    print('-' * 200)\n    return x / {'1' * 200}\n", encoding="utf-8")
    with WorkFile(work) as runner:
        shown = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert any(line.startswith("  ---") and line.endswith("- ...") for line in shown)
    assert max(map(len, shown)) <= message.WIDTH


@pytest.mark.parametrize("name", ["dropout_forward", "dropout_backward"])
@pytest.mark.parametrize("seed", [None, "seeded once"])
def test_new_dice_are_noticed(name, seed):
    lesson = tasks.find("13")
    task, rng = lesson.task(name), np.random.default_rng(seed and 0)

    def new_dice(x, u, *rest):
        return task.right(x, rng.random(u.shape).astype(u.dtype), *rest)

    verdict = verdict_of(lesson, task, new_dice)
    text = " ".join(message.text(verdict))
    assert not verdict.passed and verdict.looks_like == ""
    assert "called again with the same arguments, yours returns something else" in text


def test_the_place_of_an_endless_loop_is_shown():
    def endless(x):
        while True:
            pass

    verdict = run(endless, limit=0.3)
    assert verdict.first.about == "timeout"
    assert verdict.first.reply["frames"][-1][2] in ("while True:", "pass")


def test_a_patched_answer_is_noticed():
    namespace = {}
    exec("def twice(x):\n    return x", namespace)
    with pytest.raises(ValueError, match="was replaced: restart Python"):
        one_task(answer=namespace["twice"])


@pytest.mark.parametrize("factor", [0.999, 1.001])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_thousandth_is_a_difference(factor, dtype, rng):
    a = rng.standard_normal((3, 4)).astype(dtype)
    assert compare.difference(a, a.copy(), "y", dtype) == ""
    assert "12 of 12 numbers wrong" in compare.difference(a * a.dtype.type(factor), a, "y", dtype)
    assert compare.constant_ratio(a * a.dtype.type(factor), a) == pytest.approx(factor, rel=1e-5)


def test_nan_is_never_right():
    wanted = np.ones(3)
    assert "nan" in compare.difference(np.array([1, np.nan, 1.0]), wanted, "y", "float64")


def test_perform_returns_what_was_printed():
    reply = perform(lambda x: print("hello"), {"x": 1}, set(), 5)
    assert reply["printed"] == "hello\n" and reply["value"] is None


def test_only_kernels_lose_their_last_axes():
    row = np.arange(2).reshape(1, 1, 2, 1)
    assert message.array(row, "x") == message.array(row, "which") == "[[0 1]]"
    assert message.array(row.reshape(1, 2, 1, 1), "dw") == "[[0 1]]"


def test_what_came_in_is_said_only_of_its_own_type():
    bytes_, whole = np.zeros(2, np.uint8), np.zeros(2, np.int64)
    assert compare.difference(whole, bytes_, "which", "float32") == "which: expected uint8, got int64"


def test_a_complex_result_is_shown_as_it_is(tmp_path):
    work = tmp_path / "work.py"
    work.write_text("def twice(x):\n    return 2 * x + 1j\n", encoding="utf-8")
    with WorkFile(work) as runner:
        text = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert any("expected float32, got complex64" in line for line in text)


def test_an_error_is_no_mistake_of_the_list_for_being_of_its_type():
    def other(x):
        raise ValueError("another reason")

    def listed(x):
        raise ValueError("the reason")

    wrong = [Wrong("that one.", function=listed)]
    assert run(listed, wrong=wrong).looks_like == "that one."
    assert run(other, wrong=wrong).looks_like == ""


def test_one_ratio_is_said_only_where_it_holds_in_every_case():
    def mostly(x):
        if len(x) == 2:
            raise ValueError("var(1)")
        return 3 * x

    assert run(lambda x: 3 * x).ratio == "y is 1.5 times the right one everywhere"
    assert run(mostly).ratio == ""
    assert run(lambda x: 3 * x if len(x) > 3 else x + 7).ratio == ""  # wrong everywhere, by 3/2 in most
    assert run(lambda x: 3 * x if len(x) > 3 else 2 * x).ratio == ""  # right in the others
    assert run(lambda x: np.full_like(x, 3)).ratio == ""


def test_a_right_zero_does_not_hide_the_ratio():
    cases = [Case("numbers", {"x": x}) for x in (np.zeros(3), np.ones(3), np.ones(1))]
    task = Task("twice", twice, cases, ("y",))
    verdict = judge.check_task(SimpleNamespace(number="00"), task, Functions([lambda x: 4 * x], ["twice"]))
    assert verdict.ratio == "y is 2 times the right one everywhere: counted twice?"


@pytest.mark.parametrize("number, name, said", [
    ("02", "softmax", ""),  # nothing there is divided by N
    ("02", "linear_forward", ""),
    ("03", "sgd_step", ""),
    ("03", "softmax_crossentropy", "loss is 0.50 times the right one here, 1/N times everywhere"),
    ("05", "dense_backward", "times the right one here, 1/N times everywhere: divided by N once too often?"),
])  # fmt: skip
def test_divided_by_n_is_said_of_what_is_divided_by_n(number, name, said):
    lesson = tasks.find(number)
    task = lesson.task(name)

    def divided(*args):
        value, N = task.right(*args), len(args[0])
        divide = lambda v: (np.asarray(v) / N).astype(np.asarray(v).dtype)[()]  # noqa: E731
        return tuple(map(divide, value)) if len(task.returns) > 1 else divide(value)

    ratio = verdict_of(lesson, task, divided).ratio
    assert said in ratio and ("divided by N" in ratio) is bool(said)


def test_a_factor_is_said_only_of_what_is_one():
    explained = {"explain": explain.reads("x")}
    assert run(lambda x: 3 * x, **explained).explanation == "y[0] multiplies x[0] by 2; yours by 3"
    for bent in (lambda x: x**2, lambda x: (x - 1) ** 3):  # steps of 1 and -1 move the second alike
        assert run(bent, **explained).explanation == ""


def test_a_forgotten_division_is_called_that():
    lesson = tasks.find("02")
    forgets = lambda z: np.exp(z - z.max(axis=1, keepdims=True))  # noqa: E731
    verdict = verdict_of(lesson, lesson.task("softmax"), forgets)
    assert verdict.looks_like == "the rows are not divided by their sum."


def test_what_is_read_is_said_only_where_it_is_known():
    explained = {"explain": explain.reads("x")}
    assert "yours does not" in run(lambda x: 0 * x, **explained).explanation
    assert run(lambda x: np.nan * x, **explained).explanation == ""


@pytest.mark.parametrize("noise", [1, 1e-3])
@pytest.mark.parametrize("how", [np.add, np.multiply])
def test_of_what_is_drawn_at_random_nothing_else_is_said(noise, how):
    """What it reads, or by what it differs, would be found out by calling it: and be another at each call."""
    dice = np.random.default_rng(0)
    drawn = run(lambda x: how(x, np.float32(1 + noise * dice.random())), explain=explain.reads("x"))
    assert "returns something else" in drawn.explanation
    assert not drawn.looks_like and not drawn.ratio
    assert run(lambda x: np.full(x.shape, np.nan, x.dtype)).explanation == ""  # a NaN is a NaN again


@pytest.mark.parametrize("result, said", [
    ("x.astype(object)", "an array of type object, shape (2,)"),
    ("{'y': np.ones((3, 3, 3))}", "a dict of 1"),
    ("(x, x)", "return one array (a comma after it makes a tuple)"),
    ("'word' * 1000", "'wordwordword"),
])  # fmt: skip
def test_any_result_is_named_on_one_line(result, said, tmp_path):
    work = tmp_path / "work.py"
    work.write_text(f"import numpy as np\n\n\ndef twice(x):\n    return {result}\n", encoding="utf-8")
    with WorkFile(work) as runner:
        text = message.text(judge.check_task(SimpleNamespace(number="00"), one_task(), runner))
    assert any(said in line for line in text)
    assert not any("\n" in line or len(line) > message.WIDTH for line in text)


# ---------------------------------------------------------------- single lessons


@pytest.mark.parametrize("std", ["np.maximum(std, 1)", "np.where(std > 1, std, 1)"])
def test_a_small_standard_deviation_is_none_of_1(std):
    lesson = tasks.find("01")
    task = lesson.task("standardize")
    wrong = Wrong("", [("np.where(std > 0, std, 1)", std)])
    verdict = verdict_of(lesson, task, task.wrong_function(wrong))
    assert not verdict.passed
    assert verdict.looks_like.startswith("a standard deviation below 1 is taken for 1")


@pytest.mark.parametrize("name", ["lenet5", "vgg_cifar"])
def test_an_activation_may_be_a_layer(name):
    lesson = tasks.find("16")
    task = lesson.task(name)
    relu, softmax = ', activation="relu")', ', activation="softmax")'
    by_itself = [(relu, "), layers.ReLU()"), (softmax, "), layers.Softmax()")]
    if name == "vgg_cifar":
        by_itself = [
            ("network.add(layers.Conv2D(filters, 3, **same))",
             "network.add(layers.Conv2D(filters, 3, **same)); network.add(layers.ReLU())"),
            ('"activation": "relu", ', ""),
        ]  # fmt: skip
    verdict = verdict_of(lesson, task, task.wrong_function(Wrong("", by_itself)))
    assert verdict.passed, message.text(verdict)


def test_no_more_is_said_of_a_network_than_is_true():
    lesson = tasks.find("16")
    task = lesson.task("lenet5")
    first_only = Wrong("", [("(6, 5, activation=\"relu\")", "(6, 5)")])
    verdict = verdict_of(lesson, task, task.wrong_function(first_only))
    assert not verdict.passed and "layer 1 is Conv2D" in verdict.first.problem
    assert verdict.looks_like == ""
