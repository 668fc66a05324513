"""Lesson 13: the cases, the hints and the payoff."""

import itertools
from pathlib import Path

import numpy as np

import minicnn as mc
from lessons.harness import explain
from lessons.harness.data import labels, pictures
from lessons.harness.networks import arrays_of, filled, learner_by_heart
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task
from lessons.harness.wire import module_of
from minicnn.kernels.dropout import dropout
from minicnn.layers.base import Layer

mistakes = module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- the model answers


def dropout_forward(x, u, rate, training):
    """As dropout in minicnn/kernels/dropout.py, which makes its u from a key and each number's index."""
    if not training:
        return x.copy()
    return np.where(u >= rate, x / (1 - rate), 0).astype(x.dtype)


def dropout_backward(dy, u, rate):
    """In minicnn forward and backward are one function, because the same key gives the same u."""
    return np.where(u >= rate, dy / (1 - rate), 0).astype(dy.dtype)


# ---------------------------------------------------------------- cases


NEXT_TO = (0.29999, 0.30001)  # dropped, and kept, at a rate of 0.3


def forward_case(x, u, rate, training=True, dtype="float32"):
    group = "training" if training else "inference"
    args = {"x": np.array(x, dtype), "u": np.array(u, dtype), "rate": rate, "training": training}
    return Case(group, args)


def drawn(shape, rate, training=True, dtype="float32"):
    rng = np.random.default_rng([*shape, int(100 * rate)])
    x = rng.integers(1, 10, shape) * rng.choice([-1, 1], shape)
    x = x if len(shape) == 2 else rng.standard_normal(shape)
    return forward_case(x, rng.random(shape), rate, training, dtype)


def forward_cases():
    spread = (np.arange(10) + 0.5) / 10  # 0.05 0.15 ... 0.95: the share that is dropped is exactly the rate
    return [
        forward_case([3], [0.9], 0.5),  # kept
        forward_case([3], [0.1], 0.5),  # dropped
        forward_case([3], [0.25], 0.25),  # u = rate: kept
        forward_case([3], [0.1], 0.5, training=False),
        forward_case([0.75], [0.9], 0.5),  # no whole number
        forward_case([3, 5], [0.5, 0.1], 0.2),  # a rate that is not a half
        forward_case([3, 5], [0.1, 0.0], 0.0),  # nothing is dropped
        forward_case([1, 2, 3, 4], [0.9, 0.2, 0.6, 0.1], 0.5),
        forward_case([1, 2, 3, 4], [0.9, 0.2, 0.6, 0.1], 0.5, training=False),
        forward_case([3, 5], NEXT_TO, 0.3, dtype="float64"),
        forward_case([3000, -2000], [0.995, 0.1], 0.99),  # large numbers, and hardly any is kept
        forward_case([0.0003, -0.0002], [0.9, 0.6], 0.5),  # small ones
        forward_case(np.ones(10), spread, 0.2, dtype="float64"),  # the mean is 1 and stays 1
        forward_case(np.ones(10), spread[::-1], 0.8),
        drawn((2, 3), 0.5),
        drawn((3, 2), 0.25, dtype="float64"),
        drawn((2, 2), 0.5, training=False, dtype="float64"),
        drawn((2, 2, 2, 3), 0.3),
        drawn((1, 3, 2, 2), 0.75, dtype="float64"),
        drawn((2, 3, 2, 1), 0.3, training=False),
        drawn((9, 13), 0.9),
    ]


def backward_case(dy, u, rate, dtype="float32"):
    dy, u = np.array(dy, dtype), np.array(u, dtype)
    return Case("by hand" if dy.ndim == 1 else "random dy", {"dy": dy, "u": u, "rate": rate})


def random_backward(shape, rate, dtype="float64"):
    rng = np.random.default_rng([3, *shape])
    return backward_case(rng.standard_normal(shape), rng.random(shape), rate, dtype)


def backward_cases():
    return [
        backward_case([3], [0.9], 0.5),
        backward_case([3], [0.1], 0.5),
        backward_case([3], [0.25], 0.25),
        backward_case([3, 5], [0.5, 0.1], 0.2),
        backward_case([3, 5], [0.1, 0.0], 0.0),
        backward_case([3, 5], NEXT_TO, 0.3, "float64"),
        backward_case([3000, -2000], [0.995, 0.1], 0.99),
        backward_case([0.0003, -0.0002], [0.9, 0.6], 0.5),
        backward_case([10, 20, 30, 40], [0.9, 0.2, 0.6, 0.1], 0.5),
        backward_case([1, -2, 3, -4], [0.1, 0.4, 0.6, 0.9], 0.25, "float64"),
        random_backward((2, 3), 0.5),
        random_backward((3, 4), 0.25, "float32"),
        random_backward((2, 2, 3, 2), 0.4),
        random_backward((1, 3, 2, 2), 0.75, "float32"),
        random_backward((9, 13), 0.9),
    ]


# ---------------------------------------------------------------- what is said of dice, and the hints


def dice(problem):
    """Dice thrown inside the function: they may fall alike twice, so it is called many times."""
    if problem.index is None:
        return ""
    again = (problem.call(problem.args).get("value") for _ in range(40))
    if all(np.array_equal(value, problem.got, equal_nan=True) for value in again):
        return ""
    return explain.OF_CHANCE


FORWARD_HINTS = (
    "Ten numbers, all 1, and rate 0.2: about how many are left, and how large must each be, so that the sum "
    "is still 10?",
    "training:  y[i] = x[i] / (1 - rate) where u[i] >= rate, else 0.        otherwise:  y = x",
    "if not training: return ...        np.where(u >= rate, ..., 0) in x's type: .astype(x.dtype)",
)

BACKWARD_HINTS = (
    "y[i] = x[i] / (1 - rate), where it was kept. If x[i] grows by 1, by how much does y[i]? And where it "
    "was dropped?",
    "dx[i] = dy[i] / (1 - rate) where u[i] >= rate, else 0: what forward did to x, with the same u.",
    "One line; or call dropout_forward, with training True: return dropout_forward(...)",
)

# ---------------------------------------------------------------- the payoff: 500 pictures, with dropout

EPOCHS = 30


class OwnDropout(Layer):
    """The learner's two functions as a layer: it draws u, and remembers it for the way back."""

    def __init__(self, work, rate, seed):
        super().__init__()
        self.work, self.rate, self.rng = work, rate, np.random.default_rng(seed)

    def forward(self, x, training=False):
        x = self.check_input(x)
        self.cache = self.rng.random(x.shape, dtype=np.float32)
        return self.work.dropout_forward(x, self.cache, self.rate, training)

    def backward(self, dy):
        return self.work.dropout_backward(dy, self.recall(), self.rate)


def network(seed, work=None):
    """As in lesson.py; without ``work`` there is no dropout in it, which changes no weights."""
    numbers = itertools.count()
    drop = lambda rate: [OwnDropout(work, rate, [seed, next(numbers)])] if work else []  # noqa: E731
    return learner_by_heart(drop=drop)


def initial(seed):
    mc.set_random_seed(seed)
    return arrays_of(network(seed))


def around_zero(x):
    return x / np.float32(127.5) - 1


def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: everything is minicnn's, but for the dropout."""
    data = pictures(n_train, 0, dataset)
    mc.set_random_seed(seed)
    model = network(seed, work)
    model.compile(mc.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    model.fit(around_zero(data.x), labels(data.y, seed, shuffle), batch_size=25, epochs=EPOCHS, verbose=0)
    return arrays_of(filled(network(seed), model.get_weights()))  # the names without dropout


def predict(weights, data, x=None):
    """Probabilities of the test pictures: nothing is dropped, so the network needs no dropout."""
    asked = around_zero(data.x_test if x is None else x)
    return filled(network(0), weights.values()).predict(asked, batch_size=500)


def draw_sure(weights, data):
    """How sure the network is of the right class: of pictures it has seen, and of new ones."""
    from minicnn.plots.figure import BLUE, SMALL, VERMILLION, dress, new_figure

    figure = new_figure(620, 320)
    axes = figure.subplots()
    parts = (("seen", data.x, data.y, BLUE, ""), ("never seen", data.x_test, data.y_test, VERMILLION, "//"))
    for name, x, y, colour, hatch in parts:
        right = predict(weights, data, x)[np.arange(len(y)), y]
        share = np.full(len(y), 1 / len(y))
        style = {"color": colour, "alpha": 0.6, "hatch": hatch, "edgecolor": "white"}
        axes.hist(right, bins=20, range=(0, 1), weights=share, label=f"{len(y):,} pictures {name}", **style)
    axes.legend(fontsize=SMALL)
    title = f"How sure is your network of the right class? {data.label}"
    dress(axes, title, "probability of the right class", "share of the pictures", grid="y")
    return figure


LESSON = Lesson(
    title="Dropout",
    question="Is it memorising?",
    minutes=35,
    tasks=[
        Task(
            "dropout_forward",
            dropout_forward,
            forward_cases,
            ("y",),
            mistakes.FORWARD,
            FORWARD_HINTS,
            explain=dice,
            calls=(dropout,),
            views=True,  # at inference x may come back as it is
        ),
        Task(
            "dropout_backward",
            dropout_backward,
            backward_cases,
            ("dx",),
            mistakes.BACKWARD,
            BACKWARD_HINTS,
            explain=dice,
            calls=(dropout,),
        ),
    ],
    payoff=Training(
        "500 pictures, with your dropout", train, initial, predict, draw_sure, n_train=500, seconds=20
    ),
)
