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


# Six rows of SIZE columns in flat memory. Where they begin shares binary digits with the numbers of columns:
# a place that is worked out in a wrong way, such as begin | column, is a wrong place.
AT, GAP, SIZE = 3, 11, 5
SIX = tuple(range(AT, AT + 6 * GAP, GAP))


def transformed(function, k, *how, at=(AT, GAP)):
    """What ``function`` makes of a 1 in row k, every column; it leaves everything beside its rows alone."""
    source, out = np.full((2, AT + 6 * GAP), np.nan)
    source[AT:].reshape(6, GAP)[:, :SIZE] = np.eye(6)[:, k : k + 1]
    function(source, *at, out, AT, GAP, *how, SIZE)
    assert np.isnan(out[:AT]).all() and np.isnan(out[AT:].reshape(6, GAP)[:, SIZE:]).all()
    return out[AT:].reshape(6, GAP)[:, :SIZE]


@SIZES
def test_the_lines_written_out_are_the_matrices(r):
    """Every function, number by number: column k of a matrix is what becomes of a 1 at place k."""
    A, B, _ = toom_cook.matrices(r)
    m = 7 - r

    def is_column(found, matrix, k):
        agree(found, np.repeat(matrix[:, k : k + 1], SIZE, 1), 1e-14)

    for k in range(6):
        is_column(transformed(toom_cook.input_points, k, at=(SIX,)), B.T, k)
        is_column(transformed(toom_cook.input_points_back, k), B, k)
        is_column(transformed(toom_cook.output_points, k, m)[:m], A.T, k)
    for k in range(m):
        is_column(transformed(toom_cook.output_points_back, k, m), A, k)


def test_the_example_in_the_docstring():
    (d0, d1, d2, d3), (g0, g1, g2) = normal(3, 4), normal(4, 3)
    t = d0 - d2, d1 + d2, d2 - d1, d3 - d1
    u = g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2
    m0, m1, m2, m3 = np.multiply(t, u)
    agree([m0 + m1 + m2, m1 - m2 + m3], [d0 * g0 + d1 * g1 + d2 * g2, d1 * g0 + d2 * g1 + d3 * g2], 1e-13)
