"""Convolution of a picture with few channels: its windows are multiplied where they stand.

A matrix of windows holds every pixel KH KW times. With three channels, making it takes as long as the
product itself. But from one window to the next, and from one of its numbers to the next, there are fixed
steps in memory, and that is all a product asks of a matrix (registers.py). So it reads the picture itself;
nothing is copied but that, once, with zeros around it.

    y[i, j, :] = b + sum over kh, k of   x[i SH + kh, j SW, k] w[kh, k, :]        rows of the tile: j
    dw[kh, k, :] += sum over i, j of     x[i SH + kh, j SW, k] dy[i, j, :]        rows of the tile: k

where k runs over kw and c at once, because they lie side by side in x. conv2d_compiled.py calls this for its
*pieces*, some rows of y each; on the way back, only where no dx is asked for, as none is of a network's first
layer, and where filters fill whole tiles.

A tile is two vectors wide, up to 32 filters. Six would leave most of it idle. But the numbers of neighbouring
pixels of y lie side by side, too: four pixels of six numbers are one pixel of 24. Its filters are the six,
four times, each time a stride further on, and this wider window moves by four strides at a time:

    two neighbours of one filter of three taps       a b c .       as two filters of four taps
                                                     . a b c

The dots are multiplied, too, but the tile is fuller: ``neighbours`` weighs the one against the other. What
``widened`` makes is a convolution like any other, but for columns that belong to nobody; ``narrowed`` sums up
what was one number. And 0 times infinity is NaN: what is not finite shows in all neighbours of a tile.
"""

import functools

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.registers import BYTES, ROWS, multiply
from minicnn.kernels.slices import copy, copy_where, fill

FEW = 16  # channels: with more, Winograd is as fast or faster; and with 256 a BLAS was, by a tenth
MOST = 2.25  # times the multiplications, at most: 2.1 times as many take three quarters of the time
NEAR = 16 * 1024  # bytes of dy at a time: they stay in the nearest cache while every number of w meets them


def whole(F, itemsize):
    """The columns of as many tiles as F filters begin."""
    columns = BYTES // itemsize
    return -(-F // columns) * columns


@functools.cache
def neighbours(w_shape, stride, OW, itemsize, full=False):
    """How many pixels of y, side by side, are best taken as one; 0 where that is not worth it.

    ``full``: whether all columns of the tiles must be filters.
    """
    _, KW, C, F = w_shape

    def times(P):
        """The multiplications of P at once, those by 0 as well, by the necessary ones."""
        return whole(P * F, itemsize) * (KW + (P - 1) * stride) / (P * F * KW)

    if C > FEW or F == 0:
        return 0
    best = min((P for P in range(1, BYTES // itemsize + 1) if OW % P == 0), key=times)
    idle = whole(best * F, itemsize) > best * F
    return 0 if times(best) > MOST or (full and idle) else best


def widened(w, b, P, stride):
    """The matrix (K + 1, columns), flat, of filters for P neighbours; the last row is the bias."""
    KH, KW, C, F = w.shape
    wide = np.zeros((KH, KW + (P - 1) * stride, C, whole(P * F, w.itemsize)), w.dtype)
    bias = np.zeros(wide.shape[3], w.dtype)
    for p in range(P):
        wide[:, p * stride : p * stride + KW, :, p * F : (p + 1) * F] = w
        bias[p * F : (p + 1) * F] = b
    return np.concatenate([wide.reshape(-1), bias])


def narrowed(dw, w_shape, P, stride):
    """dw and db from the gradient of ``widened``."""
    KH, KW, C, F = w_shape
    wide = dw[:-1].reshape(KH, KW + (P - 1) * stride, C, P, F)
    # forward was: each neighbour's filters and biases = w, b
    one_by_one = (wide[:, p * stride : p * stride + KW, :, p] for p in range(P))
    return functools.reduce(np.add, one_by_one), dw[-1].reshape(P, F).sum(0)


@jit
def _band(x, n, first, rows, geometry, band):
    """band (pixel rows, pixels, C), flat = what ``rows`` output rows from ``first`` on see of picture n."""
    OH, OW, KH, KW, SH, SW, top, left, _, width = geometry[:10]
    _, H, W, C = x.shape
    picture, line, left = x.reshape(-1), width * SW * C, min(left, width * SW)
    for r in range((rows - 1) * SH + KH):
        h, to = first * SH - top + r, r * line
        if 0 <= h < H:
            inside = max(0, min(W, width * SW - left)) * C
            fill(band, to, left * C, 0)
            copy(picture, (n * H + h) * W * C, band, to + left * C, inside)
            fill(band, to + left * C + inside, line - left * C - inside, 0)
        else:
            fill(band, to, line, 0)


@jit
def forward_piece(x, n, first, rows, w, relu, geometry, band, z, y, at):
    """``rows`` rows of y from number ``at`` on. w: ``widened``. z: for a row of pixels of whole tiles."""
    OH, OW, KH, KW, SH, SW, _, _, _, width, F, J = geometry
    C, flat, columns = x.shape[3], y.reshape(-1), BYTES // x.itemsize
    line, run, tiles = width * SW * C, KW * C, (OW + ROWS - 1) // ROWS
    _band(x, n, first, rows, geometry, band)
    for i in range(rows):
        row, to = (flat, at + i * OW * F) if F == J else (z, 0)
        for t in range(tiles):
            begin, end = t * OW // tiles, (t + 1) * OW // tiles
            for j in range(0, J, columns):
                multiply(
                    end - begin, band, i * SH * line + begin * SW * C, (SW * C, line, 1),
                    w, j, (run * J, J), (KH, run), w, KH * run * J + j, 0, relu,
                    row, to + begin * J + j, J,
                )
        for k in range(OW if F < J else 0):
            copy(z, k * J, flat, at + (i * OW + k) * F, F)


@jit
def backward_piece(x, n, first, rows, y, dy, relu, at, geometry, band, dz, dw):
    """Adds to dw (K + 1, F), whose last row is db, what ``rows`` rows of dy say from ``at`` on."""
    OH, OW, KH, KW, SH, SW, _, _, _, width, F, _ = geometry
    C, source, columns, size = x.shape[3], dy.reshape(-1), BYTES // x.itemsize, OW * F
    if relu:
        copy_where(y.reshape(-1), source, relu, at, dz, 0, rows * size)
        source, at = dz, 0
    line, run = width * SW * C, KW * C
    few, tiles = max(1, NEAR // (size * x.itemsize)), (run + ROWS - 1) // ROWS
    one, flat = np.ones(1, x.dtype), dw.reshape(-1)
    _band(x, n, first, rows, geometry, band)
    for i in range(0, rows, few):
        counts, begins = (min(few, rows - i), OW), at + i * size
        for f in range(0, F, columns):
            for kh in range(KH):
                for t in range(tiles):
                    k, end = t * run // tiles, (t + 1) * run // tiles
                    to = (kh * run + k) * F + f
                    # forward was: y[i, j] += x[i SH + kh, j SW, k] w[kh, k]
                    multiply(
                        end - k, band, (i * SH + kh) * line + k, (1, SH * line, SW * C),
                        source, begins + f, (size, F), counts, flat, to, F, False, flat, to, F,
                    )
            # forward was: y[i, j] += 1 b
            to = KH * run * F + f
            multiply(
                1, one, 0, (0, 0, 0), source, begins + f, (size, F), counts, flat, to, F, False, flat, to, F
            )
