"""The promises of docs/reliability.md, each measured by a command: ``python -m tests.reliability``."""

import sys
from pathlib import Path

TESTS = str(Path(__file__).parent.parent)
if TESTS not in sys.path:  # where the tests that sections call find ``strategies``, as under pytest
    sys.path.append(TESTS)
