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
