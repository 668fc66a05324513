"""Compile all kernels now, not during the first training step.

    python -m minicnn warmup
"""

from minicnn.warmup import warm_up


def add_arguments(parser):
    """The kernels of float64 are for gradient checks."""
    parser.add_argument("--float64", action="store_true", help="the kernels of float64 as well")


def run(args):
    """1 where what was compiled could not be kept."""
    return int(not warm_up(args.float64))
