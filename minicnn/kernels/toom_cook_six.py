"""The matrices of toom_cook.py for tiles of six numbers, written out: the points 0, 1, -1, 2, -2, infinity.

    B' =  4  0 -5  0  1  0        A' = 1  1  1  1  1  0      of which the last column belongs to the last of
          0 -4 -4  1  1  0             0  1 -1  2 -2  0      the m rows that are wanted
          0  4 -4 -1  1  0             0  1  1  4  4  0
          0 -2 -1  2  1  0             0  1 -1  8 -8  0
          0  2 -1 -2  1  0             0  1  1 16 16  1
          0  4  0 -5  0  1

Rows of a point and its opposite differ in the sign of every other number, so they share two sums. A loop
takes as many columns of numbers at a time as the processor can.
"""

import numpy as np

from minicnn.kernels.apart import read, write
from minicnn.kernels.jit import inline_jit


@inline_jit
def _six(at, gap):
    """at, at + gap, ... unsigned, which spares the compiler Python's meaning of negative places."""
    at, gap = np.uintp(at), np.uintp(gap)
    second, third = at + gap, at + gap + gap
    return at, second, third, third + gap, third + gap + gap, third + gap + gap + gap


@inline_jit
def input_points(x, at, x_gap, v, to, v_gap, size):
    """v = B' x"""
    two, four, five = x.dtype.type(2), x.dtype.type(4), x.dtype.type(5)
    a0, a1, a2, a3, a4, a5 = _six(at, x_gap)
    b0, b1, b2, b3, b4, b5 = _six(to, v_gap)
    for c in range(np.uintp(size)):
        x0, x1, x2 = read(x, a0 + c), read(x, a1 + c), read(x, a2 + c)
        x3, x4, x5 = read(x, a3 + c), read(x, a4 + c), read(x, a5 + c)
        even, odd = x4 - four * x2, x3 - four * x1
        even2, odd2 = x4 - x2, two * (x3 - x1)
        write(v, b0 + c, four * x0 - five * x2 + x4, 0)
        write(v, b1 + c, even + odd, 1)
        write(v, b2 + c, even - odd, 2)
        write(v, b3 + c, even2 + odd2, 3)
        write(v, b4 + c, even2 - odd2, 4)
        write(v, b5 + c, four * x1 - five * x3 + x5, 5)


@inline_jit
def input_points_back(v, at, v_gap, x, to, x_gap, size):
    """x = B v"""
    two, four, five = v.dtype.type(2), v.dtype.type(4), v.dtype.type(5)
    a0, a1, a2, a3, a4, a5 = _six(at, v_gap)
    b0, b1, b2, b3, b4, b5 = _six(to, x_gap)
    for c in range(np.uintp(size)):
        v0, v1, v2 = read(v, a0 + c), read(v, a1 + c), read(v, a2 + c)
        v3, v4, v5 = read(v, a3 + c), read(v, a4 + c), read(v, a5 + c)
        both, odd = v1 + v2, v1 - v2
        both2, odd2 = v3 + v4, two * (v3 - v4)
        write(x, b0 + c, four * v0, 0)
        write(x, b1 + c, four * (v5 - odd) - odd2, 1)
        write(x, b2 + c, -five * v0 - four * both - both2, 2)
        write(x, b3 + c, odd + odd2 - five * v5, 3)
        write(x, b4 + c, v0 + both + both2, 4)
        write(x, b5 + c, v5, 5)


@inline_jit
def output_points(v, at, v_gap, y, to, y_gap, m, size):
    """y = A' v: all five rows that A' may have, of which the first m are wanted."""
    two, four = v.dtype.type(2), v.dtype.type(4)
    a0, a1, a2, a3, a4, a5 = _six(at, v_gap)
    b0, b1, b2, b3, b4, _ = _six(to, y_gap)
    last = np.uintp(to + (m - 1) * y_gap)
    for c in range(np.uintp(size)):
        v0, v1, v2 = read(v, a0 + c), read(v, a1 + c), read(v, a2 + c)
        v3, v4 = read(v, a3 + c), read(v, a4 + c)
        both, odd = v1 + v2, v1 - v2
        both2, odd2 = v3 + v4, two * (v3 - v4)
        write(y, b0 + c, v0 + both + both2, 0)
        write(y, b1 + c, odd + odd2, 1)
        write(y, b2 + c, both + four * both2, 2)
        write(y, b3 + c, odd + four * odd2, 3)
        write(y, b4 + c, both + four * (four * both2), 4)
    for c in range(np.uintp(size)):
        y[last + c] += read(v, a5 + c)


@inline_jit
def output_points_back(y, at, y_gap, v, to, v_gap, m, size):
    """v = A y, where y is 0 from its row m on."""
    two, four = v.dtype.type(2), v.dtype.type(4)
    a0, a1, a2, a3, a4, _ = _six(at, y_gap)
    b0, b1, b2, b3, b4, b5 = _six(to, v_gap)
    last = np.uintp(at + (m - 1) * y_gap)
    for c in range(np.uintp(size)):
        y0, y1, y2 = read(y, a0 + c), read(y, a1 + c), read(y, a2 + c)
        y3, y4 = read(y, a3 + c), read(y, a4 + c)
        even, odd = y0 + y2 + y4, y1 + y3
        even2, odd2 = y0 + four * (y2 + four * y4), two * (y1 + four * y3)
        write(v, b0 + c, y0, 0)
        write(v, b1 + c, even + odd, 1)
        write(v, b2 + c, even - odd, 2)
        write(v, b3 + c, even2 + odd2, 3)
        write(v, b4 + c, even2 - odd2, 4)
        write(v, b5 + c, read(y, last + c), 5)
