"""Packages that tests use where they are installed, and minicnn does not need."""

import os
from importlib.util import find_spec

BACKENDS = ("tensorflow", "torch", "jax")  # of Keras, which takes the first unless told


def installed(name):
    """Whether ``name`` can be imported; Keras only with a backend, and from now on with one that is here."""
    if find_spec(name) is None:
        return False
    if name == "keras" and "KERAS_BACKEND" not in os.environ:
        here = [backend for backend in BACKENDS if find_spec(backend)]
        os.environ.update({"KERAS_BACKEND": here[0]} if here else {})
        return bool(here)
    return True
