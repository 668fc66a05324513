"""Measure what docs/reliability.md promises.

    python -m tests.reliability                     lists the sections
    python -m tests.reliability kills damage        measures these, and writes docs/reliability/*.json
    python -m tests.reliability all --resume        measures what this commit has no figures for
    python -m tests.reliability page                writes docs/reliability.md from the figures

With --quick everything is tried and little is counted: that is a test of the sections, not of minicnn, and
its figures are thrown away (see --out).
"""

import argparse
import importlib
import os
import sys
import tempfile
from pathlib import Path

try:
    from benchmarks.command import start
    from tests.reliability import page, record
except ModuleNotFoundError as missing:
    sys.exit(f"python -m tests.reliability needs the module {missing.name}: pip install -e '.[test]'")

os.environ.setdefault("MINICNN_OFFLINE", "1")  # nothing here asks a network


def section(name):
    """The module that measures it."""
    return importlib.import_module(f"tests.reliability.{name}")


def main(argv=None):
    """Exit status 1 where a promise was broken."""
    parser = argparse.ArgumentParser("python -m tests.reliability", description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help="names of the list, all, or page")
    parser.add_argument("--quick", action="store_true", help="try everything, count little")
    parser.add_argument("--resume", action="store_true", help="leave out what this commit has figures for")
    parser.add_argument("--out", type=Path, help="folder for figures and page; a --quick run has no other")
    args = parser.parse_args(argv)
    if not args.sections:
        for name in page.SECTIONS:
            print(f"{name:<12}{section(name).__doc__.splitlines()[0]}")
        print("\npython -m tests.reliability SECTION ... measures these; more: --help")
        return 0
    if unknown := set(args.sections) - {"all", "page", *page.SECTIONS}:
        parser.error(f"no section is called {', '.join(unknown)}: there are {', '.join(page.SECTIONS)}")
    names = page.SECTIONS if "all" in args.sections else [name for name in args.sections if name != "page"]
    if args.quick and "page" in args.sections and not args.out:
        parser.error("a --quick run throws its figures away, and makes a page of none: say where with --out")
    if args.quick:
        print("--quick: little is counted; the numbers that the promises speak of are the full run's")
    with tempfile.TemporaryDirectory() as nowhere:
        folder = args.out or (Path(nowhere) if args.quick else record.RESULTS)
        for name in page.SECTIONS if "page" in args.sections else names:
            record.load(folder, name)  # or this says what is wrong before anything is measured
        kept = [
            record.measure(name, section(name).PARTS, args.quick, folder, args.resume) for name in names
        ]  # fmt: skip
        if "page" in args.sections:
            page.write(folder)
        return int(not all(kept))


if __name__ == "__main__":
    try:
        start(lambda: sys.exit(main()), "python -m tests.reliability")
    except ModuleNotFoundError as missing:
        sys.exit(f"python -m tests.reliability needs the module {missing.name}: pip install -e '.[test]'")
