"""Randomness without a hidden state.

Every random number in minicnn is a function of *what it is for*: the seed, the number of
training steps the model has lived through, the place of the layer in the model. No generator is
advanced anywhere, so neither the order of calls, nor threads, nor a stop and a resume, nor NumPy's
global state can change a draw. Generators of this kind are called counter-based
(Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
"""

import contextlib
import math
import secrets
import zlib
from contextvars import ContextVar

import numpy as np

from minicnn.checks import whole_number

_SEED = secrets.randbits(32)  # until set_random_seed, every process draws differently
_SEED_WAS_SET = False
_SEED_HERE = ContextVar("the seed of the block of code that is running")


def set_random_seed(seed):
    """Make every model built from now on reproducible to the bit.

    ``seed``: a whole number >= 0, else ValueError.
    """
    global _SEED, _SEED_WAS_SET
    _SEED, _SEED_WAS_SET = whole_number(seed, "set_random_seed", least=0, most=math.inf), True


@contextlib.contextmanager
def seeded(seed):
    """Models built within this block start from ``seed``; other threads, and what comes after, do not."""
    token = _SEED_HERE.set(whole_number(seed, "seeded", least=0, most=math.inf))
    try:
        yield
    finally:
        _SEED_HERE.reset(token)


def get_seed():
    """The seed in force."""
    return _SEED_HERE.get(_SEED)


def seed_was_set():
    """Did somebody choose the seed, so that the same program draws the same numbers again?"""
    return _SEED_WAS_SET


def _numbers(purpose):
    return [zlib.crc32(part.encode()) if isinstance(part, str) else int(part) for part in purpose]


def generator(*purpose):
    """A NumPy generator for one purpose, e.g. ``generator(seed, "shuffle", step)``.

    The same purpose gives the same numbers, always; different purposes give unrelated ones.
    """
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(_numbers(purpose))))


def key(*purpose):
    """64 bits for one purpose: what a compiled kernel mixes with an element's index (see dropout)."""
    return np.random.SeedSequence(_numbers(purpose)).generate_state(1, np.uint64)[0]
