"""The pictures of the payoffs: CIFAR-10 where it is on this machine, the embedded shapes where it is not."""

from dataclasses import dataclass

import numpy as np

from minicnn.datasets import cifar10, shapes


@dataclass(frozen=True)
class Pictures:
    """x (N, H, W, 3) uint8, y (N,) int64; ``name`` is "cifar10" or "shapes"."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple
    name: str

    @property
    def label(self):
        """What a figure made from them says."""
        return "CIFAR-10" if self.name == "cifar10" else "embedded shapes (CIFAR-10 is not on this machine)"


def pictures(n_train, n_test, name=None):
    """The first ``n_train`` training and ``n_test`` test pictures. Nothing is ever downloaded here."""
    name = name or ("cifar10" if cifar10.on_disk() else "shapes")
    if name == "cifar10":
        (x, y), (x_test, y_test) = cifar10.load_data()
        x, y, x_test, y_test = x[:n_train], y[:n_train], x_test[:n_test], y_test[:n_test]
    else:
        (x, y), (x_test, y_test) = shapes.load_data(n_train, n_test)
    classes = cifar10.CLASS_NAMES if name == "cifar10" else shapes.CLASS_NAMES
    return Pictures(x, y[:, 0].astype(np.int64), x_test, y_test[:, 0].astype(np.int64), classes, name)


def pixels(x):
    """Pictures uint8 as float32, around 0 and about as large as 1."""
    return (x / np.float32(255) - np.float32(0.5)) * np.float32(4)


def flat(x):
    """The same, as rows (N, 3072)."""
    return pixels(x).reshape(len(x), -1)


def labels(y, seed, shuffle):
    """``y``, or for the control the same labels dealt to the wrong pictures."""
    return np.random.default_rng(seed).permutation(y) if shuffle else y


def batches(n, size, epochs, seed):
    """The numbers of the pictures of each batch: all of them once an epoch, in a new order each time."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n - size + 1, size):
            yield order[start : start + size]
