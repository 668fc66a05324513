"""Tiles of pictures for Winograd's convolution: cut out, transformed, and put back.

Tiles overlap by r - 1 pixels. A strip is a row of them in one picture, a band is ``S`` strips that are
treated together. A band's pixels are dealt out like cards: with m outputs a tile, pixel t m + q of a row goes
on pile q, as its card t. Then column j of tile t is card t + j // m of pile j % m, and the columns j of all
tiles of the band lie in one piece of memory, with all their channels: that is what the functions above want.
The lengths:

    piles (6 rows, m, TW + 5 // m, S, C)     points (the same, after going down)     V (6, 6, T, C)
    M (6, 6, T, F)     points (6, 5, TW, S, F)     outputs (5 rows, m, TW, S, F)

A stride of 2 needs no arithmetic of its own. Take 2 x 2 pixels with C channels for one pixel with 4 C: in
this picture the filter moves by one, and a filter of 5 x 5 becomes one of 3 x 3 (its sixth row and column are
0). Only reading pixels and adding to them, here and in winograd.py, knows of it.

``geometry`` = tiles down and across TH TW, outputs of a tile mh mw, strides SH SW, padding top left.
"""

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.slices import add, copy, fill
from minicnn.kernels.toom_cook import (
    TILE,
    input_points,
    input_points_back,
    output_points,
    output_points_back,
)


@jit
def _read_band(x, first, S, geometry, piles):
    """piles = the pixels of strips ``first ..``, 0 outside the picture."""
    TH, TW, mh, mw, SH, SW, pad_top, pad_left = geometry
    _, H, W, C = x.shape
    x, cards, run = x.reshape(-1), TW + 5 // mw, SW * C
    for s in range(S):
        n, i = divmod(first + s, TH)
        for r in range(TILE):
            for a in range(SH):
                h = (i * mh + r) * SH + a - pad_top
                row, inside = (n * H + h) * W, 0 <= h < H
                for q in range(mw):
                    to = ((r * mw * cards + q * cards) * S + s) * SH * run + a * run
                    for t in range(cards):
                        w = (t * mw + q) * SW - pad_left
                        if inside and 0 <= w <= W - SW:
                            copy(x, (row + w) * C, piles, to, run)
                        else:
                            fill(piles, to, run, 0)
                            begin, end = max(w, 0), min(w + SW, W)
                            if inside and begin < end:
                                copy(x, (row + begin) * C, piles, to + (begin - w) * C, (end - begin) * C)
                        to += S * SH * run


@jit
def _add_band(piles, first, S, geometry, x):
    """The transpose of _read_band: the pixels of x collect from everywhere they were read to."""
    TH, TW, mh, mw, SH, SW, pad_top, pad_left = geometry
    _, H, W, C = x.shape
    x, cards, run = x.reshape(-1), TW + 5 // mw, SW * C
    for s in range(S):
        n, i = divmod(first + s, TH)
        for r in range(TILE):
            for a in range(SH):
                h = (i * mh + r) * SH + a - pad_top
                if not 0 <= h < H:
                    continue
                for q in range(mw):
                    at = ((r * mw * cards + q * cards) * S + s) * SH * run + a * run
                    for t in range(cards):
                        w = (t * mw + q) * SW - pad_left
                        begin, end = max(w, 0), min(w + SW, W)
                        if begin < end:
                            # forward was: piles = x
                            to = ((n * H + h) * W + begin) * C
                            add(piles, at + (begin - w) * C, x, to, (end - begin) * C)
                        at += S * SH * run


@jit
def transform_input(x, first, S, geometry, piles, points, V, k):
    """V[:, :, k ..] = B' d B for the tiles of S strips."""
    TW, mw = geometry[1], geometry[3]
    _, _, T, C = V.shape
    cards = TW + 5 // mw
    row, pile = mw * cards * S * C, cards * S * C
    _read_band(x, first, S, geometry, piles)
    input_points(piles, (0, row, 2 * row, 3 * row, 4 * row, 5 * row), points, 0, row, row)
    v = V.reshape(-1)
    for i in range(TILE):
        at = i * row
        columns = (
            at, at + 1 % mw * pile + 1 // mw * S * C, at + 2 % mw * pile + 2 // mw * S * C,
            at + 3 % mw * pile + 3 // mw * S * C, at + 4 % mw * pile + 4 // mw * S * C,
            at + 5 % mw * pile + 5 // mw * S * C,
        )
        input_points(points, columns, v, (i * TILE * T + k) * C, T * C, TW * S * C)


@jit
def transform_input_back(V, k, first, S, geometry, columns, points, piles, dx):
    """dx += B dV B', for the tiles of S strips."""
    TW, mw = geometry[1], geometry[3]
    _, _, T, C = V.shape
    cards = TW + 5 // mw
    row, pile, size = mw * cards * S * C, cards * S * C, TW * S * C
    v = V.reshape(-1)
    fill(points, 0, TILE * row, 0)
    for i in range(TILE):
        input_points_back(v, (i * TILE * T + k) * C, T * C, columns, 0, size, size)
        for j in range(TILE):
            add(columns, j * size, points, i * row + j % mw * pile + j // mw * S * C, size)
    input_points_back(points, 0, row, piles, 0, row, row)
    _add_band(piles, first, S, geometry, dx)


@jit
def transform_output(M, k, first, S, geometry, points, outputs, relu, y):
    """y = A' M A, and ReLU of it, for the tiles of S strips."""
    TH, TW, mh, mw = geometry[:4]
    _, OH, OW, F = y.shape
    T = M.shape[2]
    pile = TW * S * F
    m = M.reshape(-1)
    for i in range(TILE):
        output_points(m, (i * TILE * T + k) * F, T * F, points, i * 5 * pile, pile, mw, pile)
    output_points(points, 0, 5 * pile, outputs, 0, mw * pile, mh, mw * pile)
    flat, zero = y.reshape(-1), y.dtype.type(0)
    for s in range(S):
        n, i = divmod(first + s, TH)
        for p in range(min(mh, OH - i * mh)):
            row = (n * OH + i * mh + p) * OW
            for q in range(mw):
                for t in range((OW - q + mw - 1) // mw):
                    at = np.uintp((((p * mw + q) * TW + t) * S + s) * F)
                    to = np.uintp((row + t * mw + q) * F)
                    for f in range(np.uintp(F)):
                        v = outputs[at + f]
                        flat[to + f] = zero if relu and v < zero else v  # a NaN stays one


@jit
def transform_output_back(y, dy, relu, first, S, geometry, outputs, points, dM, k):
    """dM = A dy A', for the tiles of S strips."""
    TH, TW, mh, mw = geometry[:4]
    _, OH, OW, F = dy.shape
    T = dM.shape[2]
    pile = TW * S * F
    y, dy, zero = y.reshape(-1), dy.reshape(-1), dy.dtype.type(0)
    for s in range(S):
        n, i = divmod(first + s, TH)
        for p in range(mh):
            row, inside = (n * OH + i * mh + p) * OW, i * mh + p < OH
            for q in range(mw):
                for t in range(TW):
                    to = (((p * mw + q) * TW + t) * S + s) * F
                    if inside and t * mw + q < OW:
                        at, to = np.uintp((row + t * mw + q) * F), np.uintp(to)
                        for f in range(np.uintp(F)):
                            # forward was: y = 0 if relu and z < 0 else z
                            outputs[to + f] = zero if relu and y[at + f] <= zero else dy[at + f]
                    else:
                        fill(outputs, to, F, 0)
    output_points_back(outputs, 0, mw * pile, points, 0, 5 * pile, mh, mw * pile)
    m = dM.reshape(-1)
    for i in range(TILE):
        output_points_back(points, i * 5 * pile, pile, m, (i * TILE * T + k) * F, T * F, mw, pile)
