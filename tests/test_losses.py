import numpy as np
import pytest

from minicnn import lookup, losses
from minicnn.losses import CategoricalCrossentropy, MeanSquaredError, SparseCategoricalCrossentropy

LOGITS = np.random.default_rng(2).standard_normal((4, 3)) * 2
P = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
LABELS = np.array([2, 0, 1, 1])
ONE_HOT = np.eye(3)[LABELS]


def test_sparse_and_one_hot_targets_mean_the_same():
    expected = -np.log(P[np.arange(4), LABELS])
    for loss, y in ((SparseCategoricalCrossentropy(from_logits=True), LABELS),
                    (CategoricalCrossentropy(from_logits=True), ONE_HOT)):
        values, dy = loss.value_and_gradient(loss.check_targets(y, LOGITS.shape), LOGITS)
        np.testing.assert_allclose(values, expected, rtol=1e-13)
        np.testing.assert_allclose(dy, (P - ONE_HOT) / 4, atol=1e-16)
        assert loss(y, LOGITS) == pytest.approx(expected.mean(), rel=1e-14)


def test_the_model_may_overrule_from_logits():
    for loss, y in ((SparseCategoricalCrossentropy(), LABELS), (CategoricalCrossentropy(), ONE_HOT)):
        expected, _ = loss.value_and_gradient(y, P)
        values, _ = loss.value_and_gradient(y, LOGITS, from_logits=True)
        np.testing.assert_allclose(values, expected, rtol=1e-13)
        values, _ = type(loss)(from_logits=True).value_and_gradient(y, P, from_logits=False)
        np.testing.assert_array_equal(values, expected)


def test_label_smoothing_does_not_depend_on_the_type_of_the_targets():
    loss = CategoricalCrossentropy(label_smoothing=0.1)
    values = [loss.value_and_gradient(ONE_HOT.astype(t), P)[0] for t in ("float16", "float32", "int64")]
    np.testing.assert_array_equal(values, [loss.value_and_gradient(ONE_HOT.astype("float64"), P)[0]] * 3)


def test_label_smoothing():
    smooth = ONE_HOT * 0.9 + 0.1 / 3
    loss = CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    values, dy = loss.value_and_gradient(ONE_HOT, LOGITS)
    np.testing.assert_allclose(values, -(smooth * np.log(P)).sum(axis=1), rtol=1e-13)
    np.testing.assert_allclose(dy, (P - smooth) / 4, atol=1e-16)
    values, _ = CategoricalCrossentropy(label_smoothing=0.1).value_and_gradient(ONE_HOT, P)
    np.testing.assert_allclose(values, -(smooth * np.log(P)).sum(axis=1), rtol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mean_squared_error(dtype):
    rng = np.random.default_rng(0)
    y, p = rng.standard_normal((2, 5, 2, 3))
    values, dy = MeanSquaredError().value_and_gradient(y, p.astype(dtype))
    assert values.dtype == np.float64 and dy.dtype == dtype
    tolerance = 1e-14 if dtype == "float64" else 2e-6
    np.testing.assert_allclose(values, ((y - p) ** 2).mean(axis=(1, 2)), rtol=tolerance)
    np.testing.assert_allclose(dy, 2 * (p - y) / y.size, rtol=tolerance, atol=tolerance)


def test_mean_squared_error_of_a_diverged_network_shows_in_the_loss():
    p = np.array([[np.nan], [3e38], [1]], "float32")
    values, dy = MeanSquaredError().value_and_gradient(np.array([[0.0], [-3e38], [0]]), p)
    assert np.isnan(values[0]) and values[1] == np.inf and values[2] == 1
    assert np.isnan(dy[0, 0]) and dy[2, 0] == np.float32(2 / 3)


def test_mean_squared_error_of_single_outputs_takes_flat_targets():
    loss = MeanSquaredError()
    assert loss.check_targets([1, 2, 3], (None, 1)).shape == (3, 1)
    assert loss([1, 2, 3], np.array([[1.0], [2.0], [6.0]])) == 3.0
    assert loss.check_targets([1, 2, 3], (None,)).shape == (3,)  # as a layer of one's own may give


def test_integers_of_any_type_and_shape_become_labels():
    loss = SparseCategoricalCrossentropy()
    for y in (LABELS.astype("uint8"), LABELS.reshape(4, 1), LABELS.astype("float32"), LABELS.tolist()):
        labels = loss.check_targets(y, (None, 3))
        assert labels.dtype == np.int64
        np.testing.assert_array_equal(labels, LABELS)
    np.testing.assert_array_equal(loss.check_targets([True, False], (2, 3)), [1, 0])
    np.testing.assert_array_equal(loss.check_targets([2, 1], (2, 3)), [2, 1])  # not all classes


SPARSE, ONEHOT, MSE = SparseCategoricalCrossentropy(), CategoricalCrossentropy(), MeanSquaredError()


@pytest.mark.parametrize("loss, y, shape, message", [
    (SPARSE, ONE_HOT, (None, 3), r"got rows of 3, \(4, 3\): for one-hot targets use categorical_cross"),
    (SPARSE, [0, 3], (None, 3), "labels from 0 to 2, one for each of the 3 outputs, got labels from 0 to 3"),
    (SPARSE, [0, -1], (None, 3), "got labels from -1 to 0"),
    (SPARSE, np.array([2**63], "uint64"), (None, 3), "labels from 9223372036854775808"),
    (SPARSE, [0.5], (None, 3), "whole numbers as labels, got 0.5"),
    (SPARSE, [1e30], (None, 3), "labels from 0 to 2"),
    (SPARSE, np.zeros((4, 2)), (None, 3), r"integer labels \(N,\) or \(N, 1\), got \(4, 2\)"),
    (SPARSE, [0, 1], (3, 3), "got 2 for 3 predictions"),
    (SPARSE, [0, np.nan], (2, 3), "got nan or inf in row 1"),
    (SPARSE, [1j], (None, 3), "real numbers, got dtype complex128"),
    (SPARSE, ["cat"], (None, 3), "real numbers, got dtype <U3"),
    (SPARSE, np.array([None]), (None, 3), "real numbers, got dtype object"),
    (SPARSE, 1, (None, 3), "an array of targets"),
    (SPARSE, [0], (None, 1), "2 classes or more"),
    (SPARSE, [0], (None, 4, 4, 3), r"2 classes or more, got \(None, 4, 4, 3\): end the model in Flatten"),
    (ONEHOT, LABELS, (None, 3), r"got \(4,\): for integer labels use sparse_categorical_crossentropy"),
    (ONEHOT, LABELS[:, None], (None, 3), "for integer labels use sparse_categorical_crossentropy"),
    (SPARSE, [1, 0.5], (None, 3), r"whole numbers as labels, got 0\.5"),
    (ONEHOT, np.eye(4), (None, 3), r"one-hot targets \(N, 3\), got \(4, 4\)"),
    (ONEHOT, [[0, 1, 0], [1, 1, 0]], (None, 3), r"sum to 1, got \[1 1 0\] in row 1"),
    (ONEHOT, [[2, -1, 0]], (None, 3), "numbers >= 0 that sum to 1"),
    (MSE, LABELS, (None, 3), r"\('N', 3\), got \(4,\): labels of classes\? to_categorical"),
    (MSE, LABELS[:, None], (None, 3), "to_categorical"),
    (MSE, [[np.inf]], (None, 1), "nan or inf in row 0"),
    (MSE, [[1], [np.nan], [np.inf]], (None, 1), "nan or inf in row 1"),
])
def test_unfit_targets_are_refused_with_the_mend(loss, y, shape, message):
    with pytest.raises(ValueError, match=message):
        loss.check_targets(y, shape)


@pytest.mark.parametrize("loss", [SPARSE, CategoricalCrossentropy(True, 0.25), MSE])
def test_get_and_config(loss):
    assert losses.get(loss) is loss
    assert type(losses.get(loss.name)) is type(losses.get(type(loss))) is type(loss)
    again = losses.get(lookup.serialize(loss))
    assert type(again) is type(loss) and again.get_config() == loss.get_config()


def test_unknown_names_and_numbers_are_refused():
    assert isinstance(losses.get("mse"), MeanSquaredError)
    with pytest.raises(ValueError, match="'catgorical_crossentropy': did you mean 'categorical_"):
        losses.get("catgorical_crossentropy")
    with pytest.raises(ValueError, match=r"from 0 to 1, got 1\.5"):
        CategoricalCrossentropy(label_smoothing=1.5)


def test_only_cross_entropy_takes_logits():
    assert SPARSE.uses_logits and ONEHOT.uses_logits and not MSE.uses_logits


@pytest.mark.parametrize("given, due", [
    ("float32", "float32"), ("float64", "float64"), ("int64", "float64"), ("bool", "float64"),
])  # fmt: skip
def test_a_loss_computes_with_floats_and_keeps_those_it_gets(given, due):
    class Mine(losses.Loss):
        def value_and_gradient(self, y_true, y_pred, from_logits=None):
            assert y_pred.dtype == due
            return y_pred[:, 0], None

    assert Mine()([0, 0], np.ones((2, 1), given)) == 1


def test_the_gradient_of_one_number():
    _, dy = MSE.value_and_gradient(np.array([[1.0]]), np.array([[4.0]]))
    assert dy == 2 * 3
