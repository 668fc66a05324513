"""The README's tables of write-ups B to E; table.py puts them behind those of A."""

from statistics import mean

import compare_architectures as architectures
from rows import (
    DOCUMENTED,
    MISSING,
    Comparison,
    against_documented,
    epochs,
    header,
    keras_runs,
    parts_of,
    read_json,
    read_runs,
    row,
    scores,
    spread,
)  # fmt: skip

from minicnn.classification import scores_per_class


def records(results, folder, part, section):
    """The records of one part of a script, a seed each."""
    return [parts_of(run)[part] for run in read_runs(results / folder, DOCUMENTED[section])]


def keras_values(keras, model, keys):
    """What Keras's runs of a model came to, by our names for it; ``keys``: {ours: Keras's}."""
    return {ours: [run[key] for run in keras_runs(keras, model)] for ours, key in keys.items()}


def compare(known, found, wanted, theirs):
    """A comparison for each of the measures ``wanted``, {name: words}, by these words.

    ``known``: the documented scores; ``found``: ours, a dict a run; ``theirs``: Keras's, {name: values}
    """
    return {
        words: Comparison(words, known[name], [each[name] for each in found], theirs.get(name, []))
        for name, words in wanted.items()
    }


def measures_table(comparisons):
    """A row for each measure; below, in words, the documented ones that our runs do not surround.

    ``comparisons``: {title of the model: {words: Comparison}}
    """
    lines = header("model", "", "documented", "minicnn: mean ± sd (runs)", "Keras: mean ± sd (runs)", left=2)
    for title, measures in comparisons.items():
        for k, (words, it) in enumerate(measures.items()):
            digits = 1 if words == "epochs" else 4
            keras = spread(it.theirs, digits) if it.theirs else "-"
            numbers = f"{it.known:.{digits}f}", spread(it.ours, digits), keras
            lines.append(row("" if k else title, words, *numbers))
    named = {f"{title.partition(', ')[0]}: {words}": it
             for title, measures in comparisons.items() for words, it in measures.items()}  # fmt: skip
    return [*lines, *against_documented(named)]


# ------------------------------------------------------------------------------------- B

OVERFITTING = {
    "last_accuracy": "training accuracy, last epoch", "last_loss": "training loss",
    "last_val_accuracy": "validation accuracy", "last_val_loss": "validation loss",
    "gap": "training minus validation accuracy", "test_accuracy": "test accuracy", "test_loss": "test loss",
}  # fmt: skip


AT_THE_END = {  # ours: Keras's
    "last_accuracy": "last_acc", "last_loss": "last_loss", "last_val_accuracy": "last_val_acc",
    "last_val_loss": "last_val_loss", "test_accuracy": "test_acc", "test_loss": "test_loss",
}  # fmt: skip


def overfitting(results, keras):
    """The three models of B, each with the gap between training and validation."""
    comparisons = {}
    for name, known in DOCUMENTED["B"]["models"].items():
        found = [with_gap(scores(each)) for each in records(results, f"overfitting_{name}", name, "B")]
        theirs = keras_values(keras, f"B {name}", AT_THE_END)
        pairs = zip(theirs["last_accuracy"], theirs["last_val_accuracy"])
        theirs["gap"] = [training - validation for training, validation in pairs]
        title = f"{name}, {known['params']:,} parameters"
        comparisons[title] = compare(with_gap(known), found, OVERFITTING, theirs)
    known = DOCUMENTED["B"]
    return [*measures_table(comparisons), "", f"Documented: {known['source']}. {known['note']}"]


def with_gap(each):
    return each | {"gap": each["last_accuracy"] - each["last_val_accuracy"]}


# ------------------------------------------------------------------------------------- C

def families(results):
    """The metrics of the four architectures."""
    found = {name: records(results, name, name, section) for name, section in architectures.SECTIONS.items()}
    lines = []
    for family, names in architectures.FAMILIES.items():
        params = architectures.KNOWN[names[0]]["params"]
        lines += ["", f"*{family}*, {params:,} parameters:", "", *architectures.family_table(names, found)]
    text = (
        f"Documented: {DOCUMENTED['C']['source']}. Obtained: mean ± sd (runs) on the same data; time: the "
        "median epoch, as many times as there were epochs, of the median run, on as many threads of another "
        "machine as *The runs* says, which had other work beside."
    )
    small = {name: known["params"] for name, known in architectures.KNOWN.items() if "like" in known}
    if any(found[name] for name in small):
        params = " and ".join(f"{each:,}" for each in dict.fromkeys(small.values()))
        text += (
            f" Of 64 x 64 pixels, with {params} parameters: beside what was documented of larger pictures, "
            "which take days here."
        )
    return [*lines[1:], "", text]


def one_step(results):
    """Parameters, time and memory of one training step of the large models."""
    path = results / "one_step.json"
    found = read_json(path) if path.exists() else {}
    lines = header("one training step", "parameters", "batch", "seconds", "memory, GiB", "threads")
    for name in ("Base", "final", "AlexNet", "VGG16"):
        cells = [MISSING, *4 * ["-"]]
        if name in found:
            it = found[name]
            cells = [f"{it['params']:,}", str(it["batch_size"]), f"{it['step']:.2f}",
                     f"{it['peak_memory'] / 2**30:.2f}", str(it["threads"])]  # fmt: skip
        lines.append(row({"final": "B final"}.get(name, name), *cells))
    return lines


# ------------------------------------------------------------------------------------- D


def early_stopping(results, keras):
    """The run that stopped by itself, and the f1-score of every class."""
    known = DOCUMENTED["D"]["models"]["early_stopping"]
    runs = read_runs(results / "early_stopping", DOCUMENTED["D"])
    f1 = [scores_per_class(run["confusion"])[0][2].tolist() for run in runs]
    found = [
        scores(run) | {"epochs": run["epoch_reached"], "macro_f1": mean(each)} for run, each in zip(runs, f1)
    ]
    wanted = {"epochs": "epochs", "val_loss": "best validation loss", "test_accuracy": "test accuracy",
              "test_loss": "test loss", "macro_f1": "mean f1-score of the classes"}  # fmt: skip
    keys = {"epochs": "epochs", "val_loss": "best_val_loss", "test_accuracy": "test_acc",
            "test_loss": "test_loss"}  # fmt: skip
    theirs = keras_values(keras, "D", keys)
    lines = measures_table({f"{known['params']:,} parameters": compare(known, found, wanted, theirs)})
    lines += ["", *header("f1-score", *known["f1"])]
    lines.append(row("documented", *(f"{value:.2f}" for value in known["f1"].values())))
    ours = [f"{mean(column):.2f}" for column in zip(*f1)] or ["-"] * len(known["f1"])
    lines += [row("minicnn, mean" if runs else f"minicnn: {MISSING}", *ours), ""]
    text = f"Documented: {DOCUMENTED['D']['source']}; cats and dogs are taken for each other most, "
    text += f"{known['cats_and_dogs'][0]} and {known['cats_and_dogs'][1]} of 1,000"
    return [*lines, f"{text}; here (seed 0) {most_confused(runs[0])}." if runs else f"{text}."]


def most_confused(run):
    """Cats taken for dogs, dogs for cats, and what is taken for what most, in words."""
    names, confusion = run["class_names"], run["confusion"]
    cat, dog = names.index("cat"), names.index("dog")
    off = [(n, i, k) for i, each in enumerate(confusion) for k, n in enumerate(each) if i != k]
    most, i, k = max(off)
    return f"{confusion[cat][dog]} and {confusion[dog][cat]}, most of all {most} ({names[i]} for {names[k]})"


# ------------------------------------------------------------------------------------- E


def predictions(results, keras):
    """Ten epochs from new weights, and how far it is from there to the documented loss."""
    known = DOCUMENTED["E"]["models"]["fresh"]
    runs = read_runs(results / "predictions", DOCUMENTED["E"])
    found = [scores(run["parts"]["fresh"]) for run in runs]
    wanted = {"last_loss": "training loss, last epoch", "last_val_loss": "validation loss",
              "test_loss": "test loss"}  # fmt: skip
    theirs = keras_values(keras, "E", {name: AT_THE_END[name] for name in wanted})
    lines = measures_table({f"{known['params']:,} parameters": compare(known, found, wanted, theirs)})
    lines += ["", f"Documented: {DOCUMENTED['E']['source']}. {DOCUMENTED['E']['note']}"]
    return [*lines, "", going_on(runs, known["last_val_loss"])]


def going_on(runs, loss):
    """When the documented validation loss was reached again, in a sentence."""
    ends = [
        f"epoch {on['epoch_reached']} (training loss {on['history']['loss'][-1]:.4f})"
        if on["history"]["val_loss"][-1] >= loss else f"not by epoch {on['epoch_reached']}"
        for on in (run["parts"]["on"] for run in runs)
    ]  # fmt: skip
    return f"Going on, a validation loss of {loss} was reached again at: {', '.join(ends) or MISSING}."


# ------------------------------------------------------------- the order of the pictures

ORDERS = {  # the folder of our runs: their write-up, Keras's name for the model
    "m1": ("A", "A M1"), "m2": ("A", "A M2"), "m3": ("A", "A M3 (RMSprop)"),
    "overfitting_first": ("B", "B first"), "lenet5_plain": ("C", "C LeNet5 plain"),
    "early_stopping": ("D", "D"), "predictions": ("E", "E"),
}  # fmt: skip


def order(results, keras):
    """What it does to Keras's losses to go through the pictures in the same order in every epoch."""
    lines = header("model", "lowest", "Keras, same order", "Keras, new order", "minicnn, new order", left=2)
    for folder, (section, name) in ORDERS.items():
        runs = read_runs(results / folder, DOCUMENTED[section])
        ours = [next(iter(parts_of(run).values()))["best"] for run in runs]  # "fresh" is the first of E's
        for loss, words in (("loss", "training loss"), ("val_loss", "validation loss")):
            theirs = (keras_runs(keras, name, how) for how in ("same", "new"))
            cells = [spread([run[f"best_{loss}"] for run in runs]) for runs in theirs]
            cells.append(spread([each[loss] for each in ours]))
            lines.append(row(name.removeprefix("A ") if loss == "loss" else "", words, *cells))
    return lines


# ------------------------------------------------------------------------------------- the runs


def all_runs(results):
    """Where the numbers come from: a row for each folder of runs."""
    lines = header("examples/results/", "runs", "epochs of each", "threads", "commit", left=1)
    for folder in sorted({path.parent for path in results.glob("*/seed*.json")}):
        runs = [read_json(path) for path in sorted(folder.glob("seed*.json"))]
        columns = [[max(map(epochs, parts_of(run).values())) for run in runs]]
        columns += [[run[name] for run in runs] for name in ("threads", "commit")]
        cells = (", ".join(map(str, sorted(set(column)))) for column in columns)
        lines.append(row(folder.name, str(len(runs)), *cells))
    return lines
