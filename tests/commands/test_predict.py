"""``predict``: the model's own probabilities, and pictures as people see them."""

import json

import numpy as np
import pytest
from PIL import Image

import minicnn as mc
from minicnn.commands import predict, trained
from minicnn.datasets import images


def scores(block):
    """``{class: percent}`` of one block."""
    rows = (line.rsplit(maxsplit=2) for line in block.splitlines()[1:])
    return {name.strip(): float(value) for name, value, _ in rows}


def test_a_block_for_each_picture(m1, picture, typed, tmp_path):
    other = tmp_path / "other.jpg"
    Image.open(picture).rotate(90).save(other)
    status, out, error = typed("predict", m1, picture, other, "--top", 10)
    assert (status, error) == (0, "")
    first, second = out.removesuffix("\n\n").split("\n\n")
    assert first.startswith(f"{picture}\n") and second.startswith(f"{other}\n")
    small = mc.utils.load_img(picture, target_size=(32, 32), interpolation="bilinear")
    x = mc.utils.img_to_array(small)[None] / np.float32(255)
    expected = 100 * mc.load_model(m1 / "m1_shapes_80.mcnn").predict(x)[0]
    shown = scores(first)
    assert shown == pytest.approx(
        dict(zip(mc.datasets.shapes.CLASS_NAMES, expected.tolist())), abs=0.0051)  # fmt: skip
    assert list(shown.values()) == sorted(shown.values(), reverse=True)


def test_three_classes_unless_more_are_asked_for(m1, picture, typed):
    three = scores(typed("predict", m1 / "m1_shapes_80.mcnn", picture)[1].rstrip())
    ten = scores(typed("predict", m1, picture, "--top", 99)[1].rstrip())
    assert len(three) == 3 and len(ten) == 10 and list(ten.items())[:3] == list(three.items())


def test_a_model_by_itself_has_numbers_for_classes(alone, picture, typed):
    status, out, _ = typed("predict", alone, picture, "--pixels", "0..1", "--top", 10)
    assert status == 0 and set(scores(out.rstrip())) == {f"class {k}" for k in range(10)}


def test_logits_become_probabilities(save, picture, typed):
    model, path = save(
        "logits.mcnn", mc.layers.Rescaling(1 / 255, input_shape=(4, 4, 3)), mc.layers.Flatten(),
        mc.layers.Dense(3, kernel_initializer="zeros"), compile=False,
    )  # fmt: skip
    model.layers[-1].params["bias"][...] = [0.7, 0.8, 0.9]  # they look like probabilities
    model.save(path)
    shown = scores(typed("predict", path, picture)[1].rstrip())
    p = np.exp([0.9, 0.8, 0.7]) / np.exp([0.9, 0.8, 0.7]).sum()
    assert list(shown) == ["class 2", "class 1", "class 0"]
    assert list(shown.values()) == pytest.approx(list(100 * p), abs=0.0051)


def test_the_model_comes_first(m1, picture, fails):
    said = f"{picture} is a picture, not a model: the model comes first, then pictures"
    assert fails("predict", picture, m1) == said


def test_what_cannot_be_read_does_not_stop_the_others(m1, picture, typed, tmp_path):
    (tmp_path / "notes.txt").write_text("no pixels here")
    (tmp_path / "cut.png").write_bytes(picture.read_bytes()[:300])
    wrong = ["notes.txt", "cut.png", "thing.jpg", "runs/x.jpg", "."]
    status, out, error = typed("predict", m1, *(tmp_path / name for name in wrong), picture)
    assert status == 1 and out.startswith(f"{picture}\n")
    formats = "(BMP, GIF, JPEG, PNG can be read)"
    lines = error.splitlines()
    assert [line.startswith("minicnn predict: ") for line in lines] == 5 * [True]
    assert f"{tmp_path / 'notes.txt'} cannot be read as a picture" in lines[0] and lines[0].endswith(formats)
    assert f"{tmp_path / 'cut.png'} cannot be read as a picture" in lines[1]
    assert lines[2].endswith(f"there is no picture {tmp_path / 'thing.jpg'}: did you mean {picture}?")
    assert lines[3].endswith(f"there is no folder {tmp_path / 'runs'}")
    assert lines[4].endswith(f"is a folder, not a picture: {tmp_path / '*'} names all files in it")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_colours_that_the_model_takes(channels, save, picture):
    _, path = save(
        "m.mcnn", mc.layers.Flatten(input_shape=(5, 7, channels)), mc.layers.Dense(2, activation="softmax")
    )
    judge = trained.load(path, "0..255")
    assert predict.load_picture(picture, judge).shape == (5, 7, channels)
    assert predict.class_probabilities(judge, predict.load_picture(picture, judge)).sum() == pytest.approx(1)


def test_a_model_of_picture_files_sees_them_as_in_its_training(save, typed, rng, tmp_path):
    model, path = save("files.mcnn", mc.layers.Flatten(input_shape=(5, 7, 3)), mc.layers.Dense(2, "softmax"))
    run = {"dataset": "flowers", "sizes": {}, "recipe": {"pixels": "0..255", "image_size": 7}}
    path.with_suffix(".json").write_text(json.dumps(run))
    picture = tmp_path / "picture.png"
    Image.fromarray(rng.integers(0, 256, (50, 60, 3), dtype=np.uint8)).save(picture)
    x = images.resize(images.read(picture), (5, 7))
    np.testing.assert_array_equal(predict.load_picture(picture, trained.load(path)), x)
    shown = scores(typed("predict", path, picture)[1].rstrip())
    p = dict(enumerate(100 * model.predict(x[np.newaxis])[0]))
    assert shown == pytest.approx({f"class {k}": value for k, value in p.items()}, abs=0.0051)
