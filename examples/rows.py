"""Committed runs as rows of Markdown tables: what table.py and compare_architectures.py share."""

import json
import math
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
MISSING = "not run yet"


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


DOCUMENTED = read_json(HERE / "documented.json")


def parts_of(run):
    """The records of a run by their names; where there is only one, it is the run."""
    return run["parts"] if "parts" in run else {run.get("part"): run}


def read_runs(folder, section):
    """The metrics of the runs in ``folder``; ValueError for a run that is not of the documented recipe.

    ``section``: the part of documented.json that the runs belong to.
    """
    runs = []
    for path in sorted(folder.glob("seed*.json")):
        run = read_json(path)
        for name, part in parts_of(run).items():
            due = section["recipe"] | section["models"].get(name, {}).get("recipe", {})
            recipe = {"dataset": run["dataset"], **run["sizes"], **part["recipe"]}
            if different := [each for each in due if recipe[each] != due[each]]:
                raise ValueError(f"{path} is not a run of the documented recipe ({different}): remove it")
        runs.append(run)
    return runs


def scores(part):
    """All scores of a record by name: ``val_loss`` is the best, ``last_val_loss`` the last, ..."""
    last = {f"last_{name}": values[-1] for name, values in part["history"].items()}
    return part["best"] | last | {f"test_{name}": value for name, value in part["test"].items()}


def spread(values, digits=4):
    """Mean ± standard deviation (of the sample) and how many; a value alone has no deviation."""
    if not values:
        return MISSING
    deviation = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{deviation} ({len(values)})"


def standard_errors(ours, theirs):
    """The difference of the means in units of its standard error (Welch 1947); None where that is unknown.

    (mean a - mean b) / sqrt(sd a ^ 2 / n a  +  sd b ^ 2 / n b)
    """
    if len(ours) < 2 or len(theirs) < 2:
        return None
    error = math.hypot(stdev(ours) / math.sqrt(len(ours)), stdev(theirs) / math.sqrt(len(theirs)))
    return (mean(ours) - mean(theirs)) / error


def row(*cells):
    return "| " + " | ".join(cells) + " |"


def header(*cells, left=1):
    """The head of a table: its titles and the rule below, numbers to the right."""
    return [row(*cells), row(*("---" if k < left else "---:" for k in range(len(cells))))]


class Comparison(NamedTuple):
    """One measure of one model: documented, in our runs, in Keras's."""

    name: str
    known: float
    ours: list
    theirs: list


def against_documented(comparisons):
    """The documented scores, one run each, that our runs do not surround."""
    apart = [
        f"{name} ({each.known:.4f}, here {min(each.ours):.4f} to {max(each.ours):.4f})"
        for name, each in comparisons.items()
        if len(each.ours) > 1 and abs(each.known - mean(each.ours)) > 2 * stdev(each.ours)
    ]
    if not apart:
        return []
    text = "The documented scores are of one run each. More than two standard deviations away from ours"
    return ["", f"{text}: {'; '.join(apart)}."]
