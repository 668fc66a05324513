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

Of a picture with few channels, such as one in colours, no block is made at all where filters fill whole
vectors: conv2d_direct.py multiplies its windows where they stand. The matrix of weights is handed down flat
then, which says so: the compiler knows how many axes it has, and leaves the other way out.
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.conv2d_direct import backward_piece, forward_piece, takes
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
def pieces_of(plan):
    """How many pieces a picture has."""
    geometry, rows, _ = plan
    return (geometry[0] + rows - 1) // rows


@jit
def make_room(x, F, plan):
    """What a thread needs on the way: planes of one piece; cols and z of ``size`` pieces."""
    geometry, rows, size = plan
    OH, OW, KH, KW, SH, SW, top, left, plane_rows, width = geometry
    C, M = x.shape[3], size * rows * width
    planes = np.empty(C * SH * SW * plane_rows * width, x.dtype)
    return planes, np.empty((KH * KW * C + 1) * M, x.dtype), np.empty((M, F), x.dtype)


@jit
def forward_pieces(begin, end, x, w, relu, plan, room, y, n_y):
    """y of the pieces begin .. end, ``size`` at a time. y[0] is picture ``n_y``."""
    (geometry, rows, size), F, (planes, cols, z) = plan, y.shape[3], room
    OH, OW, width = geometry[0], geometry[1], geometry[9]
    pieces = pieces_of(plan)
    if w.ndim == 1:  # windows where they stand
        for p in range(begin, end):
            n, i = p // pieces, p % pieces * rows
            at = ((n - n_y) * OH + i) * OW * F
            forward_piece(x, n, i, min(rows, OH - i), w, relu, geometry, planes, y, at)
        return
    flat, products, K = y.reshape(-1), z.reshape(-1), w.shape[0]
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
    room = make_room(x, y.shape[3], plan)
    forward_pieces(begin, end, x, w, relu, plan, room, y, 0)


@parallel_jit
def _forward(box, x, w, relu, shares, plan, y):
    share(box, shares, _forward_share, (x, w, relu, shares, plan, y))


@jit
def backward_pieces(begin, end, x, w, y, dy, n_y, relu, need_dx, plan, room, dx, dw):
    """Adds to dw (K + 1, F) and dx what pieces begin .. end say; w (F, K), turned. dy[0] is picture n_y."""
    (geometry, rows, size), (planes, cols, dz) = plan, room
    OH, OW, width, (K, F) = geometry[0], geometry[1], geometry[9], (dw.shape[0] - 1, dw.shape[1])
    pieces = pieces_of(plan)
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
    pieces, room = pieces_of(plan), make_room(x, dy.shape[3], plan)
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


def sum_groups(dws, w_shape):
    """dw and db from the groups' own."""
    dw = np.zeros(dws.shape[1:], dws.dtype)
    _sum_groups(dws, dw)
    return dw[:-1].reshape(w_shape), dw[-1]


def plan_for(x, w_shape, y_shape, strides, padding):
    """The geometry, output rows a piece, and how many pieces are treated together."""
    (KH, KW, C, _), (_, OH, OW, _), (SH, SW) = w_shape, y_shape, strides
    width = OW + (KW - 1) // SW
    room = max(1, CACHE // (width * KH * KW * C * x.itemsize))  # output rows that fill the cache
    rows = min(OH, room)
    planes = rows + (KH - 1) // SH + 1  # one more than is read, for the shifts beyond the last row
    geometry = OH, OW, KH, KW, SH, SW, padding[0][0], padding[1][0], planes, width
    return geometry, rows, max(1, room // OH)


def with_bias(w, b):
    """The matrix (K + 1, F) that cols' meets: the weights, and below them the bias. Flat: see above."""
    matrix = np.concatenate([w.reshape(-1, w.shape[3]), b[None]])
    return matrix.reshape(-1) if takes(*w.shape[2:], w.itemsize) else matrix


def forward(x, w, b, strides=(1, 1), padding=NO_PADDING, relu=False):
    """As conv2d.forward_matrix, block by block; ``relu`` applies it to y on the way."""
    x, w, b = buffers.ready(x, x, w, b)
    y = buffers.empty(output_shape(x, w, strides, padding), x.dtype)
    plan = plan_for(x, w.shape, y.shape, strides, padding)
    shares = min(len(x) * -(-y.shape[1] // plan[1]), SHARES)
    _forward(x, with_bias(w, b), relu, shares, plan, y)
    return y


def sums_for(x, w, y_shape, strides, padding, need_dx):
    """What the way back begins with: the plan, w turned (flat: see above), and room for dx and dws."""
    turned = np.ascontiguousarray(w.reshape(-1, w.shape[3]).T)  # BLAS is faster on it than on w.T
    F, K = turned.shape
    dx = buffers.empty(x.shape if need_dx else (0, 0, 0, 0), x.dtype)
    dws = buffers.empty((max(1, min(GROUPS, len(x))), K + 1, F), x.dtype)
    if not need_dx and takes(*w.shape[2:], w.itemsize):
        turned = turned.reshape(-1)
    return plan_for(x, w.shape, y_shape, strides, padding), turned, dx, dws


def backward(x, w, dy, strides=(1, 1), padding=NO_PADDING, relu_of=None, need_dx=True):
    """As conv2d.backward_matrix. ``relu_of``: the y of a forward with ``relu``. dx is None unless needed."""
    x, w, dy, relu_of = buffers.ready(x, x, w, dy, relu_of)
    plan, turned, dx, dws = sums_for(x, w, dy.shape, strides, padding, need_dx)
    y = dy if relu_of is None else relu_of
    _backward(x, turned, y, dy, relu_of is not None, need_dx, plan, dx, dws)
    return dx if need_dx else None, *sum_groups(dws, w.shape)
