"""Lesson 15: the cases, the hints and the payoff."""

from pathlib import Path

import numpy as np

import minicnn as mc
from lessons.harness import figures, own
from lessons.harness.data import labels, pictures, pixels
from lessons.harness.networks import arrays_of, filled
from lessons.harness.payoff import Training, failure
from lessons.harness.tasks import Case, Lesson, Task
from lessons.harness.wire import module_of
from minicnn import classification, layers
from minicnn.labels import as_classes

mistakes = module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- the matrix


def labelled(group, y_true, y_pred, classes, last=False):
    """A case from two lists of classes."""
    args = {"y_true": np.array(y_true, np.int64), "y_pred": np.array(y_pred, np.int64), "classes": classes}
    return Case(group, args, last)


def drawn(N, K, seed):
    """N pictures of K classes, of which about two in three are right."""
    rng = np.random.default_rng(seed)
    y_true = rng.integers(K, size=N)
    return labelled("drawn", y_true, np.where(rng.random(N) < 0.6, y_true, rng.integers(K, size=N)), K)


def matrix_cases():
    return [
        labelled("one picture", [0], [0], 2),
        labelled("one picture", [1], [0], 2),  # the row is the truth
        labelled("one picture", [0], [1], 2),
        labelled("one picture", [1], [1], 3),
        labelled("by hand", [0, 0], [1, 1], 2),  # the same confusion twice
        labelled("by hand", [0, 0, 2, 2], [0, 1, 2, 2], 3),  # the docstring's example: class 1 does not occur
        labelled("by hand", [0, 1, 1], [1, 0, 1], 4),  # the last classes never occur
        labelled("by hand", [2, 0, 1], [0, 1, 2], 3),  # nothing is right
        labelled("by hand", [1, 1, 1, 1], [0, 1, 2, 2], 3),
        labelled("many of a kind", [1] * 300, [0] * 300, 2),  # more than a byte can count
        # nor can two bytes; last, because a matrix as large as there are pictures would fill the memory
        labelled("many of a kind", [1] * 70_000, [0] * 70_000, 2, last=True),
        labelled("many classes", [1, 11, 5, 5, 5], [11, 1, 5, 5, 5], 12),  # not by the key f"{t}{p}"
        labelled("many classes", range(250, 260), range(250, 260), 260),  # places beyond 65,535
        drawn(7, 3, 0),
        drawn(12, 4, 1),
        drawn(49, 5, 4),  # 1 / 49 * 49 is less than 1
        drawn(60, 5, 2),
        drawn(500, 10, 3),
    ]


MATRIX_HINTS = (
    "Go through the pictures one by one, with a pencil and an empty table. In which row and column do you "
    "make a stroke for a 2 that was taken for a 0?",
    "counts[i, j] = the number of n for which y_true[n] = i and y_pred[n] = j",
    "counts = np.zeros((classes, classes), np.int64), then a loop over n with one line:\n"
    "    counts[..., ...] += 1",
)


# ---------------------------------------------------------------- the list


def top_mistakes(counts, most):
    """Rows (true class, predicted class, how often) of the most frequent mistakes, (M, 3)."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")  # the order of reading breaks ties
    true, predicted = np.divmod(order, len(counts))
    rows = np.stack([true, predicted, wrong.ravel()[order]], axis=1)
    return rows[rows[:, 2] > 0][:most]


def counted(group, rows, most):
    """A case from a matrix."""
    return Case(group, {"counts": np.array(rows, np.int64), "most": most})


def list_cases():
    rng = np.random.default_rng(15)
    rare = rng.poisson(0.4, (5, 5)) + np.diag([9, 8, 7, 6, 5])
    often = rng.integers(0, 90, (10, 10)) + np.diag(np.full(10, 300))
    return [
        counted("no ties", [[0, 5], [0, 0]], 1),  # a count that is no class
        counted("no ties", [[5, 1], [2, 5]], 2),
        counted("no ties", [[5, 1], [2, 5]], 1),
        counted("no ties", [[1, 3], [2, 0]], 2),  # a diagonal that is smaller than the mistakes
        counted("no ties", [[9, 0, 2], [0, 9, 0], [4, 0, 9]], 2),
        counted("no ties", [[9, 1, 2], [3, 9, 4], [5, 6, 9]], 4),
        counted("ties", [[5, 2], [2, 5]], 2),
        counted("ties", [[5, 2], [2, 5]], 1),
        counted("ties", [[8, 1, 0], [1, 4, 5], [0, 0, 9]], 2),  # the docstring's example
        counted("ties", [[7, 3, 3], [3, 7, 3], [3, 3, 7]], 6),
        counted("ties", [[0, 4, 4], [0, 0, 4], [1, 0, 0]], 3),
        counted("none asked for", [[5, 1], [2, 5]], 0),
        counted("fewer than asked for", [[3, 0], [0, 3]], 2),  # nothing is wrong
        counted("fewer than asked for", [[3, 1], [0, 3]], 3),
        counted("fewer than asked for", [[2, 0, 1], [0, 2, 0], [1, 0, 2]], 5),
        counted("large counts", [[0, 20_000_000], [20_000_001, 0]], 2),  # one number in float32
        counted("drawn", rare, 6),
        counted("drawn", often, 7),
        counted("large counts", rng.integers(0, 90_000, (12, 12)), 15),
    ]


LIST_HINTS = (
    "Which places of the matrix can be in the list at all? And if you read these places line by line, as a "
    "book, in which order do you meet two that are equally frequent?",
    "Take all (i, j) with i != j and counts[i, j] > 0. Sort them by (-counts[i, j], i, j): sorted() in "
    "Python compares the first, and where they are equal the next. Keep the first `most`.",
    "rows = [(-counts[i, j], i, j) for i in ... for j in ... if ...], then sorted(rows)[:most], turned into "
    "(i, j, count);\nnp.array(..., np.int64).reshape(-1, 3) keeps the shape (0, 3) where nothing is listed.",
)


# ---------------------------------------------------------------- the payoff: a network, and its mistakes


EPOCHS = 4


def network(seed):
    """Two convolutions with stride 2, and two dense layers: enough to be right more often than not."""
    mc.set_random_seed(seed)
    return mc.Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(64, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def initial(seed):
    return arrays_of(network(seed))


def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: the learner's kernels of the lessons before, where they are finished."""
    data, empty = pictures(n_train, 0, dataset), network(seed)
    x, y = pixels(data.x), labels(data.y, seed, shuffle)
    parts = own.quick(empty, own.parts(), x[:50], y[:50])
    model = own.model(empty, parts)
    slower = mc.optimizers.schedules.CosineDecay(1e-3, EPOCHS * n_train // 50)  # small steps at the end
    model.compile(own.optimizer(slower, parts), own.Loss(parts))
    model.fit(x, y, batch_size=50, epochs=EPOCHS, verbose=0)
    return arrays_of(model)


def predict(weights, data):
    """Probabilities of the test pictures, by minicnn's own code."""
    return filled(network(0), weights.values()).predict(pixels(data.x_test))


class Examination(Training):
    """Train as usual; then the learner's two functions say what goes wrong, and must say it rightly."""

    def run(self, lesson, runner, seed=0, dataset=None):
        """(passed, lines, figure)"""
        self.figure = lambda weights, data: (predict(weights, data), data)
        passed, lines, learned = super().run(lesson, runner, seed, dataset)
        if learned is None:
            return passed, lines, None
        probabilities, data = learned
        y_true, y_pred = data.y_test, probabilities.argmax(axis=1)
        reply = runner.call("confusion_matrix", {"y_true": y_true, "y_pred": y_pred, "classes": 10})
        counts = reply.get("value")
        if not np.array_equal(counts, classification.confusion_matrix(y_true, y_pred, 10)):
            return False, [*lines, *failure(reply, "confusion_matrix is wrong here")], None
        reply = runner.call("top_mistakes", {"counts": counts, "most": 3})
        rows = reply.get("value")
        if not np.array_equal(rows, top_mistakes(counts, 3)):
            return False, [*lines, *failure(reply, "top_mistakes is wrong here")], None
        names = data.class_names
        lines += [f"  {names[i]} taken for {names[j]}: {n} times" for i, j, n in rows]
        return passed, lines, figures.mistakes(data, probabilities, counts, rows)


LESSON = Lesson(
    title="Mistakes",
    question="What does it get wrong?",
    minutes=40,
    tasks=[
        Task("confusion_matrix", classification.confusion_matrix, matrix_cases, ("counts",), mistakes.MATRIX,
             MATRIX_HINTS, calls=(as_classes,)),
        Task("top_mistakes", top_mistakes, list_cases, ("rows",), mistakes.LIST, LIST_HINTS),
    ],
    payoff=Examination("your network, and what it gets wrong", train, initial, predict, None,
                       n_train=10_000, seconds=40),
)  # fmt: skip
