"""Four architectures, plain, with augmentation, with augmentation and dropout: their scores and their times.

    python examples/compare_architectures.py                         what stands in examples/results
    python examples/compare_architectures.py runs/*/*_cifar10.json   runs of your own

Trains nothing: cifar_base.py, cifar_lenet5.py, flowers_alexnet.py and flowers_vgg16.py do, and each writes a
metrics file that this reads. Accuracy counts a picture as right or wrong; binary accuracy counts each of its
ten (or five) probabilities by itself, right where it is on the right side of 1/2: with ten classes 90 % are
to be had by saying "no" ten times, which is why it looks so high.
"""

from pathlib import Path

import common
from rows import MISSING, RESULTS, header, parts_of, read_json, row, scores

import minicnn as mc

FAMILIES = {
    "Base": ["base"],
    "LeNet5": ["lenet5_plain", "lenet5_aug", "lenet5_aug_dropout"],
    "AlexNet": ["alexnet_plain", "alexnet_aug", "alexnet_aug_dropout"],
    "VGG16": ["vgg16_plain", "vgg16_aug", "vgg16_aug_dropout"],
}
VARIANTS = {"plain": "plain", "aug": "+ augmentation", "aug_dropout": "+ augmentation, dropout"}
KNOWN = common.DOCUMENTED["C"]["models"] | common.DOCUMENTED["C, flowers"]["models"]
METRICS = ("test_accuracy", "test_loss", "test_binary_accuracy")


def collect(paths):
    """``{"lenet5_aug": record, ...}`` from metrics files; those of other scripts are passed over."""
    runs = (read_json(path) for path in paths)
    return {name: part for run in runs for name, part in parts_of(run).items() if name in KNOWN}


def committed(results=RESULTS):
    """The metrics files of seed 0 that there are."""
    return [path for name in KNOWN if (path := results / name / "seed0.json").exists()]


def variant(name):
    """``lenet5_aug`` in words."""
    return VARIANTS.get(name.partition("_")[2], "plain")


def family_table(names, records):
    """The metrics of one architecture's variants, documented and obtained, as lines of Markdown."""
    lines = header("", "accuracy / loss, documented", "obtained", "binary accuracy, documented", "obtained",
                   "fit time, documented", "obtained")  # fmt: skip
    for name in names:
        known, record = KNOWN[name], records.get(name)
        ours = scores(record) if record else {}
        cells = [f"{pair(known)}", f"{pair(ours)}"]
        cells += [f"{each.get(METRICS[2], 0):.4f}" if METRICS[2] in each else "-" for each in (known, ours)]
        cells += [duration(known.get("seconds")), duration(record and record["seconds"])]
        lines.append(row(variant(name), *cells))
    return lines


def pair(values):
    return f"{values['test_accuracy']:.4f} / {values['test_loss']:.4f}" if values else MISSING


def duration(seconds):
    return "-" if seconds is None else f"{seconds:,.0f} s"


def draw_fit_times(records, path):
    """Bars of the runs there are; nothing where there are none."""
    seconds = {f"{family}, {variant(name)}": records[name]["seconds"]
               for family, names in FAMILIES.items() for name in names if name in records}  # fmt: skip
    if seconds:
        epochs = {record["recipe"]["epochs"] for record in records.values()}
        words = f"{min(epochs)} epochs" if len(epochs) == 1 else f"{min(epochs)} to {max(epochs)} epochs"
        mc.plots.fit_times(seconds, title=f"Time to train, {words}", path=path)
    return bool(seconds)


def main(argv=None):
    parser = common.make_parser(__doc__)
    files = {"nargs": "*", "type": Path, "metavar": "FILE", "help": "metrics files (default: results)"}
    parser.add_argument("files", **files)
    parser.add_argument("--out", type=Path, metavar="DIR", default=Path("runs", "architectures"),
                        help="where the chart goes (default: runs/architectures)")  # fmt: skip
    args = parser.parse_args(argv)
    records = collect(args.files or committed())
    for family, names in FAMILIES.items():
        print(f"\n{family}, {KNOWN[names[0]]['params']:,} parameters (documented: on an Apple M1 Max)\n")
        print("\n".join(family_table(names, records)))
    args.out.mkdir(parents=True, exist_ok=True)
    chart = args.out / "fit_times.png"
    drawn = draw_fit_times(records, chart)
    print(f"\nChart: {chart}" if drawn else "\nNone of them has been run, so there are no times to draw.")


if __name__ == "__main__":
    common.start(main)
