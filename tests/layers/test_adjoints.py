"""What a linear layer hands back is its transpose: <A x, y> = <x, A' y>, whatever the shapes.

Layers that choose (ReLU, max pooling, dropout, augmentation) are linear for what they have chosen. No step
and no slope is needed here, so it holds to rounding: 1e-13 in float64, 1e-5 in float32.
"""

import numpy as np
import pytest
from agreement import ADJOINT, adjoint_error
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PROBLEMS, SEEDS, randomise

from minicnn import config, layers
from minicnn.layers.conv_pool import ConvPool

DRAWS = 10
NO_BIAS = {"activation": None, "use_bias": False}
LINEAR = {  # what makes the layer linear; all others are so, as far as they can be
    "Conv2D": NO_BIAS, "Dense": NO_BIAS, "BatchNormalization": {"center": False}, "Rescaling": {"offset": 0},
    **{name: {"fill_value": 0} for name in ("RandomRotation", "RandomTranslation", "RandomZoom")},
}  # fmt: skip
NOT_LINEAR = {"Activation", "Softmax"}  # but for the activations that are layers of their own
NAMES = [name for name in PROBLEMS if name not in NOT_LINEAR]


def errors_of(layer, x, training, seed, dtype):
    """The layer's own, and of its kernel, in which it is linear, too."""
    name = type(layer).__name__
    config.set_floatx(dtype)
    layer = type(layer).from_config(layer.get_config() | LINEAR.get(name, {}))
    layer.build((None, *x.shape[1:]))
    randomise(layer, seed)
    if name == "BatchNormalization":
        training = False  # while training it divides by what it is given
        layer.state["moving_mean"][...] = 0
    return there_and_back(layer.forward, layer.backward, layer, x.astype(dtype), seed, training)


def there_and_back(forward, backward, layer, x, seed, training=True):
    y = forward(x, training)
    dy = np.random.default_rng(seed).standard_normal(y.shape).astype(y.dtype)
    errors = {"x": adjoint_error(y, dy, x, backward(dy))}
    if "kernel" in layer.params:
        errors["kernel"] = adjoint_error(y, dy, layer.params["kernel"], layer.grads["kernel"])
    return errors


@pytest.mark.parametrize("dtype", ADJOINT)
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=DRAWS)
@given(data=st.data(), training=st.booleans(), seed=SEEDS)
def test_every_linear_layer(name, dtype, data, training, seed):
    layer, x = data.draw(PROBLEMS[name])
    errors = errors_of(layer, x, training, seed, dtype)
    assert max(errors.values()) <= ADJOINT[dtype], errors


# ---- convolution with less arithmetic; and with ReLU and max pooling as one step


@st.composite
def steps(draw):
    """A convolution without bias, a pooling that fits behind it, and x."""
    algorithm, strides = draw(st.sampled_from(["im2col", "winograd"])), draw(st.integers(1, 2))
    kernel = draw(st.integers(strides + 1, 5)), draw(st.integers(strides + 1, 5))
    shape = draw(st.integers(1, 3)), *(draw(st.integers(k, k + 8)) for k in kernel), draw(st.integers(1, 3))
    padding, activation = draw(st.sampled_from(["valid", "same"])), draw(st.sampled_from(["relu", None]))
    how = kernel, strides, padding, activation, False
    conv = layers.Conv2D(draw(st.integers(1, 3)), *how, algorithm=algorithm)
    pool = layers.MaxPooling2D(draw(st.integers(1, 3)), draw(st.sampled_from([None, 1, 2])), "same")
    return conv, pool, np.random.default_rng(draw(SEEDS)).standard_normal(shape)


def errors_of_step(conv, pool, x, seed, dtype):
    config.set_floatx(dtype)
    conv.build((None, *x.shape[1:]))
    pool.build(conv.output_shape)
    randomise(conv, seed)
    x, together = x.astype(dtype), ConvPool(conv, pool)
    alone = there_and_back(conv.forward, conv.backward, conv, x, seed)
    both = there_and_back(together.forward, together.backward, conv, x, seed)
    return {f"alone: {k}": e for k, e in alone.items()} | {f"together: {k}": e for k, e in both.items()}


@pytest.mark.parametrize("dtype", ADJOINT)
@settings(max_examples=DRAWS)
@given(step=steps(), seed=SEEDS)
def test_convolution_and_pooling(dtype, step, seed):
    errors = errors_of_step(*step, seed, dtype)
    assert max(errors.values()) <= ADJOINT[dtype], errors


def test_a_wrong_transpose_is_noticed(float64):
    layer, x = layers.Conv2D(3, 3, use_bias=False, input_shape=(5, 5, 3)), np.ones((1, 5, 5, 3))
    layer.forward(x)
    right = layer.backward
    layer.backward = lambda dy: right(dy) * (1 + 1e-9)
    errors = there_and_back(layer.forward, layer.backward, layer, x, 0)
    assert errors["x"] > ADJOINT["float64"] >= errors["kernel"]
