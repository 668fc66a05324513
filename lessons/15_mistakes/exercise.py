"""Lesson 15: not how many are wrong, but which, and what they were taken for.

Copied to work.py by `python -m lessons start 15`. Write in work.py; this file stays as it is.

    N pictures     K classes, numbered 0 to K - 1
"""

import numpy as np


def confusion_matrix(y_true, y_pred, classes):
    """How many pictures of each class were taken for each class.

    y_true    (N,)  the right class of each picture
    y_pred    (N,)  the class the network takes it for
    classes   K, how many classes there are; some may not occur at all

    Returns counts (K, K) of whole numbers, int64. The row is the truth, the column what was said:
    counts[i, j] is the number of pictures of class i that were taken for class j. So the diagonal counts
    what is right, row i sums to the pictures of class i, and the whole sums to N.

    Four pictures, three classes; the second picture is a 0 that was taken for a 1:

        y_true = [0, 0, 2, 2]     y_pred = [0, 1, 2, 2]     ->  counts = [[1, 1, 0],
                                                                          [0, 0, 0],
                                                                          [0, 0, 2]]
    """
    raise NotImplementedError


def top_mistakes(counts, most):
    """The confusions that happen most often.

    counts   (K, K), what confusion_matrix returns
    most     how many to list

    Returns an array (M, 3) of int64, a row for each confusion: the true class, the class it was taken for,
    how often. The most frequent comes first; of two that are equally frequent, the one with the smaller true
    class, and if that is the same, the one with the smaller predicted class. Only mistakes: nothing from the
    diagonal, nothing that never happened. So M is `most`, or less where there are not so many.

        counts = [[8, 1, 0],     most = 2     ->  [[1, 2, 5],       class 1 taken for 2, five times
                  [1, 4, 5],                       [0, 1, 1]]       before 1 taken for 0: 0 is smaller than 1
                  [0, 0, 9]]
    """
    raise NotImplementedError
