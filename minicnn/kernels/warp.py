"""Warping: every pixel of the new picture is looked up somewhere in the old one.

    (h, w) = A (i, j, 1)                                                   where pixel (i, j) comes from
    y[n, i, j, c] = sum over p, q of  k(h - p) k(w - q) x[n, p, q, c]      bilinear: k(d) = max(0, 1 - |d|)
    dx[n, p, q, c] = sum over i, j of k(h - p) k(w - q) dy[n, i, j, c]     the same weights, carried back

    x (N, H, W, C)    y (N, OH, OW, C)    A (N, 2, 3): one map a picture, rows before columns

Interpolation "nearest" takes the one pixel whose centre is closest. h and w may lie outside, where
the picture is continued, p and q running over all whole numbers; a picture of pixels a b c d goes on as

    reflect     d c b a | a b c d | d c b a           nearest     a a a a | a b c d | d d d d
    wrap        a b c d | a b c d | a b c d           constant    k k k k | a b c d | k k k k

Every output pixel costs the same few lines whatever the map, so flips, rotations, zooms and crops are one
kernel. Where a pixel comes from is worked out in float64: which neighbours it has then does not depend on
the type of x.

Source: Jaderberg et al. 2015, "Spatial transformer networks", equations 1, 5 and 6.
"""

import math

import numpy as np

from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share

FILL_MODES = ("constant", "reflect", "wrap", "nearest")
INTERPOLATIONS = ("bilinear", "nearest")
CONSTANT, REFLECT, WRAP, NEAREST = range(4)


# ---------------------------------------------------------------- maps


def about_centre(linear, H, W):
    """Maps (N, 2, 3) that turn or stretch by ``linear`` (N, 2, 2) and leave the picture's centre in place."""
    centre = np.array([(H - 1) / 2, (W - 1) / 2])
    # A (i, j, 1) = linear ((i, j) - centre) + centre
    return np.concatenate([linear, (centre - linear @ centre)[..., None]], axis=2)


def shifts(offsets):
    """Maps (N, 2, 3) that look ``offsets`` (N, 2) pixels further down and to the right."""
    return np.concatenate([np.broadcast_to(np.eye(2), (len(offsets), 2, 2)), offsets[..., None]], axis=2)


def resizing(N, sizes, new_sizes):
    """Maps (N, 2, 3) that stretch ``sizes`` (H, W) onto ``new_sizes``, the outer edges onto each other.

    A pixel's centre is half a pixel from its edge: h + 1/2 = (i + 1/2) H / OH.
    """
    scale = np.divide(sizes, new_sizes)
    return np.broadcast_to(np.concatenate([np.diag(scale), (scale / 2 - 0.5)[:, None]], axis=1), (N, 2, 3))


# ---------------------------------------------------------------- the definition


def _continued(p, size, fill_mode):
    """The cell inside 0 .. size - 1 that the picture shows at p; None: the constant."""
    if fill_mode == "nearest":
        return min(max(p, 0), size - 1)
    cells = [*range(size)]
    if fill_mode == "reflect":
        cells += reversed(cells)  # a b c d d c b a, again and again
    return cells[p] if 0 <= p < size else None if fill_mode == "constant" else cells[p % len(cells)]


def _weighted(h, size, interpolation, fill_mode):
    """The cells h lies between and their weights k(h - p)."""
    if interpolation == "nearest":
        return [(_continued(math.floor(h + 0.5), size, fill_mode), 1.0)]
    around = math.floor(h), math.floor(h) + 1
    return [(_continued(p, size, fill_mode), 1 - abs(h - p)) for p in around]


def forward_definition(x, maps, sizes, interpolation, fill_mode, fill_value=0.0):
    """y (N, OH, OW, C) for ``sizes`` (OH, OW)."""
    N, H, W, C = x.shape
    y = np.zeros((N, *sizes, C), x.dtype)
    for n, i, j in np.ndindex(N, *sizes):
        h, w = maps[n] @ (i, j, 1)
        for p, row in _weighted(h, H, interpolation, fill_mode):
            for q, column in _weighted(w, W, interpolation, fill_mode):
                y[n, i, j] += row * column * (fill_value if None in (p, q) else x[n, p, q])
    return y


def backward_definition(dy, maps, x_shape, interpolation, fill_mode):
    """dx (N, H, W, C)"""
    _, H, W, _ = x_shape
    dx = np.zeros(x_shape, dy.dtype)
    for n, i, j in np.ndindex(dy.shape[:3]):
        h, w = maps[n] @ (i, j, 1)
        for p, row in _weighted(h, H, interpolation, fill_mode):
            for q, column in _weighted(w, W, interpolation, fill_mode):
                if None not in (p, q):
                    # forward was: y += row * column * x
                    dx[n, p, q] += row * column * dy[n, i, j]
    return dx


# ---------------------------------------------------------------- compiled
#
# A thread takes a picture at a time. Most pixels lie inside, where nothing needs to be continued. A cell
# of the constant gets weight 0, and what is then missing of a pixel's weights is the constant's share. Its
# place is taken by the cell beside it, which counts anyway: 0 times a NaN from elsewhere would be a NaN.


@jit
def _inside(p, size, mode):
    """As _continued; -1: the constant."""
    if 0 <= p < size:
        return p
    if mode == CONSTANT:
        return -1
    if mode == NEAREST:
        return min(max(p, 0), size - 1)
    if mode == WRAP:
        return p % size
    p = p % (2 * size)
    return min(p, 2 * size - 1 - p)


@jit
def _neighbours(h, size, mode):
    """Two cells and their weights, 0 for the constant."""
    p = math.floor(h)
    second = h - p
    if 0 <= p < size - 1:
        return p, p + 1, 1 - second, second
    p0, p1 = _inside(p, size, mode), _inside(p + 1, size, mode)
    a0, a1 = (1 - second if p0 >= 0 else 0.0), (second if p1 >= 0 else 0.0)
    return max(p0 if p0 >= 0 else p1, 0), max(p1 if p1 >= 0 else p0, 0), a0, a1


@jit
def _source(A, i, j):
    return A[0, 0] * i + A[0, 1] * j + A[0, 2], A[1, 0] * i + A[1, 1] * j + A[1, 2]


@jit
def _nearest_image(x, A, mode, fill_value, y):
    H, W, C = x.shape
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            h, w = _source(A, i, j)
            p, q = _inside(math.floor(h + 0.5), H, mode), _inside(math.floor(w + 0.5), W, mode)
            for c in range(C):
                y[i, j, c] = x[p, q, c] if p >= 0 and q >= 0 else fill_value


@jit
def _nearest_image_back(dy, A, mode, dx):
    H, W, C = dx.shape
    dx[:] = 0
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            h, w = _source(A, i, j)
            p, q = _inside(math.floor(h + 0.5), H, mode), _inside(math.floor(w + 0.5), W, mode)
            if p >= 0 and q >= 0:
                for c in range(C):
                    dx[p, q, c] += dy[i, j, c]


@jit
def _bilinear_image(x, A, mode, fill_value, y):
    H, W, C = x.shape
    number = x.dtype.type
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            h, w = _source(A, i, j)
            p0, p1, a0, a1 = _neighbours(h, H, mode)
            q0, q1, b0, b1 = _neighbours(w, W, mode)
            k00, k01, k10, k11 = number(a0 * b0), number(a0 * b1), number(a1 * b0), number(a1 * b1)
            constant = number(fill_value * (1 - (a0 + a1) * (b0 + b1))) if mode == CONSTANT else number(0)
            if a0 + a1 == 0 or b0 + b1 == 0:
                y[i, j] = constant
                continue
            for c in range(C):
                above = k00 * x[p0, q0, c] + k01 * x[p0, q1, c]
                below = k10 * x[p1, q0, c] + k11 * x[p1, q1, c]
                y[i, j, c] = above + below + constant


@jit
def _bilinear_image_back(dy, A, mode, dx):
    H, W, C = dx.shape
    dx[:] = 0
    number = dx.dtype.type
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            h, w = _source(A, i, j)
            p0, p1, a0, a1 = _neighbours(h, H, mode)
            q0, q1, b0, b1 = _neighbours(w, W, mode)
            k00, k01, k10, k11 = number(a0 * b0), number(a0 * b1), number(a1 * b0), number(a1 * b1)
            for c in range(C):
                # forward was: y = k00 x[p0, q0] + k01 x[p0, q1] + k10 x[p1, q0] + k11 x[p1, q1] + constant
                dx[p0, q0, c] += k00 * dy[i, j, c]
                dx[p0, q1, c] += k01 * dy[i, j, c]
                dx[p1, q0, c] += k10 * dy[i, j, c]
                dx[p1, q1, c] += k11 * dy[i, j, c]


@jit
def _image(n, x, maps, nearest, mode, fill_value, y):
    if nearest:
        _nearest_image(x[n], maps[n], mode, fill_value, y[n])
    else:
        _bilinear_image(x[n], maps[n], mode, fill_value, y[n])


@parallel_jit
def _forward(box, x, maps, nearest, mode, fill_value, y):
    share(box, x.shape[0], _image, (x, maps, nearest, mode, fill_value, y))


@jit
def _image_back(n, dy, maps, nearest, mode, dx):
    if nearest:
        _nearest_image_back(dy[n], maps[n], mode, dx[n])
    else:
        _bilinear_image_back(dy[n], maps[n], mode, dx[n])


@parallel_jit
def _backward(box, dy, maps, nearest, mode, dx):
    share(box, dx.shape[0], _image_back, (dy, maps, nearest, mode, dx))


def forward_compiled(x, maps, sizes, interpolation, fill_mode, fill_value=0.0):
    """As the definition."""
    y = np.empty((len(x), *sizes, x.shape[3]), x.dtype)
    maps = np.ascontiguousarray(maps, np.float64)
    _forward(x, maps, interpolation == "nearest", FILL_MODES.index(fill_mode), float(fill_value), y)
    return y


def backward_compiled(dy, maps, x_shape, interpolation, fill_mode):
    """As the definition."""
    dx = np.empty(x_shape, dy.dtype)
    maps = np.ascontiguousarray(maps, np.float64)
    _backward(dy, maps, interpolation == "nearest", FILL_MODES.index(fill_mode), dx)
    return dx


LADDER = (
    ("definition", forward_definition, backward_definition),
    ("compiled", forward_compiled, backward_compiled),
)
forward, backward = forward_compiled, backward_compiled
