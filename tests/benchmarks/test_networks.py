"""The notation, and that all frameworks build the same network from it."""

import importlib
import importlib.util

import numpy as np
import pytest

from benchmarks import with_minicnn
from benchmarks.measures import convolutions, operations, output_shape, scaling_cases, shapes
from benchmarks.networks import NETWORKS, Network, _layer

PARAMS = {
    "m1": 295_850, "m2": 583_626, "m3": 1_159_178, "base": 2_395_434, "lenet5": 62_006, "d": 225_610,
    "first": 1_116_170, "second": 4_361_738, "final": 6_417_034, "e": 167_562,
    "alexnet": 62_383_349, "vgg16": 134_281_029,
}  # fmt: skip
LARGE = ("alexnet", "vgg16")  # up to half a gigabyte of weights: their layers occur in small networks, too
# Every layer of the notation; odd sizes, even kernels and strides where paddings go wrong.
SMALL = {
    "padding": Network("C4k5s2S C5k4S P C6k3s2S F 7 10", (13, 13, 3)),
    "the rest": Network("/255 C4k3V C4k3S BN P3/2 D.3 F 1^2 9 10", (12, 12, 3), brightest=255.0),
}


def peer(name):
    """The module of a peer; the test is skipped where it is not installed."""
    for package in {"torch": ("torch",), "keras": ("keras", "tensorflow")}[name]:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: pip install -r benchmarks/requirements.txt")
    return importlib.import_module(f"benchmarks.with_{name}")


def weights_for(network, rng):
    """Weights in Keras's order, moved away from what layers begin with, so that each of them counts."""
    weights = with_minicnn.build(network).get_weights()
    return [w + np.float32(0.02) * rng.standard_normal(w.shape, np.float32) for w in weights]


def test_notation():
    relu = {"activation": "relu"}
    assert _layer("C32k5s2S", False) == (
        "Conv2D", {"filters": 32, "kernel_size": 5, "strides": 2, "padding": "same", **relu})  # fmt: skip
    assert _layer("C6k4V", True)[1]["activation"] == "relu"
    assert _layer("P3/2", False) == ("MaxPooling2D", {"pool_size": 3, "strides": 2})
    assert _layer("P", False) == ("MaxPooling2D", {"pool_size": 2, "strides": 2})
    assert _layer("D.25", False) == ("Dropout", {"rate": 0.25})
    assert _layer("1024^2", False) == ("Dense", {"units": 1024, "max_norm": 2, **relu})
    assert _layer("10", True) == ("Dense", {"units": 10, "activation": "softmax"})
    with pytest.raises(ValueError, match="'Q7' is no layer of the notation"):
        _layer("Q7", False)


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in LARGE])
def test_parameters_are_the_documented_ones(name):
    assert with_minicnn.count_params(NETWORKS[name]) == PARAMS[name]


@pytest.mark.parametrize("name", LARGE)
def test_parameters_of_the_large_ones_by_arithmetic(name):
    network, total = NETWORKS[name], 0
    features = None
    for (kind, arguments), shape in zip(network.layers, shapes(network)):
        if kind == "Conv2D":
            total += (arguments["kernel_size"] ** 2 * shape[2] + 1) * arguments["filters"]
        elif kind == "Flatten":
            features = np.prod(shape)
        elif kind == "Dense":
            total += (features + 1) * arguments["units"]
            features = arguments["units"]
    assert total == PARAMS[name]


@pytest.mark.parametrize("network", [*SMALL.values(), NETWORKS["d"]])
def test_shapes_are_those_of_the_model(network):
    layers = with_minicnn.build(network).layers
    for layer, shape, (kind, arguments) in zip(layers, shapes(network), network.layers, strict=True):
        if shape:
            assert layer.input_shape[1:] == shape
            expected = () if kind in ("Flatten", "Dense") else layer.output_shape[1:]
            assert output_shape(kind, arguments, shape) == expected


@pytest.mark.parametrize("name", ["torch", "keras"])
@pytest.mark.parametrize("network", [*SMALL, "m1", "lenet5", "d", "e"])
def test_peers_build_the_same_network(name, network, rng):
    module = peer(name)
    network = SMALL.get(network) or NETWORKS[network]
    weights, x = weights_for(network, rng), network.pictures(4)
    assert module.count_params(network) == with_minicnn.count_params(network)
    expected = with_minicnn.predictions(network, weights, x)
    assert expected.max() < 0.999, "a saturated softmax hides differences"
    np.testing.assert_allclose(module.predictions(network, weights, x), expected, rtol=2e-3, atol=1e-5)


@pytest.mark.parametrize("network", [*SMALL, "m1", "lenet5", "d"])
def test_pytorch_pads_its_own_way_to_the_same_sizes(network):
    module = peer("torch")
    network = SMALL.get(network) or NETWORKS[network]
    x = module.pictures(network.pictures(2))
    own, exact = (list(sizes(module.build(network, exact), x)) for exact in (False, True))
    assert own == exact and own[-1] == (2, network.classes)


def sizes(model, x):
    """The shapes of what the layers of a PyTorch model give; padding is none."""
    for layer in model.eval():
        x = layer(x)
        if type(layer).__name__ != "SamePadding":
            yield tuple(x.shape)


def test_data_fit_the_network():
    network = Network("F 10", (6, 5, 2), loss="categorical_crossentropy", brightest=255.0)
    x = network.pictures(40)
    assert x.shape == (40, 6, 5, 2) and x.dtype == np.float32 and 200 < x.max() <= 255
    np.testing.assert_array_equal(network.targets(40).argmax(1), network.labels(40))
    np.testing.assert_array_equal(network.pictures(40), x)
    assert NETWORKS["e"].targets(7).shape == (7,)


def test_convolutions_and_their_arithmetic():
    found = convolutions(["m1", "m2"])
    assert list(found) == [
        "m1 C32k5s2S of 32 x 32 x 3", "m1 C32k5s2S of 16 x 16 x 32", "m2 C64k5s2S of 16 x 16 x 32",
    ]  # fmt: skip
    network, batch = found["m2 C64k5s2S of 16 x 16 x 32"]
    # y, dw and dx: a multiplication and an addition for each of 8 x 8 x 64 outputs and 5 x 5 x 32 inputs
    assert batch == 40 and operations(network, batch) == 3 * 2 * 40 * 8 * 8 * 64 * 5 * 5 * 32


def test_rungs_are_those_that_can():
    strided, large = Network("C8k2s2S", (8, 8, 3)), Network("C8k3S", (224, 224, 64))
    assert with_minicnn.rungs(strided, 2)[:2] == ["default", with_minicnn.MATRIX]
    assert "winograd" not in with_minicnn.rungs(strided, 2)
    assert with_minicnn.MATRIX not in with_minicnn.rungs(large, 32)  # 3.4 GiB of windows
    assert {"default", "im2col", "winograd"} <= set(with_minicnn.rungs(large, 32))


def test_scaling_grows_networks_that_can_be_built():
    cases = scaling_cases(4).values()
    assert {with_minicnn.build(network).output_shape for network, *_ in cases} == {(None, 10)}


def test_scaling_stays_within_the_cores():
    assert {threads for *_, threads in scaling_cases(2).values()} == {None, 1, 2}
    assert {threads for *_, threads in scaling_cases(8).values()} == {None, 1, 2, 4}
