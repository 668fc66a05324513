"""The layers, one file each. A layer checks shapes, owns parameters and calls a kernel.

Shapes are those of input and output, N pictures in a batch; names, arguments and defaults are Keras's. For an
argument it cannot use, or an input of another shape than it was built for, a layer raises ValueError, which
tells the layer, what it expected and what came.
"""

from minicnn import lookup
from minicnn.layers.activation import Activation, LeakyReLU, ReLU, Softmax
from minicnn.layers.augmentation import RandomCrop, RandomFlip, RandomRotation, RandomTranslation, RandomZoom
from minicnn.layers.base import Layer
from minicnn.layers.batchnorm import BatchNormalization
from minicnn.layers.conv2d import Conv2D
from minicnn.layers.dense import Dense
from minicnn.layers.dropout import Dropout
from minicnn.layers.pooling import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from minicnn.layers.rescaling import Rescaling
from minicnn.layers.reshaping import Flatten, Input

MaxPool2D = MaxPooling2D
BatchNorm = BatchNormalization

__all__ = [
    "Activation", "AveragePooling2D", "BatchNorm", "BatchNormalization", "Conv2D", "Dense", "Dropout",
    "Flatten", "GlobalAveragePooling2D", "Input", "Layer", "LeakyReLU", "MaxPool2D", "MaxPooling2D",
    "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "Rescaling",
    "Softmax",
]

LAYERS = {layer.__name__: layer for name in __all__ if (layer := globals()[name]) is not Layer}
lookup.reserve(LAYERS)


def get(identifier):
    """A layer from an object or from what ``lookup.serialize`` gave."""
    return lookup.resolve(identifier, LAYERS, "layer", Layer)
