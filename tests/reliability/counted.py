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
        for name, said in found.items():
            bad = [each for each in said if each]
            yield Figure(name, f"{len(said) - len(bad)} of {len(said)}", not bad, " ".join(bad)[:1000])
        if not found:
            yield Figure(f"tests in {' '.join(where)}", "none ran", False)

    return part


def cases(where, only, profile):
    """{what a test says: for each of its cases that ran, how it failed, or nothing}; slow ones, too."""
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
            found.setdefault(sentence(case), []).append(" ".join(each.get("message", "") for each in case))
    return found


def sentence(case):
    """``tests.kernels.test_dense``, ``test_nan_stays_in_its_row[True]`` -> dense: nan stays in its row"""
    subject = case.get("classname").split("test_", 1)[-1]
    said = case.get("name").partition("[")[0].removeprefix("test_")
    return f"{subject}: {said}".replace("_", " ")
