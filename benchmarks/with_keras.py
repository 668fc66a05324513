"""Keras's side of the comparison, on TensorFlow, in whichever of its ways is the fastest.

    fit               the compiled function that ``fit`` calls for every batch, fed by a tf.data set in memory
    train_on_batch    the same, called by hand with arrays
    predict_on_batch  the compiled function that ``predict`` calls, called by hand
    function          the network, or one layer, in a tf.function
    jit               compiled by XLA, as by Keras's default, jit_compile="auto"; plain: without
"""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf

WAYS = {
    "train": ("fit jit", "fit plain", "train_on_batch jit", "train_on_batch plain"),
    "infer": ("function plain", "function jit", "predict_on_batch jit", "predict_on_batch plain"),
    "convolve": ("function plain", "function jit"),
}
JIT = {"jit": "auto", "plain": False}


def start(threads):
    """Compute on so many threads."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def build(network, jit="jit"):
    """``network`` as a compiled Sequential."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.layers.Input(network.shape)])
    for kind, arguments in network.layers:
        most = arguments.pop("max_norm", None)
        limit = {} if most is None else {"kernel_constraint": keras.constraints.MaxNorm(most)}
        model.add(getattr(keras.layers, kind)(**arguments, **limit))
    kind, arguments = network.optimizer
    optimizer = getattr(keras.optimizers, kind)(**arguments)
    model.compile(optimizer, network.loss, jit_compile=JIT[jit])
    return model


def train(network, batch, way):
    """One step of learning; returns the loss."""
    call, jit = way.split()
    model = build(network, jit)
    x, y = tf.constant(network.pictures(batch)), tf.constant(network.targets(batch))
    if call == "train_on_batch":
        return lambda: float(model.train_on_batch(x, y))
    model.make_train_function()
    endless = iter(tf.data.Dataset.from_tensors((x, y)).repeat())
    return lambda: float(model.train_function(endless)["loss"])


def infer(network, batch, way):
    """Probabilities for one batch."""
    call, jit = way.split()
    model = build(network, jit)
    x = tf.constant(network.pictures(batch))
    if call == "predict_on_batch":
        return lambda: model.predict_on_batch(x)
    function = tf.function(lambda x: model(x, training=False), jit_compile=jit == "jit")
    return lambda: function(x).numpy()


def convolve(network, batch, way):
    """One convolution, forward and backward; the gradient of the pictures, too."""
    ((_, arguments),) = network.layers
    layer = keras.layers.Conv2D(**arguments | {"activation": None})
    x = tf.constant(network.pictures(batch))
    dy = tf.ones_like(layer(x))

    @tf.function(jit_compile=way == "function jit")
    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, *layer.trainable_weights], output_gradients=dy)

    return lambda: gradients(x)


def count_params(network):
    """All numbers in the weights, moving averages included."""
    return build(network).count_params()


def predictions(network, weights, x):
    """What the network with ``weights`` gives for x; a test compares them."""
    model = build(network)
    model.set_weights(weights)
    return model.predict_on_batch(x)
