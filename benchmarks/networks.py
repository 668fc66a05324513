"""The documented networks, in a notation that fits on a line, and the data to time them on.

    C32k5s2S   Conv2D, 32 filters, 5x5 kernel, stride 2, padding same (V: valid; no s: stride 1), ReLU
    P, P3/2    MaxPooling2D 2x2, stride 2; 3x3, stride 2
    BN         BatchNormalization
    D.25       Dropout(0.25)
    /255       Rescaling(1/255)
    F          Flatten
    512        Dense, ReLU; 1024^2 with kernel_constraint MaxNorm(2); the last one has softmax instead

Layers, batch sizes, optimizers and losses are those of the write-ups that examples/ rebuilds.
"""

import re
from dataclasses import dataclass

import numpy as np

RATE = 1e-6  # the arithmetic is that of any rate; thousands of steps on one batch leave the network as it was
RMSPROP = ("RMSprop", {"learning_rate": RATE})
ADAM = ("Adam", {"learning_rate": RATE})
SGD = ("SGD", {"learning_rate": RATE, "momentum": 0.9, "nesterov": True})
ONE_HOT, LABELS = "categorical_crossentropy", "sparse_categorical_crossentropy"


@dataclass(frozen=True)
class Network:
    """What is trained: layers in the notation above, for pictures (H, W, C), and how."""

    text: str
    shape: tuple = (32, 32, 3)
    batch: int = 32
    optimizer: tuple = SGD
    loss: str = ONE_HOT
    brightest: float = 1.0  # pixels go from 0 to here

    @property
    def tokens(self):
        """The layers as they were written."""
        return self.text.split()

    @property
    def classes(self):
        """The number of outputs."""
        return int(self.tokens[-1])

    @property
    def layers(self):
        """``[("Conv2D", {"filters": 32, ...}), ...]``, in the words of minicnn and Keras."""
        last = len(self.tokens) - 1
        return [_layer(token, k == last) for k, token in enumerate(self.tokens)]

    def pictures(self, count):
        """(count, H, W, C) random numbers, the same every time, in float32."""
        drawn = np.random.default_rng(0).random((count, *self.shape), np.float32)
        return drawn * np.float32(self.brightest)

    def labels(self, count):
        """(count,) random classes, the same every time."""
        return np.random.default_rng(1).integers(0, self.classes, count)

    def targets(self, count):
        """The labels as the loss wants them: as they are, or one-hot."""
        labels = self.labels(count)
        return labels if self.loss == LABELS else np.eye(self.classes, dtype=np.float32)[labels]


_GRAMMAR = {
    r"C(\d+)k(\d+)(?:s(\d+))?([SV])": lambda filters, kernel, stride, padding: ("Conv2D", {
        "filters": int(filters), "kernel_size": int(kernel), "strides": int(stride or 1),
        "padding": {"S": "same", "V": "valid"}[padding], "activation": "relu",
    }),
    r"P(?:(\d+)/(\d+))?": lambda size, stride: (
        "MaxPooling2D", {"pool_size": int(size or 2), "strides": int(stride or 2)}),
    r"BN": lambda: ("BatchNormalization", {}),
    r"D(\.\d+)": lambda rate: ("Dropout", {"rate": float(rate)}),
    r"/255": lambda: ("Rescaling", {"scale": 1 / 255}),
    r"F": lambda: ("Flatten", {}),
    r"(\d+)(?:\^(\d+))?": lambda units, most: ("Dense", {
        "units": int(units), "activation": "relu", **({"max_norm": int(most)} if most else {}),
    }),
}  # fmt: skip


def _layer(token, last):
    for pattern, make in _GRAMMAR.items():
        if match := re.fullmatch(pattern, token):
            kind, arguments = make(*match.groups())
            return kind, arguments | ({"activation": "softmax"} if last and kind == "Dense" else {})
    raise ValueError(f"{token!r} is no layer of the notation: see benchmarks/networks.py")


def _vgg16():
    groups = [" ".join([f"C{filters}k3S"] * count) + " P" for filters, count in
              ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))]
    return f"/255 {' '.join(groups)} F 4096 4096 5"


_A = {"batch": 40, "optimizer": RMSPROP}
_B = {"batch": 128, "optimizer": ADAM, "loss": LABELS, "brightest": 255.0}
_FLOWERS = {"brightest": 255.0}
NETWORKS = {
    "m1": Network("C32k5s2S C32k5s2S P D.25 F 512 D.5 10", **_A),
    "m2": Network("C32k5s2S C64k5s2S P D.25 F 512 D.5 10", **_A),
    "m3": Network("C32k5s2S C128k5s2S P D.25 F 512 D.5 10", **_A),
    "first": Network("C32k3S P C64k3S P C64k3S P F 1024 10", **_B),
    "second": Network("C32k5S C64k5S P C64k5S P F 1024 10", **_B),
    "final": Network("C128k3S C128k3S BN P D.3 C256k3S C256k3S P D.3 C512k3S P D.3 F 512 D.3 10", **_B),
    "base": Network("C32k3S D.2 C32k3S P C64k3S D.2 C64k3S P C128k3S D.2 C128k3S P F D.2 1024^2 D.2 10"),
    "lenet5": Network("C6k5V P C16k5V P F 120 84 10"),
    "alexnet": Network("/255 C96k11s4V P3/2 C256k5S P3/2 C384k3S C384k3S C256k3S P3/2 F 4096 4096 1000 5",
                       (227, 227, 3), **_FLOWERS),
    "vgg16": Network(_vgg16(), (224, 224, 3), **_FLOWERS),
    "d": Network("C32k4V P C32k4V P F 256 10", optimizer=ADAM),
    "e": Network("C32k3V P C64k3V P F 64 10", batch=64, optimizer=ADAM, loss=LABELS),
}  # fmt: skip
TITLES = {  # as they are called in the tables of examples/README.md, where there is more about them
    "m1": "M1", "m2": "M2", "m3": "M3", "first": "B, overfitting: first", "second": "B, overfitting: second",
    "final": "B, overfitting: final", "base": "Base", "lenet5": "LeNet5", "alexnet": "AlexNet",
    "vgg16": "VGG16", "d": "D, early stopping", "e": "E, predictions",
}  # fmt: skip
