"""What it costs threads to meet, in minicnn's own team and in numba's layers, and what each survives.

    python -m benchmarks.threading_layers           prints the table of docs/decisions/threads.md
    python -m benchmarks.threading_layers --write   and writes it there

Each layer runs in a process of its own: a process can use only one. A "meeting" is a parallel loop whose 16
rounds take some microseconds each on one thread; its cost is what it takes longer than a perfect division of
them would. Between two meetings Python works for a while, as between the kernels of a training step.
"""

import argparse
import contextlib
import ctypes
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from benchmarks import command, marked

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "decisions" / "threads.md"
OURS = "minicnn"
LAYERS = (OURS, "tbb", "omp", "workqueue")
ROUNDS, CALLS = 5, 1000
BETWEEN = 200e-6  # seconds of Python between two meetings
BLOCKS = 16


def show_tbb():
    """numba finds TBB only where the system looks for libraries, not where pip puts it."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError, OSError):
        for file in importlib.metadata.files("tbb") or ():
            if file.name in ("libtbb.so.12", "tbb12.dll"):
                ctypes.CDLL(str(file.locate()), mode=ctypes.RTLD_GLOBAL)


def meeting(rounds=1):
    """A parallel loop on the layer that the environment names, and the same work on one thread: to call."""
    import numpy as np
    from numba import njit, prange

    from minicnn.kernels.jit import OPTIONS, jit
    from minicnn.kernels.parallel import parallel_jit, share

    show_tbb()

    @jit
    def body(block, rounds, out):
        for _ in range(rounds):  # every step needs the one before: nothing to shorten
            out[block, 0] = out[block, 0] * 0.5 + 1.0

    @njit(parallel=True, **OPTIONS)
    def loop(rounds, out):
        for block in prange(out.shape[0]):
            body(block, rounds, out)

    @parallel_jit
    def ours(box, rounds, out):
        share(box, out.shape[0], body, (rounds, out))

    @njit(**OPTIONS)
    def alone(rounds, out):
        for block in range(out.shape[0]):
            body(block, rounds, out)

    out = np.zeros((BLOCKS, 64))
    meet = ours if os.environ["NUMBA_THREADING_LAYER"] == OURS else loop
    meet(rounds, out)
    alone(rounds, out)
    return lambda: meet(rounds, out), lambda: alone(rounds, out)


def median_time(call):
    """Microseconds: the median of CALLS calls, each after some Python."""
    times = []
    for _ in range(CALLS):
        until = time.perf_counter() + BETWEEN
        while time.perf_counter() < until:
            pass
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return 1e6 * statistics.median(times)


def cost():
    """Microseconds that a meeting takes longer than its work, perfectly divided."""
    from minicnn.kernels import threads

    meet, alone = meeting(rounds=6000)
    with threads.team():  # as a training step is; numba's layers take no notice
        together = median_time(meet)
    return together - median_time(alone) / int(os.environ["NUMBA_NUM_THREADS"])


def fork():
    """Meet, fork, meet again in the child."""
    meet, _ = meeting()
    child = os.fork()
    if child == 0:
        meet()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def two_threads():
    """Two Python threads meet at once, again and again."""
    meet, _ = meeting()
    both = [threading.Thread(target=lambda: [meet() for _ in range(CALLS)]) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    return not any(thread.is_alive() for thread in both)


def ask(layer, question, count):
    """``question()`` in a new process on ``layer`` with ``count`` threads; None where it died."""
    environment = os.environ | {"NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": str(count)}
    words = [sys.executable, "-m", "benchmarks.threading_layers", "--answer", question.__name__]
    try:
        ended = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True,
                               check=False, timeout=120)  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return json.loads(ended.stdout) if ended.returncode == 0 else None


def word(answer):
    return "survives" if answer else "dies"


def table():
    """The rows, measured layer by layer in turn, so that a slow minute hits all of them."""
    counts = sorted({2, os.cpu_count() or 2})
    times = {(layer, count): [] for layer in LAYERS for count in counts}
    for _ in range(ROUNDS):
        for (layer, count), measured in times.items():
            measured.append(ask(layer, cost, count))
    heads = [f"a meeting of {count} threads, us: median (min - max of {ROUNDS})" for count in counts]
    yield "| threads by | " + " | ".join(heads) + " | fork after use | two Python threads at once |"
    yield "| --- |" + " ---: |" * len(counts) + " --- | --- |"
    for layer in LAYERS:
        cells = []
        for count in counts:
            known = [each for each in times[layer, count] if each is not None]
            middle = f"{statistics.median(known):.1f}" if known else "not here"
            cells.append(f"{middle} ({min(known):.1f} - {max(known):.1f})" if known else middle)
        here = any(each is not None for count in counts for each in times[layer, count])
        cells += [word(ask(layer, each, 2)) if here else "not here" for each in (fork, two_threads)]
        yield f"| {layer} | " + " | ".join(cells) + " |"


def main(argv=None):
    text = argparse.RawDescriptionHelpFormatter
    name = "python -m benchmarks.threading_layers"
    parser = argparse.ArgumentParser(name, description=__doc__, formatter_class=text)
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    parser.add_argument("--answer", choices=["cost", "fork", "two_threads"], help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.answer:
        print(json.dumps({"cost": cost, "fork": fork, "two_threads": two_threads}[args.answer]()))
        return
    text = "\n".join(table())
    print(text)
    if args.write:
        marked.replace(PAGE, "benchmarks/threading_layers.py", text)


if __name__ == "__main__":
    command.start(main, "python -m benchmarks.threading_layers")
