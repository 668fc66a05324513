import numpy as np
import pytest

from minicnn import Sequential, layers, lookup, losses, metrics

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


@pytest.mark.parametrize("y, p, kind", [
    (LABELS, P, metrics.SparseCategoricalAccuracy),
    (LABELS[:, None], P, metrics.SparseCategoricalAccuracy),
    (ONE_HOT, P, metrics.CategoricalAccuracy),
    (np.array([0, 1, 1, 0]), P[:, :1], metrics.BinaryAccuracy),
    (np.array([[0], [1], [1], [0]]), P[:, :1], metrics.BinaryAccuracy),
])
@pytest.mark.parametrize("name", ["accuracy", "acc"])
def test_accuracy_is_the_one_that_fits_the_shapes(y, p, kind, name):
    metric = metrics.get(name)
    assert metric.name == name
    np.testing.assert_array_equal(metric.values(y, p), kind().values(y, p))


class LabelsAsNumbers(losses.Loss):
    """The squared distance of the first output from the label: integer labels, and no known loss."""

    def value_and_gradient(self, y_true, y_pred, from_logits=None):
        dy = np.zeros_like(y_pred)
        dy[:, 0] = (y_pred[:, 0] - y_true) / len(y_pred)
        return (y_pred[:, 0] - y_true) ** 2 / 2.0, dy


def test_accuracy_with_a_loss_of_ones_own():
    model = Sequential([layers.Dense(3, input_shape=(3,))])
    model.compile("sgd", LabelsAsNumbers(), ["accuracy"])
    expected = (model.predict(P).argmax(axis=1) == LABELS).mean()
    assert model.evaluate(P, LABELS, verbose=0)[1] == expected


def test_one_number_per_image_also_where_every_pixel_has_its_class():
    y = np.array([[[0, 1], [2, 2]], [[1, 1], [0, 2]]])
    p = np.eye(3)[y]
    p[0, 0] = p[0, 0, ::-1]  # two pixels of the first image wrong
    for name, target in (("sparse_categorical_accuracy", y), ("categorical_accuracy", np.eye(3)[y])):
        for metric in (metrics.get(name), metrics.get("accuracy")):
            np.testing.assert_array_equal(metric.values(target, p), [0.5, 1])
    np.testing.assert_array_equal(metrics.get("accuracy").values(y[..., None], p), [0.5, 1])


def test_accuracy_never_exceeds_one():
    x, y = np.zeros((2, 4, 4, 3)), np.ones((2, 4, 4, 3))
    model = Sequential([layers.Activation("linear", input_shape=(4, 4, 3))])
    model.compile("sgd", "mse", ["accuracy", EveryPixel()])
    means = model.evaluate(x, y, verbose=0, return_dict=True)
    assert means == {"loss": 1, "accuracy": 1, "every_pixel": 0.75}


class EveryPixel(metrics.Metric):
    """A metric of one's own that gives more than one number per image."""

    name = "every_pixel"

    def values(self, y_true, y_pred):
        return (y_true - y_pred)[..., 0] * 0.75


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
    ("categorical_accuracy", np.zeros((6, 2)), r"\(4, 3\), got \(6, 2\)"),  # as many numbers as there are
    ("binary_accuracy", np.zeros((3, 4)), r"\(4, 3\), got \(3, 4\)"),
    ("sparse_categorical_accuracy", np.zeros((2, 2), int), r"one integer label .*got \(2, 2\) for \(4, 3\)"),
    ("accuracy", np.zeros((1, 4, 1), int), r"one integer label .*got \(1, 4, 1\) for \(4, 3\)"),
])
def test_unfit_targets_are_refused(name, y, message):
    with pytest.raises(ValueError, match=message):
        metrics.get(name)(y, P)
