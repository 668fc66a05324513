"""Convolution: the definition, then as one matrix product; compiled and with less arithmetic next door.

    y[n, i, j, f] = b[f] + sum over kh, kw, c of x[n, i SH - top + kh, j SW - left + kw, c] w[kh, kw, c, f]

where x is 0 outside the picture. (Networks call this convolution; in mathematics it is the
cross-correlation, the kernel is not turned round.)

    x  (N, H, W, C)      w  (KH, KW, C, F)      b  (F,)      y  (N, OH, OW, F)
    strides (SH, SW)     padding ((top, bottom), (left, right))

The gradients are the same line read the other way: whatever y got from x through w, dy hands back.

    dx[n, i SH - top + kh, j SW - left + kw, c] += dy[n, i, j, f] w[kh, kw, c, f]
    dw[kh, kw, c, f] += x[n, i SH - top + kh, j SW - left + kw, c] dy[n, i, j, f]
    db[f] += dy[n, i, j, f]

Sources: Dumoulin & Visin 2016, "A guide to convolution arithmetic", section 2 (sizes, padding);
Chellapilla, Puri & Simard 2006, section 3.1 (the convolution as one matrix product).
"""

import numpy as np

from minicnn.kernels import conv2d_compiled
from minicnn.kernels.shapes import NO_PADDING, output_shape, output_size

# ---------------------------------------------------------------- 1. the definition


def forward_definition(x, w, b, strides=(1, 1), padding=NO_PADDING):
    """The equation above, one number at a time."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    (SH, SW), (KH, KW, C, F) = strides, w.shape
    N, OH, OW, _ = y_shape = output_shape(x, w, strides, NO_PADDING)
    y = np.zeros(y_shape, x.dtype)
    for n, i, j, f in np.ndindex(N, OH, OW, F):
        y[n, i, j, f] = b[f]
        for kh, kw, c in np.ndindex(KH, KW, C):
            y[n, i, j, f] += x[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
    return y


def backward_definition(x, w, dy, strides=(1, 1), padding=NO_PADDING):
    """dx, dw, db: each multiplication of the forward pass, differentiated where it stands."""
    (top, bottom), (left, right) = padding
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    (SH, SW), (KH, KW, C, F) = strides, w.shape
    N, OH, OW, _ = dy.shape
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(F, w.dtype)
    for n, i, j, f in np.ndindex(N, OH, OW, F):
        # forward was: y[n, i, j, f] = b[f]
        db[f] += dy[n, i, j, f]
        for kh, kw, c in np.ndindex(KH, KW, C):
            # forward was: y[n, i, j, f] += x[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
            dx[n, i * SH + kh, j * SW + kw, c] += dy[n, i, j, f] * w[kh, kw, c, f]
            dw[kh, kw, c, f] += dy[n, i, j, f] * x[n, i * SH + kh, j * SW + kw, c]
    H, W = x.shape[1] - top - bottom, x.shape[2] - left - right
    return dx[:, top : top + H, left : left + W], dw, db


# ---------------------------------------------------------------- 2. one matrix product
#
# Write every window the kernel visits as a row ("im2col"). A 3 x 3 picture, a 2 x 2 kernel:
#
#     a b c            cols                w
#     d e f      a b d e  <- window 0     w00          y0
#     g h i      b c e f  <- window 1  @  w01    =     y1
#                d e g h  <- window 2     w10          y2
#                e f h i  <- window 3     w11          y3
#
# A pixel stands in as many rows as windows see it; on the way back it collects from all of them.


def im2col(x, KH, KW, strides=(1, 1), padding=NO_PADDING):
    """Every window of x as a row: (N OH OW, KH KW C)."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    C = x.shape[3]
    windows = np.lib.stride_tricks.sliding_window_view(x, (KH, KW), axis=(1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]  # (N, OH, OW, C, KH, KW), still a view
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, KH * KW * C)


def col2im(cols, x_shape, KH, KW, strides=(1, 1), padding=NO_PADDING):
    """The transpose of im2col: every pixel sums the places it was copied to. (N, H, W, C)"""
    (N, H, W, C), (SH, SW), ((top, bottom), (left, right)) = x_shape, strides, padding
    OH, OW = output_size(H, KH, SH, padding[0]), output_size(W, KW, SW, padding[1])
    cols = cols.reshape(N, OH, OW, KH, KW, C)
    x = np.zeros((N, H + top + bottom, W + left + right, C), cols.dtype)
    for kh, kw in np.ndindex(KH, KW):
        x[:, kh : kh + OH * SH : SH, kw : kw + OW * SW : SW] += cols[:, :, :, kh, kw]
    return x[:, top : top + H, left : left + W]


def forward_matrix(x, w, b, strides=(1, 1), padding=NO_PADDING):
    """All windows, times all filters."""
    KH, KW, C, F = w.shape
    cols = im2col(x, KH, KW, strides, padding)
    y = cols @ w.reshape(KH * KW * C, F) + b  # (N OH OW, F)
    return y.reshape(output_shape(x, w, strides, padding))


def backward_matrix(x, w, dy, strides=(1, 1), padding=NO_PADDING):
    """The two transposes of one product."""
    KH, KW, _, F = w.shape
    cols = im2col(x, KH, KW, strides, padding)
    dy = dy.reshape(-1, F)
    # forward was: y = cols @ w + b
    dw = cols.T @ dy  # (KH KW C, F)
    dcols = dy @ w.reshape(-1, F).T  # (N OH OW, KH KW C)
    return col2im(dcols, x.shape, KH, KW, strides, padding), dw.reshape(w.shape), dy.sum(0)


# ---------------------------------------------------------------- 3. compiled, 4. with less arithmetic
#
# The third rung makes the same product block by block: conv2d_compiled.py, conv2d_windows.py and
# conv2d_direct.py. The fourth needs fewer multiplications, toom_cook.py and winograd.py, for kernels larger
# than their strides and at most 5 times as large, in height and width; ``winograd.pays`` says when it wins.

forward = forward_compiled = conv2d_compiled.forward
backward = backward_compiled = conv2d_compiled.backward

LADDER = (
    ("definition", forward_definition, backward_definition),
    ("one matrix product", forward_matrix, backward_matrix),
    ("compiled", forward_compiled, backward_compiled),
)
