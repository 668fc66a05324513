"""Rescaling: bring pixels into a range inside the model, so that it takes pictures as they are."""

from minicnn.checks import number
from minicnn.layers.base import Layer


class Rescaling(Layer):
    """x scale + offset, in any shape; ``Rescaling(1 / 255)`` turns bytes into 0 .. 1."""

    arguments = ("scale", "offset")

    def __init__(self, scale, offset=0.0, name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.scale, self.offset = number(scale, "scale"), number(offset, "offset")

    def forward(self, x, training=False):
        x = self.check_input(x)
        self.cache = x.shape
        return x * self.dtype.type(self.scale) + self.dtype.type(self.offset)

    def backward(self, dy):
        # forward was: y = x scale + offset
        return self.check_gradient(dy, self.recall()) * self.dtype.type(self.scale)
