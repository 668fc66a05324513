"""A training run that is killed again and again, for test_backup*.py: ``python killed_runs.py FOLDER PLAN``.

PLAN is a JSON list of moments, one per life: ``["fsync", 2]`` kills the process with SIGKILL at the
second fsync of that life, ``["batch", 5]`` after its fifth batch. The life after the last moment runs
to its end. Every life is a fork of one process that has loaded minicnn and its kernels, which saves
the time of starting Python anew.
"""

import contextlib
import hashlib
import json
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

import minicnn as mc

EPOCHS, BATCHES = 4, 5


def build_model():
    mc.set_random_seed(5)
    layers = mc.layers
    model = mc.Sequential([
        layers.Dense(6, activation="relu", input_shape=(4,)),
        layers.Dropout(0.3),
        layers.BatchNormalization(),
        layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    model.compile(mc.optimizers.SGD(0.05, momentum=0.9), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def callbacks_in(folder, save_freq="epoch", delete_checkpoint=True):
    """One of each kind that remembers something; the backup first, to see that it runs last anyway."""
    c = mc.callbacks
    return [
        c.BackupAndRestore(folder / "backup", save_freq, delete_checkpoint),
        c.EarlyStopping(patience=3, restore_best_weights=True),
        c.ReduceLROnPlateau(patience=1, factor=0.7, min_delta=0.05),
        c.LearningRateScheduler(lambda epoch, rate: 0.9 * rate),
        c.ModelCheckpoint(folder / "best.mcnn", save_best_only=True),
        c.CSVLogger(folder / "log.csv"),
    ]


def data():
    draw = np.random.default_rng(2)
    x = draw.random((10 * BATCHES - 3, 4), np.float32)
    return x, draw.integers(0, 3, len(x))


def fit(model, callbacks, epochs=EPOCHS):
    x, y = data()
    return model.fit(x, y, 10, epochs, verbose=0, callbacks=callbacks, validation_data=(x[:7], y[:7]))


def outcome(model, folder):
    """All that has to be the same at the end, as JSON."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return {
        "weights": [array.tobytes().hex() for array in model.get_weights()],
        "slots": {k: array.tobytes().hex() for k, array in model.optimizer.state()[1].items()},
        "optimizer": model.optimizer.state()[0],
        "step": model.step,
        "history": model.history.history,
        "epoch": model.history.epoch,
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }


class Remember(mc.callbacks.Callback):
    """Know what a run was before its backup was restored, and what it is now.

    ``folder``: where the callbacks write their logs. Stands before the backup in the list of callbacks.
    """

    runs_last = True

    def __init__(self, folder):
        self.folder = folder

    def set_companions(self, callbacks):
        self.others = [each for each in callbacks if type(each).state is not mc.callbacks.Callback.state]

    def on_train_begin(self, logs=None):
        self.before = self.states()

    def states(self):
        """Weights, optimizer, position, history, callbacks' states and logs, as bytes: a NaN has some."""
        states = [self.model.training_state(), *(each.state() for each in self.others)]
        documents = json.dumps([document for document, _ in states])
        arrays = [(name, array.tobytes()) for _, arrays in states for name, array in arrays.items()]
        return documents, arrays, [path.read_bytes() for path in sorted(self.folder.glob("*.csv"))]


class Killed(BaseException):
    """Stands for a kill in tests that need none: ``fit`` has no time to tidy up."""


class Stop(mc.callbacks.Callback):
    """End the process, so to say, after ``batches`` batches."""

    runs_last = True

    def __init__(self, batches):
        self.left = batches

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise Killed


def interrupted(folder, batches=2 * BATCHES + 2, **arguments):
    """The model of a run that ended before its time, with its backup in ``folder``."""
    model = build_model()
    with contextlib.suppress(Killed):
        fit(model, [*callbacks_in(folder, **arguments), Stop(batches)])
        raise AssertionError(f"this run was over before its batch {batches}")
    return model


class Harmonic(mc.optimizers.schedules.LearningRateSchedule):
    """A schedule that minicnn does not know."""

    def __call__(self, step):
        return 0.1 / (1 + step)


def die_at(kind, count):
    """Arrange for a SIGKILL at the ``count``-th event of this kind."""
    left = [count]

    def tick():
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(function):
        return lambda *args: (tick(), function(*args))[1]

    def after(function):
        return lambda *args: (function(*args), tick())[0]

    if kind == "fsync":  # the temporary file is there, in part
        os.fsync = before(os.fsync)
    elif kind == "replace":  # ... as a whole, but not in its place
        os.replace = before(os.replace)
    elif kind == "replaced":
        os.replace = after(os.replace)
    else:  # a callback's event
        setattr(mc.callbacks.CallbackList, kind, after(getattr(mc.callbacks.CallbackList, kind)))


def live(folder, save_freq, moment):
    if moment:
        die_at(*moment)
    model = build_model()
    fit(model, callbacks_in(folder, save_freq))
    Path(folder, "outcome").write_text("")  # there in every listing
    (folder.parent / f"{folder.name}.json").write_text(json.dumps(outcome(model, folder)))


def main(folder, save_freq, plan):
    folder.mkdir()
    fit(build_model(), [], epochs=1)  # loads the compiled kernels once, for all lives
    for moment in [*plan, None]:
        pid = os.fork()
        if pid == 0:
            try:
                live(folder, save_freq, moment)
                os._exit(0)
            except BaseException as error:
                print(repr(error), flush=True)
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        due = -signal.SIGKILL if moment else 0
        if os.waitstatus_to_exitcode(status) != due:
            sys.exit(f"life {moment} ended with {os.waitstatus_to_exitcode(status)}, not {due}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3]))
