"""Lesson 10: what only draws."""

import numpy as np

from minicnn.plots.figure import COLOURS, SMALL, TEXT, TITLE, dress, line_style, new_figure


def small_pictures(panels, strongest, title):
    """{caption: picture} in a row; those without colour have their white at ``strongest``."""
    figure = new_figure(870, 220)
    figure.suptitle(title, fontsize=TITLE)
    for axes, (name, panel) in zip(figure.subplots(1, 5), panels.items()):
        axes.imshow(panel, cmap="gray", vmin=0, vmax=None if panel.ndim == 3 else strongest)
        axes.set_title(name, fontsize=SMALL)
        axes.set_axis_off()
    return figure


def moved(pixels, changes):
    """{name of the way: by how much its numbers change when the picture moves by each of ``pixels``}."""
    figure = new_figure(620, 300)
    axes = figure.subplots()
    for k, (name, change) in enumerate(changes.items()):
        axes.plot(pixels, change, label=f"the {name}", **line_style(k))
    axes.legend(fontsize=SMALL)
    axes.set_xticks(pixels)
    axes.set_ylim(bottom=0)
    title, across = "The picture moves: how much changes?", "pixels moved to the right"
    dress(axes, title, across, "change, as a part of all")
    return figure


WINDOWS = COLOURS[:3] + COLOURS[4:5]  # the colours of (0, 0), (0, 1), (1, 0), (1, 1)


def routing(x, y, which, dy, dx):
    """Four windows of 3 x 3, stride 2, on x (5, 5): who wins, and what comes back. The rest are (2, 2)."""
    winners = {}  # (row, column) of x: the windows that chose it
    for k, cell in enumerate(which.ravel()):
        kh, kw = divmod(int(cell), 3)
        winners.setdefault((k // 2 * 2 + kh, k % 2 * 2 + kw), []).append(k)
    quarters = {(0, 0): [0], (0, 1): [1], (1, 0): [2], (1, 1): [3]}
    figure = new_figure(800, 280)
    figure.suptitle(" ", fontsize=2)  # a little air above the titles
    panels = figure.subplots(1, 5, width_ratios=(5, 2, 2, 2, 5))
    _grid(panels[0], x, "x: the winners", winners)
    for axes, numbers, title in zip(panels[1:4], (y, which, dy), ("y", "which", "dy")):
        _grid(axes, numbers, title, quarters)
    _grid(panels[4], dx, "dx: who gets the blame", winners)
    for k, colour in enumerate(WINDOWS):  # the windows' frames, each a little inside its neighbour's
        top, left, d = k // 2 * 2, k % 2 * 2, 0.06 + 0.06 * k
        w0, w1, h0, h1 = left + d, left + 3 - d, top + d, top + 3 - d
        panels[0].plot([w0, w1, w1, w0, w0], [h0, h0, h1, h1, h0], color=colour, linewidth=1.4)
    return figure


def _grid(axes, numbers, title, owners):
    """A table of numbers; a cell with several owners has a stripe of each colour."""
    rows, columns = numbers.shape
    axes.set_xlim(-0.1, columns + 0.1)
    axes.set_ylim(rows + 0.1, -0.1)
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set_title(title, fontsize=TITLE)
    for i, j in np.ndindex(rows, columns):
        own = owners.get((i, j), [])
        for k, window in enumerate(own):
            left, width = j + k / len(own), 1 / len(own)
            axes.bar(left, 1, width, bottom=i, align="edge", color=WINDOWS[window], alpha=0.55)
        axes.plot([j, j + 1, j + 1, j, j], [i, i, i + 1, i + 1, i], color="0.5", linewidth=0.7)
        axes.text(j + 0.5, i + 0.5, f"{numbers[i, j]:g}", ha="center", va="center", fontsize=TEXT)


def contest(found, title):
    """{name: (accuracies, seconds) of three starts}, the accuracies as dots, the time as bars."""
    figure = new_figure(760, 320)
    left, right = figure.subplots(1, 2, sharey=True)
    for k, (accuracies, seconds) in enumerate(found.values()):
        left.scatter(accuracies, [k] * 3, color=COLOURS[0], s=18, zorder=3)
        left.plot([np.mean(accuracies)] * 2, [k - 0.25, k + 0.25], color=COLOURS[1])
        right.barh(k, np.median(seconds), color=COLOURS[0], height=0.5)
    left.set_yticks(range(len(found)), found)
    left.invert_yaxis()
    dress(left, "accuracy: three starts, their mean", "part of the test pictures that is right")
    dress(right, "time", "seconds of training (median of three)", grid="x")
    figure.suptitle(title, fontsize=TEXT)
    return figure
