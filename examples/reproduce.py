"""Train all that the README's tables show: M1 to M3 with five seeds each, the optimizers both ways.

    python examples/reproduce.py            on CIFAR-10, into examples/results
    python examples/reproduce.py --trial    the same with 256 shapes and one epoch, into runs/trial

One run after another, each in its own process. What stands in the results whole is not trained again, and
a run that was stopped goes on from its last epoch: stop this when you like and start it again.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cifar_depth
import table

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTED_RUN = ("--data", "cifar10")
TRIAL_RUN = ("--data", "shapes", "--subset", "256", "--epochs", "1")


def jobs(seeds):
    """(name, seed, script and its own flags, figures worth keeping) of every run."""
    for seed in range(seeds):
        for name in ("m1", "m2"):
            yield name, seed, (f"cifar_{name}",), ("images", "curves")
        yield "m3", seed, ("cifar_m3",), ("images", "curves", "predictions", "filters")
    for protocol in ("chained", "fresh"):
        yield f"optimizers_{protocol}", 0, ("cifar_optimizers", "--protocol", protocol), ("validation",)


def is_whole(path):
    """Whether the metrics file at ``path`` is there and has all its epochs."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        parts = document["parts"].values() if "parts" in document else [document]
        return all(len(part["history"]["val_loss"]) == part["recipe"]["epochs"] for part in parts)
    except (FileNotFoundError, ValueError, KeyError):
        return False


def train(name, seed, script, flags, work):
    """Run one script to its end, in its own process; returns the folder with its files."""
    module, *own_flags = script
    out = work / f"{name}_seed{seed}"
    command = [sys.executable, "-m", f"examples.{module}", *own_flags, *flags]
    command += ["--seed", str(seed), "--out", str(out), "--resume"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        status = process.wait()
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


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    parser.add_argument("--seeds", type=int, default=5, choices=range(1, 101), metavar="N", help="default: 5")
    parser.add_argument("--trial", action="store_true", help="try the machinery, in a minute")
    args = parser.parse_args(argv)
    folder = ROOT / "runs" / ("trial" if args.trial else "reproduce")
    results = folder / "results" if args.trial else table.RESULTS
    flags = TRIAL_RUN if args.trial else DOCUMENTED_RUN

    for name, seed, script, figures in jobs(args.seeds):
        if is_whole(results / name / f"seed{seed}.json"):
            print(f"{name}, seed {seed}: there already")
            continue
        print(f"\n===== {name}, seed {seed}", flush=True)
        keep(train(name, seed, script, flags, folder), results, name, seed, figures)
    draw_depth(results, "shapes (a trial)" if args.trial else "CIFAR-10")
    if not args.trial:
        table.main([])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception, so that the script is stopped too
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
