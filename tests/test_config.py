"""config: the float type of new layers; one place for all that can be made or fetched again."""

from pathlib import Path

import numpy as np
import pytest

from minicnn import config
from minicnn.datasets import DatasetUnavailable, cifar10


@pytest.mark.parametrize("name", ["float64", np.float64, float, np.dtype("float64")])
def test_the_float_type_has_a_name_or_is_a_type(name):
    config.set_floatx(name)
    assert config.floatx() == "float64"


@pytest.mark.parametrize(
    "name", ["float16", "f8", "", ",,", "flo,,,at32", "float32,float32", int, np.int8, np.dtype("f4,f4"),
             None, 32, ["float32"], {"float32": 1}],
)  # fmt: skip
def test_any_other_float_type_is_refused(name):
    """Numpy reads commas as separators, and raises a SyntaxError between some of them."""
    with pytest.raises(ValueError, match="set_floatx expects 'float32' or 'float64', got "):
        config.set_floatx(name)
    assert config.floatx() == "float32"


def test_the_cache_folder_is_the_one_that_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path / "mine"))
    assert config.cache_folder() == tmp_path / "mine"


def test_no_name_is_none(monkeypatch, tmp_path):
    """Set to nothing, as by ``MINICNN_CACHE= python ...``, it is not the folder one happens to be in."""
    monkeypatch.setenv("MINICNN_CACHE", "")
    unset = config.cache_folder()
    monkeypatch.delenv("MINICNN_CACHE")
    assert config.cache_folder() == unset and unset.name == "minicnn"


def test_downloads_follow_it(monkeypatch, tmp_path):
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path / "mine"))
    assert tmp_path / "mine" in config.data_folders()


def test_a_data_folder_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("MINICNN_DATA", raising=False)
    assert config.missing_data_folder() is None
    monkeypatch.setenv("MINICNN_DATA", str(tmp_path))
    assert config.missing_data_folder() is None
    monkeypatch.setenv("MINICNN_DATA", "/nonexistent")
    assert config.missing_data_folder() == "MINICNN_DATA is /nonexistent: no such folder"


def test_without_a_name_it_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.delenv("MINICNN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert config.cache_folder() == tmp_path / "minicnn"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/are/to/be/ignored")
    assert config.cache_folder().is_relative_to(Path.home())


def test_without_a_home_there_is_no_cache_and_no_error(monkeypatch):
    """As in a container whose user the system does not know."""
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    for name in ("MINICNN_CACHE", "MINICNN_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pathlib.Path.home", no_home)
    with pytest.raises(OSError):
        config.cache_folder().mkdir(parents=True)
    assert not cifar10.on_disk()
    monkeypatch.setenv("MINICNN_OFFLINE", "1")
    with pytest.raises(DatasetUnavailable, match="neither on disk nor to be had"):
        cifar10.load_data()
