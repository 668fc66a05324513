"""When two arrays count as the same, and who may see a difference."""

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
COMPILATION_IS_OFF = bool(numba.config.DISABLE_JIT)  # kernels run as Python: to measure what tests reach
NEEDS_COMPILATION = pytest.mark.skipif(COMPILATION_IS_OFF, reason="needs compilation, which is off")
# Where sums have five terms, OpenBLAS (0.3.31, AVX-512, float32) also reads what happens to lie behind them,
# and drops it again. The product is right, but where that was a signaling NaN, NumPy hears of an invalid one.
FALSE_ALARMS = ("ignore:invalid value encountered in matmul:RuntimeWarning",)
# What kernels compute with single numbers warns when NumPy's own take the place of the processor's.
IN_PLAIN_PYTHON = tuple(f"ignore:{what} encountered in scalar:RuntimeWarning" for what in (
    "overflow", "invalid value", "divide by zero",
))  # fmt: skip


def rungs(ladder):
    """Run a test that takes ``forward`` and ``backward`` once for every rung."""
    names, *pairs = zip(*ladder)
    return pytest.mark.parametrize(("forward", "backward"), list(zip(*pairs)), ids=names)


def distance(actual, expected):
    """The largest difference, in 64-bit arithmetic, as a part of the largest number expected.

    Infinity where either holds NaN or infinity: ``max`` and ``>`` overlook a NaN. Shapes must be the same.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    assert actual.shape == expected.shape, f"shape {actual.shape}, expected {expected.shape}"
    if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        return np.inf
    error, size = (np.abs(each).max(initial=0) for each in (actual - expected, expected))
    return float(error / size) if size > 0 else np.inf if error > 0 else 0.0


def agree(actual, expected, relative=1e-10, what=""):
    """That all is finite and no difference larger than ``relative`` times the largest number expected."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, what
    assert actual.dtype == expected.dtype, what
    found = distance(actual, expected)
    assert found <= relative, f"{what}: off by {found:.3g} times the largest number, not {relative:.3g}"


def near(actual, expected, relative, what="", size=0.0):
    """That NaN and infinity stand in the same places, and no other number is off by more than ``relative``.

    Relative to the largest finite number expected. A difference of ``size`` counts for nothing.
    """
    finite = np.abs(expected[np.isfinite(expected)])
    size = max(size, relative * finite.max(initial=0))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=size, err_msg=what)


def agree_in_float32(actual, expected, magnitude, terms, what=""):
    """That a float32 sum of ``terms`` products is as near to the exact one as rounding lets it be.

    ``magnitude``: the sum of the terms without their signs. Whatever the order they are added in, each of the
    ``terms`` roundings is off by at most half a unit in the last place of numbers no larger than that: Higham
    2002, "Accuracy and Stability of Numerical Algorithms", section 3.1.
    """
    assert actual.dtype == np.float32, what
    assert actual.shape == expected.shape, what
    bound = (terms + 2) * np.finfo(np.float32).eps / 2 * magnitude
    assert np.isfinite(bound).all(), what  # or anything would be within it
    assert (np.abs(actual - expected) <= bound).all(), what


def assert_equal_weights(one, other):
    """That two models have the same bits."""
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


ADJOINT = {"float32": 1e-5, "float64": 1e-13}


def adjoint_error(Ax, y, x, Aty, least=0.0):
    """|<A x, y> - <x, A' y>|, relative to the largest these could be: 0 where A' is the transpose of A.

    ``least``: what to take for the largest at least, where more was summed on the way than is left.
    Infinity where any of them holds NaN or infinity.
    """
    Ax, y, x, Aty = (np.asarray(each, np.float64) for each in (Ax, y, x, Aty))
    if not all(np.isfinite(each).all() for each in (Ax, y, x, Aty)):
        return np.inf
    largest = max(least, np.linalg.norm(Ax) * np.linalg.norm(y), np.linalg.norm(x) * np.linalg.norm(Aty))
    return float(abs(np.vdot(Ax, y) - np.vdot(x, Aty)) / largest) if largest > 0 else 0.0


def is_adjoint(Ax, y, x, Aty, least=0.0):
    """That A' is the transpose of A, up to rounding in the type they are computed in."""
    assert adjoint_error(Ax, y, x, Aty, least) <= ADJOINT[str(Ax.dtype)], (np.vdot(Ax, y), np.vdot(x, Aty))


def run_python(script, *, check=True, folder=ROOT, **environment):
    """What a fresh Python prints that runs ``script`` in ``folder``; variables set to None are taken away."""
    variables = os.environ | {"PYTHONPATH": str(folder)} | environment
    variables = {name: value for name, value in variables.items() if value is not None}
    off = variables.get("NUMBA_DISABLE_JIT", "0") != "0"
    warnings = ["error", *FALSE_ALARMS, *(IN_PLAIN_PYTHON if off else ())]
    command = [sys.executable, *(f"-W{each}" for each in warnings), "-c", script]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=variables,
                           timeout=300)
    if check:
        assert ended.returncode == 0, ended.stderr + ended.stdout
        return ended.stdout
    return ended
