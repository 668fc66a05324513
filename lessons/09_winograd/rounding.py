"""What F(m x m, 3 x 3) loses in float32."""

import numpy as np


def error_of(m, matrices, C=32, T=200):
    """The largest error in float32, against the largest output; sums over C channels, T tiles.

    ``matrices``: A', B', G for m x m outputs; None for m = 1, a tile with one output and no transform.
    """
    draw = np.random.default_rng(1)
    size = m + 2
    tiles, filters = draw.standard_normal((size, size, T, C)), draw.standard_normal((3, 3, C, 8))
    windows = np.lib.stride_tricks.sliding_window_view(tiles, (3, 3), axis=(0, 1))  # (m, m, T, C, 3, 3)
    exact = np.einsum("ijtchw,hwcf->ijtf", windows, filters, optimize=True)
    if matrices is None:
        columns = filters.transpose(2, 0, 1, 3).reshape(C * 9, 8).astype(np.float32)
        result = (windows.reshape(T, C * 9).astype(np.float32) @ columns).reshape(1, 1, T, 8)
    else:
        A_t, B_t, G = (matrix.astype(np.float32) for matrix in matrices)
        tiles, filters = tiles.astype(np.float32), filters.astype(np.float32)
        V = np.einsum("ih,jw,hwtc->ijtc", B_t, B_t, tiles, optimize=True)
        U = np.einsum("ih,jw,hwcf->ijcf", G, G, filters, optimize=True)
        result = np.einsum("ih,jw,hwtf->ijtf", A_t, A_t, V @ U, optimize=True)
    return np.abs(result - exact).max() / np.abs(exact).max()
