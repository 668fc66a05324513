"""One look for every figure: sizes in pixels, fonts, colours, and how a figure is kept.

Colours are those of Okabe & Ito 2008 ("Color universal design"), which people with any of the
common colour blindnesses can tell apart. Colour never speaks alone: lines also differ in dashes
and markers, wrong predictions also carry a sign.
"""

import functools
import io
import math
import os
import textwrap

DPI = 128  # a power of two, so that pixels / DPI inches are exactly that many pixels again
TITLE, TEXT, SMALL = 10, 8, 7  # points; at 128 dots per inch 18, 14 and 12 pixels

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
)  # fmt: skip
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v")


def line_style(i):
    """Colour, dashes and marker of the ``i``-th line; no two of the first 60 are the same."""
    return {
        "color": COLOURS[i % len(COLOURS)],
        "linestyle": DASHES[i % len(DASHES)],
        "marker": MARKERS[i % len(MARKERS)],
    }


def new_figure(width, height, layout="constrained"):
    """An empty figure of ``width`` x ``height`` pixels that belongs to no window."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout=layout)
    FigureCanvasAgg(figure)
    # Notebooks learn how to show a Figure only when pyplot is imported; this is the method they ask for.
    figure._repr_png_ = functools.partial(_png_bytes, figure)
    return figure


def dress(axes, title=None, xlabel=None, ylabel=None, grid="both"):
    """Give ``axes`` its words and the common look. ``grid``: ``"both"``, ``"x"``, ``"y"`` or ``None``."""
    if title:
        axes.set_title(plain(title), fontsize=TITLE, wrap=True)
    axes.set_xlabel(plain(xlabel or ""), fontsize=TEXT)
    axes.set_ylabel(plain(ylabel or ""), fontsize=TEXT)
    axes.tick_params(labelsize=TEXT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, alpha=0.3, linewidth=0.6)


def head(figure, title):
    """A title above all panels, if there is one; one that is too long in lines of nearly the same length."""
    if title:
        lines = [part for line in title.split("\n") for part in _even_lines(line, figure.bbox.width)]
        figure.suptitle(plain("\n".join(lines)), fontsize=TITLE, fontweight="bold", wrap=True)


def _even_lines(title, width):
    count = math.ceil(title_width(title) / width)
    return textwrap.wrap(title, math.ceil(len(title) / max(count, 1)) + 5)


def legend(figure, handles, names, **look):
    """What the lines mean, below all panels."""
    look |= {"loc": "outside lower center", "frameon": False, "fontsize": TEXT, "handlelength": 3.5}
    made = figure.legend(handles, len(names) * ["-"], **look)
    for text, name in zip(made.get_texts(), names):
        text.set_text(plain(name))  # set late: matplotlib leaves out what is called _something


def plain(text):
    """``text`` as it stands: between two dollar signs matplotlib would read a formula."""
    return str(text).replace("$", r"\$")


def title_width(title):
    """Pixels that are enough for a title which is not wrapped."""
    return 11 * max(map(len, title.split("\n")))


def cut(text, letters):
    """``text``, or its beginning and an ellipsis where it is longer than ``letters``."""
    return text if len(text) <= letters else text[: max(letters - 1, 1)] + "…"


def finish(figure, path, caller):
    """Write ``figure`` to ``path`` (``None``: nowhere) and return it."""
    if path is not None:
        if not os.fspath(path).lower().endswith(".png"):
            raise ValueError(f"{caller} writes PNG files, got path={os.fspath(path)!r}: end it in .png")
        with open(path, "wb") as file:
            file.write(_png_bytes(figure))
    return figure


def _png_bytes(figure):
    # print_png, not savefig: the size is the figure's whatever the reader's matplotlibrc crops, and
    # without the version of matplotlib inside, the same figure is the same file.
    buffer = io.BytesIO()
    figure.canvas.print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()
