"""What every test may use."""

import numpy as np
import pytest

from minicnn import config, random


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _settings_as_before():
    """A test that sets the float type or the seed sets it for itself alone."""
    floatx, seed = config.floatx(), random.get_seed()
    yield
    config.set_floatx(floatx)
    random.set_random_seed(seed)
