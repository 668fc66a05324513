"""Dense: every output sees every input.

    y[n, f] = b[f] + sum over d of x[n, d] w[d, f]          x (N, D)   w (D, F)   b (F,)   y (N, F)

    dx[n, d] = sum over f of dy[n, f] w[d, f]      dw[d, f] = sum over n of x[n, d] dy[n, f]
    db[f] = sum over n of dy[n, f]

It is one matrix product already, so the ladder has three rungs. The compiled one cuts the weights,
not the images, into blocks: they are the largest thing here, and so each is read only once.
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.slices import copy


def forward_definition(x, w, b):
    """The equation above, one number at a time."""
    (N, D), F = x.shape, w.shape[1]
    y = np.zeros((N, F), x.dtype)
    for n, f in np.ndindex(N, F):
        y[n, f] = b[f]
        for d in range(D):
            y[n, f] += x[n, d] * w[d, f]
    return y


def backward_definition(x, w, dy):
    """dx, dw, db"""
    (N, D), F = x.shape, w.shape[1]
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(F, w.dtype)
    for n, f in np.ndindex(N, F):
        # forward was: y[n, f] = b[f]
        db[f] += dy[n, f]
        for d in range(D):
            # forward was: y[n, f] += x[n, d] * w[d, f]
            dx[n, d] += dy[n, f] * w[d, f]
            dw[d, f] += dy[n, f] * x[n, d]
    return dx, dw, db


def forward_matrix(x, w, b):
    """One product."""
    return x @ w + b


def backward_matrix(x, w, dy):
    """Its two transposes."""
    return dy @ w.T, x.T @ dy, dy.sum(0)


PIECE = 128  # rows or columns of the weights at a time: thinner ones would keep BLAS busy with repacking x
DEEP, WIDE = 128, 64  # the part of the weights that goes into BLAS at a time, copied together


@jit
def _forward_columns(block, x, w, b, relu, y):
    (D, F), begin = w.shape, block * WIDE
    size = min(WIDE, F - begin)
    flat, part = w.reshape(-1), np.empty(DEEP * size, w.dtype)
    for first in range(0, D, DEEP):
        rows = min(DEEP, D - first)
        for d in range(rows):
            copy(flat, (first + d) * F + begin, part, d * size, size)
        columns = y[:, begin : begin + size]
        gemm(x[:, first : first + rows], part[: rows * size].reshape(rows, size), columns, first > 0)
    flat = y.reshape(-1)
    for n in range(y.shape[0]):
        at, zero = np.uintp(n * F + begin), y.dtype.type(0)
        for f in range(np.uintp(size)):
            v = flat[at + f] + b[np.uintp(begin) + f]
            flat[at + f] = zero if relu and v < zero else v  # a NaN stays one


@parallel_jit
def _forward(box, x, w, b, relu, y):
    share(box, -(-w.shape[1] // WIDE), _forward_columns, (x, w, b, relu, y))


def forward_compiled(x, w, b, relu=False):
    """As forward_matrix; ``relu`` applies it to y on the way."""
    x, w, b = buffers.ready(x, x, w, b)
    y = buffers.empty((x.shape[0], w.shape[1]), x.dtype)
    _forward(x, w, b, relu, y)
    return y


@jit
def _output_gradient(block, y, dy, relu, dz, turned, db):
    """Columns of dz, the gradient before ReLU; of ``turned``, the same with its axes exchanged; and of db."""
    (N, F), begin = dz.shape, block * WIDE
    for n in range(N):
        for f in range(begin, min(begin + WIDE, F)):
            # forward was: y = 0 if relu and z < 0 else z
            v = dy.dtype.type(0) if relu and y[n, f] <= 0 else dy[n, f]
            dz[n, f] = turned[f, n] = v
            db[f] += v


@jit
def _backward_rows(block, x, w, dz, turned, need_dx, dx, dw):
    begin, end = block * PIECE, min(w.shape[0], (block + 1) * PIECE)
    gemm(x[:, begin:end].T, dz, dw[begin:end], False)  # (rows, F)
    if need_dx:
        back = np.empty((end - begin, dz.shape[0]), w.dtype)
        gemm(w[begin:end], turned, back, False)  # (rows, N)
        for n in range(dz.shape[0]):
            for d in range(begin, end):
                dx[n, d] = back[d - begin, n]


@parallel_jit
def _backward(box, x, w, y, dy, relu, need_dx, dz, turned, dx, dw, db):
    share(box, -(-w.shape[1] // WIDE), _output_gradient, (y, dy, relu, dz, turned, db))
    share(box, -(-w.shape[0] // PIECE), _backward_rows, (x, w, dz, turned, need_dx, dx, dw))


def backward_compiled(x, w, dy, relu_of=None, need_dx=True):
    """As backward_matrix. ``relu_of``: the y of a forward pass with ``relu``. dx is None unless needed."""
    x, w, dy, relu_of = buffers.ready(x, x, w, dy, relu_of)
    dx = buffers.empty(x.shape if need_dx else (0, 0), x.dtype)
    dw, dz = buffers.empty(w.shape, w.dtype), buffers.empty(dy.shape, dy.dtype)
    turned, db = buffers.empty(dy.shape[::-1], dy.dtype), np.zeros(w.shape[1], w.dtype)
    y = dy if relu_of is None else relu_of
    _backward(x, w, y, dy, relu_of is not None, need_dx, dz, turned, dx, dw, db)
    return dx if need_dx else None, dw, db


LADDER = (
    ("definition", forward_definition, backward_definition),
    ("one matrix product", forward_matrix, backward_matrix),
    ("compiled", forward_compiled, backward_compiled),
)
forward, backward = forward_compiled, backward_compiled
