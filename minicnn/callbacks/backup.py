"""BackupAndRestore: a run that was killed or stopped goes on where it was, and ends with the same bits."""

import contextlib
import os
import reprlib

from minicnn import random
from minicnn.archive import (
    MISFITS,
    add_prefix,
    as_json,
    check_kind,
    read_archive,
    take_prefix,
    write_archive,
)
from minicnn.callbacks.base import Callback, History
from minicnn.callbacks.interrupt import Interrupt
from minicnn.callbacks.model_checkpoint import check_save_freq
from minicnn.messages import shortened
from minicnn.replacing import check_writable, make_folder_of, remove_leftovers

KIND, VERSION = "a minicnn backup", 2
FILE_NAME = "backup.mcnn"


class BackupAndRestore(Callback):
    """Keep a backup of the whole training run; call ``fit`` the same way again and it goes on.

    The backup holds the weights and states of the layers, the optimizer's state, the step, where in
    which epoch the run is, the history, and what the other callbacks remember (``Callback.state``).
    Ctrl-C also makes one, when the batch is through, and then ends ``fit`` with a KeyboardInterrupt.
    A backup is for one process at a time: two would take turns in it, and in the logs.

    Args:
        path: as in Keras a folder, made where missing, which then holds ``backup.mcnn``. A name with
            an ending, such as ``"runs/m3.backup"``, is the file itself, unless it is a folder already.
        save_freq: ``"epoch"``, or a number of batches.
        delete_checkpoint: True removes the backup (and the folder, once empty) when ``fit`` ends by
            itself; False keeps it, and a later ``fit`` of more epochs goes on from there.

    Raises ValueError in ``on_train_begin``, before anything is changed or overwritten, where the
    backup is damaged, further than the epochs asked for, or was made by another model, recipe, seed or
    other callbacks (see ``Callback.get_config``), or with other data, as far as their sizes and the numbers
    of some 64 pictures tell, and where a layer or loss of one's own does not say what it was made with;
    OSError where it cannot be written.
    """

    runs_last = True  # a backup must hold what the other callbacks made of the epoch

    def __init__(self, path, save_freq="epoch", delete_checkpoint=True):
        check_save_freq(self, save_freq)
        path = os.fsdecode(path)
        is_folder = os.path.isdir(path) or not (os.path.splitext(path)[1] or os.path.isfile(path))
        self.path = os.path.join(path, FILE_NAME) if is_folder else path
        self.save_freq = save_freq
        self.delete_checkpoint = delete_checkpoint
        self.batches = 0  # since the last save; a restored run begins right after one, so at 0 too
        self.others = {}
        self.interrupt = Interrupt()

    def set_companions(self, callbacks):
        """Give every callback with a memory a name that the next, equal ``fit`` gives it again."""
        self.others = {}
        for callback in callbacks:
            has_state = type(callback).state is not Callback.state
            if has_state and not isinstance(callback, History):  # the model keeps the history
                self.others[f"{len(self.others)}_{type(callback).__name__}"] = callback

    def on_train_begin(self, logs=None):
        self.batches = 0
        if not self.model.built:  # as it may be when fit gets an iterable of batches
            raise ValueError(
                "BackupAndRestore needs a model that has its weights before fit: put Input((32, 32, 3)) "
                "first, or call model.build"
            )
        self.model.check_rebuildable()  # or the backup of another model could be taken for its own
        # Taken before the first step: later, callbacks may have changed the learning rate.
        self.recipe = self._recipe()
        make_folder_of(self.path)
        remove_leftovers(self.path)
        check_writable(self.path)
        if os.path.exists(self.path):
            self._restore()
        self.interrupt.listen()

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.interrupt.came or (self.save_freq != "epoch" and self.batches >= self.save_freq):
            self._save()
        self._stop_if_interrupted()

    def on_epoch_end(self, epoch, logs=None):
        # Also where batches are counted, a run that a callback has just stopped must stay stopped.
        if self.interrupt.came or self.save_freq == "epoch" or self.model.stop_training:
            self._save()
        self._stop_if_interrupted()

    def on_train_end(self, logs=None):
        self._stop_if_interrupted()  # it may have come after the last epoch was kept
        if self.delete_checkpoint:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.realpath(self.path))  # a link stays a link
            if os.path.basename(self.path) == FILE_NAME:
                with contextlib.suppress(OSError):  # not empty: there are files of somebody else
                    os.rmdir(os.path.dirname(self.path))

    def release(self):
        self.interrupt.let_go()

    def _stop_if_interrupted(self):
        if self.interrupt.came:
            raise KeyboardInterrupt(
                f"{self.path} holds the run up to {reached(self.model.position)}: "
                "fit the same way again to go on from there"
            )

    def _save(self):
        states, arrays = self._states()
        write_archive(self.path, {"kind": KIND, "version": VERSION, "recipe": self.recipe, **states}, arrays)
        self.batches = 0

    def _restore(self):
        try:
            document, arrays = read_archive(self.path)
        except ValueError as error:
            raise ValueError(f"{error}. If it is a backup, delete it to begin the training anew") from error
        check_kind(self.path, document, (KIND,), VERSION)
        if difference := first_difference(document.get("recipe"), self.recipe):
            raise ValueError(
                f"{self.path} is the backup of another run ({difference}): fit the same way again "
                "to go on with it, or delete it to begin anew"
            )
        with self._all_or_nothing():
            try:
                self._load_states(document, arrays)
                self.model.optimizer.check_slots(self.model.parameters())
            except MISFITS as error:
                raise ValueError(
                    f"{self.path} holds a backup that cannot be restored here: {type(error).__name__}: "
                    f"{shortened(error, 1000)}; delete it to begin anew"
                ) from error
            at, epochs = self.model.position, self.params["epochs"]
            if (at.epoch, at.batch) > (epochs, 0):  # its scores would be said to be those of fewer epochs
                raise ValueError(
                    f"{self.path} holds a run that is further than epochs={epochs}, at {reached(at)}: "
                    "ask for more, or delete it to begin anew"
                )

    @contextlib.contextmanager
    def _all_or_nothing(self):
        """All is as before if the block raises, Ctrl-C too: a half restored run would look like one.

        The optimizer comes back by its attributes. Its state is for files: that has no schedule of one's own
        but its name, and nothing of another model that the optimizer may have trained.
        """
        states, optimizer = self._states(), vars(self.model.optimizer)
        before = dict(optimizer)
        try:
            yield
        except BaseException:
            optimizer.update(before)  # its schedule, which the states could not bring back
            self._load_states(*states)
            optimizer.update(before)  # and all its slots, of which they have loaded only this model's
            raise

    def _states(self):
        """What the model and the other callbacks remember: a document and arrays."""
        document, arrays = self.model.training_state()
        states, arrays = {"model": document, "callbacks": {}}, add_prefix("model", arrays)
        for name, callback in self.others.items():
            states["callbacks"][name], callback_arrays = callback.state()
            arrays |= add_prefix(f"callbacks/{name}", callback_arrays)
        return states, arrays

    def _load_states(self, states, arrays):
        self.model.load_training_state(states["model"], take_prefix("model", arrays))
        for name, callback in self.others.items():
            callback.load_state(states["callbacks"][name], take_prefix(f"callbacks/{name}", arrays))

    def _recipe(self):
        """What must be equal for a run to be the same run. Not: how far it goes, and how loudly."""
        architecture = {k: v for k, v in self.model.get_config().items() if k != "name"}
        params = {k: v for k, v in (self.params or {}).items() if k not in ("epochs", "verbose")}
        recipe = {
            "model": architecture,
            "weights": sorted({weight.dtype.name for weight in self.model.get_weights()}),
            "compile": self.model.get_compile_config(),
            "fit": params,
            "seed": self.model.seed if random.seed_was_set() else None,
            "callbacks": {name: callback.get_config() for name, callback in self.others.items()},
        }
        return as_json(recipe)


def reached(position):
    """Where a run stands, in words."""
    epoch, batch = position.epoch, position.batch
    return f"batch {batch} of epoch {epoch + 1}" if batch else f"the end of epoch {epoch}"


def first_difference(old, new, where=""):
    """The first place where two JSON documents differ, in words; ``""`` where they are equal.

    >>> first_difference({"layers": [{"units": 10}]}, {"layers": [{"units": 5}]})
    'layers[0].units was 10 and is 5'
    """
    if isinstance(old, dict) and isinstance(new, dict):
        parts = [(f"{where}.{key}".lstrip("."), old.get(key), new.get(key)) for key in old | new]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        parts = [(f"{where}[{i}]", a, b) for i, (a, b) in enumerate(zip(old, new))]
    else:
        return "" if old == new else f"{shortened(where)} was {reprlib.repr(old)} and is {reprlib.repr(new)}"
    return next(filter(None, (first_difference(a, b, place) for place, a, b in parts)), "")
