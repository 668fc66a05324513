"""What is exchanged with PyTorch, as plain data: a few small networks, and pictures for them."""

import numpy as np
from oracles import cases

_BARE = {"center": False, "scale": False}  # affine=False
NETWORKS = {
    # "same" with strides, on even and odd sizes; the pixels that reach Dense are 3 x 2 of 6 channels
    "strided": ((20, 13, 2), [
        cases.conv(4, 5, 2), cases.conv(6, 3, 2), ("MaxPooling2D", {"padding": "same"}),
        ("Flatten", {}), ("Dropout", {"rate": 0.5}), ("Dense", {"units": 5, "activation": "relu"}),
        ("Dense", {"units": 3, "activation": "softmax"}),
    ]),
    # a normalisation between Flatten and Dense: it counts its features as the pixels are counted
    "normalised": ((8, 7, 3), [
        ("Conv2D", {"filters": 4, "kernel_size": 3, "use_bias": False}), ("BatchNormalization", {}),
        ("AveragePooling2D", {}), ("Flatten", {}), ("BatchNormalization", {}),
        ("Dense", {"units": 5, "activation": "tanh"}), ("Dense", {"units": 3, "use_bias": False}),
    ]),
    "averaged": ((7, 9, 1), [
        cases.conv(4, (3, 2), activation="gelu"), ("GlobalAveragePooling2D", {}),
        ("BatchNormalization", _BARE), ("Dense", {"units": 3, "activation": "sigmoid"}),
    ]),
    "pixels": ((4, 3, 2), [("Flatten", {}), ("Dense", {"units": 3, "activation": "leaky_relu"})]),
}  # fmt: skip
TRAINED = 24  # pictures a network is trained on, and as many that it is asked about


def pictures(name):
    """(24, H, W, C) float32"""
    return cases.draw(f"torch {name}", (TRAINED, *NETWORKS[name][0])).astype(np.float32)
