"""Lesson 12: the model answers, the hints and the payoff."""

import itertools
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from lessons import mine
from lessons.harness import message
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.payoff import Training
from lessons.harness.tasks import Lesson, Task
from lessons.harness.wire import module_of
from minicnn.kernels import batchnorm
from minicnn.kernels.batchnorm import backward_vectorised, forward_vectorised
from minicnn.kernels.threads import single_threaded_blas

cases, mistakes = (module_of(Path(__file__).with_name(f"{name}.py")) for name in ("cases", "mistakes"))

# ---------------------------------------------------------------- the model answers


def bn_forward(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    """As minicnn's layer, whose kernel takes rows (M, C): here rows and pictures are one formula."""
    axes = tuple(range(x.ndim - 1))  # all but the last
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    xhat = (x - mean) / np.sqrt(variance + epsilon)
    y = gamma * xhat + beta
    return y, moving_mean, moving_variance


def bn_backward(x, gamma, dy, epsilon=1e-3):
    """As minicnn's kernel, which is handed the mean and variance of the forward pass."""
    axes, M = tuple(range(x.ndim - 1)), x.size // x.shape[-1]  # M: how many numbers a channel has
    mean, root = x.mean(axis=axes), np.sqrt(x.var(axis=axes) + epsilon)
    xhat = (x - mean) / root
    dgamma, dbeta = (dy * xhat).sum(axis=axes), dy.sum(axis=axes)
    dx = gamma / root * (dy - dbeta / M - xhat * dgamma / M)
    return dx, dgamma, dbeta


# ---------------------------------------------------------------- what a learner is told


def show(args):
    """x (2,1) = [[1] [3]]   gamma [2]   beta [10]   moving_mean [0]   moving_variance [1]   training, ..."""
    x, short = args["x"], ("gamma", "beta", "moving_mean", "moving_variance")
    values = [f"{name} {message.array(args[name])}" for name in short]
    if "epsilon" not in args:
        return "   ".join([message.argument("x", x), *values, "training, momentum and epsilon not given"])
    how = f"training, momentum {args['momentum']:g}" if args["training"] else "not training"
    return "   ".join([message.argument("x", x), *values, f"{how}, epsilon {args['epsilon']:g}"])


FORWARD_HINTS = (
    "A batch of 2 pictures of 3 x 3 pixels and 5 channels: how many means are there, and of how many numbers "
    "is each the mean? Which axes of x must disappear?",
    "mean, variance: over every axis but the last.     xhat = (x - mean) / sqrt(variance + epsilon)\n"
    "y = gamma * xhat + beta.     training: moving = momentum * moving + (1 - momentum) * batch, for both.\n"
    "Not training: the moving mean and variance stand in the formula of xhat, and do not change.",
    "axes = tuple(range(x.ndim - 1))     mean = x.mean(axis=...)     variance = x.var(axis=...)\n"
    "return gamma * (x - ...) / np.sqrt(... + epsilon) + beta, ..., ...",
)

BACKWARD_HINTS = (
    "Add the same number to all x of a channel: how does y change? So what must the sum of dx over the "
    "channel be? And with gamma / root * dy alone, what is it?",
    "dbeta = sum of dy     dgamma = sum of dy * xhat     (over every axis but the last)\n"
    "dx = gamma / root * (dy - dbeta / M - xhat * dgamma / M),     root = sqrt(variance + epsilon)",
    "Compute mean, root and xhat again, as in bn_forward; then three lines. M = x.size // x.shape[-1]:\n"
    "    dx = gamma / root * (dy - ... - xhat * ...)",
)


# ---------------------------------------------------------------- the payoff: a deep network at a high rate

DEPTH, WIDTH, RATE = 5, 100, 0.5


def initial(seed):
    """He initialization, as in lesson 05, and for every layer what bn_forward needs."""
    rng = np.random.default_rng(seed)
    sizes = [3072, *[WIDTH] * DEPTH, 10]
    weights = {}
    for k, (D, F) in enumerate(itertools.pairwise(sizes)):
        weights[f"w{k}"] = (rng.standard_normal((D, F)) * np.sqrt(2 / D)).astype(np.float32)
    for k in range(DEPTH):
        weights[f"gamma{k}"] = weights[f"variance{k}"] = np.ones(WIDTH, np.float32)
        weights[f"beta{k}"] = weights[f"mean{k}"] = np.zeros(WIDTH, np.float32)
    return weights


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: the learner's normalization between dense and relu of lesson 05, five times."""
    data = pictures(n_train, 0, dataset)
    x, right = flat(data.x), labels(data.y, seed, shuffle)
    weights, functions = initial(seed), own_functions(work)
    for at in batches(n_train, 100, 5, seed):
        one_step(functions, weights, x[at], right[at])
    return weights


def own_functions(work):
    """The learner's functions of this lesson and of earlier ones, looked up once."""
    earlier = {"05": ("dense_forward", "dense_backward", "relu_forward", "relu_backward"),
               "03": ("softmax_crossentropy", "sgd_step")}  # fmt: skip
    found = {name: mine(number, name) for number, names in earlier.items() for name in names}
    return SimpleNamespace(bn_forward=work.bn_forward, bn_backward=work.bn_backward, **found)


def one_step(f, weights, h, right):
    """Forward, backward, and a step for everything that learns."""
    no_bias, saved, grads = np.zeros(WIDTH, np.float32), [], {}
    for k in range(DEPTH):
        gamma, beta, mean, variance = (weights[f"{n}{k}"] for n in ("gamma", "beta", "mean", "variance"))
        u = f.dense_forward(h, weights[f"w{k}"], no_bias)  # beta is all the bias there need be
        z, mean, variance = f.bn_forward(u, gamma, beta, mean, variance, True, 0.9)
        weights[f"mean{k}"], weights[f"variance{k}"] = mean, variance
        y = f.relu_forward(z)
        saved.append((h, u, gamma, z, y))
        h = y
    scores = f.dense_forward(h, weights[f"w{DEPTH}"], no_bias[:10])
    _, dscores = f.softmax_crossentropy(scores, right)
    dy, grads[f"w{DEPTH}"], _ = f.dense_backward(h, weights[f"w{DEPTH}"], dscores)
    for k in reversed(range(DEPTH)):
        h, u, gamma, z, y = saved[k]
        du, grads[f"gamma{k}"], grads[f"beta{k}"] = f.bn_backward(u, gamma, f.relu_backward(dy, z, y))
        dy, grads[f"w{k}"], _ = f.dense_backward(h, weights[f"w{k}"], du)
    for name, gradient in grads.items():
        weights[name] = f.sgd_step(weights[name], gradient, RATE)


def hidden(weights, x):
    """What every layer makes of rows x, at inference, by minicnn's own kernels: a list of (N, WIDTH)."""
    made, h = [], x
    for k in range(DEPTH):
        mean, variance, gamma, beta = (weights[f"{n}{k}"] for n in ("mean", "variance", "gamma", "beta"))
        h = np.maximum(batchnorm.normalise(h @ weights[f"w{k}"], mean, variance, gamma, beta, 1e-3), 0)
        made.append(h)
    return made


def predict(weights, data):
    """Scores of the test pictures."""
    return hidden(weights, flat(data.x_test))[-1] @ weights[f"w{DEPTH}"]


def draw_layers(weights, data):
    """How large the numbers of each layer are, in the trained network."""
    from minicnn.plots.figure import BLUE, SMALL, TITLE, dress, new_figure

    figure = new_figure(820, 240)
    figure.suptitle(f"Your five layers after ReLU, {data.label}", fontsize=TITLE)
    layers = hidden(weights, flat(data.x_test[:500]))
    for k, (axes, values) in enumerate(zip(figure.subplots(1, DEPTH, sharey=True), layers)):
        axes.hist(np.clip(values.ravel(), 0, 4), bins=20, range=(0, 4), density=True, log=True, color=BLUE)
        dress(axes, None, f"layer {k + 1}", "density" if k == 0 else "")
        axes.tick_params(labelsize=SMALL)
    return figure


LESSON = Lesson(
    title="Batch normalization",
    question="Why do deep nets stall?",
    minutes=55,
    tasks=[
        Task(
            "bn_forward",
            bn_forward,
            cases.forward,
            ("y", "moving_mean", "moving_variance"),
            mistakes.FORWARD,
            FORWARD_HINTS,
            calls=(forward_vectorised,),
            show=show,
            views=True,  # at inference the moving statistics may come back as they are
        ),
        Task(
            "bn_backward",
            bn_backward,
            cases.backward,
            ("dx", "dgamma", "dbeta"),
            mistakes.BACKWARD,
            BACKWARD_HINTS,
            calls=(backward_vectorised,),
        ),
    ],
    payoff=Training(
        "five normalized layers at a learning rate of 0.5",
        train,
        initial,
        predict,
        draw_layers,
        n_train=10_000,
        seconds=30,
    ),
)
