"""Small tools around the data, under the names Keras gives them."""

import numpy as np

from minicnn.checks import whole_number
from minicnn.datasets.image_dataset import image_dataset_from_directory
from minicnn.datasets.images import img_to_array, load_img
from minicnn.labels import as_array

__all__ = ["image_dataset_from_directory", "img_to_array", "load_img", "to_categorical"]


def to_categorical(x, num_classes=None):
    """Class numbers as one-hot rows: 2 of 4 classes becomes ``[0, 0, 1, 0]``.

    ``x``: whole numbers ``(N,)`` or ``(N, 1)`` from 0 to ``num_classes - 1``; without ``num_classes``, the
    largest of them decides. Returns ``(N, num_classes)``, float64 as in Keras 3. Raises ValueError for
    labels that name none of the classes.
    """
    x = as_array(x, "to_categorical", "labels of one length")
    if x.dtype.kind not in "uifb" or not np.isfinite(x).all() or np.any(x != np.floor(x)):
        raise ValueError(f"to_categorical expects whole numbers, got {x.dtype} {x.reshape(-1)[:3]}...")
    if x.ndim > 1 and x.shape[-1] == 1:
        x = x[..., 0]
    if num_classes is None:
        if x.size == 0:
            raise ValueError("to_categorical cannot count classes without labels: pass num_classes")
        num_classes = int(x.max(initial=0)) + 1
    num_classes = whole_number(num_classes, "num_classes")
    if x.size and not 0 <= x.min() <= x.max() < num_classes:
        raise ValueError(
            f"to_categorical expects labels from 0 to {num_classes - 1}, got {x.min():g} to {x.max():g}: "
            "is num_classes right?"
        )
    return np.eye(num_classes)[x.astype(np.int64)]
