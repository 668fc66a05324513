"""Bar charts: what a model thinks of one picture, and how long models took to train."""

import numpy as np

from minicnn.plots import checks
from minicnn.plots.figure import BLUE, SKY, SMALL, TEXT, cut, dress, finish, new_figure, plain

BAR = 30  # pixels for a bar and the space to the next
AROUND = 110  # pixels for the title above the bars and the axis below
LETTERS = 24  # of a class's name: more would leave no room for the bars
MORE_LETTERS = 40  # in the wider figure of fit_times


def class_scores(probabilities, class_names=None, image=None, title=None, path=None):
    """The probabilities of one picture's classes as bars, the most probable one dark.

    probabilities  (classes,) or (1, classes), as from ``model.predict(x[:1])``
    image          (H, W, 3 or 1), shown beside the bars

    640 pixels wide, 960 with the picture; 110 + 30 for each class high.
    """
    p = checks.as_probabilities(probabilities, "class_scores", length=1)[0]
    names = [cut(name, LETTERS) for name in checks.as_class_names(class_names, len(p), "class_scores")]
    best = int(p.argmax())
    height = AROUND + BAR * len(p)
    if image is None:
        figure = new_figure(640, height)
        axes = figure.subplots()
    else:
        picture = checks.as_rgb(np.asarray(image)[None] if np.ndim(image) == 3 else image, "class_scores")
        if len(picture) > 1:
            raise ValueError(f"class_scores expects one picture (H, W, C), got {np.shape(image)}: pass x[0]?")
        figure = new_figure(960, height)
        beside, axes = figure.subplots(1, 2, width_ratios=(1, 2))
        beside.imshow(picture[0])
        beside.set_axis_off()

    bars = _bars(axes, names, 100 * p, SKY)
    bars[best].set_color(BLUE)
    axes.bar_label(bars, [f"{100 * value:.1f} %" for value in p], padding=4, fontsize=SMALL)
    dress(axes, title or f"{names[best]}, {100 * p[best]:.0f} %", "probability (%)", "class", grid="x")
    axes.set_xlim(0, 115)  # room for the number behind a bar of 100 %
    axes.set_xticks(range(0, 101, 20))
    axes.spines["bottom"].set_bounds(0, 100)
    return finish(figure, path, "class_scores")


def fit_times(seconds, title="Time to train", path=None):
    """Training times as bars, in the order given. ``seconds``: {"M1": 310.0, "M2": 402.5, ...}.

    800 pixels wide, 110 + 30 for each bar high.
    """
    checks.check_mapping(seconds, "fit_times", "{'M1': 310.0, 'M2': 402.5}")
    for name, value in seconds.items():
        if not isinstance(value, (int, float, np.number)) or not np.isfinite(value) or value < 0:
            raise ValueError(f"fit_times expects seconds >= 0 for {name!r}, got {value!r}")
    figure = new_figure(800, AROUND + BAR * len(seconds))
    axes = figure.subplots()
    bars = _bars(axes, [cut(str(name), MORE_LETTERS) for name in seconds], list(seconds.values()), BLUE)
    axes.bar_label(bars, [_time(value) for value in seconds.values()], padding=4, fontsize=TEXT)
    dress(axes, title, "fit time (s)", None, grid="x")
    axes.set_xlim(0, 1.15 * max(seconds.values()) or 1)
    axes.xaxis.set_major_formatter("{x:,g}")
    return finish(figure, path, "fit_times")


def _bars(axes, names, lengths, colour):
    """A bar for each name, the first on top. Equal names are two bars: a bar's place is its number."""
    bars = axes.barh(range(len(names)), lengths, color=colour)
    axes.set_yticks(range(len(names)), list(map(plain, names)))
    axes.invert_yaxis()
    return bars


def _time(seconds):
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.3g} s"
