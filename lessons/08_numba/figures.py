"""The drawings of lesson 08."""

import numpy as np
from matplotlib import colormaps

from lessons.harness.figures import table
from minicnn.plots.figure import BLUE, SMALL, VERMILLION, dress, line_style, new_figure


def two_orders(orders, rows, columns):
    """Above: when each number of an array is visited. Below: where in memory each step goes.

    ``orders``: {name: the places (i, j) in the order of two loop nests}.
    """
    figure = new_figure(760, 470)
    panels = figure.subplots(2, 2, height_ratios=(1, 1.5))
    blues = colormaps["Blues"]
    for k, (name, order) in enumerate(orders.items()):
        when = np.zeros((rows, columns), int)
        for step, at in enumerate(order):
            when[at] = step
        shades = [[blues(0.05 + 0.55 * v / when.max()) for v in line] for line in when]
        table(panels[0, k], when.tolist(), shades, name)
        axes = panels[1, k]
        for line in range(0, rows * columns, 8):
            axes.axhspan(line - 0.5, line + 7.5, color="0.93" if line % 16 else "0.86", linewidth=0)
        places = [i * columns + j for i, j in order]  # the address of a[i, j]
        axes.plot(places, "o-", color=(BLUE, VERMILLION)[k], markersize=3, linewidth=0.8)
        dress(axes, None, "step", "place in memory", grid=None)
    return figure


def cost_of_a_step(kilobytes, cost):
    """``cost``: {order: nanoseconds a number, for each size}."""
    figure = new_figure(620, 330)
    axes = figure.subplots()
    for k, (name, times) in enumerate(cost.items()):
        axes.loglog(kilobytes, times, label=name, **line_style(k))
    axes.legend(fontsize=SMALL)
    dress(axes, "What one number costs, in two orders", "size of the array, KB", "nanoseconds a number")
    return figure


def loop_orders(nanoseconds):
    """``nanoseconds``: {order of the loops: time of a multiplication}."""
    figure = new_figure(620, 230)
    axes = figure.subplots()
    axes.barh(list(nanoseconds), list(nanoseconds.values()), color=BLUE)
    axes.invert_yaxis()
    axes.set_yticks(range(len(nanoseconds)), nanoseconds, fontsize=SMALL)
    dress(axes, "One convolution, four orders of its loops", "nanoseconds a multiplication", grid="x")
    return figure
