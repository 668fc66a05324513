"""Lesson 11: the classic mistakes, most of them one edited line of the model answers in check.py."""

import numpy as np

from lessons.harness.tasks import Wrong

V, MOVE = "momentum * v - learning_rate * dw", "w + v, v"

MOMENTUM = [
    *(
        Wrong(
            "momentum and 1 - momentum have changed places: momentum is the part of the old v that stays.",
            [(V, turned)],
        )
        for turned in ("(1 - momentum) * v - learning_rate * dw",
                       "(1 - momentum) * v - momentum * learning_rate * dw")
    ),
    Wrong("momentum and learning_rate have changed places.", [(V, "learning_rate * v - momentum * dw")]),
    Wrong("learning_rate is not used.", [(V, "momentum * v - dw")]),
    Wrong("learning_rate is used twice: v, the step, has it already.", [(MOVE, "w + learning_rate * v, v")]),
    Wrong("the slope is squared; that is for rmsprop_step.", [("* dw", "* dw**2")]),
    Wrong("v is not used: that is plain SGD again.", [(V, "-learning_rate * dw")]),
    Wrong("the old v never fades: it must be multiplied by momentum.", [("momentum * v -", "v -")]),
    Wrong("it goes up the slope: learning_rate * dw must be subtracted.", [("* v - ", "* v + ")]),
    Wrong(
        "w - v goes up the slope: v has the minus in it already, so it is w + v.",
        [(MOVE, "w - v, v")],
    ),
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
    Wrong("w moves by momentum * v; it must move by v.", [(MOVE, "w + momentum * v, v")]),
    Wrong("the slope is subtracted twice: v has it already.", [(MOVE, "w + v - learning_rate * dw, v")]),
    Wrong(
        "the old v is returned: the next step needs the new one.",
        function=lambda w, dw, v, rate, momentum: (w + (momentum * v - rate * dw), v + 0),
    ),
    Wrong("w and v have changed places in the return.", [(MOVE, "v, w + v")]),
]  # fmt: skip

FIXED, USUAL = "a number of its own stands in the place of epsilon: take the argument.", ("1e-7", "1e-8")
SQUARES, ROOT = "rho * v + (1 - rho) * dw**2", "np.sqrt(v + epsilon)"

RMSPROP = [
    Wrong(
        "rho and 1 - rho have changed places: rho is the part of the old v.",
        [(SQUARES, "(1 - rho) * v + rho * dw**2")],
    ),
    Wrong("the newest square is multiplied by rho; it must be 1 - rho.", [("(1 - rho)", "rho")]),
    Wrong("the slope is not squared in v.", [("dw**2", "dw")]),
    Wrong("learning_rate is in v as well; v is a mean of dw^2.", [("dw**2", "(learning_rate * dw) ** 2")]),
    Wrong("v collects the slope without its sign; it must be its square.", [("dw**2", "np.abs(dw)")]),
    Wrong("v has the mean over all weights; each has its own.", [("dw**2", "np.mean(dw**2)")]),
    Wrong("the root is missing: divide by sqrt(v + epsilon), not by v + epsilon.", [(ROOT, "(v + epsilon)")]),
    Wrong(
        "epsilon stands outside the root: here it is sqrt(v + epsilon).", [(ROOT, "(np.sqrt(v) + epsilon)")]
    ),
    Wrong("epsilon is missing: without a slope that is 0 / 0.", [(ROOT, "np.sqrt(v)")]),
    *(Wrong(FIXED, [(ROOT, ROOT.replace("epsilon", number))]) for number in USUAL),
    Wrong("epsilon is a lower limit of v; it must be added to it.",
          [(ROOT, "np.sqrt(np.maximum(v, epsilon))")]),
    Wrong("epsilon is remembered in v; add it under the root only.",
          [(SQUARES, f"{SQUARES} + epsilon"), (ROOT, "np.sqrt(v)")]),
    Wrong("the slope is multiplied by the root; it must be divided by it.", [("dw / np", "dw * np")]),
    Wrong("v has no memory: that is only the newest square.", [(SQUARES, "dw**2")]),
    Wrong("v stays as it is where the slope is 0: there, too, it fades by rho.",
          [(SQUARES, f"np.where(dw == 0, v, {SQUARES})")]),
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
    Wrong(
        "the old v is returned: the next step needs the new one.",
        function=lambda w, dw, v, rate, rho, epsilon: (
            w - rate * dw / np.sqrt(rho * v + (1 - rho) * dw**2 + epsilon), v + 0
        ),
    ),
    Wrong("w and v have changed places in the return.", [(f"w - learning_rate * dw / {ROOT}, v",
                                                          f"v, w - learning_rate * dw / {ROOT}")]),
]

ALPHA, CORRECTED_V = "learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)", "(1 - beta_2**t) ** 0.5"
BELOW = "(np.sqrt(v) + epsilon)"
MEAN, SQUARE = "beta_1 * m + (1 - beta_1)", "beta_2 * v + (1 - beta_2)"
MEAN_TURNED, SQUARE_TURNED = (MEAN, "(1 - beta_1) * m + beta_1"), (SQUARE, "(1 - beta_2) * v + beta_2")
STAYS = " = np.where(dw == 0, old_{0}, {0})"

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
    Wrong("beta_1 and beta_2 have changed places in m and v: beta_1 is for m.",
          [(MEAN, MEAN.replace("beta_1", "beta_2")), (SQUARE, SQUARE.replace("beta_2", "beta_1"))]),
    Wrong("beta_1 and beta_2 have changed places in alpha: sqrt(1 - beta_2^t) / (1 - beta_1^t).",
          [(ALPHA, "learning_rate * (1 - beta_1**t) ** 0.5 / (1 - beta_2**t)")]),
    *(
        Wrong(f"{which}: beta is the part of the old mean that stays.", turned)
        for which, turned in {
            "beta_1 and 1 - beta_1 have changed places in m": [MEAN_TURNED],
            "beta_2 and 1 - beta_2 have changed places in v": [SQUARE_TURNED],
            "beta and 1 - beta have changed places, in m and in v": [MEAN_TURNED, SQUARE_TURNED],
        }.items()
    ),
    Wrong("v is not a mean: the new square must be multiplied by 1 - beta_2.", [("(1 - beta_2) * dw", "dw")]),
    Wrong("the new slope is subtracted in m; it must be added.", [("m + (1 - beta_1)", "m - (1 - beta_1)")]),
    Wrong("alpha is upside down: learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t).",
          [(ALPHA, "learning_rate * (1 - beta_1**t) / (1 - beta_2**t) ** 0.5")]),
    Wrong("the root in alpha goes over the whole fraction; it is of 1 - beta_2^t alone.",
          [(ALPHA, "learning_rate * ((1 - beta_2**t) / (1 - beta_1**t)) ** 0.5")]),
    *(
        Wrong(f"/ 1 - {beta}^t divides by 1, then takes {beta}^t away: / (1 - {beta}^t).", edit)
        for beta, edit in {
            "beta_1": [("/ (1 - beta_1**t)", "/ 1 - beta_1**t")],
            "beta": [("    alpha =", "    mhat, vhat = m / 1 - beta_1**t, v / 1 - beta_2**t\n    alpha ="),
                     (f"alpha * m / {BELOW}", "learning_rate * mhat / (np.sqrt(vhat) + epsilon)")],
        }.items()
    ),
    Wrong("w moves by m averaged with dw once more, as in Nesterov's momentum; here w moves by m itself.",
          [("alpha * m", f"alpha * ({MEAN} * dw)")]),
    Wrong("learning_rate is not used.", [("learning_rate * (", "(")]),
    Wrong("brackets are missing: it is / (sqrt(v) + epsilon); without them epsilon is added to w.",
          [(BELOW, "np.sqrt(v) + epsilon")]),
    *(Wrong(FIXED, [(BELOW, BELOW.replace("epsilon", number))]) for number in USUAL),
    Wrong("the step is made with the old m and v: first the new ones, then the step.",
          [("    m = beta", "    old_m, old_v = m, v\n    m = beta"), ("alpha * m", "alpha * old_m"),
           (BELOW, "(np.sqrt(old_v) + epsilon)")]),
    Wrong("the step is divided by the root of the old v: first the new v, then the step.",
          [("    m = beta", "    old_v = v\n    m = beta"), (BELOW, "(np.sqrt(old_v) + epsilon)")]),
    Wrong("the old m and v are returned: the next step needs the new ones.",
          [("    m = beta", "    old = m + 0, v + 0\n    m = beta"), (", m, v\n", ", *old\n")]),
    Wrong("the step is made with the slope itself; it must be made with m, its running mean.",
          [("alpha * m", "alpha * dw")]),
    Wrong("m and v stay as they are where the slope is 0: there, too, they fade, by beta_1 and beta_2.",
          [("    m = beta", "    old_m, old_v = m, v\n    m = beta"),
           ("    alpha =", f"    m{STAYS.format('m')}\n    v{STAYS.format('v')}\n    alpha =")]),
    Wrong("w does not move where the slope is 0: it moves by m, in which the earlier slopes are.",
          [("alpha * m", "(dw != 0).astype(w.dtype) * alpha * m")]),
    Wrong("the slope is not squared in v.", [("dw**2", "dw")]),
    Wrong("v collects the squares of m; it must be those of dw.", [("dw**2", "m**2")]),
    Wrong("m is not a mean: the new slope must be multiplied by 1 - beta_1.", [("(1 - beta_1) * dw", "dw")]),
    Wrong("it goes up the slope: the step must be subtracted.", [("w - alpha", "w + alpha")]),
    Wrong(
        "m and v are returned corrected: the next step would correct them again. Keep them as they are.",
        [("epsilon), m, v", "epsilon), m / (1 - beta_1**t), v / (1 - beta_2**t)")],
    ),
    Wrong(
        "w became float64: a float64 array makes it so, and so does a NumPy number, such as np.sqrt of a "
        "plain one (** 0.5 stays plain).",
        [(CORRECTED_V, "np.array([1 - beta_2**t]) ** 0.5")],  # the same, in NumPy 1 as well
    ),
    Wrong("m and v have changed places in the return.", [(", m, v\n", ", v, m\n")]),
]  # fmt: skip
