"""Convolution, three times: the definition, as one matrix product, compiled.

    y[n, i, j, f] = b[f] + sum over kh, kw, c of x[n, i SH - top + kh, j SW - left + kw, c] w[kh, kw, c, f]

where x is 0 outside the picture. (Networks call this convolution; in mathematics it is the
cross-correlation, the kernel is not turned round.)

    x  (N, H, W, C)      w  (KH, KW, C, F)      b  (F,)      y  (N, OH, OW, F)
    strides (SH, SW)     padding ((top, bottom), (left, right))

The gradients are the same line read the other way: whatever y got from x through w, dy hands back.

    dx[n, i SH - top + kh, j SW - left + kw, c] += dy[n, i, j, f] w[kh, kw, c, f]
    dw[kh, kw, c, f] += x[n, i SH - top + kh, j SW - left + kw, c] dy[n, i, j, f]
    db[f] += dy[n, i, j, f]

Sources: Dumoulin & Visin 2016, "A guide to convolution arithmetic", section 2 (sizes, padding);
Chellapilla, Puri & Simard 2006, section 3.1 (the convolution as one matrix product).
"""

import numpy as np

from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit, parallel_jit, prange
from minicnn.kernels.shapes import NO_PADDING, output_size


def output_shape(x, w, strides, padding):
    """(N, OH, OW, F)"""
    N, H, W, _ = x.shape
    KH, KW, _, F = w.shape
    return N, output_size(H, KH, strides[0], padding[0]), output_size(W, KW, strides[1], padding[1]), F


# ---------------------------------------------------------------- 1. the definition


def forward_definition(x, w, b, strides=(1, 1), padding=NO_PADDING):
    """The equation above, one number at a time."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    (SH, SW), (KH, KW, C, F) = strides, w.shape
    N, OH, OW, _ = y_shape = output_shape(x, w, strides, NO_PADDING)
    y = np.zeros(y_shape, x.dtype)
    for n, i, j, f in np.ndindex(N, OH, OW, F):
        y[n, i, j, f] = b[f]
        for kh, kw, c in np.ndindex(KH, KW, C):
            y[n, i, j, f] += x[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
    return y


def backward_definition(x, w, dy, strides=(1, 1), padding=NO_PADDING):
    """dx, dw, db: each multiplication of the forward pass, differentiated where it stands."""
    (top, bottom), (left, right) = padding
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    (SH, SW), (KH, KW, C, F) = strides, w.shape
    N, OH, OW, _ = dy.shape
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(F, w.dtype)
    for n, i, j, f in np.ndindex(N, OH, OW, F):
        # forward was: y[n, i, j, f] = b[f]
        db[f] += dy[n, i, j, f]
        for kh, kw, c in np.ndindex(KH, KW, C):
            # forward was: y[n, i, j, f] += x[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
            dx[n, i * SH + kh, j * SW + kw, c] += dy[n, i, j, f] * w[kh, kw, c, f]
            dw[kh, kw, c, f] += dy[n, i, j, f] * x[n, i * SH + kh, j * SW + kw, c]
    H, W = x.shape[1] - top - bottom, x.shape[2] - left - right
    return dx[:, top : top + H, left : left + W], dw, db


# ---------------------------------------------------------------- 2. one matrix product
#
# Write every window the kernel visits as a row ("im2col"). A 3 x 3 picture, a 2 x 2 kernel:
#
#     a b c            cols                w
#     d e f      a b d e  <- window 0     w00          y0
#     g h i      b c e f  <- window 1  @  w01    =     y1
#                d e g h  <- window 2     w10          y2
#                e f h i  <- window 3     w11          y3
#
# A pixel stands in as many rows as windows see it; on the way back it collects from all of them.


def im2col(x, KH, KW, strides=(1, 1), padding=NO_PADDING):
    """Every window of x as a row: (N OH OW, KH KW C)."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    C = x.shape[3]
    windows = np.lib.stride_tricks.sliding_window_view(x, (KH, KW), axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]  # (N, OH, OW, C, KH, KW), still a view
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, KH * KW * C)


def col2im(cols, x_shape, KH, KW, strides=(1, 1), padding=NO_PADDING):
    """The transpose of im2col: every pixel sums the places it was copied to. (N, H, W, C)"""
    (N, H, W, C), (SH, SW), ((top, bottom), (left, right)) = x_shape, strides, padding
    OH, OW = output_size(H, KH, SH, padding[0]), output_size(W, KW, SW, padding[1])
    cols = cols.reshape(N, OH, OW, KH, KW, C)
    x = np.zeros((N, H + top + bottom, W + left + right, C), cols.dtype)
    for kh, kw in np.ndindex(KH, KW):
        x[:, kh : kh + OH * SH : SH, kw : kw + OW * SW : SW] += cols[:, :, :, kh, kw]
    return x[:, top : top + H, left : left + W]


def forward_matrix(x, w, b, strides=(1, 1), padding=NO_PADDING):
    """All windows, times all filters."""
    KH, KW, C, F = w.shape
    cols = im2col(x, KH, KW, strides, padding)
    y = cols @ w.reshape(KH * KW * C, F) + b  # (N OH OW, F)
    return y.reshape(output_shape(x, w, strides, padding))


def backward_matrix(x, w, dy, strides=(1, 1), padding=NO_PADDING):
    """The two transposes of one product."""
    KH, KW, _, F = w.shape
    cols = im2col(x, KH, KW, strides, padding)
    dy = dy.reshape(-1, F)
    # forward was: y = cols @ w + b
    dw = cols.T @ dy  # (KH KW C, F)
    dcols = dy @ w.reshape(-1, F).T  # (N OH OW, KH KW C)
    return col2im(dcols, x.shape, KH, KW, strides, padding), dw.reshape(w.shape), dy.sum(0)


# ---------------------------------------------------------------- 3. compiled
#
# The whole of cols is KH KW times as large as the picture: written to memory and read back, it costs
# more than the product. So a thread makes a block of it that fits into its cache, multiplies, and
# writes the next block over it. Bias and ReLU are applied while the result is still there.
# A block is a run of output rows, (n, i) counted through; it may span several small pictures.

CACHE = 512 * 1024  # bytes of cols at a time: they fit into a core's second-level cache, weights beside them
GROUPS = 8  # the images are dealt to so many groups, each summing its own dw; fixed, see threads.py


def rows_per_block(OW, K, itemsize):
    """Output rows whose windows fill the cache, K numbers each."""
    return max(1, CACHE // (OW * K * itemsize))


@jit
def fill_columns(x, first, count, shape, strides, corner, cols):
    """Rows ``first .. first + count`` of output, as windows of x: cols (count OW, KH KW C)."""
    _, H, W, C = x.shape
    OH, OW, KH, KW = shape
    for r in range(count):
        n, i = divmod(first + r, OH)
        for kh in range(KH):
            h = i * strides[0] - corner[0] + kh
            inside = 0 <= h < H
            pixels = x[n, h if inside else 0].reshape(W * C)
            for j in range(OW):
                row = cols[r * OW + j, kh * KW * C : (kh + 1) * KW * C]
                at = (j * strides[1] - corner[1]) * C
                if inside and 0 <= at <= (W - KW) * C:  # a row of the window lies in one piece
                    source = pixels[at : at + KW * C]
                    for k in range(KW * C):
                        row[k] = source[k]
                else:
                    for k in range(KW * C):
                        row[k] = pixels[at + k] if inside and 0 <= at + k < W * C else 0


@jit
def add_columns(cols, first, count, shape, strides, corner, x):
    """The transpose of fill_columns: x += every window's row, back where it came from."""
    _, H, W, C = x.shape
    OH, OW, KH, KW = shape
    for r in range(count):
        n, i = divmod(first + r, OH)
        for kh in range(KH):
            h = i * strides[0] - corner[0] + kh
            if not 0 <= h < H:
                continue
            pixels = x[n, h].reshape(W * C)
            for j in range(OW):
                row = cols[r * OW + j, kh * KW * C : (kh + 1) * KW * C]
                at = (j * strides[1] - corner[1]) * C
                # forward was: row[k] = pixels[at + k]
                if 0 <= at <= (W - KW) * C:
                    target = pixels[at : at + KW * C]
                    for k in range(KW * C):
                        target[k] += row[k]
                else:
                    for k in range(max(0, -at), min(KW * C, W * C - at)):
                        pixels[at + k] += row[k]


@jit
def _forward_block(x, w, b, relu, first, count, shape, strides, corner, y):
    OW = shape[1]
    K, F = w.shape
    cols = np.empty((count * OW, K), x.dtype)
    fill_columns(x, first, count, shape, strides, corner, cols)
    y = y[first * OW : (first + count) * OW]  # (count OW, F)
    gemm(cols, w, y, False)
    for m in range(count * OW):
        row = y[m]
        for f in range(F):
            v = row[f] + b[f]
            row[f] = 0 if relu and v < 0 else v  # a NaN stays one


@parallel_jit
def _forward(x, w, b, relu, rows, shape, strides, corner, y):
    total = x.shape[0] * shape[0]
    for block in prange((total + rows - 1) // rows):
        first = block * rows
        _forward_block(x, w, b, relu, first, min(rows, total - first), shape, strides, corner, y)


def forward_compiled(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As forward_matrix, block by block; ``relu`` applies it to y on the way."""
    KH, KW, C, F = w.shape
    y = np.empty(output_shape(x, w, strides, padding), x.dtype)
    _, OH, OW, _ = y.shape
    rows = rows_per_block(OW, KH * KW * C, x.itemsize)
    corner = padding[0][0], padding[1][0]
    _forward(x, w.reshape(-1, F), b, relu, rows, (OH, OW, KH, KW), strides, corner, y.reshape(-1, F))
    return y


@jit
def _backward_group(x, w, y, dy, relu, need_dx, images, rows, shape, strides, corner, dx, dw, db):
    """Images ``images[0] .. images[1]``, block by block; dw and db are this group's own."""
    OH, OW = shape[0], shape[1]
    K, F = w.shape
    cols = np.empty((rows * OW, K), x.dtype)
    dz = np.empty((rows * OW, F), x.dtype)
    dw[:] = 0
    db[:] = 0
    if need_dx:
        dx[images[0] : images[1]] = 0
    last = images[1] * OH
    for first in range(images[0] * OH, last, rows):
        count = min(rows, last - first)
        M = count * OW
        for m in range(M):
            above, out, row = dy[first * OW + m], y[first * OW + m], dz[m]
            for f in range(F):
                # forward was: y = 0 if relu and z < 0 else z
                row[f] = 0 if relu and out[f] <= 0 else above[f]
                db[f] += row[f]
        fill_columns(x, first, count, shape, strides, corner, cols)
        # forward was: y = cols @ w
        gemm(cols[:M].T, dz[:M], dw, True)  # (K, F)
        if need_dx:
            gemm(dz[:M], w.T, cols[:M], False)  # (M, K)
            add_columns(cols, first, count, shape, strides, corner, dx)


@jit
def _add_groups(parts, total):
    """total = the groups' sums, added in the order of the groups, so always with the same rounding."""
    for g in range(parts.shape[0]):
        for f in range(parts.shape[1]):
            total[f] += parts[g, f]


@parallel_jit
def _backward(x, w, y, dy, relu, need_dx, rows, shape, strides, corner, dx, dws, dbs, dw, db):
    N, G = x.shape[0], dws.shape[0]
    for g in prange(G):
        images = (g * N // G, (g + 1) * N // G)
        _backward_group(
            x, w, y, dy, relu, need_dx, images, rows, shape, strides, corner, dx, dws[g], dbs[g]
        )
    for k in prange(dw.shape[0]):
        _add_groups(dws[:, k], dw[k])
    _add_groups(dbs, db)


def backward_compiled(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As backward_matrix. ``relu_of``: the y of a forward pass with ``relu``. dx is None unless needed."""
    KH, KW, C, F = w.shape
    N, OH, OW, _ = dy.shape
    K = KH * KW * C
    groups = min(GROUPS, max(N, 1))
    dx = np.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    dws, dbs = np.empty((groups, K, F), x.dtype), np.empty((groups, F), x.dtype)
    dw, db = np.zeros((K, F), x.dtype), np.zeros(F, x.dtype)
    rows = min(rows_per_block(OW, K, x.itemsize), -(-N // groups) * OH or 1)
    y = dy if relu_of is None else relu_of
    corner = padding[0][0], padding[1][0]
    _backward(
        x, w.reshape(K, F), y.reshape(-1, F), dy.reshape(-1, F), relu_of is not None, need_dx,
        rows, (OH, OW, KH, KW), strides, corner, dx, dws, dbs, dw, db,
    )
    return dx if need_dx else None, dw.reshape(w.shape), db


LADDER = (
    ("definition", forward_definition, backward_definition),
    ("one matrix product", forward_matrix, backward_matrix),
    ("compiled", forward_compiled, backward_compiled),
)
forward, backward = forward_compiled, backward_compiled
