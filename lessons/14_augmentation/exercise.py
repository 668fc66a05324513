"""Lesson 14: more pictures from the ones there are, and when to stop.

Copied to work.py by `python -m lessons start 14`. Write in work.py; this file stays as it is.

    x   (N, H, W, C): N pictures of H x W pixels and C channels

As in lesson 13, nothing is drawn inside the functions: which picture is mirrored, and where each is cut, is
handed in. And they return new arrays: the pictures that came in are needed again in the next epoch.
"""

import numpy as np


def flip(x, flips):
    """Mirror some of the pictures: left becomes right.

    flips   (N,) of bool: picture n is mirrored where flips[n] is True, and left as it is where it is False

    Returns y (N, H, W, C), of x's type. Two pictures of one row, the second to be mirrored:

        x = [[1 2 3]], [[4 5 6]]     flips = [False True]     ->  y = [[1 2 3]], [[6 5 4]]
    """
    raise NotImplementedError


def random_crop(x, places, height, width):
    """Cut a window of height x width pixels out of every picture, each at a place of its own.

    places   (N, 2) whole numbers: the window of picture n begins at row places[n, 0], column places[n, 1]

    Returns y (N, height, width, C), of x's type. Two pictures of one row, a window of 1 x 2:

        x = [[1 2 3]], [[4 5 6]]     places = [[0 1] [0 0]]     ->  y = [[2 3]], [[4 5]]
    """
    raise NotImplementedError


def early_stopping_update(best, wait, value, patience, min_delta):
    """One epoch is over: is it time to stop? The number watched is a loss, so lower is better.

    In the framework an EarlyStopping object keeps best and wait between epochs; this is its update.

    best       the lowest value so far (infinity before the first epoch)
    wait       for how many epochs there has been no improvement
    value      of the epoch that has just ended
    patience   how many epochs without an improvement are put up with
    min_delta  an improvement is a value that is below best by more than this

    Returns best, wait, stop. After an improvement, best is value, wait is 0 and stop is False. Otherwise
    best stays as it was, wait is one more, and stop is True if wait has now reached patience, else False.

        best = 2.0, wait = 1, patience = 3, min_delta = 0.25
        value = 1.5   ->  (1.5, 0, False)
        value = 1.9   ->  (2.0, 2, False)      lower, but by too little
    """
    raise NotImplementedError
