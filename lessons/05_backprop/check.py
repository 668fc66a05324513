"""Lesson 05: the cases, the hints and the payoff; its answers are minicnn's kernels."""

from pathlib import Path

import numpy as np

from lessons import mine
from lessons.harness import wire
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.explain import reads
from lessons.harness.networks import two_layers
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task
from minicnn.kernels import activations, dense
from minicnn.kernels.threads import single_threaded_blas

mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- dense

SIZES = (
    *((1, 2, 1), (1, 1, 1), (1, 1, 2), (1, 2, 2), (2, 1, 1), (2, 2, 1), (2, 1, 2), (2, 2, 2)),
    *((3, 2, 2), (3, 3, 3), (2, 3, 4), (4, 3, 2), (5, 7, 3), (3, 12, 10)),
)


def problem(N, D, F):
    rng = np.random.default_rng([N, D, F])
    dtype = "float64" if (N + D + F) % 3 == 0 else "float32"
    whole = N * D * F <= 27
    draw = (
        (lambda *shape: rng.integers(1, 9, shape)) if whole else (lambda *shape: rng.standard_normal(shape))
    )
    signs = rng.choice([-1, 1], (N, F))
    arrays = {"x": draw(N, D), "w": draw(D, F), "b": draw(F), "dy": draw(N, F) * signs}
    if N == 5:  # a black picture, and one that is right
        arrays["x"][2], arrays["dy"][3] = 0, 0
    group = "one picture" if N == 1 else "square" if N == D == F else "several pictures"
    return group, {name: a.astype(dtype) for name, a in arrays.items()}


def dense_cases(names):
    """One case for each size, with the arguments ``names``."""
    return [
        Case(group, {name: args[name] for name in names})
        for group, args in (problem(*size) for size in SIZES)
    ]

FORWARD_HINTS = (
    "What was linear_forward in lesson 02?",
    "y[n, f] = b[f] + sum over d of x[n, d] * w[d, f]: a matrix product, and b added to each row.",
    "return x @ ... + ...",
)

BACKWARD_HINTS = (
    "Only one shape of each gradient is possible: dx is (N, D), dw is (D, F), db is (F,). Which "
    "products of dy (N, F) "
    "with x (N, D) or w (D, F), turned round or not, have these shapes?",
    "dx[n, d] = sum over f of dy[n, f] * w[d, f]      dw[d, f] = sum over n of x[n, d] * dy[n, f]\n"
    "db[f] = sum over n of dy[n, f]",
    "return dy @ ..., ... @ dy, dy.sum(axis=...)         two of the dots are a matrix turned round with .T",
)


# ---------------------------------------------------------------- relu


def arrays_of(rows):
    z = np.array(rows, np.float32)
    rng = np.random.default_rng(z.size)
    dy = rng.integers(1, 9, z.shape) * rng.choice([-1, 1], z.shape)
    return {"z": z, "dy": dy.astype(np.float32)}


def relu_problems():
    rng = np.random.default_rng(5)
    small = [
        [[3]],
        [[-3]],
        [[0]],
        [-2, 0, 3],  # the docstring's example
        [[1, -1], [-5, 5]],
        [[0, 0], [7, -7]],
        [[[1, -2]], [[-3, 4]]],
        [[0.001, 900], [-0.001, -900]],
        [[1e-9, -1e-9]],
    ]
    made = [("by hand", arrays_of(rows)) for rows in small]
    for shape, dtype in (
        ((2, 3), "float64"),
        ((4, 5), "float32"),
        ((2, 3, 2, 2), "float32"),
        ((3, 7), "float64"),
    ):
        drawn = {
            "z": rng.standard_normal(shape).astype(dtype),
            "dy": rng.standard_normal(shape).astype(dtype),
        }
        made.append(("drawn", drawn))
    return made


def relu_cases():
    return [Case(group, {"z": args["z"]}) for group, args in relu_problems()]


def relu_backward_cases():
    return [
        Case(group, {"dy": args["dy"], "z": args["z"], "y": np.maximum(args["z"], 0)})
        for group, args in relu_problems()
    ]

RELU_HINTS = (
    "Of a number and 0, which one do you keep?",
    "y = max(z, 0), for each number by itself.",
    "return np.maximum(..., ...)",
)

RELU_BACKWARD_HINTS = (
    "z = -2, so y = 0. If z grows a little, by how much does y grow? And for z = 3?",
    "dz = dy where z > 0, else 0.",
    "return np.where(..., ..., ...)       or dy times a mask; keep dy's type",
)


# ---------------------------------------------------------------- the payoff: a network of two layers

@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: four functions of the learner, loss and step of lesson 03."""
    data = pictures(n_train, 0, dataset)
    x, right = flat(data.x), labels(data.y, seed, shuffle)
    loss_of, step = mine("03", "softmax_crossentropy"), mine("03", "sgd_step")
    weights = two_layers(seed)
    for at in batches(n_train, 50, 8, seed):
        z = work.dense_forward(x[at], weights["w1"], weights["b1"])
        y = work.relu_forward(z)
        _, dscores = loss_of(work.dense_forward(y, weights["w2"], weights["b2"]), right[at])
        grads = {}
        dy, grads["w2"], grads["b2"] = work.dense_backward(y, weights["w2"], dscores)
        dz = work.relu_backward(dy, z, y)
        _, grads["w1"], grads["b1"] = work.dense_backward(x[at], weights["w1"], dz)
        weights = {name: step(weights[name], grads[name], 0.02) for name in weights}
    return weights


def predict(weights, data):
    """Scores of the test pictures, by minicnn's own kernels."""
    y = activations.relu(dense.forward_matrix(flat(data.x_test), weights["w1"], weights["b1"]))
    return dense.forward_matrix(y, weights["w2"], weights["b2"])


def draw_hidden(weights, data):
    """What training added to twenty of the hidden templates."""
    from minicnn import plots

    w = weights["w1"] - two_layers(0)["w1"]
    best = np.argsort(-np.abs(weights["w2"]).sum(axis=1))[:20]
    w = w[:, best].T.reshape(20, 32, 32, 3)
    low, high = (np.percentile(w, q, axis=(1, 2, 3), keepdims=True) for q in (1, 99))
    shown = np.clip((w - low) / (high - low), 0, 1)
    return plots.images(shown, columns=10, title=f"What training added to twenty templates, {data.label}")


LESSON = Lesson(
    title="Backprop",
    question="How does blame travel back?",
    minutes=50,
    tasks=[
        Task(
            "dense_forward",
            dense.forward_matrix,
            lambda: dense_cases("xwb"),
            ("y",),
            mistakes.FORWARD,
            FORWARD_HINTS,
            explain=reads("x"),
        ),
        Task(
            "dense_backward",
            dense.backward_matrix,
            lambda: dense_cases(("x", "w", "dy")),
            ("dx", "dw", "db"),
            mistakes.BACKWARD,
            BACKWARD_HINTS,
            explain=reads("dy"),
        ),
        Task("relu_forward", activations.relu, relu_cases, ("y",), mistakes.RELU, RELU_HINTS),
        Task(
            "relu_backward",
            activations.relu_backward,
            relu_backward_cases,
            ("dz",),
            mistakes.RELU_BACKWARD,
            RELU_BACKWARD_HINTS,
        ),
    ],
    payoff=Training(
        "a network of two layers", train, two_layers, predict, draw_hidden, n_train=10_000, seconds=30
    ),
)
