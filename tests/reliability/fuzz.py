"""Coverage-guided fuzzing finds no exception that is not documented.

Each reader of files, archives, pickles, pictures and servers' answers is handed inputs by
[atheris](https://github.com/google/atheris) for ten minutes (`MINICNN_FUZZ_MINUTES` says another number).
It begins with whole examples, watches which lines of minicnn and of the standard library's parsers an
input reaches, and keeps for its next inputs those that reach new ones. Where a digest would hide what is
behind it, the digest is made right. What a reader says it raises is right; any other exception, a hang of
a minute or a gigabyte of memory is a finding.
"""

import contextlib
import importlib.util
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.agreement import ROOT
from tests.reliability.record import Figure

SECONDS = 60 * float(os.environ.get("MINICNN_FUZZ_MINUTES", "10"))
QUICK = 3
WATCHED = ["minicnn", "tarfile", "gzip", "pickletools", "json", "http", "email", "PIL"]
# numba compiles the code of kernels, and must find it as it was written
KERNELS = [f"minicnn.kernels.{file.stem}" for file in (ROOT / "minicnn" / "kernels").glob("*.py")]
NAMES = ("archive", "saved model", "backup", "binary batch", "pickled batch", "tar", "tar on disk", "tar.gz",
         "picture", "safetensors", "HTTP answer", "metrics file")  # fmt: skip
NEEDS = {"safetensors": "safetensors"}  # beside atheris


def fuzz(name, quick):
    """Let a process of its own loose on one reader."""
    seconds = QUICK if quick else SECONDS
    promise = f"{name}: {SECONDS / 60:g} minutes without an undocumented exception, a hang, or 1 GB of memory"
    needs = ["atheris", *NEEDS.get(name, "").split()]
    if missing := [package for package in needs if importlib.util.find_spec(package) is None]:
        yield Figure(promise, f"not tried: pip install {' '.join(missing)}", quick)
        return
    with tempfile.TemporaryDirectory() as folder:
        words = ["-W", "ignore", "-m", "tests.reliability.fuzz", name, str(int(seconds)), folder]
        ended = subprocess.run(
            [sys.executable, *words], cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
            capture_output=True, text=True, errors="replace", timeout=seconds + 600,
        )  # fmt: skip
        inputs = [path.read_bytes() for path in Path(folder).glob("*-*")]  # of a hang, say
    runs = re.search(r"number_of_executed_units: (\d+)", ended.stderr)
    covered = re.findall(r"cov: (\d+)", ended.stderr)
    found = re.findall(r"^(?:=== Uncaught.*|\w*(?:Error|Exception).*|SUMMARY.*)$", ended.stderr, re.M)
    kept = ended.returncode == 0 and runs is not None
    if not kept:
        found += [f"input {each!r}" for each in inputs]
    yield Figure(
        promise, f"{int(runs[1]) if runs else 0:,} inputs, {covered[-1] if covered else 0} branches reached, "
        f"{'nothing found' if kept else 'a finding'}", kept, "" if kept else " ".join(found)[-4000:],
    )  # fmt: skip


PARTS = {name: lambda quick, name=name: fuzz(name, quick) for name in NAMES}


def main(name, seconds, folder):
    """Fuzz one reader in this process, which ends here."""
    import atheris

    with atheris.instrument_imports(include=WATCHED, exclude=KERNELS):
        from tests.reliability.readers import readers
    reader = readers()[name]
    corpus = Path(folder, "corpus")
    corpus.mkdir()
    for number, example in enumerate(reader.examples):
        (corpus / str(number)).write_bytes(example)

    def one(data):
        with contextlib.suppress(reader.raises):
            reader.read(data)

    longest = 2 * max(map(len, reader.examples))
    options = [f"-max_total_time={seconds}", f"-max_len={longest}", f"-seed={random.getrandbits(31)}",
               "-timeout=60", "-rss_limit_mb=1024", "-print_final_stats=1", "-verbosity=1"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
