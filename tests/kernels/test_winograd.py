"""Winograd convolution: the matrices slide a filter, the steps are the matrices, the result is right."""

import itertools
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from agreement import ADJOINT, agree, is_adjoint, run_python
from hypothesis import given
from hypothesis import strategies as st
from strategies import SEEDS, Window, normal

from minicnn import layers
from minicnn.kernels import conv2d, winograd, winograd_filters, winograd_tiles
from minicnn.kernels.shapes import NO_PADDING, padding_amounts
from minicnn.kernels.toom_cook import POINTS

SIZES = pytest.mark.parametrize("r", [2, 3, 4, 5])
COMPILES = pytest.mark.slow  # some 20 s for each float type, from an empty cache
WORTH = {6: 0, 8: np.inf}  # what of the work tiles of 8 x 8 must save, so that these are always chosen


def always(tile):
    """Tiles of that size whether they pay or not."""
    return mock.patch.object(winograd, "WORTH", WORTH[tile])


@st.composite
def problems(draw):
    """A Window with a kernel that has tiles and that fits, and the number of filters."""
    padding = draw(st.sampled_from(["valid", "same"]))
    strides = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size = tuple(draw(st.integers(stride + 1, 5 * stride)) for stride in strides)
    least = size if padding == "valid" else (1, 1)
    H, W = (draw(st.integers(low, low + 13)) for low in least)
    shape = draw(st.integers(1, 3)), H, W, draw(st.integers(1, 3))
    return Window(shape, size, strides, padding, draw(SEEDS)), draw(st.integers(1, 3))


def arrays(window, filters, dtype=np.float64):
    """x, w, b, dy"""
    shapes = window.x_shape, (*window.size, window.x_shape[3], filters), (filters,)
    x, w, b = (normal(window.seed + k, *shape).astype(dtype) for k, shape in enumerate(shapes))
    return x, w, b, normal(window.seed + 3, window.x_shape[0], *window.out, filters).astype(dtype)


@COMPILES
@given(problems(), st.sampled_from([1, winograd.CACHE]), st.booleans(), st.sampled_from([*WORTH]))
def test_it_is_the_matrix_product(problem, cache, relu, tile):
    """That of NumPy, the second rung: nothing but this file's subject is compiled."""
    window, _ = problem
    x, w, b, dy = arrays(*problem)
    y = conv2d.forward_matrix(x, w, b, window.strides, window.zeros)
    if relu:
        y = np.maximum(y, 0)
        dz = np.where(y > 0, dy, 0)
    due = conv2d.backward_matrix(x, w, dz if relu else dy, window.strides, window.zeros)
    with mock.patch.object(winograd, "CACHE", cache), always(tile):
        agree(winograd.forward(x, w, b, window.strides, window.zeros, relu), y, 1e-11, "y")
        gradients = winograd.backward(x, w, dy, window.strides, window.zeros, y if relu else None)
    for what, mine, theirs in zip(("dx", "dw", "db"), gradients, due):
        agree(mine, theirs, 1e-11, what)


@COMPILES
@pytest.mark.parametrize("dtype", ADJOINT)
@given(problem=problems(), tile=st.sampled_from([*WORTH]))
def test_backward_is_the_transpose_of_forward(dtype, problem, tile):
    window, _ = problem
    x, w, b, dy = arrays(*problem, dtype)
    with always(tile):
        y = winograd.forward(x, w, 0 * b, window.strides, window.zeros)
        dx, dw, _ = winograd.backward(x, w, dy, window.strides, window.zeros)
    # A filter is transformed as a whole, even if the one pixel of a picture meets only one small weight.
    largest = np.linalg.norm(x) * np.linalg.norm(w) * np.linalg.norm(dy)
    is_adjoint(y, dy, x, dx, largest)
    is_adjoint(y, dy, w, dw, largest)


# How far float32 may be from float64, as a part of the largest number, for kernels of r pixels: 3 times the
# worst of 20 seeds, since another BLAS adds in another order. Errors do not grow with r: B is the same for
# every r, and the largest number in A, 2^(tile - r), falls, with it y's. dw alone rises.
BOUNDS = {  # 10^-6 times
    (6, 2): {"y": 44, "dx": 20, "dw": 10, "db": 1.1},
    (6, 3): {"y": 41, "dx": 14, "dw": 11, "db": 1.1},
    (6, 4): {"y": 35, "dx": 11, "dw": 15, "db": 1.3},
    (6, 5): {"y": 27, "dx": 12, "dw": 18, "db": 1.4},
    (8, 2): {"y": 78, "dx": 38, "dw": 16, "db": 1.1},
    (8, 3): {"y": 61, "dx": 32, "dw": 18, "db": 1.1},
    (8, 4): {"y": 50, "dx": 28, "dw": 21, "db": 1.3},
    (8, 5): {"y": 39, "dx": 19, "dw": 26, "db": 1.4},
}


def test_the_bounds_are_within_what_was_promised():
    assert max(max(bounds.values()) for bounds in BOUNDS.values()) < 100  # 1e-4


@COMPILES
@pytest.mark.parametrize("tile, r", BOUNDS)
def test_float32_stays_near_float64(tile, r, monkeypatch):
    """At the depths of the documented models: 256 channels, weights as He draws them."""
    window = Window((2, 12, 12, 256), (r, r), (1, 1), "same", 5)
    x, w, b, dy = arrays(window, 64)
    w *= np.sqrt(2 / (r * r * 256))
    monkeypatch.setattr(winograd, "WORTH", WORTH[tile])
    zeros = {"padding": window.zeros}
    exact = winograd.forward(x, w, b, **zeros), *winograd.backward(x, w, dy, **zeros)
    x, w, b, dy = (each.astype(np.float32) for each in (x, w, b, dy))
    rough = winograd.forward(x, w, b, **zeros), *winograd.backward(x, w, dy, **zeros)
    for (what, bound), mine, due in zip(BOUNDS[tile, r].items(), rough, exact):
        assert mine.dtype == np.float32
        agree(mine.astype(np.float64), due, 1e-6 * bound, what)


@COMPILES
def test_inputs_are_left_alone_and_dx_is_made_only_where_needed():
    window = Window((2, 7, 6, 3), (3, 3), (1, 1), "same", 6)
    given_arrays = arrays(window, 4)
    x, w, b, dy = (a.copy() for a in given_arrays)
    y = winograd.forward(x, w, b, padding=window.zeros, relu=True)
    with_dx = winograd.backward(x, w, dy, padding=window.zeros, relu_of=y)
    none, *without = winograd.backward(x, w, dy, padding=window.zeros, relu_of=y, need_dx=False)
    assert none is None
    assert all(np.array_equal(p, q) for p, q in zip(with_dx[1:], without))
    assert all(np.array_equal(p, q) for p, q in zip((x, w, b, dy), given_arrays))


@COMPILES
def test_no_images_give_no_images():
    x, w, b = np.zeros((0, 8, 8, 2)), normal(1, 3, 3, 2, 3), normal(2, 3)
    y = winograd.forward(x, w, b)
    dx, dw, db = winograd.backward(x, w, y)
    assert y.shape == (0, 6, 6, 3) and dx.shape == x.shape
    assert not dw.any() and not db.any()


@COMPILES
def test_a_nan_spreads_over_its_tile_and_no_further():
    x = np.ones((1, 12, 12, 1))
    x[0, 2, 2] = np.nan  # tiles begin every 4 pixels and have 6: this one is in the first alone
    y = winograd.forward(x, np.ones((3, 3, 1, 1)), np.zeros(1), relu=True)
    assert np.isnan(y[0, :4, :4]).all()
    assert np.isfinite(y[0, 4:]).all() and np.isfinite(y[0, :, 4:]).all()


@pytest.mark.parametrize(("size", "strides", "message"), [
    ((3, 2), (1, 2), r"takes kernels larger than their strides and at most 5 times as large, in height and "
                     r"width, got 3 x 2 with strides \(1, 2\): use im2col"),
    ((1, 3), (1, 1), "got 1 x 3"), ((6, 6), (1, 1), "got 6 x 6"), ((11, 11), (2, 2), "got 11 x 11"),
])  # fmt: skip
def test_what_has_no_tiles_is_refused(size, strides, message):
    with pytest.raises(ValueError, match=message):
        winograd.forward(np.ones((1, 8, 8, 1)), np.ones((*size, 1, 1)), np.ones(1), strides)
    with pytest.raises(ValueError, match=message):
        layers.Conv2D(4, size, strides, algorithm="winograd")


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_which_kernels_have_tiles(stride):
    """Larger than the stride and at most 5 times as large, each way."""
    sizes = [size for size in range(1, 6 * stride) if winograd.has_tiles((size, 3), (stride, 1))]
    assert sizes == [*range(stride + 1, 5 * stride + 1)]
    assert sizes == [size for size in range(1, 6 * stride) if winograd.has_tiles((3, size), (1, stride))]


@COMPILES
def test_a_layer_can_be_told_to_use_it(rng, float64):
    x = rng.standard_normal((2, 9, 8, 3))
    one, other = (
        layers.Conv2D(4, 3, activation="relu", algorithm=name, input_shape=x.shape[1:])
        for name in ("im2col", "winograd")
    )
    one.build((None, 9, 8, 3))
    other.build((None, 9, 8, 3))
    other.set_weights(one.get_weights())
    y = one.forward(x)
    assert np.abs(other.forward(x) - y).max() < 1e-12 * np.abs(y).max()
    dy = rng.standard_normal(y.shape)
    assert np.abs(one.backward(dy) - other.backward(dy)).max() < 1e-11
    assert layers.Conv2D.from_config(other.get_config()).algorithm == "winograd"


def test_auto_chooses_by_the_rule():
    """Documented layers: mostly the first of a network on im2col, the others on Winograd."""
    for C, F, size, strides, H, padding, due in [
        (3, 32, 3, 1, 32, "same", conv2d), (32, 64, 3, 1, 16, "same", winograd),
        (6, 16, 5, 1, 14, "valid", conv2d), (64, 64, 5, 1, 16, "same", winograd),
        (32, 128, 5, 2, 16, "same", winograd), (3, 96, 11, 4, 227, "valid", winograd),
        (64, 64, 1, 1, 32, "same", conv2d), (64, 64, 7, 1, 32, "same", conv2d),
    ]:  # fmt: skip
        layer = layers.Conv2D(F, size, strides, padding)
        layer.build((None, H, H, C))
        assert layer.compute is due


def test_an_unknown_algorithm_is_refused():
    with pytest.raises(ValueError, match="unknown algorithm 'vinograd': did you mean 'winograd'"):
        layers.Conv2D(4, 3, algorithm="vinograd")


@COMPILES
@pytest.mark.parametrize("r", [3, 5])  # in tiles of 6 x 6, and of 8 x 8
def test_the_same_bits_on_any_number_of_threads(r):
    script = f"""
import hashlib
import numpy as np
import minicnn as mc
from minicnn.kernels import winograd
rng = np.random.default_rng(0)
x, w, b = (rng.standard_normal(s) for s in ((9, 13, 11, 5), ({r}, {r}, 5, 7), (7,)))
for count in (1, 2, 4):
    mc.set_num_threads(count)
    y = winograd.forward(x, w, b, padding=((1, 1), (1, 1)))
    arrays = y, *winograd.backward(x, w, y, padding=((1, 1), (1, 1)))
    print(hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest())
"""
    assert len(set(run_python(script, NUMBA_NUM_THREADS="4").split())) == 1


@COMPILES
def test_same_padding_and_tiles_that_hang_over():
    """13 pixels are three tiles of 4 and one of 1: the last is cut, and the gradient knows it."""
    zeros = padding_amounts("same", (13, 13), (3, 3), (1, 1))
    window = replace(Window((1, 13, 13, 2), (3, 3), (1, 1), "same", 7))
    x, w, b, _ = arrays(window, 2)
    agree(winograd.forward(x, w, b, padding=zeros), conv2d.forward(x, w, b, padding=zeros), 1e-12)


@COMPILES
def test_a_strip_longer_than_what_lies_near():
    """15 tiles of 40 channels: 8 at a time have room in the nearest cache, and 7 are left."""
    window = Window((1, 8, 60, 40), (3, 3), (1, 1), "same", 8)
    assert winograd_tiles.tiles_at_a_time(40, (2, 15, 4, 4, 1, 1, 1, 1, POINTS[6])) == 8
    x, w, b, dy = arrays(window, 2)
    agree(winograd.forward(x, w, b, padding=window.zeros),
          conv2d.forward_matrix(x, w, b, padding=window.zeros), 1e-11)  # fmt: skip
    due = conv2d.backward_matrix(x, w, dy, padding=window.zeros)
    for mine, theirs in zip(winograd.backward(x, w, dy, padding=window.zeros), due):
        agree(mine, theirs, 1e-11)


@COMPILES
@pytest.mark.parametrize("kernel_size, strides", [
    ((5, 5), (2, 2)), ((3, 3), (1, 1)), ((4, 3), (2, 2)), ((5, 3), (2, 1)), ((2, 7), (1, 2)), ((5, 7), (3, 3))
])  # fmt: skip
def test_what_does_not_count_at_infinity_is_multiplied_by_nothing(kernel_size, strides):
    """With strides the last row or column of the filter does not meet all pixels taken together."""
    geometry = winograd.geometry_for((*kernel_size, 3, 4), strides, NO_PADDING, 6, 6)
    U = winograd_filters.transform(normal(0, *kernel_size, 3, 4), strides, len(geometry[8]))
    counted = 0
    for i, j in np.ndindex(U.shape[:2]):
        few = winograd_tiles.counting(i, j, U.shape[2], geometry)
        assert U[i, j, few - 1].all()
        assert not U[i, j, few:].any()
        counted += few
    divide = all(size % stride == 0 for size, stride in zip(kernel_size, strides))
    assert (counted == U[..., 0].size) == divide


# ---------------------------------------------------------------- how the work is cut, and so its rounding


CUTS = [*itertools.product(
    (0, 1, 3, 32, 100), (4, 9, 32, 224), (1, 3, 32, 256), (2, 64, 512), (2, 3, 5), (np.float32, np.float64),
)]  # fmt: skip


def planned(N, H, C, F, r, dtype):
    """x, its plan, and strips, tiles a strip, and bytes of V and M a strip of the plan."""
    x = np.broadcast_to(dtype(0), (N, H, H, C))
    plan = winograd.plan_for(x, (r, r, C, F), (N, H, H, F), (1, 1), ((r // 2, 0), (r // 2, 0)))
    tile = 8 if eight_pays(H, r) else 6
    tiles = -(-H // (tile + 1 - r))
    return x, plan, N * tiles, tiles, tile**2 * tiles * (C + F) * x.itemsize


def eight_pays(H, r):
    """Whether tiles of 8 x 8 need less than three quarters of the multiplications that 6 x 6 need."""
    six, eight = (tile**2 * (-(-H // (tile + 1 - r))) ** 2 for tile in (6, 8))
    return 4 * eight < 3 * six


def test_the_tiles_of_documented_layers():
    """5 x 5 pixels: "second" and AlexNet. Filters of 3 x 3 fill tiles of 6 x 6 as well, or nearly so."""
    for H, r, due in [(32, 5, 8), (16, 5, 8), (27, 5, 8), (224, 3, 6), (56, 3, 6), (32, 3, 6), (11, 4, 6)]:
        assert winograd.best_tiles((r, r, 32, 64), (1, 1), H, H)[0] == due
    assert winograd.best_tiles((5, 5, 32, 32), (2, 2), 8, 8)[0] == 6  # 3 x 3 on pixels taken together


def test_the_tiles_of_pictures_that_larger_ones_fit_better():
    """6 x 6 outputs are one tile of 8 x 8 or four of 6 x 6, 18 x 18 nine or twenty-five."""
    tiles = {H: winograd.best_tiles((3, 3, 8, 8), (1, 1), H, H)[0] for H in range(1, 25)}
    assert [H for H, tile in tiles.items() if tile == 8] == [5, 6, 17, 18]


def test_the_tiles_need_the_fewest_multiplications():
    """8 x 8 where these are less than 3/4 of those that 6 x 6 need: counted tile by tile, for many sizes."""
    for RH, RW, OH, OW in itertools.product((2, 3, 4, 5), (2, 3, 5), range(1, 41), (1, 6, 31, 32, 40)):
        six, eight = (
            len(range(0, OH, tile + 1 - RH)) * len(range(0, OW, tile + 1 - RW)) for tile in (6, 8)
        )
        due = (8, eight) if 4 * 64 * eight < 3 * 36 * six else (6, six)
        assert winograd.best_tiles((2 * RH, RW, 3, 3), (2, 1), OH, OW) == due


def test_it_pays_where_it_needs_fewer_multiplications():
    """To carry a number to a point, or from there, counts as 20 of them."""
    sizes = (1, 2, 8, 16, 20, 21, 22, 23, 24, 32, 48, 64, 100)
    cases = itertools.product((2, 3, 5), ((1, 1), (2, 1), (2, 2)), (3, 8, 15, 32), sizes, sizes)
    for r, (SH, SW), H, C, F in cases:
        w_shape = (r * SH, r * SW, C, F)
        tile, tiles = winograd.best_tiles(w_shape, (SH, SW), H, H + 1)
        points, pixels = tiles * tile**2, SH * SW
        work = points * pixels * C * F + 20 * (points * pixels * C + points * F)
        assert winograd.pays(w_shape, (SH, SW), H, H + 1) == (work < H * (H + 1) * r * r * pixels * C * F)
    assert not winograd.pays((1, 1, 512, 512), (1, 1), 32, 32)


def test_as_many_strips_at_a_time_as_fit():
    """Into the cache of 1 MiB, or into what U takes where that is more, up to 16 MiB."""
    for cut in CUTS:
        _, _, C, F, r, _ = cut
        x, (geometry, size), _, tiles, each = planned(*cut)
        tile = len(geometry[8])
        room = sorted([2**20, tile**2 * C * F * x.itemsize, 2**24])[1]
        assert size == 1 or size * each <= room
        assert (size + 1) * each > room
        m = tile + 1 - r
        assert geometry == (tiles, tiles, m, m, 1, 1, r // 2, r // 2, POINTS[tile], 1, 1)


@pytest.mark.parametrize("H, C, F, due", [
    (16, 32, 32, 16), (16, 32, 33, 15),  # 4 tiles of 8 x 8 for 64 numbers: 64 KiB of V and M
    (12, 5, 677, 2), (12, 6, 677, 1),  # 3 for 683: two such strips are 1 MiB and 512 bytes
    (64, 256, 256, 8), (64, 512, 512, 4), (64, 512, 513, 3),  # U takes 16 MiB, which is the most; 64
])  # fmt: skip
def test_strips_that_fill_the_cache_exactly_fit(H, C, F, due):
    x = np.broadcast_to(np.float32(0), (1, H, H, C))
    geometry, size = winograd.plan_for(x, (5, 5, C, F), (1, H, H, F), (1, 1), ((2, 2), (2, 2)))
    assert (len(geometry[8]), size) == (8, due)


def test_shares_are_even_and_small_enough():
    for cut in CUTS:
        x, plan, strips, tiles, _ = planned(*cut)
        shares, (_, size) = winograd.shares_for(x, plan)

        def do(count):
            """Whether so many shares are enough."""
            fits = count * plan[1] >= strips  # noqa: B023 - at once
            small = count >= 8 or strips * tiles / count < 64  # noqa: B023
            return count >= strips or (fits and small)  # noqa: B023

        assert shares == next(2**k for k in range(30) if do(2**k))
        assert size == max(1, -(-strips // shares))


@pytest.mark.parametrize("strips, TW, size, due", [
    (16, 16, 99, 8), (15, 17, 99, 4), (12, 21, 99, 4), (8, 8, 99, 2), (7, 9, 99, 1),  # 64 tiles a share
    (99, 99, 99, 8), (99, 99, 13, 8), (99, 99, 12, 16), (16, 1, 2, 8), (17, 1, 2, 16),
    (1, 9, 1, 1), (0, 9, 1, 1),
])  # fmt: skip
def test_shares_of_just_enough_tiles(strips, TW, size, due):
    x, geometry = np.broadcast_to(np.float32(0), (strips, 1, 1, 1)), (1, TW, 4, 4)
    assert winograd.shares_for(x, (geometry, size)) == (due, (geometry, max(1, -(-strips // due))))


def test_large_sums_are_four_at_most():
    """Eight times 36 or 64 matrices of gradients take more memory than the pictures do."""
    x = np.zeros((64, 16, 16, 1), np.float32)
    for C, groups in ((128, 8), (240, 8), (256, 4), (512, 4)):
        plan = winograd.plan_for(x, (3, 3, C, C), (64, 16, 16, C), (1, 1), ((1, 1), (1, 1)))
        assert winograd.groups_for(np.broadcast_to(x[:1], (64 * 64, 16, 16, 1)), plan, C, C)[0] == groups


def test_sums_of_exactly_64_mib_are_not_too_large():
    x = np.broadcast_to(np.float32(0), (512, 16, 16, 1))
    for C, F, due in ((128, 256, 8), (256, 128, 8), (11, 2979, 4), (129, 256, 4)):  # 8 times 64 C F numbers
        plan = winograd.plan_for(x, (5, 5, C, F), (512, 16, 16, F), (1, 1), ((2, 2), (2, 2)))
        assert len(plan[0][8]) == 8 and winograd.groups_for(x, plan, C, F)[0] == due


@pytest.mark.parametrize("N, TW, C, F, due", [
    (16, 4, 8, 8, 8), (16, 4, 128, 128, 8), (16, 4, 129, 129, 8), (16, 4, 130, 130, 4),  # 8 times 64 tiles
    (15, 4, 8, 8, 4), (8, 8, 8, 8, 8), (9, 7, 8, 8, 4), (7, 9, 8, 8, 4), (3, 99, 8, 8, 2), (1, 999, 8, 8, 1),
    (1, 1, 8, 8, 1), (0, 8, 8, 8, 1),
])  # fmt: skip
def test_groups_with_just_enough_work(N, TW, C, F, due):
    """64 tiles a group, or as many as make V and dM as large as dU; and no group without a picture."""
    x, geometry = np.broadcast_to(np.float32(0), (N, 1, 1, 1)), (8, TW, 4, 4, 1, 1, 1, 1, POINTS[6], 1, 1)
    groups, (same, size) = winograd.groups_for(x, (geometry, 10**6), C, F)
    assert (groups, same) == (due, geometry)
    assert size == -(-max(N, 1) * 8 // due)  # a group is done at once where there is room for it
    assert winograd.groups_for(x, (geometry, 3), C, F)[1] == (geometry, min(size, 3))


def test_groups_have_work_enough_for_a_sum_of_their_own():
    for cut in CUTS:
        N, C, F = cut[0], cut[2], cut[3]
        x, plan, strips, tiles, _ = planned(*cut)
        groups, (_, size) = winograd.groups_for(x, plan, C, F)
        least = max(64, C * F // (C + F))
        few = len(plan[0][8]) ** 2 * C * F * x.itemsize * 8 > 2**26
        most = (4, 2, 1) if few else (8, 4, 2, 1)
        assert groups == next(g for g in most if g == 1 or (g <= N and strips * tiles >= g * least))
        assert size == min(plan[1], -(-max(N, 1) * plan[0][0] // groups))
