"""What a network gives, as probabilities."""

import numpy as np
import pytest

import minicnn as mc
from minicnn.probabilities import as_probabilities

E = np.e


def network(*last):
    return mc.Sequential([mc.layers.Dense(4, input_shape=(2,)), *last])


@pytest.mark.parametrize("last, outputs, p", [
    ([mc.layers.Dense(2, "softmax")], [[0.2, 0.8]], [[0.2, 0.8]]),
    ([mc.layers.Dense(1, "sigmoid")], [[0.2]], [[0.8, 0.2]]),
    ([mc.layers.Dense(2), mc.layers.Softmax()], [[0.2, 0.8]], [[0.2, 0.8]]),
    ([mc.layers.Dense(2, "softmax"), mc.layers.Flatten()], [[0.2, 0.8]], [[0.2, 0.8]]),
    ([mc.layers.Dense(2)], [[1.0, 0.0]], [[E / (E + 1), 1 / (E + 1)]]),  # logits, though all lie in 0..1
    ([mc.layers.Dense(1)], [[1.0]], [[1 / (E + 1), E / (E + 1)]]),
    ([mc.layers.Dense(2), mc.layers.Flatten()], [[0, 2.0]], [[1 / (E**2 + 1), E**2 / (E**2 + 1)]]),
])  # fmt: skip
def test_a_row_of_probabilities_for_each_picture(last, outputs, p):
    np.testing.assert_allclose(as_probabilities(np.float64(outputs), network(*last)), p, rtol=1e-12)


class TestWhoSays:
    """The last activation and the loss."""

    LOGITS = np.array([[0.9, 0.8, 0.7]])

    @staticmethod
    def model(*last, loss=None):
        model = mc.Sequential([mc.layers.Input((2, 2, 1)), *last])
        if loss is not None:
            model.compile(loss=loss)
        return model

    @pytest.mark.parametrize("loss", [None, mc.losses.SparseCategoricalCrossentropy(from_logits=True)])
    @pytest.mark.parametrize("last", [mc.layers.Dense, lambda units: mc.layers.Dense(units, "relu")])
    def test_logits_between_0_and_1(self, loss, last):
        p = np.exp(self.LOGITS) / np.exp(self.LOGITS).sum()
        np.testing.assert_allclose(as_probabilities(self.LOGITS, self.model(last(3), loss=loss)), p)

    def test_one_logit_for_two_classes(self):
        p = 1 / (1 + np.exp(-0.3))
        found = as_probabilities(np.array([[0.3]]), self.model(mc.layers.Dense(1)))
        np.testing.assert_allclose(found, [[1 - p, p]])

    @pytest.mark.parametrize("loss", [None, mc.losses.SparseCategoricalCrossentropy(from_logits=True)])
    @pytest.mark.parametrize("last", [
        [mc.layers.Dense(2, "softmax")], [mc.layers.Dense(2), mc.layers.Softmax()],
        [mc.layers.Conv2D(2, 2, activation="softmax"), mc.layers.Flatten(), mc.layers.Dropout(0.5)],
        [mc.layers.Conv2D(2, 1, activation="softmax"), mc.layers.GlobalAveragePooling2D()],
        [mc.layers.Dense(2, "sigmoid")],
    ], ids=["softmax", "Softmax", "a softmax, flattened", "a softmax, averaged", "sigmoid"])  # fmt: skip
    def test_what_an_activation_made_probabilities_stays_as_it_is(self, last, loss):
        p = np.float32([[0.25, 0.75], [0, 1]])
        last = [type(layer).from_config(layer.get_config()) for layer in last]  # used with each loss
        np.testing.assert_array_equal(as_probabilities(p, self.model(*last, loss=loss)), p)

    def test_one_probability_for_two_classes(self):
        found = as_probabilities(np.array([[0.25]]), self.model(mc.layers.Dense(1, "sigmoid"), loss="mse"))
        np.testing.assert_array_equal(found, [[0.75, 0.25]])

    @pytest.mark.parametrize("loss", ["mse", "sparse_categorical_crossentropy"])
    def test_what_the_loss_took_for_probabilities(self, loss):
        outputs = np.array([[0.2, 0.8], [-0.1, 0.9], [3.0, 1.0]])
        found = as_probabilities(outputs, self.model(mc.layers.Dense(2), loss=loss))
        np.testing.assert_allclose(found, [[0.2, 0.8], [0, 1], [0.75, 0.25]], atol=1e-6)
        one = as_probabilities(np.array([[0.3], [1.2]]), self.model(mc.layers.Dense(1), loss="mse"))
        np.testing.assert_allclose(one, [[0.7, 0.3], [0, 1]], atol=1e-6)
