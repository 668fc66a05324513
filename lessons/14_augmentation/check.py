"""Lesson 14: the model answers, the hints and the payoff."""

from pathlib import Path

import numpy as np

import minicnn as mc
from lessons.harness.data import labels, pictures
from lessons.harness.networks import arrays_of, filled, learner_by_heart
from lessons.harness.payoff import Training
from lessons.harness.tasks import Lesson, Task
from lessons.harness.wire import module_of
from minicnn import layers

cases, mistakes = (module_of(Path(__file__).with_name(f"{name}.py")) for name in ("cases", "mistakes"))

# ---------------------------------------------------------------- flip


def flip(x, flips):
    """As RandomFlip in minicnn/layers/augmentation.py, which makes a map of it for the warp."""
    y = x.copy()
    y[flips] = x[flips, :, ::-1]
    return y


FLIP_HINTS = (
    "x[n] is a table of rows and columns of colours. Which of its axes is read from its end? Which of x?",
    "y[n, i, j] = x[n, i, W - 1 - j] where flips[n], else x[n, i, j].",
    "y = x.copy()     then, for those with True:     y[flips] = x[flips, ..., ...]\n"
    "::-1 reads an axis from its end",
)

# ---------------------------------------------------------------- random_crop


def random_crop(x, places, height, width):
    """As RandomCrop in minicnn/layers/augmentation.py, which makes a map of it for the warp."""
    y = np.empty((len(x), height, width, x.shape[3]), x.dtype)
    for n, (top, left) in enumerate(places):
        y[n] = x[n, top : top + height, left : left + width]
    return y


CROP_HINTS = (
    "For one picture: which rows does a window of 2 rows have that begins at row 3? Where does it end?",
    "y[n, i, j] = x[n, top + i, left + j]     with top, left = places[n], i below height, j below width",
    "y = np.empty((len(x), height, width, x.shape[3]), x.dtype), then for each n one line:\n"
    "    y[n] = x[n, top : ..., left : ...]",
)

# ---------------------------------------------------------------- early_stopping_update


def early_stopping_update(best, wait, value, patience, min_delta):
    """As EarlyStopping.on_epoch_end in minicnn/callbacks/monitor.py, which then tells the model."""
    if value < best - min_delta:
        return value, 0, False
    return best, wait + 1, wait + 1 >= patience


UPDATE_HINTS = (
    "The losses 2.0, 1.5, 1.6, 1.4, 1.45, 1.43 with patience 2 and min_delta 0: write best and wait under "
    "each. After which does it stop?",
    "improved: value < best - min_delta.     improved -> (value, 0, False)\n"
    "otherwise wait grows by 1 -> (best, wait, wait >= patience)",
    "if value < ...:\n    return value, 0, False\nreturn best, ..., ...",
)

# ---------------------------------------------------------------- the payoff: augmented, and stopped in time

EPOCHS, PATIENCE, MARGIN = 20, 4, 3  # MARGIN: by how many pixels a picture may move


def network():
    """The one of lesson 13, without dropout, for pictures as they are."""
    return learner_by_heart([layers.Rescaling(1 / 127.5, -1)])


def initial(seed):
    mc.set_random_seed(seed)
    return arrays_of(network())


def augmented(work, x, rng):
    """Pictures as the network will see them in this epoch: half of them mirrored, all moved a little."""
    x = work.flip(x, rng.random(len(x)) < 0.5)
    wider = np.pad(x, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), "reflect")
    return work.random_crop(wider, rng.integers(0, 2 * MARGIN + 1, (len(x), 2)), 32, 32)


def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: the last fifth of the pictures is for validation, and says when to stop."""
    data = pictures(n_train, 0, dataset)
    y, own = labels(data.y, seed, shuffle), n_train * 4 // 5
    mc.set_random_seed(seed)
    model, rng = network(), np.random.default_rng(seed)
    model.compile(mc.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    best, wait, kept = np.inf, 0, arrays_of(model)
    for _ in range(EPOCHS):
        model.fit(augmented(work, data.x[:own], rng), y[:own], batch_size=25, epochs=1, verbose=0)
        loss = model.evaluate(data.x[own:], y[own:], batch_size=500, verbose=0)
        before = best
        best, wait, stop = work.early_stopping_update(best, wait, loss, PATIENCE, 0.0)
        kept = arrays_of(model) if best < before else kept
        if stop:
            break
    return kept


def predict(weights, data):
    """Probabilities of the test pictures, as they are: augmentation is for training only."""
    return filled(network(), weights.values()).predict(data.x_test, batch_size=500)


def draw_predictions(weights, data):
    """Ten test pictures, and what the network takes them for."""
    from minicnn import plots

    title = f"Ten test pictures, {data.label}"
    x, y = data.x_test[:10], data.y_test[:10]
    return plots.predictions(x, predict(weights, data)[:10], y, data.class_names, title=title)


LESSON = Lesson(
    title="Augmentation",
    question="More data for free, and when to stop?",
    minutes=45,
    tasks=[
        Task("flip", flip, cases.flip_cases, ("y",), mistakes.FLIP, FLIP_HINTS),
        Task("random_crop", random_crop, cases.crop_cases, ("y",), mistakes.CROP, CROP_HINTS),
        Task(
            "early_stopping_update",
            early_stopping_update,
            cases.epochs,
            ("best", "wait", "stop"),
            mistakes.UPDATE,
            UPDATE_HINTS,
        ),
    ],
    payoff=Training(
        "augmented, and stopped in time", train, initial, predict, draw_predictions, n_train=2_000, seconds=30
    ),
)
