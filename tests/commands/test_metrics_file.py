"""The metrics file beside a model may hold anything: commands go by it, or say in a line what is wrong."""

import copy
import json
import math
import tracemalloc

import numpy as np
import pytest

import minicnn as mc
from minicnn import archive
from minicnn.commands import metrics_file, pictures, report, trained

PART = {
    "recipe": {"pixels": "0..255", "batch_size": 4, "optimizer": "sgd"}, "history": {"loss": [2.0, 1.5]},
    "epoch_reached": 2, "samples": 8, "seconds": 1.5,
}  # fmt: skip
RUN = {
    "dataset": "shapes", "title": "shapes", "class_names": [f"class {k}" for k in range(10)],
    "sizes": {"train": 8, "test": 4}, "versions": {"minicnn": "0.1.0"}, "threads": 2, "commit": "1a2b3c",
}  # fmt: skip
ONE, TWO = RUN | {"part": "M1"} | PART, RUN | {"parts": {"M1": PART, "M2": PART}}
ODD = [
    10**400, [10**400], {"loss": [10**400]},
    None, True, -1, 3, 0.5, math.nan, math.inf, "x", "", [], [1], ["x"], [[1.0]], {}, {"x": 1}, {"loss": 3},
]  # fmt: skip


def places(document, above=()):
    """The way to every value in a document, the document itself included."""
    yield above
    if isinstance(document, dict):
        for key, value in document.items():
            yield from places(value, (*above, key))


def changed(document, place, value):
    """The document with another value at that place."""
    if not place:
        return value
    document = copy.deepcopy(document)
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return document


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """beside(text): what the commands know of a model with this in its metrics file."""
    x, y = np.zeros((4, 32, 32, 3), np.uint8), np.zeros((4, 1), int)
    monkeypatch.setattr(mc.datasets, "load", lambda name, train, test: ((x, y), (x[:test], y[:test])))
    model = mc.Sequential([mc.layers.Flatten(input_shape=(32, 32, 3)), mc.layers.Dense(10, "softmax")])

    def know(text):
        (tmp_path / "run.json").write_text(text)
        _, run, part = trained._beside(tmp_path / "run_m1.mcnn")
        return trained.Trained(tmp_path / "run_m1.mcnn", model, run, part)

    return know


def all_that_is_read(told):
    found = pictures.find(told)
    return found, told.class_names, report.history_of(told.part), report.recipe_of(told, found.title)


@pytest.mark.parametrize("document", [ONE, TWO], ids=["one part", "two parts"])
def test_whatever_stands_in_it_is_used_or_refused(document, beside):
    assert all_that_is_read(beside(json.dumps(document)))[0].count == 4
    refused = 0
    for place in places(document):
        for value in ODD:
            try:
                all_that_is_read(beside(json.dumps(changed(document, place, value))))
            except ValueError as problem:
                refused += 1
                assert "run" in str(problem) or "data set" in str(problem)  # it names the file
    assert refused > 100


@pytest.mark.parametrize("key, value, due", [
    ("parts", [1], "an object for each part"), ("part", 5, "printable text"), ("recipe", None, "an object"),
    *(("class_names", names, "a list of printable texts") for names in (7, ["a\x1b[2J"])),
    ("title", "a\nb", "printable text"), ("sizes", {"test": "x"}, "whole numbers by name"),
    ("history", {"loss": 3}, "lists of numbers by name, one as long as the other"),
    ("history", {"loss": [1, 2], "accuracy": [1]}, "lists of numbers by name, one as long as the other"),
    ("seconds", math.inf, "a number >= 0"),
])  # fmt: skip
def test_the_line_says_what_is_wrong(key, value, due, m1, fails):
    (path,) = m1.glob("*.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    said = f"{path} is not as a script writes it: {key!r} expects {due}, got {value!r}"
    assert fails("summary", m1) == said


def test_other_files_called_json(m1, typed):
    """A folder, a list, bytes, and JSON about something else, each with a name that would fit the model."""
    whole = typed("summary", m1)
    (m1 / "m1.json").mkdir()
    (m1 / "m1_shapes.json").write_text("[1]")
    (m1 / "m.json").write_bytes(b"\xff")
    (m1 / "m1_shapes_8.json").write_text('{"sizes": 3, "parts": 4}')
    (m1 / "other.json").write_text('{"dataset": "shapes", "sizes": {}, "parts": 4}')
    assert typed("summary", m1) == whole and whole[0] == 0


@pytest.mark.parametrize("inside", ["[]," * 2_000_000, "[]," * 100_000, " " * archive.LONGEST_DOCUMENT])
def test_what_takes_too_much_memory_is_no_metrics_file(tmp_path, inside):
    path = tmp_path / "run.json"
    path.write_text(f'{{"dataset": "x", "sizes": {{}}, "z": [{inside}0]}}')
    tracemalloc.start()
    try:
        assert metrics_file.read(path) == {}
        assert tracemalloc.get_traced_memory()[1] < 3 * path.stat().st_size
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("text", ["", "{", '{"a": 1'])
def test_a_damaged_file_of_the_model_s_own_name_is_not_passed_over(beside, tmp_path, text):
    (tmp_path / "run_m1.json").write_text(text)
    with pytest.raises(ValueError, match=r"run_m1\.json cannot be read: .*Move it elsewhere, or train anew"):
        beside("[1]")


def test_a_file_that_an_editor_has_marked_as_text_is_read(tmp_path):
    path = tmp_path / "run.json"
    path.write_text('{"dataset": "x", "sizes": {}}', encoding="utf-8-sig")
    assert metrics_file.read(path)["dataset"] == "x"


def test_no_file_is_none(tmp_path):
    assert metrics_file.read(tmp_path / "run.json") == {}
