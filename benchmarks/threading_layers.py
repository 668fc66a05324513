"""What it costs threads to meet, and what each of numba's threading layers survives.

    python benchmarks/threading_layers.py           prints the table of docs/decisions/threads.md
    python benchmarks/threading_layers.py --write   and writes it there

Each layer runs in a process of its own: a process can use only one. A "meeting" is an empty parallel loop,
so all of its time is spent waking threads and waiting for the last.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "decisions" / "threads.md"
BEGIN, END = "<!-- written by benchmarks/threading_layers.py: begin -->", "<!-- end -->"
LAYERS = ("tbb", "omp", "workqueue")
ROUNDS, CALLS = 5, 1000


def meeting():
    """An empty parallel loop, compiled, on the layer that the environment names."""
    from numba import njit, prange

    from minicnn.kernels import threads  # noqa: F401  shows numba where TBB is
    from minicnn.kernels.jit import OPTIONS

    @njit(parallel=True, **OPTIONS)
    def loop(out):
        for block in prange(out.size):
            out[block] = block

    import numpy as np

    out = np.zeros(16)
    loop(out)
    return lambda: loop(out)


def cost():
    """Microseconds a meeting: the median of CALLS calls."""
    meet, times = meeting(), []
    for _ in range(CALLS):
        began = time.perf_counter()
        meet()
        times.append(time.perf_counter() - began)
    return 1e6 * statistics.median(times)


def fork():
    """Meet, fork, meet again in the child."""
    meet = meeting()
    child = os.fork()
    if child == 0:
        meet()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def two_threads():
    """Two Python threads meet at once, again and again."""
    meet = meeting()
    both = [threading.Thread(target=lambda: [meet() for _ in range(CALLS)]) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(30)
    return not any(thread.is_alive() for thread in both)


def ask(layer, question, count):
    """``question()`` in a new process on ``layer`` with ``count`` threads; None where it died."""
    environment = os.environ | {"NUMBA_THREADING_LAYER": layer, "NUMBA_NUM_THREADS": str(count)}
    command = [sys.executable, __file__, "--answer", question.__name__]
    try:
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
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
    heads = [f"a meeting of {count} threads, us: median (min - max of {ROUNDS} rounds)" for count in counts]
    yield "| numba layer | " + " | ".join(heads) + " | fork after use | two Python threads at once |"
    yield "| --- |" + " ---: |" * len(counts) + " --- | --- |"
    for layer in LAYERS:
        cells = []
        for count in counts:
            known = [each for each in times[layer, count] if each is not None]
            middle = f"{statistics.median(known):.1f}" if known else "not here"
            cells.append(f"{middle} ({min(known):.1f} - {max(known):.1f})" if known else middle)
        cells += [word(ask(layer, fork, 2)), word(ask(layer, two_threads, 2))]
        yield f"| {layer} | " + " | ".join(cells) + " |"


def main():
    text = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=text)
    parser.add_argument("--write", action="store_true", help=f"into {PAGE.name}")
    parser.add_argument("--answer", choices=["cost", "fork", "two_threads"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.answer:
        print(json.dumps({"cost": cost, "fork": fork, "two_threads": two_threads}[args.answer]()))
        return
    text = "\n".join(table())
    print(text)
    if args.write:
        before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
