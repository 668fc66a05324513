"""plots: names as people give them, equal, long, with a dollar or an underscore."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

import minicnn as mc
from minicnn import plots

X = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)
P = np.full((4, 4), 0.1) + 0.6 * np.eye(4)[[1, 2, 3, 0]]  # 70 % for another class than the last picture's
RUN = {"loss": [1.5, 1.2], "val_loss": [1.6, 1.4], "$_$": [1, 2], "val_$_$": [1, 2]}

SLOPE, FILE, HIDDEN, PRICE = ODD = ["$\\x$", "a$_$.jpg", "_hidden", "3 $, 4 $"]  # formulas, some wrong
CANDIDATES = [
    {"params": {"$o$": name, "$r$": 0.1}, "rounds": [{"pictures": 300, "accuracy": 0.5}]} for name in ODD
]


@pytest.mark.parametrize("draw, words", [
    (lambda: plots.images(X, range(4), ODD, title=SLOPE), [*ODD, SLOPE]),
    (lambda: plots.predictions(X, P, class_names=ODD), [f"{name} 70 %" for name in ODD]),
    (lambda: plots.predictions(X, P, [1, 2, 3, 1], ODD, title=FILE), [FILE, f"true: {FILE}"]),
    (lambda: plots.filters(np.zeros((3, 3, 3, 1)), title=SLOPE), [SLOPE]),
    (lambda: plots.confusion_matrix(range(4), range(4), ODD, title=SLOPE), [*ODD, SLOPE]),
    (lambda: plots.class_scores(P[0], ODD), [*ODD, f"{FILE}, 70 %"]),
    (lambda: plots.class_scores(P[0], ODD, title=SLOPE), [SLOPE]),
    (lambda: plots.fit_times(dict.fromkeys(ODD, 1), title=SLOPE), [*ODD, SLOPE]),
    (lambda: plots.training_curves(RUN, "$_$", title=FILE), [FILE, "$_$"]),
    (lambda: plots.compare_runs(dict.fromkeys(ODD, RUN), "$_$", title=FILE), [*ODD, FILE, "validation $_$"]),
    (lambda: plots.search(CANDIDATES, "$o$", "$r$", title=FILE),
     [*ODD, FILE, "$o$ (thick: the best candidate)", "the first round, by $r$", "$r$ (log scale)"]),
    (lambda: plots.architecture(mc.Sequential([mc.layers.Dense(2, input_shape=(3,))], name=SLOPE)),
     [f"{SLOPE}: 8 parameters"]),
])  # fmt: skip
def test_dollars_and_underscores_are_drawn_as_they_are(draw, words, monkeypatch):
    """To the letter, and as text: matplotlib would stop at formulas it does not understand."""
    drawn, draw_text = [], RendererAgg.draw_text

    def watch(self, gc, x, y, s, *rest, ismath=False, **more):
        drawn.append((s, ismath))
        draw_text(self, gc, x, y, s, *rest, ismath=ismath, **more)

    monkeypatch.setattr(RendererAgg, "draw_text", watch)
    draw()._repr_png_()
    assert {(each, False) for each in words} <= set(drawn)


def test_equal_names_are_two_bars():
    scores = plots.class_scores([0.2, 0.3, 0.5], ["1", "1", "2"])
    times = plots.fit_times({1: 5, "1": 7, 2: 1})
    for axes in (*scores.axes, *times.axes):
        assert [bar.get_y() + bar.get_height() / 2 for bar in axes.patches] == pytest.approx([0, 1, 2])
        assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "1", "2"]


NAMES = ["x" * 80, "y" * 200]


@pytest.mark.parametrize("draw", [
    lambda: plots.class_scores([0.2, 0.8], NAMES),
    lambda: plots.class_scores([0.2, 0.8], NAMES, X[0]),
    lambda: plots.fit_times(dict.fromkeys(NAMES, 3)),
    lambda: plots.confusion_matrix([0, 1], [0, 0], NAMES),
    lambda: plots.compare_runs(dict.fromkeys(NAMES, RUN), "loss"),
])  # fmt: skip
def test_long_names_are_cut_and_push_nothing_off_the_figure(draw):
    figure = draw()
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    for part in (*figure.axes, *figure.legends):
        box = part.get_tightbbox()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
    shown = [text.get_text() for text in figure.findobj(Text)]
    assert {each[:10] for each in shown if each.endswith("…")} == {10 * "x", 10 * "y"}


def test_every_line_has_its_name_in_the_legend():
    """matplotlib itself keeps what is called _something out of a legend."""
    names = ["_a", "b", "_"]
    (legend,) = plots.compare_runs(dict.fromkeys(names, RUN), "loss").legends
    assert [text.get_text() for text in legend.get_texts()] == names
    assert len(legend.legend_handles) == 3
