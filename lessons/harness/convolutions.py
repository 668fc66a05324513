"""What lessons 06 to 09 have in common: paddings, a batch to race on, mistakes that any convolution can make.

Each mistake is the right product with other arguments, or its result with something done to it: nothing has
to be compiled to try it.
"""

import numpy as np

from lessons.harness.tasks import Wrong
from minicnn.kernels.conv2d import forward_matrix as right
from minicnn.kernels.conv2d import output_shape

NONE = ((0, 0), (0, 0))
ONE = ((1, 1), (1, 1))
MORE = ((0, 1), (2, 1))  # top, bottom, left, right: top and bottom differ, left and right, and the pairs
LESS = ((2, 1), (0, 1))  # and where right is more than left, as "same" padding has it on even sizes


def batch(N, H, C, F):
    """Random pictures (N, H, H, C) and filters of 3 x 3, float32; stride 1, padding 1."""
    rng = np.random.default_rng(0)
    shapes = {"x": (N, H, H, C), "w": (3, 3, C, F), "b": (F,)}
    arrays = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    return {**arrays, "strides": (1, 1), "padding": ONE}


# ---------------------------------------------------------------- strides and padding, misread

STRIDES_SWAPPED = "the two strides have changed places."
PADDING_SWAPPED = "the pairs of padding have changed places: it is ((top, bottom), (left, right))."
CORNERS = "the picture is padded with (top, left), (bottom, right): each pair of padding is (before, after)."
STRIDES_AS = {  # what (strides, padding) are taken for
    STRIDES_SWAPPED: lambda s, p: (s[::-1], p),
    "SH is used for both strides.": lambda s, p: ((s[0], s[0]), p),
    "SW is used for both strides.": lambda s, p: ((s[1], s[1]), p),
}
PADDING_AS = {
    PADDING_SWAPPED: lambda s, p: (s, p[::-1]),
    CORNERS: lambda s, p: (s, tuple(zip(*p))),
    "the padding of top and bottom is used for left and right as well.": lambda s, p: (s, (p[0], p[0])),
    "the same padding is used on all four sides: they may differ.": lambda s, p: (s, ((p[0][0],) * 2,) * 2),
    "the padding of top is used for bottom, that of left for right: they may differ.": (
        lambda s, p: (s, ((p[0][0],) * 2, (p[1][0],) * 2))
    ),
}


def taken_as(how):
    """A convolution that takes (strides, padding) for ``how(strides, padding)``."""

    def wrong(x, w, b, strides=(1, 1), padding=NONE):
        return right(x, w, b, *how(strides, padding))

    return wrong


# ---------------------------------------------------------------- where a window stands


def columns_without_stride(x, w, b, strides=(1, 1), padding=NONE):
    _, _, OW, _ = output_shape(x, w, strides, padding)
    return right(x, w, b, (strides[0], 1), padding)[:, :, :OW]


def rows_without_stride(x, w, b, strides=(1, 1), padding=NONE):
    _, OH, _, _ = output_shape(x, w, strides, padding)
    return right(x, w, b, (1, strides[1]), padding)[:, :OH]


def no_stride(x, w, b, strides=(1, 1), padding=NONE):
    _, OH, OW, _ = output_shape(x, w, strides, padding)
    return right(x, w, b, (1, 1), padding)[:, :OH, :OW]


def strides_ignored(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, (1, 1), padding)


# ---------------------------------------------------------------- how many there are


def last_column_missing(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides, padding)[:, :, :-1]


def last_row_missing(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides, padding)[:, :-1]


def both_missing(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides, padding)[:, :-1, :-1]


def size_without_padding(x, w, b, strides=(1, 1), padding=NONE):
    """As many outputs as without padding; their windows stand where they should."""
    OH, OW = ((x.shape[k] - w.shape[k - 1]) // strides[k - 1] + 1 for k in (1, 2))
    return right(x, w, b, strides, padding)[:, : max(OH, 0), : max(OW, 0)]


def size_of_float(x, w, b, strides=(1, 1), padding=NONE):
    return np.zeros((len(x), x.shape[1] / 1), x.dtype)


# ---------------------------------------------------------------- the zeros around the picture


def unpadded(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides)


def unpadded_windows(x, w, b, strides=(1, 1), padding=NONE):
    """As many windows as there should be, but in x as it came."""
    _, OH, OW, _ = output_shape(x, w, strides, padding)
    y = right(x, w, b, strides)[:, :OH, :OW]
    if y.shape[1:3] != (OH, OW):
        raise IndexError
    return y


def minus_zero(x, w, b, strides=(1, 1), padding=NONE):
    (N, H, W, C), ((top, bottom), (left, after)) = x.shape, padding
    padded = np.zeros((N, H + top + bottom, W + left + after, C), x.dtype)
    padded[:, top:-bottom, left:-after] = x
    return right(padded, w, b, strides)


# ---------------------------------------------------------------- what is summed


def turned(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w[::-1, ::-1], b, strides, padding)


def upside_down(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w[::-1], b, strides, padding)


def mirrored(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w[:, ::-1], b, strides, padding)


def one_channel(x, w, b, strides=(1, 1), padding=NONE):
    return right(x[..., :1], w[:, :, :1], b, strides, padding)


def first_picture(x, w, b, strides=(1, 1), padding=NONE):
    return np.repeat(right(x[:1], w, b, strides, padding), len(x), axis=0)


def without_bias(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, 0 * b, strides, padding)


def bias_twice(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, 2 * b, strides, padding)


def bias_for_each_number(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b * b.dtype.type(w[..., 0].size), strides, padding)


def last_product(x, w, b, strides=(1, 1), padding=NONE):
    KH, KW, _, _ = w.shape
    x = np.pad(x, ((0, 0), *padding, (0, 0)))[:, KH - 1 :, KW - 1 :, -1:]
    return right(x, w[-1:, -1:, -1:], 0 * b, strides)


def last_product_and_bias(x, w, b, strides=(1, 1), padding=NONE):
    return last_product(x, w, b, strides, padding) + b


def last_pixel(x, w, b, strides=(1, 1), padding=NONE):
    KH, KW, _, _ = w.shape
    x = np.pad(x, ((0, 0), *padding, (0, 0)))[:, KH - 1 :, KW - 1 :]
    return right(x, w[-1:, -1:], b, strides)


# ---------------------------------------------------------------- what is returned


def first_of(y, depth):
    """y with zeros in all places but those of the first round of ``depth`` loops, one in the other."""
    kept = (slice(1),) * depth
    done = np.zeros_like(y)
    done[kept] = y[kept]
    return done


def returned_inside(depth):
    """A convolution whose return stands inside the loop over n (1), over i in it (2), over j in that (3)."""

    def wrong(x, w, b, strides=(1, 1), padding=NONE):
        return first_of(right(x, w, b, strides, padding), depth)

    return wrong


def channels_first(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides, padding).transpose(0, 3, 1, 2)


def always_float64(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides, padding).astype(np.float64)


COLUMN_MISSING = "the last column of outputs is missing: OW = (W + left + right - KW) // SW + 1, with + 1."
ROW_MISSING = "the last row of outputs is missing: OH = (H + top + bottom - KH) // SH + 1, with + 1."
BOTH_MISSING = "the last row and the last column of outputs are missing: OH and OW end with + 1."
ZEROS_ELSEWHERE = "the zeros are not where padding says: it is ((top, bottom), (left, right))."
OUT_OF_RANGE = "with padding an index is out of range: is the padded x read, and the padding counted once?"
MINUS_ZERO = "top:-bottom is empty where bottom is 0, and left:-right where right is 0: take top : top + H."
NOT_ZEROS = "the padding repeats pixels of the picture; it is zeros."
DILATED = "the stride is put to the window, not to its place: i + kh * SH for i * SH + kh."
RETURNED_INSIDE = (
    "only the first round of a loop, or the first picture, is in the result: does the return stand inside "
    "the loop, does the loop end after one round, or does a 0 stand where n should?"
)
FLOAT64 = (
    "the numbers are right, in float64. np.zeros and np.empty without a type make it, so does astype(float); "
    "and a float64 array makes float64 of what it is added to. Take the argument's type."
)

MISTAKES = [
    *(Wrong(says, function=taken_as(how)) for says, how in {**STRIDES_AS, **PADDING_AS}.items()),
    Wrong("output column j reads input column j, not j * stride.", function=columns_without_stride),
    Wrong("output row i reads input row i, not i * stride.", function=rows_without_stride),
    Wrong(
        "output pixel (i, j) reads from input pixel (i, j), not from (i * SH, j * SW).", function=no_stride
    ),
    Wrong("the strides are ignored.", function=strides_ignored),
    Wrong(COLUMN_MISSING, function=last_column_missing),
    Wrong(ROW_MISSING, function=last_row_missing),
    Wrong(BOTH_MISSING, function=both_missing),
    Wrong("OH and OW leave the padding out: H + top + bottom for H.", function=size_without_padding),
    Wrong(
        "a size is a float: / gives one even where nothing is left over, // does not.", function=size_of_float
    ),
    Wrong("the padding is ignored.", function=unpadded),
    Wrong(OUT_OF_RANGE, function=unpadded_windows),
    Wrong(MINUS_ZERO, function=minus_zero),
    Wrong("the filter is turned round: w[KH-1-kh, KW-1-kw]. Networks do not turn it.", function=turned),
    Wrong("the filter is turned upside down: w[KH-1-kh, kw]. Networks do not turn it.", function=upside_down),
    Wrong("the filter is mirrored: w[kh, KW-1-kw]. Networks do not turn it.", function=mirrored),
    Wrong("only one channel counts: the sum over c is missing.", function=one_channel),
    Wrong("the first picture is used for all of them.", function=first_picture),
    Wrong("the bias is never added.", function=without_bias),
    Wrong("the bias is added twice.", function=bias_twice),
    *(Wrong(RETURNED_INSIDE, function=returned_inside(depth)) for depth in (1, 2, 3)),
    Wrong("y is (N, F, OH, OW): here the channels come last, (N, OH, OW, F).", function=channels_first),
    Wrong(FLOAT64, function=always_float64),
]

LOOP_MISTAKES = [
    Wrong(
        "the bias is added once for every number of the window, not once for each output.",
        function=bias_for_each_number,
    ),
    Wrong(
        "y is overwritten at every step, not added to: only the last product is left. Should = be +=?",
        function=last_product,
    ),
    Wrong(
        "only the last product is left, and the bias: the window's sum is overwritten. Should = be +=?",
        function=last_product_and_bias,
    ),
    Wrong(
        "only the last pixel of the window is left, and the bias: does y begin again for each pixel? "
        "Should = be +=?",
        function=last_pixel,
    ),
]
