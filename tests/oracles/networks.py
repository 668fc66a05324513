"""More of what is compared with Keras: schedules, optimizers, and networks as lists of (class, arguments)."""

import numpy as np
from oracles.cases import conv, draw, labels, one_hot

# -- schedules and optimizers: name: (class, arguments) -----------------------------------------------

_EXPONENTIAL = {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.7}
_COSINE = {"initial_learning_rate": 0.1, "decay_steps": 40}
SCHEDULES = {
    "exponential": ("ExponentialDecay", _EXPONENTIAL),
    "exponential, staircase": ("ExponentialDecay", _EXPONENTIAL | {"staircase": True}),
    "cosine": ("CosineDecay", _COSINE),
    "cosine, alpha": ("CosineDecay", _COSINE | {"alpha": 0.2}),
    "cosine, warmup": ("CosineDecay", _COSINE | {"alpha": 0.1, "warmup_target": 0.3, "warmup_steps": 12}),
    "piecewise": ("PiecewiseConstantDecay", {"boundaries": [10, 25, 40], "values": [0.1, 0.05, 0.02, 0.01]}),
    "piecewise, one boundary": ("PiecewiseConstantDecay", {"boundaries": [20], "values": [0.1, 0.01]}),
}
SCHEDULE_STEPS = 60

OPTIMIZERS = {  # a learning rate that is a string names a schedule above
    "SGD": ("SGD", {"learning_rate": 0.05}),
    "SGD momentum": ("SGD", {"learning_rate": 0.02, "momentum": 0.9}),
    "SGD nesterov": ("SGD", {"learning_rate": 0.02, "momentum": 0.9, "nesterov": True}),
    "RMSprop": ("RMSprop", {"learning_rate": 0.003}),
    "RMSprop momentum": ("RMSprop", {"learning_rate": 0.003, "rho": 0.8, "momentum": 0.5}),
    "RMSprop centered": ("RMSprop", {"learning_rate": 0.003, "centered": True}),
    "RMSprop momentum centered": ("RMSprop", {"learning_rate": 0.002, "momentum": 0.7, "centered": True}),
    "Adam": ("Adam", {"learning_rate": 0.01}),
    "Adam other constants": ("Adam", {"learning_rate": 0.02, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3}),
    "AdamW": ("AdamW", {"learning_rate": 0.01}),
    "AdamW strong decay": ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.5}),
} | {f"SGD {name}": ("SGD", {"learning_rate": name}) for name in SCHEDULES}

# -- networks: name: (input shape, [(class, arguments), ...]) -----------------------------------------

# The ReLU stands between bias and normalisation for a reason: without it the normalisation takes the
# bias away again, its gradient is rounding error alone, and Adam makes long steps of tiny gradients.
SMALL = ((8, 6, 2), [
    conv(4, 3, strides=2),
    ("BatchNormalization", {}),
    ("MaxPooling2D", {"padding": "same"}),
    ("Flatten", {}),
    ("Dense", {"units": 6, "activation": "relu"}),
    ("Dense", {"units": 3, "activation": "softmax"}),
])  # fmt: skip
_LIMITED = ("Dense", {"units": 6, "activation": "relu", "kernel_constraint": 0.6})  # MaxNorm(0.6)
_MAX_NORM = (SMALL[0], [*SMALL[1][:4], _LIMITED, SMALL[1][5]])
TRAINED = dict.fromkeys(OPTIMIZERS, SMALL) | {"SGD, max_norm": _MAX_NORM}
OPTIMIZERS["SGD, max_norm"] = ("SGD", {"learning_rate": 0.1})
STEPS, BATCH = 100, 8


def training_batches():
    """(STEPS, BATCH, ...) pictures and (STEPS, BATCH) labels; the label is what a picture shows most."""
    x = draw("training pictures", (STEPS, BATCH, *SMALL[0]))
    y = np.stack([x[:, :, :4].sum((2, 3, 4)), x[:, :, 4:].sum((2, 3, 4)), 4 * x[:, :, 2, 2, 0]]).argmax(0)
    return x, y


def _dense(units):
    return ("Dense", {"units": units, "activation": "relu"})


_P2, _F, _BN = ("MaxPooling2D", {"pool_size": 2}), ("Flatten", {}), ("BatchNormalization", {})
_CLASSES = ("Dense", {"units": 10, "activation": "softmax"})


def _drop(rate):
    return ("Dropout", {"rate": rate})


def _m(filters, quarter=0.25, half=0.5, between=()):
    """M1, M2 or M3; ``between`` the convolutions stands nothing."""
    pool = ("MaxPooling2D", {"pool_size": 2, "padding": "same"})
    return ((32, 32, 3), [
        conv(32, 5, 2), *between, conv(filters, 5, 2), pool, _drop(quarter),
        _F, _dense(512), _drop(half), _CLASSES,
    ])  # fmt: skip


MODELS = {"M1": _m(32), "M2": _m(64), "M3": _m(128), "M3 with batch normalization": _m(128, between=[_BN])}
GRADIENTS = {  # without dropout; and the two pictures that keep all ReLUs and maxima clear of their kinks
    "M1": (_m(32, 0.0, 0.0), "pictures 35"),
    "M2": (_m(64, 0.0, 0.0), "pictures 55"),
    "M3": (_m(128, 0.0, 0.0), "pictures 55"),
}
SUMMARIES = MODELS | {
    "B final": ((32, 32, 3), [
        conv(128, 3), conv(128, 3), _BN, _P2, _drop(0.3), conv(256, 3), conv(256, 3), _P2, _drop(0.3),
        conv(512, 3), _P2, _drop(0.3), _F, _dense(512), _drop(0.3), _CLASSES,
    ]),
    "LeNet5 augmented": ((32, 32, 3), [
        ("RandomFlip", {"mode": "horizontal"}), ("RandomRotation", {"factor": 0.1}),
        ("RandomZoom", {"height_factor": 0.1}), conv(6, 5, padding="valid"), _P2,
        conv(16, 5, padding="valid"), _P2, _drop(0.2), _F, _dense(120), _dense(84), _CLASSES,
    ]),
}  # fmt: skip


def pictures(name, count):
    """(count, 32, 32, 3) numbers in [0, 1), as pixels / 255 are."""
    return (draw(name, (count, 32, 32, 3)) + 1) / 2


def picture_labels(count):
    return labels("model labels", count, 10)


# -- fit and evaluate, end to end ---------------------------------------------------------------------

_SPARSE_LOSS, _ONE_HOT_LOSS = "sparse_categorical_crossentropy", "categorical_crossentropy"
_ALL_METRICS = ["accuracy", "binary_accuracy", "categorical_accuracy", _ONE_HOT_LOSS]
FIT = {  # loss, metrics, how the targets are written
    "integer labels": (_SPARSE_LOSS, ["accuracy", _SPARSE_LOSS], "integer"),
    "one-hot labels": (_ONE_HOT_LOSS, _ALL_METRICS, "one-hot"),
    "one-hot labels, squared error": ("mean_squared_error", ["accuracy"], "one-hot"),
}
FIT_SAMPLES, FIT_BATCH, FIT_EPOCHS, FIT_SPLIT = 61, 16, 3, 0.25  # last batches are short


def fit_data(form):
    x, y = training_batches()
    x, y = x.reshape(-1, *SMALL[0])[:FIT_SAMPLES], y.reshape(-1)[:FIT_SAMPLES]
    return x, (one_hot(y, 3) if form == "one-hot" else y)
