"""Lesson 08: wrong versions of a compiled convolution, and what is said of them.

Compiled one by one they would take a minute; as lesson 07's product with other arguments, none.
"""

import numpy as np

from lessons.harness import convolutions
from lessons.harness.convolutions import NONE, right
from lessons.harness.tasks import Wrong


def padded_top_left(x, w, b, strides=(1, 1), padding=NONE):
    """The picture stands in the corner of the zeros."""
    shifted = ((0, sum(padding[0])), (0, sum(padding[1])))
    return right(x, w, b, strides, shifted)


def picture_forgotten(x, w, b, strides=(1, 1), padding=NONE):
    """padded = np.zeros(...), and x is never copied into it."""
    return right(0 * x, w, b, strides, padding)


def never_filled(x, w, b, strides=(1, 1), padding=NONE):
    return right(x, w, b * np.float32(np.nan), strides, padding)


MISTAKES = [
    *convolutions.MISTAKES,
    *convolutions.LOOP_MISTAKES,
    Wrong(
        "the picture was copied into the corner of the zeros: it begins at row `top`, column `left`.",
        function=padded_top_left,
    ),
    Wrong("no pixel counts: was x copied into the padded zeros?", function=picture_forgotten),
    Wrong(
        "every number is nan. The check fills np.empty with nan, to show it: begin with y[n,i,j,f] = b[f], "
        "or with 0.",
        function=never_filled,
    ),
]
