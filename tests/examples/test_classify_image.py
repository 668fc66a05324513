"""One picture, judged by a model that a script saved."""

import shutil

import numpy as np
import pytest
from PIL import Image
from trials import TRIAL

import minicnn as mc
from examples import (
    cifar_early_stopping,
    classify_image,
)


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
