"""What the scripts share: flags, and how they end. Data: common_data.py, records of a run: common_run.py.

Models and recipes stand in the scripts.
"""

import argparse
import sys
from pathlib import Path

from common_data import MOST, find_flowers, load_data
from common_run import Run
from rows import DOCUMENTED

from minicnn.lookup import nearest

__all__ = [
    "DOCUMENTED", "Run", "find_flowers", "load_data", "make_parser", "parse_arguments", "start",
    "whole_number",
]  # fmt: skip


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


def make_parser(description):
    """A parser for a script's own flags; its docstring is the help."""
    text = argparse.RawDescriptionHelpFormatter
    return Parser(description=description, allow_abbrev=False, formatter_class=text)


def parse_arguments(argv, name, description, epochs, batch_size, add_more=None, data="cifar10",
                    resume=True):
    """The flags all training scripts have. ``add_more(parser)`` adds a script's own.

    ``epochs``: the default, or words for it where there are several. ``data``: "cifar10" or "flowers".
    ``resume``: whether the script can go on with a stopped run.
    """
    parser = make_parser(description)
    add = parser.add_argument
    pictures = {"cifar10": "CIFAR-10", "flowers": "flowers"}[data]
    add("--data", choices=(data, "shapes"), help=f"default: {pictures}, or shapes where it is not to be had")
    count = {"type": whole_number(1), "metavar": "N"}
    add("--epochs", **count, default=epochs if isinstance(epochs, int) else None, help=f"default: {epochs}")
    add("--batch-size", **count, default=batch_size, help=f"default: {batch_size}")
    add("--subset", type=whole_number(8, MOST[data]), metavar="N", help="the first N pictures only: a trial")
    add("--seed", type=whole_number(0), metavar="N", default=0, help="same seed, same result (default: 0)")
    add("--out", type=Path, metavar="DIR", default=Path("runs", name), help=f"default: {Path('runs', name)}")
    if resume:
        add("--resume", action="store_true", help="go on with a stopped run, from its last backup")
        add("--report", action="store_true", help="also write a page about the run and the network's inside")
    add("--quiet", action="store_true", help="print the scores, nothing before")
    if add_more:
        add_more(parser)
    args = parser.parse_args(argv)
    args.name = name
    return args


GO_ON = "The same command with --resume goes on from the last backup."


def start(main, stopped=GO_ON):
    """Run a script's ``main``; what ends it early is said in a line, not in a traceback.

    ``stopped``: what follows from Ctrl-C.
    """
    try:
        main()
    except KeyboardInterrupt:
        print(f"\nStopped. {stopped}", file=sys.stderr)
        sys.exit(130)
    except (ValueError, OSError) as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: {problem}")
