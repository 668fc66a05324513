"""The numbers behind Winograd's convolution: the matrices slide a filter, the lines are the matrices."""

import numpy as np
import pytest
from agreement import agree
from recorded import in_python, recorded
from strategies import normal

from minicnn.kernels import toom_cook

SIZES = pytest.mark.parametrize("r", [2, 3, 4, 5])
TILES = pytest.mark.parametrize("tile", toom_cook.POINTS)


@TILES
@pytest.mark.parametrize("r", [1, 2, 3, 4, 5])
def test_the_matrices_slide_a_filter(tile, r):
    A, B, G = toom_cook.matrices(tile, r)
    d, g = normal(1, tile), normal(2, r)
    slid = [d[k : k + r] @ g for k in range(tile + 1 - r)]
    agree(A.T @ ((G @ g) * (B.T @ d)), slid, 1e-13)


@TILES
@SIZES
def test_b_is_exact_in_float32_and_the_same_for_every_filter(tile, r):
    _, B, _ = toom_cook.matrices(tile, r)
    quarters = 4 * B if tile == 8 else B
    agree(quarters, np.round(quarters), 0)
    agree(B, toom_cook.matrices(tile, 3)[1], 0)


@pytest.mark.parametrize(("tile", "r", "message"), [
    (4, 3, "there are points for tiles of 6 or 8 numbers a side, got tile=4"), (7, 3, "got tile=7"),
    (6, 0, "a tile of 6 numbers takes filters of 1 to 6, got r=0"), (8, 9, "filters of 1 to 8, got r=9"),
])  # fmt: skip
def test_sizes_without_matrices_are_refused(tile, r, message):
    with pytest.raises(ValueError, match=message):
        toom_cook.matrices(tile, r)


def numbers_by_hand(points):
    """n as the docstring has it: every point's distances from the other finite ones, multiplied."""
    finite = points[:-1]
    return [*(np.prod([p - q for q in finite if q != p]) for p in finite), 1]


@TILES
@SIZES
def test_the_rows_are_divided_by_n(tile, r):
    points = toom_cook.POINTS[tile]
    values = np.array([[p**k for k in range(r)] for p in points[:-1]] + [[0] * (r - 1) + [1]])
    n = np.array(numbers_by_hand(points))
    agree(toom_cook.matrices(tile, r)[2], values / n[:, None], 1e-14)


# The rows of a tile, SIZE columns, in flat memory. Where they begin shares binary digits with the numbers of
# columns: a place that is worked out in a wrong way, such as begin | column, is a wrong place.
AT, GAP, SIZE = 3, 11, 5


def transformed(function, tile, k, *how):
    """What ``function`` makes of a 1 in row k, every column; it leaves everything beside its rows alone."""
    source, out = np.full((2, AT + tile * GAP), np.nan)
    source[AT:].reshape(tile, GAP)[:, :SIZE] = np.eye(tile)[:, k : k + 1]
    function(toom_cook.POINTS[tile], source, AT, GAP, out, AT, GAP, *how, SIZE)
    assert np.isnan(out[:AT]).all() and np.isnan(out[AT:].reshape(tile, GAP)[:, SIZE:]).all()
    return out[AT:].reshape(tile, GAP)[:, :SIZE]


@TILES
@SIZES
def test_the_lines_written_out_are_the_matrices(tile, r):
    """Every function, number by number: column k of a matrix is what becomes of a 1 at place k."""
    A, B, _ = toom_cook.matrices(tile, r)
    m = tile + 1 - r

    def is_column(found, matrix, k):
        agree(found, np.repeat(matrix[:, k : k + 1], SIZE, 1), 1e-14)

    for k in range(tile):
        is_column(transformed(toom_cook.input_points, tile, k), B.T, k)
        is_column(transformed(toom_cook.input_points_back, tile, k), B, k)
        is_column(transformed(toom_cook.output_points, tile, k, m)[:m], A.T, k)
    for k in range(m):
        is_column(transformed(toom_cook.output_points_back, tile, k, m), A, k)


def test_the_recipe_gives_the_example_but_for_two_signs(monkeypatch):
    points = (0.0, 1.0, -1.0, np.inf)
    monkeypatch.setitem(toom_cook.POINTS, 4, points)
    A, B, G = toom_cook.matrices.__wrapped__(4, 3)
    assert numbers_by_hand(points) == [-1, 2, 2, 1]
    agree(B.T, np.array([[-1.0, 0, 1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]]), 0)
    agree(G, np.array([[-1.0, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]), 0)
    agree(A.T, np.array([[1.0, 1, 1, 0], [0, 1, -1, 1]]), 0)


def test_the_example_in_the_docstring():
    (d0, d1, d2, d3), (g0, g1, g2) = normal(3, 4), normal(4, 3)
    t = d0 - d2, d1 + d2, d2 - d1, d3 - d1
    u = g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2
    m0, m1, m2, m3 = np.multiply(t, u)
    agree([m0 + m1 + m2, m1 - m2 + m3], [d0 * g0 + d1 * g1 + d2 * g2, d1 * g0 + d2 * g1 + d3 * g2], 1e-13)


@TILES
@pytest.mark.parametrize("name", ["input_points", "input_points_back", "output_points", "output_points_back"])
def test_every_row_is_a_stream_of_its_own(tile, name, monkeypatch):
    """What apart.py promises of them, no number that is computed shows."""
    module = {6: toom_cook.six, 8: toom_cook.eight}[tile]
    recorded(monkeypatch, module, "read", 1.0)
    written = recorded(monkeypatch, module, "write")
    rows = tile - 1 if name == "output_points" else tile  # of filters of 2 numbers
    how = (tile - 1,) if "output" in name else ()
    in_python(getattr(module, name))(np.ones(tile), 0, 1, np.ones(tile), 0, 1, *how, 1)
    assert [(place, stream) for _, place, _, stream in written] == [(row, row) for row in range(rows)]
