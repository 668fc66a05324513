"""Memory does not grow from epoch to epoch.

Two networks, one on arrays with augmentation, validation and every callback, one on picture files, are
trained for 60 epochs each in a process of its own. What the system counts as theirs (resident memory)
after the tenth epoch, when all is loaded, and after the last is compared; what Python itself allocates is
counted as well.
"""

import gc
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
from PIL import Image

import minicnn as mc
from benchmarks import machine
from tests import killed_runs
from tests.reliability.forks import in_a_fork
from tests.reliability.record import Figure

SETTLED = 10  # epochs, after which all is loaded
EPOCHS, QUICK = 50, 2  # more
MOST = 0.01
PATIENCE = 3600  # seconds


class Watch(mc.callbacks.Callback):
    """Notes the memory after every epoch."""

    def __init__(self):
        self.resident, self.allocated = [], []

    def on_epoch_end(self, epoch, logs=None):
        gc.collect()
        self.resident.append(machine.resident())
        self.allocated.append(tracemalloc.get_traced_memory()[0])


def network(input_shape):
    """Convolution, batch normalisation, pooling, dropout, dense."""
    layers = mc.layers
    mc.set_random_seed(1)
    model = mc.Sequential([
        layers.RandomFlip("horizontal", input_shape=input_shape), layers.RandomRotation(0.1),
        layers.Conv2D(16, 3, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.MaxPooling2D(), layers.Conv2D(32, 3, activation="relu"), layers.AveragePooling2D(),
        layers.Flatten(), layers.Dropout(0.3), layers.Dense(3, activation="softmax"),
    ])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    return model


def on_arrays(epochs, folder):
    """Resident and allocated bytes after each epoch."""
    x, y = np.random.default_rng(0).random((300, 24, 24, 3), np.float32), np.arange(300) % 3
    watch = Watch()
    callbacks = [*killed_runs.callbacks_in(folder, save_freq=3), watch]
    callbacks[1].patience = epochs
    tracemalloc.start(1)
    network((24, 24, 3)).fit(x, y, 32, epochs, 0, callbacks, validation_data=(x[:50], y[:50]))
    return watch.resident, watch.allocated


def on_pictures(epochs, folder):
    """The same, read from files by threads."""
    draw = np.random.default_rng(0)
    for k in range(60):
        (folder / str(k % 3)).mkdir(exist_ok=True)
        pixels = draw.integers(0, 256, (40, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / str(k % 3) / f"{k}.jpg")
    train, validation = mc.utils.image_dataset_from_directory(
        folder, batch_size=8, image_size=(32, 32), validation_split=0.2, subset="both", seed=1, verbose=False
    )
    watch = Watch()
    tracemalloc.start(1)
    network((32, 32, 3)).fit(train, epochs=epochs, verbose=0, callbacks=[watch], validation_data=validation)
    return watch.resident, watch.allocated


def growth(train, what):
    """The part that trains so."""
    def part(quick):
        promise = f"{what}: memory grows by at most {MOST:.0%} over {EPOCHS} epochs"
        epochs = SETTLED + (QUICK if quick else EPOCHS)
        with tempfile.TemporaryDirectory() as folder:
            found = in_a_fork(train, epochs, Path(folder), seconds=PATIENCE)
        if found is None:
            yield Figure(promise, f"the process died or took more than {PATIENCE // 60} minutes", False)
            return
        (before, after), (mine, mine_after) = ((each[SETTLED - 1], each[epochs - 1]) for each in found)
        grown = after / before - 1
        yield Figure(
            promise, f"{before / 1e6:.1f} MB after epoch {SETTLED}, {after / 1e6:.1f} MB after epoch "
            f"{epochs}: {grown:+.2%}", grown <= MOST,
            f"allocated by Python: {mine / 1e6:.2f} and {mine_after / 1e6:.2f} MB",
        )  # fmt: skip

    return part


PARTS = {"arrays": growth(on_arrays, "arrays"), "pictures": growth(on_pictures, "picture files")}
