import numpy as np
import pytest

from minicnn import lookup, losses, metrics

P = np.array([[0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.6, 0.3, 0.1]], "float32")
LABELS = np.array([1, 0, 0, 0])
ONE_HOT = np.eye(3)[LABELS]


def test_accuracy_of_classes_counts_the_first_of_equals():
    sparse = "sparse_categorical_accuracy"
    for name, y in ((sparse, LABELS), (sparse, LABELS[:, None]), ("categorical_accuracy", ONE_HOT)):
        values = metrics.get(name).values(y, P)
        assert values.dtype == np.float64
        np.testing.assert_array_equal(values, [1, 1, 0, 1])
        assert metrics.get(name)(y, P) == 0.75


def test_binary_accuracy_counts_one_half_as_zero():
    p = np.array([[0.5], [0.5], [0.51], [0.49]], "float32")
    np.testing.assert_array_equal(metrics.BinaryAccuracy().values(np.array([0, 1, 1, 1]), p), [1, 0, 1, 0])
    many = np.array([[0.2, 0.9], [0.9, 0.9]])
    np.testing.assert_array_equal(metrics.BinaryAccuracy().values(np.array([[0, 1], [0, 1]]), many), [1, 0.5])


def test_losses_as_metrics():
    expected = -np.log(P[np.arange(4), LABELS].astype("float64"))
    squares = ((ONE_HOT - P) ** 2).mean(axis=1)
    for name, y, values in (("categorical_crossentropy", ONE_HOT, expected), ("mse", ONE_HOT, squares),
                            ("sparse_categorical_crossentropy", LABELS, expected)):
        np.testing.assert_allclose(metrics.get(name).values(y, P), values, rtol=1e-6)


@pytest.mark.parametrize("loss, shape, kind", [
    (losses.SparseCategoricalCrossentropy(), (None, 3), metrics.SparseCategoricalAccuracy),
    (losses.CategoricalCrossentropy(), (None, 3), metrics.CategoricalAccuracy),
    (losses.MeanSquaredError(), (None, 3), metrics.CategoricalAccuracy),
    (losses.MeanSquaredError(), (None, 1), metrics.BinaryAccuracy),
])
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_is_the_one_that_fits(loss, shape, kind, name):
    metric = metrics.get(name, loss, shape)
    assert type(metric) is kind and metric.name == name


def test_names():
    assert metrics.get("mse").name == "mse"
    assert metrics.get("BinaryAccuracy").name == "BinaryAccuracy"
    assert metrics.get(metrics.BinaryAccuracy).name == "binary_accuracy"
    mine = metrics.CategoricalAccuracy(name="top1")
    assert metrics.get(mine) is mine and mine.name == "top1"
    again = metrics.get(lookup.serialize(mine))
    assert type(again) is metrics.CategoricalAccuracy and again.name == "top1"
    with pytest.raises(ValueError, match="unknown metric 'acuracy': did you mean 'accuracy'"):
        metrics.get("acuracy")


@pytest.mark.parametrize("name, y, message", [
    ("sparse_categorical_accuracy", ONE_HOT, "for one-hot targets use categorical_accuracy"),
    ("categorical_accuracy", LABELS, r"shape of the predictions, \(4, 3\), got \(4,\)"),
    ("binary_accuracy", LABELS, r"got \(4,\)"),
])
def test_unfit_targets_are_refused(name, y, message):
    with pytest.raises(ValueError, match=message):
        metrics.get(name)(y, P)
