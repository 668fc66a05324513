"""Lesson 14: the cases, the classic mistakes, the hints and the payoff."""

import numpy as np

import minicnn as mc
from lessons.harness.data import labels, pictures
from lessons.harness.networks import arrays_of, filled, learner_by_heart
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn import layers

# ---------------------------------------------------------------- flip


def flip(x, flips):
    """As RandomFlip in minicnn/layers/augmentation.py, which makes a map of it for the warp."""
    y = x.copy()
    y[flips] = x[flips, :, ::-1]
    return y


def photos(N, H, W, C, dtype="uint8"):
    """Small pictures, every number of a picture another."""
    rng = np.random.default_rng([N, H, W, C])
    return (rng.permutation(N * H * W * C) + 1).reshape(N, H, W, C).astype(dtype)


def rows(*tables, dtype="float32"):
    """Pictures of one channel, numbers given as rows."""
    return np.array(tables, dtype)[..., None]


def flip_case(x, flips):
    return Case(
        "one picture" if len(x) == 1 else "several pictures", {"x": x, "flips": np.array(flips, bool)}
    )


def flip_cases():
    return [
        flip_case(rows([[1, 2]]), [True]),
        flip_case(rows([[1, 2]]), [False]),
        flip_case(rows([[1], [2]]), [True]),  # up and down stay
        flip_case(rows([[0.5, -1.5]]), [True]),  # no whole numbers
        flip_case(photos(1, 1, 1, 3), [True]),  # colours stay
        flip_case(rows([[1, 2, 3]], [[4, 5, 6]]), [False, True]),
        flip_case(rows([[1, 2]], [[3, 4]]), [True, False]),
        flip_case(rows([[1, 2]], [[3, 4]]), [True, True]),
        flip_case(rows([[1, 2]], [[3, 4]]), [False, False]),
        flip_case(rows([[1, 2], [3, 4]]), [True]),
        flip_case(photos(1, 1, 2, 3), [True]),
        flip_case(photos(3, 1, 2, 1), [True, False, True]),
        flip_case(photos(2, 2, 3, 1, "float64"), [True, False]),
        flip_case(photos(2, 3, 2, 2, "float32"), [False, True]),
        flip_case(photos(4, 3, 4, 3), [True, True, False, True]),
        flip_case(np.random.default_rng(0).standard_normal((2, 3, 4, 3)), [True, False]),
    ]


ONE_LINE = "x[flips, :, ::-1]"

FLIP_MISTAKES = [
    Wrong("turned upside down: left and right are the third axis.", [(ONE_LINE, "x[flips, ::-1]")]),
    Wrong("turned by half a turn: only left and right change places.", [(ONE_LINE, "x[flips, ::-1, ::-1]")]),
    Wrong(
        "the colours are turned round: the columns are the third axis.", [(ONE_LINE, "x[flips][..., ::-1]")]
    ),
    Wrong(
        "every picture is mirrored: only those with True in flips.", [("y[flips] = x[flips", "y[:] = x[:")]
    ),
    Wrong(
        "nothing is mirrored. If you wrote x[flips][...] = ..., it changed a copy; y[flips] = ... changes y.",
        [(ONE_LINE, "x[flips]")],
    ),
    Wrong("those with False are mirrored, the others not.", [("y[flips] = x[flips", "y[~flips] = x[~flips")]),
    Wrong(
        "the first picture is mirrored, not the one whose turn it is.",
        function=lambda x, flips: np.stack([x[0, :, ::-1] if f else x[n] for n, f in enumerate(flips)]),
    ),
    Wrong(
        "one answer for all pictures, that of the first: flips has one for each.",
        function=lambda x, flips: (x[:, :, ::-1] if flips[0] else x).copy(),
    ),
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: x.copy(), or x.dtype.",
        function=lambda x, flips: flip(x, flips).astype(int).astype(x.dtype),
    ),
    Wrong(
        "only the mirrored pictures come back: the others belong to the batch as well.",
        function=lambda x, flips: x[flips, :, ::-1].copy(),
    ),
]

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


def crop_case(x, places, height, width):
    group = "one picture" if len(x) == 1 else "several pictures"
    return Case(group, {"x": x, "places": np.array(places), "height": height, "width": width})


def crop_cases():
    return [
        crop_case(rows([[1, 2]]), [[0, 1]], 1, 1),
        crop_case(rows([[1], [2]]), [[1, 0]], 1, 1),
        crop_case(rows([[1, 2]]), [[0, 0]], 1, 2),  # the whole picture
        crop_case(rows([[0.5, -1.5]]), [[0, 1]], 1, 1),  # no whole numbers
        crop_case(rows([[1, 2, 3]]), [[0, 1]], 1, 2),
        crop_case(rows([[1, 2, 3], [4, 5, 6]]), [[0, 1]], 2, 2),
        crop_case(rows([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), [[1, 0]], 1, 2),
        crop_case(rows([[1, 2, 3]], [[4, 5, 6]]), [[0, 1], [0, 0]], 1, 2),
        crop_case(photos(1, 2, 2, 3), [[1, 1]], 1, 1),
        crop_case(photos(2, 3, 3, 1), [[0, 1], [1, 0]], 2, 2),
        crop_case(photos(3, 3, 2, 1, "float64"), [[2, 0], [0, 1], [1, 1]], 1, 1),
        crop_case(photos(2, 4, 3, 2, "float32"), [[1, 0], [0, 1]], 3, 2),
        crop_case(photos(3, 4, 5, 3), [[1, 2], [0, 0], [2, 1]], 2, 3),
        crop_case(np.random.default_rng(0).standard_normal((2, 3, 4, 3)), [[1, 1], [0, 2]], 2, 2),
        crop_case(photos(4, 5, 4, 1, "float32"), [[0, 1], [2, 0], [1, 1], [0, 0]], 3, 3),
    ]


WINDOW = "x[n, top : top + height, left : left + width]"

def _cut(x, places, height, width):
    """The windows, as far as they lie in the picture; an error where their sizes differ, as np.stack says."""
    return np.stack([x[n, t : t + height, s : s + width] for n, (t, s) in enumerate(places)])


def _blacked(x, places, height, width):
    y = np.zeros_like(x)
    for n, (t, s) in enumerate(places):
        y[n, t : t + height, s : s + width] = x[n, t : t + height, s : s + width]
    return y


CROP_MISTAKES = [
    Wrong("row and column have changed places: places[n] is (row, column).", function=(
        lambda x, places, h, w: _cut(x, places[:, ::-1], h, w))),
    Wrong("all windows are cut at the first picture's place: places has one for each.", function=(
        lambda x, places, h, w: _cut(x, np.broadcast_to(places[0], (len(x), 2)), h, w))),
    Wrong("every window is cut from the upper left corner: places is not used.", function=(
        lambda x, places, h, w: _cut(x, 0 * places, h, w))),
    Wrong("every window is cut from the middle: places is not used.", function=(
        lambda x, places, h, w: _cut(x, [((x.shape[1] - h) // 2, (x.shape[2] - w) // 2)] * len(x), h, w))),
    Wrong("all windows are cut from the first picture.", [(WINDOW, WINDOW.replace("[n,", "[0,"))]),
    Wrong("height and width have changed places: y is (N, height, width, C).", function=(
        lambda x, places, h, w: _cut(x, places, w, h))),
    Wrong("places is counted from the lower right corner; count from the upper left one.", function=(
        lambda x, places, h, w: _cut(x, np.array(x.shape[1:3]) - (h, w) - places, h, w))),
    Wrong("what stands behind the point is lost in an array of whole numbers: np.empty(..., x.dtype).",
        [(WINDOW, f"{WINDOW}.astype(int)")]),
    Wrong("the picture keeps its size, zeros outside the window: y is as large as the window.",
        function=_blacked),
]  # fmt: skip


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


def epoch(group, best, wait, value, patience, min_delta=0.0):
    args = {
        "best": float(best),
        "wait": wait,
        "value": float(value),
        "patience": patience,
        "min_delta": min_delta,
    }
    return Case(group, args)


def epochs():
    better, worse, nearly = "better", "no better", "nearly better"
    return [
        epoch(better, np.inf, 0, 2.5, 3),  # the first epoch
        epoch(better, 2, 0, 1, 3),
        epoch(better, 2, 2, 1.5, 3),  # at the last moment
        epoch(better, 2, 1, 1.5, 3, 0.25),
        epoch(better, -1, 1, -2, 3),
        epoch(better, 2, 0, 1, 0),
        epoch(worse, 2, 0, 3, 3),
        epoch(worse, 2, 1, 3, 3),
        epoch(worse, 2, 2, 3, 3),  # patience is over
        epoch(worse, 2, 5, 3, 3),
        epoch(worse, 2, 0, 3, 1),
        epoch(worse, 2, 0, 3, 0),
        epoch(worse, 1, 1, 2, 2, 0.5),
        epoch(worse, 2, 0, np.nan, 3),  # what a run that blew up reports
        epoch(worse, 2, 2, np.nan, 3),
        epoch(nearly, 2, 0, 2, 3),  # the same is no improvement
        epoch(nearly, 2, 1, 1.75, 3, 0.25),  # by exactly min_delta
        epoch(nearly, 2, 1, 1.9, 3, 0.25),
        epoch(nearly, 2, 2, 1.9, 3, 0.25),
        epoch(nearly, 2, 1, 2.1, 3, 0.25),  # higher, if by little
        epoch(nearly, -1, 0, -1.1, 2, 0.25),
    ]


IF = "value < best - min_delta"
ELSE = "return best, wait + 1, wait + 1 >= patience"

UPDATE_MISTAKES = [
    Wrong("higher is taken for better: a loss improves when it falls.", [(IF, "value > best + min_delta")]),
    Wrong("min_delta is not used: a value must be below best by more than that.", [(IF, "value < best")]),
    Wrong("min_delta is added to best, so that values above best count as better: subtract it.", [
        (IF, "value < best + min_delta")]),
    Wrong("a value that is better by exactly min_delta, or the same, counts as better: it must be more.", [
        (IF, "value <= best - min_delta")]),
    Wrong("NaN counts as better. Every comparison with NaN is False: ask what is better, not what is worse.",
        [(IF, "not value >= best - min_delta")]),
    Wrong("wait is not set back to 0 after an improvement.", [
        ("return value, 0, False", "return value, wait, False")]),
    Wrong("an epoch that improved counts as waiting, too: wait is 0 after it.", [
        ("return value, 0, False", "return value, 1, False")]),
    Wrong("wait does not grow.", [(ELSE, "return best, wait, wait >= patience")]),
    Wrong("it stops one epoch too late: the wait that must reach patience counts this epoch, too.", [
        (">= patience", "> patience")]),
    Wrong("it stops only where wait is exactly patience, not where it is more.", [
        (">= patience", "== patience")]),
    Wrong("best is not kept: it became the value of this epoch, though that was no improvement.", [
        (ELSE, ELSE.replace("best", "value"))]),
    Wrong("best becomes the lower of the two: an improvement below min_delta must not lower the mark.", [
        (ELSE, ELSE.replace("best,", "min(best, value) if value == value else best,"))]),
    Wrong("best is not updated after an improvement.", [("return value, 0", "return best, 0")]),
    Wrong("an epoch that was better ends the run where patience is 0: after it, stop is False.", [
        ("return value, 0, False", "return value, 0, 0 >= patience")]),
    Wrong("it never stops.", [("wait + 1 >= patience", "False")]),
]  # fmt: skip

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
        Task("flip", flip, flip_cases, ("y",), FLIP_MISTAKES, FLIP_HINTS),
        Task("random_crop", random_crop, crop_cases, ("y",), CROP_MISTAKES, CROP_HINTS),
        Task(
            "early_stopping_update",
            early_stopping_update,
            epochs,
            ("best", "wait", "stop"),
            UPDATE_MISTAKES,
            UPDATE_HINTS,
        ),
    ],
    payoff=Training(
        "augmented, and stopped in time", train, initial, predict, draw_predictions, n_train=2_000, seconds=30
    ),
)
