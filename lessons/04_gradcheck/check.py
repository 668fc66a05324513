"""Lesson 04: the cases, the classic mistakes, the hints and the payoff."""

from pathlib import Path

import numpy as np

from lessons.harness import wire
from lessons.harness.payoff import Curve
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn import gradcheck

layers = wire.module_of(Path(__file__).with_name("layers.py"))

# ---------------------------------------------------------------- numeric_gradient: functions of one array


def square_sum(x):
    return float((x**2).sum())


def cubes(x):
    return float((x**3).sum())


def weighted(x):
    return float((x * np.arange(1.0, x.size + 1).reshape(x.shape)).sum())


def product(x):
    return float(x.prod())


def waves(x):
    return float(np.sin(x).sum() + np.exp(x).mean())


def numeric_gradient(f, x, step=1e-5):
    """minicnn's own, whose f takes no arguments and reads x where it lies."""
    x = x.copy()
    return gradcheck.numeric_gradient(lambda: f(x), x, step)


def numeric_cases():
    rng = np.random.default_rng(4)
    small = [
        ("sums", square_sum, [1, 3]),
        ("sums", weighted, [0.5]),
        ("sums", weighted, [2, 2, 2]),
        ("curved", cubes, [1, 2]),
        ("curved", product, [2, 3, 4]),
        ("curved", waves, [0.5, -1]),
    ]
    made = [Case(group, {"f": f, "x": np.array(x, float), "step": 1e-5}) for group, f, x in small]
    tables = ((weighted, (2, 3), 1e-5), (square_sum, (3, 2), 1e-4), (waves, (2, 1, 3), 1e-4))
    for f, shape, step in tables:
        made.append(Case("tables", {"f": f, "x": rng.uniform(0.5, 2, shape), "step": step}))
    made.append(Case("curved", {"f": cubes, "x": np.array([1.0, 3.0])}))  # step has a default
    made.append(Case("a large step", {"f": cubes, "x": np.array([1.0, 2.0]), "step": 0.5}))
    made.append(Case("a large step", {"f": waves, "x": np.array([[1.0], [2.0]]), "step": 0.25}))
    return made


def one_sided(f, x, step=1e-5):
    x, base, slopes = x.copy(), f(x), np.empty(x.shape)
    for i in np.ndindex(x.shape):
        before = x[i]
        x[i] = before + step
        slopes[i] = (f(x) - base) / step
        x[i] = before
    return slopes


def _scaled(factor):
    return lambda f, x, step=1e-5: factor(step) * numeric_gradient(f, x, step)


def never_back(f, x, step=1e-5):
    x, slopes = x.copy(), np.empty(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += step
        above = f(x)
        x[i] -= 2 * step
        slopes[i] = (above - f(x)) / (2 * step)
    return slopes


def all_at_once(f, x, step=1e-5):
    return np.full(x.shape, (f(x + step) - f(x - step)) / (2 * step))


def first_axis(f, x, step=1e-5):
    """x[i] for i in range(len(x)): right for one axis only, and a whole row at once for two."""
    x, slopes = x.copy(), np.empty(x.shape)
    for i in range(len(x)):
        before = x[i].copy()
        x[i] = before + step
        above = f(x)
        x[i] = before - step
        slopes[i] = (above - f(x)) / (2 * step)
        x[i] = before
    return slopes


NUMERIC_MISTAKES = [
    Wrong(
        "x[i] is not put back before the next number is moved: after both calls, x[i] must be as it was.",
        function=never_back,
    ),
    Wrong(
        "the slope to one side only: f(x + step) - f(x). Take both sides; the error then shrinks "
        "with step squared.",
        function=one_sided,
    ),
    Wrong(
        "divided by step, but x[i] moved from -step to +step: that is 2 * step.",
        function=_scaled(lambda h: 2),
    ),
    Wrong("not divided by anything: a slope is a difference per unit.", function=_scaled(lambda h: 2 * h)),
    Wrong("the sign is turned round: above minus below.", function=_scaled(lambda h: -1)),
    Wrong("all numbers of x move at once: move one at a time.", function=all_at_once),
    Wrong(
        "a whole row moves at once where x has two axes: np.ndindex(x.shape) goes to every single number.",
        function=first_axis,
    ),
]

NUMERIC_HINTS = (
    "How do you measure how steep a road is, standing at one point of it? Where do you put the two "
    "ends of your ruler?",
    "slope at i = (f(x with x[i] + step) - f(x with x[i] - step)) / (2 * step)",
    "for i in np.ndindex(x.shape): remember x[i], change it, call f, change it, call f, put it back "
    "(on a copy of x).",
)

# ---------------------------------------------------------------- relative_error


def pair(group, a, b):
    return Case(group, {"a": np.array(a, float), "b": np.array(b, float)})


def error_cases():
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 3, 4))
    return [
        pair("numbers", [3, 4], [3, 4]),
        pair("numbers", [3, 4], [-3, -4]),
        pair("numbers", [1], [1.002]),
        pair("numbers", [3, 0], [0, 4]),
        pair("numbers", [2, -2], [1, 1]),
        pair("numbers", [[1, 2], [3, 4]], [[1, 2], [3, 5]]),
        pair("numbers", a, b),
        pair("numbers", 1e-9 * a, 1e-9 * b),
        pair("numbers", [3e-20], [1e-20]),  # small is not zero
        pair("zeros", [0, 0], [0, 0]),
        pair("zeros", [0], [5]),
        pair("nan", [np.nan], [1]),
        pair("nan", [1, 2], [1, np.inf]),
        pair("nan", [np.nan], [np.nan]),
    ]


def _norms(a, b):
    return np.linalg.norm(a - b), np.linalg.norm(a), np.linalg.norm(b)


def absolute(a, b):
    return float(_norms(a, b)[0])


def no_guard(a, b):
    difference, size_a, size_b = _norms(a, b)
    with np.errstate(invalid="ignore"):
        return float(difference / (size_a + size_b))


def zero_guard_only(a, b):
    difference, size_a, size_b = _norms(a, b)
    return float(difference / (size_a + size_b)) if size_a + size_b != 0 else 0.0


def nan_guard_only(a, b):
    with np.errstate(invalid="ignore"):
        return no_guard(a, b) if np.isfinite(a).all() and np.isfinite(b).all() else np.inf


def small_added(a, b):
    difference, size_a, size_b = _norms(a, b)
    return float(difference / (size_a + size_b + 1e-8)) if np.isfinite(difference) else np.inf


def small_is_zero(a, b):
    error, size = gradcheck.relative_error(a, b), np.linalg.norm(a) + np.linalg.norm(b)
    return error if not size <= 1e-12 else 0.0


def by_first(a, b):
    difference, size_a, size_b = _norms(a, b)
    if not np.isfinite([difference, size_a, size_b]).all():
        return np.inf
    return float(difference / size_a) if size_a else float(difference > 0)


def squares(a, b):
    error = gradcheck.relative_error(a, b)
    return float(((a - b) ** 2).sum() / ((a**2).sum() + (b**2).sum())) if 0 < error < np.inf else error


ERROR_MISTAKES = [
    Wrong(
        "|a - b| alone says nothing: 0.001 is much for numbers about 0.001. Divide by |a| + |b|.",
        function=absolute,
    ),
    Wrong(
        "0 / 0 for two arrays of zeros, and nan where something is nan: two cases to look at first.",
        function=no_guard,
    ),
    Wrong(
        "nan is never less than what one would accept, nor more: return infinity where anything is "
        "not finite.",
        function=zero_guard_only,
    ),
    Wrong("0 / 0 for two arrays of zeros: they are equal, return 0.", function=nan_guard_only),
    Wrong(
        "a small number added below the line lets tiny gradients pass whatever they are.",
        function=small_added,
    ),
    Wrong("tiny numbers are taken for zeros: 0 / 0 is where the size is 0, not where it is small.",
          function=small_is_zero),
    Wrong("divided by |a| only: then it matters which of the two comes first.", function=by_first),
    Wrong("squares over squares: the root is missing, above and below the line.", function=squares),
]

ERROR_HINTS = (
    "Two gradients differ by 0.001. Is that much? What else must you know?",
    "|a - b| / (|a| + |b|), with |a| = np.linalg.norm(a). First look for nan and infinity, then for 0 / 0.",
    "if not (np.isfinite(...).all() and ...): return np.inf      size = ...      return ... / size "
    "if size > 0 else 0.0",
)

# ---------------------------------------------------------------- gradients_agree: judges of layers.py


def agree_cases():
    made = []
    for forward, backward, shape, why in layers.LAYERS:
        x = np.random.default_rng(6).standard_normal(shape)
        group = "planted bugs" if why else "right layers"
        made.append(Case(group, {"forward": forward, "backward": backward, "x": x}))
    return made


def gradients_agree(forward, backward, x):
    """As gradcheck.check_layer does it: a random dy, which has no reason to be blind to anything."""
    dy = np.random.default_rng(0).standard_normal(forward(x).shape)
    slopes = numeric_gradient(lambda x: float((dy * forward(x)).sum()), x)
    return gradcheck.relative_error(backward(dy, x), slopes) < 1e-6


def both(forward, backward, x, dy=None):
    """What backward says, and what the slopes are: for this dy, or a random one."""
    dy = np.random.default_rng(0).standard_normal(forward(x).shape) if dy is None else dy
    return backward(dy, x), numeric_gradient(lambda x: float((dy * forward(x)).sum()), x)


def ones_upstream(forward, backward, x):
    return gradcheck.relative_error(*both(forward, backward, x, np.ones_like(forward(x)))) < 1e-6


def ones_and_a_difference(forward, backward, x):
    dx, slopes = both(forward, backward, x, np.ones_like(forward(x)))
    return bool((np.abs(dx - slopes) < 1e-6).all())


def like_x(forward, backward, x):
    dy = np.random.default_rng(0).standard_normal(x.shape)
    return gradcheck.relative_error(*both(forward, backward, x, dy)) < 1e-6


def too_kind(forward, backward, x):
    return gradcheck.relative_error(*both(forward, backward, x)) < 1e-2


def a_little_too_kind(forward, backward, x):
    return gradcheck.relative_error(*both(forward, backward, x)) < 1e-4


def too_strict(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool((dx == slopes).all())


def one_entry(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return gradcheck.relative_error(dx.flat[1], slopes.flat[1]) < 1e-6


def first_and_last(forward, backward, x):
    dx, slopes = (a.flat[[0, -1]] for a in both(forward, backward, x))
    return gradcheck.relative_error(dx, slopes) < 1e-6


def two_axes(forward, backward, x):
    """for i in range(x.shape[0]): for j in range(x.shape[1]): ..."""
    return gradients_agree(forward, backward, x) if x.shape[1] else False


def cancelled(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool(abs((dx - slopes).sum()) < 1e-6)


def nan_passes(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return not (np.abs(dx - slopes) > 1e-6).any()


def always(forward, backward, x):
    return True


AGREE_MISTAKES = [
    Wrong(
        "a dy of all ones says nothing about a softmax: its rows sum to 1 whatever x is, so the gradient is "
        "0, and relative_error compares rounding with rounding. Take random numbers.",
        function=ones_upstream,
    ),
    Wrong(
        "a dy of all ones is blind: the rows of a softmax sum to 1 whatever x is, so zeros look right. "
        "Take random numbers.",
        function=ones_and_a_difference,
    ),
    *(
        Wrong(
            "a gradient with a small wrong factor passes: the limit is too large. In float64 a right one is "
            "within 1e-6.",
            function=function,
        )
        for function in (too_kind, a_little_too_kind)
    ),
    Wrong(
        "it refuses everything, right layers too: slopes are never equal to the last digit. Allow 1e-6.",
        function=too_strict,
    ),
    *(
        Wrong(
            "not every number of the gradient is looked at, and the mistake is elsewhere: compare all of "
            "them.",
            function=function,
        )
        for function in (one_entry, first_and_last)
    ),
    Wrong(
        "errors of both signs cancel in a sum: take the size of each difference, or the norm of all.",
        function=cancelled,
    ),
    Wrong(
        "nan > limit is False, so a gradient with nan passes: ask whether the error is SMALL, not "
        "whether it is large.",
        function=nan_passes,
    ),
    Wrong("dy must have the shape of y = forward(x), which need not be that of x.", function=like_x),
    Wrong("x may have one axis, or four: np.ndindex(x.shape) goes to every number.", function=two_axes),
    Wrong("it says True to everything.", function=always),
]

AGREE_HINTS = (
    "The rows of a softmax always sum to 1. So what is the gradient of the sum of all its outputs? "
    "Which dy gives that sum, and what is then left to tell a right backward from one that returns zeros?",
    "dy random, of forward(x)'s shape;  f(x) = sum(dy * forward(x));  compare backward(dy, x) with "
    "numeric_gradient(f, x).",
    "return relative_error(backward(dy, x), numeric_gradient(lambda x: ..., x)) < ...",
)


def judge_checker(args, value):
    """The verdict on the learner's verdict."""
    name, why = args["backward"].__name__, layers.WHY[args["backward"]]
    if not isinstance(value, (bool, np.bool_)):
        return f"expected True or False, got {value!r}"[:90]
    if bool(value) == (not why):
        return ""
    return f"it accepted {name}, which is wrong: {why}" if why else f"it refused {name}, which is right"


# ---------------------------------------------------------------- the payoff: error against step size


def v_curve(work, steps):
    """Runs where work.py is: the error of the learner's slopes of sin(x) + exp(x) for each step."""
    x = np.linspace(-1, 1, 7)
    true = np.cos(x) + np.exp(x) / x.size
    return np.array(
        [work.relative_error(work.numeric_gradient(waves, x.copy(), float(h)), true) for h in steps]
    )


LESSON = Lesson(
    title="Gradcheck",
    question="How do I trust a gradient?",
    minutes=45,
    tasks=[
        Task(
            "numeric_gradient",
            numeric_gradient,
            numeric_cases,
            ("slopes",),
            NUMERIC_MISTAKES,
            NUMERIC_HINTS,
            calls=(gradcheck.numeric_gradient,),
            tolerance=1e-7,
        ),
        Task(
            "relative_error", gradcheck.relative_error, error_cases, ("error",), ERROR_MISTAKES, ERROR_HINTS
        ),
        Task(
            "gradients_agree",
            gradients_agree,
            agree_cases,
            ("verdict",),
            AGREE_MISTAKES,
            AGREE_HINTS,
            judge=judge_checker,
        ),
    ],
    payoff=Curve("error against step size, the V-curve", v_curve, np.logspace(-13, 0, 27), seconds=5),
)
