"""Slopes with all their digits, however small: a step along the imaginary axis.

    f(x + i h) = f(x) + i h f'(x) - h^2 f''(x) / 2 - ...        f'(x) = imaginary part / h

Central differences subtract two nearly equal numbers, so of a slope of 1e-9 they see rounding alone. Here
nothing is subtracted and h can be 1e-100: a tanh that is nearly flat has its slope to the last digit. And as
h is less than any distance from a kink, ReLU and max pooling need no room around theirs. The price is a
forward pass that computes with complex numbers, as those below do. They share no line with the gradients they
judge.

Source: Squire & Trapp 1998, "Using complex variables to estimate derivatives of real functions".
"""

import numpy as np
from scipy.special import erfc

from minicnn.gradcheck import relative_error
from minicnn.kernels.conv2d import forward_matrix
from minicnn.kernels.pooling import max_forward_definition

STEP = 1e-100


def gradients(f, arrays, dy):
    """{name: the gradient of the sum of dy f(**arrays)} by every entry of every array."""
    found = {}
    for name, array in arrays.items():
        found[name] = np.empty(array.shape)
        for index in np.ndindex(array.shape):
            moved = array.astype(np.complex128)
            moved[index] += 1j * STEP
            found[name][index] = np.sum(dy * f(**arrays | {name: moved}).imag) / STEP
    return found


def errors(f, arrays, dy, found):
    """Relative errors of the gradients ``found``, by name, as gradcheck.py measures them."""
    due = gradients(f, arrays, dy)
    return {name: relative_error(found[name], due[name]) for name in arrays}


# ---- functions of complex numbers, each written so that a tiny slope is no difference of large terms


def sigmoid(z):
    """1 / (1 + e^-z)"""
    return 1 / (1 + np.exp(-z))


def softmax(z):
    """y_k = 1 / sum over j of e^(z_j - z_k)"""
    return 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(-1)


ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": lambda z: np.where(z.real > 0, z, 0),
    "leaky_relu": lambda z: np.where(z.real > 0, z, 0.2 * z),
    "tanh": lambda z: 2 * sigmoid(2 * z) - 1,
    "sigmoid": sigmoid,
    "gelu": lambda z: z * erfc(-z / np.sqrt(2)) / 2,
    "softmax": softmax,
}


def crossentropy(z, targets):
    """The mean over rows of - sum over k of t_k log y_k, where y = softmax(z)."""
    return -(targets * np.log(softmax(z))).sum() / len(z)


def squares(p, targets):
    """The mean of (p - t)^2."""
    return ((p - targets) ** 2).mean()


def _share(p):
    return p / p.sum(-1, keepdims=True)


def _clip(p):
    return np.where(p.real < 1e-7, 1e-7, np.where(p.real > 1 - 1e-7, 1 - 1e-7, p))


LOSSES_OF_PROBABILITIES = {  # as Keras has them: the one clips first, the other last
    "sparse_categorical_crossentropy": lambda p, t: -(t * np.log(_share(_clip(p)))).sum() / len(p),
    "categorical_crossentropy": lambda p, t: -(t * np.log(_clip(_share(p)))).sum() / len(p),
}


def batch_normalisation(x, gamma, beta, epsilon):
    """Channels last, over all other axes."""
    axes = tuple(range(x.ndim - 1))
    apart = x - x.mean(axes)
    return gamma * apart / np.sqrt((apart**2).mean(axes) + epsilon) + beta


# ---- layers as such functions of x and their parameters


def convolution(layer):
    """``layer``, a built Conv2D, as a function of x and its kernel (and bias)."""
    def f(x, kernel, bias=0):
        z = forward_matrix(x, kernel, bias, layer.strides, layer.pads)
        return ACTIVATIONS[layer.activation.name](z)

    return f


def dense(layer):
    """The same of a Dense layer."""
    return lambda x, kernel, bias=0: ACTIVATIONS[layer.activation.name](x @ kernel + bias)


def max_pooling(layer):
    """The same of a MaxPooling2D layer."""
    return lambda x: max_forward_definition(x, layer.pool_size, layer.strides, layer.pads)[0]
