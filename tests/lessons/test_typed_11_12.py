"""Answers to lessons 11 and 12 as learners type them: which must not pass, and what is said of them."""

import pytest
from verdicts import edited, hears, passes, verdict_on_text

MOMENTUM = """
def momentum_step(w, dw, v, learning_rate, momentum):
    v = momentum * v - learning_rate * dw
    return w + v, v
"""
BY_DIFFERENCE = """
def momentum_step(w, dw, v, learning_rate, momentum):
    moved = w + (momentum * v - learning_rate * dw)
    return moved, moved - w
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
TIMES_T = ("beta_2**t", "beta_2 * t"), ("beta_1**t", "beta_1 * t")
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
    mean, variance = moving_mean, moving_variance
    if training:
        mean, variance = x.mean(axis=axes), x.var(axis=axes)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_variance = momentum * moving_variance + (1 - momentum) * variance
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
    mean, variance = x.mean(axis=axes), x.var(axis=axes)
    root = np.sqrt(variance + epsilon)
    xhat = (x - mean) / root
    dgamma, dbeta = (dy * xhat).sum(axis=axes), dy.sum(axis=axes)
    dx = gamma / root * (dy - dbeta / M - xhat * dgamma / M)
    return dx, dgamma, dbeta
"""

RIGHT = [
    ("11", MOMENTUM), ("11", BY_DIFFERENCE), ("11", RMSPROP), ("11", ADAM), ("11", ADAM_BY_MEANS),
    ("12", BN), ("12", OWN_VARIANCE), ("12", BN_BACK),
]  # fmt: skip


@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


# ---------------------------------------------------------------- what must not pass


def capped(text, name, most):
    """The same, with a line that keeps ``name`` at ``most`` or below."""
    return text.replace("):\n", f"):\n    {name} = min({name}, {most})\n", 1)


def clipped(name, most):
    """The edit that keeps ``name`` within ``most`` before v is computed."""
    return "    v = ", f"    {name} = np.clip({name}, -{most}, {most})\n    v = "


ON_SLOPES = """
def rmsprop_step(w, dw, v, learning_rate, rho, epsilon):
    w, v = w.copy(), v.copy()
    on = dw != 0
    v[on] = rho * v[on] + (1 - rho) * dw[on] ** 2
    w[on] -= learning_rate * dw[on] / np.sqrt(v[on] + epsilon)
    return w, v
"""
LAZY_V = ("    alpha", "    v = np.where(dw == 0, old, v)\n    alpha")
REFUSED = [
    *(("11", text, clipped("dw", most)) for text in (MOMENTUM, RMSPROP, ADAM) for most in (10, 1000)),
    *(("11", MOMENTUM, ("    return", f"    v = np.clip(v, -{most}, {most})\n    return"))
      for most in (10, 100)),
    ("11", MOMENTUM, ("* dw", "* np.where(abs(dw) < 1e-4, 0, dw).astype(dw.dtype)")),
    *(("11", capped(MOMENTUM, "learning_rate", most)) for most in (0.5, 1)),
    ("11", capped(MOMENTUM, "momentum", 0.9)),
    ("11", capped(RMSPROP, "rho", 0.9)),
    ("11", capped(ADAM, "beta_1", 0.9)),
    ("11", capped(ADAM, "beta_2", 0.9)),
    ("11", ADAM, ("    return", "    alpha = min(alpha, learning_rate)\n    return")),
    ("11", ADAM, ("    m =", "    old = v\n    m ="), LAZY_V),
    ("11", RMSPROP, ("+ epsilon", "+ max(epsilon, 1e-7)")),
    ("11", ADAM, ("+ epsilon", "+ max(epsilon, 1e-8)")),
    ("12", BN, ("if training", "if training and x.size // x.shape[-1] > 1")),
    ("12", BN, ("/ np.sqrt(variance + epsilon)",
                "/ np.where(variance > 0, np.sqrt(variance + epsilon), 1).astype(x.dtype)")),
    ("12", BN, ("x.mean(axis=axes), x.var", "x[:64].mean(axis=axes), x[:64].var")),
    ("12", capped(BN, "momentum", 0.99)),
    *(("12", text, ("+ epsilon", "+ max(epsilon, 1e-6)")) for text in (BN, BN_BACK)),
    ("12", BN_BACK, ("    return", "    dx = np.where(variance > 0, dx, 0)\n    return")),
    *(("12", BN_BACK, ("(x - mean) / root", f"np.clip((x - mean) / root, -{k}, {k})")) for k in (3, 5, 10)),
    ("12", BN_BACK, ("    root", "    dy = np.clip(dy, -100, 100)\n    root")),
]  # fmt: skip


@pytest.mark.parametrize("number, text, edits", [(number, text, edits) for number, text, *edits in REFUSED])
def test_what_is_wrong_in_rare_cases_only_is_refused(number, text, edits):
    assert verdict_on_text(number, edited(text, edits)).first.about == "value"


# ---------------------------------------------------------------- what has a name

FLOAT64 = "a float64 array makes it so"
STAYS = "where the slope is 0: there, too,"
NAMED = [
    ("11", MOMENTUM, ("w + v", "w - v"), "w - v goes up the slope"),
    ("11", RMSPROP, ("+ epsilon", "+ 1e-7"), "a number of its own stands in the place of epsilon"),
    ("11", RMSPROP, ("    return", "    v = np.where(dw == 0, old, v)\n    return"),
     ("    v = rho", "    old = v\n    v = rho"), STAYS),
    ("11", ON_SLOPES, STAYS),
    ("11", ADAM, ("    m =", "    then, old = m, v\n    m ="),
     ("    alpha", "    m = np.where(dw == 0, then, m)\n    alpha"), LAZY_V, STAYS),
    ("11", ADAM, ("alpha * m", "(dw != 0) * alpha * m"), "w does not move where the slope is 0"),
    ("11", ADAM, ("    m =", "    dw = dw.astype(float)\n    m ="), FLOAT64),
    ("11", ADAM, ("w - alpha", "w.astype(float) - alpha"), FLOAT64),
    ("11", ADAM, ("w - alpha", "np.zeros(w.shape) + w - alpha"), FLOAT64),
    ("11", ADAM, ("alpha * m", "(v >= 0) * alpha * m"), FLOAT64),
    ("11", SWAPPED, "beta_1 and beta_2 have changed places in m and v"),
    ("11", ADAM, ("w -", "w +"), "it goes up the slope"),
    ("11", ADAM, (CORRECTION, ""), "m and v begin at zero"),
    ("11", ADAM, ("(np.sqrt(v) + epsilon)", "np.sqrt(v) + epsilon"), "brackets are missing"),
    ("11", ADAM, *TIMES_T, "alpha has beta times t"),
    ("11", BY_MEANS, "/ 1 - beta^t divides by 1"),
    ("11", ADAM, ("/ (1 - beta_1**t)", "/ 1 - beta_1**t"), "/ 1 - beta_1^t divides by 1"),
    ("11", ADAM, ("alpha * m ", "alpha * (beta_1 * m + (1 - beta_1) * dw) "), "as in Nesterov's momentum"),
    ("12", TURNED, "momentum is turned round: "),
    ("12", BN, (" + beta,", ","), "beta is never added"),
    ("12", BN, ("axis=axes", "axis=-1"), "over the last axis"),
    ("12", BN_BACK, ("(dy * xhat).sum(axis=axes), dy.sum(axis=axes)",
                     "(gamma * dy * xhat).sum(axis=axes) / gamma, (gamma * dy).sum(axis=axes) / gamma"),
     "dgamma and dbeta are divided by gamma, which may be 0"),
    ("12", BN, ("axis=axes", "axis=-1, keepdims=True"), "over its own channels"),
    ("12", BN, ("+ epsilon", "+ 1e-3"), "a number of its own stands in the place of epsilon"),
    *(("12", text, ("+ epsilon", "+ max(epsilon, 1e-3)"), "epsilon is not allowed to be smaller")
      for text in (BN, BN_BACK)),
    ("12", SCALED_FIRST, "two large numbers, nearly equal"),
    ("12", BN, ("tuple(range(x.ndim - 1))", "(0, 1, 2)"), "the axes (0, 1, 2) are those of pictures"),
    *(("12", BN, ("momentum=0.99, epsilon=1e-3", other), "asked for: momentum=0.99, epsilon=1e-3")
      for other in ("momentum=0.1, epsilon=1e-5", "momentum=0.9, epsilon=1e-3")),
    ("12", BN_BACK, ("epsilon=1e-3", "epsilon=1e-5"), "asked for: epsilon=1e-3"),
    ("12", BN, ("momentum * ", "0.99 * "), ("1 - momentum", "0.01"), "in the place of momentum"),
    ("12", BN_BACK, ("dy * xhat", "dy * x"), "dgamma is the sum of dy * x:"),
    ("12", BN_BACK, (".sum(axis=axes)", ".sum(axis=0)"), "dgamma and dbeta are summed over"),
    ("12", BN_BACK, ("axis=axes", "axis=0"), "mean, variance and sums go over the first axis"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize(
    "number, text, edits, said", [(number, text, edits, said) for number, text, *edits, said in NAMED]
)
def test_natural_code_meets_its_classic_mistake(number, text, edits, said):
    hears(number, edited(text, edits), said)


@pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")
def test_complex_numbers_on_the_way_are_no_warning_of_ours():
    """The root of 1 - beta_2 t is one; a right m in other words is compared with that of wrong versions."""
    otherwise = ("beta_1 * m + (1 - beta_1) * dw", "m + (1 - beta_1) * (dw - m)")
    assert verdict_on_text("11", edited(ADAM, [*TIMES_T, otherwise])).first.about == "raised"
