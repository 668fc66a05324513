"""Lesson 10: the classic mistakes, most of them one edited line of minicnn's definition."""

import numpy as np

from lessons.harness.tasks import Wrong
from minicnn.kernels import pooling

STRIDES, SHAPE = "= x.shape, pool, strides", "output_shape(x.shape, pool, strides, padding)"
FIRST = "np.argmax(window)"
CELL = "(h + kh - (i * SH - top)) * KW + (w + kw - (j * SW - left))"

FORWARD = [
    Wrong(
        "the maximum starts at 0, so a window of negative numbers gives 0: start with its first cell.",
        [(FIRST, "np.argmax(np.maximum(window, 0))"), ("= window[kh, kw]", "= max(window[kh, kw], 0)")],
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
    Wrong("the first channel is used for all of them.", [("w:w_end, c]", "w:w_end, 0]")]),
    Wrong("the first picture is used for all of them.", [("window = x[n,", "window = x[0,")]),
    Wrong("y and which have changed places in the return.", [("return y, which", "return which, y")]),
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: np.zeros(..., x.dtype) for y.",
        [("= window[kh, kw]", "= int(window[kh, kw])")],
    ),
]


def to_the_whole_window(dy, which, x_shape, pool, strides):
    (KH, KW), (SH, SW) = pool, strides
    dx = np.zeros(x_shape, dy.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        dx[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c] += dy[n, i, j, c]
    return dx


def in_equal_parts(dy, which, x_shape, pool, strides):
    return pooling.average_backward_definition(dy, x_shape, pool, strides)


AS_A_BYTE = [
    Wrong(
        "a cell of which is a byte, and i * SH + kh stays one: it ends at 255. Take int(which[n, i, j, c]).",
        [("int(which[n, i, j, c])", "which[n, i, j, c]")],
    ),
]
if (np.uint8(0) + 1).dtype != np.uint8:  # NumPy 1 makes a larger type of it, and nothing goes wrong
    AS_A_BYTE.clear()

BACKWARD = [
    Wrong(
        "dx is overwritten, not added to: a pixel can win in several windows. = for +=?",
        [("+= dy", "= dy")],
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
    *AS_A_BYTE,
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: np.zeros(x_shape, dy.dtype).",
        [("(x_shape, dy.dtype)", "(x_shape, int)"), ("return dx", "return dx.astype(dy.dtype)")],
    ),
    Wrong("the first picture gets the blame of all of them.", [("dx[n,", "dx[0,")]),
    Wrong("the first channel gets the blame of all of them.", [("+ kw, c]", "+ kw, 0]")]),
    Wrong(
        "dx is divided by N: dy is already the gradient of the mean loss.",
        [("return dx", "return dx / dx.dtype.type(len(dy))")],
    ),
]
