"""Ctrl-C in a training with a backup: it is kept to the batch, and goes on with the same bits.

Real signals, in processes of their own, that send them to themselves: nothing depends on who is faster.
"""

import json
import signal
import subprocess
import sys
import threading

import pytest
from agreement import ROOT
from killed_runs import EPOCHS, build_model, callbacks_in, fit, outcome

from minicnn.archive import read_archive
from minicnn.callbacks import BackupAndRestore, Callback
from minicnn.callbacks.interrupt import Interrupt

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to a console")

CHILD = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a job in the background lacks
sys.path.insert(0, {tests!r})
from killed_runs import build_model, callbacks_in, fit
from minicnn.callbacks import Callback

class Press(Callback):
    "Ctrl-C, pressed amid the third batch of the second epoch, or in its validation; or from outside."
    def on_train_batch_begin(self, batch, logs=None):
        if {when!r} == "batch" and (self.model.position.epoch, batch) == (1, 2):
            signal.raise_signal(signal.SIGINT)
        if {when!r} == "twice" and (self.model.position.epoch, batch) == (1, 2):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    def on_epoch_end(self, epoch, logs=None):
        if {when!r} == "validation" and epoch == 1:
            signal.raise_signal(signal.SIGINT)

    def release(self):
        if {when!r} == "release":
            signal.raise_signal(signal.SIGINT)

    def on_train_end(self, logs=None):
        if {when!r} == "end":
            signal.raise_signal(signal.SIGINT)

fit(build_model(), [Press(), *callbacks_in(Path({folder!r}))])
print("not stopped")
"""


def stopped(folder, when):
    """What the child says, and where its backup stands, ``(epoch, batch)``."""
    code = CHILD.format(tests=str(ROOT / "tests"), folder=str(folder), when=when)
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.stdout == "" and ended.returncode == -signal.SIGINT, ended.stderr
    document, _ = read_archive(folder / "backup" / "backup.mcnn")
    return ended.stderr, (document["model"]["position"]["epoch"], document["model"]["position"]["batch"])


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """What comes out when nothing happens."""
    folder = tmp_path_factory.mktemp("straight")
    fit(model := build_model(), callbacks_in(folder))
    return outcome(model, folder)


@pytest.mark.parametrize(
    "when, position, words",
    [
        ("batch", (1, 3), "up to batch 3 of epoch 2: fit the same way again to go on from there"),
        pytest.param(
            "validation", (2, 0), "up to the end of epoch 2: fit the same way again to go on from there",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_it_is_kept_and_goes_on_with_the_same_bits(when, position, words, tmp_path, straight):
    said, at = stopped(tmp_path, when)
    assert at == position
    assert "Ctrl-C: stopping when this batch, or validation, is through" in said
    last = said.splitlines()[-1]
    assert last.startswith(f"KeyboardInterrupt: {tmp_path}") and last.endswith(words)
    history = fit(model := build_model(), callbacks_in(tmp_path))
    assert history.epoch == list(range(EPOCHS))
    assert json.loads(json.dumps(outcome(model, tmp_path))) == json.loads(json.dumps(straight))


@pytest.mark.slow
def test_a_second_one_stops_at_once(tmp_path):
    said, at = stopped(tmp_path, "twice")
    assert at == (1, 0)  # what the end of the first epoch kept
    assert "fit the same way again" not in said and said.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.slow
@pytest.mark.parametrize("when", ["release", "end"])
def test_a_complete_run_is_not_begun_anew(when, tmp_path, straight):
    """Pressed when the last epoch is kept: what comes after ``fit`` does not happen, and nothing is lost."""
    _, at = stopped(tmp_path, when)
    assert at == (EPOCHS, 0)
    fit(model := build_model(), callbacks_in(tmp_path))
    assert outcome(model, tmp_path)["weights"] == straight["weights"]


# ------------------------------------------------------------------------------- whose Ctrl-C it is


@pytest.fixture
def usual():
    """Python's own way with Ctrl-C, also where these tests run in the background."""
    assert threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield signal.default_int_handler
    signal.signal(signal.SIGINT, before)


class Look(Callback):
    """Who has Ctrl-C while the run trains; and, where wanted, an error."""

    def __init__(self, fail_in=None):
        self.fail_in = fail_in

    def on_train_begin(self, logs=None):
        assert self.fail_in != "begin"

    def on_train_batch_end(self, batch, logs=None):
        self.seen = signal.getsignal(signal.SIGINT)
        assert self.fail_in != "batch"


class Late(Look):
    """Heard of after the backup."""

    runs_last = True


@pytest.mark.parametrize("look", [Look(), Look("batch"), Late("begin")])
def test_it_is_given_back_however_fit_ends(look, usual, tmp_path):
    callbacks = [BackupAndRestore(tmp_path / "backup"), look]
    if look.fail_in:
        with pytest.raises(AssertionError):
            fit(build_model(), callbacks)
    else:
        fit(build_model(), callbacks)
        assert isinstance(look.seen.__self__, Interrupt)
    assert signal.getsignal(signal.SIGINT) is usual


def test_without_a_backup_nothing_is_held_back(usual):
    fit(build_model(), [look := Look()])
    assert look.seen is usual


def test_a_handler_of_ones_own_stays(usual, tmp_path):
    def own(number, frame):
        raise AssertionError

    signal.signal(signal.SIGINT, own)
    fit(build_model(), [BackupAndRestore(tmp_path / "backup"), look := Look()])
    assert look.seen is own and signal.getsignal(signal.SIGINT) is own


def test_fit_in_another_thread_leaves_it_alone(usual, tmp_path):
    look = Look()
    thread = threading.Thread(target=fit, args=(build_model(), [BackupAndRestore(tmp_path / "backup"), look]))
    thread.start()
    thread.join()
    assert look.seen is usual and signal.getsignal(signal.SIGINT) is usual


def test_one_that_came_too_late_for_one_run_does_not_stop_the_next(usual, tmp_path):
    class Press(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if self.model.position.epoch == 1:
                signal.raise_signal(signal.SIGINT)

    callbacks = callbacks_in(tmp_path)
    with pytest.raises(KeyboardInterrupt, match="batch 1 of epoch 2"):
        fit(build_model(), [Press(), *callbacks])
    assert fit(build_model(), callbacks).epoch == list(range(EPOCHS))
