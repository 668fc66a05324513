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

    U[i, j] (C, F)  filters     V[i, j] (T, C)  T tiles of pictures     M[i, j] = V[i, j] U[i, j]  (T, F)

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
    B = (n * np.linalg.inv(_evaluate(TILE)).T).T.round(12)  # whole but for rounding
    return _evaluate(TILE + 1 - r), B, _evaluate(r) / n


TERMS = 5  # no row of A, B or their transposes has more numbers that are not 0


def step(matrix, dtype):
    """What ``down`` and ``across`` multiply by: (2, rows, TERMS), places of the numbers not 0, and these."""
    places_and_numbers = np.zeros((2, len(matrix), TERMS), dtype)
    for row, numbers in enumerate(matrix):
        (places,) = np.nonzero(numbers)
        places_and_numbers[0, row] = places[0]  # filled up with the first, times 0
        places_and_numbers[:, row, : len(places)] = places, numbers[places]
    return places_and_numbers


# Tiles are kept as (6, 6, T, C), so that the inner loop runs along memory; ``k`` says which of the T.


@jit
def _sum(v, x0, x1, x2, x3, x4, out):
    for c in range(out.size):
        out[c] = v[0] * x0[c] + v[1] * x1[c] + v[2] * x2[c] + v[3] * x3[c] + v[4] * x4[c]


@jit
def down(step, source, k, target, l):
    """Every column of tile l of ``target`` = matrix @ the column of tile k of ``source``."""
    x = source
    for i in range(target.shape[0]):
        at = step[0, i]
        for j in range(target.shape[1]):
            x0, x1, x2 = x[int(at[0]), j, k], x[int(at[1]), j, k], x[int(at[2]), j, k]
            _sum(step[1, i], x0, x1, x2, x[int(at[3]), j, k], x[int(at[4]), j, k], target[i, j, l])


@jit
def across(step, source, k, target, l):
    """Every row of tile l of ``target`` = matrix @ the row of tile k of ``source``."""
    x = source
    for j in range(target.shape[1]):
        at = step[0, j]
        for i in range(target.shape[0]):
            x0, x1, x2 = x[i, int(at[0]), k], x[i, int(at[1]), k], x[i, int(at[2]), k]
            _sum(step[1, j], x0, x1, x2, x[i, int(at[3]), k], x[i, int(at[4]), k], target[i, j, l])


# ---------------------------------------------------------------- tiles
#
# Tiles overlap by r - 1 pixels and are numbered through: tile = (n TH + i) TW + j. One that hangs over the
# border reads zeros there, and what it computes beyond the last row or column is left out.


@jit
def _read_tile(x, n, top, left, patch):
    """patch (6, 6, 1, C) = the picture from (top, left) on, 0 outside."""
    _, H, W, C = x.shape
    for i in range(TILE):
        for j in range(TILE):
            inside = 0 <= top + i < H and 0 <= left + j < W
            pixel, place = x[n, top + i if inside else 0, left + j if inside else 0], patch[i, j, 0]
            for c in range(C):
                place[c] = pixel[c] if inside else 0


@jit
def _add_tile(patch, n, top, left, x):
    """The transpose of _read_tile."""
    _, H, W, C = x.shape
    for i in range(max(0, -top), min(TILE, H - top)):
        for j in range(max(0, -left), min(TILE, W - left)):
            pixel, place = x[n, top + i, left + j], patch[i, j, 0]
            for c in range(C):
                pixel[c] += place[c]


@jit
def _tile_place(tile, tiles, steps):
    """Which picture a tile is of, and the first row and column of its outputs."""
    n, rest = divmod(tile, tiles[0] * tiles[1])
    return n, rest // tiles[1] * steps[0], rest % tiles[1] * steps[1]


@jit
def _transform_input(x, Bt, first, count, tiles, steps, corner, patch, half, V):
    """V[:, :, k] = B' d B for the tiles first .. first + count; V (6, 6, T, C)."""
    for k in range(count):
        n, i, j = _tile_place(first + k, tiles, steps)
        _read_tile(x, n, i - corner[0], j - corner[1], patch)
        down(Bt, patch, 0, half, 0)
        across(Bt, half, 0, V, k)


@jit
def _forward_block(x, U, bias, relu, Bt, At_h, At_w, first, count, tiles, steps, corner, y):
    _, OH, OW, F = y.shape
    C = x.shape[3]
    patch, half = np.empty((TILE, TILE, 1, C), x.dtype), np.empty((TILE, TILE, 1, C), x.dtype)
    V, M = np.empty((TILE, TILE, count, C), x.dtype), np.empty((TILE, TILE, count, F), x.dtype)
    out, part = np.empty((TILE, steps[1], 1, F), x.dtype), np.empty((steps[0], steps[1], 1, F), x.dtype)
    _transform_input(x, Bt, first, count, tiles, steps, corner, patch, half, V)
    for i in range(TILE):
        for j in range(TILE):
            gemm(V[i, j], U[i, j], M[i, j], False)  # (T, F)
    for k in range(count):
        n, i, j = _tile_place(first + k, tiles, steps)
        across(At_w, M, k, out, 0)
        down(At_h, out, 0, part, 0)
        for row in range(min(steps[0], OH - i)):
            for col in range(min(steps[1], OW - j)):
                target, source = y[n, i + row, j + col], part[row, col, 0]
                for f in range(F):
                    v = source[f] + bias[f]
                    target[f] = 0 if relu and v < 0 else v  # a NaN stays one


@parallel_jit
def _forward(x, U, bias, relu, Bt, At_h, At_w, size, tiles, steps, corner, y):
    total = x.shape[0] * tiles[0] * tiles[1]
    for block in prange((total + size - 1) // size):
        first = block * size
        count = min(size, total - first)
        _forward_block(x, U, bias, relu, Bt, At_h, At_w, first, count, tiles, steps, corner, y)


@jit
def _backward_group(
    x, U, y, dy, relu, need_dx, Bt, B, A_h, A_w, images, size, tiles, steps, corner, dx, dU, db
):
    """Images ``images[0] .. images[1]``, block by block; dU and db are this group's own."""
    _, OH, OW, F = dy.shape
    C = x.shape[3]
    patch, half = np.empty((TILE, TILE, 1, C), x.dtype), np.empty((TILE, TILE, 1, C), x.dtype)
    part, out = np.empty((steps[0], steps[1], 1, F), x.dtype), np.empty((TILE, steps[1], 1, F), x.dtype)
    V, dM = np.empty((TILE, TILE, size, C), x.dtype), np.empty((TILE, TILE, size, F), x.dtype)
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
                    above, was, dz = dy[n, i + row, j + col], y[n, i + row, j + col], part[row, col, 0]
                    for f in range(F):
                        # forward was: y = 0 if relu and z < 0 else z
                        dz[f] = 0 if relu and was[f] <= 0 else above[f]
                        db[f] += dz[f]
            # forward was: part = A' M A
            down(A_h, part, 0, out, 0)
            across(A_w, out, 0, dM, k)
        _transform_input(x, Bt, first, T, tiles, steps, corner, patch, half, V)
        for i in range(TILE):
            for j in range(TILE):
                # forward was: M[i, j] = V[i, j] @ U[i, j]
                gemm(V[i, j, :T].T, dM[i, j, :T], dU[i, j], True)  # (C, F)
                if need_dx:
                    gemm(dM[i, j, :T], U[i, j].T, V[i, j, :T], False)  # (T, C), over V, which has served
        if need_dx:
            for k in range(T):
                n, i, j = _tile_place(first + k, tiles, steps)
                # forward was: V = B' patch B
                across(B, V, k, half, 0)
                down(B, half, 0, patch, 0)
                _add_tile(patch, n, i - corner[0], j - corner[1], dx)


@parallel_jit
def _backward(x, U, y, dy, relu, need_dx, Bt, B, A_h, A_w, size, tiles, steps, corner, dx, dUs, dbs):
    N, G = x.shape[0], dUs.shape[0]
    for g in prange(G):
        images, dU, db = (g * N // G, (g + 1) * N // G), dUs[g], dbs[g]
        _backward_group(
            x, U, y, dy, relu, need_dx, Bt, B, A_h, A_w, images, size, tiles, steps, corner, dx, dU, db
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
    return U, tiles, steps, (padding[0][0], padding[1][0]), size


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward, for what ``check`` lets through."""
    check(w.shape[:2], strides)
    N, H, W, _ = x.shape
    OH, OW = output_size(H, w.shape[0], 1, padding[0]), output_size(W, w.shape[1], 1, padding[1])
    U, tiles, steps, corner, size = _plan(x, w, OH, OW, padding)
    y = np.empty((N, OH, OW, w.shape[3]), x.dtype)
    (A_h, B, _), (A_w, _, _) = map(matrices, w.shape[:2])
    Bt, At_h, At_w = (step(matrix.T, x.dtype) for matrix in (B, A_h, A_w))
    _forward(x, U, b, relu, Bt, At_h, At_w, size, tiles, steps, corner, y)
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
    dUs, dbs = np.empty((groups, TILE, TILE, C, F), x.dtype), np.empty((groups, F), x.dtype)
    y = dy if relu_of is None else relu_of
    (A_h, B, _), (A_w, _, _) = map(matrices, w.shape[:2])
    Bt, B, A_h, A_w = (step(matrix, x.dtype) for matrix in (B.T, B, A_h, A_w))
    _backward(
        x, U, y, dy, relu_of is not None, need_dx, Bt, B, A_h, A_w, size, tiles, steps, corner, dx, dUs, dbs
    )
    dU = dUs.sum(0)  # the groups' sums, added in the order of the groups
    # forward was: U = G w G'
    dw = np.einsum("ih,jw,ijcf->hwcf", matrices(KH)[2], matrices(KW)[2], dU).astype(x.dtype)
    return dx if need_dx else None, dw, dbs.sum(0)
