"""Files that minicnn did not write, with a digest as if it had: see minicnn/archive.py."""

import bisect
import copy
import hashlib
import json

from minicnn import archive, saving

LONGEST = archive.LONGEST_DOCUMENT - 200
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


def model_of(layers):
    """What a saved model's document says."""
    return {"kind": saving.MODEL, "version": saving.VERSION, "floatx": "float32", "seed": 0, "step": 0,
            "model": {"name": "m", "input_shape": [None, 2], "layers": layers},
            "compile": {"optimizer": "sgd", "loss": "mse"}}  # fmt: skip


def long_texts(text):
    """(field, header) of models in which one field is this text."""
    model = model_of([{"class_name": "Flatten", "config": {"name": "flatten"}}])
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


def growing():
    """(begin, what is repeated, end) of documents that take more memory than their text; %d: a number."""
    listed = ("[],", "{},", '{"":0},', "[0],", "[[[[]]]],", '{"a":{"a":{}}},', "0,", "999,", "1e9,", '"ab",',
              '{"a":"b","c":[1]},', r'"\ud83d\ude00xx",', r'"x\u0100",')  # fmt: skip
    keyed = ('"%04d":1.5,', '"%06d":[],', '"%014d":1234,', '"%030d":"",')
    yield from (("[", each, "0]") for each in listed)
    yield from (("{", each, '"":0}') for each in keyed)
    yield from (('["', "x", '"]'), ('["', "x", r'\ud83d\ude00"]'), (r'["\ud83d\ude00', "x", '"]'))
    yield "", "[", ""


def grown(begin, repeated, end, times):
    """A header with such a document."""
    many = "".join(repeated % k for k in range(times)) if "%" in repeated else repeated * times
    return f'{{"arrays": [], "document": {begin}{many}{end}}}'


def longest_read(*parts):
    """How many times it can be repeated until it is refused unread."""
    def is_refused(times):
        try:
            archive.parsed(grown(*parts, times) + "!")  # which is not JSON: nothing is made of it
        except json.JSONDecodeError:
            return False
        except (ValueError, RecursionError):
            return True

    return bisect.bisect_left(range(LONGEST // len(parts[1])), True, key=is_refused) - 1


def bombs():
    """Small or short files that would become large or slow: {name: content}."""
    sizes = {
        "an exabyte": [10**15, 1000], "sizes beyond 64 bits": [10**30], "a million axes": [1] * 10**6,
        "an empty one of endless axes": [0, 2**62, 2**62], "long numbers": [10**4000] * 1000,
    }  # fmt: skip
    headers = {
        f"an array of {name}": {"document": {}, "arrays": [{"name": "x", "dtype": "<f8", "shape": shape}]}
        for name, shape in sizes.items()
    }
    for kind, text in (("long", "x" * (LONGEST - 1000)), ("wide", "\U0001f600" + "x" * 1_600_000)):
        headers |= {f"a {kind} {field}": header for field, header in long_texts(text)}
    for kind, config in (("ReLU", {}), ("Flatten", {}), ("Dropout", {"rate": 0.5})):
        model = model_of([{"class_name": kind, "config": config}] * 12_000)
        arrays = [{"name": "x", "dtype": "<f8", "shape": [8]}]
        headers[f"12,000 layers {kind}"] = {"document": model, "arrays": arrays}
    model = model_of([{"class_name": "Flatten", "config": {}}])
    model["compile"]["metrics"] = ["accuracy"] * 140_000
    headers["140,000 metrics"] = {"document": model, "arrays": arrays}
    texts = {name: json.dumps(header) for name, header in headers.items()}
    for parts in growing():
        for times in (LONGEST // len(parts[1] % 0 if "%" in parts[1] else parts[1]), longest_read(*parts)):
            texts[f"{times:,} times {parts}"] = grown(*parts, times)
    return {name: sealed(text.encode() + b"\n" + bytes(64)) for name, text in texts.items()}
