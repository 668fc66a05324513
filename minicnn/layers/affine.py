"""What Conv2D and Dense share: activation(x * kernel + bias), where only ``*`` differs."""

import numpy as np

from minicnn import activations, constraints, initializers
from minicnn.layers.base import Layer, flag


class Affine(Layer):
    """Owns a kernel, a bias and an activation. A subclass knows the product and its gradients.

    ReLU is the product's own business (``relu``, ``relu_of``): a compiled product applies it while the
    number is still in a register. Every other activation is applied here.
    """

    arguments = ("activation", "use_bias", "kernel_initializer", "kernel_constraint")

    def __init__(self, activation, use_bias, kernel_initializer, kernel_constraint, name, input_shape):
        super().__init__(name, input_shape)
        self.activation = activations.get(activation)
        self.use_bias = flag(use_bias, "use_bias")
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.kernel_constraint = constraints.get(kernel_constraint)

    def kernel_shape(self, input_shape):
        """The shape of the kernel; its last number is the size of the bias."""
        raise NotImplementedError

    def product(self, x, relu):
        """x * kernel + bias, and ReLU of it if so asked."""
        raise NotImplementedError

    def product_gradients(self, x, dy, relu_of):
        """dx (None unless ``needs_dx``), dkernel, dbias. ``relu_of``: y where ReLU was applied, else None."""
        raise NotImplementedError

    def add_weights(self, input_shape):
        shape = self.kernel_shape(input_shape)
        self.params = {"kernel": self.initial("kernel", shape, self.kernel_initializer)}
        self.zero_bias = np.zeros(shape[-1], self.dtype)
        if self.use_bias:
            self.params["bias"] = self.zero_bias.copy()
        if self.kernel_constraint is not None:
            self.constraints = {"kernel": self.kernel_constraint}

    @property
    def bias(self):
        """The bias, or zeros for a layer without one."""
        return self.params.get("bias", self.zero_bias)

    def forward(self, x, training=False):
        x = self.check_input(x)
        relu = self.activation is activations.relu
        z = self.product(x, relu)
        y = z if relu else self.activation(z)
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
            return self.backward_logits(dy, relu_of=y)
        return self.backward_logits(self.activation.backward(dy, z, y))

    def backward_logits(self, dz, relu_of=None):
        """As backward, from the gradient of the logits."""
        dx, dw, db = self.product_gradients(self.recall()[0], dz, relu_of)
        self.grads = {"kernel": dw, "bias": db} if self.use_bias else {"kernel": dw}
        return dx
