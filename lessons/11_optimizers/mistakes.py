"""Lesson 11: the classic mistakes, most of them one edited line of the model answers in check.py."""

import numpy as np

from lessons.harness.tasks import Wrong

V, MOVE = "momentum * v - learning_rate * dw", "w + v, v"

MOMENTUM = [
    Wrong("v is not used: that is plain SGD again.", [(V, "-learning_rate * dw")]),
    Wrong("the old v never fades: it must be multiplied by momentum.", [("momentum * v -", "v -")]),
    Wrong("it goes up the slope: learning_rate * dw must be subtracted.", [("* v - ", "* v + ")]),
    Wrong(
        "v has the other sign: here v is the step itself, w <- w + v.",
        [("* v - ", "* v + "), (MOVE, "w - v, v")],
    ),
    Wrong(
        "v collects slopes and learning_rate comes later; here v is the step itself, learning_rate inside.",
        [(V, "momentum * v + dw"), (MOVE, "w - learning_rate * v, v")],
    ),
    Wrong(
        "v is a running mean of the slopes; here it is the step itself, learning_rate inside.",
        [(V, "momentum * v + (1 - momentum) * dw"), (MOVE, "w - learning_rate * v, v")],
    ),
    Wrong(
        "the slope is multiplied by 1 - momentum as well: here the steps add up, they are not averaged.",
        [("- learning_rate", "- (1 - momentum) * learning_rate")],
    ),
    Wrong("the new slope is multiplied by momentum as well.", [(V, "momentum * (v - learning_rate * dw)")]),
    Wrong(
        "that is Nesterov's momentum, which looks one step ahead; here w moves by v.",
        [(MOVE, "w + momentum * v - learning_rate * dw, v")],
    ),
    Wrong(
        "w moves by the old v: first the new v, then the step.",
        function=lambda w, dw, v, rate, momentum: (w + v, momentum * v - rate * dw),
    ),
    Wrong("w and v have changed places in the return.", [(MOVE, "v, w + v")]),
]

SQUARES, ROOT = "rho * v + (1 - rho) * dw**2", "np.sqrt(v + epsilon)"

RMSPROP = [
    Wrong(
        "rho and 1 - rho have changed places: rho is the part of the old v.",
        [(SQUARES, "(1 - rho) * v + rho * dw**2")],
    ),
    Wrong("the slope is not squared in v.", [("dw**2", "dw")]),
    Wrong("v collects the slope without its sign; it must be its square.", [("dw**2", "np.abs(dw)")]),
    Wrong("v has the mean over all weights; each has its own.", [("dw**2", "np.mean(dw**2)")]),
    Wrong("the root is missing: divide by sqrt(v + epsilon), not by v + epsilon.", [(ROOT, "(v + epsilon)")]),
    Wrong(
        "epsilon stands outside the root: here it is sqrt(v + epsilon).", [(ROOT, "(np.sqrt(v) + epsilon)")]
    ),
    Wrong("epsilon is missing: without a slope that is 0 / 0.", [(ROOT, "np.sqrt(v)")]),
    Wrong("v has no memory: that is only the newest square.", [(SQUARES, "dw**2")]),
    Wrong("v is a sum that only grows (AdaGrad): the old v must fade by rho.", [(SQUARES, "v + dw**2")]),
    Wrong("the newest square is not multiplied by 1 - rho.", [("(1 - rho) * dw", "dw")]),
    Wrong("it goes up the slope: the step must be subtracted.", [("w - learning", "w + learning")]),
    Wrong("learning_rate is not used.", [("learning_rate * dw", "dw")]),
    Wrong(
        "the step is divided by the root of the old v: first the new v, then the step.",
        function=lambda w, dw, v, rate, rho, epsilon: (
            w - rate * dw / np.sqrt(v + epsilon), rho * v + (1 - rho) * dw**2
        ),
    ),
    Wrong("w and v have changed places in the return.", [(f"w - learning_rate * dw / {ROOT}, v",
                                                          f"v, w - learning_rate * dw / {ROOT}")]),
]

ALPHA, CORRECTED_V = "learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)", "(1 - beta_2**t) ** 0.5"
BELOW = "(np.sqrt(v) + epsilon)"

ADAM = [
    Wrong("m and v begin at zero and are too small at first: alpha must make up for it.",
          [(ALPHA, "learning_rate")]),
    Wrong("v is too small at first, and alpha does not make up for it: sqrt(1 - beta_2^t) is missing.",
          [(f" * {CORRECTED_V}", "")]),
    Wrong("m is too small at first, and alpha does not make up for it: / (1 - beta_1^t) is missing.",
          [(" / (1 - beta_1**t)", "")]),
    Wrong("alpha has 1 - beta_2^t without its root.", [(CORRECTED_V, "(1 - beta_2**t)")]),
    Wrong("t counts from 1 already: do not add 1.", [("**t)", "**(t + 1))")]),
    Wrong("t counts from 1: with t - 1 the first step divides by zero.", [("**t)", "**(t - 1))")]),
    Wrong("alpha has beta times t; it must be beta to the power of t, beta**t.", [("**t)", " * t)")]),
    Wrong(
        "epsilon is added to the root of the corrected v, as in the paper's algorithm 1. Here, as in Keras, "
        "it is added to sqrt(v) as it stands.",
        [(BELOW, f"(np.sqrt(v) + epsilon * {CORRECTED_V})")],
    ),
    Wrong("epsilon stands inside the root: in Adam it is sqrt(v) + epsilon.",
          [(BELOW, "np.sqrt(v + epsilon)")]),
    Wrong("epsilon is missing: without a slope that is 0 / 0.", [(BELOW, "np.sqrt(v)")]),
    Wrong("the root is missing: divide by sqrt(v) + epsilon, not by v + epsilon.",
          [(BELOW, "(v + epsilon)")]),
    Wrong("beta_1 and beta_2 have changed places: beta_1 is for m.",
          [("beta_1", "beta_3"), ("beta_2", "beta_1"), ("beta_3", "beta_2"),
           ("beta_2, beta_1, epsilon", "beta_1, beta_2, epsilon")]),
    Wrong("the step is made with the slope itself; it must be made with m, its running mean.",
          [("alpha * m", "alpha * dw")]),
    Wrong("the slope is not squared in v.", [("dw**2", "dw")]),
    Wrong("v collects the squares of m; it must be those of dw.", [("dw**2", "m**2")]),
    Wrong("m is not a mean: the new slope must be multiplied by 1 - beta_1.", [("(1 - beta_1) * dw", "dw")]),
    Wrong("it goes up the slope: the step must be subtracted.", [("w - alpha", "w + alpha")]),
    Wrong(
        "m and v are returned corrected: the next step would correct them again. Keep them as they are.",
        [("epsilon), m, v", "epsilon), m / (1 - beta_1**t), v / (1 - beta_2**t)")],
    ),
    Wrong(
        "w became float64: a NumPy number did that, such as np.sqrt of a plain one; ** 0.5 stays plain.",
        [(CORRECTED_V, "np.array([1 - beta_2**t]) ** 0.5")],  # the same, in NumPy 1 as well
    ),
    Wrong("m and v have changed places in the return.", [(", m, v\n", ", v, m\n")]),
]  # fmt: skip
