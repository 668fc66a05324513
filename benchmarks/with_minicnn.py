"""minicnn's side of the comparison."""

import contextlib

import numpy as np

import minicnn as mc
from minicnn import layers, losses, optimizers
from minicnn.kernels import conv2d
from minicnn.layers.conv2d import ALGORITHMS

MATRIX = "one matrix product"
WAYS = {
    "train": ("fit",),
    "infer": ("predict",),
    "multiply": ("NumPy",),
}
LARGEST = 2**30  # bytes of windows that one matrix product may write down


def start(threads):
    """Compute on so many threads."""
    mc.set_num_threads(threads)


def build(network):
    """``network`` as a compiled Sequential."""
    mc.set_random_seed(0)
    model = mc.Sequential([layers.Input(network.shape)])
    for kind, arguments in network.layers:
        most = arguments.pop("max_norm", None)
        limit = {} if most is None else {"kernel_constraint": mc.constraints.MaxNorm(most)}
        model.add(getattr(layers, kind)(**arguments, **limit))
    kind, arguments = network.optimizer
    model.compile(getattr(optimizers, kind)(**arguments), losses.get(network.loss))
    return model


def train(network, batch, way):
    """One step of learning as ``fit`` does it; returns the loss."""
    model = build(network)
    x, y = model._checked_batch(network.pictures(batch), network.targets(batch))  # once, as fit does
    return lambda: float(model._train_step(x, y)["loss"].mean())


def infer(network, batch, way):
    """Probabilities for one batch."""
    model = build(network)
    x = network.pictures(batch)
    return lambda: model.predict(x, batch_size=batch)


def rungs(network, batch):
    """The ways there are of doing this convolution: the layer's default, its algorithms, one rung below."""
    layer = _convolution(network, "default")
    bytes_of_windows = batch * np.prod(layer.output_shape[1:3]) * 4 * layer.params["kernel"][..., 0].size
    found = ["default", *([MATRIX] if bytes_of_windows <= LARGEST else [])]
    for algorithm in set(ALGORITHMS) - {"auto"}:  # which is the default
        with contextlib.suppress(ValueError):  # not for this kernel or these strides
            _convolution(network, algorithm)
            found.append(algorithm)
    return found


def _convolution(network, way):
    """The network's only layer, without its ReLU."""
    ((_, arguments),) = network.layers
    algorithm = {} if way in ("default", MATRIX) else {"algorithm": way}
    layer = layers.Conv2D(**arguments | {"activation": None}, **algorithm)
    layer.build((None, *network.shape))
    return layer


def convolve(network, batch, way):
    """One convolution, forward and backward: by its layer, or one rung below."""
    layer, x = _convolution(network, way), network.pictures(batch)
    dy = np.ones_like(layer.forward(x))
    if way == MATRIX:
        return _matrix_product(layer, x, dy)

    def step():
        layer.forward(x)
        layer.backward(dy)

    return step


def _matrix_product(layer, x, dy):
    """The convolution as NumPy's matrix product, with BLAS on as many threads as kernels have."""
    w, b = layer.params["kernel"], layer.params["bias"]
    how = layer.strides, layer.pads

    def step():
        conv2d.forward_matrix(x, w, b, *how)
        conv2d.backward_matrix(x, w, dy, *how)

    return step


def multiply(network, batch, way):
    """One matrix product by NumPy's BLAS, ``batch`` x ``batch``: as much arithmetic a second as there is."""
    a = np.random.default_rng(0).random((batch, batch), np.float32)
    out = np.empty_like(a)
    return lambda: np.matmul(a, a, out=out)


def count_params(network):
    """All numbers in the weights, moving averages included."""
    return build(network).count_params()


def predictions(network, weights, x):
    """What the network with ``weights``, a list in Keras's order, gives for x; a test compares them."""
    model = build(network)
    model.set_weights(weights)
    return model.predict(x)
