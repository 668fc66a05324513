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

(' transposes, * multiplies number by number; n, one number a point, divides a row of G and multiplies one of
B'.) Any n but 0 gives the same y; this one keeps long fractions out of B':

    n_i = product of p_i - p_j over all other finite points p_j        n = 1 for infinity

For 0, 1, -1 and infinity it is -1, 2, 2, 1. So for t0 and u0 above this gives -t0 and -u0, whose product is
the same m0. In two dimensions rows are treated first, then columns: Y = A' [(G g G') * (B' d B)] A.

With the points 0, 1, -1, 2, -2 and infinity tiles have 6 x 6 numbers whatever the filter, and B' is always
the same: a filter of r x r gives m x m outputs a tile, m = 7 - r. For r = 3 these are 36 multiplications in
place of 144. Two points more, 1/2 and -1/2, make tiles of 8 x 8 and m = 9 - r: for r = 5 that is 64 in place
of 400, where 6 x 6 gave 36 in place of 100. Each further point costs exactness: errors of rounding are 1.4
to 2.5 times as large as with 6 x 6.

    >>> matrices(6, 3)[0].T.astype(int)  # A': how four outputs follow from six products
    array([[ 1,  1,  1,  1,  1,  0],
           [ 0,  1, -1,  2, -2,  0],
           [ 0,  1,  1,  4,  4,  0],
           [ 0,  1, -1,  8, -8,  1]])

Sources: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", section 4.1; Barabasz et al.
2020, "Error analysis and improving the accuracy of Winograd convolution", section 2.
"""

import functools

import numpy as np

from minicnn.kernels import toom_cook_eight as eight
from minicnn.kernels import toom_cook_six as six
from minicnn.kernels.jit import inline_jit

POINTS = {  # of tiles of so many numbers a side; tuples, whose length a compiler knows
    6: (0.0, 1.0, -1.0, 2.0, -2.0, np.inf),
    8: (0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, np.inf),
}


def _evaluate(points, k):
    """V(k): row i gives the value at point i of the polynomial with k coefficients. (tile, k)"""
    finite = [[point**power for power in range(k)] for point in points[:-1]]
    return np.array([*finite, [0] * (k - 1) + [1]])  # infinity: the leading coefficient


@functools.cache
def matrices(tile, r):
    """A (tile, m), B (tile, tile), G (tile, r) of a filter with r numbers; m = tile + 1 - r outputs.

    Raises ValueError for tiles that POINTS has no points for, and for filters larger than a tile.
    """
    if tile not in POINTS:
        known = " or ".join(map(str, POINTS))
        raise ValueError(f"there are points for tiles of {known} numbers a side, got tile={tile!r}")
    if not 1 <= r <= tile:
        raise ValueError(f"a tile of {tile} numbers takes filters of 1 to {tile}, got r={r!r}")
    *finite, _ = points = POINTS[tile]
    n = [np.prod([p - q for q in finite if q != p]) for p in finite] + [1]
    n = np.array(n)[:, None]
    B = (n * np.linalg.inv(_evaluate(points, tile)).T).T.round(12)  # exact in few binary digits
    return _evaluate(points, tile + 1 - r), B, _evaluate(points, r) / n


# ---------------------------------------------------------------- the matrices at work
#
# What B', B, A' and A do to ``size`` columns of numbers: the first numbers of all columns stand at
# ``x[at:]``, the second ones ``x_gap`` further on, and so forth. Written out they stand in toom_cook_six.py
# and toom_cook_eight.py; the compiler takes one of the two and never sees the other.


@inline_jit
def input_points(points, x, at, x_gap, v, to, v_gap, size):
    """v = B' x"""
    if len(points) == 6:
        six.input_points(x, at, x_gap, v, to, v_gap, size)
    else:
        eight.input_points(x, at, x_gap, v, to, v_gap, size)


@inline_jit
def input_points_back(points, v, at, v_gap, x, to, x_gap, size):
    """x = B v"""
    if len(points) == 6:
        six.input_points_back(v, at, v_gap, x, to, x_gap, size)
    else:
        eight.input_points_back(v, at, v_gap, x, to, x_gap, size)


@inline_jit
def output_points(points, v, at, v_gap, y, to, y_gap, m, size):
    """y = A' v, of whose rows the first m are wanted; more may be written, one fewer than a tile at most."""
    if len(points) == 6:
        six.output_points(v, at, v_gap, y, to, y_gap, m, size)
    else:
        eight.output_points(v, at, v_gap, y, to, y_gap, m, size)


@inline_jit
def output_points_back(points, y, at, y_gap, v, to, v_gap, m, size):
    """v = A y, where y is 0 from its row m on."""
    if len(points) == 6:
        six.output_points_back(y, at, y_gap, v, to, v_gap, m, size)
    else:
        eight.output_points_back(y, at, y_gap, v, to, v_gap, m, size)
