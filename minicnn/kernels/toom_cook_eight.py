"""The matrices of toom_cook.py for tiles of eight numbers: as toom_cook_six.py, with 1/2 and -1/2 besides.

    B' = -1    0    5.25   0   -5.25   0    1   0        A' = 1  1  1  1  1    1     1   0     of which the
          0    1    1    -4.25 -4.25   1    1   0             0  1 -1  2 -2   1/2  -1/2  0     last column
          0   -1    1     4.25 -4.25  -1    1   0             0  1  1  4  4   1/4   1/4  0     belongs to the
          0   0.5  0.25  -2.5  -1.25   2    1   0             0  1 -1  8 -8   1/8  -1/8  0     last of the m
          0  -0.5  0.25   2.5  -1.25  -2    1   0             0  1  1 16 16  1/16  1/16  0     rows that are
          0    2    4    -2.5  -5     0.5   1   0             0  1 -1 32 -32 1/32 -1/32  0     wanted
          0   -2    4     2.5  -5    -0.5   1   0             0  1  1 64 64  1/64  1/64  1
          0   -1    0     5.25  0    -5.25  0   1
"""

import numpy as np

from minicnn.kernels.apart import read, write
from minicnn.kernels.jit import inline_jit


@inline_jit
def _eight(at, gap):
    """at, at + gap, ... unsigned, which spares the compiler Python's meaning of negative places."""
    at, gap = np.uintp(at), np.uintp(gap)
    second, third = at + gap, at + gap + gap
    fourth, fifth = third + gap, third + gap + gap
    return at, second, third, fourth, fifth, fifth + gap, fifth + gap + gap, fifth + gap + gap + gap


@inline_jit
def input_points(x, at, x_gap, v, to, v_gap, size):
    """v = B' x"""
    n = x.dtype.type
    half, two, four, five = n(0.5), n(2), n(4), n(5)
    a0, a1, a2, a3, a4, a5, a6, a7 = _eight(at, x_gap)
    b0, b1, b2, b3, b4, b5, b6, b7 = _eight(to, v_gap)
    for c in range(np.uintp(size)):
        x0, x1, x2, x3 = read(x, a0 + c), read(x, a1 + c), read(x, a2 + c), read(x, a3 + c)
        x4, x5, x6, x7 = read(x, a4 + c), read(x, a5 + c), read(x, a6 + c), read(x, a7 + c)
        even, odd = x2 - n(4.25) * x4 + x6, x1 - n(4.25) * x3 + x5
        even2, odd2 = n(0.25) * x2 - n(1.25) * x4 + x6, half * x1 - n(2.5) * x3 + two * x5
        even_half, odd_half = four * x2 - five * x4 + x6, two * x1 - n(2.5) * x3 + half * x5
        write(v, b0 + c, n(5.25) * (x2 - x4) + x6 - x0, 0)
        write(v, b1 + c, even + odd, 1)
        write(v, b2 + c, even - odd, 2)
        write(v, b3 + c, even2 + odd2, 3)
        write(v, b4 + c, even2 - odd2, 4)
        write(v, b5 + c, even_half + odd_half, 5)
        write(v, b6 + c, even_half - odd_half, 6)
        write(v, b7 + c, n(5.25) * (x3 - x5) + x7 - x1, 7)


@inline_jit
def input_points_back(v, at, v_gap, x, to, x_gap, size):
    """x = B v"""
    n = v.dtype.type
    half, two, four, five = n(0.5), n(2), n(4), n(5)
    a0, a1, a2, a3, a4, a5, a6, a7 = _eight(at, v_gap)
    b0, b1, b2, b3, b4, b5, b6, b7 = _eight(to, x_gap)
    for c in range(np.uintp(size)):
        v0, v1, v2, v3 = read(v, a0 + c), read(v, a1 + c), read(v, a2 + c), read(v, a3 + c)
        v4, v5, v6, v7 = read(v, a4 + c), read(v, a5 + c), read(v, a6 + c), read(v, a7 + c)
        both, odd = v1 + v2, v1 - v2
        both2, odd2 = v3 + v4, v3 - v4
        both_half, odd_half = v5 + v6, v5 - v6
        write(x, b0 + c, -v0, 0)
        write(x, b1 + c, odd + half * odd2 + two * odd_half - v7, 1)
        write(x, b2 + c, n(5.25) * v0 + both + n(0.25) * both2 + four * both_half, 2)
        write(x, b3 + c, n(5.25) * v7 - n(4.25) * odd - n(2.5) * (odd2 + odd_half), 3)
        write(x, b4 + c, -n(5.25) * v0 - n(4.25) * both - n(1.25) * both2 - five * both_half, 4)
        write(x, b5 + c, odd + two * odd2 + half * odd_half - n(5.25) * v7, 5)
        write(x, b6 + c, v0 + both + both2 + both_half, 6)
        write(x, b7 + c, v7, 7)


@inline_jit
def output_points(v, at, v_gap, y, to, y_gap, m, size):
    """y = A' v: four rows of A', or all seven if m is more than that."""
    n = v.dtype.type
    a0, a1, a2, a3, a4, a5, a6, a7 = _eight(at, v_gap)
    b0, b1, b2, b3, b4, b5, b6, _ = _eight(to, y_gap)
    last = np.uintp(to + (m - 1) * y_gap)
    for c in range(np.uintp(size)):
        v0, v1, v2, v3 = read(v, a0 + c), read(v, a1 + c), read(v, a2 + c), read(v, a3 + c)
        v4, v5, v6 = read(v, a4 + c), read(v, a5 + c), read(v, a6 + c)
        both, odd = v1 + v2, v1 - v2
        both2, odd2 = v3 + v4, v3 - v4
        both_half, odd_half = v5 + v6, v5 - v6
        write(y, b0 + c, v0 + both + both2 + both_half, 0)
        write(y, b1 + c, odd + n(2) * odd2 + n(0.5) * odd_half, 1)
        write(y, b2 + c, both + n(4) * both2 + n(0.25) * both_half, 2)
        write(y, b3 + c, odd + n(8) * odd2 + n(0.125) * odd_half, 3)
        if m > 4:
            write(y, b4 + c, both + n(16) * both2 + n(1 / 16) * both_half, 4)
            write(y, b5 + c, odd + n(32) * odd2 + n(1 / 32) * odd_half, 5)
            write(y, b6 + c, both + n(64) * both2 + n(1 / 64) * both_half, 6)
    for c in range(np.uintp(size)):
        y[last + c] += read(v, a7 + c)


@inline_jit
def output_points_back(y, at, y_gap, v, to, v_gap, m, size):
    """v = A y, where y is 0 from its row m on."""
    n = y.dtype.type
    a0, a1, a2, a3, a4, a5, a6, _ = _eight(at, y_gap)
    b0, b1, b2, b3, b4, b5, b6, b7 = _eight(to, v_gap)
    last = np.uintp(at + (m - 1) * y_gap)
    for c in range(np.uintp(size)):
        y0, y1, y2, y3 = read(y, a0 + c), read(y, a1 + c), read(y, a2 + c), read(y, a3 + c)
        y4 = y5 = y6 = n(0)
        if m > 4:
            y4, y5, y6 = read(y, a4 + c), read(y, a5 + c), read(y, a6 + c)
        even, odd = y0 + y2 + y4 + y6, y1 + y3 + y5
        even2 = y0 + n(4) * (y2 + n(4) * (y4 + n(4) * y6))
        odd2 = n(2) * (y1 + n(4) * (y3 + n(4) * y5))
        even_half = y0 + n(0.25) * (y2 + n(0.25) * (y4 + n(0.25) * y6))
        odd_half = n(0.5) * (y1 + n(0.25) * (y3 + n(0.25) * y5))
        write(v, b0 + c, y0, 0)
        write(v, b1 + c, even + odd, 1)
        write(v, b2 + c, even - odd, 2)
        write(v, b3 + c, even2 + odd2, 3)
        write(v, b4 + c, even2 - odd2, 4)
        write(v, b5 + c, even_half + odd_half, 5)
        write(v, b6 + c, even_half - odd_half, 6)
        write(v, b7 + c, read(y, last + c), 7)
