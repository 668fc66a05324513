"""Pictures of pictures, and of kernels."""

import numpy as np
import pytest

from minicnn.reports.pictures import as_bytes, filter_pictures


@pytest.mark.parametrize("channels, due", [
    (1, [10, 10, 10]), (2, [10, 10, 10]), (3, [10, 20, 30]), (4, [10, 20, 30]), (5, [10, 20, 30]),
])  # fmt: skip
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_first_three_channels_are_the_colours(channels, due, dtype):
    """RGBA among them: what is green is not black."""
    x = np.array([10, 20, 30, 255, 0], dtype)[:channels].reshape(1, 1, 1, channels)
    np.testing.assert_array_equal(as_bytes(x), np.reshape(due, (1, 1, 1, 3)))


def test_other_ranges_are_stretched_as_far_as_they_are_shown():
    x = np.float32([[[[-1, 0, 1, 99]]]])
    np.testing.assert_array_equal(as_bytes(x), [[[[0, 128, 255]]]])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("value, due", [(np.nan, 128), (np.inf, 255), (-np.inf, 0)])
def test_what_is_no_number_has_a_colour_and_raises_no_warning(channels, value, due):
    kernel = np.linspace(-1, 1, 9).reshape(3, 3, 1, 1).repeat(channels, axis=2)
    kernel[0, 1] = value
    assert np.abs(filter_pictures(kernel)[0, 0, 1].astype(int) - due).max() <= 1
    pictures = as_bytes(kernel.transpose(3, 0, 1, 2))
    assert np.abs(pictures[0, 0, 1].astype(int) - due).max() <= 1
