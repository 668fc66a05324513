"""A network as a row of blocks: every layer's output, drawn by its shape."""

import math
import re

from minicnn import layers
from minicnn.plots import figure as style
from minicnn.plots.figure import BLUE, GREEN, ORANGE, PURPLE, SKY, SMALL, TEXT, TITLE

MOST_IN_ROW = 12  # more layers than this go on in the next row
CELL = 118  # pixels for a layer and the space to the next
MOST_LETTERS = 13  # of a kind of layer in a line
HEAD, STAGE, FOOT = 48, 120, 34  # pixels for what is written above, the block, and what is written below
ROW = HEAD + STAGE + FOOT + 24  # and the space to the next row
TITLE_ROOM, MARGIN = 62, 12
STEP, NARROW, SLANT = 7.5, 4, 0.32  # pixels per doubling: of height, of channels; depth per height

# by a word of the layer's name; all others are grey
COLOURS = {"Conv": BLUE, "Pooling": ORANGE, "Dense": GREEN, "Normalization": PURPLE, "Flatten": SKY}
GREY, FAINT = "#B0B0B0", "#555555"
LEAST = 440  # pixels: as long is the line below the title
LEGEND = "below each layer: the shape of its output, its parameters"


def architecture(model, title=None, path=None):
    """The layers of a built model from left to right, with what they do, their shapes and parameters.

    A block's height, depth and width are the height, width and channels of the layer's output, on a
    logarithmic scale: half as many are one step less, wherever it happens. Vectors are bars.

    24 + 118 pixels for each layer and the input wide, at most 12 in a row, but 464 at least, and more where
    the title is longer; 62 + 226 for each row high. Rows are as long as each other, or nearly.
    """
    if not getattr(model, "built", False):
        raise ValueError("architecture needs a built model: put Input((32, 32, 3)) first, or call build")
    cells = [("Input", (), model.input_shape[1:], 0), *map(_describe, model.layers)]
    rows = math.ceil(len(cells) / MOST_IN_ROW)
    columns = math.ceil(len(cells) / rows)
    title = title or f"{model.name}: {model.count_params():,} parameters"
    inner = max(columns * CELL, LEAST, style.title_width(title))
    width, height = 2 * MARGIN + inner, TITLE_ROOM + rows * ROW
    figure = style.new_figure(width, height, layout=None)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))  # in pixels, y downwards
    axes.set_axis_off()
    _write(axes, width / 2, 20, title, TITLE, va="center")
    _write(axes, width / 2, 40, LEGEND, SMALL, va="center", color=FAINT)
    for k, cell in enumerate(cells):
        row, column = divmod(k, columns)
        left, top = (width - columns * CELL) / 2 + column * CELL, TITLE_ROOM + row * ROW
        _draw(axes, left + CELL / 2, top, *cell)
        if k + 1 < len(cells):
            _arrow(axes, left + CELL, top + HEAD + STAGE / 2)
    return style.finish(figure, path, "architecture")


def _describe(layer):
    """A layer's kind, what there is to say of it, line by line, its output's shape and its parameters."""
    return type(layer).__name__, _settings(layer), layer.output_shape[1:], layer.count_params()


def _settings(layer):
    """For example ``["5×5 stride 2", "relu"]`` for a convolution, ``["0.25"]`` for a dropout."""
    words = next((say(layer) for kind, say in WORDS.items() if isinstance(layer, kind)), [])
    activation = getattr(getattr(layer, "activation", None), "name", "linear")
    is_said = activation.replace("_", "") == type(layer).__name__.lower()  # a layer of the same name
    return words if activation == "linear" or is_said else [*words, activation]


def _window(size, strides):
    """``["5×5 stride 2"]``"""
    stride = strides[0] if strides[0] == strides[1] else _times(strides)
    return [_times(size) + ("" if stride == 1 else f" stride {stride}")]


def _times(pair):
    return "×".join(map(str, pair))


def _scaled(layer):
    """``["÷ 255"]`` or ``["× 0.00784", "−1"]``"""
    divisor = round(1 / layer.scale) if layer.scale else 0
    scale = f"÷ {divisor}" if divisor > 1 and layer.scale == 1 / divisor else f"× {_number(layer.scale)}"
    offset = [_number(layer.offset, sign="+")] if layer.offset else []
    return [scale, *offset]


def _moved(layer):
    """What happens to the height and to the width: ``["↕ ±0.1", "↔ −0.1 … 0.2"]``, to both ``["±0.1"]``."""
    if layer.width_factor is None:
        return [_span(layer.height_factor)]
    return [f"↕ {_span(layer.height_factor)}", f"↔ {_span(layer.width_factor)}"]


def _span(factor):
    if isinstance(factor, tuple):
        return " … ".join(_number(x, digits=2) for x in factor)  # no more would fit into a cell
    return f"±{_number(abs(factor))}"


def _number(x, sign="", digits=3):
    return f"{x:{sign}.{digits}g}".replace("-", "−")


WORDS = {  # of a kind of layer, beside its activation: what there is to say of it, line by line
    layers.Conv2D: lambda layer: _window(layer.kernel_size, layer.strides),
    layers.MaxPooling2D: lambda layer: _window(layer.pool_size, layer.strides),
    layers.AveragePooling2D: lambda layer: _window(layer.pool_size, layer.strides),
    layers.Rescaling: _scaled,
    layers.Dropout: lambda layer: [_number(layer.rate)],
    layers.LeakyReLU: lambda layer: [f"slope {_number(layer.negative_slope)}"],
    layers.RandomFlip: lambda layer: [layer.mode.replace("_and_", "\nand ")],
    layers.RandomRotation: lambda layer: [_span(layer.factor), "turns"],
    layers.RandomZoom: _moved,
    layers.RandomTranslation: _moved,
    layers.RandomCrop: lambda layer: [_times((layer.height, layer.width))],
}


def _draw(axes, middle, top, kind, settings, shape, params):
    """A cell: words, the block, its shape and parameters. ``middle`` and ``top`` are pixels."""
    lines = _lines(kind)
    _write(axes, middle, top, "\n".join(lines), TEXT, weight="bold", linespacing=1.0)
    _write(axes, middle, top + 16 * len(lines), "\n".join(settings), SMALL, linespacing=1.05)

    colour = next((colour for word, colour in COLOURS.items() if word in kind), GREY)
    centre = top + HEAD + STAGE / 2
    if len(shape) == 3:
        H, W, C = map(_steps, shape)
        _box(axes, middle, centre, STEP * H, SLANT * STEP * W, NARROW * C, colour)
    else:
        _box(axes, middle, centre, min(STAGE, STEP * _steps(math.prod(shape))), 0, 10, colour)

    below = top + HEAD + STAGE + 2
    _write(axes, middle, below, " × ".join(f"{n:,}" for n in shape), SMALL)
    if params:
        _write(axes, middle, below + 15, f"{params:,}", SMALL, color=FAINT)


def _write(axes, middle, top, words, size, va="top", **look):
    axes.text(middle, top, style.plain(words), ha="center", va=va, fontsize=size, **look)


def _lines(kind):
    """A long name in two lines, ``["Batch", "Normalization"]``, each as long as there is room for."""
    if len(kind) > MOST_LETTERS:
        kind = re.sub(r"(?<=[a-z])(?=(?:Pooling|[A-Z][a-z]+$))", "\n", kind)
    return [style.cut(line, MOST_LETTERS) for line in kind.split("\n")]


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
