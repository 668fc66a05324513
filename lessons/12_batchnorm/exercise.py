"""Lesson 12: batch normalization, forward and backward.

Copied to work.py by `python -m lessons start 12`. Write in work.py; this file stays as it is.

    x    (N, C): N rows of C numbers, as a dense layer makes them
         (N, H, W, C): N pictures of C channels, as a convolution makes them
    M    how many numbers a channel has: N, or N * H * W. All of them share one mean and one variance.
    dy   how much the loss grows when each number of y grows by 1;  dx, dgamma, dbeta: the same for x, gamma
         and beta
"""

import numpy as np


def bn_forward(x, gamma, beta, moving_mean, moving_variance, training, momentum=0.99, epsilon=1e-3):
    """Give every channel mean 0 and variance 1, then let it choose its own scale and offset.

    x                             (N, C) or (N, H, W, C)
    gamma, beta                   (C,)    scale and offset, which the network learns
    moving_mean, moving_variance  (C,)    what earlier batches were like

    Returns y (of x's shape), moving_mean, moving_variance (in training new arrays: the old ones stay),
    all of x's type.

    training True, with the mean and variance of this batch, channel by channel:

        mean = sum of x / M              variance = sum of (x - mean)^2 / M
        xhat = (x - mean) / sqrt(variance + epsilon)
        y    = gamma * xhat + beta
        moving_mean     = momentum * moving_mean     + (1 - momentum) * mean        (Keras's rule)
        moving_variance = momentum * moving_variance + (1 - momentum) * variance

    training False: the moving statistics take the place of mean and variance, and come back unchanged.

    One channel, two rows; epsilon is 3 only so that the root is a whole number:

        x = [[1], [3]]    gamma = [2]    beta = [10]    moving_mean = [0]    moving_variance = [1]
        momentum = 0.75, epsilon = 3     mean = 2    variance = 1    root = 2    xhat = [[-0.5], [0.5]]
        ->  y = [[9], [11]]     moving_mean = [0.75*0 + 0.25*2] = [0.5]     moving_variance = [1]
    """
    raise NotImplementedError


def bn_backward(x, gamma, dy, epsilon=1e-3):
    """Hand the blame back through a training step: from dy to dx, dgamma, dbeta.

    x, gamma, epsilon   what bn_forward was given (training True); compute mean, variance and xhat again
    dy                  of x's shape

    Returns dx (of x's shape), dgamma (C,), dbeta (C,).

    Every x moves its own xhat, but also the mean and the variance of its channel, and through them every
    other xhat of the channel. The example of above, with dy = [[1], [5]]:

        dbeta = [1 + 5] = [6]     dgamma = [1*(-0.5) + 5*0.5] = [2]     gamma / root = 1
        dx = [[1 - 6/2 - (-0.5)*2/2], [5 - 6/2 - 0.5*2/2]] = [[-1.5], [1.5]]
    """
    raise NotImplementedError
