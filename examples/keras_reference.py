"""The same models trained by Keras on the same pictures, for the tables to compare with.

    pip install tensorflow-cpu
    python examples/keras_reference.py M2 D --seeds 0 1 2     adds these runs to keras_reference.json

Layers and recipes are those of the scripts beside this one, written in Keras. TensorFlow is no dependency of
minicnn: only this script needs it.

With a seed set, Keras 3.15 on TensorFlow goes through arrays in the same order in every epoch, and a network
that meets the same batches again and again ends elsewhere: examples/README.md shows both. minicnn and PyTorch
draw a new order in every epoch; so does this script, by handing the batches over itself. Runs recorded with
the order "same" are from before that was known: `model.fit` with arrays.
"""

import argparse
import importlib.util
import json
import math
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
REFERENCE = Path(__file__).with_name("keras_reference.json")


def write_up_a(filters):
    """M1 to M3: they differ in the filters of the second convolution."""
    from keras import layers

    return [
        layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(filters, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(2, strides=2, padding="same"),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
    ]


def first():
    """The first model of write-up B."""
    from keras import layers

    blocks = (
        (layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D(2))
        for filters in (32, 64, 64)
    )
    return [*(layer for block in blocks for layer in block), layers.Flatten(),
            layers.Dense(1024, activation="relu")]  # fmt: skip


def lenet5():
    """LeNet5 of write-up C, plain."""
    from keras import layers

    return [
        layers.Conv2D(6, 5, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(16, 5, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(120, activation="relu"), layers.Dense(84, activation="relu"),
    ]  # fmt: skip


def two_convolutions(filters, size, units):
    """The models of write-ups D and E: filters of the two convolutions, their size, dense units."""
    from keras import layers

    return [
        layers.Conv2D(filters[0], size, activation="relu"), layers.MaxPooling2D(2),
        layers.Conv2D(filters[1], size, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(units, activation="relu"),
    ]  # fmt: skip


class Recipe(NamedTuple):
    """What a run is called in keras_reference.json, and how it goes."""

    name: str
    hidden: Callable  # () -> the layers between the pictures and the ten classes
    optimizer: tuple  # name, then what keras.optimizers.get takes
    batch_size: int
    epochs: int
    patience: int | None = None  # of EarlyStopping
    validation: str = "test"  # or "the last fifth" of the training pictures
    divisor: float = 255  # pixels 0..1


RMSPROP, SGD, ADAM = (("RMSprop", {"learning_rate": 5e-4}), ("SGD", {"learning_rate": 5e-4}),
                      ("Adam", {"learning_rate": 5e-4}))  # fmt: skip
NESTEROV = ("SGD", {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True})
DEFAULT = ("Adam", {})
RECIPES = {
    "M1": Recipe("A M1", lambda: write_up_a(32), RMSPROP, 40, 10),
    "M2": Recipe("A M2", lambda: write_up_a(64), RMSPROP, 40, 10),
    "M3": Recipe("A M3 (RMSprop)", lambda: write_up_a(128), RMSPROP, 40, 10),
    "M3-SGD": Recipe("A M3 SGD fresh", lambda: write_up_a(128), SGD, 40, 10),
    "M3-Adam": Recipe("A M3 Adam fresh", lambda: write_up_a(128), ADAM, 40, 10),
    "first": Recipe("B first", first, DEFAULT, 128, 20, validation="the last fifth", divisor=1),
    "LeNet5": Recipe("C LeNet5 plain", lenet5, NESTEROV, 32, 50),
    "D": Recipe("D", lambda: two_convolutions((32, 32), 4, 256), DEFAULT, 32, 15, patience=2),
    "E": Recipe("E", lambda: two_convolutions((32, 64), 3, 64), DEFAULT, 64, 10),
}


def new_order(x, y, batch_size, seed):
    """The batches of ``x`` and ``y`` as Keras takes them, in a new order in every epoch."""
    import keras
    import numpy as np

    class NewOrder(keras.utils.PyDataset):
        def __init__(self):
            super().__init__()
            self.draws = np.random.default_rng(seed)
            self.on_epoch_end()

        def on_epoch_end(self):
            self.order = self.draws.permutation(len(x))

        def __len__(self):
            return math.ceil(len(x) / batch_size)

        def __getitem__(self, k):
            batch = self.order[k * batch_size : (k + 1) * batch_size]
            return x[batch], y[batch]

    return NewOrder()


def train(recipe, seed):
    """One run: what keras_reference.json keeps of it."""
    import keras

    from minicnn.datasets import cifar10

    train_set, test_set = cifar10.load_data()
    (x, y), (x_test, y_test) = ((x.astype("float32") / recipe.divisor, y) for x, y in (train_set, test_set))
    validation = (x_test, y_test)
    if recipe.validation == "the last fifth":
        fifth = len(x) // 5
        x, y, validation = x[:-fifth], y[:-fifth], (x[-fifth:], y[-fifth:])
    keras.utils.set_random_seed(seed)
    output = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.layers.Input((32, 32, 3)), *recipe.hidden(), output])
    optimizer, arguments = recipe.optimizer
    model.compile(
        getattr(keras.optimizers, optimizer)(**arguments),
        loss="sparse_categorical_crossentropy", metrics=["accuracy"],
    )  # fmt: skip
    stop = [keras.callbacks.EarlyStopping("val_loss", patience=recipe.patience)] if recipe.patience else []
    began = time.perf_counter()
    history = model.fit(
        new_order(x, y, recipe.batch_size, seed), epochs=recipe.epochs, shuffle=False,
        validation_data=validation, callbacks=stop, verbose=2,
    ).history  # fmt: skip
    seconds = time.perf_counter() - began
    test = dict(zip(("loss", "acc"), model.evaluate(x_test, y_test, batch_size=100, verbose=0)))
    named = {"acc": "accuracy", "loss": "loss", "val_acc": "val_accuracy", "val_loss": "val_loss"}
    best = {key: (max if "acc" in key else min)(history[name]) for key, name in named.items()}
    last = {key: history[name][-1] for key, name in named.items()}
    scores = {
        f"{when}_{key}": round(value, 5)
        for when, values in (("best", best), ("last", last), ("test", test)) for key, value in values.items()
    }  # fmt: skip
    return {
        "model": recipe.name, "seed": seed, "order": "new", "params": model.count_params(),
        "epochs": len(history["loss"]), "seconds": round(seconds, 1), **scores,
    }  # fmt: skip


def keep(run):
    """Add ``run`` to keras_reference.json; one of the same model, seed and order makes way."""
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))  # anew: another process may have written

    def same(other):
        return all(other[key] == run[key] for key in ("model", "seed", "order"))

    reference["runs"] = [*(other for other in reference["runs"] if not same(other)), run]
    REFERENCE.write_text(json.dumps(reference, indent=1) + "\n", encoding="utf-8")


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    parser.add_argument("models", nargs="+", choices=RECIPES, metavar="MODEL", help=", ".join(RECIPES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="default: 0")
    args = parser.parse_args(argv)
    if missing := [name for name in ("tensorflow", "keras") if not importlib.util.find_spec(name)]:
        parser.error(f"not installed: {', '.join(missing)} (pip install tensorflow-cpu)")
    for model in args.models:
        for seed in args.seeds:
            keep(train(RECIPES[model], seed))


if __name__ == "__main__":
    main()
