"""Steps of several frameworks in turn, round after round, and the ratios within each round.

A machine's speed drifts by tens of percent within minutes. So frameworks take turns of about a second, and
what counts is the ratio of two times measured right after each other; the median of these over all rounds.
"""

import contextlib
from statistics import median

from benchmarks.processes import Process, WorkerFailed

MINICNN = "minicnn"


@contextlib.contextmanager
def workers(frameworks, threads):
    """``{framework: Process}``, ended afterwards, also after an error."""
    with contextlib.ExitStack() as stack:
        processes = {each: stack.enter_context(Process(each, threads)) for each in frameworks}
        for process in processes.values():
            with contextlib.suppress(WorkerFailed):  # who cannot be asked now says so again when it enters
                process.ask("ways", task="train")  # so that none is still importing when another computes
        yield processes


class Contest:
    """Who takes part in it, and the record of how it went.

    A framework that cannot do the task (too little memory, say) drops out; ``errors`` says why.
    """

    def __init__(self, network, batch):
        self.network, self.batch = network, batch
        self.counts, self.processes = {}, {}
        self.record = {"batch": batch, "ways": {}, "trials": {}, "errors": {}, "rounds": []}

    def enter(self, label, process, task, seconds, way=None):
        """``process`` takes part as ``label``, in turns of ``seconds``; its fastest way unless told which."""
        what = {"task": task, "network": self.network, "batch": self.batch}
        try:
            trials = process.ask("tries", **what) if way is None else {}
            way = way or min(trials, key=trials.get)
            process.ask("build", name=label, way=way, **what)
            quickest = trials.get(way) or min(process.ask("run", name=label, count=2)["seconds"])
        except WorkerFailed as problem:
            self._fail(label, problem)
            return
        self.record["ways"][label] = way
        self.record["trials"][label] = {each: _short(t) for each, t in trials.items()}
        self.counts[label], self.processes[label] = max(1, round(seconds / quickest)), process

    def run(self, rounds):
        """All turns; returns the record."""
        for number in range(rounds):
            times = {}
            self.record["rounds"].append(times)
            for label in in_turn(self.counts, number):
                try:
                    times[label] = self._turn(label)
                except WorkerFailed as problem:
                    self._fail(label, problem)
        return self.record

    def _fail(self, label, problem):
        self.record["errors"][label] = str(problem)
        self.record["ways"].pop(label, None)
        self.counts.pop(label, None)

    def _turn(self, label):
        steps = self.processes[label].ask("run", name=label, count=self.counts[label])
        times = steps["seconds"]
        return {"steps": len(times), "median": _short(median(times)), "min": _short(min(times)),
                "preempted": steps["preempted"]}  # fmt: skip


def in_turn(labels, number):
    """Each round begins with another one."""
    labels = list(labels)
    first = number % max(1, len(labels))
    return labels[first:] + labels[:first]


def _short(seconds):
    return float(f"{seconds:.5g}")
