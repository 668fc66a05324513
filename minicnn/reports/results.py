"""What the network makes of the pictures it is judged by, and which of them the page shows."""

import zlib
from dataclasses import dataclass, replace

import numpy as np

from minicnn import batches
from minicnn.classification import confusion_matrix
from minicnn.labels import as_array, as_classes
from minicnn.probabilities import as_probabilities
from minicnn.reports.packing import packed_size

ROWS = 256  # pictures at a time


@dataclass
class Results:
    """Every picture's probabilities (N, classes) and label (N,), the pictures shown, and where they stood."""

    probabilities: np.ndarray
    labels: np.ndarray
    mistakes: np.ndarray  # numbers of pictures: the worst first
    shown: np.ndarray  # the mistakes, then pictures seen rightly
    pictures: np.ndarray  # those shown, as the model takes them

    @property
    def predicted(self):
        """The class each picture is taken for: (N,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self):
        """The share of the pictures that are named rightly."""
        return float((self.predicted == self.labels).mean())

    @property
    def counts(self):
        """How many pictures of each class (row) were taken for each class (column)."""
        return confusion_matrix(self.labels, self.predicted, self.probabilities.shape[1])

    def fewer(self, most):
        """The same with only the first ``most`` pictures: half of them mistakes, as far as there are any."""
        mistakes, shown = _choose(self.probabilities, self.labels, most)
        kept = np.isin(self.shown, shown)
        return replace(self, mistakes=mistakes, shown=shown, pictures=self.pictures[kept])


def judge(model, data, most, room):
    """Let the model look at all of ``data``, arrays (x, y) or batches of them, and keep some pictures.

    ``most`` of them, or as many as fit into ``room`` bytes, but two at least. How many these are is known
    only when they are there: a picture of pixels takes a byte a number, of any other numbers it takes four.
    """
    outputs, labels, checksums = [], [], []
    for x, y in _rows(data):
        if not outputs:
            most = min(most, max(2, room // x[0].size))
        outputs.append(model.predict(x, batch_size=len(x)))
        labels.append(_classes(y, outputs[-1]))
        checksums += map(_checksum, x)
    if not outputs:
        raise ValueError("report was given no batches of (x, y)")
    p, labels = as_probabilities(np.concatenate(outputs), model), np.concatenate(labels)
    if labels.max() >= p.shape[1]:
        raise ValueError(f"report: the model knows {p.shape[1]} classes, but there is a label {labels.max()}")
    mistakes, shown = _choose(p, labels, most)
    pictures = _take(data, shown)
    if [_checksum(picture) for picture in pictures] != [checksums[number] for number in shown]:
        raise ValueError(
            "report looks at the data twice, and the second time they were other pictures: a generator runs "
            "only once, and shuffled batches come in another order; hand over arrays, or a list of batches"
        )
    found = Results(p, labels, mistakes, shown, np.stack(pictures))
    size = packed_size(found.pictures)
    return found if size <= room else found.fewer(max(2, len(shown) * room // size))


def _rows(data):
    """Batches (x, y) of ``data``, each time in the same order."""
    if isinstance(data, (tuple, list)) and len(data) == 2 and not all(map(_is_batch, data)):
        x, y = as_array(data[0], "report", "pictures of one size"), np.asarray(data[1])
        x = batches.checked_images(x)
        if y.ndim == 0 or len(x) != len(y):
            raise ValueError(f"report: x has {len(x)} rows, y has shape {y.shape}: one label a picture?")
        return ((x[k : k + ROWS], y[k : k + ROWS]) for k in range(0, len(x), ROWS))
    if hasattr(data, "__array__") or not hasattr(data, "__iter__"):
        kind = type(data).__name__
        raise ValueError(f"report expects data=(x_test, y_test) or batches of (x, y), got {kind} alone")
    return ((np.asarray(x), np.asarray(y)) for x, y in batches.in_order(data))


def _is_batch(part):
    """Whether ``part``, of two, is a batch (x, y) and not a list of two pictures or of their labels."""
    if not isinstance(part, (tuple, list)) or len(part) != 2 or np.ndim(part[0]) < 2:
        return False
    return np.ndim(part[1]) in (1, 2) and len(part[0]) == len(part[1])


def _classes(y, outputs):
    if outputs.ndim != 2:
        raise ValueError(
            f"report is about classifiers, which give a row of class scores for each picture; this model "
            f"gives {outputs.shape}"
        )
    if y.size == len(y) and y.dtype.kind in "if" and y.min() < 0:
        raise ValueError(f"report: classes are 0, 1, ..., but there is a label {y.min():g}")
    return as_classes(y, "report", "the labels in data", length=len(outputs))


def _choose(p, labels, most):
    """The mistakes the network was surest of; and these with pictures of all classes that it knew."""
    predicted, sure = p.argmax(axis=1), p.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    right = np.flatnonzero(predicted == labels)
    mistakes = wrong[: max((most + 1) // 2, most - len(right))]
    rank = np.zeros(len(labels), int)  # 0 for the first picture of its class, 1 for the second, ...
    for label in np.unique(labels):
        of_class = right[labels[right] == label]
        rank[of_class] = np.arange(len(of_class))
    first = right[np.lexsort((labels[right], rank[right]))]
    return mistakes, np.concatenate([mistakes, first[: most - len(mistakes)]])


def _take(data, wanted):
    """The pictures with these numbers, in this order, as far as they are there."""
    found, begin = {}, 0
    for x, _ in _rows(data):
        for number in wanted[(wanted >= begin) & (wanted < begin + len(x))]:
            found[number] = x[number - begin].copy()  # the rest of its batch may go
        begin += len(x)
    return [found[number] for number in wanted if number in found]


def _checksum(picture):
    return zlib.crc32(np.asarray(picture).tobytes())
