"""docs/reliability.md, written from what the sections found: no number in it is typed by hand."""

import importlib

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
`python -m tests.reliability`, typed in the root of a clone where minicnn is installed with `.[test]`, lists
the sections; with `--quick` behind their names they try everything, count little and keep no figures. This
page is written by `python -m tests.reliability page`. The promises also have fast tests among those that
`pytest` runs; [CONTRIBUTING](../CONTRIBUTING.md) says which tier counts how much.
"""


def text(folder=record.RESULTS):
    """The page as Markdown."""
    parts = [HEAD, _summary(folder)]
    for name in SECTIONS:
        section = importlib.import_module(f"tests.reliability.{name}")
        title, *rest = section.__doc__.strip().split("\n")
        command = f"    python -m tests.reliability {name}\n"
        parts.append("\n".join([f"## {title.rstrip('.')}", *rest, "", command]))
        parts.append(_table(section.PARTS, record.load(folder, name)))
    return "\n".join(parts)


def write(folder=record.RESULTS):
    """Bring the page up to date; that of figures kept elsewhere is written beside them."""
    file = PAGE if folder.resolve() == record.RESULTS.resolve() else folder / PAGE.name
    file.write_text(text(folder), encoding="utf-8")


def _summary(folder):
    """How many promises of each section were kept, and how many of its parts nobody has measured yet."""
    lines = ["| | promises | kept | parts not measured yet |", "| --- | ---: | ---: | ---: |"]
    for name in SECTIONS:
        there = importlib.import_module(f"tests.reliability.{name}").PARTS
        measured = record.load(folder, name)
        kept = [figure["kept"] for part in there if part in measured for figure in measured[part]["figures"]]
        lines.append(f"| `{name}` | {len(kept)} | {sum(kept)} | {len(there.keys() - measured.keys())} |")
    return "\n".join(lines) + "\n"


def _table(names, measured):
    lines = ["| promise | found | |", "| --- | --- | --- |"]
    for name in names:
        if name not in measured:
            lines.append(f"| {name} | not measured yet | |")
            continue
        for figure in measured[name]["figures"]:
            verdict = "kept" if figure["kept"] else "**broken**"
            note = f" ({figure['note']})" if figure["note"] else ""
            lines.append(f"| {_cell(figure['promise'])} | {_cell(figure['found'] + note)} | {verdict} |")
    there = {name: measured[name] for name in names if name in measured}
    return "\n".join([*lines, *[""] * bool(there), _circumstances(there)]) + "\n"


def _cell(text):
    """On one line, and with no end of the cell in it: what was found may hold what an exception said."""
    return " ".join(text.split()).replace("|", "\\|")


def _circumstances(parts):
    """One sentence for all parts that were measured alike; it names them where others were not."""
    seen = {}
    for name, part in parts.items():
        at, versions = part["machine"], part["versions"]
        cores = f"{at['cores allowed']} of {at['cores']} cores"
        packages = [f"{name} {versions[name]}" for name in ("python", "numpy", "numba") if name in versions]
        where = ", ".join([part["date"], at["processor"], cores, at["system"], *packages])
        what = f"commit {part['commit'] or 'unknown'}, {where}"
        what += ", quick" * part["quick"]
        seen.setdefault(what, {})[name] = part["seconds"]
    lines = []
    for what, seconds in seen.items():
        names = f" ({', '.join(seconds)})" * (len(seen) > 1)
        lines.append(f"Measured in {sum(seconds.values()):,.0f} s{names}: {what}.")
    return "\n".join(lines)
