"""Lesson 09: a convolution with fewer multiplications.

Copied to work.py by `python -m lessons start 09`. Write in work.py; this file stays as it is.

A row of 4 pixels d and a filter g of 3 give 2 outputs, with 4 multiplications in place of 6:

    t0 = d0 - d2      u0 = g0                       m = t * u, number by number
    t1 = d1 + d2      u1 = (g0 + g1 + g2) / 2
    t2 = d2 - d1      u2 = (g0 - g1 + g2) / 2       y0 = m0 + m1 + m2
    t3 = d3 - d1      u3 = g2                       y1 = m1 - m2 + m3

In two dimensions, do it to every column, then to every row of what comes out: 4 x 4 pixels give 2 x 2
outputs.

    T tiles (they overlap by two pixels)     C channels in     F filters
"""

import numpy as np

from lessons.harness.tiles import cut_tiles, join_tiles


def winograd_filters(w):
    """From g to u, for every column of 3, then for every row of 3.

    w        (3, 3, C, F)      F filters

    Returns U (4, 4, C, F), of w's type.

    One channel, one filter; what happens to the first column [1 4 7], then to the first row:

        w = [[1 2 3]    columns: [1  6  2  7]     U = [[1   3   1  3]
             [4 5 6]                                   [6  ...
             [7 8 9]]   first row: [1 2 3]             [2  ...
                        gives [1 3 1 3]                [7  ...
    """
    raise NotImplementedError


def winograd_input(d):
    """From d to t, for every column of 4, then for every row of 4.

    d        (4, 4, T, C)      tiles of the picture

    Returns V (4, 4, T, C), of d's type.

    A tile with one pixel that is not 0, at (1, 0): its column [0 1 0 0] becomes [0 1 -1 -1]; then each row
    [v 0 0 0] becomes [v 0 0 0].
    """
    raise NotImplementedError


def winograd_output(M):
    """From m to y, for every column of 4, then for every row of 4.

    M        (4, 4, T, F)      the products

    Returns y (2, 2, T, F), of M's type.

    One tile of ones: each column [1 1 1 1] becomes [3 1]; then row [3 3 3 3] becomes [9 3], row [1 1 1 1]
    becomes [3 1]:  y = [[9 3] [3 1]]
    """
    raise NotImplementedError


def conv_winograd(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    """The convolution of lesson 06 for windows of 3 x 3 and stride 1, from the three functions above.

    x        (N, H, W, C)      pictures
    w        (3, 3, C, F)      F filters
    b        (F,)              a number added to each filter's result
    strides  always (1, 1); there so that all our convolutions are called alike
    padding  ((top, bottom), (left, right)): rows and columns of zeros put around the picture first

    Returns y (N, OH, OW, F), of x's type.

    Two functions are there already: cut_tiles(x, padding) gives the tiles (4, 4, T, C), and join_tiles(parts,
    x.shape, padding) makes (N, OH, OW, F) of parts (2, 2, T, F).

    With many channels and filters, "number by number" is a matrix product at each of the 16 places:
    M[i, j] = V[i, j] @ U[i, j], which is (T, C) @ (C, F). NumPy's @ does all 16 at once.

    The check looks at y alone: another way to the same numbers (lesson 07's, say) passes as well. That you
    multiply less is seen in the race.
    """
    raise NotImplementedError
