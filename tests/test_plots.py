"""plots: every figure has its documented size, its words, and refuses what it cannot draw."""

import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from minicnn import plots
from minicnn.plots.figure import line_style

NAMES = ["airplane", "automobile", "bird", "cat"]
RUN = {
    "loss": [1.5, 1.2, 1.0],
    "val_loss": [1.6, 1.4, 1.3],
    "accuracy": [0.4, 0.5, 0.6],
    "val_accuracy": [0.35, 0.45, 0.5],
}


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


def legend(axes_or_figure):
    legends = getattr(axes_or_figure, "legends", None) or [axes_or_figure.get_legend()]
    return [text.get_text() for text in legends[0].get_texts()]


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
        (plots.confusion_matrix, ([0, 1, 2, 3], [0, 1, 2, 2], NAMES), {}, (200 + 4 * 56, 160 + 4 * 56)),
        (plots.class_scores, (p[0], NAMES), {}, (640, 110 + 4 * 30)),
        (plots.class_scores, (p[:1], NAMES, x[0]), {}, (960, 110 + 4 * 30)),
        (plots.fit_times, ({"M1": 1.5, "M2": 3000},), {}, (800, 110 + 2 * 30)),
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


def test_notebooks_are_shown_what_the_file_holds(tmp_path):
    path = tmp_path / "figure.png"
    figures = [
        plots.confusion_matrix(matrix=[[1, 0], [1, 1]], path=path),
        plots.confusion_matrix(matrix=[[1, 0], [1, 1]]),
    ]
    assert [figure._repr_png_() for figure in figures] == 2 * [path.read_bytes()]


def test_no_window_and_no_matplotlib_until_the_first_figure(tmp_path):
    script = f"""
import sys
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


def test_path_must_end_in_png(tmp_path):
    with pytest.raises(ValueError, match=r"fit_times writes PNG files, got path='.*t\.jpg'"):
        plots.fit_times({"M1": 1.0}, path=tmp_path / "t.jpg")
    assert list(tmp_path.iterdir()) == []


def test_sixty_lines_look_different():
    assert len({tuple(line_style(i).values()) for i in range(60)}) == 60


# ---- sheets


def test_images_draws_the_pixels_themselves(x, tmp_path):
    plots.images(x, path=tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        sheet = np.asarray(picture.convert("RGB")).astype(int)
    for i in range(5):
        left = 12 + 108 * i
        drawn = sheet[12 : 12 + 96, left : left + 96]
        enlarged = x[i].repeat(3, axis=0).repeat(3, axis=1)
        assert abs(drawn - enlarged).max() <= 1


@pytest.mark.parametrize("labels", [[3, 2, 1, 0, 3], [[3], [2], [1], [0], [3]], np.eye(4)[[3, 2, 1, 0, 3]]])
def test_images_writes_class_names(x, labels):
    figure = plots.images(x, labels, NAMES, title="Five")
    assert texts(figure.axes[0]) == ["cat", "bird", "automobile", "airplane", "cat", "Five"]
    assert texts(plots.images(x, labels).axes[0]) == ["3", "2", "1", "0", "3"]


def test_images_floats_and_bytes_are_the_same_picture(x):
    assert plots.images(x)._repr_png_() == plots.images(x / 255)._repr_png_()
    grey = x[..., :1]
    assert plots.images(grey)._repr_png_() == plots.images(grey.repeat(3, axis=3))._repr_png_()


def test_long_names_are_cut_to_the_picture(x):
    (caption, *_) = texts(plots.images(x[:2], [0, 0], ["a class with a very long name"]).axes[0])
    assert caption == "a class with …"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: {"x": x[0]}, r"pictures \(N, H, W, 1 or 3\), got \(32, 32, 3\): add a batch axis"),
        (lambda x: {"x": x[..., 0]}, r"got \(5, 32, 32\): is a channel axis missing\?"),
        (lambda x: {"x": x.transpose(0, 3, 1, 2)}, r"got \(5, 3, 32, 32\)"),
        (lambda x: {"x": x[:0]}, r"got \(0, 32, 32, 3\)"),
        (lambda x: {"x": x.astype(float)}, r"float pixels in 0\.\.1, got 0 to 255: pass x / 255"),
        (lambda x: {"x": x.astype(int) - 1}, r"whole-number pixels in 0\.\.255, got -1 to 254"),
        (lambda x: {"x": x / np.float64("nan")}, r"float pixels in 0\.\.1, got nan"),
        (lambda x: {"x": x > 9}, "pixels as whole numbers or floats, got bool"),
        (lambda x: {"x": [x[0], x[0, :9]]}, "pictures of one size, got different shapes: resize or cut"),
        (lambda x: {"x": np.zeros((401, 1, 1, 3))}, r"at most 400 pictures, got 401: pass x\[:25\]"),
        (lambda x: {"x": x, "labels": [0, 1]}, r"labels of shape \(5,\) or \(5, classes\), got \(2,\)"),
        (lambda x: {"x": x, "labels": [0, 1, 2, 3, 4], "class_names": NAMES}, r"in 0\.\.3, got 0 to 4"),
        (lambda x: {"x": x, "labels": [-1, 1, 2, 3, 1]}, "labels in 0, got -1 to 3"),
        (lambda x: {"x": x, "labels": ["cat"] * 5}, "labels as class numbers"),
        (lambda x: {"x": x, "columns": 0}, "columns as a whole number >= 1, got 0"),
    ],
)
def test_images_refuses(x, change, message):
    with pytest.raises(ValueError, match=f"images expects .*{message}|images shows {message}"):
        plots.images(**change(x))


def test_predictions_words_and_wrong_ones_marked(x, p):
    axes = plots.predictions(x, p, [1, 2, 3, 0, 2], NAMES).axes[0]
    assert texts(axes)[:2] == ["automobile 70 %\ntrue: automobile", "bird 70 %\ntrue: bird"]
    assert texts(axes)[4:] == ["× automobile 70 %\ntrue: bird", "4 of 5 right (× wrong)"]
    assert len(axes.patches) == 1
    assert axes.patches[0].get_xy() == (12 + 4 * 140, 36 + 2 * 17)  # the frame is around the last one


def test_predictions_without_truth(x, p):
    axes = plots.predictions(x, p).axes[0]
    assert texts(axes) == ["1 70 %", "2 70 %", "3 70 %", "0 70 %", "1 70 %"]
    assert len(axes.patches) == 0


def test_predictions_refuses(x, p):
    with pytest.raises(ValueError, match=r"probabilities of shape \(5, classes\), got \(4, 4\)"):
        plots.predictions(x, p[:4])
    with pytest.raises(ValueError, match=r"probabilities in 0\.\.1, got 1 to 7: are these logits\?"):
        plots.predictions(x, 10 * p)
    with pytest.raises(ValueError, match="expects 4 class_names, got"):
        plots.predictions(x, p, class_names=NAMES[:3])
    with pytest.raises(ValueError, match=r"y_true of shape \(5,\)"):
        plots.predictions(x, p, [1])


def test_filters_are_stretched_one_by_one():
    kernel = np.random.default_rng(0).normal(size=(3, 5, 3, 4)) * [1, 10, 100, 0]
    axes = plots.filters(SimpleNamespace(params={"kernel": kernel})).axes[0]
    for f, image in enumerate(axes.images[:3]):
        w = kernel[..., f]
        np.testing.assert_allclose(image.get_array(), (w - w.min()) / (w.max() - w.min()), atol=1e-6)
    assert (axes.images[3].get_array() == 0.5).all()
    assert texts(axes) == ["0", "1", "2", "3", "4 filters, 3 × 5 × 3"]


def test_filters_of_other_depths_show_one_channel():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 8, 2))
    axes = plots.filters(kernel, channel=6).axes[0]
    w = kernel[:, :, 6, 1]
    grey = np.asarray(axes.images[1].get_array())
    np.testing.assert_allclose(grey[..., 2], (w - w.min()) / (w.max() - w.min()), atol=1e-6)
    assert texts(axes)[-1] == "2 filters, 3 × 3 × 8, channel 6"


def test_filters_refuses():
    dense = SimpleNamespace(params={"kernel": np.zeros((9, 9))}, name="dense_1")
    with pytest.raises(ValueError, match=r"a built Conv2D .* got 'dense_1' with a kernel of shape \(9, 9\)"):
        plots.filters(dense)
    with pytest.raises(ValueError, match=r"'conv2d' .* build the model first"):
        plots.filters(SimpleNamespace(params={}, name="conv2d"))
    with pytest.raises(ValueError, match=r"channel in 0\.\.7 of \(3, 3, 8, 2\), got 8"):
        plots.filters(np.zeros((3, 3, 8, 2)), channel=8)


# ---- curves


def test_training_curves():
    figure = plots.training_curves(SimpleNamespace(history=RUN, epoch=[0, 1, 2]), title="M1")
    accuracy, loss = figure.axes
    assert figure.get_suptitle() == "M1"
    assert [accuracy.get_title(), loss.get_title()] == ["accuracy", "loss"]
    assert accuracy.get_ylabel() == "accuracy (fraction right)"
    assert loss.get_ylabel() == "loss (mean per picture)"
    for axes, metric in ((accuracy, "accuracy"), (loss, "loss")):
        train, validation = axes.lines
        assert axes.get_xlabel() == "epoch"
        assert legend(axes) == ["train", "validation"]
        assert [train.get_linestyle(), validation.get_linestyle()] == ["-", "--"]
        assert train.get_xdata().tolist() == [1, 2, 3]
        assert train.get_ydata().tolist() == RUN[metric]
        assert validation.get_ydata().tolist() == RUN[f"val_{metric}"]


def test_epochs_of_a_resumed_run_go_on():
    figure = plots.training_curves(SimpleNamespace(history=RUN, epoch=[5, 6, 7]))
    assert figure.axes[0].lines[0].get_xdata().tolist() == [6, 7, 8]


def test_a_single_epoch_is_visible_and_counts_as_one():
    figure = plots.training_curves({"loss": [1.5]}, "loss")
    (line,) = figure.axes[0].lines
    assert line.get_marker() == "o"
    ticks = [tick for tick in figure.axes[0].get_xticks() if 0.5 <= tick <= 1.5]
    assert ticks == [1]
    assert legend(figure.axes[0]) == ["train"]


def test_a_run_that_diverged_is_drawn():
    nan = float("nan")
    plots.training_curves({"loss": [1.0, nan, nan]})._repr_png_()
    plots.training_curves({"loss": [nan, nan]})._repr_png_()


def test_training_curves_chooses_the_panels():
    other = {"loss": [1, 2], "binary_accuracy": [0, 1], "mean_squared_error": [1, 2]}
    titles = [axes.get_title() for axes in plots.training_curves(other).axes]
    assert titles == ["binary_accuracy", "loss"]
    titles = [axes.get_title() for axes in plots.training_curves(other, ["mean_squared_error"]).axes]
    assert titles == ["mean_squared_error"]


@pytest.mark.parametrize(
    ("history", "metrics", "message"),
    [
        (RUN, "acuracy", "metrics among 'loss', 'accuracy', got 'acuracy': did you mean 'accuracy'"),
        (RUN, [], "metrics among 'loss', 'accuracy', got None"),
        ({"loss": [1, 2], "accuracy": [1]}, None, r"number for each epoch and quantity, got .*'accuracy': 1"),
        ({"loss": []}, None, "one number for each epoch and quantity"),
        ({"loss": 1.0}, None, "one number for each epoch and quantity"),
        ({}, None, r"a dict such as .* got \{\}"),
        ([1, 2], None, r"a dict such as .* got \[1, 2\]"),
        ({"mse": [1, 2]}, None, r"a history with 'accuracy' or 'loss', got \['mse'\]"),
    ],
)
def test_training_curves_refuses(history, metrics, message):
    with pytest.raises(ValueError, match=message):
        plots.training_curves(history, metrics)


@pytest.mark.parametrize(
    ("which", "prefix", "words"), [("val", "val_", "validation"), ("train", "", "training")]
)
def test_compare_runs(which, prefix, words):
    shorter = SimpleNamespace(history={key: values[:2] for key, values in RUN.items()})
    figure = plots.compare_runs({"M1": RUN, "M2": shorter}, which=which, title="Depths")
    assert figure.get_suptitle() == "Depths"
    assert legend(figure) == ["M1", "M2"]
    for axes, metric in zip(figure.axes, ("accuracy", "loss")):
        assert axes.get_title() == f"{words} {metric}"
        first, second = axes.lines
        assert first.get_ydata().tolist() == RUN[prefix + metric]
        assert second.get_ydata().tolist() == RUN[prefix + metric][:2]
        assert first.get_color() != second.get_color()
        assert first.get_linestyle() != second.get_linestyle()
        assert first.get_marker() != second.get_marker()


def test_compare_runs_legend_stays_inside_with_long_names():
    figure = plots.compare_runs({f"AlexNet with augmentation and dropout, run {i}": RUN for i in range(6)})
    figure.canvas.draw()
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0 and box.x1 <= 1000 and box.y0 >= 0
    assert box.y1 <= min(axes.get_tightbbox().y0 for axes in figure.axes)


def test_compare_runs_refuses():
    with pytest.raises(ValueError, match=r"run 'M2' has no 'val_loss'.*which='train'"):
        plots.compare_runs({"M1": RUN, "M2": {"loss": [1, 2]}})
    with pytest.raises(ValueError, match="which among 'val', 'train', got 'tain': did you mean 'train'"):
        plots.compare_runs({"M1": RUN}, which="tain")
    with pytest.raises(ValueError, match="compare_runs expects a dict such as"):
        plots.compare_runs([RUN])
    with pytest.raises(ValueError, match=r"compare_runs \(run 'M1'\) expects a dict"):
        plots.compare_runs({"M1": [1, 2]})


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
    assert figure.canvas.get_width_height() == (200 + 18 * 31, 160 + 18 * 31)


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


def test_class_scores_refuses(x, p):
    with pytest.raises(ValueError, match=r"probabilities of shape \(1, classes\), got \(5, 4\)"):
        plots.class_scores(p)
    with pytest.raises(ValueError, match="are these logits"):
        plots.class_scores([3.0, -1.0])
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
