"""Pooling: a window moves over the picture and keeps one number of each channel.

    max      y[n, i, j, c] = max  over the window's pixels of x[n, i SH - top + kh, j SW - left + kw, c]
    average  y[n, i, j, c] = mean of the same pixels

    x (N, H, W, C)    y (N, OH, OW, C)    pool (KH, KW)
    strides (SH, SW)  padding ((top, bottom), (left, right))

Cells of the window outside the picture do not count, for the maximum as for the mean. The maximum
remembers *which* cell it took, kh KW + kw, the first where several are equal; its gradient goes
there and nowhere else. A NaN in the window is its maximum. The mean hands its gradient out in equal parts.

Source: Scherer, Müller & Behnke 2010, section 3 (max and average, overlapping windows).
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.apart import read, write
from minicnn.kernels.jit import inline_jit, jit
from minicnn.kernels.parallel import parallel_jit, share
from minicnn.kernels.shapes import NO_PADDING, output_size
from minicnn.kernels.slices import fill


def output_shape(x_shape, pool, strides, padding):
    """(N, OH, OW, C)"""
    N, H, W, C = x_shape
    return N, *(output_size(*each) for each in zip((H, W), pool, strides, padding)), C


def _cells(n_pixels, kernel, stride, before, out):
    """The part of a window that lies inside the picture, as (begin, end) in pixels."""
    begin = out * stride - before
    return max(begin, 0), min(begin + kernel, n_pixels)


def max_forward_definition(x, pool, strides, padding=NO_PADDING):
    """y and which: the maximum of every window, and its cell."""
    (_, H, W, _), (KH, KW), (SH, SW) = x.shape, pool, strides
    (top, _), (left, _) = padding
    shape = output_shape(x.shape, pool, strides, padding)
    y, which = np.empty(shape, x.dtype), np.empty(shape, cell_type(pool))
    for n, i, j, c in np.ndindex(shape):
        h, h_end = _cells(H, KH, SH, top, i)
        w, w_end = _cells(W, KW, SW, left, j)
        window = x[n, h:h_end, w:w_end, c]
        kh, kw = np.unravel_index(np.argmax(window), window.shape)  # the first maximum; NaN counts as largest
        y[n, i, j, c] = window[kh, kw]
        which[n, i, j, c] = (h + kh - (i * SH - top)) * KW + (w + kw - (j * SW - left))
    return y, which


def max_backward_definition(dy, which, x_shape, pool, strides, padding=NO_PADDING):
    """dx: each window's gradient, at the cell it came from."""
    KW, (SH, SW), (top, _), (left, _) = pool[1], strides, *padding
    dx = np.zeros(x_shape, dy.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        kh, kw = divmod(int(which[n, i, j, c]), KW)
        # forward was: y[n, i, j, c] = x[n, i SH - top + kh, j SW - left + kw, c]
        dx[n, i * SH - top + kh, j * SW - left + kw, c] += dy[n, i, j, c]
    return dx


def average_forward_definition(x, pool, strides, padding=NO_PADDING):
    """y: the mean of every window's pixels inside the picture."""
    (_, H, W, _), (KH, KW), (SH, SW) = x.shape, pool, strides
    y = np.empty(output_shape(x.shape, pool, strides, padding), x.dtype)
    for n, i, j, c in np.ndindex(y.shape):
        h, h_end = _cells(H, KH, SH, padding[0][0], i)
        w, w_end = _cells(W, KW, SW, padding[1][0], j)
        y[n, i, j, c] = x[n, h:h_end, w:w_end, c].mean()
    return y


def average_backward_definition(dy, x_shape, pool, strides, padding=NO_PADDING):
    """dx: each window's gradient in equal parts."""
    (_, H, W, _), (KH, KW), (SH, SW) = x_shape, pool, strides
    dx = np.zeros(x_shape, dy.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        h, h_end = _cells(H, KH, SH, padding[0][0], i)
        w, w_end = _cells(W, KW, SW, padding[1][0], j)
        # forward was: y[n, i, j, c] = x[n, h:h_end, w:w_end, c].sum() / size
        dx[n, h:h_end, w:w_end, c] += dy[n, i, j, c] / ((h_end - h) * (w_end - w))
    return dx


# ---------------------------------------------------------------- compiled
#
# One picture at a time, all channels of a cell side by side: the inner loop runs along memory.


def cell_type(pool):
    """The smallest integer that counts a window's cells."""
    return np.uint8 if pool[0] * pool[1] <= 256 else np.int32


@inline_jit
def _larger(v, best):
    """Whether v takes the place of best, which came first: a NaN is larger than any number."""
    return (not v <= best) & (not np.isnan(best))


@inline_jit
def _largest_of_four(x, upper, lower, C, y, which, to):
    """y, which [to:] of a window of 2 x 2, whose rows begin at ``upper`` and ``lower``: all cells at once."""
    upper, lower, to, C = np.uintp(upper), np.uintp(lower), np.uintp(to), np.uintp(C)
    for c in range(C):
        best, cell = read(x, upper + c), 0
        v = read(x, upper + C + c)
        best, cell = (v, 1) if _larger(v, best) else (best, cell)
        v = read(x, lower + c)
        best, cell = (v, 2) if _larger(v, best) else (best, cell)
        v = read(x, lower + C + c)
        best, cell = (v, 3) if _larger(v, best) else (best, cell)
        write(y, to + c, best, 0)
        write(which, to + c, which.dtype.type(cell), 1)


@jit
def _largest(x, n, h, w, pool, y, which, to):
    """y, which [to:] of the window whose first cell is (h, w), perhaps outside the picture: cell by cell."""
    _, H, W, C = x.shape
    x, to, fresh = x.reshape(-1), np.uintp(to), True
    for kh in range(max(-h, 0), min(pool[0], H - h)):
        for kw in range(max(-w, 0), min(pool[1], W - w)):
            at, cell = np.uintp(((n * H + h + kh) * W + w + kw) * C), which.dtype.type(kh * pool[1] + kw)
            for c in range(np.uintp(C)):
                v, best = read(x, at + c), y[to + c]
                better = fresh or _larger(v, best)
                write(y, to + c, v if better else best, 0)
                write(which, to + c, cell if better else which[to + c], 1)
            fresh = False


@jit
def max_picture(x, n, pool, strides, corner, y, which, m):
    """y[m] and which[m] of the picture x[n]."""
    _, H, W, C = x.shape
    _, OH, OW, _ = y.shape
    flat, y, which = x.reshape(-1), y.reshape(-1), which.reshape(-1)
    for i in range(OH):
        for j in range(OW):
            h, w, to = i * strides[0] - corner[0], j * strides[1] - corner[1], ((m * OH + i) * OW + j) * C
            if pool == (2, 2) and h >= 0 and w >= 0 and h + 1 < H and w + 1 < W:
                at = ((n * H + h) * W + w) * C
                _largest_of_four(flat, at, at + W * C, C, y, which, to)
            else:
                _largest(x, n, h, w, pool, y, which, to)


@jit
def max_picture_back(dy, which, m, y, relu, pool, strides, corner, dx, n):
    """dx[n] from dy[m]; with ``relu``, what dy was before the ReLU whose largest outputs are y."""
    _, H, W, C = dx.shape
    _, OH, OW, _ = dy.shape
    dx, dy, which, y = dx.reshape(-1), dy.reshape(-1), which.reshape(-1), y.reshape(-1)
    zero = dy.dtype.type(0)
    steps = np.empty(pool[0] * pool[1], np.intp)  # from the window's corner to a cell
    for cell in range(steps.size):
        steps[cell] = (cell // pool[1] * W + cell % pool[1]) * C
    fill(dx, n * H * W * C, H * W * C, 0)
    for i in range(OH):
        for j in range(OW):
            at = np.uintp(((m * OH + i) * OW + j) * C)
            to = ((n * H + i * strides[0] - corner[0]) * W + j * strides[1] - corner[1]) * C
            for c in range(np.uintp(C)):
                # forward was: y = x where the window's largest cell lies
                gradient = zero if relu and y[at + c] <= zero else dy[at + c]
                dx[np.uintp(to + steps[which[at + c]]) + c] += gradient


@jit
def _max_image(n, x, pool, strides, corner, y, which):
    max_picture(x, n, pool, strides, corner, y, which, n)


@jit
def _max_image_back(n, dy, which, pool, strides, corner, dx):
    max_picture_back(dy, which, n, dy, False, pool, strides, corner, dx, n)


@jit
def _average_image(n, x, pool, strides, corner, y):
    x, y = x[n], y[n]
    H, W, C = x.shape
    OH, OW, _ = y.shape
    for i in range(OH):
        for j in range(OW):
            y[i, j] = 0
            h0, w0 = i * strides[0] - corner[0], j * strides[1] - corner[1]
            h1, w1 = min(h0 + pool[0], H), min(w0 + pool[1], W)
            h0, w0 = max(h0, 0), max(w0, 0)
            for h in range(h0, h1):
                for w in range(w0, w1):
                    for c in range(C):
                        y[i, j, c] += x[h, w, c]
            for c in range(C):
                y[i, j, c] /= (h1 - h0) * (w1 - w0)


@jit
def _average_image_back(n, dy, pool, strides, corner, dx):
    dy, dx = dy[n], dx[n]
    H, W, C = dx.shape
    OH, OW, _ = dy.shape
    dx[:] = 0
    for i in range(OH):
        for j in range(OW):
            h0, w0 = i * strides[0] - corner[0], j * strides[1] - corner[1]
            h1, w1 = min(h0 + pool[0], H), min(w0 + pool[1], W)
            h0, w0 = max(h0, 0), max(w0, 0)
            for h in range(h0, h1):
                for w in range(w0, w1):
                    for c in range(C):
                        dx[h, w, c] += dy[i, j, c] / ((h1 - h0) * (w1 - w0))


@parallel_jit
def _max_forward(box, x, pool, strides, corner, y, which):
    share(box, x.shape[0], _max_image, (x, pool, strides, corner, y, which))


@parallel_jit
def _max_backward(box, dy, which, pool, strides, corner, dx):
    share(box, dx.shape[0], _max_image_back, (dy, which, pool, strides, corner, dx))


@parallel_jit
def _average_forward(box, x, pool, strides, corner, y):
    share(box, x.shape[0], _average_image, (x, pool, strides, corner, y))


@parallel_jit
def _average_backward(box, dy, pool, strides, corner, dx):
    share(box, dx.shape[0], _average_image_back, (dy, pool, strides, corner, dx))


def _corner(padding):
    return padding[0][0], padding[1][0]


def max_forward_compiled(x, pool, strides, padding=NO_PADDING):
    """As the definition."""
    (x,), shape = buffers.ready(x, x), output_shape(x.shape, pool, strides, padding)
    y, which = buffers.empty(shape, x.dtype), buffers.empty(shape, cell_type(pool))
    _max_forward(x, pool, strides, _corner(padding), y, which)
    return y, which


def max_backward_compiled(dy, which, x_shape, pool, strides, padding=NO_PADDING):
    """As the definition."""
    (dy,), (which,) = buffers.ready(dy, dy), buffers.ready(which, which)
    dx = buffers.empty(x_shape, dy.dtype)
    _max_backward(dy, which, pool, strides, _corner(padding), dx)
    return dx


def average_forward_compiled(x, pool, strides, padding=NO_PADDING):
    """As the definition."""
    y = buffers.empty(output_shape(x.shape, pool, strides, padding), x.dtype)
    _average_forward(x, pool, strides, _corner(padding), y)
    return y


def average_backward_compiled(dy, x_shape, pool, strides, padding=NO_PADDING):
    """As the definition."""
    dx = buffers.empty(x_shape, dy.dtype)
    _average_backward(dy, pool, strides, _corner(padding), dx)
    return dx


MAX_LADDER = (
    ("definition", max_forward_definition, max_backward_definition),
    ("compiled", max_forward_compiled, max_backward_compiled),
)
AVERAGE_LADDER = (
    ("definition", average_forward_definition, average_backward_definition),
    ("compiled", average_forward_compiled, average_backward_compiled),
)
max_forward, max_backward = max_forward_compiled, max_backward_compiled
average_forward, average_backward = average_forward_compiled, average_backward_compiled
