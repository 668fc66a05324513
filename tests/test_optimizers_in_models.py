"""Whose optimizer it is: one model's, until a state is loaded."""

import copy
import json

import numpy as np
import pytest

import minicnn as mc
from minicnn.optimizers import SGD, Adam, schedules


def small_model(optimizer):
    mc.set_random_seed(3)
    model = mc.Sequential([mc.layers.Dense(2, input_shape=(3,))])
    model.compile(optimizer, "mse")
    return model


X, Y = np.ones((8, 3), "float32"), np.zeros((8, 2), "float32")


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_an_optimizer_does_not_serve_another_model_of_equal_shapes(kind):
    optimizer = kind()
    small_model(optimizer).fit(X, Y, verbose=0)
    other = small_model(optimizer)
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"expects the '0/kernel' of the model it .* use a new optimizer"):
        other.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(other.get_weights()[0], before[0])
    assert optimizer.iterations == 1


def test_an_optimizer_goes_on_serving_its_model():
    model = small_model(optimizer := Adam())
    model.fit(X, Y, verbose=0)
    model.set_weights([w + 1 for w in model.get_weights()])
    model.fit(X, Y, verbose=0)
    model.compile(optimizer, "mse")
    model.fit(X, Y, verbose=0)
    twin = copy.deepcopy(model)
    for each in (model, twin):
        each.fit(X, Y, verbose=0)
        assert each.optimizer.iterations == 4
    np.testing.assert_array_equal(model.get_weights()[0], twin.get_weights()[0])
    model.compile(Adam(), "mse")
    model.fit(X, Y, verbose=0)


def test_a_loaded_state_may_go_on_in_another_model():
    first, second = small_model("adam"), small_model("adam")
    for model in (first, second):
        model.fit(X, Y, verbose=0)
    second.optimizer.load_state(*first.optimizer.state())
    third = small_model(second.optimizer)
    third.fit(X, Y, verbose=0)
    assert third.optimizer.iterations == 2


class Harmonic(schedules.LearningRateSchedule):
    """A schedule that minicnn does not know."""

    def __init__(self, ranges):
        self.ranges = ranges

    def __call__(self, step):
        return self.ranges[0] / (1 + step)

    def get_config(self):
        return {"ranges": self.ranges}


def test_a_schedule_of_ones_own_stays_if_the_state_means_the_same():
    document = json.loads(json.dumps(SGD(Harmonic((0.5, 1))).state()[0]))
    optimizer = SGD(rate := Harmonic((0.5, 1)))
    optimizer.load_state(document, {})
    assert optimizer.learning_rate is rate
    with pytest.raises(ValueError, match="unknown learning rate schedule 'Harmonic'"):
        SGD(Harmonic((0.25, 1))).load_state(document, {})
