"""What is refused leaves everything as it was; what goes wrong on the way ruins nothing that was good."""

import numba
import numpy as np
import pytest

import minicnn as mc
from minicnn import gradcheck, layers


@pytest.fixture
def data(rng):
    y = rng.integers(0, 3, 24)
    return (rng.standard_normal((24, 6)) + 3 * np.eye(3, 6)[y]).astype(np.float32), y


def model_of(*parts, loss="sparse_categorical_crossentropy"):
    model = mc.Sequential([*parts, layers.Dense(3, activation="softmax")])
    model.compile("adam", loss, ["accuracy"])
    return model


# ---- layers that have weights keep them


def test_a_built_layer_keeps_its_weights_in_a_new_model(data):
    base = model_of(layers.Dense(4, activation="relu"))
    base.fit(*data, verbose=0)
    before = base.get_weights()
    top = mc.Sequential([*base.layers[:-1], layers.Dense(2)])
    top.predict(data[0])
    assert all(np.array_equal(a, b) for a, b in zip(before, base.get_weights()))
    assert np.array_equal(top.get_weights()[0], before[0]) and top.layers[0] is base.layers[0]
    assert [layer.name for layer in top.layers] == ["dense", "dense_1"]
    base.build((None, 6))
    assert np.array_equal(base.get_weights()[0], before[0])


def test_a_shared_layer_still_draws_for_the_model_that_runs(data):
    """Dropout at place 1 of one model and place 0 of the other: each model trains as it would alone."""

    def trained(shared):
        mc.set_random_seed(4)
        dropout = layers.Dropout(0.5)
        model = model_of(layers.Dense(6), dropout)
        if shared:
            mc.Sequential([dropout]).forward(data[0], training=True)
        model.fit(*data, verbose=0)
        return model.get_weights()

    assert all(np.array_equal(a, b) for a, b in zip(trained(False), trained(True)))


def test_a_layer_built_for_another_shape_is_refused():
    dense = layers.Dense(3)
    dense.build((None, 5))
    with pytest.raises(ValueError, match=r"is built for \(None, 5\), got \(None, 6\): make a new one"):
        mc.Sequential([layers.Input((6,)), dense])


# ---- a refused call changes nothing


def test_a_refused_compile_keeps_the_old_recipe(data):
    model = model_of()
    for wrong in (("sgd", "mse", ["acuracy"]), ("sgdd", "mse"), ("sgd", "mze")):
        with pytest.raises(ValueError, match="unknown"):
            model.compile(*wrong)
    assert model.loss.name == "sparse_categorical_crossentropy"
    assert model.fit(*data, verbose=0).history["accuracy"]


@pytest.mark.parametrize("metrics", [["accuracy", "accuracy"], ["loss"]])
def test_two_numbers_of_one_name_are_refused(metrics):
    class Loss(mc.metrics.Metric):
        name = "loss"

        def values(self, y_true, y_pred):
            return np.ones(len(y_pred))

    metrics = [Loss() if each == "loss" else each for each in metrics]
    with pytest.raises(ValueError, match="two numbers in the history would be called"):
        mc.Sequential([layers.Dense(3)]).compile("adam", "mse", metrics)


def test_a_model_has_no_metrics_without_end():
    with pytest.raises(ValueError, match="a model has at most 100 metrics, got 101"):
        mc.Sequential([layers.Dense(3)]).compile("adam", "mse", ["accuracy"] * 101)


def test_refused_data_do_not_decide_what_the_model_is_for(data):
    x, y = data
    model = model_of()
    with pytest.raises(ValueError, match="labels from 0 to 2"):
        model.fit(x[:, :4], y + 7, verbose=0)
    assert not model.built and model.input_shape is None
    model.fit(x, y, verbose=0)
    assert model.input_shape == (None, 6)


def test_a_refused_layer_leaves_no_trace():
    model = mc.Sequential()
    with pytest.raises(ValueError, match="larger than its input"):
        model.add(layers.Conv2D(4, 9, input_shape=(8, 8, 3)))
    assert model.layers == [] and model.input_shape is None
    model.add(layers.Conv2D(4, 3, input_shape=(32, 32, 3)))
    assert model.input_shape == (None, 32, 32, 3)


def test_a_flatten_of_unknown_size_says_so():
    with pytest.raises(ValueError, match="needs to know all sizes but the batch's"):
        mc.Sequential([layers.Input((None, None, 3)), layers.Flatten()])


def test_freezing_is_refused_rather_than_ignored():
    with pytest.raises(ValueError, match="Dense 'dense' cannot be frozen"):
        layers.Dense(2).trainable = False


def test_a_grey_picture_is_told_what_it_lacks():
    model = mc.Sequential([layers.Conv2D(2, 3, input_shape=(8, 8, 3)), layers.Flatten(), layers.Dense(2)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match=r"got \(64, 8, 8\): add a channel axis"):
        model.fit(np.ones((64, 8, 8)), np.zeros(64), verbose=0)


@pytest.mark.parametrize("begin, kind", [(b"PK\x03\x04", "a zip file"), (b"\x89HDF\r\n", "an HDF5 file")])
def test_files_of_others_are_called_by_their_name(begin, kind, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(begin + bytes(100))
    with pytest.raises(ValueError, match=f"it is {kind}.*no minicnn archive"):
        mc.load_model(path)


@pytest.mark.parametrize("name, way", [
    ("m.keras", r"get_weights\(\)"), ("m.weights.h5", r"get_weights\(\)"), ("M.HDF5", r"get_weights\(\)"),
    ("m.pt", r"mc\.torch\.state_dict"), ("m.pth", r"mc\.torch\.state_dict"),
    ("m.onnx", r"mc\.onnx\.export"), ("m.safetensors", r"mc\.safetensors\.save"),
])  # fmt: skip
def test_a_name_of_anothers_file_is_refused_before_anything_is_written(name, way, tmp_path):
    model, path = model_of(layers.Input((4,))), tmp_path / name
    for write in (model.save, model.save_weights, mc.callbacks.ModelCheckpoint):
        with pytest.raises(ValueError, match=rf"call it \.mcnn; for the other, {way}"):
            write(path)
    assert not path.exists()


@pytest.mark.parametrize("arguments, message", [
    ({"epochs": "3"}, "epochs expects a whole number >= 0"), ({"epochs": -1}, "epochs expects"),
    ({"initial_epoch": -1}, "initial_epoch expects"), ({"callbacks": ["x"]}, "callbacks"),
])  # fmt: skip
def test_refused_arguments_of_fit_keep_the_history(data, arguments, message):
    model = model_of()
    history = model.fit(*data, verbose=0)
    with pytest.raises((ValueError, TypeError), match=message):
        model.fit(*data, **{"verbose": 0} | arguments)
    assert model.history is history


@pytest.mark.parametrize("size", [0, -1, 2.5])
def test_predict_refuses_a_batch_of_no_size(data, size):
    with pytest.raises(ValueError, match="batch_size expects a whole number >= 1"):
        model_of().predict(data[0], batch_size=size)


def test_lists_do_as_well_as_arrays(data):
    x, y = (each.tolist() for each in data)
    a = model_of().fit(x, y, validation_split=0.25, verbose=0).history
    mc.set_random_seed(mc.random.get_seed())
    b = model_of().fit(x[:18], y[:18], validation_data=(x[18:], y[18:]), verbose=0).history
    assert a == b


# ---- what goes wrong on the way


def test_a_network_gone_nan_does_not_replace_the_best_checkpoint(data, tmp_path, capsys):
    x, y = data

    class Spoil(mc.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.layers[-1].params["kernel"][:] = np.nan

    model = model_of()
    best = mc.callbacks.ModelCheckpoint(tmp_path / "best.mcnn", save_best_only=True)
    stop = mc.callbacks.EarlyStopping(patience=5)
    history = model.fit(x, y, epochs=4, validation_data=(x, y), verbose=0, callbacks=[best, stop, Spoil()])
    assert [len(values) for values in history.history.values()] == [3, 3, 3, 3]
    assert np.isnan(history.history["val_loss"][2])
    assert "training stops" in capsys.readouterr().out
    assert np.isfinite(mc.load_model(tmp_path / "best.mcnn").evaluate(x, y, verbose=0)).all()


# ---- the checker, the threads and the clock


def test_check_layer_works_in_float64_whatever_the_setting(rng):
    assert gradcheck.check_layer(layers.Activation("tanh"), rng.standard_normal((3, 4)))["x"] < 1e-8
    assert mc.config.floatx() == "float32"
    dense = layers.Dense(2)
    dense.build((None, 4))
    with pytest.raises(ValueError, match="checked in float64, Dense 'dense' is float32"):
        gradcheck.check_layer(dense, rng.standard_normal((3, 4)))


def test_a_models_first_layer_has_a_dx_of_its_own(data):
    model = model_of(layers.Dense(4))
    model.train_on_batch(*data)
    first = model.layers[0]
    assert first.backward(np.ones_like(first.forward(data[0]))).shape == data[0].shape


def test_numbas_own_threads_are_the_users(data):
    usual = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        model_of().predict(data[0])
        assert numba.get_num_threads() == 1
    finally:
        numba.set_num_threads(usual)
