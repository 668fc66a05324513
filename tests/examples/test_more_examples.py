"""Write-ups B to E: every model, every script run for one short epoch, and what reads what they wrote."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from PIL import Image

import minicnn as mc
from examples import (
    cifar_base,
    cifar_early_stopping,
    cifar_lenet5,
    cifar_overfitting,
    cifar_predictions,
    classify_image,
    compare_architectures,
    flowers_alexnet,
    flowers_vgg16,
    one_step,
    reproduce,
)
from examples.cifar_m1 import common
from minicnn import layers
from minicnn.layers.base import Layer

TRIAL = ["--data", "shapes", "--subset", "256", "--epochs", "1", "--quiet"]
FOUR_EACH = ("--subset", "20")  # of five kinds of flowers
B, C, FLOWERS = (common.DOCUMENTED[name]["models"] for name in ("B", "C", "C, flowers"))


def run(script, out, *flags):
    """Run a script's main in this process; its metrics."""
    script.main([*TRIAL, "--out", str(out), *flags])
    (path,) = out.glob("*.json")
    return json.loads(path.read_text())


def figures(out):
    """The pictures a run drew, by the ends of their names; each must show something."""
    found = {}
    for path in out.glob("*.png"):
        with Image.open(path) as picture:
            assert len(np.unique(np.asarray(picture))) > 50, path
            found[path.stem.split("_shapes_")[1].partition("_")[2]] = picture.size
    return found


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


@pytest.fixture
def words(monkeypatch):
    """The words of every figure that is written."""
    found, print_png = [], FigureCanvasAgg.print_png

    def keep(canvas, *args, **options):
        found.append(" ".join(text.get_text() for text in canvas.figure.findobj(Text)))
        print_png(canvas, *args, **options)

    monkeypatch.setattr(FigureCanvasAgg, "print_png", keep)
    return found


def name_their_data(words):
    return words and all("embedded pictures, not" in each for each in words)


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


def test_only_the_choices_of_that_flag_are_named(capsys):
    with pytest.raises(SystemExit):
        cifar_overfitting.main(["--model", "third"])
    assert capsys.readouterr().err.endswith(" There are first, second, final\n")


def test_overfitting(tmp_path, capsys):
    metrics = run(cifar_overfitting, tmp_path)
    assert list(metrics["parts"]) == ["first", "second", "final"]
    recipe = metrics["parts"]["first"]["recipe"]
    assert (recipe["pixels"], recipe["validation_data"]) == ("0..255", "the last fifth")
    assert (recipe["batch_size"], recipe["loss"]["class_name"]) == (128, "SparseCategoricalCrossentropy")
    assert recipe["optimizer"]["class_name"] == "Adam"
    assert figures(tmp_path) == {
        "images": (1092, 161), **{f"{name}_curves": (1000, 420) for name in ("first", "second", "final")},
    }  # fmt: skip
    shown = capsys.readouterr().out
    history = metrics["parts"]["second"]["history"]
    gap = history["accuracy"][-1] - history["val_accuracy"][-1]
    assert f"second  {gap:+.4f} (documented +0.3637)" in shown
    assert "epochs 1 instead of 20 and 30" in shown


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
    assert shown.count("not run yet") == 9 * 4
    assert f"{path} ({name}) is not the documented run:" in shown and "epochs 1 instead of 50" in shown
    with Image.open(out / "chart" / "fit_times.png") as chart:
        assert chart.size == (800, 140)
    assert "Time to train, 1 epoch: shapes" in words[-1]


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


def test_early_stopping(tmp_path, capsys, words):
    metrics = run(cifar_early_stopping, tmp_path)
    assert name_their_data(words)
    shown = capsys.readouterr().out
    assert "precision    recall  f1-score   support" in shown and "weighted avg" in shown
    confusion = np.array(metrics["confusion"])
    assert confusion.shape == (10, 10) and confusion.sum() == 256
    assert np.trace(confusion) / 256 == pytest.approx(metrics["test"]["accuracy"])
    assert figures(tmp_path).keys() == {"images", "curves", "confusion", "prediction"}


def test_stopping_early_is_being_whole(tmp_path, monkeypatch):
    """A loss that only grows ends the run after the third epoch; the reproduction takes it for complete."""
    fit = mc.Sequential.fit

    def worse_every_epoch(self, *args, callbacks, **arguments):
        class Worse(mc.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["val_loss"] = epoch + 1.0

        return fit(self, *args, callbacks=[Worse(), *callbacks], **arguments)

    monkeypatch.setattr(mc.Sequential, "fit", worse_every_epoch)
    metrics = run(cifar_early_stopping, tmp_path, "--subset", "40", "--epochs", "9")
    assert (metrics["epoch_reached"], metrics["stopped_early"], metrics["recipe"]["epochs"]) == (3, True, 9)
    assert reproduce.is_whole(next(tmp_path.glob("*.json")))


def test_predictions(tmp_path, capsys):
    metrics = run(cifar_predictions, tmp_path, "--at-most", "3")
    fresh, on = metrics["parts"]["fresh"], metrics["parts"]["on"]
    assert set(fresh["history"]) == {
        "loss", "sparse_categorical_crossentropy", "val_loss", "val_sparse_categorical_crossentropy",
    }  # fmt: skip
    assert fresh["epoch_reached"] == 1 and on["epoch_reached"] == 3
    assert min(on["history"]["val_loss"]) > 1.5843  # never below, so nothing is reached *again*
    assert "was not reached again after 3 epochs" in capsys.readouterr().out
    sizes = figures(tmp_path)
    assert sizes.keys() == {"images", "losses", "losses_on", "predictions"}
    assert sizes["losses"] == (560, 420)
    assert reproduce.is_whole(next(tmp_path.glob("*.json")))


@pytest.mark.parametrize(
    "before, on",
    [([2.0, 1.7, 1.5, 1.2], [1.4, 1.59]), ([2.0, 1.9], [1.7, 1.5, 1.3, 1.6]), ([1.5], [1.5843])],
)
def test_going_on_until_the_loss_has_risen_again(before, on):
    """The epoch that reaches it is the last of ``on``: neither an earlier one nor one not yet below it."""
    model = SimpleNamespace(stop_training=False, history=mc.callbacks.History())
    stop = cifar_predictions.StopAgain(1.5843, before)
    stop.set_model(model)
    stopped = []
    for epoch, loss in enumerate(on):
        model.history.on_epoch_end(epoch, {"val_loss": loss})
        stop.on_epoch_end(epoch, {"val_loss": loss})
        stopped.append(model.stop_training)
    assert stopped == [False] * (len(on) - 1) + [True]


def test_the_committed_runs_ended_where_the_rule_ends_them():
    paths = sorted((reproduce.table.RESULTS / "predictions").glob("seed*.json"))
    assert len(paths) >= 3
    for path in paths:
        fresh, on = (part["history"]["val_loss"] for part in json.loads(path.read_text())["parts"].values())
        ends = [cifar_predictions.risen_again(fresh + on[:k], 1.5843) for k in range(1, len(on) + 1)]
        assert ends.index(True) == len(on) - 1


@pytest.mark.parametrize("most", ["2", "3"])
def test_at_most_as_many_epochs_as_there_are_anyway(most, tmp_path):
    with pytest.raises(ValueError, match=f"--at-most {most} leaves nothing to go on with after the first 3"):
        cifar_predictions.main([*TRIAL, "--epochs", "3", "--at-most", most, "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_going_on_resumes(tmp_path):
    flags = ("--subset", "80", "--at-most", "3")
    whole = run(cifar_predictions, tmp_path / "whole", *flags)
    run(cifar_predictions, tmp_path / "parts", *flags[:3], "2")
    resumed = run(cifar_predictions, tmp_path / "parts", *flags, "--resume")
    assert resumed["parts"]["on"]["history"] == whole["parts"]["on"]["history"]  # to the bit


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model that a script saved, its metrics beside it."""
    out = tmp_path_factory.mktemp("early")
    cifar_early_stopping.main([*TRIAL, "--subset", "40", "--out", str(out)])
    return next(out.glob("*.mcnn"))


class TestClassifyImage:
    @pytest.fixture
    def picture(self, tmp_path):
        pixels = mc.datasets.shapes.load_data(1, 0)[0][0][0]
        path = tmp_path / "thing.png"
        Image.fromarray(pixels).resize((64, 48)).save(path)
        return path

    def test_true_probabilities(self, model, picture, tmp_path, capsys):
        chart = tmp_path / "chart.png"
        classify_image.main([str(picture), "--model", str(model), "--out", str(chart)])
        lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.endswith("%")]
        shown = {name: float(value) for name, value, _ in lines}
        small = mc.utils.load_img(picture, target_size=(32, 32), interpolation="bilinear")
        x = mc.utils.img_to_array(small)[None] / np.float32(255)
        expected = 100 * mc.load_model(model).predict(x)[0]
        names = mc.datasets.shapes.CLASS_NAMES
        assert shown == pytest.approx(dict(zip(names, expected.tolist())), abs=0.0051)
        assert list(shown.values()) == sorted(shown.values(), reverse=True)
        with Image.open(chart) as drawn:
            assert drawn.size == (960, 410)

    @pytest.mark.parametrize(
        "picture, message",
        [
            ("none.jpg", r"there is no picture .*none\.jpg"),
            ("notes.txt", r"notes\.txt cannot be read as a picture: .*\(BMP, GIF, JPEG, PNG can be read\)"),
            ("broken.png", r"broken\.png cannot be read as a picture"),
        ],
    )
    def test_no_picture(self, picture, message, model, tmp_path):
        if picture != "none.jpg":
            (tmp_path / picture).write_text("no pixels here")
        with pytest.raises(ValueError, match=message):
            classify_image.main([str(tmp_path / picture), "--model", str(model)])

    def test_no_folder_for_the_chart(self, picture, model, tmp_path, monkeypatch):
        monkeypatch.setattr(mc.Sequential, "predict", None)  # said before anything is computed
        with pytest.raises(ValueError, match=r"--out .*chart\.png: there is no folder .*none"):
            chart = tmp_path / "none" / "chart.png"
            classify_image.main([str(picture), "--model", str(model), "--out", str(chart)])

    def test_no_model(self, picture, tmp_path):
        with pytest.raises(ValueError, match=r"there is no model .*: train one first"):
            classify_image.main([str(picture), "--model", str(tmp_path / "none.mcnn")])

    def test_a_model_alone(self, picture, model, tmp_path):
        alone = shutil.copy(model, tmp_path / "alone.mcnn")
        with pytest.raises(ValueError, match=r"nothing beside .*alone\.mcnn says what pixels"):
            classify_image.main([str(picture), "--model", str(alone)])


def test_one_step(tmp_path, capsys):
    out = tmp_path / "one_step.json"
    one_step.main(["Base", "--batch-size", "4", "--steps", "1", "--out", str(out)])
    found = json.loads(out.read_text())["Base"]
    assert (found["params"], found["batch_size"], found["steps"]) == (2_395_434, 4, 1)
    assert found["step"] > 0 and found["peak_memory"] > 4 * found["params"]
    assert "2,395,434 parameters, 4 pictures" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        one_step.main(["ResNet"])
    assert "'ResNet' is none of Base, final, AlexNet, VGG16" in capsys.readouterr().err
