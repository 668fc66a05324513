"""Learning rates that change from step to step, with the names and arguments of Keras.

A schedule is called with the number of steps taken *before* this one (0 at first) and returns the
learning rate to use: ``mc.optimizers.SGD(mc.optimizers.schedules.CosineDecay(0.1, 10_000))``. All numbers of
steps count training steps, batches, not epochs.
"""

import math
from bisect import bisect_left

from minicnn.lookup import Configurable, reserve, resolve


class LearningRateSchedule(Configurable):
    """Your own schedule subclasses this and defines ``__call__(step)`` and ``get_config()``."""

    def __call__(self, step):
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, step)")


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[i]`` up to and including step ``boundaries[i]``; the last value ever after.

    Raises ValueError unless boundaries grow and there is one value more.
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        self.boundaries, self.values, self.name = list(boundaries), [float(v) for v in values], name
        if len(self.boundaries) != len(self.values) - 1:
            raise ValueError(
                f"PiecewiseConstantDecay expects one value more than boundaries, got "
                f"{len(self.boundaries)} boundaries and {len(self.values)} values"
            )
        if any(a >= b for a, b in zip(self.boundaries, self.boundaries[1:])):
            raise ValueError(f"PiecewiseConstantDecay expects growing boundaries, got {self.boundaries}")

    def __call__(self, step):
        return self.values[bisect_left(self.boundaries, step)]  # how many boundaries are < step

    def get_config(self):
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


class ExponentialDecay(LearningRateSchedule):
    """initial * decay_rate ^ (step / decay_steps); ``staircase`` keeps only whole powers.

    Raises ValueError for ``decay_steps`` of 0 or less.
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False,
                 name="ExponentialDecay"):
        self.initial_learning_rate = float(initial_learning_rate)
        self.decay_steps = _positive("ExponentialDecay", decay_steps)
        self.decay_rate, self.staircase, self.name = float(decay_rate), bool(staircase), name

    def __call__(self, step):
        power = step / self.decay_steps
        if self.staircase:
            power = math.floor(power)
        return self.initial_learning_rate * self.decay_rate**power

    def get_config(self):
        return {"initial_learning_rate": self.initial_learning_rate, "decay_steps": self.decay_steps,
                "decay_rate": self.decay_rate, "staircase": self.staircase, "name": self.name}


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the initial rate down to ``alpha`` times it, after an optional warm-up.

    With a ``warmup_target`` the rate first climbs in a straight line from the initial rate to the
    target in ``warmup_steps``, and the cosine falls from there in ``decay_steps`` more.
    Loshchilov & Hutter 2017, "SGDR", equation (5) without restarts; warm-up: Goyal et al. 2017, 2.2.
    Raises ValueError for ``decay_steps`` of 0 or less.
    """

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, name="CosineDecay",
                 warmup_target=None, warmup_steps=0):
        self.initial_learning_rate = float(initial_learning_rate)
        self.decay_steps = _positive("CosineDecay", decay_steps)
        self.alpha, self.name = float(alpha), name
        self.warmup_target = None if warmup_target is None else float(warmup_target)
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        start, top = self.initial_learning_rate, self.warmup_target
        if top is None:
            return self._cosine(start, step)
        if step < self.warmup_steps:
            return start + (top - start) * step / self.warmup_steps
        return self._cosine(top, step - self.warmup_steps)

    def _cosine(self, top, step):
        done = min(step / self.decay_steps, 1.0)
        return top * ((1 - self.alpha) * 0.5 * (1 + math.cos(math.pi * done)) + self.alpha)

    def get_config(self):
        return {"initial_learning_rate": self.initial_learning_rate, "decay_steps": self.decay_steps,
                "alpha": self.alpha, "name": self.name,
                "warmup_target": self.warmup_target, "warmup_steps": self.warmup_steps}


def _positive(schedule, decay_steps):
    if decay_steps <= 0:
        raise ValueError(f"{schedule} expects decay_steps > 0, got {decay_steps}")
    return decay_steps


_REGISTRY = reserve({
    "piecewise_constant_decay": PiecewiseConstantDecay,
    "exponential_decay": ExponentialDecay,
    "cosine_decay": CosineDecay,
})


def get(identifier):
    """A schedule object from itself or from what ``lookup.serialize`` gave."""
    return resolve(identifier, _REGISTRY, "learning rate schedule", LearningRateSchedule)
