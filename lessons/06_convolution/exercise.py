"""Lesson 06: a convolution, as loops.

Copied to work.py by `python -m lessons start 06`. Write in work.py; this file stays as it is.

    N images     H x W pixels     C channels in     F filters
    KH x KW the window            SH, SW its steps down and to the right
"""

import numpy as np


def conv_forward(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    """Slide every filter over every picture.

    x        (N, H, W, C)      pictures
    w        (KH, KW, C, F)    F filters
    b        (F,)              a number added to each filter's result
    strides  (SH, SW)
    padding  ((top, bottom), (left, right)): rows and columns of zeros put around the picture first

    Returns y (N, OH, OW, F), of x's type, with

        OH = (H + top + bottom - KH) // SH + 1          OW = (W + left + right - KW) // SW + 1

    One row of three pixels, a window of two, stride 1:

        x = [1 2 3]     w = [10 1]     b = [5]
        y = [1*10 + 2*1 + 5,  2*10 + 3*1 + 5] = [17 28]
    """
    raise NotImplementedError


def conv_backward(x, w, dy, strides=(1, 1), padding=((0, 0), (0, 0))):
    """Hand the blame for the loss back: from dy to dx, dw, db.

    x, w, strides, padding   what conv_forward was given
    dy                       (N, OH, OW, F): how much the loss grows when each number of y grows by 1

    Returns dx, dw, db, with the shapes of x, w and b: the same for each number of x, w and b.

    The example of above, with dy = [1 100]:

        y[0] = x[0]*w[0] + x[1]*w[1] + b,   y[1] = x[1]*w[0] + x[2]*w[1] + b
        dx = [1*10, 1*1 + 100*10, 100*1] = [10 1001 100]       dw = [1*1 + 100*2, 1*2 + 100*3] = [201 302]
        db = [1 + 100] = [101]
    """
    raise NotImplementedError
