"""Lesson 15: the classic mistakes, edited lines of the model answers, and loops as learners write them."""

import numpy as np

from lessons.harness.tasks import Wrong

# ---------------------------------------------------------------- the matrix

COUNTED = "np.bincount(y_true * classes + y_pred, minlength=classes**2).reshape(classes, classes)"


def counting(step, size=None):
    """A matrix that ``step(counts, t, p)`` adds each pair to; ``size(y_true, y_pred, classes)`` wide."""

    def function(y_true, y_pred, classes):
        K = size(y_true, y_pred, classes) if size else classes
        counts = np.zeros((K, K), np.int64)
        for t, p in zip(y_true, y_pred):
            step(counts, t, p)
        return counts

    return function


def add(counts, t, p):
    counts[t, p] += 1


def one_down(counts, t, p):
    counts[t - 1, p - 1] += 1


def one_up(counts, t, p):
    counts[t + 1, p + 1] += 1


def both_directions(counts, t, p):
    counts[t, p] += 1
    counts[p, t] += 1


def truth_as_well(counts, t, p):
    counts[t, t] += 1
    counts[t, p] += t != p


def truth(counts, t, p):
    counts[t, t] += 1


def to_a_copy(counts, t, p):
    counts[[t]][:, [p]] += 1


def each_with_each(y_true, y_pred, classes):
    return np.outer(*(np.bincount(y, minlength=classes) for y in (y_true, y_pred)))


def one_row_many_times(y_true, y_pred, classes):
    return np.tile(np.bincount(y_pred, minlength=classes), (classes, 1))


def either(y_true, y_pred, classes):
    right = [[(y_true == i) | (y_pred == j) for j in range(classes)] for i in range(classes)]
    return np.sum(right, axis=2)


def those_that_occur(y_true, y_pred, classes):
    found = np.unique([y_true, y_pred])
    return counting(add, lambda *_: len(found))(*np.searchsorted(found, [y_true, y_pred]), classes)


MATRIX = [
    Wrong("rows and columns have changed places: the row is the truth, the column what was said.",
          [("y_true * classes + y_pred", "y_pred * classes + y_true")]),
    Wrong("each confusion is counted once, however often it happens. Should = 1 be += 1? And counts[y_true, "
          "y_pred] += 1, with arrays, adds to a place once even where it is named twice.",
          [(COUNTED, f"np.minimum({COUNTED}, 1)")]),
    Wrong("the matrix is as large as the largest class that occurs: it must be (classes, classes).",
          [("classes = classes or", "classes =")]),
    Wrong("each row is divided by its sum: counts are asked for, not shares.",
          [(f"return {COUNTED}",
            f"counts = {COUNTED}\n    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)")]),
    Wrong("the whole is divided by N: counts are asked for, not shares.",
          [(COUNTED, f"{COUNTED} / len(y_true)")]),
    Wrong("only the mistakes are counted: what is right belongs on the diagonal.",
          [(COUNTED, f"{COUNTED} * (1 - np.eye(classes, dtype=np.int64))")]),
    Wrong("only what is right is counted: mistakes belong beside the diagonal.",
          [(COUNTED, f"{COUNTED} * np.eye(classes, dtype=np.int64)")]),
    Wrong("a mistake is counted in both directions: 3 taken for 5 is not 5 taken for 3.",
          [(f"return {COUNTED}",
            f"counts = {COUNTED}\n    return counts + counts.T - np.diag(np.diag(counts))")]),
    Wrong("the counts are kept in a single byte, which ends at 255, or at 127: np.zeros(..., np.int64).",
          [(COUNTED, f"{COUNTED}.astype(np.uint8).astype(np.int64)")]),
    *(  # the line above says as much; but two bytes, below, give the same numbers
        Wrong("counts has another type than int64: np.zeros(..., np.int64).",
              [(COUNTED, f"{COUNTED}.astype(np.{other})")])
        for other in ("int32", "uint32", "uint64")
    ),
    Wrong("the counts are kept in two bytes, which end at 65,535, or at 32,767: np.zeros(..., np.int64).",
          [(COUNTED, f"{COUNTED}.astype(np.uint16).astype(np.int64)")]),
    Wrong("each column is divided by its sum: counts are asked for, not shares.",
          [(f"return {COUNTED}",
            f"counts = {COUNTED}\n    return counts / np.maximum(counts.sum(axis=0), 1)")]),
    Wrong("a mistake is counted in both directions, and what is right twice: once for each picture.",
          function=counting(both_directions)),
    Wrong("a mistake is counted at its truth, too: a picture makes one stroke, in row truth and column "
          "prediction.", function=counting(truth_as_well)),
    Wrong("every picture is counted as right: the column is what was said.", function=counting(truth)),
    Wrong("the classes are taken for 1 to K: they are 0 to K - 1, and counts[-1] is the last row.",
          function=counting(one_down)),
    Wrong("the classes are moved by 1: they begin with 0, as the rows do.", function=counting(one_up)),
    Wrong("there is a row and a column too many: classes 0 to K - 1 are K.",
          function=counting(add, lambda t, p, K: K + 1)),
    Wrong("the matrix is as large as there are pictures: it must be (classes, classes).",
          function=counting(add, lambda t, p, K: len(t))),
    Wrong("classes that do not occur are left out: the matrix is (classes, classes) all the same.",
          function=those_that_occur),
    Wrong("nothing is counted. counts[y_true][:, y_pred] += 1 adds to a copy: counts[i, j], in one bracket.",
          function=counting(to_a_copy)),
    Wrong("every truth is counted with every prediction: is there a loop in a loop? Picture n has one of "
          "each.", function=each_with_each),
    Wrong("all rows are the same: [[0] * K] * K is one row, K times. np.zeros makes K of them.",
          function=one_row_many_times),
    Wrong("counted is who has the truth i or was taken for j: it takes both, i and j.", function=either),
    Wrong("the last picture is not counted.",
          [("y_true * classes + y_pred", "(y_true * classes + y_pred)[:-1]")]),
]  # fmt: skip

# ---------------------------------------------------------------- the list


def listing(
    wanted=lambda c, i, j: i != j and c > 0, key=lambda c, i, j: (-c, i, j), row=lambda c, i, j: (i, j, c)
):
    """The rows as a loop finds them; a mistake is in one of the three."""

    def function(counts, most):
        found = [(counts[i, j], i, j) for i, j in np.ndindex(counts.shape) if wanted(counts[i, j], i, j)]
        found.sort(key=lambda each: key(*each))
        return np.array([row(*each) for each in found[:most]], np.int64).reshape(-1, len(row(0, 0, 0)))

    return function


def one_of_each_count(counts, most):
    """In a dictionary, whose last entry wins."""
    right = listing()(counts, counts.size)
    rows = {c: (i, j, c) for i, j, c in right[np.lexsort((right[:, 1], right[:, 0]))]}
    return np.array([rows[c] for c in sorted(rows, reverse=True)[:most]], np.int64).reshape(-1, 3)


def filled_up(counts, most):
    rows, right = np.zeros((most, 3), np.int64), listing()(counts, most)
    rows[: len(right)] = right
    return rows


FOUND = "rows[rows[:, 2] > 0][:most]"

LIST = [
    Wrong("the diagonal is listed as well: what is right is no mistake.",
          [("    np.fill_diagonal(wrong, 0)\n", "")]),
    Wrong("the rarest come first.", [("np.argsort(-wrong,", "np.argsort(wrong,")]),
    Wrong("the true and the predicted class have changed places.",
          [("np.stack([true, predicted,", "np.stack([predicted, true,")]),
    Wrong("of equally frequent ones the last comes first: was an ascending order turned round?",
          [("np.argsort(-wrong, axis=None, kind=\"stable\")",
            "np.argsort(wrong, axis=None, kind=\"stable\")[::-1]")]),
    Wrong("of equally frequent ones any may come first, where there are many: np.argsort keeps their order "
          "only with kind=\"stable\".",
          [("np.argsort(-wrong, axis=None, kind=\"stable\")", "np.argsort(-wrong, axis=None)")]),
    Wrong("of equally frequent ones the larger predicted class comes first: reverse=True turns the order of "
          "all parts round. Asked for is the smaller true class, then the smaller predicted one.",
          function=listing(key=lambda c, i, j: (-c, -j, -i))),
    Wrong("of equally frequent ones the smaller predicted class comes first; the true class goes before it.",
          function=listing(key=lambda c, i, j: (-c, j, i))),
    Wrong("what never happened is listed too, with a count of 0.",
          [(FOUND, "rows[:most]")]),
    Wrong("what never happened is listed too, with a count of 0.",
          function=listing(wanted=lambda c, i, j: i != j)),
    Wrong("what never happened is listed too, and of equally frequent ones the last comes first: was an "
          "ascending order turned round?",
          [("np.argsort(-wrong, axis=None, kind=\"stable\")",
            "np.argsort(wrong, axis=None, kind=\"stable\")[::-1]"), (FOUND, "rows[:most]")]),
    Wrong("the list is filled up with zeros; it ends where the mistakes do.", function=filled_up),
    Wrong("what happened once is left out: only what never happened is.",
          function=listing(wanted=lambda c, i, j: i != j and c > 1)),
    Wrong("the count stands first in each row: it is (true class, predicted class, count).",
          function=listing(row=lambda c, i, j: (c, i, j))),
    Wrong("the rows are still as they were sorted, (-count, i, j): turn each into (i, j, count).",
          function=listing(row=lambda c, i, j: (-c, i, j))),
    Wrong("the counts have the minus sign that sorted them.",
          function=listing(row=lambda c, i, j: (i, j, -c))),
    Wrong("the counts are not there: a row is (true class, predicted class, count).",
          function=listing(row=lambda c, i, j: (i, j))),
    Wrong("classes are counted from 1: they begin with 0, as the rows and columns of counts do.",
          function=listing(row=lambda c, i, j: (i + 1, j + 1, c))),
    Wrong("the list is in the order of reading: the most frequent comes first.",
          function=listing(key=lambda c, i, j: (i, j))),
    Wrong("only what is above the diagonal is listed: i for j and j for i are two confusions.",
          function=listing(wanted=lambda c, i, j: i < j and c > 0)),
    Wrong("only what is below the diagonal is listed: i for j and j for i are two confusions.",
          function=listing(wanted=lambda c, i, j: i > j and c > 0)),
    Wrong("sorted by the share of the true class that is taken for another: asked for is how often.",
          [("np.argsort(-wrong,", "np.argsort(-wrong / np.maximum(counts.sum(axis=1, keepdims=True), 1),")]),
    Wrong("the first `most` are taken before the diagonal is: take out what is right, then count to `most`.",
          [("    np.fill_diagonal(wrong, 0)\n", ""), (FOUND,
            "rows[:most][(rows[:most, 2] > 0) & (rows[:most, 0] != rows[:most, 1])]")]),
    Wrong("of equally frequent ones only one is listed: in a dictionary by count the last one wins.",
          function=one_of_each_count),
    Wrong("where nothing is listed, the result has no columns: .reshape(-1, 3) keeps the shape (0, 3).",
          [(f"return {FOUND}", f"rows = {FOUND}\n    return rows if len(rows) else rows.ravel()")]),
    Wrong("the diagonal of counts itself is set to 0; do that to counts.copy().",
          [("counts.copy()", "counts")]),
    Wrong("all mistakes are listed; the list ends after `most`.", [("[:most]", "")]),
    Wrong("i for j and j for i are put together: they are two confusions.",
          [("np.fill_diagonal(wrong, 0)", "wrong = np.triu(wrong + wrong.T, 1)")]),
    Wrong("only one mistake of each true class is listed, its most frequent; a class may be there twice.",
          [("    order = np.argsort", "    wrong = np.where(np.arange(len(counts)) == "
            "wrong.argmax(axis=1)[:, None], wrong, 0)\n    order = np.argsort")]),
]  # fmt: skip
