"""What all layers share: a name, shapes, parameters, and messages that help.

To write a layer of your own, give it ``forward`` and ``backward``, a ``build`` if it has parameters, a
``compute_output_shape`` if it changes the shape, and list its constructor's arguments in ``arguments``.
Dropout is the shortest example with randomness, Dense the shortest with parameters.
"""

import re

import numpy as np

from minicnn import activations, config, random
from minicnn.checks import is_whole, whole_number
from minicnn.kernels import buffers
from minicnn.kernels.shapes import output_size, padding_amounts
from minicnn.lookup import Configurable, serialize
from minicnn.messages import is_printable, shown

LONGEST_NAME = 1_000  # characters: tables show names whole, on terminals that obey what cannot be printed
TEXTS = (str, bytes, bytearray)  # are no rows of sizes, though b"ab" is one of numbers, 97 and 98


def snake_case(name):
    """``MaxPooling2D`` -> ``max_pooling2d``"""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


class Layer(Configurable):
    """One step of a network: ``y = forward(x)`` and ``dx = backward(dy)``.

    ``params`` and ``grads`` are dictionaries by name (kernel, bias, gamma, beta); ``state`` is what
    a layer remembers that no gradient changes. Shapes are Keras's, with None for the batch.
    Numbers of any real type, bytes among them, become the layer's float type; arguments are never changed.
    A batch of no pictures gives one of none. Randomness is a function of ``seed``, ``place`` and ``step``
    alone; a model sets all three, a layer by itself counts its own training passes.

    A layer that keeps layers does for them what a model does. Before it builds them and before their forward
    it gives each its ``seed``, its ``step`` and a ``place`` of its own, ``f"{self.place}.{k}"``; and it hands
    on their params, state, constraints and, from backward, grads, each under a name of its own.
    """

    arguments = ()  # names of the constructor's arguments, kept as attributes of the same name
    rank = None  # axes of the input with the batch; None: any

    def __init__(self, name=None, input_shape=None):
        self.given_name = checked_name(name, self)
        self.name = name or snake_case(type(self).__name__)
        self.given_input_shape = None if input_shape is None else (None, *sizes(input_shape, "input_shape"))
        self.params, self.grads, self.state, self.constraints = {}, {}, {}, {}
        self.input_shape = self.output_shape = None
        self.seed, self.place, self.step = None, 0, 0
        self.needs_dx = True  # False while a model goes back through a layer whose dx nobody asks for
        self.cache = None  # what backward needs of the last forward

    # ------------------------------------------------------------ shapes and parameters

    @property
    def trainable(self):
        """True: all parameters learn. Freezing a layer is not offered, and refused rather than ignored."""
        return True

    @trainable.setter
    def trainable(self, value):
        if value is not True:
            raise ValueError(f"{self} cannot be frozen: minicnn trains all parameters, trainable stays True")

    @property
    def built(self):
        """Whether the input's shape is known and the parameters are made."""
        return self.input_shape is not None

    def build(self, input_shape):
        """Make parameters for inputs of ``input_shape``, say ``(None, 32, 32, 3)``, if there are none."""
        input_shape = tuple(input_shape)
        if self.built:
            if input_shape != self.input_shape:
                raise ValueError(f"{self} is built for {self.input_shape}, got {input_shape}: make a new one")
            return
        if self.rank not in (None, len(input_shape)):
            axes = {2: "(batch, features)", 4: "(batch, height, width, channels)"}[self.rank]
            raise ValueError(f"{self} expects inputs {axes}, got {input_shape}{self._mend(input_shape)}")
        self.dtype = np.dtype(config.floatx())
        if self.seed is None:
            self.seed = random.get_seed()
        output_shape = self.compute_output_shape(input_shape)
        self.add_weights(input_shape)
        self.input_shape, self.output_shape = input_shape, output_shape

    def unbuild(self):
        """Forget shapes and parameters, as if ``build`` had never been called."""
        self.params, self.grads, self.state, self.constraints = {}, {}, {}, {}
        self.input_shape = self.output_shape = self.cache = None

    def compute_output_shape(self, input_shape):
        """The shape of y for this shape of x; ValueError where there is none."""
        return input_shape

    def add_weights(self, input_shape):
        """Fill ``params`` and ``state``. Layers without either have nothing to do."""

    def initial(self, name, shape, initializer):
        """A fresh array for the parameter ``name``, from randomness that is this parameter's own."""
        rng = random.generator(self.seed, "weights", self.place, name)
        return initializer(shape, self.dtype, rng)

    # ------------------------------------------------------------ forward and backward

    def forward(self, x, training=False):
        """y for a batch x; what ``backward`` needs is kept. ``training`` matters where the two differ."""
        raise NotImplementedError

    def backward(self, dy):
        """dx, the gradient of the loss with respect to x, given that with respect to y; fills ``grads``."""
        raise NotImplementedError

    def forget(self):
        """Let go of what was kept for backward."""
        self.cache = None

    def check_input(self, x):
        """x as a contiguous array of this layer's float type; builds the layer if nobody has."""
        x = np.asarray(x)
        if x.dtype.kind not in "fiub":
            raise ValueError(f"{self} expects real numbers, got an array of {x.dtype}")
        if not self.built:
            self.build(self.given_input_shape or (None, *x.shape[1:]))
        self.check_shape(x.shape)
        return buffers.fit(x, self.dtype)

    def check_shape(self, shape):
        """ValueError unless inputs of ``shape`` are what this layer was built for."""
        due = self.input_shape
        if len(shape) != len(due) or not all(d in (None, n) for d, n in zip(due, shape)):
            due = "(" + ", ".join(str(d or "N") for d in due) + ")"
            raise ValueError(f"{self} expects {due}, got {tuple(shape)}{self._mend(shape)}")

    def check_gradient(self, dy, shape):
        """dy as a contiguous array of this layer's float type and of ``shape``, that of the last output."""
        dy = buffers.fit(np.asarray(dy), self.dtype)
        if dy.shape != tuple(shape):
            raise ValueError(
                f"{self}.backward expects dy of the output's shape {shape}, got {dy.shape}: in a model that "
                "is the dx which the layer behind it returns"
            )
        return dy

    def recall(self):
        """What the last forward kept."""
        if self.cache is None:
            raise RuntimeError(f"{self}.backward needs a forward pass first: forward(x), then backward(dy)")
        return self.cache

    def _mend(self, shape):
        due = self.input_shape or self.given_input_shape or ()
        if len(shape) == (self.rank or len(due)) - 1:
            grey = len(due) == 4 and tuple(shape[1:]) == due[1:3]
            return ": add a channel axis, x[..., None]?" if grey else ": add a batch axis, x[None]?"
        if len(shape) == len(due) == 4 and shape[1] == due[3] != shape[3]:
            return ": channels come last here, x.transpose(0, 2, 3, 1)?"
        if len(shape) == len(due) == 4 and shape[3] != due[3]:
            return f": it was built for {due[3]} channels, not {shape[3]}"
        if len(due) == 2 < len(shape):
            return ": put a Flatten() before it?"
        return ""

    # ------------------------------------------------------------ weights in and out

    def get_weights(self):
        """Copies of parameters and state, in Keras's order."""
        return [array.copy() for array in (*self.params.values(), *self.state.values())]

    def set_weights(self, weights):
        """Take parameters and state as ``get_weights`` gives them; nothing changes if any does not fit."""
        names = [*self.params, *self.state]
        arrays = [np.asarray(array) for array in weights]
        if len(arrays) != len(names):
            raise ValueError(f"{self} has {len(names)} weights ({', '.join(names)}), got {len(arrays)}")
        for name, array in zip(names, arrays):
            due = (self.params.get(name) if name in self.params else self.state[name]).shape
            if array.shape != due or array.dtype.kind not in "fiub":
                raise ValueError(f"{self} expects {name} of shape {due}, got {array.dtype} {array.shape}")
        for name, array in zip(names, arrays):
            (self.params if name in self.params else self.state)[name][...] = array

    def count_params(self):
        """Numbers in parameters and state together."""
        return sum(array.size for array in (*self.params.values(), *self.state.values()))

    # ------------------------------------------------------------ configuration

    def get_config(self):
        """The constructor's arguments, in terms JSON knows."""
        values = {argument: _plain(getattr(self, argument)) for argument in self.arguments}
        if self.given_input_shape is not None:
            values["input_shape"] = list(self.given_input_shape[1:])
        return {"name": self.name, **values}

    def __str__(self):
        return f"{type(self).__name__} {shown(self.name)}"

    def __getstate__(self):
        """What copies and pickles keep: all but what the training step under way needs."""
        return vars(self) | {"grads": {}, "cache": None}


def _plain(value):
    if isinstance(value, activations.Activation):
        return activations.serialize(value)
    if isinstance(value, Configurable):
        return serialize(value)
    return list(value) if isinstance(value, tuple) else value


def checked_name(value, owner):
    """A text, or None for no name of its own; messages and files call layers and models by it."""
    if not isinstance(value, str | None):
        raise ValueError(f"{type(owner).__name__} expects name to be a text, got {shown(value)}")
    if value and not (is_printable(value) and len(value) <= LONGEST_NAME):
        due = f"at most {LONGEST_NAME:,} characters that can be printed"
        raise ValueError(f"{type(owner).__name__} expects a name of {due}, got {shown(value)}")
    return value


def sizes(value, argument):
    """A shape without the batch, (32, 32, 3), as a tuple of whole numbers >= 0, or None where not known."""
    several = np.iterable(value) and not isinstance(value, TEXTS)
    shape = tuple(value) if several else ()
    if not several or not all(each is None or is_whole(each, least=0) for each in shape):
        raise ValueError(f"{argument} expects whole numbers such as (32, 32, 3), got {shown(value)}")
    return shape


def pair(value, argument):
    """A whole number >= 1, or two of them, as two: kernel_size=3 means (3, 3)."""
    single = isinstance(value, (int, np.integer, *TEXTS))
    try:
        first, second = (value, value) if single else value
        return whole_number(first, argument), whole_number(second, argument)
    except (TypeError, ValueError):
        due = "a whole number >= 1 or two of them"
        raise ValueError(f"{argument} expects {due}, got {shown(value)}") from None


def flag(value, argument):
    """True or False: "no" and None would count as one of them."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{argument} expects True or False, got {shown(value)}")
    return bool(value)


def window_output_size(layer, input_shape, window, what):
    """Rows and columns out for a window sliding over a picture, or a message that it does not fit."""
    _, H, W, _ = input_shape
    if None in (H, W):
        raise ValueError(f"{layer} needs the picture's size, got {input_shape}: give height and width")
    if 0 in (H, W):
        raise ValueError(f"{layer} has an input without pixels, {H} x {W}")
    pads = padding_amounts(layer.padding, (H, W), window, layer.strides)
    if layer.padding == "valid" and (window[0] > H or window[1] > W):
        raise ValueError(
            f"{layer} has a {what} of {window[0]} x {window[1]} pixels, larger than its input of {H} x {W}: "
            f"use padding='same', a smaller {what}, or fewer pooling layers before it"
        )
    return pads, *(output_size(*each) for each in zip((H, W), window, layer.strides, pads))


def check_padding(padding):
    """``"valid"`` or ``"same"``, in lower case."""
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ValueError(f"padding expects 'valid' or 'same', got {shown(padding)}")
    return padding.lower()
