"""Optimizers against their formulas, written once more in plain NumPy, over 30 steps."""

import json

import numpy as np
import pytest

from minicnn import lookup, optimizers
from minicnn.optimizers import SGD, Adam, AdamW, RMSprop, schedules

SHAPES = {"0/kernel": (3, 2, 4, 5), "0/bias": (5,), "3/kernel": (700, 9)}


def reference(optimizer, w, gradients):
    """``w`` after each step, by the formulas of minicnn/kernels/updates.py; float64."""
    o, name = optimizer, type(optimizer).__name__
    m = v = a = np.zeros_like(w)
    for t, g in enumerate(gradients, start=1):
        lr = o.learning_rate(t - 1) if callable(o.learning_rate) else o.learning_rate
        if name == "SGD":
            m = o.momentum * m - lr * g
            w = w + (o.momentum * m - lr * g if o.nesterov else m)
        elif name == "RMSprop":
            v = o.rho * v + (1 - o.rho) * g**2
            a = o.rho * a + (1 - o.rho) * g
            m = o.momentum * m + lr * g / np.sqrt(v - (a**2 if o.centered else 0) + o.epsilon)
            w = w - m
        else:
            w = w - lr * (o.weight_decay if name == "AdamW" else 0) * w
            m = o.beta_1 * m + (1 - o.beta_1) * g
            v = o.beta_2 * v + (1 - o.beta_2) * g**2
            alpha = lr * np.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
            w = w - alpha * m / (np.sqrt(v) + o.epsilon)
    return w


def problem(dtype="float64", steps=30):
    rng = np.random.default_rng(8)
    params = {name: 5 + rng.standard_normal(shape) for name, shape in SHAPES.items()}
    gradients = [{name: rng.standard_normal(shape) * 10.0 ** rng.integers(-3, 1)
                  for name, shape in SHAPES.items()} for _ in range(steps)]
    return astype(params, dtype), [astype(grads, dtype) for grads in gradients]


def astype(arrays, dtype):
    return {name: array.astype(dtype) for name, array in arrays.items()}


MAKERS = [
    SGD,
    lambda: SGD(0.1, momentum=0.9),
    lambda: SGD(0.1, momentum=0.8, nesterov=True),
    lambda: SGD(0.1, nesterov=True),
    lambda: SGD(schedules.CosineDecay(0.1, 20, alpha=0.1, warmup_target=0.2, warmup_steps=5), momentum=0.9),
    RMSprop,
    lambda: RMSprop(0.01, rho=0.8, momentum=0.5),
    lambda: RMSprop(0.01, epsilon=1e-3, centered=True),
    lambda: RMSprop(0.01, momentum=0.5, epsilon=1e-3, centered=True),
    Adam,
    lambda: Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-3),
    AdamW,
    lambda: AdamW(schedules.ExponentialDecay(0.1, 7, 0.5, staircase=True), weight_decay=0.1),
]


@pytest.mark.parametrize("make", MAKERS)
def test_thirty_steps_follow_the_formulas(make):
    optimizer = make()
    params, gradients = problem()
    expected = {name: reference(optimizer, w, [g[name] for g in gradients]) for name, w in params.items()}
    for grads in gradients:
        optimizer.update(params, grads)
    assert optimizer.iterations == 30
    for name, w in params.items():
        np.testing.assert_allclose(w, expected[name], rtol=1e-12)


@pytest.mark.parametrize("make", MAKERS[:1] + MAKERS[5:6] + MAKERS[-2:-1])
def test_float32_stays_float32_and_near_float64(make):
    optimizer = make()
    params, gradients = problem("float32")
    exact = [astype(grads, "float64") for grads in gradients]
    expected = {name: reference(optimizer, w, [g[name] for g in exact])
                for name, w in astype(params, "float64").items()}
    for grads in gradients:
        optimizer.update(params, grads)
    for name, w in params.items():
        assert w.dtype == np.float32
        np.testing.assert_allclose(w, expected[name], rtol=3e-6)  # 30 roundings of 6e-8


def test_weights_change_in_place_and_gradients_do_not():
    params, gradients = problem(steps=1)
    arrays, copies = dict(params), {name: g.copy() for name, g in gradients[0].items()}
    before = {name: w.copy() for name, w in params.items()}
    Adam().update(params, gradients[0])
    for name, w in params.items():
        assert w is arrays[name] and (w != before[name]).all()
        np.testing.assert_array_equal(gradients[0][name], copies[name])


def test_gradients_may_lie_in_any_order_in_memory():
    w = np.zeros((3, 4))
    g = np.arange(12.0).reshape(4, 3).T
    SGD(1.0).update({"w": w}, {"w": g})
    np.testing.assert_array_equal(w, -g)


@pytest.mark.parametrize("make", MAKERS)
def test_stopping_and_going_on_is_the_same_as_going_on(make):
    straight, first = make(), make()
    params, gradients = problem("float32", steps=6)
    for grads in gradients:
        straight.update(params, grads)
    again, _ = problem("float32", steps=6)
    for grads in gradients[:3]:
        first.update(again, grads)
    copies = {name: w.copy() for name, w in again.items()}
    document, arrays = first.state()
    saved = {key: a.tobytes() for key, a in arrays.items()}
    first.update(again, gradients[3])  # must not reach the copy
    second = make()
    second.learning_rate = 0.5  # the saved rate counts
    second.load_state(json.loads(json.dumps(document)), arrays)
    assert second.iterations == 3
    for grads in gradients[3:]:
        second.update(copies, grads)
    for name in params:
        np.testing.assert_array_equal(copies[name], params[name])
    third = make()
    third.load_state(document, arrays)  # a state can be loaded twice: the arrays given were copied
    assert {key: a.tobytes() for key, a in third.state()[1].items()} == saved


def test_state_names_its_arrays():
    params, gradients = problem(steps=1)
    optimizer = Adam()
    optimizer.update(params, gradients[0])
    document, arrays = optimizer.state()
    assert document == {"class_name": "Adam", "iterations": 1, "learning_rate": 0.001}
    assert set(arrays) == {f"{kind}/{name}" for kind in ("momentum", "velocity") for name in SHAPES}


def test_learning_rate_can_be_set():
    optimizer = SGD(schedules.ExponentialDecay(1.0, 1, 0.5))
    w = np.zeros(1)
    for expected in (-1.0, -1.5, -1.75):  # the rate is asked for before the step is counted
        optimizer.update({"w": w}, {"w": np.ones(1)})
        assert w[0] == expected
    assert optimizer.current_learning_rate == 0.125
    optimizer.learning_rate = 2
    assert optimizer.learning_rate == 2.0
    optimizer.update({"w": w}, {"w": np.ones(1)})
    assert w[0] == -3.75


@pytest.mark.parametrize("make", MAKERS)
def test_config_through_json(make):
    optimizer = make()
    again = optimizers.get(json.loads(json.dumps(lookup.serialize(optimizer))))
    assert type(again) is type(optimizer) and again.get_config() == optimizer.get_config()


def test_keras_defaults():
    assert optimizers.get("sgd").get_config() == {
        "learning_rate": 0.01, "name": "sgd", "momentum": 0.0, "nesterov": False}
    assert optimizers.get("RMSprop").get_config() == {
        "learning_rate": 0.001, "name": "rmsprop", "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7,
        "centered": False}
    adam = {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}
    assert optimizers.get("adam").get_config() == {**adam, "name": "adam"}
    assert optimizers.get("AdamW").get_config() == {**adam, "name": "adamw", "weight_decay": 0.004}


@pytest.mark.parametrize("make, message", [
    (lambda: SGD(-0.1), "learning_rate expects a finite number >= 0, got -0.1"),
    (lambda: SGD(np.nan), "learning_rate expects"),
    (lambda: SGD("fast"), "learning_rate expects a finite number >= 0, got 'fast'"),
    (lambda: SGD(0.1, momentum=1.5), "momentum expects a finite number >= 0 and <= 1, got 1.5"),
    (lambda: Adam(beta_1=1), "beta_1 expects a finite number >= 0 and < 1, got 1"),
    (lambda: AdamW(weight_decay=-1), "weight_decay expects"),
    (lambda: optimizers.get("adma"), "unknown optimizer 'adma': did you mean 'adam'"),
])
def test_unfit_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("params, grads, message", [
    ({"a": np.ones(3)}, {}, r"without gradient \['a'\]"),
    ({}, {"b": np.ones(3)}, r"without parameter \['b'\]"),
    ({"a": np.ones((3, 1))}, {"a": np.ones(3)}, r"of 'a' expects its shape to be \(3, 1\), got \(3,\)"),
    ({"a": np.ones(3, int)}, {"a": np.ones(3)}, "expects float32 or float64, got int64"),
    ({"a": np.ones((3, 2)).T}, {"a": np.ones((2, 3))}, "'a' must be contiguous and writeable"),
    ({"a": np.broadcast_to(1.0, 3)}, {"a": np.ones(3)}, "'a' must be contiguous and writeable"),
])
def test_unfit_arrays_are_refused_and_nothing_changes(params, grads, message):
    good = np.ones(2)
    optimizer = SGD(momentum=0.9)
    with pytest.raises(ValueError, match=message):
        optimizer.update({"good": good, **params}, {"good": np.ones(2), **grads})
    np.testing.assert_array_equal(good, 1)
    assert optimizer.iterations == 0 and optimizer.state()[1] == {}


def test_an_optimizer_does_not_serve_another_model():
    optimizer = Adam()
    optimizer.update({"w": np.ones(3)}, {"w": np.ones(3)})
    for other in (2, 4):
        with pytest.raises(ValueError, match=r"remembers the momentum of 'w' as float64 \(3,\), but"):
            optimizer.update({"w": np.ones(other)}, {"w": np.ones(other)})
    single = np.ones(3, np.float32)
    with pytest.raises(ValueError, match=r"as float64 \(3,\), but the parameter is float32 \(3,\)"):
        optimizer.update({"w": single}, {"w": single})
    optimizer = Adam()
    optimizer.update({"w": single}, {"w": single})
    with pytest.raises(ValueError, match=r"as float32 \(3,\), but the parameter is float64 \(3,\)"):
        optimizer.update({"w": np.ones(3)}, {"w": np.ones(3)})
    optimizer = Adam()
    optimizer.update({"w": np.ones(3)}, {"w": np.ones(3)})
    with pytest.raises(ValueError, match="use a new optimizer"):
        optimizer.update({"w": np.ones(3, "float32")}, {"w": np.ones(3, "float32")})
    assert optimizer.iterations == 1


@pytest.mark.parametrize("document, arrays, message", [
    ({"class_name": "SGD", "iterations": 1, "learning_rate": 0.1}, {}, "state of SGD, it cannot be"),
    ({"class_name": "Adam", "iterations": -1, "learning_rate": 0.1}, {}, "iterations expects"),
    ({"class_name": "Adam", "iterations": 1, "learning_rate": "x"}, {}, "learning_rate expects"),
    ({"class_name": "Adam", "iterations": 1, "learning_rate": 0.1}, {"speed/w": np.ones(1)}, "got the array"),
])
def test_an_unfit_state_is_refused_and_nothing_changes(document, arrays, message):
    optimizer = Adam(0.25)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state(document, arrays)
    assert optimizer.iterations == 0 and optimizer.learning_rate == 0.25


def test_your_own_rule_needs_only_a_step():
    class SignDescent(optimizers.Optimizer):
        def step(self, w, g, slots, learning_rate):
            w -= learning_rate * np.sign(g)

    w = np.zeros((2, 2))
    optimizers.get(SignDescent(0.5)).update({"w": w}, {"w": np.array([[3.0, -2.0], [0.0, 1.0]])})
    np.testing.assert_array_equal(w, [[-0.5, 0.5], [0.0, -0.5]])
