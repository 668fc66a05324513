"""Bar charts: what a model thinks of one picture, and how long models took to train."""

import numpy as np

from minicnn.plots import checks
from minicnn.plots.figure import BLUE, SKY, SMALL, TEXT, dress, finish, new_figure

BAR = 30  # pixels for a bar and the space to the next
AROUND = 110  # pixels for the title above the bars and the axis below


def class_scores(probabilities, class_names=None, image=None, title=None, path=None):
    """The probabilities of one picture's classes as bars, the most probable one dark.

    probabilities  (classes,) or (1, classes), as from ``model.predict(x[:1])``
    image          (H, W, 3 or 1), shown beside the bars

    640 pixels wide, 960 with the picture; 110 + 30 for each class high.
    """
    p = checks.as_probabilities(probabilities, "class_scores", length=1)[0]
    names = checks.as_class_names(class_names, len(p), "class_scores")
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

    bars = axes.barh(names, 100 * p, color=SKY)
    bars[best].set_color(BLUE)
    axes.bar_label(bars, [f"{100 * value:.1f} %" for value in p], padding=4, fontsize=SMALL)
    dress(axes, title or f"{names[best]}, {100 * p[best]:.0f} %", "probability (%)", "class", grid="x")
    axes.set_xlim(0, 115)  # room for the number behind a bar of 100 %
    axes.set_xticks(range(0, 101, 20))
    axes.invert_yaxis()  # the first class on top
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
    bars = axes.barh([str(name) for name in seconds], list(seconds.values()), color=BLUE)
    axes.bar_label(bars, [_time(value) for value in seconds.values()], padding=4, fontsize=TEXT)
    dress(axes, title, "fit time (s)", None, grid="x")
    axes.set_xlim(0, 1.15 * max(seconds.values()) or 1)
    axes.xaxis.set_major_formatter("{x:,g}")
    axes.invert_yaxis()
    return finish(figure, path, "fit_times")


def _time(seconds):
    return f"{seconds:,.0f} s" if seconds >= 100 else f"{seconds:.3g} s"
