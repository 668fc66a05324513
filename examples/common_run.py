"""The record of a run: its files, its backups, its scores beside the documented ones."""

import itertools
import json
import platform
import statistics
import subprocess
import sys
import time

import numba
import numpy as np
from common_data import NAMES
from rows import HERE, departures, in_words, scores

import minicnn as mc
from minicnn.replacing import replacing

AS_IN_A = {"pixels": "/ 255", "labels": "one-hot", "validation_data": "the test set"}
BACKUPS = []  # of all runs of this process, made already or not


class Stopwatch(mc.callbacks.Callback):
    """The seconds of every epoch, validation included; those before a stop come back with the backup.

    ``resumed_after``: how many epochs were done each time the run was taken up again.
    """

    def __init__(self, seconds=()):
        self.seconds, self.resumed_after, self.began = list(seconds), [], time.perf_counter()

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)

    def state(self):
        running = time.perf_counter() - self.began
        return {"seconds": self.seconds, "running": running, "resumed_after": self.resumed_after}, {}

    def load_state(self, document, arrays):
        self.seconds = list(document["seconds"])
        self.resumed_after = [*document.get("resumed_after", ()), len(self.seconds)]
        self.began = time.perf_counter() - document.get("running", 0)  # where it was stopped within an epoch


class Run:
    """One script at work: what its files are called and what they hold.

    A script may train several models or one model several ways: each is a *part* with a name.
    ``recipe``: what of the recipe neither the model nor ``fit`` can tell.
    """

    def __init__(self, args, data, name=None, **recipe):
        self.args, self.data, self.name = args, data, name or args.name
        self.recipe = AS_IN_A | recipe
        self.verbose = 0 if args.quiet else 1 if sys.stdout.isatty() else 2  # no live line in a log file
        self.stopwatches, self.records = {}, {}
        args.out.mkdir(parents=True, exist_ok=True)
        self.say(f"{data.title}: {data.sizes['train']:,} training, {data.sizes['test']:,} test pictures")
        go_on = " If stopped, the same command with --resume goes on." if "resume" in args else ""
        self.say(f"Files go to {args.out}.{go_on}\n")

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
            self._begin_anew(backup)
        elif not self.stopwatches and not backup.exists():  # later parts may well have none
            print(f"NOTICE: nothing to resume, there is no {backup}: this run begins anew.", file=sys.stderr)
        BACKUPS.append(backup)
        self.stopwatches[part] = Stopwatch()
        return [self.stopwatches[part], mc.callbacks.BackupAndRestore(backup, delete_checkpoint=False)]

    def _begin_anew(self, backup):
        """Without the backup of the run before; one that was stopped is not lost to a forgotten flag."""
        results = self.path(".json")
        if backup.exists() and not (results.exists() and results.stat().st_mtime >= backup.stat().st_mtime):
            names = (backup.with_name(f"{backup.name}.old{k or ''}") for k in itertools.count())
            kept = backup.replace(next(name for name in names if not name.exists()))
            said = f"the one before was stopped, its backup is now {kept}: --resume, with its name as it was"
            print(f"NOTICE: this run begins anew; {said}, goes on with it.", file=sys.stderr)
        backup.unlink(missing_ok=True)

    def record(self, part, model, history, test):
        """Keep what came of one ``fit`` (its History) and one ``evaluate`` (a dict of scores)."""
        watch, reached = self.stopwatches[part], history.epoch[-1] + 1
        self.records[part] = {
            "model": model.name,
            "params": model.count_params(),
            "samples": history.params["samples"],
            "recipe": {
                **model.get_compile_config(),
                **{"epochs": history.params["epochs"], "batch_size": self.args.batch_size},
                **self.recipe,
            },
            "history": history.history,
            "best": best(history.history),
            "test": test,
            "epoch_reached": reached,
            "stopped_early": model.stop_training,
            "seconds": round(sum(watch.seconds), 2),
            "seconds_per_epoch": [round(s, 2) for s in watch.seconds],
            "resumed_after": [epochs for epochs in watch.resumed_after if epochs < reached],
        }

    def report(self, part, model, history, data):
        """With ``--report``, a page about a recorded part, judged by ``data``: see ``mc.report``."""
        if self.args.report:
            ending = "_report.html" if part.lower() == self.name else f"_{part.lower()}_report.html"
            seconds = round(self.records[part]["seconds"])
            known = {"data": self.data.title, **self.recipe, "seconds": seconds, "commit": git_commit()}
            mc.report(model, history, data, self.path(ending), self.data.class_names,
                      title=f"{model.name} on {self.data.title}", recipe=known)  # fmt: skip
            self.say(f"\nReport: {self.path(ending)}, to be opened in a browser")

    def histories(self):
        """What ``mc.plots.compare_runs`` takes: a history for each part."""
        return {part: record["history"] for part, record in self.records.items()}

    def write(self, **more):
        """The metrics file: ``more``, circumstances, the record (or ``parts``, where there are several)."""
        parts = self.records
        ((name, record), *others) = parts.items()
        document = {
            **more,
            "dataset": self.data.name,
            "title": self.data.title,
            **({"pictures": self.data.drawn} if self.data.drawn else {}),
            "class_names": list(self.data.class_names),
            "sizes": self.data.sizes,
            "seed": self.args.seed,
            **({"parts": parts} if others else {"part": name, **record}),
            "threads": mc.get_num_threads(),
            "versions": versions(),
            "commit": git_commit(),
        }
        write_json(self.path(".json"), document)
        self.say(f"\nMetrics: {self.path('.json')}, figures and weights beside it")

    def draw_samples(self, count=8, columns=8):
        """Some training pictures in a row (or rows), drawn by lot."""
        x, y = self.data.samples(count, self.args.seed)
        mc.plots.images(
            *(x, y, self.data.class_names), columns=columns, path=self.path("_images.png"),
            title=f"{len(x)} training picture{'s' if len(x) > 1 else ''}: {self.data.title}",
        )  # fmt: skip

    def draw_architecture(self, model):
        """The layers of a model and their shapes."""
        title = f"{model.name} for {self.data.title}: {model.count_params():,} parameters"
        mc.plots.architecture(model, title, self.path("_architecture.png"))

    def print_scores(self, documented, show=("", "val_", "test_"), metrics=("accuracy", "loss"),
                     label="documented"):  # fmt: skip
        """Documented beside obtained. ``documented``: a part of documented.json; ``show``: see ``GROUPS``."""
        here = f"obtained ({NAMES[self.data.name]}, seed {self.args.seed})"
        label = f"{label} ({NAMES[documented['recipe']['dataset']]})"
        print(scores_table(self.records, documented["models"], label, here, show, metrics))
        if difference := self.difference(documented):
            print(f"Not the documented run, so not comparable:\n  {difference}.")

    def pace(self, part, documented):
        """What the title of a run's curves says if it has fewer epochs than are documented; "" if not."""
        epochs, due = self.records[part]["recipe"]["epochs"], documented["recipe"]["epochs"]
        each = statistics.median(self.records[part]["seconds_per_epoch"])
        said = f"\n{epochs} of {due} epochs, {each:,.0f} s each: all would take {each * due / 3600:.1f} hours"
        return said if epochs < due else ""

    def difference(self, documented):
        """How the run differs from the documented one, in words; "" where it does not."""
        run = {"dataset": self.data.name, "sizes": self.data.sizes, "parts": self.records}
        return in_words(departures(run, documented))


# ------------------------------------------------------------------------------------- scores

GROUPS = {  # the beginnings of a score's name
    "": "best training", "val_": "best validation", "test_": "test, at the end",
    "last_": "last training", "last_val_": "last validation",
}  # fmt: skip


def best(history):
    """The highest accuracy and the lowest loss over the epochs, each on its own."""
    return {name: (max if name.endswith("accuracy") else min)(values) for name, values in history.items()}


def scores_table(records, documented, label, here, show, metrics):
    """The scores of every part, documented above obtained; columns of which nothing is known are left out."""
    rows = []  # part, whose, scores
    for part, record in records.items():
        known = documented.get(part, {})
        wanted = any(group + name in known for group in show for name in metrics)
        both = [*[(label, known)] * wanted, (here, scores(record))]
        rows += [(part if k == 0 else "", *each) for k, each in enumerate(both)]
    left = max(map(len, records)) + 2, max(len(label), len(here)) + 2
    above, titles, columns = "", "", []
    for group in show:
        names = [name for name in metrics if any(group + name in known for _, _, known in rows)]
        for name in names:
            width = max(8, len(name) + 3)
            if len(names) == 1:
                width = max(width, len(GROUPS[group]) + 3)
            titles += f"{name:>{width}}"
            columns.append((group + name, width))
        above += f"{GROUPS[group]:>{len(titles) - len(above)}}" if names else ""
    lines = [" " * sum(left) + above, " " * sum(left) + titles]
    for part, whose, known in rows:
        cells = (f"{f'{known[key]:.4f}' if key in known else '-':>{width}}" for key, width in columns)
        lines.append(f"{part:<{left[0]}}{whose:<{left[1]}}{''.join(cells)}")
    return "\n" + "\n".join(lines)


def versions():
    """Of everything that computes."""
    return {
        "minicnn": mc.__version__, "python": platform.python_version(), "numpy": np.__version__,
        "numba": numba.__version__,
    }  # fmt: skip


def git_commit():
    """The commit of this clone, ``-dirty`` behind it where code was changed; None where there is none."""
    try:
        changed = _git("diff", "--name-only", "HEAD", "--", ":/*.py")  # results and pages may well be new
        return _git("rev-parse", "--short=12", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*words):
    command = ["git", "-C", str(HERE), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def write_json(path, document):
    """Write ``document``; ``path`` is the old file or the new one, whole, whatever happens."""
    with replacing(path) as file:
        file.write((json.dumps(document, indent=1) + "\n").encode())
