"""Payoffs: what the learner's code is good for, on real pictures.

The learner's functions run in the process of work.py and hand back arrays; what is claimed about them is
computed here. A training payoff passes only if four things hold: the accuracy is above a floor (found
over five seeds, in lessons/floors.json), the weights of every layer moved about as far as in those runs,
each function does on arrays of this size what minicnn's does, and with shuffled labels nothing is learned.
"""

import itertools
import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from lessons.harness import figures, first_step
from lessons.harness.data import pictures
from lessons.harness.places import LESSONS, nobody
from lessons.harness.runner import WorkFile
from lessons.harness.tasks import model_work

FLOORS = LESSONS / "floors.json"
CHANCE = 0.15  # ten classes: more than this on a thousand pictures or more is not luck


@dataclass
class Picture:
    """``make(work, picture)`` draws (H, W, K) with the learner's code, ``right(picture)`` with minicnn's."""

    says: str
    make: Any
    right: Any
    captions: tuple
    seconds: int = 10

    def run(self, lesson, runner):
        """(passed, lines, figure)"""
        data = pictures(0, 50)
        picture = (data.x_test[FAVOURITE[data.name]] / 255).astype(np.float32)
        reply = runner.call_lesson(self.make, {"picture": picture}, 10 * self.seconds)
        got = reply.get("value")
        if not isinstance(got, np.ndarray):
            return False, failure(reply), None
        expected = self.right(picture)
        same = got.shape == expected.shape and np.abs(got - expected).max() < 1e-4
        lines = [
            f"{self.says} ({data.label}): " + ("the same as minicnn's" if same else "not what minicnn draws")
        ]
        return (
            bool(same),
            lines,
            figures.maps(picture, got, self.captions, f"Your convolution on one photo of {data.label}"),
        )


FAVOURITE = {"cifar10": 1, "shapes": 3}  # a ship on the water; a shape with straight edges


@dataclass
class Training:
    """``train(work, seed, n_train, dataset, shuffle)`` -> arrays by name, in the process of work.py.

    initial  (seed) -> the arrays before training
    predict  (weights, data) -> scores (N, 10) of the test pictures, computed here with minicnn's own code
    figure   (weights, data) -> a figure, or None
    remark   (weights, data) -> one more line to say, or None
    """

    says: str
    train: Any
    initial: Any
    predict: Any
    figure: Any
    n_train: int
    n_test: int = 2_000
    seconds: int = 30
    remark: Any = None

    def accuracy(self, weights, data):
        """The fraction of test pictures whose highest score is at the right class."""
        return float((self.predict(weights, data).argmax(1) == data.y_test).mean())

    def run(self, lesson, runner, seed=0, dataset=None):
        """(passed, lines, figure)"""
        data = pictures(self.n_train, self.n_test, dataset)
        found_before = measured(lesson.number, data.name)
        floor = found_before["floor"]
        lines, scores = [f"{self.says} ({data.label}, {self.n_train:,} pictures)"], {}
        for shuffle in (False, True):
            args = {"seed": seed, "n_train": self.n_train, "dataset": data.name, "shuffle": shuffle}
            reply = runner.call_lesson(self.train, args, 20 * self.seconds)
            weights = reply.get("value")
            if not valid(weights, self.initial(seed)):
                return False, failure(reply, "it did not hand back finite weights of the right shapes"), None
            scores[shuffle] = self.accuracy(weights, data)
            if not shuffle:
                learned = weights
        still = unmoved(learned, self.initial(seed), found_before["moved"])
        where = f"about where they were before: {still}" if still else "all weights moved as they should"
        calls = first_step.right_calls(lesson, data.name, seed)
        other = first_step.problems(calls, runner, 20 * self.seconds)
        tests = [
            (scores[False] >= floor, f"test accuracy {scores[False]:.3f}, floor {floor:.3f} (chance 0.100)"),
            (not still, where),
            (scores[True] <= CHANCE, f"with shuffled labels {scores[True]:.3f}, at most {CHANCE:.2f}"),
        ]
        if calls:
            said = "; ".join(other) or "each function does what minicnn's does"
            tests.append((not other, f"on arrays of this size: {said}"))
        lines += [f"  {'ok' if right else 'x '} {text}" for right, text in tests]
        lines += [f"  {self.remark(learned, data)}"] if self.remark else []
        figure = self.figure(learned, data) if self.figure else None
        return all(right for right, _ in tests), lines, figure


@dataclass
class Curve:
    """``make(work, steps)`` -> the error for each step size: it must fall, and rise again."""

    says: str
    make: Any
    steps: Any
    seconds: int = 5

    def run(self, lesson, runner):
        """(passed, lines, figure)"""
        reply = runner.call_lesson(self.make, {"steps": self.steps}, 60)
        errors = reply.get("value")
        if not isinstance(errors, np.ndarray) or errors.shape != self.steps.shape:
            return False, failure(reply), None
        best = int(np.argmin(errors))
        passed = bool(errors[best] < 1e-8 and errors[0] > 100 * errors[best] < errors[-1])
        line = f"{self.says}: the smallest error, {errors[best]:.1e}, is at step {self.steps[best]:.0e}"
        return passed, [line], figures.curve(self.steps, {"your slopes": errors}, "Error against step size")


def valid(weights, initial):
    """Do the weights have the names and shapes of ``initial``, and only finite numbers?"""
    return (
        isinstance(weights, dict)
        and weights.keys() == initial.keys()
        and all(
            isinstance(weights[k], np.ndarray)
            and weights[k].shape == initial[k].shape
            and np.isfinite(weights[k]).all()
            for k in initial
        )
    )


def movements(weights, initial):
    """How far training moved each kernel (all arrays but vectors), root of the mean square: {"w1": 0.02}."""
    kernels = [name for name in initial if initial[name].ndim > 1]
    return {k: float(np.sqrt(np.square(weights[k] - initial[k], dtype=np.float64).mean())) for k in kernels}


def unmoved(weights, initial, usual):
    """The names of the kernels that training moved less than half as far as ``usual``: "w1, w2".

    A layer that no gradient reaches costs little accuracy, as the others learn all the same: this shows it.
    """
    moved = movements(weights, initial)
    return ", ".join(name for name in moved if moved[name] <= usual[name] / 2)


def failure(reply, otherwise="it did not hand back an array"):
    """Why there is no result, in a few lines."""
    if "raised" in reply:
        where = [f"  line {line}, in {name}:  {source}" for line, name, source in reply["frames"][-3:]]
        return [f"the payoff stopped: {reply['raised']}: {reply['message']}", *where]
    if "timeout" in reply:
        return [f"the payoff {reply['timeout']}"]
    return [f"the payoff stopped: {reply.get('died', otherwise)}"]


def measured(number, dataset):
    """What calibrate found for a payoff on this data set."""
    return json.loads(FLOORS.read_text(encoding="utf-8"))[number][dataset]


def calibrate(lesson, seeds=range(5), datasets=("cifar10", "shapes")):
    """Measure a training payoff with the model answers, on these data sets; write floors.json."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    payoff = lesson.payoff
    with nobody() as folder:
        (folder / "work.py").write_text(model_work(lesson), encoding="utf-8")
        for dataset in datasets:
            data = pictures(payoff.n_train, payoff.n_test, dataset)
            found, moved = {"accuracy": [], "shuffled": []}, []
            with WorkFile(folder / "work.py") as runner:
                for seed, name in itertools.product(seeds, found):
                    args = {"seed": seed, "n_train": payoff.n_train, "dataset": dataset}
                    args["shuffle"] = name == "shuffled"
                    reply = runner.call_lesson(payoff.train, args, 900)
                    found[name].append(round(payoff.accuracy(reply["value"], data), 4))
                    if name == "accuracy":
                        moved.append(movements(reply["value"], payoff.initial(seed)))
            lowest, spread = min(found["accuracy"]), max(found["accuracy"]) - min(found["accuracy"])
            floor = round(lowest - max(spread, 0.01), 3)  # below all five by as much as they differ
            found["moved"] = {k: float(f"{min(each[k] for each in moved):.3g}") for k in moved[0]}
            floors.setdefault(lesson.number, {})[dataset] = {"floor": floor, **found}
            print(lesson.number, dataset, floors[lesson.number][dataset])
    FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")
