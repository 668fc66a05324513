"""Saving and loading what minicnn does not have: layers, losses, activations, ... of one's own."""

import copy

import numpy as np
import pytest
from agreement import assert_equal_weights

import minicnn as mc
from minicnn.saving import load_model

X = np.random.default_rng(1).random((24, 4), np.float32)


class Doubling(mc.layers.Layer):
    def forward(self, x, training=False):
        return 2 * x

    def backward(self, dy):
        return 2 * dy


def test_a_layer_of_ones_own(tmp_path):
    model = mc.Sequential([mc.layers.Dense(3, input_shape=(4,)), Doubling()])
    model.save(tmp_path / "m")
    with pytest.raises(ValueError, match=r"unknown layer 'Doubling'.*as custom_objects"):
        load_model(tmp_path / "m")
    loaded = load_model(tmp_path / "m", custom_objects={"Doubling": Doubling})
    rows = X
    np.testing.assert_array_equal(loaded.predict(rows), model.predict(rows))


class Mean(mc.losses.MeanSquaredError):
    def __init__(self, **how):
        self.how = how

    def value_and_gradient(self, y_true, y_pred):
        gradient = super().value_and_gradient(y_true, y_pred)[1]
        return np.square(y_true - y_pred).mean(**self.how), gradient


class MeanOfMetric(mc.metrics.MeanSquaredError):
    def values(self, y_true, y_pred):
        return super().values(y_true, y_pred).mean()


@pytest.mark.parametrize("loss, metrics", [
    (Mean(), None), (Mean(axis=0), None), (Mean(keepdims=True), None), ("mse", [MeanOfMetric()]),
])  # fmt: skip
def test_a_mean_is_no_number_for_each_picture(loss, metrics):
    model = mc.Sequential([mc.layers.Dense(3, input_shape=(4,))])
    model.compile("sgd", loss, metrics)
    weights = [w.copy() for w in model.get_weights()]
    for learn in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with pytest.raises(ValueError, match=r"a number for each picture .* before their mean is taken"):
            learn(X, model.predict(X) + 1)
    assert model.step == 0 and all(map(np.array_equal, model.get_weights(), weights))


def test_a_function_is_no_activation(tmp_path):
    own = mc.activations.Activation("swish", np.tanh, lambda dy, z, y: dy)
    mc.Sequential([mc.layers.Dense(3, activation=own, input_shape=(4,))]).save(tmp_path / "m")
    due = "unknown activation 'swish'.* pass the Activation of your own, not its function alone, as custom"
    for given in ({}, {"swish": np.tanh}):
        with pytest.raises(ValueError, match=due):
            load_model(tmp_path / "m", custom_objects=given)


class HalfSquares(mc.losses.MeanSquaredError):
    pass


def test_a_loss_of_ones_own_needs_compiling_again(tmp_path):
    model = mc.Sequential([mc.layers.Dense(3, input_shape=(4,))])
    model.compile("sgd", HalfSquares())
    model.save(tmp_path / "m")
    with pytest.raises(ValueError, match=r"unknown loss 'HalfSquares'.*compile=False"):
        load_model(tmp_path / "m")
    assert_equal_weights(load_model(tmp_path / "m", compile=False), model)


class Halving(mc.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.5**step


class Momentum(mc.optimizers.SGD):
    pass


class Nearly(mc.metrics.MeanSquaredError):
    name = "nearly"


class Small(mc.initializers.Ones):
    def __call__(self, *args):
        return super().__call__(*args) / 8


class Rounded(mc.constraints.Constraint):
    def __call__(self, w):
        return np.round(w, 2)


swish = mc.activations.Activation("swish", np.sin, lambda dy, z, y: dy * np.cos(z))


def test_everything_of_ones_own(tmp_path):
    model = mc.Sequential([
        mc.layers.Dense(3, swish, kernel_initializer=Small(), kernel_constraint=Rounded(), input_shape=(4,)),
        Doubling(),
    ])  # fmt: skip
    model.compile(Momentum(Halving(), momentum=0.5), HalfSquares(), [Nearly()])
    rows, targets = X, np.ones((24, 3))
    model.fit(rows, targets, verbose=0)
    model.save(tmp_path / "m")
    own = {each.__name__: each for each in (Doubling, HalfSquares, Halving, Momentum, Nearly, Small, Rounded)}
    loaded = load_model(tmp_path / "m", custom_objects={**own, "swish": swish})
    assert type(loaded.layers[0].kernel_initializer) is Small
    for each in (model, loaded):
        each.fit(rows, targets, epochs=2, verbose=0)
    assert loaded.history.history == model.history.history
    assert_equal_weights(loaded, model)
    for name in (*own, "swish"):
        less = {**own, "swish": swish}
        del less[name]
        with pytest.raises(ValueError, match=rf"unknown \w.* '{name}'.*as custom_objects"):
            load_model(tmp_path / "m", custom_objects=less)


def test_custom_objects_are_known_within_load_model_alone(tmp_path):
    mc.Sequential([mc.layers.Dense(3, input_shape=(4,))]).save(tmp_path / "m")
    load_model(tmp_path / "m", custom_objects={"Doubling": Doubling})
    with pytest.raises(ValueError, match="unknown layer 'Doubling'"):
        mc.layers.get({"class_name": "Doubling", "config": {}})
    with pytest.raises(ValueError, match="custom_objects expects a dictionary"):
        load_model(tmp_path / "m", custom_objects=[Doubling])


@pytest.mark.parametrize("name", ["tanh", "TanH", "leakyrelu"])
def test_an_activation_that_would_come_back_as_another_is_refused(tmp_path, name):
    mine = mc.activations.Activation(name, lambda z: 7 * z, lambda dy, z, y: 7 * dy)
    model = mc.Sequential([mc.layers.Dense(3, mine, input_shape=(4,))])
    with pytest.raises(ValueError, match=f"a name of its own, got '{name}'"):
        model.save(tmp_path / "m")
    assert not (tmp_path / "m").exists()
    assert copy.deepcopy(mc.layers.Dense(3, "tanh")).get_config()["activation"] == "tanh"


@pytest.mark.parametrize("name", [None, 5, ""])
def test_an_activation_has_a_name(name):
    with pytest.raises(ValueError, match="an Activation expects a name, such as 'swish', got"):
        mc.activations.Activation(name, lambda z: z, lambda dy, z, y: dy)
