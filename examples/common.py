"""What the scripts share: flags, data, backups, records of a run. Models and recipes stand in the scripts."""

import argparse
import json
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np

import minicnn as mc
from minicnn.archive import replacing
from minicnn.lookup import nearest

HERE = Path(__file__).resolve().parent
DOCUMENTED = json.loads((HERE / "documented.json").read_text(encoding="utf-8"))
NAMES = {"cifar10": "CIFAR-10", "shapes": "shapes"}
TITLES = {"cifar10": "CIFAR-10", "shapes": "shapes (embedded pictures, not CIFAR-10)"}
MOST_TRAIN, MOST_TEST = 50_000, 10_000

# ------------------------------------------------------------------------------------- flags


class Parser(argparse.ArgumentParser):
    """argparse's parser; of a flag it does not know it says which one may have been meant."""

    def error(self, message):
        unknown = message.removeprefix("unrecognized arguments: ").split()[0].split("=")[0]
        flags = [flag for action in self._actions for flag in action.option_strings]
        near = nearest(unknown, flags)
        if message.startswith("unrecognized") and near:
            message += f": did you mean {near}? (--help lists all flags)"
        super().error(message)


def whole_number(least, most=None):
    """The type of a flag: a whole number from ``least`` to ``most``."""

    def parse(text):
        value = int(text) if text.isascii() and text.isdigit() else None
        if value is None or value < least or (most is not None and value > most):
            upto = "" if most is None else f" and <= {most:,}"
            raise argparse.ArgumentTypeError(f"expects a whole number >= {least:,}{upto}, got {text!r}")
        return value

    return parse


def parse_arguments(argv, name, description, epochs, batch_size, add_more=None):
    """The flags all scripts have. ``add_more(parser)`` adds a script's own."""
    text = argparse.RawDescriptionHelpFormatter
    parser = Parser(description=description, allow_abbrev=False, formatter_class=text)
    add = parser.add_argument
    add("--data", choices=sorted(TITLES), help="default: CIFAR-10, or shapes where it is not to be had")
    count = {"type": whole_number(1), "metavar": "N"}
    add("--epochs", **count, default=epochs, help=f"default: {epochs}")
    add("--batch-size", **count, default=batch_size, help=f"default: {batch_size}")
    add("--subset", type=whole_number(8, MOST_TRAIN), metavar="N", help="the first N pictures only: a trial")
    add("--seed", type=whole_number(0), metavar="N", default=0, help="same seed, same result (default: 0)")
    add("--out", type=Path, metavar="DIR", default=Path("runs", name), help=f"default: {Path('runs', name)}")
    add("--resume", action="store_true", help="go on with a stopped run, from its last whole epoch")
    add("--quiet", action="store_true", help="print the scores, nothing before")
    if add_more:
        add_more(parser)
    args = parser.parse_args(argv)
    args.name = name
    return args


# ------------------------------------------------------------------------------------- data


@dataclass
class Data:
    """Pictures (N, 32, 32, 3) and labels (N, 1), uint8 both, and what to call them."""

    key: str  # for file names, "cifar10" or "shapes_256"
    name: str  # "cifar10" or "shapes"
    title: str  # for people
    class_names: tuple
    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def load_data(args):
    """The data ``args`` ask for. Unasked, where CIFAR-10 is not to be had, the shapes and a notice."""
    n = args.subset
    sizes = (n or MOST_TRAIN, min(n or MOST_TEST, MOST_TEST))
    name = args.data or "cifar10"
    try:
        train, test = mc.datasets.load(name, *sizes)
    except mc.datasets.DatasetUnavailable as problem:
        if args.data:
            raise SystemExit(f"{args.name}: {problem}") from problem
        print(
            "NOTICE: CIFAR-10 is neither on disk nor to be had. This run uses the embedded shapes instead;\n"
            "its scores say nothing about CIFAR-10. (--data cifar10 tells what was tried and what to do.)\n"
            "Drawing them takes some ten seconds.",
            file=sys.stderr,
        )
        name = "shapes"
        train, test = mc.datasets.load(name, *sizes)
    key, title = (f"{name}_{n}", f"{TITLES[name]}, the first {n:,}") if n else (name, TITLES[name])
    return Data(key, name, title, getattr(mc.datasets, name).CLASS_NAMES, *train, *test)


# ------------------------------------------------------------------------------------- a run


def start(main):
    """Run a script's ``main``; what ends it early is said in a line, not in a traceback."""
    try:
        main()
    except KeyboardInterrupt:
        print("\nStopped. The same command with --resume goes on from the last whole epoch.", file=sys.stderr)
        sys.exit(130)
    except (ValueError, OSError) as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: {problem}")


class Stopwatch(mc.callbacks.Callback):
    """The seconds of every epoch, validation included; those before a stop come back with the backup."""

    def __init__(self):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)

    def state(self):
        return {"seconds": self.seconds}, {}

    def load_state(self, document, arrays):
        self.seconds = list(document["seconds"])


class Run:
    """One script at work: what its files are called and what they hold.

    A script may train several models or one model several ways: each is a *part* with a name.
    """

    def __init__(self, args, data, name=None):
        self.args, self.data, self.name = args, data, name or args.name
        self.verbose = 0 if args.quiet else 1 if sys.stdout.isatty() else 2  # no live line in a log file
        self.stopwatches, self.records = {}, {}
        args.out.mkdir(parents=True, exist_ok=True)
        self.say(f"{data.title}: {len(data.x_train):,} training, {len(data.x_test):,} test pictures")
        self.say(f"Files go to {args.out}. If stopped, the same command with --resume goes on.\n")

    def say(self, text):
        if not self.args.quiet:
            print(text, flush=True)

    def path(self, ending):
        """A file of this run, named after the script and the data: ``runs/m3/m3_cifar10.json``."""
        return self.args.out / f"{self.name}_{self.data.key}{ending}"

    def callbacks(self, part, backup=None):
        """A stopwatch, and a backup after every epoch: --resume goes on from it, other runs begin anew."""
        backup = self.path(f"_{(backup or part).lower()}.backup")
        if not self.args.resume:
            backup.unlink(missing_ok=True)
        self.stopwatches[part] = Stopwatch()
        return [self.stopwatches[part], mc.callbacks.BackupAndRestore(backup, delete_checkpoint=False)]

    def record(self, part, model, history, test):
        """Keep what came of one ``fit`` (its History) and one ``evaluate`` (a dict of scores)."""
        seconds = self.stopwatches[part].seconds
        self.records[part] = {
            "model": model.name,
            "params": model.count_params(),
            "recipe": {
                **model.get_compile_config(),
                **{"epochs": self.args.epochs, "batch_size": self.args.batch_size},
                **{"pixels": "/ 255", "labels": "one-hot", "validation_data": "the test set"},
            },
            "history": history.history,
            "best": {name: BEST[name](history.history[name]) for name in BEST},
            "test": test,
            "seconds": round(sum(seconds), 2),
            "seconds_per_epoch": [round(s, 2) for s in seconds],
        }

    def histories(self):
        """What ``mc.plots.compare_runs`` takes: a history for each part."""
        return {part: record["history"] for part, record in self.records.items()}

    def write(self, **more):
        """The metrics file: ``more``, circumstances, the record (or ``parts``, where there are several)."""
        parts = self.records
        document = {
            **more,
            "dataset": self.data.name,
            "sizes": {"train": len(self.data.x_train), "test": len(self.data.x_test)},
            "seed": self.args.seed,
            **(next(iter(parts.values())) if len(parts) == 1 else {"parts": parts}),
            "threads": mc.get_num_threads(),
            "versions": versions(),
            "commit": git_commit(),
        }
        write_json(self.path(".json"), document)
        self.say(f"\nMetrics: {self.path('.json')}, figures and weights beside it")

    def draw_samples(self, count=8):
        """Some training pictures in a row, drawn by lot."""
        count = min(count, len(self.data.x_train))
        chosen = np.random.default_rng(self.args.seed).choice(len(self.data.x_train), count, replace=False)
        mc.plots.images(
            *(self.data.x_train[chosen], self.data.y_train[chosen], self.data.class_names),
            title=f"{count} training pictures: {self.data.title}", path=self.path("_images.png"),
        )  # fmt: skip

    def print_scores(self, documented, label="documented"):
        """Documented beside obtained. ``documented``: by part, what is known of {"accuracy": ..., ...}."""
        here = f"{NAMES[self.data.name]}, seed {self.args.seed}"
        print(scores_table(self.records, documented, label, here))
        if difference := self.difference():
            print(f"Not the documented run, so not comparable:\n  {difference}.")

    def difference(self):
        """How the run differs from the documented one, in words; "" where it does not."""
        run = {
            "dataset": self.data.name, "train": len(self.data.x_train), "test": len(self.data.x_test),
            "epochs": self.args.epochs, "batch_size": self.args.batch_size,
        }  # fmt: skip
        pairs = [(name, run[name], due) for name, due in DOCUMENTED["recipe"].items() if run[name] != due]
        return ", ".join(f"{name.replace('_', ' ')} {here} instead of {due}" for name, here, due in pairs)


# ------------------------------------------------------------------------------------- records

BEST = {"accuracy": max, "loss": min, "val_accuracy": max, "val_loss": min}  # over epochs, each on its own


def scores_table(records, documented, label, here):
    """The best scores of every part and those of the final test, documented above obtained."""
    width = max(map(len, records)) + 2
    label, here = f"{label} (CIFAR-10)", f"obtained ({here})"
    head = width + max(len(label), len(here)) + 2
    lines = [
        " " * head + f"{'best training':>19}{'best validation':>19}{'test, at the end':>19}",
        " " * head + f"{'accuracy':>11}{'loss':>8}" * 3,
    ]
    for part, record in records.items():
        test = {f"test_{name}": value for name, value in record["test"].items()}
        for first, name, scores in (
            (part, label, documented.get(part, {})),
            ("", here, record["best"] | test),
        ):
            keys = (*BEST, "test_accuracy", "test_loss")
            cells = (f"{scores[key]:.4f}" if key in scores else "-" for key in keys)
            cells = "".join(f"{cell:>{11 if i % 2 == 0 else 8}}" for i, cell in enumerate(cells))
            lines.append(f"{first:<{width}}{name:<{head - width}}{cells}")
    return "\n" + "\n".join(lines)


def versions():
    """Of everything that computes."""
    return {
        "minicnn": mc.__version__, "python": platform.python_version(), "numpy": np.__version__,
        "numba": numba.__version__,
    }  # fmt: skip


def git_commit():
    """The commit of this clone, ``-dirty`` behind it where files were changed; None where there is none."""
    command = ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--exclude=*", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def write_json(path, document):
    """Write ``document``; ``path`` is the old file or the new one, whole, whatever happens."""
    with replacing(path) as file:
        file.write((json.dumps(document, indent=1) + "\n").encode())
