"""The network as the page carries it: with its weights the page computes every number anew.

A page has room for some megabytes. Layers with few weights come first; large arrays are rounded to 16 bits,
but only where not all fit as they are (packing.py). A layer without room for its weights, or of a kind the
page does not know (one of the user's own, RandomCrop), hands over what it made of the pictures instead; where
even this is too much, the page's network ends before it. Sizes are reckoned before anything is made into
text, and never too small, so that the finished page is as large as was asked, or smaller.

Every layer says what the rounding does to it: ``difference`` is the largest between its outputs with the
weights on the page and with its own, over the pictures on the page.
"""

import numpy as np

from minicnn import activations, layers
from minicnn.reports.packing import as_json, pack, packed_size, unpack

WINDOW = ("strides", "pads")
POOL = ("pool_size", *WINDOW)
KNOWN = {  # the layers of layers.js, and what is told of them besides their arrays
    layers.Activation: (), layers.AveragePooling2D: POOL, layers.BatchNormalization: ("epsilon",),
    layers.Conv2D: ("kernel_size", *WINDOW), layers.Dense: (), layers.Dropout: ("rate",), layers.Flatten: (),
    layers.GlobalAveragePooling2D: (), layers.LeakyReLU: ("negative_slope",), layers.MaxPooling2D: POOL,
    layers.RandomFlip: (), layers.RandomRotation: (), layers.RandomTranslation: (), layers.RandomZoom: (),
    layers.ReLU: (), layers.Rescaling: ("scale", "offset"), layers.Softmax: (),
}  # fmt: skip
REST = 80  # bytes of JSON, at most, that come to a layer's description: how many weights, the difference


def carry(model, x, room):
    """The layers as a list JSON knows, for the pictures ``x`` (N, ...) and ``room`` bytes."""
    descriptions = [_describe(layer) for layer in model.layers]
    used = np.cumsum([len(as_json(each)) + REST for each in descriptions])
    count = int(np.searchsorted(used, room, side="right"))  # of very many layers, the first
    room -= used[count - 1] if count else 0
    short = sum(map(_size, model.layers[:count])) > room
    chosen, room = _choose(model.layers[:count], room, short)
    carried, here, there = [], x, x  # the framework's numbers, and the page's
    for layer, described in zip(model.layers[:count], descriptions):
        here = layer.forward(here)
        if layer in chosen:
            described["arrays"] = {name: pack(array, short) for name, array in _arrays(layer).items()}
        else:
            described["weights"] = layer.count_params()
        if layer in chosen and not _has_own_activation(layer):
            there = _with(layer, described["arrays"], there)
        else:
            room -= packed_size(here)
            if room < 0:
                break
            described["outputs"], there = pack(here), here
        described["difference"] = _difference(there, here)
        carried.append(described)
    for layer in model.layers:
        layer.forget()
    return carried


def _is_known(layer):
    """Whether the page can do the arithmetic: of subclasses it does not know what they changed."""
    return type(layer) in KNOWN


def _has_own_activation(layer):
    """An activation of the user's own; LeakyReLU's has its slope from the layer."""
    activation = getattr(layer, "activation", activations.linear)
    return activation not in activations.BY_NAME.values() and type(layer) is not layers.LeakyReLU


def _describe(layer):
    described = {"name": layer.name, "kind": type(layer).__name__, "shape": list(layer.output_shape[1:])}
    described["known"] = _is_known(layer)  # the name does not tell: somebody's own Dense may do anything
    if described["known"]:
        described |= {name: getattr(layer, name) for name in KNOWN[type(layer)]}
        if (activation := getattr(layer, "activation", None)) is not None:
            described["activation"] = activation.name
    return described


def _arrays(layer):
    return layer.params | layer.state


def _size(layer, short=False):
    return sum(packed_size(array, short) for array in _arrays(layer).values())


def _choose(all_layers, room, short):
    """The layers whose weights go along, those with the fewest first, and the room that is left."""
    chosen = []
    for layer in sorted(filter(_is_known, all_layers), key=_size):
        if (size := _size(layer, short)) <= room:
            chosen.append(layer)
            room -= size
    return chosen, room


def _with(layer, packed, x):
    """What the layer makes of x with the arrays that the page will have; its own come back, to the bit."""
    own = {name: array.copy() for name, array in _arrays(layer).items()}
    try:
        for name, array in _arrays(layer).items():
            array[...] = unpack(packed[name])
        return layer.forward(x)
    finally:
        for name, array in _arrays(layer).items():
            array[...] = own[name]


def _difference(there, here):
    """The largest there is; None where a network that has diverged has no finite one."""
    if not (np.isfinite(there).all() and np.isfinite(here).all()):
        return None
    return float(np.abs(there - here).max(initial=0))
