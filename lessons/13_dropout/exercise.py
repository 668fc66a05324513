"""Lesson 13: dropout, forward and backward.

Copied to work.py by `python -m lessons start 13`. Write in work.py; this file stays as it is.

Nothing is drawn inside the functions. They get ``u``, random numbers from 0 to 1, drawn before: so
the same call gives the same result, it can be checked, and the way back can use the same numbers.
"""

import numpy as np


def dropout_forward(x, u, rate, training):
    """Forget each number with probability ``rate``, and make the others larger so that the mean stays.

    x         any shape
    u         of x's shape, numbers from 0 up to 1: where u < rate, the number of x is dropped
    rate      0 <= rate < 1
    training  True or False

    Returns y, of x's shape and type: x / (1 - rate) where it is kept, 0 where it is dropped.
    training False: y = x. Nothing is forgotten, and nothing is scaled.

        x = [1, 2, 3, 4]     u = [0.9, 0.2, 0.6, 0.1]     rate = 0.5
        ->  y = [2, 0, 6, 0] in training, [1, 2, 3, 4] otherwise
    """
    raise NotImplementedError


def dropout_backward(dy, u, rate):
    """From dy to dx, for a training step; u and rate are those that dropout_forward was given.

    What was dropped had no part in the loss: no blame. What was kept was scaled, so its blame is, too.

        dy = [10, 20, 30, 40]     u = [0.9, 0.2, 0.6, 0.1]     rate = 0.5     ->  dx = [20, 0, 60, 0]
    """
    raise NotImplementedError
