"""What a search found: who came how far, and which learning rates were worth trying."""

import numpy as np

from minicnn.checks import check_choice
from minicnn.plots import checks
from minicnn.plots.figure import SMALL, TEXT, dress, finish, head, legend, line_style, new_figure, plain

AN_EXAMPLE = "[{'params': {'optimizer': 'adam'}, 'rounds': [{'pictures': 500, 'accuracy': 0.31}]}]"
THICK, THIN = {"linewidth": 2.5, "markersize": 7, "zorder": 3}, {"linewidth": 0.9, "markersize": 4}


def search(candidates, group, along, title=None, path=None, groups=()):
    """Left, the accuracy of each candidate from round to round; right, that of the first along a parameter.

    candidates  best first, a dict each: {"params": {name: value}, "rounds": [{"pictures", "accuracy"}, ...]}
    group       the parameter that gives a line its colour, dashes and marker, such as "optimizer"
    along       the parameter of the right panel's axis, on which tenfold steps are equally wide
    groups      values of ``group`` there might have been: they keep their colours where some were not drawn

    1000 x 444 pixels.
    """
    from matplotlib.lines import Line2D

    _check(candidates, (group, along))
    found = sorted({str(each["params"][group]) for each in candidates})
    known = dict.fromkeys([*groups, *found])
    style = {name: line_style(k) for k, name in enumerate(known)}
    figure = new_figure(1000, 444)
    left, right = figure.subplots(1, 2)
    for each in reversed(candidates):  # the best on top
        name = str(each["params"][group])
        pictures, accuracy = ([one[what] for one in each["rounds"]] for what in ("pictures", "accuracy"))
        look = style[name] | (THICK if each is candidates[0] else THIN)
        left.plot(pictures, accuracy, **look)
        right.plot(each["params"][along], accuracy[0], **look)
    _annotate_winner(left, candidates[0])
    dress(left, "from round to round", "pictures, cross-validated (log scale)", "accuracy (fraction right)")
    words = along.rpartition("__")[2].replace("_", " ")
    dress(right, f"the first round, by {words}", f"{words} (log scale)", "accuracy (fraction right)")
    for axes in (left, right):
        axes.set_xscale("log")
    _label_rounds(left, candidates)
    _label_values(right)
    handles = [Line2D([], [], **style[name], **THIN) for name in found]
    words = plain(f"{group} (thick: the best candidate)")
    legend(figure, handles, found, title=words, title_fontsize=TEXT, ncols=len(found))
    head(figure, title)
    return finish(figure, path, "search")


def _annotate_winner(axes, best):
    last = best["rounds"][-1]
    axes.annotate(f"{last['accuracy']:.3f}", (last["pictures"], last["accuracy"]), (0, 7),
                  textcoords="offset points", ha="center", fontsize=SMALL)


def _label_rounds(axes, candidates):
    """A tick for every round: how many pictures, and how many candidates were left."""
    left = {}
    for each in candidates:
        for one in each["rounds"]:
            left[one["pictures"]] = left.get(one["pictures"], 0) + 1
    axes.set_xticks(list(left), [f"{pictures:,}\n{count} left" for pictures, count in left.items()])
    axes.minorticks_off()
    axes.margins(x=0.12, y=0.12)


def _label_values(axes):
    """Three ticks where two powers of ten have no room: matplotlib's would lie one over the other."""
    low, high = axes.get_xlim()
    if high < 10 * low:
        ticks = sorted({float(f"{tick:.2g}") for tick in np.geomspace(low, high, 5)[1:-1]})
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()


def _check(candidates, wanted):
    if not isinstance(candidates, list) or not candidates:
        raise ValueError(f"search expects a list of candidates such as {AN_EXAMPLE}, got {candidates!r}")
    for each in candidates:
        checks.check_mapping(each, "search", AN_EXAMPLE)
        for name in wanted:
            check_choice(name, "group and along", each["params"], "search")
