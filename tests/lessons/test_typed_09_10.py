"""Answers to lessons 09 and 10 as learners type them: which must not pass, and what is said of them."""

import numpy as np
import pytest
from verdicts import edited, hears, passes, verdict_on_text

FILTERS = """
def winograd_filters(w):
    G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], w.dtype)
    return np.einsum("ih,jk,hkcf->ijcf", G, G, w)
"""
INPUT = """
def winograd_input(d):
    B_t = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]], d.dtype)
    return np.einsum("ih,jk,hktc->ijtc", B_t, B_t, d)
"""
OUTPUT = """
def winograd_output(M):
    A_t = np.array([[1, 1, 1, 0], [0, 1, -1, 1]], M.dtype)
    return np.einsum("ih,jk,hktf->ijtf", A_t, A_t, M)
"""
WINOGRAD = f"""{FILTERS}{INPUT}{OUTPUT}
from lessons.harness.tiles import cut_tiles, join_tiles

def conv_winograd(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    M = winograd_input(cut_tiles(x, padding)) @ winograd_filters(w)
    return join_tiles(winograd_output(M), x.shape, padding) + b
"""
DIRECT = """
def conv_winograd(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    (N, H, W, C), (KH, KW, _, F), (SH, SW) = x.shape, w.shape, strides
    (top, bottom), (left, right) = padding
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KH, KW), (1, 2))[:, ::SH, ::SW]
    return np.einsum("nijchw,hwcf->nijf", windows, w) + b
"""
POOL = """
def maxpool_forward(x, pool, strides):
    (N, H, W, C), (KH, KW), (SH, SW) = x.shape, pool, strides
    y = np.zeros((N, (H - KH) // SH + 1, (W - KW) // SW + 1, C), x.dtype)
    which = np.zeros(y.shape, np.uint8)
    for n, i, j, c in np.ndindex(y.shape):
        window = x[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c]
        y[n, i, j, c], which[n, i, j, c] = window.max(), window.argmax()
    return y, which
"""
POOL_BACK = """
def maxpool_backward(dy, which, x_shape, pool, strides):
    (SH, SW), dx = strides, np.zeros(x_shape, dy.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        kh, kw = divmod(int(which[n, i, j, c]), pool[1])
        dx[n, i * SH + kh, j * SW + kw, c] += dy[n, i, j, c]
    return dx
"""
POOL_FROM_0 = """
def maxpool_forward(x, pool, strides):
    (N, H, W, C), (KH, KW), (SH, SW) = x.shape, pool, strides
    y = np.zeros((N, (H - KH) // SH + 1, (W - KW) // SW + 1, C), x.dtype)
    which = np.zeros(y.shape, np.uint8)
    for n, i, j, c, kh, kw in np.ndindex(*y.shape, KH, KW):
        if x[n, i * SH + kh, j * SW + kw, c] > y[n, i, j, c]:
            y[n, i, j, c], which[n, i, j, c] = x[n, i * SH + kh, j * SW + kw, c], kh * KW + kw
    return y, which
"""
ONE_PICTURE = """
def maxpool_backward(dy, which, x_shape, pool, strides):
    dx = np.zeros(x_shape, dy.dtype)
    for i, j, c in np.ndindex(dy.shape[1:]):
        kh, kw = divmod(int(which[0, i, j, c]), pool[1])
        dx[0, i * strides[0] + kh, j * strides[1] + kw, c] += dy[0, i, j, c]
    return dx
"""
WITHOUT_N = ONE_PICTURE.replace("(x_shape", "(x_shape[1:]").replace("dx[0, ", "dx[")
POOL_FROM_THE_LOWEST = POOL_FROM_0.replace("zeros((N", "full((N").replace("C), x.dty", "C), LOWEST, x.dty")
BY_VIEW = """
def maxpool_forward(x, pool, strides):
    win = np.lib.stride_tricks.sliding_window_view(x, pool, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    flat = win.reshape(*win.shape[:4], -1)
    y = flat.max(-1)
    return y, flat.argmax(-1).astype(np.uint8)
"""

RIGHT = [
    *(("09", text) for text in (FILTERS, INPUT, OUTPUT, WINOGRAD, DIRECT)),
    ("10", POOL),
    ("10", POOL_BACK),
    ("10", BY_VIEW),
    ("10", POOL_FROM_THE_LOWEST.replace("LOWEST", "-np.inf")),
]


@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


# ---------------------------------------------------------------- what must not pass

JOINED = "join_tiles(winograd_output(M), x.shape, padding) + b"
REFUSED = [
    *(("09", text, (f"    {name} =", f"    {a} = np.clip({a}, -100, 100)\n    {name} ="))
      for text, name, a in ((FILTERS, "G", "w"), (INPUT, "B_t", "d"), (OUTPUT, "A_t", "M"))),
    *(("09", text.replace("return", "y =") + f"    {line}\n    return y\n")
      for text in (FILTERS, INPUT, OUTPUT)
      for line in ("y[..., 8:] = 0", "y = y.swapaxes(2, 3) if y.shape[2] == y.shape[3] else y")),
    ("09", FILTERS, ("    return", "    w = w * (np.arange(w.shape[2]) < 16)[:, None]\n    return")),
    ("09", WINOGRAD, (JOINED, f"np.clip({JOINED}, -1000, 1000)")),
    *(("10", POOL, ("window.argmax()", f"window.argmax() % {most}")) for most in (9, 12, 16, 128)),
    *(("10", POOL_BACK, ("which[n, i, j, c])", f"which[n, i, j, c] % {most})")) for most in (9, 12, 16, 128)),
    ("10", POOL, ("window.argmax()", "min(window.argmax(), 127)")),
    ("10", POOL_BACK, ("    for", "    which = which.astype(np.int8)\n    for")),
    ("10", POOL_BACK, ("+= dy[n, i, j, c]", "+= min(dy[n, i, j, c], 100)")),
    ("10", BY_VIEW, ("flat.argmax(-1)", "np.isclose(flat, y[..., None]).argmax(-1)")),
    ("10", BY_VIEW, ("flat.argmax(-1)", "np.round(flat, 4).argmax(-1)")),
    ("10", POOL_FROM_THE_LOWEST, ("LOWEST", "-1e9")),
]  # fmt: skip


@pytest.mark.parametrize("number, text, edits", [(number, text, edits) for number, text, *edits in REFUSED])
def test_what_is_wrong_in_rare_cases_only_is_refused(number, text, edits):
    assert verdict_on_text(number, edited(text, edits)).first.about == "value"


# ---------------------------------------------------------------- what has a name

NAMED = [
    ("09", FILTERS, ('np.einsum("ih,jk,hkcf->ijcf", G, G, w)', "G @ w @ G.T"), "@ works on the last two"),
    ("09", FILTERS, (", w.dtype)", ")"), "in float64"),
    ("09", INPUT, ("jk,hktc", "kj,hktc"), "B' stands on both sides of d"),
    ("09", INPUT, ("ih,jk,hktc", "hi,kj,hktc"), "the first row of B' is 1 0 -1 0"),
    ("09", OUTPUT, ("->ijtf", "->jitf"), "y is turned round"),
    ("09", WINOGRAD, ("(x, padding))", "(x, padding).swapaxes(0, 1))"), "the tiles are turned round"),
    ("09", WINOGRAD, (" @ ", " * "), "V * U multiplies number by number"),
    ("09", WINOGRAD, ("x.shape, padding", "x.shape, ((0, 0), (0, 0))"), "those cut are not as many tiles"),
    ("09", DIRECT, ("    (N,", "    x, w = x.astype(float), w.astype(float)\n    (N,"), "right, in float64"),
    ("10", POOL.replace("x.dtype", "np.float32"), "go through float32, which keeps seven"),
    ("10", POOL_FROM_0, "the maximum starts at 0"),
    ("10", ONE_PICTURE, "only the first picture gets its blame"),
    ("10", WITHOUT_N, ("return dx", "return dx[None]"), "only the first picture comes back"),
    ("10", ONE_PICTURE, ("dy.shape[1:]", "dy.squeeze(0).shape"), "it works for a single picture only"),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize(
    "number, text, edits, said", [(number, text, edits, said) for number, text, *edits, said in NAMED]
)
def test_natural_code_meets_its_classic_mistake(number, text, edits, said):
    hears(number, edited(text, edits), said)


@pytest.mark.skipif((np.uint8(0) + 1).dtype != np.uint8, reason="NumPy 1 makes a larger type of it")
def test_what_a_byte_becomes_is_said_of_both_places():
    hears("10", POOL_BACK.replace("int(which[n, i, j, c])", "which[n, i, j, c]"),
          "i * SH + kh and j * SW + kw then are bytes, too, and a byte ends at 255")  # fmt: skip


@pytest.mark.skipif((np.uint8(0) + 1).dtype != np.uint8, reason="NumPy 1 makes a larger type of it")
@pytest.mark.parametrize("place", ["kh", "kw"])
def test_one_place_as_a_byte_is_found_as_well(place):
    """A row's alone is found by the picture that is tall, a column's by the one that is wide."""
    typed = POOL_BACK.replace("        dx[", f"        {place} = np.uint8({place})\n        dx[")
    assert "OverflowError" in hears("10", typed, "").first.problem
