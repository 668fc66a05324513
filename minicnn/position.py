"""Where a running ``fit`` stands: what is summed so far, and what comes next."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Totals:
    """Running sums of the loss and the metrics over an epoch: every sample counts the same."""

    sums: dict = field(default_factory=dict)
    count: int = 0

    def add(self, values):
        """``values``: name -> one number a sample."""
        for name, each in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(np.sum(each, dtype=np.float64))
        self.count += len(next(iter(values.values())))

    def means(self):
        """The mean over all samples so far, by name."""
        return {name: total / self.count for name, total in self.sums.items()}


@dataclass
class Position:
    """Where a running ``fit`` stands: all it takes to go on from here."""

    epoch: int = 0
    batch: int = 0  # the next one in this epoch
    first_step: int = 0  # the model's step when this epoch began: what its shuffling is keyed by
    totals: Totals = field(default_factory=Totals)
