"""The certificate of lesson 16: what was trained, by whose functions, how well, on one page."""

import numpy as np

from lessons.harness.figures import confusion
from minicnn.plots.figure import BLUE, SMALL, TEXT, TITLE, VERMILLION, dress, new_figure


def draw(data, facts, whose, losses, counts, added, steps, passed):
    """One page.

    facts    lines about the run             whose   lines: each part, and who wrote it
    losses   of every step                   counts  (10, 10), the confusion matrix
    added    (5, 5, 3, F), what training added to the first layer
    steps    {name: seconds of a training step}
    """
    figure = new_figure(1100, 1060)
    head, body, foot = figure.subfigures(3, 1, height_ratios=(32, 46, 19))
    _head(head, facts, whose, passed)
    left, right = body.subfigures(1, 2, width_ratios=(5, 6))
    _curve(left.subplots(), losses)
    confusion(right.subplots(), counts, data.class_names, "Test pictures: what they were taken for")
    left, right = foot.subfigures(1, 2, width_ratios=(7, 4))
    _filters(left, added)
    _bars(right.subplots(), steps)
    return figure


def _head(figure, facts, whose, passed):
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    own, parts = sum("your " in line for line in whose), len(whose)
    mine = "my own functions" if own == parts else f"my own functions ({own} of {parts} parts) and minicnn's"
    title = "M3, trained by " + (mine if own else "minicnn's functions")
    axes.text(0.5, 0.95, title + ("" if passed else " (not passed)"), ha="center", va="top", fontsize=16)
    axes.text(0, 0.8, "\n".join(facts), va="top", fontsize=TITLE, linespacing=1.5)
    lines = "\n".join(line.replace("your ", "") for line in whose)
    axes.text(0, 0.42, lines, va="top", fontsize=SMALL, family="monospace", linespacing=1.4)


def _curve(axes, losses):
    window = max(5, len(losses) // 25)
    axes.plot(range(1, len(losses) + 1), losses, color="0.8", linewidth=0.5, label="each step")
    if len(losses) >= window:
        means = np.convolve(losses, np.ones(window) / window, "valid")
        axes.plot(range(window, len(losses) + 1), means, color=BLUE, linewidth=1.5, label=f"mean of {window}")
    axes.axhline(np.log(10), color=VERMILLION, linestyle="--", linewidth=1, label="ln 10: knows nothing")
    axes.legend(fontsize=SMALL)
    dress(axes, "Loss while training", "step", "loss (mean of a batch)")
    axes.set_ylim(0, 3)


def _filters(figure, added):
    figure.suptitle("What training added to the filters of the first layer", fontsize=TITLE)
    low, high = added.min(axis=(0, 1, 2)), added.max(axis=(0, 1, 2))
    for k, axes in enumerate(figure.subplots(2, 16).ravel()):
        axes.set_axis_off()
        if k < added.shape[-1] and high[k] > low[k]:
            axes.imshow((added[..., k] - low[k]) / (high[k] - low[k]))


def _bars(axes, steps):
    bars = axes.barh(list(steps), [1000 * s for s in steps.values()], color=(BLUE, "0.6"))
    axes.bar_label(bars, [f"{1000 * s:.0f} ms" for s in steps.values()], padding=4, fontsize=TEXT)
    dress(axes, "One training step of 40 pictures", "milliseconds", None, grid="x")
    axes.set_xlim(0, 1250 * max(steps.values()))
    axes.invert_yaxis()
