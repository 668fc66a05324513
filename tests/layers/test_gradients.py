"""Every layer's gradient is the slope of its forward pass: in float64, to 1e-7, over drawn shapes."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import PROBLEMS, SEEDS, distinct, normal, randomise, shapes

import minicnn as mc
from minicnn import layers
from minicnn.activations import BY_NAME
from minicnn.gradcheck import check_function, check_layer

pytestmark = pytest.mark.usefixtures("float64")
ENOUGH = 1e-7
KINK = 1e-3  # nearer to 0 than this, a step of the check may cross a ReLU's corner


def away_from_kinks(layer, x):
    """Whether what the layer's ReLU is given keeps its distance from 0."""
    if layer.get_config().get("activation") not in ("relu", "leaky_relu"):
        return True
    without = type(layer).from_config({**layer.get_config(), "activation": None})
    without.build((None, *x.shape[1:]))
    without.set_weights(layer.get_weights())
    return np.abs(without.forward(x)).min() > KINK


def has_a_slope(layer, x):
    """Whether not all of the layer's softmaxes are saturated: the slope of those is lost in rounding."""
    return layer.get_config().get("activation") != "softmax" or layer.forward(x).max(axis=-1).min() < 0.99


def errors_of(layer, x, training, seed):
    layer.build((None, *x.shape[1:]))
    randomise(layer, seed)
    assume(away_from_kinks(layer, x) and has_a_slope(layer, x))
    return check_layer(layer, x, training, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("name", PROBLEMS)
@settings(max_examples=30)
@given(data=st.data(), training=st.booleans(), seed=SEEDS)
def test_every_layer(name, data, training, seed):
    errors = errors_of(*data.draw(PROBLEMS[name]), training, seed)
    assert max(errors.values()) < ENOUGH, errors


@pytest.mark.parametrize("activation", BY_NAME)
@pytest.mark.parametrize("layer", ["Activation", "Dense", "Conv2D"])
@settings(max_examples=25)
@given(shape=shapes(rank=4, largest=3), seed=SEEDS)
def test_every_activation_in_every_layer_that_takes_one(layer, activation, shape, seed):
    if layer == "Activation":
        made, x = layers.Activation(activation), distinct(seed, *shape[:3], shape[3] + 1)
    elif layer == "Dense":
        made, x = layers.Dense(3, activation), normal(seed, *shape) / 2
    else:
        made, x = layers.Conv2D(2, (3, 2), padding="same", activation=activation), normal(seed, *shape) / 4
    errors = errors_of(made, x, True, seed)
    assert max(errors.values()) < ENOUGH, errors


# ---- losses, at the end of a whole network


def one_hot(labels, K):
    return np.eye(K)[labels]


def mixtures(labels, K):
    """Rows of probabilities that are not one-hot."""
    return 0.75 * one_hot(labels, K) + 0.25 * one_hot((labels + 1) % K, K)


LOSSES = {
    "sparse": (mc.losses.SparseCategoricalCrossentropy, lambda labels, K: labels),
    "categorical": (mc.losses.CategoricalCrossentropy, one_hot),
    "mixtures": (mc.losses.CategoricalCrossentropy, mixtures),
    "smoothed": (lambda: mc.losses.CategoricalCrossentropy(label_smoothing=0.2), one_hot),
    "squares": (mc.losses.MeanSquaredError, one_hot),
}
ENDS = {
    "softmax in the layer": lambda K: [layers.Dense(K, "softmax")],
    "softmax as a layer": lambda K: [layers.Dense(K), layers.Softmax()],
    "softmax as an Activation": lambda K: [layers.Dense(K), layers.Activation("softmax")],
    "softmax, not last": lambda K: [layers.Dense(K, "softmax"), layers.Activation("linear")],  # not fused
    "sigmoid": lambda K: [layers.Dense(K, "sigmoid")],
}


def batches(loss):
    """N and the number of classes.

    A crossentropy wants two of them. Of two, one picture's answer may happen to be a target between 0 and 1;
    there is no slope then but rounding.
    """
    least = {"squares": 1, "mixtures": 3, "smoothed": 3}.get(loss, 2)
    return st.tuples(st.integers(1, 12), st.integers(least, 9))


def test_every_loss_is_checked():
    from minicnn.losses import _REGISTRY

    assert {type(make()) for make, _ in LOSSES.values()} == {*_REGISTRY.values()}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=5)  # for each of the 25 pairs
@given(data=st.data(), seed=SEEDS)
def test_every_loss_through_a_network(loss, end, data, seed):
    errors = errors_through_a_network(loss, end, data.draw(batches(loss)), seed)
    assert max(errors.values()) < ENOUGH, errors


def errors_through_a_network(loss, end, size, seed):
    """Convolution, batch normalisation, pooling, dropout and the loss, all in one slope."""
    (N, K), (make, targets) = size, LOSSES[loss]
    model = mc.Sequential([
        layers.Conv2D(2, (2, 3), padding="same", activation="tanh", input_shape=(4, 3, 2)),
        layers.BatchNormalization(), layers.AveragePooling2D((2, 1)), layers.Dropout(0.25), layers.Flatten(),
        *ENDS[end](K),
    ])
    model.compile(mc.optimizers.SGD(0.0), make())  # a learning rate of 0: all but the step itself
    x, y = normal(seed, N, 4, 3, 2), targets(np.random.default_rng(seed).integers(0, K, N), K)

    def value():
        model.step = 1  # the same dropout every time; a first step would look for compiled kernels
        return model.train_on_batch(x, y)

    value()
    gradients = {name: g.copy() for name, g in model.gradients().items()}
    return check_function(value, model.parameters(), gradients)
