"""The classic mistakes of lesson 02: most are edits of minicnn/kernels/dense.py and activations.py."""

import math

import numpy as np

from lessons.harness.tasks import Wrong

# ---------------------------------------------------------------- linear_forward

LINEAR = [
    Wrong("b is never added.", [(" + b", "")]),
    Wrong(
        "w is turned round, x @ w.T: that works by luck where D = K, with other numbers.",
        [("x @ w", "x @ w.T")],
    ),
    Wrong(
        "b is added down the rows, one number a picture; it has one for each class.",
        [("+ b", "+ b[:, None]")],
    ),
    Wrong(
        "b is added D times, once for each product, instead of once for each score.",
        [("x @ w + b", "(x[:, :, None] * w + b).sum(axis=1)")],
    ),
    Wrong(
        "the products are averaged; a score is their sum.", [("x @ w", "x @ w / x.dtype.type(x.shape[1])")]
    ),
    Wrong("b is multiplied, not added.", [("+ b", "* b")]),
    Wrong("b is subtracted, not added.", [("+ b", "- b")]),
    Wrong(
        "only the last product is left in each score; a score is the sum of all. Should = be +=?",
        [("x @ w", "x[:, -1:] * w[-1]")],
    ),
    Wrong(
        "every picture gets the scores of the first one.",
        [("x @ w + b", "np.repeat(x[:1] @ w + b, len(x), axis=0)")],
    ),
    Wrong(
        "negative scores are cut to 0: a score may have any sign.",
        [("x @ w + b", "np.maximum(x @ w + b, 0)")],
    ),
]

# ---------------------------------------------------------------- softmax

DIVIDE = "e / e.sum(-1, keepdims=True)"
SHIFT = "np.exp(z - z.max(-1, keepdims=True))"
SHIFTS = (  # what else is wrong, where the shift is
    (SHIFT, ""),
    ("np.exp(z)", " And exp of a huge score is infinite: subtract each row's largest score first."),
    ("np.exp(z - z.max())", " And the largest of ALL rows is subtracted: take each row's own."),
    ("np.exp(z - z.max(0))", " And the largest of each column is subtracted: take each row's own."),
    ("np.exp(z - z.max(-1))", " And the largest has lost its axis (no keepdims=True): it meets another row."),
)
DIVISIONS = (
    ("e / e.sum()", "divided by the sum over all rows: each row must sum to 1 by itself."),
    ("e / e.sum(0)", "the columns sum to 1, not the rows: sum along the last axis."),
    (
        "e / e.sum(-1)",
        "the sum has lost its axis (no keepdims=True), so numbers are divided by another row's, or by none.",
    ),
    ("e", "the rows are not divided by their sum."),
)


def by_math(z):
    """Number by number, with Python's own exp."""
    rows = [[math.exp(v) for v in row] for row in z]
    return np.array([[e / sum(row) for e in row] for row in rows], z.dtype)


SOFTMAX = [
    Wrong(
        "exp of a huge score is infinite, and inf / inf is nan: subtract each row's largest score first.",
        [(SHIFT, "np.exp(z)")],
    ),
    Wrong(
        "exp of a huge score is infinite, inside a log as well: subtract each row's largest score first.",
        [(DIVIDE, "np.exp(z - np.log(np.exp(z).sum(-1, keepdims=True)))")],
    ),
    Wrong(
        "exp of a huge score is more than a float holds: subtract each row's largest score first.",
        function=by_math,
    ),
    Wrong(
        "a function for one number (math.exp, float) was given an array: np.exp takes arrays.",
        function=math.exp,
    ),
    Wrong(
        "the largest score of ALL rows is subtracted: far below it, a row becomes 0 / 0. Take each "
        "row's own.",
        [(SHIFT, "np.exp(z - z.max())")],
    ),
    Wrong(
        "the largest of each column is subtracted, so the numbers of one row lose different ones: take each "
        "row's own.",
        [(SHIFT, "np.exp(z - z.max(0))")],
    ),
    Wrong(
        "the largest of each row has lost its axis (no keepdims=True): it is subtracted from another row, or "
        "from a column.",
        [(SHIFT, "np.exp(z - z.max(-1))")],
    ),
    *(
        Wrong(says + also, [(SHIFT, shift), (DIVIDE, divide)])
        for divide, says in DIVISIONS
        for shift, also in SHIFTS
    ),
    Wrong(
        "the mean is subtracted instead of the largest: a score far above it still overflows.",
        [(SHIFT, "np.exp(z - z.mean(-1, keepdims=True))")],
    ),
    Wrong(
        "the smallest is subtracted instead of the largest: a score far above it still overflows.",
        [(SHIFT, "np.exp(z - z.min(-1, keepdims=True))")],
    ),
    Wrong(
        "the largest is taken without its sign: scores far below 0 are moved further down, to 0 / 0.",
        [(SHIFT, "np.exp(z - abs(z).max(-1, keepdims=True))")],
    ),
    Wrong(
        "the scores are divided by the largest: that changes the probabilities. Subtract it.",
        [(SHIFT, "np.exp(z / z.max(-1, keepdims=True))")],
    ),
    *(
        Wrong(
            "the sign of the scores is turned round: the largest p belongs to the largest score.",
            [(SHIFT, f"np.exp({shifted})")],
        )
        for shifted in ("-z", "z.max(-1, keepdims=True) - z", "z.min(-1, keepdims=True) - z")
    ),
    Wrong(
        "each score by itself, 1 / (1 + exp(-z)): that is a sigmoid. Here the scores of a row share one sum.",
        [(DIVIDE, "1 / (1 + np.exp(-z))")],
    ),
    *(
        Wrong(
            "a small number is added to the sum: in float64 one sees that no row sums to 1. Once each row's "
            "largest is subtracted, its sum is 1 at least: nothing needs it.",
            [(DIVIDE, f"e / (e.sum(-1, keepdims=True) + {small})")],
        )
        for small in (1e-8, 1e-7, 1e-6)
    ),
    Wrong("that is the logarithm of the probabilities.", [(DIVIDE, "np.log(e / e.sum(-1, keepdims=True))")]),
    Wrong("not exp, only divided by the sum.", [(SHIFT, "z")]),
    Wrong(
        "the logarithm of the sum is added to the largest score, which swallows its digits where scores are "
        "huge: subtract the largest from z first, and divide.",
        [(DIVIDE, "np.exp(z - (z.max(-1, keepdims=True) + np.log(e.sum(-1, keepdims=True))))")],
    ),
]
