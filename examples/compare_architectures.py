"""Four architectures, plain, with augmentation, with augmentation and dropout: their scores and their times.

    python examples/compare_architectures.py                 what stands in examples/results
    python examples/compare_architectures.py runs/*/*.json   runs of your own; what differs in them is said

Trains nothing: cifar_base.py, cifar_lenet5.py, flowers_alexnet.py and flowers_vgg16.py do, and each writes a
metrics file that this reads. Accuracy counts a picture as right or wrong; binary accuracy counts each of its
ten (or five) probabilities by itself, right where it is on the right side of 1/2: with ten classes 90 % are
to be had by saying "no" ten times, which is why it looks so high. A time is that of the median epoch, as many
times as there were epochs: so a night in which the run was stopped does not count. The accuracy of the last
epoch is a matter of luck where it goes up and down by points; its mean over the last ten says more.
"""

from pathlib import Path
from statistics import mean, median

import common
from common_data import NAMES
from rows import RESULTS, counted, departures, header, in_words, parts_of, read_run, row, scores, spread

import minicnn as mc

FAMILIES = {
    "Base": ["base"],
    "LeNet5": ["lenet5_plain", "lenet5_aug", "lenet5_aug_dropout"],
    "AlexNet": ["alexnet_plain", "alexnet_aug", "alexnet_aug_dropout"],
    "VGG16": ["vgg16_plain", "vgg16_aug", "vgg16_aug_dropout",
              "vgg16_64_plain", "vgg16_64_aug", "vgg16_64_aug_dropout"],
}  # fmt: skip
VARIANTS = {"plain": "plain", "aug": "+ augmentation", "aug_dropout": "+ augmentation, dropout"}
SMALL = "64_"  # pictures, in the names of runs: beside them stands what was documented of large ones
SECTIONS = {name: section for section in ("C", "C, flowers") for name in common.DOCUMENTED[section]["models"]}
MODELS = {name: common.DOCUMENTED[section]["models"][name] for name, section in SECTIONS.items()}
KNOWN = {name: MODELS[model["like"]] | model if "like" in model else model for name, model in MODELS.items()}
LATE = 10  # epochs, at the end, over which an accuracy wavers without a trend


def collect(paths):
    """``{"lenet5_aug": [record, ...], ...}`` from metrics files; those of other scripts are passed over."""
    found = {}
    for run in map(read_run, paths):
        for name, part in parts_of(run).items():
            if name in KNOWN:
                known = {key: run[key] for key in ("dataset", "threads")}
                found.setdefault(name, []).append(part | known)
    return found


def committed(results=RESULTS):
    """The metrics files that there are."""
    return [path for name in KNOWN for path in sorted((results / name).glob("seed*.json"))]


def not_as_documented(paths):
    """A line for every file of another recipe."""
    for path in paths:
        run = read_run(path)
        for name, section in ((name, SECTIONS[name]) for name in parts_of(run) if name in KNOWN):
            if difference := in_words(departures(run, common.DOCUMENTED[section])):
                yield f"{path} ({name}) is not the documented run: {difference}."


def variant(name):
    """``lenet5_aug`` in words."""
    which = name.partition("_")[2]
    small = ", 64 x 64 pixels" if which.startswith(SMALL) else ""
    return VARIANTS.get(which.removeprefix(SMALL), "plain") + small


def family_table(names, records):
    """The metrics of one architecture's variants, documented and obtained, as lines of Markdown.

    Of several runs the mean, ± their standard deviation, and how many they are.
    """
    lines = header("", "accuracy, documented", "obtained", f"its mean over the last {LATE} epochs",
                   "loss, documented", "obtained", "binary accuracy, documented", "obtained",
                   "fit time, documented", "obtained")  # fmt: skip
    for name in rows(names, records):
        known, runs = KNOWN[name], records.get(name, [])
        cells = []
        for metric in ("test_accuracy", "test_loss", "test_binary_accuracy"):
            ours = [scores(run)[metric] for run in runs]
            cells += [f"{known[metric]:.4f}" if metric in known else "-", spread(ours)]
        cells.insert(2, spread([mean(run["history"]["val_accuracy"][-LATE:]) for run in runs]))
        ours, due = fit_time(runs), common.DOCUMENTED[SECTIONS[name]]["recipe"]["epochs"]
        ran = min((run["recipe"]["epochs"] for run in runs), default=due)
        which = variant(name) + (f", {ran} of {due} epochs" if ran < due else "")
        time = duration(ours) + (f" (all: {duration(ours / ran * due)})" if ran < due else "")
        lines.append(row(which, *cells, duration(known.get("seconds")), time))
    return lines


def rows(names, records):
    """Those that were trained, and the documented ones that were not, unless one of small pictures was."""
    likes = {name: MODELS[name].get("like") for name in names}
    instead = {likes[name] for name in names if records.get(name)}
    return [name for name in names if records.get(name) or not (likes[name] or name in instead)]


def fit_time(runs):
    """Seconds of the median run; None of none."""
    return median(map(fit_seconds, runs)) if runs else None


def fit_seconds(record):
    """Seconds of all epochs, each taken for the median one."""
    epochs = record["seconds_per_epoch"]
    return len(epochs) * median(epochs)


def duration(seconds):
    return "-" if seconds is None else f"{seconds:,.0f} s"


def threads(runs):
    """``2``, or ``2, 4`` of runs that differ."""
    return ", ".join(map(str, sorted({run["threads"] for run in runs})))


def draw_fit_times(records, path):
    """Bars of the runs there are; nothing where there are none."""
    there = [(family, name) for family, names in FAMILIES.items() for name in names if name in records]
    seconds = {
        f"{family}, {variant(name)} ({threads(records[name])})": fit_time(records[name])
        for family, name in there
    }
    if seconds:
        runs = [record for found in records.values() for record in found]
        epochs = {record["recipe"]["epochs"] for record in runs}
        data = " and ".join(sorted({NAMES[record["dataset"]] for record in runs}))
        words = counted(*epochs, "epoch") if len(epochs) == 1 else f"{min(epochs)} to {max(epochs)} epochs"
        title = f"Time to train {words} on {data} (threads)"
        mc.plots.fit_times(seconds, title=title, path=path)
    return bool(seconds)


def main(argv=None):
    parser = common.make_parser(__doc__)
    files = {"nargs": "*", "type": Path, "metavar": "FILE", "help": "metrics files (default: results)"}
    parser.add_argument("files", **files)
    parser.add_argument("--out", type=common.folder, metavar="DIR", default=Path("runs", "architectures"),
                        help="where the chart goes (default: runs/architectures)")  # fmt: skip
    args = parser.parse_args(argv)
    files = args.files or committed()
    if missing := [path for path in files if not path.is_file()]:
        raise ValueError(f"{missing[0]} is no file: name the metrics files (*.json) that runs have written")
    records = collect(files)
    for family, names in FAMILIES.items():
        print(f"\n{family}, {KNOWN[names[0]]['params']:,} parameters (documented: on an Apple M1 Max)\n")
        print("\n".join(family_table(names, records)))
    for line in not_as_documented(files):
        print(f"\n{line}")
    args.out.mkdir(parents=True, exist_ok=True)
    chart = args.out / "fit_times.png"
    drawn = draw_fit_times(records, chart)
    print(f"\nChart: {chart}" if drawn else "\nNone of them has been run, so there are no times to draw.")


if __name__ == "__main__":
    common.start(main)
