"""Promises that tests keep: the tests themselves are run, on many more drawn problems, and counted."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from tests.agreement import ROOT
from tests.reliability.record import Figure


def counted(file, least):
    """The part that runs some tests of ``file``: a figure for each.

    ``least``: {what a test says: how many cases it has at the least}. A figure of fewer is broken: pytest
    passes over a test that is gone, skipped or called otherwise, and says nothing.
    """
    due = {f"{subject(file)}: {said}": count for said, count in least.items()}

    def part(quick):
        status, found = cases(file, least, "quick" if quick else "full")
        for name, count in due.items():
            ends = found.get(name, [])
            bad, missing = [end for end in ends if end], count - len(ends)
            note = [f"{missing} fewer than there were"] * (missing > 0) + bad
            yield Figure(name, f"{len(ends) - len(bad)} of {len(ends)}", not note, "; ".join(note)[:1000])
        if status != 0:
            others = {name: ends for name, ends in found.items() if name not in due}
            note = "; ".join(f"{name}: {end}" for name, ends in others.items() for end in ends if end)
            yield Figure(f"{subject(file)}: pytest ends well", f"status {status}", False, note[:1000])

    return part


def cases(file, said, profile):
    """pytest's status, and {what a test says: how each case that ran failed, or ""}; slow ones, too.

    Others may be among them, those of a longer name and those with such words in a case's.
    """
    only = " or ".join(each.replace(" ", "_") for each in said)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "cases.xml")
        command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:cacheprovider", "-k", only,
                   f"--hypothesis-profile={profile}", f"--junitxml={report}", file]  # fmt: skip
        told = os.environ | {"PYTHONPATH": str(ROOT)}
        ended = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
        if not report.exists():
            print(ended.stdout[-2000:], ended.stderr[-2000:], file=sys.stderr)
            return ended.returncode, {}
        found = {}
        for case in ElementTree.parse(report).iter("testcase"):
            if case.find("skipped") is None:
                found.setdefault(sentence(case), []).append(failure(case))
    return ended.returncode, found


def failure(case):
    """How a case failed; \"\" where it did not. An exception may have no message."""
    bad = [each for each in case if each.tag in ("failure", "error")]
    return " ".join(each.get("message") or f"{each.tag} without a message" for each in bad)


def subject(name):
    """What a module of tests, or its file, is about, in words."""
    return Path(name).stem.rpartition("test_")[2].replace("_", " ")


def sentence(case):
    """``tests.kernels.test_dense``, ``test_nan_stays_in_its_row[True]`` -> dense: nan stays in its row"""
    said = case.get("name").partition("[")[0].removeprefix("test_")
    module = case.get("classname").rpartition(".")[2]
    return f"{subject(module)}: {said.replace('_', ' ')}"
