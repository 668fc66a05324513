"""A model in one file: architecture, weights, how it was compiled, and what its optimizer remembers.

The file is an archive (see archive.py). Its document says what the model is, its arrays are called
``weights/0_conv2d/kernel`` and ``optimizer/momentum/0/kernel``. A loaded model goes on training as if
it had never been away.
"""

import math

from minicnn import config, layers, lookup
from minicnn.archive import MISFITS, add_prefix, check_kind, read_archive, take_prefix, write_archive
from minicnn.checks import whole_number
from minicnn.messages import shortened

MODEL, WEIGHTS = "a minicnn model", "minicnn weights"
VERSION = 1


def save_model(model, path):
    """Write a built ``model`` to the file ``path``; :func:`load_model` reads it.

    Every part is made once more from its configuration, to see that it can be: the __init__ of one's own is
    called. Raises ValueError for a model without weights or of two float types, with parts of one's own that
    could not be made again as they are (nor can two that differ and have one name), and for a name of another
    program's files (.keras, .onnx, ...); OSError where it cannot write.
    """
    arrays = add_prefix("weights", _named_weights(model, path))
    model.check_rebuildable()
    floats = {layer.name: layer.dtype.name for layer in model.layers}
    if len(set(floats.values())) > 1:
        raise ValueError(
            f"cannot save to {path}: a file expects layers of one float type, got {floats}: "
            f"build them all under one set_floatx, or save_weights alone"
        )
    document = {
        "kind": MODEL,
        "version": VERSION,
        "floatx": model.layers[0].dtype.name,
        "seed": model.seed,
        "step": model.step,
        "model": model.get_config(),
        "compile": None,
    }
    if model.optimizer is not None:
        document["compile"] = model.get_compile_config()
        document["optimizer"], slots = model.optimizer.state(model.parameters())
        arrays |= add_prefix("optimizer", slots)
    write_archive(path, document, arrays)


def load_model(path, custom_objects=None, compile=True):
    """The model that ``model.save(path)`` wrote.

    custom_objects: {"MyLayer": MyLayer, "MyLoss": MyLoss, "swish": swish} for what minicnn does not have:
    classes of layers, losses, metrics, optimizers, schedules, initializers and constraints, and Activations.
    compile=False leaves optimizer, loss and metrics aside, to compile anew.

    Raises ValueError where the file is damaged, or is no model that can be built here, and for a custom
    object under a name of minicnn's.
    """
    document, arrays = read_archive(path)
    check_kind(path, document, (MODEL,), VERSION)
    with lookup.custom_objects(custom_objects or {}):
        try:
            model = _build(document, take_prefix("weights", arrays))
            if compile and document["compile"] is not None:
                model.compile(**document["compile"])
                model.optimizer.load_state(document["optimizer"], take_prefix("optimizer", arrays))
                model.optimizer.check_slots(model.parameters())
        except MISFITS as error:
            said = f"{shortened(error, 1000)}{_mend(error)}"
            raise ValueError(f"{path} holds a model that cannot be built here: {said}") from error
    return model


def save_weights(model, path):
    """Write the weights alone, for a model of the same architecture to take with ``load_weights``.

    Raises ValueError for a model without weights and for a name of another program's files, OSError where it
    cannot write.
    """
    arrays = add_prefix("weights", _named_weights(model, path))
    write_archive(path, {"kind": WEIGHTS, "version": VERSION}, arrays)


def load_weights(model, path):
    """Give ``model`` the weights that save_weights or save wrote.

    Raises ValueError where they do not fit or the file is damaged; ``model`` then stays as it is.
    """
    document, arrays = read_archive(path)
    check_kind(path, document, (WEIGHTS, MODEL), VERSION)
    try:
        model.set_weights(list(take_prefix("weights", arrays).values()))
    except ValueError as error:
        raise ValueError(f"the weights in {path} belong to another architecture: {error}") from error


def _named_weights(model, path):
    """``{"0_conv2d/kernel": array, ...}`` in the order of ``model.get_weights()``."""
    if not model.built:
        raise ValueError(f"cannot save to {path}: the model has no weights yet, call build or fit first")
    return {
        f"{_label(place, layer)}/{name}": array
        for place, layer in enumerate(model.layers)
        for name, array in {**layer.params, **layer.state}.items()
    }


def _label(place, layer):
    return f"{place}_{layer.name}"


def _build(document, weights):
    from minicnn.model import Sequential, check_depth  # which imports this file

    architecture = document["model"]
    check_depth(len(architecture["layers"]))  # before any is made: a name in a file is shorter than a layer
    parts = [layers.get(part) for part in architecture["layers"]]
    for place, layer in enumerate(parts):
        _start_from(layer, _label(place, layer), weights)
    floatx = config.floatx()
    try:
        config.set_floatx(document["floatx"])
        model = Sequential.from_config({**architecture, "layers": parts})
    finally:
        config.set_floatx(floatx)
    for layer in parts:
        del layer.initial
        layer.seed = document["seed"]
    model.set_weights(list(weights.values()))
    model.seed = whole_number(document["seed"], "seed", least=0, most=math.inf)
    model.step = whole_number(document["step"], "step", least=0)
    return model


def _start_from(layer, label, weights):
    """Let ``layer.initial`` hand out what is in the file instead of fresh random numbers.

    That saves the drawing, and a file cannot make us allocate what it does not itself contain: an
    architecture larger than its weights is refused here.
    """

    def initial(name, shape, initializer):
        stored = weights.get(f"{label}/{name}")
        if stored is None or stored.shape != tuple(shape) or stored.dtype != layer.dtype:
            found = "none" if stored is None else f"{stored.dtype} {stored.shape}"
            raise ValueError(f"{layer} needs a {name} of {layer.dtype} {tuple(shape)}, the file has {found}")
        return stored

    layer.initial = initial


def _mend(error):
    if str(error).startswith("unknown activation"):
        return "; pass the Activation of your own, not its function alone, as custom_objects"
    if str(error).startswith(("unknown layer", "unknown initializer", "unknown constraint")):
        return "; pass the classes of your own as custom_objects"
    if str(error).startswith("unknown "):
        return "; pass what is your own as custom_objects, or compile=False"
    return "; compile=False leaves the optimizer aside" if " expects array " in str(error) else ""
