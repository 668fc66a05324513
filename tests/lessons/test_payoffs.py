"""A payoff passes only for what has learned."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from lessons.harness import payoff, tasks
from lessons.harness.places import nobody
from lessons.harness.runner import WorkFile

LESSONS = [tasks.find(number) for number in tasks.folders()]
TRAINING = [lesson for lesson in LESSONS if isinstance(lesson.payoff, payoff.Training)]
INITIAL = {"w": np.zeros(3, np.float32)}


class Runner:
    """In the place of work.py: hands back the weights for right and for shuffled labels."""

    def __init__(self, right, shuffled):
        self.replies = {False: right, True: shuffled}

    def call_lesson(self, check_file, name, args, limit):
        return {"value": self.replies[args["shuffle"]]}


def run(right, shuffled, monkeypatch):
    """A payoff whose weights say how many of the pictures they get right."""

    def predict(weights, data):
        hits = np.arange(len(data.y_test)) < weights["w"][0] * len(data.y_test)
        return np.eye(10)[np.where(hits, data.y_test, (data.y_test + 1) % 10)]

    monkeypatch.setattr(payoff, "floor_of", lambda number, dataset: 0.5)
    trained = payoff.Training(
        "a test", lambda: None, lambda seed: INITIAL, predict, None, n_train=10, n_test=100
    )
    lesson = SimpleNamespace(number="00", folder=payoff.LESSONS)
    return trained.run(lesson, Runner(right, shuffled), dataset="shapes")


def weights(accuracy):
    return {"w": np.array([accuracy, 1, 2], np.float32)}


@pytest.mark.parametrize("right, shuffled, passes, said", [
    (weights(0.7), weights(0.1), True, "test accuracy 0.700, floor 0.500"),
    (weights(0.4), weights(0.1), False, "x  test accuracy 0.400"),
    (INITIAL, INITIAL, False, "the weights are where they were before training"),
    (weights(0.7), weights(0.7), False, "x  with shuffled labels 0.700"),
    ({"w": np.full(3, np.nan)}, weights(0.1), False, "did not hand back finite weights"),
    ({"w": np.zeros(4)}, weights(0.1), False, "did not hand back finite weights"),
    (None, None, False, "did not hand back finite weights"),
])  # fmt: skip
def test_three_things_must_hold(right, shuffled, passes, said, monkeypatch):
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


@pytest.mark.slow
@pytest.mark.whole_lesson
@pytest.mark.parametrize(
    "lesson", [lesson for lesson in LESSONS if lesson.payoff], ids=lambda lesson: lesson.number
)
def test_the_model_answer_reaches_its_payoff(lesson):
    with nobody() as folder:
        (folder / "work.py").write_text(tasks.model_work(lesson), encoding="utf-8")
        with WorkFile(folder / "work.py") as runner:
            passed, lines, figure = lesson.payoff.run(lesson, runner)
    assert passed, "\n".join(lines)
    assert figure is None or figure._repr_png_().startswith(b"\x89PNG")


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
