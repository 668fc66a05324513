"""A convolution with its seven loops in any order (no padding, stride 1, no bias)."""

from numba import njit

LAST = "y[n, i, j, f] += x[n, i + kh, j + kw, c] * w[kh, kw, c, f]"
LENGTH = {"n": "N", "i": "OH", "j": "OW", "f": "F", "kh": "KH", "kw": "KW", "c": "C"}


def conv_in_order(letters):
    """A compiled conv(x, w, y) whose loops are those of ``letters``, the outermost first; and its text."""
    lines = ["def conv(x, w, y):", "    (N, OH, OW, F), (KH, KW, C, _) = y.shape, w.shape"]
    for depth, letter in enumerate(letters, start=1):
        lines.append("    " * depth + f"for {letter} in range({LENGTH[letter]}):")
    lines.append("    " * (len(letters) + 1) + LAST)
    made = {"__name__": "orders"}
    exec("\n".join(lines), made)
    return njit(made["conv"]), "\n".join(lines)
