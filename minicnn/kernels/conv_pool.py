"""Convolution and the max pooling behind it, together: what lies between them never leaves the cache.

    y, which = max_forward(relu(conv2d.forward(x, w, b)))        and back, as conv2d.py and pooling.py say

The picture between the two is the largest thing in many a network, and pooling keeps a quarter of it. Yet
it would be written to memory and read again, twice on the way forward and five times on the way back. So a
thread convolves a few pictures, pools them, and writes the next ones over them; on the way back pooling hands
out the gradient of a few, and the convolution goes back at once. The numbers are the same, but for the
rounding where another number of pictures meets in one product.

    x (N, H, W, C)    w (KH, KW, C, F)    y, which (N, PH, PW, F)    between (pictures, OH, OW, F)

``pooling`` = the pool's size, its strides, its padding top and left.
"""

import numpy as np

from minicnn.kernels import buffers, conv2d_compiled, winograd, winograd_filters
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.pooling import cell_type, max_picture, max_picture_back
from minicnn.kernels.pooling import output_shape as pooled_shape
from minicnn.kernels.shapes import output_shape

SHARES = 32  # of the pictures going forward, where nothing is summed


@jit
def _pool(between, begin, end, pooling, y, which):
    pool, strides, corner = pooling
    for n in range(begin, end):
        max_picture(between, n - begin, pool, strides, corner, y, which, n)


@jit
def _pool_back(y, which, dy, relu, begin, end, pooling, between):
    pool, strides, corner = pooling
    for n in range(begin, end):
        max_picture_back(dy, which, n, y, relu, pool, strides, corner, between, n - begin)


# ---------------------------------------------------------------- as one matrix product


@jit
def _product_share(number, x, w, relu, shares, plan, shape, pooling, y, which):
    N, pieces = x.shape[0], conv2d_compiled.pieces_of(plan)
    few = max(1, plan[2] // pieces)
    room, between = conv2d_compiled.make_room(x, plan), np.empty((few, *shape), x.dtype)
    stop = (number + 1) * N // shares
    for n in range(number * N // shares, stop, few):
        end = min(n + few, stop)
        conv2d_compiled.forward_pieces(n * pieces, end * pieces, x, w, relu, plan, room, between, n)
        _pool(between, n, end, pooling, y, which)


@jit
def _product_group(g, x, w, y, which, dy, relu, need_dx, plan, shape, pooling, dx, dws):
    pieces = conv2d_compiled.pieces_of(plan)
    few = max(1, plan[2] // pieces)
    room, between = conv2d_compiled.make_room(x, plan), np.empty((few, *shape), x.dtype)
    begin, stop = conv2d_compiled.clear_group(g, x, need_dx, dx, dws)
    for n in range(begin, stop, few):
        end = min(n + few, stop)
        _pool_back(y, which, dy, relu, n, end, pooling, between)
        conv2d_compiled.backward_pieces(
            n * pieces, end * pieces, x, w, between, between, n, False, need_dx, plan, room, dx, dws[g]
        )


@parallel_jit
def _product(box, x, w, relu, shares, plan, shape, pooling, y, which):
    share(box, shares, _product_share, (x, w, relu, shares, plan, shape, pooling, y, which))


@parallel_jit
def _product_back(box, x, w, y, which, dy, relu, need_dx, plan, shape, pooling, dx, dws):
    args = (x, w, y, which, dy, relu, need_dx, plan, shape, pooling, dx, dws)
    share(box, dws.shape[0], _product_group, args)


# ---------------------------------------------------------------- with less arithmetic


@jit
def _tiles_share(number, x, U, bias, relu, shares, plan, shape, pooling, y, which):
    N, (geometry, size) = x.shape[0], plan
    TH, few = geometry[0], max(1, size // geometry[0])
    room, between = winograd.make_room(x, U.shape[2], U.shape[3], plan), np.empty((few, *shape), x.dtype)
    stop = (number + 1) * N // shares
    for n in range(number * N // shares, stop, few):
        end = min(n + few, stop)
        winograd.forward_strips(n * TH, end * TH, x, U, bias, relu, plan, room, between, n)
        _pool(between, n, end, pooling, y, which)


@jit
def _tiles_group(g, x, U, y, which, dy, relu, need_dx, plan, shape, pooling, dx, dUs, dbs):
    geometry, size = plan
    TH, few, dU, db = geometry[0], max(1, size // geometry[0]), dUs[g], dbs[g]
    room, between = winograd.make_room(x, U.shape[3], U.shape[2], plan), np.empty((few, *shape), x.dtype)
    begin, stop = winograd.clear_group(g, x, need_dx, dx, dUs, dbs)
    for n in range(begin, stop, few):
        end = min(n + few, stop)
        _pool_back(y, which, dy, relu, n, end, pooling, between)
        winograd.backward_strips(
            n * TH, end * TH, x, U, between, between, n, False, need_dx, plan, room, dx, dU, db
        )


@parallel_jit
def _tiles(box, x, U, bias, relu, shares, plan, shape, pooling, y, which):
    share(box, shares, _tiles_share, (x, U, bias, relu, shares, plan, shape, pooling, y, which))


@parallel_jit
def _tiles_back(box, x, U, y, which, dy, relu, need_dx, plan, shape, pooling, dx, dUs, dbs):
    args = (x, U, y, which, dy, relu, need_dx, plan, shape, pooling, dx, dUs, dbs)
    share(box, dUs.shape[0], _tiles_group, args)


# ---------------------------------------------------------------- the two together


def forward(x, w, b, strides, padding, relu, pool, pool_strides, pool_padding, tiles):
    """y and which, as pooling.max_forward gives them. ``tiles``: whether winograd.py convolves."""
    between = output_shape(x, w, strides, padding)
    shape = pooled_shape(between, pool, pool_strides, pool_padding)
    y, which = buffers.empty(shape, x.dtype), buffers.empty(shape, cell_type(pool))
    pooling = pool, pool_strides, (pool_padding[0][0], pool_padding[1][0])
    if tiles:
        shares, plan = winograd.shares_for(x, winograd.plan_for(x, w.shape, between, strides, padding))
        U = winograd_filters.transform(w, strides, len(plan[0][8]))
        _tiles(x, U, b, relu, min(shares, len(x)), plan, between[1:], pooling, y, which)
    else:
        plan, matrix = conv2d_compiled.prepare(x, w, b, between, strides, padding)
        _product(x, matrix, relu, min(SHARES, len(x)), plan, between[1:], pooling, y, which)
    return y, which


def backward(x, w, y, which, dy, strides, padding, relu, need_dx, pool, pool_strides, pool_padding, tiles):
    """dx (None unless needed), dw, db, given what ``forward`` returned. ``relu``: whether it was applied."""
    between = output_shape(x, w, strides, padding)
    pooling = pool, pool_strides, (pool_padding[0][0], pool_padding[1][0])
    if tiles:
        plan, U, dx, dUs, dbs = winograd.sums_for(x, w, between, strides, padding, need_dx)
        _tiles_back(x, U, y, which, dy, relu, need_dx, plan, between[1:], pooling, dx, dUs, dbs)
        return dx if need_dx else None, winograd_filters.transform_back(dUs, w.shape, strides), dbs.sum(0)
    plan, turned, dx, dws = conv2d_compiled.sums_for(x, w, between, strides, padding, need_dx)
    _product_back(x, turned, y, which, dy, relu, need_dx, plan, between[1:], pooling, dx, dws)
    return dx if need_dx else None, *conv2d_compiled.sum_groups(dws, w.shape, strides[1], plan)
