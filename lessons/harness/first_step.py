"""Does each of the learner's functions still do the right thing inside the payoff, on its large arrays?

The cases of a check are small. A function that is wrong on large arrays only, or by a little, may leave a
network that learns all the same, above its floor: so the payoff asks each function once more. The model
answers train on a few pictures, and what they are called with the learner's functions are called with too.
"""

import contextlib
import inspect

import numpy as np

from lessons.harness import compare
from lessons.harness.places import nobody

PICTURES = 100
ENOUGH = 12  # calls of each function
ROUNDING = 1e-4  # against the largest number: sums over many more numbers than in the cases


class Enough(Exception):
    """The training need not go on."""


class ModelWork:
    """In the place of the module work: the model answers, and for each the last call of every shape.

    The last, because only later ones have a memory that is not 0 (momentum, moving means).
    """

    def __init__(self, tasks):
        self.calls, self.times = {}, dict.fromkeys((task.name for task in tasks), 0)
        for task in tasks:
            setattr(self, task.name, self._watched(task))

    def _watched(self, task):
        names = list(inspect.signature(task.right).parameters)

        def called(*given):
            if min(self.times.values()) >= ENOUGH:
                raise Enough
            self.times[task.name] += 1
            args = {n: a.copy() if isinstance(a, np.ndarray) else a for n, a in zip(names, given)}
            self.calls[task.name, tuple(map(np.shape, given))] = task, args
            return task.right(*given)

        return called


def right_calls(lesson, dataset, seed=0):
    """[(task, args by name), ...]: what the lesson's functions are called with in its payoff."""
    work = ModelWork(lesson.tasks)
    if all(task.judge for task in lesson.tasks):  # lesson 16's functions make networks
        return []
    with nobody(), contextlib.suppress(Enough):  # the functions of earlier lessons are the model answers, too
        lesson.payoff.train(work, seed, PICTURES, dataset, shuffle=False)
    return list(work.calls.values())


def problems(calls, runner, limit):
    """What the learner's functions do otherwise: ["sgd_step (work.py, line 9): w: another number", ...]."""
    found = {}
    for task, args in calls:
        reply = runner.call(task.name, args, limit)
        said = _problem(task, args, task.right(**args), reply)
        if said:
            found.setdefault(task.name, f"{task.name} (work.py, line {runner.lines[task.name]}): {said}")
    return list(found.values())


def _problem(task, args, right, reply):
    if "value" not in reply:
        return reply.get("died") or reply.get("timeout") or f"{reply['raised']}: {reply['message']}"
    values, wanted = compare.as_parts(task, reply["value"]), compare.as_parts(task, right)
    if values is None:
        return f"expected {len(task.returns)} values, got {compare.kind(reply['value'])}"
    tolerance = ROUNDING if task.tolerance is None else task.tolerance
    dtype = compare.float_type(args)
    said = (compare.difference(*each, dtype, tolerance) for each in zip(values, wanted, task.returns))
    return next(filter(None, said), "")
