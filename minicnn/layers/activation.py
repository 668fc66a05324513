"""Activations as layers of their own."""

from functools import partial

from minicnn import activations
from minicnn.checks import number
from minicnn.layers.base import Layer


class Activation(Layer):
    """Any activation, by name or as an object: ``Activation("tanh")``. Shape as it comes.

    Formulas and sources of those that have names: kernels/activations.py.
    """

    arguments = ("activation",)

    def __init__(self, activation, name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.activation = activations.get(activation)

    def forward(self, x, training=False):
        x = self.check_input(x)
        y = self.activation(x)
        self.cache = x, y
        return y

    @property
    def logits(self):
        """The last input: what a loss fused with the softmax starts from."""
        return self.recall()[0]

    def backward(self, dy):
        x, y = self.recall()
        return self.activation.backward(self.check_gradient(dy, y.shape), x, y)

    def backward_logits(self, dz):
        """As backward, from the gradient of the input: there is nothing left to do."""
        return dz


class ReLU(Activation):
    """max(x, 0), in any shape. Nair & Hinton 2010."""

    arguments = ()

    def __init__(self, name=None, input_shape=None):
        super().__init__("relu", name, input_shape)


class Softmax(Activation):
    """e^x, divided by its sum along the last axis: scores (N, ..., K) become probabilities (N, ..., K)."""

    arguments = ()

    def __init__(self, name=None, input_shape=None):
        super().__init__("softmax", name, input_shape)


class LeakyReLU(Activation):
    """x where x > 0, else negative_slope x; in any shape. Maas, Hannun & Ng 2013."""

    arguments = ("negative_slope",)

    def __init__(self, negative_slope=0.3, name=None, input_shape=None):
        slope = number(negative_slope, "negative_slope", least=0)
        both = activations.leaky_relu.forward, activations.leaky_relu.backward
        leaky = activations.Activation("leaky_relu", *(partial(each, negative_slope=slope) for each in both))
        super().__init__(leaky, name, input_shape)
        self.negative_slope = slope
