"""How a convolution is cut: as many at a time as fit, no more pieces than needed, nothing twice.

No result shows it but in its rounding and its time. What fits where was measured, and stands here in bytes.
"""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from recorded import evenly, in_python, recorded

from minicnn.kernels import (
    conv2d_compiled,
    conv2d_direct,
    conv_pool,
    winograd,
    winograd_filters,
    winograd_tiles,
)
from minicnn.kernels.conv2d_direct import ROWS
from minicnn.kernels.registers import BYTES
from minicnn.kernels.toom_cook import POINTS

KIB = 1024
COLUMNS = BYTES // 4  # of a tile, in float32
NO_PADDING = ((0, 0), (0, 0))


def zeros(*shape, dtype=np.float32):
    """An array of any size that takes no memory."""
    return np.broadcast_to(dtype(0), shape)


# ---------------------------------------------------------------- windows where they stand


@pytest.mark.parametrize("row", [32, 64, 128])
def test_neighbours_need_the_least_work_and_not_much_more_than_necessary(monkeypatch, row):
    """Multiplications of P neighbours in whole tiles, by the necessary ones: 9/4 at most."""
    monkeypatch.setattr(conv2d_direct, "BYTES", row)
    cases = itertools.product(
        (16, 17), (1, 2, 6, 8, 12, 16, 31, 32, 33), (1, 3, 5, 16), (1, 2, 11), (1, 2, 12, 30), (4, 8)
    )
    for C, F, KW, stride, OW, itemsize in cases:
        columns = row // itemsize
        work = {
            P: Fraction(-(-P * F // columns) * columns * (KW + (P - 1) * stride), P * F * KW)
            for P in range(1, columns + 1) if OW % P == 0
        }  # fmt: skip
        best = min(work, key=work.get)
        good = C <= 16 and work[best] <= Fraction(9, 4)
        for full in (False, True):
            due = best if good and (not full or best * F % columns == 0) else 0
            assert conv2d_direct.neighbours.__wrapped__((3, KW, C, F), stride, OW, itemsize, full) == due


def test_exactly_9_4_of_the_work_is_worth_it(monkeypatch):
    """Two neighbours of 12 filters fill 24 of 32 columns, and see 16 + 11 pixels: 4/3 times 27/16."""
    monkeypatch.setattr(conv2d_direct, "BYTES", 128)
    due = [conv2d_direct.neighbours.__wrapped__((1, 16, 3, 12), stride, 2, 4) for stride in (11, 12)]
    assert due == [2, 0]


def test_no_filters_have_no_neighbours():
    assert conv2d_direct.neighbours.__wrapped__((3, 3, 3, 0), 1, 8, 4) == 0


@pytest.mark.parametrize("itemsize", [4, 8])
def test_whole_tiles_hold_the_filters_and_no_tile_is_empty(itemsize):
    tile = BYTES // itemsize
    for F in range(3 * tile + 1):
        columns = conv2d_direct.whole(F, itemsize)
        assert columns % tile == 0 and columns - tile < F <= columns


@pytest.fixture
def products(monkeypatch):
    """The calls of ``multiply``; nothing is cut out of pictures for them."""
    recorded(monkeypatch, conv2d_direct, "_band")
    return recorded(monkeypatch, conv2d_direct, "multiply")


@pytest.mark.parametrize("OW", [1, ROWS - 1, ROWS, ROWS + 1, 2 * ROWS, 2 * ROWS + 1, 5 * ROWS - 1])
def test_forward_tiles_are_few_and_of_rows_enough_for_the_registers(products, OW):
    rows, J, at = 3, 2 * COLUMNS, 7
    geometry = rows, OW, 1, 1, 1, 1, 0, 0, 1, OW, J, J
    y = np.empty(at + rows * OW * J, np.float32)
    x, w = zeros(1, rows, OW, 2), zeros(3 * J)
    in_python(conv2d_direct.forward_piece)(x, 0, 0, rows, w, False, geometry, None, None, y, at)
    pixels = [call[0] for call in products]
    assert max(pixels) <= ROWS and max(pixels) - min(pixels) <= 1
    assert len(products) == rows * 2 * -(-OW // ROWS)
    written = sorted(call[-2] - at + r * J for call in products for r in range(call[0]))
    assert written == [*range(0, rows * OW * J, COLUMNS)]  # each row of a tile begins one, and none twice


@pytest.mark.parametrize("OW, F, near", [
    (KIB // COLUMNS, COLUMNS, 4),  # rows of 4 KiB: four of them fit into 16
    (25, 41, 3),  # of 4 KiB and a number
    (4 * KIB // COLUMNS, COLUMNS, 1), (5 * KIB // COLUMNS, COLUMNS, 1), (2 * KIB // COLUMNS, COLUMNS, 2),
])  # fmt: skip
def test_backward_as_many_rows_as_stay_near(products, OW, F, near):
    rows, KH, run, C, columns = 10, 2, 2 * ROWS + 1, 1, -(-F // COLUMNS)
    geometry = rows, OW, KH, run, 1, 1, 0, 0, 1, OW + run, F, F
    dy, dw = zeros(1, rows, OW, F), np.empty((KH * run + 1, F), np.float32)
    x = zeros(1, rows, OW, C)
    in_python(conv2d_direct.backward_piece)(x, 0, 0, rows, dy, dy, False, 0, geometry, None, None, dw)
    heights = [(call[5] // (OW * F), call[7]) for call in products]
    due = [(first, (min(near, rows - first), OW)) for first in range(0, rows, near)]
    assert [*dict.fromkeys(heights)] == due
    for each in due:
        calls = [call for call, height in zip(products, heights) if height == each]
        assert len(calls) == columns * (KH * 3 + 1)  # and one for the bias
        assert max(call[0] for call in calls) <= ROWS
        written = sorted(call[9] // F + r for call in calls for r in range(call[0]))
        assert written == [k for k in range(KH * run + 1) for _ in range(columns)]


def test_backward_filters_of_several_tiles(products):
    rows, OW, F = 2, 3, 3 * COLUMNS
    geometry = rows, OW, 1, ROWS, 1, 1, 0, 0, 1, OW + ROWS, F, F
    dy, dw = zeros(1, rows, OW, F), np.empty((ROWS + 1, F), np.float32)
    x = zeros(1, rows, OW, 1)
    in_python(conv2d_direct.backward_piece)(x, 0, 0, rows, dy, dy, False, 0, geometry, None, None, dw)
    assert [call[:1] for call in products] == [(ROWS,), (1,)] * 3
    assert [call[5] for call in products] == [f for f in (0, COLUMNS, 2 * COLUMNS) for _ in (0, 1)]


# ---------------------------------------------------------------- one matrix product

WINDOWS = [*itertools.product(
    (4, 8), (1, 3, 40), (1, 2, 5), (1, 2, 3), (1, 13, 224), (1, 12, 60), (0, 1, 2, 4),
)]  # fmt: skip


def test_as_many_rows_of_windows_as_fill_the_cache():
    """512 KiB: of rows of one picture, and where those are all, of pictures."""
    for itemsize, C, K, S, OH, OW, P in WINDOWS:
        if P and OW % P:
            continue
        x = zeros(1, 1, 1, C, dtype={4: np.float32, 8: np.float64}[itemsize])
        padding = ((1, 2), (3, 4))
        geometry, rows, size = conv2d_compiled.plan_for(
            x, (K + 1, K, C, 6), (1, OH, OW, 6), (S, S + 1), padding, P
        )
        many = max(P, 1)
        wide = K + (many - 1) * (S + 1)  # pixels that so many neighbours see
        step = many * (S + 1)
        width = max(j + kw // step for j in range(OW // many) for kw in range(wide)) + 1  # of a plane
        one = width * (K + 1) * wide * C * itemsize
        fits = [r for r in range(1, OH + 1) if r * one <= 512 * KIB]
        assert rows == max(fits, default=1)
        read = max(r + kh // S for r in range(rows) for kh in range(K + 1)) + 1
        J = conv2d_direct.whole(P * 6, itemsize) if P else 6
        assert geometry == (OH, OW // many, K + 1, wide, S, step, 1, 3, read + 1, width, many * 6, J)
        assert size >= 1 and (size == 1 or size * OH * one <= 512 * KIB) and (size + 1) * OH * one > 512 * KIB


@pytest.mark.parametrize("C, OH, due", [
    (32, 9, (2, 1)),  # rows of 128 windows of 16 x 32 numbers: two fill the cache exactly
    (33, 9, (1, 1)), (32, 2, (2, 1)), (32, 1, (1, 2)), (33, 1, (1, 1)), (65, 9, (1, 1)),
])  # fmt: skip
def test_what_fills_the_cache_exactly_fits(C, OH, due):
    plan = conv2d_compiled.plan_for(zeros(1, 1, 1, C), (4, 4, C, 6), (1, OH, 128, 6), (4, 4), NO_PADDING, 0)
    assert plan[1:] == due


def test_what_is_128_bytes_too_large_does_not():
    """Two rows of 241 windows of 16 x 17 numbers, 4 bytes each."""
    plan = conv2d_compiled.plan_for(zeros(1, 1, 1, 17), (4, 4, 17, 6), (1, 9, 241, 6), (4, 4), NO_PADDING, 0)
    assert plan[1:] == (1, 1)


def test_a_thread_has_the_room_it_needs_and_no_more():
    geometry, size, C = (7, 5, 3, 4, 2, 1, 1, 1, 6, 9, 8, 16), 3, 5
    planes, cols, z = in_python(conv2d_compiled.make_room)(zeros(1, 1, 1, C), (geometry, 4, size))
    M = size * 4 * 9  # columns of cols: 4 rows of a plane 9 wide
    assert (planes.size, cols.size, z.shape) == (C * 2 * 1 * 6 * 9, (3 * 4 * C + 1) * M, (M, 16))


@pytest.fixture
def two_rows_a_piece(monkeypatch):
    monkeypatch.setattr(conv2d_compiled, "neighbours", lambda *args, **how: 0)
    monkeypatch.setattr(conv2d_compiled, "CACHE", 2 * 5 * 4)  # of a kernel of 1 x 1 on 5 pixels


@pytest.mark.parametrize("N, due", [(0, 0), (1, 3), (10, 30), (11, 32), (100, 32)])
def test_forward_every_piece_is_a_share_up_to_32(monkeypatch, two_rows_a_piece, N, due):
    calls = recorded(monkeypatch, conv2d_compiled, "_forward")
    one = np.zeros((1, 1, 1, 1), np.float32)
    conv2d_compiled.forward(np.zeros((N, 5, 5, 1), np.float32), one, one[0, 0, 0])
    ((_, _, _, shares, (_, rows, _), _),) = calls
    assert (rows, shares) == (2, due)  # of five rows: three pieces


@pytest.mark.parametrize("N, due", [(0, 1), (1, 1), (7, 7), (8, 8), (9, 8), (100, 8)])
def test_backward_every_picture_is_a_group_up_to_8(N, due):
    x, w = zeros(N, 3, 3, 2), zeros(2, 2, 2, 5)
    for need_dx in (False, True):
        _, _, dx, dws = conv2d_compiled.sums_for(x, w, (N, 2, 2, 5), (1, 1), NO_PADDING, need_dx)
        assert len(dws) == due and dx.size == (x.size if need_dx else 0)
    assert dws.shape == (due, 2 * 2 * 2 + 1, 5)


@pytest.mark.parametrize("N, shares", [(1, 1), (1, 3), (5, 7), (11, 32), (100, 32)])
def test_shares_are_even_parts_of_all_pieces(monkeypatch, N, shares):
    geometry, rows = (5, 5, 1, 1, 1, 1, 0, 0, 3, 5, 1, 1), 2
    monkeypatch.setattr(conv2d_compiled, "pieces_of", in_python(conv2d_compiled.pieces_of))
    monkeypatch.setattr(conv2d_compiled, "make_room", lambda *args: None)
    calls = recorded(monkeypatch, conv2d_compiled, "forward_pieces")
    x = zeros(N, 5, 5, 1)
    for number in range(shares):
        in_python(conv2d_compiled._forward_share)(number, x, None, False, shares, (geometry, rows, 1), None)
    assert evenly([call[:2] for call in calls], 3 * N)


def test_as_many_pieces_at_a_time_as_the_plan_says(monkeypatch):
    """One product for three pieces of two rows, and for what is left."""
    geometry, C = (5, 4, 1, 1, 1, 1, 0, 0, 3, 4, 6, 6), 2
    monkeypatch.setattr(conv2d_compiled, "pieces_of", in_python(conv2d_compiled.pieces_of))
    for name in ("make_planes", "fill_columns", "copy_relu"):
        recorded(monkeypatch, conv2d_compiled, name)
    monkeypatch.setattr(conv2d_compiled, "_fill_block", in_python(conv2d_compiled._fill_block))
    calls = recorded(monkeypatch, conv2d_compiled, "gemm")
    x, plan = zeros(3, 5, 4, C), (geometry, 2, 3)
    room = in_python(conv2d_compiled.make_room)(x, plan)
    y, w = np.empty((3, 5, 4, 6), np.float32), zeros(C + 1, 6)
    in_python(conv2d_compiled.forward_pieces)(1, 9, x, w, False, plan, room, y, 0)
    assert [(cols.shape, z.shape) for cols, _, z, _ in calls] == [
        ((M, C + 1), (M, 6)) for M in (3 * 8, 3 * 8, 2 * 8)
    ]


@pytest.mark.parametrize("N, groups", [(1, 1), (8, 8), (13, 8), (0, 1)])
@pytest.mark.parametrize("need_dx", [False, True])
def test_a_group_clears_its_pictures_and_its_sums(monkeypatch, N, groups, need_dx):
    x, dws = zeros(N, 2, 3, 5), zeros(groups, 7, 3)
    dUs, dbs = zeros(groups, 6, 6, 2, 3), zeros(groups, 3)
    for module, sums in ((conv2d_compiled, (dws,)), (winograd, (dUs, dbs))):
        calls = recorded(monkeypatch, module, "fill")
        spans = [in_python(module.clear_group)(g, x, need_dx, x, *sums) for g in range(groups)]
        assert evenly(spans, N)
        due = []
        for g, (begin, end) in enumerate(spans):
            due.append((30 * begin, 30 * (end - begin), 0) if need_dx else (0, 0, 0))
            due += [(g * each[0].size, each[0].size, 0) for each in sums]
        assert [call[1:] for call in calls] == due


# ---------------------------------------------------------------- with less arithmetic


def test_tiles_at_a_time_are_as_many_as_lie_near():
    """8192 numbers: ``tile`` rows of the pixels that neighbouring tiles see, and at least one tile's."""
    for tile, r, run in itertools.product((6, 8), (2, 3, 5), (1, 3, 8, 32, 33, 40, 64, 100, 128, 129, 1024)):
        geometry = (2, 15, tile + 1 - r, tile + 1 - r, 1, 1, 0, 0, POINTS[tile], 1, 1)

        def numbers(tiles):
            return tile * run * (tiles * (tile + 1 - r) + r - 1)  # noqa: B023 - at once

        few = in_python(winograd_tiles.tiles_at_a_time)(run, geometry)
        assert few == max([t for t in range(1, 8192) if numbers(t) <= 8192], default=1)
    assert in_python(winograd_tiles.tiles_at_a_time)(32, (1, 1, 4, 4, 1, 1, 0, 0, POINTS[8])) == 7  # exactly


@pytest.mark.parametrize("TW", [1, 6, 7, 8, 14, 15])
def test_a_strip_is_read_as_many_tiles_at_a_time_as_lie_near(monkeypatch, TW):
    """Seven of 32 channels, and what is left: down the columns of all their pixels, then across each."""
    monkeypatch.setattr(winograd_tiles, "tiles_at_a_time", in_python(winograd_tiles.tiles_at_a_time))
    for name in ("fill", "copy"):
        recorded(monkeypatch, winograd_tiles, name)
    calls = recorded(monkeypatch, winograd_tiles, "input_points")
    C, W = 32, 4 * TW + 4
    geometry, x = (1, TW, 4, 4, 1, 1, 0, 0, POINTS[8], 1, 1), zeros(1, 8, W, C)
    V = np.empty((8, 8, TW, C), np.float32)
    rows, half = (np.empty(in_python(winograd_tiles.input_room)(C, geometry), np.float32) for _ in (0, 1))
    in_python(winograd_tiles.transform_input)(x, 0, geometry, rows, half, V, 0)
    down = [call[-1] for call in calls if call[4] is half]
    tiles = [min(7, TW - first) for first in range(0, TW, 7)]
    assert down == [(4 * each + 4) * C for each in tiles]
    assert len(calls) == len(tiles) + 8 * TW and half.size == 8 * 32 * C


def test_room_for_the_pixels_of_tiles_that_lie_near():
    for tile, SW, C in itertools.product((6, 8), (1, 2), (1, 16, 300)):
        geometry = (1, 99, 3, 3, 3, SW, 0, 0, POINTS[tile], 1, 1)
        few = in_python(winograd_tiles.tiles_at_a_time)(SW * C, geometry)
        pixels = len({t * 3 + k for t in range(few) for k in range(tile)})
        assert in_python(winograd_tiles.input_room)(C, geometry) == tile * pixels * SW * C


@pytest.mark.parametrize("tile", POINTS)
def test_a_thread_has_room_for_the_tiles_of_its_strips(tile):
    geometry, size, C, F = (3, 5, 4, 4, 1, 1, 0, 0, POINTS[tile], 1, 1), 2, 7, 4
    rows, half, sums, outputs, V, M = in_python(winograd.make_room)(zeros(1, 9, 9, C), C, F, (geometry, size))
    assert rows.size == half.size == in_python(winograd_tiles.input_room)(C, geometry)
    assert V.shape == (tile, tile, 10, C) and M.shape == (tile, tile, 10, F)
    assert (sums.size, outputs.size) == (tile * (tile - 1) * F, (tile - 1) ** 2 * F)
    assert not sums.any() and not outputs.any()  # more of them is read than the first strip writes


@pytest.mark.parametrize("N, shares", [(1, 1), (1, 2), (5, 8), (11, 16)])
def test_shares_are_even_parts_of_all_strips(monkeypatch, N, shares):
    monkeypatch.setattr(winograd, "make_room", lambda *args: None)
    calls = recorded(monkeypatch, winograd, "forward_strips")
    for number in range(shares):
        in_python(winograd._forward_share)(
            number, zeros(N, 9, 9, 2), zeros(6, 6, 2, 3), None, False, shares, ((3, 3), 1), None
        )
    assert evenly([call[:2] for call in calls], 3 * N)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 1000])
def test_filters_are_transformed_in_32_even_parts(monkeypatch, size):
    assert evenly([in_python(winograd_filters._columns)(number, size) for number in range(32)], size)
    for kernel in (winograd_filters._times, winograd_filters._times_back):
        calls = recorded(monkeypatch, winograd_filters, "share")
        in_python(kernel)(None, None, None, None)
        assert [call[1] for call in calls] == [32]


def test_the_sums_of_groups_are_added_in_the_columns_of_a_part():
    dUs = np.arange(24.0).reshape(3, 2, 4)
    due = dUs.copy()
    due[0, :, 1:3] = dUs[:, :, 1:3].sum(axis=0)
    winograd_filters._sum_groups(dUs, 1, 3)
    assert np.array_equal(dUs, due)


# ---------------------------------------------------------------- with the pooling behind it


@pytest.mark.parametrize("size, few", [(1, 1), (2, 1), (3, 1), (5, 1), (6, 2), (11, 3), (12, 4)])
def test_as_many_pictures_between_convolution_and_pooling_as_the_plan_says(monkeypatch, size, few):
    """Of three pieces, or strips, each; at least one picture."""
    N, shares, shape, geometry = 14, 3, (5, 4, 2), (3, 3, 1, 1, 1, 1, 0, 0, POINTS[6], 1, 1)
    x, y, U = zeros(N, 9, 9, 2), zeros(N, 2, 2, 2), zeros(6, 6, 2, 2)
    sums, pooling, plan = zeros(shares, 3), ((2, 2), (2, 2), (0, 0)), (geometry, 1, size)
    few = max(1, size // 3)
    for module, there, back in ((conv2d_compiled, "forward_pieces", "backward_pieces"),
                                (winograd, "forward_strips", "backward_strips")):  # fmt: skip
        monkeypatch.setattr(module, "make_room", lambda *args: None)
        recorded(monkeypatch, module, "fill")
        monkeypatch.setattr(module, "clear_group", in_python(module.clear_group))
        product = module is conv2d_compiled
        if product:
            monkeypatch.setattr(module, "pieces_of", in_python(module.pieces_of))
        else:
            plan = geometry, size
        convolved, pooled = recorded(monkeypatch, module, there), recorded(monkeypatch, conv_pool, "_pool")
        returned = recorded(monkeypatch, module, back)
        given_back = recorded(monkeypatch, conv_pool, "_pool_back")
        bias = () if product else (None,)
        one = conv_pool._product_share if product else conv_pool._tiles_share
        group = conv_pool._product_group if product else conv_pool._tiles_group
        dUs = (sums,) if product else (sums, sums)
        for number in range(shares):
            in_python(one)(number, x, U, *bias, True, shares, plan, shape, pooling, y, y)
            in_python(group)(number, x, U, y, y, y, True, True, plan, shape, pooling, x, *dUs)
        thirds = (0, 4), (4, 9), (9, 14)
        due = [(n, min(n + few, end)) for begin, end in thirds for n in range(begin, end, few)]
        assert [call[1:3] for call in pooled] == due == [call[4:6] for call in given_back]
        for calls, first in ((convolved, -1), (returned, 6)):
            assert [call[:2] for call in calls] == [(3 * begin, 3 * end) for begin, end in due]
            assert [call[first] for call in calls] == [begin for begin, _ in due]
        for between in (*(call[0] for call in pooled), *(call[-1] for call in given_back)):
            assert between.shape == (few, *shape)


@pytest.mark.parametrize("N", [0, 1, 31, 32, 33])
def test_every_picture_is_a_share_of_convolution_and_pooling_up_to_32(monkeypatch, N):
    x, w, how = np.zeros((N, 6, 6, 1), np.float32), np.zeros((3, 3, 1, 1), np.float32), ((1, 1), NO_PADDING)
    pool = ((2, 2), (2, 2), NO_PADDING)
    calls = recorded(monkeypatch, conv_pool, "_product")
    conv_pool.forward(x, w, w[0, 0, 0], *how, True, *pool, False)
    assert calls[0][3] == min(N, 32)
    calls = recorded(monkeypatch, conv_pool, "_tiles")
    conv_pool.forward(x, w, w[0, 0, 0], *how, True, *pool, True)
    due, _ = winograd.shares_for(x, winograd.plan_for(x, w.shape, (N, 4, 4, 1), *how))
    assert calls[0][4] == min(N, due)
