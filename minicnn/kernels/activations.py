"""Activations: one number in, one number out (softmax: one row in, one row out).

Each is a pair. ``forward(z) -> y`` and ``backward(dy, z, y) -> dz``, which may use whichever of z and y
makes the derivative shortest. ReLU after a convolution or a Dense layer never comes here: those kernels
apply it themselves, while the number is still in a register.
"""

import numpy as np


def linear(z):
    """y = z"""
    return z


def linear_backward(dy, z, y):
    """dz = dy"""
    return dy


def relu(z):
    """y = max(z, 0); a NaN stays one. Nair & Hinton 2010."""
    return np.maximum(z, 0)


def relu_backward(dy, z, y):
    """dz = dy where z > 0, which is where y > 0"""
    return np.where(y <= 0, 0, dy)  # written so that a NaN hands dy back, as in the kernels that apply ReLU


def leaky_relu(z, negative_slope=0.2):
    """y = z where z > 0, else slope z; Maas et al. 2013. As in Keras 0.2 here, 0.3 in the LeakyReLU layer."""
    return np.where(z > 0, z, z.dtype.type(negative_slope) * z)


def leaky_relu_backward(dy, z, y, negative_slope=0.2):
    """dz = dy where z > 0, else slope dy"""
    return np.where(z > 0, dy, dy.dtype.type(negative_slope) * dy)


def tanh(z):
    """y = (e^z - e^-z) / (e^z + e^-z)"""
    return np.tanh(z)


def tanh_backward(dy, z, y):
    """dz = dy (1 - y^2)"""
    return dy * (1 - y * y)


def sigmoid(z):
    """y = 1 / (1 + e^-z), from e^-|z| so that nothing overflows."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def sigmoid_backward(dy, z, y):
    """dz = dy y (1 - y)"""
    return dy * y * (1 - y)


def gelu(z):
    """y = z P(X <= z) = z (1 + erf(z / sqrt 2)) / 2 for a standard normal X; Hendrycks & Gimpel 2016."""
    from scipy.special import erf

    return 0.5 * z * (1 + erf(z * z.dtype.type(np.sqrt(0.5))))


@np.errstate(over="ignore")  # z * z may be infinite, and e^-inf is 0, as it should be
def gelu_backward(dy, z, y):
    """dz = dy (P(X <= z) + z density(z))"""
    from scipy.special import erf

    below = 0.5 * (1 + erf(z * z.dtype.type(np.sqrt(0.5))))
    density = np.exp(-0.5 * z * z) * z.dtype.type(1 / np.sqrt(2 * np.pi))
    # forward was: y = z * below(z), and below' = density
    return dy * (below + z * density)


@np.errstate(over="ignore", invalid="ignore")  # e^-inf is 0, as it should be; inf - inf is NaN, and shows
def softmax(z):
    """y = e^z / sum of e^z along the last axis. Without the largest z nothing overflows."""
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def softmax_backward(dy, z, y):
    """dz_j = sum over i of dy_i y_i (delta_ij - y_j) = y_j (dy_j - sum over i of dy_i y_i)"""
    return y * (dy - (dy * y).sum(-1, keepdims=True))
