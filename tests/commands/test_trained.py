"""Models and the metrics files they belong to: found, told apart, or missed in a line that helps."""

import json
from pathlib import Path

import numpy as np
import pytest

import minicnn as mc
from minicnn.commands import trained

NAMES = ["no", "yes"]


@pytest.fixture
def many(save, tmp_path):
    """Three runs in one folder, of one and of two parts, and files that are none of theirs."""
    for name in ("a.mcnn", "a_more.mcnn", "depth_m1.mcnn", "depth_M2.mcnn", "depth_m2_old.mcnn"):
        save(name, mc.layers.Flatten(input_shape=(2, 2, 3)), mc.layers.Dense(2, activation="softmax"))
    run = {"dataset": "shapes", "sizes": {"train": 1, "test": 1}, "class_names": NAMES}
    write = {
        "a": run | {"part": "A", "seed": 1}, "a_more": run | {"part": "more", "seed": 2},
        "depth": run | {"parts": {"M1": {"seed": 3}, "M2": {"seed": 4}}}, "de": run | {"part": "pth_m1"},
        "depth_m1": [1, 2], "depth_m2": {"dataset": "of something else"},
    }  # fmt: skip
    for name, document in write.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    (tmp_path / "a_mor.json").write_text("{")
    return tmp_path


@pytest.mark.parametrize(
    "name, seed", [("a", 1), ("a_more", 2), ("depth_m1", 3), ("depth_M2", None), ("depth_m2_old", None)]
)
def test_each_model_has_its_own_metrics(many, name, seed):
    """Names of parts are written small in the names of files."""
    found = trained.load(many / f"{name}.mcnn")
    assert found.part.get("seed") == seed and found.class_names == (NAMES if seed else None)


def test_a_metrics_file_leads_to_its_models(many):
    assert trained.models(many / "depth.json") == [many / "depth_m1.mcnn"]
    assert trained.models(many / "a.json") == [many / "a.mcnn"]
    assert len(trained.models(many)) == 5


def test_several_models_are_named(many, fails):
    said = fails("summary", many)
    assert said.startswith(f"{many} holds several models, name one: a.mcnn, a_more.mcnn, ")


@pytest.mark.parametrize(("typo", "said"), [
    ("a.mcn", "did you mean {0}/a.mcnn?"),
    ("a\\b.mcnn", "train one first, python examples/cifar_m3.py say"),
    ("nowhere/a.mcnn", "there is no folder {0}/nowhere"),
])  # fmt: skip
def test_a_model_that_is_not_there(typo, said, save, fails, tmp_path):
    if typo == "a.mcn":
        save("a.mcnn", mc.layers.Dense(2, input_shape=(3,)))
    path = tmp_path / typo
    assert fails("summary", path) == f"there is no model {path}: {said.format(tmp_path)}"


def test_a_path_as_on_windows(save, fails, tmp_path, monkeypatch):
    save("a.mcnn", mc.layers.Dense(2, input_shape=(3,)))
    monkeypatch.chdir(tmp_path.parent)
    typo = f"{tmp_path.name}\\a.mcnn"
    if not Path(typo).exists():  # as it does on Windows
        assert fails("summary", typo) == f"there is no model {typo}: did you mean {tmp_path.name}/a.mcnn?"


def test_a_folder_without_a_model(fails, tmp_path):
    assert fails("report", tmp_path) == (
        f"{tmp_path} leads to no saved model (*.mcnn): a script saves it when training is over"
    )


@pytest.mark.parametrize("command", ["summary", "evaluate", "report", "predict"])
def test_what_is_no_model(command, alone, picture, fails, tmp_path):
    more = [picture] if command == "predict" else []
    notes = tmp_path / "notes.txt"
    notes.write_text("no model here")
    damaged = tmp_path / "cut.mcnn"
    damaged.write_bytes(Path(alone).read_bytes()[:-1000])
    assert fails(command, damaged, *more).startswith(f"{damaged} cannot be read: it is damaged or incomplete")
    assert fails(command, notes, *more).startswith(f"{notes} cannot be read: it begins with b'no m")
    mc.archive.write_archive(damaged, {"kind": "a minicnn backup"}, {})
    assert fails(command, damaged, *more) == f"{damaged} holds a minicnn backup, not a minicnn model"


@pytest.mark.parametrize(
    "flag, recipe, layer, divisor",
    [
        ("0..255", None, None, 1), ("0..1", "unknown", None, 255), (None, "/ 255", None, 255),
        (None, "0..255", None, 1), (None, None, mc.layers.Rescaling(1 / 255), 1),
        (None, None, mc.layers.Rescaling(1 / 127.5, -1), 1), (None, "/ 255", mc.layers.Rescaling(2, -1), 255),
        ("0..1", "/ 255", None, 255), ("0..1", None, mc.layers.Rescaling(1 / 255), 255),
    ],
)  # fmt: skip
def test_pixels_as_the_model_knows_them(flag, recipe, layer, divisor, save, tmp_path):
    """The metrics file knows best, then whoever types, then the model itself."""
    first = [layer] if layer else []
    save("m.mcnn", mc.layers.Input((1, 1, 3)), *first, mc.layers.Flatten(), mc.layers.Dense(2))
    run = {"dataset": "shapes", "sizes": {}, "recipe": {"pixels": recipe} if recipe else {}}
    (tmp_path / "m.json").write_text(json.dumps(run))
    x = np.arange(3, dtype=np.uint8).reshape(1, 1, 1, 3)
    given = trained.load(tmp_path / "m.mcnn", flag).as_input(x)
    assert given.dtype == np.float32
    np.testing.assert_array_equal(given, x / np.float32(divisor))


class Patient(mc.optimizers.SGD):
    """Somebody's own."""


def test_a_part_of_ones_own_is_asked_for_from_python(picture, fails, typed, tmp_path):
    model = mc.Sequential([mc.layers.Flatten(input_shape=(1, 1, 3)), mc.layers.Dense(2, "softmax")])
    model.compile(Patient(0.1), "mse")
    model.save(path := tmp_path / "m.mcnn")
    said = (
        f"{path} has parts that are not minicnn's, which commands do not know. Ask it from Python, "
        "minicnn.load_model(path, custom_objects={'Name': Name}): unknown optimizer 'Patient'"
    )
    assert fails("predict", path, picture).startswith(said)
    assert typed("summary", path)[0] == 0


def test_the_metrics_file_is_not_overruled(m1, picture, fails):
    path = m1 / "m1_shapes_80.mcnn"
    said = f"{path} was trained on pixels 0..1, as the metrics file beside it says: leave out --pixels 0..255"
    for command, *more in (["predict", picture], ["evaluate"], ["report"]):
        assert fails(command, m1, *more, "--pixels", "0..255") == said


def test_pixels_that_nobody_knows(alone, picture, fails):
    said = f"nothing beside {alone} says what pixels it was trained on: add --pixels 0..255 or 0..1"
    assert fails("predict", alone, picture) == said
    assert fails("evaluate", alone, "--data", "shapes", "--subset", 10) == said


@pytest.mark.parametrize("first", [
    [mc.layers.Rescaling(2, -1)], [mc.layers.Rescaling(1, 0)],
    [mc.layers.Conv2D(3, 1), mc.layers.Rescaling(1 / 255)],  # of what the convolution gives, not of pixels
], ids=["2 x - 1", "x", "behind a convolution"])  # fmt: skip
def test_a_rescaling_of_something_else_does_not_say(first, save, picture, fails):
    _, path = save("m.mcnn", mc.layers.Input((1, 1, 3)), *first, mc.layers.Flatten(), mc.layers.Dense(2))
    assert fails("predict", path, picture).endswith("add --pixels 0..255 or 0..1")


def test_models_that_take_or_give_something_else(save, picture, fails):
    _, rows = save("rows.mcnn", mc.layers.Dense(2, input_shape=(3,)))
    assert fails("predict", rows, picture) == f"{rows} takes inputs (None, 3), not pictures (None, H, W, 3)"
    _, maps = save("maps.mcnn", mc.layers.Conv2D(2, 3, input_shape=(8, 8, 3)), compile=False)
    said = f"{maps} gives (None, 6, 6, 2), not one score for each class"
    assert fails("predict", maps, picture, "--pixels", "0..1") == said


def test_names_that_do_not_fit(m1, picture, fails):
    (path,) = m1.glob("*.json")
    path.write_text(path.read_text().replace('  "ring",\n', ""))
    said = f"{m1 / 'm1_shapes_80.mcnn'} knows 10 classes, its metrics file names 9"
    assert fails("predict", m1, picture) == said
