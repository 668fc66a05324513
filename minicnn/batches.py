"""From what the user hands to ``fit`` to a stream of checked batches."""

import contextlib
import math
import zlib

import numpy as np

from minicnn import random
from minicnn.checks import is_number, whole_number
from minicnn.messages import shown


def checked_images(x, what="x"):
    """x as an array of real numbers with at least one entry along its first axis."""
    given, x = x, plain(x, what)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"{what} should hold real numbers, got {x.dtype if x.ndim else shown(given)}")
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"{what} is empty, shape {x.shape}: there is nothing to learn from or to judge")
    return x


def plain(values, what):
    """``values`` as an array; ValueError where it has rows of several lengths, or a mask nobody looks at."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(f"{what} is a masked array: what is masked would be learned, too. Take its filled()")
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{what} is no array: are its rows equally long? ({error})") from error


@contextlib.contextmanager
def named(argument):
    """A ValueError of the block says which argument of ``fit`` it is about."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{argument}: {error}") from error


class ArrayBatches:
    """``x`` and ``y`` in memory, cut into batches; the last may be shorter."""

    def __init__(self, x, y, batch_size):
        self.x = checked_images(x)
        self.y = plain(y, "y")
        if self.y.ndim == 0 or len(self.x) != len(self.y):
            raise ValueError(
                f"x has {len(self.x)} rows, y has shape {self.y.shape}: every picture needs its target"
            )
        self.batch_size = whole_number(batch_size, "batch_size")

    @property
    def images(self):
        """How many there are."""
        return len(self.x)

    def describe(self):
        """What makes these the same data for a resumed run; of the numbers, a sample's checksum."""
        some = slice(None, None, 1 + len(self.x) // 64)
        checksum = zlib.crc32(self.x[some].tobytes(), zlib.crc32(self.y[some].tobytes()))
        sizes = {"samples": len(self.x), "batch_size": self.batch_size, "steps": len(self)}
        return {**sizes, "checksum": checksum}

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def stream(self, start=0, key=None):
        """Batches from number ``start`` on, shuffled by a function of ``key`` (None: as they lie)."""
        order = None if key is None else random.generator(*key).permutation(len(self.x))
        for begin in range(start * self.batch_size, len(self.x), self.batch_size):
            rows = slice(begin, begin + self.batch_size)
            rows = rows if order is None else order[rows]
            yield self.x[rows], self.y[rows]


class KeyedBatches:
    """What an iterable of batches is when ``fit`` may choose where it begins and in which order.

    A resumed run then reads only the pictures it has not seen; of any other iterable it reads all. To be
    one, have ``images`` (how many), ``describe()`` (as above, what is the same for the same data)
    and ``stream(start, key)``: the batches from number ``start`` on, in an order that is a function of
    ``key`` alone, unshuffled for None.
    """


class IterableBatches:
    """Any iterable of ``(x, y)`` batches, read anew every epoch; it shuffles itself, if at all."""

    def __init__(self, batches):
        self.batches = batches
        self.keyed = isinstance(batches, KeyedBatches)

    @property
    def images(self):
        """How many there are; None where that is not known beforehand."""
        return self.batches.images if self.keyed else None

    def describe(self):
        """What makes these the same data for a resumed run."""
        if self.keyed:
            return self.batches.describe()
        return {"steps": len(self.batches) if hasattr(self.batches, "__len__") else None}

    def stream(self, start=0, key=None):
        """The batches (x, y) from number ``start`` on; ``key`` changes the order of keyed ones alone."""
        if self.keyed:
            source, number = enumerate(self.batches.stream(start, key), start), start - 1
        else:
            source, number = enumerate(in_order(self.batches)), -1
        for number, batch in source:
            if not isinstance(batch, (tuple, list)) or len(batch) != 2:
                raise ValueError(f"batch {number} should be a pair (x, y), got {type(batch).__name__}")
            if number >= start:
                yield plain(batch[0], "x"), plain(batch[1], "y")
        if number < 0:
            raise ValueError(
                "the iterable of batches is empty: a generator runs only once, hand over a list or an object "
                "whose __iter__ starts afresh"
            )


def in_order(batches):
    """An iterable's batches; unshuffled, where it lets us choose."""
    if isinstance(batches, KeyedBatches):
        return batches.stream(0, None)
    if hasattr(batches, "__len__") and not hasattr(batches, "__iter__"):
        return _by_number(batches)
    return batches


def _by_number(batches):
    """As many as it says it has; slices alone would never come to an end."""
    for k in range(len(batches)):
        try:
            batch = batches[k]
        except IndexError as error:
            raise ValueError(f"batch {k} of {len(batches)} is missing: {error}") from error
        yield batch


def are_pairs(x):
    """Whether x is a list of batches (x, y), of anything. Of two nobody knows: x and y may be lists, too."""
    return len(x) not in (0, 2) and all(isinstance(each, (tuple, list)) and len(each) == 2 for each in x)


def are_batches(x):
    """Whether x is an iterable of batches and not itself an array, or lists of numbers that make one."""
    if isinstance(x, (list, tuple)):
        return len(x) > 0 and isinstance(x[0], (list, tuple)) and len(x[0]) > 0 and hasattr(x[0][0], "shape")
    return not hasattr(x, "__array__") and (hasattr(x, "__iter__") or hasattr(x, "__getitem__"))


def make(x, y, batch_size):
    """Batches from arrays ``x, y``, or from an iterable in the place of both."""
    if y is not None:
        return ArrayBatches(x, y, 32 if batch_size is None else batch_size)
    if hasattr(x, "__array__") or not (hasattr(x, "__iter__") or hasattr(x, "__getitem__")):
        raise ValueError(
            f"y is missing: pass x and y, or an iterable of (x, y) batches, not a {type(x).__name__} alone"
        )
    if batch_size is not None:
        raise ValueError("batch_size has no meaning for an iterable, which brings batches: leave it out")
    return IterableBatches(x)


def split(x, y, fraction):
    """The first part to train on and the last ``fraction`` to validate on, cut before any shuffling."""
    if not (is_number(fraction) and 0 < fraction < 1):
        raise ValueError(f"validation_split expects a fraction between 0 and 1, got {fraction!r}")
    if y is None:
        raise ValueError("validation_split needs arrays x and y: it cannot cut an iterable of batches")
    x, y = checked_images(x), plain(y, "y")
    at = int(len(x) * (1 - fraction))
    if at == 0 or at == len(x):
        raise ValueError(f"validation_split={fraction} of {len(x)} rows leaves one of the two parts empty")
    return (x[:at], y[:at]), (x[at:], y[at:])
