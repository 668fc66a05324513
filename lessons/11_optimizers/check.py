"""Lesson 11: the model answers, the hints, the payoff and the race."""

from functools import partial
from pathlib import Path

import numpy as np

from lessons import mine
from lessons.harness import compare
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.networks import two_layers
from lessons.harness.payoff import Training
from lessons.harness.race import Race
from lessons.harness.tasks import Lesson, Task
from lessons.harness.wire import module_of
from minicnn.kernels import activations, dense, updates
from minicnn.kernels.threads import single_threaded_blas

cases, mistakes = (module_of(Path(__file__).with_name(f"{name}.py")) for name in ("cases", "mistakes"))

# ---------------------------------------------------------------- the model answers
#
# The formulas of minicnn/kernels/updates.py, where the same is done in place, in one pass over the memory.
# tests/lessons/test_steps.py holds the two against each other.


def momentum_step(w, dw, v, learning_rate, momentum):
    """``sgd_slice`` there."""
    v = momentum * v - learning_rate * dw
    return w + v, v


def rmsprop_step(w, dw, v, learning_rate, rho, epsilon):
    """``rmsprop_slice`` there."""
    v = rho * v + (1 - rho) * dw**2
    return w - learning_rate * dw / np.sqrt(v + epsilon), v


def adam_step(w, dw, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    """``adam_slice`` there; alpha is computed in minicnn/optimizers.py."""
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * dw**2
    alpha = learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


# ---------------------------------------------------------------- what a learner is told


def step_sizes(problem):
    """Where w is wrong: how far it should move, how far it does, and whether what is remembered is right."""
    if problem.output != "w":
        return ""
    names, value = problem.task.returns, problem.call(problem.args).get("value")
    right = problem.task.answer(*problem.args.values())
    dtype = compare.float_type(problem.args)
    wrong = [n for n, g, e in zip(names[1:], value[1:], right[1:]) if compare.difference(g, e, n, dtype)]
    before = problem.args["w"][problem.index]
    due, made = (float(a[problem.index] - before) for a in (problem.expected, problem.got))
    rest = f"{wrong[0]} is wrong as well" if wrong else f"{' and '.join(names[1:])} as due"
    at = ",".join(map(str, problem.index))
    digits = 4 if f"{due:.4g}" != f"{made:.4g}" else 10
    return f"w[{at}] moves by {due:.{digits}g}; yours by {made:.{digits}g}, {rest}"


MOMENTUM_HINTS = (
    "A ball rolls down. What it did in the last moment, v, it goes on doing, a little less. What does the "
    "slope add to that, and with which sign?",
    "v <- momentum * v - learning_rate * dw          w <- w + v",
    "v = ... * v - ... * dw        (a new array: v *= ... would change the one that was handed in)\n"
    "return w + ..., v",
)

RMSPROP_HINTS = (
    "One weight has slopes around 100, another around 0.01. By what do you divide each, so that both take "
    "steps of about learning_rate?",
    "v <- rho * v + (1 - rho) * dw^2          w <- w - learning_rate * dw / sqrt(v + epsilon)",
    "v = rho * ... + (1 - rho) * ...**2\nreturn w - ... / np.sqrt(...), v",
)

ADAM_HINTS = (
    "Before the first step m is 0. After it, m = (1 - beta_1) * dw: with beta_1 = 0.9 only a tenth of the "
    "slope. By what must m be divided to be the slope? And v, at step 1? At step t?",
    "m <- beta_1 * m + (1 - beta_1) * dw          v <- beta_2 * v + (1 - beta_2) * dw^2\n"
    "alpha = learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t)\n"
    "w <- w - alpha * m / (sqrt(v) + epsilon)",
    "m = ...     v = ...     (as in rmsprop_step)\n"
    "alpha = learning_rate * (1 - beta_2**t) ** 0.5 / (...)       ** 0.5, because np.sqrt of a plain number "
    "widens float32\nreturn w - alpha * ... / (... + epsilon), m, v",
)


# ---------------------------------------------------------------- the payoff: one network, three ways

STEPS = {  # (work, w, dw, memory, t) -> w and the new memory
    "momentum": lambda work, w, dw, memory, t: work.momentum_step(w, dw, memory[0], 0.005, 0.9),
    "rmsprop": lambda work, w, dw, memory, t: work.rmsprop_step(w, dw, memory[0], 0.0003, 0.9, 1e-7),
    "adam": lambda work, w, dw, memory, t: work.adam_step(w, dw, *memory, t, 0.0003, 0.9, 0.999, 1e-7),
}


def initial(seed):
    """The same network for each of the three: "adam w1", ..."""
    return {f"{rule} {name}": w for rule in STEPS for name, w in two_layers(seed).items()}


def gradient_function():
    """(weights, x, right) -> the loss of one batch and its gradients, by the functions of 03 and 05."""
    dense_forward, dense_backward = mine("05", "dense_forward"), mine("05", "dense_backward")
    relu_forward, relu_backward = mine("05", "relu_forward"), mine("05", "relu_backward")
    loss_of = mine("03", "softmax_crossentropy")

    def gradients(weights, x, right):
        z = dense_forward(x, weights["w1"], weights["b1"])
        y = relu_forward(z)
        loss, dscores = loss_of(dense_forward(y, weights["w2"], weights["b2"]), right)
        dy, dw2, db2 = dense_backward(y, weights["w2"], dscores)
        _, dw1, db1 = dense_backward(x, weights["w1"], relu_backward(dy, z, y))
        return loss, {"w1": dw1, "b1": db1, "w2": dw2, "b2": db2}

    return gradients


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: the same network three times, by each of the learner's steps."""
    data = pictures(n_train, 0, dataset)
    x, right = flat(data.x), labels(data.y, seed, shuffle)
    gradients, trained = gradient_function(), {}
    for rule, step in STEPS.items():
        weights = two_layers(seed)
        memory = {name: [np.zeros_like(w), np.zeros_like(w)] for name, w in weights.items()}
        for t, at in enumerate(batches(n_train, 50, 4, seed), 1):
            _, grads = gradients(weights, x[at], right[at])
            for name in weights:
                weights[name], *memory[name] = step(work, weights[name], grads[name], memory[name], t)
        trained |= {f"{rule} {name}": w for name, w in weights.items()}
    return trained


def scores_of(weights, rule, data):
    """Scores of the test pictures by one of the three networks, with minicnn's own kernels."""
    w1, b1, w2, b2 = (weights[f"{rule} {name}"] for name in ("w1", "b1", "w2", "b2"))
    return dense.forward_matrix(activations.relu(dense.forward_matrix(flat(data.x_test), w1, b1)), w2, b2)


def accuracies(weights, data):
    """The test accuracy of each of the three networks."""
    return {rule: (scores_of(weights, rule, data).argmax(1) == data.y_test).mean() for rule in STEPS}


def predict(weights, data):
    """The scores of the weakest of the three: what is asked of the accuracy is asked of them all."""
    found = accuracies(weights, data)
    return scores_of(weights, min(found, key=found.get), data)


def who_won(right, n):
    """A sentence on ``right`` {name: how many of the same n pictures} that is true however they end.

    Two such counts differ by chance alone: rarely by more than twice the root of the sum of their variances.
    """
    (first, most), (second, next_most), *_ = sorted(right.items(), key=lambda each: -each[1])
    chance = 2 * np.sqrt(most * (1 - most / n) + next_most * (1 - next_most / n))
    counts = ", ".join(f"{name} {count}" for name, count in right.items())
    if most - next_most <= chance:
        return f"right of {n:,}: {counts}. {first} and {second} are {most - next_most} apart: may be chance"
    return f"right of {n:,}: {counts}. {first} is {most - next_most} ahead: more than chance, with this seed"


def remark(weights, data):
    """Which of the three ended best, if any did."""
    n = len(data.y_test)
    return who_won({name: round(n * accuracy) for name, accuracy in accuracies(weights, data).items()}, n)


def draw_three(weights, data):
    """The three accuracies as bars."""
    from minicnn.plots.figure import BLUE, SMALL, TEXT, dress, new_figure

    found = accuracies(weights, data)
    figure = new_figure(560, 200)
    axes = figure.subplots()
    bars = axes.barh(list(found), list(found.values()), color=BLUE, height=0.6)
    axes.bar_label(bars, [f"{value:.1%}" for value in found.values()], padding=4, fontsize=TEXT)
    axes.axvline(0.1, color="0.2", linestyle=":", label="chance")
    axes.legend(fontsize=SMALL)
    axes.set_xlim(0, max(found.values()) + 0.2)
    axes.invert_yaxis()
    dress(axes, f"Your three steps, one network: {data.label}", "test accuracy", grid="x")
    return figure


# ---------------------------------------------------------------- the race


def adam_compiled(w, dw, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    """minicnn's: one pass over the memory, in place. Here on w, m and v themselves: that is its point."""
    alpha = learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    updates.adam(w, dw, m, v, learning_rate, alpha, beta_1, beta_2, epsilon, 0.0)
    return w, m, v


def million():
    """A million weights in the middle of training."""
    rng = np.random.default_rng(0)
    w, dw, m = (rng.standard_normal(1_000_000).astype(np.float32) for _ in range(3))
    settings = {"t": 10, "learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    return {"w": w, "dw": dw, "m": m, "v": m**2, **settings}


LESSON = Lesson(
    title="Optimizers",
    question="Why not plain SGD?",
    minutes=50,
    tasks=[
        Task(
            "momentum_step",
            momentum_step,
            partial(cases.momentum, momentum_step),
            ("w", "v"),
            mistakes.MOMENTUM,
            MOMENTUM_HINTS,
            explain=step_sizes,
            calls=(updates.sgd_slice,),
        ),
        Task(
            "rmsprop_step",
            rmsprop_step,
            partial(cases.rmsprop, rmsprop_step),
            ("w", "v"),
            mistakes.RMSPROP,
            RMSPROP_HINTS,
            explain=step_sizes,
            calls=(updates.rmsprop_slice,),
        ),
        Task(
            "adam_step",
            adam_step,
            partial(cases.adam, adam_step),
            ("w", "m", "v"),
            mistakes.ADAM,
            ADAM_HINTS,
            explain=step_sizes,
            calls=(updates.adam_slice,),
        ),
    ],
    payoff=Training(
        "one network, trained by each of your three steps; the weakest counts",
        train,
        initial,
        predict,
        draw_three,
        n_train=5_000,
        seconds=30,
        remark=remark,
    ),
    race=Race(
        "adam_step",
        million(),
        {"the same in NumPy": adam_step, "minicnn, one compiled pass": adam_compiled},
    ),
)
