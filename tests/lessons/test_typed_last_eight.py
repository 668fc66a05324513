"""Answers to lessons 09 to 16 as learners type them: which must not pass, and what is said of them."""

import numpy as np
import pytest
from verdicts import run, verdict_on_file, verdict_on_text

from lessons.harness import child, limits, message, tasks

# ---------------------------------------------------------------- what learners type

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
MOMENTUM = """
def momentum_step(w, dw, v, learning_rate, momentum):
    v = momentum * v - learning_rate * dw
    return w + v, v
"""
RMSPROP = """
def rmsprop_step(w, dw, v, learning_rate, rho, epsilon):
    v = rho * v + (1 - rho) * dw**2
    return w - learning_rate * dw / np.sqrt(v + epsilon), v
"""
ADAM = """
def adam_step(w, dw, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * dw**2
    alpha = learning_rate * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v
"""
BY_MEANS = """
def adam_step(w, dw, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    m = beta_1 * m + (1 - beta_1) * dw
    v = beta_2 * v + (1 - beta_2) * dw**2
    mhat = m / 1 - beta_1**t
    vhat = v / 1 - beta_2**t
    return w - learning_rate * mhat / (np.sqrt(vhat) + epsilon), m, v
"""
BN = """
def bn_forward(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    axes = tuple(range(x.ndim - 1))
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance
"""
BN_BACK = """
def bn_backward(x, gamma, dy, epsilon=1e-3):
    axes, M = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    mean, variance = x.mean(axis=axes), x.var(axis=axes)
    root = np.sqrt(variance + epsilon)
    xhat = (x - mean) / root
    dgamma, dbeta = (dy * xhat).sum(axis=axes), dy.sum(axis=axes)
    dx = gamma / root * (dy - dbeta / M - xhat * dgamma / M)
    return dx, dgamma, dbeta
"""
DROPOUT = """
def dropout_forward(x, u, rate, training):
    if not training:
        return x.copy()
    return np.where(u >= rate, x / (1 - rate), 0).astype(x.dtype)
"""
DROPOUT_BACK = """
def dropout_backward(dy, u, rate):
    return np.where(u >= rate, dy / (1 - rate), 0).astype(dy.dtype)
"""
FLIP = """
def flip(x, flips):
    y = x.copy()
    y[flips] = np.flip(x[flips], axis=2)
    return y
"""
CROP = """
def random_crop(x, places, height, width):
    y = np.empty((len(x), height, width, x.shape[3]), x.dtype)
    for n, (top, left) in enumerate(places):
        y[n] = x[n, top : top + height, left : left + width]
    return y
"""
STOP = """
def early_stopping_update(best, wait, value, patience, min_delta):
    if value < best - min_delta:
        return value, 0, False
    return best, wait + 1, wait + 1 >= patience
"""
MATRIX = """
def confusion_matrix(y_true, y_pred, classes):
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts
"""
TOP = """
def top_mistakes(counts, most):
    c = counts.copy()
    np.fill_diagonal(c, 0)
    order = np.argsort(-c, axis=None, kind="stable")
    order = order[c.ravel()[order] > 0][:most]
    return np.stack([order // len(c), order % len(c), c.ravel()[order]], axis=1)
"""
BY_SORT = """
def top_mistakes(counts, most):
    K = len(counts)
    rows = [(counts[i, j], KEY) for i in range(K) for j in range(K) if i != j and counts[i, j]]
    rows.sort(reverse=True)
    return np.array([(i, j, c) for c, KEY in rows[:most]], np.int64).reshape(-1, 3)
"""
DIRECT = """
def conv_winograd(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    (N, H, W, C), (KH, KW, _, F), (SH, SW) = x.shape, w.shape, strides
    (top, bottom), (left, right) = padding
    padded = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (KH, KW), (1, 2))[:, ::SH, ::SW]
    return np.einsum("nijchw,hwcf->nijf", windows, w) + b
"""

RIGHT = [
    ("09", DIRECT), ("10", POOL), ("10", POOL_BACK), ("11", MOMENTUM), ("11", RMSPROP), ("11", ADAM),
    ("12", BN), ("12", BN_BACK), ("13", DROPOUT), ("13", DROPOUT_BACK), ("14", FLIP), ("14", CROP),
    ("14", STOP), ("15", MATRIX), ("15", TOP),
]  # fmt: skip


@pytest.mark.parametrize("number, text", RIGHT)
def test_what_the_wrong_ones_are_made_of_is_right(number, text):
    verdict = verdict_on_text(number, text)
    assert verdict.passed, "\n".join(message.text(verdict))


# ---------------------------------------------------------------- what must not pass


def capped(text, name, most):
    """The same, with a line that keeps ``name`` at ``most`` or below."""
    return text.replace("):\n", f"):\n    {name} = min({name}, {most})\n", 1)


CLIPPED = "    dw = np.clip(dw, -10, 10)\n    v = "
REFUSED = [
    *(("10", POOL, ("window.argmax()", f"window.argmax() % {most}")) for most in (9, 12, 16)),
    *(("10", POOL_BACK, ("which[n, i, j, c])", f"which[n, i, j, c] % {most})")) for most in (9, 12, 16)),
    ("11", MOMENTUM, ("    v = ", CLIPPED)),
    ("11", MOMENTUM, ("    return", "    v = np.clip(v, -10, 10)\n    return")),
    ("11", capped(MOMENTUM, "momentum", 0.9)),
    ("11", RMSPROP, ("    v = ", CLIPPED)),
    ("11", capped(RMSPROP, "rho", 0.9)),
    ("11", ADAM, ("    v = ", CLIPPED)),
    ("11", capped(ADAM, "beta_1", 0.9)),
    ("11", capped(ADAM, "beta_2", 0.9)),
    ("11", ADAM, ("    return", "    alpha = min(alpha, learning_rate)\n    return")),
    ("12", BN, ("if training", "if training and x.size // x.shape[-1] > 1")),
    ("12", BN_BACK, ("    return", "    dx = np.where(variance > 0, dx, 0)\n    return")),
    *(("12", BN_BACK, ("(x - mean) / root", f"np.clip((x - mean) / root, -{k}, {k})")) for k in (3, 5)),
    *(("14", STOP, ("value < best - min_delta", f"round(value, {k}) < round(best - min_delta, {k})"))
      for k in (2, 4)),
    ("14", STOP, ("value < best", "not np.isclose(value, best) and value < best")),
    ("15", MATRIX, ("return counts", "return (counts / len(y_true) * len(y_true)).astype(int)")),
]  # fmt: skip


def edited(text, edits):
    for right, wrong in edits:
        assert right in text
        text = text.replace(right, wrong)
    return text



@pytest.mark.parametrize("number, text, edits", [(number, text, edits) for number, text, *edits in REFUSED])
def test_what_is_wrong_in_rare_cases_only_is_refused(number, text, edits):
    assert not verdict_on_text(number, edited(text, edits)).passed


# ---------------------------------------------------------------- what has a name

KEPT = "np.where(u >= rate, X / (1 - rate), 0)"
NAMED = [
    ("09", DIRECT, ("    (N,", "    x, w = x.astype(float), w.astype(float)\n    (N,"), "right, in float64"),
    ("11", BY_MEANS, "/ 1 - beta^t divides by 1"),
    ("11", ADAM, ("/ (1 - beta_1**t)", "/ 1 - beta_1**t"), "/ 1 - beta_1^t divides by 1"),
    ("11", ADAM, ("alpha * m ", "alpha * (beta_1 * m + (1 - beta_1) * dw) "), "Nesterov"),
    ("12", BN, ("momentum=0.99, epsilon=1e-3", "momentum=0.1, epsilon=1e-5"), "momentum=0.99, epsilon=1e-3"),
    ("12", BN, ("momentum=0.99, ", "momentum=0.9, "), "momentum=0.99, epsilon=1e-3"),
    ("12", BN_BACK, ("epsilon=1e-3", "epsilon=1e-5"), "epsilon=1e-3"),
    ("12", BN, ("momentum * ", "0.99 * "), ("1 - momentum", "0.01"), "in the place of momentum"),
    *((number, text, (KEPT.replace("X", x), wrong.replace("X", x)), said)
      for number, text, x in (("13", DROPOUT, "x"), ("13", DROPOUT_BACK, "dy"))
      for wrong, said in (
          ("np.where(u > rate, 0, X / (1 - rate))", "kept and dropped have changed places"),
          ("np.where(u >= rate, 0, X / (1 - rate))", "kept and dropped have changed places"),
          ("np.where(u > rate, 0, X / rate)", "the share that is kept"),
          ("np.where(u < 1 - rate, X / (1 - rate), 0)", "u < 1 - rate"),
          ("np.where(u <= 1 - rate, X / (1 - rate), 0)", "u < 1 - rate"),
          ("np.where(u > 1 - rate, X / (1 - rate), 0)", "is compared with 1 - rate"),
      )),
    ("14", FLIP, (", axis=2", ""), "np.flip without an axis"),
    ("14", CROP, ("height, width, x.sh", "width, height, x.sh"),
     ("top + height, left : left + width", "top + width, left : left + height"),
     "height and width have changed places"),
    ("14", CROP, ("height, width, x.sh", "width, height, x.sh"), "height and width have changed places"),
    *(("15", MATRIX, ("np.int64", small), ("return counts", "return counts.astype(int)"), "two bytes")
      for small in ("np.int16", "np.uint16")),
    ("15", TOP, (', kind="stable"', ""), 'kind="stable"'),
    ("15", BY_SORT.replace("KEY", "j, i"), "reverse=True"),
    ("15", BY_SORT.replace("KEY", "i, j"), "of equally frequent ones the last comes first"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "number, text, edits, said", [(number, text, edits, said) for number, text, *edits, said in NAMED]
)
def test_natural_code_meets_its_classic_mistake(number, text, edits, said):
    verdict = verdict_on_text(number, edited(text, edits))
    assert not verdict.passed and said in verdict.looks_like, "\n".join(message.text(verdict))
    assert len(message.text(verdict, "a hint")) <= message.LINES


def test_what_a_byte_becomes_is_said_of_both_places():
    if (np.uint8(0) + 1).dtype == np.uint8:  # NumPy 1 makes a larger type of it
        verdict = verdict_on_text("10", POOL_BACK.replace("int(which[n, i, j, c])", "which[n, i, j, c]"))
        assert "i * SH + kh and j * SW + kw then are bytes" in verdict.looks_like


# ---------------------------------------------------------------- what is explained in any lesson


@pytest.mark.parametrize("number, text, edit", [
    ("11", RMSPROP, ("dw**2", "dw^2")), ("11", ADAM, ("beta_1**t", "beta_1^t")),
])  # fmt: skip
def test_a_power_written_in_another_language_is_explained(number, text, edit):
    verdict = verdict_on_text(number, edited(text, [edit]))
    assert "^ is no power in Python, ** is" in " ".join(message.text(verdict))


def test_that_nobody_answers_is_explained(tmp_path):
    verdict = verdict_on_file("def twice(x):\n    input('go on?')\n    return 2 * x\n", tmp_path)
    assert "input() has nobody to ask here" in verdict.first.problem


@pytest.mark.parametrize("line", ["x *= 2", "x[0] = 2", "other = x\n    other += 1"])
def test_what_changed_an_argument_is_said_of_any_line(line):
    space = {}
    exec(f"def twice(x):\n    y = 2 * x\n    {line}\n    return y", space)
    said = " ".join(" ".join(message.text(run(space["twice"]))).split())
    assert "Lines such as x *= 2 and x[0] = 2 write into it, also by a second name" in said


def test_a_file_that_does_not_end_is_told_soon(tmp_path):
    assert limits.READING <= 20
    path = tmp_path / "work.py"
    path.write_text("x = 0\nwhile x < 3:\n    y = 1\n", encoding="utf-8")
    reply = child.perform(child.load, {"path": str(path)}, {str(path)}, 0.1)
    assert "a loop without an end" in reply["timeout"] and reply["frames"][-1][0] in (2, 3)


def test_on_a_busy_computer_a_loop_is_a_guess_as_well():
    block = limits._Block(5.0)
    block.wall, block.work = block.wall - 70, block.work - 2
    assert "has a loop no end, or is the computer busy?" in block.said()


# ---------------------------------------------------------------- networks


def network(name, *edits):
    """The verdict on the model answer of lesson 16, edited."""
    text = edited(tasks.find("16").task(name).code(), edits)
    return verdict_on_text("16", f"import minicnn as mc\nfrom minicnn import layers\n{text}")


def test_what_was_not_trained_is_not_said_to_learn_nothing():
    for edit in (('"relu"', '"tanh"'), ("classes=10", "classes=4")):
        shown = " ".join(message.text(network("lenet5", edit)))
        assert "not tried yet: 1" in shown and "learns" not in shown


@pytest.mark.parametrize("name", ["alexnet_cifar", "vgg_cifar"])
def test_he_normal_where_it_is_not_asked_for_is_refused(name):
    hidden = 'Dense(256, activation="relu"'
    verdict = network(name, (hidden, f'{hidden}, kernel_initializer="he_normal"'))
    assert "begin as HeNormal; expected GlorotUniform" in verdict.first.problem
    assert "he_normal is asked of the convolutions" in verdict.looks_like
