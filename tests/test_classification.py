"""The classification report, to the letter scikit-learn's; and the confusion matrix."""

import json
from pathlib import Path

import numpy as np
import pytest

import minicnn as mc
from minicnn.classification import classification_report, confusion_matrix

CASES = json.loads((Path(__file__).parent / "oracles" / "classification_reports.json").read_text())


@pytest.mark.parametrize("case", CASES)
def test_text_and_counts_are_those_of_scikit_learn(case):
    y_true, y_pred = ([int(digit, 16) for digit in case[name]] for name in ("y_true", "y_pred"))
    assert classification_report(y_true, y_pred, case["class_names"], case["digits"]) == case["report"]
    if "matrix" in case:
        counts = confusion_matrix(y_true, y_pred, 12)
        assert counts.tolist() == case["matrix"] and counts.dtype == np.int64


def test_a_report_by_hand():
    """Of three ants one is taken for a bee; the only cow as well."""
    text = classification_report([0, 0, 0, 1, 2], [0, 0, 1, 1, 1], ["ant", "bee", "cow", "dog"])
    assert text.splitlines() == [
        "              precision    recall  f1-score   support",
        "",
        "         ant       1.00      0.67      0.80         3",
        "         bee       0.33      1.00      0.50         1",
        "         cow       0.00      0.00      0.00         1",
        "         dog       0.00      0.00      0.00         0",
        "",
        "    accuracy                           0.60         5",
        "   macro avg       0.33      0.42      0.33         5",
        "weighted avg       0.67      0.60      0.58         5",
    ]


def test_nothing_right():
    """Where scikit-learn would show the support as 2.0."""
    row = classification_report([0, 0], [1, 1]).splitlines()[2]
    assert row.split() == ["0", "0.00", "0.00", "0.00", "2"]


def test_rows_are_true_and_columns_predicted():
    assert confusion_matrix([0, 0, 1, 2], [0, 1, 1, 0]).tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert confusion_matrix([0], [1], classes=3).tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 0]]


def test_one_hot_rows_columns_and_probabilities_are_class_numbers_too():
    numbers, probabilities = [2, 0, 1], [[0.1, 0.2, 0.7], [0.5, 0.4, 0.1], [0.6, 0.3, 0.1]]
    due = confusion_matrix(numbers, [2, 0, 0])
    np.testing.assert_array_equal(confusion_matrix(np.eye(3)[numbers], probabilities), due)
    np.testing.assert_array_equal(confusion_matrix(np.uint8(numbers)[:, None], probabilities), due)
    text = classification_report(numbers, [2, 0, 0])
    assert classification_report(np.eye(3)[numbers], probabilities) == text


def test_many_pictures_in_small_integers():
    """255 * 200 + 199 does not fit into a byte."""
    assert confusion_matrix(np.uint8([199]), np.uint8([199]), 200)[199, 199] == 1


@pytest.mark.parametrize(
    "y_true, y_pred, names, message",
    [
        ([0, 1], [0], None, r"y_pred of shape \(2,\) or \(2, classes\), got \(1,\)"),
        ([0, 2], [0, 1], ["a", "b"], "y_true in 0..1, got 0 to 2: does class_names hold every class"),
        ([0, -1], [0, 1], None, "y_true as class numbers 0, 1, ..., got -1 to 0"),
        ([], [], None, "at least one label, got none"),
        ([0.5], [0], None, "class numbers 0, 1, ..., got float64"),
    ],
)
def test_labels_that_do_not_fit(y_true, y_pred, names, message):
    with pytest.raises(ValueError, match=message):
        classification_report(y_true, y_pred, names)


def test_they_are_where_the_metrics_are():
    assert mc.metrics.classification_report is classification_report
    assert mc.metrics.confusion_matrix is confusion_matrix
