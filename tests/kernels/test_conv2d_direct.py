"""Convolution without a matrix of windows is the one matrix product, also of neighbours taken together."""

import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Window, normal, windows

from minicnn.kernels import conv2d, conv2d_compiled, conv2d_direct
from minicnn.kernels.conv2d_direct import FEW
from minicnn.kernels.registers import BYTES

WHOLE = BYTES // 4  # filters: a row of tiles in float32, two in float64


def always(P):
    """So many neighbours, or as many fewer as divide a row, whether it pays or not."""

    def neighbours(w_shape, stride, OW, itemsize, full=False):
        best = math.gcd(P, OW)
        idle = best * w_shape[3] * itemsize % BYTES
        return 0 if full and idle else best

    return mock.patch.object(conv2d_compiled, "neighbours", neighbours)


def compare(p, dtype, F=WHOLE):
    """Both ways, with and without ReLU, beside the one matrix product. ``p``: a Window; F filters."""
    (N, _, _, C), how = p.x_shape, (p.strides, p.zeros)
    shapes = (p.x_shape, (*p.size, C, F), (F,), (N, *p.out, F))
    x, w, b, dy = (normal(p.seed + k, *shape).astype(dtype) for k, shape in enumerate(shapes))
    y, rectified = conv2d.forward(x, w, b, *how), conv2d.forward(x, w, b, *how, relu=True)
    np.testing.assert_array_equal(rectified, np.maximum(y, 0))
    close(y, conv2d.forward_matrix(x, w, b, *how))
    for relu_of, gradient in ((None, dy), (rectified, np.where(rectified > 0, dy, 0))):
        due = conv2d.backward_matrix(x, w, gradient, *how)
        dx, dw, db = conv2d.backward(x, w, dy, *how, relu_of=relu_of, need_dx=False)
        assert dx is None
        close(dw, due[1])
        close(db, due[2])
        for mine, each in zip(conv2d.backward(x, w, dy, *how, relu_of=relu_of), due):  # by the matrix product
            close(mine, each)


def close(mine, due):
    relative = {8: 1e-12, 4: 1e-5}[mine.itemsize]
    assert mine.dtype == due.dtype
    np.testing.assert_allclose(mine, due, rtol=0, atol=relative * max(1, np.abs(due).max(initial=0)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(p=windows(), cache=st.integers(1, 60_000), P=st.sampled_from([1, 2, 3, 4, 6]),
       F=st.sampled_from([1, 5, WHOLE // 4, WHOLE // 2, WHOLE, WHOLE + 3]))  # fmt: skip
def test_it_is_the_one_matrix_product(dtype, p, cache, P, F):
    with mock.patch.object(conv2d_compiled, "CACHE", cache), always(P):
        compare(p, dtype, F)


def test_the_last_rows_of_a_picture_are_fewer(monkeypatch):
    """Of 7 rows three at a time, one is left."""
    p = Window((2, 7, 7, 3), (3, 3), (1, 1), "same", seed=2)
    monkeypatch.setattr(conv2d_compiled, "CACHE", 3 * (7 + 2) * 27 * 8)
    x, shape = np.empty(p.x_shape), (2, *p.out, WHOLE)
    assert conv2d_compiled.plan_for(x, (3, 3, 3, WHOLE), shape, p.strides, p.zeros, P=1)[1] == 3
    compare(p, np.float64)


@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
def test_more_rows_than_are_near(strides):
    """dy of 40 x 40 x WHOLE is summed up in parts."""
    compare(Window((2, 40, 40, 3), (3, 3), strides, "same", seed=1), np.float64)


@pytest.mark.parametrize("channels, filters, size, OW, due", [
    (3, 32, 3, 30, 1),  # a tile is full of filters
    (3, 6, 5, 28, 4),  # LeNet-5's first: 24 of 32 columns, 8 taps for 5
    (6, 16, 5, 10, 2),  # its second: all 32, 6 for 5
    (3, 6, 5, 29, 0),  # no neighbours divide 29 but 29
    (3, 1, 3, 28, 0),  # most of so many taps would be 0
    (FEW, 32, 3, 30, 1),
    (FEW + 1, 32, 3, 30, 0),
    (3, 32, 3, 0, 1),  # a picture smaller than the kernel
])  # fmt: skip
def test_how_many_neighbours_are_taken_as_one(monkeypatch, channels, filters, size, OW, due):
    monkeypatch.setattr(conv2d_direct, "BYTES", 128)
    ask = conv2d_direct.neighbours.__wrapped__
    assert ask((size, size, channels, filters), 1, OW, 4) == due
    full = due if due * filters % 32 == 0 else 0
    assert ask((size, size, channels, filters), 1, OW, 4, full=True) == full


def test_in_float64_a_tile_is_half_as_wide(monkeypatch):
    monkeypatch.setattr(conv2d_direct, "BYTES", 128)
    assert conv2d_direct.neighbours.__wrapped__((5, 5, 6, 16), 1, 10, 8) == 1


def test_what_is_not_finite_reaches_the_neighbours_and_no_further():
    """Six windows of three pixels, three at a time: the first three are one window of five."""
    x, w = normal(0, 1, 1, 8, 1), np.abs(normal(1, 1, 3, 1, 2))
    x[0, 0, 0] = np.inf
    with always(3):
        y = conv2d.forward(x, w, np.zeros(2))
    assert np.isposinf(y[0, 0, 0]).all() and np.isnan(y[0, 0, 1:3]).all() and np.isfinite(y[0, 0, 3:]).all()


def test_more_padding_than_a_window_sees():
    """The window stands wholly in front of the picture."""
    x, w = normal(0, 1, 4, 1, 1), normal(1, 1, 4, 1, WHOLE)
    y = conv2d.forward(x, w, np.ones(WHOLE), (1, 4), ((0, 0), (6, 0)))
    np.testing.assert_array_equal(y, np.ones((1, 4, 1, WHOLE)))


def test_with_strides_neighbours_see_more(monkeypatch):
    """Two windows of three, two pixels apart, see five pixels, four see nine: 5 / 3 and 9 / 3 of the work."""
    monkeypatch.setattr(conv2d_direct, "BYTES", 128)
    for filters, due in ((16, 2), (8, 0)):
        assert conv2d_direct.neighbours.__wrapped__((3, 3, 3, filters), 2, 16, 4) == due
