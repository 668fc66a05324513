"""Sequential: layers one after another. What it is stands here; how it learns, in training.py."""

import numpy as np

from minicnn import layers as known_layers
from minicnn import random, saving
from minicnn import summary as tables
from minicnn.layers.base import Layer, checked_name, sizes, snake_case
from minicnn.layers.conv_pool import together
from minicnn.lookup import check_rebuildable, serialize
from minicnn.messages import shown
from minicnn.training import Training

MOST_LAYERS = 2_000  # a short file can name a million, whose names would take hours to tell apart


def check_depth(count):
    """ValueError for more layers than a model may have."""
    if count > MOST_LAYERS:
        raise ValueError(f"a model has at most {MOST_LAYERS:,} layers: each looks at all before it")


class Sequential(Training):
    """A network whose every layer feeds the next.

        Sequential([layers.Conv2D(32, 3, input_shape=(32, 32, 3)), layers.Flatten(), layers.Dense(10)])

    It is built, that is, gets its weights, as soon as it knows its input: from an ``Input`` or an
    ``input_shape`` in its first layer, or from the first data it sees.
    """

    def __init__(self, layers=None, name=None):
        super().__init__()
        self.name = checked_name(name, self) or "sequential"
        self.layers = []
        self.input_shape = None
        self.seed = random.get_seed()
        for layer in layers or ():
            self.add(layer)

    def add(self, layer):
        """Put ``layer`` behind the others.

        Raises TypeError for what is no layer, ValueError for one whose input does not fit the output before,
        that is in this model already, or whose name another has.
        """
        if not isinstance(layer, Layer):
            raise TypeError(f"Sequential expects layers, got {shown(layer)}: a class instead of an object?")
        check_depth(len(self.layers) + 1)
        if any(layer is other for other in self.layers):
            raise ValueError(
                f"{layer} is in this model already: make a new one, a layer keeps what belongs to its place"
            )
        if isinstance(layer, known_layers.Input):
            if self.layers:
                raise ValueError("Input goes first: this model has layers already")
            self.input_shape = (None, *layer.shape)
            return
        name = self._free_name(layer)
        shape = self.layers[-1].output_shape if self.layers else self.input_shape or layer.given_input_shape
        if not layer.built:
            layer.name, layer.place, layer.seed = name, len(self.layers), self.seed
        if shape is not None:
            layer.build(shape)
        if not self.layers:
            self.input_shape = shape or layer.input_shape
        layer.name = layer.given_name = name  # a layer shared with another model keeps its name
        self.layers.append(layer)

    def _free_name(self, layer):
        """conv2d, conv2d_1, conv2d_2, ... anew in every model."""
        taken = {other.name for other in self.layers}
        if layer.given_name is not None:
            if layer.given_name in taken:
                raise ValueError(f"two layers are called {shown(layer.given_name)}: names tell them apart")
            return layer.given_name
        stem = snake_case(type(layer).__name__)
        number = sum(isinstance(other, type(layer)) and type(other) is type(layer) for other in self.layers)
        name = stem if number == 0 else f"{stem}_{number}"
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        return name

    @property
    def built(self):
        """Whether all layers have their weights."""
        return bool(self.layers) and all(layer.built for layer in self.layers)

    def build(self, input_shape=None):
        """Make the weights for inputs of ``input_shape``, ``(None, 32, 32, 3)``; ValueError if unknown."""
        if not self.layers:
            raise ValueError("this Sequential has no layers yet: add some first")
        shape = self.input_shape if input_shape is None else tuple(input_shape)
        if shape is None:
            raise ValueError("the input's shape is not known yet: put Input((32, 32, 3)) first, or pass it")
        begin = shape
        for layer in self.layers:
            layer.build(shape)
            shape = layer.output_shape
        self.input_shape = begin

    @property
    def output_shape(self):
        """The shape of the predictions, ``(None, 10)``."""
        self._require_built("output_shape")
        return self.layers[-1].output_shape

    def _require_built(self, what):
        if not self.built:
            raise ValueError(f"{what} needs a built model: put Input((32, 32, 3)) first, or call build")

    # ------------------------------------------------------------ forward and backward

    def forward(self, x, training=False):
        """Predictions for a batch, (N, *input) -> (N, *output); everything ``backward`` needs is kept."""
        for place, layer in enumerate(self.layers):
            layer.seed, layer.place, layer.step = self.seed, place, self.step
        for step in together(self.layers):
            x = step.forward(x, training)
        return x

    def __call__(self, x, training=False):
        return self.forward(x, training)

    def backward(self, dy, from_logits=False):
        """Fill every layer's ``grads`` from dy, the gradient of the loss with respect to the predictions.

        ``from_logits``: dy belongs to what the last layer's softmax was given, not to what it returned.
        """
        learning = [place for place, layer in enumerate(self.layers) if layer.params]
        if not learning:
            return
        for layer in self.layers:
            layer.grads = {}  # those of the step before, whose memory the new ones take
        first = learning[0]  # nothing before it learns, or needs a gradient
        self.layers[first].needs_dx = False
        for step in reversed(together(self.layers[first:])):
            dy = step.backward_logits(dy) if from_logits else step.backward(dy)
            from_logits = False
        self.layers[first].needs_dx = True

    def parameters(self):
        """All parameters by ``place/name``, ``"0/kernel"``: the very arrays, not copies."""
        return {f"{k}/{name}": a for k, layer in enumerate(self.layers) for name, a in layer.params.items()}

    def gradients(self):
        """The last backward pass's gradients, named as ``parameters``."""
        return {f"{k}/{name}": a for k, layer in enumerate(self.layers) for name, a in layer.grads.items()}

    # ------------------------------------------------------------ weights

    def get_weights(self):
        """Copies of all weights, in Keras's order: its ``set_weights`` takes this list, and the reverse."""
        return [array for layer in self.layers for array in layer.get_weights()]

    def set_weights(self, weights):
        """Take weights as ``get_weights`` gives them. ValueError if any does not fit; nothing changes."""
        self._require_built("set_weights")
        if not np.iterable(weights):
            raise ValueError(f"set_weights expects the arrays that get_weights gives, got {shown(weights)}")
        weights, before = [np.asarray(w) for w in weights], self.get_weights()
        if len(weights) != len(before):
            raise ValueError(f"this model has {len(before)} weight arrays, got {len(weights)}")
        try:
            self._spread(weights)
        except ValueError:
            self._spread(before)
            raise

    def _spread(self, weights):
        at = 0
        for layer in self.layers:
            count = len(layer.params) + len(layer.state)
            layer.set_weights(weights[at : at + count])
            at += count

    def _layer_state(self):
        """What layers remember besides parameters, moving averages say: the arrays, and what is in them."""
        return [(array, array.copy()) for layer in self.layers for array in layer.state.values()]

    def _all_ours(self):
        """Whether the model has no part that somebody else wrote."""
        parts = [self, self.loss, *self.metrics, *self.layers]
        parts += [layer.activation for layer in self.layers if hasattr(layer, "activation")]
        return all(getattr(each, "__module__", "").startswith("minicnn.") for each in parts)

    def _put_back(self, layer_state):
        for array, values in layer_state:
            array[...] = values

    def first_nonfinite_layer(self):
        """The first layer whose output of the last batch held NaN or infinity, or None.

        ``"input"`` if the pictures themselves do. The batch is computed again.
        """
        x = self._last_batch
        if x is None:
            return None
        if not np.isfinite(x).all():
            return "input"
        before = self._layer_state()
        for layer in self.layers:
            layer.step = self.step - 1
            x = layer.forward(x, training=True)
            if not np.isfinite(x).all():
                break
        self._put_back(before)
        return None if np.isfinite(x).all() else layer

    def count_params(self):
        """All numbers in the weights, those that no gradient changes included."""
        self._require_built("count_params")
        return sum(layer.count_params() for layer in self.layers)

    # ------------------------------------------------------------ texts and files

    def summary(self, print_fn=print):
        """Print the layers, their output shapes and parameter counts as a table."""
        print_fn(tables.summary(self))

    def __repr__(self):
        inner = ", ".join(type(layer).__name__ for layer in self.layers)
        size = f", {self.count_params():,} parameters" if self.built else ""
        return f"<Sequential {self.name!r}: {inner}{size}>"

    def _repr_html_(self):
        """Its layers as a table, where it is the last line of a notebook's cell."""
        return tables.summary_html(self)

    def get_config(self):
        """The architecture, in terms JSON knows."""
        shape = None if self.input_shape is None else list(self.input_shape)
        layers = [serialize(layer) for layer in self.layers]
        return {"name": self.name, "input_shape": shape, "layers": layers}

    @classmethod
    def from_config(cls, config):
        """A new model of the same architecture, with fresh weights."""
        model = cls(name=config["name"])
        if config["input_shape"] is not None:
            model.input_shape = sizes(config["input_shape"], "input_shape")
        for layer in config["layers"]:
            model.add(known_layers.get(layer))
        return model

    def check_rebuildable(self):
        """ValueError for a layer, loss, ... of one's own that would come back from a file as another."""
        recipe = () if self.loss is None else (self.optimizer, self.loss, *self.metrics)
        check_rebuildable(*self.layers, *recipe)

    def save_weights(self, path):
        """The weights alone, in one file; ``load_weights`` reads it into a model of the same architecture.

        Raises ValueError for a model without weights, OSError where the file cannot be written.
        """
        saving.save_weights(self, path)

    def load_weights(self, path):
        """Take the weights that ``save_weights`` or ``save`` wrote.

        Raises ValueError where they do not fit or the file is damaged; then nothing changes.
        """
        saving.load_weights(self, path)

    def save(self, path):
        """Architecture, weights, recipe and optimizer state in one file; ``mc.load_model`` reads it.

        Raises as ``save_weights`` does. The file is there whole, or what was there before still is.
        """
        saving.save_model(self, path)
