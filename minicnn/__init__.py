"""minicnn: a convolutional network framework made to be read.

    import minicnn as mc
    model = mc.Sequential([mc.layers.Conv2D(32, 3, activation="relu", input_shape=(32, 32, 3)), ...])

Pictures are NHWC, names and rules are Keras's. ``mc.plots``, ``mc.report``, ``mc.safetensors``, ``mc.torch``,
``mc.onnx`` and ``mc.sklearn`` are loaded when first used.
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

__version__ = config.VERSION
__all__ = [
    "Sequential", "activations", "callbacks", "config", "constraints", "datasets", "get_num_threads",
    "gradcheck", "initializers", "kernels", "layers", "load_model", "losses", "metrics", "optimizers",
    "plots", "report", "set_num_threads", "set_random_seed", "utils",
]
_ON_DEMAND = {  # not all are in __all__: ``from minicnn import *`` would hide the packages of the same name
    "onnx": "minicnn.exchange.onnx",
    "plots": "minicnn.plots",
    "safetensors": "minicnn.exchange.safetensors",
    "sklearn": "minicnn.sklearn",
    "torch": "minicnn.exchange.torch",
}


def __getattr__(name):
    if name in _ON_DEMAND:
        return importlib.import_module(_ON_DEMAND[name])
    if name == "report":
        return importlib.import_module("minicnn.reports").report
    raise AttributeError(f"module 'minicnn' has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *_ON_DEMAND})
