"""The process that judges mutants runs tests under the settings of this tree, and says how they went."""

import json
import sys
from subprocess import run

import pytest
from agreement import ROOT

FILE = "test_constraints.py"


@pytest.mark.skipif(sys.platform != "linux", reason="the full run is for Linux")
def test_one_file_passes_and_what_is_not_there_does_not():
    jobs = [json.dumps({"tests": [name], "cpu": 120}) for name in (FILE, f"{FILE}::test_of_nothing")]
    command = [sys.executable, "-m", "tests.reliability.judge"]
    done = run(command, input="\n".join(jobs), cwd=ROOT, capture_output=True, text=True, check=True)
    there, missing = (json.loads(line) for line in done.stdout.splitlines())
    assert there["status"] == 0 and " passed" in there["failed"]
    assert missing["status"] == 4 and "not found" in missing["failed"]
