"""Numbers: which are taken, as what, and what is said of the others."""

import json

import numpy as np
import pytest

from minicnn import layers
from minicnn.checks import LARGEST, check_arrays, check_choice, is_whole, nonnegative, number, whole_number


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(9)])
def test_whole_numbers(value):
    assert is_whole(value)
    assert type(whole_number(value, "units")) is int and whole_number(value, "units") == value


@pytest.mark.parametrize("value", [0, -1, True, np.True_, 3.0, np.float32(2), "3", None, [1], float("nan")])
def test_what_is_no_whole_number(value):
    assert not is_whole(value)
    with pytest.raises(ValueError, match=r"^units expects a whole number >= 1, got"):
        whole_number(value, "units")


def test_the_largest_is_named():
    with pytest.raises(ValueError, match=r"^units expects a whole number >= 1 and at most 9,223,372,"):
        whole_number(2**63, "units")
    assert not is_whole(2**63) and is_whole(2**63 - 1)
    assert whole_number(2**100, "seed", most=2**128) == 2**100
    assert number(10**300, "scale") == 1e300


def test_the_least_may_be_another():
    assert whole_number(0, "seed", least=0) == 0
    with pytest.raises(ValueError, match=r"^seed expects a whole number >= 2, got 1$"):
        whole_number(1, "seed", least=2)


def test_whole_numbers_end_where_those_of_numpy_do():
    assert whole_number(LARGEST, "steps") == np.iinfo(np.int64).max
    with pytest.raises(ValueError, match=r"^steps expects .* and at most 9,223,372,036,854,775,807, got"):
        whole_number(LARGEST + 1, "steps")
    assert whole_number(10**400, "seed", most=np.inf) == 10**400


def test_arrays_are_compared_by_name_type_and_shape():
    due = {"w": np.ones((2, 3)), "b": np.ones(3, np.float32)}
    check_arrays({name: 0 * array for name, array in reversed(due.items())}, due, "it")
    for found, said in [
        ({"w": due["w"]}, "it expects array 'b' to be float32 (3,), got none"),
        (due | {"c": np.ones(1, int)}, "it expects array 'c' to be none, got int64 (1,)"),
        (due | {"w": np.ones((3, 2))}, "it expects array 'w' to be float64 (2, 3), got float64 (3, 2)"),
        (due | {"b": np.ones(3)}, "it expects array 'b' to be float32 (3,), got float64 (3,)"),
    ]:
        with pytest.raises(ValueError) as caught:
            check_arrays(found, due, "it")
        assert str(caught.value) == said


@pytest.mark.parametrize("value", [0, 1, 0.5, np.float32(0.5), np.int8(1)])
@pytest.mark.parametrize("check", [number, nonnegative])
def test_numbers_become_ones_that_json_knows(check, value):
    assert json.loads(json.dumps(check(value, "scale"))) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -np.inf, True, "1", None, 1j, [1.0], 10**400])
@pytest.mark.parametrize("check", [number, nonnegative])
def test_what_is_no_number(check, value):
    with pytest.raises(ValueError, match=r"^scale expects a .*number.*, got"):
        check(value, "scale")


@pytest.mark.parametrize(("check", "value", "bounds", "said"), [
    (number, -0.1, {"least": 0}, "expects a number >= 0, got -0.1"),
    (number, 1, {"least": 0, "below": 1}, "expects a number >= 0 and below 1, got 1"),
    (number, 1.5, {"least": 0, "most": 1}, "expects a number >= 0 and at most 1, got 1.5"),
    (nonnegative, -0.1, {}, "expects a finite number >= 0, got -0.1"),
    (nonnegative, 1, {"below": 1}, "expects a finite number >= 0 and < 1, got 1"),
    (nonnegative, 1.5, {"most": 1}, "expects a finite number >= 0 and <= 1, got 1.5"),
])  # fmt: skip
def test_bounds_are_named(check, value, bounds, said):
    with pytest.raises(ValueError) as caught:
        check(value, "rate", **bounds)
    assert str(caught.value) == f"rate {said}"


def test_bounds_themselves():
    assert number(1, "rate", least=1, most=1) == 1
    assert nonnegative(1, "rate", most=1) == 1 and nonnegative(0, "rate", below=1) == 0


@pytest.mark.parametrize("choices", [("rgb", "grayscale", None), {"rgb": 1, "grayscale": 2, None: 3}])
def test_one_of_a_few_words(choices):
    assert check_choice("rgb", "color_mode", choices, "load_img") == "rgb"
    assert check_choice(None, "color_mode", choices, "load_img") is None
    with pytest.raises(ValueError) as caught:
        check_choice("greyscale", "color_mode", choices, "load_img")
    among = "'rgb', 'grayscale', None"
    expects = f"load_img expects color_mode to be one of {among}, got"
    assert str(caught.value) == f"{expects} 'greyscale': did you mean 'grayscale'?"
    for value in (["rgb"], {"rgb"}, np.array(["rgb"]), np.array(["rgb", "rgb"]), 3, True, float("nan")):
        with pytest.raises(ValueError, match=expects):
            check_choice(value, "color_mode", choices, "load_img")


def test_a_layer_that_is_given_no_choice_is_named():
    with pytest.raises(ValueError, match=r"^RandomFlip 'mine' expects mode to be one of 'horizontal'"):
        layers.RandomFlip("sideways", name="mine")
