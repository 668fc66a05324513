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


@jit
def _forward_columns(block, x, w, b, relu, y):
    begin, end = block * PIECE, min(w.shape[1], (block + 1) * PIECE)
    gemm(x, w[:, begin:end], y[:, begin:end], False)
    for n in range(y.shape[0]):
        row, bias = y[n, begin:end], b[begin:end]
        for f in range(end - begin):
            v = row[f] + bias[f]
            row[f] = 0 if relu and v < 0 else v  # a NaN stays one


@parallel_jit
def _forward(box, x, w, b, relu, y):
    share(box, -(-w.shape[1] // PIECE), _forward_columns, (x, w, b, relu, y))


def forward_compiled(x, w, b, relu=False):
    """As forward_matrix; ``relu`` applies it to y on the way."""
    y = buffers.empty((x.shape[0], w.shape[1]), x.dtype)
    _forward(x, w, b, relu, y)
    return y


@jit
def _output_gradient(y, dy, relu, dz, db):
    for n in range(dy.shape[0]):
        for f in range(dy.shape[1]):
            # forward was: y = 0 if relu and z < 0 else z
            dz[n, f] = 0 if relu and y[n, f] <= 0 else dy[n, f]
            db[f] += dz[n, f]


@jit
def _backward_rows(block, x, w, dz, need_dx, dx, dw):
    begin, end = block * PIECE, min(w.shape[0], (block + 1) * PIECE)
    gemm(x[:, begin:end].T, dz, dw[begin:end], False)  # (rows, F)
    if need_dx:
        gemm(dz, w[begin:end].T, dx[:, begin:end], False)  # (N, rows)


@parallel_jit
def _backward(box, x, w, y, dy, relu, need_dx, dz, dx, dw, db):
    _output_gradient(y, dy, relu, dz, db)
    share(box, -(-w.shape[0] // PIECE), _backward_rows, (x, w, dz, need_dx, dx, dw))


def backward_compiled(x, w, dy, relu_of=None, need_dx=True):
    """As backward_matrix. ``relu_of``: the y of a forward pass with ``relu``. dx is None unless needed."""
    dx = buffers.empty(x.shape if need_dx else (0, 0), x.dtype)
    dw, dz = buffers.empty(w.shape, w.dtype), buffers.empty(dy.shape, dy.dtype)
    db = np.zeros(w.shape[1], w.dtype)
    y = dy if relu_of is None else relu_of
    _backward(x, w, y, dy, relu_of is not None, need_dx, dz, dx, dw, db)
    return dx if need_dx else None, dw, db


LADDER = (
    ("definition", forward_definition, backward_definition),
    ("one matrix product", forward_matrix, backward_matrix),
    ("compiled", forward_compiled, backward_compiled),
)
forward, backward = forward_compiled, backward_compiled
