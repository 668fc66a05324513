"""Answers that are not minicnn's own code: they do the same."""

import numpy as np
import pytest

from lessons.harness import tasks
from minicnn import config, gradcheck, losses
from minicnn.callbacks import EarlyStopping
from minicnn.datasets import cifar10
from minicnn.kernels import warp
from minicnn.kernels.dropout import dropout, random_bits
from minicnn.layers import BatchNormalization, Dense, Softmax


def answer(number, name):
    return tasks.find(number).task(name).answer


def test_a_file_is_read_as_the_data_set_reads_it(rng):
    records = rng.integers(0, 256, (10_000, 3073), np.uint8)
    records[:, 0] %= 10
    x, y = answer("01", "load_batch")(records.tobytes())
    (theirs, labels), _ = cifar10._assemble([cifar10._decode_binary(records.tobytes(), "a file")])
    assert np.array_equal(x, theirs[:10_000]) and np.array_equal(y, labels[:10_000, 0])


def test_the_loss_is_the_frameworks(rng):
    z, labels = 3 * rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    value, dz = answer("03", "softmax_crossentropy")(z, labels)
    theirs, gradient = losses.SparseCategoricalCrossentropy(from_logits=True).value_and_gradient(labels, z)
    np.testing.assert_allclose(value, theirs.mean(), rtol=1e-12)
    np.testing.assert_allclose(dz, gradient, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("factor", [1, 1.001, 1.00001])
@pytest.mark.parametrize("layer", [Dense, Softmax])
def test_a_gradient_is_judged_as_the_gradient_check_judges_it(layer, factor, rng):
    config.set_floatx("float64")
    layer, x = layer(3) if layer is Dense else layer(), rng.standard_normal((2, 4))
    right = layer.backward
    layer.backward = lambda dy: factor * right(dy)
    theirs = gradcheck.check_layer(layer, x)["x"]

    def backward(dy, x):
        layer.forward(x, training=True)
        return layer.backward(dy)

    agrees = answer("04", "gradients_agree")(lambda x: layer.forward(x, training=True), backward, x)
    assert agrees == (theirs < 1e-6) == (factor == 1)


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 4, 3)])
@pytest.mark.parametrize("training", [True, False])
def test_batch_normalization_is_the_layers(shape, training, rng):
    layer = BatchNormalization(momentum=0.9)
    x, dy = rng.standard_normal((2, *shape)).astype(np.float32)
    layer.build((None, *shape[1:]))
    state = (rng.uniform(0.5, 2, 3).astype(np.float32) for _ in range(4))
    layer.set_weights(list(state))
    gamma, beta, mean, variance = layer.get_weights()
    y, mean, variance = answer("12", "bn_forward")(x, gamma, beta, mean, variance, training, 0.9, 1e-3)
    np.testing.assert_allclose(y, layer.forward(x, training), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(mean, layer.state["moving_mean"], rtol=1e-5)
    np.testing.assert_allclose(variance, layer.state["moving_variance"], rtol=1e-5)
    if training:
        dx, dgamma, dbeta = answer("12", "bn_backward")(x, gamma, dy, 1e-3)
        np.testing.assert_allclose(dx, layer.backward(dy), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(dgamma, layer.grads["gamma"], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(dbeta, layer.grads["beta"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.5])
def test_dropout_is_the_kernel_with_the_kernels_dice(rate, rng):
    x, key = rng.standard_normal((40, 5)), np.uint64(7)
    bits = [random_bits(np.uint64(i), key) for i in range(x.size)]
    u = (np.array(bits, float) / 2**32).reshape(x.shape)
    np.testing.assert_allclose(
        answer("13", "dropout_forward")(x, u, rate, True), dropout(x, rate, key), rtol=1e-15
    )
    np.testing.assert_allclose(
        answer("13", "dropout_backward")(x, u, rate), dropout(x, rate, key), rtol=1e-15
    )


def test_flip_and_crop_are_warps(rng):
    x, flips = rng.standard_normal((6, 5, 4, 3)), np.array([True, False, True, True, False, False])
    mirror = np.where(flips[:, None, None], np.diag([1.0, -1.0]), np.eye(2))
    flipped = warp.forward_definition(x, warp.about_centre(mirror, 5, 4), (5, 4), "nearest", "nearest")
    assert np.array_equal(answer("14", "flip")(x, flips), flipped)
    places = rng.integers(0, (3, 2), (6, 2))
    cropped = warp.forward_definition(x, warp.shifts(places), (3, 3), "nearest", "nearest")
    assert np.array_equal(answer("14", "random_crop")(x, places, 3, 3), cropped)


@pytest.mark.parametrize("patience", [0, 1, 2, 3])
@pytest.mark.parametrize("min_delta", [0.0, 0.25])
def test_early_stopping_stops_where_the_callback_does(patience, min_delta, rng):
    update = answer("14", "early_stopping_update")
    for _ in range(20):
        model = type("Model", (), {"stop_training": False})()
        callback = EarlyStopping("val_loss", min_delta=min_delta, patience=patience)
        callback.set_model(model)
        callback.on_train_begin()
        best, wait, stop = np.inf, 0, False
        for epoch, loss in enumerate(rng.integers(0, 12, 15) / 4):
            callback.on_epoch_end(epoch, {"val_loss": loss})
            best, wait, stop = update(best, wait, loss, patience, min_delta)
            assert (best, wait, stop) == (callback.best, callback.wait, model.stop_training)
            if stop:
                break


def test_the_most_frequent_mistakes_are_those_a_plain_sort_finds(rng):
    for most in (1, 5, 20):
        counts = rng.integers(0, 4, (5, 5))
        found = [(-counts[i, j], i, j) for i, j in np.ndindex(5, 5) if i != j and counts[i, j]]
        wanted = [[i, j, -minus] for minus, i, j in sorted(found)[:most]]
        assert np.array_equal(answer("15", "top_mistakes")(counts, most), wanted)
