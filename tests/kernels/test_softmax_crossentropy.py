import numpy as np
import pytest

from minicnn.kernels import softmax_crossentropy as sce

ONE_HOT = np.eye(3)


def problem(dtype, N=7, K=5):
    rng = np.random.default_rng(1)
    logits = (4 * rng.standard_normal((N, K))).astype(dtype)
    targets = rng.dirichlet(np.ones(K), N)
    targets[: N // 2] = np.eye(K)[rng.integers(0, K, N // 2)]
    return logits, targets


def difference_quotient(function, x, h=1e-6):
    """d mean(function(x)[0]) / dx, by central differences."""
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (function(up)[0].mean() - function(down)[0].mean()) / (2 * h)
    return gradient


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name, version", sce.LADDER[1:])
@pytest.mark.parametrize("scale", [1, 1e4, 3e37])
def test_each_version_gives_what_the_definition_gives(name, version, dtype, scale):
    logits, targets = problem(dtype)
    logits *= logits.dtype.type(scale) / abs(logits).max() * 10
    expected, dexpected = sce.LADDER[0][1](logits, targets)
    losses, dlogits = version(logits, targets)
    assert losses.dtype == np.float64 and dlogits.dtype == dtype
    np.testing.assert_allclose(losses, expected, rtol=1e-13)
    np.testing.assert_allclose(dlogits, dexpected, rtol=1e-6 if dtype == "float32" else 1e-12, atol=1e-17)


def test_the_textbook_formula_where_it_can_be_computed():
    logits, targets = problem("float64")
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    losses, dlogits = sce.softmax_crossentropy(logits, targets)
    np.testing.assert_allclose(losses, -(targets * np.log(p)).sum(axis=1), rtol=1e-13)
    np.testing.assert_allclose(dlogits, (p - targets) / len(p), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("name, version", sce.LADDER)
def test_gradient_is_the_difference_quotient(name, version):
    logits, targets = problem("float64", N=3, K=4)
    _, dlogits = version(logits, targets)
    np.testing.assert_allclose(dlogits, difference_quotient(lambda z: version(z, targets), logits), atol=1e-9)


@pytest.mark.parametrize("name, version", sce.LADDER)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("big", [1e4, 3e38])
def test_huge_logits_are_exact(name, version, dtype, big):
    big = float(np.dtype(dtype).type(big))
    logits = np.array([[big, -big, 0], [big, -big, 0], [big, big, -big], [-big, -big, -big]], dtype)
    losses, dlogits = version(logits, ONE_HOT[[0, 1, 0, 2]])
    np.testing.assert_allclose(losses, [0, 2 * big, np.log(2), np.log(3)], rtol=1e-15)
    expected = [[0, 0, 0], [1, -1, 0], [-1 / 2, 1 / 2, 0], [1 / 3, 1 / 3, -2 / 3]]
    np.testing.assert_allclose(dlogits, np.array(expected) / 4, rtol=1e-7)


@pytest.mark.parametrize("name, version", sce.LADDER)
def test_a_small_loss_keeps_its_digits(name, version):
    losses, _ = version(np.array([[10.0, 0, 0]]), ONE_HOT[:1])
    np.testing.assert_allclose(losses, np.log1p(2 * np.exp(-10)), rtol=1e-11)


@pytest.mark.parametrize("name, version", sce.LADDER)
def test_an_impossible_class_that_is_not_the_target_costs_nothing(name, version):
    losses, dlogits = version(np.array([[0.0, -np.inf, 0.0]]), ONE_HOT[:1])
    np.testing.assert_allclose(losses, np.log(2), rtol=1e-15)
    np.testing.assert_array_equal(dlogits, [[-0.5, 0, 0.5]])


@pytest.mark.parametrize("name, version", sce.LADDER)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_diverged_image_shows_and_leaves_the_others_alone(name, version, bad):
    losses, dlogits = version(np.array([[0.0, bad, 0], [0, 0, 0]], "float32"), ONE_HOT[:2])
    assert np.isnan(losses[0]) and np.isnan(dlogits[0]).any()
    np.testing.assert_allclose(losses[1], np.log(3))
    assert np.isfinite(dlogits[1]).all()


# Keras 3 on TensorFlow in float64 gave these. The second row is certain and wrong, the third holds a
# probability below 1e-7, the fourth does not sum to 1.
P = np.array([[0.7, 0.2, 0.1], [0.0, 1.0, 0.0], [1e-8, 0.4, 0.6 - 1e-8], [0.5, 0.6, 0.9]])
SPARSE_LOSSES = [1.6094379124341005, 16.118095750958314, 16.118095740958317, 0.7985076962177716]
SPARSE_DP = [[0.25, -1, 0.25], [0, 0, 0], [0, 0.24999997750000208, 0.24999997750000205],
             [0.125, 0.125, -0.1527777777777778]]
T = np.array([[0, 1.0, 0], [1, 0, 0], [0.25, 0.25, 0.5], [0, 0, 1]])
LOSSES = [1.6094379124341, 16.11809565095832, 4.5140094159244475, 0.7985076962177715]
DP = [[0.25, -1, 0.25], [0, 0, 0], [0.1875, 0.03125, -0.02083333680555563],
      [0.125, 0.125, -0.1527777777777778]]


def test_probabilities_with_integer_labels_as_in_keras():
    losses, dp = sce.sparse_crossentropy(P, ONE_HOT[[1, 0, 0, 2]])
    np.testing.assert_allclose(losses, SPARSE_LOSSES, rtol=1e-14)
    np.testing.assert_allclose(dp, SPARSE_DP, rtol=1e-13)


def test_probabilities_with_one_hot_targets_as_in_keras():
    losses, dp = sce.crossentropy(P, T)
    np.testing.assert_allclose(losses, LOSSES, rtol=1e-14)
    np.testing.assert_allclose(dp, DP, rtol=1e-13)


@pytest.mark.parametrize("function", [sce.sparse_crossentropy, sce.crossentropy])
def test_gradient_for_probabilities_is_the_difference_quotient(function):
    p = np.random.default_rng(0).uniform(0.1, 0.8, (4, 5))
    targets = np.eye(5)[[0, 3, 4, 1]]
    _, dp = function(p, targets)
    np.testing.assert_allclose(dp, difference_quotient(lambda x: function(x, targets), p), atol=1e-8)
    losses32, dp32 = function(p.astype("float32"), targets)
    assert losses32.dtype == np.float64 and dp32.dtype == np.float32
    np.testing.assert_allclose(dp32, dp, rtol=2e-6)


@pytest.mark.parametrize("function", [sce.sparse_crossentropy, sce.crossentropy])
def test_nan_probabilities_show(function):
    losses, dp = function(np.array([[np.nan, 0.5, 0.5]]), ONE_HOT[:1])
    assert np.isnan(losses).all() and np.isnan(dp).any()
