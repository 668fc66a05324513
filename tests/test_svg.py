"""Curves as SVG: the lines, the ticks, the words."""

import re
from xml.etree import ElementTree

import pytest

from minicnn.svg import digits, nice_ticks, training_curves

RECORDS = {"loss": [2.0, 1.0, 0.5], "accuracy": [0.2, 0.4, 0.5], "val_loss": [1.5, 1.2, 1.3]}


def points(figure, line):
    """The (x, y) of a line."""
    path = re.search(rf'<path class="{line}" d="(M[^"]*)" fill="none"', figure)[1]
    return [tuple(map(float, pair.split())) for pair in re.split("[ML]", path)[1:]]


def test_accuracy_comes_first_and_both_are_well_formed():
    figures = training_curves(RECORDS)
    assert [re.search(r'font-weight="600">([^<]*)', each)[1] for each in figures] == ["accuracy", "loss"]
    for figure in figures:
        ElementTree.fromstring(figure)


def test_lines_are_where_their_numbers_are():
    _, loss = training_curves(RECORDS)
    train, validation = points(loss, "train"), points(loss, "validation")
    assert [x for x, _ in train] == [x for x, _ in validation] == sorted(x for x, _ in train)
    heights = {value: y for value, (_, y) in zip(RECORDS["loss"] + RECORDS["val_loss"], train + validation)}
    assert sorted(heights, key=heights.get, reverse=True) == sorted(heights)  # y grows downwards
    assert heights[2.0] + heights[0.5] == pytest.approx(heights[1.2] + heights[1.3], abs=0.15)
    assert len(re.findall("<circle", loss)) == 6


def test_it_says_in_words_what_it_shows():
    accuracy, loss = training_curves(RECORDS, epochs=[4, 5, 6])
    assert 'aria-label="accuracy from epoch 5 to 7: training from 0.2 to 0.5"' in accuracy
    assert "training from 2 to 0.5 and validation from 1.5 to 1.3" in loss


@pytest.mark.parametrize("value, text", [(1e-5, "1e-05"), (0.00125, "0.00125"), (2.302585, "2.303"), (0, "0"),
                                         (float("nan"), "nan"), (1234.5, "1234")])  # fmt: skip
def test_a_number_has_its_digits_however_small_it_is(value, text):
    """In the legend, and in the words: a learning rate of 1e-5 is not 0."""
    assert digits(value) == text
    (figure,) = training_curves({"learning_rate": [0.001, value]})
    assert f"training {text}<" in figure and f"training from 0.001 to {text}" in figure


def test_a_long_name_has_a_line_of_its_own():
    name = "sparse_categorical_crossentropy"
    (figure,) = training_curves({name: [2.0, 1.0], f"val_{name}": [2.0, 1.0]})
    lines = dict(re.findall(r'y="(\d+)"[^>]*>([^<]*)', figure)[:2])
    assert lines == {"14": name.replace("_", " "), "34": "validation 1"}
    assert min(y for line in ("train", "validation") for _, y in points(figure, line)) > 40


def test_long_ticks_have_room():
    for values in ([1e-3, 1e-5], [1.234561, 1.234569]):
        (figure,) = training_curves({"loss": values})
        ticks = re.findall(r'<text x="([\d.]+)" y="[\d.]+" text-anchor="end">([^<]*)', figure)[:-1]
        assert len(ticks) > 2 and all(float(x) >= 6.5 * len(text) for x, text in ticks)


def test_names_are_text():
    (figure,) = training_curves({"<b>&": [1.0]})
    ElementTree.fromstring(figure)
    assert "<b>" not in figure


def test_epochs_without_a_finite_number_are_left_out():
    (figure,) = training_curves({"loss": [1.0, float("nan"), 3.0, float("inf")]})
    assert len(points(figure, "train")) == 2
    (figure,) = training_curves({"loss": [float("nan")]})
    ElementTree.fromstring(figure)


@pytest.mark.parametrize("values, drawn", [
    ([1.7e308, -1.7e308, 1.0], 1), ([1e308, 1e308, 1.0], 1), ([-1e299, 1e299], 2), ([0.0, 5e-324], 2),
])  # fmt: skip
def test_numbers_that_cannot_be_told_apart_end_no_training(values, drawn):
    (figure,) = training_curves({"loss": values})
    assert len(points(figure, "train")) == drawn


def test_what_is_not_all_numbers_has_no_figure():
    """Callbacks may log whatever JSON holds."""
    others = {"note": [None, "a", True], "rows": [[1, 2], [3], []], "flag": [True, False, True],
              "best": [None, 1, 2], "long": [10**400, 1, 2], "val_loss": [1.0, {"a": 1}, 2.0]}  # fmt: skip
    assert training_curves(others | {"loss": RECORDS["loss"]}) == training_curves({"loss": RECORDS["loss"]})
    assert training_curves(others) == []


def test_nothing_yet():
    assert training_curves({}) == []


@pytest.mark.parametrize(
    "low, high, ticks",
    [
        (0.12, 0.97, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (1.03, 1.62, [1.0, 1.2, 1.4, 1.6, 1.8]),
        (0, 1000, [0, 200, 400, 600, 800, 1000]),
        (-3, 4, [-4, -2, 0, 2, 4]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert nice_ticks(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize("value", [0.0, 0.9, 1.0])
def test_the_axis_of_an_accuracy_that_stays_the_same_has_accuracies(value):
    ticks = nice_ticks(value, value)
    assert 0 <= ticks[0] <= value <= ticks[-1] <= 1 and len(ticks) > 2


@pytest.mark.parametrize("value", [0.0, 0.8, -2.0, 1e-12])
@pytest.mark.parametrize("more", [0, 1e-8])
def test_ticks_around_a_flat_line(value, more):
    ticks = nice_ticks(value, value * (1 + more))
    assert ticks[0] <= value <= ticks[-1] and ticks[0] < ticks[-1]
