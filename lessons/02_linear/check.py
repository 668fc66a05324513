"""Lesson 02: the cases, the classic mistakes, the hints and the payoff."""

import numpy as np

from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.explain import reads
from lessons.harness.networks import linear, linear_scores
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn.kernels import activations, dense
from minicnn.kernels.threads import single_threaded_blas

# ---------------------------------------------------------------- linear_forward


def problem(N, D, K, dtype="float32", whole=True):
    """x, w, b of these sizes."""
    rng = np.random.default_rng([N, D, K])
    draw = (
        (lambda *shape: rng.integers(1, 9, shape)) if whole else (lambda *shape: rng.standard_normal(shape))
    )
    arrays = {"x": draw(N, D), "w": draw(D, K), "b": draw(K)}
    group = "one picture" if N == 1 else "as many pictures as classes" if N == K else "several pictures"
    return Case(group, {name: a.astype(dtype) for name, a in arrays.items()})


def linear_cases():
    by_hand = {"x": [[1, 2]], "w": [[1, 0, 5], [0, 1, 5]], "b": [0, 0, 100]}
    return [
        Case("one picture", {name: np.array(a, np.float32) for name, a in by_hand.items()}),
        problem(1, 1, 1),
        problem(1, 2, 1),
        problem(1, 1, 2),
        problem(1, 3, 2),
        problem(2, 1, 1),
        problem(2, 1, 2),
        problem(2, 2, 2),
        problem(3, 2, 1),
        problem(3, 1, 2),
        problem(2, 3, 4),
        problem(3, 3, 3),
        problem(4, 3, 2, "float64"),
        problem(5, 7, 3, "float64", whole=False),
        problem(3, 12, 10, whole=False),
    ]


def outer_bias(x, w, b):
    return x @ w + b[:, None]


def biased_pictures(x, w, b):
    return (x[:, :, None] * w + b).sum(axis=1)


def mean_for_sum(x, w, b):
    return (x @ w) / x.dtype.type(x.shape[1]) + b


def no_bias(x, w, b):
    return x @ w


def turned_weights(x, w, b):
    return x @ w.T + b


def bias_times(x, w, b):
    return x @ w * b


def first_only(x, w, b):
    return np.repeat(x[:1] @ w + b, len(x), axis=0)


def last_only(x, w, b):
    return x[:, -1:] * w[-1] + b


def clipped(x, w, b):
    return np.maximum(x @ w + b, 0)


LINEAR_MISTAKES = [
    Wrong("b is never added.", function=no_bias),
    Wrong(
        "w is turned round, x @ w.T: that works by luck where D = K, with other numbers.",
        function=turned_weights,
    ),
    Wrong(
        "b is added down the rows, one number a picture; it has one for each class.",
        function=outer_bias,
    ),
    Wrong(
        "b is added D times, once for each product, instead of once for each score.", function=biased_pictures
    ),
    Wrong("the products are averaged; a score is their sum.", function=mean_for_sum),
    Wrong("b is multiplied, not added.", function=bias_times),
    Wrong("b is subtracted, not added.", function=lambda x, w, b: x @ w - b),
    Wrong(
        "only the last product is left in each score: = where it should be +=, beginning at 0.",
        function=last_only,
    ),
    Wrong("every picture gets the scores of the first one.", function=first_only),
    Wrong("negative scores are cut to 0: a score may have any sign.", function=clipped),
]

LINEAR_HINTS = (
    "A score is a sum of products, one for each number of the picture. Which operation of NumPy "
    "multiplies a row by a column and adds up, for all rows and all columns at once?",
    "score[n, k] = b[k] + sum over d of x[n, d] * w[d, k]:  the matrix product of x and w, (N, D) by (D, K).",
    "return x @ ... + ...        b has the shape (K,), and NumPy adds it to each row of (N, K)",
)


# ---------------------------------------------------------------- softmax


def scores(group, rows, dtype="float32"):
    return Case(group, {"z": np.array(rows, dtype)})


def softmax_cases():
    rng = np.random.default_rng(2)
    normal = rng.standard_normal((3, 4))
    return [
        scores("small scores", [[0, 0]]),
        scores("small scores", [[np.log(3), 0]], "float64"),
        scores("small scores", [[1, 2, 3]]),
        scores("small scores", [[0, 0], [1, 3]]),
        scores("small scores", [[1, 2], [3, 5], [0, 7]]),
        scores("small scores", [[-1, -2], [-3, 4]], "float64"),
        scores("small scores", normal, "float64"),
        scores("small scores", 3 * rng.standard_normal((5, 10))),
        scores("the same + 100", [[100, 100]]),
        scores("the same + 100", [[101, 102, 103]]),
        scores("the same + 100", normal + 100, "float64"),
        scores("huge scores", [[1000, 1000]]),
        scores("huge scores", [[1000, 0]]),
        scores("huge scores", [[-1000, -1000]]),
        scores("huge scores", [[1000, 999], [-1000, -1001]]),
        scores("huge scores", [[1000, 0], [1, 2], [-1000, -998]], "float64"),
        scores("huge scores", 1000 * rng.standard_normal((4, 10))),
    ]


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
        "the sum has lost its axis (no keepdims=True), so a row is divided by another row's sum, or by none.",
    ),
    ("e", "the rows are not divided by their sum."),
)

SOFTMAX_MISTAKES = [
    Wrong(
        "exp of a huge score is infinite, and inf / inf is nan: subtract each row's largest score first.",
        [(SHIFT, "np.exp(z)")],
    ),
    Wrong(
        "the largest score of ALL rows is subtracted: far below it, a row becomes 0 / 0. Take each "
        "row's own.",
        [(SHIFT, "np.exp(z - z.max())")],
    ),
    Wrong(
        "the largest of each column is subtracted: far below it, a row becomes 0 / 0. Take each row's own.",
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
            "a small number is added to the sum, so no row sums to 1. Once each row's largest is subtracted, "
            "its sum is 1 at least: nothing needs it.",
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

SOFTMAX_HINTS = (
    "What is np.exp(1000)? And what are the probabilities of [1000, 1000] if you subtract 1000 "
    "from both first? What is the largest exponent that is left if you subtract the largest score?",
    "p = exp(z - m) / sum of exp(z - m), with m the largest score of the same row.",
    "m = z.max(axis=..., keepdims=True)     e = np.exp(z - m)     return e / e.sum(axis=..., keepdims=True)",
)


# ---------------------------------------------------------------- the payoff: ten templates


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is. What pulls the weights into place is the subject of lesson 03."""
    data = pictures(n_train, 0, dataset)
    x, y = flat(data.x), labels(data.y, seed, shuffle)
    w, b = linear(seed).values()
    for at in batches(n_train, 100, 6, seed):
        p = work.softmax(work.linear_forward(x[at], w, b))
        p[np.arange(len(at)), y[at]] -= 1  # the gradient of the loss by the scores
        w -= np.float32(0.001 / len(at)) * (x[at].T @ p)
        b -= np.float32(0.001 / len(at)) * p.sum(axis=0)
    return {"w": w, "b": b}


def draw_templates(weights, data):
    """The ten columns of w as pictures, each stretched to its own darkest and brightest."""
    from minicnn import plots

    w = weights["w"].T.reshape(10, 32, 32, 3)
    low, high = (np.percentile(w, q, axis=(1, 2, 3), keepdims=True) for q in (1, 99))
    title = f"What each class's template looks for, {data.label}"
    return plots.images(
        np.clip((w - low) / (high - low), 0, 1), np.arange(10), data.class_names, columns=5, title=title
    )


LESSON = Lesson(
    title="Linear",
    question="Can one matrix tell classes apart?",
    minutes=35,
    tasks=[
        Task(
            "linear_forward",
            dense.forward_matrix,
            linear_cases,
            ("scores",),
            LINEAR_MISTAKES,
            LINEAR_HINTS,
            explain=reads("x"),
        ),
        Task("softmax", activations.softmax, softmax_cases, ("p",), SOFTMAX_MISTAKES, SOFTMAX_HINTS),
    ],
    payoff=Training(
        "the ten templates", train, linear, linear_scores, draw_templates, n_train=10_000, seconds=15
    ),
)
