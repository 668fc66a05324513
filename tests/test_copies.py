"""Copies and pickles of layers and models, and seeds of a block: what other libraries do with a model."""

import copy
import pickle

import numpy as np
import pytest
from agreement import assert_equal_weights

import minicnn as mc
from minicnn import layers

WAYS = pytest.mark.parametrize("way", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))],
                               ids=["copy", "pickle"])  # fmt: skip


def every_layer():
    return [
        layers.Rescaling(0.5, input_shape=(8, 8, 2)), layers.RandomFlip(), layers.RandomRotation(0.1),
        layers.RandomZoom(0.1), layers.RandomTranslation(0.1, 0.1), layers.RandomCrop(7, 7),
        layers.Conv2D(3, 3, kernel_constraint="max_norm"), layers.LeakyReLU(), layers.BatchNormalization(),
        layers.Conv2D(3, 3, padding="same", activation="relu", algorithm="winograd"), layers.ReLU(),
        layers.MaxPooling2D(), layers.AveragePooling2D(), layers.Flatten(), layers.Dropout(0.2),
        layers.Dense(4, activation="gelu"), layers.Activation("tanh"), layers.Dense(3), layers.Softmax(),
    ]  # fmt: skip


@WAYS
def test_a_model_goes_on_as_the_one_it_was_taken_from(way, rng):
    x, y = rng.standard_normal((12, 8, 8, 2)), rng.integers(0, 3, 12)
    model = mc.Sequential(every_layer())
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    model.fit(x, y, epochs=1, verbose=0)
    other = way(model)
    assert_equal_weights(other, model)
    for each in (model, other):
        each.fit(x, y, epochs=2, verbose=0)
    assert other.history.history == model.history.history
    assert_equal_weights(other, model)
    assert not any(np.shares_memory(a, b) for a, b in zip(model.parameters().values(),
                                                          other.parameters().values()))  # fmt: skip


@WAYS
def test_layers_that_are_not_built(way):
    for layer in every_layer():
        assert way(layer).get_config() == layer.get_config()


@WAYS
def test_minicnns_activations_stay_themselves(way):
    assert all(way(each) is each for each in mc.activations.BY_NAME.values())
    own = mc.activations.Activation("own", np.sin, np.cos)
    assert way(own) == own


def test_what_a_step_needs_is_left_behind():
    layer = layers.Dense(3)
    layer.backward(layer.forward(np.ones((2, 4))))
    other = copy.deepcopy(layer)
    assert layer.grads and not other.grads
    with pytest.raises(RuntimeError, match="needs a forward pass first"):
        other.backward(np.ones((2, 3)))


def test_a_seed_for_a_block():
    def weights():
        return mc.Sequential([layers.Dense(3, input_shape=(4,))]).get_weights()[0].tolist()

    mc.set_random_seed(1)
    before = weights()
    with mc.random.seeded(2):
        within = weights()
        with mc.random.seeded(1):
            assert weights() == before
        assert weights() == within
    assert weights() == before
    mc.set_random_seed(2)
    assert weights() == within
    with pytest.raises(ValueError, match="seeded expects a whole number >= 0, got -1"), mc.random.seeded(-1):
        pass
