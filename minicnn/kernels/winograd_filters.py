"""Filters for Winograd's convolution: from w to U = G w G', and from dU back to dw = G' dU G.

    w (KH, KW, C, F)    U (8, 8, C, F)    dUs (groups, 8, 8, C, F), a sum for every group of images

where 8 may be 6. For all channels and filters at once this is a product with one matrix of 64 rows, the
Kronecker product of G with itself. A filter with strides first becomes one on pixels taken together, as in
winograd_tiles.py.

Source: Lavin & Gray 2016, section 4.1.
"""

import functools

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.blas import gemm
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.toom_cook import matrices

SHARES = 32  # of the columns of U


def taps(kernel_size, strides):
    """The size of the filter that moves by one over pixels taken together, stride by stride."""
    return tuple(-(-size // stride) for size, stride in zip(kernel_size, strides))


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


@functools.cache
def _both(tile, r, dtype):
    """G g G' as one matrix: (tile tile, RH RW)"""
    return np.kron(matrices(tile, r[0])[2], matrices(tile, r[1])[2]).astype(dtype)


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
    """dw = matrix' @ the sum of dUs (groups, tile tile, C F)"""
    share(box, SHARES, _times_back_share, (matrix, dUs, dw))


def transform(w, strides, tile, turned=False):
    """U = G w G' for all channels and filters; ``turned``: (tile, tile, F, C)."""
    w = _blocks(w, strides, turned)
    r, shape = w.shape[:2], w.shape[2:]
    U = buffers.empty((tile, tile, *shape), w.dtype)
    _times(_both(tile, r, w.dtype), w.reshape(r[0] * r[1], -1), U.reshape(tile * tile, -1))
    return U


def transform_back(dUs, w_shape, strides):
    """dw from the groups' dU."""
    r, (groups, tile, _, C, F) = taps(w_shape[:2], strides), dUs.shape
    dw = np.empty((*r, C, F), dUs.dtype)
    # forward was: U = G w G'
    matrix = _both(tile, r, dUs.dtype)
    _times_back(matrix, dUs.reshape(groups, tile * tile, -1), dw.reshape(r[0] * r[1], -1))
    return _unblocks(dw, w_shape, strides)
