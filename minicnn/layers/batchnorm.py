"""Batch normalisation: keep every channel's numbers in a range the next layer can work with."""

import numpy as np

from minicnn import initializers
from minicnn.checks import number
from minicnn.kernels import batchnorm
from minicnn.layers.base import Layer, flag


class BatchNormalization(Layer):
    """(..., C) -> (..., C): mean 0 and variance 1 per channel over the batch, then times gamma, plus beta.

    While training the batch's own statistics count and ``moving_mean`` and ``moving_variance`` follow them,
    moving = momentum moving + (1 - momentum) batch; otherwise these are used. All four are (C,).
    A channel that holds a single number, as in a batch of one row, is its own mean: y is beta and dx is 0.
    Raises ValueError when trained on a batch without pictures. Ioffe & Szegedy 2015, Algorithm 1.
    """

    arguments = ("momentum", "epsilon", "center", "scale")

    def __init__(self, momentum=0.99, epsilon=1e-3, center=True, scale=True, name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.momentum = number(momentum, "momentum", least=0, most=1)
        self.epsilon = number(epsilon, "epsilon", least=0)
        self.center, self.scale = flag(center, "center"), flag(scale, "scale")

    def add_weights(self, input_shape):
        C = input_shape[-1]
        self.state = {
            "moving_mean": self.initial("moving_mean", (C,), initializers.Zeros()),
            "moving_variance": self.initial("moving_variance", (C,), initializers.Ones()),
        }
        self.no_scale, self.no_offset = np.ones(C, self.dtype), np.zeros(C, self.dtype)
        self.params = {"gamma": self.no_scale.copy()} if self.scale else {}
        self.params |= {"beta": self.no_offset.copy()} if self.center else {}

    @property
    def gamma(self):
        """The scale (C,), or ones for a layer without one."""
        return self.params.get("gamma", self.no_scale)

    @property
    def beta(self):
        """The offset (C,), or zeros for a layer without one."""
        return self.params.get("beta", self.no_offset)

    def forward(self, x, training=False):
        x = self.check_input(x)
        rows = x.reshape(-1, x.shape[-1])
        if training:
            if len(rows) == 0:
                raise ValueError(f"{self} needs at least one picture to train on: there is no mean of none")
            y, mean, variance = batchnorm.forward(rows, self.gamma, self.beta, self.epsilon)
            for name, batch in (("moving_mean", mean), ("moving_variance", variance)):
                self.state[name][...] = self.momentum * self.state[name] + (1 - self.momentum) * batch
        else:
            mean, variance = self.state["moving_mean"].copy(), self.state["moving_variance"].copy()
            y = batchnorm.normalise(rows, mean, variance, self.gamma, self.beta, self.epsilon)
        self.cache = rows, mean, variance, training, x.shape
        return y.reshape(x.shape)

    @np.errstate(invalid="ignore")  # the means of no pictures are 0 / 0, and nothing is made of them
    def backward(self, dy):
        x, mean, variance, training, shape = self.recall()
        rows = self.check_gradient(dy, shape).reshape(x.shape)
        dx, dgamma, dbeta = batchnorm.backward(x, mean, variance, self.gamma, rows, self.epsilon)
        if not training:  # mean and variance were given, not made from x: dx has one part, not three
            dx = rows * (self.gamma / np.sqrt(variance + self.dtype.type(self.epsilon)))
        self.grads = {"gamma": dgamma} if self.scale else {}
        self.grads |= {"beta": dbeta} if self.center else {}
        return dx.reshape(shape)
