"""Lesson 02: the cases, the hints and the payoff; its answers are minicnn's kernels."""

from pathlib import Path

import numpy as np

from lessons.harness import wire
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.explain import reads
from lessons.harness.networks import linear, linear_scores
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task
from minicnn.kernels import activations, dense
from minicnn.kernels.threads import single_threaded_blas

mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))

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


def with_a_black_one(case):
    """The same, and one of the pictures is all zeros: its scores are b."""
    case.args["x"][2] = 0
    return case


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
        with_a_black_one(problem(5, 7, 3, "float64", whole=False)),
        problem(3, 12, 10, whole=False),
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
        scores("small scores", [[9.5, 0]], "float64"),  # nearly sure, and no more than nearly
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
            mistakes.LINEAR,
            LINEAR_HINTS,
            explain=reads("x"),
        ),
        Task("softmax", activations.softmax, softmax_cases, ("p",), mistakes.SOFTMAX, SOFTMAX_HINTS),
    ],
    payoff=Training(
        "the ten templates", train, linear, linear_scores, draw_templates, n_train=10_000, seconds=15
    ),
)
