"""Lesson 10: what the two functions are called with."""

import numpy as np

from lessons.harness.tasks import Case
from minicnn.kernels import pooling


def group(pool, strides):
    """The heading a case is counted under."""
    if pool == strides:
        return "side by side"
    return "overlapping" if strides[0] < pool[0] or strides[1] < pool[1] else "gaps"


def by_hand(x, pool, strides, heading=None):
    """One picture of one channel, given as rows."""
    x = np.array(x, np.float32)[None, :, :, None]
    return Case(heading or group(pool, strides), {"x": x, "pool": pool, "strides": strides})


def drawn(N, H, W, C, pool, strides, dtype="float32", low=-9, high=10):
    """Whole numbers from ``low``; from so few that every window has some twice when ``high`` is low + 2."""
    rng = np.random.default_rng([N, H, W, C, *pool, *strides])
    x = rng.integers(low, high, (N, H, W, C)).astype(dtype)
    heading = "ties" if high == low + 2 else group(pool, strides)
    return Case(heading, {"x": x, "pool": pool, "strides": strides})


def forward():
    """Each is the smallest that shows one thing."""
    two, three = (2, 2), (3, 3)
    x = np.random.default_rng(10).standard_normal((2, 5, 5, 2)).astype(np.float32)
    roots = np.sqrt(np.arange(34.0, 2, -1)).reshape(1, 4, 4, 2)
    return [
        by_hand([[1, 3, 2, 5]], (1, 2), (1, 2)),
        by_hand([[1], [3], [5], [2]], (2, 1), (2, 1)),
        by_hand([[-3, -1]], (1, 2), (1, 2)),  # nothing above 0: a maximum that starts at 0 is found
        by_hand([[-2.1e9, -2e9]], (1, 2), (1, 2)),  # and so is one that starts at -1e9
        by_hand([[1.5, 2.75]], (1, 2), (1, 2)),
        by_hand([[1e-9, 5e-9]], (1, 2), (1, 2)),  # nearly equal: the second is the largest all the same
        by_hand([[1, 2], [4, 3]], two, two),
        by_hand([[1, 2, 5], [4, 3, 9]], two, two),  # the last column belongs to no window
        by_hand([[1, 0, 2], [2, 7, 0]], (2, 3), (2, 3)),  # a window that is not square
        by_hand([[5, 1], [2, 0], [6, 1]], (3, 2), (3, 2)),
        by_hand(np.arange(200).reshape(10, 20), (10, 20), (10, 20)),  # the last of many cells
        drawn(1, 1, 2, 2, (1, 2), (1, 2)),  # channels stay apart
        drawn(2, 1, 2, 1, (1, 2), (1, 2)),  # pictures stay apart
        drawn(1, 4, 6, 1, two, two),
        drawn(2, 4, 4, 2, two, two),
        drawn(2, 6, 5, 3, (3, 2), (3, 2), "float64"),
        by_hand([[1, 3, 2]], (1, 2), (1, 1)),
        by_hand([[1, 5, 2, 3, 4]], (1, 3), (1, 2)),
        by_hand([[1], [5], [2]], (2, 1), (1, 1)),
        by_hand([[1, 2, 0], [5, 3, 4]], two, (1, 1)),
        drawn(1, 4, 5, 1, two, (1, 2)),  # the strides differ
        drawn(1, 5, 4, 1, two, (2, 1)),
        drawn(1, 5, 5, 1, three, two),
        drawn(2, 5, 7, 2, three, two),
        Case(group(three, two), {"x": x, "pool": three, "strides": two}),  # no whole numbers
        Case(group(two, two), {"x": roots, "pool": two, "strides": two}),  # nor such that float32 holds
        drawn(3, 6, 5, 2, (3, 2), (1, 1), "float64"),
        drawn(1, 7, 7, 3, (2, 3), (1, 2), "float64"),
        by_hand([[4, 2, 3]], (1, 1), (1, 2)),
        drawn(1, 5, 4, 1, (2, 1), three),
        drawn(2, 7, 8, 2, two, three, "float64"),
        by_hand([[5, 5]], (1, 2), (1, 2), "ties"),
        by_hand([[0, 0], [0, 0]], two, two, "ties"),
        by_hand([[1, 2, 0], [5, 5, 4]], two, (1, 1), "ties"),  # the docstring's example
        drawn(1, 4, 4, 1, two, two, low=0, high=2),
        drawn(2, 5, 5, 2, three, two, low=0, high=2),
    ]


def backward():
    """The same windows, and 300 pixels in a row and in a column, which a byte cannot count.

    dy is random, and large there.
    """
    long = drawn(1, 1, 300, 1, (1, 2), (1, 2)), drawn(1, 300, 1, 1, (2, 1), (2, 1))
    made = []
    for case in [*forward(), *(Case("long pictures", each.args) for each in long)]:
        x, pool, strides = case.args.values()
        _, which = pooling.max_forward(x, pool, strides)
        rng = np.random.default_rng(case.size)
        most = 1000 if case.group == "long pictures" else 9
        dy = rng.integers(1, most + 1, which.shape) * rng.choice([-1, 1], which.shape)
        dy = dy if (x % 1 == 0).all() else rng.standard_normal(which.shape)
        args = {"dy": dy.astype(x.dtype), "which": which, "x_shape": x.shape}
        made.append(Case(case.group, {**args, "pool": pool, "strides": strides}))
    return made
