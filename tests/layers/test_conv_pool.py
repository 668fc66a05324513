"""A convolution and its max pooling as one step: the same as one after the other."""

from contextlib import ExitStack
from unittest import mock

import numpy as np
import pytest
from agreement import agree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import SEEDS, distinct

import minicnn as mc
from minicnn import layers
from minicnn.gradcheck import check_function
from minicnn.kernels import conv2d_compiled, winograd
from minicnn.kernels.registers import BYTES
from minicnn.layers.conv_pool import ConvPool, together


@st.composite
def pairs(draw, algorithm):
    """A convolution, a pooling that fits behind it, and pictures for both; pieces and blocks of all sizes."""
    padding, pool_padding = (draw(st.sampled_from(["valid", "same"])) for _ in range(2))
    strides, pool_strides = draw(st.integers(1, 2)), draw(st.sampled_from([None, 1, 2, 3]))
    kernel, pool = draw(st.integers(strides + 1, 4)), draw(st.integers(1, 3))
    size = draw(st.integers(kernel + strides * (pool - 1), kernel + strides * (pool - 1) + 9))
    activation = draw(st.sampled_from(["relu", None]))
    filters = draw(st.sampled_from([1, 2, 3, BYTES // 16 - 1, BYTES // 16, BYTES // 8]))
    conv = layers.Conv2D(
        filters, kernel, strides, padding, activation, use_bias=draw(st.booleans()), algorithm=algorithm
    )
    shape = draw(st.integers(1, 5)), size, size + draw(st.integers(0, 2)), draw(st.integers(1, 2))
    return conv, layers.MaxPooling2D(pool, pool_strides, pool_padding), distinct(draw(SEEDS), *shape)


def there_and_back(forward, backward, conv, x):
    """y, dx and the gradients."""
    y = forward(x)
    dx = backward(np.random.default_rng(1).standard_normal(y.shape))
    return {"y": y, "dx": dx, **conv.grads}


@pytest.mark.parametrize("room", [1, None], ids=["one strip at a time", "as usual"])
@pytest.mark.parametrize("algorithm", ["im2col", "winograd"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the same float type for all
@given(data=st.data())
@pytest.mark.usefixtures("float64")
def test_together_is_one_after_the_other(algorithm, room, data):
    conv, pool, x = data.draw(pairs(algorithm))
    conv.build((None, *x.shape[1:]))
    pool.build(conv.output_shape)
    conv.needs_dx = data.draw(st.booleans())
    step = ConvPool(conv, pool)
    with ExitStack() as small:
        for kernel in (winograd, conv2d_compiled):
            small.enter_context(mock.patch.object(kernel, "CACHE", room or kernel.CACHE))
        mine = there_and_back(step.forward, step.backward, conv, x)
        due = there_and_back(
            lambda x: pool.forward(conv.forward(x)), lambda dy: conv.backward(pool.backward(dy)), conv, x
        )
    assert mine.keys() == due.keys()
    for name, array in due.items():
        if name == "dx" and not conv.needs_dx:
            assert mine[name] is None
        else:
            agree(mine[name], array, 1e-10, name)


@pytest.mark.parametrize("size", [1, 7])
def test_a_kernel_that_winograd_cannot_take(size, float64):
    """The step computes as the layer does: here as one matrix product."""
    conv, pool, x = layers.Conv2D(2, size), layers.MaxPooling2D(), distinct(3, 2, 9, 8, 2)
    y = pool.forward(conv.forward(x))
    agree(ConvPool(conv, pool).forward(x), y)


def test_the_pooling_alone_may_go_back(float64):
    conv, pool, x = layers.Conv2D(2, 3), layers.MaxPooling2D(), distinct(4, 2, 9, 8, 2)
    y = pool.forward(conv.forward(x))
    dy = np.random.default_rng(1).standard_normal(y.shape)
    due = pool.backward(dy)
    ConvPool(conv, pool).forward(x)
    agree(pool.backward(dy), due)


def network(**convolution):
    mc.set_random_seed(0)
    return mc.Sequential([
        layers.Conv2D(3, 3, input_shape=(9, 8, 2), **convolution), layers.MaxPooling2D(2, 1),
        layers.Dropout(0.1),
        layers.Conv2D(4, 2, activation="relu", padding="same"), layers.MaxPooling2D(),
        layers.Flatten(), layers.Dense(3),
    ])  # fmt: skip


@pytest.mark.parametrize("activation, due", [(None, 2), ("relu", 2), ("gelu", 1)])
def test_a_network_takes_them_together_where_it_can(activation, due):
    steps = together(network(activation=activation).layers)
    assert sum(isinstance(step, ConvPool) for step in steps) == due
    assert len(steps) == 7 - due


def test_a_convolution_of_ones_own_is_left_alone():
    class Own(layers.Conv2D):
        pass

    own, pool = Own(2, 3), layers.MaxPooling2D()
    assert together([own, pool]) == [own, pool]


@pytest.mark.parametrize("algorithm", ["im2col", "winograd"])
def test_a_network_predicts_what_its_layers_do_and_learns_the_same(rng, algorithm):
    model = network(activation="relu", algorithm=algorithm)
    x = y = rng.standard_normal((5, 9, 8, 2)).astype(np.float32)
    predictions = model.predict(x)
    for layer in model.layers:
        y = layer.forward(y)
    np.testing.assert_allclose(predictions, y, rtol=1e-5, atol=1e-6)
    dy = rng.standard_normal(y.shape).astype(np.float32)
    back = dy
    for layer in reversed(model.layers):
        back = layer.backward(back)
    due = {name: gradient.copy() for name, gradient in model.gradients().items()}
    model.forward(x)
    model.backward(dy)
    for name, gradient in model.gradients().items():
        np.testing.assert_allclose(gradient, due[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_the_first_convolution_goes_back_alone_no_more():
    model = network()
    model.forward(np.ones((1, 9, 8, 2)))
    model.backward(np.ones((1, 3)))
    assert model.layers[0].needs_dx
    with pytest.raises(RuntimeError, match=r"'conv2d'\.backward needs a forward pass first"):
        model.layers[0].backward(np.ones((1, 7, 6, 3)))


def test_a_network_s_gradients_are_slopes(float64):
    model, x = network(activation="relu"), distinct(0, 2, 9, 8, 2)
    dy = np.random.default_rng(1).standard_normal((2, 3))
    model.forward(x)
    model.backward(dy)

    def loss():
        return (model.forward(x) * dy).sum()

    errors = check_function(loss, model.parameters(), model.gradients())
    assert max(errors.values()) < 1e-6


def test_windows_of_nan_and_infinity_stay(rng):
    model, x = network(activation="relu"), rng.standard_normal((1, 9, 8, 2))
    x[0, 4, 4] = np.nan
    assert np.isnan(model.forward(x)).all()
