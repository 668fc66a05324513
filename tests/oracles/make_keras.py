"""The recipe of the frozen arrays beside this file: run cases.py and networks.py in Keras 3.

    pip install tensorflow-cpu keras
    cd tests; python -m oracles.make_keras        # about a minute; overwrites the files

Nothing here imports minicnn, so its mistakes cannot reach the reference. What was written, by file:

    versions.json          the versions of Keras, TensorFlow and NumPy that made all this
    weights.json           per case and network: [layer, name, shape] of every weight, in Keras's order
    layers_<floatx>.npz    "<case>/y", "/dx", "/d kernel", "/after moving_mean", "/y training", ...;
                           large arrays are thinned
    losses_<floatx>.npz    "<case>/losses" per sample, "<case>/dy" of their mean
    metrics.npz            "<metric>" per sample
    schedules.npz          "<schedule>": the learning rate of steps 0, 1, 2, ...
    training.npz           "<optimizer>/loss" of each step, "/accuracy" etc., "/weights <i>" at the end
    fit.npz                what fit, evaluate and predict returned
    models.npz             "<network>/y" of M1, M2, M3, and samples of their gradients
    summary_<network>.txt  what model.summary() prints on a terminal of 80 columns

How Keras on TensorFlow is made to compute in float64 (3.15 rounds to float32 in more places than one
would think; the asserts below notice):
- ``set_floatx`` does not reach the layers once a first layer has fixed the dtype policy: set both;
- a Python float that passes ``ops.cast`` or ``ops.convert_to_tensor`` becomes float32 on its way: Adam's
  betas (an error of 7e-6 in its first step), SGD's momentum, weight decay, schedules, Rescaling. NumPy
  float64 numbers pass unharmed, so ``exact`` makes them of all arguments;
- gelu's root of 2 and the slope of leaky_relu are rounded inside TensorFlow, out of reach:
  ``cases.float64_too`` leaves these out.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # the same sums on every processor
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["COLUMNS"] = "80"

import keras
import numpy as np
import tensorflow as tf
from oracles import cases, networks

HERE = Path(__file__).parent
FLOATX = ("float32", "float64")


def save(name, arrays):
    np.savez_compressed(HERE / name, **{key.replace("/", "|"): np.asarray(a) for key, a in arrays.items()})


def set_floatx(floatx):
    """Both settings: floatx alone is ignored by layers once the first layer has fixed the policy."""
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(floatx)


def exact(argument):
    """Every Python float as a NumPy float64, which Keras does not round to float32."""
    if isinstance(argument, dict):
        return {name: exact(value) for name, value in argument.items()}
    if isinstance(argument, list):
        return [exact(value) for value in argument]
    return np.float64(argument) if isinstance(argument, float) else argument


def named_weights(place, layer):
    """Set the drawn weights of one layer; return their [name, shape] in Keras's order."""
    layer.set_weights([cases.draw_weights(place, w.name, w.shape) for w in layer.weights])
    return [[w.name, list(w.shape)] for w in layer.weights]


def make_layer(name, floatx):
    """One layer, forward and backward, for a drawn gradient of the output."""
    kind, arguments, shape = cases.LAYERS[name]
    layer = getattr(keras.layers, kind)(**exact(arguments))
    layer.build(shape)
    weights = named_weights(name, layer)
    x = tf.constant(cases.layer_input(name), floatx)
    if kind == "MaxPooling2D":  # where two are the largest, TensorFlow is free to choose
        assert len(np.unique(x)) == x.shape.num_elements(), "a tie"
    training = kind == "BatchNormalization"
    arrays = {f"{name}/y": layer(x, training=False)}
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=training)
    dy = tf.constant(cases.draw(f"{name}/dy", y.shape), floatx)
    dx, *dw = tape.gradient(y, [x, *(w.value for w in layer.trainable_weights)], output_gradients=dy)
    arrays[f"{name}/dx"] = dx
    arrays |= {f"{name}/d {w.name}": d for w, d in zip(layer.trainable_weights, dw)}
    if training:
        arrays[f"{name}/y training"] = y
        arrays |= {f"{name}/after {w.name}": w.numpy() for w in layer.non_trainable_weights}
    assert all(np.asarray(a).dtype == floatx for a in arrays.values()), name
    return weights, {key: cases.thinned(a) for key, a in arrays.items()}


def make_loss(name, floatx):
    kind, arguments, y_true, y_pred = cases.LOSSES[name]
    loss = getattr(keras.losses, kind)(**arguments, reduction="none")
    y_pred = tf.constant(y_pred, floatx)
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        losses = loss(y_true, y_pred)
        mean = tf.reduce_mean(losses)
    return {f"{name}/losses": losses, f"{name}/dy": tape.gradient(mean, y_pred)}


def make_schedule(name):
    kind, arguments = networks.SCHEDULES[name]
    return getattr(keras.optimizers.schedules, kind)(**exact(arguments))


def make_optimizer(name):
    kind, arguments = networks.OPTIMIZERS[name]
    rate = arguments["learning_rate"]
    optimizer = getattr(keras.optimizers, kind)(
        **arguments | {"learning_rate": make_schedule(rate) if isinstance(rate, str) else rate}
    )
    for constant in ("momentum", "rho", "beta_1", "beta_2", "epsilon", "weight_decay"):
        if hasattr(optimizer, constant):
            setattr(optimizer, constant, exact(getattr(optimizer, constant)))
    assert isinstance(rate, str) or float(optimizer.learning_rate) == rate, "rounded to float32"
    return optimizer


def check_optimizer_constants():
    """First steps from known numbers: a constant rounded to float32 would show at 1e-8 and above."""
    g, lr = 0.3, 0.01
    expected = {
        "Adam": lr * np.sqrt(1 - 0.999) / (1 - 0.9) * (1 - 0.9) * g / (np.sqrt((1 - 0.999) * g * g) + 1e-7),
        "RMSprop": 0.003 * g / np.sqrt((1 - 0.9) * g * g + 1e-7),
        "SGD nesterov": 0.02 * g * (1 + 0.9),
        "SGD exponential": 0.1 * g,
    }
    expected["AdamW"] = 1.0 * 0.004 * lr + expected["Adam"]
    for name, step in expected.items():
        w = keras.Variable(np.ones(1), dtype="float64")
        make_optimizer(name).apply([tf.constant([g], "float64")], [w])
        assert abs(float(w.value[0]) - (1 - step)) < 1e-15, name


def make_network(place, network, name=None):
    """A built Sequential with drawn weights, and their [layer, name, shape]."""
    input_shape, layers = network
    keras.backend.clear_session()  # numbers the names of layers anew
    model = keras.Sequential(name=name)
    for kind, arguments in layers:
        limit = arguments.get("kernel_constraint")
        constraint = {"kernel_constraint": keras.constraints.MaxNorm(limit)} if limit else {}
        model.add(getattr(keras.layers, kind)(**arguments | constraint))
    model.build((None, *input_shape))
    weights = []
    for number, layer in enumerate(model.layers):
        if layer.weights:
            weights += [[number, *w] for w in named_weights(f"{place}/{number}", layer)]
    in_order = [list(w.shape) for w in model.weights]
    assert in_order == [shape for _, _, shape in weights], "get_weights() goes layer by layer"
    return model, weights


def make_training(name):
    """The loss of every step and the weights after the last one."""
    model, weights = make_network("small", networks.TRAINED[name])
    optimizer, loss_of = make_optimizer(name), keras.losses.SparseCategoricalCrossentropy()
    losses = []
    for x, y in zip(*networks.training_batches()):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        variables = model.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        losses.append(float(loss))
    assert loss.dtype == "float64"
    arrays = {f"{name}/weights {i}": w for i, w in enumerate(model.get_weights())}
    return weights, arrays | {f"{name}/loss": losses}


def make_fit(name):
    """compile, fit with a held-out part, evaluate, predict: the whole road, unshuffled."""
    loss, metrics, form = networks.FIT[name]
    x, y = networks.fit_data(form)
    model, _ = make_network("small", networks.SMALL)
    model.compile(make_optimizer("Adam"), loss, metrics=metrics, jit_compile=False)
    history = model.fit(
        x, y, batch_size=networks.FIT_BATCH, epochs=networks.FIT_EPOCHS, validation_split=networks.FIT_SPLIT,
        shuffle=False, verbose=0,
    )  # fmt: skip
    arrays = {f"{name}/history {key}": values for key, values in history.history.items()}
    arrays |= {f"{name}/weights {i}": w for i, w in enumerate(model.get_weights())}
    arrays[f"{name}/evaluate"] = model.evaluate(x, y, batch_size=networks.FIT_BATCH, verbose=0)
    arrays[f"{name}/predict"] = model.predict(x, batch_size=networks.FIT_BATCH, verbose=0)
    return arrays


def make_model(name):
    model, weights = make_network(name, networks.MODELS[name])
    x = tf.constant(networks.pictures("model pictures", 8), "float32")
    return weights, {f"{name}/y": model(x, training=False)}


def margin(model, x):
    """How far from its kink the closest ReLU and maximum is, as a part of the largest number there."""
    closest = []
    for layer in model.layers:
        if getattr(layer, "activation", None) is keras.activations.relu:
            layer.activation = keras.activations.linear
            closest.append(np.abs(layer(x)))
            layer.activation = keras.activations.relu
        if isinstance(layer, keras.layers.MaxPooling2D):
            cells = tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")
            cells = np.sort(tf.reshape(cells, (*cells.shape[:3], 4, -1)), axis=3)[..., -2:, :]
            differences = cells[..., 1, :] - cells[..., 0, :]
            closest.append(np.append(differences[cells[..., 1, :] > 0], cells.max()))
        x = layer(x)
    return min(a.min() / a.max() for a in closest)


def make_gradients(name):
    """Loss and gradients of the real sizes, thinned, at a point where all gradients are well defined."""
    network, pictures = networks.GRADIENTS[name]
    model, _ = make_network(name, network)
    x = tf.constant(networks.pictures(pictures, 2), "float32")
    assert margin(model, x) > 4e-5, f"rounding could decide about the gradients of {name}: other pictures"
    loss_of = keras.losses.SparseCategoricalCrossentropy()
    with tf.GradientTape() as tape:
        loss = loss_of(networks.picture_labels(2), model(x, training=True))
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    arrays = {f"{name}/gradient {i}": cases.thinned(g.numpy()) for i, g in enumerate(gradients)}
    return arrays | {f"{name}/loss": loss}


def make_summary(name):
    model, _ = make_network(name, networks.SUMMARIES[name])
    lines = []
    model.summary(print_fn=lines.append)
    (HERE / f"summary_{name.replace(' ', '_')}.txt").write_text("\n".join(lines), encoding="utf-8")


def main():
    weights = {}
    for floatx in FLOATX:
        set_floatx(floatx)
        layers = {}
        for name in cases.LAYERS if floatx == "float32" else filter(cases.float64_too, cases.LAYERS):
            weights[name], arrays = make_layer(name, floatx)
            layers |= arrays
        save(f"layers_{floatx}", layers)
        save(f"losses_{floatx}", {k: a for name in cases.LOSSES for k, a in make_loss(name, floatx).items()})

    check_optimizer_constants()  # from here to the networks of real size: float64
    predictions = tf.constant(cases.METRIC_PREDICTIONS)
    save("metrics", {name: getattr(keras.metrics, name)(y, predictions) for name, y in cases.METRICS.items()})
    steps, schedules = np.arange(networks.SCHEDULE_STEPS), {s: make_schedule(s) for s in networks.SCHEDULES}
    save("schedules", {name: [schedule(step) for step in steps] for name, schedule in schedules.items()})
    training = {}
    for name in networks.TRAINED:
        weights["small"], arrays = make_training(name)
        training |= arrays
    save("training", training)
    save("fit", {k: a for name in networks.FIT for k, a in make_fit(name).items()})

    set_floatx("float32")
    models = {}
    for name in networks.MODELS:
        weights[name], arrays = make_model(name)
        models |= arrays
    for name in networks.GRADIENTS:
        models |= make_gradients(name)
    save("models", models)
    for name in networks.SUMMARIES:
        make_summary(name)
    versions = {module.__name__: module.__version__ for module in (keras, tf, np)}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")
    (HERE / "weights.json").write_text(json.dumps(weights).replace(']], "', ']],\n"') + "\n")


if __name__ == "__main__":
    main()
