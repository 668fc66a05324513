"""Tiles of pictures for Winograd's convolution: cut out, transformed, and put back.

Tiles overlap by r - 1 pixels. A strip is a row of them in one picture; strip s is row s % TH of the tiles of
picture s // TH. Each of the four functions below treats one strip, first down its columns of pixels, then
across, or the other way round, with all channels of a pixel side by side:

    V (6, 6, T, C)  T tiles of pixels     M (6, 6, T, F)  the products     k  the strip's first tile in them

A stride of 2 needs no arithmetic of its own. Take 2 x 2 pixels with C channels for one pixel with 4 C: in
this picture the filter moves by one, and a filter of 5 x 5 becomes one of 3 x 3 (its sixth row and column are
0). Only reading pixels and adding to them, here and in winograd.py, knows of it: row a of each pair of rows
gives the channels from a SW C on.

``geometry`` = tiles down and across TH TW, outputs of a tile mh mw, strides SH SW, padding top left.
"""

from minicnn.kernels.jit import jit
from minicnn.kernels.slices import add, copy, copy_relu, copy_where, fill
from minicnn.kernels.toom_cook import (
    TILE,
    input_points,
    input_points_back,
    output_points,
    output_points_back,
)

NEAR = 8192  # numbers: what a core's nearest cache holds beside what is made of them


@jit
def tiles_at_a_time(run, geometry):
    """How many tiles' pixels, ``run`` numbers each, lie in the nearest cache at a time."""
    mw = geometry[3]
    return max(1, (NEAR // (TILE * run) - (TILE - mw)) // mw)


@jit
def input_room(C, geometry):
    """Room for the pixels of a few tiles of a strip, as numbers."""
    mw, SW = geometry[3], geometry[5]
    return TILE * (tiles_at_a_time(SW * C, geometry) * mw + TILE - mw) * SW * C


@jit
def _read_rows(x, n, h, step, begin, end, rows):
    """rows (6, pixels, C), flat = pixels begin .. end of rows h, h + step, ... of picture n; 0 outside."""
    _, H, W, C = x.shape
    x, size = x.reshape(-1), (end - begin) * C
    for r in range(TILE):
        if 0 <= h + r * step < H:
            copy(x, ((n * H + h + r * step) * W + begin) * C, rows, r * size, size)
        else:
            fill(rows, r * size, size, 0)


@jit
def transform_input(x, s, geometry, rows, points, V, k):
    """V[:, :, k : k + TW] = B' d B"""
    TH, TW, mh, mw, SH, SW, top, left = geometry
    _, H, W, C = x.shape
    flat, v, T, run = x.reshape(-1), V.reshape(-1), V.shape[2], SW * C
    few = tiles_at_a_time(run, geometry)
    n, i = divmod(s, TH)
    for t0 in range(0, TW, few):
        tiles = min(few, TW - t0)
        first, width = t0 * mw * SW - left, (tiles * mw + TILE - mw) * SW
        begin, end = max(first, 0), min(first + width, W)
        for a in range(SH):
            h, row = i * mh * SH + a - top, SH * W * C
            if h >= 0 and h + (TILE - 1) * SH < H:
                at, source = ((n * H + h) * W + begin) * C, flat
            else:
                _read_rows(x, n, h, SH, begin, end, rows)
                at, row, source = 0, (end - begin) * C, rows
            to, gap = (begin - first) * C, width * C
            input_points(
                source, (at, at + row, at + 2 * row, at + 3 * row, at + 4 * row, at + 5 * row),
                points, to, gap, (end - begin) * C,
            )
            for p in range(TILE):
                fill(points, p * gap, to, 0)
                fill(points, p * gap + (end - first) * C, (first + width - end) * C, 0)
                for t in range(tiles):
                    at = p * gap + t * mw * run
                    input_points(
                        points, (at, at + run, at + 2 * run, at + 3 * run, at + 4 * run, at + 5 * run),
                        v, ((p * TILE * T + k + t0 + t) * SH + a) * run, T * SH * run, run,
                    )


@jit
def transform_input_back(V, k, s, geometry, columns, pixels, dx):
    """dx += B dV B', for dV = V[:, :, k : k + TW]"""
    TH, TW, mh, mw, SH, SW, top, left = geometry
    _, H, W, C = dx.shape
    dx, v, T, run = dx.reshape(-1), V.reshape(-1), V.shape[2], SW * C
    n, i = divmod(s, TH)
    for t in range(TW):
        first = t * mw * SW - left
        begin, end = max(first, 0), min(first + TILE * SW, W)
        for a in range(SH):
            for p in range(TILE):
                at = ((p * TILE * T + k + t) * SH + a) * run
                input_points_back(v, at, T * SH * run, columns, p * TILE * run, run, run)
            input_points_back(columns, 0, TILE * run, pixels, 0, TILE * run, TILE * run)
            for r in range(TILE):
                h = (i * mh + r) * SH + a - top
                if 0 <= h < H and begin < end:
                    # forward was: d = x
                    at, to = r * TILE * run + (begin - first) * C, ((n * H + h) * W + begin) * C
                    add(pixels, at, dx, to, (end - begin) * C)


@jit
def transform_output(M, k, s, geometry, points, outputs, relu, y):
    """y = A' M A, and ReLU of it, for M[:, :, k : k + TW]"""
    TH, TW, mh, mw = geometry[:4]
    _, OH, OW, F = y.shape
    y, m, T = y.reshape(-1), M.reshape(-1), M.shape[2]
    n, i = divmod(s, TH)
    for t in range(TW):
        for p in range(TILE):
            output_points(m, (p * TILE * T + k + t) * F, T * F, points, p * 5 * F, F, mw, F)
        output_points(points, 0, 5 * F, outputs, 0, 5 * F, mh, mw * F)
        for p in range(min(mh, OH - i * mh)):
            to = ((n * OH + i * mh + p) * OW + t * mw) * F
            copy_relu(outputs, p * 5 * F, relu, y, to, min(mw, OW - t * mw) * F)


@jit
def transform_output_back(y, dy, relu, s, geometry, outputs, points, dM, k):
    """dM[:, :, k : k + TW] = A dy A'"""
    TH, TW, mh, mw = geometry[:4]
    _, OH, OW, F = dy.shape
    y, dy, m, T = y.reshape(-1), dy.reshape(-1), dM.reshape(-1), dM.shape[2]
    n, i = divmod(s, TH)
    for t in range(TW):
        for p in range(mh):
            size = min(mw, OW - t * mw) * F if i * mh + p < OH else 0
            copy_where(y, dy, relu, ((n * OH + i * mh + p) * OW + t * mw) * F, outputs, p * 5 * F, size)
            fill(outputs, p * 5 * F + size, mw * F - size, 0)
        output_points_back(outputs, 0, 5 * F, points, 0, 5 * F, mh, mw * F)
        for p in range(TILE):
            output_points_back(points, p * 5 * F, F, m, (p * TILE * T + k + t) * F, T * F, mw, F)
