"""A network as a scikit-learn estimator: in pipelines, cross-validation and searches.

    from minicnn.sklearn import CNNClassifier                 # python -m pip install scikit-learn
    CNNClassifier(epochs=20, random_state=0).fit(X, y).score(X_test, y_test)

    def network(classes, filters=16):                         # may ask for input_shape and classes
        return [layers.Conv2D(filters, 3, activation="relu"), layers.Flatten()]

    search = GridSearchCV(CNNClassifier(network), {"network__filters": [16, 32], "epochs": [5, 10]})

Loaded when first asked for: importing minicnn does not import scikit-learn.
"""

import copy
import inspect
import math
import warnings
from collections.abc import Iterable

import numpy as np

from minicnn import callbacks, layers, optimizers, random
from minicnn.activations import softmax
from minicnn.checks import is_number, is_whole
from minicnn.layers.base import Layer
from minicnn.lookup import nearest
from minicnn.model import Sequential

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import train_test_split
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, check_random_state, check_X_y, validate_data
except ImportError as error:
    raise ImportError(
        "minicnn.sklearn needs scikit-learn 1.6 or newer: python -m pip install scikit-learn"
    ) from error

__all__ = ["CNNClassifier"]

PARTS = ("network__", "optimizer__")  # how parameters begin that are handed on


def small_network(input_shape):
    """What is trained when no network is given: one convolution for pictures, none for flat rows."""
    seeing = []
    if len(input_shape) == 3:  # whatever the range of the pixels, they come out around 0
        seeing = [
            layers.BatchNormalization(), layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2, padding="same"), layers.Flatten(),
        ]  # fmt: skip
    return [*seeing, layers.Dense(64, activation="relu")]


class CNNClassifier(ClassifierMixin, BaseEstimator):
    """A Sequential network that scikit-learn can fit, score, clone and search over.

    Args:
        network: a function that returns layers or a Sequential, or these themselves. Of either only the
            architecture counts: every ``fit`` trains layers and weights of its own. A function is given
            ``input_shape`` and ``classes`` if it has parameters of these names. Unless the last layer is a
            softmax, ``Dense(classes, activation="softmax")`` is put behind it. None: a small network.
        epochs, batch_size: as in ``Sequential.fit``.
        optimizer: a name, a class or an object; objects stay as they are, each fit uses an equal one.
        input_shape: (32, 32, 3) where X holds each picture as one flat row; None: as X comes.
        validation_fraction: this part of the training data is set aside, the same of every class, and
            ``val_loss`` and ``val_accuracy`` of it go into ``history_``.
        patience: stop after so many epochs without a lower ``val_loss``, and return to the weights of the
            best. Needs a ``validation_fraction``. None: train for all epochs.
        callbacks: what else watches; each fit uses copies.
        random_state: a whole number, for the same bits every time; a RandomState; or None, for NumPy's.
        verbose: 0 silent, 1 a live line, 2 a line an epoch.
        network__..., optimizer__...: parameters of the function and of the optimizer by their names, such as
            ``network__filters=32`` and ``optimizer__learning_rate=0.01``: what a search can vary.

    X is (N, features) or pictures (N, H, W, C), y one label each, of any type. After ``fit``: ``classes_``,
    ``n_features_in_``, ``input_shape_``, the trained Sequential ``model_``, and ``history_``, {"loss": [a
    value per epoch], "accuracy": ...}, with the epochs so far if training was interrupted.

    Raises ValueError for parameters and data that do not fit together, when ``fit`` meets them.
    """

    def __init__(self, network=None, epochs=20, batch_size=32, optimizer="adam", input_shape=None,
                 validation_fraction=None, patience=None, callbacks=None, random_state=None, verbose=0,
                 **network__or_optimizer__):
        for name in network__or_optimizer__:
            if not name.startswith(PARTS):
                near = nearest(name, self._get_param_names())
                hint = f"did you mean {near!r}?" if near else f"it has {', '.join(self._get_param_names())}"
                raise TypeError(f"CNNClassifier has no parameter {name!r}: {hint}")
        self.network = network
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.input_shape = input_shape
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.random_state = random_state
        self.verbose = verbose
        vars(self).update(network__or_optimizer__)

    # ------------------------------------------------------------ parameters, those of the parts included

    def _of(self, part):
        """What is handed on to one part, by its names there: ``{"learning_rate": 0.01}`` to the optimizer."""
        return {name.removeprefix(part): value for name, value in vars(self).items() if name.startswith(part)}

    def get_params(self, deep=True):
        """All parameters by name, ``network__...`` and ``optimizer__...`` included."""
        handed_on = {part + name: value for part in PARTS for name, value in self._of(part).items()}
        return super().get_params(deep) | handed_on

    def set_params(self, **params):
        """Set parameters by name; returns the estimator. ValueError for a name there is not."""
        handed_on = {name: value for name, value in params.items() if name.startswith(PARTS)}
        super().set_params(**{name: value for name, value in params.items() if name not in handed_on})
        vars(self).update(handed_on)
        return self

    # ------------------------------------------------------------ learning

    def fit(self, X, y):
        """Train a new network on X, (N, features) or (N, H, W, C), and its labels y, (N,).

        What is refused changes nothing: a network fitted before stays, with the classes it knows.
        """
        rows, shape = _as_rows(X)
        X, y = check_X_y(rows, y, estimator=self)
        check_classification_targets(y)
        shape = _checked_shape(self.input_shape, shape, X)
        classes, y = np.unique(y, return_inverse=True)  # labels as 0, 1, ...
        if len(classes) < 2:
            raise ValueError(f"CNNClassifier expects 2 classes or more, y has 1 class, {classes[0]!r}")
        seed = _seed(self.random_state)
        x, y, validation = self._set_aside(X.reshape(len(X), *shape), y, seed)
        model, watching = self._build(shape, len(classes), seed), self._watching()
        try:
            model.fit(x, y, self.batch_size, self.epochs, self.verbose, watching, validation_data=validation)
        finally:
            if model.history is not None:  # None: it was refused, not interrupted
                validate_data(self, rows, skip_check_array=True)  # sets n_features_in_, feature_names_in_
                self.classes_, self.input_shape_ = classes, shape
                self.model_, self.history_ = model, model.history.history
        return self

    def _set_aside(self, x, y, seed):
        """What is left to train on, x and y, and ``(x, y)`` to validate by, or None."""
        part = self.validation_fraction
        if part is None:
            return x, y, None
        if not (is_number(part) and 0 < part < 1):
            raise ValueError(f"validation_fraction expects a number above 0 and below 1, got {part!r}")
        x, x_validation, y, y_validation = train_test_split(
            x, y, test_size=float(part), stratify=y, random_state=seed % 2**32  # as many bits as it takes
        )
        return x, y, (x_validation, y_validation)

    def _build(self, input_shape, classes, seed):
        """A new compiled network, its weights drawn from ``seed``."""
        with random.seeded(seed):
            model = self._architecture(input_shape, classes)
            last = model.layers[-1] if model.layers else None
            if getattr(last, "activation", None) is not softmax:
                model.add(layers.Dense(classes, activation="softmax"))
            model.build((None, *input_shape))
        if model.output_shape != (None, classes):
            raise ValueError(f"the network returns {model.output_shape}, but y has {classes} classes: end it "
                             f"in Dense({classes}, activation='softmax'), or leave that layer out")
        model.compile(self._optimizer(), "sparse_categorical_crossentropy", ["accuracy"])
        return model

    def _architecture(self, input_shape, classes):
        network, params = self.network, self._of("network__")
        if network is None:
            network = small_network
        if callable(network) and not isinstance(network, Sequential):
            network = _call(network, {"input_shape": input_shape, "classes": classes}, params)
        elif params:
            name = next(iter(params))
            raise ValueError(f"network__{name} needs a network that is a function, got {network!r}")
        return _anew(network)

    def _optimizer(self):
        optimizer, changes = optimizers.get(self.optimizer), self._of("optimizer__")
        config = optimizer.get_config()
        _refuse_unknown("optimizer", changes, config, type(optimizer).__name__)
        return type(optimizer).from_config(config | changes)

    def _watching(self):
        watching = [Warn(), *copy.deepcopy(list(self.callbacks or ()))]
        if self.patience is not None:
            if self.validation_fraction is None:
                raise ValueError(f"patience={self.patience} waits for a lower validation loss: "
                                 "set validation_fraction as well, 0.1 say")
            watching.append(callbacks.EarlyStopping(patience=self.patience, restore_best_weights=True))
        return watching

    # ------------------------------------------------------------ judging

    def predict_proba(self, X):
        """The probability of each class, (N, classes), columns in the order of ``classes_``."""
        check_is_fitted(self)
        X, shape = _as_rows(X)
        X = validate_data(self, X, reset=False)
        if shape not in (None, self.input_shape_):
            raise ValueError(f"CNNClassifier was fitted to pictures {self.input_shape_}, got {shape}")
        return self.model_.predict(X.reshape(len(X), *self.input_shape_), batch_size=self.batch_size)

    def predict(self, X):
        """The most probable class of every row, one of ``classes_``."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]


class Warn(callbacks.TerminateOnNaN):
    """Training that diverges is a warning here, which whoever runs a hundred fits can filter."""

    def tell(self, message):
        warnings.warn(message, ConvergenceWarning, stacklevel=2)


def _as_rows(X):
    """scikit-learn counts columns: pictures as flat rows (N, H*W*C), and the shape they had; else X, None."""
    if getattr(X, "ndim", 2) <= 2:
        return X, None
    return X.reshape(len(X), math.prod(X.shape[1:])), tuple(X.shape[1:])


def _checked_shape(wanted, found, X):
    """The shape of a picture: ``wanted``, or what X came in, ``found``; ValueError where they differ."""
    if wanted is not None and not (isinstance(wanted, tuple | list) and all(map(is_whole, wanted))):
        raise ValueError(f"input_shape expects whole numbers such as (32, 32, 3), got {wanted!r}")
    shape = tuple(wanted or found or X.shape[1:])
    if math.prod(shape) != X.shape[1]:
        raise ValueError(
            f"input_shape {shape} takes {math.prod(shape)} features, X has {X.shape[1]} features"
        )
    if found not in (None, shape):
        raise ValueError(f"input_shape is {shape}, but the pictures in X are {found}: leave input_shape out")
    return shape


def _anew(network):
    """A Sequential of copies of the layers in ``network``, without their weights.

    The layers themselves stay as they are: they may be trained, and in use elsewhere, or be the very ones
    that a function has handed out before.
    """
    name, inner = None, network
    if isinstance(network, Sequential):
        name, inner = network.name, network.layers
    inner = list(inner) if isinstance(inner, Iterable) else [inner]
    if not all(isinstance(layer, Layer) for layer in inner):
        raise ValueError(
            f"network expects layers, a Sequential, or a function that returns such, got {network!r}"
        )
    fresh = [copy.copy(layer) for layer in inner]
    for layer in fresh:
        layer.unbuild()
    return Sequential(copy.deepcopy(fresh), name)  # deep only now: no weights are copied to be forgotten


def _seed(random_state):
    """A whole number is the seed itself, so that Sequential draws the same weights; else one is drawn."""
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31))


def _call(function, offered, params):
    """``function(**params)``, with those of ``offered`` that it has parameters for."""
    known = inspect.signature(function).parameters
    if not any(each.kind is each.VAR_KEYWORD for each in known.values()):
        offered = {name: value for name, value in offered.items() if name in known}
        _refuse_unknown("network", params, known, getattr(function, "__name__", repr(function)))
    return function(**offered, **params)


def _refuse_unknown(part, params, known, owner):
    for name in params:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {part}__{near}?" if near else f"there are {', '.join(known) or 'none'}"
            raise ValueError(f"{part}__{name}: {owner} has no parameter {name!r}: {hint}")
