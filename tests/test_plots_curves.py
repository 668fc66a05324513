"""plots: training curves and comparisons of runs."""

from types import SimpleNamespace

import pytest

from minicnn import plots
from minicnn.plots.figure import line_style

RUN = {
    "loss": [1.5, 1.2, 1.0],
    "val_loss": [1.6, 1.4, 1.3],
    "accuracy": [0.4, 0.5, 0.6],
    "val_accuracy": [0.35, 0.45, 0.5],
}


def legend(axes_or_figure):
    legends = getattr(axes_or_figure, "legends", None) or [axes_or_figure.get_legend()]
    return [text.get_text() for text in legends[0].get_texts()]


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


def test_what_is_not_all_numbers_has_no_panel():
    notes = {"note": [None, "a", {"a": 1}], "rows": [[1, 2], [3], []]}  # as callbacks may log
    assert [axes.get_title() for axes in plots.training_curves(notes | RUN).axes] == ["accuracy", "loss"]
    assert len(plots.compare_runs({"M1": notes | RUN, "M2": RUN}).axes) == 2
    with pytest.raises(ValueError, match="metrics to be one of 'loss', 'accuracy', got 'note'"):
        plots.training_curves(notes | RUN, ["note"])


@pytest.mark.parametrize(
    ("history", "metrics", "message"),
    [
        (RUN, "acuracy", "metrics to be one of 'loss', 'accuracy', got 'acuracy': did you mean 'accuracy'"),
        (RUN, [], "metrics to be one of 'loss', 'accuracy', got None"),
        ({"loss": [1, 2], "accuracy": [1]}, None, r"number for each epoch and quantity, got .*'accuracy': 1"),
        ({"loss": []}, None, "one number for each epoch and quantity"),
        ({"loss": 1.0}, None, r"one number for each epoch and quantity, got \{'loss': 1.0\}"),
        ({"loss": [None, "a"]}, None, r"one number for each epoch and quantity, got \{'loss': \[None, 'a'\]"),
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
    with pytest.raises(ValueError, match="one of 'val', 'train', got 'tain': did you mean 'train'"):
        plots.compare_runs({"M1": RUN}, which="tain")
    with pytest.raises(ValueError, match="compare_runs expects a dict such as"):
        plots.compare_runs([RUN])
    with pytest.raises(ValueError, match=r"compare_runs \(run 'M1'\) expects a dict"):
        plots.compare_runs({"M1": [1, 2]})


def test_sixty_lines_look_different():
    assert len({tuple(line_style(i).values()) for i in range(60)}) == 60


def test_numbers_beside_the_axis_are_whole_ones():
    """Not ``+1.609`` above ``0.0006``."""
    for loss in ([1.6096, 1.6094, 1.6093], [2.30211, 2.30212, 2.30211]):
        figure = plots.training_curves({"loss": loss})
        figure.canvas.draw()
        (axes,) = figure.axes
        assert axes.yaxis.get_offset_text().get_text() == ""
        assert all(float(label.get_text()) > 1 for label in axes.get_yticklabels())


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("M1 on CIFAR-10", ["M1 on CIFAR-10"]),
        ("shapes (embedded pictures, not CIFAR-10), the first 256",
         ["shapes (embedded pictures, not", "CIFAR-10), the first 256"]),
        ("M3 on CIFAR-10\nfresh: each from the same new weights",
         ["M3 on CIFAR-10", "fresh: each from the same new weights"]),
    ],
)  # fmt: skip
def test_a_long_title_is_broken_into_lines_alike(title, lines):
    figure = plots.training_curves({"loss": [2.0, 1.0]}, title=title)
    assert figure.get_suptitle() == "\n".join(lines)
