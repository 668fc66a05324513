"""What the tests measure with: a NaN agrees with nothing."""

import numpy as np
import pytest
from agreement import adjoint_error, agree, agree_in_float32, distance

BAD = pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])


def test_a_distance_by_hand():
    assert distance([1.0, -4.5], [1.0, -4.0]) == 0.125
    assert distance([0.0], [0.0]) == distance([], []) == 0
    assert distance([1e-300], [0.0]) == np.inf
    assert distance(np.uint8([1]), np.uint8([2])) == 0.5
    with pytest.raises(AssertionError, match=r"shape \(2,\), expected \(1,\)"):
        distance([1.0, 1.0], [1.0])


@BAD
def test_what_is_not_finite_agrees_with_nothing(bad):
    good, spoiled = np.ones(3), np.array([1, bad, 1])
    for pair in ((good, spoiled), (spoiled, good), (spoiled, spoiled)):
        assert distance(*pair) == np.inf
        with pytest.raises(AssertionError, match="dx: off by inf times the largest number, not 1e-10"):
            agree(*pair, what="dx")


@BAD
@pytest.mark.parametrize("which", range(4))
def test_what_is_not_finite_is_no_transpose(bad, which):
    given = [np.array([2.0, 3.0]) for _ in range(4)]
    assert adjoint_error(*given) == 0
    given[which][:] = bad
    assert adjoint_error(*given) == np.inf


def test_infinite_terms_allow_nothing():
    one = np.ones(1, np.float32)
    agree_in_float32(one, one, one, 1)
    with pytest.raises(AssertionError):
        agree_in_float32(one, np.full(1, np.inf), np.full(1, np.inf), 1)
