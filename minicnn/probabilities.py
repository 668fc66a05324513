"""What a classifier gives, as a probability for each class, whatever it ends in."""

import numpy as np

from minicnn.activations import linear
from minicnn.kernels.activations import softmax


def as_probabilities(outputs, model):
    """(N, classes) from what ``model`` gave: probabilities, logits, or one number for two classes.

    A network that ends in no activation gives logits, even where all of them happen to lie in 0..1. What any
    other gives is taken for logits where it leaves 0..1.
    """
    ends_linear = getattr(model.layers[-1], "activation", None) is linear
    logits = ends_linear or outputs.min() < 0 or outputs.max() > 1
    if outputs.shape[1] == 1:
        outputs = np.concatenate([0 * outputs if logits else 1 - outputs, outputs], axis=1)
    return softmax(outputs) if logits else outputs
