"""Callbacks that ask after each epoch whether one number got better; EarlyStopping."""

import math
import warnings

from minicnn.callbacks.base import Callback
from minicnn.checks import check_arrays, check_choice, is_number, number, whole_number
from minicnn.lookup import nearest
from minicnn.messages import shown

FALLING = ("loss", "crossentropy", "error", "mse", "mae")  # names that end like this: lower is better
RISING = ("accuracy", "acc", "auc", "precision", "recall")  # and here: higher is better


class MonitorCallback(Callback):
    """Knows the number that is watched, and what counts as an improvement of it.

    monitor: its name in the logs, e.g. ``"val_loss"``. mode: ``"min"``, ``"max"``, or ``"auto"`` for
    what the name suggests. min_delta: a change by no more than this is no improvement.
    """

    remembered = ("best",)  # attributes for the backup: the best value, or None; all others count epochs

    def __init__(self, monitor, mode, min_delta=0.0):
        self.monitor = monitor
        self.mode = mode
        who = type(self).__name__
        if not isinstance(monitor, str):
            raise ValueError(f"{who} expects monitor to be a name, e.g. 'val_loss', got {shown(monitor)}")
        self.min_delta = abs(number(min_delta, f"{who}.min_delta"))
        self.sign = _direction(who, monitor, mode)  # +1: higher is better, -1: lower
        self.best = None

    def improves(self, value, best):
        """Is ``value`` better than ``best`` (None: nothing yet) by more than ``min_delta``? NaN never is."""
        if best is None:
            return not math.isnan(value)
        return self.sign * value - self.min_delta > self.sign * best

    def monitored(self, logs):
        """The watched number of this epoch as a float; None, with a warning, where the logs lack it."""
        logs = logs or {}
        if self.monitor in logs:
            return self._as_number(logs[self.monitor])
        near = nearest(self.monitor, logs)
        mend = f"did you mean {near!r}?" if near else f"there are {', '.join(map(repr, logs)) or 'none'}."
        if self.monitor.startswith("val_") and not any(name.startswith("val_") for name in logs):
            mend += " Names with val_ need validation_data or validation_split."
        message = f"{type(self).__name__} watches {self.monitor!r}, which is not in the logs: {mend}"
        warnings.warn(message, stacklevel=2)
        return None

    def _as_number(self, value):
        try:
            return float(value)
        except (TypeError, ValueError):
            message = f"{type(self).__name__} watches {self.monitor!r}, which is no number: {shown(value)}"
            raise TypeError(message) from None

    def state(self):
        return {name: getattr(self, name) for name in self.remembered}, {}

    def load_state(self, document, arrays):
        who = type(self).__name__
        for name in self.remembered:
            value = document[name]
            if name != "best":
                whole_number(value, f"{who}.{name}", least=0)
            elif value is not None and not is_number(value):
                raise ValueError(f"{who}.best expects a number or None, got {value!r}")
            setattr(self, name, value)


def checked_level(value, argument):
    """None, or a number to improve on, as a float; infinities are some."""
    if value is None:
        return None
    if not is_number(value) or math.isnan(value):
        raise ValueError(f"{argument} expects a number or None, got {shown(value)}")
    return float(value)


def _direction(who, monitor, mode):
    check_choice(mode, "mode", ("auto", "min", "max"), who)
    if mode == "min" or (mode == "auto" and monitor.endswith(FALLING)):
        return -1
    if mode == "max" or monitor.endswith(RISING):
        return 1
    raise ValueError(
        f"{who} cannot tell from the name {monitor!r} whether lower or higher is better: "
        "say mode='min' or mode='max'"
    )


class EarlyStopping(MonitorCallback):
    """Stop when ``monitor`` has not improved for ``patience`` epochs.

    Args:
        monitor, min_delta, mode: see :class:`MonitorCallback`.
        patience: epochs without improvement to put up with. 0 and 1 both stop at the first, but
            never in epoch 0.
        verbose: 1 prints when and to which epoch.
        baseline: an epoch only ends the waiting when it is also better than this value.
        restore_best_weights: at the end, stopped or not, put back the weights of the best epoch.
        start_from_epoch: epochs before this one are not looked at.
    """

    remembered = ("wait", "stopped_epoch", "best", "best_epoch")

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        super().__init__(monitor, mode, min_delta)
        self.patience = whole_number(patience, "EarlyStopping.patience", least=0)
        self.verbose = verbose
        self.baseline = checked_level(baseline, "EarlyStopping.baseline")
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = whole_number(start_from_epoch, "EarlyStopping.start_from_epoch", least=0)
        self._forget()

    def _forget(self):
        self.wait = 0
        self.stopped_epoch = 0
        self.best = None
        self.best_epoch = 0
        self.best_weights = None

    def on_train_begin(self, logs=None):
        self._forget()

    def on_epoch_end(self, epoch, logs=None):
        value = self.monitored(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._remember_weights(epoch)  # so that there are some even if no epoch ever counts
        self.wait += 1
        if self.improves(value, self.best):
            self.best = value
            self._remember_weights(epoch)
            if self.baseline is None or self.improves(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _remember_weights(self, epoch):
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = self.model.get_weights()

    def on_train_end(self, logs=None):
        if self.stopped_epoch > 0 and self.verbose:
            epochs = f"{self.wait} epoch{'s' if self.wait > 1 else ''}"
            print(f"Epoch {self.stopped_epoch + 1}: no better {self.monitor} for {epochs}, stopping early.")
        if self.best_weights is not None:
            if self.verbose:
                print(f"Putting back the weights of epoch {self.best_epoch + 1}, the best.")
            self.model.set_weights(self.best_weights)

    def state(self):
        return super().state()[0], {str(i): weight for i, weight in enumerate(self.best_weights or [])}

    def load_state(self, document, arrays):
        super().load_state(document, arrays)
        if arrays or (self.restore_best_weights and self.best is not None):
            weights = self.model.get_weights() if self.restore_best_weights else []
            due = {str(i): weight for i, weight in enumerate(weights)}
            check_arrays(arrays, due, "EarlyStopping.best_weights")
        self.best_weights = [arrays[str(i)] for i in range(len(arrays))] or None
