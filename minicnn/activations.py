"""Activations to hand to a layer: by name, ``activation="relu"``, or as one of these objects.

An activation of your own needs its derivative: ``Activation("swish", forward, backward)`` with
``forward(z) -> y`` and ``backward(dy, z, y) -> dz``, all of one shape (see kernels/activations.py for those
below and their sources).
"""

from collections.abc import Callable
from dataclasses import dataclass

from minicnn import lookup
from minicnn.kernels import activations as kernels
from minicnn.messages import shown


@dataclass(frozen=True)
class Activation:
    """A function and its derivative. Called, it is the function."""

    name: str
    forward: Callable
    backward: Callable

    def __post_init__(self):
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"an Activation expects a name, such as 'swish', got {shown(self.name)}")

    def __call__(self, z):
        return self.forward(z)

    def __reduce_ex__(self, protocol):
        """A copy or a pickle of ``relu`` is ``relu`` itself: layers ask which of them it *is*."""
        return (get, (self.name,)) if BY_NAME.get(self.name) is self else super().__reduce_ex__(protocol)


#: y = z
linear = Activation("linear", kernels.linear, kernels.linear_backward)
#: y = max(z, 0)
relu = Activation("relu", kernels.relu, kernels.relu_backward)
#: y = z where z > 0, else 0.2 z
leaky_relu = Activation("leaky_relu", kernels.leaky_relu, kernels.leaky_relu_backward)
#: y = (e^z - e^-z) / (e^z + e^-z)
tanh = Activation("tanh", kernels.tanh, kernels.tanh_backward)
#: y = 1 / (1 + e^-z)
sigmoid = Activation("sigmoid", kernels.sigmoid, kernels.sigmoid_backward)
#: y = z (1 + erf(z / sqrt 2)) / 2
gelu = Activation("gelu", kernels.gelu, kernels.gelu_backward)
#: y = e^z / sum of e^z along the last axis
softmax = Activation("softmax", kernels.softmax, kernels.softmax_backward)

BY_NAME = lookup.reserve({
    each.name: each for each in (linear, relu, leaky_relu, tanh, sigmoid, gelu, softmax)
})


def get(identifier):
    """An Activation from its name, from one already made, or from None (linear); else ValueError."""
    if identifier is None:
        return linear
    if isinstance(identifier, Activation):
        return identifier
    if isinstance(identifier, str):
        return lookup.find(identifier, lookup.with_own(BY_NAME, Activation), "activation")
    if callable(identifier):
        raise ValueError(
            f"activation {identifier!r} is a function without its derivative: "
            f"wrap both as minicnn.activations.Activation(name, forward, backward)"
        )
    raise ValueError(f"expected an activation's name or an Activation, got {shown(identifier)}")


def serialize(activation):
    """The name, from which ``get`` makes an equal one; ValueError where it would make another."""
    if lookup.reserved_for(activation.name, activation) is not None:
        raise ValueError(
            f"an activation of your own expects a name of its own, got {activation.name!r}, which would come "
            f"back as minicnn's: Activation('my_{activation.name}', forward, backward)"
        )
    lookup.check_only(activation.name, activation)
    return activation.name
