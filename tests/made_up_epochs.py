"""Epochs that nobody trained: callbacks are driven by logs that a test makes up."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from minicnn.callbacks import CallbackList, History


class StandIn:
    """As much of a model as a callback sees: its only weight is the number of the epoch."""

    def __init__(self):
        self.stop_training = False
        self.optimizer = SimpleNamespace(learning_rate=1.0)
        self.weights = [np.array([-1.0])]
        self.saved = []
        self.bad_layer = None

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = [w.copy() for w in weights]

    def first_nonfinite_layer(self):
        return self.bad_layer

    def check_rebuildable(self):
        pass

    def save(self, path):
        Path(path).write_text("model")
        self.saved.append(Path(path).name)

    def save_weights(self, path):
        Path(path).write_text("weights")
        self.saved.append(Path(path).name)


def epochs_of(name, values):
    return [{name: value} for value in values]


def fit(callbacks, logs_of_epochs, model=None, first_epoch=0, on_begun=None):
    """Drive callbacks as a fit of three batches per epoch does; ``on_begun`` is called in between."""
    model = model or StandIn()
    history = History()
    events = CallbackList(callbacks, model, {"epochs": 9}, history)
    events.on_train_begin({})
    if on_begun:
        on_begun()
    for epoch, logs in enumerate(logs_of_epochs[first_epoch:], first_epoch):
        events.on_epoch_begin(epoch, {})
        for batch in range(3):
            events.on_train_batch_begin(batch, {})
            events.on_train_batch_end(batch, logs)
        model.weights = [np.array([float(epoch)])]
        events.on_epoch_end(epoch, dict(logs))
        if model.stop_training:
            break
    events.on_train_end({})
    return model, history
