"""CIFAR-10 in every form it comes in, wherever it may lie; and the real one where it is."""

import os

import numpy as np
import pytest

from minicnn.datasets import DatasetUnavailable, cifar10, load


def test_binary_folder(data, small):
    small.unpack(data, small.binary)
    small.assert_right(cifar10.load_data())


def test_binary_archive(data, small):
    small.pack(data / "cifar-10-binary.tar.gz", small.binary, "BINARY")
    small.assert_right(cifar10.load_data())


@pytest.mark.parametrize(
    "place",
    [
        "data/cifar-10-python.tar.gz",
        "cache/minicnn/cifar-10-python.tar.gz",
        ".keras/datasets/cifar-10-python.tar.gz",
        ".keras/datasets/cifar-10-batches-py-target_archive",
        ".keras/datasets/cifar-10-batches-py.tar.gz",
    ],
)
def test_python_archive_wherever_it_lies(home, data, small, place):
    small.pack(home / place, small.python, "PYTHON")
    small.assert_right(cifar10.load_data())
    assert len([path for path in home.rglob("*") if path.is_file()]) == 1  # nothing was written beside it


@pytest.mark.parametrize("place", ["", "cifar-10-batches-py-target/"])
def test_unpacked_python_files_as_keras_leaves_them(home, small, place):
    small.unpack(home / ".keras" / "datasets" / place, small.python)
    small.assert_right(cifar10.load_data())


def test_the_variable_may_name_the_data_themselves(data, small, monkeypatch):
    small.unpack(data, small.binary)
    monkeypatch.setenv("MINICNN_DATA", str(data / "cifar-10-batches-bin"))
    small.assert_right(cifar10.load_data())
    small.pack(data / "cifar-10-python.tar.gz", small.python, "PYTHON")
    monkeypatch.setenv("MINICNN_DATA", str(data / "cifar-10-python.tar.gz"))
    assert cifar10.find() == data / "cifar-10-python.tar.gz"
    small.assert_right(cifar10.load_data())


def test_the_first_folder_wins(home, data, small):
    small.unpack(data, small.binary)
    small.unpack(home / "cache" / "minicnn", dict.fromkeys(small.binary, b"of the wrong size"))
    small.assert_right(cifar10.load_data())


def test_a_download_ends_up_in_the_cache_and_is_read(home, small, monkeypatch):
    small.pack(home / "mirror" / "a.tar.gz", small.python, "PYTHON")
    monkeypatch.delenv("MINICNN_OFFLINE")
    monkeypatch.setattr(cifar10, "MIRRORS", ((home / "mirror" / "a.tar.gz").as_uri(),))
    small.assert_right(cifar10.load_data())
    assert (home / "cache" / "minicnn" / "cifar-10-python.tar.gz").exists()
    monkeypatch.setattr(cifar10, "MIRRORS", ())
    small.assert_right(cifar10.load_data())


def test_nowhere_names_every_place_and_the_mend(home, data):
    with pytest.raises(DatasetUnavailable) as caught:
        cifar10.load_data()
    text = str(caught.value)
    for word in (data, home / "cache" / "minicnn", home / ".keras" / "datasets", "MINICNN_OFFLINE"):
        assert str(word) in text
    for word in ("cifar-10-binary.tar.gz", "cifar-10-batches-py-target_archive", "set MINICNN_DATA"):
        assert word in text
    assert "minicnn.datasets.shapes" in text
    assert isinstance(caught.value, OSError)


# The real one


@pytest.fixture
def real(monkeypatch):
    if not os.path.isdir(os.path.join(os.environ.get("MINICNN_DATA", ""), "cifar-10-batches-bin")):
        pytest.skip("needs the real CIFAR-10: set MINICNN_DATA to a folder that holds cifar-10-batches-bin/")
    monkeypatch.setenv("MINICNN_OFFLINE", "1")


def test_real_cifar10(real):
    (x_train, y_train), (x_test, y_test) = load("cifar10")
    assert x_train.shape == (50_000, 32, 32, 3) and x_test.shape == (10_000, 32, 32, 3)
    assert x_train.dtype == y_train.dtype == np.uint8 and x_train.flags.c_contiguous
    assert y_train.shape == (50_000, 1) and y_test.shape == (10_000, 1)
    np.testing.assert_array_equal(np.bincount(y_train[:, 0]), [5000] * 10)
    np.testing.assert_array_equal(np.bincount(y_test[:, 0]), [1000] * 10)
    assert [cifar10.CLASS_NAMES[k] for k in y_train[:3, 0]] == ["frog", "truck", "truck"]
    # known means of the three colours; a wrong order of planes, rows or columns would not keep them
    np.testing.assert_allclose(x_train.mean((0, 1, 2)) / 255, [0.4914, 0.4822, 0.4465], atol=5e-5)
    # neighbours in a photograph are alike along rows and along columns
    pictures = x_test[:500].astype(float)
    spread = pictures.std()
    assert np.abs(np.diff(pictures, axis=1)).mean() < spread / 4
    assert np.abs(np.diff(pictures, axis=2)).mean() < spread / 4


def test_real_cifar10_a_part_of_it(real):
    (x, y), (x_test, y_test) = load("cifar10", n_train=100, n_test=0)
    assert x.shape == (100, 32, 32, 3) and y.shape == (100, 1) and x_test.shape[0] == y_test.shape[0] == 0
