"""Lesson 05: the cases, the classic mistakes, the hints and the payoff."""

import numpy as np

from lessons import mine
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.explain import reads
from lessons.harness.networks import two_layers
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn.kernels import activations, dense
from minicnn.kernels.threads import single_threaded_blas

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
    group = "one picture" if N == 1 else "square" if N == D == F else "several pictures"
    return group, {name: a.astype(dtype) for name, a in arrays.items()}


def dense_cases(names):
    """One case for each size, with the arguments ``names``."""
    return [
        Case(group, {name: args[name] for name in names})
        for group, args in (problem(*size) for size in SIZES)
    ]


FORWARD_MISTAKES = [
    Wrong("b is never added.", [(" + b", "")]),
    Wrong("w is turned round: x @ w.T fits by luck where D = F.", [("x @ w", "x @ w.T")]),
    Wrong("b is added down the rows; it has one number for each output.", [("+ b", "+ b[:, None]")]),
    Wrong("b is subtracted.", [("+ b", "- b")]),
    Wrong("negative outputs are cut to 0: that is relu's work.", [("x @ w + b", "np.maximum(x @ w + b, 0)")]),
]

DX, DW, DB = "dy @ w.T", "x.T @ dy", "dy.sum(0)"

BACKWARD_MISTAKES = [
    Wrong("w is not turned round in dx: w goes from D to F, the blame goes from F to D.", [(DX, "dy @ w")]),
    Wrong(
        "dw and db are divided by N: dy is already the gradient of the mean loss.",
        [(DW, "x.T @ dy / x.dtype.type(len(x))"), (DB, "dy.mean(0)")],
    ),
    Wrong(
        "dw is divided by N: dy is already the gradient of the mean loss.",
        [(DW, "x.T @ dy / x.dtype.type(len(x))")],
    ),
    Wrong("db is the mean over the pictures; each of them used b, so it is the sum.", [(DB, "dy.mean(0)")]),
    Wrong(
        "db is dy itself, one row for each picture: b was added to every row, so sum over them.",
        [(DB, "dy.copy()")],
    ),
    Wrong("db is summed over the outputs, not over the pictures.", [(DB, "dy.sum(1)")]),
    Wrong("dw is turned round, (F, D): it must have w's shape.", [(DW, "dy.T @ x")]),
    Wrong(
        "dw forgets the input: it is the blame times what the weight was multiplied with, x.T @ dy.",
        [(DW, "np.ones_like(x).T @ dy")],
    ),
    Wrong("dx and dw have changed places in the return.", [(f"{DX}, {DW}", f"{DW}, {DX}")]),
    Wrong("dw counts the first picture only.", [(DW, "x[:1].T @ dy[:1]")]),
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
        [[-2, 0, 3]],
        [[1, -1], [-5, 5]],
        [[0, 0], [7, -7]],
        [[[1, -2]], [[-3, 4]]],
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


RELU_MISTAKES = [
    Wrong(
        "the sign is dropped instead of the negative numbers: that is the absolute value.",
        [("np.maximum(z, 0)", "np.abs(z)")],
    ),
    Wrong(
        "the positive numbers are cut off: maximum, not minimum.", [("np.maximum(z, 0)", "np.minimum(z, 0)")]
    ),
    Wrong("that is 1 where z is positive; y is z there.", [("np.maximum(z, 0)", "(z > 0).astype(z.dtype)")]),
    Wrong(
        "all numbers are cut at 1: only what is below 0 is cut.", [("np.maximum(z, 0)", "np.clip(z, 0, 1)")]
    ),
    Wrong(
        "negative numbers are made smaller, not 0: that is a leaky relu.",
        [("np.maximum(z, 0)", "np.where(z > 0, z, z * z.dtype.type(0.01))")],
    ),
]

MASK = "np.where(y <= 0, 0, dy)"

RELU_BACKWARD_MISTAKES = [
    Wrong("dy passes everywhere: where y is 0, nothing may come back.", [(MASK, "dy.copy()")]),
    Wrong(
        "relu is applied to dy: its negative numbers are blame as well. What counts is the sign of z.",
        [(MASK, "np.maximum(dy, 0)")],
    ),
    Wrong(
        "the mask is turned round: dy comes back where z was negative.", [(MASK, "np.where(y <= 0, dy, 0)")]
    ),
    Wrong(
        "that is the slope of relu, 1 or 0; it must be multiplied by dy.",
        [(MASK, "(z > 0).astype(dy.dtype)")],
    ),
    Wrong("dy is multiplied by y; the slope of relu is 1, not y.", [(MASK, "dy * y")]),
    Wrong("at z = 0 exactly dy comes back: take 0 there.", [(MASK, "np.where(z < 0, 0, dy)")]),
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
            FORWARD_MISTAKES,
            FORWARD_HINTS,
            explain=reads("x"),
        ),
        Task(
            "dense_backward",
            dense.backward_matrix,
            lambda: dense_cases(("x", "w", "dy")),
            ("dx", "dw", "db"),
            BACKWARD_MISTAKES,
            BACKWARD_HINTS,
            explain=reads("dy"),
        ),
        Task("relu_forward", activations.relu, relu_cases, ("y",), RELU_MISTAKES, RELU_HINTS),
        Task(
            "relu_backward",
            activations.relu_backward,
            relu_backward_cases,
            ("dz",),
            RELU_BACKWARD_MISTAKES,
            RELU_BACKWARD_HINTS,
        ),
    ],
    payoff=Training(
        "a network of two layers", train, two_layers, predict, draw_hidden, n_train=10_000, seconds=30
    ),
)
