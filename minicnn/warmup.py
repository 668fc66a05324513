"""Compile ahead of time what a training step would compile when it first comes by.

A kernel is compiled for the types it is called with, whatever the sizes. So a few tiny networks, one step and
one prediction each, leave in the cache all that documented models need.
"""

import time

import numpy as np

from minicnn import config, layers, optimizers
from minicnn.datasets import images
from minicnn.kernels import jit, updates
from minicnn.model import Sequential

SIZE = 8  # pixels a side


def _convolutions(algorithm, size):
    """By itself, and with the pooling behind it."""
    how = {"padding": "same", "activation": "relu", "algorithm": algorithm}
    return [*(layers.Conv2D(1, size, **how) for _ in range(2)), layers.MaxPooling2D()]


def _few_channels(*pooling):
    """A first layer on colours whose filters fill whole vectors of either float type: conv2d_direct.py.

    One filter of one pixel, above, never goes that way.
    """
    return [layers.Conv2D(32, 3, activation="relu", algorithm="im2col"), *pooling]


def _augmentations():
    """Behind a layer with parameters, so that the way back is gone, too."""
    return [
        layers.BatchNormalization(), layers.RandomFlip(), layers.RandomRotation(0.1), layers.RandomZoom(0.1),
        layers.RandomTranslation(0.1, 0.1), layers.RandomCrop(SIZE - 1, SIZE - 1),
    ]  # fmt: skip


NETWORKS = {
    "dense": lambda: [layers.Dense(2, kernel_constraint="max_norm")],
    "pooling": lambda: [layers.Dense(2), layers.MaxPooling2D(2, 1), layers.AveragePooling2D(2, 1)],
    "batch normalisation, dropout": lambda: [layers.BatchNormalization(), layers.Dropout(0.5)],
    "convolution as one matrix product": lambda: _convolutions("im2col", size=1),
    "convolution of few channels": _few_channels,
    "the same, with pooling": lambda: _few_channels(layers.MaxPooling2D()),
    "convolution in tiles of 6 x 6": lambda: _convolutions("winograd", size=3),
    "convolution in tiles of 8 x 8": lambda: _convolutions("winograd", size=5),
    "augmentation": _augmentations,
}
OPTIMIZERS = (optimizers.SGD, optimizers.RMSprop, optimizers.Adam)  # AdamW's kernel is Adam's


def train_and_predict(hidden):
    """One step of a network of ``hidden`` layers that ends in two dense ones, and one prediction."""
    model = Sequential([
        layers.Rescaling(1 / 255, input_shape=(SIZE, SIZE, 3)), *hidden,
        layers.Flatten(), layers.Dense(4, activation="relu"), layers.Dense(2, activation="softmax"),
    ])  # fmt: skip
    model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
    x = np.zeros((2, SIZE, SIZE, 3), np.uint8)
    x[1] = 255
    model.train_on_batch(x, np.array([0, 1]))
    model.predict(x)


def step(optimizer):
    """One step on few weights and on many, which are shared among the threads."""
    params = {str(size): np.zeros(size, config.floatx()) for size in (1, updates.ALONE + 1)}
    optimizer().update(params, {name: w.copy() for name, w in params.items()})


def shrink_pictures():
    """One as it comes from a file, read-only, which to the compiler is another type; and one cut."""
    pixels = np.frombuffer(bytes(SIZE * SIZE * 3), np.uint8).reshape(SIZE, SIZE, 3)
    for crop in (False, True):
        images.resize(pixels, (2, 3), crop_to_aspect_ratio=crop)


def groups():
    """Pairs: what is compiled, and the function that makes it so."""
    for name, hidden in NETWORKS.items():
        yield name, lambda hidden=hidden: train_and_predict(hidden())
    yield "optimizers", lambda: [step(each) for each in OPTIMIZERS]
    if config.floatx() == "float32":  # the pixels of a file are no matter of floatx
        yield "resizing pictures", shrink_pictures


def warm_up(float64=False):
    """Compile everything for float32, then for float64 if asked. Returns whether it was kept on disk.

    Raises OSError, before anything is compiled, where nothing could be kept.
    """
    begin, before, folder = time.perf_counter(), config.floatx(), jit.cache_folder()
    mend = f"{folder} cannot be written, set MINICNN_CACHE to another"
    if jit.prepared_folder() is None:
        raise OSError(f"nothing that is compiled could be kept: {mend}")
    try:
        for floatx in ("float32", "float64") if float64 else ("float32",):
            config.set_floatx(floatx)
            for name, run in groups():
                start = time.perf_counter()
                run()
                print(f"  {floatx}  {name:<36}{time.perf_counter() - start:6.1f} s", flush=True)
    finally:
        config.set_floatx(before)
    kept = any(folder.rglob("*.nbc"))
    where = f"in {folder}" if kept else f"nowhere: {mend}"
    print(f"{time.perf_counter() - begin:.1f} s in all; the compiled kernels are kept {where}")
    return kept
