"""Sheets of small pictures: images, predictions, filters.

A sheet is one Axes that covers the figure and is measured in pixels, y downwards, so that where
things stand is plain arithmetic and a 32 x 32 picture is enlarged by exactly three or four.
"""

import numpy as np

from minicnn.checks import is_whole
from minicnn.labels import as_classes
from minicnn.plots import checks
from minicnn.plots.figure import SMALL, TITLE, VERMILLION, cut, finish, new_figure, plain, title_width

GAP = 12  # pixels between pictures and around them
LINE = 17  # pixels for a line of caption
HEADING = 36  # pixels for a line of title
LETTER = 7.4  # pixels, the usual width of a letter in a caption


def images(x, labels=None, class_names=None, columns=8, title=None, path=None):
    """A sheet of pictures, row by row, with their labels above them.

    x            (N, H, W, 3) colour or (N, H, W, 1) grey; whole numbers 0..255 or floats 0..1
    labels       class numbers (N,) or (N, 1), or one-hot rows (N, classes)
    class_names  what to write instead of the numbers
    columns      pictures in a row: 8 or 10 for one row, 5 for a 5 x 5 grid

    Pictures are 96 pixels wide, or the whole multiple of their own width nearest to that; pictures
    wider than 96 pixels become 128 wide. A sheet of n columns is 12 + n (width + 12) pixels wide.
    """
    x = checks.as_rgb(x, "images")
    captions = None
    if labels is not None:
        classes = None if class_names is None else len(class_names)
        labels = as_classes(labels, "images", length=len(x), classes=classes)
        names = checks.as_class_names(class_names, classes or labels.max() + 1, "images")
        captions = [names[label] for label in labels]
    figure, _, _ = _sheet(x, captions, columns, _drawn_width(x.shape[2], 96), title, "images")
    return finish(figure, path, "images")


def predictions(x, probabilities, y_true=None, class_names=None, columns=5, title=None, path=None):
    """A sheet of pictures, each under the predicted class, its probability in % and the true class.

    x              (N, H, W, 3 or 1), as for ``images``
    probabilities  (N, classes), what ``model.predict(x)`` returns
    y_true         class numbers (N,) or one-hot rows; wrong predictions get a × and a frame

    Pictures are about 128 pixels wide (see ``images``).
    """
    x = checks.as_rgb(x, "predictions")
    probabilities = checks.as_probabilities(probabilities, "predictions", length=len(x))
    classes = probabilities.shape[1]
    names = checks.as_class_names(class_names, classes, "predictions")
    width = _drawn_width(x.shape[2], 128)
    room = int((width + GAP) / LETTER)  # letters in a caption

    predicted = probabilities.argmax(axis=1)
    captions = [
        f"{cut(names[k], room - 8)} {100 * p:.0f} %" for k, p in zip(predicted, probabilities.max(axis=1))
    ]
    wrong = np.zeros(len(x), bool)
    if y_true is not None:
        y_true = as_classes(y_true, "predictions", "y_true", len(x), classes)
        wrong = predicted != y_true
        captions = [
            f"{'× ' if bad else ''}{caption}\ntrue: {cut(names[k], room - 6)}"
            for bad, caption, k in zip(wrong, captions, y_true)
        ]
        if title is None:
            title = f"{len(x) - wrong.sum()} of {len(x)} right (× wrong)"
    figure, axes, corners = _sheet(x, captions, columns, width, title, "predictions")
    _frame(axes, corners[wrong], width, width * x.shape[1] / x.shape[2], VERMILLION, 2.5)
    return finish(figure, path, "predictions")


def filters(layer, channel=0, columns=8, title=None, path=None):
    """The filters of a convolution as small pictures, each stretched to its own darkest and brightest.

    layer    a built Conv2D, or its kernel (KH, KW, C, F)
    channel  kernels over 3 channels are shown in colour; of any others this channel, in grey

    Filters are about 48 pixels wide, numbered from 0.
    """
    kernel = _kernel_of(layer)
    KH, KW, C, F = kernel.shape
    colour = C == 3
    if not colour:
        if channel not in range(C):
            raise ValueError(f"filters expects channel in 0..{C - 1} of {kernel.shape}, got {channel!r}")
        kernel = kernel[:, :, channel : channel + 1]
    w = kernel.transpose(3, 0, 1, 2).astype(np.float64)  # (F, KH, KW, 3 or 1)
    low = w.min(axis=(1, 2, 3), keepdims=True)
    span = w.max(axis=(1, 2, 3), keepdims=True) - low
    w = np.where(span > 0, (w - low) / np.where(span > 0, span, 1), 0.5)  # a constant filter is mid-grey

    if title is None:
        title = f"{F} filters, {KH} × {KW} × {C}" + ("" if colour else f", channel {channel}")
    captions = [str(i) for i in range(F)]
    w = checks.as_rgb(w, "filters")
    width = _drawn_width(KW, 48)
    figure, axes, corners = _sheet(w, captions, columns, width, title, "filters")
    _frame(axes, corners, width, width * KH / KW, "grey", 0.5)  # a filter may be white at its edge
    return finish(figure, path, "filters")


def _kernel_of(layer):
    params = getattr(layer, "params", None)
    kernel = params.get("kernel") if isinstance(params, dict) else layer
    if np.ndim(kernel) != 4 or 0 in np.shape(kernel):
        name = getattr(layer, "name", type(layer).__name__)
        raise ValueError(
            f"filters expects a built Conv2D or a kernel (KH, KW, C, F), got {name!r} with a kernel of shape "
            f"{np.shape(kernel)}: build the model first, or pick a convolution"
        )
    return np.asarray(kernel)


def _drawn_width(W, target):
    """A whole multiple of ``W``, so that all its pixels are drawn equally large; 128 for large pictures."""
    return W * round(target / W) if W <= 96 else 128


def _sheet(pictures, captions, columns, width, title, caller):
    """Draw ``pictures`` (N, H, W, 3), each ``width`` pixels wide under its caption.

    Returns the figure, its Axes, and the upper left corner (x, y) of each picture, (N, 2).
    """
    if not is_whole(columns):
        raise ValueError(f"{caller} expects columns as a whole number >= 1, got {columns!r}")
    N, H, W, _ = pictures.shape
    columns = min(columns, N)
    lines = 1 + max(caption.count("\n") for caption in captions) if captions else 0
    height = round(width * H / W)
    pitch = np.array([width + GAP, height + lines * LINE + GAP])
    top = HEADING * (1 + title.count("\n")) if title else GAP
    full = GAP + columns * pitch[0]
    sheet_width = max(full, 2 * GAP + title_width(title)) if title else full
    sheet_height = top + -(-N // columns) * pitch[1]

    figure = new_figure(sheet_width, sheet_height, layout=None)
    axes = figure.add_axes((0, 0, 1, 1))
    cells = np.stack([np.arange(N) % columns, np.arange(N) // columns], axis=1)  # (N, 2) column, row
    corners = cells * pitch + [GAP + (sheet_width - full) // 2, top + lines * LINE]
    sampling = "nearest" if width % W == 0 else "antialiased"  # left to itself, matplotlib blurs at 3x
    for i, (x, y) in enumerate(corners):
        box = (x, x + width, y + height, y)
        axes.imshow(pictures[i], extent=box, aspect="auto", interpolation=sampling)
        if captions:
            caption = "\n".join(cut(line, int(pitch[0] / LETTER)) for line in captions[i].split("\n"))
            axes.text(x + width / 2, y - 4, plain(caption), ha="center", va="bottom", fontsize=SMALL)
    if title:
        axes.text(sheet_width / 2, top / 2 - 2, plain(title), ha="center", va="center", fontsize=TITLE)
    axes.set_xlim(0, sheet_width)
    axes.set_ylim(sheet_height, 0)
    axes.set_axis_off()
    return figure, axes, corners


def _frame(axes, corners, width, height, colour, thickness):
    from matplotlib.patches import Rectangle

    for x, y in corners:
        axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=colour, linewidth=thickness))
