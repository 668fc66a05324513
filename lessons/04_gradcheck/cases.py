"""What lesson 04's functions are called with."""

from pathlib import Path

import numpy as np

from lessons.harness import wire
from lessons.harness.tasks import Case

layers = wire.module_of(Path(__file__).with_name("layers.py"))

# ---------------------------------------------------------------- numeric_gradient: functions of one array


def square_sum(x):
    return float((x**2).sum())


def cubes(x):
    return float((x**3).sum())


def weighted(x):
    return float((x * np.arange(1.0, x.size + 1).reshape(x.shape)).sum())


def product(x):
    return float(x.prod())


def row_sums_squared(x):
    """One that asks for the shape of x."""
    return float((x.sum(axis=-1) ** 2).sum())


def sin_exp(x):
    return float(np.sin(x).sum() + np.exp(x).mean())


def gentle(x):
    """One whose slopes are small, and no less slopes."""
    return float(1e-6 * np.sin(x).sum())


def numeric_cases():
    rng = np.random.default_rng(4)
    small = [
        ("sums", square_sum, [1, 3]),
        ("sums", weighted, [0.5]),
        ("sums", square_sum, [-2]),  # downhill
        ("sums", weighted, [2, 2, 2]),
        ("curved", cubes, [1, 2]),
        ("curved", product, [2, 3, 4]),
        ("curved", sin_exp, [0.5, -1]),
        ("curved", gentle, [0, -1.5]),  # a number that is 0 is moved as well
    ]
    made = [Case(group, {"f": f, "x": np.array(x, float), "step": 1e-5}) for group, f, x in small]
    made.append(Case("tables", {"f": row_sums_squared, "x": np.array([[1.0], [3.0]]), "step": 1e-5}))
    tables = (
        (weighted, (2, 3), 1e-5),
        (square_sum, (3, 2), 1e-4),
        (sin_exp, (2, 1, 3), 1e-4),
        (sin_exp, (1, 2, 2, 2), 1e-4),
    )
    for f, shape, step in tables:
        made.append(Case("tables", {"f": f, "x": rng.uniform(0.5, 2, shape), "step": step}))
    made.append(Case("curved", {"f": cubes, "x": np.array([1.0, 3.0])}))  # step has a default
    made.append(Case("a large step", {"f": cubes, "x": np.array([1.0, 2.0]), "step": 0.5}))
    # Numbers that are not what they were once 0.5 was taken away and added again: x is to be put back
    made.append(Case("a large step", {"f": cubes, "x": np.array([0.1, -0.3]), "step": 0.5}))
    made.append(Case("a large step", {"f": sin_exp, "x": np.array([[1.0], [2.0]]), "step": 0.25}))
    return made


# ---------------------------------------------------------------- relative_error: pairs of arrays


def pair(group, a, b):
    return Case(group, {"a": np.array(a, float), "b": np.array(b, float)})


def error_cases():
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 3, 4))
    return [
        pair("numbers", [3, 4], [3, 4]),
        pair("numbers", [3, 4], [-3, -4]),
        pair("numbers", [1], [1.002]),
        pair("numbers", [3, 0], [0, 4]),
        pair("numbers", [2, -2], [1, 1]),
        pair("numbers", [1, 10], [2, 10]),  # the largest numbers are none of the largest errors
        pair("numbers", [[1, 2], [3, 4]], [[1, 2], [3, 5]]),
        pair("numbers", a, b),
        pair("numbers", 1e-9 * a, 1e-9 * b),
        pair("numbers", [3e-20], [1e-20]),  # small is not zero
        pair("zeros", [0, 0], [0, 0]),
        pair("zeros", [0], [5]),
        pair("nan", [np.nan], [1]),
        pair("nan", [1], [np.nan]),
        pair("nan", [1, 2], [1, np.inf]),
        pair("nan", [1, -np.inf], [1, 2]),
        pair("nan", [1, np.inf], [1, np.inf]),  # equal, and yet no numbers to compare
        pair("nan", [np.nan], [np.nan]),
        pair("nan", [1, np.nan], [1, 2]),
    ]


# ---------------------------------------------------------------- gradients_agree: the layers it is to judge


def agree_cases():
    made = []
    for forward, backward, shape, why in layers.LAYERS:
        x = np.random.default_rng(6).standard_normal(shape)
        group = "planted bugs" if why else "right layers"
        made.append(Case(group, {"forward": forward, "backward": backward, "x": x}))
    return made
