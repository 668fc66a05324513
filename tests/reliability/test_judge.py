"""The process that judges mutants runs tests under the settings of this tree, and says how they went."""

import json
import os
import sys
from subprocess import run

import pytest
from agreement import ROOT

FILE = "test_constraints.py"


@pytest.mark.skipif(sys.platform != "linux", reason="the full run is for Linux")
def test_what_passes_what_is_not_there_what_fails_and_what_never_ends(tmp_path):
    profile = "from hypothesis import settings\nsettings.register_profile('few')\n"
    (tmp_path / "conftest.py").write_text(profile)
    (tmp_path / "test_sums.py").write_text("def test_sum():\n    assert 1 + 1 == 3\n")
    (tmp_path / "test_ends.py").write_text("def test_end():\n    while True:\n        pass\n")
    wanted = {FILE: 120, f"{FILE}::test_of_nothing": 120,
              relative(tmp_path / "test_sums.py"): 120, relative(tmp_path / "test_ends.py"): 5}  # fmt: skip
    jobs = [json.dumps({"tests": [name], "cpu": cpu}) for name, cpu in wanted.items()]
    command = [sys.executable, "-m", "tests.reliability.judge"]
    done = run(command, input="\n".join(jobs), cwd=ROOT, capture_output=True, text=True, check=True)
    there, missing, wrong, endless = (json.loads(line) for line in done.stdout.splitlines())
    assert there["status"] == 0 and " passed" in there["failed"]
    assert missing["status"] == 4 and "not found" in missing["failed"]
    assert wrong["status"] == 1 and wrong["failed"].endswith("test_sums.py::test_sum")
    assert endless["status"] < 0 and 4 < endless["cpu"] < 20


def relative(file):
    """Its path as seen from tests/, as a job has it."""
    return os.path.relpath(file, ROOT / "tests")
