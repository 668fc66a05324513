"""A network as a scikit-learn estimator: in pipelines, cross-validation and searches.

    from minicnn.sklearn import CNNClassifier                 # pip install 'minicnn[sklearn]'
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

import numpy as np

from minicnn import callbacks, layers, optimizers, random
from minicnn.activations import softmax
from minicnn.checks import number
from minicnn.lookup import nearest
from minicnn.model import Sequential

try:
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import train_test_split
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data
except ImportError as error:
    raise ImportError(
        "minicnn.sklearn needs scikit-learn 1.6 or newer: pip install 'minicnn[sklearn]'"
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
        network: a function that returns layers or a Sequential, or these themselves, of which only the
            architecture counts: every ``fit`` starts from new weights. A function is given ``input_shape``
            and ``classes`` if it has parameters of these names. Unless the last layer is a softmax,
            ``Dense(classes, activation="softmax")`` is put behind it. None: a small network.
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
        """Train a new network on X, (N, features) or (N, H, W, C), and its labels y, (N,)."""
        X, shape = _as_rows(X)
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.input_shape_ = _checked_shape(self.input_shape or shape or X.shape[1:], X)
        self.classes_, y = np.unique(y, return_inverse=True)  # labels as 0, 1, ...
        if len(self.classes_) < 2:
            raise ValueError(f"CNNClassifier expects 2 classes or more, y has 1 class, {self.classes_[0]!r}")
        seed = _seed(self.random_state)
        x, validation = self._pictures(X), None
        if self.validation_fraction is not None:
            part = number(self.validation_fraction, "validation_fraction", least=0, below=1)
            x, x_validation, y, y_validation = train_test_split(
                x, y, test_size=part, stratify=y, random_state=seed % 2**32  # as many bits as it takes
            )
            validation = x_validation, y_validation
        self.model_ = self._build(seed)
        try:
            self.model_.fit(
                x, y, self.batch_size, self.epochs, self.verbose, self._watching(), validation_data=validation
            )
        finally:
            if self.model_.history is not None:  # None: it was refused, not interrupted
                self.history_ = self.model_.history.history
        return self

    def _build(self, seed):
        """A new compiled network, its weights drawn from ``seed``."""
        classes = len(self.classes_)
        with random.seeded(seed):
            model = self._architecture(classes)
            last = model.layers[-1] if model.layers else None
            if getattr(last, "activation", None) is not softmax:
                model.add(layers.Dense(classes, activation="softmax"))
            model.build((None, *self.input_shape_))
        if model.output_shape != (None, classes):
            raise ValueError(f"the network returns {model.output_shape}, but y has {classes} classes: end it "
                             f"in Dense({classes}, activation='softmax'), or leave that layer out")
        model.compile(self._optimizer(), "sparse_categorical_crossentropy", ["accuracy"])
        return model

    def _architecture(self, classes):
        network, params = self.network, self._of("network__")
        if network is None:
            network = small_network
        if callable(network) and not isinstance(network, Sequential):
            made = _call(network, {"input_shape": self.input_shape_, "classes": classes}, params)
        elif params:
            name = next(iter(params))
            raise ValueError(f"network__{name} needs a network that is a function, got {network!r}")
        else:  # objects of the user's, which may be trained already and in use elsewhere
            inner = network.layers if isinstance(network, Sequential) else network
            made = [type(layer).from_config(layer.get_config()) for layer in inner]
        return made if isinstance(made, Sequential) else Sequential(made)

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
        return self.model_.predict(self._pictures(X), batch_size=self.batch_size)

    def predict(self, X):
        """The most probable class of every row, one of ``classes_``."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def _pictures(self, X):
        return X.reshape(len(X), *self.input_shape_)


class Warn(callbacks.TerminateOnNaN):
    """Training that diverges is a warning here, which whoever runs a hundred fits can filter."""

    def tell(self, message):
        warnings.warn(message, ConvergenceWarning, stacklevel=2)


def _as_rows(X):
    """scikit-learn counts columns: pictures as flat rows (N, H*W*C), and the shape they had; else X, None."""
    if getattr(X, "ndim", 2) <= 2:
        return X, None
    return X.reshape(len(X), math.prod(X.shape[1:])), tuple(X.shape[1:])


def _checked_shape(shape, X):
    """``shape`` as a tuple, or a ValueError where the rows of X have another number of features."""
    if math.prod(shape) != X.shape[1]:
        raise ValueError(
            f"input_shape {tuple(shape)} takes {math.prod(shape)} features, X has {X.shape[1]} features"
        )
    return tuple(shape)


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
