"""However an array lies in memory, every rung gives the definition's result and leaves it alone.

The arrays of each operation are handed in ordered by columns (Fortran), with negative strides, with gaps
between their numbers, and read-only. The definition gets plain copies. Errors are measured in 64-bit
arithmetic, against the largest number of the result.
"""

import numpy as np

from minicnn.kernels import ladder, resize, warp
from tests.agreement import distance
from tests.reliability.record import Figure

MOST = 1e-10
IN_FLOAT32 = {"resizing": 4e-7}  # it computes in float32 whatever it is given: as near as its own tests ask


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
    """How far ``rung`` is from ``definition``; infinite where it gives a NaN or changed its arguments."""
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
            worst = max(worst, distance(a, b))
    return worst



def turned_pictures(interpolation, fill_mode):
    """A problem like those of `minicnn/kernels/ladder.py`: maps that look up pixels within and without."""
    def problem(draw, N, H, W, C):
        x, maps, how = draw(N, H, W, C), draw(N, 2, 3), (interpolation, fill_mode)
        forward = x, maps, (H + 1, W + 2), *how, 0.7
        return "", forward, lambda y: (draw(*y.shape), maps, x.shape, *how)

    return problem


def new_sizes(draw, H, W, C, OH, OW):
    """Another one; it has no way back."""
    return "", (draw(H, W, C), OH, OW), None


LOOKED_UP = {  # title: as in ladder.OPERATIONS
    "warp": [
        ("warp, bilinear", warp.LADDER, turned_pictures("bilinear", "reflect"), (3, 6, 5, 3)),
        ("warp, nearest", warp.LADDER, turned_pictures("nearest", "constant"), (3, 6, 5, 3)),
    ],
    "resize": [("resizing", resize.LADDER, new_sizes, (7, 5, 3, 13, 4))],
}
OPERATIONS = ladder.OPERATIONS | LOOKED_UP
LADDERS = {title: rest for operation in OPERATIONS.values() for title, *rest in operation}


def figures_of(title, layouts):
    """For one ladder, a figure for each way its arrays may lie."""
    rungs, problem, sizes, *_ = LADDERS[title]
    (_, *definition), *others = rungs
    _, arguments = ladder.prepare(problem, sizes, np.float64, rungs[0])
    most = IN_FLOAT32.get(title, MOST)
    for what, layout in layouts.items():
        found = [_tried(functions, definition, arguments, layout) for _, *functions in others]
        texts = [f"{rung}: {each if isinstance(each, str) else f'{each:.0e}'}"
                 for (rung, *_), each in zip(others, found)]  # fmt: skip
        good = all(isinstance(each, float) and each <= most for each in found)
        promise = f"{title}, {what}: every rung within {most:.0e}, arguments unchanged"
        yield Figure(promise, ", ".join(texts), good)


def operation(name):
    """The part for one operation, which may have two ladders."""
    def part(quick):
        some = dict(list(LAYOUTS.items())[: 1 if quick else None])
        for title, *_ in OPERATIONS[name]:
            yield from figures_of(title, some)

    return part


def _tried(*what):
    try:
        return difference(*what)
    except Exception as error:
        return f"{type(error).__name__}: {' '.join(str(error).split()):.150}"


PARTS = {name: operation(name) for name in OPERATIONS}
