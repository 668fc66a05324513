"""A task for functions that numba compiles, small enough for the tests of the lessons' harness."""

from types import SimpleNamespace

import numpy as np

from lessons.harness import judge
from lessons.harness.runner import WorkFile
from lessons.harness.tasks import Case, Task

HEAD = "import numpy as np\nfrom numba import njit, prange\n\n\n"


def row_sums(x):
    return x.sum(axis=1)


def cases():
    rng = np.random.default_rng(0)
    shapes = ((1, 1), (1, 2), (2, 2), (3, 4), (40, 3000))
    return [Case("rows", {"x": rng.standard_normal(shape).astype(np.float32)}) for shape in shapes]


TASK = Task("row_sums", row_sums, cases, ("y",), threads=(1, 2), tolerance=1e-4, limit=300)


def verdict_of(text, tmp_path, task=TASK):
    work = tmp_path / "work.py"
    work.write_text(HEAD + text, encoding="utf-8")
    with WorkFile(work) as runner:
        return judge.check_task(SimpleNamespace(number="00"), task, runner)


ROWS = """\
@njit(parallel=True)
def row_sums(x):
    y = np.zeros(len(x), x.dtype)
    for i in prange(x.shape[0]):
        for j in range(x.shape[1]):
            y[i] += x[i, j]
    return y
"""
