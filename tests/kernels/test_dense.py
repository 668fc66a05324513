"""Dense: every rung of the ladder is the definition, and the way back is the transpose."""

import numpy as np
import pytest
from agreement import ADJOINT, agree, agree_in_float32, is_adjoint, rungs
from hypothesis import given
from hypothesis import strategies as st
from recorded import in_python, recorded, shares
from strategies import SEEDS, normal

from minicnn.kernels import dense
from minicnn.kernels.dense import LADDER

RUNGS = rungs(LADDER)
forward, backward = LADDER[-1][1:]


@st.composite
def problems(draw, dtype=np.float64):
    """x, w, b, dy"""
    N, D, F = (draw(st.integers(1, 7)) for _ in range(3))
    seed = draw(SEEDS)
    return [normal(seed + k, *shape).astype(dtype) for k, shape in enumerate([(N, D), (D, F), (F,), (N, F)])]


@given(problems())
def test_every_rung_is_the_definition(p):
    x, w, b, dy = p
    (_, first_forward, first_backward), *others = LADDER
    y, gradients = first_forward(x, w, b), first_backward(x, w, dy)
    for name, other_forward, other_backward in others:
        agree(other_forward(x, w, b), y, what=f"{name}: y")
        for what, mine, due in zip(("dx", "dw", "db"), other_backward(x, w, dy), gradients):
            agree(mine, due, what=f"{name}: {what}")


@given(problems(np.float32))
def test_every_rung_in_float32_is_right_up_to_rounding(p):
    exact = [a.astype(np.float64) for a in p]
    (_, first_forward, first_backward), *_ = LADDER

    def all_of(x, w, b, dy):
        return first_forward(x, w, b), *first_backward(x, w, dy)

    due, sizes = all_of(*exact), all_of(*map(np.abs, exact))
    x, w, b, dy = p
    terms = (x.shape[1] + 1, w.shape[1], len(x), len(x))
    for name, other_forward, other_backward in LADDER:
        results = other_forward(x, w, b), *other_backward(x, w, dy)
        for what, *each in zip(("y", "dx", "dw", "db"), results, due, sizes, terms):
            agree_in_float32(*each, what=f"{name}: {what}")


@RUNGS
@pytest.mark.parametrize("dtype", ADJOINT)
@given(p=problems())
def test_backward_is_the_transpose_of_forward(forward, backward, dtype, p):
    x, w, b, dy = (each.astype(dtype) for each in p)
    y, (dx, dw, db) = forward(x, w, 0 * b), backward(x, w, dy)
    is_adjoint(y, dy, x, dx)
    is_adjoint(y, dy, w, dw)
    is_adjoint(forward(0 * x, w, b), dy, b, db)


@given(problems())
def test_relu_on_the_way_is_relu_apart(p):
    x, w, b, dy = p
    y = forward(x, w, b, relu=True)
    np.testing.assert_array_equal(y, np.maximum(forward(x, w, b), 0))
    fused, apart = backward(x, w, dy, relu_of=y), backward(x, w, np.where(y > 0, dy, 0))
    for mine, due in zip(fused, apart):
        np.testing.assert_array_equal(mine, due)


@given(problems())
def test_dx_only_where_somebody_needs_it(p):
    x, w, _, dy = p
    dx, *others = backward(x, w, dy, need_dx=False)
    _, *due = backward(x, w, dy)
    assert dx is None
    for mine, each in zip(others, due):
        np.testing.assert_array_equal(mine, each)


@pytest.mark.parametrize("relu", [False, True])
def test_nan_stays_in_its_row(relu):
    x, w, b = normal(0, 3, 4), normal(1, 4, 5), normal(2, 5)
    x[1, 2] = np.nan
    y = forward(x, w, b, relu)
    assert np.isnan(y[1]).all() and np.isfinite(y[[0, 2]]).all()
    _, dw, _ = backward(x, w, np.ones_like(y), relu_of=y if relu else None)
    assert np.isnan(dw[2]).all() and np.isfinite(dw[[0, 1, 3]]).all()


@RUNGS
def test_no_rows_give_no_rows(forward, backward):
    x, w, b = np.zeros((0, 4)), normal(0, 4, 3), normal(1, 3)
    y = forward(x, w, b)
    dx, dw, db = backward(x, w, y)
    assert y.shape == (0, 3) and dx.shape == (0, 4)
    np.testing.assert_array_equal(dw, np.zeros((4, 3)))
    np.testing.assert_array_equal(db, np.zeros(3))


@RUNGS
@given(problems())
def test_inputs_stay_as_they_are(forward, backward, p):
    before = [a.copy() for a in p]
    x, w, b, dy = p
    forward(x, w, b)
    backward(x, w, dy)
    for now, then in zip(p, before):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("D", [dense.PIECE - 1, dense.PIECE, 2 * dense.PIECE, 3 * dense.PIECE + 1])
@pytest.mark.parametrize("F", [dense.PIECE, dense.PIECE + 1, 2 * dense.PIECE + 5])
def test_weights_of_several_pieces(D, F):
    x, w, b, dy = normal(0, 3, D), normal(1, D, F), normal(2, F), normal(3, 3, F)
    agree(forward(x, w, b), x @ w + b)
    agree(forward(x, w, b, relu=True), np.maximum(x @ w + b, 0))
    for mine, due in zip(backward(x, w, dy), (dy @ w.T, x.T @ dy, dy.sum(0))):
        agree(mine, due)


@pytest.mark.parametrize("D, F", [(1, 1), (128, 64), (127, 63), (129, 65), (256, 128), (300, 200)])
def test_weights_are_cut_into_128_rows_or_64_columns(monkeypatch, D, F):
    """And forward, where a piece is copied, into both: none is left out, none taken twice."""
    w, x, y = np.arange(float(D * F)).reshape(D, F), np.ones((2, D)), np.zeros((2, F))
    columns = [(begin, min(begin + 64, F)) for begin in range(0, F, 64)]
    rows = [(begin, min(begin + 128, D)) for begin in range(0, D, 128)]
    assert shares(monkeypatch, dense, dense._forward, x, w, None, False, y) == [len(columns)]
    args = x, w, y, y, False, False, y, y.T, x, w, y[0]
    assert shares(monkeypatch, dense, dense._backward, *args) == [len(columns), len(rows)]

    def copy(x, at, y, to, size):
        y[to : to + size] = x[at : at + size]

    monkeypatch.setattr(dense, "copy", copy)
    for block, (begin, end) in enumerate(columns):
        calls = recorded(monkeypatch, dense, "gemm")
        in_python(dense._forward_columns)(block, x, w, np.zeros(F), False, y)
        for (first, last), (part_x, part_w, out, add) in zip(rows, calls, strict=True):
            assert part_x.shape == (2, last - first) and part_w.shape == (last - first, end - begin)
            assert out.shape == (2, end - begin) and add == (first > 0)
        np.testing.assert_array_equal(part_w, w[first:last, begin:end])
    for block, (begin, end) in enumerate(rows):
        calls = recorded(monkeypatch, dense, "gemm")
        in_python(dense._backward_rows)(block, x, w, y, y.T, True, x, w)
        assert [call[0].shape for call in calls] == [(end - begin, 2), (end - begin, F)]
        assert [call[2].shape for call in calls] == [(end - begin, F), (end - begin, 2)]
