"""How docstrings become pages: what is text, what is shown as it stands, what is a list of arguments."""

import ast
import re

import pytest
from agreement import ROOT

from docs.site.docstrings import escaped, to_rst


@pytest.mark.parametrize(("text", "expected"), [
    ("a * b * c", r"a \* b \* c"),
    ("*slots*, ``a * b``", "*slots*, ``a * b``"),
    ("the *signed\ndistance* d", "the *signed\ndistance* d"),
    ("classes_, |a|, `b`", r"classes\_, \|a\|, \`b\`"),
    ("optimizer__rate and snake_case", "optimizer__rate and snake_case"),
    (":class:`Callback` and :meth:`state`", ":class:`~.Callback` and :meth:`state`"),
])  # fmt: skip
def test_marks_that_were_not_meant_are_plain(text, expected):
    assert escaped(text) == expected


def test_what_is_indented_is_shown_as_it_stands():
    text = "An equation:\n\n    y = x * w     x  (N, D)\n\n      (more of it)\n\nAnd text."
    equation = ".. code-block:: text\n\n   y = x * w     x  (N, D)\n\n     (more of it)"
    assert to_rst(text) == f"An equation:\n\n{equation}\n\nAnd text."
    assert ".. code-block:: python\n\n   f(x)" in to_rst("Call it:\n\n    f(x)")
    assert ".. code-block:: pycon" in to_rst("Try:\n\n    >>> f(x)\n    1")


@pytest.mark.parametrize("text", [
    "x, y  the data,\n      as arrays\nmode  *how*",
    "Args:\n    x, y: the data,\n        as arrays\n    mode: *how*",
])
def test_arguments_are_a_list(text):
    assert to_rst(text) == "``x``, ``y``\n   the data,\n   as arrays\n``mode``\n   *how*"


def test_text_with_a_wide_space_in_one_line_is_no_list():
    assert to_rst("a  b\nand so on") == "a  b\nand so on"


def docstrings(file):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, kinds))
    return [text for node in nodes if (text := ast.get_docstring(node))]


def test_every_docstring_is_understood():
    """No argument of an "Args:" is left in the text of the one above it."""
    lists = []
    for file in sorted((ROOT / "minicnn").rglob("*.py")):
        for text in docstrings(file):
            page = to_rst(text)
            if "\nArgs:\n" in text:
                lists.append(page)
                said = re.findall(r"^    (\w[^:\n]*): ", text, re.M)
                assert re.findall(r"^(``.*``)$", page, re.M) == [
                    ", ".join(f"``{name}``" for name in names.split(", ")) for names in said
                ]  # fmt: skip
    assert len(lists) > 3


def test_a_list_without_a_name_is_refused():
    with pytest.raises(ValueError, match="begins with 'name: text', got 'what it is'"):
        to_rst("Args:\n    what it is")
