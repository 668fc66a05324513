"""State dicts of PyTorch: frozen ones that PyTorch wrote, and, where it is installed, PyTorch itself.

The frozen files are in oracles/, their recipe is oracles/make_torch.py.
"""

import functools
from pathlib import Path

import numpy as np
import pytest
from agreement import assert_equal_weights
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import cases, networks, torch_networks
from strategies import SEEDS, randomise

import minicnn as mc
from minicnn import layers

pytest.importorskip("safetensors", reason="the files of PyTorch's weights need safetensors")

FOLDER = Path(__file__).parents[1] / "oracles"
NETWORKS = torch_networks.NETWORKS


def file_of(name):
    return FOLDER / f"torch_{name}.safetensors"


@functools.cache
def answers():
    with np.load(FOLDER / "torch.npz") as file:
        return {name: file[name] for name in file}


def read(path):
    """The tensors of a file, by the library alone."""
    from safetensors.numpy import load_file

    return load_file(path)


def state_of(name):
    return read(file_of(name))


def make(network, seed=0):
    """The network in minicnn, with random weights."""
    input_shape, parts = network
    model = mc.Sequential([getattr(layers, kind)(**arguments) for kind, arguments in parts])
    model.build((None, *input_shape))
    for place, layer in enumerate(model.layers):
        randomise(layer, seed + place)
    return model


def agree(actual, expected):
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


# ---------------------------------------------------------------- frozen


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_from_pytorch_answers_as_in_pytorch(name):
    model = make(NETWORKS[name])
    mc.torch.load(model, file_of(name))
    agree(model.predict(torch_networks.pictures(name), verbose=0), answers()[name])


@pytest.mark.parametrize("name", NETWORKS)
def test_what_goes_back_is_what_came(name, tmp_path):
    """Names, shapes, types and bits are those of the file that PyTorch wrote, so it understands the same."""
    model, expected = make(NETWORKS[name]), state_of(name)
    mc.torch.load(model, file_of(name))
    model.step = 10  # so many steps PyTorch's batch normalisations have counted
    mc.torch.save(model, tmp_path / "back.safetensors")
    for state in (mc.torch.state_dict(model), read(tmp_path / "back.safetensors")):
        assert state.keys() == expected.keys()
        for key, array in state.items():
            assert (array.dtype, array.shape) == (expected[key].dtype, expected[key].shape)
            np.testing.assert_array_equal(array, expected[key])


def test_the_flattened_order_matters():
    """Without it the shapes fit all the same, and the answers are wrong: this test can tell."""
    model = make(NETWORKS["pixels"])
    weight = state_of("pixels")["dense.weight"]
    model.set_weights([weight.T, state_of("pixels")["dense.bias"]])
    wrong = model.predict(torch_networks.pictures("pixels"), verbose=0)
    assert np.abs(wrong - answers()["pixels"]).max() > 0.1


def test_two_flattens_are_one():
    model = mc.Sequential([layers.Flatten(), layers.Flatten(), layers.Dense(3, "leaky_relu")])
    model.build((None, *NETWORKS["pixels"][0]))
    mc.torch.load(model, file_of("pixels"))
    agree(model.predict(torch_networks.pictures("pixels"), verbose=0), answers()["pixels"])


def test_only_what_stands_behind_pictures_is_sorted_anew():
    """PyTorch flattens rows of rows as NumPy does."""
    model = mc.Sequential([layers.Flatten(input_shape=(5, 4)), layers.Dense(3), layers.Dense(2)])
    state = mc.torch.state_dict(model)
    for layer in model.layers[1:]:
        np.testing.assert_array_equal(state[f"{layer.name}.weight"], layer.params["kernel"].T)


def test_a_state_dict_is_a_copy():
    """It stays as it is while the model goes on training."""
    model = make(NETWORKS["normalised"])
    state = mc.torch.state_dict(model)
    before = {name: array.copy() for name, array in state.items()}
    for weight in (*model.parameters().values(), *model.layers[1].state.values()):
        weight += 1
    for name, array in state.items():
        assert array.flags.c_contiguous
        np.testing.assert_array_equal(array, before[name])


# ---------------------------------------------------------------- names


def renamed(state, names):
    return {f"{names[key.rpartition('.')[0]]}.{key.rpartition('.')[2]}": a for key, a in state.items()}


@pytest.mark.parametrize("names, given", [
    ({"conv2d": "features.0", "conv2d_1": "features.3"}, {"conv2d": "features.0", "conv2d_1": "features.3"}),
    ({"conv2d": "0", "conv2d_1": "2", "dense": "6", "dense_1": "9"}, ["0", "2", "6", "9"]),
    ({"conv2d": "0", "conv2d_1": "2", "dense": "6", "dense_1": "9"}, (0, 2, 6, 9)),
    ({"conv2d": "dense", "dense": "conv2d"}, {"conv2d": "dense", "dense": "conv2d"}),
])  # fmt: skip
def test_modules_by_other_names(names, given, tmp_path):
    model = make(NETWORKS["strided"])
    every = {name: name for name in ("conv2d", "conv2d_1", "dense", "dense_1")} | names
    state = renamed(state_of("strided"), every)
    mc.torch.load_state_dict(model, state, given)
    agree(model.predict(torch_networks.pictures("strided"), verbose=0), answers()["strided"])
    assert mc.torch.state_dict(model, given).keys() == state.keys()
    mc.torch.save(model, tmp_path / "m.safetensors", names=given)
    other = make(NETWORKS["strided"], seed=1)
    mc.torch.load(other, tmp_path / "m.safetensors", names=given)
    assert_equal_weights(other, model)


@pytest.mark.parametrize("names, message", [
    ({"conv": "0"}, "names: no layer 'conv' has weights: did you mean 'conv2d'"),
    ({"flatten": "0"}, "names: no layer 'flatten' has weights"),
    (["0", "2"], r"names expects one for each of \['conv2d', .*'dense_1'\], got \['0', '2'\]"),
    ("abcd", "names expects one for each of .*, got 'abcd'"),
    ({"conv2d": "dense"}, "names gives two layers the same module"),
])  # fmt: skip
def test_names_that_fit_no_model(names, message):
    model = make(NETWORKS["strided"])
    with pytest.raises(ValueError, match=message):
        mc.torch.state_dict(model, names)
    with pytest.raises(ValueError, match=message):
        mc.torch.load(model, file_of("strided"), names)


# ---------------------------------------------------------------- what does not fit


def refused(model, state):
    """The message, and that nothing has changed."""
    before = model.get_weights()
    with pytest.raises(ValueError) as error:
        mc.torch.load_state_dict(model, state)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    return str(error.value)


def test_what_is_missing_misshapen_or_too_much_is_named():
    state = state_of("strided")
    del state["conv2d_1.weight"]
    state["dense.weight"] = state["dense.weight"].T
    state["extra.bias"] = np.zeros(3, np.float32)
    message = refused(make(NETWORKS["strided"]), state)
    assert message == (
        "the state dict does not fit this model, which stays as it was: "
        "'conv2d_1.weight' is missing, expected (6, 4, 3, 3); "
        "'dense.weight' has the shape (36, 5), expected (5, 36); "
        "'extra.bias' (3,) belongs to no layer. "
        "Which layers are 'extra'? Say names={layer: module}, or a list"
    )


def test_a_numbered_network_asks_for_names():
    state = renamed(state_of("pixels"), {"dense": "1"})
    message = refused(make(NETWORKS["pixels"]), state)
    assert message.endswith("Which layers are '1'? Say names={layer: module}, or a list")


def test_a_long_list_is_cut():
    model = mc.Sequential([layers.Dense(2, input_shape=(2,)), *(layers.Dense(2) for _ in range(5))])
    message = refused(model, {})
    assert message.count("is missing") == 8
    assert message.endswith("; and 4 more")


def test_counters_may_be_missing():
    """Networks saved by old PyTorch have none."""
    state = {key: a for key, a in state_of("normalised").items() if not key.endswith("num_batches_tracked")}
    assert len(state) == len(state_of("normalised")) - 2
    model = make(NETWORKS["normalised"])
    mc.torch.load_state_dict(model, state)
    agree(model.predict(torch_networks.pictures("normalised"), verbose=0), answers()["normalised"])


@pytest.mark.parametrize("arguments", [{"center": False}, {"scale": False}])
def test_half_a_batch_normalisation_is_refused(arguments):
    model = mc.Sequential([layers.BatchNormalization(**arguments, input_shape=(3,))])
    with pytest.raises(ValueError, match="'batch_normalization' has one of gamma and beta"):
        mc.torch.state_dict(model)


class Own(layers.Layer):
    """A layer with a weight that PyTorch knows nothing of."""

    def add_weights(self, input_shape):
        self.params = {"slope": np.ones(input_shape[-1], self.dtype)}


def test_a_layer_of_ones_own_is_refused():
    model = mc.Sequential([Own(input_shape=(3,), name="prelu")])
    with pytest.raises(ValueError, match="Own 'prelu' has weights that PyTorch has no names for"):
        mc.torch.state_dict(model)


class OwnFlatten(layers.Flatten):
    """Might put pixels into any order."""


class OwnActivation(layers.Layer):
    """Leaves all where it is."""


def test_rows_of_pixels_in_an_order_that_nobody_knows():
    """The shapes would fit."""
    model = mc.Sequential([OwnFlatten(input_shape=(2, 2, 3)), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"'own_flatten' makes \(None, 12\) of pictures: in which order,"):
        mc.torch.state_dict(model)
    with pytest.raises(ValueError, match="OwnFlatten 'own_flatten' makes"):
        mc.torch.load_state_dict(model, {})
    own = OwnActivation(input_shape=(2, 2, 3)), OwnActivation()
    model = mc.Sequential([own[0], layers.Flatten(), own[1], layers.Dense(2)])
    assert mc.torch.state_dict(model)["dense.weight"].shape == (2, 12)


def test_a_path_is_no_dictionary():
    with pytest.raises(ValueError, match=r"expected a dictionary of tensors, got str: .*mc\.torch\.load"):
        mc.torch.load_state_dict(make(NETWORKS["pixels"]), "net.safetensors")


@pytest.mark.parametrize("call", [
    mc.torch.state_dict,
    lambda model: mc.torch.load_state_dict(model, {}),
    lambda model: mc.torch.load(model, file_of("pixels")),
])  # fmt: skip
def test_a_model_without_weights(call):
    with pytest.raises(ValueError, match="needs a model with weights"):
        call(mc.Sequential([layers.Dense(3)]))


# ---------------------------------------------------------------- PyTorch itself


@pytest.fixture(scope="module")
def in_torch():
    pytest.importorskip("torch", reason="PyTorch itself is asked where it is installed")
    from oracles import in_torch

    return in_torch


def both_ways(in_torch, network, x, seed):
    """Same answers from the same weights, whoever had them first."""
    import torch

    model, net = make(network, seed), in_torch.build(*network)
    state = {name: torch.from_numpy(array) for name, array in mc.torch.state_dict(model).items()}
    net.load_state_dict(state)
    agree(in_torch.answers(net, x), model.predict(x, verbose=0))

    other = make(network, seed + 1)
    mc.torch.load_state_dict(other, net.state_dict())
    assert_equal_weights(other, model)


@pytest.mark.parametrize("name", NETWORKS)
def test_small_networks_in_pytorch(name, in_torch):
    both_ways(in_torch, NETWORKS[name], torch_networks.pictures(name), seed=3)


def test_a_picture_of_one_channel_in_pytorch(in_torch):
    conv = "Conv2D", {"filters": 1, "kernel_size": (3, 2), "strides": (1, 3), "padding": "same"}
    x = cases.draw("one channel", (2, 3, 3, 1)).astype(np.float32)
    both_ways(in_torch, ((3, 3, 1), [conv, ("Flatten", {}), ("Dense", {"units": 3})]), x, seed=3)


@pytest.mark.parametrize("name", networks.MODELS)
def test_documented_networks_in_pytorch(name, in_torch):
    x = networks.pictures("model pictures", 4).astype(np.float32)
    both_ways(in_torch, networks.MODELS[name], x, seed=3)


@settings(max_examples=40)
@given(st.data(), SEEDS)
def test_drawn_networks_in_pytorch(in_torch, data, seed):
    size, few = st.integers(3, 12), st.integers(1, 4)
    H, W, C = data.draw(st.tuples(size, size, few))
    conv = ("Conv2D", {
        "filters": data.draw(few), "kernel_size": data.draw(st.tuples(few, few)),
        "strides": data.draw(st.tuples(few, few)), "padding": "same", "activation": "tanh",
    })  # fmt: skip
    between = [("BatchNormalization", {})] if data.draw(st.booleans()) else []
    parts = [conv, *between, ("Flatten", {}), *between, ("Dense", {"units": 3})]
    x = cases.draw(f"pictures {seed}", (2, H, W, C)).astype(np.float32)
    both_ways(in_torch, ((H, W, C), parts), x, seed)


def test_numbers_that_numpy_does_not_have(in_torch):
    net = in_torch.build(*NETWORKS["pixels"]).bfloat16()
    message = refused(make(NETWORKS["pixels"]), net.state_dict())
    assert message.startswith("'dense.weight' cannot become an array of NumPy")
    assert message.endswith("pass net.float().cpu().state_dict()")


def test_pytorch_goes_on_training_with_what_it_gets(in_torch, tmp_path):
    """Through files, and with moving statistics that move."""
    import torch
    from safetensors.torch import load_file, save_file

    model, x = make(NETWORKS["normalised"]), torch_networks.pictures("normalised")
    mc.torch.save(model, tmp_path / "to.safetensors")
    net = in_torch.build(*NETWORKS["normalised"])
    net.load_state_dict(load_file(tmp_path / "to.safetensors"))
    before = in_torch.answers(net, x)
    optimizer = torch.optim.SGD(net.train().parameters(), 0.1)
    for _ in range(3):
        net(in_torch.pictures(x)).square().mean().backward()
        optimizer.step()
    after = in_torch.answers(net, x)
    assert np.abs(after - before).max() > 1e-2
    save_file(net.state_dict(), tmp_path / "back.safetensors")
    mc.torch.load(model, tmp_path / "back.safetensors")
    agree(model.predict(x, verbose=0), after)
