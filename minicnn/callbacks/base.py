"""The callback itself, the list that ``fit`` drives, and the two callbacks every ``fit`` has."""

import inspect
import math

from minicnn import svg
from minicnn.archive import is_json
from minicnn.checks import is_whole
from minicnn.messages import shown

EVENTS = {  # and what their methods are given
    "on_train_begin": ("logs",),
    "on_train_end": ("logs",),
    "on_epoch_begin": ("epoch", "logs"),
    "on_epoch_end": ("epoch", "logs"),  # loss, metrics, and the same with val_ in front
    "on_train_batch_begin": ("batch", "logs"),
    "on_train_batch_end": ("batch", "logs"),  # loss and metrics, means over the epoch so far
    "release": (),
}


class Callback:
    """Base class: override the moments you want to hear of.

    ``fit`` sets ``self.model`` and ``self.params`` (epochs, steps, verbose, ...) before the first of
    them. Epochs and batches count from 0. Set ``self.model.stop_training = True`` to end the run.

    A callback that remembers something from epoch to epoch also overrides :meth:`state` and
    :meth:`load_state`, so that :class:`BackupAndRestore` can bring it back.
    """

    aside = ("verbose",)  # arguments that another run may have without being another run
    runs_last = False  # True: hears of everything after the callbacks that are not

    model = None
    params = None

    def set_params(self, params):
        """Told once per ``fit``: epochs, steps, verbose and the like."""
        self.params = params

    def set_model(self, model):
        """Told once per ``fit``: the model that is trained."""
        self.model = model

    def set_companions(self, callbacks):
        """Told once per ``fit``: all its callbacks, this one among them."""

    def on_train_begin(self, logs=None):
        """Before the first epoch."""

    def on_train_end(self, logs=None):
        """After the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before the first batch of an epoch."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch and its validation; ``logs``: loss, metrics, and the same with ``val_`` in front."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a step."""

    def on_train_batch_end(self, batch, logs=None):
        """After a step; ``logs``: loss and metrics, means over the epoch so far."""

    def release(self):
        """However ``fit`` ended, by an error or Ctrl-C too: let go of what must not outlast it."""

    def get_config(self):
        """What has to be equal for a resumed run to be the same run, in terms JSON knows.

        The constructor's arguments, where they are kept as attributes of the same name; functions, how
        much is printed and where files go (``aside``) are left out.
        """
        arguments = inspect.signature(type(self)).parameters
        values = {name: getattr(self, name) for name in arguments if hasattr(self, name)}
        return {name: value for name, value in values.items() if name not in self.aside and is_json(value)}

    def state(self):
        """``(document, arrays)``: what to remember, as JSON can hold it, and as {name: array}."""
        return {}, {}

    def load_state(self, document, arrays):
        """Take back what :meth:`state` gave; called after ``on_train_begin``.

        An error means that it does not fit: then the states of before are loaded, and the backup is refused.
        So change no file yet.
        """


class History(Callback):
    """What ``fit`` returns: ``.history`` {name: [a value per epoch]}, ``.epoch`` [0, 1, ...], ``.params``."""

    def __init__(self):
        self.history = {}
        self.epoch = []

    def on_epoch_end(self, epoch, logs=None):
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def _repr_html_(self):
        """Its curves, where it is the last line of a notebook's cell."""
        return svg.html(self.history, self.epoch) or "<p>History of no epoch with numbers</p>"

    def state(self):
        return {"epoch": self.epoch, "history": self.history}, {}

    def load_state(self, document, arrays):
        epoch, history = document["epoch"], document["history"]
        if not all(is_whole(each, least=0) for each in epoch):
            raise ValueError(f"History.epoch expects whole numbers, got {shown(epoch)}")
        if not all(isinstance(values, list) for values in history.values()):  # of what callbacks may log
            raise ValueError(f"History.history expects a list for every name, got {shown(history)}")
        self.epoch, self.history = list(epoch), {name: list(values) for name, values in history.items()}


class TerminateOnNaN(Callback):
    """Stop within the batch whose loss is NaN or infinite, and say in which layer that began.

    Part of every ``fit``. The layer is ``model.first_nonfinite_layer()``: "input" where the pictures
    themselves are not finite, None where all outputs are and only the loss is not.
    """

    def on_train_batch_end(self, batch, logs=None):
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss):
            return
        self.tell(f"Batch {batch}: the loss is {float(loss)}, so training stops; {self._where()}.")
        self.model.stop_training = True

    def tell(self, message):
        """Print it; a subclass may put it elsewhere."""
        print(f"\n{message}")

    def _where(self):
        layer = self.model.first_nonfinite_layer()
        if layer == "input":
            return "the pictures of this batch hold NaN or infinity already: clean the data"
        mend = "a smaller learning rate or scaled data may help"
        if layer is None:
            return f"the outputs of all layers are finite, only the loss of them is not: {mend}"
        return f"layer {layer.name!r} is the first whose output is not finite: {mend}"


class CallbackList:
    """The callbacks of one ``fit``, driven as if they were one.

    The order is: what the user gave, in that order; TerminateOnNaN, unless given; ``history``, so
    that it sees what the others added to the logs; and then those that run last, so that a backup
    holds what all others know. Each event of ``EVENTS`` is a method; logs left out are empty ones.
    """

    def __init__(self, callbacks, model, params, history):
        given = _checked(callbacks)
        if not any(isinstance(callback, TerminateOnNaN) for callback in given):
            given.append(TerminateOnNaN())
        given.append(history)
        self.callbacks = sorted(given, key=lambda callback: callback.runs_last)  # a stable sort
        for callback in self.callbacks:
            callback.set_params(params)
            callback.set_model(model)
            callback.set_companions(self.callbacks)

    def __iter__(self):
        return iter(self.callbacks)


def _event(name):
    def tell_all(self, *args):
        if len(args) < len(EVENTS[name]):
            args = (*args, {})
        for callback in self.callbacks:
            getattr(callback, name)(*args)

    tell_all.__doc__ = f"Call ``{name}`` of every callback, in their order."
    return tell_all


for _name in EVENTS:
    setattr(CallbackList, _name, _event(_name))


def _checked(callbacks):
    if callbacks is None:
        return []
    callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    for callback in callbacks:
        if isinstance(callback, type) and issubclass(callback, Callback):
            name = callback.__name__
            raise TypeError(f"fit expects callback objects, got the class {name}: write {name}()")
        if not isinstance(callback, Callback):
            raise TypeError(f"fit expects callbacks derived from mc.callbacks.Callback, got {callback!r}")
    return callbacks
