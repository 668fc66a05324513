"""The edges of what a layer may be given, in both float types, on every way there is to compute it."""

import numpy as np
import pytest
from agreement import near, rungs
from strategies import normal, randomise

from minicnn import activations, config, layers
from minicnn.kernels import batchnorm, conv2d, pooling
from minicnn.layers.conv_pool import ConvPool

pytestmark = pytest.mark.usefixtures("floatx")
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


@pytest.fixture(params=["float32", "float64"])
def floatx(request):
    """Layers built in this test compute in this type."""
    config.set_floatx(request.param)
    return request.param


def built(layer, shape):
    """With weights that are not special."""
    layer.build((None, *shape[1:]))
    randomise(layer, 1)
    return layer


# ---- every layer: no picture, one, one of a single pixel, one that is NaN

MAKE = {  # for pictures of any size
    "Activation": lambda: layers.Activation("softmax"),
    "AveragePooling2D": lambda: layers.AveragePooling2D((2, 3), (2, 1), "same"),
    "BatchNormalization": layers.BatchNormalization,
    "Conv2D": lambda: layers.Conv2D(4, (3, 2), padding="same", activation="relu"),
    "Conv2D, less arithmetic": lambda: layers.Conv2D(4, 3, padding="same", algorithm="winograd"),
    "Dense": lambda: layers.Dense(4, "gelu"),
    "Dropout": lambda: layers.Dropout(0.3),
    "Flatten": layers.Flatten,
    "GlobalAveragePooling2D": layers.GlobalAveragePooling2D,
    "Input": lambda: layers.Input(None),
    "LeakyReLU": layers.LeakyReLU,
    "MaxPooling2D": lambda: layers.MaxPooling2D((2, 3), (1, 2), "same"),
    "RandomCrop": lambda: layers.RandomCrop(2, 3),
    "RandomFlip": layers.RandomFlip,
    "RandomRotation": lambda: layers.RandomRotation(0.3),
    "RandomTranslation": lambda: layers.RandomTranslation(0.3, 0.2),
    "RandomZoom": lambda: layers.RandomZoom(0.3),
    "ReLU": layers.ReLU,
    "Rescaling": lambda: layers.Rescaling(1 / 255, -0.5),
    "Softmax": layers.Softmax,
}
EACH = pytest.mark.parametrize("name", MAKE)


def made(name, shape):
    return built(layers.Input(shape[1:]) if name == "Input" else MAKE[name](), shape)


def test_every_layer_is_there():
    assert {name.split(",")[0] for name in MAKE} == layers.LAYERS.keys()


@EACH
def test_no_pictures_give_no_pictures(name, floatx):
    layer = made(name, (0, 6, 5, 3))
    y = layer.forward(np.zeros((0, 6, 5, 3)))
    assert y.shape == (0, *layer.output_shape[1:]) and y.dtype == floatx
    dx = layer.backward(y)
    assert dx.shape == (0, 6, 5, 3) and dx.dtype == floatx
    assert not any(gradient.any() for gradient in layer.grads.values())


@EACH
@pytest.mark.parametrize("shape", [(1, 6, 5, 3), (2, 1, 1, 3), (1, 1, 1, 1), (3, 1, 5, 2)], ids=str)
@pytest.mark.parametrize("training", [False, True])
def test_one_picture_one_row_one_pixel(name, shape, training, floatx):
    """As for any other picture: the float types agree up to rounding, and shapes are those announced."""
    x = normal(0, *shape)
    layer = made(name, shape)
    y = layer.forward(x, training)
    dy = normal(1, *y.shape)
    dx = layer.backward(dy)
    assert y.shape == (len(x), *layer.output_shape[1:]) and dx.shape == shape
    config.set_floatx("float64" if floatx == "float32" else "float32")
    twin = made(name, shape)
    near(y, twin.forward(x, training), 1e-5)
    near(dx, twin.backward(dy), 1e-5, size=1e-5)  # 0 where there is a single number to normalise
    for which, gradient in layer.grads.items():
        near(gradient, twin.grads[which], 1e-5)


@EACH
def test_pictures_of_bytes(name, floatx):
    x = np.random.default_rng(0).integers(0, 256, (2, 6, 5, 3), dtype=np.uint8)
    layer = made(name, x.shape)
    for training in (False, True):
        layer.step = 0
        y = layer.forward(x, training).copy()
        layer.step = 0
        np.testing.assert_array_equal(layer.forward(x.astype(floatx), training), y, strict=True)


@EACH
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@np.errstate(invalid="ignore")  # inf - inf
def test_a_picture_that_is_not_finite_leaves_the_others_alone(name, bad):
    x = normal(0, 3, 6, 5, 3)
    layer = made(name, x.shape)
    due = layer.forward(x).copy()
    x[1] = bad
    y = layer.forward(x)
    np.testing.assert_array_equal(y[[0, 2]], due[[0, 2]])
    if np.isnan(bad):
        assert np.isnan(y[1]).any()


# ---- convolution and max pooling as one step, against the definitions of both

ALGORITHMS = pytest.mark.parametrize("algorithm", ["im2col", "winograd"])
ACTIVATIONS = pytest.mark.parametrize("activation", [None, "relu"])


def equal_everywhere(layer, value):
    layer.params["kernel"][...], layer.params["bias"][...] = 0, value


FUSED = {  # pictures, kernel, its padding, pool, its strides, its padding; what to do to the convolution
    "all equal": ((2, 7, 6, 2), 3, "valid", 2, 2, "valid", lambda conv: equal_everywhere(conv, 1)),
    "all equal, windows that overlap": (
        (2, 7, 6, 2), 3, "same", 3, 1, "same", lambda conv: equal_everywhere(conv, 1)),
    "all below 0": ((2, 7, 6, 2), 3, "valid", 2, 1, "valid", lambda conv: equal_everywhere(conv, -1)),
    "all 0": ((2, 7, 6, 2), 3, "valid", 2, 1, "same", lambda conv: equal_everywhere(conv, 0)),
    "all -inf": ((2, 7, 6, 2), 3, "valid", 3, 2, "same", lambda conv: equal_everywhere(conv, -np.inf)),
    "one channel of -inf": (
        (2, 7, 6, 2), 3, "same", 2, 2, "valid", lambda conv: conv.params["bias"].put(1, -np.inf)),
    "all inf": ((2, 7, 6, 2), 3, "valid", 2, 2, "valid", lambda conv: equal_everywhere(conv, np.inf)),
    "all NaN": ((2, 7, 6, 2), 3, "valid", 2, 1, "same", lambda conv: equal_everywhere(conv, np.nan)),
    "no picture": ((0, 7, 6, 2), 3, "valid", 2, 2, "valid", None),
    "one picture": ((1, 7, 6, 2), 3, "valid", 2, 2, "valid", None),
    "more pictures than shares": ((67, 4, 4, 1), 2, "valid", 2, 1, "valid", None),
    "one pixel": ((3, 1, 1, 2), 3, "same", 2, 2, "same", None),
    "one row": ((2, 1, 6, 2), (2, 3), "same", (1, 2), 2, "valid", None),
    "a kernel as large as the picture": ((2, 4, 3, 2), (4, 3), "valid", 1, 1, "valid", None),
    "a kernel as large as the padded picture": ((2, 3, 3, 2), 5, "same", 2, 2, "valid", None),
    "a pool as large as the picture": ((2, 6, 5, 2), 3, "valid", (4, 3), 1, "valid", None),
    "a pool as large as the padded picture": ((2, 4, 4, 2), 3, "valid", 3, 2, "same", None),
}


def fused(edge, algorithm, activation):
    """The convolution, the pooling, x."""
    shape, kernel, padding, pool, strides, pool_padding, prepare = FUSED[edge]
    conv = built(layers.Conv2D(3, kernel, 1, padding, activation, algorithm=algorithm), shape)
    pooled = built(layers.MaxPooling2D(pool, strides, pool_padding), conv.output_shape)
    if prepare:
        prepare(conv)
    return conv, pooled, normal(0, *shape)


def by_definition(conv, pool, x, dy):
    """y, dx and the gradients of the two layers: the first rungs."""
    w, relu = conv.params["kernel"], conv.activation is activations.relu
    z = conv2d.forward_definition(x, w, conv.bias, conv.strides, conv.pads)
    between = np.maximum(z, 0) if relu else z
    y, which = pooling.max_forward_definition(between, pool.pool_size, pool.strides, pool.pads)
    dz = pooling.max_backward_definition(dy, which, z.shape, pool.pool_size, pool.strides, pool.pads)
    if relu:
        dz = np.where(between <= 0, 0, dz)
    dx, dw, db = conv2d.backward_definition(x, w, dz, conv.strides, conv.pads)
    return {"y": y, "dx": dx, "kernel": dw, "bias": db}


def at_once(conv, pool, x, dy):
    step = ConvPool(conv, pool)
    return {"y": step.forward(x), "dx": step.backward(dy), **conv.grads}


def one_by_one(conv, pool, x, dy):
    y = pool.forward(conv.forward(x))
    return {"y": y, "dx": conv.backward(pool.backward(dy)), **conv.grads}


@ALGORITHMS
@ACTIVATIONS
@pytest.mark.parametrize("edge", FUSED)
@pytest.mark.parametrize("way", [at_once, one_by_one])
def test_convolution_and_pooling(edge, algorithm, activation, way, floatx):
    conv, pool, x = fused(edge, algorithm, activation)
    x = x.astype(floatx)
    dy = normal(1, len(x), *pool.output_shape[1:]).astype(floatx)
    found, due = way(conv, pool, x, dy), by_definition(conv, pool, x, dy)
    for name, array in due.items():
        assert found[name].dtype == floatx
        near(found[name], array, TOLERANCE[floatx], name)


@ALGORITHMS
@pytest.mark.parametrize("pictures", [3, 40])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_picture_that_is_not_finite_leaves_the_others_of_its_share_alone(algorithm, pictures, bad):
    """A thread convolves one picture over the last one's place: nothing of it may stay."""
    conv = built(layers.Conv2D(3, 3, activation="relu", algorithm=algorithm), (1, 9, 8, 2))
    step = ConvPool(conv, built(layers.MaxPooling2D(), conv.output_shape))
    x = normal(0, pictures, 9, 8, 2)
    dy = normal(1, *step.forward(x).shape)
    y, dx = step.forward(x).copy(), step.backward(dy).copy()
    x[1] = bad
    found = step.forward(x)
    others = np.arange(pictures) != 1
    np.testing.assert_array_equal(found[others], y[others])
    np.testing.assert_array_equal(step.backward(dy)[others], dx[others])
    assert np.isnan(found[1]).any() if np.isnan(bad) else not np.isfinite(found[1]).all()


# ---- batch normalisation of a single value a channel


@rungs(batchnorm.LADDER)
@pytest.mark.parametrize("seed", range(5))
def test_a_channel_of_a_single_value_is_beta(forward, backward, floatx, seed):
    """It is its own mean: nothing of it is left, and nothing goes back."""
    x, gamma, beta, dy = (normal(seed, 4, 1, 5) * [[[100]], [[1]], [[1]], [[1]]]).astype(floatx)
    y, mean, variance = forward(x, gamma[0], beta[0], 1e-3)
    scale = np.abs(gamma).max() / np.sqrt(1e-3)
    rounding = 4 * np.finfo(floatx).eps * scale  # of what is added up, relative to x and dy
    near(y, beta, 0, size=rounding * np.abs(x).max())
    np.testing.assert_array_equal(mean, x[0])
    np.testing.assert_array_equal(variance, np.zeros(5))
    dx, dgamma, dbeta = backward(x, mean, variance, gamma[0], dy, 1e-3)
    near(dx, np.zeros((1, 5)), 0, size=rounding * np.abs(dy).max())
    np.testing.assert_array_equal(dgamma, np.zeros(5))
    np.testing.assert_array_equal(dbeta, dy[0])


@pytest.mark.parametrize("shape", [(1, 4), (1, 1, 1, 4)], ids=str)
def test_a_batch_of_one_value_a_channel_moves_the_statistics(shape):
    layer = built(layers.BatchNormalization(0.9), shape)
    x, (_, beta, mean, variance) = normal(0, *shape), layer.get_weights()
    y = layer.forward(x, training=True)
    near(y.ravel(), beta, 1e-6)
    near(layer.state["moving_mean"], 0.9 * mean + 0.1 * x.ravel(), 1e-6)
    near(layer.state["moving_variance"], 0.9 * variance, 1e-6)
