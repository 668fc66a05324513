"""How fast minicnn is, beside PyTorch and Keras: ``python -m benchmarks``, read benchmarks/README.md."""

import sys


def _traceback_but_of_ctrl_c(kind, problem, traceback):
    """As Python's own, but Ctrl-C is an end, not an error."""
    if issubclass(kind, KeyboardInterrupt):
        print("\nStopped.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, problem, traceback)


if sys.argv[:1] == ["-m"]:  # a command starts; what it imports takes a second, before it can catch anything
    sys.excepthook = _traceback_but_of_ctrl_c
