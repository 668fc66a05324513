"""The edges of what a network may be given: huge logits, bytes, a last batch of one, one pixel, nothing."""

import numpy as np
import pytest
from agreement import assert_equal_weights

import minicnn as mc
from minicnn import layers

pytestmark = pytest.mark.usefixtures("floatx")
SPARSE, ONE_HOT = "sparse_categorical_crossentropy", "categorical_crossentropy"


@pytest.fixture(params=["float32", "float64"])
def floatx(request):
    """Networks of this test compute in this type."""
    mc.config.set_floatx(request.param)
    return request.param


# ---- logits

ENDS = {
    "softmax in the layer": lambda: [layers.Dense(3, "softmax", use_bias=False)],
    "softmax as a layer": lambda: [layers.Dense(3, use_bias=False), layers.Softmax()],
    "softmax as an Activation": lambda: [layers.Dense(3, use_bias=False), layers.Activation("softmax")],
    "logits": lambda: [layers.Dense(3, use_bias=False)],
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("big", [1e4, 3e38])
@pytest.mark.parametrize("smoothing", [None, 0.0, 0.3])
def test_huge_logits_have_an_exact_loss_and_gradient(end, big, smoothing, floatx):
    """Two pictures with logits (big, -big, 0), one of class 0, one of class 2: -log p is (0, 2 big, big)."""
    big = float(np.dtype(floatx).type(big))
    model = mc.Sequential([layers.Input((1,)), *ENDS[end]()])
    made = {"from_logits": end == "logits"}
    if smoothing is None:
        loss, y = mc.losses.SparseCategoricalCrossentropy(**made), np.array([0, 2])
    else:
        loss, y = mc.losses.CategoricalCrossentropy(label_smoothing=smoothing, **made), np.eye(3)[[0, 2]]
    model.compile(mc.optimizers.SGD(0.0), loss)
    kernel = np.array([[big, -big, 0]])
    model.set_weights([kernel])
    s = (smoothing or 0.0) / 3  # of a label, what goes to each class
    assert model.train_on_batch(np.ones((2, 1)), y) == pytest.approx((3 * s + 1) / 2 * big, rel=1e-12)
    (gradient,) = model.gradients().values()
    # the mean of both p - t: of (1, 0, 0) - (1 - 2 s, s, s) and (1, 0, 0) - (s, s, 1 - 2 s)
    np.testing.assert_allclose(gradient, [[(1 + s) / 2, -s, -(1 - s) / 2]], rtol=1e-6, atol=1e-12)
    np.testing.assert_array_equal(model.get_weights()[0], kernel.astype(floatx))
    if end != "logits":
        np.testing.assert_array_equal(model.predict(np.ones((1, 1))), [[1, 0, 0]])


# ---- pictures


def network(input_shape):
    mc.set_random_seed(0)
    model = mc.Sequential([
        layers.Rescaling(1 / 255, input_shape=input_shape),
        layers.Conv2D(4, 3, padding="same", activation="relu"), layers.MaxPooling2D(padding="same"),
        layers.BatchNormalization(), layers.AveragePooling2D(padding="same"), layers.Flatten(),
        layers.Dense(5, "relu"), layers.BatchNormalization(), layers.Dropout(0.2), layers.Dense(3, "softmax"),
    ])  # fmt: skip
    model.compile(mc.optimizers.Adam(), SPARSE, ["accuracy"])
    return model


def pictures(N, *shape):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (N, *shape), dtype=np.uint8), rng.integers(0, 3, N)


def test_a_last_batch_of_one():
    """After Flatten it is a single number a channel, for batch normalisation, too."""
    x, y = pictures(9, 6, 5, 3)
    model, step_by_step = network(x.shape[1:]), network(x.shape[1:])
    history = model.fit(x, y, 8, epochs=2, shuffle=False, verbose=0).history
    losses = [step_by_step.train_on_batch(x[k], y[k])[0] for k in 2 * (slice(8), slice(8, 9))]
    assert_equal_weights(model, step_by_step)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    np.testing.assert_allclose(history["loss"], np.reshape(losses, (2, 2)) @ [8 / 9, 1 / 9], rtol=1e-12)
    assert model.evaluate(x, y, 8, verbose=0) == pytest.approx(model.evaluate(x, y, 9, verbose=0), rel=1e-5)
    assert model.predict(x, 8).shape == (9, 3)


def test_a_network_takes_pictures_of_bytes(floatx):
    """As the same numbers in the network's own type: not even a bit is different."""
    x, y = pictures(10, 6, 5, 3)
    bytes_, numbers = network(x.shape[1:]), network(x.shape[1:])
    bytes_.fit(x, y, 4, epochs=2, verbose=0)
    numbers.fit(x.astype(floatx), y, 4, epochs=2, verbose=0)
    assert_equal_weights(bytes_, numbers)
    np.testing.assert_array_equal(bytes_.predict(x), numbers.predict(x.astype(floatx)), strict=True)
    assert bytes_.evaluate(x, y, verbose=0) == numbers.evaluate(x.astype(floatx), y, verbose=0)


def test_pictures_of_one_pixel():
    x, y = pictures(10, 1, 1, 1)
    model = network((1, 1, 1))
    model.fit(x, y, 4, epochs=2, verbose=0, validation_data=(x, y))
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert model.predict(x).shape == (10, 3)


def test_no_pictures(floatx):
    """Through the layers they go; to learn from, to judge or to predict for there is nothing."""
    x, y = pictures(0, 6, 5, 3)
    model = network((6, 5, 3))
    due = model.get_weights()
    assert model.forward(x).shape == (0, 3) and model.forward(x).dtype == floatx
    for call in (lambda: model.fit(x, y, verbose=0), lambda: model.evaluate(x, y, verbose=0),
                 lambda: model.train_on_batch(x, y), lambda: model.predict(x)):  # fmt: skip
        with pytest.raises(ValueError, match=r"x is empty, shape \(0, 6, 5, 3\)"):
            call()
    for now, then in zip(model.get_weights(), due, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("loss, y, message", [
    (SPARSE, [0, 3], "labels from 0 to 2, one for each of the 3 outputs, got labels from 0 to 3"),
    (SPARSE, [-1, 0], "got labels from -1 to 0"),
    (SPARSE, np.array([0, 255], np.uint8), "got labels from 0 to 255"),
    (ONE_HOT, np.eye(4)[[0, 1]], r"one-hot targets \(N, 3\), got \(2, 4\)"),
])  # fmt: skip
def test_labels_out_of_range_change_nothing(loss, y, message):
    x, _ = pictures(2, 6, 5, 3)
    model = network((6, 5, 3))
    model.compile("adam", loss)
    due = model.get_weights()
    for call in (model.train_on_batch, model.test_on_batch, lambda x, y: model.fit(x, y, verbose=0)):
        with pytest.raises(ValueError, match=message):
            call(x, np.asarray(y))
    for now, then in zip(model.get_weights(), due, strict=True):
        np.testing.assert_array_equal(now, then)
