"""python -m benchmarks: minicnn, PyTorch and Keras on the documented networks, on this machine.

    python -m benchmarks --models m1,lenet5 --rounds 5

Frameworks that are not installed are left out: pip install -r benchmarks/requirements.txt
"""

import argparse
import importlib.util
import json
import sys
import time
from pathlib import Path

from benchmarks import contest, machine
from benchmarks.networks import NETWORKS
from minicnn import lookup

NEEDS = {"minicnn": (), "torch": ("torch",), "keras": ("keras", "tensorflow")}
MEASURES = ("train",)


def names(kind, known):
    """The type of a flag: names of ``known`` with commas between them."""
    registry = {each: each for each in known}

    def parse(text):
        try:
            return [lookup.find(each.strip(), registry, kind) for each in text.split(",")]
        except ValueError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None

    return parse


def installed(framework):
    return all(importlib.util.find_spec(each) for each in NEEDS[framework])


def parse_arguments(argv):
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, formatter_class=text)
    add = parser.add_argument
    add("--models", type=names("model", NETWORKS), default=list(NETWORKS), help=f"default: {','.join(NETWORKS)}")
    add("--measure", type=names("measure", MEASURES), default=list(MEASURES), help=",".join(MEASURES))
    add("--frameworks", type=names("framework", NEEDS), help=f"default: those installed of {','.join(NEEDS)}")
    add("--threads", type=int, default=2)
    add("--rounds", type=int, default=5, help="turns of each framework")
    add("--seconds", type=float, default=1.0, help="how long a turn lasts (at least one step)")
    add("--out", type=Path, default=Path("benchmarks", "results"), metavar="DIR")
    args = parser.parse_args(argv)
    if missing := [each for each in args.frameworks or NEEDS if not installed(each)]:
        text = f"not installed: {', '.join(missing)} (pip install -r benchmarks/requirements.txt)"
        if args.frameworks:
            parser.error(text)
        print(f"NOTICE: {text}", file=sys.stderr)
    args.frameworks = args.frameworks or [each for each in NEEDS if each not in missing]
    return args


def main(argv=None):
    args = parse_arguments(argv)
    machine.check_threads(args.threads)
    document = {
        "machine": machine.description(), "versions": machine.versions(),
        "settings": {"threads": args.threads, "rounds": args.rounds, "seconds": args.seconds,
                     "frameworks": args.frameworks},
        "date": time.strftime("%Y-%m-%d"),
    }  # fmt: skip
    for measure in args.measure:
        document[measure] = {}
        for name in args.models:
            network = NETWORKS[name]
            with contest.workers(args.frameworks, args.threads) as processes:
                record = contest.contest(processes, measure, network, network.batch, args.rounds, args.seconds)
            document[measure][name] = record
            print(name, {each: contest.medians(record, each) for each in record["ways"]}, record["ways"],
                  record["errors"], contest.ratios(record), flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "benchmarks.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
