"""BackupAndRestore: killed at any moment, a run ends with the same bits; nothing foreign is restored."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from agreement import assert_equal_weights
from killed_runs import BATCHES, EPOCHS, Remember, build_model, callbacks_in, data, fit, outcome

import minicnn as mc
from minicnn.archive import read_archive, write_archive
from minicnn.callbacks import BackupAndRestore, Callback
from minicnn.callbacks.backup import first_difference

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="lives are forks")

BY_EPOCH = [
    ["on_train_batch_end", 3], ["on_epoch_end", 1], ["fsync", 1], ["replace", 2], ["replaced", 1],
    ["on_train_batch_end", 1], ["on_epoch_begin", 1], ["on_train_begin", 1], ["on_train_end", 1],
]  # fmt: skip
BY_BATCH = [
    ["on_train_batch_end", 3], ["fsync", 2], ["replace", 1], ["replaced", 3], ["on_train_batch_end", 4],
    ["on_epoch_end", 1], ["fsync", 3], ["replaced", 1], ["on_train_end", 1],
]  # fmt: skip


class Killed(BaseException):
    """Stands for a kill in tests that need none: ``fit`` has no time to tidy up."""


class Stop(Callback):
    """End the process, so to say, after ``batches`` batches."""

    runs_last = True

    def __init__(self, batches):
        self.left = batches

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise Killed


def interrupted(folder, batches=2 * BATCHES + 2, **arguments):
    """A run that ended before its time, with its backup in ``folder``."""
    model = build_model()
    with pytest.raises(Killed):
        fit(model, [*callbacks_in(folder, **arguments), Stop(batches)])
    return model


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """What comes out when nothing happens."""
    folder = tmp_path_factory.mktemp("straight")
    model = build_model()
    fit(model, callbacks_in(folder))
    (folder / "outcome").write_text("")
    return json.loads(json.dumps(outcome(model, folder)))


def kill_and_compare(tmp_path, save_freq, plan, straight):
    script = Path(__file__).with_name("killed_runs.py")
    command = [sys.executable, str(script), str(tmp_path / "run"), json.dumps(save_freq), json.dumps(plan)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found = json.loads((tmp_path / "run.json").read_text())
    # A ModelCheckpoint that was killed while it saved may leave its temporary file; a backup never.
    found["files"] = {k: v for k, v in found["files"].items() if not k.startswith(".best.mcnn.")}
    assert found == straight


@needs_fork
@pytest.mark.parametrize(("save_freq", "plan"), [("epoch", BY_EPOCH), (3, BY_BATCH), (1, BY_BATCH)])
def test_a_run_killed_nine_times_ends_with_the_same_bits(tmp_path, straight, save_freq, plan):
    kill_and_compare(tmp_path, save_freq, plan, straight)


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_run_killed_at_random_moments_ends_with_the_same_bits(tmp_path, straight, seed):
    draw = random.Random(seed)
    kinds = ["fsync", "replace", "replaced", "on_train_batch_end", "on_train_batch_begin", "on_epoch_end"]
    plan = [[draw.choice(kinds), draw.choice([1, 1, 2])] for _ in range(6)] + [["on_train_begin", 1]]
    kill_and_compare(tmp_path, draw.choice([1, 2]), plan, straight)


@pytest.mark.parametrize("save_freq", ["epoch", 1, 4, BATCHES])
def test_an_interrupted_fit_goes_on_in_the_same_program(tmp_path, straight, save_freq):
    """As in a notebook: the same model object, its learning rate already changed by callbacks."""
    model = interrupted(tmp_path, save_freq=save_freq)
    fit(model, callbacks_in(tmp_path, save_freq))
    (tmp_path / "outcome").write_text("")
    assert json.loads(json.dumps(outcome(model, tmp_path))) == straight


def test_nothing_is_trained_twice(tmp_path):
    interrupted(tmp_path, batches=2 * BATCHES + 4, save_freq=4)
    batches = []

    class Count(Callback):
        def on_train_batch_end(self, batch, logs=None):
            batches.append(batch)

    fit(build_model(), [*callbacks_in(tmp_path, 4), Count()])
    assert len(batches) == EPOCHS * BATCHES - 12  # the last backup came after the 12th batch
    assert batches[:4] == [2, 3, 4, 0]


def test_the_backup_goes_when_the_run_is_through_or_stays_if_asked(tmp_path):
    fit(build_model(), callbacks_in(tmp_path))
    assert not (tmp_path / "backup").exists()
    model = build_model()
    fit(model, [BackupAndRestore(tmp_path / "kept", delete_checkpoint=False)], epochs=2)
    assert (tmp_path / "kept" / "backup.mcnn").exists()
    more = build_model()
    history = fit(more, [BackupAndRestore(tmp_path / "kept", delete_checkpoint=False)], epochs=4)
    assert history.epoch == [0, 1, 2, 3]
    fit(model := build_model(), [], epochs=4)
    for a, b in zip(model.get_weights(), more.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("save_freq", "batches", "where"),
    [("epoch", 3 * BATCHES + 1, "the end of epoch 3"), (1, 2 * BATCHES + 3, "batch 3 of epoch 3"),
     (12, 3 * BATCHES + 1, "batch 2 of epoch 3")],  # the log has a line that the backup does not know
)
def test_a_run_does_not_go_back(tmp_path, save_freq, batches, where):
    """Asked for two epochs, fit would else return the scores of three as theirs."""
    interrupted(tmp_path, batches, save_freq=save_freq)
    model, callbacks = build_model(), callbacks_in(tmp_path, save_freq)
    log = (tmp_path / "log.csv").read_text()
    with pytest.raises(ValueError, match=f"further than epochs=2, at {where}: ask for more, or"):
        fit(model, callbacks, epochs=2)
    assert_equal_weights(model, build_model())
    assert (model.step, model.position.epoch, model.history.epoch) == (0, 0, [])
    assert (tmp_path / "log.csv").read_text() == log


def test_a_run_that_was_stopped_early_stays_stopped(tmp_path):
    class StopAtOnce(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = True

    for save_freq in ("epoch", 1000):
        path = tmp_path / str(save_freq)
        for _ in range(2):
            backup = BackupAndRestore(path, save_freq, delete_checkpoint=False)
            history = fit(build_model(), [StopAtOnce(), backup])
            assert history.epoch == [0]


@pytest.mark.parametrize(
    ("name", "made_before", "file"),
    [
        ("run", None, "run/backup.mcnn"),
        ("run.old", "folder", "run.old/backup.mcnn"),
        ("deep/run.mcnn", None, "deep/run.mcnn"),
        ("run", "file", "run"),
    ],
)
def test_a_folder_or_a_file(tmp_path, name, made_before, file):
    path = tmp_path / name
    if made_before == "folder":
        path.mkdir()
    if made_before == "file":
        interrupted(tmp_path)
        os.replace(tmp_path / "backup" / "backup.mcnn", path)
    callback = BackupAndRestore(path)
    assert Path(callback.path) == tmp_path / file


def test_files_of_others_in_the_folder_stay(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "notes.txt").touch()
    fit(build_model(), [BackupAndRestore(tmp_path / "runs")], epochs=1)
    assert os.listdir(tmp_path / "runs") == ["notes.txt"]


# ------------------------------------------------------------------------------- what is refused


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


def test_a_folder_may_move(tmp_path, straight):
    (tmp_path / "old").mkdir()
    interrupted(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    fit(model := build_model(), callbacks_in(tmp_path / "new"))
    assert model.history.history == straight["history"]


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


@pytest.mark.parametrize("save_freq", ["epoch", 2])
def test_batches_from_an_iterable_go_on_too(tmp_path, save_freq):
    x, y = data()
    batches = [(x[k : k + 10], y[k : k + 10]) for k in range(0, len(x), 10)]
    straight, killed, resumed = build_model(), build_model(), build_model()
    straight.fit(batches, epochs=3, verbose=0)
    with pytest.raises(Killed):
        killed.fit(batches, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path, save_freq), Stop(9)])
    resumed.fit(batches, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path, save_freq)])
    assert resumed.history.history == straight.history.history
    for a, b in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


class Harmonic(mc.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        return 0.1 / (1 + step)


def test_a_schedule_of_ones_own_goes_on_too(tmp_path):
    x, y = data()
    models = [build_model() for _ in range(3)]
    for model in models:
        model.compile(mc.optimizers.SGD(Harmonic(), momentum=0.9), "sparse_categorical_crossentropy")
    straight, killed, resumed = models
    straight.fit(x, y, 10, epochs=3, verbose=0)
    with pytest.raises(Killed):
        killed.fit(x, y, 10, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path / "b", 2), Stop(9)])
    resumed.fit(x, y, 10, epochs=3, verbose=0, callbacks=[BackupAndRestore(tmp_path / "b", 2)])
    for a, b in zip(straight.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_seed_nobody_chose_does_not_count(tmp_path, monkeypatch):
    monkeypatch.setattr("minicnn.random.seed_was_set", lambda: False)
    interrupted(tmp_path)
    model = other_seed()
    assert fit(model, callbacks_in(tmp_path)).epoch == list(range(EPOCHS))
    assert model.seed == 5


def test_a_damaged_backup_is_refused_and_kept(tmp_path):
    interrupted(tmp_path)
    path = tmp_path / "backup" / "backup.mcnn"
    damaged = path.read_bytes()[:-1]
    path.write_bytes(damaged)
    with pytest.raises(ValueError, match=r"backup\.mcnn cannot be read.*make it anew"):
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


class Note(Callback):
    """Puts into the logs what is no number."""

    def on_epoch_end(self, epoch, logs=None):
        logs["note"] = [None, "a", True, [1, 2], {"a": 1}][epoch % 5]


def test_a_history_may_hold_whatever_json_does(tmp_path):
    with pytest.raises(Killed):
        fit(build_model(), [Note(), *callbacks_in(tmp_path), Stop(2 * BATCHES + 2)])
    history = fit(build_model(), [Note(), *callbacks_in(tmp_path)])
    assert len(history.history["note"]) == EPOCHS and history.history["note"][:2] == [None, "a"]


def test_only_what_a_callback_remembers_is_restored(tmp_path):
    interrupted(tmp_path)
    path = tmp_path / "backup" / "backup.mcnn"
    document, arrays = read_archive(path)
    document["callbacks"]["0_EarlyStopping"]["on_train_end"] = "anything"
    write_archive(path, document, arrays)
    assert fit(build_model(), callbacks_in(tmp_path)).epoch == list(range(EPOCHS))


def test_a_model_in_place_of_a_backup_is_refused(tmp_path):
    build_model().save(tmp_path / "m.mcnn")
    with pytest.raises(ValueError, match=r"m\.mcnn holds a minicnn model, not a minicnn backup"):
        fit(build_model(), [BackupAndRestore(tmp_path / "m.mcnn")])


def test_a_full_disk_keeps_the_old_backup_and_the_model(tmp_path, monkeypatch, straight):
    interrupted(tmp_path, batches=BATCHES + 2)
    old = read_archive(tmp_path / "backup" / "backup.mcnn")[0]
    model = build_model()

    def no_room(handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", no_room)
        with pytest.raises(OSError, match="disk is full"):
            fit(model, callbacks_in(tmp_path))
    assert read_archive(tmp_path / "backup" / "backup.mcnn")[0] == old
    assert os.listdir(tmp_path / "backup") == ["backup.mcnn"]
    fit(model, callbacks_in(tmp_path))
    (tmp_path / "outcome").write_text("")
    assert json.loads(json.dumps(outcome(model, tmp_path))) == straight


def test_a_vanished_folder_is_named(tmp_path):
    class Vanish(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            (tmp_path / "backup").rmdir()

    with pytest.raises(FileNotFoundError, match=r"cannot write .*backup\.mcnn.*the folder does not exist"):
        fit(build_model(), [Vanish(), BackupAndRestore(tmp_path / "backup")])


def test_leftovers_of_killed_saves_are_removed(tmp_path):
    interrupted(tmp_path)
    (tmp_path / "backup" / ".backup.mcnn.0123abcd.tmp").touch()
    fit(build_model(), callbacks_in(tmp_path))
    assert not (tmp_path / "backup").exists()


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
