"""What the plots accept, and what they say when they get something else.

``caller`` is the name of the plotting function, for the message.
"""

import numpy as np

from minicnn.labels import as_array

MOST_PICTURES = 400  # more than anyone looks at; a whole test set here is a slip


def as_rgb(x, caller):
    """Pictures (N, H, W, 1 or 3), whole numbers 0..255 or floats 0..1 -> floats (N, H, W, 3) in 0..1."""
    x = as_array(x, caller, "pictures of one size")
    if x.ndim != 4 or x.shape[-1] not in (1, 3) or 0 in x.shape:
        one_picture = x.ndim == 3 and x.shape[-1] in (1, 3)
        mend = "add a batch axis, x[None]?" if one_picture else "is a channel axis missing?"
        raise ValueError(f"{caller} expects pictures (N, H, W, 1 or 3), got {x.shape}: {mend}")
    if len(x) > MOST_PICTURES:
        raise ValueError(f"{caller} shows at most {MOST_PICTURES} pictures, got {len(x)}: pass x[:25], say")
    if x.dtype.kind in "ui":
        _check_range(x, 255, caller, "whole-number pixels", "convert with x / 255 where 255 is white")
        x = x / 255
    elif x.dtype.kind == "f":
        _check_range(x, 1, caller, "float pixels", "pass x / 255, or x.astype('uint8')?")
    else:
        raise ValueError(f"{caller} expects pixels as whole numbers or floats, got {x.dtype}")
    return np.broadcast_to(x, (*x.shape[:-1], 3)).astype(np.float32)


def as_probabilities(p, caller, length=None):
    """Probabilities (N, classes), each in 0..1; a single picture's (classes,) becomes (1, classes)."""
    p = as_array(p, caller, "rows of one length")
    if p.ndim == 1 and length in (None, 1):
        p = p[None]
    if p.ndim != 2 or p.shape[1] < 2 or (length is not None and len(p) != length):
        wanted = "1 or N" if length is None else length
        raise ValueError(
            f"{caller} expects probabilities of shape ({wanted}, classes), got {p.shape}: one row a picture"
        )
    if p.dtype.kind not in "uif":
        raise ValueError(f"{caller} expects probabilities as floats, got {p.dtype}")
    _check_range(p, 1, caller, "probabilities", "are these logits? Put a softmax behind them")
    return p.astype(np.float64)


def as_class_names(class_names, classes, caller):
    """One string for each of the ``classes``; without names, their numbers."""
    if class_names is None:
        return [str(i) for i in range(classes)]
    if isinstance(class_names, str) or len(class_names) != classes:
        raise ValueError(
            f"{caller} expects {classes} class_names, got {class_names!r}: one for each class, in order"
        )
    return [str(name) for name in class_names]


def check_mapping(value, caller, example):
    """Refuse anything but a dict with something in it."""
    if not hasattr(value, "items") or len(value) == 0:
        raise ValueError(f"{caller} expects a dict such as {example}, got {value!r}")


def _check_range(x, top, caller, what, mend):
    slack = 1e-4 * top if x.dtype.kind == "f" else 0  # resampling and softmax round a little past the ends
    if not np.isfinite(x).all() or x.min() < -slack or x.max() > top + slack:
        raise ValueError(f"{caller} expects {what} in 0..{top}, got {x.min():g} to {x.max():g}: {mend}")
