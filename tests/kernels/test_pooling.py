"""Pooling: compiled equals the definition, the definition equals what one counts by hand."""

import itertools

import numpy as np
import pytest
from agreement import ADJOINT, agree, agree_in_float32, is_adjoint, rungs
from hypothesis import given
from recorded import in_python, recorded
from strategies import distinct, normal, windows

from minicnn.kernels import pooling
from minicnn.kernels.pooling import AVERAGE_LADDER, MAX_LADDER

MAX, AVERAGE = rungs(MAX_LADDER), rungs(AVERAGE_LADDER)
STRANGE = [np.nan, np.inf, -np.inf, 0.0, 1.0, 1.0, 2.0]
KINDS = {
    "distinct": lambda p: distinct(p.seed, *p.x_shape),
    "ties": lambda p: np.random.default_rng(p.seed).integers(0, 3, p.x_shape).astype(float),
    "nan and inf": lambda p: np.random.default_rng(p.seed).choice(STRANGE, p.x_shape),
}


def how(p):
    return p.size, p.strides, p.zeros


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", KINDS)
@given(p=windows())
def test_max_every_rung_is_the_definition(kind, dtype, p):
    x = KINDS[kind](p).astype(dtype)
    (_, forward, backward), *others = MAX_LADDER
    y, which = forward(x, *how(p))
    dy = normal(p.seed, *y.shape)
    dx = backward(dy, which, x.shape, *how(p))
    for _, other_forward, other_backward in others:
        mine = other_forward(x, *how(p))
        np.testing.assert_array_equal(mine[0], y, strict=True)
        np.testing.assert_array_equal(mine[1], which, strict=True)
        agree(other_backward(dy, which, x.shape, *how(p)), dx)


@given(windows())
def test_max_hands_back_every_rung_in_float32_right_up_to_rounding(p):
    """Forward nothing is rounded; backward a pixel gets a sum of what all windows hand it."""
    x = distinct(p.seed, *p.x_shape).astype(np.float32)
    _, which = pooling.max_forward_definition(x, *how(p))
    dy = normal(p.seed, *which.shape).astype(np.float32)
    definition = MAX_LADDER[0][2]
    due, size = (definition(a.astype(np.float64), which, x.shape, *how(p)) for a in (dy, np.abs(dy)))
    for _, _, backward in MAX_LADDER:
        agree_in_float32(backward(dy, which, x.shape, *how(p)), due, size, p.size[0] * p.size[1])


@pytest.mark.parametrize("H, W", [*itertools.product((1, 2, 3, 4), (1, 2, 5))])
@pytest.mark.parametrize("zeros", [((0, 0), (0, 0)), ((0, 1), (0, 1)), ((1, 0), (1, 0)), ((1, 1), (1, 1))])
def test_windows_of_2_x_2_that_hang_over_any_edge(H, W, zeros):
    """Those inside the picture have a loop of their own, which knows where one picture ends."""
    x = distinct(7, 3, H, W, 2)
    for strides in ((1, 1), (2, 1), (2, 2), (3, 3)):
        if H + sum(zeros[0]) < 2 or W + sum(zeros[1]) < 2:
            continue
        y, which = pooling.max_forward_definition(x, (2, 2), strides, zeros)
        mine = pooling.max_forward_compiled(x, (2, 2), strides, zeros)
        np.testing.assert_array_equal(mine[0], y)
        np.testing.assert_array_equal(mine[1], which)


@given(windows())
def test_average_every_rung_is_the_definition(p):
    x = normal(p.seed, *p.x_shape)
    (_, forward, backward), *others = AVERAGE_LADDER
    y = forward(x, *how(p))
    dy = normal(p.seed + 1, *y.shape)
    for _, other_forward, other_backward in others:
        agree(other_forward(x, *how(p)), y)
        agree(other_backward(dy, x.shape, *how(p)), backward(dy, x.shape, *how(p)))


@given(windows())
def test_average_every_rung_in_float32_is_right_up_to_rounding(p):
    x = normal(p.seed, *p.x_shape).astype(np.float32)
    (_, forward, backward), *_ = AVERAGE_LADDER
    due, size = (forward(a.astype(np.float64), *how(p)) for a in (x, np.abs(x)))
    dy = normal(p.seed + 1, *due.shape).astype(np.float32)
    due_dx, dx_size = (backward(a.astype(np.float64), x.shape, *how(p)) for a in (dy, np.abs(dy)))
    for _, other_forward, other_backward in AVERAGE_LADDER:
        agree_in_float32(other_forward(x, *how(p)), due, size, p.size[0] * p.size[1])
        agree_in_float32(other_backward(dy, x.shape, *how(p)), due_dx, dx_size, p.size[0] * p.size[1])


@MAX
@pytest.mark.parametrize("dtype", ADJOINT)
@given(p=windows())
def test_max_hands_back_where_it_took_from(forward, backward, dtype, p):
    """For the cells it took, the maximum is a linear function: y = A x, dx = A' dy."""
    x = distinct(p.seed, *p.x_shape).astype(dtype)
    y, which = forward(x, *how(p))
    dy = normal(p.seed, *y.shape).astype(dtype)
    is_adjoint(y, dy, x, backward(dy, which, x.shape, *how(p)))


@AVERAGE
@pytest.mark.parametrize("dtype", ADJOINT)
@given(p=windows())
def test_average_hands_back_in_equal_parts(forward, backward, dtype, p):
    x = normal(p.seed, *p.x_shape).astype(dtype)
    y = forward(x, *how(p))
    dy = normal(p.seed + 1, *y.shape).astype(dtype)
    is_adjoint(y, dy, x, backward(dy, x.shape, *how(p)))


@AVERAGE
@given(windows())
def test_the_average_of_a_constant_is_the_constant(forward, backward, p):
    """Cells outside the picture do not count."""
    np.testing.assert_allclose(forward(np.full(p.x_shape, 3.0), *how(p)), 3, rtol=1e-15)


@MAX
@given(windows())
def test_the_maximum_of_negative_numbers_is_negative(forward, backward, p):
    """Cells outside the picture are not zeros."""
    assert (forward(-1 - np.abs(normal(p.seed, *p.x_shape)), *how(p))[0] <= -1).all()


PICTURE = np.array([[1.0, 5, 5], [5, 2, 0], [-1, -2, 7]]).reshape(1, 3, 3, 1)


@MAX
def test_max_by_hand(forward, backward):
    """Overlapping windows; of equal maxima the first in reading order counts, and gets all."""
    y, which = forward(PICTURE, (2, 2), (1, 1))
    np.testing.assert_array_equal(y[0, ..., 0], [[5, 5], [5, 7]])
    np.testing.assert_array_equal(which[0, ..., 0], [[1, 0], [0, 3]])
    dx = backward(np.array([[1.0, 10], [100, 1000]]).reshape(y.shape), which, PICTURE.shape, (2, 2), (1, 1))
    np.testing.assert_array_equal(dx[0, ..., 0], [[0, 11, 0], [100, 0, 0], [0, 0, 1000]])


@AVERAGE
def test_average_by_hand(forward, backward):
    """"same": the windows at the right and at the bottom see two cells, the corner one."""
    zeros = ((0, 1), (0, 1))
    y = forward(PICTURE, (2, 2), (2, 2), zeros)
    np.testing.assert_array_equal(y[0, ..., 0], [[13 / 4, 5 / 2], [-3 / 2, 7]])
    dx = backward(np.array([[4.0, 2], [2, 1]]).reshape(y.shape), PICTURE.shape, (2, 2), (2, 2), zeros)
    np.testing.assert_array_equal(dx[0, ..., 0], np.ones((3, 3)))


@MAX
def test_nan_wins_and_the_first_nan_gets_the_gradient(forward, backward):
    x = np.array([np.inf, np.nan, np.nan, 9]).reshape(1, 2, 2, 1)
    y, which = forward(x, (2, 2), (2, 2))
    assert np.isnan(y).all() and which.item() == 1
    dx = backward(np.ones(y.shape), which, x.shape, (2, 2), (2, 2))
    np.testing.assert_array_equal(dx.ravel(), [0, 1, 0, 0])


@MAX
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [-np.inf, np.inf, np.nan])
def test_a_window_of_one_value_takes_its_first_cell(forward, backward, value, dtype):
    y, which = forward(np.full((1, 3, 3, 2), value, dtype), (2, 2), (2, 2), ((1, 0), (1, 0)))
    np.testing.assert_array_equal(y, np.full((1, 2, 2, 2), value, dtype), strict=True)
    np.testing.assert_array_equal(which[0, ..., 0], [[3, 2], [1, 0]])  # of the cells inside the picture
    dx = backward(np.ones_like(y), which, (1, 3, 3, 2), (2, 2), (2, 2), ((1, 0), (1, 0)))
    np.testing.assert_array_equal(dx[0, ..., 1], [[1, 1, 0], [1, 1, 0], [0, 0, 0]])


@AVERAGE
@np.errstate(invalid="ignore")  # inf - inf
def test_the_average_of_what_is_not_finite(forward, backward):
    x = np.array([[np.inf, 1, np.nan, 1], [-np.inf, np.inf, -np.inf, 0]]).T.reshape(1, 4, 1, 2)
    y = forward(x, (2, 1), (2, 1))
    np.testing.assert_array_equal(y[0, :, 0], [[np.inf, np.nan], [np.nan, -np.inf]])


@MAX
def test_max_of_windows_of_more_cells_than_a_byte_counts(forward, backward):
    x = normal(0, 1, 18, 17, 2)
    x[0, 17, 16] = 9
    y, which = forward(x, (18, 17), (1, 1))
    np.testing.assert_array_equal(y, np.full((1, 1, 1, 2), 9))
    np.testing.assert_array_equal(which, np.full((1, 1, 1, 2), 18 * 17 - 1))
    np.testing.assert_array_equal(backward(y, which, x.shape, (18, 17), (1, 1)), np.where(x == 9, 9, 0))


@pytest.mark.parametrize("pool", [(16, 16), (1, 256)])
def test_the_last_of_256_cells_fits_a_byte(pool):
    x = np.arange(256.0).reshape(1, *pool, 1)
    for _, forward, _ in MAX_LADDER:
        assert forward(x, pool, (1, 1))[1].item() == 255
    assert pooling.cell_type(pool) == np.uint8


@MAX
def test_max_of_no_images(forward, backward):
    x = np.zeros((0, 5, 4, 2))
    y, which = forward(x, (2, 2), (2, 2))
    assert y.shape == which.shape == (0, 2, 2, 2)
    assert backward(y, which, x.shape, (2, 2), (2, 2)).shape == x.shape


@AVERAGE
def test_average_of_no_images(forward, backward):
    x = np.zeros((0, 5, 4, 2))
    y = forward(x, (2, 2), (2, 2))
    assert y.shape == (0, 2, 2, 2)
    assert backward(y, x.shape, (2, 2), (2, 2)).shape == x.shape


@given(windows())
def test_inputs_stay_as_they_are(p):
    x = normal(p.seed, *p.x_shape)
    before = x.copy()
    for (_, max_forward, max_backward), (_, forward, backward) in zip(MAX_LADDER, AVERAGE_LADDER):
        y, which = max_forward(x, *how(p))
        forward(x, *how(p))
        dy, taken = y.copy(), which.copy()
        max_backward(y, which, x.shape, *how(p))
        backward(y, x.shape, *how(p))
        np.testing.assert_array_equal(y, dy)
        np.testing.assert_array_equal(which, taken)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name, where", [
    ("_largest", (np.ones((1, 2, 2, 1)), 0, 0, 0, (2, 2))), ("_largest_of_four", (np.ones(4), 0, 2, 1)),
])  # fmt: skip
def test_the_largest_and_its_cell_are_streams_of_their_own(name, where, monkeypatch):
    """What apart.py promises of them, no number that is computed shows."""
    recorded(monkeypatch, pooling, "read", 1.0)
    written = recorded(monkeypatch, pooling, "write")
    y, which = np.zeros(1), np.zeros(1, np.uint8)
    in_python(getattr(pooling, name))(*where, y, which, 0)
    assert {(array is which, stream) for array, _, _, stream in written} == {(False, 0), (True, 1)}
