"""Resizing: the compiled kernel against the definition, and the corners of both."""

import numpy as np
import pytest

from minicnn.kernels import resize

SHAPES = [(7, 5, 3, 13, 4), (5, 7, 1, 2, 9), (1, 1, 3, 4, 5), (9, 2, 4, 9, 2), (16, 12, 3, 1, 1)]


@pytest.mark.parametrize("H, W, C, OH, OW", SHAPES)
def test_bilinear_is_the_definition(rng, H, W, C, OH, OW):
    x = rng.integers(0, 256, (H, W, C), dtype=np.uint8)
    (_, definition), *others = resize.LADDER
    for _, bilinear in others:
        y = bilinear(x, OH, OW)
        assert y.shape == (OH, OW, C) and y.dtype == np.float32
        np.testing.assert_allclose(y, definition(x, OH, OW), rtol=0, atol=1e-4)


def test_bilinear_of_the_same_size_changes_nothing(rng):
    x = rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)
    np.testing.assert_array_equal(resize.bilinear(x, 6, 9), x)


def test_bilinear_by_hand():
    """Two pixels as four: the outer centres lie outside the old ones, the inner a quarter of the way."""
    x = np.array([0.0, 100.0], np.float32).reshape(1, 2, 1)
    np.testing.assert_array_equal(resize.bilinear(x, 1, 4).ravel(), [0, 25, 75, 100])


def test_shrinking_does_not_antialias():
    """Of eight pixels made two, only the two around each centre count; an antialiasing filter sees all."""
    x = np.array([9, 20, 40, 9, 9, 60, 70, 9], np.uint8).reshape(1, 8, 1)
    np.testing.assert_array_equal(resize.bilinear(x, 1, 2).ravel(), [30, 65])


def test_bilinear_takes_a_view_that_is_not_contiguous(rng):
    x = rng.integers(0, 256, (12, 10, 3), dtype=np.uint8)
    np.testing.assert_array_equal(
        resize.bilinear(x[::2, 1:8, ::-1], 5, 5), resize.bilinear(x[::2, 1:8, ::-1].copy(), 5, 5)
    )


@pytest.mark.parametrize("H, W, C, OH, OW", SHAPES)
def test_nearest_takes_the_pixel_whose_area_holds_the_centre(rng, H, W, C, OH, OW):
    x = rng.integers(0, 256, (H, W, C), dtype=np.uint8)
    y = resize.nearest(x, OH, OW)
    assert y.shape == (OH, OW, C) and y.dtype == np.uint8
    for i, j in np.ndindex(OH, OW):
        h, w = (2 * i + 1) * H // (2 * OH), (2 * j + 1) * W // (2 * OW)  # floor((i + 1/2) H / OH), exactly
        np.testing.assert_array_equal(y[i, j], x[h, w])
