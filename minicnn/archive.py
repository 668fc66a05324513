"""One file that holds a JSON document and named arrays, and that is never read when it is damaged.

    line 1          minicnn archive 1
    line 2          {"document": ..., "arrays": [{"name": "0/kernel", "dtype": "<f4", "shape": [3, 3]}, ...]}
    then            the numbers of each array, row by row, one array after the other, nothing between
    last 32 bytes   the SHA-256 of every byte before them

``head -n 2 FILE`` shows what is inside. The digest covers every byte, so whatever was cut off or
changed on the way is noticed before anything is believed. The sizes in line 2 must add up to the
size of the file before any array is allocated, and there is no compression and no pickle: nothing
in the file can run, and reading it takes the memory of its arrays. (A zip of .npy files would open
with more tools, but has headers, flags and a directory that each need a check of their own.)
"""

import hashlib
import json
import math
import os
import sys

import numpy as np

from minicnn.messages import shortened, shown
from minicnn.replacing import replacing

FIRST_LINE = b"minicnn archive 1\n"
FOREIGN = {b"PK": "a zip file, as .keras and .npz are", b"\x89HDF": "an HDF5 file", b"\x80": "a pickle"}
KERAS, TORCH = "get_weights() is what Keras takes", "mc.torch.state_dict(model) is what torch.save takes"
NAMES = {  # endings that promise another program's file, and what leads there: docs/exchange.md
    ".keras": KERAS, ".h5": KERAS, ".hdf5": KERAS, ".pt": TORCH, ".pth": TORCH,
    ".onnx": "mc.onnx.export(model, path) writes one",
    ".safetensors": "mc.safetensors.save(model, path) writes one",
}  # fmt: skip
DIGEST_BYTES = hashlib.sha256().digest_size
LONGEST_DOCUMENT = 8 * 2**20
ROOM = 8 * 2**20  # bytes that a parsed document may take beyond three times its text
MOST_AXES = 64  # of NumPy's arrays
# What comes of a document that was made by hand, or by a minicnn with other layers
MISFITS = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, MemoryError)
DTYPES = {np.dtype(code).newbyteorder("<").str for code in "bBhHiIqQefd"}  # whole numbers and floats


def write_archive(path, document, arrays):
    """Write ``document`` (what JSON can hold) and ``arrays`` ({name: array}) to the file ``path``.

    Whatever goes wrong, and even when the process is killed, ``path`` is either the old file or the
    new one, whole. Raises OSError where the folder is missing, read-only or full, and ValueError for
    an array that is not made of real numbers and for a ``path`` called as another program's file.
    """
    check_name(path)
    arrays = {name: _storable(name, array) for name, array in arrays.items()}
    header = _header(document, arrays)
    numbers = (array.reshape(-1).view(np.uint8) for array in arrays.values())  # bytes, without a copy
    digest = hashlib.sha256()
    with replacing(path) as file:
        for part in (FIRST_LINE, header, *numbers):
            file.write(part)
            digest.update(part)
        file.write(digest.digest())


def check_name(path):
    """ValueError where the name of a file to be written says that it is another program's."""
    ending = os.path.splitext(os.fsdecode(path))[1].lower()
    if ending in NAMES:
        raise ValueError(
            f"{path} would be a minicnn archive, not what {ending} says: call it .mcnn; for the other, "
            f"{NAMES[ending]} (docs/exchange.md)"
        )


def read_archive(path):
    """``(document, arrays)`` as they were given to :func:`write_archive`.

    Raises ValueError, naming the file, when it is no archive or not a byte-for-byte whole one.
    """
    path = os.fsdecode(path)
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):  # a pipe may never end
        raise ValueError(f"{path} cannot be read: it is a device or a pipe, not a file")
    with open(path, "rb") as file:
        try:
            end = _check_whole(file)
            document, entries = _read_header(file)
            _check_sizes(entries, end - file.tell())
            return document, {entry["name"]: _read_array(file, entry) for entry in entries}
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise ValueError(
                f"{path} cannot be read: {error}. If it should be a minicnn archive, take another "
                "copy of it or make it anew"
            ) from error


def check_kind(path, document, kinds, version):
    """Refuse a file that holds something else than one of ``kinds``, or a version not known here."""
    found = document.get("kind") if isinstance(document, dict) else None
    if found not in kinds:
        what = shortened(found) if isinstance(found, str) and found else "something else"
        raise ValueError(f"{os.fspath(path)} holds {what}, not {' or '.join(kinds)}")
    if document.get("version") != version:
        raise ValueError(
            f"{os.fspath(path)} is {found} of format version {shown(document.get('version'))}; this minicnn "
            f"reads version {version}: use the minicnn that wrote it, or a newer one"
        )


def as_json(document):
    """``document`` as it will come back from an archive: tuples as lists, NumPy's scalars as Python's."""
    return json.loads(json.dumps(document, default=_plain))


def is_json(value):
    """Whether an archive's document can hold ``value``."""
    try:
        json.dumps(value, default=_plain)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def add_prefix(prefix, arrays):
    """``{"a": x}`` to ``{"prefix/a": x}``: how the arrays of several owners share one archive."""
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def take_prefix(prefix, arrays):
    """The way back: the arrays of one owner, by the names it gave them."""
    start = f"{prefix}/"
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


# ------------------------------------------------------------------------------------- writing


def _storable(name, array):
    array = np.asarray(array, order="C")
    little_endian = array.dtype.newbyteorder("<")
    if little_endian.str not in DTYPES:
        raise ValueError(f"array {name!r} has type {array.dtype}; an archive holds whole numbers and floats")
    return array.astype(little_endian, copy=False)


def _header(document, arrays):
    entries = [{"name": n, "dtype": a.dtype.str, "shape": list(a.shape)} for n, a in arrays.items()]
    text = json.dumps({"document": document, "arrays": entries}, default=_plain)
    if len(text) >= LONGEST_DOCUMENT:
        raise ValueError(f"a document of {len(text)} characters is too long: the limit is {LONGEST_DOCUMENT}")
    _check_memory(text)  # what could not be read is not written
    return text.encode("ascii") + b"\n"  # dumps escapes line breaks and all that is not ASCII


def _plain(value):
    """NumPy's scalars, such as a loss in a history, as Python's number of the same value."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"a document holds numbers, texts, lists and dicts, not {value!r}")


# ------------------------------------------------------------------------------------- reading


def _check_whole(file):
    """Check the first line and the digest; return where the arrays end. Leaves ``file`` at line 2."""
    end = os.fstat(file.fileno()).st_size - DIGEST_BYTES
    first_line = file.read(len(FIRST_LINE))
    for begin, kind in FOREIGN.items():
        if first_line.startswith(begin):
            raise ValueError(f"it is {kind}, no minicnn archive (weights of Keras come in with set_weights)")
    if not first_line:
        raise ValueError("it is empty")
    if first_line != FIRST_LINE:
        raise ValueError(f"it begins with {first_line!r}, a minicnn archive with {FIRST_LINE!r}")
    digest = hashlib.sha256(first_line)
    left = end - len(first_line)
    while left > 0 and (block := file.read(min(left, 2**20))):
        digest.update(block)
        left -= len(block)
    if file.read() != digest.digest():
        raise ValueError("it is damaged or incomplete (its SHA-256 does not match its content)")
    file.seek(len(FIRST_LINE))
    return end


def _read_header(file):
    line = file.readline(LONGEST_DOCUMENT)
    if not line.endswith(b"\n"):
        raise ValueError(f"its second line is longer than {LONGEST_DOCUMENT} bytes")
    text = line.decode("ascii")
    del line  # a document that is one long text is there three times while it is parsed, not four
    header = parsed(text)
    if not isinstance(header, dict) or set(header) != {"document", "arrays"}:
        raise ValueError("its second line does not hold a document and arrays")
    return header["document"], header["arrays"]


def parsed(text):
    """What ``text`` says, which is JSON of somebody else: it must not take much more memory than the text."""
    _check_memory(text)
    return json.loads(text)


def _check_memory(text):
    """Refuse JSON that grows when it is parsed: three letters, ``[],``, would become a list of 64 bytes.

    On a 64-bit Python a number or text takes up to 64 bytes beside its letters, a key 128, a list or dict 96;
    one letter beyond Latin-1 makes those around it four bytes long, and seven while they are put together.
    """
    letters = 7 if "\\u" in text or not text.isascii() else 1
    need = letters * len(text) + 64 * text.count(",") + 128 * text.count(":")
    need += 96 * (text.count("[") + text.count("{"))
    if need > 2 * len(text) + ROOM:  # the text itself is the third
        raise ValueError(f"a document of {len(text)} characters that takes {need} bytes parsed is too much")


def _check_sizes(entries, available):
    """What the header declares must be what the file holds, before anything of that size is made."""
    if len({entry["name"] for entry in entries}) != len(entries):
        raise ValueError("two of its arrays have the same name")
    for entry in entries:
        if set(entry) != {"name", "dtype", "shape"} or not isinstance(entry["name"], str):
            raise ValueError(f"{shown(entry)} does not describe an array")
        name, dtype, shape = entry["name"], entry["dtype"], entry["shape"]
        if dtype not in DTYPES:
            raise ValueError(f"array {shown(name)} has type {shown(dtype)}, not whole numbers or floats")
        if len(shape) > MOST_AXES or not all(type(n) is int and 0 <= n <= sys.maxsize for n in shape):
            raise ValueError(f"array {shown(name)} has the impossible shape {shown(shape)}")
    declared = sum(math.prod(entry["shape"]) * np.dtype(entry["dtype"]).itemsize for entry in entries)
    if declared != available:
        raise ValueError(f"its arrays should take {declared} bytes, and there are {available}")


def _read_array(file, entry):
    array = np.empty(entry["shape"], entry["dtype"])
    if file.readinto(array.reshape(-1).view(np.uint8)) != array.nbytes:
        raise ValueError(f"it became shorter while array {shown(entry['name'])} was being read")
    return array.astype(array.dtype.newbyteorder("="), copy=False)
