"""What every test may use, and what every test leaves as it was."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from minicnn import config, random
from minicnn.kernels import threads

# A kernel's first call compiles it, so no deadline, and a busy machine is no failure. CI draws the same
# problems each time; at home the draws differ, and what they find is kept in .hypothesis and tried first.
# "full" and "quick" are for tests/reliability/counted.py.
usual = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("home", **usual)
settings.register_profile("ci", **usual, derandomize=True, print_blob=True)
settings.register_profile("full", **usual, max_examples=1000, database=None)
settings.register_profile("quick", **usual, max_examples=5, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "home")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _settings_as_before(monkeypatch):
    """A test that chooses the float type, the seed or the threads chooses them for itself alone."""
    for module, names in ((config, ["_FLOATX"]), (random, ["_SEED", "_SEED_WAS_SET"]), (threads, ["_count"])):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))  # set to what it is: put back afterwards


@pytest.fixture
def float64():
    """Layers built in this test compute in float64."""
    config.set_floatx("float64")
