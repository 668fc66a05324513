"""What is compared with Keras, as plain data: layers, losses and metrics here, the rest in networks.py.

make_keras.py runs these cases in Keras and freezes the results; test_against_keras.py runs the
same cases in minicnn. Both build from the same (class name, arguments) pairs, because minicnn
speaks Keras's language, and both draw the same numbers with ``draw``, so no input is stored.
Both files import NumPy alone.
"""

import zlib

import numpy as np


def draw(name, shape):
    """The numbers of one array: uniform in [-1, 1), the same for everybody, for ever.

    They come from the raw 64 bits of Philox, which NumPy promises never to change (it makes no
    such promise for its distributions). 24 of the bits are kept: such numbers are exact in
    float32 too, so both precisions start from equal inputs.
    """
    raw = np.random.Philox(key=zlib.crc32(name.encode())).random_raw(int(np.prod(shape)))
    return ((raw >> np.uint64(40)).astype(np.float64) / 2**23 - 1).reshape(shape)


def draw_weights(place, name, shape):
    """Weights that keep a network alive: He's limit for kernels, variances around one."""
    u = draw(f"{place}/{name}", shape)
    if name == "kernel":
        return u * np.sqrt(6 / np.prod(shape[:-1]))
    return 1 + u / 2 if name in ("gamma", "moving_variance") else u / 4


def labels(name, count, classes):
    """``count`` integers below ``classes``."""
    return ((draw(name, (count,)) + 1) / 2 * classes).astype(np.int64)


def one_hot(y, classes):
    return np.eye(classes)[y]


def thinned(array, kept=2000):
    """Of a large array every so-many-th number: enough to notice a wrong one, small enough to keep.

    An odd stride meets all channels in turn, of which there is mostly an even number.
    """
    array = np.asarray(array)
    return array if array.size <= kept else array.ravel()[:: array.size // kept | 1]


# -- single layers: name: (class, arguments, input shape) -------------------------------------------

_CONV = [  # input (N, H, W, C), filters, kernel, strides, padding, activation
    ((2, 7, 6, 3), 4, (3, 3), (1, 1), "valid", None),
    ((2, 7, 6, 3), 4, (3, 3), (1, 1), "same", "relu"),
    ((1, 8, 8, 16), 8, (3, 3), (1, 1), "same", "relu"),
    ((3, 13, 10, 4), 5, (3, 3), (1, 1), "same", None),
    ((2, 9, 12, 5), 3, (4, 4), (1, 1), "valid", None),
    ((2, 7, 9, 1), 2, (5, 5), (1, 1), "same", "tanh"),
    ((1, 6, 5, 2), 3, (1, 1), (1, 1), "same", None),
    ((2, 6, 5, 2), 3, (1, 1), (2, 2), "valid", "sigmoid"),
    ((2, 7, 8, 2), 3, (2, 3), (1, 2), "same", "relu"),
    ((2, 7, 8, 2), 3, (2, 3), (1, 2), "valid", None),
    ((1, 9, 7, 3), 4, (3, 5), (3, 2), "same", "leaky_relu"),
    ((2, 9, 7, 3), 4, (3, 5), (3, 2), "valid", None),
    ((2, 8, 8, 3), 4, (5, 5), (2, 2), "same", "relu"),  # the (1, 2) of keras_semantics
    ((2, 9, 9, 3), 4, (5, 5), (2, 2), "same", None),
    ((2, 9, 8, 3), 4, (5, 5), (2, 2), "valid", None),
    ((1, 10, 9, 2), 3, (3, 3), (4, 4), "same", None),
    ((2, 11, 9, 2), 3, (2, 3), (4, 4), "valid", "relu"),
    ((2, 6, 7, 1), 2, (2, 3), (4, 4), "same", None),
    ((1, 27, 23, 3), 4, (11, 11), (4, 4), "valid", "relu"),
    ((1, 15, 15, 2), 2, (11, 11), (4, 4), "same", None),
    ((2, 3, 3, 2), 2, (5, 5), (1, 1), "same", None),  # the kernel is larger than the picture
    ((2, 5, 5, 2), 3, (5, 5), (1, 1), "valid", "gelu"),  # one pixel comes out
    ((3, 1, 9, 2), 2, (1, 4), (1, 3), "same", "softmax"),
    # sizes at which a fast path pays; linear, since near a kink rounding decides about a gradient
    ((2, 16, 16, 32), 64, (3, 3), (1, 1), "same", None),
    ((2, 13, 13, 48), 40, (3, 3), (1, 1), "same", None),
    ((3, 15, 18, 16), 24, (3, 3), (1, 1), "valid", None),
    ((2, 18, 15, 32), 32, (4, 4), (1, 1), "valid", None),
    ((2, 14, 13, 32), 32, (5, 5), (1, 1), "same", None),
    ((3, 32, 32, 3), 32, (5, 5), (2, 2), "same", None),
    ((3, 16, 16, 32), 64, (5, 5), (2, 2), "same", None),
    ((2, 51, 47, 3), 16, (11, 11), (4, 4), "valid", None),
]
_POOL = [  # input, pool size, strides, padding
    ((2, 6, 8, 3), (2, 2), None, "valid"),
    ((2, 7, 9, 3), (2, 2), None, "valid"),
    ((2, 7, 9, 3), (2, 2), None, "same"),
    ((1, 9, 8, 2), (3, 3), (2, 2), "valid"),
    ((1, 9, 8, 2), (3, 3), (2, 2), "same"),
    ((2, 8, 7, 2), (2, 3), (1, 2), "same"),
    ((2, 8, 7, 1), (3, 2), (2, 3), "valid"),
    ((1, 7, 8, 2), (2, 2), (3, 4), "same"),  # strides larger than the pool skip pixels
    ((2, 5, 6, 2), (4, 5), (1, 1), "same"),
    ((2, 4, 3, 2), (5, 5), (1, 1), "same"),  # windows that hang over on both sides: maximum only,
]  # TensorFlow's float64 gradient of their mean does not even add up to what came in
_ACTIVATIONS = ["relu", "leaky_relu", "tanh", "sigmoid", "gelu", "softmax", "linear"]


def _by(size):
    return "x".join(map(str, size))


def conv(filters, kernel, strides=1, padding="same", activation="relu"):
    return ("Conv2D", {"filters": filters, "kernel_size": kernel, "strides": strides,
                       "padding": padding, "activation": activation})  # fmt: skip


LAYERS = {
    f"conv2d {_by(shape)} k{_by(kernel)} s{_by(strides)} {padding} {activation}": (
        *conv(filters, kernel, strides, padding, activation), shape,
    ) for shape, filters, kernel, strides, padding, activation in _CONV
}  # fmt: skip
LAYERS["conv2d without bias"] = ("Conv2D", {"filters": 3, "kernel_size": 3, "use_bias": False}, (2, 5, 6, 2))
for pooling in ("MaxPooling2D", "AveragePooling2D"):
    for shape, pool, strides, padding in _POOL if pooling == "MaxPooling2D" else _POOL[:-1]:
        arguments = {"pool_size": pool, "strides": strides, "padding": padding}
        name = f"{pooling} {_by(shape)} p{_by(pool)} s{_by(strides or pool)} {padding}"
        LAYERS[name] = (pooling, arguments, shape)
for activation in _ACTIVATIONS:
    LAYERS[f"dense {activation}"] = ("Dense", {"units": 5, "activation": activation}, (4, 7))
    LAYERS[f"activation {activation}"] = ("Activation", {"activation": activation}, (3, 6))
LAYERS |= {
    "dense without bias": ("Dense", {"units": 3, "use_bias": False}, (1, 4)),
    "global average": ("GlobalAveragePooling2D", {}, (2, 3, 5, 4)),
    "flatten": ("Flatten", {}, (2, 3, 2, 4)),
    "leaky relu layer": ("LeakyReLU", {}, (3, 6)),
    "leaky relu layer 0.25": ("LeakyReLU", {"negative_slope": 0.25}, (2, 3, 3, 2)),
    "rescaling": ("Rescaling", {"scale": 1 / 255}, (2, 3, 3, 2)),
    "rescaling with offset": ("Rescaling", {"scale": 1 / 127.5, "offset": -1.0}, (2, 3, 3, 2)),
    "batch norm pictures": ("BatchNormalization", {}, (3, 4, 5, 3)),
    "batch norm one picture": ("BatchNormalization", {}, (1, 3, 5, 2)),
    "batch norm vectors": ("BatchNormalization", {}, (6, 4)),
    "batch norm other constants": ("BatchNormalization", {"momentum": 0.9, "epsilon": 1e-5}, (2, 3, 3, 4)),
}


def float64_too(name):
    """Whether Keras knows the layer's constants to 64 bits: TensorFlow rounds these to float32."""
    kind, arguments, _ = LAYERS[name]
    leaky = kind == "LeakyReLU" and arguments.get("negative_slope") != 0.25
    return not leaky and arguments.get("activation") not in ("gelu", "leaky_relu")


def layer_input(name):
    """The picture a layer case gets; activations get numbers up to +-8, and at their kinks."""
    kind, _, shape = LAYERS[name]
    x = draw(f"{name}/x", shape)
    if kind in ("Activation", "LeakyReLU"):
        x *= 8
        x.flat[:2] = [0.0, -30.0]  # at 0 the derivative is a convention, at -30 an underflow
    return x * 255 if kind == "Rescaling" else x


# -- losses: name: (class, arguments, targets, predictions) ------------------------------------------

_Y = labels("loss labels", 6, 4)
_LOGITS = 3 * draw("logits", (6, 4))
_HUGE = 1e4 * draw("huge logits", (6, 4))
_P = np.exp(_LOGITS) / np.exp(_LOGITS).sum(axis=1, keepdims=True)
_OFF = _P * [[0.5], [0.9], [1.1], [0.7], [0.6], [1.3]]  # rows that do not sum to 1
_CERTAIN = np.concatenate([one_hot(_Y[:3], 4), one_hot((_Y[3:] + 1) % 4, 4)])  # three right, three wrong
_SOFT = (1 + draw("soft targets", (6, 4))) / 2
_SOFT /= _SOFT.sum(axis=1, keepdims=True)
_SPARSE, _CATEGORICAL = "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
_LOGITS_SMOOTHED = {"from_logits": True, "label_smoothing": 0.25}

LOSSES = {
    "sparse from probabilities": (_SPARSE, {}, _Y, _P),
    "sparse from a column of labels": (_SPARSE, {}, _Y[:, None], _P),
    "sparse from probabilities of 0 and 1": (_SPARSE, {}, _Y, _CERTAIN),
    "sparse from sums other than 1": (_SPARSE, {}, _Y, _OFF),
    "sparse from logits": (_SPARSE, {"from_logits": True}, _Y, _LOGITS),
    "sparse from huge logits": (_SPARSE, {"from_logits": True}, _Y, _HUGE),
    "categorical from probabilities": (_CATEGORICAL, {}, one_hot(_Y, 4), _P),
    "categorical from probabilities of 0 and 1": (_CATEGORICAL, {}, one_hot(_Y, 4), _CERTAIN),
    "categorical from sums other than 1": (_CATEGORICAL, {}, one_hot(_Y, 4), _OFF),
    "categorical, soft targets": (_CATEGORICAL, {}, _SOFT, _P),
    "categorical, smoothed": (_CATEGORICAL, {"label_smoothing": 0.1}, one_hot(_Y, 4), _P),
    "categorical from logits": (_CATEGORICAL, {"from_logits": True}, one_hot(_Y, 4), _LOGITS),
    "categorical from huge logits": (_CATEGORICAL, {"from_logits": True}, one_hot(_Y, 4), _HUGE),
    "categorical from logits, smoothed": (_CATEGORICAL, _LOGITS_SMOOTHED, one_hot(_Y, 4), _LOGITS),
    "squared error": ("MeanSquaredError", {}, _SOFT, _P),
    "squared error, one column": ("MeanSquaredError", {}, _SOFT[:, :1], _P[:, :1]),
}

# -- metrics: name: targets; the predictions are METRIC_PREDICTIONS, with ties and a bare half --------

METRIC_PREDICTIONS = np.concatenate([_P, [[0.5, 0.2, 0.3, 0], [0.4, 0.4, 0.1, 0.1], [0.25] * 4]])
_METRIC_LABELS = np.concatenate([_LOGITS.argmax(axis=1)[:3], _Y[3:], [1, 1, 0]])
METRICS = {
    "binary_accuracy": one_hot(_METRIC_LABELS, 4),
    "categorical_accuracy": one_hot(_METRIC_LABELS, 4),
    "sparse_categorical_accuracy": _METRIC_LABELS,
    "categorical_crossentropy": one_hot(_METRIC_LABELS, 4),
    "sparse_categorical_crossentropy": _METRIC_LABELS,
    "mean_squared_error": one_hot(_METRIC_LABELS, 4),
}
