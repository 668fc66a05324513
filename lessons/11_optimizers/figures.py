"""Lesson 11: what only draws."""

import numpy as np

from minicnn.plots.figure import COLOURS, SMALL, TEXT, dress, line_style, new_figure


def lengths(naive, corrected):
    """How long the steps are, without and with the bias correction."""
    figure = new_figure(620, 300)
    axes = figure.subplots()
    steps = range(1, len(naive) + 1)
    axes.semilogx(steps, naive, "--", color=COLOURS[1], label="without the correction")
    axes.semilogx(steps, corrected, color=COLOURS[0], label="Adam")
    axes.set_ylim(0, 8)
    axes.legend(fontsize=SMALL)
    title = "The same slope at every step: how long are the steps?"
    dress(axes, title, "step", "step length / learning rate")
    return figure


def ravine(loss, ways):
    """{title: weights after each step (steps, 2)} on the contour lines of ``loss``, a panel each."""
    figure = new_figure(820, 460)
    along, across = np.meshgrid(np.linspace(-9, 6, 120), np.linspace(-2.2, 2.2, 80))
    levels = {"levels": np.geomspace(0.5, 120, 9), "colors": "0.8", "linewidths": 0.7}
    panels = figure.subplots(2, 2, sharex=True, sharey=True).ravel()
    for axes, (title, places) in zip(panels, ways.items()):
        axes.contour(along, across, loss(np.stack([along, across], -1)), **levels)
        axes.plot(*places.T, "o-", color=COLOURS[0], markersize=2.5, linewidth=1)
        axes.plot(0, 0, "x", color=COLOURS[1])
        axes.set_xlim(-9, 6)
        axes.set_ylim(-2.2, 2.2)
        dress(axes, title, grid=None)
    figure.supxlabel("a, along the ravine", fontsize=TEXT)
    figure.supylabel("b, across", fontsize=TEXT)
    return figure


def four_optimizers(runs, title):
    """{optimizer: (losses, test accuracy) of three seeds}: the losses as curves, the accuracies as dots."""
    figure = new_figure(820, 330)
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    figure.suptitle(title, fontsize=TEXT)
    for k, (rule, three) in enumerate(runs.items()):
        curves = np.array([losses.reshape(-1, 20).mean(axis=1) for losses, _ in three])  # 20 batches a point
        steps = 20 * np.arange(1, curves.shape[1] + 1)
        left.fill_between(steps, curves.min(axis=0), curves.max(axis=0), color=COLOURS[k], alpha=0.15)
        left.plot(steps, curves.mean(axis=0), label=rule, markersize=3, **line_style(k))
        accuracies = [accuracy for _, accuracy in three]
        right.scatter(accuracies, [k] * 3, color=COLOURS[k], s=18, zorder=3)
        right.plot([np.mean(accuracies)] * 2, [k - 0.25, k + 0.25], color=COLOURS[k])
    left.legend(fontsize=SMALL)
    dress(left, "training loss: mean of three, and their range", "step", "loss")
    right.set_yticks(range(len(runs)), runs)
    right.invert_yaxis()
    dress(right, "test accuracy", "part of the pictures that is right")
    return figure
