"""save, load_model, save_weights, load_weights: nothing is lost, and nothing foreign gets in."""

import json
import os
import tracemalloc

import numpy as np
import pytest
from agreement import assert_equal_weights

import minicnn as mc
from minicnn import archive
from minicnn.archive import read_archive, write_archive
from minicnn.saving import load_model, load_weights, save_model, save_weights
from tests.reliability.malice import model_of, sealed

X = np.random.default_rng(1).random((24, 6, 5, 2), np.float32)
Y = np.arange(24) % 3


def build_model(units=4):
    mc.set_random_seed(11)
    layers = mc.layers
    return mc.Sequential([
        layers.Rescaling(0.5, input_shape=(6, 5, 2)),
        layers.Conv2D(3, (3, 2), strides=(1, 2), padding="same", activation="relu",
                      kernel_constraint=mc.constraints.MaxNorm(2.0)),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(units, activation="tanh", name="narrow"),
        layers.Dropout(0.4),
        layers.Dense(3, activation="softmax"),
    ])  # fmt: skip


def trained_model(optimizer="adam", metrics=("accuracy",)):
    model = build_model()
    model.compile(optimizer, "sparse_categorical_crossentropy", list(metrics))
    model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
    return model


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.mcnn"
    trained_model().save(path)
    return path


@pytest.mark.parametrize(
    "optimizer",
    [
        "sgd",
        mc.optimizers.SGD(mc.optimizers.schedules.CosineDecay(0.1, 100), momentum=0.9, nesterov=True),
        mc.optimizers.RMSprop(centered=True, momentum=0.5),
        "adamw",
    ],
    ids=["sgd", "nesterov", "rmsprop", "adamw"],
)
def test_a_loaded_model_goes_on_as_if_it_had_never_been_away(tmp_path, optimizer):
    model = trained_model(optimizer)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert_equal_weights(loaded, model)
    assert (loaded.step, loaded.seed) == (model.step, model.seed) == (6, 11)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)
    first, second = (m.fit(X, Y, batch_size=8, epochs=2, verbose=0) for m in (model, loaded))
    assert first.history == second.history
    assert_equal_weights(loaded, model)


def test_the_architecture_comes_back(saved):
    loaded, model = load_model(saved), build_model()
    assert loaded.get_config() == model.get_config()
    assert [m.name for m in loaded.metrics] == ["accuracy"]


def test_a_learning_rate_changed_after_compile_comes_back(tmp_path):
    model = trained_model()
    model.optimizer.learning_rate = 0.25
    model.save(tmp_path / "m")
    assert load_model(tmp_path / "m").optimizer.learning_rate == 0.25


def test_what_an_optimizer_has_not_seen_yet_is_saved_with_it(tmp_path):
    """A layer that was added after training begins as the next step would begin it."""
    (model := trained_model()).add(mc.layers.Dense(3, activation="softmax"))
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert not loaded.optimizer.state()[1]["velocity/8/kernel"].any()
    for each in (model, loaded):
        each.fit(X, Y, batch_size=8, epochs=1, verbose=0)
    assert_equal_weights(loaded, model)


def test_what_an_optimizer_remembers_of_another_model_is_not_saved(tmp_path):
    """Of a longer one that it trained before, or of one of other shapes."""
    longer = trained_model()
    shorter = mc.Sequential(longer.layers[:-1])
    shorter.compile(longer.optimizer, "mse")
    other = build_model(units=5)
    other.compile(longer.optimizer, "sparse_categorical_crossentropy")
    for model in (shorter, other):
        model.save(tmp_path / "m")
        loaded = load_model(tmp_path / "m")
        loaded.optimizer.check_slots(model.parameters())
        assert_equal_weights(loaded, model)
    assert len(longer.optimizer.state()[1]) == 2 * len(longer.parameters())  # it goes on as it was


def test_a_slot_that_is_missing_is_named_and_compile_false_does_without(saved):
    document, arrays = read_archive(saved)
    lose_a_slot(document, arrays)
    write_archive(saved, document, arrays)
    due = r"expects array 'velocity/1/kernel' to be float32 \(3, 2, 2, 3\), got none; compile=False leaves"
    with pytest.raises(ValueError, match=rf"model\.mcnn holds a model .*: adam of this model {due}"):
        load_model(saved)
    assert load_model(saved, compile=False).optimizer is None


def test_a_seed_may_have_any_length(tmp_path):
    with mc.random.seeded(2**100):
        model = mc.Sequential([mc.layers.RandomFlip(seed=2**101, input_shape=(4, 4, 1))])
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert (loaded.seed, loaded.layers[0].given_seed) == (2**100, 2**101)


def test_a_model_that_was_never_compiled(tmp_path):
    model = build_model()
    save_model(model, tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    with pytest.raises(RuntimeError, match="compile"):
        loaded.fit(X, Y)


def test_float64_stays_float64_and_the_setting_stays_as_it_was(tmp_path):
    mc.config.set_floatx("float64")
    try:
        model = mc.Sequential([mc.layers.Dense(3, input_shape=(4,))])
    finally:
        mc.config.set_floatx("float32")
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert mc.config.floatx() == "float32"
    assert_equal_weights(loaded, model)
    assert loaded.layers[0].dtype == loaded.layers[0].params["kernel"].dtype == np.float64


def test_layers_of_two_float_types_are_refused(tmp_path):
    model = mc.Sequential([mc.layers.Dense(3, input_shape=(4,))])
    mc.config.set_floatx("float64")
    model.add(mc.layers.Dense(2))
    with pytest.raises(ValueError, match=r"one float type, got .*'dense': 'float32', 'dense_1': 'float64'"):
        model.save(tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_weights_alone(tmp_path, saved):
    model = trained_model()
    save_weights(model, tmp_path / "w")
    assert list(read_archive(tmp_path / "w")[1])[:2] == ["weights/1_conv2d/kernel", "weights/1_conv2d/bias"]
    for path in (tmp_path / "w", saved):
        other = build_model()
        load_weights(other, path)
        assert_equal_weights(other, model)


def test_weights_that_do_not_fit_change_nothing(tmp_path):
    save_weights(trained_model(), tmp_path / "w")
    other = build_model(units=5)
    before = other.get_weights()
    with pytest.raises(ValueError, match=r"belong to another architecture: .*'narrow'"):
        load_weights(other, tmp_path / "w")
    for a, b in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_without_weights_cannot_be_saved(tmp_path):
    with pytest.raises(ValueError, match="no weights yet, call build or fit first"):
        mc.Sequential([mc.layers.Dense(3)]).save(tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_or_version_is_refused(tmp_path, saved):
    save_weights(build_model(), tmp_path / "w")
    with pytest.raises(ValueError, match="w holds minicnn weights, not a minicnn model"):
        load_model(tmp_path / "w")
    document, arrays = read_archive(saved)
    write_archive(saved, {**document, "version": 2}, arrays)
    with pytest.raises(ValueError, match="format version 2; this minicnn reads version 1"):
        load_model(saved)
    write_archive(saved, [], arrays)
    with pytest.raises(ValueError, match="holds something else"):
        load_model(saved)


# --------------------------------------------------------------------------------- damage and malice


def test_a_network_without_end_is_refused(tmp_path, monkeypatch):
    """Its names alone would take hours to tell apart, and its layers more memory than the file."""
    monkeypatch.setattr(mc.layers, "get", lambda part: pytest.fail("a layer was made"))
    header = {"document": model_of([{"class_name": "ReLU", "config": {}}] * 12_000), "arrays": []}
    (tmp_path / "m.mcnn").write_bytes(sealed(json.dumps(header).encode() + b"\n"))
    with pytest.raises(ValueError, match=r"m\.mcnn holds a model .*at most 2,000 layers"):
        mc.load_model(tmp_path / "m.mcnn")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "m.mcnn")
    for read in (load_model, lambda path: load_weights(mc.Sequential(), path)):
        with pytest.raises(ValueError, match=r"m\.mcnn cannot be read: it is a device or a pipe"):
            read(tmp_path / "m.mcnn")


def test_random_damage_is_refused(saved):
    """Every bit and every length of a small archive are tried in test_archive.py."""
    whole, draw = bytearray(saved.read_bytes()), np.random.default_rng(3)
    for _ in range(300):
        place, bit = draw.integers(len(whole)), 1 << draw.integers(8)
        whole[place] ^= bit
        saved.write_bytes(whole)
        with pytest.raises(ValueError, match=r"model\.mcnn cannot be read"):
            load_model(saved)
        whole[place] ^= bit
        saved.write_bytes(whole[:place])
        with pytest.raises(ValueError, match=r"model\.mcnn cannot be read"):
            load_model(saved)


def enlarge(document, arrays):
    document["model"]["layers"][5]["config"]["units"] = 10**9


def enlarge_the_input(document, arrays):
    document["model"]["input_shape"] = [None, 10**5, 10**5, 10**5]


def normalise_too_much(document, arrays):
    """Batch normalisation has no kernel whose shape could give it away."""
    layers = document["model"]["layers"]
    document["model"] = {"name": "m", "input_shape": [None, 10**9], "layers": [layers[2], *layers[5:]]}
    layers[2]["config"].pop("input_shape", None)


def lose_a_weight(document, arrays):
    del arrays["weights/2_batch_normalization/gamma"]


def add_a_weight(document, arrays):
    arrays["weights/9_more/kernel"] = np.zeros(3, np.float32)


def change_a_type(document, arrays):
    arrays["weights/1_conv2d/kernel"] = arrays["weights/1_conv2d/kernel"].astype(np.float16)


def name_a_module(document, arrays):
    document["model"]["layers"][0]["class_name"] = "os.system"


def pass_an_argument(document, arrays):
    document["model"]["layers"][0]["config"]["run"] = "me"


def lose_the_layers(document, arrays):
    del document["model"]["layers"]


def lose_a_config(document, arrays):
    document["model"]["layers"][0] = 3


def forge_the_seed(document, arrays):
    document["seed"] = "5"


def forge_the_float_type(document, arrays):
    document["floatx"] = "flo,,,at32"  # numpy would read commas as separators


def list_the_name(document, arrays):
    document["model"]["name"] = ["m"]


def bend_to_no_axis(document, arrays):
    document["model"]["layers"][1]["config"]["kernel_constraint"]["config"]["axis"] = True


def bend_to_no_length(document, arrays):
    document["model"]["layers"][1]["config"]["kernel_constraint"]["config"]["max_value"] = 10**400


def divide_the_input(document, arrays):
    document["model"]["input_shape"] = [None, 6.5, 5, 2]


def write_a_novel(document, arrays):
    document["model"]["layers"][0]["class_name"] = "novel" * 10**5


def list_the_float_type(document, arrays):
    document["floatx"] = [document["floatx"]]


def lose_the_optimizer(document, arrays):
    del document["optimizer"]


def lose_a_slot(document, arrays):
    del arrays["optimizer/velocity/1/kernel"]


def add_a_slot(document, arrays):
    arrays["optimizer/velocity/99/kernel"] = np.zeros(3, np.float32)


def reshape_a_slot(document, arrays):
    arrays["optimizer/velocity/1/kernel"] = arrays["optimizer/velocity/1/kernel"][None]


def change_the_type_of_a_slot(document, arrays):
    arrays["optimizer/velocity/1/kernel"] = arrays["optimizer/velocity/1/kernel"].astype(np.float64)


def count_too_many_steps(document, arrays):
    document["optimizer"]["iterations"] = 10**400


@pytest.mark.parametrize(
    "harm",
    [
        enlarge,
        enlarge_the_input,
        normalise_too_much,
        lose_a_weight,
        add_a_weight,
        change_a_type,
        name_a_module,
        pass_an_argument,
        lose_the_layers,
        lose_a_config,
        list_the_name,
        bend_to_no_axis,
        bend_to_no_length,
        divide_the_input,
        write_a_novel,
        forge_the_seed,
        forge_the_float_type,
        list_the_float_type,
        lose_the_optimizer,
        lose_a_slot,
        add_a_slot,
        reshape_a_slot,
        change_the_type_of_a_slot,
        count_too_many_steps,
    ],
)
def test_a_model_file_made_by_hand_is_refused_without_taking_memory(saved, harm):
    document, arrays = read_archive(saved)
    harm(document, arrays)
    header = archive._header(document, arrays)
    saved.write_bytes(sealed(header + b"".join(a.tobytes() for a in arrays.values())))
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"model\.mcnn holds a model that cannot be built here"):
            load_model(saved)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_document_can_be_read_with_any_text_tool(saved):
    lines = saved.read_bytes().split(b"\n")
    assert lines[0] == b"minicnn archive 1"
    assert json.loads(lines[1])["document"]["model"]["layers"][1]["class_name"] == "Conv2D"
