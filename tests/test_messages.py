"""What an error shows of a value: all of a short one, and little of a long one, whatever it is."""

import pytest

from minicnn.messages import LONGEST, printable, shortened, shown


@pytest.mark.parametrize("value", ["it's", 3, -2.5, None, (1, 2), [None, 2], {"b": 1, "a": [2]}, b"\0"])
def test_a_short_value_is_shown_as_python_writes_it(value):
    assert shown(value) == repr(value)


@pytest.mark.parametrize("value, begins", [
    ("x" * 10**6, "'xxx"), (b"x" * 10**6, "b'xxx"), ([0] * 10**6, "[0, 0"), ((1.5,) * 10**6, "(1.5, "),
    ({str(k): k for k in range(10**5)}, "{'0': 0, '1': 1"), ({"a": ["x" * 999] * 99}, "{'a': ['xxx"),
    ({"a": {"b": {"c": {"d": 1}}}}, "{'a': {'b': {'c': {...}}}}"),
    ([[[[[0]]]]], "[[[[...]]]]"), (10**400, "1000"), ([10**5000], "[<a number of 16,610 bits>]"),
    ({"a": -(10**5000)}, "{'a': <a number of 16,610 bits>}"),
])  # fmt: skip
def test_a_long_value_is_shown_in_part(value, begins):
    text = shown(value)
    assert text.startswith(begins) and len(text) <= LONGEST


def test_a_text_that_is_shortened_keeps_its_end():
    assert shortened("x" * 100, 100) == "x" * 100
    text = shortened("begin" + "x" * 100 + "end", 50)
    assert text.startswith("begin") and text.endswith("end") and " ... " in text and len(text) == 50


@pytest.mark.parametrize("text, safe", [
    ("Blüte 花.png", "Blüte 花.png"), ("it's", "it's"), ("می\u200cخواهم", "می\u200cخواهم"),
    ("a\x1b[2Jb\n", "a\\x1b[2Jb\\n"),
    ("\u202egnp", "\\u202egnp"),
])  # fmt: skip
def test_a_terminal_is_told_nothing_by_a_name(text, safe):
    assert printable(text) == safe
