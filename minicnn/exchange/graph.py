"""What ONNX makes of each layer: nodes, by the names of its operators, and the weights they take.

ONNX lays pictures out as (N, C, H, W). A Transpose is put in only where a layer needs the other order: before
the first that looks at neighbours, and where pictures end, at Flatten, at Dense or at the output. What treats
all numbers alike works on either.
"""

import numpy as np

from minicnn import activations, layers

ACTIVATIONS = {
    activations.relu: ("Relu", {}),
    activations.leaky_relu: ("LeakyRelu", {"alpha": 0.2}),  # Keras's slope where it is named, not a layer
    activations.tanh: ("Tanh", {}),
    activations.sigmoid: ("Sigmoid", {}),
}


class Graph:
    """The nodes of a model: ``nodes`` [(operator, inputs, output, attributes)], ``weights`` {name: array}."""

    def __init__(self, model, first, last):
        self.nodes, self.weights = [], {}
        self.value = first  # the name of what the nodes so far have made
        self.rank, self.channels_are_first = len(model.input_shape), False
        for layer in model.layers:
            self.layer = layer
            self._rule(layer)(self, layer)
            self.rank = len(layer.output_shape)
        self.channels_last()
        if not self.nodes:
            self.add("Identity")  # an output has to be some node's
        *_, (op, inputs, _, attributes) = self.nodes
        self.nodes[-1] = op, inputs, last, attributes

    def _rule(self, layer):
        if type(layer) not in RULES:  # a subclass may compute something else
            raise ValueError(
                f"{layer} cannot be written as ONNX: there is a rule for each of minicnn's layers, none for "
                f"{type(layer).__name__}"
            )
        return RULES[type(layer)]

    # ------------------------------------------------------------ what the rules below are written in

    def add(self, op, *others, **attributes):
        """A node that makes the next value from the last one and ``others``."""
        inputs = [self.value, *others]
        self.value = f"{self.layer.name}/{op}_{len(self.nodes)}"
        self.nodes.append((op, inputs, self.value, attributes))

    def constant(self, name, array, dtype=np.float32):
        """The name of numbers that go into the file."""
        name = f"{self.layer.name}/{name}"
        self.weights[name] = np.array(array, dtype, order="C")
        return name

    def channels_first(self):
        """(N, H, W, C) becomes (N, C, H, W), unless it is already."""
        if self.rank > 2 and not self.channels_are_first:
            self.add("Transpose", perm=[0, self.rank - 1, *range(1, self.rank - 1)])
            self.channels_are_first = True

    def channels_last(self):
        """And back."""
        if self.rank > 2 and self.channels_are_first:
            self.add("Transpose", perm=[0, *range(2, self.rank), 1])
        self.channels_are_first = False

    def activate(self, activation):
        """The nodes of an activation; ValueError for one of the user's own."""
        if activation in ACTIVATIONS:
            op, attributes = ACTIVATIONS[activation]
            self.add(op, **attributes)
        elif activation is activations.softmax:
            self.add("Softmax", axis=1 if self.channels_are_first else -1)
        elif activation is activations.gelu:
            self.gelu()
        elif activation is not activations.linear:
            raise ValueError(
                f"{self.layer} cannot be written as ONNX: there is a rule for each of minicnn's activations, "
                f"none for {activation.name!r}"
            )

    def gelu(self):
        """z (1 + erf(z / sqrt 2)) / 2; ONNX has a Gelu only since opset 20"""
        z = self.value
        self.add("Mul", self.constant("root_of_half", np.sqrt(0.5)))
        self.add("Erf")
        self.add("Add", self.constant("one", 1))
        self.add("Mul", z)
        self.add("Mul", self.constant("half", 0.5))


# ---------------------------------------------------------------- one rule a layer: (graph, layer)


def nothing(graph, layer):
    """What does nothing at inference leaves no node behind."""


def activation(graph, layer):
    """Activation, ReLU, Softmax."""
    graph.activate(layer.activation)


def leaky_relu(graph, layer):
    """With the layer's slope: as an activation by name it has another."""
    graph.add("LeakyRelu", alpha=layer.negative_slope)


def rescaling(graph, layer):
    """x scale + offset"""
    graph.add("Mul", graph.constant("scale", layer.scale))
    if layer.offset != 0:
        graph.add("Add", graph.constant("offset", layer.offset))


def conv2d(graph, layer):
    """ONNX's kernels are (F, C, KH, KW)."""
    graph.channels_first()
    weights = [graph.constant("kernel", layer.params["kernel"].transpose(3, 2, 0, 1))]
    if layer.use_bias:
        weights.append(graph.constant("bias", layer.params["bias"]))
    graph.add("Conv", *weights, kernel_shape=layer.kernel_size, strides=layer.strides, pads=pads(layer))
    graph.activate(layer.activation)


def pads(layer):
    """Zeros before each axis, then behind each: in numbers, for what ONNX calls SAME has two meanings."""
    (top, bottom), (left, right) = layer.pads
    return top, left, bottom, right


def dense(graph, layer):
    """x kernel + bias along the last axis, however many there are."""
    graph.channels_last()
    graph.add("MatMul", graph.constant("kernel", layer.params["kernel"]))
    if layer.use_bias:
        graph.add("Add", graph.constant("bias", layer.params["bias"]))
    graph.activate(layer.activation)


def batch_normalization(graph, layer):
    """As at inference: the moving statistics count."""
    graph.channels_first()
    arrays = {"gamma": layer.gamma, "beta": layer.beta, **layer.state}
    weights = [graph.constant(name, array) for name, array in arrays.items()]
    graph.add("BatchNormalization", *weights, epsilon=layer.epsilon)


def max_pooling(graph, layer):
    """Cells outside do not count, here and there."""
    graph.channels_first()
    graph.add("MaxPool", kernel_shape=layer.pool_size, strides=layer.strides, pads=pads(layer))


def average_pooling(graph, layer):
    """Cells outside do not count: that is ONNX's default, too."""
    graph.channels_first()
    graph.add("AveragePool", kernel_shape=layer.pool_size, strides=layer.strides, pads=pads(layer))


def global_average_pooling(graph, layer):
    """(N, C), where ONNX keeps two axes of one."""
    graph.channels_first()
    graph.add("GlobalAveragePool")
    graph.add("Flatten")


def flatten(graph, layer):
    """Row by row, channels innermost, as the kernel of the Dense behind it counts."""
    graph.channels_last()
    graph.add("Flatten")


def random_crop(graph, layer):
    """At inference: the largest window of the right proportions, cut from the middle and resized.

    Resizing is done as two matrix products, rows and columns. ONNX has an operator for it, but to give it the
    new sizes one needs the number of pictures, or attributes that not every program gets right.
    """
    _, H, W, _ = layer.input_shape
    if None in (H, W):
        raise ValueError(f"{layer} cannot be written as ONNX for pictures of any size: give height and width")
    _, rows, columns = layer.middle(H, W)
    h, w = rows.stop - rows.start, columns.stop - columns.start
    graph.channels_first()
    if (h, w) != (H, W):
        spans = {"starts": (rows.start, columns.start), "ends": (rows.stop, columns.stop), "axes": (2, 3)}
        graph.add("Slice", *(graph.constant(name, span, np.int64) for name, span in spans.items()))
    if (h, w) != (layer.height, layer.width):
        graph.add("MatMul", graph.constant("columns", tents(w, layer.width).T))
        picture, graph.value = graph.value, graph.constant("rows", tents(h, layer.height))
        graph.add("MatMul", picture)


def tents(size, out):
    """(out, size): what each old pixel counts for in each new one; the equation of kernels/resize.py."""
    u = np.clip((np.arange(out) + 0.5) * size / out - 0.5, 0, size - 1)
    return np.maximum(0, 1 - np.abs(np.arange(size) - u[:, None]))


RULES = {
    layers.Activation: activation,
    layers.AveragePooling2D: average_pooling,
    layers.BatchNormalization: batch_normalization,
    layers.Conv2D: conv2d,
    layers.Dense: dense,
    layers.Dropout: nothing,
    layers.Flatten: flatten,
    layers.GlobalAveragePooling2D: global_average_pooling,
    layers.LeakyReLU: leaky_relu,
    layers.MaxPooling2D: max_pooling,
    layers.RandomCrop: random_crop,
    layers.RandomFlip: nothing,
    layers.RandomRotation: nothing,
    layers.RandomTranslation: nothing,
    layers.RandomZoom: nothing,
    layers.ReLU: activation,
    layers.Rescaling: rescaling,
    layers.Softmax: activation,
}
