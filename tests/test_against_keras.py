"""minicnn against the frozen answers of Keras 3 in oracles/: same weights, same batch, same result.

The cases are in oracles/cases.py and networks.py, the recipe of the answers in oracles/make_keras.py.
Keras itself is not needed here. An error is measured against the largest number of the answer.
"""

import functools
import json
from pathlib import Path

import numpy as np
import pytest
from oracles import cases, networks

import minicnn as mc

FOLDER = Path(__file__).parent / "oracles"
ONE_OPERATION = {"float32": 1e-5, "float64": 1e-12}
HUNDRED_STEPS = 1e-9  # in float64
TWENTY_STEPS = 1e-3  # in float32


@functools.cache
def oracle(name):
    """All arrays of one file: {"case/what": array}."""
    with np.load(FOLDER / f"{name}.npz") as file:
        return {key.replace("|", "/"): file[key] for key in file}


WEIGHTS = json.loads((FOLDER / "weights.json").read_text())


@pytest.fixture(autouse=True)
def floatx(request):
    """The float type of the test: its parameter of this name, float32 if there is none."""
    before = mc.config.floatx()
    mc.config.set_floatx(getattr(request, "param", "float32"))
    yield mc.config.floatx()
    mc.config.set_floatx(before)


both = pytest.mark.parametrize("floatx", ["float32", "float64"], indirect=True)
float64 = pytest.mark.parametrize("floatx", ["float64"], indirect=True)


def agree(actual, expected, tolerance, what):
    """Same shape, and every number within ``tolerance`` of the answer's largest one."""
    actual = cases.thinned(actual)  # as the answers were
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, in Keras {expected.shape}"
    if expected.size == 0:
        return
    errors = np.abs(actual.astype(np.float64) - expected) / (np.abs(expected).max() or 1)
    worst = np.unravel_index(np.argmax(errors), errors.shape)
    assert errors[worst] <= tolerance, (
        f"{what}: {np.mean(~(errors <= tolerance)):.0%} of the numbers are off by more than {tolerance:.0e} "
        f"of the largest one; at {tuple(map(int, worst))} {actual[worst]!r}, in Keras {expected[worst]!r}"
    )


# -- layers -------------------------------------------------------------------------------------------


LAYER_CASES = [(name, "float32") for name in cases.LAYERS]
LAYER_CASES += [(name, "float64") for name in cases.LAYERS if cases.float64_too(name)]


@pytest.mark.parametrize(("name", "floatx"), LAYER_CASES, indirect=["floatx"])
def test_a_layer_computes_what_keras_computes(name, floatx):
    kind, arguments, shape = cases.LAYERS[name]
    answers, tolerance = oracle(f"layers_{floatx}"), ONE_OPERATION[floatx]

    layer = getattr(mc.layers, kind)(**arguments)
    layer.build((None, *shape[1:]))
    assert [list(w.shape) for w in layer.get_weights()] == [shape for _, shape in WEIGHTS[name]], name
    layer.set_weights([cases.draw_weights(name, *weight).astype(floatx) for weight in WEIGHTS[name]])
    x = cases.layer_input(name).astype(floatx)
    training = f"{name}/y training" in answers

    y = layer.forward(x.copy(), training=False)
    assert y.dtype == floatx, name
    assert layer.output_shape == (None, *y.shape[1:]), name
    agree(y, answers[f"{name}/y"], tolerance, f"{name}: output")
    y = layer.forward(x.copy(), training=True)
    if training:
        agree(y, answers[f"{name}/y training"], tolerance, f"{name}: output in training")
    dx = layer.backward(cases.draw(f"{name}/dy", y.shape).astype(floatx))
    assert dx.shape == x.shape, name
    agree(dx, answers[f"{name}/dx"], tolerance, f"{name}: dx")
    for weight, gradient in layer.grads.items():
        agree(gradient, answers[f"{name}/d {weight}"], tolerance, f"{name}: gradient of the {weight}")
    for state, value in layer.state.items():
        agree(value, answers[f"{name}/after {state}"], tolerance, f"{name}: {state} after training")


def test_every_answer_about_layers_is_looked_at():
    """No gradient of Keras's is left out because minicnn does not name it."""
    for name, (kind, _, shape) in cases.LAYERS.items():
        layer = getattr(mc.layers, kind)(**cases.LAYERS[name][1])
        layer.build((None, *shape[1:]))
        names = [*layer.params, *layer.state]
        assert names == [weight for weight, _ in WEIGHTS[name]], name


# -- losses and metrics -------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("name", cases.LOSSES)
def test_a_loss_and_its_gradient(name, floatx):
    kind, arguments, y_true, y_pred = cases.LOSSES[name]
    answers, tolerance = oracle(f"losses_{floatx}"), ONE_OPERATION[floatx]
    loss = getattr(mc.losses, kind)(**arguments)
    y_pred = y_pred.astype(floatx)
    losses, dy = loss.value_and_gradient(loss.check_targets(y_true, y_pred.shape), y_pred)
    agree(losses, answers[f"{name}/losses"], tolerance, f"{name}: losses")
    agree(dy, answers[f"{name}/dy"], tolerance, f"{name}: gradient")
    mean = answers[f"{name}/losses"].mean(dtype=np.float64)
    agree(loss(y_true, y_pred), mean, tolerance, f"{name}: mean loss")


@pytest.mark.parametrize("name", cases.METRICS)
def test_a_metric(name):
    expected = oracle("metrics")[name]
    expected = expected.reshape(len(expected), -1).mean(axis=1)  # binary accuracy comes per output
    metric = mc.metrics.get(name)
    actual = metric.values(cases.METRICS[name], cases.METRIC_PREDICTIONS)
    agree(actual, expected, ONE_OPERATION["float64"], name)


# -- schedules, optimizers, training ------------------------------------------------------------------


@pytest.mark.parametrize("name", networks.SCHEDULES)
def test_a_schedule(name):
    schedule = make_schedule(name)
    rates = [schedule(step) for step in range(networks.SCHEDULE_STEPS)]
    agree(rates, oracle("schedules")[name], ONE_OPERATION["float64"], f"schedule {name}")


def make_schedule(name):
    kind, arguments = networks.SCHEDULES[name]
    return getattr(mc.optimizers.schedules, kind)(**arguments)


def make_optimizer(name):
    kind, arguments = networks.OPTIMIZERS[name]
    rate = arguments["learning_rate"]
    if isinstance(rate, str):
        arguments = arguments | {"learning_rate": make_schedule(rate)}
    return getattr(mc.optimizers, kind)(**arguments)


def make_network(place, network, name=None):
    """A built Sequential; with the weights of ``place`` if Keras wrote down any for it."""
    input_shape, layers = network
    model = mc.Sequential(name=name)
    for kind, arguments in layers:
        limit = arguments.get("kernel_constraint")
        constraint = {"kernel_constraint": mc.constraints.MaxNorm(limit)} if limit else {}
        model.add(getattr(mc.layers, kind)(**arguments | constraint))
    model.build((None, *input_shape))
    if place in WEIGHTS:
        drawn = [cases.draw_weights(f"{place}/{i}", name, shape) for i, name, shape in WEIGHTS[place]]
        model.set_weights([w.astype(mc.config.floatx()) for w in drawn])
    return model


@float64
@pytest.mark.parametrize("name", networks.TRAINED)
def test_a_hundred_steps_of_training(name, floatx):
    model = make_network("small", networks.TRAINED[name])
    model.compile(make_optimizer(name), "sparse_categorical_crossentropy")
    losses = []
    for x, y in zip(*networks.training_batches()):
        history = model.fit(x, y, batch_size=networks.BATCH, epochs=1, shuffle=False, verbose=0)
        losses.append(history.history["loss"][0])
    answers = oracle("training")
    agree(losses, answers[f"{name}/loss"], HUNDRED_STEPS, f"{name}: loss of each step")
    for i, w in enumerate(model.get_weights()):
        agree(w, answers[f"{name}/weights {i}"], HUNDRED_STEPS, f"{name}: weights {i} after the last step")


@pytest.mark.parametrize("name", ["SGD momentum", "SGD nesterov", "RMSprop", "Adam"])
def test_the_loss_of_twenty_steps_in_float32(name):
    """Rounding may not lead elsewhere: float32 here against Keras's float64."""
    model = make_network("small", networks.TRAINED[name])
    model.compile(make_optimizer(name), "sparse_categorical_crossentropy")
    batches = zip(*(part[:20] for part in networks.training_batches()))
    losses = [model.train_on_batch(x.astype(np.float32), y) for x, y in batches]
    agree(losses, oracle("training")[f"{name}/loss"][:20], TWENTY_STEPS, f"{name}: loss in float32")


@float64
@pytest.mark.parametrize("name", networks.FIT)
def test_fit_evaluate_and_predict(name, floatx):
    loss, metrics, form = networks.FIT[name]
    x, y = networks.fit_data(form)
    parts = {tuple(key.split("/")): array for key, array in oracle("fit").items()}
    answers = {what: array for (case, what), array in parts.items() if case == name}
    model = make_network("small", networks.SMALL)
    model.compile(make_optimizer("Adam"), loss, metrics=metrics)
    history = model.fit(
        x, y, batch_size=networks.FIT_BATCH, epochs=networks.FIT_EPOCHS, validation_split=networks.FIT_SPLIT,
        shuffle=False, verbose=0,
    ).history  # fmt: skip
    assert {f"history {key}" for key in history} == {key for key in answers if key.startswith("history")}
    for key, values in history.items():
        agree(values, answers[f"history {key}"], HUNDRED_STEPS, f"{name}: history[{key!r}]")
    for i, w in enumerate(model.get_weights()):
        agree(w, answers[f"weights {i}"], HUNDRED_STEPS, f"{name}: weights {i}")
    evaluated = model.evaluate(x, y, batch_size=networks.FIT_BATCH, verbose=0)
    agree(evaluated, answers["evaluate"], HUNDRED_STEPS, f"{name}: evaluate")
    predicted = model.predict(x, batch_size=networks.FIT_BATCH, verbose=0)
    agree(predicted, answers["predict"], HUNDRED_STEPS, f"{name}: predict")


# -- the documented networks --------------------------------------------------------------------------


@pytest.mark.parametrize("name", networks.MODELS)
def test_a_documented_network_with_keras_weights(name):
    model = make_network(name, networks.MODELS[name])
    assert [list(w.shape) for w in model.get_weights()] == [shape for _, _, shape in WEIGHTS[name]], name
    y = model.predict(networks.pictures("model pictures", 8).astype(np.float32), verbose=0)
    agree(y, oracle("models")[f"{name}/y"], ONE_OPERATION["float32"], f"{name}: probabilities")


@pytest.mark.parametrize("name", networks.GRADIENTS)
def test_the_gradients_of_a_documented_network(name):
    network, pictures = networks.GRADIENTS[name]
    model = make_network(name, network)
    model.compile(mc.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    x, y = networks.pictures(pictures, 2).astype(np.float32), networks.picture_labels(2)
    loss = model.fit(x, y, batch_size=2, epochs=1, shuffle=False, verbose=0).history["loss"][0]
    answers, tolerance = oracle("models"), ONE_OPERATION["float32"]
    agree(loss, answers[f"{name}/loss"], tolerance, f"{name}: loss")
    gradients = [gradient for layer in model.layers for gradient in layer.grads.values()]
    assert [list(g.shape) for g in gradients] == [shape for _, _, shape in WEIGHTS[name]], name
    for i, gradient in enumerate(gradients):
        agree(gradient, answers[f"{name}/gradient {i}"], tolerance, f"{name}: gradient {i}")


@pytest.mark.parametrize("name", networks.SUMMARIES)
def test_a_summary_looks_as_keras_prints_it(name):
    lines = []
    make_network(name, networks.SUMMARIES[name], name="sequential").summary(print_fn=lines.append)
    expected = (FOLDER / f"summary_{name.replace(' ', '_')}.txt").read_text(encoding="utf-8")
    actual = "\n".join(lines)
    assert [s.rstrip() for s in actual.strip("\n").split("\n")] == expected.strip("\n").split("\n"), actual
