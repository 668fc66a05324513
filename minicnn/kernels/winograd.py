"""Convolution with fewer multiplications: the fourth rung of conv2d.py.

Pictures are cut into tiles that overlap, 6 x 6 pixels each. toom_cook.py says how a tile and a filter of r x
r are evaluated at 6 x 6 points, multiplied there number by number, and turned into m x m outputs, m = 7 - r.
Over many channels and filters "number by number" becomes 36 matrix products, one for each point:

    U[i, j] (C, F)  filters     V[i, j] (T, C)  T tiles of pictures     M[i, j] = V[i, j] U[i, j]  (T, F)

Backwards every step is transposed: dM = A dY A', dU = V' dM, dV = dM U', dx += B dV B', dw = G' dU G.

A thread takes some strips of tiles, as many as its cache holds V and M for, and goes with them all the way
from x to y (winograd_tiles.py); V is made again on the way back, because keeping it takes 2 to 9 times the
room of x.

Source: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", sections 4.1 to 4.3.
"""

import functools

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.shapes import NO_PADDING, output_shape
from minicnn.kernels.slices import add, copy, fill
from minicnn.kernels.toom_cook import TILE, matrices
from minicnn.kernels.winograd_tiles import (
    input_room,
    transform_input,
    transform_input_back,
    transform_output,
    transform_output_back,
)

CACHE = 1024 * 1024  # bytes of V and M at a time
GROUPS = 8  # of images, each summing its own dU; fixed, see threads.py
SHARES = 32  # of the columns of U
FEW = 64  # tiles that are worth a dU of their own, at least


# ---------------------------------------------------------------- strips


@jit
def _room(x, C, F, size, geometry):
    """What a thread needs on the way: for winograd_tiles.py, and V and M of ``size`` strips."""
    T, pixels = size * geometry[1], input_room(x.shape[3], geometry)
    rows, points = np.empty(pixels, x.dtype), np.empty(pixels, x.dtype)
    sums, outputs = np.zeros(TILE * 5 * F, x.dtype), np.zeros(5 * 5 * F, x.dtype)
    V, M = np.empty((TILE, TILE, T, C), x.dtype), np.empty((TILE, TILE, T, F), x.dtype)
    return rows, points, sums, outputs, V, M


@jit
def _forward_share(number, x, U, bias, relu, shares, size, geometry, y):
    """A share of the strips, ``size`` at a time."""
    total, TW = x.shape[0] * geometry[0], geometry[1]
    begin, end = number * total // shares, (number + 1) * total // shares
    F = U.shape[3]
    rows, points, sums, outputs, V, M = _room(x, U.shape[2], F, size, geometry)
    flat = M.reshape(-1)
    for first in range(begin, end, size):
        last = min(first + size, end)
        T = (last - first) * TW
        for s in range(first, last):
            transform_input(x, s, geometry, rows, points, V, (s - first) * TW)
        for i, j in np.ndindex(TILE, TILE):
            # A number added at the point (1, 1) is added to every output of the tile: so is the bias.
            at_one = i == 1 and j == 1
            for k in range(T if at_one else 0):
                copy(bias, 0, flat, ((TILE * i + j) * size * TW + k) * F, F)
            gemm(V[i, j, :T], U[i, j], M[i, j, :T], at_one)  # (T, F)
        for s in range(first, last):
            transform_output(M, (s - first) * TW, s, geometry, sums, outputs, relu, y)


@parallel_jit
def _forward(box, x, U, bias, relu, shares, size, geometry, y):
    share(box, shares, _forward_share, (x, U, bias, relu, shares, size, geometry, y))


@jit
def _backward_group(g, x, U, y, dy, relu, need_dx, size, geometry, dx, dUs, dbs):
    """A group of images, ``size`` strips at a time; dUs[g] and dbs[g] are its own."""
    N, G, (TH, TW) = x.shape[0], dUs.shape[0], geometry[:2]
    images, dU, db = (g * N // G, (g + 1) * N // G), dUs[g], dbs[g]
    F, C = U.shape[2:]  # U turned, see ``backward``
    rows, points, sums, outputs, V, dM = _room(x, C, F, size, geometry)
    columns, pixels = np.empty(TILE * TILE * C, x.dtype), np.empty(TILE * TILE * C, x.dtype)
    flat, picture = dM.reshape(-1), x[0].size if need_dx else 0
    fill(db, 0, F, 0)
    fill(dx.reshape(-1), images[0] * picture, (images[1] - images[0]) * picture, 0)
    begin, end = images[0] * TH, images[1] * TH
    if begin == end:
        dU[:] = 0
    for first in range(begin, end, size):
        last = min(first + size, end)
        T = (last - first) * TW
        for s in range(first, last):
            transform_input(x, s, geometry, rows, points, V, (s - first) * TW)
            transform_output_back(y, dy, relu, s, geometry, outputs, sums, dM, (s - first) * TW)
        for k in range(T):
            # forward was: M[1, 1] += bias
            add(flat, ((TILE + 1) * size * TW + k) * F, db, 0, F)
        for i, j in np.ndindex(TILE, TILE):
            # forward was: M[i, j] = V[i, j] @ U[i, j]
            gemm(V[i, j, :T].T, dM[i, j, :T], dU[i, j], first > begin)  # (C, F)
            if need_dx:
                gemm(dM[i, j, :T], U[i, j], V[i, j, :T], False)  # (T, C), over V, which has served
        if need_dx:
            for s in range(first, last):
                transform_input_back(V, (s - first) * TW, s, geometry, columns, pixels, dx)


@parallel_jit
def _backward(box, x, U, y, dy, relu, need_dx, size, geometry, dx, dUs, dbs):
    args = (x, U, y, dy, relu, need_dx, size, geometry, dx, dUs, dbs)
    share(box, dUs.shape[0], _backward_group, args)


# ---------------------------------------------------------------- the contract of conv2d.py


def taps(kernel_size, strides):
    """The size of the filter that moves by one over pixels taken together, stride by stride."""
    return tuple(-(-size // stride) for size, stride in zip(kernel_size, strides))


def check(kernel_size, strides):
    """ValueError for what has no tiles of 6 x 6: kernels other than 2 to 5 times their strides."""
    if not all(2 <= size <= 5 for size in taps(kernel_size, strides)):
        size = " x ".join(map(str, kernel_size))
        raise ValueError(
            f"Winograd convolution takes kernels of 2 to 5 times their strides, got {size} with strides "
            f"{tuple(strides)}: use im2col"
        )


NUMBER = 20  # multiplications that take as long as carrying one number to a point, or from it: measured


def pays(w_shape, strides, OH, OW):
    """Whether this beats conv2d.forward: few channels or filters are not worth the way to the points."""
    (KH, KW, C, F), (SH, SW) = w_shape, strides
    RH, RW = taps((KH, KW), strides)
    if not (2 <= RH <= 5 and 2 <= RW <= 5):
        return False
    tiles, channels = -(-OH // (TILE + 1 - RH)) * -(-OW // (TILE + 1 - RW)), C * SH * SW
    return tiles * TILE * TILE * (channels * F + NUMBER * (channels + F)) < OH * OW * KH * KW * C * F


def _blocks(w, strides, turned=False):
    """The filter on pixels taken together, (RH, RW, SH SW C, F), filled up with 0. ``turned``: F first."""
    (KH, KW, C, F), (SH, SW) = w.shape, strides
    RH, RW = taps((KH, KW), strides)
    full = w
    if (RH * SH, RW * SW) != (KH, KW):
        full = np.zeros((RH * SH, RW * SW, C, F), w.dtype)
        full[:KH, :KW] = w
    axes = (0, 2, 5, 1, 3, 4) if turned else (0, 2, 1, 3, 4, 5)
    shape = (RH, RW, F, SH * SW * C) if turned else (RH, RW, SH * SW * C, F)
    return full.reshape(RH, SH, RW, SW, C, F).transpose(axes).reshape(shape)


def _unblocks(dw, w_shape, strides):
    """The transpose of _blocks."""
    (RH, RW, _, F), (KH, KW, C, _), (SH, SW) = dw.shape, w_shape, strides
    dw = dw.reshape(RH, RW, SH, SW, C, F).transpose(0, 2, 1, 3, 4, 5).reshape(RH * SH, RW * SW, C, F)
    return np.ascontiguousarray(dw[:KH, :KW])


def _plan(y_shape, C, kernel_size, strides, padding, itemsize):
    """The geometry, and how many strips are treated together.

    V and M should stay in the cache; but U is read once for all of them, and where it is too large for the
    cache, they may as well take the room that it does.
    """
    (_, OH, OW, F), (RH, RW) = y_shape, taps(kernel_size, strides)
    mh, mw = TILE + 1 - RH, TILE + 1 - RW
    TH, TW = -(-OH // mh), -(-OW // mw)
    room = min(max(CACHE, TILE * TILE * C * F * itemsize), 16 * CACHE)
    size = max(1, room // (TILE * TILE * TW * (C + F) * itemsize))
    return (TH, TW, mh, mw, *strides, padding[0][0], padding[1][0]), size


@functools.cache
def _both(r, dtype):
    """G g G' as one matrix: (36, RH RW)"""
    return np.kron(matrices(r[0])[2], matrices(r[1])[2]).astype(dtype)


@jit
def _columns(number, size):
    return number * size // SHARES, (number + 1) * size // SHARES


@jit
def _times_share(number, matrix, w, U):
    begin, end = _columns(number, w.shape[1])
    gemm(matrix, w[:, begin:end], U[:, begin:end], False)


@parallel_jit
def _times(box, matrix, w, U):
    """U = matrix @ w, which has far more columns than rows."""
    share(box, SHARES, _times_share, (matrix, w, U))


@jit
def _sum_groups(dUs, begin, end):
    """dUs[0] += the other groups' sums, in the order of the groups, so always with the same rounding."""
    for g in range(1, dUs.shape[0]):
        for i in range(dUs.shape[1]):
            for k in range(begin, end):
                dUs[0, i, k] += dUs[g, i, k]


@jit
def _times_back_share(number, matrix, dUs, dw):
    begin, end = _columns(number, dw.shape[1])
    _sum_groups(dUs, begin, end)
    gemm(matrix.T, dUs[0, :, begin:end], dw[:, begin:end], False)


@parallel_jit
def _times_back(box, matrix, dUs, dw):
    """dw = matrix' @ the sum of dUs (groups, 36, C F)"""
    share(box, SHARES, _times_back_share, (matrix, dUs, dw))


def _filters(w):
    """U = G w G' for all channels and filters: (r, r, C, F) -> (6, 6, C, F)."""
    r, shape = w.shape[:2], w.shape[2:]
    U = buffers.empty((TILE, TILE, *shape), w.dtype)
    _times(_both(r, w.dtype), w.reshape(r[0] * r[1], -1), U.reshape(TILE * TILE, -1))
    return U


def _shares(strips, size, TW):
    """Into how many shares to cut the strips: small ones, for the cache; even work for 2, 4 or 8 threads."""
    shares = 1
    while shares < strips and (shares * size < strips or (shares < GROUPS and shares * FEW <= strips * TW)):
        shares *= 2
    return shares


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward, for what ``check`` lets through."""
    check(w.shape[:2], strides)
    shape = output_shape(x, w, strides, padding)
    U = _filters(_blocks(w, strides))
    geometry, size = _plan(shape, U.shape[2], w.shape[:2], strides, padding, x.itemsize)
    y = buffers.empty(shape, x.dtype)
    strips = len(x) * geometry[0]
    shares = _shares(strips, size, geometry[1])
    _forward(x, U, b, relu, shares, max(1, -(-strips // shares)), geometry, y)
    return y


def backward(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As conv2d.backward, for what ``check`` lets through."""
    check(w.shape[:2], strides)
    turned = _blocks(w, strides, turned=True)
    RH, RW, F, C = turned.shape
    U = _filters(turned)  # (6, 6, F, C): BLAS is faster on it than on U'
    geometry, size = _plan(dy.shape, C, w.shape[:2], strides, padding, x.itemsize)
    groups = GROUPS  # halved, until each has work enough to be worth a sum of its own
    enough = max(FEW, C * F // (C + F))  # tiles, whose V and dM are then as large as dU
    while groups > 1 and (groups > len(x) or len(x) * geometry[0] * geometry[1] < groups * enough):
        groups //= 2
    size = min(size, -(-max(len(x), 1) * geometry[0] // groups))
    dx = buffers.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    dUs, dbs = buffers.empty((groups, TILE, TILE, C, F), x.dtype), np.empty((groups, F), x.dtype)
    y = dy if relu_of is None else relu_of
    _backward(x, U, y, dy, relu_of is not None, need_dx, size, geometry, dx, dUs, dbs)
    dw = np.empty((RH, RW, C, F), x.dtype)
    # forward was: U = G w G'
    _times_back(_both((RH, RW), x.dtype), dUs.reshape(groups, TILE * TILE, -1), dw.reshape(RH * RW, -1))
    return dx if need_dx else None, _unblocks(dw, w.shape, strides), dbs.sum(0)
