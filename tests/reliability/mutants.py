"""Of hundreds of small mistakes put into the code one by one, the tests notice nearly all.

[cosmic-ray](https://github.com/sixty-north/cosmic-ray) changes an operator, a number, a word or a loop of
one file; a sample of these mutants, fixed by a seed, is drawn from the kernels, losses, optimizers and
layers. In each the tests of that file run, then those of the rooms around it, with kernels as plain Python
and ten drawn problems a property. A mutant is killed when a test fails, cannot be loaded or crashes, or
takes three times its usual processor time; one that ends otherwise is tried again, and is killed when it
ends so twice while the unchanged code passes. The unchanged code must also pass when all is done. Where code
serves compiled kernels alone, the tests run compiled as well. Those that survive are looked at one by one, in
`tests/reliability/survivors.toml`: nobody can tell it from the original, or a test has been written for it,
which does not make it one of the killed. Left out are those that only remove a decorator that compiles.
Who stops it and goes on keeps the verdicts there are; the time is then that of the last go.
"""

import concurrent.futures
import contextlib
import importlib.util
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import machine
from minicnn import config
from tests.agreement import ROOT
from tests.reliability import mutation, record
from tests.reliability.record import Figure, NotTried

QUICK = 1  # mutant of each group, and its own tests alone
TIMES, LEAST = 3, 10  # as much processor time as the unchanged code, and never less than so many seconds
LAYERS = ("layers/test_layers.py", "layers/test_gradients.py", "layers/test_conv_pool.py",
          "layers/test_augmentation.py", "test_against_keras.py")  # fmt: skip
TRAINING = ("test_losses.py", "test_optimizers.py", "test_schedules.py", "test_optimizers_in_models.py",
            "test_training.py", "test_against_keras.py")  # fmt: skip
GROUPS = {  # files, mutants, the share to be killed, and what judges those that their own tests let pass
    "kernels": (("kernels/*.py",), 240, 0.95, LAYERS),
    "losses": (("losses.py",), 40, 0.95, TRAINING),
    "optimizers": (("optimizers.py", "schedules.py"), 40, 0.95, TRAINING),
    "layers": (("layers/*.py",), 100, 0.85, (*LAYERS, *TRAINING)),
}
PLANS = "kernels/test_plans.py"  # how a convolution is cut
OWN = {  # tests of a kernel that has none of its own name, or more than these
    "apart": ("kernels/test_toom_cook.py", "kernels/test_pooling.py"),
    "blas": ("kernels/test_blas.py", "kernels/test_dense.py", "kernels/test_conv2d.py"),
    "conv2d_compiled": (PLANS, "kernels/test_conv2d.py", "kernels/test_conv2d_direct.py"),
    "conv2d_direct": (PLANS, "kernels/test_conv2d_direct.py"),
    "conv2d_windows": ("kernels/test_conv2d.py",),
    "conv_pool": (PLANS, "layers/test_conv_pool.py"),
    "pool": ("kernels/test_teams.py", "kernels/test_pool.py"),
    "parallel": ("kernels/test_pool.py",), "slices": ("kernels/test_conv2d.py", "kernels/test_dense.py"),
    "shapes": ("kernels/test_shapes.py", "kernels/test_conv2d.py", "kernels/test_pooling.py"),
    "softmax_crossentropy": ("kernels/test_softmax_crossentropy.py", "test_losses.py"),
    **dict.fromkeys(("toom_cook", "toom_cook_eight", "toom_cook_six"),
                    ("kernels/test_toom_cook.py", "kernels/test_winograd.py")),
    "threads": ("kernels/test_teams.py", "kernels/test_threads.py"),
    "updates": ("kernels/test_updates.py", "test_optimizers.py"),
    **dict.fromkeys(("winograd", "winograd_filters", "winograd_tiles"), (PLANS, "kernels/test_winograd.py")),
}  # fmt: skip
COMPILED = {  # what serves compiled code, and the tests that see it at work
    "apart": ("kernels/test_toom_cook.py",), "blas": ("kernels/test_blas.py", "kernels/test_dense.py"),
    "jit": ("kernels/test_jit.py",), "pool": ("kernels/test_pool.py", "kernels/test_threads.py"),
    "registers": ("kernels/test_registers.py", "kernels/test_conv2d_direct.py"),
    "threads": ("kernels/test_teams.py", "kernels/test_threads.py", "kernels/test_pool.py"),
    "parallel": ("kernels/test_pool.py",),
}  # fmt: skip
# pytest's: a test failed, a file of tests or conftest.py cannot be loaded; the system's: a crash, no end
KILLED = (1, 2, 4, *(-signal.Signals[f"SIG{name}"] for name in ("SEGV", "BUS", "FPE", "ILL", "ABRT", "XCPU")))
UNCHANGED = 3600  # seconds of processor time that the unchanged code has


class NoVerdict(Exception):
    """The judge cannot be believed: it refuses the unchanged code, or says one thing today, one tomorrow."""


def stages(mutant, then):
    """(compiled?, tests) to be tried one after the other."""
    file = Path(mutant.file)
    own = OWN.get(file.stem) if file.parent.name == "kernels" else None
    if own is None:
        mirror = f"{file.parent.relative_to('minicnn') / ('test_' + file.name)}"
        own = (mirror,) if (ROOT / "tests" / mirror).exists() else LAYERS[:2]
    yield False, own
    if then:
        yield False, tuple(each for each in then if each not in own)
    if then and file.parent.name == "kernels" and file.stem in COMPILED:
        yield True, COMPILED[file.stem]


class Judge:
    """A copy of the tree, and the processes that run tests in it."""

    def __init__(self, folder, usual):
        self.folder, self.processes, self.writes = Path(folder), {}, 0
        self.usual = usual  # seconds that the unchanged code takes, by stage: shared by all judges
        for name in ("minicnn", "tests", "setup.cfg", "benchmarks"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, self.folder / name)

    def verdict(self, mutant, then):
        """What killed it, or None; raises NoVerdict."""
        for compiled, tests in stages(mutant, then):
            if (compiled, tests) not in self.usual:
                self.usual[compiled, tests] = self.unchanged(compiled, tests)
            limit = max(LEAST, TIMES * self.usual[compiled, tests])
            answer = self._tried(mutant, compiled, tests, limit)
            status = answer["status"]
            if status not in (0, *KILLED) and not _took_too_long(answer, limit):
                self.unchanged(compiled, tests)
                if (again := self._tried(mutant, compiled, tests, limit)["status"]) != status:
                    change = " becomes ".join(mutant.change)
                    raise NoVerdict(f"{mutant.file}: {change}: status {status}, then {again}")
            if status != 0:
                return answer["failed"] if status == 1 else f"status {status}"
        return None

    def unchanged(self, compiled, tests):
        """Seconds of processor time that the unchanged code takes; raises NoVerdict where it fails."""
        answer = self._run(compiled, tests, UNCHANGED)
        if answer["status"] != 0:
            raise NoVerdict(f"{' '.join(tests)} fail on the unchanged code: {answer}")
        return answer["cpu"]

    def _tried(self, mutant, compiled, tests, limit):
        with self._changed(mutant):
            return self._run(compiled, tests, limit)

    @contextlib.contextmanager
    def _changed(self, mutant):
        file = self.folder / mutant.file
        original = file.read_bytes()
        try:
            self._write(file, mutant.source.encode())
            yield
        finally:
            self._write(file, original)

    def _write(self, file, content):
        """A time of its own each time: Python takes a file of the same size and second for the old one."""
        file.write_bytes(content)
        self.writes += 2
        os.utime(file, (self.writes, self.writes))

    def _run(self, compiled, tests, cpu):
        process = self.processes.get(compiled)
        if process is None:
            command = [sys.executable, "-m", "tests.reliability.judge"]
            environment = os.environ | {
                "NUMBA_DISABLE_JIT": str(int(not compiled)), "NUMBA_NUM_THREADS": "2",
                "MINICNN_CACHE": str(self.folder / "cache"),
            }  # fmt: skip
            process = self.processes[compiled] = subprocess.Popen(
                command, cwd=self.folder, env=environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        process.stdin.write(json.dumps({"tests": tests, "cpu": int(cpu)}) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    def close(self):
        """Let the processes go."""
        for process in self.processes.values():
            process.stdin.close()
            process.wait()


def _took_too_long(answer, limit):
    """Whether SIGKILL came from the judge, or from the system's limit; and not for want of memory, say."""
    return answer["status"] == -signal.SIGKILL and (answer["late"] or answer["cpu"] >= limit)


@contextlib.contextmanager
def journal(quick):
    """{(file, operator, occurrence): what killed it, or None} of this code and its tests; how to note more.

    A run that is stopped goes on from there, and so does one behind which survivors were explained; where a
    judge could not be believed all is thrown away, since nobody knows since when. A quick one notes nothing,
    nor does one of a commit with changes on top: nobody knows which.
    """
    commit = record.commit()
    if quick or commit is None or commit.endswith("-dirty"):
        yield {}, lambda key, killer: None
        return
    file = config.cache_folder() / "mutants" / f"{record.last_change(mutation.SURVIVORS)}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else ()
    known = {tuple(mutant): killer for mutant, killer in map(json.loads, lines)}
    try:
        with file.open("a", encoding="utf-8", buffering=1) as opened:  # line by line
            yield known, lambda key, killer: opened.write(json.dumps([key, killer]) + "\n")
    except NoVerdict:
        file.unlink()
        raise


def verdicts(mutants, then, known, note):
    """(mutant, what killed it) for each; those not ``known`` are tried, one on every core allowed.

    At the end the unchanged code must pass every stage again, or NoVerdict is raised.
    """
    workers = len(machine.available_cores())
    judges, usual = queue.SimpleQueue(), {}

    def by_one(ask, *about):
        judge = judges.get()
        try:
            return ask(judge, *about)
        finally:
            judges.put(judge)

    def tried(mutant):
        key = mutant.file, mutant.operator, mutant.occurrence
        if key not in known:
            known[key] = by_one(Judge.verdict, mutant, then)
            note(key, known[key])
        return mutant, known[key]

    with contextlib.ExitStack() as stack:
        for _ in range(workers):
            judge = Judge(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutants-")), usual)
            stack.callback(judge.close)
            judges.put(judge)
        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(workers))
        yield from pool.map(tried, mutants)
        for _ in pool.map(lambda stage: by_one(Judge.unchanged, *stage), usual):
            pass  # or it raises


def group(name, quick):
    """One figure for a group of files."""
    patterns, count, least, then = GROUPS[name]
    promise = f"{name}: at least {least:.0%} of {count} sampled mutants are killed, the others explained"
    if importlib.util.find_spec("cosmic_ray") is None:
        raise NotTried("pip install cosmic-ray")
    files = sorted(file.relative_to(ROOT).as_posix() for pattern in patterns
                   for file in (ROOT / "minicnn").glob(pattern))  # fmt: skip
    wanted = QUICK if quick else count
    mutants = mutation.sample(mutation.population(files), wanted)
    if len(mutants) < wanted:
        yield Figure(promise, f"only {len(mutants)} of {wanted} mutants can be made", False)
        return
    then = () if quick else then
    try:
        with journal(quick) as (known, note):
            found = [*verdicts(mutants, then, known, note)]
    except NoVerdict as error:
        yield Figure(promise, "the judge cannot be believed", False, str(error)[:1000])
        return
    survivors = [mutant for mutant, killer in found if killer is None]
    missed = sum(killer is not None and mutation.was_missed(mutant) for mutant, killer in found)
    unexplained = [mutant for mutant in survivors if mutation.why_equivalent(mutant) is None]
    killed = len(mutants) - len(survivors) - missed
    explained = len(survivors) - len(unexplained)
    yield Figure(
        promise,
        f"{killed} of {len(mutants)} ({killed / len(mutants):.1%}), {missed} more by tests written for them, "
        f"and {explained} are explained",
        quick or (killed >= least * len(mutants) and not unexplained),
        "; ".join(f"not explained: {each.file}: {' becomes '.join(each.change)}" for each in unexplained),
    )  # fmt: skip


PARTS = {name: lambda quick, name=name: group(name, quick) for name in GROUPS}
