"""Lesson 10: max pooling, forward and backward.

Copied to work.py by `python -m lessons start 10`. Write in work.py; this file stays as it is.

    N images     H x W pixels     C channels
    KH x KW the window            SH, SW its steps down and to the right
    OH x OW the smaller picture:  OH = (H - KH) // SH + 1      OW = (W - KW) // SW + 1
"""

import numpy as np


def maxpool_forward(x, pool, strides):
    """Keep the largest number of every window, each channel for itself, and remember where it was.

    x        (N, H, W, C)
    pool     (KH, KW)    the window
    strides  (SH, SW)    any: where smaller than the window, windows overlap; where larger, there are gaps

    Returns two arrays:

    y      (N, OH, OW, C)  of x's type: the largest number of each window
    which  (N, OH, OW, C)  of type np.uint8: the cell it was in. The cells of a window are counted like
                           words on a page, so row kh, column kw is cell kh * KW + kw

    Where several cells are equally large, the first one counts. Two rows, a window of 2 x 2, stride 1:

        x = [1 2 0]     the cells of a window: 0 1     y = [5 5]     which = [2 2]
            [5 5 4]                            2 3

    The first window holds 1 2 5 5: two of them are 5, and cell 2 comes first. The second holds 2 0 5 4.
    """
    raise NotImplementedError


def maxpool_backward(dy, which, x_shape, pool, strides):
    """Hand the blame back: to the cell that was the largest, and to nobody else.

    dy             (N, OH, OW, C)  how much the loss grows when each number of y grows by 1
    which          (N, OH, OW, C)  what maxpool_forward returned
    x_shape        (N, H, W, C)
    pool, strides  what maxpool_forward was given

    Returns dx of shape x_shape and dy's type.

    The example of above, with dy = [1 10]. Cell 2 of the first window is x[1, 0], cell 2 of the second is
    x[1, 1]:

        dx = [0  0  0]
             [1 10  0]

    A cell of ``which`` is a single byte: int(which[n, i, j, c]) makes a Python number of it to reckon with.
    """
    raise NotImplementedError
