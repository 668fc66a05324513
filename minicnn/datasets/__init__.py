"""Data sets: real photographs (``cifar10``, ``flowers``) and pictures drawn by code (``shapes``).

    (x_train, y_train), (x_test, y_test) = mc.datasets.load("cifar10")
    train, validation = mc.datasets.flowers.load_data(image_size=(227, 227))     # read as needed

Those in memory are arrays: pictures ``(N, 32, 32, 3)`` uint8 and labels ``(N, 1)`` uint8 in 0..9.
Photographs are read from disk or downloaded; ``shapes`` needs neither disk nor network. Pictures of your own,
in folders: ``mc.utils.image_dataset_from_directory``, which image_dataset.py here defines.
"""

from minicnn.datasets import cifar10, flowers, shapes
from minicnn.datasets.download import DatasetUnavailable
from minicnn.lookup import nearest

__all__ = ["DatasetUnavailable", "cifar10", "flowers", "load", "shapes"]

_BY_NAME = {"cifar10": cifar10, "shapes": shapes}


def load(name, n_train=50_000, n_test=10_000):
    """The first ``n_train`` training and ``n_test`` test pictures of the set called ``name``.

    Returns ``((x_train, y_train), (x_test, y_test))``. ``shapes`` draws only what is asked for.
    Raises ``DatasetUnavailable`` where CIFAR-10 is neither on disk nor to be had.
    """
    if name not in _BY_NAME:
        near = nearest(name, _BY_NAME)
        hint = f": did you mean {near!r}?" if near else ""
        raise ValueError(f"datasets.load knows {' and '.join(map(repr, _BY_NAME))}, got {name!r}{hint}")
    for what, n, most in (("n_train", n_train, 50_000), ("n_test", n_test, 10_000)):
        if not 0 <= n <= most:
            raise ValueError(f"datasets.load({name!r}): {what} must lie in 0..{most}, got {n!r}")
    if name == "shapes":
        return shapes.load_data(n_train, n_test)
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    return (x_train[:n_train], y_train[:n_train]), (x_test[:n_test], y_test[:n_test])
