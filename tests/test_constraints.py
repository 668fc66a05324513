import numpy as np
import pytest

from minicnn import constraints, lookup
from minicnn.constraints import MaxNorm


def test_long_columns_shrink_and_short_ones_stay():
    w = np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]])
    new = MaxNorm(2)(w)
    # column norms 5, 0.5, 0; Keras divides by (1e-7 + norm)
    np.testing.assert_allclose(new[:, 0], w[:, 0] * 2 / (5 + 1e-7), rtol=1e-15)
    np.testing.assert_allclose(new[:, 1], w[:, 1] * 0.5 / (0.5 + 1e-7), rtol=1e-15)
    np.testing.assert_array_equal(new[:, 2], 0)
    assert w[0, 0] == 3.0


@pytest.mark.parametrize("axis", [[0, 1, 2], (0, 1, 2), 2, -1])
def test_axes(axis):
    w = np.random.default_rng(0).standard_normal((3, 2, 4, 5)).astype("float32") * 3
    new = MaxNorm(1.5, axis=axis)(w)
    assert new.dtype == np.float32
    over = tuple(axis) if not isinstance(axis, int) else axis
    before, after = (np.sqrt((a.astype("float64") ** 2).sum(axis=over)) for a in (w, new))
    np.testing.assert_allclose(after, np.minimum(before, 1.5), rtol=1e-6)
    assert (before > 1.5).any()


@pytest.mark.parametrize("shape, axis", [((7, 5), 0), ((7, 5), -1), ((3, 2, 4, 5), (0, 1, 2))])
def test_in_place(shape, axis):
    w = np.random.default_rng(0).standard_normal(shape).astype("float32") * 3
    constraint, there = MaxNorm(1.5, axis), w.copy()
    constraint.apply(there)
    np.testing.assert_array_equal(there, constraint(w))
    assert (there != w).any()


def test_one_of_your_own():
    class Positive(constraints.Constraint):
        def __call__(self, w):
            return np.maximum(w, 0)

    w = np.array([-1.0, 2.0])
    Positive().apply(w)
    assert w.tolist() == [0, 2]


def test_an_axis_that_is_not_there():
    with pytest.raises(ValueError, match=r"axes of the weights, \(3, 3\), got 2"):
        MaxNorm(2, axis=2)(np.ones((3, 3)))


def test_get_and_config():
    assert constraints.get(None) is None
    assert constraints.get("max_norm").get_config() == {"max_value": 2, "axis": 0}
    again = constraints.get(lookup.serialize(MaxNorm(3, axis=(0, 1, 2))))
    assert again.get_config() == {"max_value": 3, "axis": [0, 1, 2]}
    for axes in (range(3), np.arange(3)):
        assert MaxNorm(3, axes).get_config() == again.get_config()
    with pytest.raises(ValueError, match="did you mean 'max_norm'"):
        constraints.get("maxnrm")
    with pytest.raises(ValueError, match="a number max_value >= 0, got -1"):
        MaxNorm(-1)


@pytest.mark.parametrize("axis", [True, 1.0, "0", None, [0, None], [0, [1, 2]], [True], {0: 1}, np.array(0)])
def test_what_is_no_axis(axis):
    with pytest.raises(ValueError, match="MaxNorm expects axis as a whole number or several, got"):
        MaxNorm(2, axis)


@pytest.mark.parametrize("max_value", [10**400, float("nan"), "2", None, [1]])
def test_what_is_no_length(max_value):
    with pytest.raises(ValueError, match="MaxNorm expects a number max_value >= 0, got"):
        MaxNorm(max_value)
