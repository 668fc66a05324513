"""Every lesson's check: the stub fails, the answer passes, each classic mistake is refused and named."""

import ast

import numpy as np
import pytest
from verdicts import verdict_of

from lessons.harness import compare, judge, message, tasks, wire
from lessons.harness.runner import WorkFile
from minicnn.layers.base import Layer

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


LEARNED = {}  # what became of the networks that were trained, by their layers


@pytest.fixture
def cheap_networks(lesson, monkeypatch):
    """Lesson 16 builds thousands of networks here: they get weights where they are trained, once for each."""
    if lesson.number != "16":
        return
    check = wire.module_of(lesson.folder / "check.py")
    draw, learn = Layer.initial, check.learned_by_heart

    def nothing(layer, name, shape, initializer):
        return np.broadcast_to(np.float32(0), shape)

    def learned_by_heart(network):
        made_of = str(network.get_config())
        if made_of not in LEARNED:
            with monkeypatch.context() as within:
                within.setattr(Layer, "initial", draw)
                LEARNED[made_of] = learn(network)
        return LEARNED[made_of]

    monkeypatch.setattr(Layer, "initial", nothing)
    monkeypatch.setattr(check, "learned_by_heart", learned_by_heart)


@pytest.mark.usefixtures("cheap_networks")
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


@pytest.mark.usefixtures("cheap_networks")
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
