"""However an array lies in memory, every rung gives the definition's result and leaves it alone.

In float64 to 1e-10, measured by the section of tests/reliability that has the same name.
"""

import importlib
from pkgutil import iter_modules

import numpy as np
import pytest

from minicnn import kernels
from tests.reliability import layouts

COMPILES = {"average", "batch normalisation"}  # for every order in memory anew; the others make theirs of it
EACH = [pytest.param(name, marks=[pytest.mark.slow] * (name in COMPILES)) for name in layouts.LADDERS]


@pytest.mark.parametrize("name", EACH)
def test_every_rung(name):
    found = list(layouts.figures_of(name, layouts.LAYOUTS))
    assert len(found) == len(layouts.LAYOUTS)
    for figure in found:
        assert figure.kept, f"{figure.promise}: {figure.found}"


def test_no_ladder_is_left_out():
    found = {}
    for each in iter_modules(kernels.__path__):
        module = importlib.import_module(f"minicnn.kernels.{each.name}")
        names = [name for name in vars(module) if name.endswith("LADDER")]
        found |= {f"{each.name}.{name}": vars(module)[name] for name in names}
    assert {"warp.LADDER", "pooling.AVERAGE_LADDER"} <= {*found}
    tried = {rung for rungs, *_ in layouts.LADDERS.values() for rung in rungs}
    assert [name for name, ladder in found.items() if not {*ladder} <= tried] == []


def test_a_rung_that_reads_what_lies_in_the_gaps_is_found():
    def beside(x):
        return x + 0 * np.lib.stride_tricks.as_strided(x, strides=[each // 2 for each in x.strides])

    given = [(np.arange(1.0, 5).reshape(2, 2),)]
    assert layouts.difference([beside], [np.copy], given, layouts.with_gaps) == np.inf
    assert layouts.difference([np.copy], [np.copy], given, layouts.with_gaps) == 0


def test_the_arrays_lie_as_they_should():
    x = np.arange(24.0).reshape(2, 3, 4)
    laid = {what: layout(x) for what, layout in layouts.LAYOUTS.items()}
    for each in laid.values():
        np.testing.assert_array_equal(each, x)
    assert laid["ordered by columns"].flags.f_contiguous and not laid["ordered by columns"].flags.c_contiguous
    assert max(laid["negative strides"].strides) < 0
    assert not laid["gaps"].flags.contiguous and min(laid["gaps"].strides) > x.itemsize
    assert not laid["read-only"].flags.writeable and laid["negative strides"].flags.writeable
