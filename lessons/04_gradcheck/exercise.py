"""Lesson 04: is a gradient right? Try it out.

Copied to work.py by `python -m lessons start 04`. Write in work.py; this file stays as it is.
"""

import numpy as np


def numeric_gradient(f, x, step=1e-5):
    """The slope of f along every number of x.

    f      a function: f(x) is one number
    x      float64, of any shape
    step   how far to move each number, up and down

    Returns an array of x's shape:  (f(x with x[i] + step) - f(x with x[i] - step)) / (2 * step)  at every i.
    x itself must be as it was when you return.

        f = sum of squares     x = [1, 3]     ->  [2, 6]
    """
    raise NotImplementedError


def relative_error(a, b):
    """How different two arrays of one shape are, whatever their size: 0 for equal ones, 1 for opposites.

    Returns  |a - b| / (|a| + |b|),  where |a| is the root of the sum of all squares (np.linalg.norm).
    Two arrays of zeros are equal: 0. If either holds nan or infinity, return infinity: nothing is known then.

        a = [3, 4]     b = [3, 4]       ->  0
        a = [3, 4]     b = [-3, -4]     ->  1
        a = [1]        b = [1.002]      ->  about 0.001
    """
    raise NotImplementedError


def gradients_agree(forward, backward, x):
    """Is the layer's backward pass right? This is turned round: you judge layers, right and wrong.

    forward    forward(x) -> y
    backward   backward(dy, x) -> dx
    x          float64, of any shape; forward and backward may be called as often as you like

    Returns True where backward is right, False where it is wrong. For any dy of y's shape, the number

        f(x) = sum of dy * forward(x)

    has the gradient backward(dy, x). Compare it with numeric_gradient; a right one is within 1e-6
    (relative_error), and a wrong one may be off by a factor of 1.00001 only. Which dy to take is for you to
    find out: not every one sees every mistake.
    """
    raise NotImplementedError
