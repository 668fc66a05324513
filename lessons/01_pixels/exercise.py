"""Lesson 01: from the bytes of a file to pictures a network can use.

Copied to work.py by `python -m lessons start 01`. Write in work.py; this file stays as it is.

    N pictures     H x W pixels     3 colours: red, green, blue
"""

import numpy as np


def load_batch(data, H=32, W=32):
    """The pictures and labels of a CIFAR-10 file.

    data   bytes: one record after the other. A record is 1 byte, the label, then the picture:
           all H * W reds (row by row), then all greens, then all blues

    Returns x (N, H, W, 3) and y (N,), both uint8. np.frombuffer(data, np.uint8) turns bytes into an array.

    One picture of one row and two pixels:

        data = [7,  1, 2,  3, 4,  5, 6]         label 7, reds 1 2, greens 3 4, blues 5 6
        x = [[[[1, 3, 5], [2, 4, 6]]]]          the left pixel is red 1, green 3, blue 5
        y = [7]
    """
    raise NotImplementedError


def standardize(x_train, x_test):
    """Pictures as numbers around 0: from each colour subtract its mean, divide by its standard deviation.

    x_train   (N, H, W, 3) uint8
    x_test    (M, H, W, 3) uint8

    Returns both, in this order, as float32. The mean and the standard deviation of each of the three colours
    are taken over all training pictures and all their pixels, and used for both arrays. (The test pictures
    stand for pictures nobody has seen yet: nothing may be computed from them.) A colour that never changes
    has a standard deviation of 0: divide it by 1.

    Let NumPy add them up in float64, as it does for uint8: float32 loses digits over so many pixels.

    Two training pictures of one pixel, one test picture; the same number in all three colours:

        x_train = 1, 3     mean 2, standard deviation 1     ->  -1, 1
        x_test  = 6                                         ->  4
    """
    raise NotImplementedError
