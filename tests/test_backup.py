"""BackupAndRestore: killed at any moment, a run ends with the same bits."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from agreement import assert_equal_weights
from killed_runs import (
    BATCHES,
    EPOCHS,
    Harmonic,
    Killed,
    Stop,
    build_model,
    callbacks_in,
    data,
    fit,
    interrupted,
    outcome,
)

import minicnn as mc
from minicnn.archive import read_archive, write_archive
from minicnn.callbacks import BackupAndRestore, Callback

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="lives are forks")

BY_EPOCH = [
    ["on_train_batch_end", 3], ["on_epoch_end", 1], ["fsync", 1], ["replace", 2], ["replaced", 1],
    ["on_train_batch_end", 1], ["on_epoch_begin", 1], ["on_train_begin", 1], ["on_train_end", 1],
]  # fmt: skip
BY_BATCH = [
    ["on_train_batch_end", 3], ["fsync", 2], ["replace", 1], ["replaced", 3], ["on_train_batch_end", 4],
    ["on_epoch_end", 1], ["fsync", 3], ["replaced", 1], ["on_train_end", 1],
]  # fmt: skip


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


def test_a_folder_may_move(tmp_path, straight):
    (tmp_path / "old").mkdir()
    interrupted(tmp_path / "old")
    (tmp_path / "old").rename(tmp_path / "new")
    fit(model := build_model(), callbacks_in(tmp_path / "new"))
    assert model.history.history == straight["history"]


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


@pytest.mark.skipif(os.name == "nt", reason="Windows lets few users make links")
def test_behind_a_link_nothing_stays(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "b.mcnn").symlink_to(tmp_path / "there" / "b.mcnn")
    for _ in range(2):
        fit(build_model(), [BackupAndRestore(tmp_path / "b.mcnn")])
        assert [*(tmp_path / "there").iterdir()] == [] and (tmp_path / "b.mcnn").is_symlink()


@pytest.mark.parametrize("make", [
    lambda folder: BackupAndRestore(folder / "backup"),
    lambda folder: mc.callbacks.ModelCheckpoint(folder / "best.mcnn"),
    lambda folder: mc.callbacks.ModelCheckpoint(folder / "runs" / "{epoch}"),
    lambda folder: mc.callbacks.CSVLogger(folder / "no such folder" / "log.csv"),
])  # fmt: skip
def test_where_nothing_can_be_written_no_batch_is_trained(tmp_path, monkeypatch, make):
    """An hour may pass until the first epoch is through."""
    usual = open

    def read_only(name, *mode, **options):
        if str(name).endswith(".tmp"):
            raise OSError(30, "Read-only file system")
        return usual(name, *mode, **options)

    monkeypatch.setattr("builtins.open", read_only)
    model = build_model()
    with pytest.raises(OSError, match=r"cannot write .*read-only|the folder does not exist"):
        fit(model, [make(tmp_path)])
    assert model.step == 0 and not [*tmp_path.rglob("*.*")]
