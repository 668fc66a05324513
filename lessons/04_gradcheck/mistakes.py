"""Wrong versions of numeric_gradient and relative_error; those of gradients_agree stand in checkers.py."""

import numpy as np

from lessons.harness.tasks import Wrong
from minicnn import gradcheck

# ---------------------------------------------------------------- numeric_gradient


def each_number(slope):
    """A numeric_gradient that goes to every number of x: ``slope(f, x, i, step)`` may change x[i]."""

    def wrong(f, x, step=1e-5):
        x, slopes = x.copy(), np.empty(x.shape)
        for i in np.ndindex(x.shape):
            before = x[i]
            slopes[i] = slope(f, x, i, step)
            x[i] = before
        return slopes

    return wrong


def at(f, x, i, value):
    """f with x[i] = value."""
    x[i] = value
    return f(x)


def never_back(f, x, step=1e-5):
    x, slopes = x.copy(), np.empty(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += step
        above = f(x)
        x[i] -= 2 * step
        slopes[i] = (above - f(x)) / (2 * step)
    return slopes


def one_sided(f, x, i, step):
    return (f(x) - at(f, x, i, x[i] + step)) / -step


def one_sided_below(f, x, i, step):
    return (f(x) - at(f, x, i, x[i] - step)) / step


def back_to_the_middle(f, x, i, step):
    above = at(f, x, i, x[i] + step)
    return (above - at(f, x, i, x[i] - step)) / (2 * step)


def moved_twice_as_far(f, x, i, step):
    before = x[i]
    return (at(f, x, i, before + 2 * step) - at(f, x, i, before - 2 * step)) / (2 * step)


def number_alone(f, x, i, step):
    return (f(x[i] + step) - f(x[i] - step)) / (2 * step)


def step_of_its_own(f, x, step=1e-5):
    return gradcheck.numeric_gradient(lambda: f(x), x, 1e-5)


def half_as_far(f, x, step=1e-5):
    return gradcheck.numeric_gradient(lambda: f(x), x, step / 2)


def all_at_once(f, x, step=1e-5):
    return (f(x + step) - f(x - step)) / (2 * step)


def all_at_once_filled(f, x, step=1e-5):
    return np.full(x.shape, all_at_once(f, x, step))


def first_axis(f, x, step=1e-5):
    """x[i] for i in range(len(x)): right for one axis only, and a whole row at once for two."""
    x, slopes = x.copy(), np.empty(x.shape)
    for i in range(len(x)):
        before = x[i].copy()
        above, below = at(f, x, i, before + step), at(f, x, i, before - step)
        slopes[i] = (above - below) / (2 * step)
        x[i] = before
    return slopes


def then(change):
    """The right slopes, and then ``change`` of them."""
    return lambda f, x, step=1e-5: change(gradcheck.numeric_gradient(lambda: f(x), x, step))


def in_one_row(f, x, step=1e-5):
    return gradcheck.numeric_gradient(lambda: f(row), row := x.flatten(), step).reshape(x.shape)


NUMERIC = [
    Wrong("f is given all numbers of x in one row: hand it an array of x's own shape.", function=in_one_row),
    *(
        Wrong("a slope may be negative: above minus below, with its sign.", function=then(change))
        for change in (np.abs, lambda slopes: np.maximum(slopes, 0))
    ),
    Wrong(
        "x[i] is not put back before the next number is moved: after both calls, x[i] must be as it was.",
        function=never_back,
    ),
    *(
        Wrong(
            "the slope to one side only, between x and one step. Take both sides; the error then shrinks "
            "with step squared.",
            function=each_number(slope),
        )
        for slope in (one_sided, one_sided_below)
    ),
    Wrong(
        "half of the slope to one side: the second value is f where x[i] is as it was. From x[i] + step, "
        "x[i] - step is 2 * step away.",
        function=each_number(back_to_the_middle),
    ),
    Wrong(
        "x[i] moves two steps to each side, and is divided by two: the move and what you divide by must fit.",
        function=each_number(moved_twice_as_far),
    ),
    Wrong(
        "f is given one number of x; it needs all of x, with this one number moved.",
        function=each_number(number_alone),
    ),
    Wrong(
        "multiplied by step instead of divided: / 2 * step is / 2 and then * step. Write / (2 * step).",
        [("return ", "return step**2 * ")],
    ),
    Wrong(
        "divided by step, but x[i] moved from -step to +step: that is 2 * step.", [("return ", "return 2 * ")]
    ),
    Wrong("not divided by anything: a slope is a difference per unit.", [("return ", "return 2 * step * ")]),
    Wrong("the sign is turned round: above minus below.", [("return ", "return -")]),
    Wrong("step is not used: x[i] moves by 1e-5 whatever step is.", function=step_of_its_own),
    Wrong("x[i] moves by half a step to each side; it should be a whole one.", function=half_as_far),
    Wrong(
        "one slope for all numbers of x: move one at a time, and write its slope at [i].",
        function=all_at_once,
    ),
    Wrong(
        "the same slope for all numbers of x: move one at a time, and write its slope at [i].",
        function=all_at_once_filled,
    ),
    Wrong(
        "the slopes come out in one row; they need x's shape: np.zeros(x.shape), filled at [i].",
        [("x, step)\n", "x, step).ravel()\n")],
    ),
    Wrong(
        "a whole row moves at once where x has two axes: np.ndindex(x.shape) goes to every single number.",
        function=first_axis,
    ),
]

# ---------------------------------------------------------------- relative_error

norm = np.linalg.norm

FORMULAS = (  # what it says, |a - b| and what it is divided by
    ("", lambda a, b: norm(a - b), lambda a, b: norm(a) + norm(b)),
    ("divided by |a| only: then it matters which of the two comes first.",
     lambda a, b: norm(a - b), lambda a, b: norm(a)),
    ("squares over squares: the root is missing, above and below the line.",
     lambda a, b: ((a - b) ** 2).sum(), lambda a, b: (a**2).sum() + (b**2).sum()),
    ("below the line is |a + b|, which is 0 for opposites: it should be |a| + |b|.",
     lambda a, b: norm(a - b), lambda a, b: norm(a + b)),
    ("below the line is the larger of |a| and |b|: it should be their sum.",
     lambda a, b: norm(a - b), lambda a, b: max(norm(a), norm(b))),
    ("below the line is one norm of all |a[i]| + |b[i]|: take the norm of each array, then add the two.",
     lambda a, b: norm(a - b), lambda a, b: norm(np.abs(a) + np.abs(b))),
    ("sums of sizes instead of norms: |a| is the root of the sum of all squares, np.linalg.norm(a).",
     lambda a, b: np.abs(a - b).sum(), lambda a, b: np.abs(a).sum() + np.abs(b).sum()),
    ("the largest numbers instead of norms: |a| is the root of the sum of all squares, np.linalg.norm(a).",
     lambda a, b: np.abs(a - b).max(), lambda a, b: (np.abs(a) + np.abs(b)).max()),
    ("the error of each number by itself, and the largest of them: |a| is one number, np.linalg.norm(a).",
     lambda a, b: np.abs(a - b), lambda a, b: np.abs(a) + np.abs(b)),
)  # fmt: skip
ZERO = "0 / 0 for two arrays of zeros: they are equal, return 0."
NOT_FINITE = (
    "nan is never less than what one would accept, nor more: return infinity where anything is not finite."
)
NEITHER = "0 / 0 for two arrays of zeros, and nan where something is nan: two cases to look at first."
NAN_IS_ZERO = "0 where something is nan (size > 0 is False for nan): first look for what is not finite."
GUARDS = (  # what it says, where 0 is returned, whether infinity is returned for what is not finite
    ("", "size == 0", True),
    (NOT_FINITE, "size == 0", False),
    (NAN_IS_ZERO, "not size > 0", False),
    (ZERO, "", True),
    (NEITHER, "", False),
)


def error_by(above, below, zero, finite):
    """A relative_error: ``above`` / ``below`` the line. ``zero``: when it returns 0, or "" for never."""

    def wrong(a, b):
        with np.errstate(all="ignore"):
            if finite and not (np.isfinite(a).all() and np.isfinite(b).all()):
                return np.inf
            size = np.sum(below(a, b))
            if (zero == "size == 0" and size == 0) or (zero == "not size > 0" and not size > 0):
                return 0.0
            return float(np.max(above(a, b) / below(a, b)))

    return wrong


PLAIN = (*FORMULAS[0][1:], "size == 0", False)


def each_by_itself(a, b):
    with np.errstate(all="ignore"):
        return np.abs(a - b) / (np.abs(a) + np.abs(b))


def looks_at(nan_in, infinity_in, zero):
    """nan and infinity are looked at in these arrays only."""

    def wrong(a, b):
        with np.errstate(all="ignore"):
            given = {"a": a, "b": b}
            seen = [np.isnan(given[name]).any() for name in nan_in]
            seen += [np.isinf(given[name]).any() for name in infinity_in]
            return np.inf if any(seen) else error_by(*FORMULAS[0][1:], zero, False)(a, b)

    return wrong


def equal_first(a, b):
    return 0.0 if np.array_equal(a, b, equal_nan=True) else gradcheck.relative_error(a, b)


def small_added(small):
    def wrong(a, b):
        error, size = gradcheck.relative_error(a, b), norm(a) + norm(b)
        return float(norm(a - b) / (size + small)) if np.isfinite(error) else np.inf

    return wrong


def small_is_zero(small):
    def wrong(a, b):
        return 0.0 if norm(a) + norm(b) <= small else gradcheck.relative_error(a, b)

    return wrong


def any_for_all(a, b):
    return np.inf if not (np.isfinite(a).any() and np.isfinite(b).any()) else error_by(*PLAIN)(a, b)


ERROR = [
    Wrong("one nan or infinity is enough: ask whether all numbers are finite, .all(), not .any().",
          function=any_for_all),
    *(
        Wrong(
            "|a - b| alone says nothing: 0.001 is much for numbers about 0.001. Divide by |a| + |b|.",
            function=error_by(lambda a, b: norm(a - b), lambda a, b: 1, "", finite),
        )
        for finite in (True, False)
    ),
    *(
        Wrong(" And: ".join(filter(None, (formula, guard))), function=error_by(above, below, zero, finite))
        for formula, above, below in FORMULAS
        for guard, zero, finite in GUARDS
        if formula or guard
    ),
    Wrong("one error for each number; one is wanted for the whole arrays, by their norms.",
          function=each_by_itself),
    Wrong(
        "infinity is not looked at, only nan: np.isfinite(a).all() asks for both.",
        function=looks_at("ab", "", "size == 0"),
    ),
    *(
        Wrong(
            f"only {name} is looked at: nan or infinity may be in either of the two.",
            function=looks_at(name, infinity_in, zero),
        )
        for name in "ab"
        for infinity_in in (name, "")
        for zero in ("size == 0", "not size > 0")
    ),
    Wrong("nan beside nan counts as equal; nothing is known there: look for what is not finite first.",
          function=equal_first),
    *(
        Wrong("a small number added below the line lets tiny gradients pass whatever they are.",
              function=small_added(small))
        for small in (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7)
    ),
    *(
        Wrong("tiny numbers are taken for zeros: 0 / 0 is where the size is 0, not where it is small.",
              function=small_is_zero(small))
        for small in (1e-12, 1e-8)
    ),
]  # fmt: skip
