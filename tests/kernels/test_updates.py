"""The compiled rules against the same rules on whole NumPy arrays, at sizes around where threads join in."""

import numpy as np
import pytest
from agreement import NEEDS_COMPILATION, run_python
from recorded import in_python, recorded, shares

from minicnn.kernels import updates
from minicnn.kernels.updates import ALONE, BLOCK

SIZES = (0, 1, 37, ALONE, ALONE + 1, ALONE + BLOCK + 5)
TOLERANCE = {"float32": 3e-6, "float64": 1e-14}


def arrays(count, size, dtype):
    """Weights, gradient, and slots, which are all positive as running means of squares are."""
    rng = np.random.default_rng(size)
    w, g = rng.standard_normal((2, size)).astype(dtype)
    return w, g, *rng.uniform(0.5, 2, (count, size)).astype(dtype)


def agree(got, expected, dtype):
    for mine, theirs in zip(got, expected, strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("momentum, nesterov", [(0.0, False), (0.9, False), (0.9, True)])
def test_sgd(size, dtype, momentum, nesterov):
    w, g, v = arrays(1, size, dtype)
    w0, g0, v0 = w.astype("float64"), g.astype("float64"), v.astype("float64")
    updates.sgd(w, g, v if momentum else w[:0], 0.1, momentum, nesterov)
    if not momentum:
        agree([w, g, v], [w0 - 0.1 * g0, g0, v0], dtype)
        return
    v1 = 0.9 * v0 - 0.1 * g0
    agree([w, g, v], [w0 + (0.9 * v1 - 0.1 * g0 if nesterov else v1), g0, v1], dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("momentum, centered", [(0.0, False), (0.7, False), (0.0, True), (0.7, True)])
def test_rmsprop(size, dtype, momentum, centered):
    w, g, v, m, a = arrays(3, size, dtype)
    a *= 0.1  # so that v - a^2 stays positive
    w0, g0, v0, m0, a0 = (array.astype("float64") for array in (w, g, v, m, a))
    none = w[:0]
    updates.rmsprop(w, g, v, m if momentum else none, a if centered else none, 0.1, 0.3, momentum, 0.01)
    v1 = 0.3 * v0 + 0.7 * g0**2
    a1 = 0.3 * a0 + 0.7 * g0 if centered else a0
    step = 0.1 * g0 / np.sqrt(v1 - (a1**2 if centered else 0) + 0.01)
    m1 = 0.7 * m0 + step if momentum else m0
    agree([w, g, v, m, a], [w0 - (m1 if momentum else step), g0, v1, m1, a1], dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_adam(size, dtype, decay):
    w, g, m, v = arrays(2, size, dtype)
    w0, g0, m0, v0 = (array.astype("float64") for array in (w, g, m, v))
    updates.adam(w, g, m, v, 0.1, 0.05, 0.3, 0.4, 0.01, decay)
    m1, v1 = 0.3 * m0 + 0.7 * g0, 0.4 * v0 + 0.6 * g0**2
    agree([w, g, m, v], [w0 * (1 - 0.1 * decay) - 0.05 * m1 / (np.sqrt(v1) + 0.01), g0, m1, v1], dtype)


@NEEDS_COMPILATION
def test_the_number_of_threads_changes_no_bit():
    """In a Python of its own, which may have four of them however many cores this machine has."""
    script = """
import hashlib
import numpy as np
import minicnn as mc
from minicnn.kernels import updates
for count in (1, 2, 4):
    mc.set_num_threads(count)
    rng, size = np.random.default_rng(0), updates.ALONE + 99 * updates.BLOCK + 7  # all threads get some
    w, g = rng.standard_normal((2, size), "float32")
    m, v, a = rng.uniform(0.5, 1, (3, size)).astype("float32")
    updates.sgd(w, g, m, 0.1, 0.9, True)
    after_sgd = w.copy()
    updates.rmsprop(w, g, v, m, 0.1 * a, 0.1, 0.9, 0.7, 0.01)
    after_rmsprop = w.copy()
    updates.adam(w, g, m, v, 0.1, 0.05, 0.8, 0.9, 0.01, 0.1)
    arrays = after_sgd, after_rmsprop, w, m, v
    assert all(np.isfinite(each).all() for each in arrays)
    print(*(hashlib.sha256(each.tobytes()).hexdigest() for each in arrays))
"""
    alone, two, four = (line.split() for line in run_python(script, NUMBA_NUM_THREADS="4").splitlines())
    assert len(set(alone)) == 5 and alone == two == four


def test_float32_is_computed_in_float32():
    g = np.random.default_rng(0).standard_normal(1000).astype("float32")
    w = np.zeros_like(g)
    updates.sgd(w, g, w[:0], 0.1, 0.0, False)
    np.testing.assert_array_equal(w, -(np.float32(0.1) * g))
    assert (w != -(0.1 * g.astype("float64")).astype("float32")).any()  # what float64 would give


@pytest.mark.parametrize("size", [3, ALONE + 3])
def test_nan_gradients_reach_their_weights_and_no_others(size):
    for rule in ("sgd", "rmsprop", "adam"):
        w, g, v, m = arrays(2, size, "float32")
        g[-2] = np.nan
        if rule == "sgd":
            updates.sgd(w, g, v, 0.1, 0.9, False)
        elif rule == "rmsprop":
            updates.rmsprop(w, g, v, w[:0], w[:0], 0.1, 0.9, 0.0, 1e-7)
        else:
            updates.adam(w, g, m, v, 0.1, 0.1, 0.9, 0.999, 1e-7, 0.0)
        assert np.flatnonzero(np.isnan(w)).tolist() == [size - 2], rule


def test_a_zero_denominator_is_nan_not_an_error():
    w = np.ones(2)
    updates.rmsprop(w, np.zeros(2), np.zeros(2), w[:0], w[:0], 0.1, 0.9, 0.0, 0.0)
    assert np.isnan(w).all()


RULES = {"sgd": 6, "rmsprop": 9, "adam": 10}  # and how many arguments they take


@pytest.mark.parametrize("rule, count", RULES.items())
def test_up_to_65536_weights_one_thread_is_enough(monkeypatch, rule, count):
    alone, many = (recorded(monkeypatch, updates, f"{rule}_{how}") for how in ("slice", "blocks"))
    for size in (0, 65536, 65537):
        getattr(updates, rule)(np.broadcast_to(0.0, size), *range(count - 1))
    assert [call[0].size for call in alone] == [0, 65536] and [call[0].size for call in many] == [65537]
    assert {call[1:] for call in alone + many} == {(*range(count - 1),)}


@pytest.mark.parametrize("rule, count", RULES.items())
@pytest.mark.parametrize("size", [1, 16384, 16385, 70000])
def test_blocks_of_16384_weights(monkeypatch, rule, count, size):
    """Every array is cut alike; one that a rule does not need stays empty."""
    slots = {"sgd": 1, "rmsprop": 3, "adam": 2}[rule]
    arrays, none = np.arange((1 + slots) * size).reshape(1 + slots, size), np.empty(0)
    args = *arrays, none, *range(count - slots - 2)
    due = [(begin, min(begin + 16384, size)) for begin in range(0, size, 16384)]
    assert shares(monkeypatch, updates, getattr(updates, f"{rule}_blocks"), *args) == [len(due)]
    calls = recorded(monkeypatch, updates, f"{rule}_slice")
    for block, (begin, end) in enumerate(due):
        in_python(getattr(updates, f"_{rule}_block"))(block, *args)
        for mine, whole in zip(calls[-1], arrays):
            np.testing.assert_array_equal(mine, whole[begin:end])
        assert calls[-1][1 + slots].size == 0 and calls[-1][2 + slots :] == args[2 + slots :]
