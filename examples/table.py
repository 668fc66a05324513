"""Write the results into examples/README.md: no number there is typed by hand.

    python examples/table.py            writes the tables anew
    python examples/table.py --check    only says (exit status 1) if they are not up to date

From documented.json (the write-ups), keras_reference.json (the same runs in Keras) and results/*/seed*.json.
"""

import argparse
import sys
from statistics import mean

import table_more
from rows import (
    DOCUMENTED,
    HERE,
    MISSING,
    RESULTS,
    Comparison,
    against_documented,
    header,
    keras_runs,
    read_json,
    read_runs,
    row,
    spread,
    standard_errors,
)  # fmt: skip

README = HERE / "README.md"
BEGIN, END = "<!-- written by table.py: begin -->", "<!-- written by table.py: end -->"

MODELS = {"m1": "A M1", "m2": "A M2", "m3": "A M3 (RMSprop)"}  # ours: Keras's
MEASURES = {  # ours: (Keras's, in words)
    "accuracy": ("best_acc", "best training accuracy"),
    "loss": ("best_loss", "best training loss"),
    "val_accuracy": ("best_val_acc", "best validation accuracy"),
    "val_loss": ("best_val_loss", "best validation loss"),
}
FIGURES = {
    "A": {
        "m3/images.png": "Eight training pictures",
        "depth/training.png": "The three networks on the training data (seed 0)",
        "depth/validation.png": "The three networks on the validation data (seed 0)",
        "m1/curves.png": "M1, training and validation (seed 0)",
        "m2/curves.png": "M2, training and validation (seed 0)",
        "m3/curves.png": "M3, training and validation (seed 0)",
        "m3/predictions.png": "What M3 takes 25 test pictures for (seed 0)",
        "m3/filters.png": "M3's 32 filters of the first layer after training (seed 0)",
        "optimizers_chained/validation.png": "Optimizers, chained: each goes on from the one before (seed 0)",
        "optimizers_fresh/validation.png": "Optimizers, fresh: each from the same new weights (seed 0)",
    },
    "B": {
        "overfitting_first/images.png": "Ten training pictures",
        "overfitting_first/first_curves.png": "The first model (seed 0)",
        "overfitting_second/second_curves.png": "The second model (seed 0)",
        "overfitting_final/final_curves.png": "The final model (seed 0)",
    },
    "C": {
        "architectures/base.png": "Base",
        "architectures/lenet5.png": "LeNet5",
        "architectures/alexnet.png": "AlexNet",
        "architectures/vgg16.png": "VGG16",
        "base/curves.png": "Base (seed 0)",
        "base/scores.png": "What Base takes an airplane for (seed 0)",
        "lenet5_plain/curves.png": "LeNet5, plain (seed 0)",
        "lenet5_aug/curves.png": "LeNet5 with augmentation (seed 0)",
        "lenet5_aug_dropout/curves.png": "LeNet5 with augmentation and dropout (seed 0)",
        "lenet5_plain/scores.png": "What LeNet5 takes an airplane for (seed 0)",
        "alexnet_plain/curves.png": "AlexNet, plain (seed 0)",
        "alexnet_aug/curves.png": "AlexNet with augmentation (seed 0)",
        "alexnet_aug_dropout/curves.png": "AlexNet with augmentation and dropout (seed 0)",
        "vgg16_plain/curves.png": "VGG16, plain (seed 0)",
        "vgg16_aug/curves.png": "VGG16 with augmentation (seed 0)",
        "vgg16_aug_dropout/curves.png": "VGG16 with augmentation and dropout (seed 0)",
        "alexnet_plain/scores.png": "What AlexNet takes a rose for (seed 0)",
        "vgg16_64_plain/curves.png": "VGG16 on pictures of 64 x 64, plain (seed 0)",
        "vgg16_64_aug/curves.png": "VGG16 on pictures of 64 x 64 with augmentation (seed 0)",
        "vgg16_64_aug_dropout/curves.png": "VGG16 on pictures of 64 x 64, augmentation and dropout (seed 0)",
        "vgg16_plain/scores.png": "What VGG16 takes a rose for (seed 0)",
        "architectures/fit_times.png": "Times to train",
    },
    "D": {
        "early_stopping/images.png": "Three training pictures",
        "early_stopping/curves.png": "Training until the validation loss no longer falls (seed 0)",
        "early_stopping/confusion.png": "What is taken for what (seed 0)",
        "early_stopping/prediction.png": "The first test picture and its classes (seed 0)",
    },
    "E": {
        "predictions/images.png": "25 training pictures",
        "predictions/losses.png": "Ten epochs from new weights (seed 0)",
        "predictions/losses_on.png": "And on, until the documented validation loss is reached again (seed 0)",
        "predictions/predictions.png": "25 test pictures after ten epochs (seed 0)",
    },
}


def compare(model, runs, documented, keras):
    """The four comparisons of a model."""
    theirs = keras_runs(keras, MODELS[model])
    return [
        Comparison(words, documented[ours], [r["best"][ours] for r in runs], [r[key] for r in theirs])
        for ours, (key, words) in MEASURES.items()
    ]


def models_table(results, keras):
    """M1 to M3, four measures each; below, in words, what lies apart."""
    lines = header("model", "", "documented", "minicnn: mean ± sd (runs)", "Keras: mean ± sd (runs)",
                   "difference, standard errors", left=2)  # fmt: skip
    comparisons = {}
    for model in MODELS:
        name, known = model.upper(), DOCUMENTED["A"]["models"][model.upper()]
        runs = read_runs(results / model, DOCUMENTED["A"])
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


def optimizers_table(results, keras):
    """Best validation accuracy / loss of the three optimizers, chained and fresh."""
    documented = DOCUMENTED["A, optimizers"]
    chained, fresh = (read_runs(results / f"optimizers_{how}", documented) for how in ("chained", "fresh"))
    names = {"RMSprop": "A M3 (RMSprop)", "SGD": "A M3 SGD fresh", "Adam": "A M3 Adam fresh"}
    lines = header("optimizer", "documented, chained", "minicnn, chained (runs)", "minicnn, fresh (runs)",
                   "Keras, fresh (runs)")  # fmt: skip
    for name, keras_name in names.items():
        known = documented["models"][name]
        theirs = [
            {"val_accuracy": run["best_val_acc"], "val_loss": run["best_val_loss"]}
            for run in keras_runs(keras, keras_name)
        ]  # fmt: skip
        ours = ([run["parts"][name]["best"] for run in runs] for runs in (chained, fresh))
        lines.append(row(name, f"{known['val_accuracy']:.4f} / {known['val_loss']:.4f}",
                         *(both(scores) for scores in (*ours, theirs))))  # fmt: skip
    for how, runs in (("chained", chained), ("fresh", fresh)):
        if runs:
            lines += ["", f"Best last, {how}: {' < '.join(ranking(runs[0]))}."]
    return lines


def both(scores):
    """Accuracy / loss, the mean of all runs, and how many they are."""
    if not scores:
        return MISSING
    accuracy, loss = (mean(each[name] for each in scores) for name in ("val_accuracy", "val_loss"))
    return f"{accuracy:.4f} / {loss:.4f} ({len(scores)})"


def ranking(run):
    """The optimizers of a run by their best validation accuracy, the best last."""
    return sorted(run["parts"], key=lambda name: run["parts"][name]["best"]["val_accuracy"])


def generate(results=RESULTS):
    """All that stands between the markers."""
    keras = read_json(HERE / "keras_reference.json")
    lines = [
        "### A: three depths, three optimizers", "", *models_table(results, keras), "",
        f"Documented: {DOCUMENTED['A']['source']}.", "",
        f"Keras, here and below: {keras['made_with']}.", "",
        "**The optimizers**, best validation accuracy / loss:", "",
        *optimizers_table(results, keras), *figures(results, "A"), "",
        "### B: a study of overfitting", "", *table_more.overfitting(results, keras),
        *figures(results, "B"), "",
        "### C: four architectures", "", *table_more.families(results), "", *table_more.one_step(results),
        *figures(results, "C"), "",
        "### D: early stopping", "", *table_more.early_stopping(results, keras), *figures(results, "D"), "",
        "### E: predictions", "", *table_more.predictions(results, keras), *figures(results, "E"), "",
        "### The order of the pictures", "", *table_more.order(results, keras), "",
        "### The runs", "", *table_more.all_runs(results),
    ]  # fmt: skip
    return "\n".join(lines)


def figures(results, write_up):
    """The figures of a write-up that there are, each above its words."""
    lines = []
    for figure, words in FIGURES[write_up].items():
        if (results / figure).exists():
            lines += ["", f"![{words}](results/{figure})", f"*{words}*"]
    return lines


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
