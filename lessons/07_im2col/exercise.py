"""Lesson 07: a convolution as one matrix product.

Copied to work.py by `python -m lessons start 07`. Write in work.py; this file stays as it is.

    N images     H x W pixels     C channels in     F filters
    KH x KW the window            SH, SW its steps down and to the right
    OH = (H + top + bottom - KH) // SH + 1          OW = (W + left + right - KW) // SW + 1
"""

import numpy as np


def im2col(x, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):
    """Write every window of the pictures as a row.

    x        (N, H, W, C)      pictures
    KH, KW                     rows and columns of the window
    strides  (SH, SW)
    padding  ((top, bottom), (left, right)): rows and columns of zeros put around the picture first

    Returns cols (N*OH*OW, KH*KW*C), of x's type. Its rows are the windows: picture by picture, from left to
    right, then down. Within a row: the window's pixels from left to right, then down; for each pixel its C
    channels.

    One picture of 2 x 3 pixels, one channel, a window of 2 x 2:

        x = [[1 2 3]        cols = [[1 2 4 5]
             [4 5 6]]               [2 3 5 6]]
    """
    raise NotImplementedError


def col2im(cols, x_shape, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):
    """The way back: every pixel sums the places of cols that it was copied to.

    cols     (N*OH*OW, KH*KW*C): as im2col makes it, with any numbers in it
    x_shape  (N, H, W, C): the shape of the pictures, without padding
    the rest as for im2col

    Returns dx (N, H, W, C), of cols's type. What was copied from the padding is dropped.

    The example of above. Pixel 2 was copied to two places, cols[0, 1] and cols[1, 0]:

        cols = [[1 2 3 4]        the sum = [[1 2+10 20]
                [10 20 30 40]]              [3 4+30 40]]
    """
    raise NotImplementedError


def conv_as_matmul(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    """The convolution of lesson 06, by im2col and one matrix product.

    x        (N, H, W, C)      pictures
    w        (KH, KW, C, F)    F filters
    b        (F,)              a number added to each filter's result

    Returns y (N, OH, OW, F), of x's type.

    One row of three pixels, a window of two:

        x = [1 2 3]     w = [10 1]     b = [5]
        cols = [[1 2]   times [[10]   is [[12]   and with b, as a picture again, y = [17 28]
                [2 3]]         [1]]       [23]]
    """
    raise NotImplementedError
