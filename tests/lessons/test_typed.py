"""Wrong answers as a learner types them: what the message says of them is true."""

import numpy as np
import pytest
from verdicts import hears, verdict_on_text

from lessons.harness import compare, judge, message, tasks
from lessons.harness.runner import Functions

LOAD_BATCH = """
def load_batch(data, H=32, W=32):
    a = np.frombuffer(data, np.uint8).reshape(-1, 1 + 3 * H * W)
    return a[:, 1:].reshape(-1, 3, H, W).transpose(0, 2, 3, 1) / 255, a[:, 0]
"""

SOFTMAX = """
def softmax(z):
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)
"""

LINEAR = "def linear_forward(x, w, b):\n    return x.astype(float) @ w"

SOFTMAX_BY_LOG = """
def softmax(z):
    m = z.max(axis=1, keepdims=True)
    return np.exp(z - (m + np.log(np.exp(z - m).sum(axis=1, keepdims=True))))
"""

POOL = """
def maxpool_forward(x, pool, strides):
    (N, H, W, C), (KH, KW), (SH, SW) = x.shape, pool, strides
    y = np.zeros((N, (H - KH) // SH + 1, (W - KW) // SW + 1, C), int)
    which = np.zeros(y.shape, np.uint8)
    for n, i, j, c in np.ndindex(y.shape):
        window = x[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c]
        y[n, i, j, c], which[n, i, j, c] = window.max(), window.argmax()
    return RESULT, which
"""

FIRST_AND_LAST = """
def gradients_agree(forward, backward, x):
    dy = np.random.default_rng(7).standard_normal(forward(x).shape)
    for k in (0, -1):
        above, below = x.copy(), x.copy()
        above.flat[k] += 1e-5
        below.flat[k] -= 1e-5
        slope = ((forward(above) - forward(below)) * dy).sum() / 2e-5
        if not abs(backward(dy, x).flat[k] - slope) < 1e-6 * abs(slope):
            return False
    return True
"""

MIRROR = """
def flip(x, flips):
    W, y = x.shape[2], COPY
    for n in range(len(x)):
        for j in range(W):
            if flips[n]:
                y[n, :, j] = COLUMN
    return y
"""

CROP = """
def random_crop(x, places, height, width):
    y = np.empty((len(x), height, width, x.shape[3]), x.dtype)
    for n, (left, top) in enumerate(places):
        y[n] = x[n, top : top + height, left : left + width]
    return y
"""

CONFUSION = """
def confusion_matrix(y_true, y_pred, classes):
    counts = np.zeros((classes, classes), np.int64)
    for i, j in zip(y_true, y_pred):
        counts[i - 1, j - 1] += 1
    return counts
"""

TOP = """
def top_mistakes(counts, most):
    K = len(counts)
    rows = [(-counts[i, j], i, j) for i in range(K) for j in range(K) if i != j and CONDITION]
    return np.array([ROW for c, i, j in sorted(rows)[:most]], np.int64).reshape(-1, 3)
"""

DROPOUT = """
def dropout_forward(x, u, rate, training):
    if training:
        x = x * MASK / KEPT
    return x.astype(u.dtype)
"""

NAMED = [
    ("01", LOAD_BATCH, "divided by 255"),
    *(("01", LOAD_BATCH.replace("np.uint8", t), "a float64 or an int64") for t in ("float", "np.int64")),
    ("02", LINEAR, "never added"),  # in float64 as well: two mistakes
    ("02", SOFTMAX, "the columns sum to 1"),
    ("02", SOFTMAX.replace("np.max(z, axis=0)", "z.max()"), "the columns sum to 1"),
    ("02", SOFTMAX_BY_LOG, "swallows its digits"),
    ("04", FIRST_AND_LAST, "a wrong number passes. Are some numbers not compared"),
    ("10", POOL.replace("RESULT", "y"), "what stands behind the point is lost"),  # and the type is wrong
    ("10", POOL.replace("RESULT", "y.astype(x.dtype)"), "what stands behind the point is lost"),
    ("13", DROPOUT.replace("MASK", "(u[:1] >= rate)").replace("KEPT", "(1 - rate)"), "one mask for all"),
    ("13", DROPOUT.replace("MASK", "(u < rate)").replace("KEPT", "(rate or 1)"), "the share that is kept"),
    ("13", DROPOUT.replace("MASK", "(u >= rate)").replace("KEPT", "1 - rate"), "rate is taken away from"),
    ("14", MIRROR.replace("COPY", "x.copy()").replace("COLUMN", "x[n, :, -j]"), "column -j"),
    ("14", MIRROR.replace("COPY", "x.copy()").replace("COLUMN", "y[n, :, W - 1 - j]"), "the left half"),
    ("14", CROP, "row and column have changed places"),
    ("15", CONFUSION, "the classes are taken for 1 to K"),
    ("15", TOP.replace("CONDITION", "True").replace("ROW", "(i, j, -c)"), "what never happened is listed"),
    ("15", TOP.replace("CONDITION", "counts[i, j]").replace("ROW", "(-c, i, j)"), "the count stands first"),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize("number, text, said", NAMED)
def test_natural_code_meets_its_classic_mistake(number, text, said):
    hears(number, text, said)


def test_a_wrong_type_does_not_hide_another_mistake():
    half, single, double = (np.ones(2, f"f{size}") for size in (2, 4, 8))
    assert compare.of_type(double, single, single).dtype == np.float32  # the learner's alone is wrong
    assert compare.of_type(single, double, single) is single  # the mistake is the type, and not the learner's
    assert compare.of_type(half, double, single) is half  # two types, both wrong: two mistakes
    assert compare.of_type(double, np.ones(2, int), np.ones(2, int)) is double


def test_only_the_value_that_is_shown_is_explained():
    text = "def dense_backward(x, w, dy):\n    return 0 * x[0], 2 * x.T @ dy, dy.sum(0)"
    verdict = verdict_on_text("05", text)
    text = message.text(verdict)
    assert any("returned dx" in line for line in text)
    assert not any("dw[" in line for line in text)


def test_as_many_parameters_are_not_counted_out():
    text = "import minicnn as mc\nfrom minicnn import layers\n" + tasks.find("16").task("lenet5").code()
    verdict = verdict_on_text("16", text.replace('(6, 5, activation="relu")', "(6, 5)"))
    assert "layer 1 is Conv2D" in verdict.first.problem and "In all" not in verdict.first.problem
    verdict = verdict_on_text("16", text.replace("(6, 5,", "(7, 5,"))
    assert "expected 62,006." in verdict.first.problem


def test_a_name_that_is_nearly_right_is_pointed_at():
    lesson, space = tasks.find("10"), {}
    exec("def maxpool_foward(x, pool, strides):\n    pass\n\ndef maxpool_backward():\n    pass\n", space)
    typed = [space["maxpool_foward"], space["maxpool_backward"]]
    first, second = message.text(judge.check_task(lesson, lesson.tasks[0], Functions(typed)))
    assert first.endswith(":1") and second.endswith("is maxpool_foward meant for it?")
    verdict = judge.check_task(lesson, lesson.tasks[0], Functions(typed[1:]))  # has its own name by right
    assert verdict.missing.endswith("has it another name, or was it deleted?")


STOP = """
def early_stopping_update(best, wait, value, patience, min_delta):
    if value < best - min_delta:
        return value, 0, False
    return best, wait + 1, wait > patience
"""


def test_only_true_and_false_are_verdicts():
    shown = message.text(verdict_on_text("14", STOP.replace("False", "0")))
    assert any("stop: expected True or False, got 0" in line for line in shown)
    (line,) = (line for line in message.text(verdict_on_text("14", STOP)) if "expected" in line)
    assert line.split() == ["expected", "stop", "True"]  # and once is enough
