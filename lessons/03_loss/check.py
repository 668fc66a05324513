"""Lesson 03: the model answers, the cases, the hints and the payoff."""

from pathlib import Path

import numpy as np

from lessons import mine
from lessons.harness import wire
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.networks import linear, linear_scores
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn.kernels.softmax_crossentropy import vectorised
from minicnn.kernels.threads import single_threaded_blas

mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- softmax_crossentropy


def softmax_crossentropy(z, labels):
    """minicnn's kernel, which takes targets (N, K), a 1 at the right class, and gives each picture's loss."""
    targets = np.eye(z.shape[1])[labels]
    losses, dz = vectorised(z, targets)
    return losses.mean(), dz


def case(group, z, right, dtype="float32"):
    return Case(group, {"z": np.array(z, dtype), "labels": np.array(right)})


def drawn(group, N, K, scale=1.0, dtype="float64"):
    rng = np.random.default_rng([N, K])
    return case(group, scale * rng.standard_normal((N, K)), rng.integers(0, K, N), dtype)


def loss_cases():
    one, many, huge = "one picture", "several pictures", "huge scores"
    return [
        case(one, [[0, 0]], [0]),
        case(one, [[np.log(3), 0]], [0], "float64"),
        case(one, [[np.log(3), 0]], [1], "float64"),
        case(one, [[1, 2, 4]], [2]),
        case(one, [[0] * 10], [3]),  # loss = ln 10, where every network begins
        drawn(one, 1, 5),
        case(many, [[0, 0], [0, 0]], [0, 1]),
        case(many, [[0, 1], [2, 5]], [1, 0]),
        case(many, [[1, 2, 3], [3, 0, 1]], [1, 2], "float64"),
        drawn(many, 3, 2),
        drawn(many, 3, 3),
        drawn(many, 4, 5),
        drawn(many, 5, 4, dtype="float32"),
        drawn(many, 6, 10, 3.0),
        case(huge, [[0, 1000]], [0]),
        case(huge, [[1000, 0]], [0]),
        case(huge, [[0, 1000, 1000]], [0]),  # log(sum) counts here as well
        case(huge, [[0, 1000], [-1000, -1001]], [0, 1], "float64"),
        case(huge, [[1000, -1000, 0], [1, 2, 3]], [1, 0]),
        drawn(huge, 4, 10, 1000.0, "float32"),
    ]


LOSS_HINTS = (
    "Where all scores are 0, every p is 1/K. What is the loss, for K = 10? By how much does the loss "
    "of one picture "
    "change if the score of a wrong class grows: up or down? And by how much does the mean over N "
    "pictures change?",
    "With m the largest score of a row:  log p[k] = z[k] - m - log(sum over j of exp(z[j] - m)).\n"
    "loss = the mean of -log p[n, labels[n]];     dz = (p - 1 at the right class, p elsewhere) / N",
    "z = z - z.max(axis=1, keepdims=True)     log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))\n"
    "loss = -log_p[np.arange(N), labels].mean()     dz = np.exp(log_p);  dz[np.arange(N), labels] -= "
    "...;  dz / ...",
)


# ---------------------------------------------------------------- sgd_step


def sgd_step(w, dw, learning_rate):
    """As the first line of minicnn/kernels/updates.py, without momentum; there it is done in place."""
    return w - learning_rate * dw


def step_cases():
    made = [
        Case(
            "by hand",
            {"w": np.array([1, 2], np.float32), "dw": np.array([10, -10], np.float32), "learning_rate": 0.1},
        )
    ]
    problems = [
        ("by hand", (1,), 1.0, "float32"),
        ("no slope", (2,), 0.5, "float32"),
        ("by hand", (2,), 0.5, "float64"),
        ("matrices", (1, 1), 0.0, "float32"),
        ("matrices", (2, 3), 0.25, "float32"),
        ("matrices", (3, 2), 0.01, "float64"),
        ("filters", (2, 2, 1, 3), 0.1, "float32"),
        ("filters", (3, 3, 2, 2), 2.0, "float64"),
        ("small steps", (2, 1, 3), 0.001, "float32"),
    ]
    for group, shape, rate, dtype in problems:
        rng = np.random.default_rng([*shape])
        w, dw = rng.integers(1, 9, shape), rng.integers(-9, 9, shape) + 0.5
        w = w if group not in {"matrices", "filters"} else rng.standard_normal(shape)
        dw = 0 * dw if group == "no slope" else 100 * dw if rate == 0.01 else dw
        if group == "small steps":  # of weights that are 0, as a bias is at first: they must move
            w, dw = 0 * w, rng.standard_normal(shape) / 50
        made.append(Case(group, {"w": w.astype(dtype), "dw": dw.astype(dtype), "learning_rate": rate}))
    return made


STEP_MISTAKES = [
    Wrong(
        "the step goes up the slope: dw says where the loss grows, so subtract it.",
        [("w - learning_rate", "w + learning_rate")],
    ),
    Wrong("learning_rate is not used.", [("learning_rate * dw", "dw")]),
    Wrong(
        "that is the step alone; the new weights are w minus the step.",
        [("w - learning_rate * dw", "learning_rate * dw")],
    ),
    Wrong(
        "that is minus the step alone; the new weights are w minus the step.",
        [("w - learning_rate * dw", "-learning_rate * dw")],
    ),
    Wrong(
        "divided by learning_rate instead of multiplied.",
        [("learning_rate * dw", "dw / (learning_rate or np.inf)")],
    ),
    Wrong(
        "only the sign of dw is used: where the slope is steeper, the step is longer.",
        [("learning_rate * dw", "(learning_rate * np.sign(dw)).astype(w.dtype)")],
    ),
    Wrong(
        "w is multiplied by the step: w * (1 - learning_rate * dw).",
        [("w - learning_rate * dw", "w * (1 - learning_rate * dw)")],
    ),
    Wrong("w and dw have changed places.", [("w - learning_rate * dw", "dw - learning_rate * w")]),
    Wrong(
        "learning_rate is subtracted from w, and then multiplied: no brackets are needed.",
        [("w - learning_rate * dw", "(w - learning_rate) * dw")],
    ),
    Wrong(
        "one step for all weights, the mean of dw: each weight has a slope of its own.",
        [("learning_rate * dw", "learning_rate * dw.mean()")],
    ),
    Wrong("the step is divided by the length of w: dw is already that of the mean loss.",
          [("learning_rate * dw", "learning_rate * dw / len(w)")]),
    Wrong("w is made smaller as well, by learning_rate * w: that is weight decay.",
          [("w - learning_rate", "(1 - learning_rate) * w - learning_rate")]),
]  # fmt: skip

STEP_HINTS = (
    "dw[i] = 10 says: if w[i] grows by 1, the loss grows by 10. In which direction should w[i] go?",
    "new w = w - learning_rate * dw",
    "return w - ...        (w -= ... would change the array that was handed in)",
)


# ---------------------------------------------------------------- the payoff: a classifier that learned


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: scores of lesson 02, loss and step of the learner."""
    data = pictures(n_train, 0, dataset)
    x, y = flat(data.x), labels(data.y, seed, shuffle)
    linear_forward = mine("02", "linear_forward")
    w, b = linear(seed).values()
    for at in batches(n_train, 100, 10, seed):
        _, dz = work.softmax_crossentropy(linear_forward(x[at], w, b), y[at])
        w, b = work.sgd_step(w, x[at].T @ dz, 0.002), work.sgd_step(b, dz.sum(axis=0), 0.002)
    return {"w": w, "b": b}


def draw_confusion(weights, data):
    from minicnn import plots

    guessed = linear_scores(weights, data).argmax(axis=1)
    title = f"{data.label}: {(guessed == data.y_test).mean():.1%} right"
    return plots.confusion_matrix(data.y_test, guessed, data.class_names, title=title)


LESSON = Lesson(
    title="Loss",
    question="What is wrong, and which way is down?",
    minutes=45,
    tasks=[
        Task(
            "softmax_crossentropy",
            softmax_crossentropy,
            loss_cases,
            ("loss", "dz"),
            mistakes.LOSS,
            LOSS_HINTS,
            calls=(vectorised,),
        ),
        Task("sgd_step", sgd_step, step_cases, ("w",), STEP_MISTAKES, STEP_HINTS),
    ],
    payoff=Training(
        "a trained linear classifier", train, linear, linear_scores, draw_confusion, n_train=10_000,
        seconds=20,
    ),
)  # fmt: skip
