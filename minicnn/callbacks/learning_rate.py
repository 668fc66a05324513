"""Callbacks that set the optimizer's learning rate between epochs."""

import inspect
import math
import numbers

from minicnn.callbacks.base import Callback
from minicnn.callbacks.monitor import MonitorCallback
from minicnn.checks import is_number, nonnegative, whole_number


class LearningRateScheduler(Callback):
    """Before each epoch, ask ``schedule(epoch)`` or ``schedule(epoch, learning_rate)`` for the rate.

    The rate also goes into the logs, as ``"learning_rate"``. verbose: 1 prints it.
    """

    def __init__(self, schedule, verbose=0):
        if not callable(schedule):
            raise TypeError(f"LearningRateScheduler expects a function of the epoch, got {schedule!r}")
        self.schedule = schedule
        self.wants_rate = _takes_two(schedule)
        self.verbose = verbose

    def on_epoch_begin(self, epoch, logs=None):
        rate = current_rate(self)
        rate = self.schedule(epoch, rate) if self.wants_rate else self.schedule(epoch)
        if not isinstance(rate, numbers.Real) or not (math.isfinite(rate) and rate >= 0):
            raise ValueError(f"the schedule gave {rate!r} in epoch {epoch}, expected a number >= 0")
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: the learning rate is {float(rate):g}.")

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = current_rate(self)


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the learning rate by ``factor`` when ``monitor`` has not improved for ``patience`` epochs.

    Args:
        monitor, min_delta, mode: see :class:`MonitorCallback`.
        factor: below 1.
        patience: epochs without improvement before each reduction.
        verbose: 1 prints each reduction.
        cooldown: epochs after a reduction in which no waiting is counted.
        min_lr: the rate never goes below this.
    """

    remembered = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=1e-4,
        cooldown=0,
        min_lr=0.0,
    ):
        super().__init__(monitor, mode, min_delta)
        if not (is_number(factor) and 0 < factor < 1):
            raise ValueError(f"ReduceLROnPlateau expects a factor between 0 and 1, got {factor!r}")
        self.factor = factor
        self.patience = whole_number(patience, "ReduceLROnPlateau.patience", least=0)
        self.verbose = verbose
        self.cooldown = whole_number(cooldown, "ReduceLROnPlateau.cooldown", least=0)
        self.min_lr = nonnegative(min_lr, "ReduceLROnPlateau.min_lr")
        self._forget()

    def _forget(self):
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs=None):
        self._forget()

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = current_rate(self)
        value = self.monitored(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.improves(value, self.best):
            self.best = value
            self.wait = 0
        elif self.cooldown_counter == 0:
            self.wait += 1
            if self.wait >= self.patience:
                self._reduce(epoch)

    def _reduce(self, epoch):
        old = current_rate(self)
        if old <= self.min_lr:
            return
        new = max(old * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        self.cooldown_counter = self.cooldown
        self.wait = 0
        if self.verbose:
            print(f"\nEpoch {epoch + 1}: no better {self.monitor}, learning rate {old:g} becomes {new:g}.")


def current_rate(callback):
    """The optimizer's learning rate as a float, or a ValueError where a schedule is in charge of it."""
    rate = callback.model.optimizer.learning_rate
    if not isinstance(rate, numbers.Real):
        raise ValueError(
            f"{type(callback).__name__} sets the learning rate, but the optimizer follows a "
            f"{type(rate).__name__}: give the optimizer a number, or leave the callback out"
        )
    return float(rate)


def _takes_two(schedule):
    """Can ``schedule`` be called with (epoch, rate)? Asked of its signature, not by trying it out:
    a TypeError from inside it would be taken for an answer."""
    try:
        inspect.signature(schedule).bind(0, 0.1)
    except TypeError:
        return False
    except ValueError:  # some functions written in C have no signature
        return False
    return True
