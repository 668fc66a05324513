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
import time
from pathlib import Path

from benchmarks import machine, report
from benchmarks.measures import MEASURES
from benchmarks.networks import NETWORKS
from minicnn import lookup
from minicnn.archive import replacing

NEEDS = {"minicnn": (), "torch": ("torch",), "keras": ("keras", "tensorflow")}
OUT = Path("runs", "benchmarks")  # not where the committed results are
BUSY = 0.5  # a load average above this is somebody else's


def names(kind, known):
    """The type of a flag: names of ``known`` with commas between them."""
    registry = {each: each for each in known}

    def parse(text):
        try:
            return [lookup.find(each.strip(), registry, kind) for each in text.split(",")]
        except ValueError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None

    return parse


def positive(kind):
    """The type of a flag: a number above 0, whole for ``int``."""

    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < float("inf"):
            whole = "whole " if kind is int else ""
            raise argparse.ArgumentTypeError(f"expects a {whole}number above 0, got {text!r}")
        return value

    return parse


def installed(framework):
    """Whether all that a framework needs can be imported."""
    return all(importlib.util.find_spec(each) for each in NEEDS[framework])


def parse_arguments(argv):
    """The flags, checked; what is missing or too much is said here."""
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=text,
                                     allow_abbrev=False)  # fmt: skip
    add = parser.add_argument
    for flag, kind, known in (("--models", "model", NETWORKS), ("--measure", "measure", MEASURES)):
        add(flag, type=names(kind, known), default=list(known), help=f"default: {','.join(known)}")
    add("--frameworks", type=names("framework", NEEDS), help=f"default: {','.join(NEEDS)}, if installed")
    add("--threads", type=positive(int), default=2, help="for each framework, on as many cores (default: 2)")
    add("--rounds", type=positive(int), default=5, help="turns that each framework gets (default: 5)")
    add("--seconds", type=positive(float), default=1.0, help="of a turn; at least one step (default: 1)")
    add("--out", type=Path, default=OUT, metavar="DIR", help=f"default: {OUT}")
    add("--add", action="store_true", help="keep what DIR already holds of other models and measures")
    args = parser.parse_args(argv)
    missing = [each for each in args.frameworks or NEEDS if not installed(each)]
    text = f"not installed: {', '.join(missing)} (pip install -r benchmarks/requirements.txt)"
    if args.frameworks and missing:
        parser.error(text)
    elif missing:
        print(f"NOTICE: {text}", file=sys.stderr)
    args.frameworks = args.frameworks or [each for each in NEEDS if each not in missing]
    try:
        machine.check_threads(args.threads)
    except ValueError as problem:
        parser.error(str(problem))
    return args


def new_document(args):
    """The results before anything is measured: all circumstances."""
    settings = {"threads": args.threads, "rounds": args.rounds, "seconds": args.seconds}
    return {
        "machine": machine.description(), "versions": machine.versions(), "commit": machine.git_commit(),
        "settings": settings, "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip


def start_document(args):
    """A new one, or with --add the one in the folder, if it comes from the same circumstances."""
    document, file = new_document(args), args.out / report.FILE
    if not args.add or not file.exists():
        return document
    old = json.loads(file.read_text(encoding="utf-8"))
    for what in ("versions", "settings", "commit"):
        if old[what] != document[what]:
            sys.exit(f"--add: {file} has other {what}, {old[what]}, now {document[what]}: "
                     f"leave it out, or change --out")  # fmt: skip
    return old


def main(argv=None):
    """Measure, write after every record, report at the end."""
    args = parse_arguments(argv)
    document = start_document(args)
    if (document["machine"]["load"] or 0) > BUSY:
        print("NOTICE: other programs compute on this machine. They slow OpenMP (PyTorch) down most.",
              file=sys.stderr)  # fmt: skip
    args.out.mkdir(parents=True, exist_ok=True)
    for measure in args.measure:
        records = document.setdefault(measure, {})
        for name, record in MEASURES[measure](args):
            records[name] = record
            print(f"{measure}, {name}: {report.line(measure, record)}", flush=True)
            with replacing(args.out / report.FILE) as file:
                file.write((json.dumps(document, indent=1) + "\n").encode())
    report.write(args.out)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. What was measured is in the file; --add keeps it and adds the models you name.")
