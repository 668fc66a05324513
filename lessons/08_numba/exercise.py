"""Lesson 08: loops again, but compiled; and why their order matters.

Copied to work.py by `python -m lessons start 08`. Write in work.py; this file stays as it is.

    N images     H x W pixels     C channels in     F filters
    KH x KW the window            SH, SW its steps down and to the right
    OH = (H + top + bottom - KH) // SH + 1          OW = (W + left + right - KW) // SW + 1

First write the loops as plain Python, until the check says that only the compiling is missing. Then put the
line @njit(parallel=True) above the def, and make one loop a prange. The check always runs your code as Python
first: that is slow, but it finds wrong indices, which compiled code does not.
"""

import numpy as np
from numba import njit, prange


def conv_compiled(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    """The convolution of lesson 06 as loops, compiled, on several threads.

    x        (N, H, W, C)      pictures
    w        (KH, KW, C, F)    F filters
    b        (F,)              a number added to each filter's result
    strides  (SH, SW)
    padding  ((top, bottom), (left, right)): rows and columns of zeros put around the picture first

    Returns y (N, OH, OW, F), of x's type; to the bit the same on any number of threads.

    The innermost loop runs over f: then w and y are read in the order in which they lie in memory.
    numba has no np.pad: make np.zeros(..., x.dtype) of the padded size and copy x into the middle.

    One row of three pixels, a window of two:

        x = [1 2 3]     w = [10 1]     b = [5]
        y = [1*10 + 2*1 + 5,  2*10 + 3*1 + 5] = [17 28]
    """
    raise NotImplementedError


def conv_bad_order(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    """The same numbers from the same loops, in the worst order you can find.

    Arguments and result as above. Compiled with @njit, all loops over range: threads hide an order's cost.
    Let the innermost loop run over i (rows of the picture): then each step jumps over a whole row of pixels.
    The check takes any order; the payoff takes the time, and asks that this be clearly slower than
    conv_compiled.

        x = [1 2 3]     w = [10 1]     b = [5]
        y = [17 28]
    """
    raise NotImplementedError
