"""Data from elsewhere is right, or refused: archives, pickles, batches, labels, pictures.

Every hostile thing is put where a good one should be, and read as minicnn reads CIFAR-10 from an archive
or a folder, the flowers' archive, and pictures. (The archives' sums are made known first, as if the
publisher meant harm; others are refused for their sum. Batches that lie there unpacked have none: what is
wrong with their labels, sizes and names is refused, a pixel that somebody changed goes unnoticed.) Refused is
what ends in an error that names the file. While pictures are read, the memory that the process takes is
measured, Pillow's with it, in times of what the pixels need: height x width x 3 bytes, x 4 where the file
holds four channels.
"""

import contextlib
import gzip
import io
import os
import pickle
import tarfile
import tempfile
import tracemalloc
from pathlib import Path
from unittest import mock

import numpy as np

from minicnn import datasets
from minicnn.datasets import archives, cifar10
from tests.reliability.pictures import pictures
from tests.reliability.readers import known_file, tar_member
from tests.reliability.record import Figure

BATCHES = [f"cifar-10-batches-py/{name}" for name in cifar10._BATCHES]
RECORDS = 20


class Evil:
    """Pickled, it calls."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@contextlib.contextmanager
def small_cifar():
    """A folder that MINICNN_DATA names, and batches of ``RECORDS``."""
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.multiple(cifar10, _PER_BATCH=RECORDS, _PICKLE_SIZE_LIMIT=10**5,
                            _BINARY_SIZE=RECORDS * 3073),
        mock.patch.dict(os.environ, MINICNN_DATA=folder, MINICNN_CACHE=f"{folder}/cache", HOME=folder,
                        MINICNN_OFFLINE="1"),
    ):  # fmt: skip
        yield Path(folder)


def batch(labels=None, planes=None):
    """A good one, in the instructions of Python's pickle."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 10, RECORDS).tolist() if labels is None else labels
    planes = draw.integers(0, 256, (RECORDS, 3072), dtype=np.uint8) if planes is None else planes
    return pickle.dumps({"labels": labels, "data": planes}, 2)


def load_archive(folder, members, extra=()):
    """Load what an archive holds: ``members`` {name: bytes} and ``extra``, TarInfos with their content."""
    path = folder / "cifar-10-python.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for info, content in [*extra, *((tar_member(n, size=len(c)), c) for n, c in members.items())]:
            archive.addfile(info, io.BytesIO(content))
    with mock.patch.object(cifar10, "PYTHON", known_file(path)[1]):
        return cifar10.load_data()


def is_refused(load, *args, name):
    """Whether it raises a ValueError that names the file."""
    try:
        load(*args)
    except ValueError as error:
        return name in str(error)
    return False


def members(quick):
    """Archives whose members are not what they should be."""
    good, first = {name: batch() for name in BATCHES}, BATCHES[0]
    without = {name: content for name, content in good.items() if name != first}
    kinds = {"symbolic link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE,
             "folder": tarfile.DIRTYPE, "device": tarfile.CHRTYPE}  # fmt: skip
    refused = {
        **{kind: (without, [(tar_member(first, type=code, linkname="/etc/passwd"), b"")])
           for kind, code in kinds.items()},
        "duplicate": (good, [(tar_member(first, size=3), b"abc")]),
        "oversized": (good | {first: bytes(10**5 + 1)}, []),
        "missing": (without, []),
    }  # fmt: skip
    names = ("/tmp/absolute", "../../up", "cifar-10-batches-py/../../up", f"./{first}", "batches/x/", "C:\\x")
    passed = {name: [(tar_member(name, size=3), b"abc")] for name in names}
    passed |= {f"{name}, a {kind}": [(tar_member(name, type=code, linkname="/etc/passwd"), b"")]
               for name in names for kind, code in kinds.items()}  # fmt: skip
    with small_cifar() as folder:
        found = [is_refused(load_archive, folder, *each, name="cifar-10-python.tar.gz")
                 for each in refused.values()]  # fmt: skip
        yield Figure(f"in place of a batch a {', '.join(refused)} one: refused",
                     f"{sum(found)} of {len(found)}", all(found))  # fmt: skip
        read = [len(load_archive(folder, good, extra)[0][0]) == 5 * RECORDS for extra in passed.values()]
        outside = [path for path in folder.rglob("*") if path.name != "cifar-10-python.tar.gz"]
        strays = [path for path in ("/tmp/absolute", folder.parent / "up") if Path(path).exists()]
        yield Figure("absolute, ../ and linked members of other names: passed over, and nothing is written",
                     f"{sum(read)} of {len(read)}, {len(outside) + len(strays)} files",
                     all(read) and not outside and not strays)  # fmt: skip


def unpacking(quick):
    """The same where members are written: the archive of the flowers."""
    good = {f"flower_photos/daisy/{k}.jpg": b"x" * 100 for k in range(3)}
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE)
    names = ("flower_photos/daisy/0.jpg", "flower_photos/daisy", "flower_photos", "x")
    bad = [[(tar_member(name, type=kind, linkname=link), b"")]
           for kind in kinds for link in ("/etc", "../..") for name in names]  # fmt: skip
    names = ("/tmp/x.jpg", "flower_photos/../../x.jpg", "flower_photos/daisy/../x.jpg",
             "flower_photos/daisy/x/y.jpg", "flower_photos/daisy/x.jpg/../../y.jpg")  # fmt: skip
    bad += [[(tar_member(name), b"")] for name in names]
    worse = [[(tar_member(f"flower_photos/daisy/{k}.jpg", size=size), bytes(size))]
             for k, size in ((0, 3), (9, 1001))]  # a duplicate, and one that is too large
    tries = [*((extra, None, False) for extra in bad), *((extra, None, True) for extra in worse),
             ([], 5 * 512 + 50, True)]  # half of the last member, behind five blocks
    kept = 0
    for extra, end, must in tries:
        with unpacked(extra, good, end) as (folder, there, refused):
            clean = there <= good.keys() and {each.name for each in folder.iterdir()} <= {"a.tgz", "out"}
            kept += clean and (refused or not must)
    with unpacked([], good) as (_, there, refused):
        whole = there == good.keys() and not refused
    yield Figure("unpacking writes plain files of wanted names into its folder, and nothing else, whatever "
                 "members there are; duplicate, oversized and truncated ones are refused",
                 f"{kept} of {len(tries)} archives, {'and' if whole else 'but not'} a good one",
                 kept == len(tries) and whole)  # fmt: skip


@contextlib.contextmanager
def unpacked(extra, good, end=None):
    """An archive of these members, or its beginning, unpacked as the flowers' is.

    Gives its folder, the names of what was written, and whether it was refused by name.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder, path, tar = Path(folder), Path(folder, "a.tgz"), io.BytesIO()
        with tarfile.open(fileobj=tar, mode="w") as archive:
            for info, content in [*extra, *((tar_member(n, size=len(c)), c) for n, c in good.items())]:
                archive.addfile(info, io.BytesIO(content))
        path.write_bytes(gzip.compress(tar.getvalue()[:end]))
        out, wanted = folder / "out", datasets.flowers._is_wanted
        refused = is_refused(archives.unpack, *known_file(path), wanted, out, 1000, 10**5, name="a.tgz")
        yield folder, {each.relative_to(out).as_posix() for each in out.rglob("*")
                       if not each.is_dir() or each.is_symlink()}, refused  # fmt: skip


def batches(quick):
    """Truncated batches, labels of 255, pickles that call, pickles that grow."""
    good = batch()
    with small_cifar() as folder:
        (folder / "cifar-10-batches-py").mkdir()
        for name in BATCHES:
            (folder / name).write_bytes(good)
        assert len(cifar10.load_data()[0][0]) == 5 * RECORDS
        first = folder / BATCHES[0]

        def refused(content):
            first.unlink()
            first.write_bytes(content)
            return is_refused(cifar10.load_data, name="data_batch_1")

        lengths = range(0, len(good), 1009 if quick else 61)
        count = sum(refused(good[:length]) for length in lengths)
        yield Figure("a truncated batch is refused", f"{count:,} of {len(lengths):,} lengths",
                     count == len(lengths))  # fmt: skip
        others = (10, 255, -1, 1.0, True, "1", None, [1])
        labels = [[0] * k + [bad] + [0] * (RECORDS - 1 - k) for k in range(RECORDS) for bad in others]
        count = sum(refused(batch(each)) for each in labels)
        yield Figure("a label that is none (10, 255, -1, 1.0, True, ...) is refused",
                     f"{count} of {len(labels)}", count == len(labels))  # fmt: skip
        ran = folder / "ran"
        calls = [Evil(os.system, f"touch {ran}"), Evil(eval, f"open({str(ran)!r}, 'w')"),
                 Evil(open, str(ran), "w"), Evil(getattr, str(ran), "strip"), Evil(np.load, str(ran))]
        places = (lambda call: call, lambda call: {"labels": call, "data": call}, lambda call: [[call]])
        evil = [pickle.dumps(place(call), protocol)
                for call in calls for protocol in range(6) for place in places]  # fmt: skip
        count = sum(refused(content) for content in evil)
        yield Figure("a pickle that calls something is refused, and nothing is called",
                     f"{count} of {len(evil)}, {'' if ran.exists() else 'nothing '}called",
                     count == len(evil) and not ran.exists())  # fmt: skip
        units = (b"]", b"}", b"(", b")", b"]q\0", b"K\1\x85")
        bombs = [unit * (99_000 // len(unit)) + b"." for unit in units]
        tracemalloc.start()
        count = sum(refused(b"\x80\x02" + content) for content in bombs)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        yield Figure("a pickle of many small objects takes less than 24 MB",
                     f"{count} of {len(bombs)} refused, {peak / 1e6:.1f} MB",
                     count == len(bombs) and peak < 24e6)  # fmt: skip


def binary(quick):
    """The same labels and lengths in the other format, where a label is a byte."""
    records = np.random.default_rng(0).integers(0, 256, (RECORDS, 3073), dtype=np.uint8)
    records[:, 0] %= 10
    good = records.tobytes()
    with small_cifar() as folder:
        (folder / "cifar-10-batches-bin").mkdir()
        paths = [folder / "cifar-10-batches-bin" / f"{name}.bin" for name in cifar10._BATCHES]
        for path in paths:
            path.write_bytes(good)
        assert len(cifar10.load_data()[0][0]) == 5 * RECORDS

        def refused(content):
            paths[0].write_bytes(content)
            return is_refused(cifar10.load_data, name=paths[0].name)

        others = [(k, label) for k in range(RECORDS) for label in (10, 127, 255)]
        labels = sum(refused(good[: k * 3073] + bytes([label]) + good[k * 3073 + 1 :]) for k, label in others)
        lengths = [*range(0, len(good), 10_007 if quick else 613), len(good) + 1, 2 * len(good)]
        cut = sum(refused((good + good)[:length]) for length in lengths)
        yield Figure("a binary batch with a label of 10, 127 or 255, or of another length, is refused",
                     f"{labels} of {len(others)} labels, {cut} of {len(lengths)} lengths",
                     (labels, cut) == (len(others), len(lengths)))  # fmt: skip


PARTS = {"members": members, "unpacking": unpacking, "batches": batches, "binary batches": binary,
         "pictures": pictures}  # fmt: skip
