"""One matrix product, on matrices as they stand in memory."""

import ctypes

import numpy as np
import pytest
from agreement import agree
from hypothesis import given
from hypothesis import strategies as st
from recorded import in_python
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


# ---------------------------------------------------------------- pieces


@pytest.fixture
def pieces(monkeypatch):
    """Their rows, sums and columns; each is multiplied by NumPy, where its addresses say, as BLAS would."""
    found = []

    def matrix(dtype, address, rows, columns, step, turned):
        if turned:
            return matrix(dtype, address, columns, rows, step, False).T
        assert step >= max(columns, 1)
        size, dtype = int(step) * (rows - 1) + columns if rows else 0, np.dtype(dtype)
        flat = np.frombuffer((ctypes.c_char * (size * dtype.itemsize)).from_address(int(address)), dtype)
        return np.lib.stride_tricks.as_strided(flat, (rows, columns), (step * dtype.itemsize, dtype.itemsize))

    def number(dtype, address):
        return matrix(dtype, address, 1, 1, 1, False)[0, 0]

    def xxgemm(kind, b_turned, a_turned, j, m, k, one, b, step_b, a, step_a, add, out, step_out):
        dtype = {ord("s"): np.float32, ord("d"): np.float64}[kind]
        assert number(dtype, one) == 1 and number(dtype, add) in (0, 1)
        a_turned, b_turned = (each == ord("t") for each in (a_turned, b_turned))
        here = matrix(dtype, out, m, j, step_out, False)
        product = matrix(dtype, a, m, k, step_a, a_turned) @ matrix(dtype, b, k, j, step_b, b_turned)
        here[...] = (here if number(dtype, add) else 0) + product
        found.append((m, k, j))

    monkeypatch.setattr(blas, "_xxgemm", xxgemm)
    return found


def cut(a, b, out, add):
    places = a.ctypes.data, b.ctypes.data, out.ctypes.data
    in_python(blas._in_pieces)(
        a.itemsize, a.shape, b.shape[1], places, a.strides, b.strides, out.strides[0], add
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
@pytest.mark.parametrize("M, K, J", [
    (401, 300, 70), (9, 3001, 65), (3001, 7, 131), (5, 4, 3), (1, 4, 1), (4, 0, 3),
])  # fmt: skip
def test_the_pieces_make_the_product(pieces, M, K, J, turned, dtype):
    rng = np.random.default_rng(0)
    a, b = inside(rng, M, K, turned[0], dtype), inside(rng, K, J, turned[1], dtype)
    whole = rng.standard_normal((M + 3, J + 2)).astype(dtype)
    for add in (False, True):
        due = whole.copy()
        due[1 : M + 1, 1 : J + 1] = (due[1 : M + 1, 1 : J + 1] if add else 0) + a @ b
        cut(a, b, whole[1 : M + 1, 1 : J + 1], add)
        np.testing.assert_allclose(whole, due, rtol=0, atol=1e-3 if dtype == np.float32 else 1e-10)


@pytest.mark.parametrize("M, K, J", [
    (4001, 300, 70), (70, 30001, 65), (30001, 7, 131), (5000, 128, 64), (9000, 129, 3), (4000, 127, 65),
    (300, 4001, 1), (10001, 100, 1),
])  # fmt: skip
def test_a_piece_is_what_blas_does_without_copying(pieces, M, K, J):
    """As long sums as 128, all alike; 64 columns; and as many rows, in sixteens, as 10^6 multiplications."""
    cut(np.ones((M, K), np.float32), np.ones((K, J), np.float32), np.ones((M, J), np.float32), False)
    rows, sums, columns = (max(each) for each in zip(*pieces))
    parts = -(-K // 128)
    assert columns == min(J, 64) and 128 * (parts - 1) < K <= 128 * parts
    assert sums == -(-K // parts)
    assert rows == min(M, max(m for m in range(16, 10**6, 16) if m * sums * columns <= 10**6))
    assert len(pieces) == -(-M // rows) * parts * -(-J // columns)


@pytest.mark.parametrize("M, K, J, due", [
    (10000, 10, 10, 1), (10001, 10, 10, 2),  # 10^6 multiplications; in pieces of 9 999 rows or so
    (300, 256, 256, 1), (300, 255, 257, None),  # two short sides of 2^16 are thick enough for copying
    (256, 300, 256, 1), (256, 256, 300, 1), (65536, 1, 300, None),
])  # fmt: skip
def test_thin_products_alone_are_cut(pieces, M, K, J, due):
    a, b, out = np.ones((M, K), np.float32), np.ones((K, J), np.float32), np.ones((M, J), np.float32)
    cut(a, b, out, False)
    assert len(pieces) == due if due else len(pieces) > 1
    pieces.clear()
    cut(a, np.asfortranarray(b) if 1 not in b.shape else b, out, False)
    assert pieces == [(M, K, J)] or 1 in b.shape  # a second matrix that is turned is copied anyway


def test_a_row_as_large_as_a_piece(monkeypatch, pieces):
    monkeypatch.setattr(blas, "SMALL", 100)
    cut(np.ones((3, 128)), np.ones((128, 2)), np.ones((3, 2)), False)
    assert pieces == [(1, 128, 2)] * 3
