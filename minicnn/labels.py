"""Labels in any of the shapes they come in, as class numbers (N,).

``caller`` is the name of the function that was handed them, for the message.
"""

import numpy as np


def as_classes(labels, caller, name="labels", length=None, classes=None):
    """Class numbers (N,) from (N,), (N, 1), or from one-hot rows or scores (N, classes), by their largest.

    Raises ValueError for anything else, and for NaN and infinity: they have no largest.
    """
    labels = as_array(labels, caller, f"{name} of one length")
    shape = labels.shape
    if labels.ndim not in (1, 2) or 0 in shape[1:] or (length is not None and len(labels) != length):
        wanted = "N" if length is None else length
        raise ValueError(
            f"{caller} expects {name} of shape ({wanted},) or ({wanted}, classes), got {shape}: "
            "one for each picture"
        )
    are_numbers = labels.dtype.kind in "uifb"
    if are_numbers and not np.isfinite(labels).all():
        raise ValueError(
            f"{caller} expects {name} without NaN and infinity, got some in {labels.dtype} {shape}: "
            "did the training diverge?"
        )
    if are_numbers and labels.ndim == 2:
        labels = labels.argmax(axis=1) if shape[1] > 1 else labels[:, 0]
    if not are_numbers or np.any(labels != np.floor(labels)):
        raise ValueError(
            f"{caller} expects {name} as class numbers 0, 1, ..., got {labels.dtype} {labels[:3].tolist()}..."
        )
    if len(labels) and (labels.min() < 0 or (classes is not None and labels.max() >= classes)):
        wanted = "as class numbers 0, 1, ..." if classes is None else f"in 0..{classes - 1}"
        mend = "" if labels.min() < 0 else ": does class_names hold every class?"
        raise ValueError(
            f"{caller} expects {name} {wanted}, got {float(labels.min()):g} to {float(labels.max()):g}{mend}"
        )
    return labels.astype(np.int64)


def as_array(values, caller, wanted):
    """``values`` as an array, or a ValueError that says they are ragged."""
    try:
        return np.asarray(values)
    except ValueError as error:  # NumPy's way of saying that a list of arrays is ragged
        raise ValueError(f"{caller} expects {wanted}, got different shapes: resize or cut first") from error
