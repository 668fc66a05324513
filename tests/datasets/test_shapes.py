"""The drawn pictures: the same for a seed however they are asked for, and what they are said to be."""

import time

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from minicnn.datasets import load, shapes


def test_shapes_types_and_classes():
    (x_train, y_train), (x_test, y_test) = shapes.load_data(1000, 500)
    assert x_train.shape == (1000, 32, 32, 3) and x_test.shape == (500, 32, 32, 3)
    assert y_train.shape == (1000, 1) and y_test.shape == (500, 1)
    assert x_train.dtype == y_train.dtype == np.uint8
    np.testing.assert_array_equal(np.bincount(y_train[:, 0]), [100] * 10)
    np.testing.assert_array_equal(np.bincount(y_test[:, 0]), [50] * 10)
    assert len(set(shapes.CLASS_NAMES)) == 10


@pytest.mark.parametrize("n", [0, 1, 249, 250, 251, 733])
def test_a_picture_is_the_same_however_many_are_drawn(n):
    (x_all, y_all), _ = shapes.load_data(1000, 0, seed=5)
    (x, y), _ = shapes.load_data(n, 0, seed=5)
    assert x.shape == (n, 32, 32, 3)
    np.testing.assert_array_equal(x, x_all[:n])
    np.testing.assert_array_equal(y, y_all[:n])


def test_other_seeds_and_the_test_set_are_other_pictures():
    (x, _), (x_test, _) = shapes.load_data(500, 500, seed=0)
    (other, _), _ = shapes.load_data(500, 0, seed=1)
    apart = [len(np.unique(a.reshape(-1, 3072), axis=0)) for a in (x, np.concatenate([x, x_test, other]))]
    assert apart == [500, 1500]


def test_numpys_global_state_neither_matters_nor_changes():
    np.random.seed(3)  # noqa: NPY002
    (first, _), _ = shapes.load_data(20, 0)
    assert np.random.randint(10**6) == np.random.RandomState(3).randint(10**6)  # noqa: NPY002
    np.testing.assert_array_equal(shapes.load_data(20, 0)[0][0], first)


def test_a_few_pictures_cost_little():
    start = time.perf_counter()
    shapes.load_data(10, 0)
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("bad", [{"n_train": -1}, {"n_test": 2.5}, {"seed": "0"}, {"n_train": True}])
def test_wrong_arguments(bad):
    with pytest.raises(ValueError, match=f"expects {next(iter(bad))} to be a whole number >= 0"):
        shapes.load_data(**({"n_train": 1, "n_test": 1} | bad))


def test_load_by_name():
    (x, y), (x_test, y_test) = load("shapes", n_train=30, n_test=20)
    (same, _), _ = shapes.load_data(30, 0)
    np.testing.assert_array_equal(x, same)
    assert y.shape == (30, 1) and x_test.shape[0] == y_test.shape[0] == 20


def test_load_of_an_unknown_name_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"got 'cifar-10': did you mean 'cifar10'"):
        load("cifar-10")
    with pytest.raises(ValueError, match=r"'cifar10' and 'shapes', got 'mnist'$"):
        load("mnist")
    with pytest.raises(ValueError, match=r"n_train must lie in 0\.\.50000, got -1"):
        load("shapes", n_train=-1)


# The outlines: signed distances against answers known otherwise


@pytest.mark.parametrize("name", shapes.CLASS_NAMES)
def test_distances_grow_no_faster_than_the_way_and_change_sign_at_the_edge(name):
    """A distance has slope 1 or, for the joined outlines, less: else an edge would not be one pixel wide."""
    at = np.linspace(-1.6, 1.6, 161)
    x, y = np.meshgrid(at, at)
    d = shapes._DISTANCES[name](x, y)
    step = at[1] - at[0]
    assert np.abs(np.diff(d, axis=0)).max() <= step * (1 + 1e-4)
    assert np.abs(np.diff(d, axis=1)).max() <= step * (1 + 1e-4)
    inside = d < 0
    assert 0.08 < inside.mean() < 0.35
    assert not inside[[0, -1]].any() and not inside[:, [0, -1]].any()


def test_a_polygon_agrees_with_another_way_of_telling_inside():
    from matplotlib.path import Path

    points = np.random.default_rng(0).uniform(-1.2, 1.2, (2000, 2))
    for name, corners in shapes._OUTLINES.items():
        d = shapes._polygon(points[:, 0], points[:, 1], corners)
        np.testing.assert_array_equal(d < 0, Path(corners).contains_points(points), err_msg=name)


def test_the_distance_from_a_square_is_the_textbook_one():
    x, y = np.random.default_rng(1).uniform(-2, 2, (2, 1000))
    d = shapes._polygon(x, y, [(-1, -1), (1, -1), (1, 1), (-1, 1)])
    qx, qy = np.abs(x) - 1, np.abs(y) - 1
    known = np.hypot(np.maximum(qx, 0), np.maximum(qy, 0)) + np.minimum(np.maximum(qx, qy), 0)
    np.testing.assert_allclose(d, known, atol=1e-6)


# How hard they are


def features(x):
    """Pictures (n, 32, 32, 3) as rows of 2x2 means, and a one for the bias: (n, 769)."""
    means = x.reshape(-1, 16, 2, 16, 2, 3).mean((2, 4)) / 255
    return np.c_[means.reshape(len(x), -1), np.ones(len(x))]


def test_a_linear_classifier_learns_next_to_nothing():
    """Ridge regression on the pixels, the best of several strengths: far under the 45 % promised."""
    (x_train, y_train), (x_test, y_test) = shapes.load_data(4000, 1000)
    a, targets = features(x_train), np.eye(10)[y_train[:, 0]] - 0.1
    with threadpool_limits(1):  # several threads would only get in each other's way
        gram, moment, test = a.T @ a, a.T @ targets, features(x_test)
        weights = [np.linalg.solve(gram + strength * np.eye(len(gram)), moment) for strength in (1, 30, 1000)]
        accuracy = [np.mean((test @ w).argmax(1) == y_test[:, 0]) for w in weights]
    assert max(accuracy) < 0.45


@pytest.mark.slow
def test_fifty_thousand_take_less_than_twenty_seconds():
    start = time.process_time()  # drawn on one core; what else runs on the machine does not count
    shapes.load_data(50_000, 0)
    assert time.process_time() - start < 20
