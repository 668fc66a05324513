"""BackupAndRestore: nothing foreign is restored, and what is refused changes nothing."""


import numpy as np
import pytest
from agreement import assert_equal_weights
from killed_runs import (
    BATCHES,
    EPOCHS,
    Harmonic,
    Killed,
    Remember,
    Stop,
    build_model,
    callbacks_in,
    data,
    fit,
    interrupted,
)

import minicnn as mc
from minicnn.archive import read_archive, write_archive
from minicnn.callbacks import BackupAndRestore, Callback
from minicnn.callbacks.backup import first_difference


def other_units():
    model = mc.Sequential([mc.layers.Dense(5, input_shape=(4,)), *build_model().layers[1:]][:1])
    model.add(mc.layers.Dense(3, activation="softmax"))
    model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
    return model


def other_rate():
    model = build_model()
    model.compile(mc.optimizers.SGD(0.06, momentum=0.9), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def other_seed():
    model = build_model()
    model.seed = 6
    return model


def with_patience(folder, patience):
    """The callbacks of ``callbacks_in``, with another EarlyStopping."""
    callbacks = callbacks_in(folder)
    callbacks[1] = mc.callbacks.EarlyStopping(patience=patience, restore_best_weights=True, verbose=1)
    return callbacks


def test_a_callback_with_other_arguments_is_refused(tmp_path):
    interrupted(tmp_path)
    message = r"another run \(callbacks\.0_EarlyStopping\.patience was 3 and is 4\)"
    with pytest.raises(ValueError, match=message):
        fit(build_model(), with_patience(tmp_path, 4))
    assert fit(build_model(), with_patience(tmp_path, 3)).epoch == list(range(EPOCHS))


@pytest.mark.parametrize(
    ("make_model", "message"),
    [
        (other_units, r"model\.layers was .* and is"),
        (other_rate, r"compile\.optimizer\.config\.learning_rate was 0\.05 and is 0\.06"),
        (other_seed, "seed was 5 and is 6"),
    ],
)
def test_the_backup_of_another_run_is_refused_and_kept(tmp_path, make_model, message):
    interrupted(tmp_path)
    backup = (tmp_path / "backup" / "backup.mcnn").read_bytes()
    log = (tmp_path / "log.csv").read_text()
    model = make_model()
    before = model.get_weights()
    with pytest.raises(ValueError, match=rf"is the backup of another run \({message}"):
        fit(model, callbacks_in(tmp_path))
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (tmp_path / "backup" / "backup.mcnn").read_bytes() == backup
    assert (tmp_path / "log.csv").read_text() == log


def test_other_callbacks_or_other_data_are_refused(tmp_path):
    interrupted(tmp_path)
    backup = callbacks_in(tmp_path)[0]
    with pytest.raises(ValueError, match=r"callbacks\.0_EarlyStopping was .*monitor.* and is None"):
        fit(build_model(), [backup])
    with pytest.raises(ValueError, match=r"fit\.\w+ was"):
        build_model().fit(np.ones((7, 4)), np.zeros(7, int), verbose=0, callbacks=callbacks_in(tmp_path))


def test_a_model_without_weights_is_refused(tmp_path):
    x, y = data()
    model = mc.Sequential([mc.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ValueError, match="needs a model that has its weights before fit"):
        model.fit([(x, y)], verbose=0, callbacks=[BackupAndRestore(tmp_path / "b")])


def test_a_seed_nobody_chose_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr("minicnn.random.seed_was_set", lambda: False)
    interrupted(tmp_path)
    model = other_seed()
    assert fit(model, callbacks_in(tmp_path)).epoch == list(range(EPOCHS))
    assert model.seed == 5


@pytest.mark.parametrize("length, why", [(-1, "damaged"), (0, "empty")])
def test_a_damaged_backup_is_refused_and_kept(tmp_path, length, why):
    interrupted(tmp_path)
    path = tmp_path / "backup" / "backup.mcnn"
    damaged = path.read_bytes()[:length]
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=rf"backup\.mcnn cannot be read: it is {why}.*delete it to begin"):
        fit(build_model(), callbacks_in(tmp_path))
    assert path.read_bytes() == damaged


def replace(*path, value=None):
    """A function that puts ``value`` at the end of this path through a document."""
    def harm(document, arrays):
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return harm


def lose_a_weight(document, arrays):
    del arrays["model/weights/1"]


def lose_a_slot(document, arrays):
    del arrays["model/optimizer/momentum/0/kernel"]


def lose_all_slots(document, arrays):
    for name in [name for name in arrays if name.startswith("model/optimizer/")]:
        del arrays[name]


def add_a_slot(document, arrays):
    arrays["model/optimizer/momentum/99/kernel"] = np.zeros((4, 6), np.float32)


def lose_a_best_weight(document, arrays):
    del arrays["callbacks/0_EarlyStopping/2"]


def lose_all_best_weights(document, arrays):
    for i in range(8):
        del arrays[f"callbacks/0_EarlyStopping/{i}"]


def reshape_a_best_weight(document, arrays):
    arrays["callbacks/0_EarlyStopping/0"] = np.zeros((6, 4), np.float32)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (replace("model", value=3), "TypeError"),
        (replace("model", "step", value=-1), "step expects a whole number"),
        (replace("model", "seed", value="5"), "seed expects a whole number"),
        (replace("model", "position", "epoch", value="os.system"), "epoch expects a whole number"),
        (replace("model", "position", "totals", "count", value=None), "count expects a whole number"),
        (replace("model", "position", "totals", "sums", value={"loss": "x"}), "sums expects numbers"),
        (replace("model", "step", value=10**30), "step expects a whole number >= 0 and at most"),
        (replace("model", "history", value={}), "KeyError: 'epoch'"),
        (replace("model", "history", "epoch", value=["a"]), "History.epoch expects whole numbers"),
        (replace("model", "history", "history", value={"x" * 9999: "x" * 9999}), "History.history expects"),
        (replace("callbacks", "0_EarlyStopping", value={}), "KeyError: 'wait'"),
        (replace("callbacks", "0_EarlyStopping", "wait", value="x"), "wait expects a whole number"),
        (replace("callbacks", "0_EarlyStopping", "stopped_epoch", value=None), "epoch expects a whole"),
        (replace("callbacks", "0_EarlyStopping", "best", value="x"), "best expects a number or None"),
        (replace("callbacks", "3_CSVLogger", "size", value=-1), "size expects a whole number"),
        (replace("callbacks", "3_CSVLogger", "mode", value="x"), "mode to be one of 'w', 'a'"),
        (lose_a_weight, "KeyError: '1'"),
        (replace("model", "optimizer", "iterations", value=10**400), "iterations expects a whole number"),
        (replace("model", "history", "history", "loss", value="os"), "History.history expects a list"),
        (lose_a_slot, r"array 'momentum/0/kernel' to be float32 \(4, 6\), got none"),
        (lose_all_slots, r"array 'momentum/0/kernel' to be float32 \(4, 6\), got none"),
        (add_a_slot, r"array 'momentum/99/kernel' to be none, got float32 \(4, 6\)"),
        (lose_a_best_weight, r"EarlyStopping.best_weights expects array '2' to be float32 \(6,\), got none"),
        (lose_all_best_weights, r"best_weights expects array '0' to be float32 \(4, 6\), got none"),
        (reshape_a_best_weight, r"array '0' to be float32 \(4, 6\), got float32 \(6, 4\)"),
    ],
)
def test_a_backup_made_by_hand_is_refused_and_changes_nothing(tmp_path, harm, message):
    """Restored half, a run would look like one that goes on."""
    interrupted(tmp_path)
    path = tmp_path / "backup" / "backup.mcnn"
    document, arrays = read_archive(path)
    harm(document, arrays)
    write_archive(path, document, arrays)
    model, remember = build_model(), Remember(tmp_path)
    refusal = rf"backup\.mcnn holds a backup that cannot be restored.*{message}"
    with pytest.raises(ValueError, match=refusal) as caught:
        fit(model, [remember, *callbacks_in(tmp_path)])
    assert len(str(caught.value)) < 1000
    assert remember.states() == remember.before
    assert_equal_weights(model, build_model())
    assert (model.step, model.seed, model.position.epoch, model.history.epoch) == (0, 5, 0, [])


class Unlike(Callback):
    """Wants no state but its own, and says so in its own way."""

    def __init__(self, own, error=RuntimeError):
        self._own, self._error = own, error

    def state(self):
        return {"own": self._own}, {}

    def load_state(self, document, arrays):
        if document["own"] != self._own:
            raise self._error("not mine")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_whatever_ends_the_restoring_nothing_is_changed(tmp_path, error):
    """Ctrl-C too: in a notebook the model is still there."""
    with pytest.raises(Killed):
        fit(build_model(), [*callbacks_in(tmp_path), Unlike(1), Stop(2 * BATCHES + 2)])
    model, remember = build_model(), Remember(tmp_path)
    with pytest.raises(error, match="not mine"):
        fit(model, [remember, *callbacks_in(tmp_path), Unlike(2, error)])
    assert remember.states() == remember.before and model.optimizer.iterations == 0


@pytest.mark.parametrize("epochs, refusal", [(2, "further than epochs=2"), (EPOCHS, "cannot be restored")])
def test_a_refused_backup_leaves_an_optimizer_what_it_knows_of_another_model(tmp_path, epochs, refusal):
    interrupted(tmp_path, 3 * BATCHES + 1)
    if epochs == EPOCHS:
        path = tmp_path / "backup" / "backup.mcnn"
        document, arrays = read_archive(path)
        lose_a_weight(document, arrays)
        write_archive(path, document, arrays)
    x, y = data()
    trained = mc.Sequential([mc.layers.Dense(3, "softmax", input_shape=(4,))])  # of other shapes
    trained.compile(mc.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy", ["accuracy"])
    trained.fit(x, y, verbose=0)
    before = {name: slot.tobytes() for name, slot in trained.optimizer.state()[1].items()}
    other = build_model()
    other.compile(trained.optimizer, "sparse_categorical_crossentropy", ["accuracy"])
    with pytest.raises(ValueError, match=refusal):
        fit(other, callbacks_in(tmp_path), epochs=epochs)
    document, slots = trained.optimizer.state()
    assert {name: slot.tobytes() for name, slot in slots.items()} == before
    assert document == {"class_name": "SGD", "iterations": 2, "learning_rate": 0.05}
    with pytest.raises(ValueError, match="use a new optimizer for a new model"):
        fit(other, [])
    trained.fit(x, y, verbose=0)


def test_a_refused_backup_leaves_an_optimizer_a_schedule_of_ones_own(tmp_path):
    """The backup's is a number, and Harmonic is a name that nothing is found by."""
    class Steady(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.model.optimizer.learning_rate = 0.125

    models = [build_model(), build_model()]
    for model in models:
        model.compile(mc.optimizers.SGD(Harmonic(), momentum=0.9), "sparse_categorical_crossentropy")
    fit(models[0], [Steady(), BackupAndRestore(tmp_path, delete_checkpoint=False)])
    with pytest.raises(ValueError, match="further than epochs=2"):
        fit(models[1], [Steady(), BackupAndRestore(tmp_path)], epochs=2)
    assert isinstance(models[1].optimizer.learning_rate, Harmonic) and models[1].step == 0


def test_a_model_in_place_of_a_backup_is_refused(tmp_path):
    build_model().save(tmp_path / "m.mcnn")
    with pytest.raises(ValueError, match=r"m\.mcnn holds a minicnn model, not a minicnn backup$"):
        fit(build_model(), [BackupAndRestore(tmp_path / "m.mcnn")])


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, ""),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "a[1].b was 2 and is 3"),
        ({"a": 1}, {"a": 1, "b": 2}, "b was None and is 2"),
        ({"a": 1, "b": 2}, {"a": 1}, "b was 2 and is None"),
        ({"a": [1]}, {"a": [1, 2]}, "a was [1] and is [1, 2]"),
        ({"a": []}, {"a": {}}, "a was [] and is {}"),
        ({"a": "x" * 99}, {"a": 1}, "a was 'xxxxxxxxxxxx...xxxxxxxxxxxxx' and is 1"),
    ],
)
def test_the_first_difference_in_words(old, new, difference):
    assert first_difference(old, new) == difference
