"""Batch normalisation: every rung is the definition, and the sums keep their digits."""

import numpy as np
import pytest
from agreement import agree, agree_in_float32, rungs
from hypothesis import given
from hypothesis import strategies as st
from recorded import in_python, shares
from strategies import SEEDS, normal

from minicnn.gradcheck import check_function
from minicnn.kernels import batchnorm
from minicnn.kernels.batchnorm import LADDER

EPS = 1e-3
RUNGS = rungs(LADDER)
FAST = LADDER[-1]
problems = st.tuples(st.integers(1, 70), st.integers(1, 4), SEEDS)  # M, C: up to and beyond one row a block


def arrays(M, C, seed, dtype=np.float64):
    """x of unlike means and spreads, gamma, beta, dy"""
    rng = np.random.default_rng(seed)
    x = rng.normal(rng.uniform(-3, 3, C), rng.uniform(0.1, 3, C), (M, C))
    return [a.astype(dtype) for a in (x, rng.normal(size=C), rng.normal(size=C), rng.normal(size=(M, C)))]


@given(problems)
def test_every_rung_is_the_definition(p):
    x, gamma, beta, dy = arrays(*p)
    (_, forward, backward), *others = LADDER
    y, mean, variance = forward(x, gamma, beta, EPS)
    gradients = backward(x, mean, variance, gamma, dy, EPS)
    terms = np.abs(gamma / np.sqrt(variance + EPS)) * np.abs(dy).max()  # what dx is a difference of
    for name, other_forward, other_backward in others:
        for mine, due in zip(other_forward(x, gamma, beta, EPS), (y, mean, variance)):
            np.testing.assert_allclose(mine, due, rtol=1e-10, atol=1e-10, err_msg=name)
        dx, dgamma, dbeta = other_backward(x, mean, variance, gamma, dy, EPS)
        assert (np.abs(dx - gradients[0]) <= 1e-10 * terms).all(), name
        agree(dgamma, gradients[1], what=name)
        agree(dbeta, gradients[2], what=name)


@given(problems)
def test_every_rung_in_float32_is_right_up_to_rounding(p):
    M, C, seed = p
    x, gamma, beta, dy = arrays(M, C, seed, np.float32)
    exact = [a.astype(np.float64) for a in (x, gamma, beta, dy)]
    y, mean, variance = LADDER[0][1](*exact[:3], EPS)
    root = np.sqrt(variance + EPS)
    # A mean of M numbers is off by M roundings of them; y divides that by the root, and dx twice.
    largest = np.abs(exact[0]).max(0) / root + 1
    rounding = (M + 8) * np.finfo(np.float32).eps
    scale = np.abs(gamma) * largest**2 + np.abs(beta)
    for name, forward, backward in LADDER:
        mine, mine_mean, mine_variance = forward(x, gamma, beta, EPS)
        assert mine.dtype == mine_mean.dtype == mine_variance.dtype == np.float32, name
        agree_in_float32(mine_mean, mean, np.abs(exact[0]).mean(0), M, name)
        assert (np.abs(mine - y) <= rounding * scale).all(), name
        results = backward(x, mean.astype(np.float32), variance.astype(np.float32), gamma, dy, EPS)
        due = LADDER[0][2](exact[0], mean, variance, exact[1], exact[3], EPS)
        sizes = [each * np.abs(dy).max() for each in (np.abs(gamma / root) * largest**2, M * largest, M)]
        for what, gradient, right, size in zip(("dx", "dgamma", "dbeta"), results, due, sizes):
            assert gradient.dtype == np.float32
            assert (np.abs(gradient - right) <= rounding * size).all(), f"{name}: {what}"


@RUNGS
@given(st.tuples(st.integers(3, 9), st.integers(1, 3), SEEDS))
def test_the_gradient_is_the_slope(forward, backward, p):
    x, gamma, beta, dy = arrays(*p)
    _, mean, variance = forward(x, gamma, beta, EPS)
    dx, dgamma, dbeta = backward(x, mean, variance, gamma, dy, EPS)
    errors = check_function(
        lambda: float(np.sum(forward(x, gamma, beta, EPS)[0] * dy)),
        {"x": x, "gamma": gamma, "beta": beta}, {"x": dx, "gamma": dgamma, "beta": dbeta},
    )
    assert max(errors.values()) < 1e-6, errors


@RUNGS
def test_mean_0_and_variance_1(forward, backward):
    x, gamma, beta, _ = arrays(50, 3, 1)
    y, mean, variance = forward(x, gamma, beta, 0.0)
    np.testing.assert_allclose(y.mean(0), beta, rtol=1e-13)
    np.testing.assert_allclose(y.std(0), np.abs(gamma), rtol=1e-13)
    np.testing.assert_allclose(mean, x.mean(0), rtol=1e-13)
    np.testing.assert_allclose(variance, x.var(0), rtol=1e-13)  # of the population: divided by M, not M - 1


@RUNGS
def test_a_channel_of_one_value_is_beta(forward, backward):
    x = np.full((40, 2), [7.0, -0.1])
    y, mean, variance = forward(x, np.ones(2), np.array([2.0, 3.0]), EPS)
    np.testing.assert_allclose(y, np.full((40, 2), [2.0, 3.0]), atol=1e-12)
    dx, _, _ = backward(x, mean, variance, np.ones(2), normal(0, 40, 2), EPS)
    assert np.isfinite(dx).all()


def test_float32_sums_of_many_large_numbers_keep_their_digits():
    """100,000 pixels around 1000: a float32 sum would be left with three digits of the variance."""
    x = (1000 + normal(0, 100_000, 2)).astype(np.float32)
    _, mean, variance = FAST[1](x, np.ones(2, np.float32), np.zeros(2, np.float32), EPS)
    np.testing.assert_allclose(mean, x.astype(np.float64).mean(0), rtol=1e-7)
    np.testing.assert_allclose(variance, x.astype(np.float64).var(0), rtol=1e-6)


@given(problems)
def test_normalise_takes_statistics_as_given(p):
    x, gamma, beta, dy = arrays(*p)
    mean, variance = dy[0], np.abs(dy[-1])
    due = gamma * (x - mean) / np.sqrt(variance + EPS) + beta
    y = batchnorm.normalise(x, mean, variance, gamma, beta, EPS)
    np.testing.assert_allclose(y, due, rtol=1e-10, atol=1e-10)


def test_normalise_no_rows():
    C = np.ones(3)
    assert batchnorm.normalise(np.zeros((0, 3)), C, C, C, C, EPS).shape == (0, 3)


@RUNGS
def test_nan_stays_in_its_channel(forward, backward):
    x, gamma, beta, dy = arrays(9, 3, 0)
    x[4, 1] = np.nan
    y, mean, variance = forward(x, gamma, beta, EPS)
    dx, _, _ = backward(x, mean, variance, gamma, dy, EPS)
    for each in (y, dx):
        assert np.isnan(each[:, 1]).all() and np.isfinite(each[:, [0, 2]]).all()


@RUNGS
@given(problems)
def test_inputs_stay_as_they_are(forward, backward, p):
    now = arrays(*p)
    x, gamma, beta, dy = now
    before = [a.copy() for a in now]
    _, mean, variance = forward(x, gamma, beta, EPS)
    backward(x, mean, variance, gamma, dy, EPS)
    for mine, due in zip(now, before):
        np.testing.assert_array_equal(mine, due)


@pytest.mark.parametrize("M", [1, 31, 32, 33, 64, 65, 1000])
def test_32_blocks_of_rows_and_none_longer_than_needed(monkeypatch, M):
    x = np.ones((M, 1))
    size = batchnorm._block_size(x)
    assert 32 * (size - 1) < M <= 32 * size
    for kernel, arrays in ((batchnorm._all_sums, 2), (batchnorm._all_back_sums, 3), (batchnorm._affine, 5)):
        parts = np.empty((32, 2, 1))
        assert shares(monkeypatch, batchnorm, kernel, *[x] * arrays, size, parts) == [32]
    rows, zero = np.zeros((32, 2, 1)), np.zeros(1)
    for block in range(32):  # of ones: a block's sum is how many it has
        in_python(batchnorm._sums)(block, x, zero, size, rows)
    due = [len(range(M)[begin : begin + size]) for begin in range(0, 32 * size, size)]
    assert rows[:, 0, 0].tolist() == due and sum(due) == M
