"""Convolution with fewer multiplications: the fourth rung of conv2d.py.

Pictures are cut into tiles that overlap, 6 x 6 or 8 x 8 pixels each. toom_cook.py says how a tile of 6 x 6
and a filter of r x r are evaluated at 6 x 6 points, multiplied there number by number, and turned into m x m
outputs, m = 7 - r. Over many channels and filters "number by number" becomes 36 matrix products, one a point:

    U[i, j] (C, F)  filters     V[i, j] (T, C)  T tiles of pictures     M[i, j] = V[i, j] U[i, j]  (T, F)

With 8 x 8 there are 64 products, and m = 9 - r. ``best_tiles`` chooses.

Backwards every step is transposed: dM = A dY A', dU = V' dM, dV = dM U', dx += B dV B', dw = G' dU G.

A thread takes some strips of tiles, as many as its cache holds V and M for, and goes with them all the way
from x to y (winograd_tiles.py); V is made again on the way back, because keeping it takes 1.3 to 9 times the
room of x.

Source: Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", sections 4.1 to 4.3.
"""

import math

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.shapes import NO_PADDING, output_shape
from minicnn.kernels.slices import add, copy, fill
from minicnn.kernels.toom_cook import POINTS
from minicnn.kernels.winograd_filters import taps, transform, transform_back
from minicnn.kernels.winograd_tiles import (
    counting,
    input_room,
    transform_input,
    transform_input_back,
    transform_output,
    transform_output_back,
)

CACHE = 1024 * 1024  # bytes of V and M at a time
GROUPS = 8  # of images, each summing its own dU; fixed, see threads.py
FEW = 64  # tiles that are worth a dU of their own, at least
MOST = 64 * 1024 * 1024  # bytes of dU, which is as much as pictures take: with more, four sums have to do


# ---------------------------------------------------------------- strips


@jit
def make_room(x, C, F, plan):
    """What a thread needs on the way: for winograd_tiles.py, and V and M of ``size`` strips."""
    geometry, size = plan
    T, pixels, tile = size * geometry[1], input_room(x.shape[3], geometry), len(geometry[8])
    rows, half = np.empty(pixels, x.dtype), np.empty(pixels, x.dtype)
    sums, outputs = np.zeros(tile * (tile - 1) * F, x.dtype), np.zeros((tile - 1) * (tile - 1) * F, x.dtype)
    V, M = np.empty((tile, tile, T, C), x.dtype), np.empty((tile, tile, T, F), x.dtype)
    return rows, half, sums, outputs, V, M


@jit
def forward_strips(begin, end, x, U, bias, relu, plan, room, y, n_y):
    """y of strips begin .. end, ``size`` at a time. y[0] is picture ``n_y``."""
    (geometry, size), (rows, half, sums, outputs, V, M) = plan, room
    flat, F, (TH, TW), tile = M.reshape(-1), U.shape[3], geometry[:2], U.shape[0]
    for first in range(begin, end, size):
        last = min(first + size, end)
        T = (last - first) * TW
        for s in range(first, last):
            transform_input(x, s, geometry, rows, half, V, (s - first) * TW)
        for i, j in np.ndindex(tile, tile):
            # A number added at the point (1, 1) is added to every output of the tile: so is the bias.
            at_one = i == 1 and j == 1
            for k in range(T if at_one else 0):
                copy(bias, 0, flat, ((tile * i + j) * size * TW + k) * F, F)
            counted = counting(i, j, V.shape[3], geometry)
            gemm(V[i, j, :T, :counted], U[i, j, :counted], M[i, j, :T], at_one)  # (T, F)
        for s in range(first, last):
            transform_output(M, (s - first) * TW, s - n_y * TH, geometry, sums, outputs, relu, y)


@jit
def _forward_share(number, x, U, bias, relu, shares, plan, y):
    total = x.shape[0] * plan[0][0]
    begin, end = number * total // shares, (number + 1) * total // shares
    room = make_room(x, U.shape[2], U.shape[3], plan)
    forward_strips(begin, end, x, U, bias, relu, plan, room, y, 0)


@parallel_jit
def _forward(box, x, U, bias, relu, shares, plan, y):
    share(box, shares, _forward_share, (x, U, bias, relu, shares, plan, y))


@jit
def backward_strips(begin, end, x, U, y, dy, n_y, relu, need_dx, plan, room, dx, dU, db):
    """Adds to dU, db and dx what strips begin .. end say, ``size`` at a time. y[0], dy[0]: picture n_y."""
    (geometry, size), (rows, half, sums, outputs, V, dM) = plan, room
    v, flat, (TH, TW), (tile, _, F, C) = V.reshape(-1), dM.reshape(-1), geometry[:2], U.shape  # U is turned
    columns, pixels = np.empty(tile * tile * C, x.dtype), np.empty(tile * tile * C, x.dtype)
    for first in range(begin, end, size):
        last = min(first + size, end)
        T = (last - first) * TW
        for s in range(first, last):
            k = (s - first) * TW
            transform_input(x, s, geometry, rows, half, V, k)
            transform_output_back(y, dy, relu, s - n_y * TH, geometry, outputs, sums, dM, k)
        for k in range(T):
            # forward was: M[1, 1] += bias
            add(flat, ((tile + 1) * size * TW + k) * F, db, 0, F)
        for i, j in np.ndindex(tile, tile):
            # forward was: M[i, j] = V[i, j] @ U[i, j]
            counted = counting(i, j, C, geometry)
            gemm(V[i, j, :T, :counted].T, dM[i, j, :T], dU[i, j, :counted], True)  # (C, F)
            if need_dx:  # over V, which has served
                gemm(dM[i, j, :T], U[i, j, :, :counted], V[i, j, :T, :counted], False)  # (T, C)
                for k in range(T if counted < C else 0):
                    fill(v, ((tile * i + j) * size * TW + k) * C + counted, C - counted, 0)
        if need_dx:
            for s in range(first, last):
                transform_input_back(V, (s - first) * TW, s, geometry, columns, pixels, dx)


@jit
def clear_group(g, x, need_dx, dx, dUs, dbs):
    """0 for what group g of the images adds to; returns its first image and the next group's."""
    N, G = x.shape[0], dUs.shape[0]
    begin, end, picture = g * N // G, (g + 1) * N // G, x.size // max(N, 1) if need_dx else 0
    fill(dx.reshape(-1), begin * picture, (end - begin) * picture, 0)
    fill(dUs.reshape(-1), g * dUs[g].size, dUs[g].size, 0)
    fill(dbs.reshape(-1), g * dbs[g].size, dbs[g].size, 0)
    return begin, end


@jit
def _backward_group(g, x, U, y, dy, relu, need_dx, plan, dx, dUs, dbs):
    """A group of images; dUs[g] and dbs[g] are its own."""
    begin, end = clear_group(g, x, need_dx, dx, dUs, dbs)
    room, dU, db, TH = make_room(x, U.shape[3], U.shape[2], plan), dUs[g], dbs[g], plan[0][0]
    backward_strips(begin * TH, end * TH, x, U, y, dy, 0, relu, need_dx, plan, room, dx, dU, db)


@parallel_jit
def _backward(box, x, U, y, dy, relu, need_dx, plan, dx, dUs, dbs):
    args = (x, U, y, dy, relu, need_dx, plan, dx, dUs, dbs)
    share(box, dUs.shape[0], _backward_group, args)


# ---------------------------------------------------------------- the contract of conv2d.py


def has_tiles(kernel_size, strides):
    """Whether a kernel is larger than its strides and at most 5 times as large, in height and width."""
    return all(2 <= size <= 5 for size in taps(kernel_size, strides))


def check(kernel_size, strides):
    """ValueError for what has no such tiles."""
    if not has_tiles(kernel_size, strides):
        size = " x ".join(map(str, kernel_size))
        raise ValueError(
            f"Winograd convolution takes kernels larger than their strides and at most 5 times as large, in "
            f"height and width, got {size} with strides {tuple(strides)}: use im2col"
        )


NUMBER = 20  # multiplications that take as long as carrying one number to a point, or from it: measured
WORTH = 0.75  # of the products, at most, pay for U and dU that are 16/9 as large with tiles of 8 x 8


def best_tiles(w_shape, strides, OH, OW):
    """How many numbers a side a tile should have, 6 or 8, and how many tiles a picture has then."""
    RH, RW = taps(w_shape[:2], strides)
    tiles = {tile: -(-OH // (tile + 1 - RH)) * -(-OW // (tile + 1 - RW)) for tile in POINTS}
    best = 8 if 64 * tiles[8] < WORTH * 36 * tiles[6] else 6
    return best, tiles[best]


def pays(w_shape, strides, OH, OW):
    """Whether this beats conv2d.forward: few channels or filters are not worth the way to the points."""
    if not has_tiles(w_shape[:2], strides):
        return False
    tile, tiles = best_tiles(w_shape, strides, OH, OW)
    (C, F), pixels = w_shape[2:], strides[0] * strides[1]
    return tiles * tile**2 * (pixels * C * F + NUMBER * (pixels * C + F)) < OH * OW * math.prod(w_shape)


def geometry_for(w_shape, strides, padding, OH, OW):
    """What winograd_tiles.py calls so."""
    check(w_shape[:2], strides)
    tile, _ = best_tiles(w_shape, strides, OH, OW)
    mh, mw = (tile + 1 - size for size in taps(w_shape[:2], strides))
    last = ((size - 1) % stride + 1 for size, stride in zip(w_shape[:2], strides))
    return (-(-OH // mh), -(-OW // mw), mh, mw, *strides, padding[0][0], padding[1][0], POINTS[tile], *last)


def plan_for(x, w_shape, y_shape, strides, padding):
    """The geometry, and how many strips are treated together.

    V and M should stay in the cache; but U is read once for all of them, and where it is too large for the
    cache, they may as well take the room that it does.
    """
    geometry = geometry_for(w_shape, strides, padding, *y_shape[1:3])
    TW, points = geometry[1], len(geometry[8]) ** 2
    C, F = w_shape[2] * strides[0] * strides[1], w_shape[3]
    room = min(max(CACHE, points * C * F * x.itemsize), 16 * CACHE)
    return geometry, max(1, room // (points * TW * (C + F) * x.itemsize))


def shares_for(x, plan):
    """Into how many shares to cut the way forward, and the plan for them.

    They are even work for 2, 4 or 8 threads, and small ones where that costs little.
    """
    ((TH, TW, *_), size), shares = plan, 1
    strips = len(x) * TH
    while shares < strips and (shares * size < strips or (shares < GROUPS and shares * FEW <= strips * TW)):
        shares *= 2
    return shares, (plan[0], max(1, -(-strips // shares)))


def groups_for(x, plan, C, F):
    """Into how many groups to deal the images on the way back, and the plan for them.

    Each should have work enough to be worth a sum of its own: tiles whose V and dM are as large as dU. And
    all sums should not take more memory than pictures do; so of large ones there are four, for four threads.
    """
    (geometry, size), groups = plan, GROUPS
    (TH, TW), points = geometry[:2], geometry[8]
    while groups > 1 and (groups > len(x) or len(x) * TH * TW < groups * max(FEW, C * F // (C + F))):
        groups //= 2
    if groups * len(points) ** 2 * C * F * x.itemsize > MOST:
        groups = min(groups, 4)
    return groups, (plan[0], min(size, -(-max(len(x), 1) * TH // groups)))


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward, for what ``check`` lets through."""
    x, w, b = buffers.ready(x, x, w, b)
    shape = output_shape(x, w, strides, padding)
    shares, plan = shares_for(x, plan_for(x, w.shape, shape, strides, padding))
    y = buffers.empty(shape, x.dtype)
    _forward(x, transform(w, strides, len(plan[0][8])), b, relu, shares, plan, y)
    return y


def sums_for(x, w, y_shape, strides, padding, need_dx):
    """What the way back begins with: the plan, U turned, and room for dx, dUs and dbs."""
    plan = plan_for(x, w.shape, y_shape, strides, padding)
    U = transform(w, strides, len(plan[0][8]), turned=True)  # BLAS is faster on it than on U'
    tile, _, F, C = U.shape
    groups, plan = groups_for(x, plan, C, F)
    dx = buffers.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    return plan, U, dx, buffers.empty((groups, tile, tile, C, F), x.dtype), np.empty((groups, F), x.dtype)


def backward(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As conv2d.backward, for what ``check`` lets through."""
    x, w, dy, relu_of = buffers.ready(x, x, w, dy, relu_of)
    plan, U, dx, dUs, dbs = sums_for(x, w, dy.shape, strides, padding, need_dx)
    y = dy if relu_of is None else relu_of
    _backward(x, U, y, dy, relu_of is not None, need_dx, plan, dx, dUs, dbs)
    return dx if need_dx else None, transform_back(dUs, w.shape, strides), dbs.sum(0)
