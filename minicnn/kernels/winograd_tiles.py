"""Tiles of pictures for Winograd's convolution: cut out, transformed, and put back.

Tiles overlap by r - 1 pixels. A strip is a row of them in one picture; strip s is row s % TH of the tiles of
picture s // TH. Each of the four functions below treats one strip, first down its columns of pixels, then
across, or the other way round, with all channels of a pixel side by side:

    V (8, 8, T, C)  T tiles of pixels     M (8, 8, T, F)  the products     k  the strip's first tile in them

where 8 may be 6: ``tile``, the number of ``points``.

A stride of 2 needs no arithmetic of its own. Take 2 x 2 pixels with C channels for one pixel with 4 C: in
this picture the filter moves by one, and a filter of 5 x 5 becomes one of 3 x 3 (its sixth row and column are
0). Only reading pixels and adding to them, here and in winograd.py, knows of it: row a of each pair of rows
gives the channels from a SW C on. And because the value at infinity is the last row or column of the filter,
channels that meet its sixth are multiplied by 0 there: ``counting`` leaves them out.

``geometry`` = tiles down and across TH TW, outputs of a tile mh mw, strides SH SW, padding top left, points,
and how many rows and columns of pixels taken together, of SH and SW, the filter's last row and column have.
"""

from minicnn.kernels.jit import jit
from minicnn.kernels.slices import add, copy, copy_relu, copy_where, fill
from minicnn.kernels.toom_cook import (
    input_points,
    input_points_back,
    output_points,
    output_points_back,
)

NEAR = 8192  # numbers: what a core's nearest cache holds beside what is made of them


@jit
def tiles_at_a_time(run, geometry):
    """How many tiles' pixels, ``run`` numbers each, lie in the nearest cache at a time."""
    mw, tile = geometry[3], len(geometry[8])
    return max(1, (NEAR // (tile * run) - (tile - mw)) // mw)


@jit
def input_room(C, geometry):
    """Room for the pixels of a few tiles of a strip, as numbers."""
    mw, SW, tile = geometry[3], geometry[5], len(geometry[8])
    return tile * (tiles_at_a_time(SW * C, geometry) * mw + tile - mw) * SW * C


@jit
def counting(i, j, C, geometry):
    """How many of V's C channels count at the point (i, j): all, but for some at infinity."""
    SH, SW, last, rows, columns = geometry[4], geometry[5], len(geometry[8]) - 1, geometry[9], geometry[10]
    return (((rows if i == last else SH) - 1) * SW + (columns if j == last else SW)) * (C // (SH * SW))


@jit
def _read_rows(x, n, h, step, begin, end, count, rows):
    """rows (count, pixels, C), flat = pixels begin .. end of rows h, h + step, ... of picture n, or 0."""
    _, H, W, C = x.shape
    x, size = x.reshape(-1), (end - begin) * C
    for r in range(count):
        if 0 <= h + r * step < H:
            copy(x, ((n * H + h + r * step) * W + begin) * C, rows, r * size, size)
        else:
            fill(rows, r * size, size, 0)


@jit
def transform_input(x, s, geometry, rows, half, V, k):
    """V[:, :, k : k + TW] = B' d B"""
    TH, TW, mh, mw, SH, SW, top, left, points, rows_last, _ = geometry
    (_, H, W, C), tile = x.shape, len(points)
    flat, v, T, run = x.reshape(-1), V.reshape(-1), V.shape[2], SW * C
    few = tiles_at_a_time(run, geometry)
    n, i = divmod(s, TH)
    for t0 in range(0, TW, few):
        tiles = min(few, TW - t0)
        first, width = t0 * mw * SW - left, (tiles * mw + tile - mw) * SW
        begin, end = max(first, 0), min(first + width, W)
        for a in range(SH):
            h, row = i * mh * SH + a - top, SH * W * C
            if h >= 0 and h + (tile - 1) * SH < H:
                at, source = ((n * H + h) * W + begin) * C, flat
            else:
                _read_rows(x, n, h, SH, begin, end, tile, rows)
                at, row, source = 0, (end - begin) * C, rows
            to, gap = (begin - first) * C, width * C
            input_points(points, source, at, row, half, to, gap, (end - begin) * C)
            for p in range(tile if a < rows_last else tile - 1):  # see ``counting``
                fill(half, p * gap, to, 0)
                fill(half, p * gap + (end - first) * C, (first + width - end) * C, 0)
                for t in range(tiles):
                    to_v = ((p * tile * T + k + t0 + t) * SH + a) * run
                    input_points(points, half, p * gap + t * mw * run, run, v, to_v, T * SH * run, run)


@jit
def transform_input_back(V, k, s, geometry, columns, pixels, dx):
    """dx += B dV B', for dV = V[:, :, k : k + TW]"""
    TH, TW, mh, mw, SH, SW, top, left, points, _, _ = geometry
    (_, H, W, C), tile = dx.shape, len(points)
    dx, v, T, run = dx.reshape(-1), V.reshape(-1), V.shape[2], SW * C
    n, i = divmod(s, TH)
    for t in range(TW):
        first = t * mw * SW - left
        begin, end = max(first, 0), min(first + tile * SW, W)
        for a in range(SH):
            for p in range(tile):
                at = ((p * tile * T + k + t) * SH + a) * run
                input_points_back(points, v, at, T * SH * run, columns, p * tile * run, run, run)
            input_points_back(points, columns, 0, tile * run, pixels, 0, tile * run, tile * run)
            for r in range(tile):
                h = (i * mh + r) * SH + a - top
                if 0 <= h < H and begin < end:
                    # forward was: d = x
                    at, to = r * tile * run + (begin - first) * C, ((n * H + h) * W + begin) * C
                    add(pixels, at, dx, to, (end - begin) * C)


@jit
def transform_output(M, k, s, geometry, half, outputs, relu, y):
    """y = A' M A, and ReLU of it, for M[:, :, k : k + TW]"""
    (TH, TW, mh, mw), points = geometry[:4], geometry[8]
    (_, OH, OW, F), tile = y.shape, len(points)
    y, m, T, row = y.reshape(-1), M.reshape(-1), M.shape[2], (tile - 1) * F
    n, i = divmod(s, TH)
    for t in range(TW):
        for p in range(tile):
            output_points(points, m, (p * tile * T + k + t) * F, T * F, half, p * row, F, mw, F)
        output_points(points, half, 0, row, outputs, 0, row, mh, mw * F)
        for p in range(min(mh, OH - i * mh)):
            to = ((n * OH + i * mh + p) * OW + t * mw) * F
            copy_relu(outputs, p * row, relu, y, to, min(mw, OW - t * mw) * F)


@jit
def transform_output_back(y, dy, relu, s, geometry, outputs, half, dM, k):
    """dM[:, :, k : k + TW] = A dy A'"""
    (TH, TW, mh, mw), points = geometry[:4], geometry[8]
    (_, OH, OW, F), tile = dy.shape, len(points)
    y, dy, m, T, row = y.reshape(-1), dy.reshape(-1), dM.reshape(-1), dM.shape[2], (tile - 1) * F
    n, i = divmod(s, TH)
    for t in range(TW):
        for p in range(mh):
            size = min(mw, OW - t * mw) * F if i * mh + p < OH else 0
            copy_where(y, dy, relu, ((n * OH + i * mh + p) * OW + t * mw) * F, outputs, p * row, size)
            fill(outputs, p * row + size, mw * F - size, 0)
        output_points_back(points, outputs, 0, row, half, 0, row, mh, mw * F)
        for p in range(tile):
            output_points_back(points, half, p * row, F, m, (p * tile * T + k + t) * F, T * F, mw, F)
