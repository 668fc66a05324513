"""Write-up C, and all models of B to E: their layers, and one short epoch of those with a table."""

import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from trials import TRIAL, figures, name_their_data, run

import minicnn as mc
from examples import (
    cifar_base,
    cifar_early_stopping,
    cifar_lenet5,
    cifar_overfitting,
    cifar_predictions,
    compare_architectures,
    flowers_alexnet,
    flowers_vgg16,
)
from examples.cifar_m1 import common
from minicnn import layers
from minicnn.layers.base import Layer

FOUR_EACH = ("--subset", "20")  # of five kinds of flowers
B, C, FLOWERS = (common.DOCUMENTED[name]["models"] for name in ("B", "C", "C, flowers"))


@pytest.fixture
def slender(monkeypatch):
    """AlexNet and VGG16 with dense layers of 64 units in place of 4,096: a trial writes no gigabytes."""
    dense = layers.Dense
    monkeypatch.setattr(layers, "Dense", lambda units, **how: dense(64 if units == 4096 else units, **how))


@pytest.fixture
def out(tmp_path):
    """A folder that does not outlive its test: weights and backup of VGG16 are half a gigabyte."""
    yield tmp_path
    shutil.rmtree(tmp_path)


class TestModels:
    @pytest.fixture(autouse=True)
    def no_random_numbers(self, monkeypatch):
        """Weights of the right shapes, all zero: 134 million are not drawn to be counted."""
        monkeypatch.setattr(Layer, "initial", lambda self, name, shape, how: np.zeros(shape, self.dtype))

    @pytest.mark.parametrize(
        "build, params, documented",
        [
            (lambda: cifar_overfitting.build_model("first"), 1_116_170, B["first"]),
            (lambda: cifar_overfitting.build_model("second"), 4_361_738, B["second"]),
            (cifar_overfitting.build_model, 6_417_034, B["final"]),
            (cifar_base.build_model, 2_395_434, C["base"]),
            *((lambda v=v: cifar_lenet5.build_model(v), 62_006, C[f"lenet5_{v}"])
              for v in cifar_lenet5.VARIANTS),
            *((lambda v=v: flowers_alexnet.build_model(v), 62_383_349, FLOWERS[f"alexnet_{v}"])
              for v in flowers_alexnet.VARIANTS),
            *((lambda v=v: flowers_vgg16.build_model(v), 134_281_029, FLOWERS[f"vgg16_{v}"])
              for v in flowers_vgg16.VARIANTS),
            (cifar_early_stopping.build_model, 225_610, common.DOCUMENTED["D"]["models"]["early_stopping"]),
            (cifar_predictions.build_model, 167_562, common.DOCUMENTED["E"]["models"]["fresh"]),
        ],
    )  # fmt: skip
    def test_parameter_counts(self, build, params, documented):
        assert build().count_params() == params == documented["params"]

    def test_256_of_the_final_model_are_not_trained(self):
        layers = cifar_overfitting.build_final().layers
        assert sum(array.size for layer in layers for array in layer.state.values()) == 256

    @pytest.mark.parametrize("script", [cifar_lenet5, flowers_alexnet, flowers_vgg16])
    def test_variants(self, script):
        names = {v: [type(layer).__name__ for layer in script.build_model(v).layers] for v in script.VARIANTS}
        assert names["aug"][:3] == ["RandomFlip", "RandomRotation", "RandomZoom"]
        assert names["aug"][3:] == names["plain"]
        without = [name for name in names["aug_dropout"] if name != "Dropout"]
        assert without == names["aug"]
        at = names["aug_dropout"].index("Dropout")
        assert names["aug_dropout"][at + 1] == "Flatten"


@pytest.mark.parametrize(
    "script, name, flags",
    [
        (cifar_base, "base", ()),
        (cifar_lenet5, "lenet5_plain", ()),
        (cifar_lenet5, "lenet5_aug_dropout", ("--variant", "aug_dropout")),
        (flowers_alexnet, "alexnet_aug", ("--variant", "aug", "--image-size", "67", *FOUR_EACH)),
        (flowers_vgg16, "vgg16_plain", ("--image-size", "32", *FOUR_EACH)),
    ],
)
def test_architectures(script, name, flags, out, capsys, words):
    metrics = run(script, out, *flags)
    assert name_their_data(words)
    assert metrics["part"] == name
    optimizer = metrics["recipe"]["optimizer"]
    assert optimizer["class_name"] == "SGD" and optimizer["config"]["nesterov"] is True
    assert (optimizer["config"]["learning_rate"], optimizer["config"]["momentum"]) == (0.01, 0.9)
    assert set(metrics["test"]) == {
        "loss", "accuracy", "binary_accuracy", "categorical_accuracy", "categorical_crossentropy",
    }  # fmt: skip
    assert metrics["test"]["accuracy"] == metrics["test"]["categorical_accuracy"]
    assert figures(out).keys() >= {"architecture", "curves", "scores"}
    known = (C | FLOWERS)[name]
    assert f"{known['test_loss']:.4f}" in capsys.readouterr().out

    (path,) = out.glob("*.json")
    compare_architectures.main([str(path), "--out", str(out / "chart")])
    shown = capsys.readouterr().out
    assert f"| {metrics['test']['accuracy']:.4f} (1) |" in shown
    assert f"| {metrics['test']['loss']:.4f} (1) |" in shown
    assert shown.count("not run yet") == 9 * 4 and ", 1 of 50 epochs | " in shown and "(all: " in shown
    assert f"{path} ({name}) is not the documented run:" in shown and "epochs 1 instead of 50" in shown
    with Image.open(out / "chart" / "fit_times.png") as chart:
        assert chart.size == (800, 140)
    assert "Time to train 1 epoch on shapes (threads)" in words[-1]
    assert f" ({metrics['threads']}) " in words[-1]


def test_of_small_pictures_stands_beside_of_large_ones(out, capsys, words):
    flags = ("--variant", "aug", "--image-size", "64", *FOUR_EACH)
    metrics = run(flowers_vgg16, out, *flags)
    assert metrics["part"] == "vgg16_64_aug" and "documented (flowers)" not in capsys.readouterr().out
    title = r"of 64 x 64\n1 of 50 epochs, \d+ s each: all would take \d+\.\d hours"
    assert any(re.search(title, each) for each in words)
    (path,) = out.glob("*.json")
    compare_architectures.main([str(path), "--out", str(out)])
    shown = capsys.readouterr().out
    obtained = f"{metrics['test']['accuracy']:.4f} (1)"
    which = "+ augmentation, 64 x 64 pixels, 1 of 50 epochs"
    assert f"| {which} | 0.7184 | {obtained} | {obtained} | 0.9812 |" in shown
    assert shown.count("| + augmentation |") == 2, "of LeNet5 and AlexNet"


def test_no_architecture_yet(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(compare_architectures, "committed", lambda: [])
    compare_architectures.main(["--out", str(tmp_path)])
    shown = capsys.readouterr().out
    assert shown.count("not run yet") == 10 * 4 and "None of them has been run" in shown
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("notes.md", "# Notes", r"notes\.md is no JSON, as the metrics of runs are"),
        ("list.json", "[1]", r"list\.json holds no metrics of a run: neither 'history' nor 'parts' is in it"),
        ("*.json", None, r"\*\.json is no file: name the metrics files"),
        ("", None, "is no file: name the metrics files"),
    ],
)
def test_files_that_are_none_of_a_run(name, text, message, tmp_path):
    if text:
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=message):
        compare_architectures.main([str(tmp_path / name), "--out", str(tmp_path)])


def test_drawn_flowers(tmp_path):
    """In the place of photographs, shapes in files, cut as the photographs are: seven of ten to train on."""
    data = common.find_flowers(SimpleNamespace(data="shapes", subset=20, out=tmp_path, name="trial"))
    parts = mc.utils.image_dataset_from_directory(
        data.folder, validation_split=0.3, subset="both", seed=42, image_size=(40, 40), verbose=False
    )
    data.take(*parts, subset=20)
    assert data.sizes == {"train": 14, "test": 6} and data.key == "shapes_20"
    assert parts[0].class_names == sorted(data.class_names)
    labels = np.concatenate([part.labels for part in parts])
    assert np.bincount(labels).tolist() == [4] * 5
    x, y = data.samples(8, seed=0)
    assert x.shape == (8, 96, 96, 3) and len(y) == 8
    kind, picture = data.unseen(int(data.validation.labels[3]))
    (x, y), *_ = data.validation.stream()
    row = y.tolist().index(y[3])
    assert kind == data.validation.class_names[y[3]]
    np.testing.assert_array_equal(picture, x[row])  # as evaluate sees it
    data.take(*parts, subset=10)
    assert data.sizes == {"train": 7, "test": 3} and parts[0].images == 14


@pytest.mark.usefixtures("slender")
def test_without_photographs_a_notice(tmp_path, monkeypatch, capsys):
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "MINICNN_DATA", "MINICNN_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    monkeypatch.setenv("MINICNN_OFFLINE", "1")
    flags = ["--image-size", "32", "--subset", "8", *TRIAL[4:], "--out", str(tmp_path / "out")]
    flowers_vgg16.main(flags)
    assert "NOTICE: The flower photographs are neither on disk nor to be had" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="The flower photographs are neither on disk nor to be had"):
        flowers_vgg16.main([*flags, "--data", "flowers"])
