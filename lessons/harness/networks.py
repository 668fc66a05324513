"""What the payoffs' networks have in common: how two of them begin, and arrays in and out of a Sequential."""

import numpy as np

import minicnn as mc
from lessons.harness.data import flat
from minicnn import layers
from minicnn.kernels import dense


def linear(seed):
    """One dense layer on rows of 3,072 numbers before training (lessons 02 and 03)."""
    rng = np.random.default_rng(seed)
    return {"w": 0.001 * rng.standard_normal((3072, 10)).astype(np.float32), "b": np.zeros(10, np.float32)}


def linear_scores(weights, data):
    """The scores that such a layer gives the test pictures, by minicnn's own kernel."""
    return dense.forward_matrix(flat(data.x_test), weights["w"], weights["b"])


def two_layers(seed, hidden=64):
    """Two dense layers before training (lessons 05 and 11): numbers about sqrt(2 / inputs) large."""
    rng = np.random.default_rng(seed)
    draw = lambda D, F: (rng.standard_normal((D, F)) * np.sqrt(2 / D)).astype(np.float32)  # noqa: E731
    return {"w1": draw(3072, hidden), "b1": np.zeros(hidden, np.float32),
            "w2": draw(hidden, 10), "b2": np.zeros(10, np.float32)}  # fmt: skip


def learner_by_heart(first=(), drop=lambda rate: []):
    """Small enough for a laptop, and large enough to learn its pictures by heart (lessons 13 and 14).

    ``first``: layers before the convolutions; ``drop(rate)``: those that are to drop numbers.
    """
    return mc.Sequential([
        layers.Input((32, 32, 3)),
        *first,
        layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        *drop(0.25),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        *drop(0.5),
        layers.Dense(128, activation="relu"),
        *drop(0.5),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def arrays_of(model):
    """Copies of all that ``model`` has learned, by ``place/name``."""
    return {name: array.copy() for name, array in model.parameters().items()}


def filled(model, arrays):
    """``model`` with these arrays, which stand in the order of its layers."""
    model.set_weights(list(arrays))
    return model
