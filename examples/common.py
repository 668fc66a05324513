"""What the scripts share: flags, and how they end. Data: common_data.py, records of a run: common_run.py.

Models and recipes stand in the scripts.
"""

import argparse
import os
import sys
from pathlib import Path

from common_data import MOST, find_flowers, load_data
from common_run import BACKUPS, Run
from rows import DOCUMENTED, counted

from minicnn.commands.parser import Parser, whole_number

__all__ = [
    "DOCUMENTED", "Run", "counted", "find_flowers", "load_data", "make_parser", "parse_arguments", "start",
    "whole_number",
]  # fmt: skip


def make_parser(description):
    """A parser for a script's own flags; its docstring is the help."""
    return Parser(description=description)


def folder(text):
    """The type of ``--out``: a path where no file stands in the way."""
    if file := next((each for each in (Path(text), *Path(text).parents) if each.is_file()), None):
        raise argparse.ArgumentTypeError(f"expects a folder, and {file} is a file")
    return Path(text)


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
    out = Path("runs", name)
    add("--out", type=folder, metavar="DIR", default=out, help=f"default: {out}")
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


def start(main, stopped=""):
    """Run a script's ``main``; what ends it early is said in a line, not in a traceback.

    ``stopped``: what follows from Ctrl-C, where no backup was made.
    """
    try:
        main()
        if sys.stdout:
            sys.stdout.flush()  # here, where it may fail
    except KeyboardInterrupt:
        has_backup = any(backup.exists() for backup in BACKUPS)
        print(f"\nStopped. {GO_ON if has_backup else stopped}".rstrip(), file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # ... | head: who listened has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: {without_number(problem)}")
    except ValueError as problem:
        sys.exit(f"{Path(sys.argv[0]).name}: {problem}")


def without_number(problem):
    """What an OSError says, as people say it: not ``[Errno 2] No such file or directory: 'a.png'``."""
    return f"{problem.filename}: {problem.strerror}" if problem.filename else problem
