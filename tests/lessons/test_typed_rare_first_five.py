"""Rarer answers to lessons 01 to 05 as learners type them: none wrong passes, what is said is true."""

import pytest
from verdicts import hears, passes, verdict_on_text

from lessons.harness import message

IN_FLOAT32 = """
def standardize(x_train, x_test):
    x_train, x_test = x_train.astype(np.float32), x_test.astype(np.float32)
    mean, std = x_train.mean((0, 1, 2)), x_train.std((0, 1, 2))
    std[std == 0] = 1
    return (x_train - mean) / std, (x_test - mean) / std
"""

SOFTMAX = """
def softmax(z):
    e = np.exp(z - z.max(0, keepdims=True))
    return e / e.sum(1, keepdims=True)
"""

LOSS = """
def softmax_crossentropy(z, labels):
    N, K = z.shape
    s = z - z.max(1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(1, keepdims=True))
    t = np.eye(K, dtype=z.dtype)[labels]
    return -(t * logp).sum() / N, (np.exp(logp) - t) / N
"""

SHIFTED = "e = np.exp(z - z.max(1)[:, None])"
WITHOUT_SUM = """
def softmax_crossentropy(z, labels):
    N, i = len(z), np.arange(len(z))
    s = z - z.max(1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    q = p[i, labels]
    loss = np.where(q > 0, -np.log(np.maximum(q, 1e-45)), -s[i, labels]).mean()
    p[i, labels] -= 1
    return loss, p / N
"""

OF_P = """
def softmax_crossentropy(z, labels):
    N, i = len(z), np.arange(len(z))
    e = np.exp(z - z.max())
    p = e / e.sum(1, keepdims=True)
    loss = -np.log(p[i, labels]).mean()
    p[i, labels] -= 1
    return loss, p / N
"""

STEP = """
def sgd_step(w, dw, learning_rate):
    if not dw.any():
        return w
    return w - learning_rate * dw
"""

SLOPES = """
def numeric_gradient(f, x, step=1e-5):
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        u, d = x.copy(), x.copy()
        u[i] += step; d[i] -= step
        g[i] = (f(u) - f(d)) / (2 * step)
    return g
"""

FLAT = """
def numeric_gradient(f, x, step=1e-5):
    flat = x.flatten(); g = np.zeros_like(flat)
    for i in range(flat.size):
        u, d = flat.copy(), flat.copy()
        u[i] += step; d[i] -= step
        g[i] = (f(u) - f(d)) / (2 * step)
    return g.reshape(x.shape)
"""

ERROR = """
def relative_error(a, b):
    if not np.isfinite(a).any() or not np.isfinite(b).any():
        return np.inf
    m = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / m if m else 0.0
"""

AGREE = f"""{SLOPES}
def gradients_agree(forward, backward, x):
    y = forward(x)
    dy = np.random.default_rng(0).standard_normal(y.shape)
    slopes = numeric_gradient(lambda x: (dy * forward(x)).sum(), x)
    dx = backward(dy, x)
    return np.linalg.norm(dx - slopes) / (np.linalg.norm(dx) + np.linalg.norm(slopes)) < 1e-6
"""
ANGLE = "dx.ravel() @ slopes.ravel() / np.linalg.norm(dx) / np.linalg.norm(slopes) > 1 - 1e-9"

DENSE = "def dense_backward(x, w, dy):\n    return DX, DW, DB\n"
BOTH = DENSE.replace("DX", "dy @ w.T").replace("DW", "x.T @ dy / len(x)").replace("DB", "dy.sum(1)")
BY_N = "dy @ w.T / len(x)", "x.T @ dy / len(x)", "dy.sum(0) / len(x)"
ALL_BY_N = DENSE.replace("DX", BY_N[0]).replace("DW", BY_N[1]).replace("DB", BY_N[2])
RELU = "def relu_backward(dy, z, y):\n    return np.where(z > 1e-8, dy, 0)"

RIGHT = [
    ("03", LOSS),
    ("04", SLOPES),
    ("04", AGREE),
]
WRONG = [
    ("01", IN_FLOAT32, "summed up in float32"),
    ("01", IN_FLOAT32.replace("x_train.std((0, 1, 2))", "x_train.std((0, 1, 2), ddof=1)"), "ddof=1"),
    ("01", IN_FLOAT32.replace("[std == 0] = 1", " = 1"), "not divided by the standard"),
    ("02", SOFTMAX, "the numbers of one row lose different ones"),
    ("03", WITHOUT_SUM, "the logarithm of the sum is left out"),
    ("03", OF_P, "the largest score of ALL rows"),
    ("03", LOSS.replace("z.max(1, keepdims=True)", "z.max()"), "the largest score of ALL rows"),
    ("03", LOSS.replace("np.eye(K, dtype=z.dtype)[labels]", "labels"), "not a row of K numbers"),
    ("03", LOSS.replace("np.eye(K", "np.eye(10"), "which need not be 10"),
    ("03", LOSS.replace("[labels]", "[labels - 1]"), "labels - 1 is taken"),
    ("03", LOSS.replace("s = z", "z = np.exp(z) / np.exp(z).sum(1)[:, None]; s = z"), ""),  # and overflow
    ("03", LOSS.replace("s = z", f"{SHIFTED}; z = e / e.sum(1)[:, None]; s = z"), "softmax is taken twice"),
    ("03", STEP, ""),
    ("03", STEP.replace("not dw.any()", "0").replace("* dw", "* np.clip(dw, -100, 100)"), ""),
    ("04", SLOPES.replace("(f(u) - f(d))", "abs(f(u) - f(d))"), "with its sign"),
    ("04", SLOPES.replace("(f(u) - f(d))", "max(0, f(u) - f(d))"), "with its sign"),
    ("04", FLAT, "in one row"),
    ("04", ERROR, ".all(), not .any()"),
    ("04", AGREE.replace("backward(dy, x)", "backward(dy, y)"), "does backward get y in the place of x"),
    ("04", AGREE.replace("(dy * forward(x)).sum()", "dy * forward(x)"), "a slope needs one number"),
    ("04", AGREE.replace("lambda x: (dy * forward(x)).sum()", "forward"), "a slope needs one number"),
    ("04", AGREE.replace("np.linalg.norm(dx - slopes) / (np.linalg.norm(dx) + np.linalg.norm(slopes)) < 1e-6",
                         ANGLE), "are only the directions compared"),
    ("04", AGREE.replace("< 1e-6", "< 1e-2"), "the limit is too large"),
    ("05", ALL_BY_N, "dx, dw and db are divided by N"),
    ("05", RELU, ""),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("number, text, said", WRONG)
def test_a_wrong_answer_hears_what_is_wrong(number, text, said):
    hears(number, text, said)


def test_a_ratio_that_the_case_does_not_show_is_not_said_of_it():
    """One mistake in the case that is shown, with one picture; another with several."""
    verdict = verdict_on_text("05", BOTH)
    assert "returned db" in " ".join(message.text(verdict))
    assert verdict.ratio.startswith("dw is 1/N times the right one (this case does not show it): divided")
