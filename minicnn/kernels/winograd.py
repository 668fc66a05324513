"""Convolution with fewer multiplications (Winograd, Toom and Cook).

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
multiplications in place of 144. Over many channels and filters, "number by number" becomes 36 matrix
products, one for each place in the tile:

    U[p] (C, F)  the filters,  V[p] (T, C)  T tiles of pictures,  M[p] = V[p] U[p] (T, F)  tiles of output

Backwards every step is transposed: dM = A dY A', dU = V' dM, dV = dM U', dx += B dV B', dw = G' dU G.

Sources: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", sections 4.1 to 4.3;
Barabasz et al. 2020, "Error analysis and improving the accuracy of Winograd convolution", section 2.
"""

import functools

import numpy as np

from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit, parallel_jit, prange
from minicnn.kernels.shapes import NO_PADDING, output_size

TILE = 6
POINTS = (0, 1, -1, 2, -2)  # and infinity
CACHE = 1024 * 1024  # bytes of V and M at a time
GROUPS = 8  # of images, each summing its own dU


def _evaluate(k):
    """V(k): row i gives the value at point i of the polynomial with k coefficients. (6, k)"""
    finite = [[point**power for power in range(k)] for point in POINTS]
    return np.array([*finite, [0] * (k - 1) + [1]], np.float64)  # infinity: the leading coefficient


@functools.cache
def matrices(r):
    """A (6, m), B (6, 6), G (6, r) of a filter with r numbers and m = 7 - r outputs a tile."""
    n = [np.prod([p - q for q in POINTS if q != p]) for p in POINTS] + [1]
    n = np.array(n, np.float64)[:, None]
    return _evaluate(TILE + 1 - r), (n * np.linalg.inv(_evaluate(TILE)).T).T, _evaluate(r) / n


# ---------------------------------------------------------------- the four one-dimensional steps
#
# The matrices above, multiplied out: most of their numbers are 0, 1 or come in pairs +-. Each takes a few
# rows of numbers to a few others, channel by channel. (The tests multiply the matrices and compare.)


@jit
def b_transposed(d, t):
    """t = B' d, both (6, C)."""
    for c in range(d.shape[1]):
        d0, d1, d2, d3, d4, d5 = d[0, c], d[1, c], d[2, c], d[3, c], d[4, c], d[5, c]
        even, odd = d4 - 4 * d2, d3 - 4 * d1
        t[0, c] = 4 * d0 - 5 * d2 + d4
        t[1, c] = even + odd
        t[2, c] = even - odd
        even, odd = d4 - d2, 2 * (d3 - d1)
        t[3, c] = even + odd
        t[4, c] = even - odd
        t[5, c] = 4 * d1 - 5 * d3 + d5


@jit
def b(t, d):
    """d = B t, both (6, C): the way back of b_transposed."""
    for c in range(t.shape[1]):
        t0, t5 = t[0, c], t[5, c]
        sum1, difference1 = t[1, c] + t[2, c], t[1, c] - t[2, c]
        sum2, difference2 = t[3, c] + t[4, c], t[3, c] - t[4, c]
        d[0, c] = 4 * t0
        d[1, c] = 4 * (t5 - difference1) - 2 * difference2
        d[2, c] = -5 * t0 - 4 * sum1 - sum2
        d[3, c] = difference1 + 2 * difference2 - 5 * t5
        d[4, c] = t0 + sum1 + sum2
        d[5, c] = t5


@jit
def a_transposed(t, y):
    """y = A' t: (6, C) to (m, C)."""
    m = y.shape[0]
    for c in range(t.shape[1]):
        sum1, difference1 = t[1, c] + t[2, c], t[1, c] - t[2, c]
        sum2, difference2 = t[3, c] + t[4, c], t[3, c] - t[4, c]
        y[0, c] = t[0, c] + sum1 + sum2
        y[1, c] = difference1 + 2 * difference2
        if m > 2:
            y[2, c] = sum1 + 4 * sum2
        if m > 3:
            y[3, c] = difference1 + 8 * difference2
        if m > 4:
            y[4, c] = sum1 + 16 * sum2
        y[m - 1, c] += t[5, c]


@jit
def a(y, t):
    """t = A y: (m, C) to (6, C): the way back of a_transposed."""
    m = y.shape[0]
    for c in range(y.shape[1]):
        even1 = even2 = y[0, c]
        odd1, odd2 = y[1, c], 2 * y[1, c]
        if m > 2:
            even1, even2 = even1 + y[2, c], even2 + 4 * y[2, c]
        if m > 3:
            odd1, odd2 = odd1 + y[3, c], odd2 + 8 * y[3, c]
        if m > 4:
            even1, even2 = even1 + y[4, c], even2 + 16 * y[4, c]
        t[0, c] = y[0, c]
        t[1, c], t[2, c] = even1 + odd1, even1 - odd1
        t[3, c], t[4, c] = even2 + odd2, even2 - odd2
        t[5, c] = y[m - 1, c]


# ---------------------------------------------------------------- tiles
#
# Tiles overlap by r - 1 pixels and are numbered through: tile = (n TH + i) TW + j. One that hangs over the
# border reads zeros there, and what it computes beyond the last row or column is left out.


@jit
def _read_tile(x, n, top, left, patch):
    """patch (6, 6, C) = the picture from (top, left) on, 0 outside."""
    _, H, W, C = x.shape
    for i in range(TILE):
        for j in range(TILE):
            inside = 0 <= top + i < H and 0 <= left + j < W
            pixel, place = x[n, top + i if inside else 0, left + j if inside else 0], patch[i, j]
            for c in range(C):
                place[c] = pixel[c] if inside else 0


@jit
def _add_tile(patch, n, top, left, x):
    """The transpose of _read_tile."""
    _, H, W, C = x.shape
    for i in range(max(0, -top), min(TILE, H - top)):
        for j in range(max(0, -left), min(TILE, W - left)):
            pixel, place = x[n, top + i, left + j], patch[i, j]
            for c in range(C):
                pixel[c] += place[c]


@jit
def _tile_place(tile, tiles, steps):
    """Which picture a tile is of, and the first row and column of its outputs."""
    n, rest = divmod(tile, tiles[0] * tiles[1])
    i, j = divmod(rest, tiles[1])
    return n, i * steps[0], j * steps[1]


@jit
def _transform_input(x, first, count, tiles, steps, corner, patch, half, V):
    """V[:, k] = B' d B for the tiles first .. first + count; V (36, T, C)."""
    for k in range(count):
        n, i, j = _tile_place(first + k, tiles, steps)
        _read_tile(x, n, i - corner[0], j - corner[1], patch)
        for col in range(TILE):
            b_transposed(patch[:, col], half[:, col])
        for row in range(TILE):
            b_transposed(half[row], V[row * TILE : (row + 1) * TILE, k])


@jit
def _forward_block(x, U, bias, relu, first, count, tiles, steps, corner, y):
    _, OH, OW, F = y.shape
    C = x.shape[3]
    patch, half = np.empty((TILE, TILE, C), x.dtype), np.empty((TILE, TILE, C), x.dtype)
    V, M = np.empty((TILE * TILE, count, C), x.dtype), np.empty((TILE * TILE, count, F), x.dtype)
    out, part = np.empty((TILE, steps[1], F), x.dtype), np.empty((steps[0], steps[1], F), x.dtype)
    _transform_input(x, first, count, tiles, steps, corner, patch, half, V)
    for p in range(TILE * TILE):
        gemm(V[p], U[p], M[p], False)  # (T, F)
    for k in range(count):
        n, i, j = _tile_place(first + k, tiles, steps)
        for row in range(TILE):
            a_transposed(M[row * TILE : (row + 1) * TILE, k], out[row])
        for col in range(steps[1]):
            a_transposed(out[:, col], part[:, col])
        for row in range(min(steps[0], OH - i)):
            for col in range(min(steps[1], OW - j)):
                target, source = y[n, i + row, j + col], part[row, col]
                for f in range(F):
                    v = source[f] + bias[f]
                    target[f] = 0 if relu and v < 0 else v  # a NaN stays one


@parallel_jit
def _forward(x, U, bias, relu, size, tiles, steps, corner, y):
    total = x.shape[0] * tiles[0] * tiles[1]
    for block in prange((total + size - 1) // size):
        first = block * size
        _forward_block(x, U, bias, relu, first, min(size, total - first), tiles, steps, corner, y)


@jit
def _backward_group(x, U, y, dy, relu, need_dx, images, size, tiles, steps, corner, dx, dU, db):
    """Images ``images[0] .. images[1]``, block by block; dU and db are this group's own."""
    _, OH, OW, F = dy.shape
    C = x.shape[3]
    patch, half = np.empty((TILE, TILE, C), x.dtype), np.empty((TILE, TILE, C), x.dtype)
    part, out = np.empty((steps[0], steps[1], F), x.dtype), np.empty((TILE, steps[1], F), x.dtype)
    V, dM = np.empty((TILE * TILE, size, C), x.dtype), np.empty((TILE * TILE, size, F), x.dtype)
    dU[:] = 0
    db[:] = 0
    if need_dx:
        dx[images[0] : images[1]] = 0
    last = images[1] * tiles[0] * tiles[1]
    for first in range(images[0] * tiles[0] * tiles[1], last, size):
        T = min(size, last - first)
        for k in range(T):
            n, i, j = _tile_place(first + k, tiles, steps)
            part[:] = 0
            for row in range(min(steps[0], OH - i)):
                for col in range(min(steps[1], OW - j)):
                    above, was, dz = dy[n, i + row, j + col], y[n, i + row, j + col], part[row, col]
                    for f in range(F):
                        # forward was: y = 0 if relu and z < 0 else z
                        dz[f] = 0 if relu and was[f] <= 0 else above[f]
                        db[f] += dz[f]
            # forward was: part = A' M A
            for col in range(steps[1]):
                a(part[:, col], out[:, col])
            for row in range(TILE):
                a(out[row], dM[row * TILE : (row + 1) * TILE, k])
        _transform_input(x, first, T, tiles, steps, corner, patch, half, V)
        for p in range(TILE * TILE):
            # forward was: M[p] = V[p] @ U[p]
            gemm(V[p, :T].T, dM[p, :T], dU[p], True)  # (C, F)
            if need_dx:
                gemm(dM[p, :T], U[p].T, V[p, :T], False)  # (T, C), over V, which has served
        if need_dx:
            for k in range(T):
                n, i, j = _tile_place(first + k, tiles, steps)
                # forward was: V = B' patch B
                for row in range(TILE):
                    b(V[row * TILE : (row + 1) * TILE, k], half[row])
                for col in range(TILE):
                    b(half[:, col], patch[:, col])
                _add_tile(patch, n, i - corner[0], j - corner[1], dx)


@parallel_jit
def _backward(x, U, y, dy, relu, need_dx, size, tiles, steps, corner, dx, dUs, dbs):
    N, G = x.shape[0], dUs.shape[0]
    for g in prange(G):
        images = (g * N // G, (g + 1) * N // G)
        _backward_group(
            x, U, y, dy, relu, need_dx, images, size, tiles, steps, corner, dx, dUs[g], dbs[g]
        )


# ---------------------------------------------------------------- the contract of conv2d.py


def check(kernel_size, strides):
    """ValueError for what has no tiles of 6 x 6: kernels not of 2 to 5 pixels, strides other than 1."""
    if not all(2 <= size <= 5 for size in kernel_size):
        size = " x ".join(map(str, kernel_size))
        raise ValueError(f"Winograd convolution takes kernels of 2 to 5 pixels, got {size}: use im2col")
    if tuple(strides) != (1, 1):
        raise ValueError(f"Winograd convolution moves by one pixel, got strides {tuple(strides)}: use im2col")


def _plan(x, w, OH, OW, padding):
    """U, tiles down and across, outputs a tile, the corner, and how many tiles fill the cache."""
    KH, KW, C, F = w.shape
    U = np.einsum("ih,jw,hwcf->ijcf", matrices(KH)[2], matrices(KW)[2], w).astype(x.dtype)
    steps = TILE + 1 - KH, TILE + 1 - KW
    tiles = -(-OH // steps[0]), -(-OW // steps[1])
    size = max(8, CACHE // (TILE * TILE * (C + F) * x.itemsize))
    return U.reshape(TILE * TILE, C, F), tiles, steps, (padding[0][0], padding[1][0]), size


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward, for what ``check`` lets through."""
    check(w.shape[:2], strides)
    N, H, W, _ = x.shape
    OH, OW = output_size(H, w.shape[0], 1, padding[0]), output_size(W, w.shape[1], 1, padding[1])
    U, tiles, steps, corner, size = _plan(x, w, OH, OW, padding)
    y = np.empty((N, OH, OW, w.shape[3]), x.dtype)
    _forward(x, U, b, relu, size, tiles, steps, corner, y)
    return y


def backward(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As conv2d.backward, for what ``check`` lets through."""
    check(w.shape[:2], strides)
    KH, KW, C, F = w.shape
    N, OH, OW, _ = dy.shape
    U, tiles, steps, corner, size = _plan(x, w, OH, OW, padding)
    groups = min(GROUPS, max(N, 1))
    size = min(size, max(1, -(-N // groups) * tiles[0] * tiles[1]))
    dx = np.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    dUs, dbs = np.empty((groups, TILE * TILE, C, F), x.dtype), np.empty((groups, F), x.dtype)
    y = dy if relu_of is None else relu_of
    _backward(x, U, y, dy, relu_of is not None, need_dx, size, tiles, steps, corner, dx, dUs, dbs)
    dU = dUs.sum(0).reshape(TILE, TILE, C, F)  # the groups' sums, added in the order of the groups
    # forward was: U = G w G'
    dw = np.einsum("ih,jw,ijcf->hwcf", matrices(KH)[2], matrices(KW)[2], dU).astype(x.dtype)
    return dx if need_dx else None, dw, dbs.sum(0)
