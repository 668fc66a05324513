"""plots.architecture: what it says of each layer, how large blocks are, and that no words touch."""

import pytest
from PIL import Image

import minicnn as mc
from minicnn import plots


def network(more=0):
    """10 layers and ``more``, with the longest names there are."""
    layers = [
        mc.layers.Rescaling(1 / 255, input_shape=(32, 24, 3)),
        mc.layers.RandomFlip(),
        mc.layers.Conv2D(128, (11, 9), (4, 2), "same", activation="relu"),
        mc.layers.BatchNormalization(),
        *(mc.layers.LeakyReLU() for _ in range(more)),
        mc.layers.AveragePooling2D(3, 2),
        mc.layers.MaxPooling2D(),
        mc.layers.GlobalAveragePooling2D(),
        mc.layers.Dense(4096, activation="relu"),
        mc.layers.Dropout(0.25),
        mc.layers.Dense(10, activation="softmax"),
    ]
    return mc.Sequential(layers, name="ten")


@pytest.mark.parametrize("more, columns, rows", [(0, 11, 1), (4, 8, 2)])
def test_png_has_the_documented_size_and_every_word_is_on_it(tmp_path, more, columns, rows):
    width, height = 24 + columns * 118, 62 + rows * 226
    figure = plots.architecture(network(more), path=tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as picture:
        assert picture.format == "PNG" and picture.size == (width, height)
    box = figure.axes[0].get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height


def test_architecture_says_what_each_layer_does(monkeypatch):
    model = network()
    monkeypatch.setattr(mc.layers.Dense, "count_params", lambda self: 102_764_544)  # the longest there is
    (axes,) = plots.architecture(model).axes
    said = [text.get_text() for text in axes.texts]
    assert said[0] == f"ten: {model.count_params():,} parameters"
    for words in (
        "Input", "32 × 24 × 3", "× 0.00392", "horizontal\nand vertical",
        "11×9 stride 4×2\nrelu", "8 × 12 × 128", "38,144",
        "Batch\nNormalization", "512", "Average\nPooling2D", "3×3 stride 2", "2×2 stride 2",
        "GlobalAverage\nPooling2D", "4,096", "102,764,544", "0.25", "softmax",
    ):  # fmt: skip
        assert words in said


def test_no_two_words_of_an_architecture_touch(monkeypatch):
    monkeypatch.setattr(mc.layers.Dense, "count_params", lambda self: 102_764_544)
    figure = plots.architecture(network(more=4))
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts if text.get_text()]
    blocks = [patch.get_window_extent(renderer) for patch in figure.axes[0].patches]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in [*boxes[k + 1 :], *blocks])


def test_larger_shapes_are_larger_blocks():
    def size(*shape):
        model = mc.Sequential([mc.layers.Rescaling(1.0, input_shape=shape)])
        front, *_ = plots.architecture(model).axes[0].patches
        return front.get_extents().width, front.get_extents().height

    assert size(8, 8, 3)[0] < size(8, 8, 64)[0] and size(8, 8, 3)[1] == size(8, 8, 64)[1]
    assert size(8, 8, 3)[1] < size(200, 8, 3)[1] and size(8, 8, 3)[0] == size(200, 8, 3)[0]
    assert size(10)[1] < size(4096)[1] < size(10**9)[1] <= 120


def test_an_architecture_needs_shapes():
    with pytest.raises(ValueError, match="architecture needs a built model"):
        plots.architecture(mc.Sequential([mc.layers.Dense(3)]))
