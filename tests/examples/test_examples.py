"""Write-up A: every script, run for one short epoch on a few embedded shapes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from trials import TRIAL, losses, run

import minicnn as mc
from examples import cifar_depth, cifar_m1, cifar_m2, cifar_m3, cifar_optimizers, keras_reference
from examples.cifar_m1 import common

ROOT = Path(__file__).resolve().parents[2]
SINGLE = {"m1": cifar_m1, "m2": cifar_m2, "m3": cifar_m3}


@pytest.mark.parametrize("script, params", [(cifar_m1, 295_850), (cifar_m2, 583_626), (cifar_m3, 1_159_178)])
def test_parameter_counts(script, params):
    model = script.build_model()
    assert model.count_params() == params
    assert common.DOCUMENTED["A"]["models"][model.name]["params"] == params
    assert model.output_shape == (None, 10)


@pytest.mark.parametrize("name", SINGLE)
def test_a_model(name, tmp_path, capsys):
    metrics = run(SINGLE[name], tmp_path, "--seed", "3")
    shown = capsys.readouterr().out

    documented = common.DOCUMENTED["A"]["models"][name.upper()]
    assert (metrics["model"], metrics["params"]) == (name.upper(), documented["params"])
    assert (metrics["dataset"], metrics["seed"]) == ("shapes", 3)
    assert metrics["sizes"] == {"train": 256, "test": 256}
    assert metrics["recipe"]["optimizer"]["class_name"] == "RMSprop"
    assert metrics["recipe"]["optimizer"]["config"]["learning_rate"] == 5e-4
    assert (metrics["recipe"]["epochs"], metrics["recipe"]["batch_size"]) == (1, 40)
    assert metrics["best"] == {key: values[0] for key, values in metrics["history"].items()}
    assert metrics["test"]["loss"] == pytest.approx(metrics["best"]["val_loss"], rel=1e-6)
    assert metrics["seconds"] == metrics["seconds_per_epoch"][0] > 0
    assert metrics["threads"] == mc.get_num_threads()
    assert set(metrics["versions"]) == {"minicnn", "python", "numpy", "numba"}

    assert f"{documented['val_accuracy']:.4f}" in shown and f"{metrics['best']['val_accuracy']:.4f}" in shown
    assert "dataset shapes instead of cifar10" in shown
    assert "Epoch" not in shown and "Total params" not in shown  # --quiet

    for figure, size in (("images", (876, 161)), ("curves", (1000, 420))):
        with Image.open(tmp_path / f"{name}_shapes_256_{figure}.png") as picture:
            assert picture.size == size
            assert len(np.unique(np.asarray(picture))) > 50  # something is drawn
    loaded = mc.load_model(tmp_path / f"{name}_shapes_256.mcnn")
    (_, _), (x, y) = mc.datasets.load("shapes", 1, 256)
    rows = mc.utils.to_categorical(y, 10)
    assert loaded.evaluate(x / np.float32(255), rows, batch_size=40, verbose=0)[0] == metrics["test"]["loss"]
    assert not list(tmp_path.glob(".*"))  # nothing half-written is left


def test_summary_and_progress_unless_quiet(tmp_path, capsys):
    cifar_m1.main([*TRIAL[:-1], "--out", str(tmp_path)])
    shown = capsys.readouterr().out
    assert "Total params: 295,850 (1.13 MB)" in shown
    assert "Epoch 1/1" in shown and "images/s" in shown
    assert "shapes (embedded pictures, not CIFAR-10)" in shown


def test_depth(tmp_path, capsys):
    metrics = run(cifar_depth, tmp_path)
    params = [part["params"] for part in metrics["parts"].values()]
    assert list(metrics["parts"]) == ["M1", "M2", "M3"] and params == [295_850, 583_626, 1_159_178]
    shown = capsys.readouterr().out
    assert all(f"{known['val_loss']:.4f}" in shown for known in common.DOCUMENTED["A"]["models"].values())
    for figure in ("training", "validation"):
        with Image.open(tmp_path / f"depth_shapes_256_{figure}.png") as picture:
            assert picture.size == (1000, 444)


def test_fresh_and_chained_optimizers(tmp_path, capsys):
    chained = run(cifar_optimizers, tmp_path / "chained")
    fresh = run(cifar_optimizers, tmp_path / "fresh", "--protocol", "fresh")
    assert "chained: each goes on from the weights before" in capsys.readouterr().out
    assert (chained["protocol"], fresh["protocol"]) == ("chained", "fresh")
    names = [part["recipe"]["optimizer"]["class_name"] for part in chained["parts"].values()]
    assert names == list(chained["parts"]) == list(fresh["parts"]) == ["RMSprop", "SGD", "Adam"]
    first, second = losses(chained), losses(fresh)
    assert first[0] == second[0] and first[1] != second[1] and first[2] != second[2]
    assert abs(second[0][0] - second[1][0]) < 0.5  # fresh: SGD sees untrained weights too


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    """No CIFAR-10 on disk, and no network."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "MINICNN_DATA", "MINICNN_CACHE"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    monkeypatch.setenv("MINICNN_OFFLINE", "1")


@pytest.mark.usefixtures("no_data")
def test_without_data_shapes_and_a_notice(tmp_path, capsys):
    cifar_m1.main(["--subset", "80", "--epochs", "1", "--quiet", "--out", str(tmp_path / "out")])
    shown = capsys.readouterr()
    assert "NOTICE: CIFAR-10 is neither on disk nor to be had" in shown.err
    assert "So few shapes teach nothing at first" in shown.err
    assert f"MINICNN_DATA is {tmp_path / 'empty'}: no such folder" in shown.err
    assert "obtained (shapes, seed 0)" in shown.out
    assert all("_shapes_80" in path.name for path in (tmp_path / "out").iterdir())
    assert json.loads((tmp_path / "out" / "m1_shapes_80.json").read_text())["dataset"] == "shapes"


@pytest.mark.usefixtures("no_data")
def test_data_asked_for_is_not_replaced(tmp_path):
    with pytest.raises(SystemExit, match="CIFAR-10 is neither on disk nor to be had"):
        cifar_m1.main(["--data", "cifar10", "--out", str(tmp_path)])


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--epoch", "3"], "did you mean --epochs?"),
        (["--batchsize=3"], "did you mean --batch-size?"),
        (["--data", "cifar"], "invalid choice: 'cifar': did you mean cifar10? There are cifar10, shapes"),
        (["--epochs", "0"], "--epochs: expects a whole number >= 1, got '0'"),
        (["--epochs", "many"], "--epochs: expects a whole number >= 1, got 'many'"),
        (["--subset", "60000"], "--subset: expects a whole number >= 8 and <= 50,000, got '60000'"),
        (["--seed", "-1"], "--seed: expects a whole number >= 0, got '-1'"),
        (["--protocol", "fresh"], "unrecognized arguments: --protocol"),
        (["--out", __file__], f"--out: expects a folder, and {__file__} is a file"),
        (["--out", f"{__file__}/m1"], f"--out: expects a folder, and {__file__} is a file"),
    ],
)
def test_wrong_flags(flags, message, capsys):
    with pytest.raises(SystemExit) as stop:
        cifar_m1.main(flags)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_without_keras_its_script_says_so(monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        keras_reference.main(["M2"])
    assert "not installed: tensorflow, keras (pip install tensorflow-cpu)" in capsys.readouterr().err


def test_without_scikit_learn_the_search_says_so():
    code = (
        "import sys, runpy; sys.modules['joblib'] = None; sys.argv = ['search.py', '--help']\n"
        "runpy.run_module('examples.search', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "A search needs scikit-learn (no joblib here): pip install -e '.[sklearn]'\n"
