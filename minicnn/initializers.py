"""The numbers a layer starts from, by the rules of Keras.

A unit that sums ``fan_in`` products passes the variance of its input on if its weights have
variance 1 / fan_in; the gradient on its way back wants 1 / fan_out. Glorot takes the mean of both
fans; He doubles the first, because a ReLU cuts half of the variance away.

    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks"
    He et al. 2015, "Delving deep into rectifiers", section 2.2
"""

import math

import numpy as np

from minicnn import config, random
from minicnn.lookup import Configurable, reserve, resolve

# Cutting a normal distribution off at two standard deviations leaves this much of its own.
TRUNCATED_STD = 0.87962566103423978


def compute_fans(shape):
    """How many numbers flow into one output, and out of one input, of weights of this shape.

    (K, F) is a dense layer; (KH, KW, C, F) a convolution: every kernel cell counts.
    """
    if len(shape) < 2:
        return (*shape, *shape) or (1, 1)
    cells = math.prod(shape[:-2])
    return cells * shape[-2], cells * shape[-1]


class Initializer(Configurable):
    """``init(shape)`` gives a new array. Subclasses define ``draw(shape, rng)`` in float64."""

    def __call__(self, shape, dtype=None, rng=None):
        """An array of ``shape``, drawn in float64 and rounded to ``dtype`` (default ``floatx()``).

        ``rng`` is a ``numpy.random.Generator``; without one, the numbers follow from the seed alone
        and are the same at each call.
        """
        shape = tuple(shape)
        rng = random.generator(random.get_seed(), "initializer") if rng is None else rng
        return self.draw(shape, rng).astype(dtype or config.floatx())

    def draw(self, shape, rng):
        """The numbers themselves, in float64."""
        raise NotImplementedError(f"{type(self).__name__} must define draw(self, shape, rng)")


class Zeros(Initializer):
    """All 0: the rule for biases."""

    def draw(self, shape, rng):
        return np.zeros(shape)


class Ones(Initializer):
    """All 1: the rule for the scale of a batch normalisation."""

    def draw(self, shape, rng):
        return np.ones(shape)


class GlorotUniform(Initializer):
    """Uniform with variance 2 / (fan_in + fan_out): Keras's default for every kernel."""

    def draw(self, shape, rng):
        return uniform(shape, _glorot_variance(shape), rng)


class GlorotNormal(Initializer):
    """Normal, cut off at two standard deviations, with variance 2 / (fan_in + fan_out)."""

    def draw(self, shape, rng):
        return truncated_normal(shape, _glorot_variance(shape), rng)


class HeUniform(Initializer):
    """Uniform with variance 2 / fan_in: for layers followed by a ReLU."""

    def draw(self, shape, rng):
        return uniform(shape, _he_variance(shape), rng)


class HeNormal(Initializer):
    """Normal, cut off at two standard deviations, with variance 2 / fan_in."""

    def draw(self, shape, rng):
        return truncated_normal(shape, _he_variance(shape), rng)


def uniform(shape, variance, rng):
    """Numbers evenly spread over [-limit, limit): their variance is limit^2 / 3."""
    limit = math.sqrt(3 * variance)
    return rng.uniform(-limit, limit, shape)


def truncated_normal(shape, variance, rng):
    """Normal numbers; those beyond two standard deviations are drawn again until none is left.

    The distribution is first widened, so that what remains has the variance asked for.
    """
    z = rng.standard_normal(math.prod(shape))
    while (outside := np.abs(z) > 2).any():
        z[outside] = rng.standard_normal(outside.sum())
    return (z * (math.sqrt(variance) / TRUNCATED_STD)).reshape(shape)


def _glorot_variance(shape):
    fan_in, fan_out = compute_fans(shape)
    return 2 / max(2, fan_in + fan_out)  # a fan of an empty array is 0: no division by it


def _he_variance(shape):
    return 2 / max(1, compute_fans(shape)[0])


_REGISTRY = reserve({
    "zeros": Zeros,
    "ones": Ones,
    "glorot_uniform": GlorotUniform,
    "glorot_normal": GlorotNormal,
    "he_uniform": HeUniform,
    "he_normal": HeNormal,
})


def get(identifier):
    """An initializer from its name ("glorot_uniform" or "GlorotUniform"), its class, or itself."""
    return resolve(identifier, _REGISTRY, "initializer", Initializer)
