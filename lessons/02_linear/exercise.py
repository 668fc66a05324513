"""Lesson 02: ten scores for every picture, and probabilities from scores.

Copied to work.py by `python -m lessons start 02`. Write in work.py; this file stays as it is.

    N pictures     D numbers in each picture     K classes
"""

import numpy as np


def linear_forward(x, w, b):
    """A score for every picture and every class.

    x   (N, D)   pictures, each as one row of D numbers
    w   (D, K)   weights: column k is the template of class k
    b   (K,)     a number added to each class's score

    Returns the scores (N, K), of x's type:  score[n, k] = b[k] + the sum over d of x[n, d] * w[d, k]

    One picture of two numbers, three classes:

        x = [[1, 2]]     w = [[1, 0, 5],     b = [0, 0, 100]
                              [0, 1, 5]]
        scores = [[1*1 + 2*0,  1*0 + 2*1,  1*5 + 2*5 + 100]] = [[1, 2, 115]]

    Use a matrix product: thousands of pictures come afterwards, and loops over all these numbers would take
    an hour.
    """
    raise NotImplementedError


def softmax(z):
    """Scores to probabilities, row by row.

    z   (N, K)   any numbers; 1000 and -1000 as well

    Returns p (N, K), of z's type:  p[n, k] = exp(z[n, k]) / the sum over j of exp(z[n, j])

    Every p lies between 0 and 1, each row sums to 1. exp(1000) is too large for any float; but the same
    number subtracted from all scores of a row changes no p, so this need never be computed.

        z = [[0, 0]]             p = [[0.5, 0.5]]
        z = [[1000, 1000]]       p = [[0.5, 0.5]]
        z = [[log(3), 0]]        p = [[0.75, 0.25]]
    """
    raise NotImplementedError
