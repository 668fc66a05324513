"""Promises that tests keep: the tests themselves are run, on many more drawn problems, and counted."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.agreement import ROOT
from tests.reliability.record import Figure


def counted(*where, only=""):
    """The part that runs the tests in ``where`` that pytest's -k finds by ``only``: a figure for each."""
    def part(quick):
        found = cases(where, only, "quick" if quick else "full")
        for name, (good, all_of_them) in found.items():
            yield Figure(name, f"{good} of {all_of_them}", good == all_of_them)
        if not found:
            yield Figure(f"tests in {' '.join(where)}", "none ran", False)

    return part


def cases(where, only, profile):
    """{what a test says: (its cases that passed, all that ran)}; slow ones, too."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "cases.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:cacheprovider", "-k", only,
                   f"--hypothesis-profile={profile}", f"--junitxml={file}", *where]  # fmt: skip
        told = os.environ | {"PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
        if not file.exists():
            print(ended.stdout[-2000:], ended.stderr[-2000:], file=sys.stderr)
            return {}
        found = {}
        for case in ElementTree.parse(file).iter("testcase"):
            if case.find("skipped") is not None:
                continue
            good, all_of_them = found.get(words := sentence(case), (0, 0))
            found[words] = good + (len(case) == 0), all_of_them + 1
    return found


def sentence(case):
    """``tests.kernels.test_dense``, ``test_nan_stays_in_its_row[True]`` -> dense: nan stays in its row"""
    subject = case.get("classname").split("test_", 1)[-1]
    said = case.get("name").partition("[")[0].removeprefix("test_")
    return f"{subject}: {said}".replace("_", " ")
