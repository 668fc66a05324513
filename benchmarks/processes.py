"""The workers, one process per framework, of which only one computes at a time.

Those that wait are stopped (SIGSTOP), wholly: the threads of several libraries go on spinning for a while
after their work is done, on the very cores that the next framework is about to be measured on.
"""

import contextlib
import dataclasses
import json
import signal
import subprocess
import sys
import tempfile

from benchmarks import machine

CAN_STOP = hasattr(signal, "SIGSTOP")


class WorkerFailed(RuntimeError):
    """A framework could not do what it was asked."""


class Process:
    """A worker, asleep except while it answers."""

    def __init__(self, framework, threads, core=0, **environment):
        self.framework = framework
        self.errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  close()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", framework, str(threads), str(core)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
            env=machine.environment(threads) | environment,
        )  # fmt: skip

    def ask(self, do, **question):
        """Let the worker compute, wait for the answer, and stop it again."""
        self.begin(do, **question)
        return self.finish()

    def begin(self, do, **question):
        """Let the worker compute."""
        self._signal("SIGCONT")
        with contextlib.suppress(BrokenPipeError):  # ``finish`` finds no answer then
            self.process.stdin.write(json.dumps({"do": do, **question}, default=dataclasses.asdict) + "\n")
            self.process.stdin.flush()

    def finish(self):
        """Wait for the answer, and stop the worker."""
        line = self.process.stdout.readline()
        if not line:
            raise WorkerFailed(f"{self.framework} ended ({self.process.wait()}): {self._last_words()}")
        self._signal("SIGSTOP")
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerFailed(f"{self.framework}: {answer['error']}")
        return answer["answer"]

    def close(self):
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.communicate()
        self.errors.close()

    def _signal(self, name):
        if CAN_STOP:
            self.process.send_signal(getattr(signal, name))

    def _last_words(self):
        self.errors.seek(0)
        lines = [line for line in self.errors.read().splitlines() if line.strip()]
        return lines[-1] if lines else "without a word"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Beside:
    """A worker's step called ``name``, and another worker that does the same meanwhile, on another core."""

    def __init__(self, process, name, other):
        self.process, self.name, self.other = process, name, other

    def ask(self, do, **question):
        """The times of both. All but running concerns the other: the first has built the step already."""
        if do != "run":
            return self.other.ask(do, **question)
        self.other.begin(do, **question)
        try:
            one = self.process.ask(do, **question | {"name": self.name})
        finally:
            two = self.other.finish()  # or it would compute on, and its answer would be taken for the next
        return {key: one[key] + two[key] for key in one}
