"""The recipe of callbacks.json: what Keras's EarlyStopping and ReduceLROnPlateau do with made-up logs.

    pip install tensorflow-cpu keras
    python tests/oracles/make_keras_callbacks.py

No network is trained: a stand-in for a model has one weight, the number of the epoch, and one
learning rate; the monitored values are drawn, rounded so that ties and small changes are common.
Keras 3.15.1 made the file. Nothing here imports minicnn.
"""

import json
import os
import random
from pathlib import Path
from types import SimpleNamespace

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras


def run(callback, values, monitor):
    """Drive ``callback`` through an epoch per value; note the rate after each, and how it ended."""
    model = SimpleNamespace(stop_training=False, weights=[-1], optimizer=SimpleNamespace(learning_rate=1.0))
    model.metrics = []
    model.get_weights = lambda: list(model.weights)
    model.set_weights = lambda weights: setattr(model, "weights", list(weights))
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(values):
        model.weights = [epoch]
        callback.on_epoch_end(epoch, {monitor: value})
        rates.append(model.optimizer.learning_rate)
        if model.stop_training:
            break
    callback.on_train_end()
    return {"epochs": len(rates), "weights": model.weights, "rates": rates}


def draw_cases(draw):
    for _ in range(60):
        monitor, mode = draw.choice([("val_loss", "min"), ("val_accuracy", "max"), ("loss", "auto")])
        values = [round(draw.random(), 1) for _ in range(12)]
        patience, min_delta = draw.randrange(4), draw.choice([0, 0.1])
        shared = {"monitor": monitor, "mode": mode, "patience": patience, "min_delta": min_delta}
        yield "EarlyStopping", values, {
            **shared,
            "baseline": draw.choice([None, None, 0.5]),
            "restore_best_weights": draw.random() < 0.7,
            "start_from_epoch": draw.choice([0, 0, 3]),
        }
        yield "ReduceLROnPlateau", values, {
            **shared,
            "factor": 0.5,
            "cooldown": draw.randrange(3),
            "min_lr": draw.choice([0.0, 0.2]),
        }


def main():
    cases = []
    for name, values, arguments in draw_cases(random.Random(7)):
        result = run(getattr(keras.callbacks, name)(**arguments), values, arguments["monitor"])
        cases.append({"callback": name, "arguments": arguments, "values": values, "result": result})
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(__file__).with_name("callbacks.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
