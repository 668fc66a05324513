"""With kernels as plain Python, the tests run nearly every line of minicnn and take nearly every branch.

[coverage](https://coverage.readthedocs.io) watches the tests of minicnn itself (not those of its examples,
lessons and benchmarks, nor the browser's), with `NUMBA_DISABLE_JIT=1` and ten drawn problems a property;
processes that tests start are watched, too. Nothing is left out of the count. What it cannot see is what
only compiled code does: the threads' meeting in `minicnn/kernels/pool.py`, the promises to the compiler in
`apart.py`, tiles in `registers.py`, the pieces of a matrix product in `blas.py`. Their tests run compiled.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import machine
from tests.agreement import ROOT
from tests.reliability.record import Figure, NotTried

LEAST = 0.95
ROOMS = {  # the tests of minicnn itself; a browser is none of its code
    "kernels": ("tests/kernels",), "layers": ("tests/layers",),
    "data": ("tests/datasets", "tests/exchange", "tests/commands", "tests/reports/test_packing.py",
             "tests/reports/test_page.py", "tests/reports/test_pictures.py"),
    "models": tuple(sorted(f"tests/{file.name}" for file in (ROOT / "tests").glob("test_*.py"))),
}  # fmt: skip
QUICK = ("tests/test_schedules.py",)
SETTINGS = """
[run]
branch = True
source = {source}
parallel = True
data_file = {folder}/data
patch = subprocess
"""


def measured(tests, options, folder, source="minicnn"):
    """coverage's own report on ``source``, as JSON has it, and how the tests ended."""
    settings = Path(folder, "settings")
    settings.write_text(SETTINGS.format(folder=folder, source=source), encoding="utf-8")
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}

    def coverage(command, *words):
        words = [sys.executable, "-m", "coverage", command, f"--rcfile={settings}", *words]
        return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    ended = coverage("run", "-m", "pytest", "-q", "-pno:cacheprovider", *options, *tests)
    coverage("combine")
    coverage("json", "-o", f"{folder}/report.json")
    return json.loads(Path(folder, "report.json").read_text(encoding="utf-8")), ended


def branches(quick):
    """Lines and branches, all of minicnn/ together; the note names the files with most that never ran."""
    if importlib.util.find_spec("coverage") is None:
        raise NotTried("pip install coverage")
    tests = QUICK if quick else [each for room in ROOMS.values() for each in room]
    options = ["--hypothesis-profile=few", "-n", "0" if quick else str(len(machine.available_cores()))]
    with tempfile.TemporaryDirectory() as folder:
        report, ended = measured(tests, options, folder)
    passed = ended.returncode == 0
    yield Figure("the tests pass with kernels as plain Python", ended.stdout.strip().split("\n")[-1], passed)
    yield from shares(report, 0 if quick else LEAST)


def shares(report, least):
    """Of the lines and of the branches; where some are asked for, with a note on what never ran."""
    for what, done, all_ in (("lines are run", "covered_lines", "num_statements"),
                             ("branches are taken", "covered_branches", "num_branches")):  # fmt: skip
        share = report["totals"][done] / report["totals"][all_]
        yield Figure(f"at least {LEAST:.0%} of the {what}", f"{share:.1%} of {report['totals'][all_]:,}",
                     share >= least, _most_missed(report, done, all_) if least else "")  # fmt: skip


def _most_missed(report, done, all_):
    missed = {file: each["summary"][all_] - each["summary"][done] for file, each in report["files"].items()}
    worst = sorted(missed, key=missed.get, reverse=True)[:8]
    return "not: " + ", ".join(f"{missed[file]} of {file}" for file in worst if missed[file])


PARTS = {"branches": branches}
