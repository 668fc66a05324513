"""The drawings of lesson 09."""

import numpy as np
from matplotlib import colormaps

from lessons.harness.figures import table
from minicnn.plots.figure import GREEN, ORANGE, PURPLE, SKY, SMALL, dress, line_style, new_figure


def stencils(weights):
    """Each number of the three transforms as a small picture of the inputs it is made of.

    ``weights``: {title: (rows, columns, places)}: how a number depends on the places of a square.
    """
    figure = new_figure(800, 285)
    colours = colormaps["RdBu"].with_extremes(bad="0.8")
    for axes, (title, each) in zip(figure.subplots(1, 3), weights.items()):
        rows, columns, places = each.shape
        size = round(places**0.5)
        sheet = np.full((rows * (size + 1) + 1, columns * (size + 1) + 1), np.nan)
        for i, j in np.ndindex(rows, columns):
            top, left = i * (size + 1) + 1, j * (size + 1) + 1
            sheet[top : top + size, left : left + size] = each[i, j].reshape(size, size)
        axes.imshow(sheet, cmap=colours, vmin=-1.3, vmax=1.3)
        axes.set_axis_off()
        axes.set_title(title, fontsize=9)
    return figure


def matrices(named):
    """``named``: {title: matrix}; what is plus in blue, what is minus in red."""
    figure = new_figure(720, 220)
    for panel, (name, matrix) in zip(figure.subplots(1, 3, width_ratios=(4, 3, 4)), named.items()):
        shades = [["white" if v == 0 else "#9ecae1" if v > 0 else "#fdb9a2" for v in row] for row in matrix]
        table(panel, matrix.tolist(), shades, name)
    return figure


def work_and_error(outputs, counts, errors):
    """Multiplications an output, and the error in float32, for larger and larger tiles."""
    figure = new_figure(720, 300)
    left, right = figure.subplots(1, 2)
    left.plot(outputs, counts, **line_style(0))
    left.set_ylim(0, 9.5)
    dress(left, "Work", "outputs a tile, in each direction", "multiplications an output")
    right.semilogy(outputs, errors, **line_style(1))
    dress(right, "Error in float32", "outputs a tile, in each direction", "against the largest output")
    return figure


COLOURS = {"copy": ORANGE, "transform": GREEN, "multiply": SKY, "transform back": PURPLE}


def where_the_time_goes(parts):
    """``parts``: {lesson: {part of the work: seconds}}, all parts in the last one."""
    figure = new_figure(720, 220)
    axes = figure.subplots()
    for k, times in enumerate(parts.values()):
        start = 0
        for part, t in times.items():
            label = part if k == len(parts) - 1 else None
            axes.barh(k, 1000 * t, left=1000 * start, color=COLOURS[part], label=label)
            start += t
    axes.set_yticks(range(len(parts)), parts, fontsize=SMALL)
    axes.invert_yaxis()
    axes.legend(fontsize=SMALL, loc="upper left", bbox_to_anchor=(1, 1))
    dress(axes, "Where the time goes", "milliseconds", grid="x")
    return figure


def when_it_loses(channels, by_channels, sides, by_side):
    """{pair: how many times as fast Winograd is}, against channels and against the size of the pictures."""
    figure = new_figure(800, 330)
    left, right = figure.subplots(1, 2, sharey=True)
    for k, name in enumerate(by_channels):
        left.plot(channels, by_channels[name], label=name, **line_style(k))
        right.plot(sides, by_side[name], label=name, **line_style(k))
    top = 1.35 * max(1, np.max([*by_channels.values()]), np.max([*by_side.values()]))  # room for the legend
    for axes, ticks in ((left, channels), (right, sides)):
        axes.axhline(1, color="0.4", linewidth=1)
        axes.set_xscale("log", base=2)
        axes.set_xticks(ticks, ticks)
        axes.set_ylim(0, top)
    left.legend(fontsize=SMALL, loc="upper left")
    dress(left, "16 pictures of 16 x 16", "channels and filters", "times as fast (above 1: it wins)")
    dress(right, "16 pictures, 64 channels and filters", "pixels a side")
    return figure
