"""docs/reliability.md, written from what the sections found: no number in it is typed by hand."""

import importlib
import json

from tests.agreement import ROOT
from tests.reliability import record

PAGE = ROOT / "docs" / "reliability.md"
SECTIONS = (
    *("gradients", "adjoints", "rungs", "layouts", "edges", "keras"),
    *("kills", "disks", "damage", "data", "downloads", "fuzz"),
    *("threads", "growth", "installs", "mutants", "coverage", "bounds"),
)
HEAD = """\
# What can be relied on

Every figure here was measured by the command above its table, at the commit and on the day below it.
`python -m tests.reliability` lists the commands; this page is written by `python -m tests.reliability page`.
The promises also have fast tests among those that `pytest` runs; [CONTRIBUTING](../CONTRIBUTING.md) says
which tier counts how much.
"""


def text(folder=record.RESULTS):
    """The page as Markdown."""
    parts = [HEAD]
    for name in SECTIONS:
        file = folder / f"{name}.json"
        document = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        title, *rest = importlib.import_module(f"tests.reliability.{name}").__doc__.strip().split("\n")
        command = f"    python -m tests.reliability {name}\n"
        parts.append("\n".join([f"## {title.rstrip('.')}", *rest, "", command]))
        parts.append(_table(document) if document else "Not measured yet.\n")
    return "\n".join(parts)


def write():
    """Bring the page up to date."""
    PAGE.write_text(text(), encoding="utf-8")


def _table(document):
    lines = ["| promise | found | |", "| --- | --- | --- |"]
    for part in document["parts"].values():
        for figure in part["figures"]:
            verdict = "kept" if figure["kept"] else "**broken**"
            note = f" ({figure['note']})" if figure["note"] else ""
            lines.append(f"| {_cell(figure['promise'])} | {_cell(figure['found'] + note)} | {verdict} |")
    return "\n".join([*lines, "", _circumstances(document["parts"].values())]) + "\n"


def _cell(text):
    """On one line, and with no end of the cell in it: what was found may hold what an exception said."""
    return " ".join(text.split()).replace("|", "\\|")


def _circumstances(parts):
    """One sentence for all parts that were measured alike."""
    seen = {}
    for part in parts:
        at, versions = part["machine"], part["versions"]
        cores = f"{at['cores allowed']} of {at['cores']} cores"
        packages = [f"{name} {versions[name]}" for name in ("python", "numpy", "numba") if name in versions]
        where = ", ".join([part["date"], at["processor"], cores, at["system"], *packages])
        what = f"commit {part['commit'] or 'unknown'}, {where}"
        what += ", quick" * part["quick"]
        seen[what] = seen.get(what, 0) + part["seconds"]
    return "\n".join(f"Measured in {seconds:,.0f} s: {what}." for what, seconds in seen.items())
