"""The confusion matrix: which classes are taken for which."""

import numpy as np

from minicnn import classification
from minicnn.plots import checks
from minicnn.plots.figure import SMALL, TEXT, cut, dress, finish, new_figure, plain

CELL = 56  # pixels of a cell with its count; 18 without
AROUND = 130, 110  # pixels for the colour bar and what is written: beside, above and below
LETTER = 8, 6  # pixels that a letter of the longest name adds to that (below, names are tilted)
LEAST = 174  # pixels of the whole matrix: the words beside the colour bar are as long
MOST_LETTERS = 32  # of a name
MOST_COUNTS = 30  # with more classes than this only the colours are drawn, in small cells


def confusion_matrix(y_true=None, y_pred=None, class_names=None, matrix=None, title=None, path=None):
    """How often each true class (row) was predicted as each class (column), as an annotated heatmap.

    y_true, y_pred  class numbers (N,), or one-hot rows / probabilities (N, classes)
    matrix          the counts themselves, (classes, classes), instead of the two

    Colour is the share of the row, so classes with few pictures read like the others. With n classes
    and k letters in the longest name, at most 32, the figure is 130 + 8 k + 56 n pixels wide and
    110 + 6 k + 56 n high. Cells are larger where there are one, two or three of them in a row, or counts of
    seven figures and more; above 30 classes they are 18 pixels and hold no counts.
    """
    if (matrix is None) == (y_true is None or y_pred is None):
        raise ValueError("confusion_matrix expects either y_true and y_pred, or matrix")
    if matrix is None:
        known = None if class_names is None else len(class_names)
        counts = classification.confusion_matrix(y_true, y_pred, known)
    else:
        counts = _check_matrix(matrix)
    classes = len(counts)
    names = checks.as_class_names(class_names, classes, "confusion_matrix")
    names = [cut(name, MOST_LETTERS) for name in names]
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)

    counted = classes <= MOST_COUNTS
    cell = max(CELL, 8 * len(f"{counts.max():,}"), LEAST // classes) if counted else CELL // 3
    longest = max(map(len, names))
    width, height = (around + letter * longest + cell * classes for around, letter in zip(AROUND, LETTER))
    figure = new_figure(width, height, layout="compressed")
    axes = figure.subplots()
    heatmap = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    if counted:
        _annotate(axes, counts, share)
    bar = figure.colorbar(heatmap, ax=axes, aspect=30)
    bar.set_label("share of the true class", fontsize=TEXT)
    bar.ax.tick_params(labelsize=TEXT)

    if title is None:
        title = f"{100 * np.trace(counts) / max(counts.sum(), 1):.1f} % of {counts.sum():,} right"
    dress(axes, title, "predicted class", "true class", grid=None)
    slope = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if counted else {"rotation": 90}
    names = list(map(plain, names))
    axes.set_xticks(range(classes), names, **slope)
    axes.set_yticks(range(classes), names)
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")  # "compressed" moves things a little more every time it runs
    return finish(figure, path, "confusion_matrix")


def _check_matrix(matrix):
    matrix = np.asarray(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(f"confusion_matrix expects a matrix (classes, classes), got {matrix.shape}")
    if matrix.dtype.kind not in "ui" or matrix.min() < 0:
        raise ValueError(
            f"confusion_matrix expects a matrix of counts, whole numbers >= 0, got {matrix.dtype}: "
            "shares are worked out here"
        )
    return matrix


def _annotate(axes, counts, share):
    for (row, column), count in np.ndenumerate(counts):
        # at 0.71 of "Blues" black and white text have the same contrast, 4.6 to 1
        colour = "white" if share[row, column] > 0.71 else "black"
        axes.text(column, row, f"{count:,}", ha="center", va="center", color=colour, fontsize=SMALL)
