"""What a classifier gets right and wrong, class by class: the confusion matrix and the report on it.

With tp the pictures of a class that were taken for it,

    precision  tp / taken for it      recall  tp / in it      f1-score  2 tp / (in it + taken for it)

each 0 where nothing is there to divide by. "macro avg" is the mean over the classes, "weighted avg"
weighs each class by its pictures (its support). The text is scikit-learn's, to the letter, save where not
one prediction is right: there it shows the support as 3.0, and this one as 3 like everywhere else.
"""

import numpy as np

from minicnn.labels import as_classes

HEADERS = ("precision", "recall", "f1-score", "support")


def confusion_matrix(y_true, y_pred, classes=None):
    """How many pictures of each class (row) were taken for each class (column): (classes, classes) int64.

    ``y_true``, ``y_pred``: class numbers (N,) or (N, 1), or one-hot rows or probabilities (N, classes).
    ``classes``: how many there are; without it, the largest number decides. Raises ValueError for labels
    outside of it, of different lengths, or none.
    """
    y_true = as_classes(y_true, "confusion_matrix", "y_true", classes=classes)
    y_pred = as_classes(y_pred, "confusion_matrix", "y_pred", length=len(y_true), classes=classes)
    if len(y_true) == 0:
        raise ValueError("confusion_matrix expects at least one label, got none")
    classes = classes or int(max(y_true.max(), y_pred.max())) + 1
    return np.bincount(y_true * classes + y_pred, minlength=classes**2).reshape(classes, classes)


def classification_report(y_true, y_pred, class_names=None, digits=2):
    """Precision, recall, f1-score and support of every class, and their averages, as a text to print.

    Labels as for ``confusion_matrix``. ``class_names``: one for each class, in order, also for those that
    never occur; without names the class numbers that do occur are shown.
    """
    caller, classes = "classification_report", None if class_names is None else len(class_names)
    y_true = as_classes(y_true, caller, "y_true", classes=classes)
    y_pred = as_classes(y_pred, caller, "y_pred", length=len(y_true), classes=classes)
    counts = confusion_matrix(y_true, y_pred, classes)
    if class_names is None:
        (occurring,) = np.nonzero(counts.sum(axis=0) + counts.sum(axis=1))
        counts, class_names = counts[np.ix_(occurring, occurring)], occurring
    names = [str(name) for name in class_names]
    scores, support = scores_per_class(counts)
    N = support.sum()
    accuracy = np.trace(counts) / N

    width = max(len("weighted avg"), digits, *map(len, names))
    lines = [f"{'':>{width}} " + "".join(f" {header:>9}" for header in HEADERS), ""]

    def line(name, values, count):
        cells = [value if isinstance(value, str) else f"{value:.{digits}f}" for value in values]
        lines.append(f"{name:>{width}} " + "".join(f" {cell:>9}" for cell in (*cells, count)))

    for name, column, count in zip(names, scores.T, support):
        line(name, column, count)
    lines.append("")
    line("accuracy", ("", "", accuracy), N)
    line("macro avg", scores.mean(axis=1), N)
    line("weighted avg", np.average(scores, axis=1, weights=support), N)
    return "\n".join(lines) + "\n"


def scores_per_class(counts):
    """Precision, recall and f1 of each class, (3, classes), and its support (classes,), from the counts."""
    counts = np.asarray(counts)
    right, support, taken = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    tops, bottoms = (right, right, 2 * right), (taken, support, support + taken)
    scores = [np.divide(a, b, out=np.zeros(len(a)), where=b > 0) for a, b in zip(tops, bottoms)]
    return np.stack(scores), support
