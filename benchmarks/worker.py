"""One framework in a process of its own: it does what it is told, a line of JSON at a time.

    python -m benchmarks.worker torch 2 0        the framework, on how many threads, from which core on

It is asked on its standard input, ``{"do": "run", "name": "train", "count": 20}``, and answers on its
standard output. Whatever the framework itself prints goes to standard error.
"""

import gc
import importlib
import json
import math
import os
import sys
import time
import traceback

from benchmarks import machine
from benchmarks.networks import Network

ENOUGH = 0.4  # seconds of trial for each way of doing a step


class Worker:
    """The framework's module, and the steps that were built, by name."""

    def __init__(self, framework, threads):
        self.framework = importlib.import_module(f"benchmarks.with_{framework}")
        self.framework.start(threads)
        self.steps = {}
        self.imported = machine.resident()

    def ways(self, task):
        """The ways this framework has of doing a task."""
        return self.framework.WAYS[task]

    def rungs(self, network, batch):
        """minicnn's ways of doing one convolution."""
        return self.framework.rungs(Network(**network), batch)

    def tries(self, task, network, batch):
        """Seconds of a step in each of the ways of doing ``task``."""
        make, trials = getattr(self.framework, task), {}
        for way in self.ways(task):
            trials[way] = trial(make(Network(**network), batch, way))
            gc.collect()
        return trials

    def build(self, name, task, network, batch, way):
        """Make the step called ``name`` and do it once."""
        self.steps[name] = getattr(self.framework, task)(Network(**network), batch, way)
        self.steps[name]()

    def count(self, network):
        """The number of parameters of ``network`` as this framework builds it."""
        return self.framework.count_params(Network(**network))

    def run(self, name, count):
        """Seconds of ``count`` steps, each; of many, one before them, not timed, fills the caches again."""
        if count > 1:
            self.steps[name]()
        before = machine.preemptions()
        seconds = [timed(self.steps[name]) for _ in range(count)]
        return {"seconds": seconds, "preempted": machine.preemptions() - before}

    def memory(self, name, count):
        """Bytes: after importing, at most up to the second step, at most during ``count`` more steps."""
        if self.imported is None:
            raise ValueError("memory is read from /proc/self, which this system has not")
        self.steps[name]()
        building = machine.resident("VmHWM")
        machine.forget_peak()
        for _ in range(count):
            self.steps[name]()
        return {"imported": self.imported, "building": building, "step": machine.resident("VmHWM")}


def timed(step):
    """Seconds of one step. What it returns must be finite: a network of NaN skips work."""
    began = time.perf_counter()
    result = step()
    seconds = time.perf_counter() - began
    if isinstance(result, float) and not math.isfinite(result):
        raise ValueError(f"the loss became {result}: its steps are not worth timing")
    return seconds


def trial(step):
    """The quickest of a few steps, after one that compiles."""
    step()
    times = [timed(step)]
    while sum(times) < ENOUGH:
        times.append(timed(step))
    return min(times)


def serve(worker, channel):
    """Answer until nobody asks any more."""
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"answer": getattr(worker, question.pop("do"))(**question)}
        except Exception as problem:
            traceback.print_exc()
            answer = {"error": f"{type(problem).__name__}: {problem}"[:500]}
        channel.write(json.dumps(answer) + "\n")
        channel.flush()


def main():
    framework, threads, core = sys.argv[1], *map(int, sys.argv[2:])
    machine.hold_to_cores(threads, core)
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(Worker(framework, threads), channel)


if __name__ == "__main__":
    main()
