"""Where a running ``fit`` stands: all that a resumed one needs besides weights and optimizer."""

from dataclasses import asdict, dataclass, field

import numpy as np

from minicnn.checks import is_number, whole_number
from minicnn.messages import shown


def of_samples(values, count):
    """``values``, {name: losses or scores}, where each has one for every sample of a batch of ``count``.

    ValueError for any other: a mean over the batch would be taken for one sample's.
    """
    shapes = {name: np.shape(each) for name, each in values.items()}
    if any(shape[:1] != (count,) for shape in shapes.values()):
        raise ValueError(
            f"loss and metrics expect a number for each picture of the batch, which has {count}, got the "
            f"shapes {shapes}: return them before their mean is taken"
        )
    return values


@dataclass
class Totals:
    """Running sums of the loss and the metrics over an epoch: every sample counts the same."""

    sums: dict = field(default_factory=dict)
    count: int = 0

    def add(self, values):
        """``values``: name -> one number a sample; where there are more, a row of pixels say, their mean."""
        for name, each in values.items():
            if (each := np.asarray(each)).ndim > 1:
                each = each.mean(axis=tuple(range(1, each.ndim)), dtype=np.float64)
            self.sums[name] = self.sums.get(name, 0.0) + float(np.sum(each, dtype=np.float64))
        self.count += len(next(iter(values.values())))

    def means(self):
        """The mean over all samples so far, by name."""
        return {name: total / self.count for name, total in self.sums.items()}


@dataclass
class Position:
    """The epoch, the next batch in it, and what the epoch has summed up so far."""

    epoch: int = 0
    batch: int = 0
    first_step: int = 0  # the model's step when this epoch began: what its shuffling is keyed by
    totals: Totals = field(default_factory=Totals)

    def document(self):
        """In terms JSON knows."""
        return asdict(self)

    @classmethod
    def from_document(cls, document):
        """The way back. ValueError or KeyError where ``document`` is none of :meth:`document`'s."""
        sums, count = document["totals"]["sums"], whole_number(document["totals"]["count"], "count", least=0)
        if not all(is_number(total) for total in sums.values()):
            raise ValueError(f"sums expects numbers, got {shown(sums)}")
        at = (whole_number(document[name], name, least=0) for name in ("epoch", "batch", "first_step"))
        return cls(*at, Totals(dict(sums), count))
