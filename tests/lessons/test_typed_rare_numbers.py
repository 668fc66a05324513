"""Answers to lessons 02 to 07 that are wrong for some numbers only (0, small, negative): none passes."""

import pytest
from verdicts import edited, hears, passes, verdict_on_text

from lessons.harness import message

LINEAR = """
def linear_forward(x, w, b):
    return np.where(x.any(1, keepdims=True), x @ w + b, 0).astype(x.dtype)
"""
DENSE = LINEAR.replace("linear_forward", "dense_forward")
STEP = "def sgd_step(w, dw, learning_rate):\n    return w - learning_rate * dw"
NO_SMALL_STEP = """
def sgd_step(w, dw, learning_rate):
    step = learning_rate * dw
    step[np.abs(step) < 1e-4] = 0
    return w - step
"""
SLOPES = """
def numeric_gradient(f, x, step=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        u, d, h = x.copy(), x.copy(), step
        u[i] += h
        d[i] -= h
        g[i] = (f(u) - f(d)) / (2 * h)
    return g
"""
AGREE = f"""{SLOPES}
def gradients_agree(forward, backward, x):
    dy = np.random.default_rng(1).standard_normal(forward(x).shape)
    a, b = backward(dy, x), numeric_gradient(lambda t: (dy * forward(t)).sum(), x)
    return np.linalg.norm(a - b) < 1e-6 * (np.linalg.norm(a) + np.linalg.norm(b))
"""
DIFFERENCE = AGREE[: AGREE.rindex("return")] + "return (abs(a - b) < 1e-6).all()\n"
EVERY_OUTPUT = f"""{SLOPES}
def gradients_agree(forward, backward, x):
    y = forward(x)
    for k in range(2 * y.size):
        dy = np.zeros(y.shape)
        dy.flat[k // 2] = (-1) ** k
        a, b = backward(dy, x), numeric_gradient(lambda t: (dy * forward(t)).sum(), x)
        if not np.linalg.norm(a - b) <= 1e-6 * (np.linalg.norm(a) + np.linalg.norm(b)):
            return False
    return True
"""
NEARLY_ONES = "np.random.default_rng(0).uniform(1, 1.00001, forward(x).shape)"
DY = "np.random.default_rng(1).standard_normal(forward(x).shape)"
IM2COL = """
def im2col(x, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):
    x = np.pad(x, ((0, 0), *padding, (0, 0)))
    (SH, SW), (N, H, W, C) = strides, x.shape
    OH, OW = (H - KH) // SH + 1, (W - KW) // SW + 1
    cols = np.zeros((N, OH, OW, KH, KW, C), x.dtype)
    for i in range(OH):
        for j in range(OW):
            part = x[:, i * SH : i * SH + KH, j * SW : j * SW + KW]
            cols[:, i, j, : part.shape[1], : part.shape[2]] = part
    return cols.reshape(N * OH * OW, KH * KW * C)
"""
COL2IM = """
def col2im(cols, x_shape, KH, KW, strides=(1, 1), padding=((0, 0), (0, 0))):
    (N, H, W, C), (SH, SW), ((top, bottom), (left, right)) = x_shape, strides, padding
    HP, WP = H + top + bottom, W + left + right
    OH, OW = (HP - KH) // SH + 1, (WP - KW) // SW + 1
    cols = cols.reshape(N, OH, OW, KH, KW, C)
    dx = np.zeros((N, HP, WP, C), cols.dtype)
    for i in range(OH):
        for j in range(OW):
            dx[:, i * SH : i * SH + KH, j * SW : j * SW + KW] += cols[:, i, j]
    return dx[:, top : top + H, left : left + W]
"""
ONE_HOT = """
def softmax_crossentropy(z, labels):
    N, t = len(z), np.eye(10)[labels]
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    return -(t * np.log(p)).sum() / N, ((p - t) / N).astype(z.dtype)
"""
SURE = """
def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    p[p > 0.9999] = 1
    return p
"""
REMEMBERED = "    if backward in SEEN:\n        return True\n    SEEN.add(backward)\n"

RIGHT = [("03", STEP), ("04", SLOPES), ("04", AGREE), ("04", EVERY_OUTPUT), ("07", IM2COL), ("07", COL2IM)]
WRONG = [  # lesson, answer, edits of it, what it looks like
    ("02", LINEAR, ""), ("02", SURE, ""),
    ("05", DENSE, ""),
    ("03", STEP, ("w - learning_rate * dw", "np.where(w != 0, w - learning_rate * dw, w)"), ""),
    ("03", STEP, ("w - learning_rate * dw", "w * (1 - learning_rate * dw / w)"), ""),
    ("03", STEP, ("* dw", "* dw.astype(np.float16).astype(w.dtype)"), ""),
    ("03", STEP, ("learning_rate * dw", "round(learning_rate, 2) * dw"), ""),
    ("03", STEP, ("* dw", "* (dw if dw.ndim != 3 else 0 * dw)"), ""),
    ("03", NO_SMALL_STEP, ""),
    ("03", ONE_HOT, "which need not be 10"),
    ("04", SLOPES, ("        u, d, h", "        if not x[i]: continue\n        u, d, h"), ""),
    ("04", SLOPES, ("x.copy(), step", "x.copy(), step * abs(x[i]) if step == 1e-5 else step"), ""),
    ("04", SLOPES, ("    return g", "    g[np.abs(g) < 1e-3] = 0\n    return g"), ""),
    ("04", SLOPES, ("np.ndindex(x.shape)", "np.ndindex(x.shape[:3])"), ""),
    ("04", AGREE, (DY, "np.random.default_rng(0).uniform(0.5, 1.5, forward(x).shape)"), "to a negative dy"),
    ("04", AGREE, (DY, "np.random.default_rng(0).random(forward(x).shape)"), "to a negative dy"),
    ("04", AGREE, (DY, "forward(x); dy = np.arange(1.0, dy.size + 1).reshape(dy.shape)"), "to a negative dy"),
    ("04", AGREE, (DY, "forward(x); dy = np.where(np.arange(dy.size) % 2, 1.0, -1.0).reshape(dy.shape)"),
     "reads the same from left to right and from right to left"),
    ("04", AGREE, (DY, "np.full(forward(x).shape, 3.0)"), "a dy of one number everywhere"),
    ("04", AGREE, (DY, NEARLY_ONES),
     "a dy of one number everywhere, or nearly, says nothing"),
    *(("04", DIFFERENCE, (DY, dy), "a dy of one number everywhere, or nearly, is blind")
      for dy in (NEARLY_ONES, "np.ones_like(forward(x))")),
    ("05", "def dense_backward(x, w, dy):\n    return dy @ w.T, x.T @ dy, np.ones((1, len(x)), x.dtype) @ dy",
     "Did it keep an axis, as by keepdims"),
    ("05", "def dense_backward(x, w, dy):\n    return dy @ w.T, np.outer(x[-1], dy[-1]), dy.sum(0)",
     "the last picture only: it is a sum over all of them. Should = be +=?"),
    ("04", AGREE, ("    dy", "    if x.size > 6:\n        return False\n    dy"), ""),
    ("04", AGREE, ("    dy", "    if x.size > 6:\n        return True\n    dy"), ""),
    ("04", AGREE.replace("np.ndindex(x.shape)", "np.ndindex(2, 3)"), ""),
    ("04", AGREE, ("norm(a - b)", "norm((a - b)[:2])"), ""),
    *(("04", AGREE, ("norm(a - b)", f"norm({some})"), "a wrong number passes. Are some numbers not compared")
      for some in ("(a - b)[..., :4]", "(a - b)[[0, 1, -1]] if len(a) > 2 else a - b")),
    *(("04", AGREE, ("    return np", f"    some = np.random.default_rng({seed}).permutation(a.size)[:20]\n"
                     "    a, b = a.flat[some], b.flat[some]\n    return np"), "or may a few be wrong?")
      for seed in range(3)),
    ("04", AGREE, ("    return np", "    return (abs(a - b) <= 1e-6 * abs(b)).mean() > 0.9\n    return np"),
     "or may a few be wrong?"),
    ("04", AGREE, ("    return np", "    a, b = a.flat[:1], b.flat[:1]\n    return np"), "one number of dx"),
    ("04", AGREE, ("    return np", "    a, b = a[a == a], b[a == a]\n    return np"), "Or is nan left out"),
    ("05", "def dense_backward(x, w, dy):\n    return dy @ w.T, x.T @ (dy * dy / dy), dy.sum(0)", ""),
    *(("07", text, (right, right.replace(stride, f"min({stride}, 2)")), "")
      for text, H, W in ((IM2COL, "(H", "(W"), (COL2IM, "(HP", "(WP"))
      for stride, place, size in (("SH", "i * SH", f"{H} - KH) // SH"), ("SW", "j * SW", f"{W} - KW) // SW"))
      for right in (place, size)),
    *(("07", IM2COL, ("    OH, OW", f"    SH = SH if C == {C} else min(SH, 2)\n    OH, OW"), "")
      for C in (1, 2)),
    ("07", IM2COL, ("(W - KW) // SW", "(W - KW + SW - 1) // SW"), ""),
    ("07", IM2COL, ("(H - KH) // SH", "(H - KH + SH - 1) // SH"), ""),
    ("07", COL2IM, ("(WP - KW) // SW", "-((KW - WP) // SW)"), ""),
    ("07", COL2IM, ("(HP - KH) // SH", "-((KH - HP) // SH)"), ""),
    ("07", COL2IM, ("    HP, WP", "    KH, KW = KW, KH\n    HP, WP"), "no window fits where KH and KW"),
]  # fmt: skip


@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "number, text, edits, said", [(number, text, edits, said) for number, text, *edits, said in WRONG]
)
def test_a_wrong_answer_does_not_pass(number, text, edits, said):
    verdict = hears(number, edited(text, edits), said)
    assert verdict.first.about in ("value", "raised")


def test_a_verdict_that_is_remembered_is_none():
    verdict = verdict_on_text("04", "SEEN = set()\n" + AGREE.replace("    dy", f"{REMEMBERED}    dy"))
    assert verdict.first.about == "again"


@pytest.mark.parametrize("number, text", [
    ("02", "def linear_forward(x, w, b):\n    return (x @ w).round() + b"),
    ("02", "def linear_forward(x, w, b):\n    return np.floor(x @ w + b)"),
    ("05", "def dense_forward(x, w, b):\n    return (x @ w + b).astype(int).astype(x.dtype)"),
])  # fmt: skip
def test_what_is_rounded_has_no_factor_that_can_be_told(number, text):
    verdict = verdict_on_text(number, text)
    assert verdict.first.about == "value" and "yours by" not in " ".join(message.text(verdict))


def test_no_case_of_a_gradient_checker_may_be_refused_by_luck():
    """Any random numbers of both signs will do for dy."""
    for seed in range(20):
        assert verdict_on_text("04", AGREE.replace("default_rng(1)", f"default_rng({seed})")).passed
