"""Files that minicnn did not write, with a digest as if it had: see minicnn/archive.py."""

import copy
import hashlib
import json

from minicnn import archive, saving

ODDITIES = [  # in place of a text or a number
    None, True, -1, 0, 2.5, 1e400, 10**9, 10**30, 10**400, "", "os.system", "builtins.eval", "__class__",
    "../../x", "x" * 10_000, [], {}, [[]] * 100, {"class_name": "os.system", "config": {}}, "{0.__class__}",
    "\0", "nan",
]  # fmt: skip


def sealed(content):
    """An archive with a right digest, whatever it says: a line of JSON, and numbers, if it is a good one."""
    content = archive.FIRST_LINE + content
    return content + hashlib.sha256(content).digest()


def bare(whole):
    """What was sealed."""
    return whole[len(archive.FIRST_LINE) : -archive.DIGEST_BYTES]


def spoil(value, draw):
    """``value`` with one of its leaves, keys or branches replaced by an oddity, lost or doubled."""
    if not isinstance(value, (dict, list)) or not value or draw.random() < 0.1:
        return copy.deepcopy(draw.choice(ODDITIES))
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key, how = draw.choice(keys), draw.random()
    if how < 0.05:
        del value[key]
    elif how < 0.1 and isinstance(value, dict):
        value[str(draw.choice(ODDITIES))] = value.pop(key)
    elif how < 0.1:
        value.append(copy.deepcopy(value[key]))
    else:
        value[key] = spoil(value[key], draw)
    return value


def forge(whole, draw):
    """A file whose digest is right and whose header is not; sometimes the numbers are others, too."""
    line, numbers = bare(whole).split(b"\n", 1)
    header = json.loads(line)
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        header = spoil(header, draw)
    line = bytearray(json.dumps(header).encode())
    if draw.random() < 0.1:
        line[draw.randrange(len(line))] = draw.randrange(256)
    if draw.random() < 0.1:
        numbers = bytearray(numbers)
        numbers[draw.randrange(len(numbers))] ^= 255
    return sealed(bytes(line) + b"\n" + bytes(numbers))


def long_texts(text):
    """(field, header) of models in which one field is this text."""
    layer = {"class_name": "Flatten", "config": {"name": "flatten"}}
    model = {"kind": saving.MODEL, "version": saving.VERSION, "floatx": "float32", "seed": 0, "step": 0,
             "model": {"name": "m", "input_shape": [None, 2], "layers": [layer]},
             "compile": {"optimizer": "sgd", "loss": "mse"}}  # fmt: skip
    places = {
        "kind": ("kind",), "version": ("version",), "float type": ("floatx",), "seed": ("seed",),
        "shape": ("model", "input_shape"), "size": ("model", "input_shape", 1),
        "layer": ("model", "layers", 0), "class": ("model", "layers", 0, "class_name"),
        "configuration": ("model", "layers", 0, "config"), "argument": ("model", "layers", 0, "config", text),
        "loss": ("compile", "loss"), "optimizer": ("compile", "optimizer"),
    }  # fmt: skip
    for field, (*way, last) in places.items():
        document = copy.deepcopy(model)
        inner = document
        for key in way:
            inner = inner[key]
        inner[last] = 3 if last == text else text
        yield field, {"document": document, "arrays": [{"name": "x", "dtype": "<f8", "shape": [8]}]}
    for name, dtype in ((text, "<z"), ("x", text)):
        array = {"name": name, "dtype": dtype, "shape": [8]}
        yield f"{'type' if name == 'x' else 'name'} of an array", {"document": model, "arrays": [array]}


def bombs():
    """Small or short files that would become large or slow: {name: content}."""
    array = {"name": "x", "dtype": "<f8"}
    most = archive.LONGEST_HEADER - 200
    grown = {unit: b'{"arrays": [], "document": [' + unit * (most // len(unit)) + b"0]}" for unit in (
        b"[],", b"{},", b'{"":0},', b"[0],", b"0,", b"999,", b"1e9,", b'"ab",', b'{"a":"b","c":[1]},',
    )}  # fmt: skip
    sizes = {
        "an exabyte": [10**15, 1000], "sizes beyond 64 bits": [10**30], "a million axes": [1] * 10**6,
        "an empty one of endless axes": [0, 2**62, 2**62], "long numbers": [10**4000] * 1000,
    }  # fmt: skip
    headers = {f"a document of {unit.decode()}": header for unit, header in grown.items()}
    headers |= {
        f"an array of {name}": json.dumps({"document": {}, "arrays": [{**array, "shape": shape}]}).encode()
        for name, shape in sizes.items()
    }
    headers["brackets"] = b'{"arrays": [], "document": ' + b"[" * 10**6
    texts = long_texts("x" * (most - 1000))
    headers |= {f"a long {field}": json.dumps(header).encode() for field, header in texts}
    return {name: sealed(header + b"\n" + bytes(64)) for name, header in headers.items()}
