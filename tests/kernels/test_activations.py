"""Activations, against the formulas one number at a time, and their derivatives."""

import math

import numpy as np
import pytest
from agreement import agree
from hypothesis import given
from strategies import SEEDS, distinct, shapes

from minicnn import activations
from minicnn.activations import BY_NAME
from minicnn.gradcheck import check_function

FORMULAS = {
    "linear": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: z if z > 0 else 0.2 * z,
    "tanh": lambda z: (math.exp(2 * z) - 1) / (math.exp(2 * z) + 1),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "gelu": lambda z: z * 0.5 * math.erfc(-z / math.sqrt(2)),
}
LIMITS = {  # at -1e4, 0 and 1e4
    "linear": (-1e4, 0, 1e4), "relu": (0, 0, 1e4), "leaky_relu": (-2e3, 0, 1e4),
    "tanh": (-1, 0, 1), "sigmoid": (0, 0.5, 1), "gelu": (0, 0, 1e4),
}
EACH = pytest.mark.parametrize("name", BY_NAME)


def test_every_activation_is_tested():
    assert {*FORMULAS, "softmax"} == {*LIMITS, "softmax"} == {*BY_NAME}


@pytest.mark.parametrize("name", FORMULAS)
def test_formula(name):
    z = np.linspace(-8, 8, 200)  # an even number: not 0
    due = np.array([FORMULAS[name](each) for each in z])
    np.testing.assert_allclose(BY_NAME[name](z), due, rtol=1e-12, atol=1e-15)
    agree(BY_NAME[name](z.astype(np.float32)), due.astype(np.float32), 1e-6)


@given(shapes(largest=6), SEEDS)
def test_softmax_formula(shape, seed):
    z = distinct(seed, *shape)
    y = BY_NAME["softmax"](z)
    e = np.exp(z)
    for index in np.ndindex(shape[:-1]):
        np.testing.assert_allclose(y[index], e[index] / math.fsum(e[index]), rtol=1e-13)
    np.testing.assert_allclose(BY_NAME["softmax"](z + 1000), y, rtol=1e-11)


@EACH
@given(shape=shapes(least_channels=2), seed=SEEDS)
def test_backward_is_the_slope(name, shape, seed):
    z, activation = distinct(seed, *shape), BY_NAME[name]
    dy = np.random.default_rng(seed).standard_normal(shape)
    gradient = activation.backward(dy, z, activation(z))
    errors = check_function(lambda: float(np.sum(activation(z) * dy)), {"z": z}, {"z": gradient})
    assert errors["z"] < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LIMITS)
def test_far_out_nothing_overflows(name, dtype):
    z = np.array([-1e4, 0, 1e4], dtype)
    y = BY_NAME[name](z)
    np.testing.assert_array_equal(y, np.array(LIMITS[name], dtype), strict=True)
    slopes = BY_NAME[name].backward(np.ones(3, dtype), z, y)
    assert slopes.dtype == dtype and np.isfinite(slopes).all()


@pytest.mark.parametrize("huge", [1e4, 3e38])
def test_softmax_of_huge_numbers(huge):
    y = BY_NAME["softmax"](np.array([[-huge, 0, huge], [huge, huge, -huge]], np.float32))
    np.testing.assert_array_equal(y, np.array([[0, 0, 1], [0.5, 0.5, 0]], np.float32), strict=True)


@EACH
def test_nan_stays_where_it_is(name):
    z = np.array([[1.0, np.nan], [2.0, -1.0]])
    y = BY_NAME[name](z)
    assert np.isnan(y[0, 1]) and np.isfinite(y[1]).all()
    dz = BY_NAME[name].backward(np.array([[1.0, 1.0], [1.0, 1.0]]), z, y)
    assert np.isfinite(dz[1]).all()


def test_relu_at_0_and_at_nan_hands_back_what_the_fused_one_does():
    """As where convolution applies it: nothing at 0; at NaN all, for the NaN is to be seen."""
    z = np.array([-1.0, 0.0, 1.0, np.nan])
    dz = BY_NAME["relu"].backward(np.full(4, 3.0), z, BY_NAME["relu"](z))
    np.testing.assert_array_equal(dz, [0, 0, 3, 3])


@EACH
def test_inputs_stay_as_they_are(name):
    z, dy = distinct(1, 4, 3), distinct(2, 4, 3)
    BY_NAME[name].backward(dy, z, BY_NAME[name](z))
    np.testing.assert_array_equal(z, distinct(1, 4, 3))
    np.testing.assert_array_equal(dy, distinct(2, 4, 3))


def test_names_and_objects():
    assert activations.get(None) is activations.get("linear") is activations.linear
    assert activations.get("LeakyReLU") is activations.get("leaky_relu") is activations.leaky_relu
    own = activations.Activation("double", lambda z: 2 * z, lambda dy, z, y: 2 * dy)
    assert activations.get(own) is own
    with pytest.raises(ValueError, match="unknown activation 'rleu': did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(ValueError, match="function without its derivative"):
        activations.get(np.tanh)
    with pytest.raises(ValueError, match="expected an activation's name"):
        activations.get(3)
