"""Rules that weights are bent back to after each step."""

import math

import numpy as np

from minicnn.checks import LARGEST, is_number, is_whole
from minicnn.kernels import max_norm
from minicnn.lookup import Configurable, reserve, resolve
from minicnn.messages import shown

EPSILON = 1e-7  # as in Keras; keeps a vector of zeros from dividing by its norm


class Constraint(Configurable):
    """``constraint(w)`` gives the array that obeys; ``w`` stays as it is."""

    def __call__(self, w):
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, w)")

    def apply(self, w):
        """Make ``w`` itself obey."""
        w[...] = self(w)


class MaxNorm(Constraint):
    """No vector of weights longer than ``max_value``: the longer ones are shrunk.

    The norm is taken over ``axis``: 0 for the (K, F) weights of a dense layer, where it gives one
    vector per unit; [0, 1, 2] gives one per filter of a (KH, KW, C, F) convolution.
    Srivastava et al. 2014, "Dropout", section 5.1. As in Keras, even a vector that is short enough is
    multiplied by norm / (1e-7 + norm), a hair below 1. ValueError for a ``max_value`` that is no number >= 0
    and for an axis that is no whole number, or that the weights do not have.
    """

    def __init__(self, max_value=2, axis=0):
        if not (is_number(max_value) and max_value >= 0):
            raise ValueError(f"MaxNorm expects a number max_value >= 0, got {shown(max_value)}")
        self.max_value = max_value
        several = isinstance(axis, (list, tuple, range, np.ndarray)) and np.iterable(axis)
        axes = axis if several else [axis]
        if not all(is_whole(each, least=-LARGEST) for each in axes):
            raise ValueError(f"MaxNorm expects axis as a whole number or several, got {shown(axis)}")
        self.axis = [int(each) for each in axes] if several else int(axis)

    def __call__(self, w):
        new = w.copy()
        self.apply(new)
        return new

    def apply(self, w):
        along = self._axes(w)
        others = [axis for axis in range(w.ndim) if axis not in along]
        sizes = [w.shape[axis] for axis in others]
        rows = math.prod(w.shape[axis] for axis in along)
        columns = w.transpose(*along, *others).reshape(rows, math.prod(sizes))  # w itself if those come first
        norms = max_norm.norms(columns)
        factors = np.clip(norms, 0, self.max_value) / (EPSILON + norms)
        if np.may_share_memory(columns, w):
            max_norm.scale(columns, factors)
        else:
            w *= np.expand_dims(factors.reshape(sizes), tuple(along))

    def _axes(self, w):
        """Those that a vector extends over."""
        try:
            return [range(w.ndim)[axis] for axis in np.atleast_1d(self.axis)]  # -1 is the last
        except IndexError:
            raise ValueError(f"MaxNorm expects axes of the weights, {w.shape}, got {self.axis}") from None

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


_REGISTRY = reserve({"max_norm": MaxNorm})


def get(identifier):
    """A constraint from its name, its class, or itself; None stays None (no constraint)."""
    if identifier is None:
        return None
    return resolve(identifier, _REGISTRY, "constraint", Constraint)
