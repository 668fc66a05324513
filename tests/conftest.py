"""What every test may use, and what every test leaves as it was."""

import os

import numpy as np
import pytest
from agreement import COMPILATION_IS_OFF, FALSE_ALARMS, IN_PLAIN_PYTHON
from filelock import FileLock
from hypothesis import HealthCheck, Phase, settings

from minicnn import config, random
from minicnn.kernels import jit, threads

# A kernel's first call compiles it, so no deadline, and a busy machine is no failure. CI draws the same
# problems each time; at home the draws differ, and what they find is kept in .hypothesis and tried first.
# "full" and "quick" are for tests/reliability/counted.py.
usual = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("home", **usual)
settings.register_profile("ci", **usual, derandomize=True, print_blob=True)
settings.register_profile("full", **usual, max_examples=1000, database=None)
settings.register_profile("quick", **usual, max_examples=5, database=None)
# Where kernels run as plain Python, or the same tests hundreds of times: --hypothesis-profile=few
settings.register_profile("few", **usual, derandomize=True, database=None, max_examples=10,
                          phases=[Phase.explicit, Phase.generate])
settings.load_profile("ci" if os.environ.get("CI") else "home")


def pytest_configure(config):
    """Run as Python, kernels warn of what their compiled code does in silence; BLAS at times of nothing."""
    for each in (*FALSE_ALARMS, *(IN_PLAIN_PYTHON if COMPILATION_IS_OFF else ())):
        config.addinivalue_line("filterwarnings", each)


@pytest.fixture(scope="session", autouse=True)
def _one_compiles_and_the_others_wait(request, tmp_path_factory):
    """pytest-xdist's processes need the same kernels: one compiles each, the others find it in the cache."""
    if not hasattr(request.config, "workerinput") or COMPILATION_IS_OFF:
        yield
        return
    shared, usual_way = tmp_path_factory.getbasetemp().parent, jit._Kernel.compile

    def in_turn(kernel, args):
        with FileLock(shared / f"{kernel.label(args)}.lock", timeout=600):  # no kernel takes a minute
            return usual_way(kernel, args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jit._Kernel, "compile", in_turn)
        yield


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
