"""Convolution: F small pictures, slid over the image."""

import numpy as np

from minicnn import activations, constraints, initializers
from minicnn.kernels import conv2d
from minicnn.layers.base import Layer, check_padding, pair, whole_number, window_output_size


class Conv2D(Layer):
    """(N, H, W, C) -> (N, OH, OW, filters); kernel (KH, KW, C, filters), bias (filters,).

    ``padding="same"`` gives OH = ceil(H / stride), ``"valid"`` only windows wholly inside the picture.
    """

    arguments = ("filters", "kernel_size", "strides", "padding", "activation", "use_bias",
                 "kernel_initializer", "kernel_constraint")
    rank = 4

    def __init__(self, filters, kernel_size, strides=(1, 1), padding="valid", activation=None, use_bias=True,
                 kernel_initializer="glorot_uniform", kernel_constraint=None, name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.filters = whole_number(filters, "filters")
        self.kernel_size = pair(kernel_size, "kernel_size")
        self.strides = pair(strides, "strides")
        self.padding = check_padding(padding)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def compute_output_shape(self, input_shape):
        self.zeros, OH, OW = window_output_size(self, input_shape, self.kernel_size, "kernel")
        return input_shape[0], OH, OW, self.filters

    def add_weights(self, input_shape):
        shape = (*self.kernel_size, input_shape[3], self.filters)
        self.params = {"kernel": self.initial("kernel", shape, self.kernel_initializer)}
        self.bias = np.zeros(self.filters, self.dtype)
        if self.use_bias:
            self.params["bias"] = self.bias
        if self.kernel_constraint is not None:
            self.constraints = {"kernel": self.kernel_constraint}

    def forward(self, x, training=False):
        x = self.check_input(x)
        fused = self.activation is activations.relu
        z = conv2d.forward(x, self.params["kernel"], self.bias, self.strides, self.zeros, relu=fused)
        y = z if fused else self.activation(z)
        self.cache = x, z, y
        return y

    def backward(self, dy):
        x, z, y = self.recall()
        dy = self.check_gradient(dy, y.shape)
        if self.activation is activations.relu:
            return self._backward(x, dy, relu_of=y)
        return self._backward(x, self.activation.backward(dy, z, y))

    def _backward(self, x, dz, relu_of=None):
        dx, dw, db = conv2d.backward(
            x, self.params["kernel"], dz, self.strides, self.zeros, relu_of, self.needs_dx
        )
        self.grads = {"kernel": dw, "bias": db} if self.use_bias else {"kernel": dw}
        return dx
