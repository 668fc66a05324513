"""Lesson 11: what the three steps are called with."""

import numpy as np

from lessons.harness.tasks import Case


def walk(step, memory, slopes, settings, start=10.0, dtype="float32"):
    """Steps from ``start``, one case each: what the step before left behind is what the next one is given.

    ``memory``: the names of what is remembered; ``settings``: learning rate and the rest, by name.
    """
    w, *past = np.full(1, start, dtype), *(np.zeros(1, dtype) for _ in memory)
    made = []
    for t, slope in enumerate(slopes, 1):
        number = {"t": t} if "m" in memory else {}  # Adam counts its steps
        args = {"w": w, "dw": np.full(1, slope, dtype), **dict(zip(memory, past)), **number, **settings}
        made.append(Case(f"step {t}", args))
        w, *past = step(*args.values())
    return made


def arrays(memory, shape, dtype, settings, number=None):
    """One step in the middle of training, on whole arrays; filters (four axes) are no whole numbers."""
    rng = np.random.default_rng([*shape])
    w, dw = rng.integers(-5, 6, shape), rng.integers(1, 9, shape) * rng.choice([-1, 1], shape)
    w, dw = (w, dw) if len(shape) < 4 else rng.standard_normal((2, *shape))
    args = {"w": w.astype(dtype), "dw": dw.astype(dtype)}
    args |= {name: rng.integers(1, 9, shape).astype(dtype) for name in memory}
    return Case("arrays", {**args, **({"t": number} if number else {}), **settings})


def small_slopes(step, memory, settings, **start):
    """Without epsilon, weights with small slopes move as far as any: one that is kept above 1e-8 is found.

    Momentum has no epsilon: its steps are small, too. So w begins at 0: there w_new - w still has v's digits.
    """
    return [Case("small slopes", case.args) for case in walk(step, memory, (1e-6, 2e-6), settings, **start)]


def large_slopes(step, memory, settings):
    """Slopes and steps are taken as they come, and more than 0.9 may stay of what was."""
    settings = {**settings, "learning_rate": 2.0}
    return [Case("large slopes", case.args) for case in walk(step, memory, (40_000, -30_000), settings)]


def momentum(step):
    half = {"learning_rate": 0.5, "momentum": 0.5}
    usual = {"learning_rate": 0.1, "momentum": 0.9}
    return [
        *walk(step, "v", (4, 4, 0), half),
        *walk(step, "v", (4, -3, -6), usual, dtype="float64"),
        *small_slopes(step, "v", half, start=0.0),
        *large_slopes(step, "v", {**usual, "momentum": 0.999}),
        arrays("v", (3,), "float32", usual),
        arrays("v", (2, 3), "float64", half),
        arrays("v", (2, 2, 1, 3), "float32", usual),
        arrays("v", (4,), "float32", {"learning_rate": 0.25, "momentum": 0.0}),
    ]


def rmsprop(step):
    by_hand = {"learning_rate": 1.0, "rho": 0.75, "epsilon": 0.0}
    usual = {"learning_rate": 0.5, "rho": 0.9, "epsilon": 1e-7}
    large = {"learning_rate": 1.0, "rho": 0.75, "epsilon": 5.0}
    return [
        *walk(step, "v", (4, 2, -2), by_hand),
        *walk(step, "v", (0, 3, -1, 0), usual),  # 0 / 0 without epsilon; and what is remembered fades
        *small_slopes(step, "v", by_hand),
        *(Case("large epsilon", case.args) for case in walk(step, "v", (4, 2), large)),
        *large_slopes(step, "v", {**usual, "rho": 0.999}),
        arrays("v", (3,), "float32", usual),
        arrays("v", (2, 3), "float64", usual),
        arrays("v", (2, 2, 1, 3), "float32", by_hand),
    ]


def adam(step):
    by_hand = {"learning_rate": 1.0, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.0}
    usual = {"learning_rate": 0.5, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    large = {**by_hand, "epsilon": 2.0}
    return [
        *walk(step, "mv", (4, 2, -2), by_hand),
        *walk(step, "mv", (0, 3, -1, 0), usual),  # at the end w moves on, without a slope
        *small_slopes(step, "mv", by_hand),
        *(Case("large epsilon", case.args) for case in walk(step, "mv", (1, 4), large)),
        *large_slopes(step, "mv", {**usual, "beta_1": 0.99, "beta_2": 0.9}),  # alpha is above learning_rate
        arrays("mv", (3,), "float32", usual, 4),
        arrays("mv", (2, 3), "float64", usual, 10),
        arrays("mv", (2, 2, 1, 3), "float32", by_hand, 2),
        arrays("mv", (4,), "float32", usual, 5000),  # nothing left to correct
    ]
