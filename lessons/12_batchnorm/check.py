"""Lesson 12: the cases, the classic mistakes, the hints and the payoff."""

import itertools
from types import SimpleNamespace

import numpy as np

from lessons import mine
from lessons.harness import message
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn.kernels import batchnorm
from minicnn.kernels.batchnorm import backward_vectorised, forward_vectorised
from minicnn.kernels.threads import single_threaded_blas

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


# ---------------------------------------------------------------- cases


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


def forward_cases():
    off = {"training": False}
    return [
        forward_case([[1], [3]], [2], [10], [0], [1]),  # the docstring's
        forward_case([[1], [3]], [2], [10], [2], [1], **off),
        forward_case([[5]], [1], [0], [3], [6], **off),  # a batch of one is no trouble at inference
        forward_case([[1, 10], [3, 50]], [1, 1], [0, 0], [0, 0], [1, 1]),  # channels stay apart
        forward_case(
            [[4], [4], [4]], [2], [1], [0], [1], epsilon=1e-3
        ),  # nothing varies: epsilon alone is left
        forward_case([[1], [2], [6]], [1], [0], [4], [8], momentum=0.5),
        forward_case([[0], [0.125]], [1], [0], [4], [8]).without("momentum", "epsilon"),
        forward_case([[4097], [4099], [4107]], [1], [0], [0], [1]),  # mean(x * x) - mean**2 is rounding
        forward_case([[[[1]], [[3]]]], [2], [10], [0], [1]),  # one picture, one column of two pixels
        forward_case(
            [[[[1], [3]]], [[[5], [7]]]], [1], [0], [0], [1], epsilon=4.0
        ),  # two pictures of two pixels
        forward_case([[[[1, 0], [3, 4]]]], [1, 2], [0, 1], [0, 5], [1, 9], **off),
        drawn(4, 2),
        drawn(5, 3),
        drawn(6, 2, dtype="float64"),
        drawn(8, 4, momentum=0.99, dtype="float64"),
        drawn(3, 2, training=False),
        drawn(2, 3, training=False, dtype="float64"),
        drawn(1, 2, 3, 2),
        drawn(2, 3, 2, 2, dtype="float64"),
        drawn(3, 1, 2, 3, momentum=0.99),
        drawn(2, 2, 3, 1),
        drawn(2, 2, 2, 3, training=False),
        drawn(2, 3, 4, 3, training=False, dtype="float64"),
    ]


def show(args):
    """x (2,1) = [[1] [3]]   gamma [2]   beta [10]   moving_mean [0]   moving_variance [1]   training, ..."""
    x, short = args["x"], ("gamma", "beta", "moving_mean", "moving_variance")
    values = [f"{name} {message.array(args[name])}" for name in short]
    if "epsilon" not in args:
        return "   ".join([message.argument("x", x), *values, "training, without momentum, epsilon"])
    how = f"training, momentum {args['momentum']:g}" if args["training"] else "not training"
    return "   ".join([message.argument("x", x), *values, f"{how}, epsilon {args['epsilon']:g}"])


def backward_case(x, gamma, dy, epsilon=3.0, dtype="float32"):
    args = {"x": np.array(x, dtype), "gamma": np.array(gamma, dtype), "dy": np.array(dy, dtype)}
    return Case("rows" if args["x"].ndim == 2 else "pictures", {**args, "epsilon": epsilon})


def random_backward(*shape, epsilon=1e-3, dtype="float64", whole=True):
    """dy is random: ones would hide every mistake, because dx is then 0."""
    rng = np.random.default_rng([7, *shape])
    x = rng.integers(-4, 5, shape) + np.arange(shape[-1]) if whole else rng.standard_normal(shape)
    dy = rng.integers(1, 8, shape) * rng.choice([-1, 1], shape) if whole else rng.standard_normal(shape)
    return backward_case(x, rng.choice([0.5, 2, 3, -1], shape[-1]), dy, epsilon, dtype)


def backward_cases():
    return [
        backward_case([[1], [3]], [2], [[1], [5]]),  # the docstring's
        backward_case([[1], [3]], [1], [[4], [0]], dtype="float64"),
        backward_case([[0], [0], [3]], [1], [[1], [0], [0]], epsilon=2.0),
        backward_case([[[[1]], [[3]]]], [2], [[[[1]], [[5]]]]),
        backward_case([[0], [0.25], [1]], [2], [[1], [5], [2]], dtype="float64").without("epsilon"),
        backward_case([[1, 0], [3, 2]], [2, 4], [[1, 0], [5, 2]]),
        random_backward(3, 2),
        random_backward(4, 2, dtype="float32"),
        random_backward(4, 3, epsilon=0.1),
        random_backward(6, 2),
        random_backward(5, 4, whole=False),
        random_backward(1, 2, 2, 2),
        random_backward(1, 3, 2, 2, dtype="float32"),
        random_backward(2, 2, 1, 3),
        random_backward(3, 1, 2, 2, epsilon=0.1),
        random_backward(2, 3, 2, 3),
        random_backward(2, 2, 3, 2, dtype="float32", whole=False),
        random_backward(3, 2, 4, 3, whole=False),
    ]


# ---------------------------------------------------------------- mistakes


AXES, ROOT = "tuple(range(x.ndim - 1))", "np.sqrt(variance + epsilon)"
ASKED, TRAINING, NORMALIZED = "    mean, variance = moving_mean", "    if training:\n", "    xhat ="
FOLLOWED = "(1 - momentum) * variance"
BY_BATCH = "    mean, variance = x.mean(axis=axes), x.var(axis=axes)\n"

FORWARD_MISTAKES = [
    Wrong(
        "one mean for everything: each channel has its own. Leave the last axis out of the mean.",
        [(AXES, "None")],
    ),
    Wrong(
        "the mean is taken over the first axis alone, so every pixel has statistics of its own: for pictures "
        "it goes over N, H and W.",
        [(AXES, "0")],
    ),
    *(
        Wrong(
            "the axes (0, 1, 2) are those of pictures; rows (N, C) have only axis 0 to go over. "
            "tuple(range(x.ndim - 1)) fits both.",
            [(AXES, "(0, 1, 2)"), (ASKED, at_inference + ASKED)],
        )
        for at_inference in ("", BY_BATCH)
    ),
    Wrong(
        "each row, or pixel, is normalized over its own channels (that is layer normalization): take the "
        "mean over all axes but the last.",
        [(NORMALIZED, f"{TRAINING}        mean, variance = x.mean(-1)[..., None], x.var(-1)[..., None]\n"
          f"{NORMALIZED}")],
    ),
    Wrong(
        "the variance is divided by M - 1: here it is a plain mean, divided by M (ddof=0).",
        [("x.var(axis=axes)", "x.var(axis=axes, ddof=1)")],
    ),
    Wrong(
        "the variance is mean(x * x) - mean**2: two large numbers, nearly equal, of whose difference only "
        "rounding is left. Take the mean of (x - mean)**2.",
        [("x.var(axis=axes)", "(x * x).mean(axis=axes) - x.mean(axis=axes) ** 2")],
    ),
    Wrong(
        "x * s and mean * s (s = gamma / root) are two large numbers, nearly equal, of whose difference only "
        "rounding is left. Subtract the mean from x first.",
        [("gamma * xhat + beta", f"x * (gamma / {ROOT}) + (beta - mean * (gamma / {ROOT}))")],
    ),
    Wrong(
        "the moving variance gets the variance of M - 1; Keras and the formula divide by M there as well.",
        [(FOLLOWED, "(1 - momentum) * x.var(axis=axes, ddof=1)")],
    ),
    Wrong("epsilon is added to the root, not under it: sqrt(variance + epsilon).",
          [(ROOT, "(np.sqrt(variance) + epsilon)")]),
    Wrong("epsilon is missing: a channel that does not vary is divided by 0.", [(ROOT, "np.sqrt(variance)")]),
    Wrong("divided by the variance; divide by its root.", [(ROOT, "(variance + epsilon)")]),
    Wrong("gamma and beta are never used.", [("gamma * xhat + beta", "xhat")]),
    Wrong("gamma multiplies beta as well: gamma * xhat + beta, not gamma * (xhat + beta).",
          [("gamma * xhat + beta", "gamma * (xhat + beta)")]),
    Wrong("momentum is turned round: it is the share of the old value that stays, 0.99 of it.",
          [(TRAINING, f"{TRAINING}        momentum = 1 - momentum\n")]),
    Wrong("the moving statistics do not move: in training they follow the batch.",
          [(TRAINING, f"{TRAINING}        momentum = 1\n")]),
    Wrong("the moving variance has epsilon in it: follow the variance alone.",
          [(FOLLOWED, "(1 - momentum) * (variance + epsilon)")]),
    Wrong("the moving variance follows the root of the variance.",
          [(FOLLOWED, "(1 - momentum) * np.sqrt(variance)")]),
    Wrong("at inference the batch's own mean and variance are used: take the moving ones.",
          [(f"{ASKED}, moving_variance\n", BY_BATCH)]),
    Wrong(
        "training makes no difference: the batch's own statistics are used, and followed, at inference too.",
        [("if training:", "if True:")],
    ),
    Wrong(
        "the moving statistics change at inference: a network that is only asked must not change.",
        [(TRAINING, "    asked = mean, variance\n    if True:\n"),
         (NORMALIZED, f"    mean, variance = (mean, variance) if training else asked\n{NORMALIZED}")],
    ),
    Wrong(
        "in training, too, the moving statistics are used for y: take those of the batch.",
        [(TRAINING, f"    asked = mean, variance\n{TRAINING}"),
         (NORMALIZED, f"    mean, variance = asked\n{NORMALIZED}")],
    ),
    Wrong(
        "in training, the new moving statistics are used for y: take those of the batch.",
        [(NORMALIZED, f"    mean, variance = moving_mean, moving_variance\n{NORMALIZED}")],
    ),
]  # fmt: skip

COUNT, MEAN_PART, VARIANCE_PART = "x.size // x.shape[-1]", " - dbeta / M", " - xhat * dgamma / M"
SUMS, RETURN = "(dy * xhat).sum(axis=axes), dy.sum(axis=axes)", "return dx, dgamma, dbeta"


def sums(says, wrong):
    """A mistake in dgamma or dbeta, with and without its consequences for dx."""
    return [Wrong(says, [(SUMS, wrong)]), Wrong(says, [(RETURN, f"return dx, {wrong}")])]


BACKWARD_MISTAKES = [
    Wrong(
        "mean and variance are treated as fixed numbers: dx = gamma / root * dy. But every x of the channel "
        "moves them, and they move every xhat: two more parts.",
        [(MEAN_PART, ""), (VARIANCE_PART, "")],
    ),
    Wrong("the part of the variance is missing in dx: - xhat * dgamma / M.", [(VARIANCE_PART, "")]),
    Wrong("the part of the mean is missing in dx: - dbeta / M.", [(MEAN_PART, "")]),
    Wrong("the two parts of mean and variance are added in dx; they are subtracted.",
          [("dy - dbeta / M - xhat", "dy + dbeta / M + xhat")]),
    Wrong("M is only the number of pictures: a channel has N * H * W numbers.", [(COUNT, "len(x)")]),
    Wrong("M counts all numbers: a channel has M = N * H * W of them, without C.", [(COUNT, "x.size")]),
    Wrong("dbeta and dgamma are used in dx without being divided by M.", [(COUNT, "1")]),
    Wrong("gamma is missing in dx.", [("gamma / root", "1 / root")]),
    *sums("dgamma is the sum of dy * x: gamma was multiplied by xhat.", SUMS.replace("xhat", "x")),
    *sums("dgamma is the sum of dy * (x - mean): xhat is that divided by the root.",
          SUMS.replace("xhat", "(x - mean)")),
    *sums("dgamma and dbeta are divided by M: they are sums, dy is already the gradient of the mean loss.",
          SUMS.replace("sum", "mean")),
    *sums("dgamma and dbeta are summed over the first axis alone: for pictures over N, H and W.",
          SUMS.replace("axes", "0")),
    *(
        Wrong(
            "mean, variance and sums go over the first axis alone: for pictures over N, H and W.",
            [(AXES, "0"), (COUNT, count)],
        )
        for count in (COUNT, "len(x)")
    ),
    Wrong("epsilon is missing under the root: use the same root as in the forward pass.",
          [(" + epsilon)", ")")]),
    Wrong("dgamma and dbeta have changed places in the return.", [(RETURN, "return dx, dbeta, dgamma")]),
]  # fmt: skip

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
            forward_cases,
            ("y", "moving_mean", "moving_variance"),
            FORWARD_MISTAKES,
            FORWARD_HINTS,
            calls=(forward_vectorised,),
            show=show,
            views=True,  # at inference the moving statistics may come back as they are
        ),
        Task(
            "bn_backward",
            bn_backward,
            backward_cases,
            ("dx", "dgamma", "dbeta"),
            BACKWARD_MISTAKES,
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
