"""However an array lies in memory, every rung gives the definition's result and leaves it alone.

The arrays of each operation are handed in ordered by columns (Fortran), with negative strides, with gaps
between their numbers, and read-only. The definition gets plain copies. Errors are measured in 64-bit
arithmetic, against the largest number of the result.
"""

import numpy as np

from minicnn.kernels import ladder
from tests.reliability.record import Figure

MOST = 1e-10


def turned(x):
    """The same numbers, every stride negative."""
    back = (slice(None, None, -1),) * x.ndim
    return x[back].copy()[back]


def with_gaps(x):
    """The same numbers, every second one of a larger array."""
    large = np.full([2 * n for n in x.shape], np.nan if x.dtype.kind == "f" else 0, x.dtype)
    gaps = large[(slice(None, None, 2),) * x.ndim]
    gaps[...] = x
    return gaps


def read_only(x):
    """The same numbers, not to be written."""
    x = x.copy()
    x.flags.writeable = False
    return x


LAYOUTS = {
    "ordered by columns": lambda x: x.copy(order="F"), "negative strides": turned, "gaps": with_gaps,
    "read-only": read_only,
}  # fmt: skip


def laid(given, layout):
    """The arguments, their arrays laid out so."""
    return [layout(each) if isinstance(each, np.ndarray) else each for each in given]


def bytes_of(given):
    """What may not change."""
    return [each.tobytes() for each in given if isinstance(each, np.ndarray)]


def difference(rung, definition, arguments, layout):
    """How far ``rung`` is from ``definition``; infinite where it changed its arguments."""
    worst = 0.0
    for mine, its, given in zip(rung, definition, arguments):
        due = its(*laid(given, np.copy))
        handed = laid(given, layout)
        before = bytes_of(handed)
        found = mine(*handed)
        if bytes_of(handed) != before:
            return np.inf
        pairs = zip(*(each if isinstance(each, tuple) else (each,) for each in (found, due)), strict=True)
        for a, b in pairs:
            error = np.abs(a - b).max() / np.abs(b).max()
            worst = float(np.maximum(worst, error))  # a NaN stays one, which max() may pass over
    return worst


LADDERS = {title: rest for operation in ladder.OPERATIONS.values() for title, *rest in operation}


def figures_of(title, layouts):
    """For one ladder, a figure for each way its arrays may lie."""
    rungs, problem, sizes, *_ = LADDERS[title]
    (_, *definition), *others = rungs
    _, arguments = ladder.prepare(problem, sizes, np.float64, rungs[0])
    for what, layout in layouts.items():
        found = [_tried(functions, definition, arguments, layout) for _, *functions in others]
        texts = [f"{rung}: {each if isinstance(each, str) else f'{each:.0e}'}"
                 for (rung, *_), each in zip(others, found)]  # fmt: skip
        good = all(isinstance(each, float) and each <= MOST for each in found)
        promise = f"{title}, {what}: every rung within {MOST:.0e}, arguments unchanged"
        yield Figure(promise, ", ".join(texts), good)


def operation(name):
    """The part for one operation, which may have two ladders."""
    def part(quick):
        some = dict(list(LAYOUTS.items())[: 1 if quick else None])
        for title, *_ in ladder.OPERATIONS[name]:
            yield from figures_of(title, some)

    return part


def _tried(*what):
    try:
        return difference(*what)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split()):.150}"


PARTS = {name: operation(name) for name in ladder.OPERATIONS}
