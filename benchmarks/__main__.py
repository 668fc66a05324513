"""minicnn, PyTorch and Keras on the documented networks, on this machine.

    python -m benchmarks                                        everything; hours
    python -m benchmarks --models m1,lenet5 --measure train     some of it
    python -m benchmarks --out benchmarks/results               everything, for the README's tables

Results, tables and a chart go to runs/benchmarks.

Frameworks that are not installed are left out: pip install -r benchmarks/requirements.txt
"""

import argparse
import importlib.util
import json
import sys
import tempfile
from pathlib import Path

from benchmarks import machine, report
from benchmarks.command import names, positive, start, threads
from benchmarks.measures import MEASURES
from benchmarks.networks import NETWORKS
from minicnn.replacing import replacing

NEEDS = {"minicnn": (), "torch": ("torch",), "keras": ("keras", "tensorflow")}
OUT = Path("runs", "benchmarks")  # not where the committed results are
BUSY = 0.5  # a load average above this is somebody else's


def installed(framework):
    """Whether all that a framework needs can be imported."""
    return all(importlib.util.find_spec(each) for each in NEEDS[framework])


def parse_arguments(argv):
    """The flags, checked; what is missing or too much is said here."""
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=text,
                                     allow_abbrev=False)  # fmt: skip
    add = parser.add_argument
    for flag, kind, known, more in (
        ("--models", "model", NETWORKS, "; scaling has networks of its own"),
        ("--measure", "measure", MEASURES, ""),
    ):
        add(flag, type=names(kind, known), default=list(known), help=f"default: {','.join(known)}{more}")
    add("--frameworks", type=names("framework", NEEDS), help=f"default: {','.join(NEEDS)}, if installed")
    add("--threads", type=threads, default="2", help="of each framework, on as many cores (default: 2); the "
        "measure threads, and some rows of scaling, have numbers of their own")  # fmt: skip
    add("--rounds", type=positive(int), default=5, help="turns that each framework gets (default: 5)")
    add("--seconds", type=positive(float), default=1.0, help="of a turn; at least one step (default: 1)")
    add("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")
    add("--add", action="store_true", help="keep what DIR already holds of other models and measures")
    parser.set_defaults(refuse=parser.error)
    args = parser.parse_args(argv)
    missing = [each for each in args.frameworks or NEEDS if not installed(each)]
    text = f"not installed: {', '.join(missing)} (pip install -r benchmarks/requirements.txt)"
    if args.frameworks and missing:
        parser.error(text)
    elif missing:
        print(f"NOTICE: {text}", file=sys.stderr)
    args.frameworks = args.frameworks or [each for each in NEEDS if each not in missing]
    return args


def start_document(args):
    """A new one, or with --add the one in the folder; ValueError where its circumstances are others."""
    settings = {"threads": args.threads, "rounds": args.rounds, "seconds": args.seconds}
    document, file = machine.circumstances(settings), args.out / report.FILE
    if not args.add or not file.exists():
        return document
    try:
        old = report.read(args.out)
    except ValueError as problem:
        raise ValueError(f"--add: {problem}") from None
    for what in ("versions", "settings", "commit"):
        if old[what] != document[what]:
            raise ValueError(f"--add: {file} has other {what}, {old[what]}, now {document[what]}: "
                             f"leave it out, or change --out")  # fmt: skip
    return old


def make_folder(folder):
    """OSError where results could not be written there: before hours of measuring, not after them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as problem:
        raise OSError(f"--out expects a folder that can be written to, got {folder} ({problem.strerror}): "
                      f"choose another") from None  # fmt: skip


def main(argv=None):
    """Measure, write after every record, report at the end."""
    args = parse_arguments(argv)
    try:
        document = start_document(args)
        make_folder(args.out)
    except (OSError, ValueError) as problem:
        args.refuse(str(problem))
    if (machine.load() or 0) > BUSY:  # now; with --add the document's is that of the day it was begun
        print("NOTICE: other programs compute on this machine. They slow OpenMP (PyTorch) down most.",
              file=sys.stderr)  # fmt: skip
    results, measured = args.out / report.FILE, False
    try:
        for measure in args.measure:
            records = document.setdefault(measure, {})
            for name, record in MEASURES[measure](args):
                records[name] = record
                print(f"{measure}, {name}: {report.line(measure, record)}", flush=True)
                with replacing(results) as file:
                    file.write((json.dumps(document, indent=1) + "\n").encode())
                measured = True
        report.write(args.out)
    except KeyboardInterrupt:
        kept = f"What was measured is in {results}; --add keeps it and adds the models you name."
        raise KeyboardInterrupt(kept if measured else "Nothing was measured yet.") from None


if __name__ == "__main__":
    start(main, "python -m benchmarks")
