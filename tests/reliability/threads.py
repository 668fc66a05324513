"""The same bits on any number of threads, and no hang or abort whoever trains at the same time.

Every run is a process of its own that trains a network of all kinds of layers, and prints the checksum of
its weights, gradients, predictions and history. It may take two minutes; longer is a hang. All checksums
of a part must be the same, and none may be missing.
"""

import os
import subprocess
import sys

from tests.agreement import ROOT
from tests.reliability.record import Figure
from tests.reliability.steps import LINES, is_checksum

RUNS, ROUNDS, QUICK = 20, 50, 2
MOST_THREADS = 8
PATIENCE = 120


def steps(*how, threads=2, **environment):
    """The checksums of one run; what went wrong, where it did not end well."""
    told = {"NUMBA_NUM_THREADS": str(MOST_THREADS), "MINICNN_NUM_THREADS": str(threads)}
    told["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, "-m", "tests.reliability.steps", *how]
    try:
        ended = subprocess.run(command, cwd=ROOT, env=os.environ | told | environment, capture_output=True,
                               text=True, timeout=PATIENCE, check=False)  # fmt: skip
    except subprocess.TimeoutExpired:
        return ["hangs"]
    if ended.returncode == 0:
        return ended.stdout.split() or ["nothing"]
    return [f"{ended.returncode}: {ended.stderr[-300:]}"]


def bits(quick):
    """Run after run, each with another number of threads."""
    threads = [1 + k % MOST_THREADS for k in range(QUICK if quick else RUNS)]
    found = [steps(threads=count)[0] for count in threads]
    most = max((found.count(each) for each in found if is_checksum(each)), default=0)
    yield Figure(f"the same seed gives the same bits, {RUNS} of {RUNS} runs, on 1 to {MOST_THREADS} threads",
                 f"{most} of {len(found)}", most == len(found),
                 "" if most == len(found) else "; ".join(sorted(set(found)))[:400])  # fmt: skip


def company(how, what):
    """The part that counts rounds of ``how`` without a hang, an abort or other bits."""
    def part(quick):
        rounds, due = QUICK if quick else ROUNDS, steps()[0]
        found = [steps(*(each(k) for each in how), threads=2 + k % 3) for k in range(rounds)]
        all_lines = [due] * LINES[how[0](0)]
        good = found.count(all_lines) if is_checksum(due) else 0
        bad = sorted({" ".join(each) for each in found if each != all_lines or not is_checksum(due)})
        yield Figure(f"{what}: {ROUNDS} of {ROUNDS} without a hang, an abort or other bits",
                     f"{good} of {rounds}", good == rounds, "; ".join(bad)[:400])  # fmt: skip

    return part


METHODS = ("fork", "spawn", "forkserver")
PARTS = {
    "bits": bits,
    "at once": company([lambda k: "at-once"], "two threads in fit at once"),
    "fork": company([lambda k: "fork"], "a fork after fit: parent and child go on"),
    "workers": company([lambda k: "worker", lambda k: METHODS[k % 3]], "fit inside multiprocessing workers"),
}
