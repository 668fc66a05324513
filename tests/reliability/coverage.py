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
from tests.reliability.record import Figure

LEAST = 0.95
TESTS = ("tests/kernels", "tests/layers", "tests/datasets", "tests/exchange", "tests/reports/test_packing.py",
         "tests/reports/test_page.py", "tests/reports/test_pictures.py")  # fmt: skip
QUICK = ("tests/test_schedules.py",)
SETTINGS = """
[run]
branch = True
source = minicnn
parallel = True
data_file = {folder}/data
patch = subprocess
"""


def measured(tests, workers, folder):
    """coverage's own report, as JSON has it, and how the tests ended."""
    settings = Path(folder, "settings")
    settings.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    options = ["-q", "-pno:cacheprovider", "--hypothesis-profile=few", *workers]

    def coverage(command, *words):
        words = [sys.executable, "-m", "coverage", command, f"--rcfile={settings}", *words]
        return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    ended = coverage("run", "-m", "pytest", *options, *tests)
    coverage("combine")
    coverage("json", "-o", f"{folder}/report.json")
    return json.loads(Path(folder, "report.json").read_text(encoding="utf-8")), ended


def branches(quick):
    """Lines and branches, all of minicnn/ together; the note names the files with most that never ran."""
    if importlib.util.find_spec("coverage") is None:
        yield Figure(f"{LEAST:.0%} of the branches are taken", "not tried: pip install coverage", quick)
        return
    tests = QUICK if quick else (*sorted(map(str, (ROOT / "tests").glob("test_*.py"))), *TESTS)
    workers = () if quick else ("-n", str(len(machine.available_cores())))
    with tempfile.TemporaryDirectory() as folder:
        report, ended = measured(tests, workers, folder)
    passed = ended.returncode == 0
    yield Figure("the tests pass with kernels as plain Python", ended.stdout.strip().split("\n")[-1], passed)
    for what, done, all_ in (("lines are run", "covered_lines", "num_statements"),
                             ("branches are taken", "covered_branches", "num_branches")):  # fmt: skip
        share = report["totals"][done] / report["totals"][all_]
        yield Figure(
            f"at least {LEAST:.0%} of the {what}", f"{share:.1%} of {report['totals'][all_]:,}",
            quick or share >= LEAST, "" if quick else _most_missed(report, done, all_),
        )  # fmt: skip


def _most_missed(report, done, all_):
    missed = {file: each["summary"][all_] - each["summary"][done] for file, each in report["files"].items()}
    worst = sorted(missed, key=missed.get, reverse=True)[:8]
    return "not: " + ", ".join(f"{missed[file]} of {file}" for file in worst if missed[file])


PARTS = {"branches": branches}
