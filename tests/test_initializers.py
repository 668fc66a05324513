import numpy as np
import pytest

import minicnn as mc
from minicnn import initializers, lookup

SHAPE = (3, 2, 40, 100)  # KH, KW, C, F: fan_in 240, fan_out 600
GLOROT, HE = 2 / (240 + 600), 2 / 240


def rng():
    return np.random.default_rng(4)


@pytest.mark.parametrize("shape, fans", [
    ((), (1, 1)), ((7,), (7, 7)), ((3, 5), (3, 5)), ((3, 2, 4, 8), (24, 48)), ((0, 3), (0, 3)),
])
def test_fans(shape, fans):
    assert initializers.compute_fans(shape) == fans


@pytest.mark.parametrize("name, variance", [("glorot_uniform", GLOROT), ("he_uniform", HE)])
def test_uniform_fills_its_limits(name, variance):
    w = initializers.get(name)(SHAPE, "float64", rng())
    limit = np.sqrt(3 * variance)  # glorot: sqrt(6 / (fan_in + fan_out))
    assert w.shape == SHAPE and abs(w).max() <= limit
    assert w.min() < -0.999 * limit and w.max() > 0.999 * limit
    # standard errors of 24000 draws: std 0.3 %, mean 0.6 % of the std
    assert w.std() == pytest.approx(np.sqrt(variance), rel=0.015)
    assert abs(w.mean()) < 0.03 * np.sqrt(variance)


@pytest.mark.parametrize("name, variance", [("glorot_normal", GLOROT), ("he_normal", HE)])
def test_normal_is_cut_off_at_two_and_has_the_variance_asked_for(name, variance):
    w = initializers.get(name)(SHAPE, "float64", rng())
    edge = 2 * np.sqrt(variance) / 0.87962566103423978
    assert w.shape == SHAPE and 0.99 * edge < abs(w).max() <= edge
    assert w.std() == pytest.approx(np.sqrt(variance), rel=0.015)
    assert abs(w.mean()) < 0.03 * np.sqrt(variance)
    inside_one = (abs(w) < edge / 2).mean()  # of a normal 68.27 % lie within 1 sd, 95.45 % within 2
    assert inside_one == pytest.approx(0.6827 / 0.9545, abs=0.01)


@pytest.mark.parametrize("name", ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal"])
@pytest.mark.parametrize("shape", [(), (5,), (0, 3), (4, 6)])
def test_any_shape(name, shape):
    assert initializers.get(name)(shape, "float32", rng()).shape == shape


def test_constants():
    np.testing.assert_array_equal(initializers.Zeros()((2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(initializers.Ones()((2, 3)), np.ones((2, 3)))


def test_type_is_the_one_asked_for_or_floatx():
    init = initializers.HeNormal()
    assert init((3, 3)).dtype == np.float32
    np.testing.assert_array_equal(init((3, 3), "float32", rng()), init((3, 3), "float64", rng()).astype("f4"))
    mc.config.set_floatx("float64")
    try:
        assert init((3, 3)).dtype == np.float64
    finally:
        mc.config.set_floatx("float32")


def test_draws_follow_from_the_generator_or_the_seed_and_not_from_numpy():
    init = initializers.GlorotUniform()
    np.testing.assert_array_equal(init((4, 4), rng=rng()), init((4, 4), rng=rng()))
    mc.set_random_seed(1)
    np.random.seed(0)  # noqa: NPY002
    one = init((4, 4))
    mc.set_random_seed(2)
    two = init((4, 4))
    mc.set_random_seed(1)
    np.random.seed(5)  # noqa: NPY002
    np.testing.assert_array_equal(init((4, 4)), one)
    assert (one != two).all()


def test_names_and_config():
    assert isinstance(initializers.get("HeNormal"), initializers.HeNormal)
    again = initializers.get(lookup.serialize(initializers.HeNormal()))
    assert isinstance(again, initializers.HeNormal)
    with pytest.raises(ValueError, match="unknown initializer 'glorot': did you mean 'glorot_"):
        initializers.get("glorot")
