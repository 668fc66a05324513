"""What a classifier gives, as a probability for each class, whatever it ends in."""

import numpy as np

from minicnn import layers
from minicnn.activations import sigmoid, softmax
from minicnn.kernels.softmax_crossentropy import EPSILON

PASSING = (layers.Dropout, layers.Flatten, layers.GlobalAveragePooling2D)  # probabilities stay such in these


def as_probabilities(outputs, model):
    """(N, classes) from what ``model`` gave: probabilities, logits, or one number for two classes.

    Its last activation and its loss say which of these they are. The numbers cannot: logits may all lie
    between 0 and 1. What a loss took for probabilities, though nothing kept it positive, is made to sum to 1.
    """
    last = next((layer for layer in reversed(model.layers) if not isinstance(layer, PASSING)), None)
    are_probabilities = getattr(last, "activation", None) in (softmax, sigmoid)
    are_logits = not are_probabilities and getattr(model.loss, "from_logits", model.loss is None)
    if outputs.shape[1] == 1:  # softmax of 0 and z is the sigmoid of z
        outputs = np.concatenate([0 * outputs if are_logits else 1 - outputs, outputs], axis=1)
    if are_logits:
        return softmax(outputs)
    if are_probabilities:
        return outputs
    positive = np.maximum(outputs, EPSILON)
    return positive / positive.sum(axis=1, keepdims=True)
