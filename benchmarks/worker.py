"""One framework in a process of its own: it does what it is told, a line of JSON at a time.

    python -m benchmarks.worker torch 2          the framework, and on how many threads

It is asked on its standard input ``{"do": "steps", ...}`` and answers on its standard output. Whatever the framework
itself prints goes to standard error.
"""

import dataclasses
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
        self.resident = machine.resident()

    def build(self, name, task, network, batch, way=None):
        """Make the step called ``name`` and warm it up; of several ways, unless told, the fastest."""
        network = Network(**network)
        make, ways = getattr(self.framework, task), self.framework.WAYS[task]
        trials = {}
        for each in [way] if way else ways if len(ways) > 1 else ():
            trials[each] = trial(make(network, batch, each))
            gc.collect()
        way = min(trials, key=trials.get) if trials else ways[0]
        self.steps[name] = make(network, batch, way)
        self.steps[name]()
        return {"way": way, "trials": trials}

    def count(self, network):
        """The number of parameters of ``network`` as this framework builds it."""
        return self.framework.count_params(Network(**network))

    def run(self, name, count):
        """Seconds of ``count`` steps, each; one before them, which is not timed, fills the caches again."""
        self.steps[name]()
        return [timed(self.steps[name]) for _ in range(count)]

    def drop(self, name):
        """Forget a step and its memory."""
        del self.steps[name]
        gc.collect()


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
    framework, threads = sys.argv[1], int(sys.argv[2])
    machine.hold_to_cores(threads)
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(Worker(framework, threads), channel)


def as_question(network):
    """A network as JSON knows it."""
    return dataclasses.asdict(network)


if __name__ == "__main__":
    main()
