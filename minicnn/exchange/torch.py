"""Weights as PyTorch has them: its names, its layouts, in a dictionary or in a safetensors file.

    minicnn                              PyTorch
    kernel (KH, KW, C, F)                weight (F, C, KH, KW)           Conv2D, nn.Conv2d
    kernel (D, units)                    weight (units, D)               Dense, nn.Linear
    gamma, beta                          weight, bias                    BatchNormalization, nn.BatchNorm2d
    moving_mean, moving_variance         running_mean, running_var
    pixels flattened as (H, W, C)        as (C, H, W)

The last line is where most translations go wrong: what stands behind a Flatten counts its inputs in another
order, and the shapes fit all the same. PyTorch is not needed here. What a state dict does not hold, the
PyTorch network must be given: zeros of padding="same" (``layer.pads``; with strides there may be more behind
than before), eps=1e-3 and momentum=0.01 of its batch normalisations.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from minicnn import layers, lookup
from minicnn.exchange import tensors

THERE = {  # our name: PyTorch's name, and our axes in its order
    layers.Conv2D: {"kernel": ("weight", (3, 2, 0, 1)), "bias": ("bias", (0,))},
    layers.Dense: {"kernel": ("weight", (1, 0)), "bias": ("bias", (0,))},
    layers.BatchNormalization: {
        "gamma": ("weight", (0,)), "beta": ("bias", (0,)),
        "moving_mean": ("running_mean", (0,)), "moving_variance": ("running_var", (0,)),
    },
}  # fmt: skip
COUNTER = "num_batches_tracked"  # PyTorch's batch normalisation counts its training steps


@dataclass(frozen=True)
class _Turned:
    """A weight of ours and how it lies in PyTorch: its first axis in ``order``, then the axes turned."""

    array: np.ndarray
    axes: tuple
    order: np.ndarray | slice

    @property
    def shape(self):
        """PyTorch's"""
        return tuple(self.array.shape[axis] for axis in self.axes)

    @property
    def dtype(self):
        """Ours"""
        return self.array.dtype

    def there(self):
        """For PyTorch: a copy"""
        return np.array(self.array[self.order].transpose(self.axes), order="C")

    def back(self, tensor):
        """From PyTorch, in an array of our own"""
        array = np.empty_like(self.array)
        array[self.order] = tensor.transpose(np.argsort(self.axes))
        return array


def state_dict(model, names=None):
    """``{"conv2d.weight": array, ...}``: what ``net.load_state_dict`` takes, in arrays of NumPy.

    names: what PyTorch's modules are called. None: as the layers are; a dictionary, ``{"conv2d": "0"}``, for
    some of them; a list, ``["0", "3", "6"]``, for all layers that have weights.

    Raises ValueError for a layer that PyTorch has no counterpart of.
    """
    tensors.require_built(model, "mc.torch.state_dict")
    state = {name: turned.there() for name, turned in _turned(model, names).items()}
    return state | {name: np.array(model.step, np.int64) for name in _counters(model, names)}


def load_state_dict(model, state_dict, names=None):
    """Give ``model`` the weights of ``net.state_dict()``; ``names`` as for :func:`state_dict`.

    Raises ValueError, naming every tensor that is missing, misshapen or too many; nothing changes then.
    """
    if not isinstance(state_dict, Mapping):
        raise ValueError(
            f"expected a dictionary of tensors, got {type(state_dict).__name__}: net.state_dict(), say, or "
            f"mc.torch.load for a file"
        )
    _load(model, {name: _array(name, each) for name, each in state_dict.items()}, names, "the state dict")


def save(model, path, names=None):
    """Write ``state_dict(model, names)`` to the safetensors file ``path``: whole, or not at all.

    In PyTorch: ``net.load_state_dict(safetensors.torch.load_file(path))``.
    """
    tensors.write(path, state_dict(model, names))


def load(model, path, names=None):
    """As :func:`load_state_dict`, from a file: ``safetensors.torch.save_file(net.state_dict(), path)``."""
    _load(model, tensors.read(path), names, path)


def _array(name, tensor):
    try:
        return np.asarray(tensor)
    except (TypeError, RuntimeError) as error:  # of PyTorch: for numbers or a device that NumPy does not have
        raise ValueError(
            f"{name!r} cannot become an array of NumPy ({error}): pass net.float().cpu().state_dict()"
        ) from error


def _load(model, found, names, source):
    tensors.require_built(model, "loading a state dict")
    turned, counters = _turned(model, names), _counters(model, names)
    found = {name: tensor for name, tensor in found.items() if name not in counters}  # old ones have none
    try:
        fit = tensors.fitting(source, found, turned)
    except ValueError as error:
        strange = {name.rpartition(".")[0]: None for name in found if name not in turned}
        modules = ", ".join(map(repr, strange))
        mend = f". Which layers are {modules}? Say names={{layer: module}}, or a list" if strange else ""
        raise ValueError(f"{error}{mend}") from None
    model.set_weights([each.back(tensor) for each, tensor in zip(turned.values(), fit)])


# ------------------------------------------------------------------------------------- layer by layer


def _turned(model, names):
    """``{"conv2d.weight": _Turned, ...}`` in the order of ``model.get_weights()``."""
    modules, order, turned = _modules(model, names), slice(None), {}
    for layer in model.layers:
        _refuse_unknown_order(layer)
        if type(layer) is layers.Flatten and len(layer.input_shape) == 4:
            order = _pixels_by_channel(layer.input_shape)
        elif layer.name in modules:
            for name, each in _weights(layer, order).items():
                turned[f"{modules[layer.name]}.{name}"] = each
        if type(layer) is layers.Dense:
            order = slice(None)  # units have no order but their own
    return turned


def _refuse_unknown_order(layer):
    """ValueError where a layer of the user's own makes rows of pictures: nobody knows their order there."""
    if len(layer.input_shape) == 4 != len(layer.output_shape) and type(layer) not in layers.LAYERS.values():
        raise ValueError(
            f"{layer} makes {layer.output_shape} of pictures: in which order, is known of minicnn's layers "
            "alone; put a Flatten() in its place"
        )


def _weights(layer, order):
    """PyTorch's names for the weights of one layer, whose inputs come in another ``order`` there."""
    if type(layer) not in THERE:
        raise ValueError(
            f"{layer} has weights that PyTorch has no names for: there are some for "
            f"{', '.join(kind.__name__ for kind in THERE)}"
        )
    if type(layer) is layers.BatchNormalization and layer.center != layer.scale:
        raise ValueError(f"{layer} has one of gamma and beta: PyTorch's batch normalisation has both or none")
    turned = {}
    for name, array in {**layer.params, **layer.state}.items():
        there, axes = THERE[type(layer)][name]
        turned[there] = _Turned(array, axes, slice(None) if name == "bias" else order)
    return turned


def _pixels_by_channel(shape):
    """Where the numbers of a picture flattened as (C, H, W) stand in one flattened as (H, W, C)."""
    return np.arange(math.prod(shape[1:])).reshape(shape[1:]).transpose(2, 0, 1).ravel()


def _counters(model, names):
    modules = _modules(model, names)
    normalised = [layer for layer in model.layers if type(layer) is layers.BatchNormalization]
    return [f"{modules[layer.name]}.{COUNTER}" for layer in normalised]


def _modules(model, names):
    """``{layer's name: module's name}`` of all layers that have weights."""
    with_weights = [layer.name for layer in model.layers if layer.params or layer.state]
    if names is None or isinstance(names, Mapping):
        names = names or {}
        for each in names:
            if each not in with_weights:
                near = lookup.nearest(each, with_weights)
                hint = f"did you mean {near!r}? " if near else ""
                raise ValueError(f"names: no layer {each!r} has weights: {hint}There are {with_weights}")
        modules = {name: names.get(name, name) for name in with_weights}
    else:
        if isinstance(names, str) or len(names) != len(with_weights):
            raise ValueError(f"names expects one for each of {with_weights}, got {names!r}")
        modules = dict(zip(with_weights, map(str, names)))
    if len(set(modules.values())) != len(modules):
        raise ValueError(f"names gives two layers the same module: {modules}")
    return modules
