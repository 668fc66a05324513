"""Lessons 06 to 08, as a learner types them: right ones pass, what the message says of wrong ones is true."""

import numpy as np
import pytest
from verdicts import edited, hears, verdict_on_text

from lessons.harness import compare, message

SIZES = """
    (N, H, W, C), (KH, KW, _, F), (SH, SW) = x.shape, w.shape, strides
    (top, bottom), (left, right) = padding
    OH = (H + top + bottom - KH) // SH + 1
    OW = (W + left + right - KW) // SW + 1
"""
LOOPS = f"""
def conv_forward(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):{SIZES}
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    y = np.zeros((N, OH, OW, F), x.dtype)
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                for f in range(F):
                    y[n, i, j, f] = b[f]
                    for kh in range(KH):
                        for kw in range(KW):
                            for c in range(C):
                                y[n, i, j, f] += padded[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
    return y
"""
ZEROS = """padded = np.zeros((N, H + top + bottom, W + left + right, C), x.dtype)
    padded[:, top : top + H, left : left + W] = x"""
COMPILED = LOOPS.replace("conv_forward", "conv_compiled").replace(LOOPS.split("\n")[7].strip(), ZEROS)
WINDOWS = f"""
def conv_forward(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):{SIZES}
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    y = np.zeros((N, OH, OW, F), x.dtype)
    for i in range(OH):
        for j in range(OW):
            window = padded[:, i * SH : i * SH + KH, j * SW : j * SW + KW]
            y[:, i, j] = np.tensordot(window, w, 3) + b
    return y
"""
OFFSETS = f"""
def conv_forward(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):{SIZES}
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    y = np.zeros((N, OH, OW, F), x.dtype)
    for kh in range(KH):
        for kw in range(KW):
            y += padded[:, kh : kh + SH * (OH - 1) + 1 : SH, kw : kw + SW * (OW - 1) + 1 : SW] @ w[kh, kw]
    return y + b
"""
BACKWARD = f"""
def conv_backward(x, w, dy, strides=(1, 1), padding=((0, 0), (0, 0))):{SIZES}
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    dx, dw, db = np.zeros_like(padded), np.zeros_like(w), dy.sum(axis=(0, 1, 2))
    for i in range(OH):
        for j in range(OW):
            at = slice(None), slice(i * SH, i * SH + KH), slice(j * SW, j * SW + KW)
            dw += np.tensordot(padded[at], dy[:, i, j], (0, 0))
            dx[at] += np.tensordot(dy[:, i, j], w, (1, 3))
    return dx[:, top : top + H, left : left + W], dw, db
"""
FOURIER = f"""
def conv_forward(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):{SIZES}
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    X, W = np.fft.fft2(padded, axes=(1, 2)), np.fft.fft2(w, padded.shape[1:3], axes=(0, 1)).conj()
    y = np.fft.ifft2(np.einsum("nhwc,hwcf->nhwf", X, W), axes=(1, 2)).real
    return y[:, : OH * SH : SH, : OW * SW : SW].astype(x.dtype) + b
"""
COUNTED = SIZES.replace("(KH, KW, _, F), (SH, SW) = x.shape, w.shape,", "(SH, SW) = x.shape,")
IM2COL = f"""
def im2col(x, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):{COUNTED}
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    cols = np.zeros((N * OH * OW, KH * KW * C), x.dtype)
    row = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                cols[row] = padded[n, i * SH : i * SH + KH, j * SW : j * SW + KW].ravel()
                row += 1
    return cols
"""
COL2IM = f"""
def col2im(cols, x_shape, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):{COUNTED.replace("x.", "x_")}
    dx = np.zeros((N, H + top + bottom, W + left + right, C), cols.dtype)
    row = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                dx[n, i * SH : i * SH + KH, j * SW : j * SW + KW] += cols[row].reshape(KH, KW, C)
                row += 1
    return dx[:, top : top + H, left : left + W]
"""
MATMUL = f"""
from minicnn.kernels.conv2d import im2col

def conv_as_matmul(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):{SIZES}
    y = im2col(x, KH, KW, strides, padding) @ w.reshape(-1, F) + b
    return y.reshape(N, OH, OW, F)
"""
TYPED = {
    "06": (LOOPS, WINDOWS, FOURIER, BACKWARD),
    "07": (IM2COL, COL2IM, MATMUL),
    "08": (COMPILED,),
}


@pytest.mark.parametrize("number, text", [(number, text) for number in TYPED for text in TYPED[number]])
def test_a_right_answer_passes(number, text):
    verdict = verdict_on_text(number, text)
    assert verdict.passed or verdict.first.about == "compiled", message.text(verdict)


ROWS, COLUMNS = ("- KH) // SH + 1", "- KH) // SH"), ("- KW) // SW + 1", "- KW) // SW")
STRIDES, SWAPPED = ("(SH, SW) =", "(SW, SH) ="), "the two strides have changed places"
PAIRS = ("(top, bottom), (left, right) =", "(left, right), (top, bottom) =")
CORNERS = ("(top, bottom), (left, right) =", "(top, left), (bottom, right) =")
MINUS = ("top : top + H, left : left + W", "top:-bottom, left:-right")
EARLY = ("\n    return", "\n        return")
UP = ("(H + top + bottom - KH) // SH + 1\n    OW = (W + left + right - KW) // SW + 1",
      "-(-(H + top + bottom - KH) // SH) + 1\n    OW = -(-(W + left + right - KW) // SW) + 1")  # fmt: skip
BEFORE = ("- KH) // SH + 1\n    OW = (W + left + right - KW) // SW + 1",
          "- KH + 1) // SH\n    OW = (W + left + right - KW + 1) // SW")  # fmt: skip
WINDOW = "i * SH : i * SH + KH, j * SW : j * SW + KW"
DILATED = "i : i + KH * SH : SH, j : j + KW * SW : SW"
BY_DB = BACKWARD.replace("dy.sum(axis=(0, 1, 2))", "np.zeros_like(w[0, 0, 0])").replace(
    "            at =", "            db += dy[:, i, j].sum(axis=0)\n            at ="
)
SLICES = """
def im2col(x, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    (N, H, W, C), (SH, SW) = x.shape, strides
    OH, OW = (H - KH) // SH + 1, (W - KW) // SW + 1
    cols = np.empty((N, OH, OW, KH, KW, C), x.dtype)
    for kh, kw in np.ndindex(KH, KW):
        cols[:, :, :, kh, kw] = x[:, kh : kh + SH * OH : SH, kw : kw + SW * OW : SW]
    return cols.reshape(N * OH * OW, KH * KW * C)
"""

WRONG = [
    *(
        ("06", text, edit, said)
        for text, missing in ((LOOPS, "of outputs is missing"), (BACKWARD, "of dy is not used for dx and dw"))
        for edit, said in (
            (COLUMNS, f"the last column {missing}"),
            (ROWS, f"the last row {missing}"),
            (STRIDES, SWAPPED),
        )
    ),
    *(
        (number, text, edit, said)
        for number, text in (("07", IM2COL), ("07", COL2IM), ("07", MATMUL), ("08", COMPILED))
        for edit, said in (
            (COLUMNS, "the last column of outputs is missing"),
            (ROWS, "the last row of outputs is missing"),
            *([(STRIDES, SWAPPED), (PAIRS, "padding")] if text is not MATMUL else []),
        )
    ),
    ("06", LOOPS, PAIRS, "the pairs of padding have changed places"),
    ("06", BACKWARD, PAIRS, "the zeros are not where padding"),
    ("06", LOOPS, CORNERS, "each pair of padding is (before, after)"),
    ("06", LOOPS, ("w[kh, kw", "w[KH - 1 - kh, KW - 1 - kw"), "the filter is turned round"),
    ("06", LOOPS, ("(0, 0)))\n    y", "(0, 0)), 'edge')\n    y"), "the padding repeats pixels"),
    ("06", LOOPS, UP, "OH and OW are rounded up"),
    ("06", WINDOWS, UP, "OH and OW are rounded up"),
    ("06", OFFSETS, ("y += padded", "y[...] = padded"), "only the last pixel of the window is left"),
    ("06", WINDOWS, BEFORE, "before the division"),
    ("06", WINDOWS, (WINDOW, DILATED), "the stride is put to the window"),
    ("06", BACKWARD, ("range(OH)", "range(OH - 1)"), "the last row of dy is not used for dx and dw:"),
    ("06", BY_DB, ("range(OH)", "range(OH - 1)"), "the last row of dy is not used for dx, dw and db:"),
    ("07", IM2COL, ("(0, 0)))\n    cols", "(0, 0)), 'edge')\n    cols"), "the padding repeats pixels"),
    ("07", SLICES, ("kh : kh + SH * OH : SH, kw : kw + SW * OW : SW", "kh * SH : kh * SH + OH, "
                    "kw * SW : kw * SW + OW"), "the stride is put to the window"),
    ("07", SLICES, ("x = np.pad(", "("), "the padding is ignored"),
    ("06", LOOPS, ("i * SH + kh, j * SW + kw", "i + kh * SH, j + kw * SW"), "the stride is put to"),
    ("06", LOOPS, ("), x.dtype)", "))"), "the numbers are right, in float64"),
    ("06", LOOPS, ("- KH) // SH", "- KH) / SH"), "a size is a float"),
    ("06", LOOPS, ("OH = (H + top + bottom", "OH = (H"), ""),  # the height alone has no name
    ("06", LOOPS, ("(left, right), (0", "(left, left), (0"), ""),
    ("06", BACKWARD, ("(left, right), (0", "(left, left), (0"), ""),
    ("07", IM2COL, ("(left, right), (0", "(left, left), (0"), ""),
    ("07", COL2IM, ("+ left + right, C", "+ left + left, C"), ""),
    ("08", COMPILED, ("+ left + right, C", "+ left + left, C"), ""),
    ("08", COMPILED, ("(N, H + top + bottom", "(N, H + bottom + bottom"), ""),
    ("07", MATMUL, ("OH = (H + top + bottom", "OH = (H"), ""),
    ("07", MATMUL, ("- KH) // SH", "- KH)"), ""),
    *((number, text, edit, "")  # sizes, places and gradients at a stride of 3, too
      for number, text in (("06", WINDOWS), ("06", BACKWARD), ("08", COMPILED))
      for edit in (("i * SH", "i * min(SH, 2)"), ("j * SW", "j * min(SW, 2)"))),
    ("06", LOOPS, EARLY, "does the return stand inside the loop, does"),
    ("06", LOOPS, ("range(N)", "range(1)"), "does the loop end after one round, or"),
    ("06", LOOPS, ("[n, ", "[0, "), "or does a 0 stand where n should?"),
    ("06", LOOPS, ("+= padded", "+= x"), "with padding an index is out of range"),
    ("06", BACKWARD, MINUS, "top:-bottom, left:-right] is empty"),
    ("06", BACKWARD, ("top : top + H, left : left + W", "top:H, left:W"), "the cut ends at H and W"),
    ("06", BACKWARD, ("axis=(0, 1, 2)", "axis=0"), "db is summed over n alone"),
    ("06", BACKWARD, ("zeros_like(padded)", "zeros_like(x)"), ""),  # not out of range: slices are cut short
    ("06", BACKWARD, ("(padded[at]", "(padded[at][:, ::-1, ::-1]"), "dw is turned round"),
    ("07", IM2COL, ("cols[row]", "cols[i * OW + j]"), "each picture begins at row 0 again"),
    ("07", IM2COL, ("cols[row]", "cols[(n * OH + i) * OH + j]"), ""),
    ("07", IM2COL, ("cols[row]", "cols[n * OH * OW + i * OH + j]"), "a line of windows takes OW rows"),
    ("07", IM2COL, ("row += 1", "pass"), "the row is always 0"),
    ("07", IM2COL, ("i * SH : i * SH + KH, j * SW : j * SW", "i : i + KH, j : j"), "begins at (i, j), not"),
    ("07", COL2IM, MINUS, "top:-bottom is empty where bottom is 0"),
    ("07", COL2IM, ("reshape(KH, KW", "reshape(KW, KH"), "no window fits where KH and KW differ"),
    ("07", COL2IM, ("reshape(KH, KW", "reshape(KH, KH"), "no window fits where KH and KW differ"),
    ("07", COL2IM, ("cols.dtype", "float"), "the numbers are right, in float64"),
    ("07", MATMUL, ("KH, KW, strides, padding)", "KH, KW)"), "im2col is not told the strides and"),
    ("07", MATMUL, ("N, OH, OW, F)", "N, H, W, F)"), "y is reshaped to (N, H, W, F)"),
    ("08", COMPILED, MINUS, "top:-bottom is empty where bottom is 0"),
    ("08", COMPILED, ("] = x\n", "]\n"), "was x copied into the padded zeros?"),
]  # fmt: skip


@pytest.mark.parametrize("number, text, edit, said", WRONG)
def test_a_wrong_answer_meets_its_name(number, text, edit, said):
    hears(number, edited(text, [edit]), said)


@pytest.mark.parametrize("text, said", [
    (LOOPS.replace("return y", "y"), "nothing (None): is it returned?"),
    (FOURIER.replace(".real", "").replace(".astype(x.dtype)", ""), "Made by an FFT? Take .real."),
])  # fmt: skip
def test_what_comes_back_is_no_such_array(text, said):
    assert said in hears("06", text, "").first.problem


def test_the_sum_of_float32_in_float64_is_one_mistake_with_its_own():
    single, double = np.float32([1 / 3]), np.float32([1 / 3]).astype(float) + 1e-9
    assert [a.dtype.name for a in compare.in_one_type(double, double, single)] == ["float32"] * 2
    assert [a.dtype.name for a in compare.in_one_type(single, single, double)] == ["float64"] * 2
    whole = np.ones(1, int)
    assert compare.in_one_type(whole, whole, single)[0].dtype == int  # what was lost stays lost
