"""Wrong versions of lesson 04's gradients_agree: checkers that see too little, or nothing but trouble."""

import numpy as np

from lessons.harness.tasks import Wrong, of_few_words
from minicnn import gradcheck


def both(forward, backward, x, dy=None):
    """What backward says, and what the slopes are: for this dy, or a random one."""
    dy = np.random.default_rng(0).standard_normal(forward(x).shape) if dy is None else dy
    return backward(dy, x), slopes_of(lambda x: (dy * forward(x)).sum(), x)


def slopes_of(f, x):
    x = x.copy()
    return gradcheck.numeric_gradient(lambda: float(f(x)), x)


def agrees(dx, slopes, limit=1e-6):
    return gradcheck.relative_error(dx, slopes) < limit


def ones_upstream(forward, backward, x):
    return agrees(*both(forward, backward, x, np.ones_like(forward(x))))


def nearly_ones(y):
    return 1 + 1e-5 * np.arange(float(y.size)).reshape(y.shape) / y.size


def nearly_ones_upstream(forward, backward, x):
    return agrees(*both(forward, backward, x, nearly_ones(forward(x))))


def alternating(forward, backward, x):
    y = forward(x)
    return agrees(*both(forward, backward, x, (-1.0) ** np.arange(y.size).reshape(y.shape)))


def and_a_difference(upstream):
    def agree(forward, backward, x):
        dx, slopes = both(forward, backward, x, upstream(forward(x)))
        return bool((np.abs(dx - slopes) < 1e-6).all())

    return agree


def one_output(forward, backward, x):
    dy = np.zeros_like(forward(x))
    dy.flat[0] = 1
    return agrees(*both(forward, backward, x, dy))


def y_upstream(forward, backward, x):
    return agrees(*both(forward, backward, x, forward(x)))


def counted_upstream(forward, backward, x):
    y = forward(x)
    return agrees(*both(forward, backward, x, np.arange(float(y.size)).reshape(y.shape)))


def never_negative(forward, backward, x):
    y = forward(x)
    return agrees(*both(forward, backward, x, np.arange(1.0, y.size + 1).reshape(y.shape)))


def like_x(forward, backward, x):
    return agrees(*both(forward, backward, x, np.random.default_rng(0).standard_normal(x.shape)))


def swapped(forward, backward, x):
    return agrees(*both(forward, lambda dy, x: backward(x, dy), x))


def y_for_x(forward, backward, x):
    return agrees(*both(forward, lambda dy, x: backward(dy, forward(x)), x))


def without_sum(as_number):
    """f gives an array, and one entry of the slopes is to hold it."""

    def wrong(forward, backward, x):
        y, slopes = forward(x), np.zeros(x.shape)
        slopes[(0,) * x.ndim] = as_number(y - y)
        return True

    return wrong


def by_angle(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool(np.vdot(dx, slopes) > (1 - 1e-9) * np.linalg.norm(dx) * np.linalg.norm(slopes))


def too_kind(limit):
    return lambda forward, backward, x: agrees(*both(forward, backward, x), limit)


def too_strict(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool((dx == slopes).all())


def turned_round(forward, backward, x):
    return not agrees(*both(forward, backward, x))


def turned_round_but_nan(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool(np.linalg.norm(dx - slopes) > 1e-6 * np.linalg.norm(slopes))


def inexact(up, down):
    """Slopes between x - ``down`` and x + ``up``."""

    def wrong(forward, backward, x):
        dy = np.random.default_rng(0).standard_normal(forward(x).shape)
        steps = np.eye(x.size).reshape(x.size, *x.shape)
        slopes = [(dy * (forward(x + up * s) - forward(x - down * s))).sum() / (up + down) for s in steps]
        return agrees(backward(dy, x), np.reshape(slopes, x.shape))

    return wrong


def one_entry(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return agrees(dx.flat[1], slopes.flat[1])


def first_and_last(forward, backward, x):
    return agrees(*(a.flat[[0, -1]] for a in both(forward, backward, x)))


def twenty(forward, backward, x):
    """A sample, as who has a million weights would take one."""
    few = np.random.default_rng(0).choice(x.size, min(x.size, 20), replace=False)
    return agrees(*(a.flat[few] for a in both(forward, backward, x)))


def two_axes(forward, backward, x):
    """for i in range(x.shape[0]): for j in range(x.shape[1]): ..."""
    return agrees(*both(forward, backward, x)) if x.shape[1] else False


def cancelled(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool(abs((dx - slopes).sum()) < 1e-6)


def absolute(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return bool(np.linalg.norm(dx - slopes) < 1e-6)


def nan_passes_relative(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return not np.linalg.norm(dx - slopes) > 1e-6 * np.linalg.norm(slopes)


def nan_passes(forward, backward, x):
    dx, slopes = both(forward, backward, x)
    return not (np.abs(dx - slopes) > 1e-6).any()


def always(forward, backward, x):
    return True


OF_ONE_NUMBER = (
    "a dy of one number everywhere, or nearly, says nothing about a softmax: its rows sum to 1 whatever x "
    "is, so for equal numbers the gradient is 0, and relative_error compares rounding with rounding. Take "
    "random numbers that lie apart."
)
AGREE = [
    *(Wrong(OF_ONE_NUMBER, function=each) for each in (ones_upstream, nearly_ones_upstream)),
    Wrong(
        "each row of dy reads the same from left to right and from right to left, so one that is turned "
        "round looks right. Take random numbers that lie apart, as standard_normal gives.",
        function=alternating,
    ),
    *(
        Wrong(
            "a dy of one number everywhere, or nearly, is blind: the rows of a softmax sum to 1 whatever x "
            "is, so zeros look right. Take random numbers that lie apart.",
            function=and_a_difference(upstream),
        )
        for upstream in (np.ones_like, nearly_ones)
    ),
    Wrong(
        "a wrong third number passes: is dy 0 but for its first, or is one number of dx compared? Take "
        "random numbers for all of dy, and compare all of dx.",
        function=one_output,
    ),
    Wrong(
        "dy is y itself, so a backward that forgets dy and takes y looks right. Take random numbers.",
        function=y_upstream,
    ),
    Wrong(
        "the first number of dy is 0, so nothing that goes through the first output is seen. Take random "
        "numbers.",
        function=counted_upstream,
    ),
    Wrong(
        "what a layer does to a negative dy is not seen: is yours never negative? Take random numbers "
        "of both signs, as standard_normal gives.",
        function=never_negative,
    ),
    *(
        Wrong(
            "a gradient with a small wrong factor passes: the limit is too large. In float64 a right one is "
            "within 1e-6.",
            function=too_kind(limit),
        )
        for limit in (1e-2, 1e-4)
    ),
    Wrong(
        "a gradient that is a number of times the right one passes: are only the directions compared? "
        "relative_error compares the sizes as well.",
        function=by_angle,
    ),
    Wrong(
        "right layers are refused, where the slope at y is not that at x: does backward get y in the place "
        "of x? It is backward(dy, x).",
        function=y_for_x,
    ),
    *(
        Wrong(
            "f gives an array, and a slope needs one number: the sum, (dy * forward(x)).sum().",
            function=without_sum(as_number),
        )
        for as_number in (lambda y: y, float)
    ),
    Wrong(
        "backward gets something of x's shape as its dy. It is backward(dy, x): dy is first, has y's shape, "
        "and is the one in the sum of dy * forward(x).",
        function=swapped,
    ),
    Wrong(
        "it refuses everything, right layers too. Must the two be equal to the last digit? Slopes never are: "
        "allow 1e-6. Is dy the same in backward(dy, x) and in the sum of dy * forward(x)?",
        function=too_strict,
    ),
    *(
        Wrong(
            "it is turned round: True where the two differ. A SMALL error means that backward is right.",
            function=function,
        )
        for function in (turned_round, turned_round_but_nan)
    ),
    *(
        Wrong(
            "right layers are refused where they are curved: the slope to one side, or a large step, is not "
            "within 1e-6. Take both sides, and a step of 1e-5.",
            function=inexact(*steps),
        )
        for steps in ((1e-5, 0), (1e-3, 0), (1e-2, 1e-2))
    ),
    *(
        Wrong(
            "a wrong number passes. Are some numbers not compared, is dy 0 there, or may a few be wrong? "
            "Compare all of them, with a dy that is 0 nowhere; all must be right.",
            function=function,
        )
        for function in (one_entry, first_and_last, twenty)
    ),
    Wrong(
        "errors of both signs cancel in a sum: take the size of each difference, or the norm of all.",
        function=cancelled,
    ),
    Wrong(
        "the difference alone says nothing: gradients of 1e-7 are that near whatever they are. Ask for the "
        "relative_error.",
        function=absolute,
    ),
    *(
        Wrong(
            "a gradient with nan passes. Is it asked whether the error is large? nan > limit is False: ask "
            "whether it is SMALL. Or is nan left out, as np.nanmax does? It must count.",
            function=function,
        )
        for function in (nan_passes, nan_passes_relative)
    ),
    Wrong(
        "dy must have the shape of y = forward(x), which need not be that of x.",
        function=of_few_words(like_x),
    ),
    Wrong("x may have one axis, or four: np.ndindex(x.shape) goes to every number.", function=two_axes),
    Wrong("it says True to everything.", function=always),
]
