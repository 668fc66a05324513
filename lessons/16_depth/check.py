"""Lesson 16: the networks, how one is judged, the hints and the payoff."""

from pathlib import Path

import numpy as np

import minicnn as mc
from lessons.harness import compare, own
from lessons.harness.data import labels, pictures, pixels
from lessons.harness.networks import arrays_of, filled
from lessons.harness.payoff import Training
from lessons.harness.tasks import Case, Lesson, Task
from lessons.harness.wire import module_of
from minicnn import layers
from minicnn.datasets import shapes

mistakes = module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- the three networks


def lenet5(input_shape=(32, 32, 3), classes=10):
    """Two convolutions, three dense layers; LeCun, Bottou, Bengio & Haffner 1998."""
    return mc.Sequential([
        layers.Input(input_shape),
        layers.Conv2D(6, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(120, activation="relu"),
        layers.Dense(84, activation="relu"),
        layers.Dense(classes, activation="softmax"),
    ])  # fmt: skip


def alexnet_cifar(input_shape=(32, 32, 3), classes=10):
    """Five convolutions, three dense layers; Krizhevsky, Sutskever & Hinton 2012, made smaller."""
    same = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    return mc.Sequential([
        layers.Input(input_shape),
        layers.Conv2D(24, 5, **same),
        layers.MaxPooling2D(3, strides=2),
        layers.Conv2D(64, 5, **same),
        layers.MaxPooling2D(3, strides=2),
        layers.Conv2D(96, 3, **same),
        layers.Conv2D(96, 3, **same),
        layers.Conv2D(64, 3, **same),
        layers.MaxPooling2D(3, strides=2),
        layers.Flatten(),
        layers.Dense(256, activation="relu"),
        layers.Dense(256, activation="relu"),
        layers.Dense(classes, activation="softmax"),
    ])  # fmt: skip


def vgg_cifar(input_shape=(32, 32, 3), classes=10):
    """Seven convolutions of 3 x 3, two dense layers; Simonyan & Zisserman 2014, made smaller."""
    same = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"}
    network = mc.Sequential([layers.Input(input_shape)])
    for filters, times in ((32, 2), (64, 2), (128, 3)):
        for _ in range(times):
            network.add(layers.Conv2D(filters, 3, **same))
        network.add(layers.MaxPooling2D())
    network.add(layers.Flatten())
    network.add(layers.Dense(256, activation="relu"))
    network.add(layers.Dense(classes, activation="softmax"))
    return network


# ---------------------------------------------------------------- is it the same network, and can it learn?

FACTS = ("kernel_size", "pool_size", "strides", "rate")
PICTURES, STEPS = 20, 100
TRAINED = {"input_shape": (32, 32, 3)}  # the network of this call is trained


def rows(network):
    """What each layer is, in words that are equal where the layers are: [(name, said), ...]."""
    found = []
    for layer in network.layers:
        config = layer.get_config()
        facts = [f"{name} {_short(config[name])}" for name in FACTS if name in config]
        shape = " x ".join(map(str, layer.output_shape[1:]))
        facts += [f"makes {shape}", f"{layer.count_params():,} parameters" if layer.params else ""]
        activation = getattr(getattr(layer, "activation", None), "name", "")
        name = type(layer).__name__
        by_itself = isinstance(layer, layers.Activation)  # or ReLU, or Softmax: all right
        if by_itself and found and found[-1][2] == "linear":
            name, facts, _ = found.pop()
        found.append((name, facts, activation))
    return [(name, ", ".join(filter(None, [*facts, activation]))) for name, facts, activation in found]


def _short(value):
    a, b = value if isinstance(value, (list, tuple)) else (value, value)
    return f"{a}" if a == b else f"{a} x {b}"


def judged(answer):
    """The judge of a network: does it have the layers of ``answer``'s; and by itself, does it learn?"""

    def judge(args, network):
        if not isinstance(network, mc.Sequential):
            return f"expected a Sequential, got {compare.kind(network)}"
        if not network.built:
            return "its layers do not know the size of a picture: begin with layers.Input(input_shape)"
        said = difference(network, answer(**args))
        return said or (learned_by_heart(network) if args == TRAINED else "")

    return judge


def difference(network, right):
    """The first layer that is not as it should be, or ""."""
    if network.input_shape != right.input_shape:
        return f"takes pictures of {network.input_shape[1:]}, expected {right.input_shape[1:]}"
    yours, wanted = rows(network), rows(right)
    has, needs = network.count_params(), right.count_params()
    total = f" In all {has:,} parameters, expected {needs:,}." if has != needs else ""
    for k, (name, said) in enumerate(wanted):
        if k >= len(yours):
            return f"ends after layer {k}; expected layer {k + 1}: {name} ({said}).{total}"
        if yours[k] != (name, said):
            return f"layer {k + 1} is {yours[k][0]} ({yours[k][1]}); expected {name} ({said}).{total}"
    if len(yours) > len(wanted):
        k = len(wanted)
        return f"goes on: layer {k + 1} is {yours[k][0]}; expected {k} layers.{total}"
    with_weights = ([layer for layer in each.layers if layer.params] for each in (network, right))
    return next(filter(None, map(beginning, *with_weights)), "")


def alike(network, other):
    """Do two networks that the judge refuses in the same words have all their mistakes in common?"""
    both = all(isinstance(each, mc.Sequential) and each.built for each in (network, other))
    return not both or rows(network) == rows(other)


def beginning(layer, right):
    """What the weights of the layer begin with where something else is asked for, or ""."""
    configs = (each.get_config().get("kernel_initializer") or {} for each in (layer, right))
    found, asked = (config.get("class_name") for config in configs)
    if found == asked:
        return ""
    wanted = 'kernel_initializer="he_normal"' if asked == "HeNormal" else f"{asked}, which is the default"
    return f"the weights of {layer.name} begin as {found}; expected {wanted}"


def learned_by_heart(network):
    """Train on twenty pictures; "" when it knows all of them, as any network of this size can."""
    (x, y), _ = shapes.load_data(PICTURES, 1)
    x = x / np.float32(255)
    for layer in network.layers:  # the same beginning every time
        layer.unbuild()
        layer.seed = 0
    network.seed = 0
    network.build(network.input_shape)
    network.compile("adam", "sparse_categorical_crossentropy")
    for _ in range(STEPS // 10):
        for _ in range(10):
            network.train_on_batch(x, y)
        right = int((network.predict(x).argmax(axis=1) == y[:, 0]).sum())
        if right == PICTURES:
            return ""
    return f"does not learn {PICTURES} pictures by heart: after {STEPS} steps {right} are right"


def cases():
    """Other sizes of picture, other numbers of classes; where all of them are right, it must learn."""
    sizes = (((32, 32, 3), 10), ((32, 32, 1), 10), ((41, 32, 3), 10), ((32, 32, 3), 4), ((48, 36, 1), 7))
    built = [Case("layers", {"input_shape": size, "classes": K}) for size, K in sizes]
    return [*built, Case("layers", {}), Case("learns 20 pictures", TRAINED, last=True)]


def show(args):
    """What was called."""
    return ", ".join(f"{name}={value}" for name, value in args.items()) or "called without arguments"


# ---------------------------------------------------------------- hints

LENET_HINTS = (
    "Read the list in the docstring from left to right, a layer at a time. What is the size of the picture "
    "after each? Does it agree with the line of shapes?",
    "C6k5 P2 C16k5 P2 F 120 84 classes: nine layers with the Input, and a convolution of K pixels without "
    "padding makes H - K + 1 of H.",
    "return mc.Sequential([layers.Input(input_shape), layers.Conv2D(6, 5, activation=\"relu\"), "
    "layers.MaxPooling2D(), ..., layers.Dense(classes, activation=\"softmax\")])",
)  # fmt: skip

ALEXNET_HINTS = (
    "A window of 3 that moves by 2: where does it stand in a row of 7 pixels? Do windows overlap?",
    "Three blocks that end in P3/2: C24k5; C64k5; C96k3 C96k3 C64k3. Then F 256 256 classes. "
    "(32 - 3) // 2 + 1 = 15, and 7, and 3.",
    "same = {\"padding\": \"same\", \"activation\": \"relu\", \"kernel_initializer\": \"he_normal\"} saves "
    "typing: layers.Conv2D(24, 5, **same), layers.MaxPooling2D(3, strides=2), ...",
)  # fmt: skip

VGG_HINTS = (
    "What do the three groups have in common, and which two numbers are different?",
    "For (filters, times) of (32, 2), (64, 2), (128, 3): so many convolutions of 3 x 3, then one pooling.",
    "network = mc.Sequential([layers.Input(input_shape)]), two loops with network.add(...), "
    "then Flatten, Dense(256), Dense(classes).",
)


def network_task(answer, wrong, hints):
    """A task whose result is a network."""
    return Task(answer.__name__, answer, cases, ("network",), wrong, hints, show=show, judge=judged(answer),
                alike=alike)


# ---------------------------------------------------------------- the payoff: LeNet, all of it yours

EPOCHS, BATCH = 4, 50


def begun(network, seed):
    """The network with the weights that belong to this seed."""
    for layer in network.layers:
        layer.unbuild()
        layer.seed = seed
    network.seed = seed
    network.build(network.input_shape)
    return network


def initial(seed):
    return arrays_of(begun(lenet5(), seed))


def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: the learner's network, and the learner's functions of lessons 03 to 13."""
    data, empty = pictures(n_train, 0, dataset), begun(work.lenet5(), seed)
    x, y = pixels(data.x), labels(data.y, seed, shuffle)
    parts = own.quick(empty, own.parts(), x[:BATCH], y[:BATCH])
    model = own.model(empty, parts)
    slower = mc.optimizers.schedules.CosineDecay(1e-3, EPOCHS * n_train // BATCH)
    model.compile(own.optimizer(slower, parts), own.Loss(parts))
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return dict(zip(initial(seed), arrays_of(model).values()))  # activations by themselves count as layers


def predict(weights, data):
    """Probabilities of the test pictures, by minicnn's own code."""
    return filled(lenet5(), weights.values()).predict(pixels(data.x_test))


def draw_predictions(weights, data):
    some, title = slice(0, 20), f"Your LeNet-5 on {data.label.split(' (')[0]}"
    said = predict(weights, data)[some]
    return mc.plots.predictions(data.x_test[some], said, data.y_test[some], data.class_names, title=title)


LESSON = Lesson(
    title="Depth",
    question="Does depth pay?",
    minutes=60,
    tasks=[
        network_task(lenet5, mistakes.LENET, LENET_HINTS),
        network_task(alexnet_cifar, mistakes.ALEXNET, ALEXNET_HINTS),
        network_task(vgg_cifar, mistakes.VGG, VGG_HINTS),
    ],
    payoff=Training("your LeNet-5, trained by your own functions", train, initial, predict, draw_predictions,
                    n_train=10_000, seconds=30),
)  # fmt: skip
