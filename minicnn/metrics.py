"""What is watched during training: one number per image, averaged over all of them.

``y_pred`` are the network's outputs, (N, classes) or (N, ...); where it ends in a softmax, probabilities.
Called with targets and outputs, a metric gives the mean, a float; shapes that do not fit raise ValueError.
"""

import numpy as np

from minicnn import losses
from minicnn.classification import classification_report, confusion_matrix
from minicnn.lookup import Configurable, reserve, resolve

__all__ = [
    "Accuracy", "BinaryAccuracy", "CategoricalAccuracy", "CategoricalCrossentropy", "MeanSquaredError",
    "Metric", "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "classification_report",
    "confusion_matrix", "get",
]  # fmt: skip

MOST_METRICS = 100  # a short file can name a million


class Metric(Configurable):
    """Your own metric subclasses this and defines ``values``."""

    name = "metric"

    def __init__(self, name=None):
        self.name = name or type(self).name  # how it is called in the history

    def __call__(self, y_true, y_pred):
        """The mean over all images, a float."""
        return float(self.values(np.asarray(y_true), np.asarray(y_pred)).mean())

    def values(self, y_true, y_pred):
        """One float64 per image: (N,)."""
        raise NotImplementedError(f"{type(self).__name__} must define values(self, y_true, y_pred)")

    def get_config(self):
        return {"name": self.name}


class BinaryAccuracy(Metric):
    """The share of outputs on the right side of 1/2, for targets 0 and 1 of the same shape, (N, ...).

    Exactly 1/2 counts as 0.
    """

    name = "binary_accuracy"

    def values(self, y_true, y_pred):
        return _per_image((y_pred > 0.5) == _like(y_pred, y_true, self))


class CategoricalAccuracy(Metric):
    """1 where the largest output is the class of the one-hot target, both (N, ..., classes).

    The first of equals is the largest.
    """

    name = "categorical_accuracy"

    def values(self, y_true, y_pred):
        y_true = _like(y_pred, y_true, self)
        return _per_image(np.argmax(y_true, axis=-1) == np.argmax(y_pred, axis=-1))


class SparseCategoricalAccuracy(Metric):
    """1 where the largest output is the one the integer label names.

    Labels have the predictions' shape without its last axis, or with a 1 there: (N,) or (N, 1).
    """

    name = "sparse_categorical_accuracy"

    def values(self, y_true, y_pred):
        found = np.argmax(y_pred, axis=-1)
        if _plain(y_true.shape) != _plain(found.shape):
            raise ValueError(
                f"{self.name} expects one integer label per prediction, got {y_true.shape} for "
                f"{y_pred.shape}: for one-hot targets use categorical_accuracy"
            )
        return _per_image(y_true.reshape(found.shape) == found)


class Accuracy(Metric):
    """The accuracy that fits the shapes, as Keras reads "accuracy".

    Binary where there is one output, sparse where the targets lack the axis of the classes (or have a 1
    there), categorical otherwise.
    """

    name = "accuracy"

    def values(self, y_true, y_pred):
        return self._fitting(y_true.shape, y_pred.shape).values(y_true, y_pred)

    def _fitting(self, targets, predictions):
        if len(predictions) < 2 or predictions[-1] == 1:
            return BinaryAccuracy(self.name)
        if len(targets) < len(predictions) or targets[-1] == 1:
            return SparseCategoricalAccuracy(self.name)
        return CategoricalAccuracy(self.name)


class _LossAsMetric(Metric):
    """The values of a loss, without its gradient."""

    loss = None

    def values(self, y_true, y_pred):
        return self.loss.value_and_gradient(self.loss.check_targets(y_true, y_pred.shape), y_pred)[0]


class SparseCategoricalCrossentropy(_LossAsMetric):
    """Cross-entropy of probabilities (N, classes), clipped 1e-7 away from 0 and 1, with labels (N,)."""

    name = "sparse_categorical_crossentropy"
    loss = losses.SparseCategoricalCrossentropy()


class CategoricalCrossentropy(_LossAsMetric):
    """Cross-entropy of probabilities (N, classes), clipped 1e-7 away from 0 and 1, with one-hot targets."""

    name = "categorical_crossentropy"
    loss = losses.CategoricalCrossentropy()


class MeanSquaredError(_LossAsMetric):
    """mean (y_true - y_pred)^2, both (N, ...)."""

    name = "mean_squared_error"
    loss = losses.MeanSquaredError()


def _per_image(right):
    """What is right, (N, ...), as one float64 per image: the share."""
    return right.mean(axis=tuple(range(1, right.ndim)), dtype=np.float64)


def _like(y_pred, y_true, metric):
    """``y_true`` in the shape of ``y_pred``: they may differ in axes of 1 at the end."""
    if _plain(y_true.shape) != _plain(y_pred.shape):
        raise ValueError(
            f"{metric.name} expects targets of the shape of the predictions, {y_pred.shape}, "
            f"got {y_true.shape}"
        )
    return y_true.reshape(y_pred.shape)


def _plain(shape):
    """(N, 1) is (N,) as well: without ones at the end."""
    return _plain(shape[:-1]) if len(shape) > 1 and shape[-1] == 1 else shape


_REGISTRY = reserve({
    "accuracy": Accuracy,
    "acc": Accuracy,
    "binary_accuracy": BinaryAccuracy,
    "categorical_accuracy": CategoricalAccuracy,
    "sparse_categorical_accuracy": SparseCategoricalAccuracy,
    "categorical_crossentropy": CategoricalCrossentropy,
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy,
    "mean_squared_error": MeanSquaredError,
    "mse": MeanSquaredError,
})


def get(identifier):
    """A metric from its name, its class, or itself; else ValueError.

    A name given as a string is the one the history shows, as in Keras: "acc" stays "acc".
    """
    metric = resolve(identifier, _REGISTRY, "metric", Metric)
    if isinstance(identifier, str):
        metric.name = identifier
    return metric


def get_all(identifiers):
    """The metrics of a list, each with a name of its own in the history; else ValueError."""
    if len(identifiers) > MOST_METRICS:
        raise ValueError(f"a model has at most {MOST_METRICS} metrics, got {len(identifiers):,}")
    metrics = [get(each) for each in identifiers]
    names = ["loss", *(metric.name for metric in metrics)]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"two numbers in the history would be called {twice[0]!r}: drop a metric")
    return metrics
