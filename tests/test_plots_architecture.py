"""plots.architecture: what it says of each layer, how large blocks are, and that no words touch."""

import pytest
from PIL import Image

import minicnn as mc
from minicnn import plots
from minicnn.plots.architecture import ROW, TITLE_ROOM


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


def cells(figure):
    """What is written in each cell, from left to right: its kind, settings, shape and parameters."""
    (axes,) = figure.axes
    columns = {}
    for text in axes.texts[2:]:  # below the title and the line that explains
        if text.get_text():
            x, y = text.get_position()
            columns.setdefault(((y - TITLE_ROOM) // ROW, x), []).append(text.get_text())  # arrows say nothing
    return list(columns.values())


def test_architecture_says_what_each_layer_does():
    model = network()
    figure = plots.architecture(model)
    title, explained, *_ = (text.get_text() for text in figure.axes[0].texts)
    assert title == f"ten: {model.count_params():,} parameters"
    assert explained == "below each layer: the shape of its output, its parameters"
    assert cells(figure) == [
        ["Input", "32 × 24 × 3"],
        ["Rescaling", "÷ 255", "32 × 24 × 3"],
        ["RandomFlip", "horizontal\nand vertical", "32 × 24 × 3"],
        ["Conv2D", "11×9 stride 4×2\nrelu", "8 × 12 × 128", "38,144"],
        ["Batch\nNormalization", "8 × 12 × 128", "512"],
        ["Average\nPooling2D", "3×3 stride 2", "3 × 5 × 128"],
        ["MaxPooling2D", "2×2 stride 2", "1 × 2 × 128"],
        ["GlobalAverage\nPooling2D", "128"],
        ["Dense", "relu", "4,096", "528,384"],
        ["Dropout", "0.25", "4,096"],
        ["Dense", "softmax", "10", "40,970"],
    ]


SETTINGS = [
    (mc.layers.Activation("gelu"), ["Activation", "gelu"]),
    (mc.layers.AveragePooling2D(2, 1), ["Average\nPooling2D", "2×2"]),
    (mc.layers.BatchNormalization(scale=False), ["Batch\nNormalization"]),
    (mc.layers.Conv2D(3, (1, 2)), ["Conv2D", "1×2"]),
    (mc.layers.Dense(3), ["Dense"]),
    (mc.layers.Dropout(0.125), ["Dropout", "0.125"]),
    (mc.layers.Flatten(), ["Flatten"]),
    (mc.layers.GlobalAveragePooling2D(), ["GlobalAverage\nPooling2D"]),
    (mc.layers.LeakyReLU(0.2), ["LeakyReLU", "slope 0.2"]),
    (mc.layers.MaxPooling2D(3, (2, 3)), ["MaxPooling2D", "3×3 stride 2×3"]),
    (mc.layers.RandomCrop(16, 24), ["RandomCrop", "16×24"]),
    (mc.layers.RandomFlip("vertical"), ["RandomFlip", "vertical"]),
    (mc.layers.RandomRotation((-0.1, 0.25)), ["Random\nRotation", "−0.1 … 0.25\nturns"]),
    (mc.layers.RandomTranslation(0.125, (-0.1, 0.222)), ["Random\nTranslation", "↕ ±0.125\n↔ −0.1 … 0.22"]),
    (mc.layers.RandomZoom(0.1), ["RandomZoom", "±0.1"]),
    (mc.layers.RandomZoom(-0.1, 0.2), ["RandomZoom", "↕ ±0.1\n↔ ±0.2"]),
    (mc.layers.ReLU(), ["ReLU"]),
    (mc.layers.Rescaling(2 / 255, -1), ["Rescaling", "× 0.00784\n−1"]),
    (mc.layers.Softmax(), ["Softmax"]),
]


@pytest.mark.parametrize("layer, said", SETTINGS, ids=lambda each: getattr(each, "name", ""))
def test_what_is_said_of_a_layer(layer, said):
    flat = [mc.layers.Flatten()] if layer.rank == 2 else []
    model = mc.Sequential([mc.layers.Input((20, 30, 3)), *flat, layer])
    of_layer = cells(plots.architecture(model))[-1]
    shape = " × ".join(f"{n:,}" for n in layer.output_shape[1:])
    params = [f"{layer.count_params()}"] if layer.count_params() else []
    assert of_layer == [*said, shape, *params]


def test_of_every_layer_there_is_a_word():
    assert {type(layer) for layer, _ in SETTINGS} == {*mc.layers.LAYERS.values()} - {mc.layers.Input}


class ALayerOfOnesOwnWithALongName(mc.layers.Layer):
    """It does nothing."""

    scale, mode = True, "secret"


def test_of_a_layer_of_ones_own_the_name_is_said_as_far_as_there_is_room():
    model = mc.Sequential([mc.layers.Input((4,)), ALayerOfOnesOwnWithALongName()])
    assert cells(plots.architecture(model))[-1] == ["ALayerOfOnes…\nName", "4"]


@pytest.mark.parametrize("name, width", [("two", 464), ("$" * 60, 24 + 11 * (60 + len(": 12 parameters")))])
def test_a_short_network_has_room_for_what_is_above_it(name, width):
    model = mc.Sequential([mc.layers.Dense(3, input_shape=(3,))], name=name)
    figure = plots.architecture(model)
    assert figure.canvas.get_width_height() == (width, 62 + 226)
    box = figure.axes[0].get_tightbbox()
    assert box.x0 >= 0 and box.x1 <= width
    blocks = [patch.get_extents() for patch in figure.axes[0].patches[:2]]
    assert blocks[0].x0 + blocks[1].x1 == pytest.approx(width)  # in the middle


def augmented():
    """The longest settings there are, side by side, and a picture large enough to come near them."""
    span = (-0.111, -0.222)
    return mc.Sequential([
        mc.layers.Input((256, 256, 3)), mc.layers.RandomRotation(span), mc.layers.RandomZoom(span, span),
        mc.layers.RandomTranslation(span, span), mc.layers.RandomTranslation(span, span),
        mc.layers.RandomCrop(112, 111), mc.layers.Rescaling(1 / 127.5, -1.125),
    ])  # fmt: skip


@pytest.mark.parametrize("make", [lambda: network(more=4), augmented])
def test_no_two_words_of_an_architecture_touch(make, monkeypatch):
    monkeypatch.setattr(mc.layers.Dense, "count_params", lambda self: 102_764_544)
    figure = plots.architecture(make())
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
