"""minicnn's side of the comparison."""

import minicnn as mc
from minicnn import layers, losses, optimizers

WAYS = {"train": ("fit",), "infer": ("predict",)}


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
    x, labels = network.draw(batch)
    x, y = model._checked_batch(x, network.targets(labels))  # once, as in fit, before the first step
    return lambda: float(model._train_step(x, y)["loss"].mean())


def infer(network, batch, way):
    """Probabilities for one batch."""
    model = build(network)
    x, _ = network.draw(batch)
    return lambda: model.predict(x, batch_size=batch)


def count_params(network):
    """All numbers in the weights, moving averages included."""
    return build(network).count_params()


def predictions(network, weights, x):
    """What the network with ``weights``, a list in Keras's order, gives for x: for the test that all agree."""
    model = build(network)
    model.set_weights(weights)
    return model.predict(x)
