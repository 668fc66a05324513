"""Weight lists go from Keras to minicnn and back: frozen ones of Keras's, and Keras itself where installed.

oracles/fit.npz holds, per case, the list that ``get_weights()`` gave after a training in Keras, moving
statistics included, and what ``predict`` then said; its recipe is oracles/make_keras.py.
"""

import functools
from pathlib import Path

import numpy as np
import pytest
from optional import installed
from oracles import networks

import minicnn as mc
from minicnn import layers

FOLDER = Path(__file__).parents[1] / "oracles"


@functools.cache
def oracle():
    with np.load(FOLDER / "fit.npz") as file:
        return {key.replace("|", "/"): file[key] for key in file}


def trained_in_keras(name):
    """The weight list after training in Keras."""
    count = sum(key.startswith(f"{name}/weights ") for key in oracle())
    return [oracle()[f"{name}/weights {i}"] for i in range(count)]


def make(network):
    input_shape, parts = network
    model = mc.Sequential([getattr(layers, kind)(**arguments) for kind, arguments in parts])
    model.build((None, *input_shape))
    return model


@pytest.mark.parametrize("name", networks.FIT)
def test_a_network_trained_in_keras_answers_as_in_keras(name, float64):
    model = make(networks.SMALL)
    model.set_weights(trained_in_keras(name))
    expected = oracle()[f"{name}/predict"]
    actual = model.predict(networks.fit_data(networks.FIT[name][2])[0], verbose=0)
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-12)


def test_what_goes_back_is_what_came(float64):
    """The list that Keras's get_weights gave is the one its set_weights takes: order, shapes and bits."""
    model, expected = make(networks.SMALL), trained_in_keras("integer labels")
    model.set_weights(expected)
    for actual, there in zip(model.get_weights(), expected, strict=True):
        assert (actual.shape, actual.dtype) == (there.shape, there.dtype)
        np.testing.assert_array_equal(actual, there)


def test_the_moving_statistics_have_moved():
    """Otherwise none of this would notice if they were left behind."""
    variance = trained_in_keras("integer labels")[5]
    assert variance.shape == (4,)
    assert np.abs(variance - 1).min() > 1e-2


@pytest.mark.skipif(not installed("keras"), reason="Keras is asked where it and a backend are installed")
@pytest.mark.filterwarnings("ignore")  # of Keras and what it stands on
def test_both_ways_with_keras_itself():
    """Keras trains, minicnn goes on training, Keras answers."""
    import keras

    input_shape, parts = networks.SMALL
    x, y = (array.reshape(-1, *array.shape[2:])[:64] for array in networks.training_batches())
    ours, recipe = make(networks.SMALL), ("adam", "sparse_categorical_crossentropy")
    theirs = keras.Sequential([keras.Input(input_shape), *(getattr(keras.layers, k)(**a) for k, a in parts)])
    for model in (ours, theirs):
        model.compile(*recipe)

    theirs.fit(x, y, epochs=2, verbose=0)
    ours.set_weights(theirs.get_weights())
    expected = theirs.predict(x, verbose=0)
    np.testing.assert_allclose(ours.predict(x, verbose=0), expected, rtol=0, atol=1e-5)

    ours.fit(x, y, epochs=2, verbose=0)
    theirs.set_weights(ours.get_weights())
    actual = theirs.predict(x, verbose=0)
    assert np.abs(actual - expected).max() > 1e-3
    np.testing.assert_allclose(actual, ours.predict(x, verbose=0), rtol=0, atol=1e-5)
