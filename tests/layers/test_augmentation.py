"""Augmentation: Keras's maps, per picture, a function of seed, step, place and index and nothing else."""

import math
from pathlib import Path

import numpy as np
import pytest
from oracles import augmentations, cases
from strategies import normal

import minicnn as mc
from minicnn import layers
from minicnn.kernels import threads

with np.load(Path(__file__).parent.parent / "oracles" / "augmentation.npz") as file:
    ORACLE = dict(file)
SIGMAS = 5  # the seeds are fixed: these tests pass or fail for ever
MAKE = {
    "RandomCrop": lambda **k: layers.RandomCrop(5, 4, **k),
    "RandomFlip": layers.RandomFlip,
    "RandomRotation": lambda **k: layers.RandomRotation(0.2, **k),
    "RandomTranslation": lambda **k: layers.RandomTranslation(0.3, 0.2, **k),
    "RandomZoom": lambda **k: layers.RandomZoom(0.3, 0.2, **k),
}
EACH = pytest.mark.parametrize("make", MAKE.values(), ids=MAKE)


def trained(layer, x, seed=0, place=0, step=0):
    """What the layer makes of x in training, keyed as given."""
    layer.seed, layer.place, layer.step = seed, place, step
    return layer.forward(x, training=True)


def row(*numbers):
    """A picture of one row."""
    return np.array(numbers, float).reshape(1, 1, -1, 1)


# ---- what Keras does


def looked_up(layer, H, W):
    """(H, W, 2): where the pixels come from, by a layer that always does the same."""
    here = np.stack([*np.meshgrid(np.arange(H), np.arange(W), indexing="ij"), np.ones((H, W))], axis=-1)
    return here @ layer.maps(np.zeros((1, 2)), H, W)[0].T


def comparable(layer, H, W):
    """(H, W): where Keras on TensorFlow and minicnn answer the same question.

    Exactly between two pixels "nearest" is a matter of taste. TensorFlow's "wrap" does not blend the last
    pixel with the first, and repeats pictures of one pixel less.
    """
    places, sizes, near = looked_up(layer, H, W), np.array([H, W]), 1e-4
    if layer.interpolation == "nearest":
        return (np.abs(places % 1 - 0.5) > near).all(-1)
    if layer.fill_mode == "wrap":
        seam = (places - near) % sizes > sizes - 1 - 2 * near
        far = (places < near - (sizes - 1)) | (places > 2 * (sizes - 1) - near)
        return ~((seam | far) & (sizes > 1)).any(-1)
    return np.full((H, W), True)


@pytest.mark.parametrize("name", augmentations.AUGMENTATIONS)
def test_the_warped_pictures_are_keras_s(name):
    kind, arguments, shape = augmentations.AUGMENTATIONS[name]
    layer = getattr(layers, kind)(**arguments)
    y = layer.forward(cases.draw(name, shape), training=True)
    same = comparable(layer, *shape[1:3])
    np.testing.assert_allclose(y[:, same], ORACLE[name][:, same], rtol=0, atol=1e-5)


def test_nearly_all_pixels_are_compared_with_keras():
    shares = {}
    for kind, arguments, shape in augmentations.AUGMENTATIONS.values():
        layer = getattr(layers, kind)(**arguments)
        how = layer.interpolation, layer.fill_mode
        shares.setdefault(how, []).append(comparable(layer, *shape[1:3]).mean())
    assert np.mean(shares.pop(("bilinear", "wrap"))) > 0.6
    assert all(np.mean(shares.pop(("nearest", fill_mode))) > 0.8 for fill_mode in ("reflect", "constant"))
    assert len(shares) == 3 and all(np.mean(others) == 1 for others in shares.values())


@pytest.mark.parametrize("name", augmentations.CROPS)
def test_the_crop_at_inference_is_keras_s_smart_resize(name):
    shape, sizes = augmentations.CROPS[name]
    x, layer = cases.draw(name, shape), layers.RandomCrop(*sizes)
    np.testing.assert_allclose(layer.forward(x), ORACLE[f"crop {name}"], rtol=0, atol=1e-6)
    if shape[1] < sizes[0] or shape[2] < sizes[1]:  # too small to cut from: the same in training
        np.testing.assert_array_equal(layer.forward(x, training=True), layer.forward(x))


@pytest.mark.parametrize("N", [1, 2])
def test_a_crop_s_maps_can_be_written_to(N):
    """As all others: for read-only ones, everything would be compiled a second time."""
    layer = layers.RandomCrop(5, 4)
    layer.forward(np.zeros((N, 7, 9, 2)))
    assert layer.cache[2].flags.writeable


def test_directions_by_hand():
    top = np.zeros((1, 5, 5, 1))
    top[0, 0, 2] = 1
    left = trained(layers.RandomRotation((0.25, 0.25)), top)
    assert left[0, 2, 0, 0] == pytest.approx(1)  # counter-clockwise, from the top to the left
    out = trained(layers.RandomZoom((1, 1), fill_mode="constant"), np.ones((1, 9, 9, 1)))
    assert out.sum() == pytest.approx(25)  # twice as far away
    shifted = trained(layers.RandomTranslation((0, 0), (0.25, 0.25)), row(1, 2, 3, 4))
    np.testing.assert_array_equal(shifted, row(1, 1, 2, 3))  # to the right
    shifted = trained(layers.RandomTranslation((-0.25, -0.25), (0, 0)), row(1, 2, 3, 4).swapaxes(1, 2))
    np.testing.assert_array_equal(shifted, row(2, 3, 4, 4).swapaxes(1, 2))  # upwards


# ---- randomness


@EACH
def test_the_key_is_all_that_counts(make):
    x = normal(0, 6, 7, 9, 2)
    first = trained(make(), x, 1, 2, 3)
    np.testing.assert_array_equal(trained(make(), x, 1, 2, 3), first)
    for other in ((0, 2, 3), (1, 3, 3), (1, 2, 4)):
        assert not np.array_equal(trained(make(), x, *other), first)
    for count in {1, threads._most}:
        threads.set_num_threads(count)
        np.testing.assert_array_equal(trained(make(), x, 1, 2, 3), first)


@EACH
def test_a_picture_s_fate_depends_on_its_index_and_not_on_what_follows(make):
    x = normal(0, 6, 7, 9, 2)
    whole = trained(make(), x)
    np.testing.assert_array_equal(trained(make(), x[:4]), whole[:4])
    assert not np.array_equal(trained(make(), x[2:4]), whole[2:4])


@EACH
def test_pictures_are_treated_one_by_one(make):
    y = trained(make(), np.repeat(normal(0, 1, 7, 9, 2), 12, axis=0))
    assert len(np.unique(y, axis=0)) >= 4


@EACH
def test_a_seed_of_one_s_own(make):
    """It takes the place of the model's; 0 is a seed, None is none."""
    x = normal(0, 6, 7, 9, 2)
    np.testing.assert_array_equal(trained(make(seed=0), x, 5), trained(make(seed=0), x, 6))
    assert not np.array_equal(trained(make(seed=0), x), trained(make(seed=1), x))
    assert not np.array_equal(trained(make(seed=None), x, 5), trained(make(seed=None), x, 6))


@EACH
def test_by_itself_a_layer_counts_its_steps(make):
    layer, x = make(), normal(0, 6, 7, 9, 2)
    assert not np.array_equal(layer.forward(x, training=True), layer.forward(x, training=True))


@pytest.mark.parametrize("name", [name for name in MAKE if name != "RandomCrop"])
def test_inference_leaves_pictures_alone(name):
    layer, x = MAKE[name](), normal(0, 3, 7, 9, 2).astype(np.float32)
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert layer.step == 0


def test_bytes_become_floats_of_the_same_range():
    x = np.full((2, 6, 6, 3), 255, np.uint8)
    for make in MAKE.values():
        y = trained(make(), x)
        assert y.dtype == np.float32
        np.testing.assert_allclose(y, 255, rtol=1e-6)


MANY = 4000
CORNERS = np.tile(np.array([[0.0, 1], [2, 3]]).reshape(1, 2, 2, 1), (MANY, 1, 1, 1))


@pytest.mark.parametrize(
    ("mode", "seen"),
    [("horizontal", {0: 0.5, 1: 0.5}), ("vertical", {0: 0.5, 2: 0.5}),
     ("horizontal_and_vertical", {0: 0.25, 1: 0.25, 2: 0.25, 3: 0.25})],
)  # fmt: skip
def test_how_often_pictures_are_flipped(mode, seen):
    """Told by what stands in the upper left corner, and the other corners follow."""
    y = trained(layers.RandomFlip(mode), CORNERS)[..., 0].astype(int)
    found, counts = np.unique(y[:, 0, 0], return_counts=True)
    assert [*found] == [*seen]
    for count, share in zip(counts, seen.values()):
        assert abs(count / MANY - share) < SIGMAS * math.sqrt(share * (1 - share) / MANY)
    for mirrored in y:  # 0 1 / 2 3 with one digit's bits flipped everywhere
        np.testing.assert_array_equal(mirrored, np.array([[0, 1], [2, 3]]) ^ mirrored[0, 0])


def test_a_small_number_mirrors():
    """The other half would do as well, but a run that is taken up again would see other pictures."""
    below, at = layers.RandomFlip().maps(np.array([[0.49, 0.49], [0.5, 0.5]]), 5, 5)
    np.testing.assert_array_equal(below[:, :2], -np.eye(2))
    np.testing.assert_array_equal(at[:, :2], np.eye(2))


def spread(values, low, high):
    """That values are as a uniform distribution's: within, of its mean, near both ends."""
    assert low <= values.min() < low + 0.01 * (high - low)
    assert high - 0.01 * (high - low) < values.max() <= high
    sigma = (high - low) / math.sqrt(12 * len(values))
    assert abs(values.mean() - (low + high) / 2) < SIGMAS * sigma


def maps_of(layer, H=9, W=5):
    layer.seed = 0
    return layer.maps(layer.draw(MANY), H, W)


@pytest.mark.parametrize(
    ("factor", "low", "high"),
    [(0.1, -0.1, 0.1), (-0.1, -0.1, 0.1), ((0.3, -0.2), -0.2, 0.3), ([0.1, 0.2], 0.1, 0.2)],
)
def test_factors_are_ranges(factor, low, high):
    turned = maps_of(layers.RandomRotation(factor))
    spread(np.arctan2(turned[:, 0, 1], turned[:, 0, 0]) / (2 * np.pi), low, high)
    zoomed = maps_of(layers.RandomZoom(factor, (0, 0.5)))
    spread(zoomed[:, 0, 0], 1 + low, 1 + high)
    spread(zoomed[:, 1, 1], 1, 1.5)
    both = maps_of(layers.RandomZoom(factor))
    np.testing.assert_array_equal(both[:, 0, 0], both[:, 1, 1])
    moved = maps_of(layers.RandomTranslation(factor, (0, 0.5)))
    spread(-moved[:, 0, 2], 9 * low, 9 * high)
    spread(-moved[:, 1, 2], 0, 5 * 0.5)
    for maps in (zoomed, moved):
        drawn = (maps[:, 0, 2], maps[:, 1, 2])
        assert abs(np.corrcoef(*drawn)[0, 1]) < SIGMAS / math.sqrt(MANY)  # height and width apart


def test_crops_are_cut_everywhere_equally_often():
    x = np.arange(5 * 6.0).reshape(1, 5, 6, 1)
    y = trained(layers.RandomCrop(3, 4), np.tile(x, (MANY, 1, 1, 1)))
    places, counts = np.unique(y[:, 0, 0, 0].astype(int), return_counts=True)
    assert [*places] == [6 * top + left for top in range(3) for left in range(3)]
    assert (np.abs(counts / MANY - 1 / 9) < SIGMAS * math.sqrt(1 / 9 * 8 / 9 / MANY)).all()
    for picture, corner in zip(y, y[:, 0, 0, 0].astype(int)):
        top, left = divmod(corner, 6)
        np.testing.assert_array_equal(picture, x[0, top : top + 3, left : left + 4])
    same = trained(layers.RandomCrop(5, 4), np.tile(x, (MANY, 1, 1, 1)))  # as high as the picture
    assert len(np.unique(same[:, 0, 0, 0])) == 3
    small = trained(layers.RandomCrop(2, 2), np.tile(x, (MANY, 1, 1, 1)))  # less than half of it
    assert len(np.unique(small[:, 0, 0, 0])) == 4 * 5


# ---- in a model


def small_model():
    mc.set_random_seed(3)
    model = mc.Sequential([
        layers.Input((8, 9, 3)), *(make() for make in MAKE.values()), layers.Conv2D(2, 3),
        layers.RandomFlip(), layers.Flatten(), layers.Dense(3, activation="softmax"),
    ])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_training_repeats_to_the_bit_and_predictions_do_not_vary(tmp_path):
    x, y = normal(0, 20, 8, 9, 3), np.arange(20) % 3
    models = [small_model(), small_model()]
    for model in models:
        model.fit(x, y, epochs=2, batch_size=8, verbose=0)
    for one, other in zip(*(model.get_weights() for model in models)):
        np.testing.assert_array_equal(one, other)
    models[0].save(tmp_path / "model.mcnn")
    loaded = mc.load_model(tmp_path / "model.mcnn")
    assert loaded.get_config() == models[0].get_config()
    for model in models:
        np.testing.assert_array_equal(model.predict(x, verbose=0), loaded.predict(x, verbose=0))


# ---- messages


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: layers.RandomFlip("sideways"), "RandomFlip .* mode to be one of 'horizontal', .*'sideways'"),
        (lambda: layers.RandomRotation(36), "factor expects a number from -1 up to 1, or two.*got 36"),
        (lambda: layers.RandomRotation((0.1, 0.2, 0.3)), r"or two of them, got \(0.1, 0.2, 0.3\)"),
        (lambda: layers.RandomRotation((0.1,)), r"or two of them, got \(0.1,\)"),
        (lambda: layers.RandomRotation("0.1"), "got '0.1'"),
        (lambda: layers.RandomRotation(float("nan")), "got nan"),
        (lambda: layers.RandomRotation((0.1, None)), "got"),
        (lambda: layers.RandomRotation(0.1, fill_mode="mirror"), "fill_mode to be one of .*, got 'mirror'"),
        (lambda: layers.RandomRotation(0.1, interpolation="cubic"), "interpolation to be one .*'cubic'"),
        (lambda: layers.RandomRotation(0.1, fill_value=None), "fill_value expects a number, got None"),
        (lambda: layers.RandomRotation(0.1, seed=-1), "seed expects a whole number >= 0, got -1"),
        (lambda: layers.RandomRotation(0.1, seed=0.5), "seed expects a whole number >= 0, got 0.5"),
        (lambda: layers.RandomZoom(-1), "height_factor expects a number above -1 up to 1, .*got -1"),
        (lambda: layers.RandomZoom(0.1, (-1, 0)), r"width_factor expects .* above -1 .*got \(-1, 0\)"),
        (lambda: layers.RandomRotation(-1.5), "factor expects a number from -1 up to 1, .*got -1.5"),
        (lambda: layers.RandomTranslation(0, 1.5), "width_factor expects a number from -1 up to 1"),
        (lambda: layers.RandomCrop(0, 3), "height expects a whole number >= 1, got 0"),
        (lambda: layers.RandomCrop(3, 2.5), "width expects a whole number >= 1, got 2.5"),
        (lambda: layers.RandomCrop(3, 2).forward(np.zeros((1, 0, 5, 3))), "cannot cut 3 x 2 .* out of 0 x 5"),
        (lambda: layers.RandomFlip().forward(np.zeros((5, 5, 3))), "RandomFlip .*add a batch axis"),
    ],
)  # fmt: skip
def test_messages(make, message):
    with pytest.raises(ValueError, match=message):
        make()
