"""Sizes, against counting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import windows

from minicnn.kernels.shapes import NO_PADDING, output_size, padding_amounts, same_padding


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "zeros"),
    [
        (32, 5, 2, (1, 2)),  # as TensorFlow; (2, 2) would shift the picture
        (32, 5, 1, (2, 2)),
        (32, 3, 1, (1, 1)),
        (32, 3, 2, (0, 1)),
        (31, 3, 2, (1, 1)),
        (32, 2, 2, (0, 0)),
        (15, 2, 2, (0, 1)),
        (5, 4, 1, (1, 2)),
        (1, 5, 3, (2, 2)),
        (7, 1, 3, (0, 0)),
        (5, 2, 7, (0, 0)),
    ],
)
def test_same_padding(size, kernel, stride, zeros):
    assert same_padding(size, kernel, stride) == zeros


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 6))
def test_same_padding_gives_the_ceiling_and_no_window_of_zeros_alone(size, kernel, stride):
    before, after = same_padding(size, kernel, stride)
    out = output_size(size, kernel, stride, (before, after))
    assert out == -(-size // stride)
    assert 0 <= after - before <= 1
    for place in range(out):
        begin = place * stride - before
        assert begin < size and begin + kernel > 0


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))
def test_output_size_counts_the_windows_that_fit(size, kernel, stride, before, after):
    padded = before + size + after
    if kernel <= padded:
        places = [at for at in range(0, padded, stride) if at + kernel <= padded]
        assert output_size(size, kernel, stride, (before, after)) == len(places)


def test_without_zeros_the_picture_is_all_there_is():
    assert output_size(7, 3, 2) == 3


@given(windows())
def test_padding_amounts(p):
    if p.padding == "valid":
        assert p.zeros == NO_PADDING
    else:
        each = zip(p.x_shape[1:3], p.size, p.strides)
        assert p.zeros == tuple(same_padding(*one) for one in each)
    assert padding_amounts(p.padding, p.x_shape[1:3], p.size, p.strides) == p.zeros
