"""A process that runs tests on a copy of the tree again and again: each time in a fork of its own.

    python -m tests.reliability.judge < jobs > verdicts

A job is a line of JSON, {"tests": files below tests/, "cpu": seconds of processor time allowed}; so is what
comes back, {"status": pytest's, or minus the signal that ended it, "cpu": seconds taken, "late": whether it
was ended for waiting too long, "failed": a test}. What every run imports besides minicnn is imported once,
here.
"""

import contextlib
import importlib
import json
import os
import re
import resource
import signal
import sys
import tempfile
import time
import traceback

import pytest

HEAVY = ("numba", "numpy", "scipy.linalg.cython_blas", "threadpoolctl", "hypothesis.strategies", "PIL.Image",
         "hypothesis.extra.numpy", "unittest.mock", "xdist.plugin", "filelock")  # fmt: skip
MEMORY = 8 << 30  # bytes of addresses: a mutant may ask for more pictures than there are
PATIENCE = 60 * 60  # seconds by the clock, for what waits and takes no processor time
OPTIONS = ("-x", "-q", "-m", "not whole_lesson", "--tb=line", "-pno:cacheprovider", "-n0",
           "--hypothesis-profile=few", "-Wignore::pytest.PytestAssertRewriteWarning")


def run(tests, cpu):
    """Run these in a fork, which has so much processor time and memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as report:
        if (child := os.fork()) == 0:
            _fork(tests, cpu, report.fileno())
        status, late = _ended(child)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what its tests may have started
        report.seek(0)
        said = report.read().decode(errors="replace")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    failed = re.search(r"^(?:FAILED|ERROR) (?:tests/)?(\S+)", said, re.M)
    failed = failed[1] if failed else said[-300:]
    return {"status": status, "cpu": round(seconds, 1), "late": late, "failed": failed}


def _ended(child):
    """How the child ended, and whether it was made to because it took far too long."""
    end, late = time.monotonic() + PATIENCE, False
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > end:
            late = True
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    return os.waitstatus_to_exitcode(ended[1]), late


def _fork(tests, cpu, report):
    """The child, which never returns."""
    status = 70
    try:
        os.setpgid(0, 0)
        os.dup2(report, 1)
        os.dup2(report, 2)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        status = int(pytest.main([*OPTIONS, *(f"tests/{name}" for name in tests)]))
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def main():
    """Until there are no more jobs."""
    for name in HEAVY:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
