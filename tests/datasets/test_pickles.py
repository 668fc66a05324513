"""The pickle reader agrees with Python's own on plain data, and refuses all else."""

import pickle
import pickletools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minicnn.datasets import pickles

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | inner.map(lambda item: [item, item])  # the same object twice: through the memo
    ),
    max_leaves=20,
)


@settings(max_examples=50)
@given(data=plain, protocol=st.integers(3, 5))
def test_plain_data_reads_as_python_reads_it(data, protocol):
    assert pickles.read(pickle.dumps(data, protocol), "it") == data


@given(data=st.recursive(st.integers() | st.text() | st.floats(allow_nan=False), st.lists, max_leaves=20))
def test_the_oldest_protocol_too(data):
    assert pickles.read(pickle.dumps(data, 0), "it") == data


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_arrays_of_every_protocol(protocol):
    array = np.random.default_rng(0).integers(0, 256, (5, 7), dtype=np.uint8)
    for stored in (array, np.asfortranarray(array)):
        record = pickles.read(pickle.dumps(stored, protocol), "it")
        np.testing.assert_array_equal(pickles.uint8_array(record, (5, 7), "it"), array)


@pytest.mark.parametrize(
    "array",
    [np.zeros((5, 6), np.uint8), np.zeros((5, 7), np.int8), np.zeros((7, 5), np.uint8), np.zeros(35)],
)
def test_other_arrays_are_refused(array):
    record = pickles.read(pickle.dumps(array, 2), "it")
    with pytest.raises(ValueError, match=r"it: expected a uint8 array of shape \(5, 7\)"):
        pickles.uint8_array(record, (5, 7), "it")


@pytest.mark.parametrize("record, message", [
    (3, "got something else"), (pickles.Call("dtype", ("u1",)), "got something else"),
    (pickles.Call("array", ()), "got something else"), ("short", "an array of an unknown make"),
])  # fmt: skip
def test_what_is_no_array_is_refused(record, message):
    if record == "short":
        record = pickles.Call("array", ())
        record.state = (1, (5, 7))
    with pytest.raises(ValueError, match=f"it: expected a uint8 array of shape .*{message}"):
        pickles.uint8_array(record, (5, 7), "it")


class Evil:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("function", [eval, exec, open, __import__, getattr, np.load, np.frombuffer])
def test_nothing_is_called(protocol, function):
    with pytest.raises(ValueError, match="asks for"):
        pickles.read(pickle.dumps([Evil(function, "1")], protocol), "it")


@pytest.mark.parametrize(
    "program",
    [
        b"",
        b".",
        b"K\x01K\x02.",
        b"q\x01.",
        b"h\x07.",
        b"K\x01K\x02a.",  # appends to a number
        b"](K\x01K\x02u.",  # sets an item of a list
        b"}(K\x01u.",  # a key without a value
        b"})K\x01s.",  # a tuple as a key
        b"K\x01)R.",  # calls a number
        b"K\x01K\x02b.",  # sets the state of a number
        b"Pname\n.",  # a persistent object
        b"\x82\x01.",  # a registered extension
        b"(ios\nsystem\n.",
        b"c__builtin__\neval\n.",
        b"\x80\x05\x97.",  # a buffer from elsewhere
        b"T\xff\xff\xff\x7fshort",  # text longer than the file
        b"r\xff\xff\xff\x7f.",  # a far slot of an empty stack
    ],
)
def test_what_is_not_plain_data(program):
    with pytest.raises(ValueError, match="it is not a pickle of plain data"):
        pickles.read(program, "it")


def test_a_far_memo_slot_costs_no_memory():
    assert pickles.read(b"K\x05r\xff\xff\xff\x7f.", "it") == 5


def test_millions_of_empty_lists_are_refused():
    with pytest.raises(ValueError, match=r"it is not a pickle of plain data: it has more than 262,144 inst"):
        pickles.read(b"(" + b"]" * 300_000 + b"l.", "it")


@pytest.mark.parametrize(
    "name", ["INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "PERSID", "BINPERSID", "EXT1", "EXT2", "EXT4", "A_NEW_ONE"]
)
def test_instructions_that_make_objects_are_refused(name):
    assert name in {opcode.name for opcode in pickletools.opcodes} or name == "A_NEW_ONE"
    with pytest.raises(ValueError, match=f"instruction {name} has no place in plain data"):
        pickles._step(name, None, [[], {}], {})


DOUBLED = b"".join(b"\x94h" + bytes([k]) + b"\x86" for k in range(16))


@pytest.mark.parametrize("nested", [b"\x85" * 3000, DOUBLED], ids=["deep", "doubled 16 times"])
def test_a_name_that_is_no_text_is_not_written_out(nested):
    with pytest.raises(ValueError, match="whose name is no text") as caught:
        pickles.read(b")" + nested + b"U\x01x\x93.", "it")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("program", [b"c" + b"x" * 9999 + b"\ny\n.", b"S" + b"x" * 9999 + b"\n."])
def test_long_texts_are_not_repeated_in_messages(program):
    with pytest.raises(ValueError, match=r"^it is not a pickle of plain data") as caught:
        pickles.read(program, "it")
    assert len(str(caught.value)) < 600


def test_an_encoding_of_nothing_is_no_array():
    array = pickles.Call(pickles.Name("array"), ())
    dtype, encode = pickles.Call(pickles.Name("dtype"), ("u1",)), pickles.Call(pickles.Name("encode"), ())
    array.state = (1, (1, 2), dtype, False, encode)
    with pytest.raises(ValueError, match="it: expected a uint8 array"):
        pickles.uint8_array(array, (1, 2), "it")
