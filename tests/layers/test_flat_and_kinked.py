"""Gradients where central differences are blind, to 1e-7: flat activations, sure networks, kinks."""

import complex_step
import numpy as np
import pytest
from complex_step import ACTIVATIONS
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SEEDS, distinct, normal, randomise, shapes, windows

from minicnn import layers, losses
from minicnn.activations import BY_NAME
from minicnn.layers.conv_pool import ConvPool

pytestmark = pytest.mark.usefixtures("float64")
ENOUGH = 1e-7
DRAWS = 25
# Slopes there are around 1e-7. They are 1 - y^2 and the like, of numbers with sixteen digits: farther out
# these digits end, and what holds is test_farther_out.
FAR = {"tanh": 9, "sigmoid": 18, "gelu": -6, "softmax": 14}


def random(seed):
    return np.random.default_rng(seed)


def spread(name, z):
    """How far out the farthest number of z is: for a softmax, the largest lead in a row."""
    return np.ptp(z, axis=-1).max() if name == "softmax" else np.abs(z).max()


# ---- activations


def far_out(name, seed, shape):
    """Numbers that are all where the activation is flat."""
    part = random(seed).uniform(0.6, 1, shape)
    if name == "softmax":
        return FAR[name] * np.where(np.arange(shape[-1]) == seed % shape[-1], 0, -part)
    signs = 1 if name == "gelu" else random(seed + 1).choice([-1, 1], shape)  # on its right gelu is not flat
    return FAR[name] * part * signs


def errors_of_activation(name, seed, shape):
    """In a layer of its own."""
    layer, z = layers.Activation(name), far_out(name, seed, (*shape[:-1], shape[-1] + 1))
    dy = distinct(seed + 2, *z.shape)  # a softmax hands on differences
    layer.forward(z)
    return complex_step.errors(ACTIVATIONS[name], {"z": z}, dy, {"z": layer.backward(dy)})


def errors_at_the_end(make, function, name, seed, x):
    """At the end of a layer whose weights are scaled until the farthest of its sums is half as far out.

    Where gradients are summed, what is left of the sums needs some of the digits.
    """
    layer, sums = make(name), make(None)
    for each in (layer, sums):
        each.build((None, *x.shape[1:]))
        randomise(each, seed)
    scale = abs(FAR[name]) / 2 / spread(name, sums.forward(x))
    layer.set_weights([scale * w for w in layer.get_weights()])
    dy = random(seed).standard_normal(layer.forward(x).shape)
    found = {"x": layer.backward(dy)} | layer.grads
    return complex_step.errors(function(layer), {"x": x, **layer.params}, dy, found)


def errors_of_dense(name, seed, shape):
    return errors_at_the_end(
        lambda activation: layers.Dense(3, activation), complex_step.dense, name, seed, normal(seed, *shape)
    )


def errors_of_convolution(name, seed, shape):
    return errors_at_the_end(
        lambda activation: layers.Conv2D(2, (3, 2), padding="same", activation=activation),
        complex_step.convolution, name, seed, normal(seed, *shape),
    )  # fmt: skip


PLACES = {  # a function of the activation's name, a seed and a shape, and the axes of the shape
    "Activation": (errors_of_activation, None), "Dense": (errors_of_dense, None),
    "Conv2D": (errors_of_convolution, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", FAR)
@pytest.mark.parametrize("place", PLACES)
@settings(max_examples=DRAWS)
@given(data=st.data(), seed=SEEDS)
def test_flat_activations(place, name, data, seed):
    look, rank = PLACES[place]
    errors = look(name, seed, data.draw(shapes(rank, largest=3)))
    assert max(errors.values()) < ENOUGH, errors


@pytest.mark.parametrize("name", FAR)
@given(far=st.floats(1, 300), seed=SEEDS)
def test_farther_out(name, far, seed):
    """Whatever the slope, it is off by no more than the last digit of 1."""
    z = np.where(np.arange(4) == seed % 4, 0, -far) * np.ones((2, 1)) if name == "softmax" else (
        np.array([far, -far]))  # fmt: skip
    dy = random(seed).uniform(-1, 1, z.shape)
    found, activation = {"z": BY_NAME[name].backward(dy, z, BY_NAME[name](z))}, ACTIVATIONS[name]
    due = complex_step.gradients(activation, {"z": z}, dy)
    assert np.abs(found["z"] - due["z"]).max() <= 4 * np.finfo(float).eps


# ---- batch normalisation of two numbers a channel, which says little of how far apart they are


def errors_of_pairs(epsilon, seed, C):
    layer, x = layers.BatchNormalization(epsilon=epsilon), normal(seed, 2, C)
    layer.build((None, C))
    randomise(layer, seed)
    dy = random(seed).standard_normal(x.shape)
    layer.forward(x, training=True)
    found = {"x": layer.backward(dy)} | layer.grads
    return complex_step.errors(
        lambda **arrays: complex_step.batch_normalisation(epsilon=epsilon, **arrays),
        {"x": x, **layer.params}, dy, found,
    )  # fmt: skip


CHANNELS = st.integers(1, 20)


@settings(max_examples=DRAWS)
@given(epsilon=st.sampled_from([1e-3, 0.1]), seed=SEEDS, C=CHANNELS)
def test_batch_normalisation_of_pairs(epsilon, seed, C):
    errors = errors_of_pairs(epsilon, seed, C)
    assert max(errors.values()) < ENOUGH, errors


# ---- losses, of logits where a network is sure, mostly rightly, and of probabilities


def one_hot(labels, K):
    return np.eye(K)[labels]


LOSSES = {  # the loss, its targets given labels of K classes, and what these mean
    "sparse": (losses.SparseCategoricalCrossentropy, lambda labels, K: labels, one_hot),
    "categorical": (losses.CategoricalCrossentropy, one_hot, one_hot),
    "smoothed": (lambda: losses.CategoricalCrossentropy(label_smoothing=0.2), one_hot,
                 lambda labels, K: 0.8 * one_hot(labels, K) + 0.2 / K),
    "squares": (losses.MeanSquaredError, one_hot, one_hot),
}  # fmt: skip
PICTURES, CLASSES = st.integers(1, 12), st.integers(2, 9)


def sure_logits(draw, labels, K):
    best = np.where(draw.random(len(labels)) < 0.8, labels, draw.integers(0, K, len(labels)))
    leads = draw.uniform(0.6, 1, (len(labels), K))
    return FAR["softmax"] * np.where(np.arange(K) == best[:, None], 0, -leads)


def some_probabilities(draw, labels, K):
    """Rows that need not sum to 1; a tenth of the numbers is too small to be told from 0."""
    p = draw.uniform(0.05, 0.6, (len(labels), K))
    return np.where(draw.random(p.shape) < 0.1, 1e-9, p)


def errors_of_loss(name, from_logits, seed, N, K):
    (make, targets_of, meaning), draw = LOSSES[name], random(seed)
    labels = draw.integers(0, K, N)
    z = (sure_logits if from_logits else some_probabilities)(draw, labels, K)
    _, dz = make().value_and_gradient(targets_of(labels, K), z, from_logits)
    if name == "squares":
        loss = complex_step.squares
    else:
        loss = complex_step.crossentropy if from_logits else complex_step.LOSSES_OF_PROBABILITIES[make().name]
    return complex_step.errors(lambda z: loss(z, meaning(labels, K)), {"z": z}, 1.0, {"z": dz})


@pytest.mark.parametrize("from_logits", [True, False])
@pytest.mark.parametrize("name", LOSSES)
@settings(max_examples=DRAWS)
@given(seed=SEEDS, N=PICTURES, K=CLASSES)
def test_losses(name, from_logits, seed, N, K):
    errors = errors_of_loss(name, from_logits, seed, N, K)
    assert max(errors.values()) < ENOUGH, errors


# ---- kinks: convolution and max pooling as one step; and convolution with less arithmetic


@st.composite
def steps(draw, algorithm):
    """A convolution, a pooling that fits behind it, and a picture or two."""
    window = draw(windows(largest=4, channels=2))
    if algorithm == "winograd":
        strides = draw(st.integers(1, 2))
        kernel = draw(st.integers(strides + 1, 4)), draw(st.integers(strides + 1, 4))
        size = [max(sides) for sides in zip(kernel, window.x_shape[1:3])]
        shape, how = (draw(st.integers(1, 2)), *size, window.x_shape[3]), (kernel, strides, window.padding)
    else:
        shape, how = window.x_shape, (window.size, window.strides, window.padding)
    activation, pool = draw(st.sampled_from(["relu", None])), draw(st.integers(1, 3))
    conv = layers.Conv2D(draw(st.integers(1, 2)), *how, activation, algorithm=algorithm)
    pooling = layers.MaxPooling2D(pool, draw(st.sampled_from([None, 1, 2])), "same")
    return conv, pooling, normal(window.seed, *shape)


def errors_of_step(conv, pool, x):
    """Of the two together, and of the convolution alone."""
    conv.build((None, *x.shape[1:]))
    pool.build(conv.output_shape)
    randomise(conv, len(x))
    convolution, largest = complex_step.convolution(conv), complex_step.max_pooling(pool)
    arrays, errors = {"x": x, **conv.params}, {}
    for what, layer, f in (("together", ConvPool(conv, pool), lambda **given: largest(convolution(**given))),
                           ("alone", conv, convolution)):  # fmt: skip
        dy = random(1).standard_normal(layer.forward(x).shape)
        found = {"x": layer.backward(dy)} | conv.grads
        errors |= {f"{what}: {k}": e for k, e in complex_step.errors(f, arrays, dy, found).items()}
    return errors


@pytest.mark.parametrize("algorithm", ["im2col", "winograd"])
@settings(max_examples=DRAWS)
@given(data=st.data())
def test_convolution_and_pooling_as_one_step(algorithm, data):
    errors = errors_of_step(*data.draw(steps(algorithm)))
    assert max(errors.values()) < ENOUGH, errors


# ---- the complex step itself


def test_it_has_all_digits():
    z = np.array([-18.0, -3.0, 0.0, 0.5, 18.0])
    due = 1 / (2 + 2 * np.cosh(z))  # of a sigmoid
    found = complex_step.gradients(complex_step.sigmoid, {"z": z}, 1.0)["z"]
    np.testing.assert_allclose(found, due, rtol=1e-14)
    found = complex_step.gradients(ACTIVATIONS["tanh"], {"z": z}, 1.0)["z"]
    np.testing.assert_allclose(found, np.cosh(z) ** -2, rtol=1e-13)
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    found = complex_step.gradients(lambda x: x**3, {"x": x}, x)["x"]
    np.testing.assert_allclose(found, 3 * x**3, rtol=1e-15)


@pytest.mark.parametrize("name", FAR)
def test_a_slope_off_by_a_millionth_is_noticed(name, monkeypatch):
    right = type(layers.Activation(name)).backward
    monkeypatch.setattr(layers.Activation, "backward", lambda self, dy: right(self, dy) * (1 + 1e-6))
    assert min(errors_of_activation(name, seed, (2, 3))["z"] for seed in range(5)) > ENOUGH


def test_every_activation_and_loss_is_here():
    assert ACTIVATIONS.keys() == BY_NAME.keys() == {"linear", "relu", "leaky_relu"} | FAR.keys()
    assert {type(make()) for make, *_ in LOSSES.values()} == {*losses._REGISTRY.values()}
