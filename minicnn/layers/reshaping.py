"""Layers that leave the numbers alone and change their shape, or where the network begins."""

import math

from minicnn.layers.base import Layer


class Flatten(Layer):
    """(N, ...) -> (N, product of the rest), the last axis fastest. ValueError where one is unknown."""

    def compute_output_shape(self, input_shape):
        if None in input_shape[1:]:
            raise ValueError(f"{self} needs to know all sizes but the batch's, got {input_shape}")
        return input_shape[0], math.prod(input_shape[1:])

    def forward(self, x, training=False):
        x = self.check_input(x)
        self.cache = x.shape
        return x.reshape(x.shape[0], self.output_shape[1])

    def backward(self, dy):
        x_shape = self.recall()
        return self.check_gradient(dy, (x_shape[0], *self.output_shape[1:])).reshape(x_shape)


class Input(Layer):
    """Says what comes in, ``Input((32, 32, 3))``: first in a Sequential, but no layer of the network.

    ``shape``: that of one picture, without N. By itself (N, ...) -> (N, ...), unchanged.
    """

    arguments = ("shape",)

    def __init__(self, shape, name=None):
        super().__init__(name, shape)
        self.shape = self.given_input_shape[1:]

    def get_config(self):
        return {"shape": list(self.shape), "name": self.name}

    def forward(self, x, training=False):
        x = self.check_input(x)
        self.cache = x.shape
        return x

    def backward(self, dy):
        return self.check_gradient(dy, self.recall())
