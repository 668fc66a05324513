"""What training makes small: losses, with the names and rules of Keras.

A loss gives one number per image and the gradient of their mean. Cross-entropy works best from
logits, what stands before the softmax (see kernels/softmax_crossentropy.py); a model that ends in a
softmax hands them over by itself. Called with targets and predictions, a loss gives the mean, a float;
targets that do not fit raise ValueError.
"""

import numpy as np

from minicnn.kernels.softmax_crossentropy import crossentropy, softmax_crossentropy, sparse_crossentropy
from minicnn.lookup import Configurable, reserve, resolve
from minicnn.messages import shown


class Loss(Configurable):
    """Your own loss subclasses this and defines ``value_and_gradient``."""

    name = "loss"
    uses_logits = False  # True: the model may hand over logits, with from_logits=True

    def __call__(self, y_true, y_pred):
        """The mean loss, a float."""
        y_pred = _float_array(y_pred)
        losses, _ = self.value_and_gradient(self.check_targets(y_true, y_pred.shape), y_pred)
        return float(losses.mean())

    def check_targets(self, y, output_shape):
        """``y`` as an array ready for ``value_and_gradient``, or a ValueError that says what is wrong.

        ``output_shape`` is the shape of the predictions; its first number may be None.
        """
        return _numbers(y, self.name, output_shape)

    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        """losses (N,) in float64, and dy: the gradient of their mean with respect to ``y_pred``.

        ``y_true`` is what ``check_targets`` gave. With ``from_logits=True`` ``y_pred`` are logits
        and so is the gradient's other end; None leaves it to the constructor.
        """
        raise NotImplementedError(f"{type(self).__name__} must define value_and_gradient(self, ...)")


class MeanSquaredError(Loss):
    """mean (y_true - y_pred)^2 over all outputs of a picture; targets (N, ...) as the predictions."""

    name = "mean_squared_error"

    def check_targets(self, y, output_shape):
        y = _numbers(y, self.name, output_shape)
        shape = tuple(output_shape[1:])
        if shape == (1,) and y.ndim == 1:
            y = y[:, None]
        if y.shape[1:] != shape:
            raise ValueError(
                f"{self.name} expects targets of the shape of the predictions, {('N', *shape)}, "
                f"got {y.shape}: labels of classes? to_categorical makes them one-hot"
            )
        return y

    @np.errstate(over="ignore", invalid="ignore")  # a diverged network's nan shows in the loss
    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        N = len(y_pred)
        difference = y_pred - y_true.astype(y_pred.dtype).reshape(y_pred.shape)  # (N, ...)
        losses = np.square(difference, dtype=np.float64).reshape(N, -1).mean(axis=1)
        # forward was: mean over the difference.size numbers of difference^2
        return losses, difference * y_pred.dtype.type(2 / max(1, difference.size))


class SparseCategoricalCrossentropy(Loss):
    """Cross-entropy for integer labels, (N,) or (N, 1): 0, 1, ..., classes - 1; predictions (N, classes).

    Natural logarithms. ``from_logits``: the predictions have not been through a softmax.
    Goodfellow, Bengio & Courville 2016, "Deep Learning", section 6.2.2.3.
    """

    name = "sparse_categorical_crossentropy"
    uses_logits = True

    def __init__(self, from_logits=False):
        self.from_logits = bool(from_logits)

    def check_targets(self, y, output_shape):
        classes = _classes(self.name, output_shape)
        y = _numbers(y, self.name, output_shape)
        if y.shape[1:] == (classes,):
            raise ValueError(
                f"{self.name} expects integer labels (N,), got rows of {classes}, {y.shape}: "
                f"for one-hot targets use categorical_crossentropy"
            )
        if y.shape[1:] not in ((), (1,)):
            raise ValueError(f"{self.name} expects integer labels (N,) or (N, 1), got {y.shape}")
        y = y.reshape(-1)
        if (y % 1 != 0).any():
            raise ValueError(f"{self.name} expects whole numbers as labels, got {y[y % 1 != 0][0]}")
        if len(y) and not 0 <= y.min() <= y.max() < classes:
            raise ValueError(
                f"{self.name} expects labels from 0 to {classes - 1}, one for each of the {classes} "
                f"outputs, got labels from {y.min()} to {y.max()}"
            )
        return y.astype(np.int64)

    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        targets = np.zeros(y_pred.shape)
        targets[np.arange(len(targets)), y_true.reshape(-1)] = 1  # a label is the distribution with one 1
        logits = self.from_logits if from_logits is None else from_logits
        return (softmax_crossentropy if logits else sparse_crossentropy)(y_pred, targets)

    def get_config(self):
        return {"from_logits": self.from_logits}


class CategoricalCrossentropy(Loss):
    """Cross-entropy for one-hot targets (N, classes), or any rows of probabilities; predictions (N, classes).

    ``from_logits``: the predictions have not been through a softmax.
    ``label_smoothing`` s replaces a target t by t (1 - s) + s / classes, so that no output need
    grow without end (Szegedy et al. 2016, "Rethinking the Inception architecture", section 7).
    """

    name = "categorical_crossentropy"
    uses_logits = True

    def __init__(self, from_logits=False, label_smoothing=0.0):
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing expects a number from 0 to 1, got {shown(label_smoothing)}")
        self.from_logits = bool(from_logits)
        self.label_smoothing = float(label_smoothing)

    def check_targets(self, y, output_shape):
        classes = _classes(self.name, output_shape)
        y = _numbers(y, self.name, output_shape)
        if y.shape[1:] in ((), (1,)):
            raise ValueError(
                f"{self.name} expects one-hot targets (N, {classes}), got {y.shape}: "
                f"for integer labels use sparse_categorical_crossentropy"
            )
        if y.shape[1:] != (classes,):
            raise ValueError(f"{self.name} expects one-hot targets (N, {classes}), got {y.shape}")
        sums = y.sum(axis=1, dtype=np.float64)
        wrong = (np.abs(sums - 1) > 1e-3) | (y < 0).any(axis=1)
        if wrong.any():
            raise ValueError(
                f"{self.name} expects rows of numbers >= 0 that sum to 1, got {y[wrong][0]} in row "
                f"{np.argmax(wrong)}: its gradient, p - t, is that of a distribution"
            )
        return y

    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        s = self.label_smoothing
        targets = y_true.astype(np.float64) * (1 - s) + s / y_true.shape[1]
        logits = self.from_logits if from_logits is None else from_logits
        return (softmax_crossentropy if logits else crossentropy)(y_pred, targets)

    def get_config(self):
        return {"from_logits": self.from_logits, "label_smoothing": self.label_smoothing}


def _float_array(y):
    y = np.asarray(y)
    return y if y.dtype in (np.float32, np.float64) else y.astype(np.float64)


def _numbers(y, name, output_shape):
    """``y`` as an array of finite real numbers, one row for each prediction."""
    y = np.asarray(y)
    if y.dtype.kind not in "biuf":
        raise ValueError(f"{name} expects targets that are real numbers, got dtype {y.dtype}")
    if y.ndim == 0:
        raise ValueError(f"{name} expects an array of targets, one per image, got the number {y}")
    N = output_shape[0]
    if N is not None and len(y) != N:
        raise ValueError(f"{name} expects one target per prediction, got {len(y)} for {N} predictions")
    if not np.isfinite(y).all():
        row = np.argwhere(~np.isfinite(y))[0, 0]
        raise ValueError(f"{name} expects finite targets, got nan or inf in row {row}")
    return y.astype(np.int64) if y.dtype == bool else y


def _classes(name, output_shape):
    """K of an output (N, K)."""
    if len(output_shape) != 2 or output_shape[1] < 2:
        raise ValueError(
            f"{name} expects an output (N, classes) with 2 classes or more, got {tuple(output_shape)}: "
            f"end the model in Flatten() and Dense(classes)"
        )
    return output_shape[1]


_REGISTRY = reserve({
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
})


def get(identifier):
    """A loss from its name ("mse", "CategoricalCrossentropy", ...), its class, or itself; else ValueError."""
    return resolve(identifier, _REGISTRY, "loss", Loss)
