"""One matrix product, on matrices as they stand in memory."""

import numpy as np
import pytest
from agreement import agree
from hypothesis import given
from hypothesis import strategies as st
from strategies import SEEDS

from minicnn.kernels import blas
from minicnn.kernels.blas import gemm

SIZES = st.integers(2, 7)  # of one row or column a part of a larger matrix is contiguous: tested apart
TURNED = st.tuples(st.booleans(), st.booleans())


def inside(rng, rows, columns, turned, dtype=np.float64):
    """A matrix that is part of a larger one, as it stands or transposed."""
    if turned:
        return inside(rng, columns, rows, False, dtype).T
    return rng.standard_normal((rows + 3, columns + 2)).astype(dtype)[1 : rows + 1, 1 : columns + 1]


@pytest.mark.parametrize(("dtype", "relative"), [(np.float64, 1e-13), (np.float32, 1e-5)])
@given(M=SIZES, K=SIZES, J=SIZES, turned=TURNED, add=st.booleans(), seed=SEEDS)
def test_products_of_parts(dtype, relative, M, K, J, turned, add, seed):
    rng = np.random.default_rng(seed)
    a, b = inside(rng, M, K, turned[0], dtype), inside(rng, K, J, turned[1], dtype)
    whole = rng.standard_normal((M + 3, J + 2)).astype(dtype)
    out = whole[1 : M + 1, 1 : J + 1]
    due = whole.copy()
    due[1 : M + 1, 1 : J + 1] = out + a @ b if add else a @ b
    gemm(a, b, out, add)
    agree(out, due[1 : M + 1, 1 : J + 1], relative * K)
    whole[1 : M + 1, 1 : J + 1] = due[1 : M + 1, 1 : J + 1] = 0
    np.testing.assert_array_equal(whole, due)  # nothing beside it was touched


@pytest.mark.parametrize(("M", "K", "J"), [(401, 300, 70), (70, 3001, 65), (3001, 7, 131)])
@pytest.mark.parametrize("a_turned", [False, True])
@pytest.mark.parametrize("add", [False, True])
def test_thin_products_are_cut_into_pieces(M, K, J, a_turned, add):
    """Several pieces of rows, of columns and of the sums, and shorter ones at the ends."""
    assert blas.SMALL < M * K * J < blas.THIN * max(M, K, J)
    rng = np.random.default_rng(0)
    a, b, out = inside(rng, M, K, a_turned), inside(rng, K, J, False), inside(rng, M, J, False)
    due = out + a @ b if add else a @ b
    gemm(a, b, out, add)
    agree(out, due, 1e-12)


@pytest.mark.parametrize(("M", "K", "J"), [(1, 4, 3), (4, 1, 3), (4, 3, 1), (1, 1, 1)])
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
def test_one_row_or_column(M, K, J, turned):
    """NumPy does not care how far the next row is where there is none: BLAS wants a sensible number."""
    rng = np.random.default_rng(0)
    a, b = inside(rng, M, K, turned[0]), inside(rng, K, J, turned[1])
    out = inside(rng, M, J, False)
    due = out + a @ b
    gemm(a, b, out, True)
    agree(out, due, 1e-13)


@pytest.mark.parametrize("add", [False, True])
def test_a_sum_of_no_products(add):
    out = np.ones((2, 3))
    gemm(np.ones((2, 0)), np.ones((0, 3)), out, add)
    np.testing.assert_array_equal(out, np.full((2, 3), 1.0 if add else 0.0))


def test_what_stood_there_before_does_not_count():
    """Memory fresh from the system may hold NaN: out = a @ b writes over it, does not multiply it by 0."""
    out = np.full((3, 3), np.nan)
    gemm(np.eye(3), np.eye(3), out, False)
    np.testing.assert_array_equal(out, np.eye(3))
