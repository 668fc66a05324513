"""Warp: compiled equals the definition, the definition equals what one sees by looking."""

import numpy as np
import pytest
from agreement import agree, agree_in_float32, is_adjoint, rungs
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import SEEDS, normal

from minicnn.kernels import threads, warp
from minicnn.kernels.warp import FILL_MODES, INTERPOLATIONS, LADDER, about_centre, resizing, shifts

RUNGS = rungs(LADDER)
EVERY_INTERPOLATION = pytest.mark.parametrize("interpolation", INTERPOLATIONS)
EVERY_FILL_MODE = pytest.mark.parametrize("fill_mode", FILL_MODES)
SIZES = st.integers(1, 6)
TIE = 1e-6


def some_maps(seed, N, reach=12):
    """Maps that turn, mirror, stretch and leave the picture far behind."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(size=(N, 2, 2)), rng.uniform(-reach, reach, (N, 2, 1))], axis=2)


def is_tie(maps, sizes):
    """Whether some pixel comes from so near a half that rounding may take it to either side."""
    indices = np.stack(np.meshgrid(*map(np.arange, sizes), [1.0], indexing="ij"), -1)[:, :, 0]
    return (np.abs(np.einsum("nab,ijb->nija", maps, indices) % 1 - 0.5) < TIE).any()


@EVERY_FILL_MODE
@EVERY_INTERPOLATION
@given(N=st.integers(0, 3), picture=st.tuples(SIZES, SIZES, SIZES), sizes=st.tuples(SIZES, SIZES), seed=SEEDS)
def test_every_rung_is_the_definition_and_its_adjoint(interpolation, fill_mode, N, picture, sizes, seed):
    x_shape, maps = (N, *picture), some_maps(seed, N)
    x = normal(seed, *x_shape)
    assume(interpolation == "bilinear" or not is_tie(maps, sizes))
    (_, forward, backward), *others = LADDER
    y = forward(x, maps, sizes, interpolation, fill_mode, 0.7)
    assert y.shape == (N, *sizes, picture[2])
    dy = normal(seed + 1, *y.shape)
    dx = backward(dy, maps, x_shape, interpolation, fill_mode)
    is_adjoint(forward(x, maps, sizes, interpolation, fill_mode), dy, x, dx)
    for _, other_forward, other_backward in others:
        agree(other_forward(x, maps, sizes, interpolation, fill_mode, 0.7), y)
        agree(other_backward(dy, maps, x_shape, interpolation, fill_mode), dx)


@EVERY_FILL_MODE
@EVERY_INTERPOLATION
@given(N=st.integers(0, 3), picture=st.tuples(SIZES, SIZES, SIZES), sizes=st.tuples(SIZES, SIZES), seed=SEEDS)
def test_every_rung_in_float32_is_right_up_to_rounding(interpolation, fill_mode, N, picture, sizes, seed):
    x_shape, maps, how = (N, *picture), some_maps(seed, N), (interpolation, fill_mode)
    assume(interpolation == "bilinear" or not is_tie(maps, sizes))
    x, dy = (normal(seed, N, *shape).astype(np.float32) for shape in (picture, (*sizes, picture[2])))
    exact_x, exact_dy = x.astype(np.float64), dy.astype(np.float64)
    (_, forward, backward), *others = LADDER
    y, y_size = (forward(each, maps, sizes, *how, 0.7) for each in (exact_x, np.abs(exact_x)))
    dx, dx_size = (backward(each, maps, x_shape, *how) for each in (exact_dy, np.abs(exact_dy)))
    for name, other_forward, other_backward in others:
        # a sum of 4 numbers, or as many as there are, each times a weight, which is rounded as well
        agree_in_float32(other_forward(x, maps, sizes, *how, 0.7), y, y_size, 2 * 4, name)
        terms = 2 * 4 * sizes[0] * sizes[1]
        agree_in_float32(other_backward(dy, maps, x_shape, *how), dx, dx_size, terms, name)


PADDING = {"constant": "constant", "reflect": "symmetric", "wrap": "wrap", "nearest": "edge"}


@RUNGS
@EVERY_FILL_MODE
@EVERY_INTERPOLATION
@pytest.mark.parametrize("shift", [(0, 0), (3, -2), (-7, 9), (20, 0), (1, -23)])
def test_outside_the_picture_goes_on_as_padding_does(forward, backward, interpolation, fill_mode, shift):
    """A shift by whole pixels looks at a window of the padded picture, however far away."""
    x, far = normal(0, 1, 4, 5, 2), 30
    constant = {"constant_values": 0.3} if fill_mode == "constant" else {}
    padded = np.pad(x, ((0, 0), (far, far), (far, far), (0, 0)), PADDING[fill_mode], **constant)
    top, left = far + shift[0], far + shift[1]
    y = forward(x, shifts(np.array([shift])), (4, 5), interpolation, fill_mode, 0.3)
    np.testing.assert_array_equal(y, padded[:, top : top + 4, left : left + 5])


@RUNGS
def test_between_pixels_by_hand(forward, backward):
    x = np.array([1.0, 2, 4]).reshape(1, 1, 3, 1)

    def at(w, interpolation, fill_mode):
        return forward(x, shifts(np.array([[0, w]])), (1, 1), interpolation, fill_mode, 10).item()

    assert at(0.25, "bilinear", "reflect") == 1.25
    assert [at(-0.25, "bilinear", mode) for mode in ("constant", "reflect", "wrap", "nearest")] == [
        0.75 * 1 + 0.25 * 10, 1, 0.75 * 1 + 0.25 * 4, 1,
    ]
    assert [at(3.25, "bilinear", mode) for mode in ("constant", "reflect", "wrap", "nearest")] == [
        10, 0.75 * 4 + 0.25 * 2, 0.75 * 1 + 0.25 * 2, 4,
    ]
    assert [at(w, "nearest", "constant") for w in (-0.6, -0.4, 0.4, 0.6, 2.4, 2.6)] == [10, 1, 1, 2, 4, 10]
    assert [at(w, "nearest", "reflect") for w in (-1.6, 3.4, 4.4, 5.6)] == [2, 4, 2, 1]


@RUNGS
@given(seed=SEEDS)
def test_a_slope_stays_a_slope(forward, backward, seed):
    """Between pixels a linear function is hit exactly."""
    rows, columns = np.meshgrid(np.arange(7.0), np.arange(6.0), indexing="ij")
    x = (2 * rows - 3 * columns + 5)[None, :, :, None]
    turn = 0.3 * np.random.default_rng(seed).normal(size=(1, 2, 2))
    maps = about_centre(turn / max(1, 1.3 * np.abs(turn).sum(2).max()), 7, 6)  # no pixel comes from outside
    h, w = (maps[0, k, 0] * rows + maps[0, k, 1] * columns + maps[0, k, 2] for k in range(2))
    y = forward(x, maps, (7, 6), "bilinear", "constant", 1e9)
    np.testing.assert_allclose(y[0, :, :, 0], 2 * h - 3 * w + 5, rtol=0, atol=1e-12)


@RUNGS
@EVERY_INTERPOLATION
def test_a_nan_stays_where_it_is_seen(forward, backward, interpolation):
    """A window outside the picture sees the constant, not 0 times the corner."""
    x = np.ones((1, 4, 4, 1))
    x[0, 0, 0] = np.nan
    shift = np.array([[[1.0, 0, -2.25], [0, 1, -2.25]]])  # down and right
    y = forward(x, shift, (6, 6), interpolation, "constant", 0.5)[0, :, :, 0]
    seen = {"nearest": 1, "bilinear": 4}[interpolation]
    assert np.isnan(y).sum() == seen and np.isnan(y[2:4, 2:4]).sum() == seen
    assert (y[:2] == 0.5).all() and (y[:, :2] == 0.5).all()


@RUNGS
@EVERY_FILL_MODE
@EVERY_INTERPOLATION
def test_one_colour_stays_one_colour(forward, backward, interpolation, fill_mode):
    """The weights of every pixel add up to 1."""
    y = forward(np.full((5, 4, 3, 1), 0.3), some_maps(1, 5), (6, 7), interpolation, fill_mode, 0.3)
    np.testing.assert_allclose(y, 0.3, rtol=1e-15)


@RUNGS
@EVERY_INTERPOLATION
def test_the_map_that_changes_nothing(forward, backward, interpolation):
    x = normal(3, 2, 5, 4, 3).astype(np.float32)
    unturned = about_centre(np.stack([np.eye(2)] * 2), 5, 4)
    for maps in (shifts(np.zeros((2, 2))), resizing(2, (5, 4), (5, 4)), unturned):
        np.testing.assert_array_equal(forward(x, maps, (5, 4), interpolation, "reflect"), x)
        np.testing.assert_array_equal(backward(x, maps, x.shape, interpolation, "reflect"), x)


@RUNGS
def test_nearest_moves_whatever_it_finds(forward, backward):
    x = np.array([np.nan, np.inf, -np.inf, 1]).reshape(1, 1, 4, 1)
    mirror = about_centre(-np.eye(2)[None], 1, 4)
    np.testing.assert_array_equal(forward(x, mirror, (1, 4), "nearest", "reflect"), x[:, :, ::-1])
    np.testing.assert_array_equal(backward(x, mirror, x.shape, "nearest", "reflect"), x[:, :, ::-1])


def test_maps_by_hand():
    np.testing.assert_array_equal(about_centre(np.array([[[0, 2], [1, 0]]]), 5, 9), [[[0, 2, -6], [1, 0, 2]]])
    np.testing.assert_array_equal(shifts(np.array([[3, -0.5]])), [[[1, 0, 3], [0, 1, -0.5]]])
    # 6 pixels to 3: the new pixels' centres lie between the old ones'
    np.testing.assert_array_equal(resizing(2, (6, 2), (3, 4)), [[[2, 0, 0.5], [0, 0.5, -0.25]]] * 2)


@EVERY_INTERPOLATION
def test_threads_do_not_change_a_bit(interpolation):
    x, maps = normal(0, 7, 9, 8, 3).astype(np.float32), some_maps(0, 7)
    results = []
    for count in {1, min(2, threads._most), threads._most}:
        threads.set_num_threads(count)
        y = warp.forward(x, maps, (10, 11), interpolation, "reflect")
        results.append((y, warp.backward(y, maps, x.shape, interpolation, "reflect")))
    for y, dx in results:
        np.testing.assert_array_equal(y, results[0][0])
        np.testing.assert_array_equal(dx, results[0][1])
