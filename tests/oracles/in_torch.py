"""minicnn's layers in PyTorch, written for the tests: from (class, arguments) pairs to an ``nn.Sequential``.

Modules with weights are called as minicnn calls the layers (conv2d, conv2d_1, dense, ...); pictures are NCHW.
Nothing here imports minicnn.
"""

import math
from collections import OrderedDict

import torch
from torch import nn

ACTIVATIONS = {
    "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "gelu": nn.GELU,
    "leaky_relu": lambda: nn.LeakyReLU(0.2), "softmax": lambda: nn.Softmax(1),
}  # fmt: skip
WINDOWS = {"Conv2D": nn.Conv2d, "MaxPooling2D": nn.MaxPool2d, "AveragePooling2D": nn.AvgPool2d}
STEMS = {"Conv2D": "conv2d", "Dense": "dense", "BatchNormalization": "batch_normalization"}


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def window(size, kernel, strides, padding):
    """Rows and columns out, and the zeros as ``nn.ZeroPad2d`` wants them: left, right, top, bottom."""
    if padding == "valid":
        return [(n - k) // s + 1 for n, k, s in zip(size, kernel, strides)], (0, 0, 0, 0)
    out = [math.ceil(n / s) for n, s in zip(size, strides)]
    totals = [max((o - 1) * s + k - n, 0) for o, n, k, s in zip(out, size, kernel, strides)]
    (top, bottom), (left, right) = ((total // 2, total - total // 2) for total in totals)
    return out, (left, right, top, bottom)


def build(input_shape, layers):
    """The network, and nothing trained."""
    *size, features = input_shape
    modules = OrderedDict()

    def add(module, stem=None):
        """Under the layer's name or, where the layer has no weights, under a number."""
        count = sum(name.startswith(stem) for name in modules) if stem else 0
        modules[f"{stem}_{count}" if count else stem or str(len(modules))] = module

    for kind, a in layers:
        stem, bias = STEMS.get(kind), a.get("use_bias", True)
        if kind in WINDOWS:
            kernel = pair(a.get("kernel_size") or a.get("pool_size", 2))
            strides = pair(a.get("strides") or (1 if kind == "Conv2D" else kernel))
            size, zeros = window(size, kernel, strides, a.get("padding", "valid"))
            assert kind != "AveragePooling2D" or not any(zeros), "PyTorch would count them"
            add(nn.ConstantPad2d(zeros, -math.inf if kind == "MaxPooling2D" else 0.0))
        if kind == "Conv2D":
            add(nn.Conv2d(features, a["filters"], kernel, strides, bias=bias), stem)
            features = a["filters"]
        elif kind in WINDOWS:
            add(WINDOWS[kind](kernel, strides))
        elif kind == "GlobalAveragePooling2D":
            add(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()))
            size = []
        elif kind == "Flatten":
            add(nn.Flatten())
            size, features = [], math.prod([*size, features])
        elif kind == "Dense":
            add(nn.Linear(features, a["units"], bias), stem)
            features = a["units"]
        elif kind == "BatchNormalization":
            normalisation = nn.BatchNorm2d if size else nn.BatchNorm1d
            add(normalisation(features, eps=1e-3, momentum=0.01, affine=a.get("scale", True)), stem)
        else:
            add({"Dropout": nn.Dropout}[kind](a["rate"]))
        if a.get("activation"):
            add(ACTIVATIONS[a["activation"]]())
    return nn.Sequential(modules)


def pictures(x):
    """(N, H, W, C) of NumPy as (N, C, H, W) in PyTorch; rows of numbers as they are.

    Copied: one channel lies the same either way, and where the strides still say that it was last, oneDNN in
    PyTorch 2.13 convolves wrongly.
    """
    return torch.from_numpy(x.transpose(0, 3, 1, 2).copy() if x.ndim == 4 else x)


def answers(net, x):
    """What the network says to ``x`` at inference, in NumPy."""
    with torch.no_grad():
        return net.eval()(pictures(x)).numpy()
