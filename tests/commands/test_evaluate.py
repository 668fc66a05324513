"""``evaluate``: the scores that the run itself wrote down, and those on other pictures."""

import json
import shutil

import numpy as np
import pytest

import minicnn as mc


def scores(out):
    """The line above the scores, and ``{name: score}``."""
    head, *lines = out.splitlines()
    return head, {name: float(value) for name, value in map(str.split, lines)}


def test_the_runs_own_scores(m1, typed):
    status, out, error = typed("evaluate", m1)
    assert (status, error) == (0, "")
    head, found = scores(out)
    assert head == "M1 on shapes (embedded pictures, not CIFAR-10), the first 80: 80 test pictures"
    recorded = json.loads((m1 / "m1_shapes_80.json").read_text())["test"]
    assert found == {name: round(value, 4) for name, value in recorded.items()}


def test_other_pictures(m1, folder, typed):
    """The first test pictures, drawn and from files, in any order, give the same scores."""
    drawn = scores(typed("evaluate", m1, "--data", "shapes", "--subset", 80)[1])
    files = scores(typed("evaluate", m1, "--data", folder)[1])
    assert drawn[0] == "M1 on shapes: the first 80 test pictures"
    assert files[0] == f"M1 on {folder}: 80 test pictures"
    assert files[1] == pytest.approx(drawn[1], abs=2e-4)


@pytest.mark.parametrize("wanted, count", [(7, 7), (80, 80), (99_999_999, 80)])
def test_a_subset_is_of_the_pictures_there_are(wanted, count, m1, folder, typed):
    for data in ((), ("--data", folder)):
        head, _ = scores(typed("evaluate", m1, *data, "--subset", wanted)[1])
        assert head.endswith(f": the first {count} test pictures")


def test_ones_own_pictures_may_have_other_names(m1, typed):
    (path,) = m1.glob("*.json")
    run = json.loads(path.read_text())
    before = scores(typed("evaluate", m1)[1])
    path.write_text(json.dumps(run | {"class_names": [f"class {k}" for k in range(10)]}))
    assert scores(typed("evaluate", m1)[1]) == before


def test_a_folder_is_sampled_fairly(m1, folder, typed, monkeypatch):
    seen = []

    def step(model, x, y):
        seen.append(y)
        return {"loss": np.ones(len(x))}

    monkeypatch.setattr(mc.Sequential, "_test_step", step)
    typed("evaluate", m1, "--data", folder, "--subset", 20)
    assert len(np.unique(np.concatenate(seen).argmax(axis=1))) > 5  # not the first two classes alone


def test_a_model_that_was_never_compiled(save, folder, typed):
    first = mc.layers.Rescaling(1 / 255, input_shape=(8, 8, 3))
    _, path = save("own.mcnn", first, mc.layers.Flatten(), mc.layers.Dense(10, "softmax"), compile=False)
    head, found = scores(typed("evaluate", path, "--data", folder)[1])
    assert head.startswith("sequential on ") and found.keys() == {"loss", "accuracy"}


def test_what_cannot_be_judged(m1, alone, save, folder, fails, tmp_path):
    said = f"nothing beside {alone} says what to test it on: add --data, cifar10 say"
    assert fails("evaluate", alone) == said
    assert fails("evaluate", m1, "--data", "cifar") == (
        "there is no data set or folder cifar: did you mean cifar10?"
    )
    missing = tmp_path / "foldr"
    assert fails("evaluate", m1, "--data", missing) == (
        f"there is no data set or folder {missing}: did you mean {folder}?"
    )
    (tmp_path / "flat").mkdir()
    for flat in (tmp_path / "flat", tmp_path / "m1" / "m1_shapes_80.json"):
        said = f"{flat} holds no folders, expected one for each class, called as the class is"
        assert fails("evaluate", m1, "--data", flat) == said
    shutil.rmtree(folder / "ring")
    assert fails("evaluate", m1, "--data", folder).startswith(f"{folder} has no folder for the class 'ring'")
    said = f"{alone} knows 10 classes, {folder} has folders for 9: one folder for each class?"
    assert fails("evaluate", alone, "--data", folder, "--pixels", "0..1") == said
    _, large = save("large.mcnn", mc.layers.Flatten(input_shape=(40, 40, 3)), mc.layers.Dense(10))
    assert fails("evaluate", large, "--data", "shapes", "--subset", 9) == (
        f"{large} takes pictures 40 x 40 x 3, those of shapes are 32 x 32 x 3: "
        "--data FOLDER makes pictures from files fit"
    )


@pytest.mark.parametrize("command", ["evaluate", "report"])
def test_pictures_of_other_classes_judge_nothing(command, m1, fails):
    said = fails(command, m1, "--data", "cifar10")
    assert said.startswith(f"{m1 / 'm1_shapes_80.mcnn'} knows disc, ring, ")
    assert "; the classes of CIFAR-10 are others: airplane, automobile, " in said


def test_a_broken_picture_in_a_folder_is_named(m1, folder, fails):
    broken = folder / "star" / "broken.png"
    broken.write_text("no pixels here")
    assert fails("evaluate", m1, "--data", folder).startswith(f"{broken} cannot be read as a picture")


@pytest.mark.usefixtures("no_data")
def test_without_data_and_network_in_one_line(alone, fails):
    said = fails("evaluate", alone, "--data", "cifar10", "--pixels", "0..1")
    assert said.startswith("CIFAR-10 is neither on disk nor to be had. Looked in")
    assert "MINICNN_OFFLINE" in said


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """No CIFAR-10 on disk, and no network."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "MINICNN_DATA", "MINICNN_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    monkeypatch.setenv("MINICNN_OFFLINE", "1")


def test_photographs(save, folder, typed, tmp_path):
    """Where there were none they were drawn, beside the run; three of ten are what it was tested on."""
    model, path = save(
        "own.mcnn", mc.layers.Rescaling(1 / 255, input_shape=(8, 8, 3)), mc.layers.Flatten(),
        mc.layers.Dense(10, activation="softmax"),
    )  # fmt: skip
    run = {
        "dataset": "shapes", "title": "drawn", "sizes": {"train": 10, "test": 20}, "pictures": folder.name,
        "class_names": mc.datasets.shapes.CLASS_NAMES, "recipe": {"pixels": "0..255", "batch_size": 7},
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(run))
    validation = mc.utils.image_dataset_from_directory(
        folder, class_names=list(run["class_names"]), validation_split=0.3, subset="validation", seed=42,
        image_size=(8, 8), batch_size=7, verbose=False,
    )  # fmt: skip
    assert validation.images == 24
    expected = model.evaluate(validation.first(20), verbose=0, return_dict=True)
    head, found = scores(typed("evaluate", path)[1])
    assert head == "sequential on drawn: 20 test pictures"
    assert found == {name: round(value, 4) for name, value in expected.items()}
