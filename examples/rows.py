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
    """What is in a JSON file; ValueError, which names it, where that is something else."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ValueError(f"{path} is no JSON, as the metrics of runs are: {problem}") from problem


def read_run(path):
    """The metrics of a run, one part or several; ValueError, which names the file, where it is of no run."""
    run = read_json(path)
    if not (isinstance(run, dict) and {"history", "parts"} & run.keys()):
        raise ValueError(f"{path} holds no metrics of a run: neither 'history' nor 'parts' is in it")
    return run


DOCUMENTED = read_json(HERE / "documented.json")


def parts_of(run):
    """The records of a run by their names; where there is only one, it is the run."""
    return run["parts"] if "parts" in run else {run.get("part"): run}


def epochs(part):
    """How many epochs a part has seen; those that another part trained before it included."""
    return part.get("epoch_reached", len(part["history"]["loss"]))


def recipe_of(run, part):
    """What documented.json may say about a run and one of its parts, by name; its optimizer laid open."""
    recipe = {**part["recipe"], "dataset": run["dataset"], **run["sizes"], "params": part.get("params")}
    if optimizer := recipe.get("optimizer"):
        recipe |= {"optimizer": optimizer["class_name"], **optimizer["config"]}
    if loss := recipe.get("loss"):
        recipe["loss"] = loss["class_name"]
    return recipe


def departures(run, section):
    """``{(name, ours): [documented, ...]}`` of what is otherwise than ``section`` of documented.json says."""
    found = {}
    for name, part in parts_of(run).items():
        if name is None or name in section["models"]:
            known, recipe = section["models"].get(name, {}), recipe_of(run, part)
            due = section["recipe"] | known.get("recipe", {})
            if "params" in known:
                due["params"] = known["params"]
            for each in (each for each in due if recipe.get(each) != due[each]):
                found.setdefault((each, recipe.get(each)), []).append(due[each])
    return found


def cut_short(run, section):
    """What ``departures`` says of fewer epochs where all would take days: the tables say how many it were."""
    due, long = section["recipe"].get("epochs", 0), section.get("may_be_cut_short", [])
    ran = {part["recipe"]["epochs"] for name, part in parts_of(run).items() if name in long}
    return {("epochs", epochs) for epochs in ran if epochs < due}


def in_words(found):
    """``departures``, or "" where there are none."""
    return ", ".join(
        f"{name.replace('_', ' ')} {ours} instead of {' and '.join(map(str, dict.fromkeys(due)))}"
        for (name, ours), due in found.items()
    )


def read_runs(folder, section):
    """The metrics of the runs in ``folder``, by their seeds.

    ``section``: the part of documented.json that they belong to. Raises ValueError for a run that is not of
    the documented recipe, is called after another seed, or was made with code that is in no commit.
    """
    runs = {}
    for path in folder.glob("seed*.json"):
        run = read_run(path)
        if path.name != f"seed{run['seed']}.json":
            raise ValueError(f"{path} is a run of seed {run['seed']}: rename it")
        found = departures(run, section)
        if different := in_words({each: found[each] for each in found.keys() - cut_short(run, section)}):
            raise ValueError(f"{path} is not a run of the documented recipe ({different}): remove it")
        if not run["commit"] or run["commit"].endswith("-dirty"):
            raise ValueError(f"{path} was made with code that is in no commit: commit, and train it again")
        runs[run["seed"]] = run
    return [runs[seed] for seed in sorted(runs)]


def keras_runs(keras, model, order="new"):
    """Keras's runs of a model, of those with a new order of the pictures in every epoch or the "same"."""
    return [run for run in keras["runs"] if run["model"] == model and run["order"] == order]


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


def counted(number, noun, plural="s"):
    """``1 epoch``, ``2 epochs``."""
    return f"{number} {noun}{plural if number != 1 else ''}"


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
