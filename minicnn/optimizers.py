"""Optimizers: how weights follow their gradients. Names, defaults and formulas are Keras's.

The formulas stand in kernels/updates.py; here is what lives longer than one step: the learning
rate, the number of steps taken, and the *slots*, arrays as large as the weights that remember past
gradients. An argument that is no number, or outside its range, raises ValueError with its name.
"""

import json
import math

import numpy as np

from minicnn import schedules
from minicnn.checks import check_arrays, nonnegative, whole_number
from minicnn.kernels import updates
from minicnn.lookup import Configurable, reserve, resolve, serialize
from minicnn.messages import shortened, shown


class Optimizer(Configurable):
    """``update(params, grads)`` is one step. Subclasses define ``slots`` and ``step``."""

    slots = ()  # the names of the arrays kept for each parameter

    def __init__(self, learning_rate, name=None):
        self.learning_rate = learning_rate
        self.name = name or type(self).__name__.lower()
        self.iterations = 0
        self._slots = {}  # "momentum/0/kernel" -> array
        self._params = {}  # "0/kernel" -> the array these slots belong to

    @property
    def learning_rate(self):
        """A float, or a schedule; may be set at any time."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        if isinstance(value, (dict, type)):
            value = schedules.get(value)
        if not isinstance(value, schedules.LearningRateSchedule):
            value = nonnegative(value, "learning_rate")
        self._learning_rate = value

    @property
    def current_learning_rate(self):
        """The float the next step uses: a schedule is asked with the number of steps already taken."""
        if isinstance(self._learning_rate, schedules.LearningRateSchedule):
            return float(self._learning_rate(self.iterations))
        return self._learning_rate

    def update(self, params, grads):
        """One step: the arrays in ``params`` change in place, those in ``grads`` stay as they are.

        Both are dictionaries with the same keys, e.g. "0/kernel". Nothing changes if anything is
        wrong with them: ValueError tells what.
        """
        if params.keys() != grads.keys():
            raise ValueError(
                f"update expects a gradient for each parameter and no other: "
                f"without gradient {sorted(params.keys() - grads.keys())}, "
                f"without parameter {sorted(grads.keys() - params.keys())}"
            )
        for name, w in params.items():
            self._check(name, w, grads[name])
        self._params.update(params)
        learning_rate = self.current_learning_rate
        for name, w in params.items():
            g = np.ascontiguousarray(grads[name], dtype=w.dtype)
            self.step(w.reshape(-1), g.reshape(-1), self._slots_of(name, w), learning_rate)
        self.iterations += 1

    def step(self, w, g, slots, learning_rate):
        """Change the flat array ``w``, by its gradient ``g``; ``slots`` maps their names to arrays."""
        raise NotImplementedError(f"{type(self).__name__} must define step(self, w, g, slots, ...)")

    def _slots_of(self, name, w):
        """The flat slots of one parameter, zeros when it is seen for the first time."""
        slots = {}
        for kind in self.slots:
            key = f"{kind}/{name}"
            if key not in self._slots:
                self._slots[key] = np.zeros_like(w)
            slots[kind] = self._slots[key].reshape(-1)
        return slots

    def _check(self, name, w, g):
        """That one parameter, its gradient and its slots fit together."""
        if g.shape != w.shape:
            raise ValueError(f"the gradient of '{name}' expects its shape to be {w.shape}, got {g.shape}")
        if self._params.get(name) is w:
            return  # all the rest was found in order before
        if w.dtype not in (np.float32, np.float64):
            raise ValueError(f"parameter '{name}' expects float32 or float64, got {w.dtype}")
        if not (w.flags.c_contiguous and w.flags.writeable):
            raise ValueError(
                f"parameter '{name}' must be contiguous and writeable to be changed in place: "
                f"give the layer np.array(w, order='C')"
            )
        for kind in self.slots:
            slot = self._slots.get(f"{kind}/{name}", w)
            if slot.shape != w.shape or slot.dtype != w.dtype:
                raise ValueError(
                    f"{self.name} remembers the {kind} of '{name}' as {slot.dtype} {slot.shape}, but the "
                    f"parameter is {w.dtype} {w.shape}: use a new optimizer for a new model"
                )
        if name in self._params:
            raise ValueError(
                f"{self.name} expects the '{name}' of the model it has already trained, got another array: "
                f"use a new optimizer for a new model"
            )

    def state(self, params=None):
        """All that the next step depends on: (a document JSON can hold, a dictionary of arrays).

        With ``params``, {name: array}, the arrays are those of the next step of these: zeros for layers added
        since the last, none for another model that this optimizer may have trained.
        """
        config = self.get_config()
        document = {"class_name": type(self).__name__, "iterations": self.iterations,
                    "learning_rate": config["learning_rate"]}
        slots = self._slots
        if params is not None and (slots or self.iterations):
            slots = {key: self._fitting(key, w) for key, w in self._due(params).items()}
        return document, {key: slot.copy() for key, slot in slots.items()}

    def load_state(self, document, arrays):
        """Go on where the optimizer that gave this ``state()`` stopped; ValueError for another's state."""
        if document["class_name"] != type(self).__name__:
            raise ValueError(
                f"this is the state of {shortened(document['class_name'])}, it cannot be loaded into "
                f"{type(self).__name__}"
            )
        unknown = [key for key in arrays if key.split("/")[0] not in self.slots]
        if unknown:
            raise ValueError(f"{self.name} keeps {list(self.slots)}, got the arrays {shown(unknown)}")
        iterations = whole_number(document["iterations"], "iterations", least=0)
        if _in_json(self.get_config()["learning_rate"]) != _in_json(document["learning_rate"]):
            self.learning_rate = document["learning_rate"]  # equal ones stay: no file can bring one's own
        self.iterations = iterations
        self._slots = {key: np.array(array) for key, array in arrays.items()}
        self._params = {}  # the next update says whose these slots are

    def check_slots(self, params):
        """ValueError unless the slots are those of ``params``; before the first step there may be none.

        A slot that a file has lost would begin anew from zeros: other weights, and no error.
        """
        if self._slots or self.iterations:
            check_arrays(self._slots, self._due(params), f"{self.name} of this model")

    def _due(self, params):
        """What every slot of ``params`` must be like, by name."""
        return {f"{kind}/{name}": w for name, w in params.items() for kind in self.slots}

    def _fitting(self, key, w):
        slot = self._slots.get(key)
        fits = slot is not None and (slot.shape, slot.dtype) == (w.shape, w.dtype)
        return slot if fits else np.zeros_like(w)

    def get_config(self):
        rate = self._learning_rate
        scheduled = isinstance(rate, schedules.LearningRateSchedule)
        return {"learning_rate": serialize(rate) if scheduled else rate, "name": self.name}


class SGD(Optimizer):
    """Stochastic gradient descent; with ``momentum`` (0 to 1) the steps pick up speed downhill.

    Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", section 2.
    """

    def __init__(self, learning_rate=0.01, momentum=0.0, nesterov=False, name=None):
        super().__init__(learning_rate, name)
        self.momentum = nonnegative(momentum, "momentum", most=1)
        self.nesterov = bool(nesterov)
        self.slots = ("momentum",) if self.momentum else ()

    def step(self, w, g, slots, learning_rate):
        velocity = slots.get("momentum", _nothing(w))
        updates.sgd(w, g, velocity, learning_rate, self.momentum, self.nesterov)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squared gradients: steep directions slow down.

    ``rho``: what the mean keeps of itself each step. ``centered``: less the square of the mean gradient.
    Tieleman & Hinton 2012, lecture 6.5; ``epsilon`` stands inside the root, as in Keras.
    """

    def __init__(self, learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False, name=None):
        super().__init__(learning_rate, name)
        self.rho = nonnegative(rho, "rho", most=1)
        self.momentum = nonnegative(momentum, "momentum", most=1)
        self.epsilon = nonnegative(epsilon, "epsilon")
        self.centered = bool(centered)
        self.slots = ("velocity",)
        self.slots += ("momentum",) if self.momentum else ()
        self.slots += ("average_gradient",) if self.centered else ()

    def step(self, w, g, slots, learning_rate):
        none = _nothing(w)
        updates.rmsprop(w, g, slots["velocity"], slots.get("momentum", none),
                        slots.get("average_gradient", none),
                        learning_rate, self.rho, self.momentum, self.epsilon)

    def get_config(self):
        return {**super().get_config(), "rho": self.rho, "momentum": self.momentum,
                "epsilon": self.epsilon, "centered": self.centered}


class Adam(Optimizer):
    """Momentum and RMSprop together, both freed of their slow start.

    ``beta_1``, ``beta_2``: what the means of gradients and of their squares keep of themselves each step.
    Kingma & Ba 2015, "Adam", the formula before section 2.1; ``epsilon`` stands outside the root.
    """

    slots = ("momentum", "velocity")
    weight_decay = 0.0

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name=None):
        super().__init__(learning_rate, name)
        self.beta_1 = nonnegative(beta_1, "beta_1", below=1)
        self.beta_2 = nonnegative(beta_2, "beta_2", below=1)
        self.epsilon = nonnegative(epsilon, "epsilon")

    def step(self, w, g, slots, learning_rate):
        t = self.iterations + 1
        alpha = learning_rate * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        updates.adam(w, g, slots["momentum"], slots["velocity"], learning_rate, alpha,
                     self.beta_1, self.beta_2, self.epsilon, self.weight_decay)

    def get_config(self):
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2,
                "epsilon": self.epsilon}


class AdamW(Adam):
    """Adam whose weights also shrink by ``learning_rate * weight_decay`` of themselves each step.

    Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2.
    """

    def __init__(self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7,
                 name=None):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, name)
        self.weight_decay = nonnegative(weight_decay, "weight_decay")

    def get_config(self):
        return {**super().get_config(), "weight_decay": self.weight_decay}


def _in_json(config):
    """``config`` as it comes back from a file: tuples as lists, NumPy's numbers as Python's."""
    return json.loads(json.dumps(config, default=float))


def _nothing(w):
    """What a kernel gets for a slot the rule does not use."""
    return w[:0]


_REGISTRY = reserve({"sgd": SGD, "rmsprop": RMSprop, "adam": Adam, "adamw": AdamW})


def get(identifier):
    """An optimizer from its name ("adam", "RMSprop", ...), its class, or itself; else ValueError."""
    return resolve(identifier, _REGISTRY, "optimizer", Optimizer)
