"""Networks for the report's tests: between them, every layer there is, and no two of its weights alike."""

import numpy as np

import minicnn as mc
from minicnn import layers

CLASSES = ["ant & bee", "<script>document.title = 'owned'</script>", '"cow"', "dog", "eel"]


class Doubled(layers.Layer):
    """A layer of the user's own."""

    def forward(self, x, training=False):
        return 2 * self.check_input(x)

    def backward(self, dy):
        return 2 * dy


HALVED = mc.activations.Activation("halved", lambda z: z / 2, lambda dy, z, y: dy / 2)


def long_network():
    """Windows of odd shapes, strides and paddings; activations by name and as layers."""
    return _filled([
        layers.Input((11, 9, 3)),
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1), layers.RandomZoom(0.1), layers.RandomTranslation(0.1, 0.1),
        layers.Rescaling(1 / 127.5, offset=-1),
        layers.Conv2D(4, (3, 2), strides=(2, 1), padding="same", activation="tanh"),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.1),
        layers.MaxPooling2D((2, 3), strides=(1, 2), padding="same"),
        layers.Conv2D(6, 3, activation="gelu", use_bias=False),
        layers.Dropout(0.5),
        layers.AveragePooling2D(2, padding="same"),
        layers.Activation("sigmoid"),
        layers.Flatten(),
        layers.Dense(30, activation="leaky_relu"),
        layers.BatchNormalization(center=False, scale=False),
        layers.Dense(5, activation="softmax"),
    ])  # fmt: skip


def short_network():
    """Layers and an activation the page does not know, a softmax as a layer, a mean over whole maps."""
    return _filled([
        layers.Input((8, 8, 1)),
        layers.RandomCrop(6, 5),
        layers.Conv2D(5, 5, padding="same"),
        layers.ReLU(),
        Doubled(),
        layers.Dense(5, activation=HALVED),
        layers.GlobalAveragePooling2D(),
        layers.Softmax(),
    ])  # fmt: skip


def m3():
    """The largest network of examples/cifar_m3.py."""
    return mc.Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        layers.Conv2D(128, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(2, strides=2, padding="same"),
        layers.Dropout(0.25),
        layers.Flatten(),
        layers.Dense(512, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def _filled(some):
    mc.set_random_seed(0)
    model, rng = mc.Sequential(some), np.random.default_rng(1)
    for layer in model.layers:
        for name, array in (layer.params | layer.state).items():
            if name != "kernel":
                array[...] = rng.uniform(0.5, 1.5, array.shape)
    return model


def judged(model, n=12):
    """Pictures 0..255 and labels for ``model``."""
    rng = np.random.default_rng(2)
    x = rng.integers(0, 256, (n, *model.input_shape[1:])).astype(np.float32)
    return x, np.arange(n) % len(CLASSES)


def outputs(model, x):
    """What every layer makes of x, one after the other."""
    found = []
    for layer in model.layers:
        x = layer.forward(x)
        found.append(x)
    return found
