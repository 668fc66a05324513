"""Train all that the README's tables show, one run after another, each in its own process.

    python examples/reproduce.py                     on CIFAR-10, into examples/results
    python examples/reproduce.py m1 early_stopping   these alone; some are long and only run by name
    python examples/reproduce.py vgg16_plain --epochs 30   what takes days, cut short: the tables say so
    python examples/reproduce.py --trial             256 shapes, one epoch, one seed; into runs/trial

What stands in the results whole is not trained again, and a run that was stopped goes on from its last
epoch: stop this when you like and start it again. No photograph of flowers is kept among the results: every
one has its own author.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import cifar_base
import cifar_depth
import cifar_lenet5
import compare_architectures as architectures
import flowers_alexnet
import flowers_vgg16
import table
from one_step import MODELS
from rows import epochs

import minicnn as mc

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds for a batch
TRIAL_RUN = ("--data", "shapes", "--subset", "256", "--epochs", "1")


class Job(NamedTuple):
    """A script with its own flags, and what of its figures is worth keeping."""

    script: tuple
    figures: tuple
    most_seeds: int = 100
    by_name_only: bool = False  # hours or days


def variants(script, stem, figures, *flags, **more):
    """The three variants of an architecture, by the names of their runs."""
    return {
        f"{stem}_{variant}": Job((script, "--variant", variant, *flags), figures, **more)
        for variant in ("plain", "aug", "aug_dropout")
    }


JOBS = {
    "m1": Job(("cifar_m1",), ("images", "curves")),
    "m2": Job(("cifar_m2",), ("images", "curves")),
    "m3": Job(("cifar_m3",), ("images", "curves", "predictions", "filters")),
    "optimizers_chained": Job(("cifar_optimizers", "--protocol", "chained"), ("validation",), 1),
    "optimizers_fresh": Job(("cifar_optimizers", "--protocol", "fresh"), ("validation",), 1),
    "early_stopping": Job(("cifar_early_stopping",), ("images", "curves", "confusion", "prediction"), 3),
    "predictions": Job(("cifar_predictions",), ("images", "losses", "losses_on", "predictions"), 3),
    "overfitting_first": Job(("cifar_overfitting", "--model", "first"), ("images", "first_curves"), 3),
    **variants("cifar_lenet5", "lenet5", ("curves", "scores"), most_seeds=3),
    "overfitting_second": Job(("cifar_overfitting", "--model", "second"), ("second_curves",), 1),
    "overfitting_final": Job(("cifar_overfitting", "--model", "final"), ("final_curves",), 1, True),
    "base": Job(("cifar_base",), ("curves", "scores"), 1, True),
    **variants("flowers_alexnet", "alexnet", ("curves", "scores"), most_seeds=1, by_name_only=True),
    **variants("flowers_vgg16", "vgg16", ("curves", "scores"), most_seeds=1, by_name_only=True),
    **variants("flowers_vgg16", "vgg16_64", ("curves", "scores"), "--image-size", "64",
               most_seeds=1, by_name_only=True),
}  # fmt: skip


def runs(names, seeds):
    """(name, seed) of every run that is asked for: the short ones unless ``names`` are given."""
    names = names or [name for name, job in JOBS.items() if not job.by_name_only]
    return [(name, seed) for name in names for seed in range(min(seeds, JOBS[name].most_seeds))]


def is_whole(path):
    """Whether the metrics file at ``path`` is there and has all its epochs."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        parts = document["parts"].values() if "parts" in document else [document]
        return all(part.get("stopped_early") or epochs(part) == part["recipe"]["epochs"] for part in parts)
    except (FileNotFoundError, ValueError, KeyError):
        return False


def train(name, seed, script, flags, work):
    """Run one script to its end, in its own process; returns the folder with its files."""
    module, *own_flags = script
    out = work / f"{name}_seed{seed}"
    command = [sys.executable, "-m", f"examples.{module}", *own_flags, *flags]
    command += ["--seed", str(seed), "--out", str(out), *(["--resume"] if any(out.glob("*.backup")) else [])]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        status = process.wait()
    except KeyboardInterrupt:  # the script has heard it too, and keeps its run when its batch is through
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        raise
    finally:  # stopped: the script must not go on alone
        if process.poll() is None:
            process.terminate()
            process.wait()
    if status:
        raise SystemExit(f"reproduce: {' '.join(command)} ended with status {status}")
    return out


def keep(out, results, name, seed, figures):
    """Copy what the README shows, the metrics last, since they say that a run is complete.

    What the run left behind goes: a later reproduction must train, not find a finished backup.
    """
    target = results / name
    target.mkdir(parents=True, exist_ok=True)
    if seed == 0:
        for figure in figures:
            copy(next(out.glob(f"{name}_*_{figure}.png")), target / f"{figure}.png")
    copy(next(out.glob(f"{name}_*.json")), target / f"seed{seed}.json")
    shutil.rmtree(out)


def copy(source, target):
    """Copy so that ``target`` is never half a file."""
    temporary = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, temporary)
    os.replace(temporary, target)


def draw_depth(results, data_title):
    """Both figures of the three models compared, from the runs of seed 0."""
    runs = {name.upper(): table.read_json(results / name / "seed0.json") for name in table.MODELS}
    histories = {name: run["history"] for name, run in runs.items()}
    folder = results / "depth"
    folder.mkdir(exist_ok=True)
    cifar_depth.draw(histories, f"{data_title}, seed 0", folder / "training.png", folder / "validation.png")


def draw_architectures(results):
    """A diagram of each of the four, and the times of those that were trained."""
    folder = results / "architectures"
    folder.mkdir(parents=True, exist_ok=True)
    for script in (cifar_base, cifar_lenet5, flowers_alexnet, flowers_vgg16):
        model = script.build_model()
        mc.plots.architecture(model, path=folder / f"{model.name.lower()}.png")
    records = architectures.collect(architectures.committed(results))
    architectures.draw_fit_times(records, folder / "fit_times.png")


def one_step(results):
    """The step of every large model that has not been measured yet."""
    path = results / "one_step.json"
    known = table.read_json(path) if path.exists() else {}
    for name in MODELS:
        if name not in known:
            subprocess.run(
                [sys.executable, "-m", "examples.one_step", name, "--out", str(path)], cwd=ROOT, check=True
            )


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    parser.add_argument("names", nargs="*", metavar="RUN", help=f"of {', '.join(JOBS)}")
    seeds = {"type": int, "choices": range(1, 101), "metavar": "N", "help": "default: 5, of a trial 1"}
    parser.add_argument("--seeds", **seeds)
    parser.add_argument("--trial", action="store_true", help="try the machinery, in a minute or two")
    long = [name for section in table.DOCUMENTED.values() for name in section.get("may_be_cut_short", [])]
    fewer = {"type": int, "choices": range(1, 101), "metavar": "N", "help": f"only of {', '.join(long)}"}
    parser.add_argument("--epochs", **fewer)
    args = parser.parse_args(argv)
    if unknown := [name for name in args.names if name not in JOBS]:
        parser.error(f"{unknown[0]!r} is no run: there are {', '.join(JOBS)}")
    if args.epochs and not (args.names and set(args.names) <= set(long)):
        parser.error(f"--epochs is for {', '.join(long)}, which takes days: others are trained as documented")
    folder = ROOT / "runs" / ("trial" if args.trial else "reproduce")
    results = folder / "results" if args.trial else table.RESULTS
    flags = TRIAL_RUN if args.trial else ("--epochs", str(args.epochs)) if args.epochs else ()

    for name, seed in runs(args.names, args.seeds or (1 if args.trial else 5)):
        if is_whole(results / name / f"seed{seed}.json"):
            print(f"{name}, seed {seed}: there already")
            continue
        print(f"\n===== {name}, seed {seed}", flush=True)
        job = JOBS[name]
        data = "flowers" if job.script[0].startswith("flowers") else "cifar10"
        out = train(name, seed, job.script, flags if args.trial else ("--data", data, *flags), folder)
        keep(out, results, name, seed, job.figures)
    if all((results / name / "seed0.json").exists() for name in table.MODELS):
        draw_depth(results, "shapes (a trial)" if args.trial else "CIFAR-10")
    if args.trial:
        return
    draw_architectures(results)
    if not args.names:
        one_step(results)
    table.main([])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception, so that the script is stopped too
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
