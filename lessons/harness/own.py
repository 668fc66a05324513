"""The reader's own functions, put to work inside minicnn's layers.

    parts = own.parts()                       what the reader has finished, from lessons 03 to 13
    model = own.model(network, parts)         the same layers and weights; these functions do the arithmetic
    model.compile(own.optimizer(1e-3, parts), own.Loss(parts), ["accuracy"])

Whatever is unfinished stays minicnn's, and after ``quick(...)`` also what is too slow to wait for. A training
step then is minicnn's loop around the reader's arithmetic.
"""

import time

import numpy as np

from lessons.harness import progress, tasks
from lessons.harness.mine import own_function
from minicnn import Sequential, activations, layers, losses, optimizers, random

WANTED = (  # what each part is called, and the functions it takes: all of them, or it is not the reader's
    ("convolution", (("08", "conv_compiled"),)),
    ("convolution", (("07", "conv_as_matmul"),)),  # where 08 is not finished
    ("its gradients", (("07", "im2col"), ("07", "col2im"))),
    ("pooling", (("10", "maxpool_forward"), ("10", "maxpool_backward"))),
    ("dense layers", (("05", "dense_forward"), ("05", "dense_backward"))),
    ("relu", (("05", "relu_forward"), ("05", "relu_backward"))),
    ("dropout", (("13", "dropout_forward"), ("13", "dropout_backward"))),
    ("loss", (("03", "softmax_crossentropy"),)),
    ("optimizer", (("11", "rmsprop_step"),)),
)


class Counted:
    """A function of the reader, how often it was called, and the seconds it took."""

    def __init__(self, number, name, function):
        self.number, self.name, self.function = number, name, function
        self.calls, self.seconds = 0, 0.0

    def __call__(self, *args):
        start = time.perf_counter()
        try:
            return self.function(*args)
        finally:
            self.calls += 1
            self.seconds += time.perf_counter() - start


def parts():
    """{part: the reader's functions, or () where the part is minicnn's}."""
    found = {}
    for part, functions in WANTED:
        if not found.get(part):
            written = [written_by_the_reader(*each) for each in functions]
            found[part] = tuple(written) if all(written) else ()
    return found


def written_by_the_reader(number, name):
    """The function where it passed its check and was not changed since, else None."""
    try:
        answer = tasks.find(number).task(name).answer
    except ValueError:  # no such lesson
        return None
    function = own_function(number, name)
    return None if function is answer else Counted(number, name, function)


def outdated(others=(("15", "confusion_matrix"),)):
    """A line for each lesson whose functions passed once, but not as they are in work.py now.

    ``others``: functions that are asked for besides those of the parts.
    """
    wanted = [*others, *(each for _, functions in WANTED for each in functions)]
    for lesson in map(tasks.find, sorted({number for number, _ in wanted})):
        names = [name for name in progress.outdated(lesson) if (lesson.number, name) in wanted]
        if names:
            yield (
                f"not taken: {', '.join(names)}. Check the work.py of lesson {lesson.number} as it is now: "
                f"python -m lessons check {lesson.number}"
            )


def restart(parts):
    """Count from 0 again."""
    for each in (each for functions in parts.values() for each in functions):
        each.calls, each.seconds = 0, 0.0


def table(parts, steps=None):
    """A line for each part: whose it is, its calls, and how long they took (in one of ``steps``)."""
    lines = []
    for part, functions in parts.items():
        times = [f"{f.calls:,} calls, {f.seconds:.1f} s" for f in functions]
        if steps:
            times = [f"{1000 * f.seconds / steps:.0f} ms" for f in functions]
        said = [f"your {f.name} ({f.number}) {took}" for f, took in zip(functions, times)]
        lines.append(f"{part:<14} {'; '.join(said) or 'from minicnn'}")
    return lines


# ---------------------------------------------------------------- the layers


class _Own:
    """A layer of minicnn that asks the reader's functions where there are some."""

    parts = None  # set by model()


class _Convolution(_Own, layers.Conv2D):
    def product(self, x, relu):
        if not self.parts["convolution"]:
            return super().product(x, relu)
        (convolve,) = self.parts["convolution"]
        return _relu(self.parts, convolve(x, self.params["kernel"], self.bias, self.strides, self.pads), relu)

    def product_gradients(self, x, dy, relu_of):
        if not self.parts["its gradients"]:
            return super().product_gradients(x, dy, relu_of)
        im2col, col2im = self.parts["its gradients"]
        w, (KH, KW) = self.params["kernel"], self.kernel_size
        dz = _relu_back(self.parts, dy, relu_of).reshape(-1, self.filters)  # (N OH OW, F)
        # forward was: y = im2col(x) @ w + b
        dw = im2col(x, KH, KW, self.strides, self.pads).T @ dz
        dx = None
        if self.needs_dx:
            dx = col2im(dz @ w.reshape(-1, self.filters).T, x.shape, KH, KW, self.strides, self.pads)
        return dx, dw.reshape(w.shape), dz.sum(axis=0)


class _Dense(_Own, layers.Dense):
    def product(self, x, relu):
        if not self.parts["dense layers"]:
            return super().product(x, relu)
        return _relu(self.parts, self.parts["dense layers"][0](x, self.params["kernel"], self.bias), relu)

    def product_gradients(self, x, dy, relu_of):
        if not self.parts["dense layers"]:
            return super().product_gradients(x, dy, relu_of)
        return self.parts["dense layers"][1](x, self.params["kernel"], _relu_back(self.parts, dy, relu_of))


class _Pooling(_Own, layers.MaxPooling2D):
    def forward(self, x, training=False):
        if not self.parts["pooling"] or np.any(self.pads):  # lesson 10 has no padding
            return super().forward(x, training)
        x = self.check_input(x)
        y, which = self.parts["pooling"][0](x, self.pool_size, self.strides)
        self.cache = x.shape, which
        return y

    def backward(self, dy):
        if not self.parts["pooling"] or np.any(self.pads):
            return super().backward(dy)
        x_shape, which = self.recall()
        dy = self.check_gradient(dy, which.shape)
        return self.parts["pooling"][1](dy, which, x_shape, self.pool_size, self.strides)


class _Dropout(_Own, layers.Dropout):
    def forward(self, x, training=False):
        if not self.parts["dropout"]:
            return super().forward(x, training)
        x, u = self.check_input(x), None
        if training and self.rate > 0:
            u = random.generator(self.seed, "dropout", self.place, self.step).random(x.shape, np.float32)
            self.step += 1
        self.cache = u, x.shape
        return x if u is None else self.parts["dropout"][0](x, u, self.rate, True)

    def backward(self, dy):
        if not self.parts["dropout"]:
            return super().backward(dy)
        u, shape = self.recall()
        dy = self.check_gradient(dy, shape)
        return dy if u is None else self.parts["dropout"][1](dy, u, self.rate)


def _relu(parts, z, relu):
    if not relu:
        return z
    return parts["relu"][0](z) if parts["relu"] else activations.relu(z)


def _relu_back(parts, dy, y):
    """``y`` is None without a relu. It stands for z as well: both are positive at the same places."""
    if y is None:
        return dy
    return parts["relu"][1](dy, y, y) if parts["relu"] else activations.relu.backward(dy, y, y)


OWN = {
    layers.Conv2D: _Convolution,
    layers.Dense: _Dense,
    layers.MaxPooling2D: _Pooling,
    layers.Dropout: _Dropout,
}


def model(network, parts):
    """A Sequential like ``network``, with its weights, whose arithmetic is the reader's as far as it goes."""
    copies = [OWN.get(type(layer), type(layer)).from_config(layer.get_config()) for layer in network.layers]
    for layer in copies:
        layer.parts = parts
    copied = Sequential([layers.Input(network.input_shape[1:]), *copies], name=network.name)
    copied.seed = network.seed
    copied.set_weights(network.get_weights())
    return copied


def quick(network, parts, x, y, most=0.1):
    """``parts`` without those that take more than ``most`` seconds for the batch x, y (loops in Python)."""
    trial = model(network, parts)
    trial.compile(optimizer(1e-3, parts), Loss(parts))
    trial.train_on_batch(x, y)  # compiles
    restart(parts)
    trial.train_on_batch(x, y)
    kept = {part: fs if sum(f.seconds for f in fs) <= most else () for part, fs in parts.items()}
    restart(parts)
    return kept


def not_minicnns(network, parts, x, y, learning_rate=5e-4):
    """Whose gradients, or first step, on the batch x, y are not minicnn's: "5/kernel, 7/bias", or "".

    A network learns, if less, by a gradient that is half noise; this shows it. What is allowed is for a relu
    or a maximum that another order of summation turns over (2 % once in ten seeds), and noise is far beyond.
    Without dropout, whose random numbers are others than those of minicnn's kernel.
    """
    nothing = dict.fromkeys(parts, ())
    found, right = (_first_step(model(network, each), each, x, y, learning_rate) for each in (parts, nothing))
    far = lambda a, b, most: not np.linalg.norm(a - b) <= most * np.linalg.norm(b)  # noqa: E731  (nan is far)
    odd = [
        name
        for name, (gradient, moved) in right.items()
        if far(found[name][0], gradient, 0.3) or far(found[name][1], moved, 0.5)
    ]
    return ", ".join(odd)


def _first_step(trained, parts, x, y, learning_rate):
    """{name: (gradient, how it moved)}"""
    for layer in trained.layers:
        if isinstance(layer, layers.Dropout):
            layer.rate = 0.0
    trained.compile(optimizer(learning_rate, parts), Loss(parts))
    before = {name: w.copy() for name, w in trained.parameters().items()}
    trained.train_on_batch(x, y)
    moved = {name: w - before[name] for name, w in trained.parameters().items()}
    return {name: (g.copy(), moved[name]) for name, g in trained.gradients().items()}


# ---------------------------------------------------------------- loss and optimizer


class Loss(losses.SparseCategoricalCrossentropy):
    """Cross-entropy for integer labels, from logits by the reader's function."""

    def __init__(self, parts):
        super().__init__()
        self.parts = parts

    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        if not (from_logits and self.parts["loss"]):
            return super().value_and_gradient(y_true, y_pred, from_logits)
        loss, dz = self.parts["loss"][0](y_pred, y_true)
        return np.full(len(y_pred), float(loss)), dz  # only the mean of the batch is known: each gets it


class _RMSprop(optimizers.RMSprop):
    rule = None  # set by optimizer()

    def step(self, w, g, slots, learning_rate):
        v = slots["velocity"]
        w[:], v[:] = self.rule(w, g, v, learning_rate, self.rho, self.epsilon)


def optimizer(learning_rate, parts):
    """RMSprop, the reader's where lesson 11 is finished."""
    made = (_RMSprop if parts["optimizer"] else optimizers.RMSprop)(learning_rate)
    (made.rule,) = parts["optimizer"] or (None,)
    return made
