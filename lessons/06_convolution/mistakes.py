"""Lesson 06: wrong versions of conv_forward and conv_backward, and what is said of them."""

import numpy as np

from lessons.harness import convolutions
from lessons.harness.convolutions import NONE, PADDING_AS, RETURNED_INSIDE, STRIDES_AS, ZEROS_ELSEWHERE
from lessons.harness.tasks import Wrong, of_few_words
from minicnn.kernels.conv2d import backward_matrix as right
from minicnn.kernels.conv2d import forward_matrix, output_shape


def begins_at(i, S, K):
    return slice(i * S, i * S + K)


def by_windows(broadcasts, at=begins_at, size=lambda n, K, S: (n - K) // S + 1):
    """A convolution that multiplies windows of x by filters; ``at``: where a window is, ``size``: how many.

    ``broadcasts``: one row, or column, at the edge may be multiplied by a whole filter (* does so).
    """

    def wrong(x, w, b, strides=(1, 1), padding=NONE):
        x, (SH, SW), (KH, KW, _, F) = np.pad(x, ((0, 0), *padding, (0, 0))), strides, w.shape
        y = np.zeros((len(x), size(x.shape[1], KH, SH), size(x.shape[2], KW, SW), F), x.dtype)
        for n, i, j, f in np.ndindex(y.shape):
            window = x[n, at(i, SH, KH), at(j, SW, KW)]
            if not broadcasts and window.shape != w.shape[:3]:
                raise ValueError
            y[n, i, j, f] = (window * w[..., f]).sum() + b[f]
        return y

    return of_few_words(wrong)


def rounded_up(n, K, S):
    return -(-(n - K) // S) + 1


def up_with_an_index_too_large(x, w, b, strides=(1, 1), padding=NONE):
    sizes = (x.shape[k] + sum(padding[k - 1]) for k in (1, 2))
    up = [rounded_up(n, w.shape[k], strides[k]) for k, n in enumerate(sizes)]
    if up != list(output_shape(x, w, strides, padding)[1:3]):
        raise IndexError
    return forward_matrix(x, w, b, strides, padding)


def padded_with(mode):
    """A convolution of the picture padded by pixels of its own."""
    return lambda x, w, b, strides=(1, 1), padding=NONE: forward_matrix(
        np.pad(x, ((0, 0), *padding, (0, 0)), mode), w, b, strides
    )


FORWARD = [
    Wrong("output column j reads input column j, not j * stride.", [("j * SW + kw", "j + kw")]),
    *convolutions.MISTAKES,
    *convolutions.LOOP_MISTAKES,
    *(
        Wrong(convolutions.NOT_ZEROS, function=padded_with(mode))
        for mode in ("edge", "reflect", "symmetric", "wrap")
    ),
    *(
        Wrong(
            "OH and OW are rounded up, and the last window reaches beyond the picture: // rounds down.",
            function=function,
        )
        for function in (
            by_windows(True, size=rounded_up),
            by_windows(False, size=rounded_up),
            up_with_an_index_too_large,
        )
    ),
    Wrong(
        "OH and OW get their 1 before the division: add it after, (H + top + bottom - KH) // SH + 1.",
        function=by_windows(True, size=lambda n, K, S: (n - K + 1) // S),
    ),
    Wrong(convolutions.DILATED, [("i * SH + kh", "i + kh * SH"), ("j * SW + kw", "j + kw * SW")]),
    *(
        Wrong(
            convolutions.DILATED, function=by_windows(broadcasts, at=lambda i, S, K: slice(i, i + K * S, S))
        )
        for broadcasts in (True, False)
    ),
    Wrong(
        "the stride moves the pixels inside the window as well: (i + kh) * SH for i * SH + kh.",
        [("i * SH + kh", "(i + kh) * SH"), ("j * SW + kw", "(j + kw) * SW")],
    ),
    Wrong(
        "the window reaches up and to the left: i * SH - kh for i * SH + kh.",
        [("i * SH + kh", "i * SH - kh"), ("j * SW + kw", "j * SW - kw")],
    ),
]


# ---------------------------------------------------------------- backward: places of dy that are left out


def unvisited(rows, columns, in_db):
    """The last ``rows`` and ``columns`` of dy are missing in dx and dw, and perhaps in db."""

    def wrong(x, w, dy, strides=(1, 1), padding=NONE):
        _, OH, OW, _ = dy.shape
        visited = np.zeros_like(dy)
        visited[:, : OH - rows, : OW - columns] = dy[:, : OH - rows, : OW - columns]
        dx, dw, db = right(x, w, visited, strides, padding)
        return dx, dw, db if in_db else dy.sum(axis=(0, 1, 2))

    return wrong


UNVISITED = {  # {}: of what
    (0, 1): "the last column of dy is not used for {}: OW = (W + left + right - KW) // SW + 1.",
    (1, 0): "the last row of dy is not used for {}: OH = (H + top + bottom - KH) // SH + 1.",
    (1, 1): "the last row and column of dy are not used for {}: OH and OW end with + 1.",
}


def returned_inside(depth):
    """A return inside the loop over n (1), over i in it (2), over j in that (3)."""

    def wrong(x, w, dy, strides=(1, 1), padding=NONE):
        return right(x, w, convolutions.first_of(dy, depth), strides, padding)

    return wrong


def taken_as(how):
    """A backward pass that takes (strides, padding) for ``how(strides, padding)``, and computes OH and OW."""

    def wrong(x, w, dy, strides=(1, 1), padding=NONE):
        _, OH, OW, _ = output_shape(x, w, *how(strides, padding))
        visited = dy[:, :OH, :OW]
        if visited.shape[1:3] != (OH, OW):
            raise IndexError
        return right(x, w, visited, *how(strides, padding))

    return wrong


def unpadded(x, w, dy, strides=(1, 1), padding=NONE):
    OH, OW = (max(0, (x.shape[k] - w.shape[k - 1]) // strides[k - 1] + 1) for k in (1, 2))
    return right(x, w, dy[:, :OH, :OW], strides)


# ---------------------------------------------------------------- backward: what is handed back


CUT, DB = "dx[:, top : top + H, left : left + W]", "W], dw, db"
BOTH_FACTORS = [
    ("dy[n, i, j, f] * w[kh, kw, c, f]", "dy[n, i, j, f] * PIXEL"),
    ("dy[n, i, j, f] * x[n, i * SH + kh, j * SW + kw, c]", "dy[n, i, j, f] * w[kh, kw, c, f]"),
    ("PIXEL", "x[n, i * SH + kh, j * SW + kw, c]"),
]
ORDER = "the three are returned in another order: return dx, dw, db."

BACKWARD = [
    Wrong(
        "the stride is missing where dx and dw find their pixel: i + kh for i * SH + kh.",
        [("i * SH + kh", "i + kh"), ("j * SW + kw", "j + kw")],
    ),
    *(Wrong(says, function=taken_as(how)) for says, how in STRIDES_AS.items()),
    Wrong(convolutions.STRIDES_SWAPPED, [("= strides, w.shape", "= strides[::-1], w.shape")]),
    *(
        Wrong(says.format(of_what), function=unvisited(*which, in_db))
        for which, says in UNVISITED.items()
        for in_db, of_what in ((True, "dx, dw and db"), (False, "dx and dw"))  # dy.sum(...) visits all
    ),
    Wrong("the padding is ignored.", function=unpadded),
    Wrong(
        "with padding an index is out of range: are x and dx padded, and is the padding counted once?",
        [("np.pad(x, ((0, 0), *padding, (0, 0)))", "x"), (f"{CUT}, dw", "dx, dw")],
    ),
    *(Wrong(ZEROS_ELSEWHERE, function=taken_as(how)) for how in PADDING_AS.values()),
    Wrong(ZEROS_ELSEWHERE, [("= padding\n", "= padding = padding[::-1]\n")]),
    Wrong(ZEROS_ELSEWHERE, [("= padding\n", "= padding = tuple(zip(*padding))\n")]),
    Wrong(
        "dx is overwritten, not added to: a pixel collects from every window that saw it. Should = be +=?",
        [("j * SW + kw, c] += dy", "j * SW + kw, c] = dy")],
    ),
    Wrong(
        "dw is overwritten, not added to: a weight collects from every place it was used. Should = be +=?",
        [("dw[kh, kw, c, f] += ", "dw[kh, kw, c, f] = ")],
    ),
    Wrong(
        "db is overwritten, not added to: the bias was used at every pixel. Should = be +=?",
        [("db[f] += ", "db[f] = ")],
    ),
    Wrong("dx and dw have each other's factor: dx collects dy * w, dw collects dy * x.", BOTH_FACTORS),
    Wrong("dx still has the rows and columns of the padding: cut them off again.", [(CUT, "dx")]),
    Wrong(
        "dx is cut at the wrong corner: the first `top` rows and `left` columns are padding.",
        [(CUT, "dx[:, :H, :W]")],
    ),
    Wrong(
        "dx[:, top:-bottom, left:-right] is empty where bottom or right is 0: take top : top + H.",
        [(CUT, "dx[:, top:-bottom, left:-right]")],
    ),
    Wrong(
        "the cut ends at H and W, but it begins at top and left: take top : top + H, left : left + W.",
        [(CUT, "dx[:, top:H, left:W]")],
    ),
    Wrong(
        "the filter is turned round in dx.",
        [("* w[kh, kw, c, f]\n", "* w[KH - 1 - kh, KW - 1 - kw, c, f]\n")],
    ),
    Wrong(
        "dw is turned round: its entry [kh, kw] stands at [KH-1-kh, KW-1-kw].",
        [(DB, "W], dw[::-1, ::-1], db")],
    ),
    Wrong("db collects dy once for every number of the window.", [(DB, "W], dw, db * (KH * KW * C)")]),
    Wrong("db is 0: it collects dy[n, i, j, f].", [("db[f] += dy", "db[f] += 0 * dy")]),
    Wrong("db is the mean of dy: it is the sum over n, i and j.", [(DB, "W], dw, dy.mean(axis=(0, 1, 2))")]),
    Wrong("db is summed over n alone: it is the sum over n, i and j.", [(DB, "W], dw, dy.sum(axis=0)")]),
    Wrong("db is one number: each filter has one, the sum of its dy.", [(DB, "W], dw, dy.sum()")]),
    *(Wrong(RETURNED_INSIDE, function=returned_inside(depth)) for depth in (1, 2, 3)),
    Wrong(
        "dw and db are divided by N: dy is already the gradient of the mean loss.",
        [(DB, "W], dw / N, db / N")],
    ),
    Wrong(
        "all three are divided by N: dy is already the gradient of the mean loss.",
        [(DB, "W] / N, dw / N, db / N")],
    ),
    Wrong(ORDER, [(f"{CUT}, dw, db", f"dw, {CUT}, db")]),
    Wrong(ORDER, [(f"{CUT}, dw, db", f"dw, db, {CUT}")]),
    Wrong(ORDER, [(f"{CUT}, dw, db", f"{CUT}, db, dw")]),
]
