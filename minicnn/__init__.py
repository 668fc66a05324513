"""minicnn: a convolutional network framework made to be read.

    import minicnn as mc
    model = mc.Sequential([mc.layers.Conv2D(32, 3, activation="relu", input_shape=(32, 32, 3)), ...])

Pictures are NHWC, names and rules are Keras's. ``mc.plots`` and ``mc.sklearn`` are loaded
when first used.
"""

import importlib

from minicnn import (
    activations,
    callbacks,
    config,
    constraints,
    datasets,
    gradcheck,
    initializers,
    kernels,
    layers,
    losses,
    metrics,
    optimizers,
    utils,
)
from minicnn.kernels.threads import get_num_threads, set_num_threads
from minicnn.model import Sequential
from minicnn.random import set_random_seed
from minicnn.saving import load_model

__version__ = "0.1.0"
__all__ = [
    "Sequential", "activations", "callbacks", "config", "constraints", "datasets", "get_num_threads",
    "gradcheck", "initializers", "kernels", "layers", "load_model", "losses", "metrics", "optimizers",
    "plots", "set_num_threads", "set_random_seed", "utils",
]


def __getattr__(name):
    if name in ("plots", "sklearn"):
        return importlib.import_module(f"minicnn.{name}")
    raise AttributeError(f"module 'minicnn' has no attribute {name!r}")
