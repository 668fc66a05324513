"""Convolution: every rung of the ladder is the definition, and the way back is the transpose."""

import contextlib
from dataclasses import dataclass
from unittest import mock

import numpy as np
import pytest
from agreement import ADJOINT, agree, agree_in_float32, is_adjoint, rungs
from hypothesis import given
from hypothesis import strategies as st
from strategies import Window, normal, windows

from minicnn.kernels import conv2d_compiled
from minicnn.kernels.conv2d import LADDER, col2im, im2col

RUNGS = rungs(LADDER)
FAST = rungs(LADDER[2:])


@dataclass(frozen=True)
class Problem:
    window: Window
    filters: int
    cache: int  # bytes: 1 makes every row of output a block of its own
    direct: bool = True  # the windows may be multiplied where they stand

    def arrays(self, dtype=np.float64):
        """x, w, b, dy"""
        (N, _, _, C), F, seed = self.window.x_shape, self.filters, self.window.seed
        shapes = (self.window.x_shape, (*self.window.size, C, F), (F,), (N, *self.window.out, F))
        return [normal(seed + k, *shape).astype(dtype) for k, shape in enumerate(shapes)]

    @property
    def how(self):
        return self.window.strides, self.window.zeros

    @contextlib.contextmanager
    def blocks(self):
        way = contextlib.nullcontext() if self.direct else a_matrix_of_windows()
        with mock.patch.object(conv2d_compiled, "CACHE", self.cache), way:
            yield


def a_matrix_of_windows():
    """What the compiled rung makes, whether it pays or not."""
    return mock.patch.object(conv2d_compiled, "neighbours", lambda *args, **how: 0)


problems = st.builds(
    Problem, windows(), st.integers(1, 3), st.sampled_from([1, 500, conv2d_compiled.CACHE]), st.booleans()
)


@given(problems)
def test_every_rung_is_the_definition(p):
    x, w, b, dy = p.arrays()
    (_, forward, backward), *others = LADDER
    y, gradients = forward(x, w, b, *p.how), backward(x, w, dy, *p.how)
    for name, other_forward, other_backward in others:
        with p.blocks():
            agree(other_forward(x, w, b, *p.how), y, what=f"{name}: y")
            for what, mine, due in zip(("dx", "dw", "db"), other_backward(x, w, dy, *p.how), gradients):
                agree(mine, due, what=f"{name}: {what}")


@given(problems)
def test_every_rung_in_float32_is_right_up_to_rounding(p):
    x, w, b, dy = p.arrays(np.float32)
    exact = [a.astype(np.float64) for a in (x, w, b, dy)]
    sizes = [np.abs(a) for a in exact]
    (_, forward, backward), *_ = LADDER
    y, gradients = forward(*exact[:3], *p.how), backward(*exact[:2], exact[3], *p.how)
    y_size, sizes = forward(*sizes[:3], *p.how), backward(*sizes[:2], sizes[3], *p.how)
    terms = (w[..., 0].size + 1, w[:, :, 0].size, dy[..., 0].size, dy[..., 0].size)
    for name, other_forward, other_backward in LADDER:
        with p.blocks():
            results = other_forward(x, w, b, *p.how), *other_backward(x, w, dy, *p.how)
        for what, *each in zip(("y", "dx", "dw", "db"), results, (y, *gradients), (y_size, *sizes), terms):
            agree_in_float32(*each, what=f"{name}: {what}")


@RUNGS
@pytest.mark.parametrize("dtype", ADJOINT)
@given(p=problems)
def test_backward_is_the_transpose_of_forward(forward, backward, dtype, p):
    x, w, b, dy = p.arrays(dtype)
    with p.blocks():
        y = forward(x, w, 0 * b, *p.how)
        dx, dw, db = backward(x, w, dy, *p.how)
        is_adjoint(y, dy, x, dx)
        is_adjoint(y, dy, w, dw)
        is_adjoint(forward(0 * x, w, b, *p.how), dy, b, db)


@given(windows())
def test_col2im_is_the_transpose_of_im2col(p):
    x = normal(p.seed, *p.x_shape)
    cols = im2col(x, *p.size, p.strides, p.zeros)
    dcols = normal(p.seed + 1, *cols.shape)
    is_adjoint(cols, dcols, x, col2im(dcols, x.shape, *p.size, p.strides, p.zeros))


def test_im2col_of_the_picture_in_the_file():
    x = np.array(list("abcdefghi")).view(np.uint32).astype(float).reshape(1, 3, 3, 1)
    rows = ["".join(map(chr, row.astype(int))) for row in im2col(x, 2, 2)]
    assert rows == ["abde", "bcef", "degh", "efhi"]


def test_col2im_counts_the_windows_of_that_picture():
    """A pixel gets one from each window it is in: with the same strides and zeros as im2col's, none said."""
    counts = col2im(np.ones((4, 4)), (1, 3, 3, 1), 2, 2)
    np.testing.assert_array_equal(counts[0, :, :, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


@FAST
@given(problems)
def test_relu_on_the_way_is_relu_apart(forward, backward, p):
    x, w, b, dy = p.arrays()
    with p.blocks():
        y = forward(x, w, b, *p.how, relu=True)
        np.testing.assert_array_equal(y, np.maximum(forward(x, w, b, *p.how), 0))
        fused = backward(x, w, dy, *p.how, relu_of=y)
        apart = backward(x, w, np.where(y > 0, dy, 0), *p.how)
    for mine, due in zip(fused, apart):
        np.testing.assert_array_equal(mine, due)


@FAST
@given(problems, st.booleans())
def test_dx_only_where_somebody_needs_it(forward, backward, p, relu):
    x, w, b, dy = p.arrays()
    y = forward(x, w, b, *p.how, relu=True) if relu else None
    with p.blocks():
        dx, dw, db = backward(x, w, dy, *p.how, relu_of=y, need_dx=False)
        _, due_dw, due_db = backward(x, w, dy, *p.how, relu_of=y)
    assert dx is None
    agree(dw, due_dw, 1e-12)
    agree(db, due_db, 1e-12)


@RUNGS
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@np.errstate(invalid="ignore")  # NumPy's @ warns of an inf it multiplies
@a_matrix_of_windows()
def test_what_is_not_finite_reaches_every_window_that_sees_it(forward, backward, bad):
    x, w, b = normal(0, 2, 5, 4, 2), np.abs(normal(1, 3, 2, 2, 3)), normal(2, 3)
    x[1, 2, 1, 0] = bad
    y = forward(x, w, b)
    expected = np.zeros(y.shape, bool)
    expected[1, :, :2] = True
    np.testing.assert_array_equal(~np.isfinite(y), expected)
    np.testing.assert_array_equal(y[expected], np.full(expected.sum(), bad))
    dy = normal(3, *y.shape)
    dy[1, 0, 0, 1] = np.nan
    dx, _, db = backward(x, w, dy)
    assert np.isnan(dx[1, :3, :2]).all() and np.isfinite(np.delete(dx[1], slice(3), 0)).all()
    np.testing.assert_array_equal(np.isnan(db), [False, True, False])


@FAST
@a_matrix_of_windows()
def test_relu_on_the_way_keeps_nan(forward, backward):
    x, w, b = normal(0, 1, 3, 3, 1), normal(1, 2, 2, 1, 2), np.zeros(2)
    x[0, 0, 0] = np.nan
    y = forward(x, w, b, relu=True)
    assert np.isnan(y[0, 0, 0]).all() and np.isfinite(y[0, 1]).all()
    _, dw, _ = backward(x, w, np.ones(y.shape), relu_of=y)
    assert np.isnan(dw[0, 0]).all()
    assert not forward(np.full_like(x, -np.inf), np.abs(w), b, relu=True).any()


@RUNGS
def test_no_images_give_no_images(forward, backward):
    x, w, b = np.zeros((0, 5, 4, 2)), normal(0, 2, 3, 2, 3), normal(1, 3)
    y = forward(x, w, b, (2, 1))
    assert y.shape == (0, 2, 2, 3)
    dx, dw, db = backward(x, w, y, (2, 1))
    assert dx.shape == x.shape and dw.shape == w.shape and db.shape == b.shape
    assert not dw.any() and not db.any()


@RUNGS
@given(problems)
def test_inputs_stay_as_they_are(forward, backward, p):
    arrays = p.arrays()
    before = [a.copy() for a in arrays]
    x, w, b, dy = arrays
    forward(x, w, b, *p.how)
    backward(x, w, dy, *p.how)
    for now, then in zip(arrays, before):
        np.testing.assert_array_equal(now, then)


@FAST
def test_more_images_than_groups(forward, backward):
    """Every group sums its images, the groups are summed: 3 groups of 2 and of 3 images among them."""
    N = 2 * conv2d_compiled.GROUPS + 3
    x, w, dy = normal(0, N, 3, 3, 2), normal(1, 2, 2, 2, 3), normal(2, N, 2, 2, 3)
    for mine, due in zip(backward(x, w, dy), LADDER[1][2](x, w, dy)):
        agree(mine, due)
