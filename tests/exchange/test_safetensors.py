"""Weights through the safetensors library: it reads ours, we read its, and what does not fit is refused."""

import errno
import json
import sys

import numpy as np
import pytest
from agreement import assert_equal_weights
from strategies import randomise

import minicnn as mc
from minicnn import layers

pytest.importorskip("safetensors", reason="the files of named tensors need safetensors")
from safetensors.numpy import load_file, save_file


def make(seed=0, units=3):
    model = mc.Sequential([
        layers.Conv2D(4, (3, 2), activation="relu", input_shape=(7, 6, 2)),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Conv2D(3, 2, use_bias=False),
        layers.Flatten(),
        layers.Dense(units, "softmax", name="last"),
    ])  # fmt: skip
    for place, layer in enumerate(model.layers):
        randomise(layer, seed + place)
    return model


NAMES = [
    "conv2d/kernel", "conv2d/bias",
    "batch_normalization/gamma", "batch_normalization/beta",
    "batch_normalization/moving_mean", "batch_normalization/moving_variance",
    "conv2d_1/kernel", "last/kernel", "last/bias",
]  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


def test_the_library_reads_what_we_wrote(path):
    model = make()
    mc.safetensors.save(model, path)
    found = load_file(path)
    assert sorted(found) == sorted(NAMES)
    for name, weight in zip(NAMES, model.get_weights(), strict=True):
        assert found[name].dtype == np.float32
        np.testing.assert_array_equal(found[name], weight)


def test_we_read_what_the_library_wrote(path):
    model, other = make(), make(seed=1)
    save_file(dict(zip(NAMES, model.get_weights(), strict=True)), path)
    mc.safetensors.load(other, path)
    assert_equal_weights(other, model)
    x = np.random.default_rng(0).random((2, 7, 6, 2), np.float32)
    np.testing.assert_array_equal(other.predict(x, verbose=0), model.predict(x, verbose=0))


def test_what_is_loaded_belongs_to_the_model(path):
    """Training it does not reach into the file, nor into another model."""
    model, one, two = make(), make(1), make(2)
    mc.safetensors.save(model, path)
    mc.safetensors.load(one, path)
    mc.safetensors.load(two, path)
    one.layers[0].params["kernel"] += 1
    assert_equal_weights(two, model)
    assert one.layers[0].params["kernel"].flags.writeable


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_floats_are_rounded_to_the_models(dtype, path):
    model, other = make(), make(seed=1)
    save_file({name: w.astype(dtype) for name, w in zip(NAMES, model.get_weights(), strict=True)}, path)
    mc.safetensors.load(other, path)
    for a, b in zip(other.get_weights(), model.get_weights(), strict=True):
        assert a.dtype == np.float32
        np.testing.assert_array_equal(a, b.astype(dtype).astype(np.float32))


def test_whole_numbers_are_weights_too(path):
    model, other = make(), make(seed=1)
    rounded = [np.rint(w).astype("int8") for w in model.get_weights()]
    save_file(dict(zip(NAMES, rounded, strict=True)), path)
    mc.safetensors.load(other, path)
    for a, b in zip(other.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, np.rint(b))  # the type is the model's


def test_float64_stays_float64(path, float64):
    model, other = make(), make(seed=1)
    mc.safetensors.save(model, path)
    assert {array.dtype for array in load_file(path).values()} == {np.dtype("float64")}
    mc.safetensors.load(other, path)
    assert_equal_weights(other, model)


# ---------------------------------------------------------------- what does not fit


def refused(path, model=None):
    """The message, and that nothing of the model has changed."""
    model = model or make(seed=1)
    before = model.get_weights()
    with pytest.raises(ValueError) as error:
        mc.safetensors.load(model, path)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    return str(error.value)


def test_what_is_missing_misshapen_or_too_much_is_named(path):
    tensors = dict(zip(NAMES, make().get_weights(), strict=True))
    del tensors["conv2d/bias"]
    tensors["last/kernel"] = np.zeros((4, 3), np.float32)
    tensors["more/kernel"] = np.zeros((2, 2), np.float32)
    save_file(tensors, path)
    assert refused(path) == (
        f"{path} does not fit this model, which stays as it was: "
        "'conv2d/bias' is missing, expected (4,); "
        "'last/kernel' has the shape (4, 3), expected (3, 3); "
        "'more/kernel' (2, 2) belongs to no layer"
    )


def test_numbers_that_the_float_type_does_not_hold(path):
    """An infinity stays one; what would become one is refused."""
    tensors = {name: w.astype(np.float64) for name, w in zip(NAMES, make().get_weights(), strict=True)}
    tensors["last/bias"][1] = np.inf
    save_file(tensors, path)
    model = make()
    mc.safetensors.load(model, path)
    assert np.isinf(model.get_weights()[-1]).tolist() == [False, True, False]
    tensors["conv2d/bias"][0] = 1e300
    save_file(tensors, path)
    assert refused(path).endswith("stays as it was: 'conv2d/bias' holds numbers too large for float32")


def test_weights_of_another_architecture(path):
    mc.safetensors.save(make(units=5), path)
    assert "'last/kernel' has the shape (3, 5), expected (3, 3); 'last/bias'" in refused(path)


def test_a_state_dict_of_pytorch_is_known_when_it_comes(path):
    mc.torch.save(make(), path)
    assert refused(path).endswith(". A state dict of PyTorch? mc.torch.load reads it")


def test_a_type_that_numpy_does_not_have(path):
    """bfloat16, in which large networks come."""
    header = b'{"conv2d/kernel":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    assert refused(path) == (
        f"{path} holds 'conv2d/kernel' as BF16, which NumPy does not have: convert it where it was made "
        "(in PyTorch net.float()) and save it again"
    )


def test_a_damaged_file(path):
    mc.safetensors.save(make(), path)
    whole = path.read_bytes()
    for end in (0, 7, 100, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert f"{path} is no whole safetensors file" in refused(path)
    path.write_bytes(b"\xff" * 200)
    assert f"{path} is no whole safetensors file" in refused(path)


def test_files_of_other_kinds(path):
    make().save(path.with_suffix(".mcnn"))
    path.with_suffix(".mcnn").rename(path)
    assert refused(path).endswith(". It is a minicnn archive: model.load_weights reads it")
    np.savez(path.with_suffix(".npz"), x=np.zeros(3))
    assert "It is a zip, as PyTorch's .pt and Keras's .keras are" in refused(path.with_suffix(".npz"))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.safetensors"):
        mc.safetensors.load(make(), tmp_path / "nothing.safetensors")
    with pytest.raises(IsADirectoryError):
        mc.safetensors.load(make(), tmp_path)


# ---------------------------------------------------------------- writing


def test_a_failed_save_leaves_the_old_file_alone(path, monkeypatch):
    mc.safetensors.save(make(), path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="the disk is full"):
        mc.safetensors.save(make(seed=1), path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(OSError, match="the folder does not exist"):
        mc.safetensors.save(make(), tmp_path / "nowhere" / "w.safetensors")


def test_a_model_without_weights(path):
    model = mc.Sequential([layers.Dense(3)])
    with pytest.raises(ValueError, match=r"mc\.safetensors\.save needs a model with weights"):
        mc.safetensors.save(model, path)
    assert not path.exists()
    with pytest.raises(ValueError, match=r"mc\.safetensors\.load needs a model with weights"):
        mc.safetensors.load(model, path)


def test_without_the_package_the_message_says_how_to_get_it(monkeypatch, path):
    for name in [name for name in sys.modules if name.split(".")[0] == "safetensors"]:
        monkeypatch.setitem(sys.modules, name, None)
    model, message = make(), r"need the package safetensors: python -m pip install safetensors"
    for call in (mc.safetensors.save, mc.safetensors.load, mc.torch.save, mc.torch.load):
        with pytest.raises(ImportError, match=message):
            call(model, path)
    assert list(path.parent.iterdir()) == []
    assert mc.torch.state_dict(model)["last.bias"].shape == (3,)  # a dictionary needs no file


def test_more_axes_than_an_array_has(path):
    text = json.dumps({"a": {"dtype": "F32", "shape": [1] * 65, "data_offsets": [0, 4]}}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(4))
    with pytest.raises(ValueError, match=r"weights\.safetensors holds 'a', which is no array of NumPy: .*64"):
        mc.safetensors.load(make(), path)
