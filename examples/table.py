"""Write the results into examples/README.md: no number there is typed by hand.

    python examples/table.py            writes the tables anew
    python examples/table.py --check    only says (exit status 1) if they are not up to date

From documented.json (the write-up), keras_reference.json (the same runs in Keras) and results/*/seed*.json.
"""

import argparse
import json
import math
import sys
from pathlib import Path
from statistics import mean, stdev
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
RESULTS, README = HERE / "results", HERE / "README.md"
BEGIN, END = "<!-- written by table.py: begin -->", "<!-- written by table.py: end -->"

MODELS = {"m1": "A M1", "m2": "A M2", "m3": "A M3 (RMSprop)"}  # ours: Keras's
MEASURES = {  # ours: (Keras's, in words)
    "accuracy": ("best_acc", "best training accuracy"),
    "loss": ("best_loss", "best training loss"),
    "val_accuracy": ("best_val_acc", "best validation accuracy"),
    "val_loss": ("best_val_loss", "best validation loss"),
}
FIGURES = {
    "m3/images.png": "Eight training pictures",
    "depth/training.png": "The three networks on the training data (seed 0)",
    "depth/validation.png": "The three networks on the validation data (seed 0)",
    "m1/curves.png": "M1, training and validation (seed 0)",
    "m2/curves.png": "M2, training and validation (seed 0)",
    "m3/curves.png": "M3, training and validation (seed 0)",
    "m3/predictions.png": "What M3 takes 25 test pictures for (seed 0)",
    "m3/filters.png": "M3's 32 filters of the first layer after training (seed 0)",
    "optimizers_chained/validation.png": "Optimizers, chained: each goes on from the weights before (seed 0)",
    "optimizers_fresh/validation.png": "Optimizers, fresh: each from the same new weights (seed 0)",
}


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


def read_runs(folder, documented):
    """The metrics of the runs in ``folder``; ValueError for a run that is not of the documented recipe."""
    runs = []
    for path in sorted(folder.glob("seed*.json")):
        run = read_json(path)
        for part in run["parts"].values() if "parts" in run else [run]:
            recipe = {"dataset": run["dataset"], **run["sizes"], **part["recipe"]}
            if different := [name for name in documented if recipe[name] != documented[name]]:
                raise ValueError(f"{path} is not a run of the documented recipe ({different}): remove it")
        runs.append(run)
    return runs


def spread(values):
    """Mean ± standard deviation (of the sample) and how many; a value alone has no deviation."""
    if not values:
        return "not run yet"
    deviation = f" ± {stdev(values):.4f}" if len(values) > 1 else ""
    return f"{mean(values):.4f}{deviation} ({len(values)})"


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


class Comparison(NamedTuple):
    """One measure of one model: documented, in our runs, in Keras's."""

    name: str
    known: float
    ours: list
    theirs: list


def compare(model, runs, documented, keras):
    """The four comparisons of a model."""
    theirs = [run for run in keras["runs"] if run["model"] == MODELS[model]]
    return [
        Comparison(words, documented[ours], [r["best"][ours] for r in runs], [r[key] for r in theirs])
        for ours, (key, words) in MEASURES.items()
    ]


def models_table(results, documented, keras):
    """M1 to M3, four measures each; below, in words, what lies apart."""
    lines = [
        row("model", "", "documented", "minicnn: mean ± sd (runs)", "Keras: mean ± sd (runs)",
            "difference, standard errors"),
        row("---", "---", "---:", "---:", "---:", "---:"),
    ]  # fmt: skip
    comparisons = {}
    for model in MODELS:
        name, known = model.upper(), documented["models"][model.upper()]
        runs = read_runs(results / model, documented["recipe"])
        title = f"{name}, {known['params']:,} parameters"
        for each in compare(model, runs, known, keras):
            comparisons[f"{name} {each.name}"] = each
            errors = standard_errors(each.ours, each.theirs)
            numbers = f"{each.known:.4f}", spread(each.ours), spread(each.theirs)
            lines.append(row(title, each.name, *numbers, "" if errors is None else f"{errors:+.1f}"))
            title = ""
    return [*lines, *against_keras(comparisons), *against_documented(comparisons)]


def against_keras(comparisons):
    """How many differences are within twice their standard error, and which are not."""
    errors = {name: standard_errors(each.ours, each.theirs) for name, each in comparisons.items()}
    errors = {name: value for name, value in errors.items() if value is not None}
    beyond = [f"{name} ({value:+.1f})" for name, value in errors.items() if abs(value) > 2]
    if not errors:
        return []
    within = f"{len(errors) - len(beyond)} of {len(errors)}"
    text = f"Against Keras, {within} differences of means are within twice their standard error"
    return ["", f"{text}; not so: {', '.join(beyond)}." if beyond else f"{text}."]


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


def optimizers_table(results, documented, keras):
    """Best validation accuracy / loss of the three optimizers, chained and fresh."""
    recipe = documented["recipe"]
    chained, fresh = (read_runs(results / f"optimizers_{how}", recipe) for how in ("chained", "fresh"))
    names = {"RMSprop": "A M3 (RMSprop)", "SGD": "A M3 SGD fresh", "Adam": "A M3 Adam fresh"}
    lines = [
        row("optimizer", "documented, chained", "minicnn, chained", "minicnn, fresh", "Keras, fresh"),
        row("---", "---:", "---:", "---:", "---:"),
    ]
    for name, keras_name in names.items():
        known = documented["optimizers, chained"][name]
        theirs = [
            {"val_accuracy": run["best_val_acc"], "val_loss": run["best_val_loss"]}
            for run in keras["runs"] if run["model"] == keras_name
        ]  # fmt: skip
        ours = ([run["parts"][name]["best"] for run in runs] for runs in (chained, fresh))
        lines.append(row(name, *(both(scores) for scores in ([known], *ours, theirs))))
    for how, runs in (("chained", chained), ("fresh", fresh)):
        if runs:
            lines += ["", f"Best last, {how}: {' < '.join(ranking(runs[0]))}."]
    return lines


def both(scores):
    """Accuracy / loss; of several runs the mean."""
    if not scores:
        return "not run yet"
    accuracy, loss = (mean(each[name] for each in scores) for name in ("val_accuracy", "val_loss"))
    return f"{accuracy:.4f} / {loss:.4f}"


def ranking(run):
    """The optimizers of a run by their best validation accuracy, the best last."""
    return sorted(run["parts"], key=lambda name: run["parts"][name]["best"]["val_accuracy"])


def generate(results=RESULTS):
    """All that stands between the markers."""
    documented, keras = read_json(HERE / "documented.json"), read_json(HERE / "keras_reference.json")
    lines = [
        *models_table(results, documented, keras), "", f"Documented: {documented['source']}.", "",
        f"Keras: {keras['made_with']}.", "", "**The optimizers**, best validation accuracy / loss:", "",
        *optimizers_table(results, documented, keras),
    ]  # fmt: skip
    for figure, words in FIGURES.items():
        if (results / figure).exists():
            lines += ["", f"![{words}](results/{figure})", f"*{words}*"]
    return "\n".join(lines)


def split_readme():
    """The README's text before, between and after the markers."""
    text = README.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"{README} should hold {BEGIN} and then {END}, each once")
    before, rest = text.split(BEGIN)
    between, after = rest.split(END)
    return before, between.strip(), after


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    parser.add_argument("--check", action="store_true", help="change nothing, exit with 1 if out of date")
    args = parser.parse_args(argv)
    before, between, after = split_readme()
    new = generate()
    if new == between:
        print(f"{README.name} is up to date")
    elif args.check:
        sys.exit(f"{README} is out of date: run python examples/table.py")
    else:
        README.write_text(f"{before}{BEGIN}\n\n{new}\n\n{END}{after}", encoding="utf-8")
        print(f"{README.name}: tables written")


if __name__ == "__main__":
    main()
