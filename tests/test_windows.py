"""The middle of a picture: as much of it as has the shape that is wanted."""

import pytest

from minicnn.windows import middle


@pytest.mark.parametrize("picture, shape, window", [
    ((340, 500), (200, 200), (0, 80, 340, 340)),
    ((500, 340), (100, 200), (165, 0, 170, 340)),
    ((5, 4), (10, 8), (0, 0, 5, 4)),
    ((1, 9), (9, 1), (0, 4, 1, 1)),  # never less than a pixel
])  # fmt: skip
def test_the_largest_window_of_the_shape_lies_in_the_middle(picture, shape, window):
    assert middle(*picture, *shape) == window
