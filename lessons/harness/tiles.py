"""Pictures as overlapping tiles of 4 x 4 pixels, and back: the carpentry of lesson 09.

A tile gives 2 x 2 outputs of a convolution with 3 x 3 windows, so the next tile begins two pixels on. The
tiles are numbered through, picture by picture, from left to right, then down: T in all.
"""

import numpy as np


def tiles_of(x_shape, padding):
    """N, OH, OW and the number of tiles down and across."""
    (N, H, W, _), ((top, bottom), (left, right)) = x_shape, padding
    OH, OW = H + top + bottom - 2, W + left + right - 2
    return N, OH, OW, -(-OH // 2), -(-OW // 2)


def cut_tiles(x, padding):
    """x (N, H, W, C) -> tiles (4, 4, T, C). A tile that hangs over the edge is filled up with zeros."""
    N, OH, OW, TH, TW = tiles_of(x.shape, padding)
    (top, bottom), (left, right) = padding
    x = np.pad(x, ((0, 0), (top, bottom + OH % 2), (left, right + OW % 2), (0, 0)))
    tiles = np.lib.stride_tricks.sliding_window_view(x, (4, 4), axis=(1, 2))[:, ::2, ::2]
    return tiles.transpose(4, 5, 0, 1, 2, 3).reshape(4, 4, N * TH * TW, x.shape[3])


def join_tiles(parts, x_shape, padding):
    """parts (2, 2, T, F) -> y (N, OH, OW, F); what hung over the edge is cut off."""
    N, OH, OW, TH, TW = tiles_of(x_shape, padding)
    F = parts.shape[3]
    y = parts.reshape(2, 2, N, TH, TW, F).transpose(2, 3, 0, 4, 1, 5)  # (N, TH, 2, TW, 2, F)
    return y.reshape(N, 2 * TH, 2 * TW, F)[:, :OH, :OW]
