"""Values as lines of JSON, between the check and the process that runs work.py.

Not pickle: what a learner's function returns arrives as plain data or as a description, and nothing of it is
executed. Only the process of work.py, which is told what to call, looks functions up by file and name.
"""

import base64
import importlib.util
import json
from pathlib import Path

import numpy as np

from lessons.harness.places import ROOT


class Other:
    """Something that is neither a number nor an array, and came as its description only."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def plain(value):
    """What a function returned, but words in place of an array with rules of its own, such as np.matrix."""
    return type(value)(map(_plain, value)) if type(value) in (tuple, list) else _plain(value)


def _plain(value):
    if not isinstance(value, np.ndarray) or type(value) is np.ndarray:
        return value
    name = "masked array" if isinstance(value, np.ma.MaskedArray) else f"{type(value).__name__} of NumPy"
    return Other(f"a {name}: np.asarray(...) makes a plain array of it")


def encode(value):
    """``value`` in terms JSON knows, whatever it is. Tuples stay tuples and float32 stays float32."""
    try:
        return _encode(value)
    except Exception as error:  # its repr() fails, say, or it is a list that holds itself
        why = type(error).__name__
        return {"other": f"an object of type {type(value).__name__} that cannot be shown ({why})"}


def _encode(value):
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "biufc":
        scalar, a = isinstance(value, np.generic), np.ascontiguousarray(value).reshape(np.shape(value))
        return {"array": [a.dtype.str, list(a.shape), base64.b64encode(a.tobytes()).decode(), scalar]}
    if type(value) is int and value.bit_length() > 1_000:  # more than a float holds, or than Python prints
        return {"other": f"a whole number of {value.bit_length():,} bits"}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, (tuple, list)):
        kind = "list" if type(value) is list else "tuple"
        return {kind: [_encode(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[_encode(k), _encode(v)] for k, v in value.items()]}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if type(value).__name__ == "Sequential" and hasattr(value, "get_config"):
        return {"network": value.get_config()}  # what it is made of, not its weights
    if callable(value) and hasattr(value, "__code__"):
        return {"function": [value.__code__.co_filename, value.__name__]}
    if isinstance(value, Other):
        return {"other": value.text}
    if isinstance(value, np.ndarray):
        return {"other": f"an array of type {value.dtype}, shape {value.shape}"}
    return {"other": " ".join(f"{type(value).__name__} {value!r}".split())[:100]}  # on one line


def decode(value, functions=False):
    """The value that ``encode`` was given. A function only with ``functions``: that executes its file."""
    if not isinstance(value, dict):
        return value
    ((kind, content),) = value.items()
    if kind == "array":
        dtype, shape, data, scalar = content
        a = np.frombuffer(base64.b64decode(data), np.dtype(dtype)).reshape(shape).copy()
        return a[()] if scalar else a
    if kind in ("tuple", "list"):
        return (tuple if kind == "tuple" else list)(decode(v, functions) for v in content)
    if kind == "dict":
        return {decode(k, functions): decode(v, functions) for k, v in content}
    if kind == "bytes":
        return base64.b64decode(content)
    if kind == "network":
        return _network(content)
    if kind == "function":
        path, name = content
        return getattr(module_of(path), name) if functions else Other(f"the function {name}")
    return Other(str(content))


def _network(config):
    from minicnn import Sequential  # only here: most checks need no layers, and start faster without

    try:
        return Sequential.from_config(config)
    except Exception as error:  # a layer of the learner's own, say
        return Other(f"a Sequential that cannot be made again from its get_config(): {error}"[:200])


_MODULES = {}


def module_of(path):
    """The module in the file ``path``, read once in this process; one of minicnn's by its own name."""
    path = str(path)
    if Path(path).is_relative_to(ROOT / "minicnn"):  # read as a file its kernels would be compiled again
        return importlib.import_module(".".join(Path(path).relative_to(ROOT).with_suffix("").parts))
    if path not in _MODULES:
        spec = importlib.util.spec_from_file_location("lessons_check_" + str(len(_MODULES)), path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        _MODULES[path] = module
    return _MODULES[path]


def send(stream, message):
    """One dict with encodable values, as one line."""
    line = json.dumps({key: encode(value) for key, value in message.items()})
    stream.write(line.encode() + b"\n")
    stream.flush()


def receive(stream, functions=False):
    """The next message, or None where the other side is gone or says something else. See ``decode``."""
    try:
        return {key: decode(value, functions) for key, value in json.loads(stream.readline()).items()}
    except Exception:  # any line at all can stand there
        return None
