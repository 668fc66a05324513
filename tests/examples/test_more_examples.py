"""Write-ups B, D and E: every script, run for one short epoch, and what becomes of its numbers."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from trials import TRIAL, figures, name_their_data, run

import minicnn as mc
from examples import (
    cifar_early_stopping,
    cifar_overfitting,
    cifar_predictions,
    one_step,
    reproduce,
)


def test_only_the_choices_of_that_flag_are_named(capsys):
    with pytest.raises(SystemExit):
        cifar_overfitting.main(["--model", "third"])
    assert capsys.readouterr().err.endswith(" There are first, second, final\n")


def test_overfitting(tmp_path, capsys):
    metrics = run(cifar_overfitting, tmp_path)
    assert list(metrics["parts"]) == ["first", "second", "final"]
    recipe = metrics["parts"]["first"]["recipe"]
    assert (recipe["pixels"], recipe["validation_data"]) == ("0..255", "the last fifth")
    assert (recipe["batch_size"], recipe["loss"]["class_name"]) == (128, "SparseCategoricalCrossentropy")
    assert recipe["optimizer"]["class_name"] == "Adam"
    assert figures(tmp_path) == {
        "images": (1092, 161), **{f"{name}_curves": (1000, 420) for name in ("first", "second", "final")},
    }  # fmt: skip
    shown = capsys.readouterr().out
    history = metrics["parts"]["second"]["history"]
    gap = history["accuracy"][-1] - history["val_accuracy"][-1]
    assert f"second  {gap:+.4f} (documented +0.3637)" in shown
    assert "epochs 1 instead of 20 and 30" in shown


def test_early_stopping(tmp_path, capsys, words):
    metrics = run(cifar_early_stopping, tmp_path)
    assert name_their_data(words)
    shown = capsys.readouterr().out
    assert "precision    recall  f1-score   support" in shown and "weighted avg" in shown
    confusion = np.array(metrics["confusion"])
    assert confusion.shape == (10, 10) and confusion.sum() == 256
    assert np.trace(confusion) / 256 == pytest.approx(metrics["test"]["accuracy"])
    assert figures(tmp_path).keys() == {"images", "curves", "confusion", "prediction"}


def test_stopping_early_is_being_whole(tmp_path, monkeypatch):
    """A loss that only grows ends the run after the third epoch; the reproduction takes it for complete."""
    fit = mc.Sequential.fit

    def worse_every_epoch(self, *args, callbacks, **arguments):
        class Worse(mc.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["val_loss"] = epoch + 1.0

        return fit(self, *args, callbacks=[Worse(), *callbacks], **arguments)

    monkeypatch.setattr(mc.Sequential, "fit", worse_every_epoch)
    metrics = run(cifar_early_stopping, tmp_path, "--subset", "40", "--epochs", "9")
    assert (metrics["epoch_reached"], metrics["stopped_early"], metrics["recipe"]["epochs"]) == (3, True, 9)
    assert reproduce.is_whole(next(tmp_path.glob("*.json")))


def test_predictions(tmp_path, capsys):
    metrics = run(cifar_predictions, tmp_path, "--at-most", "3")
    fresh, on = metrics["parts"]["fresh"], metrics["parts"]["on"]
    assert set(fresh["history"]) == {
        "loss", "sparse_categorical_crossentropy", "val_loss", "val_sparse_categorical_crossentropy",
    }  # fmt: skip
    assert fresh["epoch_reached"] == 1 and on["epoch_reached"] == 3
    assert min(on["history"]["val_loss"]) > 1.5843  # never below, so nothing is reached *again*
    assert "was not reached again after 3 epochs" in capsys.readouterr().out
    sizes = figures(tmp_path)
    assert sizes.keys() == {"images", "losses", "losses_on", "predictions"}
    assert sizes["losses"] == (560, 420)
    assert reproduce.is_whole(next(tmp_path.glob("*.json")))


@pytest.mark.parametrize(
    "before, on",
    [([2.0, 1.7, 1.5, 1.2], [1.4, 1.59]), ([2.0, 1.9], [1.7, 1.5, 1.3, 1.6]), ([1.5], [1.5843])],
)
def test_going_on_until_the_loss_has_risen_again(before, on):
    """The epoch that reaches it is the last of ``on``: neither an earlier one nor one not yet below it."""
    model = SimpleNamespace(stop_training=False, history=mc.callbacks.History())
    stop = cifar_predictions.StopAgain(1.5843, before)
    stop.set_model(model)
    stopped = []
    for epoch, loss in enumerate(on):
        model.history.on_epoch_end(epoch, {"val_loss": loss})
        stop.on_epoch_end(epoch, {"val_loss": loss})
        stopped.append(model.stop_training)
    assert stopped == [False] * (len(on) - 1) + [True]


def test_the_committed_runs_ended_where_the_rule_ends_them():
    paths = sorted((reproduce.table.RESULTS / "predictions").glob("seed*.json"))
    assert len(paths) >= 3
    for path in paths:
        fresh, on = (part["history"]["val_loss"] for part in json.loads(path.read_text())["parts"].values())
        ends = [cifar_predictions.risen_again(fresh + on[:k], 1.5843) for k in range(1, len(on) + 1)]
        assert ends.index(True) == len(on) - 1


@pytest.mark.parametrize("most", ["2", "3"])
def test_at_most_as_many_epochs_as_there_are_anyway(most, tmp_path):
    with pytest.raises(ValueError, match=f"--at-most {most} leaves nothing to go on with after the first 3"):
        cifar_predictions.main([*TRIAL, "--epochs", "3", "--at-most", most, "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_going_on_resumes(tmp_path):
    flags = ("--subset", "80", "--at-most", "3")
    whole = run(cifar_predictions, tmp_path / "whole", *flags)
    run(cifar_predictions, tmp_path / "parts", *flags[:3], "2")
    resumed = run(cifar_predictions, tmp_path / "parts", *flags, "--resume")
    assert resumed["parts"]["on"]["history"] == whole["parts"]["on"]["history"]  # to the bit


def test_one_step(tmp_path, capsys):
    out = tmp_path / "one_step.json"
    one_step.main(["Base", "--batch-size", "4", "--steps", "1", "--out", str(out)])
    found = json.loads(out.read_text())["Base"]
    assert (found["params"], found["batch_size"], found["steps"]) == (2_395_434, 4, 1)
    assert found["step"] > 0 and found["peak_memory"] > 4 * found["params"]
    assert "2,395,434 parameters, 4 pictures" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        one_step.main(["ResNet"])
    assert "'ResNet' is none of Base, final, AlexNet, VGG16" in capsys.readouterr().err
