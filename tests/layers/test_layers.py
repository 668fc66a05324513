"""Layers: shapes, names, weights in and out, and messages that help."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PROBLEMS, normal, randomise

import minicnn as mc
from minicnn import layers
from minicnn.layers import LAYERS

PICTURES = (2, 6, 5, 3)
EXAMPLES = {
    "Activation": lambda **k: layers.Activation("tanh", **k),
    "AveragePooling2D": lambda **k: layers.AveragePooling2D((2, 3), (2, 1), "same", **k),
    "BatchNormalization": lambda **k: layers.BatchNormalization(0.9, 1e-2, center=False, **k),
    "Conv2D": lambda **k: layers.Conv2D(4, (3, 2), (2, 1), "same", "relu", False, "he_normal",
                                        mc.constraints.MaxNorm(3, [0, 1, 2]), **k),
    "Dense": lambda **k: layers.Dense(4, "gelu", True, "glorot_normal", "max_norm", **k),
    "Dropout": lambda **k: layers.Dropout(0.3, **k),
    "Flatten": layers.Flatten,
    "GlobalAveragePooling2D": layers.GlobalAveragePooling2D,
    "Input": lambda **k: layers.Input(PICTURES[1:], name=k.get("name")),
    "LeakyReLU": lambda **k: layers.LeakyReLU(0.1, **k),
    "MaxPooling2D": lambda **k: layers.MaxPooling2D(3, **k),
    "RandomCrop": lambda **k: layers.RandomCrop(4, 3, **k),
    "RandomFlip": lambda **k: layers.RandomFlip("vertical", 0, **k),
    "RandomRotation": lambda **k: layers.RandomRotation((-0.1, 0.3), "constant", "nearest", 4, 0.5, **k),
    "RandomTranslation": lambda **k: layers.RandomTranslation(0.2, (0.1, 0.3), "wrap", **k),
    "RandomZoom": lambda **k: layers.RandomZoom(0.2, seed=3, **k),
    "ReLU": layers.ReLU,
    "Rescaling": lambda **k: layers.Rescaling(1 / 255, -0.5, **k),
    "Softmax": layers.Softmax,
}
EACH = pytest.mark.parametrize("name", EXAMPLES)


def built(name, seed=1):
    layer = EXAMPLES[name]()
    layer.build((None, *PICTURES[1:]))
    randomise(layer, seed)
    return layer


def test_every_layer_has_an_example():
    assert EXAMPLES.keys() == LAYERS.keys()


# ---- shapes and names


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (layers.Conv2D(8, 5, 2, "same"), (32, 32, 3), (16, 16, 8)),
        (layers.Conv2D(8, 5, 2, "valid"), (32, 32, 3), (14, 14, 8)),
        (layers.Conv2D(8, (3, 1), (1, 2), "SAME"), (7, 9, 3), (7, 5, 8)),
        (layers.Conv2D(8, 3), (3, 5, 1), (1, 3, 8)),
        (layers.MaxPooling2D(), (7, 9, 3), (3, 4, 3)),
        (layers.MaxPooling2D(padding="same"), (7, 9, 3), (4, 5, 3)),
        (layers.MaxPooling2D(3, 2), (7, 9, 3), (3, 4, 3)),
        (layers.AveragePooling2D((2, 3), (1, 4)), (7, 9, 3), (6, 2, 3)),
        (layers.GlobalAveragePooling2D(), (7, 9, 3), (3,)),
        (layers.Flatten(), (7, 9, 3), (189,)),
        (layers.Flatten(), (), (1,)),
        (layers.Dense(4), (7,), (4,)),
        (layers.Dense(4), (5, 7), (5, 4)),
        (layers.BatchNormalization(), (7, 9, 3), (7, 9, 3)),
        (layers.Dropout(0.5), (7,), (7,)),
        (layers.RandomCrop(3, 8), (7, 9, 3), (3, 8, 3)),
        (layers.RandomCrop(8, 3), (7, 9, 3), (8, 3, 3)),
        (layers.RandomRotation(0.5), (7, 9, 3), (7, 9, 3)),
    ],
    ids=str,
)
def test_output_shapes(layer, shape, expected):
    layer.build((None, *shape))
    assert layer.output_shape == (None, *expected)
    assert layer.forward(np.zeros((2, *shape))).shape == (2, *expected)
    assert layer.forward(np.zeros((0, *shape))).shape == (0, *expected)


@pytest.mark.parametrize("name", PROBLEMS)
@settings(max_examples=25)
@given(data=st.data())
def test_forward_and_backward_have_the_shapes_announced(name, data):
    layer, x = data.draw(PROBLEMS[name])
    y = layer.forward(x, training=True)
    assert layer.input_shape == (None, *x.shape[1:])
    assert y.shape == (len(x), *layer.output_shape[1:])
    assert layer.backward(np.ones_like(y)).shape == x.shape
    assert layer.grads.keys() == layer.params.keys()
    for which, parameter in layer.params.items():
        assert layer.grads[which].shape == parameter.shape


@pytest.mark.parametrize(
    ("layer", "params", "state"),
    [
        (layers.Conv2D(2, 3), ["kernel", "bias"], []),
        (layers.Conv2D(2, 3, use_bias=False), ["kernel"], []),
        (layers.Dense(2), ["kernel", "bias"], []),
        (layers.Dense(2, use_bias=False), ["kernel"], []),
        (layers.BatchNormalization(), ["gamma", "beta"], ["moving_mean", "moving_variance"]),
        (layers.BatchNormalization(scale=False), ["beta"], ["moving_mean", "moving_variance"]),
        (layers.BatchNormalization(center=False), ["gamma"], ["moving_mean", "moving_variance"]),
        (layers.MaxPooling2D(), [], []),
    ],
    ids=lambda value: value if isinstance(value, layers.Layer) else None,
)
def test_names_of_weights(layer, params, state):
    layer.build((None, *PICTURES[1:]))
    assert [*layer.params] == params and [*layer.state] == state
    assert layer.grads == {}
    assert [w.shape for w in layer.get_weights()] == [
        w.shape for w in (*layer.params.values(), *layer.state.values())
    ]
    assert layer.count_params() == sum(w.size for w in layer.get_weights())


def test_shapes_of_weights():
    conv, dense = layers.Conv2D(8, (3, 2)), layers.Dense(4)
    conv.build((None, *PICTURES[1:]))
    dense.build((None, 7))
    assert [w.shape for w in conv.get_weights()] == [(3, 2, 3, 8), (8,)]
    assert [w.shape for w in dense.get_weights()] == [(7, 4), (4,)]
    assert not conv.params["bias"].any() and conv.params["kernel"].any()


def test_names():
    assert [make().name for make in EXAMPLES.values()] == [
        "activation", "average_pooling2d", "batch_normalization", "conv2d", "dense", "dropout", "flatten",
        "global_average_pooling2d", "input", "leaky_re_lu", "max_pooling2d", "random_crop", "random_flip",
        "random_rotation", "random_translation", "random_zoom", "re_lu", "rescaling", "softmax",
    ]
    assert layers.Conv2D(1, 1, name="first").name == "first"
    assert layers.MaxPool2D is layers.MaxPooling2D and layers.BatchNorm is layers.BatchNormalization


# ---- configuration and weights


@EACH
@pytest.mark.parametrize("given", [{}, {"name": "mine", "input_shape": PICTURES[1:]}])
def test_a_config_makes_an_equal_layer(name, given):
    layer = EXAMPLES[name](**given)
    config = json.loads(json.dumps(layer.get_config()))
    twin = LAYERS[name].from_config(config)
    assert type(twin) is type(layer)
    assert json.loads(json.dumps(twin.get_config())) == config
    assert twin.given_input_shape == layer.given_input_shape
    for each in (layer, twin):
        each.build((None, *PICTURES[1:]))
    twin.set_weights(layer.get_weights())
    x = normal(0, *PICTURES)
    np.testing.assert_array_equal(twin.forward(x, training=True), layer.forward(x, training=True))


@EACH
def test_every_argument_is_in_the_config(name):
    import inspect

    arguments = set(inspect.signature(LAYERS[name].__init__).parameters) - {"self", "input_shape"}
    assert set(EXAMPLES[name]().get_config()) == arguments


@pytest.mark.parametrize("name", ["BatchNormalization", "Conv2D", "Dense"])
def test_weights_go_out_and_in(name):
    layer, twin = built(name, 1), built(name, 2)
    before = layer.get_weights()
    before[0][...] += 1  # copies: the layer does not see this
    assert not np.array_equal(layer.get_weights()[0], before[0])
    arrays = [*layer.params.values()]
    layer.set_weights(twin.get_weights())
    assert all(a is b for a, b in zip(arrays, layer.params.values()))  # in place
    x = normal(0, *PICTURES)
    np.testing.assert_array_equal(layer.forward(x), twin.forward(x))
    layer.set_weights([w.tolist() for w in before])
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])


BAD_WEIGHTS = {
    "one too few": lambda w: w[:-1],
    "one too many": lambda w: [*w, w[0]],
    "the last of another shape": lambda w: [*w[:-1], np.zeros(99)],
    "the last complex": lambda w: [*w[:-1], w[-1] * 1j],
    "the last of objects": lambda w: [*w[:-1], w[-1].astype(object)],
    "the last to be broadcast": lambda w: [*w[:-1], np.float32(1)],
}


@pytest.mark.parametrize("bad", BAD_WEIGHTS)
@pytest.mark.parametrize("name", ["BatchNormalization", "Conv2D", "Dense"])
def test_weights_that_do_not_fit_change_nothing(name, bad):
    layer = built(name)
    before = layer.get_weights()
    with pytest.raises(ValueError, match=f"{name} '.*' (has .* weights|expects .* of shape)"):
        layer.set_weights(BAD_WEIGHTS[bad]([w + 1 for w in before]))
    for now, then in zip(layer.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


# ---- numbers: types, order in memory, randomness


def other_ways(x):
    """The same numbers, differently stored."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    locked = x.copy()
    locked.flags.writeable = False
    return {
        "Fortran": np.asfortranarray(x), "every other": wide[..., ::2],
        "backwards": x[::-1, ::-1].copy()[::-1, ::-1], "read-only": locked, "a list": x.tolist(),
        "int16": x.astype(np.int16), "uint8": x.astype(np.uint8), "float64": x.astype(np.float64),
        "big-endian": x.astype(">f4"), "float16": x.astype(np.float16),
    }


@EACH
def test_how_numbers_are_stored_does_not_matter(name):
    layer = built(name)
    x = np.random.default_rng(0).integers(0, 100, PICTURES).astype(np.float32)
    y = layer.forward(x).copy()
    dy = np.random.default_rng(1).integers(0, 9, y.shape).astype(np.float32)
    dx = layer.backward(dy).copy()
    gradients = {which: g.copy() for which, g in layer.grads.items()}
    for how, same in other_ways(x).items():
        np.testing.assert_array_equal(layer.forward(same), y, err_msg=how, strict=True)
        for dhow, dsame in other_ways(dy).items():
            np.testing.assert_array_equal(layer.backward(dsame), dx, err_msg=f"{how}, {dhow}", strict=True)
        for which, g in gradients.items():
            np.testing.assert_array_equal(layer.grads[which], g, err_msg=which, strict=True)


def test_dropout_drops_the_same_however_numbers_are_stored():
    layer = layers.Dropout(0.5)
    x = normal(0, *PICTURES).astype(np.float32)
    y = layer.forward(x, training=True)
    dx = layer.backward(x)
    np.testing.assert_array_equal(dx, y)
    for how, same in other_ways(x).items():
        if how in ("Fortran", "every other", "backwards", "read-only", "a list"):
            np.testing.assert_array_equal(layer.backward(same), dx, err_msg=how)


@EACH
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_layer_computes_in_the_type_it_was_built_in(name, dtype):
    mc.config.set_floatx(dtype)
    layer = built(name)
    mc.config.set_floatx("float32" if dtype == "float64" else "float64")
    for training in (False, True):
        y = layer.forward(normal(0, *PICTURES), training)
        dx = layer.backward(normal(1, *y.shape))
        for array in (y, dx, *layer.get_weights(), *layer.grads.values()):
            assert array.dtype == dtype


@EACH
def test_inputs_stay_as_they_are(name):
    layer = built(name)
    x = normal(0, *PICTURES).astype(np.float32)
    x_before = x.copy()
    y = layer.forward(x, training=True)
    dy = normal(1, *y.shape).astype(np.float32)
    dy_before, weights = dy.copy(), [w.copy() for w in layer.params.values()]
    layer.backward(dy)
    np.testing.assert_array_equal(x, x_before)
    np.testing.assert_array_equal(dy, dy_before)
    for now, then in zip(layer.params.values(), weights):
        np.testing.assert_array_equal(now, then)


@EACH
def test_nobody_asks_for_dx(name):
    """A first layer's dx may be None, its other gradients are the same."""
    layer, x = built(name), normal(0, *PICTURES)
    y = layer.forward(x, training=True)
    layer.backward(np.ones_like(y))
    due = {which: g.copy() for which, g in layer.grads.items()}
    layer.needs_dx = False
    layer.backward(np.ones_like(y))
    for which, g in due.items():
        np.testing.assert_array_equal(layer.grads[which], g)


def test_dropout_is_keyed_by_seed_place_and_step():
    def mask(seed=0, place=1, step=2):
        layer = layers.Dropout(0.5)
        layer.seed, layer.place, layer.step = seed, place, step
        return layer.forward(np.ones((4, 100)), training=True)

    np.testing.assert_array_equal(mask(), mask())
    for other in (mask(seed=1), mask(place=2), mask(step=3)):
        assert not np.array_equal(mask(), other)
    layer = layers.Dropout(0.5)
    first, second = (layer.forward(np.ones((4, 100)), training=True) for _ in range(2))
    assert not np.array_equal(first, second)  # by itself, a layer counts its training passes
    np.testing.assert_array_equal(layer.forward(np.ones((4, 100))), np.ones((4, 100)))


def test_weights_are_drawn_by_the_seed_and_the_place():
    def kernel(seed, place):
        mc.set_random_seed(seed)
        layer = layers.Dense(5)
        layer.place = place
        layer.build((None, 7))
        return layer.params["kernel"]

    np.testing.assert_array_equal(kernel(0, 0), kernel(0, 0))
    assert not np.array_equal(kernel(0, 0), kernel(1, 0)) and not np.array_equal(kernel(0, 0), kernel(0, 1))


def test_moving_statistics_follow_the_batches():
    layer, x = layers.BatchNormalization(momentum=0.9), normal(0, 50, 3) * 3 + 5
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.state["moving_mean"], 0.1 * x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(layer.state["moving_variance"], 0.9 + 0.1 * x.var(0), rtol=1e-5)
    before = layer.get_weights()
    y = layer.forward(x)
    due = (x - before[2]) / np.sqrt(before[3] + 1e-3)
    np.testing.assert_allclose(y, due, rtol=1e-4, atol=1e-5)
    for now, then in zip(layer.get_weights(), before):
        np.testing.assert_array_equal(now, then)


# ---- messages


def refuses(message, function, *args, error=ValueError, **kwargs):
    with pytest.raises(error, match=message):
        function(*args, **kwargs)


def test_a_layer_is_built_once():
    layer = layers.Dense(3)
    for _ in range(2):
        layer.build([None, 4])  # two shapes that are equal, not the same
    for other in (3, 5):
        with pytest.raises(ValueError, match=rf"is built for \(None, 4\), got \(None, {other}\): make a new"):
            layer.build((None, other))


def test_a_dense_layer_must_know_its_features_and_nothing_else():
    layer = layers.Dense(3)
    layer.build((None, None, 4))
    assert layer.output_shape == (None, None, 3)
    for shape in ((None, 4, None), (None,)):
        with pytest.raises(ValueError, match="expects inputs"):
            layers.Dense(3).build(shape)


@pytest.mark.parametrize("name", ["Conv2D", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D"])
def test_a_picture_without_a_batch(name):
    for layer in (built(name), EXAMPLES[name]()):
        refuses(rf"{name} '.*' expects .*: add a batch axis, x\[None\]\?", layer.forward, np.zeros((6, 5, 3)))


def test_grey_pictures_without_channels():
    conv = layers.Conv2D(4, 3)
    conv.build((None, 8, 7, 1))
    refuses(r"got \(64, 8, 7\): add a channel axis, x\[\.\.\., None\]\?", conv.forward, np.zeros((64, 8, 7)))


def test_channels_that_fit_are_not_said_to_be_wrong():
    """Also where they are more than 256, from where on Python makes a new object of the same number."""
    flatten = layers.Flatten()
    flatten.build((None, 2, 2, 300))
    refuses(r"expects \(N, 2, 2, 300\), got \(1, 3, 2, 300\)$", flatten.forward, np.zeros((1, 3, 2, 300)))


@pytest.mark.parametrize("name", ["Conv2D", "MaxPooling2D"])
def test_an_input_may_have_no_pixels(name):
    """But nothing can slide over it."""
    assert layers.Input((0, 5, 3)).shape == (0, 5, 3)
    layer = layers.Conv2D(4, 3, padding="same") if name == "Conv2D" else layers.MaxPooling2D(padding="same")
    refuses(rf"{name} '.*' has an input without pixels, 0 x 5", layer.build, (None, 0, 5, 3))


def test_one_row_without_a_batch():
    dense = layers.Dense(3)
    dense.build((None, 7))
    refuses(r"Dense 'dense' expects \(N, 7\), got \(7,\): add a batch axis", dense.forward, np.zeros(7))


def test_channels_first():
    layer = layers.Conv2D(4, 3)
    layer.build((None, 32, 32, 3))
    message = r"Conv2D 'conv2d' expects \(N, 32, 32, 3\), got \(2, 3, 32, 32\): channels come last here"
    refuses(message, layer.forward, np.zeros((2, 3, 32, 32)))
    layer = layers.Conv2D(4, 3, input_shape=(32, 32, 3))
    refuses("channels come last here", layer.forward, np.zeros((2, 3, 32, 32)))
    layer = layers.Conv2D(4, 3, input_shape=(8, 8, 16))  # more channels than columns
    refuses("channels come last here", layer.forward, np.zeros((2, 16, 8, 8)))


def test_other_channels():
    layer = layers.Conv2D(4, 3, name="first")
    layer.build((None, 8, 8, 3))
    message = r"Conv2D 'first' expects \(N, 8, 8, 3\), got \(2, 8, 8, 1\): it was built for 3 channels, not 1"
    refuses(message, layer.forward, np.zeros((2, 8, 8, 1)))
    refuses(r"expects \(N, 8, 8, 3\), got \(2, 9, 8, 3\)", layer.forward, np.zeros((2, 9, 8, 3)))


def test_a_window_larger_than_the_picture():
    message = "has a {} of 3 x 5 pixels, larger than its input of 4 x 4: use padding='same', a smaller {}"
    refuses(message.format("kernel", "kernel"), layers.Conv2D(4, (3, 5)).build, (None, 4, 4, 3))
    refuses(message.format("pool", "pool"), layers.MaxPooling2D((3, 5)).build, (None, 4, 4, 3))
    refuses("needs the picture's size", layers.Conv2D(4, 3).build, (None, None, None, 3))


@EACH
@pytest.mark.parametrize("kind", ["complex128", "object", "U1", "M8[s]"])
def test_only_real_numbers(name, kind):
    refuses("expects real numbers, got an array of", built(name).forward, np.zeros(PICTURES).astype(kind))


@EACH
def test_backward_before_forward_and_of_another_shape(name):
    layer = built(name)
    refuses("backward needs a forward pass first", layer.backward, np.zeros(PICTURES), error=RuntimeError)
    y = layer.forward(np.zeros(PICTURES), training=True)
    refuses(r"\.backward expects dy of the output's shape", layer.backward, np.zeros((1, *y.shape[1:], 1)))
    refuses(r"\.backward expects dy of the output's shape", layer.backward, np.zeros(y.size))
    layer.forget()
    refuses("backward needs a forward pass first", layer.backward, np.zeros(y.shape), error=RuntimeError)


def test_names_that_do_not_exist_suggest_the_nearest():
    refuses("unknown activation 'reul': did you mean 'relu'", layers.Conv2D, 4, 3, activation="reul")
    refuses("unknown activation 'softmx': did you mean 'softmax'", layers.Activation, "softmx")
    message = "unknown initializer 'glorot': did you mean 'glorot_(uniform|normal)'"
    refuses(message, layers.Dense, 4, kernel_initializer="glorot")
    message = "unknown constraint 'maxnrm': did you mean 'max_norm'"
    refuses(message, layers.Dense, 4, kernel_constraint="maxnrm")
    message = "unknown layer 'Conv2DD': did you mean 'Conv2D'"
    refuses(message, layers.get, {"class_name": "Conv2DD", "config": {}})


BAD_PAIRS = [0, -1, 1.5, "3", None, True, (1, 2, 3), (2,), (0, 1), (1, -1), (1.5, 2), (True, 2), float("inf"),
             (float("inf"), 1), (float("nan"), 1), [], "33", b"33"]


@pytest.mark.parametrize("bad", BAD_PAIRS, ids=str)
def test_bad_sizes(bad):
    refuses("kernel_size expects a whole number >= 1 or two of them, got", layers.Conv2D, 4, bad)
    refuses("strides expects a whole number >= 1 or two of them, got", layers.Conv2D, 4, 3, bad)
    refuses("pool_size expects a whole number >= 1 or two of them, got", layers.MaxPooling2D, bad)
    if bad is not None:  # None: as large as the pool
        refuses("strides expects a whole number >= 1 or two of them, got", layers.AveragePooling2D, 2, bad)


@pytest.mark.parametrize("bad", [*BAD_PAIRS, (4, 4)], ids=str)
def test_bad_numbers_of_filters_and_units(bad):
    refuses("filters expects a whole number >= 1, got", layers.Conv2D, bad, 3)
    refuses("units expects a whole number >= 1, got", layers.Dense, bad)


def test_sizes_as_numpy_gives_them():
    layer = layers.Conv2D(np.int64(4), np.array([3, 2]), [np.int32(2), 1])
    assert (layer.filters, layer.kernel_size, layer.strides) == (4, (3, 2), (2, 1))
    json.dumps(layer.get_config())


@pytest.mark.parametrize("bad", ["full", 1, None, ((1, 1), (1, 1))])
def test_bad_padding(bad):
    refuses("padding expects 'valid' or 'same', got", layers.Conv2D, 4, 3, padding=bad)
    refuses("padding expects 'valid' or 'same', got", layers.MaxPooling2D, padding=bad)


@pytest.mark.parametrize("bad", [-0.1, 1, 1.5, float("nan"), "0.5", None])
def test_bad_rates(bad):
    refuses("rate expects a number >= 0 and below 1, got", layers.Dropout, bad)


@pytest.mark.parametrize("bad", [-1, float("nan"), "0.1", None])
def test_bad_slopes(bad):
    refuses("negative_slope expects a number >= 0, got", layers.LeakyReLU, bad)
    refuses("epsilon expects a number >= 0, got", layers.BatchNormalization, epsilon=bad)


@pytest.mark.parametrize("bad", [-0.01, 1.01, float("nan"), "0.9", None, True])
def test_bad_momentum(bad):
    refuses("momentum expects a number >= 0 and at most 1, got", layers.BatchNormalization, momentum=bad)
    assert layers.BatchNormalization(momentum=1).momentum == 1


@pytest.mark.parametrize("bad", ["a", float("inf"), None, [1, 2], 1j, False])
def test_bad_scales(bad):
    refuses("scale expects a number, got", layers.Rescaling, bad)
    refuses("offset expects a number, got", layers.Rescaling, 1, bad)


@pytest.mark.parametrize("bad", ["no", None, 1, 0.0, [True]])
def test_neither_true_nor_false(bad):
    refuses("use_bias expects True or False, got", layers.Dense, 4, use_bias=bad)
    refuses("use_bias expects True or False, got", layers.Conv2D, 4, 3, use_bias=bad)
    refuses("center expects True or False, got", layers.BatchNormalization, center=bad)
    refuses("scale expects True or False, got", layers.BatchNormalization, scale=bad)


@pytest.mark.parametrize("make", [
    lambda half, yes: layers.BatchNormalization(half, half, yes, yes),
    lambda half, yes: layers.Dense(2, use_bias=yes),
    lambda half, yes: layers.Dropout(half),
    lambda half, yes: layers.LeakyReLU(half),
    lambda half, yes: layers.RandomRotation((half, half), fill_value=half),
    lambda half, yes: layers.RandomTranslation(half, half),
    lambda half, yes: layers.RandomZoom(half, half),
    lambda half, yes: layers.Rescaling(half, half),
])
def test_numpy_s_numbers_become_ones_that_json_knows(make):
    config = make(np.float32(0.5), np.True_).get_config()
    assert json.loads(json.dumps(config)) == json.loads(json.dumps(make(0.5, True).get_config()))


def test_what_an_input_shape_promises_holds():
    layer = layers.Conv2D(4, 3, input_shape=(8, 8, 3))
    refuses(r"expects \(N, 8, 8, 3\), got \(2, 8, 8, 1\)", layer.forward, np.zeros((2, 8, 8, 1)))
    assert layer.forward(np.zeros((2, 8, 8, 3))).shape == (2, 6, 6, 4)


def test_no_statistics_of_no_images():
    layer = layers.BatchNormalization()
    refuses("BatchNormalization .* needs at least one picture", layer.forward, np.zeros((0, 3)), True)


@EACH
def test_images_do_not_see_each_other(name):
    """Not while predicting: alone, each gives what it gives in a batch."""
    layer, x = built(name), normal(0, *PICTURES)
    together = layer.forward(x).copy()
    apart = np.concatenate([layer.forward(x[n : n + 1]) for n in range(len(x))])
    np.testing.assert_allclose(apart, together, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [6, 7, (6, 100), 2**40])
def test_strides_longer_than_the_picture_are_one_window(padding, strides):
    """In little memory: 2**40 would take more than there is."""
    x, kernel = normal(0, 2, 6, 5, 3), normal(1, 3, 2, 3, 4)
    results = []
    for each in (strides, (6, 5)):
        layer = layers.Conv2D(4, (3, 2), each, padding)
        layer.build((None, 6, 5, 3))
        layer.set_weights([kernel, np.zeros(4)])
        y = layer.forward(x)
        results.append([y, layer.backward(np.ones_like(y)), *layer.grads.values()])
    assert results[0][0].shape == (2, 1, 1, 4)
    for long, short in zip(*results, strict=True):
        np.testing.assert_array_equal(long, short)


@pytest.mark.parametrize("shape", [5, "66", b"66", bytearray(b"66"), (6, 5.5), (True, 6), ("6",), (6, -1)])
def test_what_is_no_shape(shape):
    with pytest.raises(ValueError, match=r"input_shape expects whole numbers such as \(32, 32, 3\), got"):
        layers.Flatten(input_shape=shape)
    with pytest.raises(ValueError, match="expects whole numbers such as"):
        layers.Input(shape)


@pytest.mark.parametrize("row", [list, iter, np.array])
def test_a_shape_is_a_row_of_whole_numbers(row):
    assert layers.Flatten(input_shape=row((4, 4, 1))).given_input_shape == (None, 4, 4, 1)
    assert layers.Input(row((4, 4, 1))).shape == (4, 4, 1)


def test_a_name_is_a_text():
    for make in (layers.Flatten, mc.Sequential):
        with pytest.raises(ValueError, match=rf"{make.__name__} expects name to be a text, got \['m'\]"):
            make(name=["m"])


def test_a_crop_is_no_larger_than_memory():
    with pytest.raises(ValueError, match=r"RandomCrop .*at most 67,108,864 pixels, got 100000 x 100000"):
        layers.RandomCrop(10**5, 10**5)
