"""A notebook as a page: its text, its code, and what the code printed and drew when the notebook was made."""

import json
import re

from myst_parser.parsers.sphinx_ import MystParser

PICTURES = ("image/png",)


class NotebookParser(MystParser):
    """Reads .ipynb by turning it into the Markdown it would be on paper."""

    supported = ("notebook",)

    def parse(self, inputstring, document):
        super().parse(as_markdown(json.loads(inputstring)), document)


def as_markdown(notebook):
    """All cells, one below the other."""
    parts, heading = [], "figure"
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            heading = [heading, *re.findall(r"^#+ (.*)$", source, re.M)][-1]
        elif source.strip():
            parts.append(_fenced("python", source))
            parts += [shown for output in cell["outputs"] if (shown := _output(output, heading))]
    return "\n\n".join(parts) + "\n"


def _output(output, heading):
    """What a cell printed as a block, what it drew as a picture; nothing else is known here."""
    if output["output_type"] == "stream":
        return _fenced("text", "".join(output["text"]).rstrip("\n"))
    data = output["data"]
    for kind in PICTURES:
        if kind in data:
            base64 = "".join(data[kind]).replace("\n", "")
            return f"![Figure: {heading}](data:{kind};base64,{base64})"
    return _fenced("text", "".join(data["text/plain"]))


def _fenced(language, text):
    """A block that may hold fences of its own."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def setup(app):
    """Told by docs/conf.py which files are notebooks."""
    app.add_source_parser(NotebookParser)
