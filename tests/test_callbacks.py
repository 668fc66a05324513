"""Callbacks, driven by made-up logs: what each does, and that it goes on where its state was taken."""

import contextlib
import json
import math
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from minicnn.callbacks import (
    Callback,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TerminateOnNaN,
)
from tests.made_up_epochs import StandIn, epochs_of, fit

KERAS = json.loads((Path(__file__).parent / "oracles" / "callbacks.json").read_text())


# ------------------------------------------------------------------------------------ the list


class Diary(Callback):
    def __init__(self, notes, name):
        self.notes, self.name = notes, name

    def on_epoch_end(self, epoch, logs=None):
        self.notes.append((self.name, epoch, dict(logs)))
        logs[self.name] = epoch


class LateDiary(Diary):
    runs_last = True


def test_the_order_is_given_ones_then_history_then_those_that_run_last():
    notes = []
    _, history = fit([LateDiary(notes, "late"), Diary(notes, "a"), Diary(notes, "b")], [{"loss": 1.0}])
    assert [name for name, *_ in notes] == ["a", "b", "late"]
    assert history.history == {"loss": [1.0], "a": [0], "b": [0]}
    assert history.epoch == [0]
    assert history.params == {"epochs": 9}


def test_terminate_on_nan_is_always_there_and_never_twice():
    for given in (None, [], [TerminateOnNaN()], TerminateOnNaN()):
        names = [type(c).__name__ for c in CallbackList(given, StandIn(), {}, History())]
        assert names == ["TerminateOnNaN", "History"]


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        ([EarlyStopping], r"got the class EarlyStopping: write EarlyStopping\(\)"),
        (["early"], "derived from mc.callbacks.Callback, got 'early'"),
    ],
)
def test_what_is_no_callback_is_named(callbacks, message):
    with pytest.raises(TypeError, match=message):
        CallbackList(callbacks, StandIn(), {}, History())


class Mine(Callback):
    def __init__(self, often, rule, name, *, shape=(1, 2), hidden=3):
        self.often, self.rule, self.name, self.shape, self._hidden = often, rule, name, shape, hidden


def test_the_configuration_is_what_json_knows_of_the_arguments():
    assert Mine(np.float32(0.5), len, name=None).get_config() == {"often": 0.5, "name": None, "shape": (1, 2)}
    assert CSVLogger("log.csv", append=True).get_config() == {"separator": ",", "append": True}
    config = ReduceLROnPlateau("loss", factor=0.5, verbose=1).get_config()
    assert config == {"monitor": "loss", "factor": 0.5, "patience": 10, "mode": "auto", "min_delta": 1e-4,
                      "cooldown": 0, "min_lr": 0.0}
    assert ModelCheckpoint("a.mcnn", save_best_only=True).get_config() == {
        "monitor": "val_loss", "save_best_only": True, "save_weights_only": False, "mode": "auto",
        "save_freq": "epoch", "initial_value_threshold": None,
    }  # fmt: skip


def test_history_goes_on_from_its_state():
    _, history = fit([], epochs_of("loss", [3.0, 2.0]))
    other = History()
    other.load_state(*json.loads(json.dumps(history.state())))
    other.on_epoch_end(2, {"loss": 1.0})
    assert other.history == {"loss": [3.0, 2.0, 1.0]} and other.epoch == [0, 1, 2]
    assert history.history == {"loss": [3.0, 2.0]}


@pytest.mark.parametrize("loss", [math.nan, math.inf, np.float32("-inf")])
def test_terminate_on_nan_names_the_layer(capsys, loss):
    model = StandIn()
    model.bad_layer = SimpleNamespace(name="conv2d_1")
    _, history = fit([], [{"loss": 1.0}, {"loss": loss}, {"loss": 1.0}], model)
    assert history.epoch == [0, 1]
    said = capsys.readouterr().out
    assert "Batch 0" in said and "'conv2d_1' is the first whose output is not finite" in said
    for layer, message in ((None, "outputs of all layers are finite"), ("input", "clean the data")):
        model.bad_layer = layer
        fit([], [{"loss": loss}], model)
        assert message in capsys.readouterr().out


def test_logs_left_out_are_empty_ones():
    class Strict(Callback):
        seen = ()

        def on_train_begin(self, logs):
            self.seen += (logs,)

        def on_epoch_begin(self, epoch, logs):
            self.seen += (epoch, logs)

    strict = Strict()
    events = CallbackList([strict], StandIn(), {}, History())
    events.on_train_begin()
    events.on_epoch_begin(4)
    events.on_epoch_begin(5, {"a": 1})
    assert strict.seen == ({}, 4, {}, 5, {"a": 1})


# ------------------------------------------------------------------- callbacks that watch a number


@pytest.mark.parametrize("case", KERAS, ids=[f"{i}-{case['callback']}" for i, case in enumerate(KERAS)])
def test_the_same_decisions_as_keras(case):
    class Rates(Callback):
        seen = ()

        def on_epoch_end(self, epoch, logs=None):
            self.seen += (self.model.optimizer.learning_rate,)

    kind = {"EarlyStopping": EarlyStopping, "ReduceLROnPlateau": ReduceLROnPlateau}[case["callback"]]
    rates = Rates()
    logs = epochs_of(case["arguments"]["monitor"], case["values"])
    model, history = fit([kind(**case["arguments"]), rates], logs)
    assert len(history.epoch) == case["result"]["epochs"]
    assert model.weights == case["result"]["weights"]
    assert list(rates.seen) == case["result"]["rates"]


@pytest.mark.parametrize("stop_after", range(1, 6))
@pytest.mark.parametrize(
    "make",
    [
        lambda: EarlyStopping(patience=3, restore_best_weights=True),
        lambda: ReduceLROnPlateau(patience=2, cooldown=1, factor=0.5),
    ],
)
def test_a_monitor_goes_on_from_its_state(make, stop_after):
    logs = epochs_of("val_loss", [0.9, 0.5, 0.6, 0.6, 0.6, 0.6, 0.2, 0.3])
    straight, _ = fit(make(), logs)

    first, second = make(), make()
    first.on_train_end = lambda logs: None  # killed before
    model, _ = fit(first, logs[:stop_after])
    state = json.loads(json.dumps(first.state()[0])), first.state()[1]
    if not model.stop_training:
        model, _ = fit(second, logs, model, stop_after, on_begun=lambda: second.load_state(*state))
        assert model.weights == straight.weights
    assert model.stop_training == straight.stop_training
    assert model.optimizer.learning_rate == straight.optimizer.learning_rate


def test_early_stopping_starts_anew_in_a_second_fit():
    callback = EarlyStopping(patience=2)
    fit(callback, epochs_of("val_loss", [0.1, 0.2, 0.3]))
    _, history = fit(callback, epochs_of("val_loss", [0.9, 0.8, 0.7]))
    assert history.epoch == [0, 1, 2]


def test_nan_is_never_the_best():
    logs = epochs_of("val_loss", [math.nan, 0.5, math.nan, 0.6])
    model, history = fit(EarlyStopping(patience=2, restore_best_weights=True), logs)
    assert model.weights == [1.0]
    assert history.epoch == [0, 1, 2, 3]


def test_early_stopping_says_what_it_does(capsys):
    fit(EarlyStopping(patience=1, verbose=1, restore_best_weights=True), epochs_of("val_loss", [0.1, 0.2]))
    said = capsys.readouterr().out
    assert "Epoch 2: no better val_loss for 1 epoch, stopping early." in said
    assert "weights of epoch 1, the best" in said


@pytest.mark.parametrize(
    ("monitor", "logs", "message"),
    [
        ("val_loss", {"loss": 1.0}, "did you mean 'loss'.*need validation_data or validation_split"),
        ("val_los_loss", {"val_loss": 1.0}, r"did you mean 'val_loss'\?$"),
        ("zzz_acc", {"loss": 1.0}, "there are 'loss'"),
    ],
)
def test_a_monitor_that_is_not_in_the_logs_is_named(monitor, logs, message):
    with pytest.warns(UserWarning, match=message):
        _, history = fit(EarlyStopping(monitor), [logs])
    assert history.epoch == [0]


@pytest.mark.parametrize("kind", [EarlyStopping, ReduceLROnPlateau])
def test_a_direction_that_cannot_be_known_is_asked_for(kind):
    with pytest.raises(ValueError, match="whether lower or higher is better"):
        kind("val_speed")
    with pytest.raises(ValueError, match="expects mode to be one of 'auto', 'min', 'max', got 'down'"):
        kind("val_loss", mode="down")
    assert kind("val_speed", mode="max").improves(2.0, 1.0)
    with pytest.raises(ValueError, match=f"{kind.__name__} expects monitor to be a name, .*got 5"):
        kind(5)
    with pytest.raises(ValueError, match=f"{kind.__name__}.min_delta expects a number, got 'a bit'"):
        kind("val_loss", min_delta="a bit")
    assert kind("val_categorical_crossentropy").improves(1.0, 2.0)
    assert kind("accuracy").improves(2.0, 1.0)


def test_a_monitored_value_that_is_no_number_is_named():
    with pytest.raises(TypeError, match=r"EarlyStopping watches 'loss', which is no number: \[1, 2\]"):
        EarlyStopping("loss").on_epoch_end(0, {"loss": [1, 2]})


@pytest.mark.parametrize(("kind", "argument", "value", "due"), [
    (EarlyStopping, "patience", "long", "a whole number >= 0"),
    (EarlyStopping, "start_from_epoch", 1.5, "a whole number >= 0"),
    (EarlyStopping, "baseline", "high", "a number or None"),
    (ReduceLROnPlateau, "patience", -1, "a whole number >= 0"),
    (ReduceLROnPlateau, "cooldown", None, "a whole number >= 0"),
    (ReduceLROnPlateau, "min_lr", "low", "a finite number >= 0"),
    (ModelCheckpoint, "initial_value_threshold", math.nan, "a number or None"),
])  # fmt: skip
def test_what_would_fail_after_an_epoch_is_refused_before(kind, argument, value, due):
    where = {"filepath": "m"} if kind is ModelCheckpoint else {}
    with pytest.raises(ValueError, match=f"{kind.__name__}.{argument} expects {due}, got {value!r}"):
        kind(**where, **{argument: value})


# ------------------------------------------------------------------------------ the learning rate


def test_the_schedule_gets_the_epoch_and_the_rate_where_it_takes_it():
    _, history = fit(LearningRateScheduler(lambda epoch, rate: rate / 2), epochs_of("loss", [1.0] * 3))
    assert history.history["learning_rate"] == [0.5, 0.25, 0.125]
    _, history = fit(LearningRateScheduler(lambda epoch: 1 / (1 + epoch)), epochs_of("loss", [1.0] * 3))
    assert history.history["learning_rate"] == [1.0, 1 / 2, 1 / 3]


def test_an_error_inside_the_schedule_is_not_swallowed():
    def schedule(epoch, rate):
        return rate + "x"

    with pytest.raises(TypeError, match="unsupported operand"):
        fit(LearningRateScheduler(schedule), epochs_of("loss", [1.0]))


@pytest.mark.parametrize("rate", [None, "0.1", math.nan, -1.0, math.inf])
def test_a_rate_that_is_none_is_refused(rate):
    with pytest.raises(ValueError, match="in epoch 0, expected a number >= 0"):
        fit(LearningRateScheduler(lambda epoch: rate), epochs_of("loss", [1.0]))
    with pytest.raises(TypeError, match=r"expects a function of the epoch, got 0\.1"):
        LearningRateScheduler(0.1)


@pytest.mark.parametrize("callback", [LearningRateScheduler(lambda epoch: 0.1), ReduceLROnPlateau()])
def test_a_rate_that_follows_a_schedule_is_not_overwritten(callback):
    class CosineDecay:
        pass

    model = StandIn()
    model.optimizer.learning_rate = CosineDecay()
    with pytest.raises(ValueError, match="the optimizer follows a CosineDecay: give the"):
        fit(callback, epochs_of("val_loss", [1.0]), model)


@pytest.mark.parametrize("factor", [1.0, 0.0, -0.5, 2])
def test_a_factor_that_does_not_reduce_is_refused(factor):
    with pytest.raises(ValueError, match="a factor between 0 and 1"):
        ReduceLROnPlateau(factor=factor)


@pytest.mark.parametrize("callback, epochs, said", [
    (LearningRateScheduler(lambda epoch: 0.25 / (1 + epoch), verbose=1), 2,
     "\nEpoch 1: the learning rate is 0.25.\n\nEpoch 2: the learning rate is 0.125.\n"),
    (ReduceLROnPlateau("loss", factor=0.5, patience=1, min_lr=0.5, verbose=1), 4,
     # only once: then it is at its least
     "\nEpoch 2: no better loss, learning rate 1 becomes 0.5.\n"),
])  # fmt: skip
def test_what_is_done_to_the_rate_is_said(capsys, callback, epochs, said):
    fit(callback, epochs_of("loss", [1.0] * epochs))
    assert capsys.readouterr().out == said


def test_without_the_monitored_value_the_rate_stays_with_a_warning():
    with pytest.warns(UserWarning, match="there are 'accuracy'"):
        model, _ = fit(ReduceLROnPlateau("zzz_loss", patience=1), epochs_of("accuracy", [0.5] * 3))
    assert model.optimizer.learning_rate == 1.0


@pytest.mark.parametrize("kind", [lambda: LearningRateScheduler(lambda epoch: 0.1), ReduceLROnPlateau])
def test_an_epoch_without_logs_leaves_the_rate(kind):
    """As of somebody's own loop."""
    callback, model = kind(), StandIn()
    callback.set_model(model)
    with pytest.warns(UserWarning) if kind is ReduceLROnPlateau else contextlib.nullcontext():
        callback.on_epoch_end(0)
    assert model.optimizer.learning_rate == 1.0


# ------------------------------------------------------------------------------------ ModelCheckpoint


def test_what_is_saved_and_what_not_is_said(tmp_path, capsys):
    path = tmp_path / "best"
    fit(ModelCheckpoint(path, "loss", save_best_only=True, verbose=1), epochs_of("loss", [0.5, 0.75]))
    no_better = "Epoch 2: loss 0.75000 is no better than 0.5."
    assert capsys.readouterr().out == f"\nEpoch 1: saved {path}.\n\n{no_better}\n"


def test_names_are_filled_in_and_folders_made(tmp_path):
    path = tmp_path / "deep" / "m-{epoch:02d}-{val_loss:.2f}.mcnn"
    model, _ = fit(ModelCheckpoint(path), epochs_of("val_loss", [0.5, 0.25]))
    assert model.saved == ["m-01-0.50.mcnn", "m-02-0.25.mcnn"]
    with pytest.raises(ValueError, match=r"cannot fill in \{val_los\}.*did you mean 'val_loss'"):
        fit(ModelCheckpoint(tmp_path / "{val_los}"), epochs_of("val_loss", [0.5]))


def test_only_the_best_are_saved(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", monitor="val_accuracy", save_best_only=True)
    model, _ = fit(checkpoint, epochs_of("val_accuracy", [0.5, 0.4, 0.6]))
    model, _ = fit(checkpoint, epochs_of("val_accuracy", [0.6, 0.7]), model)  # a second fit goes on
    assert model.saved == ["1", "3", "2"]
    later = ModelCheckpoint(tmp_path / "{epoch}", monitor="val_accuracy", save_best_only=True)
    later.load_state(*checkpoint.state())
    model, _ = fit(later, epochs_of("val_accuracy", [0.7, 0.8]))
    assert model.saved == ["2"]


def test_the_first_value_has_to_beat_the_threshold(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}", save_best_only=True, initial_value_threshold=0.3)
    model, _ = fit(checkpoint, epochs_of("val_loss", [0.4, 0.2]))
    assert model.saved == ["2"]


def test_batches_are_counted_across_epochs(tmp_path):
    checkpoint = ModelCheckpoint(tmp_path / "{epoch}-{batch}", save_freq=2, save_weights_only=True)
    model, _ = fit(checkpoint, epochs_of("loss", [1.0, 1.0, 1.0]))
    assert model.saved == ["1-2", "2-1", "2-3", "3-2"]
    assert (tmp_path / "1-2").read_text() == "weights"


def test_without_the_monitored_value_everything_is_saved_with_a_warning(tmp_path):
    with pytest.warns(UserWarning, match="ModelCheckpoint watches 'val_loss'"):
        model, _ = fit(ModelCheckpoint(tmp_path / "m", save_best_only=True), epochs_of("loss", [0.1]))
    assert model.saved == ["m"]


@pytest.mark.parametrize("save_freq", ["batch", 0, -1, 1.5, True, None])
def test_a_save_freq_that_makes_no_sense_is_refused(save_freq):
    with pytest.raises(ValueError, match="ModelCheckpoint expects save_freq 'epoch' or a number of batches"):
        ModelCheckpoint("m", save_freq=save_freq)


def test_what_a_killed_run_left_goes_when_its_place_is_written_again(tmp_path):
    for name in (".m_1.0123abcd.tmp", ".m_9.0123abcd.tmp"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1e9, 1e9))
    (tmp_path / ".m_1.4567abcd.tmp").touch()  # another process may be writing it now
    fit(ModelCheckpoint(tmp_path / "m_{epoch}"), epochs_of("loss", [0.1]))
    assert sorted(os.listdir(tmp_path)) == [".m_1.4567abcd.tmp", ".m_9.0123abcd.tmp", "m_1"]


def test_a_trial_that_was_killed_is_gone_after_the_next(tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("minicnn.replacing.os.unlink", lambda path: None)  # as good as killed before
        fit(ModelCheckpoint(tmp_path / "m_{epoch}"), [])
    (left,) = os.listdir(tmp_path)
    os.utime(tmp_path / left, (1e9, 1e9))
    fit(ModelCheckpoint(tmp_path / "m_{epoch}"), epochs_of("loss", [0.1]))
    assert os.listdir(tmp_path) == ["m_1"]


@pytest.mark.parametrize("filepath", ["{epoch}.mcnn", "runs/{epoch}/m.mcnn"])
def test_a_folder_that_nobody_named_may_be_there(tmp_path, monkeypatch, filepath):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "0").mkdir()
    (tmp_path / "runs" / "0").mkdir(parents=True)
    model, _ = fit(ModelCheckpoint(filepath), epochs_of("loss", [0.1]))
    assert len(model.saved) == 1 and not [*tmp_path.rglob("*trial*")]


def test_what_only_a_log_shows_is_named_too():
    with pytest.raises(ValueError, match=r"the fields of 'm_\{loss:d\}': Unknown format code 'd'"):
        fit(ModelCheckpoint("m_{loss:d}"), epochs_of("loss", [0.1]))


@pytest.mark.parametrize("path", ["m{}", "m{0}", "m}", "m{epoch:zz}", "m{epoch.what}"])
def test_a_name_that_cannot_be_filled_in_is_refused(path):
    with pytest.raises(ValueError, match="ModelCheckpoint cannot fill in the fields of 'm"):
        ModelCheckpoint(path)


@pytest.mark.parametrize("path", ["m", "m_{epoch:02d}_{val_loss:.2f}_{note:>9}_{batch}", "{{m}}"])
def test_a_name_that_can_be_filled_in(path):
    assert ModelCheckpoint(path).filepath == path


def test_a_level_may_be_infinite():
    assert EarlyStopping(baseline=-math.inf).baseline == -math.inf
    assert ModelCheckpoint("m", initial_value_threshold=math.inf).best == math.inf


def test_a_level_may_be_one_of_numpys(tmp_path):
    """Minus one, of an unsigned one, is 255."""
    model, _ = fit(EarlyStopping("loss", baseline=np.uint8(3), patience=9), epochs_of("loss", [0.5, 0.4]))
    best = ModelCheckpoint(tmp_path / "m", "loss", save_best_only=True, initial_value_threshold=np.uint8(3))
    model, _ = fit(best, epochs_of("loss", [0.5, 4.0]))
    assert model.saved == ["m"] and type(EarlyStopping(baseline=np.float32(1)).baseline) is float


def test_a_name_is_a_text():
    with pytest.raises(ValueError, match="ModelCheckpoint expects filepath to be a text, got b'm'"):
        ModelCheckpoint(b"m")
