"""Dense: every output sees every input."""

import numpy as np

from minicnn import activations, constraints, initializers
from minicnn.kernels import dense
from minicnn.layers.base import Layer, whole_number


class Dense(Layer):
    """(N, ..., D) -> (N, ..., units); kernel (D, units), bias (units,)."""

    arguments = ("units", "activation", "use_bias", "kernel_initializer", "kernel_constraint")

    def __init__(self, units, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
                 kernel_constraint=None, name=None, input_shape=None):
        super().__init__(name, input_shape)
        self.units = whole_number(units, "units")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def compute_output_shape(self, input_shape):
        if len(input_shape) < 2 or input_shape[-1] is None:
            raise ValueError(f"{self} expects inputs (batch, ..., features), got {input_shape}")
        return *input_shape[:-1], self.units

    def add_weights(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.params = {"kernel": self.initial("kernel", shape, self.kernel_initializer)}
        self.bias = np.zeros(self.units, self.dtype)
        if self.use_bias:
            self.params["bias"] = self.bias
        if self.kernel_constraint is not None:
            self.constraints = {"kernel": self.kernel_constraint}

    def forward(self, x, training=False):
        x = self.check_input(x)
        rows = x.reshape(-1, x.shape[-1])
        fused = self.activation is activations.relu
        z = dense.forward(rows, self.params["kernel"], self.bias, relu=fused)
        z = z.reshape(*x.shape[:-1], self.units)
        y = z if fused else self.activation(z)
        self.cache = x, z, y
        return y

    @property
    def logits(self):
        """The last output before its activation: what a loss fused with the softmax starts from."""
        return self.recall()[1]

    def backward(self, dy):
        _, z, y = self.recall()
        dy = self.check_gradient(dy, y.shape)
        if self.activation is activations.relu:
            return self.backward_logits(dy, relu_of=y.reshape(-1, self.units))
        return self.backward_logits(self.activation.backward(dy, z, y))

    def backward_logits(self, dz, relu_of=None):
        """As backward, from the gradient of the logits."""
        x = self.recall()[0]
        rows, dz = x.reshape(-1, x.shape[-1]), dz.reshape(-1, self.units)
        dx, dw, db = dense.backward(rows, self.params["kernel"], dz, relu_of, self.needs_dx)
        self.grads = {"kernel": dw, "bias": db} if self.use_bias else {"kernel": dw}
        return dx.reshape(x.shape) if self.needs_dx else None
