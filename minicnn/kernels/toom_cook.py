"""Multiplying polynomials at points: where the numbers of Winograd's convolution come from.

Take a row of 4 numbers d and a filter g of 3. Slid over it, the filter gives 2 outputs:

    y0 = d0 g0 + d1 g1 + d2 g2          6 multiplications
    y1 = d1 g0 + d2 g1 + d3 g2

The same two numbers with 4 (multiply it out!):

    t0 = d0 - d2      u0 = g0                       m = t u, number by number
    t1 = d1 + d2      u1 = (g0 + g1 + g2) / 2
    t2 = d2 - d1      u2 = (g0 - g1 + g2) / 2       y0 = m0 + m1 + m2
    t3 = d3 - d1      u3 = g2                       y1 = m1 - m2 + m3

Where does it come from? Read g and the outputs as the coefficients of two polynomials. Their product is a
convolution, and a product of polynomials is easy at single points: multiply the values there. So evaluate
both at enough points (here 0, 1, -1 and "infinity", the leading coefficient), multiply, and go back.
Sliding a filter is that, transposed. With a matrix V(k) that evaluates a polynomial of k coefficients at
the points,

    y = A' [(G g) * (B' d)]        G = V(r) / n      B' = n inverse(V(r + m - 1))'      A' = V(m)'

(' transposes, * multiplies number by number; n, one number a point, only keeps B' whole.) In two dimensions
rows are treated first, then columns: Y = A' [(G g G') * (B' d B)] A.

Here the points are 0, 1, -1, 2, -2 and infinity, so tiles have 6 x 6 numbers whatever the filter, and B' is
always the same: a filter of r x r gives m x m outputs a tile, m = 7 - r. For r = 3 these are 36
multiplications in place of 144.

    >>> matrices(3)[0].T.astype(int)  # A': how four outputs follow from six products
    array([[ 1,  1,  1,  1,  1,  0],
           [ 0,  1, -1,  2, -2,  0],
           [ 0,  1,  1,  4,  4,  0],
           [ 0,  1, -1,  8, -8,  1]])

Sources: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", section 4.1; Barabasz et al.
2020, "Error analysis and improving the accuracy of Winograd convolution", section 2.
"""

import functools

import numpy as np

from minicnn.kernels.apart import read, write
from minicnn.kernels.jit import inline_jit

TILE = 6
POINTS = (0, 1, -1, 2, -2)  # and infinity


def _evaluate(k):
    """V(k): row i gives the value at point i of the polynomial with k coefficients. (6, k)"""
    finite = [[point**power for power in range(k)] for point in POINTS]
    return np.array([*finite, [0] * (k - 1) + [1]], np.float64)  # infinity: the leading coefficient


@functools.cache
def matrices(r):
    """A (6, m), B (6, 6), G (6, r) of a filter with r numbers and m = 7 - r outputs a tile."""
    n = [np.prod([p - q for q in POINTS if q != p]) for p in POINTS] + [1]
    n = np.array(n, np.float64)[:, None]
    B = (n * np.linalg.inv(_evaluate(TILE)).T).T.round(12)  # whole but for rounding
    return _evaluate(TILE + 1 - r), B, _evaluate(r) / n


# ---------------------------------------------------------------- the matrices, written out
#
# What B' and A' and their transposes do to six numbers, with sums that occur twice computed once; the tests
# hold every line to ``matrices``. It is done for ``size`` columns of numbers at a time, because then it runs
# along memory: the first numbers of all columns stand at ``x[at:]``, the second ones ``gap`` further on, and
# so forth.


@inline_jit
def _six(at, gap):
    """at, at + gap, ... unsigned, which spares the compiler Python's meaning of negative places."""
    at, gap = np.uintp(at), np.uintp(gap)
    second, third = at + gap, at + gap + gap
    return at, second, third, third + gap, third + gap + gap, third + gap + gap + gap


@inline_jit
def input_points(x, at, v, to, gap, size):
    """v = B' x; ``at`` names the six places, which in x need not be evenly spaced."""
    two, four, five = x.dtype.type(2), x.dtype.type(4), x.dtype.type(5)
    a0, a1, a2 = np.uintp(at[0]), np.uintp(at[1]), np.uintp(at[2])
    a3, a4, a5 = np.uintp(at[3]), np.uintp(at[4]), np.uintp(at[5])
    b0, b1, b2, b3, b4, b5 = _six(to, gap)
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
