"""Lesson 09: wrong versions of the three transforms and of conv_winograd, and what is said of them."""

import numpy as np

from lessons.harness import convolutions
from lessons.harness.convolutions import NONE, right
from lessons.harness.tasks import Wrong, of_few_words
from lessons.harness.tiles import cut_tiles, join_tiles, tiles_of

FLOAT64 = (
    "the numbers are right, in float64. np.array without a type makes it, so does astype(float); and a "
    "float64 array makes float64 of what it is multiplied by or added to. Take the argument's type."
)

# The transforms as matrices, one row for each line of the table.
B_T = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]])
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
A_T = np.array([[1, 1, 1, 0], [0, 1, -1, 1]])


def both(left, a, right):
    """left a right' of the first two axes, in a's type."""
    return np.einsum("ih,jw,hw...->ij...", left, right, a).astype(a.dtype)


def in_float64(matrix):
    """The right numbers, in the type of a matrix that was made without one."""
    return lambda a: both(matrix, a.astype(np.float64), matrix)


def at_the_end(matrix):
    """matrix @ a @ matrix', which takes the last two axes for the rows and columns."""
    return lambda a: matrix.astype(a.dtype) @ a @ matrix.T.astype(a.dtype)


LAST_AXES = "@ works on the last two axes; rows and columns are the first two. np.einsum can name them."

# ---------------------------------------------------------------- winograd_filters

LAST, SECOND, THIRD = "G, G, w, optimize=True)", "[0.5, 0.5, 0.5]", "[0.5, -0.5, 0.5]"

FILTER = [
    Wrong("the halves are missing: u1 = (g0 + g1 + g2) / 2.", [(SECOND, "[1, 1, 1]"), (THIRD, "[1, -1, 1]")]),
    Wrong("the half of u1 is missing: (g0 + g1 + g2) / 2.", [(SECOND, "[1, 1, 1]")]),
    Wrong("the half of u2 is missing: (g0 - g1 + g2) / 2.", [(THIRD, "[1, -1, 1]")]),
    Wrong(
        "only the columns are transformed: do the same to the rows.",
        [('"ih,jw,hwcf->ijcf", G, G', '"ih,hwcf->iwcf", G')],
    ),
    Wrong(
        "only the rows are transformed: do the same to the columns.",
        [('"ih,jw,hwcf->ijcf", G, G', '"jw,hwcf->hjcf", G')],
    ),
    Wrong("U is turned round: its rows are columns.", [("->ijcf", "->jicf")]),
    Wrong("the filter is turned round. Networks do not turn it.", [("G, G, w,", "G, G, w[::-1, ::-1],")]),
    Wrong("in u2 the minus stands before g2: it is (g0 - g1 + g2) / 2.", [(THIRD, "[0.5, 0.5, -0.5]")]),
    Wrong("in u2 the minus stands before g0: it is (g0 - g1 + g2) / 2.", [(THIRD, "[-0.5, 0.5, 0.5]")]),
    Wrong("u1 and u2 have changed places.", [(f"{SECOND}, {THIRD}", f"{THIRD}, {SECOND}")]),
    Wrong("U is half of what it should be.", [(LAST, f"{LAST} / w.dtype.type(2)")]),
    Wrong(LAST_AXES, function=at_the_end(G)),
    Wrong(
        "the halves are lost in an array of whole numbers: u1 = (g0 + g1 + g2) / 2.",
        [("w.dtype)", "int).astype(w.dtype)")],
    ),
    Wrong(FLOAT64, function=in_float64(G)),
]  # fmt: skip

# ---------------------------------------------------------------- winograd_input

T0, T1, T2, T3 = "d[0] - d[2]", "d[1] + d[2]", "d[2] - d[1]", "d[3] - d[1]"
BOTH = "down(down(d).swapaxes(0, 1)).swapaxes(0, 1)"
OVERWRITTEN = "d[0] - d[2], d[1] + d[2], d[2] - (d[1] + d[2]), d[3] - (d[1] + d[2])"

INPUT = [
    Wrong(
        "t3 is d1 - d3. Many books have it so, and then y1 = m1 - m2 - m3; here it is d3 - d1.",
        [(T3, "d[1] - d[3]")],
    ),
    Wrong("t3 is d3 - d2: here it is d3 - d1.", [(T3, "d[3] - d[2]")]),
    Wrong("t3 is d3 + d1: here it is d3 - d1.", [(T3, "d[3] + d[1]")]),
    Wrong("t2 is d1 - d2: here it is d2 - d1.", [(T2, "d[1] - d[2]")]),
    Wrong("t1 is d1 - d2: here it is d1 + d2.", [(T1, "d[1] - d[2]")]),
    Wrong("t0 is d2 - d0: here it is d0 - d2.", [(T0, "d[2] - d[0]")]),
    Wrong("t0 is d0 + d2: here it is d0 - d2.", [(T0, "d[0] + d[2]")]),
    Wrong("t0 is d0 - d1: here it is d0 - d2.", [(T0, "d[0] - d[1]")]),
    Wrong("t1 and t2 have changed places.", [(f"{T1}, {T2}", f"{T2}, {T1}")]),
    Wrong(
        "t2 and t3 are made of the new d1, which is t1 by then: make all four of the old d.",
        [(f"{T0}, {T1}, {T2}, {T3}", OVERWRITTEN)],
    ),
    Wrong("only the columns are transformed: do the same to the rows.", [(BOTH, "down(d)")]),
    Wrong(
        "only the rows are transformed: do the same to the columns.",
        [(BOTH, "down(d.swapaxes(0, 1)).swapaxes(0, 1)")],
    ),
    Wrong("the columns are transformed twice, the rows never.", [(BOTH, "down(down(d))")]),
    Wrong("V is turned round: its rows are columns.", [(BOTH, "down(down(d).swapaxes(0, 1))")]),
    Wrong(
        "B and B' have changed places: V = B' d B, and the first row of B' is 1 0 -1 0.",
        [(f"{T0}, {T1}, {T2}, {T3}", "d[0], d[1] - d[2] - d[3], d[1] + d[2] - d[0], d[3]")],
    ),
    Wrong("B' stands on both sides of d: V = B' d B.", function=lambda d: both(B_T, d, B_T.T)),
    Wrong("B stands on both sides of d: V = B' d B.", function=lambda d: both(B_T.T, d, B_T)),
    Wrong(LAST_AXES, function=at_the_end(B_T)),
    Wrong(FLOAT64, function=in_float64(B_T)),
]  # fmt: skip

# ---------------------------------------------------------------- winograd_output

Y0, Y1 = "m[0] + m[1] + m[2]", "m[1] - m[2] + m[3]"
BACK = "down(down(M).swapaxes(0, 1)).swapaxes(0, 1)"

OUTPUT = [
    Wrong(
        "y1 is m1 - m2 - m3. Many books have it so, and then t3 = d1 - d3; here it is m1 - m2 + m3.",
        [(Y1, "m[1] - m[2] - m[3]")],
    ),
    Wrong("y1 is m1 + m2 + m3: here it is m1 - m2 + m3.", [(Y1, "m[1] + m[2] + m[3]")]),
    Wrong("y1 is m2 - m1 + m3: here it is m1 - m2 + m3.", [(Y1, "m[2] - m[1] + m[3]")]),
    Wrong("y1 is m1 - m2: m3 is missing.", [(Y1, "m[1] - m[2]")]),
    Wrong("y0 and y1 have changed places.", [(f"{Y0}, {Y1}", f"{Y1}, {Y0}")]),
    Wrong("y0 is m0 + m1: m2 is missing.", [(Y0, "m[0] + m[1]")]),
    Wrong("y0 is m0 + m1 - m2: here it is m0 + m1 + m2.", [(Y0, "m[0] + m[1] - m[2]")]),
    Wrong("y0 has m3 in it: it is m0 + m1 + m2.", [(Y0, "m[0] + m[1] + m[2] + m[3]")]),
    Wrong("only the columns are transformed: do the same to the rows.", [(BACK, "down(M)")]),
    Wrong(
        "only the rows are transformed: do the same to the columns.",
        [(BACK, "down(M.swapaxes(0, 1)).swapaxes(0, 1)")],
    ),
    Wrong("y is turned round: its rows are columns.", [(BACK, "down(down(M).swapaxes(0, 1))")]),
    Wrong(LAST_AXES, function=at_the_end(A_T)),
    Wrong(FLOAT64, function=in_float64(A_T)),
]  # fmt: skip

# ---------------------------------------------------------------- conv_winograd


def by_tiles(cut=cut_tiles, multiply=np.matmul, join=join_tiles):
    """conv_winograd with another function for one of its steps."""

    def wrong(x, w, b, strides=(1, 1), padding=NONE):
        M = multiply(both(B_T, cut(x, padding), B_T), both(G, w, G))
        return join(both(A_T, M, A_T), x.shape, padding) + b

    return wrong


def tiles_apart(step):
    """cut_tiles, but the next tile begins ``step`` pixels on, not two."""

    def cut(x, padding):
        N, _, _, TH, TW = tiles_of(x.shape, padding)
        (top, _), (left, _) = padding
        x = np.pad(x, ((0, 0), (top, step * TH + 4), (left, step * TW + 4), (0, 0)))
        places = ((n, step * i, step * j) for n, i, j in np.ndindex(N, TH, TW))
        return np.stack([x[n, i : i + 4, j : j + 4] for n, i, j in places], axis=2)

    return cut


def joined(axes=(2, 3, 0, 4, 1, 5), kept="first"):
    """join_tiles with its parts (2, 2, N, TH, TW, F) in another order, or another part of the result kept."""

    def join(parts, x_shape, padding):
        N, OH, OW, TH, TW = tiles_of(x_shape, padding)
        y = parts.reshape(2, 2, N, TH, TW, -1).transpose(axes).reshape(N, 2 * TH, 2 * TW, -1)
        return {"first": y[:, :OH, :OW], "last": y[:, -OH:, -OW:], "all": y}[kept]

    return join


def bias_too_early(x, w, b, strides=(1, 1), padding=NONE):
    return by_tiles(multiply=lambda V, U: V @ U + b)(x, w, 0 * b, strides, padding)


def columns_for_rows(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w.swapaxes(0, 1), b, strides, padding)


CONV = [
    Wrong("the bias is never added.", function=convolutions.without_bias),
    Wrong(
        "the bias is added to M, so the output transform adds it up: add it to y.", function=bias_too_early
    ),
    Wrong("the filter is turned round. Networks do not turn it.", function=convolutions.turned),
    Wrong("w is mirrored: its rows are taken for its columns.", function=columns_for_rows),
    Wrong(
        "the tiles are turned round: their rows are taken for their columns.",
        function=by_tiles(multiply=lambda V, U: V.swapaxes(0, 1) @ U),
    ),
    Wrong(
        "the 2 x 2 outputs of each tile are turned round: their rows are its columns.",
        function=by_tiles(join=joined(axes=(2, 3, 1, 4, 0, 5))),
    ),
    Wrong(
        "V * U multiplies number by number: the sum over the channels takes V @ U.",
        function=by_tiles(multiply=np.multiply),
    ),
    Wrong(
        "U @ V for V @ U: V[i, j] is (T, C), U[i, j] is (C, F).",
        function=by_tiles(multiply=lambda V, U: U @ V),
    ),
    Wrong("only one channel counts: the sum over c is missing.", function=convolutions.one_channel),
    *(
        Wrong(
            f"the tiles begin {step} pixels apart. They overlap: the next begins two pixels on.",
            function=by_tiles(cut=tiles_apart(step)),
        )
        for step in (1, 3, 4)
    ),
    Wrong(
        "the tiles were never joined: join_tiles(parts, x.shape, padding).",
        function=by_tiles(join=lambda parts, x_shape, padding: parts),
    ),
    Wrong(
        "the outputs are joined in another order: those of one tile are neighbours in y.",
        function=by_tiles(join=joined(axes=(2, 0, 3, 1, 4, 5))),
    ),
    Wrong(
        "y is cut off at its beginning: what hangs over the edge are its last row and column.",
        function=by_tiles(join=joined(kept="last")),
    ),
    Wrong(
        "what hangs over the edge is still there: y is (N, OH, OW, F).",
        function=by_tiles(join=joined(kept="all")),
    ),
    Wrong("the padding is ignored.", function=convolutions.unpadded),
    Wrong(
        "those cut are not as many tiles as those joined: hand x, x.shape and padding on as they came.",
        function=of_few_words(by_tiles(cut=lambda x, padding: cut_tiles(x, NONE))),
    ),
    Wrong(convolutions.FLOAT64, function=convolutions.always_float64),
]
