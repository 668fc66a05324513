"""What is exported passes onnx's own checker, and onnxruntime computes from it what minicnn does."""

import importlib
import re
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import networks
from strategies import PROBLEMS, SEEDS, normal, randomise

import minicnn as mc
from minicnn import layers
from minicnn.exchange.graph import RULES, Graph

onnx = pytest.importorskip("onnx", reason="exporting needs onnx")
onnxruntime = pytest.importorskip("onnxruntime", reason="running what was exported needs onnxruntime")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Where drawn models are exported to, one after another."""
    return tmp_path_factory.mktemp("onnx") / "model.onnx"


@pytest.fixture(scope="module", autouse=True)
def _quick_disk():
    """Hundreds of files are written here, and none of them has to outlast a loss of power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        yield


def exported(model, path, **arguments):
    """The onnxruntime session of an exported model, on one thread: many would wait for one another."""
    mc.onnx.export(model, path, **arguments)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(session, x):
    (y,) = session.run(None, {"input": x.astype(np.float32)})
    return y


def assert_equal_outputs(model, x, path, **arguments):
    """That onnxruntime's numbers are within 1e-5 of the largest.

    Where all of them should be 0, for what comes in cancels, a rounding of what comes in is allowed.
    """
    expected = model.predict(x.astype(np.float32), verbose=0)
    session = exported(model, path, **arguments)
    (output,) = session.get_outputs()
    assert output.shape[1:] == list(model.output_shape[1:])
    y = run(session, x)
    assert y.shape == expected.shape
    assert y.dtype == np.float32
    largest = max(np.abs(expected).max(), 1e-2 * np.abs(x).max())
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-5 * largest)


def built(*parts, shape):
    model = mc.Sequential(parts)
    model.build((None, *shape))
    for place, layer in enumerate(model.layers):
        randomise(layer, place)
    return model


def picture(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


# ---------------------------------------------------------------- every layer, drawn shapes


def test_there_is_a_rule_for_every_layer_and_shapes_to_test_it_with():
    known = set(layers.LAYERS.values()) - {layers.Input}  # which is no layer of a model
    assert RULES.keys() == known
    assert {layer.__name__ for layer in known} <= PROBLEMS.keys()


@pytest.mark.parametrize("name", sorted(layer.__name__ for layer in RULES))
def test_a_layer_of_drawn_shape(name, path):
    @settings(max_examples=20)
    @given(PROBLEMS[name], SEEDS)
    def check(problem, seed):
        layer, x = problem
        model = mc.Sequential([layer])
        model.build((None, *x.shape[1:]))
        randomise(layer, seed)
        assert_equal_outputs(model, x, path)

    check()


def halving(layer, *arguments, **more):
    """``layer(*arguments, padding="same", strides=...)``"""
    same = {"padding": st.just("same"), "strides": st.integers(1, 3)}
    return st.builds(layer, *map(st.just, arguments), **same, **more)


@st.composite
def networks_of_pictures(draw):
    """Layers for pictures in any order, then, perhaps, some for what they are flattened to; and pictures."""
    names = st.sampled_from([None, "relu", "leaky_relu", "tanh", "sigmoid", "gelu", "softmax"])
    for_pictures = st.one_of(
        halving(layers.Conv2D, 3, 3, activation=names),
        halving(layers.Conv2D, 2, (5, 2), activation=names),
        halving(layers.MaxPooling2D, (2, 3)),
        halving(layers.AveragePooling2D, 2),
        st.builds(layers.BatchNormalization),
        st.builds(layers.Activation, names),
        st.builds(layers.Dense, st.just(4), names),
        st.builds(layers.RandomCrop, st.integers(1, 6), st.integers(1, 6)),
        st.builds(layers.Dropout, st.just(0.5)),
    )
    flattened = st.one_of(st.builds(layers.Dense, st.just(4), names), st.builds(layers.BatchNormalization))
    parts = draw(st.lists(for_pictures, min_size=1, max_size=4))
    if draw(st.booleans()):
        parts.append(draw(st.sampled_from([layers.Flatten, layers.GlobalAveragePooling2D]))())
        parts += draw(st.lists(flattened, max_size=2))
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 9)), draw(st.integers(1, 9)), draw(st.integers(1, 3))
    return parts, normal(draw(SEEDS), *shape)


@settings(max_examples=60)
@given(networks_of_pictures())
def test_layers_in_any_order(path, drawn):
    """The layout changes from channels last to channels first and back wherever it has to."""
    parts, x = drawn
    assert_equal_outputs(built(*parts, shape=x.shape[1:]), x, path)


@pytest.mark.parametrize("H, W", [(32, 32), (33, 31), (8, 7), (5, 4)])
@pytest.mark.parametrize("kernel", [2, 3, 5])
def test_same_padding_with_strides(H, W, kernel, path):
    """An odd number of zeros has the one more behind: 32 pixels, kernel 5 and stride 2 have (1, 2)."""
    window = {"strides": 2, "padding": "same"}
    for layer in (layers.Conv2D(3, kernel, **window), layers.MaxPooling2D(kernel, **window),
                  layers.AveragePooling2D(kernel, **window)):  # fmt: skip
        assert_equal_outputs(built(layer, shape=(H, W, 2)), picture(2, H, W, 2), path)


SIZES = [(8, 8, 8, 8), (9, 7, 4, 4), (5, 6, 10, 9), (7, 3, 2, 3), (9, 7, 7, 7)]


@pytest.mark.parametrize("H, W, height, width", SIZES)
def test_a_random_crop_is_a_crop_of_the_middle(H, W, height, width, path):
    model = built(layers.RandomCrop(height, width), shape=(H, W, 2))
    assert_equal_outputs(model, picture(2, H, W, 2), path)


# ---------------------------------------------------------------- whole networks


DOCUMENTED = {
    "cifar_m1": {}, "cifar_m2": {}, "cifar_m3": {}, "cifar_base": {}, "cifar_early_stopping": {},
    "cifar_predictions": {}, "cifar_lenet5": {"variant": "aug_dropout"},
    "cifar_overfitting": {"name": "first"},
}  # fmt: skip
LARGE = {
    "cifar_overfitting": {"name": "final"},
    "flowers_alexnet": {"variant": "aug_dropout", "image_size": 67},
    "flowers_vgg16": {"variant": "aug_dropout", "image_size": 32},
}


def check_documented(script, arguments, path):
    mc.set_random_seed(1)
    model = importlib.import_module(f"examples.{script}").build_model(**arguments)
    assert_equal_outputs(model, picture(3, *model.input_shape[1:]) + 0.5, path)


@pytest.mark.parametrize("script", DOCUMENTED)
def test_a_documented_network(script, path):
    check_documented(script, DOCUMENTED[script], path)


@pytest.mark.slow
@pytest.mark.parametrize("script", LARGE)
def test_a_large_documented_network(script, path):
    check_documented(script, LARGE[script], path)


def test_a_trained_network_uses_its_moving_statistics(path):
    x, y = networks.training_batches()
    model = mc.Sequential([getattr(layers, kind)(**arguments) for kind, arguments in networks.SMALL[1]])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[0], y[0], epochs=5, verbose=0)
    assert not np.allclose(model.layers[1].state["moving_variance"], 1, atol=1e-2)
    assert_equal_outputs(model, x[1], path)


# ---------------------------------------------------------------- the file


def a_model():
    return built(
        layers.Rescaling(1 / 255), layers.Conv2D(4, 3, 2, "same", "relu"), layers.BatchNormalization(),
        layers.MaxPooling2D(), layers.Dropout(0.3), layers.Flatten(), layers.Dense(5, "gelu"),
        layers.Dense(3, "softmax"), shape=(9, 8, 2),
    )  # fmt: skip


def test_any_number_of_pictures(path):
    model = a_model()
    session = exported(model, path)
    assert session.get_inputs()[0].shape == ["N", 9, 8, 2]
    assert session.get_outputs()[0].shape == ["N", 3]
    for N in (0, 1, 7):
        x = picture(N, 9, 8, 2)
        y = run(session, x)
        assert y.shape == (N, 3)
        if N:
            np.testing.assert_allclose(y, model.predict(x, verbose=0), rtol=0, atol=1e-5)


def test_pictures_of_any_size(path):
    """Where no layer needs to know it."""
    model = built(layers.Dense(4, "tanh"), layers.GlobalAveragePooling2D(), shape=(None, None, 3))
    session = exported(model, path)
    assert session.get_inputs()[0].shape == ["N", "axis_1", "axis_2", 3]
    for H, W in ((5, 4), (1, 9)):
        x = picture(2, H, W, 3)
        np.testing.assert_allclose(run(session, x), model.forward(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("opset", [13, 15, 17, 18, 20, 21])
def test_versions(opset, path):
    """The operators are those of the version asked for, and the format is the oldest that has them."""
    model = a_model()
    assert_equal_outputs(model, picture(2, 9, 8, 2), path, opset=opset)
    document = onnx.load(path)
    assert [(each.domain, each.version) for each in document.opset_import] == [("", opset)]
    assert document.ir_version == {13: 7, 15: 8, 17: 8, 18: 8, 20: 9, 21: 10}[opset]
    assert document.producer_name == "minicnn"


def test_every_version_that_onnx_knows_passes_its_check(path):
    """Some are newer than any onnxruntime."""
    for opset in range(13, onnx.defs.onnx_opset_version() + 1):
        mc.onnx.export(a_model(), path, opset)
        assert onnx.load(path).opset_import[0].version == opset


def test_pictures_are_turned_where_they_come_in_and_where_they_end():
    graph = Graph(a_model(), "input", "output")
    operators = [op for op, *_ in graph.nodes]
    assert operators[:2] == ["Mul", "Transpose"]
    assert operators.count("Transpose") == 2
    assert operators[operators.index("Flatten") - 1] == "Transpose"


def test_names_are_those_of_the_layers(path):
    mc.onnx.export(a_model(), path)
    graph = onnx.load(path).graph
    weights = {each.name for each in graph.initializer}
    assert {"conv2d/kernel", "batch_normalization/moving_mean", "dense_1/bias"} <= weights
    assert {each.name.split("/")[0] for each in graph.node} - {"output"} == {
        "rescaling", "conv2d", "batch_normalization", "max_pooling2d", "flatten", "dense", "dense_1",
    }  # fmt: skip


def test_a_model_in_float64_is_written_in_float32(path, float64):
    model = a_model()
    assert model.layers[1].dtype == np.float64
    x = picture(3, 9, 8, 2)
    np.testing.assert_allclose(run(exported(model, path), x), model.predict(x, verbose=0), rtol=0, atol=1e-5)


def test_a_model_that_does_nothing(path):
    assert_equal_outputs(built(layers.Dropout(0.5), shape=(4,)), picture(2, 4), path)


# ---------------------------------------------------------------- what cannot be


class Doubled(layers.Dense):
    """A layer that computes something else than its base."""

    def forward(self, x, training=False):
        return 2 * super().forward(x, training)


SWISH = mc.activations.Activation("swish", lambda z: z / (1 + np.exp(-z)), None)


def refused(model, path, **arguments):
    """The message, and that the file which was there is as it was, alone."""
    path.write_bytes(b"before")
    with pytest.raises(ValueError) as error:
        mc.onnx.export(model, path, **arguments)
    assert path.read_bytes() == b"before"
    assert list(path.parent.iterdir()) == [path]
    return str(error.value)


@pytest.mark.parametrize("parts, shape, message", [
    ([Doubled(3, name="twice")], (4,), "Doubled 'twice' cannot be written as ONNX: .* none for Doubled"),
    ([layers.Conv2D(3, 1, activation=SWISH)], (4, 4, 1),
     "Conv2D 'conv2d' cannot be written as ONNX: .* none for 'swish'"),
    ([layers.RandomCrop(3, 3)], (None, None, 1), "RandomCrop 'random_crop' .* give height and width"),
])  # fmt: skip
def test_a_layer_that_cannot_be_written_is_named(parts, shape, message, tmp_path):
    model = mc.Sequential(parts)
    model.build((None, *shape))
    assert re.fullmatch(message, refused(model, tmp_path / "m.onnx"))


@pytest.mark.parametrize("opset", [12, 1000, 18.0, True, "18", None])
def test_a_version_that_is_none(opset, tmp_path):
    message = refused(a_model(), tmp_path / "m.onnx", opset=opset)
    newest = onnx.defs.onnx_opset_version()
    known = f"from 13 to {newest}, the newest of onnx {onnx.__version__}"
    assert message == f"opset expects a whole number {known}, got {opset!r}"


def test_a_model_without_weights(tmp_path):
    message = refused(mc.Sequential([layers.Dense(3)]), tmp_path / "m.onnx")
    assert message == "mc.onnx.export needs a model with weights: put Input((32, 32, 3)) first, or call build"


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OSError, match="the folder does not exist"):
        mc.onnx.export(a_model(), tmp_path / "nowhere" / "m.onnx")


def test_without_onnx_the_message_says_how_to_get_it(monkeypatch, tmp_path):
    for name in [name for name in sys.modules if name.split(".")[0] == "onnx"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"mc\.onnx needs the package onnx: python -m pip install onnx"):
        mc.onnx.export(a_model(), tmp_path / "m.onnx")
    assert list(tmp_path.iterdir()) == []
