"""config.cache_folder: one place for all that can be made or fetched again."""

from pathlib import Path

from minicnn import config
from minicnn.datasets import cifar10


def test_the_cache_folder_is_the_one_that_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path / "mine"))
    assert config.cache_folder() == tmp_path / "mine"


def test_downloads_follow_it(monkeypatch, tmp_path):
    monkeypatch.setenv("MINICNN_CACHE", str(tmp_path / "mine"))
    assert tmp_path / "mine" in cifar10.search_folders()


def test_without_a_name_it_follows_xdg(monkeypatch, tmp_path):
    monkeypatch.delenv("MINICNN_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert config.cache_folder() == tmp_path / "minicnn"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/paths/are/to/be/ignored")
    assert config.cache_folder().is_relative_to(Path.home())
