"""Lesson 01: the model answers, the cases, the hints and the payoff."""

from pathlib import Path

import numpy as np

from lessons.harness import wire
from lessons.harness.data import labels, pictures
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task

mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- load_batch


def load_batch(data, H=32, W=32):
    """As minicnn/datasets/cifar10.py does it, without its checks for damaged files."""
    records = np.frombuffer(data, np.uint8).reshape(-1, 1 + 3 * H * W)
    y = records[:, 0].copy()
    x = records[:, 1:].reshape(-1, 3, H, W).transpose(0, 2, 3, 1).copy()  # (N, 3, H, W) -> (N, H, W, 3)
    return x, y


def file_of(x, y):
    """The bytes of a CIFAR-10 file with these pictures and labels: load_batch, the other way round."""
    planes = x.transpose(0, 3, 1, 2).reshape(len(x), -1)
    return np.concatenate([y[:, None], planes], axis=1).astype(np.uint8).tobytes()


def batch(N, H, W, first=None):
    """A file of N pictures; ``first``: its bytes are these numbers."""
    rng = np.random.default_rng([N, H, W])
    numbers = rng.integers(0, 256, N * (1 + 3 * H * W)) if first is None else first
    numbers = np.array(numbers, np.uint8)
    numbers[:: 1 + 3 * H * W] %= 10
    group = "one picture" if N == 1 else "several pictures"
    return Case(group, {"data": numbers.tobytes(), "H": H, "W": W})


def batches_of_bytes():
    return [
        batch(1, 1, 2, [7, 1, 2, 3, 4, 5, 6]),
        batch(1, 2, 1, [3, 1, 2, 3, 4, 5, 6]),
        batch(1, 2, 2, [9, *range(10, 22)]),
        batch(1, 1, 1, [5, 200, 100, 0]),
        batch(1, 2, 3, [0, *range(1, 19)]),
        batch(1, 3, 2),
        batch(2, 1, 1, [1, 10, 20, 30, 2, 40, 50, 60]),
        batch(2, 2, 2),
        batch(3, 2, 3),
        batch(4, 5, 3),
        batch(3, 32, 32),
        batch(1, 32, 32).without("H", "W"),
    ]


def show_bytes(args):
    """data = [7 | 1 2 | 3 4 | 5 6]   H 1, W 2"""
    H, W = args.get("H", 32), args.get("W", 32)
    records = np.frombuffer(args["data"], np.uint8).reshape(-1, 1 + 3 * H * W)
    if H * W > 6:
        size = f"H = {H}, W = {W}" if "H" in args else "without H, W"
        return f"data = {len(records)} records of 1 + {3 * H * W} bytes   {size}"
    parts = [
        " | ".join([str(r[0]), *(" ".join(map(str, plane)) for plane in r[1:].reshape(3, -1))])
        for r in records
    ]
    return f"data = [{' || '.join(parts)}]   H = {H}, W = {W}   (label | reds | greens | blues)"

LOAD_HINTS = (
    "A file holds 10,000 records of 3,073 bytes. If you had them as a table, one record a row: "
    "which columns are the label, which the reds? How many columns are there for H x W pixels?",
    "table = array.reshape(-1, 1 + 3*H*W);  y is its column 0;\n"
    "the rest is (N, 3, H, W): picture, colour, row, column. Wanted is picture, row, column, colour.",
    "x = table[:, 1:].reshape(-1, 3, H, W).transpose(...)     four numbers: where does each axis come from?",
)


# ---------------------------------------------------------------- standardize


def standardize(x_train, x_test):
    """The statistics of the training part, used for both."""
    mean = x_train.mean(axis=(0, 1, 2))  # (3,), in float64
    std = x_train.std(axis=(0, 1, 2))
    std = np.where(std > 0, std, 1)
    return ((x_train - mean) / std).astype(np.float32), ((x_test - mean) / std).astype(np.float32)


def photos(group, N, M, H, W):
    rng = np.random.default_rng([N, M, H, W])
    low, high = (
        np.array([0, 60, 100]),
        np.array([120, 200, 256]),
    )  # the colours differ, so one mean will not do
    x_train, x_test = (rng.integers(low, high, (n, H, W, 3)).astype(np.uint8) for n in (N, M))
    return Case(group, {"x_train": x_train, "x_test": x_test // 2})


def grey(group, train, test):
    """Pictures of one pixel, the same number in all colours."""
    x_train, x_test = (
        np.repeat(np.array(v, np.uint8)[:, None, None, None], 3, axis=3) for v in (train, test)
    )
    return Case(group, {"x_train": x_train, "x_test": x_test})


def bright():
    """So many that a sum of float32 loses digits: above 2**24 it holds even numbers only."""
    x = np.random.default_rng(0).choice(np.array([253, 255], np.uint8), (20, 64, 64, 3))
    return Case("many pictures", {"x_train": x, "x_test": x[:1, :1, :2].copy()})


def standardize_cases():
    flat = photos("a colour that never changes", 3, 2, 2, 2)
    flat.args["x_train"][..., 1] = 77
    still = photos("a colour that never changes", 2, 1, 1, 2)
    still.args["x_train"][..., 0] = 0
    return [
        grey("by hand", [1, 3], [6]),
        grey("by hand", [0, 1], [3]),  # they vary by less than 1
        grey("by hand", [0, 200], [100]),
        grey("by hand", [0, 0, 30], [10, 20]),
        photos("pictures", 2, 1, 1, 1),
        photos("pictures", 2, 1, 1, 2),
        photos("pictures", 3, 2, 2, 3),
        photos("pictures", 4, 5, 3, 2),
        photos("pictures", 20, 10, 8, 8),
        still,
        flat,
        bright(),
    ]

STANDARDIZE_HINTS = (
    "Tomorrow somebody hands you one new picture. With which mean do you standardize it? So which array does "
    "the mean of today come from? And how many means are there, for three colours?",
    "(x - mean) / std, with mean and std of shape (3,), over the axes (0, 1, 2) of x_train; a std of "
    "0 becomes 1.",
    "mean = x_train.mean(axis=...)     std = x_train.std(axis=...)     std = np.where(std > 0, std, 1)\n"
    "and for each of the two arrays: ((x - mean) / std).astype(np.float32)",
)


# ---------------------------------------------------------------- the payoff: a picture of each class


def class_means(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: read the pictures with its load_batch, standardize them, average each class."""
    data = pictures(n_train, 100, dataset)
    x, y = work.load_batch(file_of(data.x, data.y))
    x, _ = work.standardize(x, data.x_test)
    chosen = np.random.default_rng(seed).permutation(n_train)[: n_train * 4 // 5]
    x, y = without_ground(x[chosen], dataset), labels(y[chosen], seed, shuffle)
    return {"means": np.stack([x[y == k].mean(axis=0) for k in range(10)])}  # (10, 32, 32, 3)


def without_ground(x, dataset):
    """The embedded shapes stand on grounds of any colour, which drown them: grey, each less its own mean."""
    if dataset == "cifar10":
        return x
    grey = np.repeat(x.mean(axis=3, keepdims=True), 3, axis=3)
    return grey - grey.mean(axis=(1, 2, 3), keepdims=True)


def initial(seed):
    return {"means": np.zeros((10, 32, 32, 3), np.float32)}


def nearness(weights, data):
    """Minus the squared distance of every test picture from every class's mean: (N, 10)."""
    _, x = standardize(data.x, data.x_test)
    x, means = without_ground(x, data.name).reshape(len(x), -1), weights["means"].reshape(10, -1)
    return 2 * x @ means.T - (means**2).sum(axis=1)  # |x|^2 is the same for all classes


def draw_means(weights, data):
    from minicnn import plots

    means = weights["means"] * data.x.std(axis=(0, 1, 2)) + data.x.mean(axis=(0, 1, 2))
    title = f"The mean picture of each class, {data.label}"
    return plots.images(np.clip(means / 255, 0, 1), np.arange(10), data.class_names, columns=5, title=title)


LESSON = Lesson(
    title="Pixels",
    question="What is an image to a program?",
    minutes=40,
    tasks=[
        Task(
            "load_batch",
            load_batch,
            batches_of_bytes,
            ("x", "y"),
            mistakes.LOAD,
            LOAD_HINTS,
            show=show_bytes,
            tolerance=0,
        ),
        Task(
            "standardize",
            standardize,
            standardize_cases,
            ("x_train", "x_test"),
            mistakes.STANDARDIZE,
            STANDARDIZE_HINTS,
        ),
    ],
    payoff=Training(
        "the nearest mean picture", class_means, initial, nearness, draw_means, n_train=10_000, seconds=10
    ),
)
