"""Columns of a matrix: their lengths, and scaled."""

import numpy as np
import pytest
from agreement import agree
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
