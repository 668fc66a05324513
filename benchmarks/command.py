"""What the commands of this folder share: flags that check what they are given, and an end in one line."""

import argparse
import os
import sys

from benchmarks import machine


def names(kind, known):
    """The type of a flag: names of ``known`` with commas between them."""
    from minicnn import lookup  # not above: who measures how minicnn starts may do without

    registry = {each: each for each in known}

    def parse(text):
        try:
            found = [lookup.find(each.strip(), registry, kind) for each in text.split(",")]
        except ValueError as problem:
            raise argparse.ArgumentTypeError(str(problem)) from None
        return list(dict.fromkeys(found))  # nothing is measured twice

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


def threads(text):
    """The type of ``--threads``: a whole number above 0 for which there are cores."""
    count = positive(int)(text)
    try:
        machine.check_threads(count)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return count


def start(main, name):
    """Run ``main``, which is ``python -m name``; what ends it early is said in a line, not in a traceback.

    The exit status, as minicnn's: 1 it failed; 2 it was typed wrongly (argparse says so); 130 it was stopped
    with Ctrl-C.
    """
    try:
        main()
        sys.stdout.flush()  # here, where it may fail
    except KeyboardInterrupt as stopped:
        print(f"\nStopped. {stopped}".rstrip(), file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # ... | head: who listened has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (OSError, ValueError) as problem:
        sys.exit(f"{name}: {problem}")
