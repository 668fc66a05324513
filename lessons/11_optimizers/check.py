"""Lesson 11: the cases, the classic mistakes, the hints and the payoff."""

import numpy as np

from lessons import mine
from lessons.harness import compare
from lessons.harness.data import batches, flat, labels, pictures
from lessons.harness.networks import two_layers
from lessons.harness.payoff import Training
from lessons.harness.race import Race
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn.kernels import activations, dense, updates
from minicnn.kernels.threads import single_threaded_blas

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


# ---------------------------------------------------------------- the cases


def walk(step, memory, slopes, settings, start=10.0, dtype="float32"):
    """Steps from ``start``, one case each: what the step before left behind is what the next one is given.

    ``memory``: the names of what is remembered; ``settings``: learning rate and the rest, by name.
    """
    w, *past = np.full(1, start, dtype), *(np.zeros(1, dtype) for _ in memory)
    made = []
    for t, slope in enumerate(slopes, 1):
        number = {"t": t} if step is adam_step else {}
        args = {"w": w, "dw": np.full(1, slope, dtype), **dict(zip(memory, past)), **number, **settings}
        made.append(Case(f"step {t}", args))
        w, *past = step(*args.values())
    return made


def arrays(memory, shape, dtype, settings, number=None):
    """One step in the middle of training, on whole arrays; filters (four axes) are no whole numbers."""
    rng = np.random.default_rng([*shape])
    w, dw = rng.integers(-5, 6, shape), rng.integers(1, 9, shape) * rng.choice([-1, 1], shape)
    w, dw = (w, dw) if len(shape) < 4 else rng.standard_normal((2, *shape))
    args = {"w": w.astype(dtype), "dw": dw.astype(dtype)}
    args |= {name: rng.integers(1, 9, shape).astype(dtype) for name in memory}
    return Case("arrays", {**args, **({"t": number} if number else {}), **settings})


def momentum_cases():
    half = {"learning_rate": 0.5, "momentum": 0.5}
    usual = {"learning_rate": 0.1, "momentum": 0.9}
    return [
        *walk(momentum_step, "v", (4, 4, 0), half),
        *walk(momentum_step, "v", (4, -3, -6), usual, dtype="float64"),
        arrays("v", (3,), "float32", usual),
        arrays("v", (2, 3), "float64", half),
        arrays("v", (2, 2, 1, 3), "float32", usual),
        arrays("v", (4,), "float32", {"learning_rate": 0.25, "momentum": 0.0}),
    ]


def rmsprop_cases():
    by_hand = {"learning_rate": 1.0, "rho": 0.75, "epsilon": 0.0}
    usual = {"learning_rate": 0.5, "rho": 0.9, "epsilon": 1e-7}
    large = {"learning_rate": 1.0, "rho": 0.75, "epsilon": 5.0}
    return [
        *walk(rmsprop_step, "v", (4, 2, -2), by_hand),
        *walk(rmsprop_step, "v", (0, 3, -1), usual),  # 0 / 0 without epsilon
        *(Case("large epsilon", case.args) for case in walk(rmsprop_step, "v", (4, 2), large)),
        arrays("v", (3,), "float32", usual),
        arrays("v", (2, 3), "float64", usual),
        arrays("v", (2, 2, 1, 3), "float32", by_hand),
    ]


def adam_cases():
    by_hand = {"learning_rate": 1.0, "beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.0}
    usual = {"learning_rate": 0.5, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    large = {**by_hand, "epsilon": 2.0}
    return [
        *walk(adam_step, "mv", (4, 2, -2), by_hand),
        *walk(adam_step, "mv", (0, 3, -1), usual),
        *(Case("large epsilon", case.args) for case in walk(adam_step, "mv", (4, 2), large)),
        arrays("mv", (3,), "float32", usual, 4),
        arrays("mv", (2, 3), "float64", usual, 10),
        arrays("mv", (2, 2, 1, 3), "float32", by_hand, 2),
        arrays("mv", (4,), "float32", usual, 5000),  # nothing left to correct
    ]


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


# ---------------------------------------------------------------- the classic mistakes

V, MOVE = "momentum * v - learning_rate * dw", "w + v, v"

MOMENTUM_MISTAKES = [
    Wrong("v is not used: that is plain SGD again.", [(V, "-learning_rate * dw")]),
    Wrong("the old v never fades: it must be multiplied by momentum.", [("momentum * v -", "v -")]),
    Wrong("it goes up the slope: learning_rate * dw must be subtracted.", [("* v - ", "* v + ")]),
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
    Wrong("w and v have changed places in the return.", [(MOVE, "v, w + v")]),
]

SQUARES, ROOT = "rho * v + (1 - rho) * dw**2", "np.sqrt(v + epsilon)"

RMSPROP_MISTAKES = [
    Wrong(
        "rho and 1 - rho have changed places: rho is the part of the old v.",
        [(SQUARES, "(1 - rho) * v + rho * dw**2")],
    ),
    Wrong("the slope is not squared in v.", [("dw**2", "dw")]),
    Wrong("v collects the slope without its sign; it must be its square.", [("dw**2", "np.abs(dw)")]),
    Wrong("v has the mean over all weights; each has its own.", [("dw**2", "np.mean(dw**2)")]),
    Wrong("the root is missing: divide by sqrt(v + epsilon), not by v + epsilon.", [(ROOT, "(v + epsilon)")]),
    Wrong(
        "epsilon stands outside the root: here it is sqrt(v + epsilon).", [(ROOT, "(np.sqrt(v) + epsilon)")]
    ),
    Wrong("epsilon is missing: without a slope that is 0 / 0.", [(ROOT, "np.sqrt(v)")]),
    Wrong("v has no memory: that is only the newest square.", [(SQUARES, "dw**2")]),
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
    Wrong("w and v have changed places in the return.", [(f"w - learning_rate * dw / {ROOT}, v",
                                                          f"v, w - learning_rate * dw / {ROOT}")]),
]

ALPHA, CORRECTED_V = "learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)", "(1 - beta_2**t) ** 0.5"
BELOW = "(np.sqrt(v) + epsilon)"

ADAM_MISTAKES = [
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
    Wrong("the step is made with the slope itself; it must be made with m, its running mean.",
          [("alpha * m", "alpha * dw")]),
    Wrong("the slope is not squared in v.", [("dw**2", "dw")]),
    Wrong("v collects the squares of m; it must be those of dw.", [("dw**2", "m**2")]),
    Wrong("m is not a mean: the new slope must be multiplied by 1 - beta_1.", [("(1 - beta_1) * dw", "dw")]),
    Wrong("it goes up the slope: the step must be subtracted.", [("w - alpha", "w + alpha")]),
    Wrong(
        "m and v are returned corrected: the next step would correct them again. Keep them as they are.",
        [("epsilon), m, v", "epsilon), m / (1 - beta_1**t), v / (1 - beta_2**t)")],
    ),
    Wrong(
        "w became float64: a NumPy number did that, such as np.sqrt of a plain one; ** 0.5 stays plain.",
        [(CORRECTED_V, "np.array([1 - beta_2**t]) ** 0.5")],  # the same, in NumPy 1 as well
    ),
    Wrong("m and v have changed places in the return.", [(", m, v\n", ", v, m\n")]),
]  # fmt: skip

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
            momentum_cases,
            ("w", "v"),
            MOMENTUM_MISTAKES,
            MOMENTUM_HINTS,
            explain=step_sizes,
            calls=(updates.sgd_slice,),
        ),
        Task(
            "rmsprop_step",
            rmsprop_step,
            rmsprop_cases,
            ("w", "v"),
            RMSPROP_MISTAKES,
            RMSPROP_HINTS,
            explain=step_sizes,
            calls=(updates.rmsprop_slice,),
        ),
        Task(
            "adam_step",
            adam_step,
            adam_cases,
            ("w", "m", "v"),
            ADAM_MISTAKES,
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
    ),
    race=Race(
        "adam_step",
        million(),
        {"the same in NumPy": adam_step, "minicnn, one compiled pass": adam_compiled},
    ),
)
