"""Download a data set, unless it is there.

    python -m minicnn fetch cifar10

cifar10 has 170 MB, flowers 229 MB. They go to the cache folder (python -m minicnn info names it). What a
stopped download has brought is kept; the same command goes on from there.
"""

import sys

from minicnn import config
from minicnn.datasets import cifar10, flowers

STOPPED = "What has arrived is kept: the same command goes on."
DATA = {  # what reads it: so what is broken is found, and an archive of pictures unpacked
    "cifar10": ("CIFAR-10", cifar10, cifar10.load_data),
    "flowers": ("The flower photographs", flowers, flowers.folder),
}


def add_arguments(parser):
    """What to fetch."""
    parser.add_argument("data", nargs="+", choices=DATA, metavar="DATA", help="cifar10 or flowers")


def run(args):
    """One data set after the other."""
    if missing := config.missing_data_folder():
        print(f"NOTICE: {missing}", file=sys.stderr)
    for name in args.data:
        title, module, read = DATA[name]
        there = module.find()
        if not there:
            _download(title, module)
        read()
        print(f"{title}: {'there already, ' if there else ''}{module.find()}")


def _download(title, module):
    try:
        module.fetch()
    except OSError as problem:
        why, *mirrors = map(str.strip, str(problem).splitlines())
        reasons = f"{why} {'; '.join(mirrors)}".strip()
        raise ValueError(
            f"{title} could not be had: {reasons}. The same command goes on where it stopped. Or get "
            f"{module.MIRRORS[-1]}, put it unopened into a folder and set MINICNN_DATA to that folder"
        ) from problem
