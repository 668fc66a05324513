"""What lessons 06 to 09 have in common: paddings, a batch to race on, mistakes that any convolution can make.

Each mistake is the right product with other arguments: nothing has to be compiled to try it.
"""

import numpy as np

from lessons.harness.tasks import Wrong
from minicnn.kernels.conv2d import forward_matrix as right

NONE = ((0, 0), (0, 0))
ONE = ((1, 1), (1, 1))
MORE = ((0, 1), (2, 1))  # top, bottom, left, right all differ, as "same" padding does on even sizes

PADDING_MISTAKES = [  # of answers that pad by np.pad(x, ((0, 0), *padding, (0, 0)))
    Wrong("the padding is ignored.", [("np.pad(x, ((0, 0), *padding, (0, 0)))", "x")]),
    Wrong(
        "the padding of top and bottom is used for left and right as well.",
        [("*padding", "padding[0], padding[0]")],
    ),
    Wrong(
        "the picture is padded with (top, left), (bottom, right): each pair of padding is (before, after).",
        [("*padding", "(padding[0][0], padding[1][0]), (padding[0][1], padding[1][1])")],
    ),
]


def batch(N, H, C, F):
    """Random pictures (N, H, H, C) and filters of 3 x 3, float32; stride 1, padding 1."""
    rng = np.random.default_rng(0)
    shapes = {"x": (N, H, H, C), "w": (3, 3, C, F), "b": (F,)}
    arrays = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    return {**arrays, "strides": (1, 1), "padding": ONE}


def turned(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w[::-1, ::-1], b, strides, padding)


def without_bias(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, 0 * b, strides, padding)


def unpadded(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b, strides)


def one_channel(x, w, b, strides=(1, 1), padding=NONE):
    return right(x[..., :1], w[:, :, :1], b, strides, padding)
