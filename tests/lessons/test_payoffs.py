"""A payoff passes only for what has learned."""

import ast
import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import budget, figures, first_step, payoff, speed, tasks
from lessons.harness.convolutions import batch, right
from lessons.harness.places import nobody
from lessons.harness.runner import Functions, WorkFile
from minicnn.plots.figure import new_figure

LESSONS = [tasks.find(number) for number in tasks.folders()]
TRAINING = [lesson for lesson in LESSONS if isinstance(lesson.payoff, payoff.Training)]
INITIAL = {"w": np.zeros((1, 3), np.float32), "v": np.zeros((2, 2), np.float32), "b": np.zeros(2, np.float32)}


class Runner:
    """In the place of work.py: hands back the weights for right and for shuffled labels."""

    def __init__(self, right, shuffled):
        self.replies = {False: right, True: shuffled}

    def call_lesson(self, function, args, limit):
        return {"value": self.replies[args["shuffle"]]}


@pytest.fixture
def no_calls(monkeypatch):
    monkeypatch.setattr(first_step, "right_calls", lambda *_: [])


def run(right, shuffled, monkeypatch):
    """A payoff whose weights say how many of the pictures they get right."""

    def predict(weights, data):
        hits = np.arange(len(data.y_test)) < weights["w"][0, 0] * len(data.y_test)
        return np.eye(10)[np.where(hits, data.y_test, (data.y_test + 1) % 10)]

    usual = {"floor": 0.5, "moved": {"w": 1.0, "v": 0.5}}
    monkeypatch.setattr(payoff, "measured", lambda number, dataset: usual)
    trained = payoff.Training(
        "a test", lambda: None, lambda seed: INITIAL, predict, None, n_train=10, n_test=100
    )
    lesson = SimpleNamespace(number="00", folder=payoff.LESSONS)
    return trained.run(lesson, Runner(right, shuffled), dataset="shapes")


def weights(accuracy):
    """A bias may stay where it was, as behind a relu that is always 0."""
    return {**INITIAL, "w": np.array([[accuracy, 1, 2]], np.float32), "v": np.eye(2, dtype=np.float32)}


@pytest.mark.parametrize("right, shuffled, passes, said", [
    (weights(0.7), weights(0.1), True, "test accuracy 0.700, floor 0.500"),
    (weights(0.4), weights(0.1), False, "x  test accuracy 0.400"),
    (INITIAL, INITIAL, False, "x  about where they were before: w, v"),
    ({**weights(0.7), "v": INITIAL["v"]}, weights(0.1), False, "x  about where they were before: v"),
    ({**weights(0.7), "v": INITIAL["v"] + 0.2}, weights(0.1), False, "x  about where they were before: v"),
    (weights(0.7), weights(0.7), False, "x  with shuffled labels 0.700"),
    ({**INITIAL, "w": np.full((1, 3), np.nan)}, weights(0.1), False, "did not hand back finite weights"),
    ({**INITIAL, "w": np.zeros((1, 4))}, weights(0.1), False, "did not hand back finite weights"),
    ({"w": INITIAL["w"]}, weights(0.1), False, "did not hand back finite weights"),
    (None, None, False, "did not hand back finite weights"),
])  # fmt: skip
def test_three_things_must_hold(right, shuffled, passes, said, monkeypatch, no_calls):
    passed, lines, _ = run(right, shuffled, monkeypatch)
    assert passed is passes
    assert any(said in line for line in lines)


@pytest.mark.parametrize("lesson", TRAINING, ids=lambda lesson: lesson.number)
@pytest.mark.parametrize("dataset", ["cifar10", "shapes"])
def test_floors_lie_between_chance_and_five_seeds(lesson, dataset):
    measured = json.loads(payoff.FLOORS.read_text(encoding="utf-8"))[lesson.number][dataset]
    assert len(measured["accuracy"]) == len(measured["shuffled"]) == 5
    assert payoff.CHANCE < measured["floor"] < min(measured["accuracy"])
    assert max(measured["shuffled"]) <= payoff.CHANCE


@pytest.mark.parametrize("lesson", TRAINING, ids=lambda lesson: lesson.number)
def test_a_network_that_learned_nothing_gets_no_payoff(lesson, no_calls):
    small = dataclasses.replace(lesson.payoff, n_train=100, n_test=200, figure=None)
    begun = small.initial(0)
    another = {name: w + (w.ndim > 1) * np.float32(1) for name, w in small.initial(1).items()}
    kernels = [name for name in begun if begun[name].ndim > 1]
    for handed_back, moved in (
        (begun, f"  x  about where they were before: {', '.join(kernels)}"),
        (another, "  ok all weights moved"),  # to other random places
    ):
        runner = Runner(handed_back, handed_back)
        passed, lines, _ = payoff.Training.run(small, lesson, runner, dataset="shapes")
        assert not passed and any(line.startswith(moved) for line in lines)
        assert any(line.startswith("  x  test accuracy") for line in lines)


@pytest.mark.parametrize("lesson", TRAINING, ids=lambda lesson: lesson.number)
@pytest.mark.parametrize("dataset", ["cifar10", "shapes"])
def test_each_layer_must_have_learned(lesson, dataset):
    begun = lesson.payoff.initial(0)
    usual = payoff.measured(lesson.number, dataset)["moved"]
    assert usual.keys() == payoff.movements(begun, begun).keys()
    assert payoff.unmoved({k: w + np.float32(usual.get(k, 0)) for k, w in begun.items()}, begun, usual) == ""
    for name in usual:
        little = {**usual, name: 0.4 * usual[name]}
        moved = {k: w + np.float32(little.get(k, 0)) for k, w in begun.items()}
        assert payoff.unmoved(moved, begun, usual) == name


@pytest.mark.slow
@pytest.mark.whole_lesson
@pytest.mark.parametrize(
    "lesson", [lesson for lesson in LESSONS if lesson.payoff], ids=lambda lesson: lesson.number
)
def test_the_model_answer_reaches_its_payoff(lesson, tmp_path):
    done, seconds = budget.run_payoff(lesson, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    picture = tmp_path / lesson.folder.name / "payoff.png"
    assert not picture.exists() or picture.read_bytes().startswith(b"\x89PNG")
    assert seconds < budget.allowed(lesson.number, "payoff")


@pytest.mark.slow
@pytest.mark.whole_lesson
def test_a_step_that_goes_nowhere_gets_no_payoff():
    lesson = tasks.find("03")
    with nobody() as folder:
        text = tasks.model_work(lesson) + "\n\ndef sgd_step(w, dw, learning_rate):\n    return w.copy()\n"
        (folder / "work.py").write_text(text, encoding="utf-8")
        with WorkFile(folder / "work.py") as runner:
            passed, lines, _ = lesson.payoff.run(lesson, runner)
    assert not passed
    assert any("where they were" in line for line in lines)
    assert any(line.startswith("  x  on arrays of this size: sgd_step (work.py, line ") for line in lines)


DEAD = {  # what hands back to the first layer next to nothing; the second alone would reach the floor
    "07": ("col2im", "cols, x_shape, KH, KW, strides, padding"),
    "10": ("maxpool_backward", "dy, which, x_shape, pool, strides"),
}


@pytest.mark.slow
@pytest.mark.whole_lesson
@pytest.mark.parametrize("number", DEAD)
def test_a_first_layer_that_learns_nothing_gets_no_payoff(number):
    lesson, (name, args) = tasks.find(number), DEAD[number]
    dead = f"alive = {name}\n\n\ndef {name}({args}):\n    return (1e-7 * alive({args})).astype('f')\n"
    with nobody() as folder:
        (folder / "work.py").write_text(f"{tasks.model_work(lesson)}\n\n{dead}", encoding="utf-8")
        with WorkFile(folder / "work.py") as runner:
            passed, lines, _ = lesson.payoff.run(lesson, runner)
    assert not passed
    assert "  x  about where they were before: w1" in lines
    assert any(line.startswith(f"  x  on arrays of this size: {name} (work.py, line ") for line in lines)


def wrong_where_it_is_large(right, spoil):
    """``right``, but for arrays as large as a payoff's."""

    def function(*args):
        value = right(*args)
        arrays = [*args, *value] if isinstance(value, tuple) else [*args, value]
        return spoil(value, *args) if max(map(np.size, arrays)) > 500 else value

    return function


BROKEN = {  # what a network learns with all the same
    ("01", "load_batch"): lambda value, *_: (value[0][:, :, ::-1].copy(), value[1]),
    ("07", "col2im"): lambda dx, *_: np.float32(1.01) * dx,
    ("10", "maxpool_forward"): lambda value, *_: (value[0], 0 * value[1]),
    ("10", "maxpool_backward"): lambda dx, *_: np.trunc(1000 * dx).astype(dx.dtype) / 1000,
    ("11", "momentum_step"): lambda value, w, dw, v, rate, momentum: ((w - rate * dw).astype(w.dtype), v),
    ("11", "adam_step"): lambda value, w, dw, m, v, t, rate, *_: (w - np.float32(rate) * np.sign(dw), m, v),
    ("12", "bn_forward"): lambda value, x, gamma, beta, mean, variance, *_: (value[0], mean, variance),
    ("12", "bn_backward"): lambda value, x, gamma, dy: (gamma / x.std(axis=0) * dy, *value[1:]),
    ("13", "dropout_forward"): lambda value, x, *_: x.copy(),
    ("13", "dropout_backward"): lambda value, dy, *_: dy.copy(),
    ("14", "flip"): lambda value, x, *_: x.copy(),
    ("14", "random_crop"): lambda value, x, places, H, W: x[:, 3 : 3 + H, 3 : 3 + W].copy(),
}


@pytest.mark.parametrize("lesson", TRAINING, ids=lambda lesson: lesson.number)
def test_a_function_that_is_wrong_in_its_payoff_is_named(lesson):
    right = {task.name: task.right for task in lesson.tasks if not task.judge}
    calls = first_step.right_calls(lesson, "shapes")
    assert {task.name for task, _ in calls} == (set(right) if lesson.number < "15" else set())

    def said(functions):
        return first_step.problems(calls, Functions(functions.values(), functions), 60)

    assert said(right) == []
    for (number, name), spoil in BROKEN.items():
        if number == lesson.number:
            wrong = wrong_where_it_is_large(right[name], spoil)
            (message,) = said(right | {name: wrong})
            assert message.startswith(f"{name} (work.py, line ") and message.endswith("numbers wrong")


def test_a_function_that_stops_in_its_payoff_is_named():
    lesson = tasks.find("02")
    wrong = {"linear_forward": lambda x, w, b: 1 / 0, "softmax": lambda scores: (scores, 1)}
    stopped, other = first_step.problems(
        first_step.right_calls(lesson, "shapes"), Functions(wrong.values(), wrong), 60
    )
    assert stopped.endswith("): ZeroDivisionError: division by zero")
    assert "): p: expected an array of numbers, got a tuple of 2" in other


def test_a_function_that_is_wrong_in_its_payoff_gets_none(monkeypatch):
    task = tasks.find("02").task("softmax")
    monkeypatch.setattr(first_step, "right_calls", lambda *_: [(task, {"z": np.ones((2, 10), np.float32)})])
    monkeypatch.setattr(Runner, "call", lambda *_: {"value": np.ones((2, 10), np.float32)}, raising=False)
    monkeypatch.setattr(Runner, "lines", {"softmax": 7}, raising=False)
    passed, lines, _ = run(weights(0.7), weights(0.1), monkeypatch)
    assert not passed
    assert "  x  on arrays of this size: softmax (work.py, line 7): p: 20 of 20 numbers wrong" in lines


class Twins:
    """In the place of a work.py whose convolutions are right, the second slower than the first."""

    def __init__(self, slower):
        self.slower = slower

    def call(self, name, args, limit):
        return {"value": right(*args.values())}

    def race(self, contestants, args, rounds=5, limit=120, threads=None):
        return {"value": [[0.1 * self.slower**k] * rounds for k, _ in enumerate(contestants)]}


@pytest.mark.parametrize("slower, passes", [(0.5, False), (1.0, False), (1.9, False), (2.1, True)])
def test_the_bad_order_must_lose_clearly(slower, passes):
    lesson = tasks.find("08")
    small = dataclasses.replace(lesson.payoff, args=batch(1, 4, 1, 2), small=batch(1, 4, 1, 2))
    passed, lines, _ = small.run(lesson, Twins(slower))
    assert passed is passes
    assert any(f"conv_bad_order takes {slower:.1f} times as long as conv_compiled" in line for line in lines)


def test_a_race_counts_the_multiplications_of_the_definition():
    assert speed.multiplications(batch(2, 4, 3, 5)) == 2 * 4 * 4 * 5 * 3 * 3 * 3


def test_two_linear_payoffs_predict_by_the_same_function():
    assert tasks.find("02").payoff.predict is tasks.find("03").payoff.predict


def test_each_place_of_a_confusion_matrix_has_its_number():
    axes = new_figure(400, 300).subplots()
    figures.confusion(axes, np.array([[5, 1], [0, 7]]), ("cat", "dog"), "a title")
    written = {tuple(text.get_position()): text.get_text() for text in axes.texts}  # x is the column
    assert written == {(0, 0): "5", (1, 0): "1", (0, 1): "0", (1, 1): "7"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]
    assert axes.get_title(loc="left") + axes.get_title() == "a title"


def trainings(file):
    """The decorators of each function called train."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = (each for each in tree.body if getattr(each, "name", "") == "train")
    return [[ast.unparse(decorator) for decorator in each.decorator_list] for each in found]


@pytest.mark.parametrize("number", ["03", "05", "12"])  # they train by products of NumPy, not by layers
def test_a_text_trains_with_no_more_threads_than_its_payoff(number):
    folder = tasks.find(number).folder
    assert trainings(folder / "lesson.py") == trainings(folder / "check.py") == [["single_threaded_blas()"]]
