"""plots: sheets of images, predictions and filters."""

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from minicnn import plots

NAMES = ["airplane", "automobile", "bird", "cat"]


@pytest.fixture
def x():
    return np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def p():
    """Predicted classes 1 2 3 0 1, with 70 %."""
    p = np.full((5, 4), 0.1)
    p[range(5), [1, 2, 3, 0, 1]] = 0.7
    return p


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_images_draws_the_pixels_themselves(x, tmp_path):
    plots.images(x, path=tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        sheet = np.asarray(picture.convert("RGB")).astype(int)
    for i in range(5):
        left = 12 + 108 * i
        drawn = sheet[12 : 12 + 96, left : left + 96]
        enlarged = x[i].repeat(3, axis=0).repeat(3, axis=1)
        assert abs(drawn - enlarged).max() <= 1


@pytest.mark.parametrize("labels", [[3, 2, 1, 0, 3], [[3], [2], [1], [0], [3]], np.eye(4)[[3, 2, 1, 0, 3]]])
def test_images_writes_class_names(x, labels):
    figure = plots.images(x, labels, NAMES, title="Five")
    assert texts(figure.axes[0]) == ["cat", "bird", "automobile", "airplane", "cat", "Five"]
    assert texts(plots.images(x, labels).axes[0]) == ["3", "2", "1", "0", "3"]


def test_images_floats_and_bytes_are_the_same_picture(x):
    assert plots.images(x)._repr_png_() == plots.images(x / 255)._repr_png_()
    grey = x[..., :1]
    assert plots.images(grey)._repr_png_() == plots.images(grey.repeat(3, axis=3))._repr_png_()


def test_long_names_are_cut_to_the_picture(x):
    (caption, *_) = texts(plots.images(x[:2], [0, 0], ["a class with a very long name"]).axes[0])
    assert caption == "a class with …"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: {"x": x[0]}, r"pictures \(N, H, W, 1 or 3\), got \(32, 32, 3\): add a batch axis"),
        (lambda x: {"x": x[..., 0]}, r"got \(5, 32, 32\): is a channel axis missing\?"),
        (lambda x: {"x": x.transpose(0, 3, 1, 2)}, r"got \(5, 3, 32, 32\)"),
        (lambda x: {"x": x[:0]}, r"got \(0, 32, 32, 3\)"),
        (lambda x: {"x": x.astype(float)}, r"float pixels in 0\.\.1, got 0 to 255: pass x / 255"),
        (lambda x: {"x": x.astype(int) - 1}, r"whole-number pixels in 0\.\.255, got -1 to 254"),
        (lambda x: {"x": x / np.float64("nan")}, r"float pixels in 0\.\.1, got nan"),
        (lambda x: {"x": x > 9}, "pixels as whole numbers or floats, got bool"),
        (lambda x: {"x": [x[0], x[0, :9]]}, "pictures of one size, got different shapes: resize or cut"),
        (lambda x: {"x": np.zeros((401, 1, 1, 3))}, r"at most 400 pictures, got 401: pass x\[:25\]"),
        (lambda x: {"x": x, "labels": [0, 1]}, r"labels of shape \(5,\) or \(5, classes\), got \(2,\)"),
        (lambda x: {"x": x, "labels": [0, 1, 2, 3, 4], "class_names": NAMES}, r"in 0\.\.3, got 0 to 4"),
        (lambda x: {"x": x, "labels": [-1, 1, 2, 3, 1]}, r"class numbers 0, 1, \.\.\., got -1 to 3"),
        (lambda x: {"x": x, "labels": ["cat"] * 5}, "labels as class numbers"),
        (lambda x: {"x": x, "columns": 0}, "columns as a whole number >= 1, got 0"),
    ],
)
def test_images_refuses(x, change, message):
    with pytest.raises(ValueError, match=f"images expects .*{message}|images shows {message}"):
        plots.images(**change(x))


def test_predictions_words_and_wrong_ones_marked(x, p):
    axes = plots.predictions(x, p, [1, 2, 3, 0, 2], NAMES).axes[0]
    assert texts(axes)[:2] == ["automobile 70 %\ntrue: automobile", "bird 70 %\ntrue: bird"]
    assert texts(axes)[4:] == ["× automobile 70 %\ntrue: bird", "4 of 5 right (× wrong)"]
    assert len(axes.patches) == 1
    assert axes.patches[0].get_xy() == (12 + 4 * 140, 36 + 2 * 17)  # the frame is around the last one


def test_predictions_without_truth(x, p):
    axes = plots.predictions(x, p).axes[0]
    assert texts(axes) == ["1 70 %", "2 70 %", "3 70 %", "0 70 %", "1 70 %"]
    assert len(axes.patches) == 0


def test_predictions_refuses(x, p):
    with pytest.raises(ValueError, match=r"probabilities of shape \(5, classes\), got \(4, 4\)"):
        plots.predictions(x, p[:4])
    with pytest.raises(ValueError, match=r"probabilities in 0\.\.1, got 1 to 7: are these logits\?"):
        plots.predictions(x, 10 * p)
    with pytest.raises(ValueError, match="expects 4 class_names, got"):
        plots.predictions(x, p, class_names=NAMES[:3])
    with pytest.raises(ValueError, match=r"y_true of shape \(5,\)"):
        plots.predictions(x, p, [1])


def test_filters_are_stretched_one_by_one():
    kernel = np.random.default_rng(0).normal(size=(3, 5, 3, 4)) * [1, 10, 100, 0]
    axes = plots.filters(SimpleNamespace(params={"kernel": kernel})).axes[0]
    for f, image in enumerate(axes.images[:3]):
        w = kernel[..., f]
        np.testing.assert_allclose(image.get_array(), (w - w.min()) / (w.max() - w.min()), atol=1e-6)
    assert (axes.images[3].get_array() == 0.5).all()
    assert texts(axes) == ["0", "1", "2", "3", "4 filters, 3 × 5 × 3"]


def test_filters_of_other_depths_show_one_channel():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 8, 2))
    axes = plots.filters(kernel, channel=6).axes[0]
    w = kernel[:, :, 6, 1]
    grey = np.asarray(axes.images[1].get_array())
    np.testing.assert_allclose(grey[..., 2], (w - w.min()) / (w.max() - w.min()), atol=1e-6)
    assert texts(axes)[-1] == "2 filters, 3 × 3 × 8, channel 6"


def test_filters_refuses():
    dense = SimpleNamespace(params={"kernel": np.zeros((9, 9))}, name="dense_1")
    with pytest.raises(ValueError, match=r"a built Conv2D .* got 'dense_1' with a kernel of shape \(9, 9\)"):
        plots.filters(dense)
    with pytest.raises(ValueError, match=r"'conv2d' .* build the model first"):
        plots.filters(SimpleNamespace(params={}, name="conv2d"))
    with pytest.raises(ValueError, match=r"channel in 0\.\.7 of \(3, 3, 8, 2\), got 8"):
        plots.filters(np.zeros((3, 3, 8, 2)), channel=8)
