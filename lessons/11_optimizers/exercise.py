"""Lesson 11: three ways to take a step.

Copied to work.py by `python -m lessons start 11`. Write in work.py; this file stays as it is.

    w    weights, of any shape                    dw   how much the loss grows when each of them grows by 1
    v, m what is remembered from step to step, of w's shape, zeros before the first step

Each function returns the new weights and what is to be remembered, as new arrays: w, dw, v and m stay as they
are. All of it is arithmetic on whole arrays, no loops: a network is trained with it afterwards.
"""

import numpy as np


def momentum_step(w, dw, v, learning_rate, momentum):
    """The weights roll on: each step repeats a part of the step before.

        v <- momentum * v - learning_rate * dw          w <- w + v

    Returns w, v.

    Three steps from w = 10 with learning_rate 0.5, momentum 0.5, and the slopes 4, 4, 0:

        v = -2      w = 8
        v = -3      w = 5          half of the step before, and a new one
        v = -1.5    w = 3.5        no slope any more, and it still rolls
    """
    raise NotImplementedError


def rmsprop_step(w, dw, v, learning_rate, rho, epsilon):
    """Every weight has its own step: the usual size of its slope is divided out.

        v <- rho * v + (1 - rho) * dw^2                 a running mean of the squares
        w <- w - learning_rate * dw / sqrt(v + epsilon)      (epsilon: no division by zero)

    Returns w, v.

    Three steps from w = 10 with learning_rate 1, rho 0.75, epsilon 0, and the slopes 4, 2, -2:

        v = 0.25 * 16           = 4    w = 10 - 4/2 = 8
        v = 0.75 * 4 + 0.25 * 4 = 4    w =  8 - 2/2 = 7
        v = 0.75 * 4 + 0.25 * 4 = 4    w =  7 + 2/2 = 8
    """
    raise NotImplementedError


def adam_step(w, dw, m, v, t, learning_rate, beta_1, beta_2, epsilon):
    """Both together: a running mean of the slopes, over the root of a running mean of their squares.

    t   the number of this step: 1, 2, 3, ...

        m <- beta_1 * m + (1 - beta_1) * dw
        v <- beta_2 * v + (1 - beta_2) * dw^2
        alpha = learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t)
        w <- w - alpha * m / (sqrt(v) + epsilon)

    m and v begin at zero, so at first they are too small; alpha makes up for it.

    Returns w, m, v, all of w's type. (So take the root in alpha by ** 0.5: np.sqrt of a plain number is a
    np.float64, and makes a float64 array of a float32 one.)

    Three steps from w = 10 with learning_rate 1, beta_1 0.5, beta_2 0.75, epsilon 0, and the slopes 4, 2, -2:

        m = 0.5 * 4           = 2    v = 0.25 * 16 = 4    alpha = sqrt(1/4)   / (1/2) = 1       w = 9
        m = 0.5 * 2 + 0.5 * 2 = 2    v = 3 + 1     = 4    alpha = sqrt(7/16)  / (3/4) = 0.8819  w = 8.1181
        m = 0.5 * 2 - 0.5 * 2 = 0    v = 3 + 1     = 4    alpha = sqrt(37/64) / (7/8) = 0.8690  w = 8.1181
    """
    raise NotImplementedError
