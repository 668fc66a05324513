"""Lesson 03: one number for how wrong the scores are, and a step that makes it smaller.

Copied to work.py by `python -m lessons start 03`. Write in work.py; this file stays as it is.

    N pictures     K classes     z the scores     p = softmax(z)
"""

import numpy as np


def softmax_crossentropy(z, labels):
    """The loss of a batch, and its gradient by the scores.

    z        (N, K)   scores; 1000 and -1000 as well
    labels   (N,)     the right class of each picture, 0 to K - 1

    Returns loss, dz:

        loss             a number: the mean over the pictures of  -log p[n, labels[n]]
        dz      (N, K)   of z's type: how much the loss grows when a score grows by 1,
                         (p[n, k] - 1) / N at the right class, p[n, k] / N at all others

    One picture, two classes, p = [0.75, 0.25]:

        z = [[log(3), 0]]     labels = [0]     ->  loss = -log 0.75 = 0.2877     dz = [[-0.25, 0.25]]
        z = [[log(3), 0]]     labels = [1]     ->  loss = -log 0.25 = 1.3863     dz = [[0.75, -0.75]]
        z = [[0, 1000]]       labels = [0]     ->  loss = 1000, although p[0] is too small for any float:
                        log p[k] = z[k] - m - log(sum of exp(z - m)), with m the largest score of the row

    No loop over the pictures: a classifier is trained with it afterwards, on ten thousand of them.
    """
    raise NotImplementedError


def sgd_step(w, dw, learning_rate):
    """The weights after one step down the slope.

    w               an array of any shape
    dw              of the same shape: how much the loss grows when each weight grows by 1
    learning_rate   a number: how long the step is

    Returns a new array, of w's type; w itself stays as it is.

        w = [1, 2]     dw = [10, -10]     learning_rate = 0.1     ->  [0, 3]
    """
    raise NotImplementedError
