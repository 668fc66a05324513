"""Convolution without a matrix of windows is the one matrix product, where filters fill whole tiles."""

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import Window, normal, windows

from minicnn.kernels import conv2d, conv2d_compiled
from minicnn.kernels.conv2d_direct import FEW, takes
from minicnn.kernels.registers import BYTES

WHOLE = BYTES // 4  # filters: a row of tiles in float32, two in float64


def compare(p, dtype):
    """Both ways, with and without ReLU, beside the one matrix product. ``p``: a Window."""
    (N, _, _, C), how = p.x_shape, (p.strides, p.zeros)
    shapes = (p.x_shape, (*p.size, C, WHOLE), (WHOLE,), (N, *p.out, WHOLE))
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
@given(p=windows(), cache=st.integers(1, 60_000))
def test_it_is_the_one_matrix_product(dtype, p, cache):
    with mock.patch.object(conv2d_compiled, "CACHE", cache):
        compare(p, dtype)


def test_the_last_rows_of_a_picture_are_fewer(monkeypatch):
    """Of 7 rows three at a time, one is left."""
    p = Window((2, 7, 7, 3), (3, 3), (1, 1), "same", seed=2)
    monkeypatch.setattr(conv2d_compiled, "CACHE", 3 * (7 + 2) * 27 * 8)
    x, shape = np.empty(p.x_shape), (2, *p.out, WHOLE)
    assert conv2d_compiled.plan_for(x, (3, 3, 3, WHOLE), shape, p.strides, p.zeros)[1] == 3
    compare(p, np.float64)


@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
def test_more_rows_than_are_near(strides):
    """dy of 40 x 40 x WHOLE is summed up in parts."""
    compare(Window((2, 40, 40, 3), (3, 3), strides, "same", seed=1), np.float64)


def test_it_takes_few_channels_and_whole_rows_of_tiles():
    filters = 0, 1, WHOLE - 1, WHOLE, WHOLE + 1, 3 * WHOLE
    assert [F for F in filters if takes(3, F, 4)] == [WHOLE, 3 * WHOLE]
    assert takes(3, WHOLE // 2, 8) and not takes(3, WHOLE // 2, 4)
    assert takes(FEW, WHOLE, 4) and not takes(FEW + 1, WHOLE, 4)
