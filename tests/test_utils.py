import numpy as np
import pytest

from minicnn.utils import to_categorical


def test_one_hot_rows_as_in_keras():
    rows = to_categorical(np.array([2, 0, 1], np.uint8), 4)
    assert rows.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]
    assert rows.dtype == np.float64
    assert np.array_equal(rows, to_categorical([[2], [0], [1]], 4))  # (N, 1), as the data sets give them


def test_the_largest_label_decides_without_num_classes():
    assert to_categorical([0, 3]).shape == (2, 4)


def test_no_labels():
    assert to_categorical(np.zeros((0, 1), int), 10).shape == (0, 10)
    with pytest.raises(ValueError, match="pass num_classes"):
        to_categorical([])


@pytest.mark.parametrize(
    "labels, message",
    [
        ([0, 10], "from 0 to 9, got 0 to 10"),
        ([-1, 3], "from 0 to 9, got -1 to 3"),
        ([0.5], "whole numbers, got float64"),
        (["cat"], "whole numbers, got <U3"),
        ([np.inf], "whole numbers, got float64"),
        ([0, np.nan], "whole numbers, got float64"),
        ([[0], [1, 2]], "labels of one length, got different shapes"),
    ],
)
def test_labels_that_name_no_class(labels, message):
    with pytest.raises(ValueError, match=message):
        to_categorical(labels, 10)


@pytest.mark.parametrize("labels", [[np.inf], [np.nan], [0.5], [-1], ["cat"], [[0], [1, 2]]])
def test_labels_that_count_no_classes(labels):
    with pytest.raises(ValueError, match=r"to_categorical expects (whole numbers|labels)"):
        to_categorical(labels)


@pytest.mark.parametrize("num_classes", [2.5, 0, True, "3"])
def test_a_number_of_classes_that_is_none(num_classes):
    with pytest.raises(ValueError, match="num_classes expects a whole number >= 1, got"):
        to_categorical([0], num_classes)
