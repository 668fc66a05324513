"""Named tensors in a file, by the safetensors library, and whether they are the ones a model needs.

A safetensors file is a header of names, types and shapes, and the numbers: nothing in it can run. Its
tensors are sorted, not in the order they were given in, so only the names say which is which.
"""

import os

import numpy as np

from minicnn.messages import shortened, shown
from minicnn.replacing import replacing

READABLE = {"F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64"}
FOREIGN = {
    b"PK": "It is a zip, as PyTorch's .pt and Keras's .keras are: load it there, and save what is in it anew",
    b"minicnn archive": "It is a minicnn archive: model.load_weights reads it",
}
MOST = 8  # misfits that one message names


def write(path, tensors):
    """Write ``{name: array}`` to the file ``path``: whole, or not at all. OSError where it cannot."""
    library = _safetensors()
    content = library.numpy.save({name: np.asarray(each, order="C") for name, each in tensors.items()})
    with replacing(path) as file:
        file.write(content)


def read(path):
    """``{name: array}``. ValueError where the file is damaged, or holds numbers that NumPy does not know."""
    library, path = _safetensors(), os.fspath(path)
    with open(path, "rb") as file:  # a file that is missing or may not be read: Python's own errors name it
        first = file.read(16)
    try:
        with library.safe_open(path, "numpy") as file:
            return {name: _read_one(path, file, name) for name in file.keys()}  # noqa: SIM118
    except library.SafetensorError as error:
        mend = "".join(f". {text}" for begin, text in FOREIGN.items() if first.startswith(begin))
        raise ValueError(f"{path} is no whole safetensors file: {shortened(error)}{mend}") from error


def _read_one(path, file, name):
    kind = file.get_slice(name).get_dtype()
    if kind not in READABLE:
        raise ValueError(
            f"{path} holds {shown(name)} as {kind}, which NumPy does not have: convert it where it was made "
            f"(in PyTorch net.float()) and save it again"
        )
    try:
        return file.get_tensor(name)
    except ValueError as error:  # NumPy's, of more axes than it has
        raise ValueError(f"{path} holds {shown(name)}, which is no array of NumPy: {error}") from error


def fitting(source, found, due):
    """The arrays of ``found`` that ``due`` asks for, in its order: ``{name: array of that shape and dtype}``.

    ValueError, with every tensor that is missing, misshapen, too many, or of larger numbers than the dtype
    holds, unless they fit; ``source`` says where they are from.
    """
    wrong = [
        f"{shown(name)} is missing, expected {each.shape}" for name, each in due.items() if name not in found
    ]
    there = {name: (found[name], each) for name, each in due.items() if name in found}
    wrong += [
        f"{shown(name)} has the shape {given.shape}, expected {each.shape}"
        for name, (given, each) in there.items() if given.shape != each.shape
    ]  # fmt: skip
    wrong += [
        f"{shown(name)} holds numbers too large for {each.dtype}"
        for name, (given, each) in there.items() if _overflow(given, each.dtype)
    ]  # fmt: skip
    wrong += [f"{shown(name)} {found[name].shape} belongs to no layer" for name in found if name not in due]
    if wrong:
        more = f"; and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
        raise ValueError(
            f"{source} does not fit this model, which stays as it was: {'; '.join(wrong[:MOST])}{more}"
        )
    return [found[name] for name in due]


def _overflow(array, dtype):
    """Whether some number of ``array`` is finite, and infinite as ``dtype``."""
    if array.dtype.kind != "f":
        return False
    with np.errstate(over="ignore"):
        return bool((np.isinf(array.astype(dtype)) & np.isfinite(array)).any())


def require_built(model, what):
    """ValueError unless the model has weights."""
    if not model.built:
        raise ValueError(f"{what} needs a model with weights: put Input((32, 32, 3)) first, or call build")


def _safetensors():
    try:
        import safetensors.numpy
    except ImportError as error:
        raise ImportError(
            "mc.safetensors and mc.torch need the package safetensors: python -m pip install safetensors"
        ) from error
    return safetensors
