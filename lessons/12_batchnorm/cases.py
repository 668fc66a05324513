"""Lesson 12: what the two functions are called with."""

import numpy as np

from lessons.harness.tasks import Case


def forward_case(x, gamma, beta, mean, variance, training=True, momentum=0.75, epsilon=3.0, dtype="float32"):
    arrays = {"x": x, "gamma": gamma, "beta": beta, "moving_mean": mean, "moving_variance": variance}
    args = {name: np.array(a, dtype) for name, a in arrays.items()}
    kind = "rows" if args["x"].ndim == 2 else "pictures"
    group = f"{kind}, {'training' if training else 'inference'}"
    return Case(group, {**args, "training": training, "momentum": momentum, "epsilon": epsilon})


def drawn(*shape, training=True, momentum=0.9, epsilon=1e-3, dtype="float32"):
    """Channels with different means, and everything else different from 0 and 1."""
    rng = np.random.default_rng([*shape])
    C = shape[-1]
    x = rng.integers(-4, 5, shape) + 2 * np.arange(C)
    gamma, beta = rng.choice([0.5, 2, 3, -1], C), rng.integers(1, 5, C)
    mean, variance = rng.integers(1, 6, C), rng.integers(2, 6, C)
    if len(shape) == 4:  # no whole numbers
        x, (beta, mean), variance = x + rng.standard_normal(shape), rng.standard_normal((2, C)), variance / 3
    return forward_case(x, gamma, beta, mean, variance, training, momentum, epsilon, dtype)


def forward():
    off = {"training": False}
    return [
        forward_case([[1], [3]], [2], [10], [0], [1]),  # the docstring's
        forward_case([[1], [3]], [2], [10], [2], [1], **off),
        forward_case([[5]], [1], [0], [3], [6], **off),  # a batch of one is no trouble at inference
        forward_case([[1, 10], [3, 50]], [1, 1], [0, 0], [0, 0], [1, 1]),  # channels stay apart
        forward_case([[5, 7]], [2, 3], [1, 4], [3, 6], [2, 8]),  # a batch of one: x is its own mean
        forward_case(
            [[4], [4], [4]], [2], [1], [0], [1], epsilon=1e-3
        ),  # nothing varies: epsilon alone is left
        forward_case([[1], [2], [6]], [1], [0], [4], [8], momentum=0.5),
        forward_case([[0], [0.125]], [1], [0], [4], [8]).without("momentum", "epsilon"),
        forward_case([[0], [0.001]], [2], [1], [0], [1], epsilon=1e-8),  # max(epsilon, 1e-7) is found
        forward_case([[0.003]], [2], [1], [0.001], [1e-6], epsilon=1e-8, **off),
        forward_case([[3]], [1], [0], [1], [0], epsilon=0.25, **off),  # nothing varied
        forward_case([[4097], [4099], [4107]], [1], [0], [0], [1]),  # mean(x * x) - mean**2 is rounding
        forward_case([[[[1]], [[3]]]], [2], [10], [0], [1]),  # one picture, one column of two pixels
        forward_case(
            [[[[1], [3]]], [[[5], [7]]]], [1], [0], [0], [1], epsilon=4.0
        ),  # two pictures of two pixels
        forward_case([[[[1, 0], [3, 4]]]], [1, 2], [0, 1], [0, 5], [1, 9], **off),
        drawn(4, 2),
        drawn(5, 3),
        drawn(6, 2, dtype="float64"),
        drawn(8, 4, momentum=0.999, dtype="float64"),
        drawn(3, 2, training=False),
        drawn(2, 3, training=False, dtype="float64"),
        drawn(1, 2, 3, 2),
        drawn(2, 3, 2, 2, dtype="float64"),
        drawn(3, 1, 2, 3, momentum=0.99),
        drawn(2, 2, 3, 1),
        drawn(70, 2),  # many rows
        drawn(2, 2, 2, 3, training=False),
        drawn(2, 3, 4, 3, training=False, dtype="float64"),
    ]


def backward_case(x, gamma, dy, epsilon=3.0, dtype="float32"):
    args = {"x": np.array(x, dtype), "gamma": np.array(gamma, dtype), "dy": np.array(dy, dtype)}
    return Case("rows" if args["x"].ndim == 2 else "pictures", {**args, "epsilon": epsilon})


def random_backward(*shape, epsilon=1e-3, dtype="float64", whole=True):
    """dy is random: ones would hide every mistake, because dx is then 0."""
    rng = np.random.default_rng([7, *shape])
    x = rng.integers(-4, 5, shape) + np.arange(shape[-1]) if whole else rng.standard_normal(shape)
    dy = rng.integers(1, 8, shape) * rng.choice([-1, 1], shape) if whole else rng.standard_normal(shape)
    return backward_case(x, rng.choice([0.5, 2, 3, -1], shape[-1]), dy, epsilon, dtype)


def far_from_the_others():
    """One pixel in 150: its xhat is about 12. And dy is large."""
    dy = np.random.default_rng(12).integers(1, 800, (1, 10, 15, 1))
    return backward_case(np.where(np.arange(150).reshape(dy.shape) == 17, 50, 0), [2], dy, 1e-3, "float64")


def backward():
    return [
        backward_case([[1], [3]], [2], [[1], [5]]),  # the docstring's
        backward_case([[1], [3]], [1], [[4], [0]], dtype="float64"),
        backward_case([[0], [0], [3]], [1], [[1], [0], [0]], epsilon=2.0),
        backward_case([[[[1]], [[3]]]], [2], [[[[1]], [[5]]]]),
        backward_case([[0], [0.25], [1]], [2], [[1], [5], [2]], dtype="float64").without("epsilon"),
        backward_case([[0], [0], [0.001]], [2], [[1], [5], [2]], epsilon=1e-8, dtype="float64"),
        backward_case([[4097], [4099], [4107]], [1], [[1], [5], [2]]),  # as in the forward pass
        backward_case([[4], [4], [4]], [2], [[1], [5], [3]], epsilon=0.25),  # nothing varies
        backward_case([[1], [3]], [0], [[1], [5]]),  # which cannot be divided by
        backward_case([[1, 0], [3, 2]], [2, 4], [[1, 0], [5, 2]]),
        random_backward(3, 2),
        random_backward(4, 2, dtype="float32"),
        random_backward(4, 3, epsilon=0.1),
        random_backward(6, 2),
        random_backward(5, 4, whole=False),
        far_from_the_others(),
        random_backward(1, 2, 2, 2),
        random_backward(1, 3, 2, 2, dtype="float32"),
        random_backward(2, 2, 1, 3),
        random_backward(3, 1, 2, 2, epsilon=0.1),
        random_backward(2, 3, 2, 3),
        random_backward(2, 2, 3, 2, dtype="float32", whole=False),
        random_backward(3, 2, 4, 3, whole=False),
    ]
