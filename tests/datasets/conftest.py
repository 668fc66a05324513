"""A small CIFAR-10 in every form it is published in, for the tests of this folder."""

import hashlib
import io
import struct
import tarfile

import numpy as np
import pytest

from minicnn.datasets import archives, cifar10

N = 20  # records per batch here; 10,000 in the published files
BATCHES = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home folder, no network, no MINICNN_DATA."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("MINICNN_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MINICNN_CACHE", raising=False)
    monkeypatch.delenv("MINICNN_DATA", raising=False)
    return tmp_path


@pytest.fixture
def data(home, monkeypatch):
    """The empty folder that MINICNN_DATA names."""
    (home / "data").mkdir()
    monkeypatch.setenv("MINICNN_DATA", str(home / "data"))
    return home / "data"


@pytest.fixture
def small(home, monkeypatch):
    """CIFAR-10 with ``N`` records per batch, and a ``cifar10`` that expects as many."""
    monkeypatch.setattr(cifar10, "_PER_BATCH", N)
    monkeypatch.setattr(cifar10, "_BINARY_SIZE", N * 3073)
    monkeypatch.setattr(cifar10, "_PICKLE_SIZE_LIMIT", N * 3073 + 2000)
    return SmallCifar(monkeypatch)


class SmallCifar:
    first = "cifar-10-batches-py/data_batch_1"  # the name of a member

    def __init__(self, monkeypatch):
        rng = np.random.default_rng(0)
        self.monkeypatch = monkeypatch
        self.labels = rng.integers(0, 10, (6, N), dtype=np.uint8)
        self.pixels = rng.integers(0, 256, (6, N, 32, 32, 3), dtype=np.uint8)  # as load_data gives them
        self.planes = self.pixels.transpose(0, 1, 4, 2, 3).reshape(6, N, 3072)  # as the files hold them
        self.binary = {f"cifar-10-batches-bin/{name}.bin": self.records(k) for k, name in enumerate(BATCHES)}
        self.python = {f"cifar-10-batches-py/{name}": self.pickled(k) for k, name in enumerate(BATCHES)}

    def records(self, k):
        """Batch ``k`` as a binary file."""
        return np.concatenate([self.labels[k][:, np.newaxis], self.planes[k]], axis=1).tobytes()

    def pickled(self, k, labels=None, planes=None, dtype=b"u1"):
        """Batch ``k`` in the instructions that Python 2 writes, as in the published files (protocol 2)."""
        labels = self.labels[k] if labels is None else labels
        planes = self.planes[k] if planes is None else planes
        text = b"testing batch 1 of 1" if k == 5 else b"training batch %d of 5" % (k + 1)
        return b"".join(
            [
                b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U" + bytes([len(text)]) + text + b"q\x03",
                b"U\x06labelsq\x04]q\x05(" + b"".join(b"K" + bytes([label]) for label in labels) + b"e",
                b"U\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08",
                b"K\x00\x85U\x01b\x87Rq\t(K\x01M" + struct.pack("<H", len(planes)) + b"M\x00\x0c\x86",
                b"cnumpy\ndtype\nq\nU\x02" + dtype + b"K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xff",
                b"J\xff\xff\xff\xffK\x00tb\x89T" + struct.pack("<I", planes.size) + planes.tobytes() + b"tb",
                b"U\tfilenamesq\x0c]q\r(U\nsome_s.pngq\x0eU\x0bother_s.pngq\x0feu.",
            ]
        )

    def pack(self, path, members, which, extra=()):
        """A .tar.gz of ``members`` at ``path``, made known to cifar10 as its published archive ``which``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w:gz", compresslevel=1) as archive:
            for info in extra:
                archive.addfile(info)
            for name, content in members.items():
                archive.addfile(self.member(name, size=len(content)), io.BytesIO(content))
        self.make_known(path, which)

    def make_known(self, path, which):
        content = path.read_bytes()
        known = archives.Known(len(content), hashlib.sha256(content).hexdigest())
        self.monkeypatch.setattr(cifar10, which, known)

    def unpack(self, folder, members):
        for name, content in members.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    def assert_right(self, loaded):
        (x_train, y_train), (x_test, y_test) = loaded
        np.testing.assert_array_equal(x_train, self.pixels[:5].reshape(-1, 32, 32, 3))
        np.testing.assert_array_equal(y_train, self.labels[:5].reshape(-1, 1))
        np.testing.assert_array_equal(x_test, self.pixels[5])
        np.testing.assert_array_equal(y_test, self.labels[5][:, np.newaxis])
        assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}

    @staticmethod
    def member(name, **attributes):
        """The header of an archive's member."""
        info = tarfile.TarInfo(name)
        for key, value in attributes.items():
            setattr(info, key, value)
        return info
