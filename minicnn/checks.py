"""Arguments that should be numbers, or one of a few words: a message names the argument and what came."""

import math
import sys

import numpy as np

from minicnn.lookup import nearest
from minicnn.messages import shown

LARGEST = 2**63 - 1  # of a whole number: compiled code and NumPy count no further


def is_whole(value, least=1, most=LARGEST):
    """Whether ``value`` is a whole number from ``least`` to ``most``. True and 3.0 are none, but slips."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool) and least <= value <= most


def is_number(value):
    """Whether ``value`` is a real number, and one that a float can hold; True and False are none."""
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= sys.float_info.max
    return isinstance(value, (float, np.integer, np.floating))


def is_finite(value):
    """Whether ``value`` is such a number, and neither NaN nor infinite."""
    return is_number(value) and math.isfinite(value)


def of_numbers(records):
    """Those of a history's ``records``, {name: [a value an epoch]}, that can be drawn: any may be logged."""
    return {k: values for k, values in records.items() if np.iterable(values) and all(map(is_number, values))}


def whole_number(value, argument, least=1, most=LARGEST):
    """``value`` as an int, or a ValueError that names the argument."""
    if not is_whole(value, least, most):
        top = f" and at most {most:,}" if is_whole(value, least, math.inf) else ""
        raise ValueError(f"{argument} expects a whole number >= {least}{top}, got {shown(value)}")
    return int(value)


def number(value, argument, least=-np.inf, below=np.inf, most=np.inf):
    """A finite real number from ``least`` up to ``most``, or up to, not including, ``below``; as a float."""
    if not _is_within(value, least, below, most):
        bounds = [f" {word} {bound}" for word, bound in ((">=", least), ("below", below), ("at most", most))
                  if np.isfinite(bound)]  # fmt: skip
        raise ValueError(f"{argument} expects a number{' and'.join(bounds)}, got {shown(value)}")
    return float(value)  # a Python number, NumPy's are not JSON's


def nonnegative(value, argument, below=np.inf, most=np.inf):
    """The same from 0 on, as optimizers need them: a NaN or an infinity would ruin every weight."""
    if not _is_within(value, 0, below, most):
        top = f" and <= {most}" if most < np.inf else f" and < {below}" if below < np.inf else ""
        raise ValueError(f"{argument} expects a finite number >= 0{top}, got {shown(value)}")
    return float(value)


def check_choice(value, argument, choices, caller):
    """``value``, if it is one of ``choices``, texts or None; else a ValueError that suggests the nearest.

    ``caller``: who has that argument, a layer or the name of a function.
    """
    if not isinstance(value, str | None) or value not in choices:  # of a list, a dictionary could not tell
        near = nearest(value, choices)
        hint = f": did you mean {near!r}?" if near else ""
        among = ", ".join(map(repr, choices))
        raise ValueError(f"{caller} expects {argument} to be one of {among}, got {shown(value)}{hint}")
    return value


def check_arrays(found, due, who):
    """ValueError unless ``found`` has the names, dtypes and shapes of ``due``, both {name: array}.

    ``who``: what expects them.
    """
    for name in due | found:
        expected, got = _described(due.get(name)), _described(found.get(name))
        if expected != got:
            raise ValueError(f"{who} expects array {shown(name)} to be {expected}, got {got}")


def _described(array):
    return "none" if array is None else f"{array.dtype} {array.shape}"


def _is_within(value, least, below, most):
    return is_finite(value) and least <= value <= most and value < below
