"""The archive: what is written comes back, and anything else is refused."""

import json
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from agreement import run_python
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from benchmarks import machine
from minicnn import archive
from minicnn.archive import read_archive, write_archive
from minicnn.replacing import remove_leftovers
from tests.reliability import malice

DOCUMENT = {"name": "m3", "history": {"loss": [0.1, float("inf")]}, "none": None, "text": "größer\n"}
ARRAYS = {"0/kernel": np.ones((2, 2, 3), np.float32), "0/bias": np.array([1.5]), "step": np.array(7)}
DTYPES = st.sampled_from(["f2", "f4", "f8", "i1", "u1", "i8", ">f4", ">i2"])
SHAPES = hnp.array_shapes(min_dims=0, min_side=0, max_side=5)
ANY_ARRAY = DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "a.mcnn"
    write_archive(path, DOCUMENT, ARRAYS)
    return path


def forged(path, header, numbers=b""):
    """An archive with a right digest, as somebody who means harm would make it."""
    path.write_bytes(malice.sealed(header + b"\n" + numbers))
    return path


def header_of(*entries):
    return json.dumps({"document": {}, "arrays": entries}).encode()


@settings(max_examples=50, deadline=None)
@given(arrays=st.dictionaries(st.text(max_size=5), ANY_ARRAY, max_size=4))
def test_arrays_come_back_bit_by_bit(tmp_path_factory, arrays):
    path = tmp_path_factory.mktemp("archive") / "a.mcnn"
    write_archive(path, {}, arrays)
    document, found = read_archive(path)
    assert document == {} and list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].shape == array.shape
        assert found[name].dtype == array.dtype.newbyteorder("=")
        assert found[name].tobytes() == array.astype(found[name].dtype).tobytes()
        assert found[name].flags.writeable


def test_the_document_comes_back_and_numpy_scalars_become_numbers(saved):
    assert read_archive(saved)[0] == DOCUMENT
    write_archive(saved, {"loss": [np.float32(0.1)], "epoch": np.int64(3)}, {})
    assert read_archive(saved)[0] == {"loss": [float(np.float32(0.1))], "epoch": 3}


def test_any_memory_order_is_written(saved):
    x = np.arange(24.0).reshape(4, 6)
    write_archive(saved, {}, {"fortran": np.asfortranarray(x), "turned": x[::-1, ::2]})
    arrays = read_archive(saved)[1]
    np.testing.assert_array_equal(arrays["fortran"], x)
    np.testing.assert_array_equal(arrays["turned"], x[::-1, ::2])


def test_every_truncation_is_refused(saved):
    whole = saved.read_bytes()
    for length in range(len(whole)):
        saved.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"a\.mcnn cannot be read.*make it anew"):
            read_archive(saved)


def test_every_flipped_bit_is_refused(saved):
    whole = bytearray(saved.read_bytes())
    for place in range(len(whole)):
        for bit in range(8):
            whole[place] ^= 1 << bit
            saved.write_bytes(whole)
            with pytest.raises(ValueError, match=r"a\.mcnn cannot be read"):
                read_archive(saved)
            whole[place] ^= 1 << bit


def test_bytes_behind_the_end_are_refused(saved):
    saved.write_bytes(saved.read_bytes() + b"\0")
    with pytest.raises(ValueError, match="SHA-256"):
        read_archive(saved)


GOOD = {"name": "x", "dtype": "<f4", "shape": [2]}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (header_of({**GOOD, "dtype": "|O"}), "not whole numbers or floats"),
        (header_of({**GOOD, "dtype": [["a", "<f4"]]}), "unhashable"),
        (header_of({**GOOD, "dtype": "<c8"}), "not whole numbers or floats"),
        (header_of({**GOOD, "shape": [-2]}), "impossible shape"),
        (header_of({**GOOD, "shape": [2.0]}), "impossible shape"),
        (header_of({**GOOD, "shape": [True]}), "impossible shape"),
        (header_of({**GOOD, "shape": "2"}), "impossible shape"),
        (header_of({**GOOD, "shape": [10**30]}), "impossible shape"),
        (header_of({**GOOD, "shape": [1] * 65}), "impossible shape"),
        (header_of({**GOOD, "shape": 3}), "cannot be read"),
        (header_of({**GOOD, "shape": [10**15]}), "should take 4000000000000000 bytes, and there are 8"),
        (header_of(GOOD, GOOD), "same name"),
        (header_of({**GOOD, "name": 3}), "does not describe an array"),
        (header_of({"name": "x"}), "does not describe an array"),
        (header_of({**GOOD, "run": "me"}), "does not describe an array"),
        (header_of(GOOD, {**GOOD, "name": "y", "shape": [0, 10**30]}), "cannot be read"),
        (header_of(3), "subscriptable"),
        (b'{"document": {}}', "second line"),
        (b"[]", "second line"),
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b" " * archive.LONGEST_DOCUMENT, "longer than"),
        (b"[" + b"{}," * 10**6 + b"0]", "takes 163000100 bytes parsed is too much"),
        ('{"document": "é", "arrays": []}'.encode(), "ascii"),
    ],
    ids=range(25),
)
def test_a_forged_header_is_refused(tmp_path, header, message):
    path = forged(tmp_path / "a.mcnn", header, bytes(8))
    with pytest.raises(ValueError, match=message):
        read_archive(path)


@pytest.mark.parametrize("parts", [
    ("[", "[[[[]]]],", "0]"), ("[", '"ab",', "0]"), ("{", '"%04d":1.5,', '"":0}'),
    ('["', "x", r'\ud83d\ude00"]'),
])  # fmt: skip
def test_a_document_takes_three_times_its_text_and_no_more_than_the_room(tmp_path, parts):
    """The longest that is read, of those that grow most."""
    header = malice.grown(*parts, malice.longest_read(*parts)).encode()
    path = forged(tmp_path / "a.mcnn", header)
    del header
    tracemalloc.start()
    try:
        read_archive(path)
        took = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert archive.ROOM / 2 < took - 3 * path.stat().st_size < archive.ROOM


def test_a_forged_archive_that_keeps_the_rules_is_read(tmp_path):
    """Shows that the forgeries above are refused for what they are, not for how they are made."""
    arrays = read_archive(forged(tmp_path / "a.mcnn", header_of(GOOD), bytes(8)))[1]
    np.testing.assert_array_equal(arrays["x"], np.zeros(2, np.float32))


@pytest.mark.parametrize("array", [np.array([{}]), np.array(["a"]), np.array([1j]), np.array([1], "M8[s]")])
def test_only_real_numbers_are_written(saved, array):
    before = saved.read_bytes()
    with pytest.raises(ValueError, match="array 'x' has type"):
        write_archive(saved, {}, {"x": array})
    assert saved.read_bytes() == before


def test_what_json_cannot_hold_is_named(saved):
    with pytest.raises(TypeError, match="not <object"):
        write_archive(saved, {"a": object()}, {})
    with pytest.raises(ValueError, match="too long"):
        write_archive(saved, {"a": "x" * archive.LONGEST_DOCUMENT}, {})
    with pytest.raises(ValueError, match="parsed is too much"):
        write_archive(saved, {"a": [[]] * 10**5}, {})
    assert read_archive(saved)[0] == DOCUMENT


def test_a_long_history_is_no_bomb(saved):
    """As of 90,000 epochs: what a run has to say may be long."""
    history = {name: [0.6931471805599453 / k for k in range(1, 90_001)] for name in ("loss", "val_loss")}
    write_archive(saved, {"history": history}, {})
    assert read_archive(saved)[0] == {"history": history}


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="the folder does not exist"):
        write_archive(tmp_path / "no" / "a.mcnn", {}, {})
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="is a file, not a folder"):
        write_archive(tmp_path / "file" / "a.mcnn", {}, {})
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        write_archive(tmp_path, {}, {})
    assert [p.name for p in tmp_path.parent.glob(f".{tmp_path.name}.*")] == []


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, "No space left on device"), "disk is full"),
        (OSError(30, "Read-only file system"), "read-only"),
        (PermissionError(13, "Permission denied"), "not allowed"),
        (KeyboardInterrupt(), None),
    ],
)
def test_a_failure_keeps_the_old_file_and_leaves_no_other(saved, monkeypatch, step, error, message):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(*{"open": ("builtins.open", fail)}.get(step, (f"os.{step}", fail)))
    with pytest.raises(type(error), match=message):
        write_archive(saved, {"new": True}, ARRAYS)
    monkeypatch.undo()
    assert read_archive(saved)[0] == DOCUMENT
    assert os.listdir(saved.parent) == ["a.mcnn"]


def test_a_file_that_finds_no_room_leaves_the_old_one(saved):
    """A real limit of the operating system, as near to a full disk as a test gets without a disk."""
    pytest.importorskip("resource")
    script = f"""
import resource, signal, numpy as np
from minicnn.archive import write_archive
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
write_archive({str(saved)!r}, {{}}, {{"x": np.zeros(100_000)}})
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "larger than this system allows" in ended.stderr
    assert read_archive(saved)[0] == DOCUMENT
    assert os.listdir(saved.parent) == ["a.mcnn"]


def test_a_link_stays_a_link(saved, tmp_path):
    link = tmp_path / "latest"
    link.symlink_to(saved)
    write_archive(link, {"new": True}, {})
    assert link.is_symlink()
    assert read_archive(saved)[0] == {"new": True}


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(saved):
    for name in (".a.mcnn.0123abcd.tmp", ".b.mcnn.0123abcd.tmp", ".a.mcnn.tmp"):
        (saved.parent / name).touch()
    remove_leftovers(saved)
    assert sorted(os.listdir(saved.parent)) == [".a.mcnn.tmp", ".b.mcnn.0123abcd.tmp", "a.mcnn"]


def test_reading_takes_no_more_than_the_arrays(tmp_path):
    if machine.resident("VmHWM") is None:
        pytest.skip("only Linux tells the most memory that a process has had since it began")
    path = tmp_path / "big.mcnn"
    write_archive(path, {}, {"x": np.zeros(2_500_000)})
    grown = run_python(f"""
from benchmarks import machine
from minicnn.archive import read_archive
machine.forget_peak()
before = machine.resident("VmHWM")
read_archive({str(path)!r})
print(machine.resident("VmHWM") - before)
""")
    assert 15_000_000 < int(grown) < 1.5 * 20_000_000
