"""PyTorch's side of the comparison: eager, as fast as its documentation knows how.

Pictures stand in memory as NCHW or channels_last, optimizers run as "foreach" or "fused", whichever is
faster; inference is under ``inference_mode``. The loss starts from logits and integer labels.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

FORMATS = {"channels_last": torch.channels_last, "contiguous": torch.contiguous_format}
OPTIMIZERS = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam, "RMSprop": torch.optim.RMSprop}
WAYS = {
    "train": ("channels_last foreach", "channels_last fused", "contiguous foreach", "contiguous fused"),
    "infer": ("channels_last", "contiguous"),
    "convolve": ("channels_last", "contiguous"),
}


def start(threads):
    """Compute on so many threads."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)


class SamePadding(nn.Module):
    """TensorFlow's "same" for strides: where the zeros are odd in number, the one more goes behind."""

    def __init__(self, size, kernel, stride):
        super().__init__()
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        self.pads = (total // 2, total - total // 2) * 2

    def forward(self, x):
        return functional.pad(x, self.pads)


def build(network, exact=False):
    """``network`` as modules that end in logits, pictures as NCHW.

    Where Keras pads one side more than the other (strides of 2), this pads all alike: as much arithmetic, no
    copy of the picture, which is seen shifted by a pixel. ``exact``: as Keras.
    """
    (size, _, channels), modules, features = network.shape, [], 0
    for kind, a in network.layers:
        if kind == "Conv2D":
            k, s, same = a["kernel_size"], a["strides"], a["padding"] == "same"
            after = -(-size // s) if same else (size - k) // s + 1
            lopsided = same and (exact or (size + k // 2 * 2 - k) // s + 1 != after)
            modules += [SamePadding(size, k, s)] if lopsided else []
            padding = k // 2 if same and not lopsided else 0
            modules += [nn.Conv2d(channels, a["filters"], k, s, padding), nn.ReLU(inplace=True)]
            channels, size = a["filters"], after
        elif kind == "MaxPooling2D":
            modules.append(nn.MaxPool2d(a["pool_size"], a["strides"]))
            size = (size - a["pool_size"]) // a["strides"] + 1
        elif kind == "BatchNormalization":
            modules.append(nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01))
        elif kind == "Dropout":
            modules.append(nn.Dropout(a["rate"]))
        elif kind == "Rescaling":
            modules.append(Rescaling(a["scale"]))
        elif kind == "Flatten":
            modules.append(nn.Flatten())
            features = size * size * channels
        elif kind == "Dense":
            dense = nn.Linear(features, a["units"])
            dense.max_norm = a.get("max_norm")
            modules += [dense] + ([nn.ReLU(inplace=True)] if a["activation"] == "relu" else [])
            features = a["units"]
    return nn.Sequential(*modules)


class Rescaling(nn.Module):
    """x times a number."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, x):
        return x * self.scale


def pictures(x, layout="contiguous"):
    """(N, H, W, C) in NumPy to (N, C, H, W) in PyTorch, in the memory format it will be computed in."""
    return torch.from_numpy(x).permute(0, 3, 1, 2).contiguous(memory_format=FORMATS[layout])


def train(network, batch, way):
    """One step of learning; returns the loss."""
    layout, how = way.split()
    model = build(network).to(memory_format=FORMATS[layout]).train()
    kind, arguments = network.optimizer
    arguments = {{"learning_rate": "lr"}.get(name, name): value for name, value in arguments.items()}
    if kind == "RMSprop":
        arguments["alpha"] = 0.9  # Keras's rho
        how = {"fused": "plain"}.get(how, how)  # there is no fused RMSprop: one parameter after another
    flags = {"foreach": {"foreach": True}, "fused": {"fused": True}, "plain": {"foreach": False}}[how]
    optimizer = OPTIMIZERS[kind](model.parameters(), **arguments, **flags)
    limited = [each for each in model if getattr(each, "max_norm", None)]
    x, labels = pictures(network.pictures(batch), layout), torch.from_numpy(network.labels(batch))

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(model(x), labels)
        loss.backward()
        optimizer.step()
        for dense in limited:
            with torch.no_grad():
                dense.weight.copy_(torch.renorm(dense.weight, 2, 0, dense.max_norm))
        return loss.item()

    return step


def infer(network, batch, way):
    """Probabilities for one batch."""
    model = build(network).to(memory_format=FORMATS[way]).eval()
    x = pictures(network.pictures(batch), way)

    def step():
        with torch.inference_mode():
            return model(x).softmax(1).numpy()

    return step


def convolve(network, batch, way):
    """One convolution, forward and backward; the gradient of the pictures, too."""
    model = build(network)[:-1].to(memory_format=FORMATS[way])  # without its ReLU
    x = pictures(network.pictures(batch), way).requires_grad_()
    dy = torch.ones_like(model(x))

    def step():
        x.grad = None
        model.zero_grad(set_to_none=True)
        model(x).backward(dy)

    return step


def count_params(network):
    """All numbers in the weights, moving averages included."""
    state = build(network).state_dict()
    return sum(each.numel() for name, each in state.items() if not name.endswith("num_batches_tracked"))


def predictions(network, weights, x):
    """What the network with ``weights``, a list in Keras's order, gives for x; a test compares them."""
    model, weights = build(network, exact=True).eval(), [torch.from_numpy(w) for w in weights]
    shape, probe = None, pictures(x)
    with torch.inference_mode():
        for module in model:
            if isinstance(module, nn.Flatten):
                shape = probe.shape[1:]
            _load(module, weights, shape)
            shape = None if isinstance(module, nn.Linear) else shape
            probe = module(probe)
    assert not weights
    return probe.softmax(1).numpy()


def _load(module, weights, shape):
    """Take the next of ``weights``; ``shape``: (C, H, W) of what was flattened right before this layer."""
    names = {nn.BatchNorm2d: ("weight", "bias", "running_mean", "running_var")}
    names |= dict.fromkeys((nn.Conv2d, nn.Linear), ("weight", "bias"))
    for name in names.get(type(module), ()):
        value = weights.pop(0)
        if value.ndim == 4:
            value = value.permute(3, 2, 0, 1)  # (KH, KW, C, F) to (F, C, KH, KW)
        if value.ndim == 2:
            if shape is not None:  # rows were counted (H, W, C) there, (C, H, W) here
                C, H, W = shape
                order = np.arange(H * W * C).reshape(H, W, C).transpose(2, 0, 1).reshape(-1)
                value = value[torch.from_numpy(order)]
            value = value.T
        getattr(module, name).copy_(value)
