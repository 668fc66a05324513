"""Lesson 07: wrong versions of im2col, col2im and conv_as_matmul, and what is said of them."""

import numpy as np

from lessons.harness import convolutions
from lessons.harness.convolutions import FLOAT64, MINUS_ZERO, NONE, PADDING_AS, STRIDES_AS, first_of
from lessons.harness.tasks import Wrong, of_few_words
from minicnn.kernels import conv2d
from minicnn.kernels.conv2d import col2im, im2col
from minicnn.kernels.shapes import output_size

FEWER = {  # lines and columns of windows that are missing
    (0, 1): convolutions.COLUMN_MISSING,
    (1, 0): convolutions.ROW_MISSING,
    (1, 1): convolutions.BOTH_MISSING,
}


def sizes(x_shape, KH, KW, strides, padding):
    """N, OH, OW"""
    (N, H, W, _), (SH, SW) = x_shape, strides
    return N, max(0, output_size(H, KH, SH, padding[0])), max(0, output_size(W, KW, SW, padding[1]))


def right_row(n, i, j, OH, OW):
    """The row of cols that window (n, i, j) takes."""
    return (n * OH + i) * OW + j


WRONG_ROWS = {
    "a line of windows takes OW rows, not OH: the row is (n * OH + i) * OW + j.": (
        lambda n, i, j, OH, OW: n * OH * OW + i * OH + j
    ),
    "each picture begins at row 0 again: the row is (n * OH + i) * OW + j.": (
        lambda n, i, j, OH, OW: i * OW + j
    ),
    "each line of windows begins at row 0 again: the row is (n * OH + i) * OW + j.": (
        lambda n, i, j, OH, OW: j
    ),
    "the row is always 0: does it grow by 1 in the innermost loop?": lambda *_: 0,
}


# ---------------------------------------------------------------- im2col


def im2col_changed(change):
    """im2col, and then ``change`` of its windows (N, OH, OW, KH * KW * C)."""

    def wrong(x, KH, KW, strides=(1, 1), padding=NONE):
        cols = im2col(x, KH, KW, strides, padding)
        windows = cols.reshape(*sizes(x.shape, KH, KW, strides, padding), -1)
        return change(windows).reshape(-1, cols.shape[1])

    return wrong


def im2col_into(row):
    """im2col that writes window (n, i, j) into another row."""

    def into_rows(windows):
        N, OH, OW, size = windows.shape
        cols = np.zeros((N * OH * OW, size), windows.dtype)
        for n, i, j in np.ndindex(N, OH, OW):
            cols[row(n, i, j, OH, OW)] = windows[n, i, j]
        return cols

    return im2col_changed(into_rows)


def without_stride(x, KH, KW, strides=(1, 1), padding=NONE):
    _, OH, OW = sizes(x.shape, KH, KW, strides, padding)
    return im2col_changed(lambda windows: windows[:, :OH, :OW])(x, KH, KW, (1, 1), padding)


def im2col_as(how):
    """im2col that takes (strides, padding) for ``how(strides, padding)``; no row where no window fits."""

    def wrong(x, KH, KW, strides=(1, 1), padding=NONE):
        _, OH, OW = sizes(x.shape, KH, KW, *how(strides, padding))
        fits = OH > 0 and OW > 0
        return (im2col if fits else no_windows)(x, KH, KW, *how(strides, padding))

    return wrong


def no_windows(x, KH, KW, strides, padding):
    return np.zeros((0, KH * KW * x.shape[3]), x.dtype)


def dilated(x, KH, KW, strides=(1, 1), padding=NONE):
    (SH, SW), (N, OH, OW) = strides, sizes(x.shape, KH, KW, strides, padding)
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    cols = np.empty((N, OH, OW, KH, KW, x.shape[3]), x.dtype)
    for kh, kw in np.ndindex(KH, KW):
        cols[:, :, :, kh, kw] = x[:, kh * SH : kh * SH + OH, kw * SW : kw * SW + OW]
    return cols.reshape(N * OH * OW, -1)


def minus_zero(x, KH, KW, strides=(1, 1), padding=NONE):
    (N, H, W, C), ((top, bottom), (left, right)) = x.shape, padding
    padded = np.zeros((N, H + top + bottom, W + left + right, C), x.dtype)
    padded[:, top:-bottom, left:-right] = x
    return im2col(padded, KH, KW, strides)


ORDER, STEPS = "(0, 1, 2, 4, 5, 3)", "[:, :: strides[0], :: strides[1]]"
PADDED = "np.pad(x, ((0, 0), *padding, (0, 0)))"

IM2COL = [
    Wrong("within a row all of channel 0 comes first, then channel 1: each pixel's channels belong together.",
          [(ORDER, "(0, 1, 2, 3, 4, 5)")]),
    Wrong("a window's pixels are read down first, then to the right.", [(ORDER, "(0, 1, 2, 5, 4, 3)")]),
    Wrong("the windows are numbered down first, then to the right.", [(ORDER, "(0, 2, 1, 4, 5, 3)")]),
    Wrong("the matrix is turned round: windows are its rows, not its columns.",
          [("KH * KW * C)\n", "KH * KW * C).T\n")]),
    *(Wrong(says, function=im2col_into(row)) for says, row in WRONG_ROWS.items()),
    *(
        Wrong(says, function=im2col_changed(lambda a, rows=rows, columns=columns: a[
            :, : a.shape[1] - rows, : a.shape[2] - columns
        ]))
        for (rows, columns), says in FEWER.items()
    ),
    Wrong("the strides are ignored.", [(STEPS, "")]),
    Wrong("window (i, j) begins at (i, j), not at (i * SH, j * SW).", function=without_stride),
    *(Wrong(says, function=im2col_as(how)) for says, how in {**STRIDES_AS, **PADDING_AS}.items()),
    Wrong("KH and KW have changed places.", [("(x, (KH, KW)", "(x, (KW, KH)")]),
    Wrong("the padding is ignored.", [(PADDED, "x")]),
    Wrong("the padding is ignored.", function=im2col_as(lambda strides, _: (strides, NONE))),
    Wrong(convolutions.NOT_ZEROS, [(PADDED, f"{PADDED[:-1]}, 'edge')")]),
    Wrong(convolutions.DILATED, function=of_few_words(dilated)),
    Wrong(convolutions.PADDING_SWAPPED, [("*padding", "*padding[::-1]")]),  # no window fits: as an error
    Wrong(convolutions.CORNERS, [("*padding", "*zip(*padding)")]),
    Wrong(MINUS_ZERO, function=minus_zero),
    *(
        Wrong(convolutions.RETURNED_INSIDE, function=im2col_changed(lambda a, d=depth: first_of(a, d)))
        for depth in (1, 2, 3)
    ),
    Wrong("what stands behind the point is lost in an array of whole numbers: np.zeros(..., x.dtype).",
          [("KH * KW * C)\n", "KH * KW * C).astype(int).astype(x.dtype)\n")]),
    Wrong(FLOAT64, function=im2col_changed(lambda windows: windows.astype(np.float64))),
]  # fmt: skip


# ---------------------------------------------------------------- col2im


def by_windows(fewer=(0, 0), row=right_row, how=lambda *given: given, assign=False):
    """col2im as a loop over windows; with mistakes.

    fewer   lines and columns of windows that are left out
    row     of cols that window (n, i, j) reads
    how     (strides, padding) -> those it takes them for
    assign  = for +=
    """

    def wrong(cols, x_shape, KH, KW, strides=(1, 1), padding=NONE):
        (SH, SW), ((top, bottom), (left, right)) = strides, padding = how(strides, padding)
        N, H, W, C = x_shape
        _, OH, OW = np.subtract(sizes(x_shape, KH, KW, strides, padding), (0, *fewer))
        dx = np.zeros((N, H + top + bottom, W + left + right, C), cols.dtype)
        for n, i, j in np.ndindex(N, OH, OW):
            seen = dx[n, i * SH : i * SH + KH, j * SW : j * SW + KW]
            window = cols[row(n, i, j, OH, OW)].reshape(KH, KW, C)
            seen[...] = window if assign else seen + window
        return dx[:, top : top + H, left : left + W]

    return wrong


def turned_windows(cols, x_shape, KH, KW, strides=(1, 1), padding=NONE):
    """cols[row].reshape(KW, KH, C), or one of them for both: where they differ, it fits no window."""
    if KH != KW:
        raise ValueError
    return col2im(cols, x_shape, KH, KW, strides, padding)


def mean_of_copies(cols, x_shape, KH, KW, strides=(1, 1), padding=NONE):
    count = col2im(np.ones_like(cols), x_shape, KH, KW, strides, padding)
    return col2im(cols, x_shape, KH, KW, strides, padding) / np.maximum(count, 1)


def col2im_inside(depth):
    """col2im whose return stands inside the loop over n (1), over i in it (2), over j in that (3)."""

    def wrong(cols, x_shape, KH, KW, strides=(1, 1), padding=NONE):
        windows = cols.reshape(*sizes(x_shape, KH, KW, strides, padding), -1)
        return col2im(first_of(windows, depth).reshape(cols.shape), x_shape, KH, KW, strides, padding)

    return wrong


AT, CUT = "kh : kh + OH * SH : SH, kw : kw + OW * SW : SW", "[:, top : top + H, left : left + W]"
GIVEN, PAIRS = "= x_shape, strides, padding", "padding[0]), output_size(W, KW, SW, padding[1])"

ONE_COPY = "a pixel keeps only one of its copies: sum them. Should = be +=, or += with arrays be np.add.at?"
COL2IM = [
    Wrong(ONE_COPY, [("] += cols", "] = cols")]),
    Wrong(ONE_COPY, function=by_windows(assign=True)),
    Wrong("a pixel gets the mean of its copies: it must be their sum.", function=mean_of_copies),
    Wrong("the rows and columns of the padding are still there: cut them off again.", [(CUT, "")]),
    Wrong("the picture is cut at the wrong corner: the first `top` rows and `left` columns are padding.",
          [(CUT, "[:, :H, :W]")]),
    Wrong(MINUS_ZERO, [(CUT, "[:, top:-bottom, left:-right]")]),
    Wrong(
        "the cut ends at H and W, but it begins at top and left: take top : top + H, left : left + W.",
        [(CUT, "[:, top:H, left:W]")],
    ),
    Wrong("the stride is missing: window (i, j) begins at (i * SH, j * SW).",
          [(AT, "kh : kh + OH, kw : kw + OW")]),
    Wrong(
        "a row of cols is read as channel 0, then channel 1: it holds pixels, each with its channels.",
        [("KH, KW, C)\n", "C, KH, KW)\n"), ("cols[:, :, :, kh, kw]", "cols[:, :, :, :, kh, kw]")],
    ),
    Wrong(
        "a row of cols is read down first, then to the right.",
        [("KH, KW, C)\n", "KW, KH, C)\n"), ("cols[:, :, :, kh, kw]", "cols[:, :, :, kw, kh]")],
    ),
    Wrong("no window fits where KH and KW differ: has one the place of the other? A row is (KH, KW, C).",
          function=turned_windows),
    Wrong(
        "the rows of cols are taken as windows numbered down first, then to the right.",
        [("(N, OH, OW, KH, KW, C)\n", "(N, OW, OH, KH, KW, C).swapaxes(1, 2)\n")],
    ),
    *(Wrong(says, function=by_windows(row=row)) for says, row in WRONG_ROWS.items()),
    *(Wrong(says, function=by_windows(fewer)) for fewer, says in FEWER.items()),
    *(  # for who reshapes cols to (N, OH, OW, ...): then no call comes to an end
        Wrong(says, [(PAIRS, f"padding[0]) - {rows}, output_size(W, KW, SW, padding[1]) - {columns}")])
        for (rows, columns), says in FEWER.items()
    ),
    *(Wrong(says, function=by_windows(how=how)) for says, how in STRIDES_AS.items()),
    Wrong(convolutions.STRIDES_SWAPPED, [(GIVEN, "= x_shape, strides[::-1], padding")]),
    *(Wrong(convolutions.ZEROS_ELSEWHERE, function=by_windows(how=how)) for how in PADDING_AS.values()),
    Wrong(convolutions.ZEROS_ELSEWHERE, [(GIVEN, f"{GIVEN} = x_shape, strides, padding[::-1]")]),
    Wrong(convolutions.ZEROS_ELSEWHERE, [(GIVEN, f"{GIVEN} = x_shape, strides, tuple(zip(*padding))")]),
    *(Wrong(convolutions.RETURNED_INSIDE, function=col2im_inside(depth)) for depth in (1, 2, 3)),
    Wrong(FLOAT64, [("cols.dtype)", "float)")]),
]  # fmt: skip


# ---------------------------------------------------------------- conv_as_matmul


def channels_first(x, w, b, strides=(1, 1), padding=NONE):
    N, OH, OW, F = conv2d.output_shape(x, w, strides, padding)
    return conv2d.forward_matrix(x, w, b, strides, padding).reshape(N, F, OH, OW).transpose(0, 2, 3, 1)


def columns_first(x, w, b, strides=(1, 1), padding=NONE):
    N, OH, OW, F = conv2d.output_shape(x, w, strides, padding)
    return conv2d.forward_matrix(x, w, b, strides, padding).reshape(N, OW, OH, F).swapaxes(1, 2)


FILTERS, CALL = "w.reshape(KH * KW * C, F)", "im2col(x, KH, KW, strides, padding)"
RESULT = "y.reshape(output_shape(x, w, strides, padding))"

CONV = [
    Wrong("the bias is never added.", [(" + b", "")]),
    Wrong(
        "w is reshaped to (F, KH*KW*C), which mixes the filters: its last axis is F and must stay the last.",
        [(FILTERS, "w.reshape(F, KH * KW * C).T")],
    ),
    Wrong(
        "w is reshaped to (F, KH*KW*C): after cols @ it must be (KH*KW*C, F).",
        [(FILTERS, "w.reshape(F, KH * KW * C)")],
    ),
    Wrong(
        "the rows of w stand channel by channel, those of cols pixel by pixel.",
        [(FILTERS, "w.transpose(2, 0, 1, 3).reshape(KH * KW * C, F)")],
    ),
    Wrong(
        "the rows of w go down first, those of cols to the right first.",
        [(FILTERS, "w.swapaxes(0, 1).reshape(KH * KW * C, F)")],
    ),
    Wrong(
        "y is reshaped to (N, F, OH, OW): the product has a row for each pixel, and F is its last axis.",
        function=channels_first,
    ),
    Wrong(
        "y is reshaped to (N, OW, OH, F): its rows run to the right first, then down.", function=columns_first
    ),
    Wrong("y is still a matrix, a row for each window: reshape it to (N, OH, OW, F).", [(RESULT, "y")]),
    Wrong(
        "y is reshaped to (N, H, W, F): it has a number for each window, so (N, OH, OW, F).",
        [(RESULT, "y.reshape(*x.shape[:3], F)")],
    ),
    *(
        Wrong(says, [
            ("return y", "N, OH, OW, F = output_shape(x, w, strides, padding)\n    return y"),
            (RESULT, f"y.reshape(N, OH - {rows}, OW - {columns}, F)"),
        ])
        for (rows, columns), says in FEWER.items()
    ),
    Wrong("im2col is not told the strides and the padding.", [(CALL, "im2col(x, KH, KW)")]),
    Wrong("im2col is not told the strides.", [(CALL, "im2col(x, KH, KW, padding=padding)")]),
    Wrong("im2col is not told the padding.", [(CALL, "im2col(x, KH, KW, strides)")]),
    Wrong("KH and KW have changed places in the call of im2col.", [("(x, KH, KW", "(x, KW, KH")]),
    *convolutions.MISTAKES,
]  # fmt: skip
