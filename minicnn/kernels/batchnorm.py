"""Batch normalisation: give every channel mean 0 and variance 1 over the batch, then let it choose its own.

    m[c] = mean of x[., c]                v[c] = mean of (x[., c] - m[c])^2         over M = N H W pixels
    xhat[i, c] = (x[i, c] - m[c]) / sqrt(v[c] + eps)
    y[i, c] = gamma[c] xhat[i, c] + beta[c]

m and v depend on every x, so the gradient has three parts:

    dbeta[c] = sum over i of dy[i, c]          dgamma[c] = sum over i of dy[i, c] xhat[i, c]
    dx[i, c] = gamma[c] / sqrt(v[c] + eps) (dy[i, c] - dbeta[c] / M - xhat[i, c] dgamma[c] / M)

Pictures come as x (M, C). Source: Ioffe & Szegedy 2015, Algorithm 1 and the gradients below it.
"""

import numpy as np

from minicnn.kernels import buffers
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share


def forward_definition(x, gamma, beta, eps):
    """y, and the mean and variance of every channel."""
    M, C = x.shape
    y, mean, variance = np.empty_like(x), np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C):
        for i in range(M):
            mean[c] += x[i, c] / M
        for i in range(M):
            variance[c] += (x[i, c] - mean[c]) ** 2 / M
        for i in range(M):
            y[i, c] = gamma[c] * (x[i, c] - mean[c]) / np.sqrt(variance[c] + eps) + beta[c]
    return y, mean, variance


def backward_definition(x, mean, variance, gamma, dy, eps):
    """dx, dgamma, dbeta"""
    M, C = x.shape
    dx, dgamma, dbeta = np.empty_like(x), np.zeros(C, x.dtype), np.zeros(C, x.dtype)
    for c in range(C):
        root = np.sqrt(variance[c] + eps)
        for i in range(M):
            # forward was: y = gamma * xhat + beta
            dgamma[c] += dy[i, c] * (x[i, c] - mean[c]) / root
            dbeta[c] += dy[i, c]
        for i in range(M):
            xhat = (x[i, c] - mean[c]) / root
            dx[i, c] = gamma[c] / root * (dy[i, c] - dbeta[c] / M - xhat * dgamma[c] / M)
    return dx, dgamma, dbeta


def forward_vectorised(x, gamma, beta, eps):
    """A line an equation."""
    mean = x.mean(0)
    variance = ((x - mean) ** 2).mean(0)
    return gamma * (x - mean) / np.sqrt(variance + eps) + beta, mean, variance


def backward_vectorised(x, mean, variance, gamma, dy, eps):
    """A line an equation."""
    M, root = x.shape[0], np.sqrt(variance + eps)
    xhat = (x - mean) / root
    dgamma, dbeta = (dy * xhat).sum(0), dy.sum(0)
    return gamma / root * (dy - dbeta / M - xhat * dgamma / M), dgamma, dbeta


# ---------------------------------------------------------------- compiled
#
# The rows are cut into blocks; a channel's sum needs them all, so threads meet once per sum. Sums are
# kept in float64 (a float32 sum of 100,000 pixels loses the digits the variance needs) and added in
# the order of the blocks.

BLOCKS = 32


@jit
def _sums(block, x, mean, size, parts):
    """total[0] = sum of x - mean, total[1] = sum of its squares: exact enough to subtract."""
    total = parts[block]
    total[:] = 0
    for i in range(min(x.shape[0], block * size), min(x.shape[0], (block + 1) * size)):
        for c in range(x.shape[1]):
            d = np.float64(x[i, c]) - mean[c]
            total[0, c] += d
            total[1, c] += d * d


@parallel_jit
def _all_sums(box, x, mean, size, parts):
    share(box, BLOCKS, _sums, (x, mean, size, parts))


@jit
def _back_sums(block, x, mean, dy, size, parts):
    """total[0] = sum of dy, total[1] = sum of dy (x - mean)"""
    total = parts[block]
    total[:] = 0
    for i in range(min(x.shape[0], block * size), min(x.shape[0], (block + 1) * size)):
        for c in range(x.shape[1]):
            g = np.float64(dy[i, c])
            total[0, c] += g
            total[1, c] += g * (np.float64(x[i, c]) - mean[c])


@parallel_jit
def _all_back_sums(box, x, mean, dy, size, parts):
    share(box, BLOCKS, _back_sums, (x, mean, dy, size, parts))


@jit
def _affine_rows(block, x, dy, p, q, r, size, out):
    for i in range(min(x.shape[0], block * size), min(x.shape[0], (block + 1) * size)):
        for c in range(x.shape[1]):
            out[i, c] = p[c] * dy[i, c] + q[c] * x[i, c] + r[c]


@parallel_jit
def _affine(box, x, dy, p, q, r, size, out):
    """out = p dy + q x + r, channel by channel: both passes end in a line of this form."""
    share(box, BLOCKS, _affine_rows, (x, dy, p, q, r, size, out))


def _block_size(x):
    return -(-x.shape[0] // BLOCKS)


def forward_compiled(x, gamma, beta, eps):
    """As forward_vectorised. The first row serves as a rough mean: sums of small numbers lose nothing."""
    M, C = x.shape
    parts = np.empty((BLOCKS, 2, C))
    rough = x[0].astype(np.float64)
    _all_sums(x, rough, _block_size(x), parts)
    first, second = parts.sum(0) / M
    mean = (rough + first).astype(x.dtype)
    variance = np.maximum(second - first**2, 0).astype(x.dtype)
    return normalise(x, mean, variance, gamma, beta, eps), mean, variance


def normalise(x, mean, variance, gamma, beta, eps):
    """y from a mean and variance already known: the whole of inference."""
    scale = gamma / np.sqrt(variance + x.dtype.type(eps))
    y = buffers.empty(x.shape, x.dtype)
    _affine(x, x, np.zeros_like(scale), scale, beta - mean * scale, _block_size(x), y)
    return y


def backward_compiled(x, mean, variance, gamma, dy, eps):
    """As backward_vectorised, with xhat = (x - mean) / root put in and sorted by dy, x and the rest."""
    M, C = x.shape
    parts = np.empty((BLOCKS, 2, C))
    _all_back_sums(x, mean.astype(np.float64), dy, _block_size(x), parts)
    root = np.sqrt(variance.astype(np.float64) + eps)
    dbeta, dgamma = parts.sum(0)
    dgamma = dgamma / root
    p = gamma / root
    q = -p * dgamma / (M * root)
    r = -p * dbeta / M - q * mean
    dx = buffers.empty(x.shape, x.dtype)
    p, q, r, dgamma, dbeta = (each.astype(x.dtype) for each in (p, q, r, dgamma, dbeta))
    _affine(x, dy, p, q, r, _block_size(x), dx)
    return dx, dgamma, dbeta


LADDER = (
    ("definition", forward_definition, backward_definition),
    ("vectorised", forward_vectorised, backward_vectorised),
    ("compiled", forward_compiled, backward_compiled),
)
forward, backward = forward_compiled, backward_compiled
