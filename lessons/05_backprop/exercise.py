"""Lesson 05: two layers, each forward and backward.

Copied to work.py by `python -m lessons start 05`. Write in work.py; this file stays as it is.

    N pictures     D numbers in     F numbers out
    dy   how much the loss grows when each number of y grows by 1;  dx, dw, db, dz: the same for x, w, b, z
"""

import numpy as np


def dense_forward(x, w, b):
    """Every output sees every input.

    x   (N, D)     w   (D, F)     b   (F,)

    Returns y (N, F), of x's type:  y[n, f] = b[f] + the sum over d of x[n, d] * w[d, f]

        x = [[1, 2]]     w = [[3], [4]]     b = [5]     ->  y = [[1*3 + 2*4 + 5]] = [[16]]

    (You wrote this in lesson 02, as linear_forward.) Use matrix products: a network of two such layers is
    trained with your functions afterwards, and loops would take hours.
    """
    raise NotImplementedError


def dense_backward(x, w, dy):
    """Hand the blame back: from dy to dx, dw, db.

    x, w   what dense_forward was given
    dy     (N, F)

    Returns dx (N, D), dw (D, F), db (F,).

    The example of above, with dy = [[10]]. y grows by 3 when x[0, 0] grows by 1, so the loss grows by 3 * 10:

        dx = [[3*10, 4*10]] = [[30, 40]]     dw = [[1*10], [2*10]] = [[10], [20]]     db = [10]
    """
    raise NotImplementedError


def relu_forward(z):
    """y = z where z > 0, else 0. z and y have any shape, and the same one.

    z = [-2, 0, 3]     ->  y = [0, 0, 3]
    """
    raise NotImplementedError


def relu_backward(dy, z, y):
    """From dy to dz; z and y are what relu_forward got and gave.

    Where y is 0, a small change of z changes nothing: no blame goes back. At z = 0 exactly there is no slope;
    take 0, as everybody does.

        z = [-2, 0, 3]     dy = [10, 10, 10]     ->  dz = [0, 0, 10]
    """
    raise NotImplementedError
