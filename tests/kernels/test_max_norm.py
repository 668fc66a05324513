"""Columns of a matrix: their lengths, and scaled."""

import numpy as np
import pytest
from agreement import agree
from recorded import in_python, shares
from strategies import normal

from minicnn.kernels import max_norm

SIZES = (1, 1), (7, 5), (40, 1000), (3, max_norm.BLOCK + 1), (0, 4), (4, 0)
SHAPES = pytest.mark.parametrize("shape", SIZES)


@SHAPES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_norms(shape, dtype):
    w = normal(0, *shape).astype(dtype)
    norms = max_norm.norms(w)
    assert norms.dtype == dtype
    due = np.linalg.norm(w.astype(np.float64), axis=0)
    agree(norms.astype(np.float64), due, {4: 1e-6, 8: 1e-14}[w.itemsize])


@SHAPES
def test_scale(shape):
    w, factors = normal(1, *shape), normal(2, shape[1])
    due = w * factors
    max_norm.scale(w, factors)
    np.testing.assert_array_equal(w, due)


@pytest.mark.parametrize("D, F, due", [
    (40, 1000, 16), (7, 16384, 1), (5, 16385, 1), (9, 8192, 2), (9, 8193, 1), (20000, 1, 16384),
    (4, 0, 16384), (0, 4, 4096),
])  # fmt: skip
def test_as_many_rows_at_a_time_as_16384_numbers_fill(monkeypatch, D, F, due):
    w = np.broadcast_to(0.0, (D, F))
    blocks = max_norm._blocks(w)
    spans = [in_python(max_norm._rows)(block, w) for block in range(blocks)]
    assert spans == [(begin, min(begin + due, D)) for begin in range(0, D, due)]
    assert shares(monkeypatch, max_norm, max_norm._squares, w, np.empty((blocks, F))) == [blocks]
    assert shares(monkeypatch, max_norm, max_norm._scale, w, None, blocks) == [blocks]
