"""Labels: which shapes are class numbers, and what is said of the others."""

import warnings

import numpy as np
import pytest

import minicnn as mc
from minicnn.labels import as_classes


@pytest.mark.parametrize("labels", [
    [2, 0, 1], [[2], [0], [1]], [2.0, 0.0, 1.0], np.uint8([2, 0, 1]), np.eye(3)[[2, 0, 1]],
    np.eye(3, dtype=bool)[[2, 0, 1]], [[0.1, 0.2, 0.7], [0.9, 0.0, 0.1], [0.3, 0.4, 0.3]],
])  # fmt: skip
def test_one_class_number_for_each_picture(labels):
    classes = as_classes(labels, "report")
    assert classes.tolist() == [2, 0, 1] and classes.dtype == np.int64


def test_answers_to_one_question_are_two_classes():
    p = np.array([0.2, 0.7, 0.6])
    assert as_classes(p > 0.5, "report").tolist() == [0, 1, 1]
    assert as_classes((p > 0.5)[:, None], "report", classes=2).tolist() == [0, 1, 1]


def test_no_labels():
    assert as_classes([], "report").shape == as_classes(np.zeros((0, 3)), "report").shape == (0,)


@pytest.mark.parametrize("labels, message", [
    ([[0.1, 0.9], [np.nan, np.nan]], r"without NaN and infinity, got some in float64 \(2, 2\): did the"),
    ([[0.0], [np.nan]], "without NaN"),
    ([0, np.inf], "without NaN and infinity"),
    ([[-np.inf, 0]], "without NaN and infinity"),
    (np.zeros((3, 0)), r"of shape \(N,\) or \(N, classes\), got \(3, 0\)"),
    (np.zeros((3, 2, 2)), r"got \(3, 2, 2\)"),
    (3, r"got \(\)"),
    ([0.5], "class numbers 0, 1, ..., got float64"),
    (["cat"], "class numbers 0, 1, ..., got <U3"),
    ([["cat", "dog"]], "class numbers 0, 1, ..., got <U3"),
    ([[None, 1]], "class numbers 0, 1, ..., got object"),
    ([[0, 1], [1]], "labels of one length, got different shapes"),
    ([-1, 3], "labels as class numbers 0, 1, ..., got -1 to 3"),
])  # fmt: skip
def test_what_is_refused(labels, message):
    with warnings.catch_warnings(), pytest.raises(ValueError, match=f"report expects .*{message}"):
        warnings.simplefilter("error")  # infinity as a whole number
        as_classes(labels, "report")


def test_labels_beyond_the_classes():
    with pytest.raises(ValueError, match=r"y in 0..2, got 0 to 3: does class_names hold every class"):
        as_classes([0, 3], "report", "y", classes=3)
    with pytest.raises(ValueError, match=r"in 0..0, got 0 to 1"):
        as_classes([True, False], "report", classes=1)


def test_a_negative_label_is_no_class_number():
    message = r"^classification_report expects y_true as class numbers 0, 1, \.\.\., got -1 to 2$"
    with pytest.raises(ValueError, match=message):
        mc.metrics.classification_report([-1, 1, 2], [0, 1, 1])
    with pytest.raises(ValueError, match=r"^confusion_matrix expects y_pred in 0\.\.2, got -1 to 1$"):
        mc.metrics.confusion_matrix([0, 1, 2], [0, -1, 1], 3)
