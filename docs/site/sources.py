"""Source files as pages: links lead to them, and so does every entry of the reference, to its first line."""

import inspect
import sys
from functools import reduce
from pathlib import Path

from docutils import nodes
from sphinx.parsers import Parser

ROOT = Path(__file__).parents[2]
LANGUAGES = {".py": "python", ".js": "javascript"}


class SourceParser(Parser):
    """A page with the file's path as its title, and the file."""

    supported = ("source",)

    def parse(self, inputstring, document):
        env = document.settings.env
        path = Path(env.doc2path(env.docname))
        env.metadata[env.docname] |= {"orphan": True, "nosearch": True}  # found by links, not by words
        title = path.relative_to(ROOT).as_posix()
        section = nodes.section("", nodes.title("", title), ids=[nodes.make_id(title)])
        code = nodes.literal_block(inputstring, inputstring, language=LANGUAGES[path.suffix], linenos=True)
        code["highlight_args"] = {"lineanchors": "line", "linenostart": 1}
        document += section
        if inputstring.strip():
            section += code


def linkcode_resolve(domain, info):
    """The address of a definition's first line, seen from docs/api/, where all entries stand; or None."""
    try:
        thing = reduce(getattr, info["fullname"].split("."), sys.modules[info["module"]])
        thing = inspect.unwrap(thing.fget if isinstance(thing, property) else thing)
        path = Path(inspect.getsourcefile(thing)).relative_to(ROOT)
        line = inspect.getsourcelines(thing)[1]
    except (AttributeError, TypeError, OSError, ValueError):  # a constant, or somebody else's
        return None
    return f"../../{path.with_suffix('.html').as_posix()}#line-{line}"


def setup(app):
    """The parser, and what the extension linkcode asks."""
    app.add_source_parser(SourceParser)
    app.config.linkcode_resolve = linkcode_resolve
