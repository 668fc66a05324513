"""ModelCheckpoint: save the model while it trains."""

import collections
import os

from minicnn.archive import MISFITS, check_name
from minicnn.callbacks.monitor import MonitorCallback, checked_level
from minicnn.checks import is_whole
from minicnn.lookup import nearest
from minicnn.messages import shown
from minicnn.replacing import check_writable, make_folder_of, remove_leftovers

ABANDONED = 600  # seconds: nobody who still writes waits so long between two parts of a file


class ModelCheckpoint(MonitorCallback):
    """Save the model after each epoch, or only after those better than all before.

    Args:
        filepath: where to; may hold ``{epoch:02d}`` (from 1), names from the logs, as in
            ``"m3-{epoch:02d}-{val_loss:.2f}.mcnn"``, and ``{batch}`` where batches are counted. Missing
            folders are made.
        monitor, mode: the number that decides, see :class:`MonitorCallback`.
        verbose: 1 prints each decision.
        save_best_only: True keeps quiet unless ``monitor`` improved.
        save_weights_only: ``model.save_weights`` in place of ``model.save``.
        save_freq: ``"epoch"``, or a number of batches.
        initial_value_threshold: what the first saved value has to improve on.

    ``fit`` raises before the first batch where nothing can be written, and where the model could not be made
    again from its file (see ``save``).
    """

    aside = ("verbose", "filepath")
    remembered = ("best", "batches", "epoch")

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        # What is not looked at need not have a direction.
        super().__init__(monitor, mode if save_best_only or mode != "auto" else "min")
        check_save_freq(self, save_freq)
        self.filepath = os.fspath(filepath)
        check_name(self.filepath)  # now, not when an epoch has been trained
        _check_fields(self.filepath, {"epoch": 1} if save_freq == "epoch" else {"epoch": 1, "batch": 1})
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        threshold = checked_level(initial_value_threshold, "ModelCheckpoint.initial_value_threshold")
        self.initial_value_threshold = self.best = threshold
        self.epoch = 0
        self.batches = 0  # since the last save

    def on_train_begin(self, logs=None):
        if not self.save_weights_only:
            self.model.check_rebuildable()
        path, field, _ = self.filepath.partition("{")
        if field:  # what is filled in is not known yet, the folder is
            path = os.path.join(os.path.dirname(path), "minicnn-trial")
        make_folder_of(path)
        remove_leftovers(path, ABANDONED)
        check_writable(path)

    def on_train_batch_end(self, batch, logs=None):
        if self.save_freq == "epoch":
            return
        self.batches += 1
        if self.batches >= self.save_freq:
            self.batches = 0
            self._save(logs or {}, epoch=self.epoch + 1, batch=batch + 1)

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(logs or {}, epoch=epoch + 1)

    def _save(self, logs, **place):
        if self.save_best_only and not self._is_best(logs, place["epoch"]):
            return
        path = self._path({**logs, **place})
        make_folder_of(path)
        remove_leftovers(path, ABANDONED)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            print(f"\nEpoch {place['epoch']}: saved {path}.")

    def _is_best(self, logs, epoch):
        value = self.monitored(logs)
        if value is None:
            return True  # monitored() has warned; rather one file too many than none
        if self.improves(value, self.best):
            self.best = value
            return True
        if self.verbose:
            print(f"\nEpoch {epoch}: {self.monitor} {value:.5f} is no better than {self.best}.")
        return False

    def _path(self, values):
        try:
            return self.filepath.format(**values)
        except KeyError as error:
            name = error.args[0]
            near = nearest(name, values)
            mend = f"did you mean {near!r}?" if near else f"there are {', '.join(values)}"
            message = f"ModelCheckpoint cannot fill in {{{name}}} of {self.filepath!r}: {mend}"
            raise ValueError(message) from None
        except MISFITS as error:
            raise _cannot_fill_in(self.filepath, error) from None


def _check_fields(filepath, known):
    """ValueError where what is ``known`` and what logs may hold cannot be filled into ``filepath``."""
    if not isinstance(filepath, str):
        raise ValueError(f"ModelCheckpoint expects filepath to be a text, got {shown(filepath)}")
    try:
        filepath.format_map(collections.defaultdict(_Anything, known))
    except MISFITS as error:
        raise _cannot_fill_in(filepath, error) from None


def _cannot_fill_in(filepath, error):
    return ValueError(f"ModelCheckpoint cannot fill in the fields of {filepath!r}: {error}")


class _Anything:
    """What a log may hold."""

    def __format__(self, how):
        return "1"

    def __getattr__(self, name):
        return self

    def __getitem__(self, key):
        return self


def check_save_freq(callback, save_freq):
    """``"epoch"`` or a whole number of batches >= 1."""
    if save_freq != "epoch" and not is_whole(save_freq):
        name = type(callback).__name__
        raise ValueError(f"{name} expects save_freq 'epoch' or a number of batches, got {save_freq!r}")
