"""python -m tests.reliability where something is missing."""

import subprocess
import sys

from tests.agreement import ROOT

WITHOUT = """
import runpy, sys
sys.modules["hypothesis"] = None  # as good as not installed
runpy.run_module("tests.reliability", run_name="__main__")
"""


def test_what_is_not_installed_is_named():
    command = [sys.executable, "-c", WITHOUT]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr == (
        "python -m tests.reliability needs the module hypothesis: pip install -e '.[test]'\n"
    )
