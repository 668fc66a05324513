"""The tile in registers: its equation, for every number of rows and any steps."""

import runpy

import numpy as np
import pytest
from agreement import agree
from hypothesis import given
from hypothesis import strategies as st
from llvmlite import binding
from strategies import SEEDS, normal

from minicnn.kernels import registers
from minicnn.kernels.jit import jit
from minicnn.kernels.registers import BYTES, ROWS, multiply


@jit
def _multiply(rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row):
    multiply(rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row)


def by_definition(a, at, a_steps, b, b_at, b_steps, counts, rows, columns):
    total = np.zeros((rows, columns))
    for r, i, j in np.ndindex(rows, *counts):
        place = b_at + np.dot((i, j), b_steps)
        total[r] += a[at + np.dot((r, i, j), a_steps)] * b[place : place + columns]
    return total


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rows", range(1, ROWS + 1))
@given(seed=SEEDS, steps=st.tuples(*[st.integers(0, 5)] * 5), counts=st.tuples(*[st.integers(1, 4)] * 2))
def test_every_number_of_rows(rows, dtype, seed, steps, counts):
    a_steps, b_steps, columns = steps[:3], steps[3:], BYTES // np.dtype(dtype).itemsize
    at, b_at, s_at, y_at = (int(each) for each in np.random.default_rng(seed).integers(0, 4, 4))
    a, b = normal(seed, 100).astype(dtype), normal(seed + 1, 50 + columns).astype(dtype)
    start, y = normal(seed + 2, 10 + columns).astype(dtype), np.full(rows * (columns + 3) + 4, 7, dtype)
    due = by_definition(a, at, a_steps, b, b_at, b_steps, counts, rows, columns)
    due += start[s_at : s_at + columns]
    for relu in (False, True):
        _multiply(rows, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, 0, relu, y, y_at, columns + 3)
        mine = y[y_at : y_at + rows * (columns + 3)].reshape(rows, columns + 3)
        tolerance = 1e-13 if dtype == np.float64 else 1e-5
        np.testing.assert_allclose(mine[:, :columns], np.maximum(due, 0) if relu else due, atol=tolerance)
        assert (mine[:, columns:] == 7).all() and (y[:y_at] == 7).all()  # nothing beyond the tile


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_array_may_begin_anywhere_and_have_rows_of_any_length(dtype):
    """Places share binary digits with the width of a tile: one made as s_at | columns would be wrong."""
    columns = BYTES // np.dtype(dtype).itemsize
    at, b_at, s_at, y_at = columns + 1, columns + 3, columns + 5, columns + 7
    s_row, y_row, counts, a_steps, b_steps = columns + 1, columns + 3, (2, 3), (7, 3, 5), (2 * columns, 9)
    size = columns + 8 + ROWS * (columns + 3)
    a, b, start = (normal(k, size + 5 * columns + 50).astype(dtype) for k in range(3))
    y = np.full(size, 7, dtype)
    for relu in (False, True):
        due = by_definition(a, at, a_steps, b, b_at, b_steps, counts, ROWS, columns)
        due += [start[s_at + r * s_row :][:columns] for r in range(ROWS)]
        whole = np.full(size, 7.0)
        for r in range(ROWS):
            whole[y_at + r * y_row :][:columns] = np.maximum(due[r], 0) if relu else due[r]
        _multiply(ROWS, a, at, a_steps, b, b_at, b_steps, counts, start, s_at, s_row, relu, y, y_at, y_row)
        np.testing.assert_allclose(y, whole, atol=1e-13 if dtype == np.float64 else 1e-5)


def test_a_sum_may_go_on_where_it_is():
    columns = BYTES // 8
    a, b, y = normal(0, 6), normal(1, 3 * columns), normal(2, 2 * columns)
    due = y.reshape(2, -1) + a.reshape(2, 3) @ b.reshape(3, -1)
    _multiply(2, a, 0, (3, 0, 1), b, 0, (0, columns), (1, 3), y, 0, columns, False, y, 0, columns)
    agree(y.reshape(2, -1), due)


def test_relu_keeps_nan():
    columns = BYTES // 8
    b = np.full(columns, np.nan)
    b[1::2] = -1
    y = np.empty(columns)
    _multiply(1, np.ones(1), 0, (0, 0, 0), b, 0, (0, 0), (1, 1), np.zeros(columns), 0, 0, True, y, 0, 0)
    np.testing.assert_array_equal(y, np.where(np.isnan(b), np.nan, 0))


@pytest.mark.parametrize("features, row, rows, registers_there", [
    ({"avx512f": True, "avx": True}, 128, 8, 32), ({"avx512f": False, "avx": True}, 64, 6, 16),
    ({"sse2": True}, 32, 8, None), ({}, 32, 8, 32),  # ARM has as many as AVX-512
])  # fmt: skip
def test_a_tile_is_two_vectors_of_the_processor_and_fits_into_its_registers(
    monkeypatch, features, row, rows, registers_there
):  # fmt: skip
    monkeypatch.setattr(binding, "get_host_cpu_features", lambda: features)
    there = runpy.run_path(registers.__file__, run_name="minicnn_elsewhere")
    assert (there["BYTES"], there["ROWS"]) == (row, rows)
    if registers_there:  # the sums, two vectors of b, and a number of a
        assert 2 * there["ROWS"] + 3 <= registers_there
