"""Lesson 12: what only draws."""

import numpy as np

from minicnn.plots.figure import BLUE, GREEN, SMALL, TITLE, VERMILLION, dress, new_figure


def histograms(rows, title):
    """{name: the numbers of each layer}: a row of histograms for each; the spread is written above each."""
    figure = new_figure(820, 60 + 130 * len(rows))
    figure.suptitle(title, fontsize=TITLE)
    panels = figure.subplots(len(rows), len(next(iter(rows.values()))))
    for line, (label, layers), colour in zip(panels, rows.items(), (VERMILLION, BLUE, GREEN)):
        for k, (axes, values) in enumerate(zip(line, layers)):
            axes.hist(np.clip(values.ravel(), -4, 4), bins=24, range=(-4, 4), color=colour)
            spread = values.std()
            dress(axes, f"{spread:,.0f}" if spread >= 10 else f"{spread:.2g}", f"layer {k + 1}", grid=None)
            axes.tick_params(labelsize=SMALL)
            axes.set_yticks([])
        line[0].set_ylabel(label, fontsize=SMALL)
    return figure


def moving(paths, mean):
    """{momentum: the moving mean after each batch} of a channel whose mean is ``mean``."""
    figure = new_figure(620, 300)
    axes = figure.subplots()
    for (momentum, path), colour, dashes in zip(paths.items(), (BLUE, VERMILLION), ("-", "--")):
        axes.plot(path, color=colour, linestyle=dashes, label=f"momentum {momentum}")
    axes.axhline(mean, color="0.5", linewidth=0.8)
    axes.legend(fontsize=SMALL)
    dress(axes, f"The moving mean of a channel with mean {mean}", "batches", "moving mean")
    return figure


def losses(runs, title):
    """[(label, smoothed losses, high rate?, normalized?, lost?)]: a curve each, a cross where one is lost."""
    figure = new_figure(760, 340)
    axes = figure.subplots()
    for label, smooth, high, normalized, lost in runs:
        colour = BLUE if normalized else VERMILLION
        axes.plot(smooth, color=colour, linestyle=":" if high else "-", label=label)
        if lost:
            axes.plot([0], [smooth[0]], "x", color=colour, markersize=9)
    axes.set_ylim(0, 3.4)
    axes.legend(fontsize=SMALL)
    dress(axes, title, "steps", "training loss, mean of the last 25 steps")
    return figure
