"""Weights as named tensors, ``conv2d/kernel``, in a file that many programs read.

    mc.safetensors.save(model, "m3.safetensors")
    mc.safetensors.load(model, "m3.safetensors")

Names and layouts are Keras's, which are minicnn's: kernels (KH, KW, C, F), and gamma, beta, moving_mean,
moving_variance of a batch normalisation. For PyTorch's see torch.py beside this file.
"""

from minicnn.exchange import tensors


def save(model, path):
    """Write the weights of ``model``, parameters and moving statistics, to the file ``path``.

    Raises ValueError for a model without weights, OSError where the file cannot be written. What was there
    before is then still there, whole.
    """
    tensors.require_built(model, "mc.safetensors.save")
    tensors.write(path, _named(model))


def load(model, path):
    """Give ``model`` the weights in the file ``path``, whose names and shapes must be those of ``model``.

    Raises ValueError, naming every tensor that is missing, misshapen or unknown; nothing changes then.
    Numbers of another float type are rounded to the model's.
    """
    tensors.require_built(model, "mc.safetensors.load")
    found, due = tensors.read(path), _named(model)
    try:
        weights = tensors.fitting(path, found, due)
    except ValueError as error:
        turned = due and any(name.endswith(".weight") for name in found)
        raise ValueError(f"{error}{'. A state dict of PyTorch? mc.torch.load reads it' * turned}") from None
    model.set_weights(weights)


def _named(model):
    """``{"conv2d/kernel": array, ...}``, in the order of ``model.get_weights()``."""
    return {
        f"{layer.name}/{name}": array
        for layer in model.layers
        for name, array in (*layer.params.items(), *layer.state.items())
    }
