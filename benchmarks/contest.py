"""Steps of several frameworks in turn, round after round, and the ratios within each round.

A machine's speed drifts by tens of percent within minutes. So frameworks take turns of about a second, and what
counts is the ratio of two times measured right after each other; the median of these over all rounds.
"""

import contextlib
from statistics import median

from benchmarks.processes import Process, WorkerFailed

MINICNN = "minicnn"


@contextlib.contextmanager
def workers(frameworks, threads):
    """``{framework: Process}``, ended afterwards, also after an error."""
    with contextlib.ExitStack() as stack:
        yield {each: stack.enter_context(Process(each, threads)) for each in frameworks}


def contest(processes, task, network, batch, rounds, seconds):
    """Time ``task`` ("train" or "infer") of ``network`` in every process; a record for the results."""
    record = {"batch": batch, "ways": {}, "trials": {}, "errors": {}, "rounds": []}
    counts = {}
    for name, process in processes.items():
        try:
            built = process.ask("build", name=task, task=task, network=network, batch=batch)
            quickest = min(process.ask("run", name=task, count=2))
        except WorkerFailed as problem:
            record["errors"][name] = str(problem)
            continue
        record["ways"][name], record["trials"][name] = built["way"], built["trials"]
        counts[name] = max(1, round(seconds / quickest))
    for number in range(rounds):
        times = {}
        for name in turns(list(counts), number):
            steps = processes[name].ask("run", name=task, count=counts[name])
            times[name] = {"steps": len(steps), "median": _short(median(steps)), "min": _short(min(steps))}
        record["rounds"].append(times)
    for name in counts:
        processes[name].ask("drop", name=task)
    return record


def turns(names, number):
    """Each round begins with another framework."""
    first = number % max(1, len(names))
    return names[first:] + names[:first]


def _short(seconds):
    return float(f"{seconds:.5g}")


def medians(record, name):
    """A framework's time in every round."""
    return [times[name]["median"] for times in record["rounds"] if name in times]


def ratios(record):
    """Per round: minicnn's time divided by that of the faster peer. Below 1 minicnn is faster."""
    result = []
    for times in record["rounds"]:
        peers = [each["median"] for name, each in times.items() if name != MINICNN]
        if peers and MINICNN in times:
            result.append(times[MINICNN]["median"] / min(peers))
    return result
