"""Lesson 14: what the three functions are called with."""

import numpy as np

from lessons.harness.tasks import Case


def photos(N, H, W, C, dtype="uint8"):
    """Small pictures, every number of a picture another."""
    rng = np.random.default_rng([N, H, W, C])
    return (rng.permutation(N * H * W * C) + 1).reshape(N, H, W, C).astype(dtype)


def rows(*tables, dtype="float32"):
    """Pictures of one channel, numbers given as rows."""
    return np.array(tables, dtype)[..., None]


def flip_case(x, flips):
    return Case(
        "one picture" if len(x) == 1 else "several pictures", {"x": x, "flips": np.array(flips, bool)}
    )


def flip_cases():
    return [
        flip_case(rows([[1, 2]]), [True]),
        flip_case(rows([[1, 2]]), [False]),
        flip_case(rows([[1], [2]]), [True]),  # up and down stay
        flip_case(rows([[0.5, -1.5]]), [True]),  # no whole numbers
        flip_case(photos(1, 1, 1, 3), [True]),  # colours stay
        flip_case(rows([[1, 2, 3]], [[4, 5, 6]]), [False, True]),
        flip_case(rows([[1, 2]], [[3, 4]]), [True, False]),
        flip_case(rows([[1, 2]], [[3, 4]]), [True, True]),
        flip_case(rows([[1, 2]], [[3, 4]]), [False, False]),
        flip_case(rows([[1, 2], [3, 4]]), [True]),
        flip_case(photos(1, 1, 2, 3), [True]),
        flip_case(photos(3, 1, 2, 1), [True, False, True]),
        flip_case(photos(2, 2, 3, 1, "float64"), [True, False]),
        flip_case(photos(2, 3, 2, 2, "float32"), [False, True]),
        flip_case(photos(4, 3, 4, 3), [True, True, False, True]),
        flip_case(np.random.default_rng(0).standard_normal((2, 3, 4, 3)), [True, False]),
        flip_case(photos(9, 2, 11, 4, "float32"), [n % 4 != 1 for n in range(9)]),  # many, and wider
    ]


def crop_case(x, places, height, width):
    group = "one picture" if len(x) == 1 else "several pictures"
    return Case(group, {"x": x, "places": np.array(places), "height": height, "width": width})


def crop_cases():
    return [
        crop_case(rows([[1, 2]]), [[0, 1]], 1, 1),
        crop_case(rows([[1], [2]]), [[1, 0]], 1, 1),
        crop_case(rows([[1, 2]]), [[0, 0]], 1, 2),  # the whole picture
        crop_case(rows([[0.5, -1.5]]), [[0, 1]], 1, 1),  # no whole numbers
        crop_case(rows([[1, 2, 3]]), [[0, 1]], 1, 2),
        crop_case(rows([[1, 2, 3], [4, 5, 6]]), [[0, 1]], 2, 2),
        crop_case(rows([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), [[1, 0]], 1, 2),
        crop_case(rows([[1, 2, 3]], [[4, 5, 6]]), [[0, 1], [0, 0]], 1, 2),
        crop_case(photos(1, 2, 2, 3), [[1, 1]], 1, 1),
        crop_case(photos(2, 3, 3, 1), [[0, 1], [1, 0]], 2, 2),
        crop_case(photos(3, 3, 2, 1, "float64"), [[2, 0], [0, 1], [1, 1]], 1, 1),
        crop_case(photos(2, 4, 3, 2, "float32"), [[1, 0], [0, 1]], 3, 2),
        crop_case(photos(3, 4, 5, 3), [[1, 2], [0, 0], [2, 1]], 2, 3),
        crop_case(np.random.default_rng(0).standard_normal((2, 3, 4, 3)), [[1, 1], [0, 2]], 2, 2),
        crop_case(photos(4, 5, 4, 1, "float32"), [[0, 1], [2, 0], [1, 1], [0, 0]], 3, 3),
        crop_case(rows([range(300)]), [[0, 270]], 1, 2),  # far from the corner
        crop_case(photos(9, 17, 12, 4, "float32"), [[10 - n, n // 2] for n in range(9)], 7, 8),  # many, large
    ]


def epoch(group, best, wait, value, patience, min_delta=0.0):
    args = {
        "best": float(best),
        "wait": wait,
        "value": float(value),
        "patience": patience,
        "min_delta": min_delta,
    }
    return Case(group, args)


def epochs():
    better, worse, nearly = "better", "no better", "nearly better"
    return [
        epoch(better, np.inf, 0, 2.5, 3),  # the first epoch
        epoch(better, 2, 0, 1, 3),
        epoch(better, 2, 2, 1.5, 3),  # at the last moment
        epoch(better, 2, 1, 1.5, 3, 0.25),
        epoch(better, 2, 1, 1.7, 3, 0.25),  # by more than min_delta, but by less than that share of 2
        epoch(better, 2, 1, 1.999, 3, 0.0005),
        epoch(better, 2, 1, 1.99999999, 3),  # by little, but better
        epoch(better, 5000, 1, 4000, 3),
        epoch(better, -1, 1, -2, 3),
        epoch(better, 2, 0, 1, 0),
        epoch(better, 2, 0, 1, 1),
        epoch(worse, 2, 0, 3, 3),
        epoch(worse, 2, 1, 3, 3),
        epoch(worse, 2, 2, 3, 3),  # patience is over
        epoch(worse, 2, 3, 3, 3),  # and stays over
        epoch(worse, 2, 5, 3, 3),
        epoch(worse, 2, 40, 3, 3),
        epoch(worse, 2, 0, 3, 1),
        epoch(worse, 2, 0, 3, 0),
        epoch(worse, 1, 1, 2, 2, 0.5),
        epoch(worse, 2, 6, 3, 20),
        epoch(worse, 2, 0, np.inf, 3),
        epoch(worse, 2, 0, np.nan, 3),  # what a run that blew up reports
        epoch(worse, 2, 2, np.nan, 3),
        epoch(worse, np.inf, 0, np.nan, 3),  # in its first epoch
        epoch(nearly, 2, 0, 2, 3),  # the same is no improvement
        epoch(nearly, 2, 1, 1.75, 3, 0.25),  # by exactly min_delta
        epoch(nearly, 2, 1, 1.9, 3, 0.25),
        epoch(nearly, 0.5, 1, 0.3, 3, 0.25),  # by less than min_delta, but by more than that share
        epoch(nearly, 2, 2, 1.9, 3, 0.25),
        epoch(nearly, 2, 1, 2.1, 3, 0.25),  # higher, if by little
        epoch(nearly, -1, 0, -1.1, 2, 0.25),
    ]
