"""plots: every figure has its documented size, its words, and refuses what it cannot draw."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from minicnn import plots
from minicnn.plots.figure import DPI

NAMES = ["airplane", "automobile", "bird", "cat"]
RUN = {
    "loss": [1.5, 1.2, 1.0],
    "val_loss": [1.6, 1.4, 1.3],
    "accuracy": [0.4, 0.5, 0.6],
    "val_accuracy": [0.35, 0.45, 0.5],
}

CANDIDATES = [
    {"params": {"optimizer": name, "optimizer__rate": rate},
     "rounds": [{"pictures": 300 * 3**k, "accuracy": accuracy} for k, accuracy in enumerate(scores)]}
    for name, rate, scores in (("sgd", 0.1, [0.3, 0.5]), ("adam", 1e-3, [0.4, 0.45]), ("adam", 0.01, [0.2]))
]  # fmt: skip


@pytest.fixture
def x():
    return np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def p():
    """Predicted classes 1 2 3 0 1, with 70 %."""
    p = np.full((5, 4), 0.1)
    p[range(5), [1, 2, 3, 0, 1]] = 0.7
    return p


def texts(axes):
    return [text.get_text() for text in axes.texts]


# ---- what all of them share


def drawn(x, p):
    """(figure function, its arguments, the documented size in pixels) of each kind of figure."""
    eight = np.zeros((8, 32, 32, 3), np.uint8)
    kernel = np.random.default_rng(1).normal(size=(5, 5, 3, 32))
    two_runs = {"M1": RUN, "M2": RUN}
    return [
        (plots.images, (eight,), {}, (12 + 8 * 108, 12 + 108)),
        (plots.images, (eight,), {"columns": 5}, (12 + 5 * 108, 12 + 2 * 108)),
        (plots.images, (np.zeros((2, 120, 240, 3)),), {}, (12 + 2 * 140, 12 + 64 + 12)),
        (plots.predictions, (x, p, [1, 2, 3, 0, 0], NAMES), {}, (12 + 5 * 140, 36 + 34 + 128 + 12)),
        (plots.filters, (kernel,), {}, (12 + 8 * 62, 36 + 4 * (17 + 62))),
        (plots.training_curves, (RUN,), {}, (1000, 420)),
        (plots.training_curves, (RUN, "loss"), {}, (560, 420)),
        (plots.compare_runs, (two_runs,), {}, (1000, 444)),
        (plots.confusion_matrix, ([0, 1, 2, 3], [0, 1, 2, 2], NAMES), {}, (210 + 4 * 56, 170 + 4 * 56)),
        (plots.class_scores, (p[0], NAMES), {}, (640, 110 + 4 * 30)),
        (plots.class_scores, (p[:1], NAMES, x[0]), {}, (960, 110 + 4 * 30)),
        (plots.fit_times, ({"M1": 1.5, "M2": 3000},), {}, (800, 110 + 2 * 30)),
        (plots.search, (CANDIDATES, "optimizer", "optimizer__rate"), {}, (1000, 444)),
    ]


@pytest.mark.parametrize("case", range(12))
def test_png_has_the_documented_size_and_every_word_is_on_it(case, x, p, tmp_path):
    function, arguments, options, (width, height) = drawn(x, p)[case]
    path = tmp_path / "figure.png"
    figure = function(*arguments, path=path, **options)
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == (width, height)
        assert np.asarray(picture.convert("L")).std() > 1  # something is on it
    for axes in figure.axes:
        box = axes.get_tightbbox()  # around the axes, their ticks and all their words
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


LONG = "A title that goes on for longer than anyone would think sensible, and then for some more words"


@pytest.mark.parametrize(
    "draw",
    [
        lambda x, p: plots.images(x[:1], title=LONG),
        lambda x, p: plots.training_curves(RUN, "loss", title=LONG),
        lambda x, p: plots.compare_runs({"M1": RUN}, "loss", title=LONG),
        lambda x, p: plots.confusion_matrix(matrix=[[1, 0], [0, 1]], title=LONG),
        lambda x, p: plots.class_scores(p[0], NAMES, title=LONG),
        lambda x, p: plots.fit_times({"M1": 1}, title=LONG),
    ],
)
def test_long_titles_stay_on_the_figure(draw, x, p):
    figure = draw(x, p)
    figure.canvas.draw()
    written = figure.findobj(lambda each: hasattr(each, "get_text"))
    (title,) = (text for text in written if text.get_text().replace("\n", " ") == LONG)
    box = title.get_window_extent()
    width, height = figure.canvas.get_width_height()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


def test_notebooks_are_shown_what_the_file_holds(tmp_path):
    path = tmp_path / "figure.png"
    counts = np.diag([7, 8, 9, 10])
    figures = [plots.confusion_matrix(matrix=counts, class_names=NAMES, path=path)]
    figures += [plots.confusion_matrix(matrix=counts, class_names=NAMES)]
    assert [figure._repr_png_() for figure in figures] == 2 * [path.read_bytes()]


def test_no_window_and_no_matplotlib_until_the_first_figure(tmp_path):
    script = f"""
import sys
from itertools import pairwise
from minicnn import plots
assert "matplotlib" not in sys.modules
plots.fit_times({{"M1": 1.0}}, path={str(tmp_path / "t.png")!r})
assert "matplotlib.figure" in sys.modules
for module in ("matplotlib.pyplot", "tkinter", "PyQt5", "PyQt6", "gi"):
    assert module not in sys.modules, module
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_sizes_survive_the_way_through_inches():
    assert all(int(pixels / DPI * DPI) == pixels for pixels in range(1, 5000))


def test_path_must_end_in_png(tmp_path):
    with pytest.raises(ValueError, match=r"fit_times writes PNG files, got path='.*t\.jpg'"):
        plots.fit_times({"M1": 1.0}, path=tmp_path / "t.jpg")
    assert list(tmp_path.iterdir()) == []


# ---- confusion matrix


def test_confusion_matrix_counts_rows_are_true():
    figure = plots.confusion_matrix([0, 0, 0, 1, 2, 2], [0, 0, 2, 1, 2, 2], ["cat", "dog", "frog"])
    axes, bar = figure.axes
    assert texts(axes) == ["2", "0", "1", "0", "1", "0", "0", "0", "2"]
    np.testing.assert_allclose(axes.images[0].get_array(), [[2 / 3, 0, 1 / 3], [0, 1, 0], [0, 0, 1]])
    assert axes.get_title() == "83.3 % of 6 right"
    assert [axes.get_xlabel(), axes.get_ylabel()] == ["predicted class", "true class"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog", "frog"]
    assert bar.get_ylabel() == "share of the true class"


def test_confusion_matrix_takes_one_hot_and_probabilities(p):
    axes = plots.confusion_matrix(np.eye(4)[[1, 2, 3, 0, 2]], p, NAMES).axes[0]
    counts = np.reshape([int(text) for text in texts(axes)], (4, 4))
    np.testing.assert_array_equal(counts, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]])


def test_confusion_matrix_counts_contrast_with_their_cell():
    """At least 4.5 to 1, as the web's accessibility rules ask for small text (WCAG 2, 1.4.3)."""
    shares = np.zeros((26, 26), int)  # rows of two counts: 0 and 100, 4 and 96, ...
    shares[:, 0] = np.arange(0, 101, 4)
    shares[:, 1] = 100 - shares[:, 0]
    axes = plots.confusion_matrix(matrix=shares).axes[0]
    for text, share in zip(axes.texts, np.ravel(axes.images[0].get_array())):
        cell = luminance(axes.images[0].cmap(share)[:3])
        letters = {"black": 0.0, "white": 1.0}[text.get_color()]
        dark, light = sorted((cell, letters))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(rgb):
    """Relative luminance as WCAG 2 defines it."""
    rgb = np.array(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_confusion_matrix_of_many_classes_is_colours_only():
    figure = plots.confusion_matrix(matrix=np.eye(31, dtype=int))
    assert texts(figure.axes[0]) == []
    assert figure.canvas.get_width_height() == (130 + 2 * 8 + 18 * 31, 110 + 2 * 6 + 18 * 31)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "either y_true and y_pred, or matrix"),
        ({"y_true": [0], "y_pred": [0], "matrix": [[1]]}, "either y_true and y_pred, or matrix"),
        ({"y_true": [0, 1], "y_pred": [0]}, r"y_pred of shape \(2,\) or \(2, classes\), got \(1,\)"),
        ({"y_true": [0, 1], "y_pred": [0, 3], "class_names": NAMES[:2]}, r"y_pred in 0\.\.1, got 0 to 3"),
        ({"y_true": [], "y_pred": []}, "at least one label"),
        ({"matrix": [[1, 2]]}, r"a matrix \(classes, classes\), got \(1, 2\)"),
        ({"matrix": [[0.5, 0.5], [0, 1]]}, "a matrix of counts, whole numbers >= 0, got float64"),
        ({"matrix": [[1, 0], [0, 1]], "class_names": NAMES}, "expects 2 class_names"),
    ],
)
def test_confusion_matrix_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.confusion_matrix(**arguments)


# ---- bars


def test_class_scores(x, p):
    picture, axes = plots.class_scores(p[:1], NAMES, image=x[0]).axes
    np.testing.assert_allclose(picture.images[0].get_array(), x[0] / 255, atol=1e-6)
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], [10, 70, 10, 10])
    assert texts(axes) == ["10.0 %", "70.0 %", "10.0 %", "10.0 %"]
    assert [label.get_text() for label in axes.get_yticklabels()] == NAMES
    assert axes.get_title() == "automobile, 70 %"
    assert axes.get_xlabel() == "probability (%)"
    colours = [bar.get_facecolor() for bar in axes.patches]
    assert colours.count(colours[0]) == 3 and colours[1] != colours[0]


def test_there_is_no_probability_above_100_on_the_axis():
    axes = plots.class_scores([0.2, 0.8]).axes[0]
    assert axes.spines["bottom"].get_bounds() == (0, 100) and axes.get_xticks()[-1] == 100


def test_class_scores_have_room_for_a_certain_class():
    figure = plots.class_scores([0.0, 1.0], ["cat", "dog"])
    figure.canvas.draw()
    axes = figure.axes[0]
    assert texts(axes) == ["0.0 %", "100.0 %"]
    assert axes.texts[1].get_window_extent().x1 <= axes.get_window_extent().x1


def test_class_scores_refuses(x, p):
    with pytest.raises(ValueError, match=r"probabilities of shape \(1, classes\), got \(5, 4\)"):
        plots.class_scores(p)
    with pytest.raises(ValueError, match="are these logits"):
        plots.class_scores([3.0, -1.0])
    with pytest.raises(ValueError, match="probabilities as floats, got complex128"):
        plots.class_scores([0.5, 0.5j])
    with pytest.raises(ValueError, match="expects 4 class_names"):
        plots.class_scores(p[0], ["cat"])
    with pytest.raises(ValueError, match=r"one picture .* got \(5, 32, 32, 3\)"):
        plots.class_scores(p[0], image=x)


def test_fit_times():
    axes = plots.fit_times({"LeNet5": 12.34, "VGG16": 29144}).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [12.34, 29144]
    assert texts(axes) == ["12.3 s", "29,144 s"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["LeNet5", "VGG16"]
    assert axes.yaxis_inverted()  # the first on top
    assert [axes.get_title(), axes.get_xlabel()] == ["Time to train", "fit time (s)"]


@pytest.mark.parametrize("seconds", [-1, float("nan"), "3", None])
def test_fit_times_refuses(seconds):
    with pytest.raises(ValueError, match="fit_times expects seconds >= 0 for 'M1', got"):
        plots.fit_times({"M1": seconds})
    with pytest.raises(ValueError, match="a dict such as"):
        plots.fit_times({})


def test_a_search_by_rounds_and_by_a_parameter():
    figure = plots.search(CANDIDATES, "optimizer", "optimizer__rate")
    left, right = figure.axes
    assert [line.get_ydata().tolist() for line in left.lines] == [[0.2], [0.4, 0.45], [0.3, 0.5]]
    assert [line.get_xdata().tolist() for line in right.lines] == [[0.01], [1e-3], [0.1]]
    assert [line.get_linewidth() > 2 for line in left.lines] == [False, False, True]  # the best, on top
    assert [label.get_text() for label in left.get_xticklabels()] == ["300\n3 left", "900\n2 left"]
    assert texts(left) == ["0.500"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["adam", "sgd"]
    assert right.get_title() == "the first round, by rate"


def test_a_search_of_few_has_the_colours_of_one_of_many():
    figures = (
        plots.search(candidates, "optimizer", "optimizer__rate", groups=("adam", "sgd"))
        for candidates in (CANDIDATES, CANDIDATES[:1])
    )
    assert len({figure.axes[0].lines[-1].get_color() for figure in figures}) == 1


@pytest.mark.parametrize("rates", [(0.0012, 0.0095), (0.00138, 0.0015), (0.01, 0.01), (1e-4, 1e-2)])
def test_the_labels_of_a_search_stand_apart(rates):
    candidates = [each | {"params": each["params"] | {"optimizer__rate": rate}}
                  for each, rate in zip(CANDIDATES, rates)]  # fmt: skip
    figure = plots.search(candidates, "optimizer", "optimizer__rate")
    figure.canvas.draw()
    right = figure.axes[1]
    labels = [*right.get_xticklabels(), *right.get_xticklabels(minor=True)]
    boxes = [label.get_window_extent() for label in labels if label.get_text()]
    boxes.sort(key=lambda box: box.x0)
    seen = [box for box in boxes if right.bbox.x0 <= (box.x0 + box.x1) / 2 <= right.bbox.x1]
    assert seen and all(one.x1 < other.x0 for one, other in pairwise(seen))


@pytest.mark.parametrize(
    "candidates, group, message",
    [
        ([], "optimizer", r"search expects a list of candidates such as .*, got \[\]"),
        (CANDIDATES, "optimiser", "group and along to be one of 'optimizer', .*did you mean 'optimizer'"),
    ],
)
def test_search_refuses(candidates, group, message):
    with pytest.raises(ValueError, match=message):
        plots.search(candidates, group, "optimizer__rate")
