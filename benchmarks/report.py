"""Tables and chart from the results; no number in them is typed by hand.

    python -m benchmarks.report              writes table.txt, table.md and chart.png beside benchmarks.json,
                                             and tables and chart into benchmarks/README.md
    python -m benchmarks.report --check      only says (exit status 1) if that README is not up to date

The benchmarks.json of benchmarks/results; with --results runs/benchmarks your own, which is in no README.
"""

import argparse
import importlib.util
import json
import sys
import textwrap
from pathlib import Path
from statistics import median

from benchmarks import command, marked, tables
from benchmarks.measures import PEERS, ratios

HERE = Path(__file__).resolve().parent
RESULTS, FILE, CHART = HERE / "results", "benchmarks.json", "chart.png"
README = HERE / "README.md"
WRITER = "benchmarks/report.py"
CIRCUMSTANCES = ("machine", "versions", "commit", "settings", "date")  # in every document
NOTHING = "Not measured yet: `python -m benchmarks`."
WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}  # behind numbers that stand on a line
line = tables.line

# ------------------------------------------------------------------------------------- as text


def as_text(document):
    """For a terminal."""
    parts = []
    for table in tables.all_tables(document):
        rows = [table.head, *table.rows]
        widths = [max(len(row[k]) for row in rows) for k in range(len(table.head))]
        lines = ("  ".join(_aligned(cell, widths[k], k) for k, cell in enumerate(row)) for row in rows)
        parts.append("\n".join([table.title, *textwrap.wrap(table.meaning, 110), "", *lines]))
    return "\n\n".join([*parts, *tables.notes(document)]) + "\n"


def _aligned(cell, width, column):
    return cell.rjust(width) if column else cell.ljust(width)


def as_markdown(document):
    """For a page."""
    parts = []
    for table in tables.all_tables(document):
        rows = [table.head, ["---", *["---:"] * (len(table.head) - 1)], *table.rows]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        parts.append("\n".join([f"**{table.title}.** {table.meaning}", "", *lines]))
    return "\n\n".join([*parts, *tables.notes(document)])


# ------------------------------------------------------------------------------------- as a chart


def relative(record):
    """Everybody's time per round divided by that of the faster peer in the same round; the median."""
    found = {name: ratios(record, ours=name) for name in tables.NAMES}
    return {name: median(values) for name, values in found.items() if values}


def draw(document, path):
    """Bars: minicnn against the peers, a training step on the left, inference on the right.

    None, and nothing is drawn, where nobody was measured beside a peer.
    """
    from minicnn.plots.figure import BLUE, ORANGE, SMALL, TEXT, VERMILLION, dress, finish, new_figure

    titles = {"train": "A training step", "inference": "Inference"}
    panels = {
        titles[measure]: {name: bars for name, each in document[measure].items() if (bars := relative(each))}
        for measure in titles if document.get(measure)
    }  # fmt: skip
    panels = {title: groups for title, groups in panels.items() if groups}
    if not panels:
        return None
    colours = {"minicnn": BLUE, "torch": VERMILLION, "keras": ORANGE}
    measured = {name for groups in panels.values() for bars in groups.values() for name in bars}
    colours = {name: colour for name, colour in colours.items() if name in measured}
    most = max(map(len, panels.values()))
    figure = new_figure(640 * len(panels), 150 + 62 * most)
    for axes, (title, groups) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items()):
        for k, (name, colour) in enumerate(colours.items()):
            beside = 0.27 * (k - (len(colours) - 1) / 2)
            places = [place + beside for place, bars in enumerate(groups.values()) if name in bars]
            values = [bars[name] for bars in groups.values() if name in bars]
            bars = axes.barh(places, values, 0.25, color=colour, label=tables.NAMES[name])
            axes.bar_label(bars, [f"{value:.2f}" for value in values], padding=3, fontsize=SMALL, bbox=WHITE)
        dress(axes, title, "time, the faster peer = 1 (shorter is faster)", None, grid="x")
        axes.set_yticks(range(len(groups)), map(tables.title_of, groups))
        axes.axvline(1, color="gray", linewidth=0.8, zorder=0.5)
        axes.set_xlim(0, 1.15 * max(value for bars in groups.values() for value in bars.values()))
        axes.margins(y=0.02)
        axes.invert_yaxis()
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=TEXT, frameon=False)
    return finish(figure, path, "benchmarks.report")


# ------------------------------------------------------------------------------------- files


def read(folder):
    """The results in ``folder``; ValueError where there are none."""
    file = folder / FILE
    if not file.exists():
        raise ValueError(f"{file} is not there: python -m benchmarks --out {folder} makes it")
    expected = f"{file} should hold what python -m benchmarks wrote"
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ValueError(f"{expected}, but is no JSON ({problem}): choose another folder") from None
    missing = [each for each in CIRCUMSTANCES if not isinstance(document, dict) or each not in document]
    if missing:
        raise ValueError(f"{expected}, but has no {', '.join(missing)}: choose another folder")
    return document


def write(folder):
    """Tables and chart beside the results; prints the tables."""
    document = read(folder)
    text = as_text(document)
    (folder / "table.txt").write_text(text, encoding="utf-8")
    (folder / "table.md").write_text(as_markdown(document) + "\n", encoding="utf-8")
    print(text)
    if importlib.util.find_spec("matplotlib"):
        if draw(document, folder / CHART) is None:
            (folder / CHART).unlink(missing_ok=True)  # of other results
            print("No chart: it shows minicnn beside another framework, and none is in these results.")
    else:
        print(f"No chart: matplotlib is not installed here. python -m benchmarks.report --results {folder} "
              f"draws it where it is.")  # fmt: skip


def generate(folder=RESULTS):
    """All that stands between the markers of the README."""
    if not (folder / FILE).exists():
        return NOTHING
    document = read(folder)
    parts = [as_markdown(document)]
    if (folder / CHART).exists():
        peers = [tables.NAMES[each] for each in PEERS if each in tables.known_frameworks(document)]
        words = f"minicnn beside {' and '.join(peers)}: a training step and inference, the faster peer = 1"
        parts.insert(0, f"![{words}]({folder.name}/{CHART})")
    return "\n\n".join(parts)


def main(argv=None):
    """Write, or with --check only compare."""
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__,
                                     formatter_class=text)  # fmt: skip
    add = parser.add_argument
    add("--results", type=Path, default=RESULTS, metavar="DIR", help="default: benchmarks/results")
    add("--check", action="store_true", help="change nothing, exit with 1 if out of date")
    args = parser.parse_args(argv)
    own = args.results.resolve() == RESULTS
    if args.check and not own:
        parser.error(f"--check compares {README.name} with {RESULTS.name}/{FILE}: leave out --results")
    try:
        read(args.results)
    except ValueError as problem:
        parser.error(str(problem))
    if not args.check:
        write(args.results)
    if own:
        new = generate()
        if marked.split(README, WRITER)[1] == new:
            print(f"{README.name} is up to date")
        elif args.check:
            sys.exit(f"{README} is out of date: run python -m benchmarks.report")
        else:
            marked.replace(README, WRITER, new)
            print(f"{README.name}: tables written")


if __name__ == "__main__":
    command.start(main, "python -m benchmarks.report")
