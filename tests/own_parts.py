"""Small models of parts of one's own, and that one which could not be made again is not written."""

import numpy as np
import pytest

import minicnn as mc
from minicnn import layers
from minicnn.callbacks import BackupAndRestore, ModelCheckpoint


def layers_of(*several):
    return mc.Sequential([layers.Input((4,)), *several])


def model_of(layer=None, optimizer="sgd", loss="mse"):
    return compiled(layers_of(*([layer] if layer else []), layers.Dense(2)), optimizer, loss)


def compiled(model, optimizer="sgd", loss="mse"):
    model.compile(optimizer, loss)
    return model


def is_not_saved(make, message, folder):
    with pytest.raises(ValueError, match=message):
        make().save(folder / "m.mcnn")
    model, x = make(), np.ones((4, 4))
    for callback in (BackupAndRestore(folder / "b"), ModelCheckpoint(folder / "c" / "m.mcnn")):
        with pytest.raises(ValueError, match=message):
            model.fit(x, np.eye(2)[[0, 1, 0, 1]], callbacks=callback, verbose=0)
    assert model.step == 0 and [*folder.iterdir()] == []
