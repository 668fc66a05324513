"""Resizing pictures, by looking up where a pixel of the new picture lies in the old one.

    y[i, j, c] = sum over h, w of x[h, w, c] tent(h - u) tent(w - v)      tent(t) = max(0, 1 - |t|)
    u = (i + 1/2) H / OH - 1/2      v = (j + 1/2) W / OW - 1/2      both kept within the picture

    x  (H, W, C)      y  (OH, OW, C)

Pixels are areas and (i + 1/2) is the middle of one ("half-pixel centres"): the corners of both pictures
coincide, not the centres of their first pixels. The tent is one old pixel wide to either side, so
at most four of them count however much the picture shrinks. Libraries that antialias (Pillow's
BILINEAR) widen the tent instead and give other, smoother pictures.

Source: the rule is that of Keras's image_dataset_from_directory, whose float32 arithmetic is kept.
"""

import numpy as np

from minicnn.kernels.jit import jit


def middles(n, out):
    """(i + 1/2) n / out: how far the new pixels' middles are from the picture's edge, (out,) float32."""
    return (np.arange(out, dtype=np.float32) + np.float32(0.5)) * (np.float32(n) / np.float32(out))


def nearest(x, OH, OW):
    """The old pixel in whose area the middle of the new one lies. (OH, OW, C), x's dtype."""
    H, W, _ = x.shape
    rows, columns = middles(H, OH).astype(np.int64), middles(W, OW).astype(np.int64)  # rounded down
    return x[np.minimum(rows, H - 1)][:, np.minimum(columns, W - 1)]


# ---------------------------------------------------------------- bilinear, 1. the definition


def bilinear_definition(x, OH, OW):
    """The equation above, one number at a time, in float64."""
    H, W, C = x.shape
    y = np.zeros((OH, OW, C))
    for i, j, c in np.ndindex(OH, OW, C):
        u = min(max((i + 0.5) * H / OH - 0.5, 0), H - 1)
        v = min(max((j + 0.5) * W / OW - 0.5, 0), W - 1)
        for h, w in np.ndindex(H, W):
            y[i, j, c] += x[h, w, c] * max(0, 1 - abs(h - u)) * max(0, 1 - abs(w - v))
    return y


# ---------------------------------------------------------------- bilinear, 2. compiled
#
# Only the rows above and below u and the columns left and right of v have a tent above 0. Which ones, and
# how far between them, is the same for a whole row or column of y: it is worked out beforehand.


def neighbours(n, out):
    """The old pixels on both sides of each new one and how far from the first: before, after, share."""
    u = middles(n, out) - np.float32(0.5)
    before = np.floor(u)
    share = u - before
    # outside the picture both neighbours are its first (or last) pixel, and the share does not matter
    return np.maximum(before, 0).astype(np.int64), np.minimum(before + 1, n - 1).astype(np.int64), share


@jit
def _blend(x, above, below, down, left, right, across, y):
    OH, OW, C = y.shape
    one = y.dtype.type
    for i in range(OH):
        for j in range(OW):
            for c in range(C):
                a, b = one(x[above[i], left[j], c]), one(x[above[i], right[j], c])
                d, e = one(x[below[i], left[j], c]), one(x[below[i], right[j], c])
                top = a + (b - a) * across[j]
                bottom = d + (e - d) * across[j]
                y[i, j, c] = top + (bottom - top) * down[i]


def bilinear(x, OH, OW):
    """``x`` of numbers 0..255 (or any), as (OH, OW, C) float32."""
    H, W, C = x.shape
    y = np.empty((OH, OW, C), np.float32)
    _blend(np.ascontiguousarray(x), *neighbours(H, OH), *neighbours(W, OW), y)
    return y


LADDER = (("definition", bilinear_definition), ("compiled", bilinear))
