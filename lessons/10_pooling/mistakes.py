"""Lesson 10: the classic mistakes, most of them one edited line of minicnn's definition."""

import numpy as np

from lessons.harness.tasks import Wrong
from minicnn.kernels import pooling

STRIDES, SHAPE = "= x.shape, pool, strides", "output_shape(x.shape, pool, strides, padding)"
FIRST = "np.argmax(window)"
CELL = "(h + kh - (i * SH - top)) * KW + (w + kw - (j * SW - left))"
GREATEST, RETURN = "= window[kh, kw]", "return y, which"


def pooled(x, size, steps, shape):
    """y and which of shape ``shape``, from windows that begin at (i, j) * steps and end with the picture."""
    (KH, KW), (SH, SW) = size, steps
    y, which = np.zeros(shape, x.dtype), np.zeros(shape, np.uint8)
    for n, i, j, c in np.ndindex(shape):
        window = x[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c]
        y[n, i, j, c], which[n, i, j, c] = window.max(), window.argmax()
    return y, which


def wanted(x, pool, strides):
    return pooling.output_shape(x.shape, pool, strides, ((0, 0), (0, 0)))


def as_large_as_the_stride(x, pool, strides):
    return pooled(x, strides, strides, wanted(x, pool, strides))


def one_after_the_other(x, pool, strides):
    return pooled(x, pool, pool, wanted(x, pool, strides))


def one_for_each_stride(x, pool, strides):
    N, H, W, C = x.shape
    return pooled(x, pool, strides, (N, H // strides[0], W // strides[1], C))


def over_all_channels(x, pool, strides):
    (KH, KW), (SH, SW) = pool, strides
    y = np.zeros(wanted(x, pool, strides), x.dtype)
    which = np.zeros(y.shape, np.uint8)
    for n, i, j, c in np.ndindex(y.shape):
        window = x[n, i * SH : i * SH + KH, j * SW : j * SW + KW]
        y[n, i, j, c], which[n, i, j, c] = window.max(), window.argmax()
    return y, which


def starts_at(number):
    """The edits that make a maximum which begins as ``number`` and is replaced by what is larger."""
    cell = (FIRST, f"np.argmax(np.maximum(window, {number}))")
    return [cell, (GREATEST, f"= max(window[kh, kw], {number})")]


FORWARD = [
    *(
        Wrong(
            "the maximum starts at 0, so a window of negative numbers gives 0: start with its first cell.",
            edit,
        )
        for edit in (starts_at(0), starts_at(0)[1:])  # which may be right
    ),
    *(
        Wrong(
            f"the maximum starts at {number}, and a window may lie below that: start with its first cell.",
            starts_at(number),
        )
        for number in ("-1", "-100", "-999", "-1000", "-9999", "-1e6", "-1e9")
    ),
    Wrong(
        "where several cells are equally large the last one is taken; the first must be. >= for >?",
        [(FIRST, "window.size - 1 - np.argmax(window[::-1, ::-1])")],
    ),
    Wrong("that is the smallest number of each window, not the largest.", [(FIRST, "np.argmin(window)")]),
    Wrong(
        "the sign is dropped before the numbers are compared: -9 is less than 1.",
        [(FIRST, "np.argmax(np.abs(window))")],
    ),
    Wrong(
        "the window moves by its own size; it must move by the strides.",
        [(STRIDES, "= x.shape, pool, pool")],
    ),
    Wrong(
        "the window begins at i times its own size; it must begin at i times the stride.",
        function=one_after_the_other,
    ),
    Wrong(
        "the window is as large as the stride; it has pool's size, whatever the strides are.",
        function=as_large_as_the_stride,
    ),
    Wrong(
        "the output has H // SH rows; the last windows may then reach over the edge, or be missing: "
        "(H - KH) // SH + 1.",
        function=one_for_each_stride,
    ),
    Wrong(
        "the last window of each row and column is lost: (H - KH) // SH + 1, with the + 1.",
        [(RETURN, "return y[:, :-1, :-1], which[:, :-1, :-1]")],
    ),
    Wrong(
        "the window moves by one pixel each time; it must move by the strides.",
        [(STRIDES, "= x.shape, pool, (1, 1)")],
    ),
    Wrong(
        "the two strides have changed places.",
        [(STRIDES, "= x.shape, pool, strides[::-1]"), (SHAPE, SHAPE.replace("strides", "strides[::-1]"))],
    ),
    Wrong(
        "the window's height and width have changed places.",
        [(STRIDES, "= x.shape, pool[::-1], strides"), (SHAPE, SHAPE.replace("pool", "pool[::-1]"))],
    ),
    Wrong(
        "which counts the window's cells down the columns; it must count along the rows: kh * KW + kw.",
        [(CELL, "kw * KH + kh")],
    ),
    Wrong(
        "which is kh * KH + kw: a row of the window has KW cells, so it is kh * KW + kw.",
        [(CELL, "kh * KH + kw")],
    ),
    Wrong(
        "which counts the pixels of the whole picture; it must count the cells of the window.",
        [(CELL, "(h + kh) * W + w + kw")],
    ),
    Wrong("which counts the cells from 1; the first is cell 0.", [(CELL, f"{CELL} + 1")]),
    Wrong("which is 0 everywhere: the cell of the largest is never written to it.", [(CELL, "0")]),
    Wrong(
        "the window goes over all channels; each has a largest number of its own.",
        function=over_all_channels,
    ),
    Wrong("the first channel is used for all of them.", [("w:w_end, c]", "w:w_end, 0]")]),
    Wrong("the first picture is used for all of them.", [("window = x[n,", "window = x[0,")]),
    Wrong(
        "only the first picture is pooled, the others are left 0: go through all N.",
        [(RETURN, f"y[1:] = which[1:] = 0\n    {RETURN}")],
    ),
    Wrong(
        "only the first picture comes back: y and which are for all N of them.",
        [(RETURN, "return y[:1], which[:1]")],
    ),
    Wrong(
        "only the first channel is pooled, the others are left 0: go through all C.",
        [(RETURN, f"y[..., 1:] = which[..., 1:] = 0\n    {RETURN}")],
    ),
    Wrong("y and which have changed places in the return.", [(RETURN, "return which, y")]),
    Wrong(
        "numbers of float64 go through float32, which keeps seven of their digits: take x as it comes, and "
        "np.zeros(..., x.dtype) for y.",
        [(GREATEST, "= np.float32(window[kh, kw])")],
    ),
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: np.zeros(..., x.dtype) for y.",
        [(GREATEST, "= int(window[kh, kw])")],
    ),
]


# ---------------------------------------------------------------- backward


def to_the_whole_window(dy, which, x_shape, pool, strides):
    (KH, KW), (SH, SW) = pool, strides
    dx = np.zeros(x_shape, dy.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        dx[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c] += dy[n, i, j, c]
    return dx


def in_equal_parts(dy, which, x_shape, pool, strides):
    return pooling.average_backward_definition(dy, x_shape, pool, strides)


def for_one_picture(dy, which, x_shape, pool, strides):
    if len(dy) > 1:
        raise ValueError  # as squeeze and reshape do, or two shapes that do not fit
    return pooling.max_backward_definition(dy, which, x_shape, pool, strides)


ADDED, BLAME, CELLS = "+= dy", "return dx", "kh, kw = divmod(int(which[n, i, j, c]), KW)"


def after(change):
    """The right dx, changed by one more line."""
    return [(BLAME, f"{change}\n    {BLAME}")]


AS_A_BYTE = [
    Wrong(
        "which holds bytes: i * SH + kh and j * SW + kw then are bytes, too, and a byte ends at 255. Take "
        "int(which[n, i, j, c]).",
        [("int(which[n, i, j, c])", "which[n, i, j, c]")],
    ),
]
if (np.uint8(0) + 1).dtype != np.uint8:  # NumPy 1 makes a larger type of it, and nothing goes wrong
    AS_A_BYTE.clear()

BACKWARD = [
    Wrong(
        "dx is overwritten, not added to: a pixel can win in several windows. Should = be +=? (+= with "
        "arrays of places adds once to each place, too: np.add.at.)",
        [(ADDED, "= dy")],
    ),
    Wrong(
        "the strides are missing: the window of output (i, j) begins at (i * SH, j * SW).",
        [("i * SH", "i"), ("j * SW", "j")],
    ),
    Wrong(
        "the windows are found by their own size; they stand a stride apart.",
        [("= pool[1], strides, *padding", "= pool[1], pool, *padding")],
    ),
    Wrong(
        "the two strides have changed places.",
        [("= pool[1], strides, *padding", "= pool[1], strides[::-1], *padding")],
    ),
    Wrong("which is not used: all blame goes to the first cell of the window.", [("+ kh", ""), ("+ kw", "")]),
    Wrong(
        "every cell of the window gets dy; only the largest moved y, so only that one gets it.",
        function=to_the_whole_window,
    ),
    Wrong(
        "every cell of the window gets an equal part of dy: that is average pooling.",
        function=in_equal_parts,
    ),
    Wrong(
        "the cell is divided by the window's height: a row has KW cells, so kh, kw = divmod(cell, KW).",
        [("= pool[1], strides", "= pool[0], strides")],
    ),
    Wrong("kh and kw have changed places: divmod(cell, KW) gives the row first.", [("kh, kw =", "kw, kh =")]),
    Wrong(
        "the cell is counted down the columns; which counts along the rows: kh, kw = divmod(cell, KW).",
        [("= pool[1], strides", "= pool[0], strides"), ("kh, kw =", "kw, kh =")],
    ),
    Wrong(
        "which is taken for a pixel of the whole picture; it is a cell of the window, which begins at "
        "(i * SH, j * SW).",
        [(CELLS, CELLS.replace("KW)", "x_shape[2])")), ("i * SH", "0"), ("j * SW", "0")],
    ),
    Wrong("dx counts how often a pixel was the largest; it must add up dy.",
          [("+= dy[n, i, j, c]", "+= 1")]),
    *AS_A_BYTE,
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: np.zeros(x_shape, dy.dtype).",
        [("(x_shape, dy.dtype)", "(x_shape, int)"), (BLAME, "return dx.astype(dy.dtype)")],
    ),
    Wrong(
        "it works for a single picture only; dy, which and dx are of N pictures: go through all of them.",
        function=for_one_picture,
    ),
    Wrong("only the first picture gets its blame, the others stay 0: go through all N.", after("dx[1:] = 0")),
    Wrong("only the last picture gets its blame: is dx made anew for each of them?", after("dx[:-1] = 0")),
    Wrong("only the first picture comes back: dx is for all N of them.", [(BLAME, "return dx[:1]")]),
    Wrong(
        "the blame of all pictures is added up in one; each has a dx of its own.",
        [(BLAME, "return dx.sum(axis=0, keepdims=True)")],
    ),
    Wrong("the first picture gets the blame of all of them.", [("dx[n,", "dx[0,")]),
    Wrong("the first picture's cells are used for all of them: which[n, ...].", [("which[n,", "which[0,")]),
    Wrong("the first picture's dy is used for all of them: dy[n, ...].", [("dy[n,", "dy[0,")]),
    Wrong("only the first channel gets its blame, the others stay 0: go through all C.",
          after("dx[..., 1:] = 0")),
    Wrong("the first channel gets the blame of all of them.", [("+ kw, c]", "+ kw, 0]")]),
    Wrong(
        "dx is divided by N: dy is already the gradient of the mean loss.",
        [(BLAME, "return dx / dx.dtype.type(len(dy))")],
    ),
]  # fmt: skip
