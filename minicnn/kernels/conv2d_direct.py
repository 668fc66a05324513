"""Convolution of a picture with few channels: its windows are multiplied where they stand.

A matrix of windows holds every pixel KH KW times. With three channels, making it takes as long as the
product itself. But from one window to the next, and from one of its numbers to the next, there are fixed
steps in memory, and that is all a product asks of a matrix (registers.py). So it reads the picture itself;
nothing is copied but that, once, with zeros around it.

    y[i, j, :] = b + sum over kh, k of   x[i SH + kh, j SW, k] w[kh, k, :]        rows of the tile: j
    dw[kh, k, :] += sum over i, j of     x[i SH + kh, j SW, k] dy[i, j, :]        rows of the tile: k

where k runs over kw and c at once, because they lie side by side in x. conv2d_compiled.py calls this for its
*pieces*, some rows of y each, of what ``takes`` says; on the way back, only where no dx is asked for, as none
is of a network's first layer.
"""

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.registers import BYTES, ROWS, multiply
from minicnn.kernels.slices import copy, copy_where, fill

FEW = 16  # channels: with more, Winograd is as fast or faster; and with 256 a BLAS was, by a tenth
NEAR = 16 * 1024  # bytes of dy at a time: they stay in the nearest cache while every number of w meets them


def takes(C, F, itemsize):
    """Whether channels are few, and filters whole rows of tiles."""
    return C <= FEW and F > 0 and F * itemsize % BYTES == 0


@jit
def _band(x, n, first, rows, geometry, band):
    """band (pixel rows, pixels, C), flat = what ``rows`` output rows from ``first`` on see of picture n."""
    OH, OW, KH, KW, SH, SW, top, left, _, width = geometry
    _, H, W, C = x.shape
    picture, line = x.reshape(-1), width * SW * C
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
def forward_piece(x, n, first, rows, w, relu, geometry, band, y, at):
    """``rows`` rows of y from number ``at`` on. w is (K + 1, F), flat: the last row is the bias."""
    OH, OW, KH, KW, SH, SW, _, _, _, width = geometry
    C, F = x.shape[3], y.shape[3]
    flat, columns = y.reshape(-1), BYTES // x.itemsize
    line, run, tiles = width * SW * C, KW * C, (OW + ROWS - 1) // ROWS
    _band(x, n, first, rows, geometry, band)
    for i in range(rows):
        for t in range(tiles):
            begin, end = t * OW // tiles, (t + 1) * OW // tiles
            for f in range(0, F, columns):
                multiply(
                    end - begin, band, i * SH * line + begin * SW * C, (SW * C, line, 1),
                    w, f, (run * F, F), (KH, run), w, KH * run * F + f, 0, relu,
                    flat, at + (i * OW + begin) * F + f, F,
                )


@jit
def backward_piece(x, n, first, rows, y, dy, relu, at, geometry, band, dz, dw):
    """Adds to dw (K + 1, F), whose last row is db, what ``rows`` rows of dy say from ``at`` on."""
    OH, OW, KH, KW, SH, SW, _, _, _, width = geometry
    C, F = x.shape[3], dy.shape[3]
    source, columns, size = dy.reshape(-1), BYTES // x.itemsize, OW * F
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
