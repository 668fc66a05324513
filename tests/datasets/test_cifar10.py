"""CIFAR-10 in every form it comes in, small; the same forms broken; and the real one where it is."""

import hashlib
import io
import os
import struct
import tarfile

import numpy as np
import pytest

from minicnn.datasets import DatasetUnavailable, archives, cifar10, load

N = 20  # records per batch here; 10,000 in the published files
BATCHES = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty home, no network, and batches of ``N`` records."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("MINICNN_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MINICNN_DATA", raising=False)
    monkeypatch.setattr(cifar10, "_PER_BATCH", N)
    monkeypatch.setattr(cifar10, "_BINARY_SIZE", N * 3073)
    monkeypatch.setattr(cifar10, "_PICKLE_SIZE_LIMIT", N * 3073 + 2000)
    return tmp_path


@pytest.fixture
def data(home, monkeypatch):
    """The folder MINICNN_DATA names."""
    (home / "data").mkdir()
    monkeypatch.setenv("MINICNN_DATA", str(home / "data"))
    return home / "data"


RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 10, (6, N), dtype=np.uint8)
PIXELS = RNG.integers(0, 256, (6, N, 32, 32, 3), dtype=np.uint8)  # as load_data gives them
PLANES = PIXELS.transpose(0, 1, 4, 2, 3).reshape(6, N, 3072)  # as the files hold them


def binary(k):
    return np.concatenate([LABELS[k][:, np.newaxis], PLANES[k]], axis=1).tobytes()


def pickled(k, labels=None, planes=None, dtype=b"u1"):
    """Batch ``k`` in the very instructions that Python 2 wrote into the published files."""
    labels = LABELS[k] if labels is None else labels
    planes = PLANES[k] if planes is None else planes
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


BINARY_MEMBERS = {f"cifar-10-batches-bin/{batch}.bin": binary(k) for k, batch in enumerate(BATCHES)}
PYTHON_MEMBERS = {f"cifar-10-batches-py/{batch}": pickled(k) for k, batch in enumerate(BATCHES)}


def special(name, **attributes):
    """A member that is not a plain file."""
    info = tarfile.TarInfo(name)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info


def pack(path, members, monkeypatch, which, extra=()):
    """A .tar.gz of ``members`` at ``path``, made known to cifar10 as its published archive ``which``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.addfile(special(next(iter(members)).split("/")[0], type=tarfile.DIRTYPE))
        for info in extra:
            archive.addfile(info)
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    make_known(path, monkeypatch, which)


def make_known(path, monkeypatch, which):
    content = path.read_bytes()
    monkeypatch.setattr(cifar10, which, archives.Known(len(content), hashlib.sha256(content).hexdigest()))


def unpack(folder, members):
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def assert_right(loaded):
    (x_train, y_train), (x_test, y_test) = loaded
    np.testing.assert_array_equal(x_train, PIXELS[:5].reshape(-1, 32, 32, 3))
    np.testing.assert_array_equal(y_train, LABELS[:5].reshape(-1, 1))
    np.testing.assert_array_equal(x_test, PIXELS[5])
    np.testing.assert_array_equal(y_test, LABELS[5][:, np.newaxis])
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}


# Every form, everywhere


def test_binary_folder(data):
    unpack(data, BINARY_MEMBERS)
    assert_right(cifar10.load_data())


def test_binary_archive(data, monkeypatch):
    pack(data / "cifar-10-binary.tar.gz", BINARY_MEMBERS, monkeypatch, "BINARY")
    assert_right(cifar10.load_data())


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
def test_python_archive_wherever_it_lies(home, data, monkeypatch, place):
    pack(home / place, PYTHON_MEMBERS, monkeypatch, "PYTHON")
    assert_right(cifar10.load_data())
    assert len([path for path in home.rglob("*") if path.is_file()]) == 1  # nothing was written beside it


@pytest.mark.parametrize("place", ["", "cifar-10-batches-py-target/"])
def test_unpacked_python_files_as_keras_leaves_them(home, place):
    unpack(home / ".keras" / "datasets" / place, PYTHON_MEMBERS)
    assert_right(cifar10.load_data())


def test_the_first_folder_wins(home, data):
    unpack(data, BINARY_MEMBERS)
    unpack(home / "cache" / "minicnn", {name: bytes(N * 3073) for name in BINARY_MEMBERS})
    assert_right(cifar10.load_data())


def test_a_download_ends_up_in_the_cache_and_is_read(home, monkeypatch):
    pack(home / "mirror" / "a.tar.gz", PYTHON_MEMBERS, monkeypatch, "PYTHON")
    monkeypatch.delenv("MINICNN_OFFLINE")
    monkeypatch.setattr(cifar10, "MIRRORS", ((home / "mirror" / "a.tar.gz").as_uri(),))
    assert_right(cifar10.load_data())
    assert (home / "cache" / "minicnn" / "cifar-10-python.tar.gz").exists()
    monkeypatch.setattr(cifar10, "MIRRORS", ())
    assert_right(cifar10.load_data())


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


# Broken and hostile files


@pytest.mark.parametrize("batch", ["data_batch_3.bin", "test_batch.bin"])
@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b""])
def test_a_binary_file_of_the_wrong_size(data, batch, change):
    name = f"cifar-10-batches-bin/{batch}"
    unpack(data, BINARY_MEMBERS | {name: change(BINARY_MEMBERS[name])})
    with pytest.raises(ValueError, match=rf"{batch} has .*bytes.*get it again"):
        cifar10.load_data()


def test_a_missing_binary_file(data):
    unpack(data, {name: content for name, content in BINARY_MEMBERS.items() if "batch_4" not in name})
    with pytest.raises(ValueError, match=r"data_batch_4\.bin is missing"):
        cifar10.load_data()


@pytest.mark.parametrize("label", [10, 255])
def test_a_label_out_of_range(data, label):
    name = "cifar-10-batches-bin/data_batch_2.bin"
    content = bytearray(BINARY_MEMBERS[name])
    content[7 * 3073] = label
    unpack(data, BINARY_MEMBERS | {name: bytes(content)})
    with pytest.raises(ValueError, match=rf"data_batch_2\.bin has label {label} at record 7,"):
        cifar10.load_data()


@pytest.mark.parametrize("which", ["BINARY", "PYTHON"])
def test_an_archive_that_is_not_the_published_one(data, monkeypatch, which):
    """A flipped bit, a cut, a page of HTML: refused by size or sum, before anything is read from it."""
    path = data / f"cifar-10-{which.lower()}.tar.gz"
    pack(path, BINARY_MEMBERS if which == "BINARY" else PYTHON_MEMBERS, monkeypatch, which)
    content = path.read_bytes()
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    for wrong, message in ((flipped, "SHA-256"), (content[:-1], ".* bytes,"), (b"<html>", "6 bytes,")):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match=rf"{which.lower()}\.tar\.gz has {message}.*delete it"):
            cifar10.load_data()


def test_a_published_archive_has_the_published_size_and_sum():
    assert cifar10.BINARY == (170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
    assert cifar10.PYTHON == (170_498_071, "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce")


def load_python(data, monkeypatch, members, extra=()):
    pack(data / "cifar-10-python.tar.gz", members, monkeypatch, "PYTHON", extra)
    return cifar10.load_data()


FIRST = "cifar-10-batches-py/data_batch_1"


def test_members_of_other_names_are_passed_over(data, monkeypatch, home):
    extra = [
        special("../escaped"),
        special("/absolute"),
        special("cifar-10-batches-py/../" + FIRST),
        special("./" + FIRST + "/"),
        special("cifar-10-batches-py/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        special("cifar-10-batches-py/pipe", type=tarfile.FIFOTYPE),
    ]
    assert_right(load_python(data, monkeypatch, PYTHON_MEMBERS, extra))
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["cifar-10-python.tar.gz"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_wanted_member_that_is_no_plain_file(data, monkeypatch, kind):
    members = {name: content for name, content in PYTHON_MEMBERS.items() if name != FIRST}
    link = special(FIRST, type=kind, linkname="cifar-10-batches-py/test_batch")
    with pytest.raises(ValueError, match=r"data_batch_1 is no plain file"):
        load_python(data, monkeypatch, members, [link])


def test_a_member_twice(data, monkeypatch):
    with tarfile.open(data / "cifar-10-python.tar.gz", "w:gz") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo(FIRST))
    make_known(data / "cifar-10-python.tar.gz", monkeypatch, "PYTHON")
    with pytest.raises(ValueError, match="twice"):
        cifar10.load_data()


def test_a_missing_member(data, monkeypatch):
    with pytest.raises(ValueError, match=r"holds no cifar-10-batches-py/data_batch_1, .*another archive"):
        load_python(data, monkeypatch, {"cifar-100-python/train": b"", **dict([*PYTHON_MEMBERS.items()][4:])})


def test_an_oversized_member_is_refused_unread(data, monkeypatch):
    members = PYTHON_MEMBERS | {FIRST: bytes(cifar10._PICKLE_SIZE_LIMIT + 1)}
    with pytest.raises(ValueError, match=r"data_batch_1 unpacks to .* bytes, expected at most"):
        load_python(data, monkeypatch, members)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_compression_bomb_is_stopped(data, monkeypatch, kind):
    """Zeros by the megabyte, as a member nobody asked for, or as a header tarfile would take into memory."""
    read = []
    plain_read = archives._Bounded.read
    monkeypatch.setattr(archives._Bounded, "read", lambda *a: read.append(plain_read(*a)) or read[-1])
    bomb = special("bomb", type=kind, size=20_000_000)
    path = data / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.fileobj.write(bomb.tobuf() + bytes(bomb.size))
    make_known(path, monkeypatch, "PYTHON")
    with pytest.raises(ValueError, match="unpacks to more than"):
        cifar10.load_data()
    assert sum(map(len, read)) < 1_000_000


@pytest.mark.parametrize("content", [b"", b"not gzip at all", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + bytes(50)])
def test_no_archive_at_all(data, monkeypatch, content):
    (data / "cifar-10-python.tar.gz").write_bytes(content)
    make_known(data / "cifar-10-python.tar.gz", monkeypatch, "PYTHON")
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz"):
        cifar10.load_data()


def test_a_truncated_archive_of_the_right_sum(data, monkeypatch):
    path = data / "cifar-10-python.tar.gz"
    pack(path, PYTHON_MEMBERS, monkeypatch, "PYTHON")
    path.write_bytes(path.read_bytes()[:-5000])
    make_known(path, monkeypatch, "PYTHON")
    with pytest.raises(ValueError, match="delete it and get it again"):
        cifar10.load_data()


@pytest.mark.parametrize("form", ["archive", "folder"])
def test_a_pickle_that_calls_a_command_runs_nothing(data, monkeypatch, form):
    ran = data / "ran"
    evil = b"cos\nsystem\n(U" + bytes([len(f"touch {ran}")]) + f"touch {ran}".encode() + b"tR."
    members = PYTHON_MEMBERS | {FIRST: evil}
    with pytest.raises(ValueError, match=r"data_batch_1 .*asks for 'os\.system'"):
        load_python(data, monkeypatch, members) if form == "archive" else load_folder(data, members)
    assert not ran.exists()


def load_folder(data, members):
    unpack(data, members)
    return cifar10.load_data()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickled(0)[:-100], "not a pickle of plain data"),
        (pickled(0, labels=LABELS[0][:-1]), "'labels' must be 20 numbers"),
        (pickled(0, labels=[*LABELS[0][:-1], 255]), "'labels' must be 20 numbers in 0..9"),
        (pickled(0, planes=PLANES[0][:-1]), r"expected a uint8 array of shape \(20, 3072\)"),
        (pickled(0, dtype=b"i1"), "expected a uint8 array"),
        (b"]q\x01.", "no 'data' and 'labels'"),
        (b"\x80\x02}(U\x04dataNU\x06labels]u.", "'labels' must be 20 numbers"),
    ],
    ids=["cut", "labels missing", "label 255", "pixels missing", "signed", "a list", "empty"],
)
def test_a_wrong_batch(data, monkeypatch, content, message):
    with pytest.raises(ValueError, match=f"data_batch_1.*{message}"):
        load_python(data, monkeypatch, PYTHON_MEMBERS | {FIRST: content})


# The real one


@pytest.fixture
def real(home, monkeypatch):
    folder = REAL
    if not folder or not os.path.isdir(os.path.join(folder, "cifar-10-batches-bin")):
        pytest.skip("needs the real CIFAR-10: set MINICNN_DATA to a folder that holds cifar-10-batches-bin/")
    monkeypatch.undo()
    monkeypatch.setenv("MINICNN_DATA", folder)
    monkeypatch.setenv("MINICNN_OFFLINE", "1")


REAL = os.environ.get("MINICNN_DATA")  # before ``home`` hides it


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
