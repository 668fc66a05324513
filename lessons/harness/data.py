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
