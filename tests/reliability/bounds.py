"""The tests pass with every index checked: no kernel reads or writes beside its arrays.

All tests of minicnn itself run, those of its examples, lessons and benchmarks and the browser's do not.
Kernels are compiled anew with `NUMBA_BOUNDSCHECK=1`, into a folder of their own, so that an index beside its
array is an error and not a wrong number. The first part is a kernel that reads beside its array, to see that
it is told so. Memory that is read and written through `minicnn/kernels/apart.py` and `registers.py` is bare
addresses to numba, which checks none of them; there the tests check the indices that run kernels as plain
Python, see the sections `mutants` and `coverage`.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks import machine
from tests.agreement import ROOT
from tests.reliability.coverage import ROOMS
from tests.reliability.record import Figure

QUICK = ("tests/kernels/test_dense.py",)
SKIPPED = 0.05  # of the tests, at most; the figure says which and why
BESIDE = """
import numpy as np
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share

@jit
def read(x, k):
    return x[k]

@jit
def _block(index, x):
    x[index] = 1

@parallel_jit
def write(box, x, count):
    share(box, count, _block, (x,))

x = np.zeros(8)
for call in (lambda: read(x[:4], 4), lambda: write(x[:4], 5)):
    try:
        call()
        print("not seen")
    except (IndexError, RuntimeError) as error:
        print(type(error).__name__)
"""


@contextlib.contextmanager
def checked():
    """The environment of a Python whose kernels check every index, and are kept in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        yield os.environ | {"NUMBA_BOUNDSCHECK": "1", "MINICNN_CACHE": folder, "PYTHONPATH": str(ROOT)}


def beside(check):
    """What a script says that reads and writes beside arrays, with the check ("1") or without ("0")."""
    with checked() as environment:  # a folder of its own: numba's cache does not tell checked code from other
        script = Path(environment["MINICNN_CACHE"], "beside.py")
        script.write_text(BESIDE, encoding="utf-8")
        ended = subprocess.run([sys.executable, script], env=environment | {"NUMBA_BOUNDSCHECK": check},
                               check=False, capture_output=True, text=True)  # fmt: skip
    return ended.stdout.splitlines()


def switch(quick):
    """Compiled code that reads or writes one place too far is caught with the check, and not without."""
    promise = "a kernel that reads beside its array, and a block of one that writes there, are caught"
    said = [beside(check) for check in "10"]
    kept = said == [["IndexError", "RuntimeError"], ["not seen"] * 2]
    yield Figure(promise, "both, and neither without the check" if kept else f"{said}", kept)


def room(name, quick):
    """Run the tests of a room, slow ones too."""
    tests = QUICK if quick else ROOMS[name]
    options = ["-q", "--tb=line", "-rfEs", "-pno:cacheprovider", "-m", "not whole_lesson"]
    options += ["--hypothesis-profile=few"] if quick else ["-n", str(len(machine.available_cores()))]
    with checked() as environment:
        environment["COLUMNS"] = "300"  # or pytest cuts off why a test failed
        ended = subprocess.run([sys.executable, "-m", "pytest", *options, *tests], cwd=ROOT, env=environment,
                               capture_output=True, text=True, check=False)  # fmt: skip
    counts = re.findall(r"(\d+) (passed|failed|error|skipped|xfailed)", ended.stdout)
    count = Counter({what: int(number) for number, what in counts})
    notes = re.findall(r"^(?:FAILED|ERROR) (.+)", ended.stdout, re.M)  # which test, and why
    notes += [f"{count['xfailed']} of them known"] * (count["xfailed"] > 0)
    notes += [f"skipped: {why}" for why in re.findall(r"^SKIPPED (.+)", ended.stdout, re.M)]
    broken = count["failed"] + count["error"] + count["xfailed"]
    found = f"{count['passed']:,} passed, {broken} failed, {count['skipped']} skipped"
    most = SKIPPED * (count["passed"] + count["skipped"])
    kept = ended.returncode == 0 and count["passed"] > 0 and not broken and count["skipped"] <= most
    yield Figure(f"{name}: every test passes with bounds checked", found, kept, "; ".join(notes))


PARTS = {"switch": switch, **{name: lambda quick, name=name: room(name, quick) for name in ROOMS}}
