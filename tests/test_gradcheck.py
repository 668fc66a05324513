"""The checker itself: it accepts what is right, and every small wrong in every layer is noticed."""

import numpy as np
import pytest
from strategies import distinct, normal, randomise

from minicnn import gradcheck, layers
from minicnn.gradcheck import check_function, check_layer, numeric_gradient, relative_error
from minicnn.kernels import batchnorm, conv2d, dense, pooling

ENOUGH = 1e-6
PICTURES = (2, 4, 3, 3)
MAKE = {
    "Activation": lambda: layers.Activation("tanh"),
    "AveragePooling2D": lambda: layers.AveragePooling2D((2, 1), padding="same"),
    "BatchNormalization": layers.BatchNormalization,
    "Conv2D": lambda: layers.Conv2D(2, (2, 3), (1, 2), "same", "sigmoid"),
    "Dense": lambda: layers.Dense(4, "gelu"),
    "Dropout": lambda: layers.Dropout(0.4),
    "Flatten": layers.Flatten,
    "GlobalAveragePooling2D": layers.GlobalAveragePooling2D,
    "Input": lambda: layers.Input(PICTURES[1:]),
    "LeakyReLU": layers.LeakyReLU,
    "MaxPooling2D": lambda: layers.MaxPooling2D((2, 2), (1, 1)),
    "RandomCrop": lambda: layers.RandomCrop(3, 2),
    "RandomFlip": layers.RandomFlip,
    "RandomRotation": lambda: layers.RandomRotation(0.3),
    "RandomTranslation": lambda: layers.RandomTranslation(0.3, 0.2),
    "RandomZoom": lambda: layers.RandomZoom(0.3),
    "ReLU": layers.ReLU,
    "Rescaling": lambda: layers.Rescaling(0.7, 0.1),
    "Softmax": layers.Softmax,
}
WEIGHTS = {"Conv2D": ["kernel", "bias"], "Dense": ["kernel", "bias"], "BatchNormalization": ["gamma", "beta"]}
GRADIENTS = [(layer, which) for layer in MAKE for which in ["x", *WEIGHTS.get(layer, [])]]
pytestmark = pytest.mark.usefixtures("float64")


def made(name):
    layer, x = MAKE[name](), distinct(1, *PICTURES)
    layer.build((None, *x.shape[1:]))
    randomise(layer, 2)
    return layer, x


def test_every_layer_is_there():
    assert MAKE.keys() == layers.LAYERS.keys()
    for name, make in MAKE.items():
        layer = make()
        layer.build((None, *PICTURES[1:]))
        assert [*layer.params] == WEIGHTS.get(name, [])


@pytest.mark.parametrize("name", MAKE)
def test_right_gradients_are_accepted(name):
    errors = check_layer(*made(name))
    assert errors.keys() == {"x", *WEIGHTS.get(name, [])}
    assert max(errors.values()) < ENOUGH, errors


def planted(name, which, harm):
    """The errors found in a layer whose gradient for ``which`` is harmed."""
    layer, x = made(name)
    right = layer.backward

    def wrong(dy):
        dx = right(dy)
        if which == "x":
            return harm(dx)
        layer.grads[which] = harm(layer.grads[which])
        return dx

    layer.backward = wrong
    return check_layer(layer, x)


HARM = {
    "a factor of 1.0001": lambda g: g * (1 + 1e-4),
    "a wrong sign": lambda g: -g,
    "nothing": np.zeros_like,
    "a NaN": lambda g: np.where(g == g.max(), np.nan, g),
    "turned about": lambda g: g.ravel()[::-1].reshape(g.shape),
    "one entry off": lambda g: np.where(np.arange(g.size).reshape(g.shape) == g.size // 2, g + 0.01, g),
}


@pytest.mark.parametrize("harm", HARM)
@pytest.mark.parametrize(("name", "which"), GRADIENTS)
def test_wrong_gradients_are_noticed_and_named(name, which, harm):
    errors = planted(name, which, HARM[harm])
    assert errors.pop(which) > 2 * ENOUGH
    assert not errors or max(errors.values()) < ENOUGH, errors


@pytest.mark.parametrize("axes", [(0, 1), (0, 3), (1, 2), (2, 3)])
def test_swapped_axes_are_noticed(axes):
    """Where sizes are equal a gradient with two axes swapped has the right shape, and only that."""
    layer = layers.Conv2D(3, 3, padding="same", input_shape=(3, 3, 3))
    x, right = normal(0, 3, 3, 3, 3), layer.backward
    layer.backward = lambda dy: right(dy).swapaxes(*axes)
    assert check_layer(layer, x)["x"] > 0.1


KERNELS = [
    (conv2d, "backward", 0, "Conv2D", "x"), (conv2d, "backward", 1, "Conv2D", "kernel"),
    (conv2d, "backward", 2, "Conv2D", "bias"),
    (dense, "backward", 0, "Dense", "x"), (dense, "backward", 1, "Dense", "kernel"),
    (dense, "backward", 2, "Dense", "bias"),
    (batchnorm, "backward", 0, "BatchNormalization", "x"),
    (batchnorm, "backward", 1, "BatchNormalization", "gamma"),
    (batchnorm, "backward", 2, "BatchNormalization", "beta"),
    (pooling, "max_backward", None, "MaxPooling2D", "x"),
    (pooling, "average_backward", None, "AveragePooling2D", "x"),
]


@pytest.mark.parametrize(("module", "function", "place", "name", "which"), KERNELS)
def test_wrong_kernels_are_noticed(monkeypatch, module, function, place, name, which):
    right = getattr(module, function)

    def wrong(*args):
        result = right(*args)
        if place is None:
            return result * (1 + 1e-4)
        return tuple(each * (1 + 1e-4) if k == place else each for k, each in enumerate(result))

    monkeypatch.setattr(module, function, wrong)
    assert check_layer(*made(name))[which] > 2 * ENOUGH


@pytest.mark.parametrize("name", ["Softmax", "BatchNormalization"])
def test_ones_from_above_would_see_nothing(monkeypatch, name):
    """Their sums hardly change, whatever x does: a check with dy = 1 takes a dx of zero for right."""
    layer, x = made(name)
    y = layer.forward(x, training=True)
    assert np.abs(layer.backward(np.ones_like(y))).max() < 1e-12
    assert planted(name, "x", np.zeros_like)["x"] == 1


def test_the_gradient_from_above_is_random():
    layer, x = made("Flatten")
    seen, right = [], layer.backward
    layer.backward = lambda dy: seen.append(dy) or right(dy)
    check_layer(layer, x)
    check_layer(layer, x, rng=np.random.default_rng(5))
    assert np.std(seen[0]) > 0.5 and not np.array_equal(seen[0], seen[1])


@pytest.mark.parametrize("name", MAKE)
def test_a_check_leaves_no_trace(name):
    layer, x = made(name)
    before, weights = x.copy(), layer.get_weights()
    check_layer(layer, x)
    np.testing.assert_array_equal(x, before)
    for now, then in zip(layer.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(now, then)


def test_relative_error():
    assert relative_error([1.0, 0.0], [1.0, 0.0]) == relative_error([0.0], [0.0]) == 0
    assert relative_error([1.0, 0.0], [0.0, 0.0]) == relative_error([2.0], [-2.0]) == 1
    assert relative_error([3.0], [1.0]) == 0.5
    assert relative_error([np.nan, 1], [1, 1]) == relative_error([np.inf], [np.inf]) == np.inf


def test_numeric_gradient_of_a_polynomial():
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    g = numeric_gradient(lambda: float((x**3).sum() + x[0, 0] * x[1, 1]), x)
    np.testing.assert_allclose(g, 3 * x**2 + [[-4, 0], [0, 1]], rtol=1e-8)
    np.testing.assert_array_equal(x, [[1, 2], [3, -4]])


def test_what_cannot_be_checked_is_refused():
    x = np.ones(2, np.float32)
    with pytest.raises(ValueError, match="float64, 'x' is float32"):
        check_function(lambda: 0.0, {"x": x}, {"x": x})
    with pytest.raises(ValueError, match=r"gradient of 'w' has shape \(3,\), expected \(2,\)"):
        check_function(lambda: 0.0, {"w": np.ones(2)}, {"w": np.ones(3)})
    assert gradcheck.STEP < 1e-4
