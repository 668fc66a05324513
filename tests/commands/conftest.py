"""A finished run, pictures, and somebody who types commands."""

import shutil
import sys

import numpy as np
import pytest
from PIL import Image

import minicnn as mc
from examples import cifar_m1
from examples.cifar_m1 import common
from minicnn.__main__ import main


@pytest.fixture
def typed(capsys):
    """typed("predict", path, ...): the exit status, what was printed, and what was said of it on stderr."""

    def run(*words):
        capsys.readouterr()
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:  # argparse's way of being done
            status = ended.code
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


@pytest.fixture
def fails(typed):
    """fails("predict", path, ...): the one line that says why, without the name of the command before it."""

    def run(*words):
        status, out, error = typed(*words)
        assert (status, out) == (1, "") and error.count("\n") == 1
        return error.strip().removeprefix(f"minicnn {words[0]}: ")

    return run


@pytest.fixture(scope="session", autouse=True)
def one_commit():
    """Whoever commits between a script's page and its metrics file must not make them differ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[common.Run.__module__], "git_commit", lambda: "1a2b3c")
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory, one_commit):
    """The folder of a short run of M1 that also wrote its page."""
    out = tmp_path_factory.mktemp("runs") / "m1"
    flags = ["--data", "shapes", "--subset", "80", "--epochs", "1", "--quiet", "--report"]
    cifar_m1.main([*flags, "--out", str(out)])
    return out


@pytest.fixture
def m1(finished, tmp_path):
    """A copy of the run, to be added to."""
    return shutil.copytree(finished, tmp_path / "m1")


@pytest.fixture
def alone(finished, tmp_path):
    """Its model, without its metrics file."""
    return shutil.copy(finished / "m1_shapes_80.mcnn", tmp_path / "alone.mcnn")


@pytest.fixture
def picture(tmp_path):
    """A drawn thing, larger than a model takes it."""
    pixels = mc.datasets.shapes.load_data(1, 0)[0][0][0]
    path = tmp_path / "thing.png"
    Image.fromarray(pixels).resize((64, 48)).save(path)
    return path


@pytest.fixture
def save(tmp_path):
    """save("name", layers, ...): a model of one's own, and its path."""

    def make(name, *layers, compile=True):
        model = mc.Sequential(layers)
        if compile:
            model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
        model.save(tmp_path / name)
        return model, tmp_path / name

    return make


@pytest.fixture
def folder(tmp_path):
    """Eighty pictures of shapes in a folder for each class."""
    x, y = mc.datasets.shapes.load_data(0, 80)[1]
    for k, (pixels, (label,)) in enumerate(zip(x, y)):
        path = tmp_path / "folder" / mc.datasets.shapes.CLASS_NAMES[label] / f"{k:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    assert len(np.unique(y)) == 10
    return tmp_path / "folder"
