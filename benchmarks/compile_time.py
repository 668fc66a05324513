"""What compiling costs before M3's first training step: each kernel's seconds, as it is and as numba would.

    python -m benchmarks.compile_time           prints the table of docs/decisions/compile_time.md
    python -m benchmarks.compile_time --write   and writes it there

Each way has a process and an empty cache of its own; then a second process finds that cache filled. Seconds
are the processor's, which other programs on the machine change little.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import command, marked

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "decisions" / "compile_time.md"
WAYS = ("parts", "apart")


def first_step(way):
    """Seconds of every kernel that M3's first step compiles, and of the process up to its end."""
    from numba.core import event, types

    import minicnn as mc
    from benchmarks.networks import NETWORKS
    from benchmarks.with_minicnn import build
    from minicnn.kernels import jit

    if way == "apart":  # to its callers, too, a function is what it is to Python
        jit._Kernel._numba_type_ = property(types.Dispatcher)
    seconds, begun = {}, []

    class Watch(event.Listener):
        def on_start(self, happening):
            begun.append(time.process_time())

        def on_end(self, happening):
            took, function = time.process_time() - begun.pop(), happening.data["dispatcher"].py_func
            if not begun:  # otherwise it is compiled for the sake of another
                name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
                seconds[name] = seconds.get(name, 0) + took

    event.register("numba:compile", Watch())
    mc.set_num_threads(1)  # helpers that wait would count
    network = NETWORKS["m3"]
    build(network).train_on_batch(network.pictures(network.batch), network.targets(network.batch))
    return {"kernels": seconds, "process": time.process_time()}


def ask(way, cache):
    """``first_step`` in a new process."""
    words = [sys.executable, "-m", "benchmarks.compile_time", "--answer", way]
    environment = os.environ | {"MINICNN_CACHE": cache}
    ended = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        last = (ended.stderr.strip() or "without a word").splitlines()[-1]
        raise ChildProcessError(f"the process that measures {way!r} ended ({ended.returncode}): {last}")
    return json.loads(ended.stdout)


def table():
    """The rows: the slowest kernel first."""
    cold, warm = {}, {}
    for way in WAYS:
        with tempfile.TemporaryDirectory() as cache:
            cold[way], warm[way] = ask(way, cache), ask(way, cache)
    yield "| seconds of a processor | as it is | every function by itself |"
    yield "| --- | ---: | ---: |"
    kernels = [cold[way]["kernels"] for way in WAYS]
    for name in sorted(kernels[0], key=kernels[0].get, reverse=True):
        yield f"| {name} | " + " | ".join(f"{each[name]:.2f}" for each in kernels) + " |"
    for name, of in (("an empty", cold), ("a filled", warm)):
        cells = " | ".join(f"**{of[way]['process']:.2f}**" for way in WAYS)
        yield f"| **from the start of Python to the end of M3's first step, {name} cache** | {cells} |"


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    name = "python -m benchmarks.compile_time"
    parser = argparse.ArgumentParser(name, description=__doc__, formatter_class=text)
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    parser.add_argument("--answer", choices=WAYS, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.answer:
        print(json.dumps(first_step(args.answer)))
        return
    text = "\n".join(table())
    print(text)
    if args.write:
        marked.replace(PAGE, "benchmarks/compile_time.py", text)


if __name__ == "__main__":
    command.start(main, "python -m benchmarks.compile_time")
