"""``info``: what computes, where things are kept, which data are there."""

import platform

import numpy as np
import pytest

import minicnn as mc
from minicnn.commands import info
from minicnn.kernels import jit


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """A home with nothing in it."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MINICNN_DATA", raising=False)
    return tmp_path


def test_where_nothing_is(empty, typed):
    mc.set_num_threads(1)
    status, out, error = typed("info")
    assert (status, error) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"minicnn {mc.__version__}"
    assert lines[1] == "    threads    1   (MINICNN_NUM_THREADS, mc.set_num_threads)"
    assert "    kernels    not compiled yet: python -m minicnn warmup" in lines
    assert f"    cache      {empty / 'cache'}   (MINICNN_CACHE)" in lines
    assert any(line.startswith(f"Python {platform.python_version()} on ") for line in lines)
    assert f"numpy {np.__version__}, numba " in out
    assert f"    {empty / 'cache'}   (the cache; no such folder)" in lines
    assert f"    {empty / 'home' / '.keras' / 'datasets'}   (Keras's; no such folder)" in lines
    assert "    and first in $MINICNN_DATA, were it set" in lines
    assert lines[-2:] == [
        "    CIFAR-10   not there: python -m minicnn fetch cifar10",
        "    flowers    not there: python -m minicnn fetch flowers",
    ]


def test_where_everything_is(empty, typed, monkeypatch):
    monkeypatch.setenv("MINICNN_DATA", str(empty))
    (empty / "cifar-10-batches-bin").mkdir()
    (empty / "flower_photos" / "daisy").mkdir(parents=True)
    (jit.cache_folder() / "some").mkdir(parents=True)
    (jit.cache_folder() / "some" / "kernel.nbc").touch()
    lines = typed("info")[1].splitlines()
    assert f"    {empty}   (MINICNN_DATA)" in lines and not any("were it set" in line for line in lines)
    assert "    kernels    compiled, in the cache" in lines
    assert lines[-2:] == [
        f"    CIFAR-10   {empty / 'cifar-10-batches-bin'}", f"    flowers    {empty / 'flower_photos'}",
    ]  # fmt: skip


def test_a_package_that_is_missing(monkeypatch):
    monkeypatch.setattr(info, "EXTRAS", ("no-such-package",))
    assert info.packages().endswith("extras     no-such-package missing")
