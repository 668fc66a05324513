"""Arrays as text: what comes back, and how far off it may be."""

import numpy as np
import pytest

from minicnn.reports.packing import EXACT, LABELS, as_json, pack, packed_size, unpack


def test_numbers_come_back_exactly(rng):
    array = rng.normal(size=(3, 4, 5)).astype(np.float32)
    packed = pack(array)
    assert packed["format"] == "float32"
    np.testing.assert_array_equal(unpack(packed), array)


@pytest.mark.parametrize("scale", [1, np.float32(255)])
def test_pixels_take_a_byte_each_and_come_back_exactly(scale, rng):
    pixels = rng.integers(0, 256, (2, 5, 5, 3)).astype(np.float32) / scale
    packed = pack(pixels)
    assert packed["format"] == "uint8" and len(packed["data"]) == 200
    np.testing.assert_array_equal(unpack(packed), pixels)


def test_large_arrays_are_rounded_only_where_room_is_short(rng):
    array = rng.normal(size=EXACT + 1).astype(np.float32)
    np.testing.assert_array_equal(unpack(pack(array)), array)
    np.testing.assert_array_equal(unpack(pack(array[1:], room_is_short=True)), array[1:])
    packed = pack(array, room_is_short=True)
    assert packed["format"] == "uint16"
    half_a_step = (array.max() - array.min()) / 65_535 / 2
    assert 0 < np.abs(unpack(packed) - array).max() <= 1.001 * half_a_step


@pytest.mark.parametrize("value", [0.3, np.nan, np.inf])
def test_numbers_without_a_range(value):
    array = np.full(EXACT + 1, value)
    np.testing.assert_array_equal(unpack(pack(array, room_is_short=True)), np.float32(array))


@pytest.mark.parametrize("size", [0, 1, 2, 3, EXACT + 1])
@pytest.mark.parametrize("short", [False, True])
def test_the_size_is_known_beforehand(size, short, rng):
    tiny, pixels = rng.normal(size=size) * 1e-30, rng.integers(0, 256, size)
    for array in (tiny, pixels, np.where(pixels < 100, np.nan, tiny)):
        taken = len(as_json({"moving_variance": pack(array, short)}))
        assert taken <= packed_size(array, short) <= taken + LABELS
