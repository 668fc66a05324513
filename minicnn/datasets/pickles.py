"""Reading a pickle as data, with no way for it to run anything.

A pickle is a program for a small machine: a stack, a memo (numbered slots), and some forty
instructions. Two of them make it dangerous: GLOBAL fetches any Python object by name, and REDUCE
calls it. The machine below knows the data instructions only. Here a name stays a name, and a call
stays a *record* of what was to be called; nothing is imported, nothing is called. Since the
published CIFAR-10 batches need an array, ``uint8_array`` then reads it off such a record.

The instructions are described in the standard library's ``pickletools``, which also splits the bytes.
"""

import pickletools

import numpy as np

from minicnn.messages import shortened, shown

MOST_INSTRUCTIONS = 2**18  # a published batch has some 50,000; one byte of them can make a list of 64 bytes

_NAMES = {  # all an array's pickle mentions, by Python 2 and 3, NumPy 1 and 2
    "numpy.core.multiarray _reconstruct": "array",
    "numpy._core.multiarray _reconstruct": "array",
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "encode",
}
_MARK = object()
_IGNORED = {"PROTO", "FRAME", "STOP"}
_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_LITERALS = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"),
    *("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"),
}


class Name(str):
    """The name of a Python object, standing where the object itself would have been."""


class Call:
    """``function(*arguments)`` that was not made, and the ``state`` that was to be set on its result."""

    def __init__(self, function, arguments):
        self.function, self.arguments, self.state = function, arguments, None


def read(data, source):
    """The lists, dicts, numbers and text pickled in the bytes ``data``; ``source`` names them in errors.

    Byte strings of Python 2 come back as text, one character (0..255) per byte.
    Raises ``ValueError`` for anything that is not a pickle of plain data and NumPy arrays.
    """
    stack, memo = [], {}
    try:
        for count, (instruction, argument, _) in enumerate(pickletools.genops(data)):
            if count == MOST_INSTRUCTIONS:
                raise ValueError(f"it has more than {MOST_INSTRUCTIONS:,} instructions")
            _step(instruction.name, argument, stack, memo)
        (result,) = stack
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(
            f"{source} is not a pickle of plain data: {shortened(error)}; get the file again"
        ) from error
    return result


def _step(name, argument, stack, memo):
    """One instruction of the machine."""
    if name in _LITERALS:
        stack.append(argument)
    elif name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name in _EMPTY:
        stack.append(_EMPTY[name]())
    elif name in ("BINPUT", "LONG_BINPUT", "PUT"):
        memo[argument] = stack[-1]
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name in ("BINGET", "LONG_BINGET", "GET"):
        stack.append(memo[argument])
    elif name == "MARK":
        stack.append(_MARK)
    elif name in ("APPENDS", "SETITEMS", "TUPLE", "LIST", "DICT"):
        _collect(name, stack, _pop_to_mark(stack))
    elif name == "APPEND":
        _collect("APPENDS", stack, [stack.pop()])
    elif name == "SETITEM":
        value, key = stack.pop(), stack.pop()
        _collect("SETITEMS", stack, [key, value])
    elif name in _TUPLES:
        stack[-_TUPLES[name] :] = [tuple(stack[-_TUPLES[name] :])]
    elif name == "GLOBAL":
        stack.append(_checked_name(argument))
    elif name == "STACK_GLOBAL":
        attribute, module = stack.pop(), stack.pop()
        if not type(module) is type(attribute) is str:  # tuples of tuples of tuples have endless texts
            raise ValueError("it asks for something whose name is no text")
        stack.append(_checked_name(f"{module} {attribute}"))
    elif name == "REDUCE":
        arguments, function = stack.pop(), stack.pop()
        if not isinstance(function, Name) or not isinstance(arguments, tuple):
            raise ValueError("it calls something that is not a known function")
        stack.append(Call(function, arguments))
    elif name == "BUILD":
        state = stack.pop()
        if not isinstance(stack[-1], Call):
            raise ValueError("it sets the state of something that is not an array")
        stack[-1].state = state
    elif name not in _IGNORED:
        raise ValueError(f"instruction {name} has no place in plain data")


def _pop_to_mark(stack):
    items = []
    while (item := stack.pop()) is not _MARK:
        items.append(item)
    return items[::-1]


def _collect(name, stack, items):
    pairs = _pairs(items) if name in ("DICT", "SETITEMS") else None
    if name in ("TUPLE", "LIST", "DICT"):
        stack.append({"TUPLE": tuple(items), "LIST": items, "DICT": pairs}[name])
    elif name == "APPENDS" and type(stack[-1]) is list:
        stack[-1].extend(items)
    elif name == "SETITEMS" and type(stack[-1]) is dict:
        stack[-1].update(pairs)
    else:
        raise ValueError(f"instruction {name} meets a {type(stack[-1]).__name__}")


def _pairs(items):
    if not all(type(key) in (str, bytes, int) for key in items[::2]):
        raise ValueError("a key of a dict is neither text nor a number")
    return dict(zip(items[::2], items[1::2], strict=True))


def _checked_name(text):
    if text not in _NAMES:
        name = shown(text.replace(" ", ".", 1))
        raise ValueError(f"it asks for {name}, which has no place in plain data")
    return Name(_NAMES[text])


def uint8_array(call, shape, source):
    """The uint8 array of ``shape`` that the record ``call`` describes; read-only.

    NumPy pickles an array as ``_reconstruct(...)`` with the state (version, shape, dtype, Fortran order?,
    bytes), and its dtype as ``dtype("u1", ...)``.
    """
    problem = f"{source}: expected a uint8 array of shape {shape}"
    if not isinstance(call, Call) or call.function != "array" or not isinstance(call.state, tuple):
        raise ValueError(f"{problem}, got something else; get the file again")
    if len(call.state) != 5:
        raise ValueError(f"{problem}, got an array of an unknown make; get the file again")
    _, found, dtype, fortran, content = call.state
    named_u1 = isinstance(dtype, Call) and dtype.function == "dtype" and dtype.arguments[:1] == ("u1",)
    content = _as_bytes(content)
    if found != shape or not named_u1 or len(content) != shape[0] * shape[1]:
        raise ValueError(f"{problem}, got another one, of {len(content):,} bytes; get the file again")
    return np.frombuffer(content, np.uint8).reshape(shape, order="F" if fortran else "C")


def _as_bytes(content):
    if isinstance(content, Call) and content.function == "encode":  # how Python 3 writes bytes for Python 2
        content = next(iter(content.arguments), None)
    try:
        return content.encode("latin-1") if isinstance(content, str) else bytes(memoryview(content))
    except (TypeError, UnicodeEncodeError):
        return b""
