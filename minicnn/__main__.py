"""minicnn from the command line.

    python -m minicnn                        the version, the threads, the cache, the commands there are
    python -m minicnn warmup [--float64]     compile all kernels now, not during the first training step
    python -m minicnn.kernels.ladder         what each way of writing an operation buys, timed

In a clone of the repository also: python -m lessons, python -m benchmarks, python examples/cifar_m3.py
"""

import argparse
import sys

from threadpoolctl import threadpool_info

import minicnn
from minicnn import config, lookup, warmup

COMMANDS = {"warmup": warmup.warm_up}


def about():
    """What computes here, and where things are kept."""
    libraries = {f"{each['internal_api']} {each['version']}" for each in threadpool_info()
                 if each["user_api"] == "blas"}  # fmt: skip
    return "\n".join([
        f"minicnn {minicnn.__version__}",
        f"    threads    {minicnn.get_num_threads()}   (MINICNN_NUM_THREADS, mc.set_num_threads)",
        f"    BLAS       {', '.join(sorted(libraries)) or 'unknown'}",
        f"    cache      {config.cache_folder()}   (MINICNN_CACHE)",
    ])  # fmt: skip


def main(argv=None):
    """Run one command; without any, say what there is. The exit status is 0 where all went well."""
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m minicnn", description=__doc__, formatter_class=text)
    parser.add_argument("command", nargs="?", metavar="command", help=", ".join(COMMANDS))
    parser.add_argument("--float64", action="store_true", help="warmup: the kernels of float64 as well")
    given = parser.parse_args(argv)
    if given.command is None:
        if given.float64:
            parser.error("--float64 belongs to a command: python -m minicnn warmup --float64")
        print(about(), __doc__.partition("\n\n")[2].rstrip(), sep="\n\n")
        return 0
    try:
        command = lookup.find(given.command, COMMANDS, "command")
    except ValueError as problem:
        parser.error(str(problem))
    return int(not command(given.float64))


if __name__ == "__main__":
    sys.exit(main())
