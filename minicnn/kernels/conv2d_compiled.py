"""Convolution as one matrix product, compiled: the third rung of conv2d.py.

The whole of cols is KH KW times as large as the picture: written to memory and read back, it costs more than
the product. So a thread makes a block of it that fits into its cache, multiplies, and writes the next one
over it.

To make it quickly, turn it round and look at one row: what the kernel's pixel (kh, kw), channel c, meets as
it slides. That is the picture itself, shifted. With the channels in planes of their own, zeros around them,
the row is one slice of a plane, for all output rows at once:

    plane, 2 rows of 4       what pixel (0, 0) meets      what pixel (0, 1) meets
    a b c d                  a b c . e f g .              b c d . f g h .
    e f g h

The dots are windows that wrap round the edge: they cost a little arithmetic and are left out of y. With
strides a plane holds every SH-th row and SW-th column, and there are SH SW of them a channel.

They are given a gradient of 0, so an infinity or NaN that only they see may turn up in dw all the same.

A last row of ones meets the bias: so the product adds it, and on the way back gives db with dw.
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.shapes import NO_PADDING, output_shape
from minicnn.kernels.slices import add, copy, copy_relu, copy_where, fill

CACHE = 512 * 1024  # bytes of cols at a time: they fit into a core's second-level cache, weights beside them
SHARES = 32  # parts of the work going forward, where nothing is summed
GROUPS = 8  # the images are dealt to so many groups, each summing its own dw; fixed, see threads.py


@jit
def make_planes(x, n, first, geometry, planes):
    """planes (C, SH, SW, rows, width), flat = picture n from output row ``first`` on, zeros around it."""
    OH, OW, KH, KW, SH, SW, top, left, rows, width = geometry
    _, H, W, C = x.shape
    picture, size = x[n].reshape(-1), rows * width
    fill(planes, 0, planes.size, 0)
    for r in range(rows):
        for a in range(SH):
            h = (first + r) * SH + a - top
            if not 0 <= h < H:
                continue
            for b in range(SW):
                begin = (left - b + SW - 1) // SW  # the first column that is not border
                w = begin * SW + b - left
                for c in range(C):
                    source = np.uintp((h * W + w) * C + c)
                    target = np.uintp(((c * SH + a) * SW + b) * size + r * width + begin)
                    step = np.uintp(SW * C)
                    for k in range(np.uintp(max(0, min(width - begin, (W - w + SW - 1) // SW)))):
                        planes[target + k] = picture[source + k * step]


@jit
def fill_columns(planes, count, geometry, cols, M, at):
    """Columns ``at ..`` of cols (KH KW C + 1, M), flat = the windows of ``count`` output rows, and ones."""
    OH, OW, KH, KW, SH, SW, top, left, rows, width = geometry
    C = planes.size // (SH * SW * rows * width)
    to = at
    for kh in range(KH):
        for kw in range(KW):
            shift = kh // SH * width + kw // SW
            for c in range(C):
                plane = (c * SH + kh % SH) * SW + kw % SW
                copy(planes, plane * rows * width + shift, cols, to, count * width)
                to += M
    fill(cols, to, count * width, 1)


@jit
def add_columns(cols, n, first, count, geometry, at, x):
    """x += every window, back where its pixels came from; cols (M, KH KW C), flat, from row ``at`` on."""
    OH, OW, KH, KW, SH, SW, top, left, rows, width = geometry
    _, H, W, C = x.shape
    x = x.reshape(-1)
    for r in range(count):
        for j in range(OW):
            w = (j * SW - left) * C
            begin, end = max(0, -w), min(KW * C, W * C - w)
            for kh in range(KH):
                h = (first + r) * SH + kh - top
                if 0 <= h < H:
                    source = ((at + r * width + j) * KH + kh) * KW * C + begin
                    # forward was: the window's row of pixels = x
                    add(cols, source, x, (n * H + h) * W * C + w + begin, max(0, end - begin))


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
def _scratch(x, F, rows, size, geometry):
    OH, OW, KH, KW, SH, SW, top, left, plane_rows, width = geometry
    C, M = x.shape[3], size * rows * width
    planes = np.empty(C * SH * SW * plane_rows * width, x.dtype)
    return planes, np.empty((KH * KW * C + 1) * M, x.dtype), np.empty((M, F), x.dtype)


@jit
def _forward_share(number, x, w, relu, shares, rows, size, geometry, y):
    """A share of the pieces, ``size`` at a time."""
    OH, OW, width = geometry[0], geometry[1], geometry[9]
    K, F = w.shape
    pieces = (OH + rows - 1) // rows
    total = x.shape[0] * pieces
    begin, end = number * total // shares, (number + 1) * total // shares
    planes, cols, z = _scratch(x, F, rows, size, geometry)
    flat, products = y.reshape(-1), z.reshape(-1)
    for first in range(begin, end, size):
        last = min(first + size, end)
        M = _fill_block(x, first, last, rows, geometry, planes, cols)
        gemm(cols[: K * M].reshape(K, M).T, w, z[:M], False)
        for p in range(first, last):
            n, i = p // pieces, p % pieces * rows
            for r in range(min(rows, OH - i)):
                at = ((p - first) * rows + r) * width * F
                copy_relu(products, at, relu, flat, (n * OH + i + r) * OW * F, OW * F)


@parallel_jit
def _forward(box, x, w, relu, shares, rows, size, geometry, y):
    share(box, shares, _forward_share, (x, w, relu, shares, rows, size, geometry, y))


@jit
def _backward_group(g, x, w, y, dy, relu, need_dx, rows, size, geometry, dx, dws):
    """A group of images; dws[g] (K + 1, F) is its own. w (F, K), that is, turned."""
    (N, H, W, C), G = x.shape, dws.shape[0]
    images, dw = (g * N // G, (g + 1) * N // G), dws[g]
    OH, OW, width = geometry[0], geometry[1], geometry[9]
    F, K = w.shape
    pieces = (OH + rows - 1) // rows
    planes, cols, dz = _scratch(x, F, rows, size, geometry)
    flat, flat_y, flat_dy = dz.reshape(-1), y.reshape(-1), dy.reshape(-1)
    picture = H * W * C if need_dx else 0
    fill(dw.reshape(-1), 0, dw.size, 0)
    fill(dx.reshape(-1), images[0] * picture, (images[1] - images[0]) * picture, 0)
    end = images[1] * pieces
    for first in range(images[0] * pieces, end, size):
        last = min(first + size, end)
        for p in range(first, last):
            n, i = p // pieces, p % pieces * rows
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
def _add_groups(k, dws, dw):
    """dw[k] = the groups' sums, added in the order of the groups, so always with the same rounding."""
    for g in range(dws.shape[0]):
        for f in range(dws.shape[2]):
            dw[k, f] += dws[g, k, f]


@parallel_jit
def _backward(box, x, w, y, dy, relu, need_dx, rows, size, geometry, dx, dws, dw):
    share(box, dws.shape[0], _backward_group, (x, w, y, dy, relu, need_dx, rows, size, geometry, dx, dws))
    share(box, dw.shape[0], _add_groups, (dws, dw))


def _plan(x, w, y_shape, strides, padding):
    """The geometry, output rows a piece, and pieces that fill the cache."""
    (KH, KW, C, _), (_, OH, OW, _), (SH, SW) = w.shape, y_shape, strides
    width = OW + (KW - 1) // SW
    room = max(1, CACHE // (width * KH * KW * C * x.itemsize))  # output rows that fill the cache
    rows = min(OH, room)
    planes = rows + (KH - 1) // SH + 1  # one more than is read, for the shifts beyond the last row
    return (OH, OW, KH, KW, SH, SW, padding[0][0], padding[1][0], planes, width), rows, max(1, room // OH)


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward_matrix, block by block; ``relu`` applies it to y on the way."""
    y = buffers.empty(output_shape(x, w, strides, padding), x.dtype)
    geometry, rows, size = _plan(x, w, y.shape, strides, padding)
    pieces = len(x) * -(-y.shape[1] // rows)
    w = np.concatenate([w.reshape(-1, w.shape[3]), b[None]])
    _forward(x, w, relu, min(pieces, SHARES), rows, size, geometry, y)
    return y


def backward(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As conv2d.backward_matrix. ``relu_of``: the y of a forward with ``relu``. dx is None unless needed."""
    geometry, rows, size = _plan(x, w, dy.shape, strides, padding)
    F = w.shape[3]
    K = w.size // F
    groups = max(1, min(GROUPS, len(x)))
    dx = buffers.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    dws, dw = buffers.empty((groups, K + 1, F), x.dtype), np.zeros((K + 1, F), x.dtype)
    y = dy if relu_of is None else relu_of
    turned = np.ascontiguousarray(w.reshape(K, F).T)  # BLAS is faster on it than on w.T
    _backward(x, turned, y, dy, relu_of is not None, need_dx, rows, size, geometry, dx, dws, dw)
    return dx if need_dx else None, dw[:K].reshape(w.shape), dw[K]
