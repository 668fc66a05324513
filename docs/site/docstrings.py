"""Docstrings as pages of the reference. They are written to be read in the source, nearly as in Markdown:

    paragraphs, with ``code`` and *stress*; what is indented is shown as it stands (equations, shapes, code)
    name, name   what these arguments are: a list of arguments, names in one column, text in the other
    Args:        the same with "name: text", indented

Sphinx wants reStructuredText, so this turns the one into the other.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLUMNS = re.compile(r"^(?P<names>[\w.*]+(, [\w.*]+)*)  +(?P<text>\S.*)$")
COLON = re.compile(r"^(?P<names>[\w.*]+(, [\w.*]+)*): (?P<text>\S.*)$")
STANDS = re.compile(r"(``.*?``|:\w+:`[^`]+`|(?<![\w*])\*\w[\w\s]*\*(?![\w*]))")  # is the same in both


def to_rst(text):
    """A docstring, already without its indentation, as reStructuredText."""
    return "\n\n".join(_block(block) for block in _blocks(text))


def _blocks(text):
    """Paragraphs. Those indented, one after the other, are one, and so is "Args:" with what follows."""
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        follows = blocks and paragraph.startswith(" ") and (blocks[-1].startswith((" ", "Args:")))
        if follows:
            blocks[-1] += "\n\n" + paragraph
        else:
            blocks.append(paragraph)
    return blocks


def _block(block):
    first, _, rest = block.partition("\n")
    if first == "Args:":
        return _arguments(_dedented(rest), COLON)
    if block.startswith(" "):
        shown = _dedented(block)
        return f".. code-block:: {_language(shown)}\n\n" + _indented(shown)
    if all(COLUMNS.match(line) or line.startswith(" ") for line in block.splitlines()):
        return _arguments(block, COLUMNS)
    return escaped(block)


def _language(shown):
    """Whose colours: Python's for what Python can read and for its prompt, none for equations and tables."""
    if shown.startswith(">>>"):
        return "pycon"
    try:
        ast.parse(shown)
    except SyntaxError:
        return "text"
    return "python"


def _arguments(text, pattern):
    """A definition list: the names, and below them the text."""
    entries = []
    for line in text.splitlines():
        found = pattern.match(line)
        if found:
            names = ", ".join(f"``{name}``" for name in found["names"].split(", "))
            entries.append([names, found["text"]])
        elif not entries:
            raise ValueError(f"a list of arguments begins with 'name: text', got {line!r}")
        else:
            entries[-1].append(line.strip())
    return "\n".join(f"{names}\n" + _indented(escaped("\n".join(lines))) for names, *lines in entries)


def escaped(text):
    """``text`` with all that reStructuredText would take for its own marks made plain."""
    parts = STANDS.split(text)
    parts[::2] = [re.sub(r"([\\*|`]|_\b|\b_(?=\W|$))", r"\\\1", part) for part in parts[::2]]
    return re.sub(r":(class|func):`(?=\w)", r":\1:`~.", "".join(parts))  # ~. looks in all modules


def _dedented(text):
    lines = text.splitlines()
    width = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[width:] for line in lines)


def _indented(text):
    return "\n".join(("   " + line).rstrip() for line in text.splitlines())


def _convert(app, what, name, thing, options, lines):
    """What autodoc calls with each docstring, to be changed in place.

    A module's is taken as it is: autodoc would move one to the left that is all indented but for its first
    line. Below it stands a link to the file.
    """
    if what == "module":
        path = Path(thing.__file__).relative_to(ROOT)
        link = f":doc:`{path.as_posix()} </{path.with_suffix('').as_posix()}>`"
        lines[:] = [*to_rst(thing.__doc__).splitlines(), "", f"*The file:* {link}", ""]
    else:
        lines[:] = to_rst("\n".join(lines)).splitlines()


def setup(app):
    """Every docstring passes through here."""
    app.connect("autodoc-process-docstring", _convert)
