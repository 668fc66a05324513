"""A network as a row of blocks: every layer's output, drawn by its shape."""

import math
import re

from minicnn.plots.figure import BLUE, GREEN, ORANGE, PURPLE, SKY, SMALL, TEXT, TITLE, finish, new_figure

MOST_IN_ROW = 12  # more layers than this go on in the next row
CELL = 118  # pixels for a layer and the space to the next
HEAD, STAGE, FOOT = 48, 120, 34  # pixels for what is written above, the block, and what is written below
ROW = HEAD + STAGE + FOOT + 24  # and the space to the next row
TITLE_ROOM, MARGIN = 62, 12
STEP, NARROW, SLANT = 7.5, 4, 0.32  # pixels per doubling: of height, of channels; depth per height

# by a word of the layer's name; all others are grey
COLOURS = {"Conv": BLUE, "Pooling": ORANGE, "Dense": GREEN, "Normalization": PURPLE, "Flatten": SKY}
GREY, FAINT = "#B0B0B0", "#555555"
LEGEND = "below each layer: the shape of its output, its parameters"


def architecture(model, title=None, path=None):
    """The layers of a built model from left to right, with what they do, their shapes and parameters.

    A block's height, depth and width are the height, width and channels of the layer's output, on a
    logarithmic scale: half as many are one step less, wherever it happens. Vectors are bars.

    24 + 118 pixels for each layer and the input wide, at most 12 in a row; 62 + 226 for each row high. Rows
    are as long as each other, or nearly.
    """
    if not getattr(model, "built", False):
        raise ValueError("architecture needs a built model: put Input((32, 32, 3)) first, or call build")
    cells = [("Input", (), model.input_shape[1:], 0), *map(_describe, model.layers)]
    rows = math.ceil(len(cells) / MOST_IN_ROW)
    columns = math.ceil(len(cells) / rows)
    width, height = 2 * MARGIN + columns * CELL, TITLE_ROOM + rows * ROW
    figure = new_figure(width, height, layout=None)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))  # in pixels, y downwards
    axes.set_axis_off()
    title = title or f"{model.name}: {model.count_params():,} parameters"
    axes.text(width / 2, 20, title, ha="center", va="center", fontsize=TITLE)
    axes.text(width / 2, 40, LEGEND, ha="center", va="center", fontsize=SMALL, color=FAINT)
    for k, cell in enumerate(cells):
        row, column = divmod(k, columns)
        left, top = MARGIN + column * CELL, TITLE_ROOM + row * ROW
        _draw(axes, left + CELL / 2, top, *cell)
        if k + 1 < len(cells):
            _arrow(axes, left + CELL, top + HEAD + STAGE / 2)
    return finish(figure, path, "architecture")


def _describe(layer):
    """A layer's kind, what there is to say of it, line by line, its output's shape and its parameters."""
    return type(layer).__name__, _settings(layer), layer.output_shape[1:], layer.count_params()


def _settings(layer):
    """For example ``["5×5 stride 2", "relu"]`` for a convolution, ``["0.25"]`` for a dropout."""
    words = []
    for name in ("kernel_size", "pool_size"):
        if hasattr(layer, name):
            stride = "" if set(layer.strides) == {1} else f" stride {_times(layer.strides)}"
            words.append(_times(getattr(layer, name), "×") + stride)
    for name in ("scale", "rate", "factor", "height_factor", "mode"):
        if hasattr(layer, name):
            value = getattr(layer, name)
            text = f"{value:.3g}" if isinstance(value, float) else str(value).replace("_and_", "\nand ")
            words.append(f"× {text}" if name == "scale" else text)
    activation = getattr(getattr(layer, "activation", None), "name", "linear")
    is_said = activation.replace("_", "") == type(layer).__name__.lower()  # a layer of the same name
    return words if activation == "linear" or is_said else [*words, activation]


def _times(pair, sign=""):
    """(5, 5) as 5×5, or without a sign as 5."""
    return str(pair[0]) if not sign and pair[0] == pair[1] else "×".join(map(str, pair))


def _draw(axes, middle, top, kind, settings, shape, params):
    """A cell: words, the block, its shape and parameters. ``middle`` and ``top`` are pixels."""
    kind_lines = kind if len(kind) < 14 else re.sub(r"(?<=[a-z])(?=(?:Pooling|[A-Z][a-z]+$))", "\n", kind)
    lines = 1 + kind_lines.count("\n")
    axes.text(middle, top, kind_lines, ha="center", va="top", fontsize=TEXT, weight="bold", linespacing=1.0)
    words = "\n".join(settings)
    axes.text(middle, top + 16 * lines, words, ha="center", va="top", fontsize=SMALL, linespacing=1.05)

    colour = next((colour for word, colour in COLOURS.items() if word in kind), GREY)
    centre = top + HEAD + STAGE / 2
    if len(shape) == 3:
        H, W, C = map(_steps, shape)
        _box(axes, middle, centre, STEP * H, SLANT * STEP * W, NARROW * C, colour)
    else:
        _box(axes, middle, centre, min(STAGE, STEP * _steps(math.prod(shape))), 0, 10, colour)

    below = top + HEAD + STAGE + 2
    axes.text(middle, below, " × ".join(f"{n:,}" for n in shape), ha="center", va="top", fontsize=SMALL)
    if params:
        axes.text(middle, below + 15, f"{params:,}", ha="center", va="top", fontsize=SMALL, color=FAINT)


def _steps(n):
    return math.log2(1 + n)


def _box(axes, middle, centre, height, depth, width, colour):
    """A box seen from the front, a little from above and from the right; without depth, a bar."""
    left, top = middle - (width + depth) / 2, centre - (height - depth) / 2  # of its front
    right, bottom = left + width, top + height
    faces = [
        ([(left, top), (right, top), (right, bottom), (left, bottom)], 0.25),
        ([(left, top), (left + depth, top - depth), (right + depth, top - depth), (right, top)], 0.6),
        ([(right, top), (right + depth, top - depth), (right + depth, bottom - depth), (right, bottom)], 0.0),
    ]
    for corners, white in faces[: 3 if depth else 1]:
        axes.fill(*zip(*corners), facecolor=_lighter(colour, white), edgecolor="white", linewidth=0.7)


def _lighter(colour, white):
    """``colour`` mixed with so much white, 0 to 1."""
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return tuple(part + (1 - part) * white for part in parts)


def _arrow(axes, middle, y):
    look = {"arrowstyle": "->", "color": FAINT, "linewidth": 1}
    axes.annotate("", (middle + 8, y), (middle - 8, y), arrowprops=look)
