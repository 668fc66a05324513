"""Convolution as one matrix product, compiled: the third rung of conv2d.py.

The whole of cols is KH KW times as large as the picture: written to memory and read back, it costs more than
the product. So a thread makes a block of it that fits into its cache (conv2d_windows.py), multiplies, and
writes the next one over it.

A last row of ones meets the bias: so the product adds it, and on the way back gives db with dw.

Of a picture with few channels, such as one in colours, often no block is made at all: conv2d_direct.py
multiplies its windows where they stand, those of some neighbouring pixels at once. The matrix of weights is
handed down flat then, which says so: the compiler knows how many axes it has, and leaves the other way out.

``geometry`` = output rows and columns OH OW, kernel KH KW, strides SH SW, padding top left, rows and width of
a plane, numbers of y a pixel F and of a row of weights J. Where P neighbours are one pixel, they are its.
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.conv2d_direct import (
    backward_piece,
    forward_piece,
    narrowed,
    neighbours,
    whole,
    widened,
)
from minicnn.kernels.conv2d_windows import add_columns, fill_columns, make_planes
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.shapes import NO_PADDING, output_shape
from minicnn.kernels.slices import copy_relu, copy_where, fill

CACHE = 512 * 1024  # bytes of cols at a time: they fit into a core's second-level cache, weights beside them
SHARES = 32  # parts of the work going forward, where nothing is summed
GROUPS = 8  # the images are dealt to so many groups, each summing its own dw; fixed, see threads.py


@jit
def _fill_block(x, first, last, rows, geometry, planes, cols):
    """cols for the pieces first .. last: piece p is ``rows`` output rows of picture p // pieces a picture."""
    OH, width = geometry[0], geometry[9]
    pieces = (OH + rows - 1) // rows
    M = (last - first) * rows * width
    for p in range(first, last):
        n, i = p // pieces, p % pieces * rows
        make_planes(x, n, i, geometry, planes)
        fill_columns(planes, rows, geometry, cols, M, (p - first) * rows * width)
    return M


@jit
def pieces_of(plan):
    """How many pieces a picture has."""
    geometry, rows, _ = plan
    return (geometry[0] + rows - 1) // rows


@jit
def make_room(x, plan):
    """What a thread needs on the way: planes of one piece; cols and z of ``size`` pieces."""
    geometry, rows, size = plan
    OH, OW, KH, KW, SH, SW, top, left, plane_rows, width, _, J = geometry
    C, M = x.shape[3], size * rows * width
    planes = np.empty(C * SH * SW * plane_rows * width, x.dtype)
    return planes, np.empty((KH * KW * C + 1) * M, x.dtype), np.empty((M, J), x.dtype)


@jit
def forward_pieces(begin, end, x, w, relu, plan, room, y, n_y):
    """y of the pieces begin .. end, ``size`` at a time. y[0] is picture ``n_y``."""
    (geometry, rows, size), (planes, cols, z) = plan, room
    OH, OW, width, F = geometry[0], geometry[1], geometry[9], geometry[10]
    flat, products, pieces = y.reshape(-1), z.reshape(-1), pieces_of(plan)
    if w.ndim == 1:  # windows where they stand
        for p in range(begin, end):
            n, i = p // pieces, p % pieces * rows
            at = ((n - n_y) * OH + i) * OW * F
            forward_piece(x, n, i, min(rows, OH - i), w, relu, geometry, planes, products, y, at)
        return
    K = w.shape[0]
    for first in range(begin, end, size):
        last = min(first + size, end)
        M = _fill_block(x, first, last, rows, geometry, planes, cols)
        gemm(cols[: K * M].reshape(K, M).T, w, z[:M], False)
        for p in range(first, last):
            n, i = p // pieces - n_y, p % pieces * rows
            for r in range(min(rows, OH - i)):
                at = ((p - first) * rows + r) * width * F
                copy_relu(products, at, relu, flat, (n * OH + i + r) * OW * F, OW * F)


@jit
def _forward_share(number, x, w, relu, shares, plan, y):
    total = x.shape[0] * pieces_of(plan)
    begin, end = number * total // shares, (number + 1) * total // shares
    room = make_room(x, plan)
    forward_pieces(begin, end, x, w, relu, plan, room, y, 0)


@parallel_jit
def _forward(box, x, w, relu, shares, plan, y):
    share(box, shares, _forward_share, (x, w, relu, shares, plan, y))


@jit
def backward_pieces(begin, end, x, w, y, dy, n_y, relu, need_dx, plan, room, dx, dw):
    """Adds to dw (K + 1, F) and dx what pieces begin .. end say; w (F, K), turned. dy[0] is picture n_y."""
    (geometry, rows, size), (planes, cols, dz) = plan, room
    OH, OW, width, F = geometry[0], geometry[1], geometry[9], geometry[10]
    K, pieces = dw.shape[0] - 1, pieces_of(plan)
    if w.ndim == 1:  # windows where they stand
        for p in range(begin, end):
            n, i = p // pieces, p % pieces * rows
            at = ((n - n_y) * OH + i) * OW * F
            backward_piece(x, n, i, min(rows, OH - i), y, dy, relu, at, geometry, planes, dz.reshape(-1), dw)
        return
    flat, flat_y, flat_dy = dz.reshape(-1), y.reshape(-1), dy.reshape(-1)
    for first in range(begin, end, size):
        last = min(first + size, end)
        for p in range(first, last):
            n, i = p // pieces - n_y, p % pieces * rows
            for r in range(rows):
                at, to = (n * OH + i + r) * OW * F, ((p - first) * rows + r) * width * F
                here = OW * F if i + r < OH else 0
                copy_where(flat_y, flat_dy, relu, at, flat, to, here)
                fill(flat, to + here, width * F - here, 0)
        M = _fill_block(x, first, last, rows, geometry, planes, cols)
        # forward was: z = cols' @ w
        gemm(cols[: (K + 1) * M].reshape(K + 1, M), dz[:M], dw, True)  # (K + 1, F)
        if need_dx:
            gemm(dz[:M], w, cols[: M * K].reshape(M, K), False)  # over cols, which have served
            for p in range(first, last):
                n, i = p // pieces, p % pieces * rows
                add_columns(cols, n, i, min(rows, OH - i), geometry, (p - first) * rows * width, dx)


@jit
def clear_group(g, x, need_dx, dx, dws):
    """0 for what group g of the images adds to; returns its first image and the next group's."""
    N, G = x.shape[0], dws.shape[0]
    begin, end, picture = g * N // G, (g + 1) * N // G, x.size // max(N, 1) if need_dx else 0
    fill(dx.reshape(-1), begin * picture, (end - begin) * picture, 0)
    fill(dws.reshape(-1), g * dws[g].size, dws[g].size, 0)
    return begin, end


@jit
def _backward_group(g, x, w, y, dy, relu, need_dx, plan, dx, dws):
    """A group of images; dws[g] (K + 1, F) is its own."""
    begin, end = clear_group(g, x, need_dx, dx, dws)
    pieces, room = pieces_of(plan), make_room(x, plan)
    backward_pieces(
        begin * pieces, end * pieces, x, w, y, dy, 0, relu, need_dx, plan, room, dx, dws[g]
    )


@parallel_jit
def _backward(box, x, w, y, dy, relu, need_dx, plan, dx, dws):
    share(box, dws.shape[0], _backward_group, (x, w, y, dy, relu, need_dx, plan, dx, dws))


@jit
def _add_groups(k, dws, dw):
    """dw[k] = the groups' sums, added in the order of the groups, so always with the same rounding."""
    for g in range(dws.shape[0]):
        for f in range(dws.shape[2]):
            dw[k, f] += dws[g, k, f]


@parallel_jit
def _sum_groups(box, dws, dw):
    share(box, dw.shape[0], _add_groups, (dws, dw))


def sum_groups(dws, w_shape, stride, plan):
    """dw and db from the groups' own."""
    dw = np.zeros(dws.shape[1:], dws.dtype)
    _sum_groups(dws, dw)
    neighbours = plan[0][5] // stride  # each moves their pixel a stride further
    return narrowed(dw, w_shape, neighbours, stride)


def plan_for(x, w_shape, y_shape, strides, padding, P):
    """The geometry, output rows a piece, and how many pieces are treated together.

    ``P``: of ``neighbours``; 0 where a matrix of windows is multiplied.
    """
    (KH, KW, C, F), (_, OH, OW, _), (SH, SW) = w_shape, y_shape, strides
    J = whole(P * F, x.itemsize) if P else F
    P = max(P, 1)  # pixels that are one:
    OW, KW, SW, F = OW // P, KW + (P - 1) * SW, P * SW, P * F
    width = OW + (KW - 1) // SW
    room = max(1, CACHE // (width * KH * KW * C * x.itemsize))  # output rows that fill the cache
    rows = min(OH, room)
    planes = rows + (KH - 1) // SH + 1  # one more than is read, for the shifts beyond the last row
    geometry = OH, OW, KH, KW, SH, SW, padding[0][0], padding[1][0], planes, width, F, J
    return geometry, rows, max(1, room // OH)


def prepare(x, w, b, y_shape, strides, padding):
    """What the way forward begins with: the plan, and the matrix (K + 1, F) that cols' meets.

    The matrix is the weights and below them the bias; flat, see above, where no cols are made.
    """
    P = neighbours(w.shape, strides[1], y_shape[2], w.itemsize)
    plan = plan_for(x, w.shape, y_shape, strides, padding, P)
    if P:
        return plan, widened(w, b, P, strides[1])
    return plan, np.concatenate([w.reshape(-1, w.shape[3]), b[None]])


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward_matrix, block by block; ``relu`` applies it to y on the way."""
    x, w, b = buffers.ready(x, x, w, b)
    y = buffers.empty(output_shape(x, w, strides, padding), x.dtype)
    plan, matrix = prepare(x, w, b, y.shape, strides, padding)
    shares = min(len(x) * -(-y.shape[1] // plan[1]), SHARES)
    _forward(x, matrix, relu, shares, plan, y)
    return y


def sums_for(x, w, y_shape, strides, padding, need_dx):
    """What the way back begins with: the plan, w turned (flat: see above), and room for dx and dws."""
    P = 0 if need_dx else neighbours(w.shape, strides[1], y_shape[2], w.itemsize, full=True)
    plan = plan_for(x, w.shape, y_shape, strides, padding, P)
    _, _, KH, KW, *_, J = plan[0]
    turned = w.reshape(-1) if P else np.ascontiguousarray(w.reshape(-1, J).T)  # BLAS likes it better than w.T
    dx = buffers.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    dws = buffers.empty((max(1, min(GROUPS, len(x))), KH * KW * w.shape[2] + 1, J), x.dtype)
    return plan, turned, dx, dws


def backward(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As conv2d.backward_matrix. ``relu_of``: the y of a forward with ``relu``. dx is None unless needed."""
    x, w, dy, relu_of = buffers.ready(x, x, w, dy, relu_of)
    plan, turned, dx, dws = sums_for(x, w, dy.shape, strides, padding, need_dx)
    y = dy if relu_of is None else relu_of
    _backward(x, turned, y, dy, relu_of is not None, need_dx, plan, dx, dws)
    return dx if need_dx else None, *sum_groups(dws, w.shape, strides[1], plan)
