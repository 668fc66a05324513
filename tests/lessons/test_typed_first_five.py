"""Answers to lessons 01 to 05 as learners type them: the right ones pass, the wrong ones hear why not."""

import numpy as np
import pytest
from verdicts import hears, passes, verdict_on_text

from lessons.harness import compare, message

# ---------------------------------------------------------------- what learners type

STANDARDIZE = """
def standardize(x_train, x_test):
    m, s = x_train.mean((0, 1, 2)), x_train.std((0, 1, 2))
    s[s == 0] = 1
    return ((x_train - m) / s).astype(np.float32), ((x_test - m) / s).astype(np.float32)
"""

BOTH_BY_255 = "x_train, x_test = x_train / np.float32(255), x_test / np.float32(255)"
NEVER_CHANGES = "where a colour never changes, the result is 255 times too small, or divided by rounding"
BY_255 = STANDARDIZE.replace("    m, s", f"    {BOTH_BY_255}\n    m, s")

IN_FLOAT64 = """
def softmax(z):
    e = np.exp(z.astype(float) - z.max(1)[:, None])
    return (e / e.sum(1)[:, None]).astype(z.dtype)
"""

SOFTMAX = """
def softmax(z):
    e = np.exp(z - np.max(z, axis=1)[:, None])
    return e / np.sum(e, axis=1)[:, None]
"""

LOSS = """
def softmax_crossentropy(z, labels):
    N = len(z)
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    loss = -log_p[np.arange(N), labels].sum() / N
    dz = np.exp(log_p)
    dz[np.arange(N), labels] -= 1
    return loss, dz / N
"""

LOSS_OF_P = """
def softmax_crossentropy(z, labels):
    N = len(z)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(N), labels]).mean()
    p[np.arange(N), labels] -= 1
    return loss, p / N
"""

LOSS_IN_LOOPS = """
def softmax_crossentropy(z, labels):
    loss, dz = 0, np.zeros_like(z)
    for n, k in enumerate(labels):
        s = z[n].astype(float) - z[n].max()
        loss += np.log(np.exp(s).sum()) - s[k]
        dz[n] = np.exp(s) / np.exp(s).sum()
        dz[n, k] -= 1
    return loss / len(z), dz / len(z)
"""

SLOPES = """
def numeric_gradient(f, x, step=1e-5):
    x = x.copy()
    slopes = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        x[i] += step
        above = f(x)
        x[i] -= 2 * step
        slopes[i] = (above - f(x)) / (2 * step)
        x[i] += step
    return slopes
"""

ERROR = """
def relative_error(a, b):
    if not np.all(np.isfinite(a)) or not np.all(np.isfinite(b)):
        return float("inf")
    size = np.sqrt((a * a).sum()) + np.sqrt((b * b).sum())
    return np.sqrt(((a - b) ** 2).sum()) / size if size else 0
"""

AGREE = """
def gradients_agree(forward, backward, x):
    y = forward(x)
    dy = np.random.default_rng(3).normal(size=y.shape)
    slopes = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[i] = 1e-5
        slopes[i] = (dy * (forward(x + moved) - forward(x - moved))).sum() / 2e-5
    dx = backward(dy, x)
    return np.linalg.norm(dx - slopes) < 1e-6 * (np.linalg.norm(dx) + np.linalg.norm(slopes))
"""

DENSE = """
def dense_backward(x, w, dy):
    dw = np.zeros_like(w)
    for n in range(len(x)):
        dw += np.outer(x[n], dy[n])
    return (w @ dy.T).T, dw, np.ones_like(dy[:, 0]) @ dy
"""

RELU = "def relu_forward(z):\n    return (z + np.abs(z)) / 2"

EXP_ONLY = "def softmax(z):\n    return np.exp(z) / np.exp(z).sum()"
ALL_COLUMNS = LOSS_OF_P.replace("    p[np.arange(N), labels]", "    p[:, labels]")
ADDED = LOSS_OF_P.replace(", labels])", ", labels] + 1e-12)")
RANDOM = "np.random.default_rng(3).normal(size=y.shape)"
SAME_DY = "Is dy the same in backward(dy, x)"

RIGHT = [
    ("01", STANDARDIZE),
    ("02", SOFTMAX),
    ("02", IN_FLOAT64),
    ("03", LOSS),
    ("03", LOSS_IN_LOOPS),
    ("04", SLOPES),
    ("04", ERROR),
    ("04", AGREE),
    ("04", AGREE.replace(RANDOM, "np.cos(7 * y)")),
    ("05", DENSE),
    ("05", RELU),
]
WRONG = [
    ("01", STANDARDIZE.replace("s[s == 0] = 1", "s = s + 1e-8"), "is divided by 1e-08"),
    ("01", STANDARDIZE.replace("s[s == 0] = 1", "s = np.maximum(s, 1e-8)"), "is divided by 1e-08"),
    ("01", BY_255, NEVER_CHANGES),
    ("01", STANDARDIZE.replace("] = 1", "] = 255"), NEVER_CHANGES),
    ("01", BY_255.replace("np.float32(255)", "255.0"), NEVER_CHANGES),
    ("01", BY_255.replace("x_test / np.float32(255)", "x_test"), "x_test was not"),
    ("01", BY_255.replace("/ s)", "/ 1)"), "divided by 255, not by the standard deviation"),
    ("01", STANDARDIZE.replace("s[s == 0] = 1", "if s == 0:\n        s = 1"), "asked for one True or False"),
    ("01", STANDARDIZE.replace("(0, 1, 2)", "axis=-1, keepdims=True"), "over its three colours"),
    ("02", EXP_ONLY, "the sum over all rows"),
    ("02", EXP_ONLY, "exp of a huge score is infinite"),
    ("02", SOFTMAX.replace("np.sum(e, axis=1)[:, None]", "e.sum()"), "the sum over all rows"),
    ("02", SOFTMAX.replace("[:, None]", ""), "the largest has lost its axis"),
    ("02", SOFTMAX.replace("z - np", "z + np"), ""),  # nothing on the list, and nothing is said
    ("03", LOSS.replace("dz[np.arange(N), labels]", "dz[:, labels]"), "dz[:, labels] takes these columns"),
    ("03", ALL_COLUMNS, "dz[:, labels] takes these columns"),
    ("03", ALL_COLUMNS, "a probability that became 0"),
    ("03", ADDED, "(1e-12) inside the log: no picture's loss can"),
    ("03", ADDED, "larger than about 27.6"),
    ("03", LOSS_OF_P.replace("-np.log(p[", "-np.log(np.maximum(p, 1e-7)["), "(1e-07) inside the log"),
    ("03", LOSS_OF_P.replace("p / N", "p"), "dz is not divided by N"),
    ("03", LOSS_OF_P.replace("    loss", "    p[np.arange(N), labels] -= 1\n    loss"), ""),
    ("03", LOSS.replace("] -= 1", "] -= N"), "dz is p / N - 1 at the right class"),
    ("03", LOSS.replace(".sum() / N", ".sum()").replace("dz / N", "dz"), "those of the sum over"),
    ("04", SLOPES.replace("(2 * step)", "2 * step"), "multiplied by step instead of divided"),
    ("04", SLOPES.replace("-= 2 * step", "-= step"), ""),  # and then the next step begins elsewhere
    ("04", ERROR.replace("or not np.all(np.isfinite(b))", ""), "only a is looked at"),
    ("04", ERROR.replace("isfinite(a)", "isfinite(b)"), "only b is looked at"),
    ("04", ERROR.replace("np.all(np.isfinite(a)) or not", "(not np.isnan(a).any()) or not"), ""),
    ("04", ERROR.replace("size = ", "size = np.linalg.norm(a + b)  # "), "is |a + b|"),
    ("04", AGREE.replace("(dy, x)", "(x, dy)"), "dy is first"),
    ("04", AGREE.replace("(dy, x)", "(x, x)"), "something of x's shape as its dy"),
    ("04", AGREE.replace(RANDOM, "x"), "dy must have the shape of y"),
    ("04", AGREE.replace("(dy, x)", f"({RANDOM} ** 2, x)"), SAME_DY),
    ("04", AGREE.replace("(dy * (", "(1 * ("), SAME_DY),
    ("04", AGREE.replace("< 1e-6", "> 1e-6"), "turned round"),
    ("05", DENSE.replace("dw +=", "dw ="), "dw counts the last picture only"),
    ("05", "def relu_forward(z):\n    return max(z, 0)", "np.maximum(z, 0) asks each"),
    ("05", "def relu_forward(z):\n    return z if z > 0 else 0", "np.maximum(z, 0) asks each"),
    ("05", "def relu_forward(z):\n    return np.max(z, 0)", "number by number"),
    ("05", "def relu_backward(dy, z, y):\n    return dy if z > 0 else 0", "np.where(z > 0, dy, 0) asks each"),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # log(0) is no error for a learner
@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("number, text, said", WRONG)
def test_a_wrong_answer_hears_what_is_wrong(number, text, said):
    hears(number, text, said)


def test_what_is_put_back_by_adding_is_off_by_rounding():
    """A right idea: so the message says what differs, to the last digit."""
    verdict = verdict_on_text("04", SLOPES.replace("    x = x.copy()\n", ""))
    shown = " ".join(line.strip() for line in message.text(verdict))
    assert "changed its argument x, by rounding only: x[0] was 0.5 and is 0.49999999999999994." in shown
    assert "keep the old number and put it back, or work on x.copy()" in shown
    once = SLOPES.replace("    x = x.copy()\n", "").replace("x[i] -= 2 * step", "x[i] = old - step")
    once = once.replace("        x[i] += step\n", "        old = x[i]\n        x[i] += step\n", 1)
    shown = " ".join(line.strip() for line in message.text(verdict_on_text("04", once)))
    assert "by rounding only: x[0] was 0.1 and is 0.09999999999999998." in shown
    never = SLOPES.replace("    x = x.copy()\n", "").replace("        x[i] += step\n    return", "    return")
    assert "changed its argument x: work on a copy" in " ".join(message.text(verdict_on_text("04", never)))


TWO_NAMES = """
def numeric_gradient(f, x, step=1e-5):
    slopes = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        up = x
        up[i] += step
        down = x
        down[i] -= step
        slopes[i] = (f(up) - f(down)) / (2 * step)
    return slopes
"""


def test_two_names_of_one_array_are_no_rounding():
    """x is what it was, up to rounding, but f never saw it moved."""
    said = " ".join(line.strip() for line in message.text(verdict_on_text("04", TWO_NAMES)))
    assert "up = x copies nothing: to change up changes x. x.copy() is an array of its own" in said
    assert "by rounding only" not in said


@pytest.mark.parametrize("before, after, said", [
    ([1, 2.5, 4], [1, 2.5 + 4e-16, 4], "x[1] was 2.5 and is 2.5000000000000004"),
    ([0.0], [-0.0], "x[0] was 0.0 and is -0.0"),
    ([1, 2.5, 4], [1, 2.500001, 4], "changed its argument x: work on a copy"),
    ([1, np.nan], [2, np.nan], "changed its argument x: work on a copy"),
    ([1], [[1]], "changed its argument x: work on a copy"),
])  # fmt: skip
def test_only_rounding_is_called_rounding(before, after, said):
    assert said in compare.changed("x", np.array(before, float), np.array(after, float), right=True)


def test_a_complex_number_is_shown_whole_and_without_a_warning():
    verdict = verdict_on_text("04", ERROR.replace("/ size if", "/ size + 1j if"))
    shown = message.text(verdict)  # a warning is an error here
    assert any(line.endswith("+1j)") for line in shown)
