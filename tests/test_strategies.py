"""The problems are as odd as strategies.py says: each kind is there to be found."""

import numpy as np
import pytest
from hypothesis import Phase, find, settings
from strategies import PROBLEMS, SPACING, distinct, windows

from minicnn.layers import LAYERS

ODD = {
    "a picture that is not square": lambda p: p.x_shape[1] != p.x_shape[2],
    "a window that is not square": lambda p: p.size[0] != p.size[1],
    "a stride longer than the window": lambda p: p.strides[0] > p.size[0] and p.strides[1] > p.size[1],
    "windows that overlap": lambda p: all(s < k and n > 1 for s, k, n in zip(p.strides, p.size, p.out)),
    "one image": lambda p: p.x_shape[0] == 1,
    "one channel": lambda p: p.x_shape[3] == 1,
    "one pixel": lambda p: p.x_shape[1:3] == (1, 1),
    "more zeros behind than before": lambda p: all(before < behind for before, behind in p.zeros),
    "a window larger than the picture": lambda p: p.size[0] > p.x_shape[1] and p.size[1] > p.x_shape[2],
    "a window as large as the padded picture": lambda p: p.out == (1, 1) and p.zeros != ((0, 0), (0, 0)),
    "valid": lambda p: p.padding == "valid",
    "same": lambda p: p.padding == "same",
}


@pytest.mark.parametrize("kind", ODD)
def test_windows_are_odd(kind):
    find(windows(), ODD[kind], settings=settings(max_examples=2000, phases=[Phase.generate]))


def test_distinct_numbers_stay_apart_and_off_zero():
    x = np.sort(distinct(3, 4, 5).ravel())
    assert np.diff(x).min() > 0.99 * SPACING and np.abs(x).min() > 0.49 * SPACING


def test_every_layer_has_problems():
    """A new layer needs an entry in PROBLEMS: without one nobody checks its gradient."""
    assert PROBLEMS.keys() == LAYERS.keys()
