"""Coverage-guided fuzzing finds no exception that is not documented.

Each reader of files, archives, pickles, pictures and servers' answers is handed inputs by
[atheris](https://github.com/google/atheris) for ten minutes (`MINICNN_FUZZ_MINUTES` says another number;
fewer than ten keep no promise). It begins with whole examples, watches which lines of minicnn and of the
standard library's parsers an input reaches, and keeps for its next inputs those that reach new ones. Where a
digest would hide what is behind it, the digest is made right. What a reader says it raises is right, in a
message that names the file and can be read; any other exception, a hang of a minute, a gigabyte of memory or
64 MB for one input is a finding. As atheris itself keeps some bytes of every comparison it has seen, two
minutes are a process's life; the next one goes on with the inputs that it kept.
"""

import importlib.util
import math
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import machine
from tests.agreement import ROOT
from tests.reliability.record import Figure, NotTried

SECONDS = 60 * float(os.environ.get("MINICNN_FUZZ_MINUTES", "10"))
LEAST = 600  # of them keep the promise
QUICK = 3
LIFE = 120  # seconds of one process
MEGABYTES = 64  # that one input may take
SHOWN = 4_000  # characters of a finding: it begins with what was raised
WATCHED = ["minicnn", "tarfile", "gzip", "pickletools", "json", "http", "email", "PIL"]
# numba compiles the code of kernels, and must find it as it was written
KERNELS = [f"minicnn.kernels.{file.stem}" for file in (ROOT / "minicnn" / "kernels").glob("*.py")]
NAMES = ("archive", "saved model", "backup", "binary batch", "pickled batch", "tar", "tar on disk", "tar.gz",
         "picture", "safetensors", "HTTP answer", "metrics file")  # fmt: skip
NEEDS = {"safetensors": "safetensors"}  # beside atheris


def fuzz(name, quick):
    """Let processes loose on one reader, one after the other."""
    left = QUICK if quick else SECONDS
    promise = f"{name}: {SECONDS / 60:g} minutes without an undocumented exception, a hang, or 1 GB of memory"
    needs = ["atheris", *NEEDS.get(name, "").split()]
    if missing := [package for package in needs if importlib.util.find_spec(package) is None]:
        raise NotTried(f"pip install {' '.join(missing)}")
    inputs, branches, found = 0, 0, ""
    with tempfile.TemporaryDirectory() as folder:
        while left > 0 and not found:
            more, branches, found = live(name, min(left, LIFE), folder)
            inputs, left = inputs + more, left - LIFE
    tried = f"{inputs:,} inputs, {branches} branches reached"
    short = "" if quick or SECONDS >= LEAST else f"too short: {LEAST / 60:g} minutes keep the promise"
    yield Figure(promise, f"{tried}, {'a finding' if found else 'nothing found'}", not found and not short,
                 found[:SHOWN] or short)  # fmt: skip


def live(name, seconds, folder):
    """One process's life: how many inputs it tried, how many branches they reached, what it found or ""."""
    words = ["-W", "ignore", "-m", "tests.reliability.fuzz", name, str(math.ceil(seconds)), folder]
    ended = subprocess.run(
        [sys.executable, *words], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
        capture_output=True, text=True, errors="replace", timeout=seconds + 600,
    )  # fmt: skip
    said = ended.stdout + ended.stderr  # what Python raised, and what libFuzzer counted
    runs = re.search(r"number_of_executed_units: (\d+)", said)
    reached = re.findall(r"cov: (\d+)", said)
    found = ""
    if ended.returncode or not runs:
        found = re.findall(r"^(?:=== Uncaught.*|\w*(?:Error|Exception).*|SUMMARY.*)$", said, re.M)
        found += [f"input {path.read_bytes()!r}" for path in Path(folder).glob("*-*")]  # crash-5f1c..., say
        found = " ".join(found) or said[-SHOWN:] or f"exit status {ended.returncode}"
    return int(runs[1]) if runs else 0, int(reached[-1]) if reached else 0, found


PARTS = {name: lambda quick, name=name: fuzz(name, quick) for name in NAMES}


class Memory:
    """What this process had when the last input was through, and the most it had since, as Linux has it."""

    def __init__(self):
        machine.forget_peak()
        self.before = machine.resident()

    def check(self):
        """AssertionError if the input took more than 64 MB; the next one begins from here."""
        peak, now = machine.resident("VmHWM"), machine.resident()
        more, self.before = peak - self.before, now
        if peak > now:
            machine.forget_peak()
        assert more <= MEGABYTES * 10**6, f"{more / 10**6:.0f} MB for one input"


def main(name, seconds, folder):
    """Fuzz one reader in this process, which ends here."""
    import atheris

    with atheris.instrument_imports(include=WATCHED, exclude=KERNELS):
        from tests.reliability.readers import check_refusal, readers
    reader = readers()[name]
    corpus = Path(folder, "corpus")  # to which atheris adds
    corpus.mkdir(exist_ok=True)
    for number, example in enumerate(reader.examples):
        (corpus / str(number)).write_bytes(example)
        reader.read(example)  # which loads and compiles what it needs: that memory is not the input's
    memory = Memory()

    def one(data):
        try:
            reader.read(data)
        except reader.raises as error:
            check_refusal(reader, error)
        memory.check()

    longest = 2 * max(map(len, reader.examples))
    options = [f"-max_total_time={seconds}", f"-max_len={longest}", f"-seed={random.getrandbits(31)}",
               "-timeout=60", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=1"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
