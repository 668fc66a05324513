"""Windows of pictures for convolution as one matrix product: the columns of cols, made and put back.

To make them quickly, turn cols round and look at one row: what the kernel's pixel (kh, kw), channel c, meets
as it slides. That is the picture itself, shifted. With the channels in planes of their own, zeros around
them, the row is one slice of a plane, for all output rows at once:

    plane, 2 rows of 4       what pixel (0, 0) meets      what pixel (0, 1) meets
    a b c d                  a b c . e f g .              b c d . f g h .
    e f g h

The dots are windows that wrap round the edge: they cost a little arithmetic and are left out of y. With
strides a plane holds every SH-th row and SW-th column, and there are SH SW of them a channel.

They are given a gradient of 0, so an infinity or NaN that only they see may turn up in dw all the same.

``geometry`` is that of conv2d_compiled.py.
"""

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.slices import add, copy, fill


@jit
def make_planes(x, n, first, geometry, planes):
    """planes (C, SH, SW, rows, width), flat = picture n from output row ``first`` on, zeros around it."""
    OH, OW, KH, KW, SH, SW, top, left, rows, width = geometry[:10]
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
    OH, OW, KH, KW, SH, SW, top, left, rows, width = geometry[:10]
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
    OH, OW, KH, KW, SH, SW, top, left, rows, width = geometry[:10]
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
