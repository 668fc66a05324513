"""The same models trained by Keras on the same pictures, for the table to compare with.

    pip install tensorflow-cpu
    python examples/keras_reference.py M2 3 4 5      model and seeds; adds its runs to keras_reference.json

Layers and recipe are those of cifar_m1.py to cifar_m3.py, written in Keras. TensorFlow is no dependency of
minicnn: only this script needs it.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
FILTERS = {"M1": 32, "M2": 64, "M3": 128}  # of the second convolution
NAMES = {"M1": "A M1", "M2": "A M2", "M3": "A M3 (RMSprop)"}
REFERENCE = Path(__file__).with_name("keras_reference.json")


def train(name, seed):
    """One run of ten epochs: what keras_reference.json keeps of it."""
    import keras

    from minicnn.datasets import cifar10

    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255
    y_train, y_test = (keras.utils.to_categorical(y, 10) for y in (y_train, y_test))
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(FILTERS[name], 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(2, strides=2, padding="same"),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(keras.optimizers.RMSprop(5e-4), "categorical_crossentropy", metrics=["accuracy"])
    began = time.perf_counter()
    history = model.fit(
        x_train, y_train, batch_size=40, epochs=10, validation_data=(x_test, y_test), verbose=2
    ).history
    return {
        "model": NAMES[name], "seed": seed, "params": model.count_params(), "epochs": 10,
        "seconds": round(time.perf_counter() - began, 5),
        "best_acc": round(max(history["accuracy"]), 5), "best_loss": round(min(history["loss"]), 5),
        "best_val_acc": round(max(history["val_accuracy"]), 5),
        "best_val_loss": round(min(history["val_loss"]), 5),
        "test_loss": round(history["val_loss"][-1], 5), "test_acc": round(history["val_accuracy"][-1], 5),
        "first_loss": round(history["loss"][0], 5),
        "last_acc": round(history["accuracy"][-1], 5), "last_loss": round(history["loss"][-1], 5),
    }


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in FILTERS:
        sys.exit(__doc__)
    for seed in map(int, sys.argv[2:]):
        run = train(sys.argv[1], seed)
        reference = json.loads(REFERENCE.read_text(encoding="utf-8"))  # anew: another run may have written
        same = [(old["model"], old["seed"]) for old in reference["runs"]]
        if (run["model"], seed) not in same:
            reference["runs"].append(run)
            REFERENCE.write_text(json.dumps(reference, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
