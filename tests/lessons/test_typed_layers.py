"""Wrong answers to lessons 10 to 12 as a learner types them: each meets its classic mistake."""

import pytest
from verdicts import verdict_on_text

from lessons.harness import message

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

POOL_BACK = """
def maxpool_backward(dy, which, x_shape, pool, strides):
    dx = np.zeros(x_shape, dy.dtype)
    for i, j, c in np.ndindex(dy.shape[1:]):
        kh, kw = divmod(int(which[0, i, j, c]), pool[1])
        dx[0, i * strides[0] + kh, j * strides[1] + kw, c] += dy[0, i, j, c]
    return dx
"""
WITHOUT_N = POOL_BACK.replace("(x_shape", "(x_shape[1:]").replace("dx[0, ", "dx[")

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
CORRECTION = " * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)"
ADAM_BY_MEANS = ADAM.replace(CORRECTION, "").replace(
    "alpha * m / (np.sqrt(v) + epsilon)",
    "alpha * (m / (1 - beta_1**t)) / ((v / (1 - beta_2**t)) ** 0.5 + epsilon / (1 - beta_2**t) ** 0.5)",
)
SWAPPED = ADAM.replace("beta_1 * m + (1 - beta_1)", "beta_2 * m + (1 - beta_2)")
SWAPPED = SWAPPED.replace("beta_2 * v + (1 - beta_2)", "beta_1 * v + (1 - beta_1)")

BN = """
def bn_forward(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    axes = tuple(range(x.ndim - 1))
    if training:
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
    else:
        mean, variance = moving_mean, moving_variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta, moving_mean, moving_variance
"""
TURNED = BN.replace("momentum * moving", "(1 - momentum) * moving").replace("+ (1 - momentum)", "+ momentum")
SCALED_FIRST = BN.replace(
    "return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta,",
    "scale = gamma / np.sqrt(variance + epsilon)\n    return x * scale + (beta - mean * scale),",
)
OWN_VARIANCE = BN.replace("x.var(axis=axes)", "((x - x.mean(axis=axes)) ** 2).mean(axis=axes)")

BN_BACK = """
def bn_backward(x, gamma, dy, epsilon=1e-3):
    axes, M = tuple(range(x.ndim - 1)), x.size // x.shape[-1]
    mean, root = x.mean(axis=axes), np.sqrt(x.var(axis=axes) + epsilon)
    xhat = (x - mean) / root
    dgamma, dbeta = (dy * xhat).sum(axis=axes), dy.sum(axis=axes)
    return gamma / root * (dy - dbeta / M - xhat * dgamma / M), dgamma, dbeta
"""

NAMED = [
    ("10", POOL_FROM_0, "the maximum starts at 0"),
    ("10", POOL_BACK, "only the first picture gets its blame"),
    ("10", WITHOUT_N.replace("return dx", "return dx[None]"), "only the first picture comes back"),
    ("10", POOL_BACK.replace("dy.shape[1:]", "dy.squeeze(0).shape"), "it works for a single picture only"),
    ("11", MOMENTUM.replace("w + v", "w - v"), "w - v goes up the slope"),
    ("11", RMSPROP.replace("+ epsilon", "+ 1e-7"), "a number of its own stands in the place of epsilon"),
    ("11", SWAPPED, "beta_1 and beta_2 have changed places in m and v"),
    ("11", ADAM.replace("w -", "w +"), "it goes up the slope"),
    ("11", ADAM.replace(CORRECTION, ""), "m and v begin at zero"),
    ("11", ADAM.replace("(np.sqrt(v) + epsilon)", "np.sqrt(v) + epsilon"), "brackets are missing"),
    ("12", TURNED, "momentum is turned round: "),
    ("12", BN.replace(" + beta,", ","), "beta is never added"),
    ("12", BN.replace("axis=axes", "axis=-1"), "over the last axis"),
    ("12", BN.replace("axis=axes", "axis=-1, keepdims=True"), "over its own channels"),
    ("12", BN.replace("+ epsilon", "+ 1e-3"), "a number of its own stands in the place of epsilon"),
    ("12", BN.replace("+ epsilon", "+ max(epsilon, 1e-3)"), "epsilon is not allowed to be smaller"),
    ("12", SCALED_FIRST, "two large numbers, nearly equal"),
    ("12", BN.replace("tuple(range(x.ndim - 1))", "(0, 1, 2)"), "the axes (0, 1, 2) are those of pictures"),
    ("12", BN_BACK.replace("+ epsilon", "+ max(epsilon, 1e-3)"), "epsilon is not allowed to be smaller"),
    ("12", BN_BACK.replace("dy * xhat", "dy * x"), "dgamma is the sum of dy * x:"),
    ("12", BN_BACK.replace(".sum(axis=axes)", ".sum(axis=0)"), "dgamma and dbeta are summed over"),
    ("12", BN_BACK.replace("axis=axes", "axis=0"), "mean, variance and sums go over the first axis"),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize("number, text, said", NAMED)
def test_natural_code_meets_its_classic_mistake(number, text, said):
    verdict = verdict_on_text(number, text)
    assert not verdict.passed and said in verdict.looks_like
    assert len(message.text(verdict, "a hint")) <= message.LINES


LIMITED = [
    ("10", POOL_FROM_0.replace("np.zeros((N", "np.full((N").replace("C), x.dtype", "C), -1e9, x.dtype")),
    ("11", RMSPROP.replace("+ epsilon", "+ max(epsilon, 1e-7)")),
    ("11", ADAM.replace("+ epsilon", "+ max(epsilon, 1e-8)")),
    ("12", BN.replace("+ epsilon", "+ max(epsilon, 1e-6)")),
    ("12", BN_BACK.replace("+ epsilon", "+ max(epsilon, 1e-6)")),
]


@pytest.mark.parametrize("number, text", LIMITED)
def test_a_limit_nobody_asked_for_is_refused(number, text):
    assert not verdict_on_text(number, text).passed


RIGHT = [
    ("10", POOL_FROM_0.replace("np.zeros((N", "np.full((N").replace("C), x.dtype", "C), -np.inf, x.dtype")),
    ("11", MOMENTUM),
    ("11", RMSPROP),
    ("11", ADAM),
    ("11", ADAM_BY_MEANS),
    ("12", BN),
    ("12", OWN_VARIANCE),
    ("12", BN_BACK),
]


@pytest.mark.parametrize("number, text", RIGHT)
def test_what_the_wrong_ones_are_made_of_is_right(number, text):
    assert verdict_on_text(number, text).passed
