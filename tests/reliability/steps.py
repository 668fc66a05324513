"""A few training steps with a little of everything, and the checksum of all that came of them.

    python -m tests.reliability.steps [alone | at-once | fork | worker METHOD]

prints the checksum of every model that was trained, a line each; all must be the same.
"""

import concurrent.futures
import hashlib
import multiprocessing
import os
import re
import sys
import warnings

import numpy as np

import minicnn as mc

LINES = {"alone": 1, "at-once": 2, "fork": 3, "worker": 4}  # that each way prints


def trained(_=None):
    """Blocks of several sizes, so that threads have something to share."""
    layers = mc.layers
    mc.set_random_seed(3)
    model = mc.Sequential([
        layers.RandomFlip(input_shape=(24, 24, 3)), layers.RandomTranslation(0.1, 0.1),
        layers.Conv2D(16, 3, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.MaxPooling2D(), layers.Conv2D(20, (3, 2), strides=2), layers.AveragePooling2D(),
        layers.Flatten(), layers.Dropout(0.3), layers.Dense(300, "relu"), layers.Dense(80, "softmax"),
    ])  # fmt: skip
    model.compile(mc.optimizers.Adam(), "sparse_categorical_crossentropy", ["accuracy"])
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(57, 24, 24, 3)).astype(np.float32), rng.integers(0, 80, 57)
    history = model.fit(x, y, 19, epochs=2, verbose=0, validation_data=(x[:9], y[:9])).history
    arrays = [*model.get_weights(), *model.gradients().values(), model.predict(x)]
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays) + repr(history).encode()).hexdigest()


def at_once():
    """In two Python threads."""
    mc.set_random_seed(3)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield from pool.map(trained, range(2))


def fork():
    """In a child after use, and in its parent afterwards."""
    yield trained()
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, trained().encode())
        os._exit(0)
    os.close(write)
    yield trained()
    _, status = os.waitpid(child, 0)
    yield os.read(read, 100).decode() or f"child: {os.waitstatus_to_exitcode(status)}"


def worker(method):
    """In the workers of a multiprocessing pool, started after use."""
    yield trained()
    with multiprocessing.get_context(method).Pool(2) as pool:
        yield from pool.map(trained, range(2))
    yield trained()


def is_checksum(text):
    """Whether it is one, and not how a run ended: runs that fail alike are no runs that agree."""
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def main(how="alone", *more):
    """Train in this way."""
    warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on: forking a process with threads
    ways = {"alone": lambda: [trained()], "at-once": at_once, "fork": fork, "worker": worker}
    for checksum in ways[how](*more):
        print(checksum, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
