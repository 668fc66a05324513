"""Dropout: the right share is dropped, by a key and a place and nothing else."""

import importlib
import math

import numpy as np
import pytest
from agreement import COMPILATION_IS_OFF, is_adjoint
from hypothesis import given
from hypothesis import strategies as st
from recorded import in_python, recorded, shares
from strategies import SEEDS, normal, shapes

from minicnn import random
from minicnn.kernels import threads
from minicnn.kernels.dropout import BLOCK, dropout, random_bits

SIZE = 5_000 if COMPILATION_IS_OFF else 200_000
SIGMAS = 5  # a fair coin is this far off once in 1.7 million times; the keys here are fixed
RATES = pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.8])


def kept(key, rate=0.5, size=SIZE):
    return dropout(np.ones(size, np.float32), rate, key) != 0


def squares(counter, key):
    """Widynski 2020, section 4, in whole numbers of Python."""
    key |= 1
    x = y = counter * key
    for add in (y, y + key, y):
        x = (x * x + add) % 2**64
        x = x >> 32 | x << 32 & 2**64 - 1
    return (x * x + y + key) % 2**64 >> 32


@given(st.integers(0, 2**40), st.integers(0, 2**64 - 1))
def test_the_bits_are_those_of_squares(counter, key):
    assert int(random_bits(np.uint64(counter), np.uint64(key))) == squares(counter, key)


@RATES
def test_the_share_dropped_is_the_rate(rate):
    for key in range(3):
        off = kept(random.key(key), rate).mean() - (1 - rate)
        assert abs(off) < SIGMAS * math.sqrt(rate * (1 - rate) / SIZE)


@RATES
def test_the_mean_stays(rate):
    x = normal(0, SIZE) + 1
    spread = math.sqrt(rate / (1 - rate) * np.square(x).mean() / SIZE)
    assert abs(dropout(x, rate, random.key(1)).mean() - x.mean()) < SIGMAS * spread


@RATES
def test_no_place_is_favoured(rate):
    """The first numbers, over many keys: a poor mixing of a small counter would show here."""
    keys = 4000
    each = np.stack([kept(random.key("place", k), rate, 8) for k in range(keys)])
    bound = SIGMAS * math.sqrt(rate * (1 - rate) / keys)
    assert (np.abs(each.mean(0) - (1 - rate)) < bound).all()


def correlation(a, b):
    return np.corrcoef(a, b)[0, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, "dropout", 3, 0), (0, "dropout", 3, 1)),  # steps
        ((0, "dropout", 3, 0), (0, "dropout", 4, 0)),  # places of the layer
        ((0, "dropout", 3, 0), (1, "dropout", 3, 0)),  # seeds
        ((0, "dropout", 3, 4), (0, "dropout", 4, 3)),
    ],
)
def test_different_keys_drop_unrelated_numbers(one, other):
    assert abs(correlation(kept(random.key(*one)), kept(random.key(*other)))) < SIGMAS / math.sqrt(SIZE)


@pytest.mark.parametrize("lag", [1, 2, 3, 32, 96, 1024])
def test_neighbours_are_dropped_independently(lag):
    mask = kept(random.key(5))
    assert abs(correlation(mask[:-lag], mask[lag:])) < SIGMAS / math.sqrt(SIZE)


def test_what_is_kept_is_divided_by_the_share_kept():
    x = normal(0, 1000)
    y = dropout(x, 0.25, 9)
    np.testing.assert_array_equal(y, np.where(kept(9, 0.25, 1000), x * (1 / 0.75), 0))
    assert dropout(x.astype(np.float32), 0.25, 9).dtype == np.float32
    np.testing.assert_array_equal(dropout(x, 0, 9), x)


def test_a_dropped_nan_is_dropped_and_a_kept_one_kept():
    for bad in (np.nan, np.inf, -np.inf):
        y = dropout(np.full(1000, bad), 0.5, 9)
        np.testing.assert_array_equal(y, np.where(kept(9, 0.5, 1000), bad, 0))


@given(shapes(), SEEDS, st.sampled_from([0.1, 0.5, 0.9]))
def test_forward_and_backward_drop_the_same(shape, seed, rate):
    x, dy = normal(seed, *shape), normal(seed + 1, *shape)
    is_adjoint(dropout(x, rate, seed), dy, x, dropout(dy, rate, seed))


def test_the_mask_is_one_for_both_float_types_every_shape_and_order_in_memory():
    mask = kept(7, size=24)
    for dtype in (np.float32, np.float64):
        x = np.ones((2, 3, 4), dtype)
        for each in (x, np.asfortranarray(x), np.ones((4, 3, 2), dtype).T, np.ones((2, 6, 4), dtype)[:, ::2]):
            np.testing.assert_array_equal(dropout(each, 0.5, 7).ravel() != 0, mask)


def test_the_mask_does_not_depend_on_the_threads():
    x = normal(0, 5 * BLOCK + 17)
    threads.set_num_threads(1)
    alone = dropout(x, 0.5, 3)
    threads.set_num_threads(threads._most)
    np.testing.assert_array_equal(dropout(x, 0.5, 3), alone)


def test_every_block_is_written_to_its_end():
    x = 1.0 + np.arange(3 * BLOCK + 5)
    y = dropout(x, 0.5, 11)
    for place in (0, BLOCK - 1, BLOCK, 2 * BLOCK - 1, 2 * BLOCK, 3 * BLOCK - 1, 3 * BLOCK, 3 * BLOCK + 4):
        assert y[place] == (2 * x[place] if squares(place, 11) >= 2**31 else 0)


def test_nothing_to_drop_and_inputs_as_they_are():
    assert dropout(np.zeros((0, 3)), 0.5, 1).shape == (0, 3)
    x = normal(0, 50)
    dropout(x, 0.5, 1)
    np.testing.assert_array_equal(x, normal(0, 50))


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, 8193, 16384, 20000])
def test_blocks_of_8192_numbers(monkeypatch, size):
    kernel = importlib.import_module("minicnn.kernels.dropout")
    x = np.broadcast_to(np.float32(1), size)
    due = [(begin, min(begin + 8192, size)) for begin in range(0, size, 8192)]
    assert shares(monkeypatch, kernel, kernel._dropout, x, 0, 1, 2, x) == [len(due)]
    recorded(monkeypatch, kernel, "read", 1.0)
    recorded(monkeypatch, kernel, "random_bits", 5)
    for block, (begin, end) in enumerate(due):
        written = recorded(monkeypatch, kernel, "write")
        in_python(kernel._dropout_block)(block, x, 5, 1.0, np.uint64(2), x)
        assert [int(call[1]) for call in written] == [*range(begin, end)]
