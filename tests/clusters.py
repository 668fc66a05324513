"""A Dask cluster of this machine, started as docs/search.md says."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def environment(**more):
    """What processes of examples and clusters need to find minicnn, installed or not."""
    return os.environ | {"PYTHONPATH": str(ROOT)} | more


def wait_until(happened, seconds=120):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Cluster:
    """A scheduler and workers of one thread: ``workers`` holds the words that each is started with."""

    def __init__(self, folder, workers, **env):
        self.folder, self.processes, self.environment = folder, [], environment(**env)
        try:
            self._start(workers)
        except BaseException:
            self.__exit__()
            raise

    def _start(self, workers):
        file = self.folder / "scheduler.json"
        self._dask("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
        wait_until(lambda: file.exists() and file.read_text().rstrip().endswith("}"))  # written to the end
        self.address = json.loads(file.read_text())["address"]
        flags = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self.folder))
        self.workers = [self._dask("worker", self.address, *flags, *words) for words in workers]
        wait_until(lambda: all("Registered to" in self._log(1 + k) for k in range(len(workers))))

    def _dask(self, *command):
        with open(self.folder / f"{len(self.processes)}.log", "wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "dask", *command], cwd=self.folder,
                                       env=self.environment, stdout=log, stderr=log)  # fmt: skip
        self.processes.append(process)
        return process

    def _log(self, number):
        return (self.folder / f"{number}.log").read_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Workers first, and asked: a nanny then ends the worker that it looks after."""
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
