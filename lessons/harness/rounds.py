"""What the rounds of a loop write to: threads can share them if no two write to the same number."""

import numpy as np


class Written:
    """Watches the arrays that a function has when a loop begins; ``names``: all its variables.

    ``twice``: the names of those in which two rounds changed the same number. (To write what is there already
    is not seen. What a round makes for itself is no matter of the others.)
    """

    def __init__(self, names):
        arrays = {name: a for name, a in names.items() if isinstance(a, np.ndarray)}
        numbers = {name: a for name, a in arrays.items() if a.dtype.kind in "fiub"}
        self.bits = {name: a.view(f"u{a.itemsize}") for name, a in numbers.items()}  # no nan equals a nan
        self.before = {name: bits.copy() for name, bits in self.bits.items()}
        self.earlier = {name: np.zeros(bits.shape, bool) for name, bits in self.bits.items()}
        self.twice = set()

    def end_round(self):
        """See what it changed."""
        for name, bits in self.bits.items():
            now = bits != self.before[name]
            if (now & self.earlier[name]).any():
                self.twice.add(name)
            self.earlier[name] |= now
            self.before[name][...] = bits
