"""The numbers behind Winograd's convolution: the matrices slide a filter, the lines are the matrices."""

import numpy as np
import pytest
from agreement import agree
from strategies import normal

from minicnn.kernels import toom_cook

SIZES = pytest.mark.parametrize("r", [2, 3, 4, 5])


@SIZES
def test_the_matrices_slide_a_filter(r):
    A, B, G = toom_cook.matrices(r)
    d, g = normal(1, 6), normal(2, r)
    slid = [d[k : k + r] @ g for k in range(7 - r)]
    agree(A.T @ ((G @ g) * (B.T @ d)), slid, 1e-13)


@SIZES
def test_b_has_whole_numbers_and_is_the_same_for_every_filter(r):
    _, B, _ = toom_cook.matrices(r)
    agree(B, np.round(B), 1e-14)
    agree(B, toom_cook.matrices(3)[1], 0)


@SIZES
def test_the_lines_written_out_are_the_matrices(r):
    """Every function, number by number: column k of a matrix is what becomes of a 1 at place k."""
    A, B, _ = toom_cook.matrices(r)
    m, gap, size = 7 - r, 5, 3
    ones = np.zeros((6, 6, gap))
    ones[:, :, :size] = np.eye(6)[:, :, None]
    for k in range(6):
        source = np.ascontiguousarray(ones[k]).reshape(-1)
        out = np.full((6, 7), np.nan)
        toom_cook.input_points(source, tuple(range(0, 30, 5)), out.reshape(-1), 1, 7, size)
        agree(out[:, 1:4], np.repeat(B.T[:, k : k + 1], size, 1), 1e-14)
        toom_cook.input_points_back(source, 0, gap, out.reshape(-1), 1, 7, size)
        agree(out[:, 1:4], np.repeat(B[:, k : k + 1], size, 1), 1e-14)
        toom_cook.output_points(source, 0, gap, out.reshape(-1), 1, 7, m, size)
        agree(out[:m, 1:4], np.repeat(A.T[:, k : k + 1], size, 1), 1e-14)
    for k in range(m):
        source, out = np.ascontiguousarray(ones[k]).reshape(-1), np.full((6, 7), np.nan)
        toom_cook.output_points_back(source, 0, gap, out.reshape(-1), 1, 7, m, size)
        agree(out[:, 1:4], np.repeat(A[:, k : k + 1], size, 1), 1e-14)
        assert np.isnan(out[:, [0, 4, 5, 6]]).all()


def test_the_example_in_the_docstring():
    (d0, d1, d2, d3), (g0, g1, g2) = normal(3, 4), normal(4, 3)
    t = d0 - d2, d1 + d2, d2 - d1, d3 - d1
    u = g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2
    m0, m1, m2, m3 = np.multiply(t, u)
    agree([m0 + m1 + m2, m1 - m2 + m3], [d0 * g0 + d1 * g1 + d2 * g2, d1 * g0 + d2 * g1 + d3 * g2], 1e-13)
