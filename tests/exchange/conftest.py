"""What tests of exchange share: Keras with any of its backends, where both are installed."""

import importlib.util
import os
import warnings

import pytest


@pytest.fixture(scope="session")
def keras():
    """Keras itself; on the first of its backends that is here, unless the environment names one."""
    backends = [name for name in ("tensorflow", "torch", "jax") if importlib.util.find_spec(name)]
    if not (importlib.util.find_spec("keras") and backends):
        pytest.skip("Keras itself is asked where it is installed, with a backend")
    os.environ.setdefault("KERAS_BACKEND", backends[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its dependencies, while they are loaded
        import keras
    return keras
