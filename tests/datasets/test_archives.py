"""Broken and hostile files under CIFAR-10's names: each is refused with its name and the mend."""

import gzip
import tarfile

import pytest

from minicnn.datasets import archives, cifar10


@pytest.mark.parametrize("batch", ["data_batch_3.bin", "test_batch.bin"])
@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b""])
def test_a_binary_file_of_the_wrong_size(data, small, batch, change):
    name = f"cifar-10-batches-bin/{batch}"
    small.unpack(data, small.binary | {name: change(small.binary[name])})
    with pytest.raises(ValueError, match=rf"{batch} has .*bytes.*get it again"):
        cifar10.load_data()


def test_a_missing_binary_file(data, small):
    small.unpack(data, {name: content for name, content in small.binary.items() if "batch_4" not in name})
    with pytest.raises(ValueError, match=r"data_batch_4\.bin is missing"):
        cifar10.load_data()


@pytest.mark.parametrize("label", [10, 255])
def test_a_label_out_of_range(data, small, label):
    name = "cifar-10-batches-bin/data_batch_2.bin"
    content = bytearray(small.binary[name])
    content[7 * 3073] = label
    small.unpack(data, small.binary | {name: bytes(content)})
    with pytest.raises(ValueError, match=rf"data_batch_2\.bin has label {label} at record 7,"):
        cifar10.load_data()


@pytest.mark.parametrize("which", ["BINARY", "PYTHON"])
def test_an_archive_that_is_not_the_published_one(data, small, which):
    """A flipped bit, a cut, a page of HTML: refused by size or sum, before anything is read from it."""
    path = data / f"cifar-10-{which.lower()}.tar.gz"
    small.pack(path, small.binary if which == "BINARY" else small.python, which)
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


def load_python(data, small, members, extra=()):
    small.pack(data / "cifar-10-python.tar.gz", members, "PYTHON", extra)
    return cifar10.load_data()


def test_members_of_other_names_are_passed_over(data, small, home):
    extra = [
        small.member("../escaped"),
        small.member("/absolute"),
        small.member("cifar-10-batches-py/../" + small.first),
        small.member("./" + small.first + "/"),
        small.member("cifar-10-batches-py/link", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        small.member("cifar-10-batches-py/pipe", type=tarfile.FIFOTYPE),
    ]
    small.assert_right(load_python(data, small, small.python, extra))
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["cifar-10-python.tar.gz"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_wanted_member_that_is_no_plain_file(data, small, kind):
    members = {name: content for name, content in small.python.items() if name != small.first}
    link = small.member(small.first, type=kind, linkname="cifar-10-batches-py/test_batch")
    with pytest.raises(ValueError, match=r"data_batch_1 is no plain file"):
        load_python(data, small, members, [link])


def test_a_member_twice(data, small):
    with tarfile.open(data / "cifar-10-python.tar.gz", "w:gz") as archive:
        for _ in range(2):
            archive.addfile(tarfile.TarInfo(small.first))
    small.make_known(data / "cifar-10-python.tar.gz", "PYTHON")
    with pytest.raises(ValueError, match="twice"):
        cifar10.load_data()


def test_a_missing_member(data, small):
    with pytest.raises(ValueError, match=r"holds no cifar-10-batches-py/data_batch_1, .*another archive"):
        load_python(data, small, {"cifar-100-python/train": b"", **dict([*small.python.items()][4:])})


def test_an_oversized_member_is_refused_unread(data, small):
    members = small.python | {small.first: bytes(cifar10._PICKLE_SIZE_LIMIT + 1)}
    with pytest.raises(ValueError, match=r"data_batch_1 unpacks to .* bytes, expected at most"):
        load_python(data, small, members)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_compression_bomb_is_stopped(data, small, monkeypatch, kind):
    """Zeros by the megabyte, as a member nobody asked for, or as a header tarfile would take into memory."""
    read = []
    plain_read = archives._Bounded.read
    monkeypatch.setattr(archives._Bounded, "read", lambda *a: read.append(plain_read(*a)) or read[-1])
    bomb = small.member("bomb", type=kind, size=20_000_000)
    path = data / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.fileobj.write(bomb.tobuf() + bytes(bomb.size))
    small.make_known(path, "PYTHON")
    with pytest.raises(ValueError, match="unpacks to more than"):
        cifar10.load_data()
    assert sum(map(len, read)) < 1_000_000


@pytest.mark.parametrize("content", [b"", b"not gzip at all", b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + bytes(50)])
def test_no_archive_at_all(data, small, content):
    (data / "cifar-10-python.tar.gz").write_bytes(content)
    small.make_known(data / "cifar-10-python.tar.gz", "PYTHON")
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz"):
        cifar10.load_data()


def test_a_truncated_archive_of_the_right_sum(data, small):
    path = data / "cifar-10-python.tar.gz"
    small.pack(path, small.python, "PYTHON")
    path.write_bytes(path.read_bytes()[:-5000])
    small.make_known(path, "PYTHON")
    with pytest.raises(ValueError, match="delete it and get it again"):
        cifar10.load_data()


@pytest.mark.parametrize("form", ["archive", "folder"])
def test_a_pickle_that_calls_a_command_runs_nothing(data, small, form):
    ran = data / "ran"
    evil = b"cos\nsystem\n(U" + bytes([len(f"touch {ran}")]) + f"touch {ran}".encode() + b"tR."
    members = small.python | {small.first: evil}
    with pytest.raises(ValueError, match=r"data_batch_1 .*asks for 'os\.system'"):
        load_python(data, small, members) if form == "archive" else load_folder(data, small, members)
    assert not ran.exists()


def load_folder(data, small, members):
    small.unpack(data, members)
    return cifar10.load_data()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda s: s.pickled(0)[:-100], "not a pickle of plain data"),
        (lambda s: s.pickled(0, labels=s.labels[0][:-1]), "'labels' must be 20 numbers"),
        (lambda s: s.pickled(0, labels=[*s.labels[0][:-1], 255]), "'labels' must be 20 numbers in 0..9"),
        (lambda s: s.pickled(0, planes=s.planes[0][:-1]), r"expected a uint8 array of shape \(20, 3072\)"),
        (lambda s: s.pickled(0, dtype=b"i1"), "expected a uint8 array"),
        (lambda s: b"]q\x01.", "no 'data' and 'labels'"),
        (lambda s: b"\x80\x02}(U\x04dataNU\x06labels]u.", "'labels' must be 20 numbers"),
    ],
    ids=["cut", "labels missing", "label 255", "pixels missing", "signed", "a list", "empty"],
)
def test_a_wrong_batch(data, small, content, message):
    with pytest.raises(ValueError, match=f"data_batch_1.*{message}"):
        load_python(data, small, small.python | {small.first: content(small)})


@pytest.mark.parametrize("pax", [
    {"GNU.sparse.map": "x"}, {"GNU.sparse.size": "x"}, {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"},
    {"GNU.sparse.size": "x" * 9999},
])  # fmt: skip
def test_numbers_of_headers_that_are_none(data, small, pax):
    """tarfile's own errors say what int() was given, and not of which file."""
    with pytest.raises(ValueError, match=r"cifar-10-python\.tar\.gz is not a readable .tar.gz") as caught:
        load_python(data, small, small.python, [small.member("other", pax_headers=pax)])
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(("record", "times", "message"), [
    (b"12 path=abc\n", 3000, "recursion"), (b"9" * 30 + b" path=abc\n", 1, ""),
], ids=["of headers without end", "longer than there are bytes"])  # fmt: skip
def test_headers_that_are_too_much_for_tarfile(data, small, record, times, message):
    """It reads what a header is about by calling itself, and goes on where the header says that it ends."""
    path, header = data / "cifar-10-python.tar.gz", small.member("x", type=tarfile.XHDTYPE, size=len(record))
    path.write_bytes(gzip.compress((header.tobuf() + record.ljust(512, b"\0")) * times))
    small.make_known(path, "PYTHON")
    with pytest.raises(ValueError, match=rf"cifar-10-python\.tar\.gz is not a readable .tar.gz .*{message}"):
        cifar10.load_data()
