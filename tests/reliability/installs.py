"""Where minicnn is installed, and what has become of its compiled kernels, changes no result.

A copy of minicnn is put where nothing can be written, with no home folder and no cache; then a cache of
compiled kernels is cut short or has bits flipped, one file at a time, or is what another version of numba
left; then a kernel's helper in the copy is edited. Every time a process trains a network of all kinds of
layers. It must end with the right bits, or with an error that says what is wrong: never in a crash, a
hang, or a result of old kernels.
"""

import hashlib
import os
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numba

from tests.agreement import ROOT
from tests.reliability.record import Figure, NotTried
from tests.reliability.steps import is_checksum

FLIPS, CUTS, QUICK = 100, 50, 2
PATIENCE = 300
CLEAR = ("compiled", "cache")  # words of an error that says what is wrong
# As root, permissions count only without this; without a name for the user, there is no home.
NOT_ROOT = "-dac_override,-dac_read_search"
NAMELESS = "mount --bind /dev/null /etc/passwd && mount --bind /dev/null /etc/nsswitch.conf && "


def copy_to(folder):
    """minicnn, what the steps need of its tests, and no compiled Python."""
    unwanted = shutil.ignore_patterns("__pycache__", ".git")
    shutil.copytree(ROOT / "minicnn", folder / "minicnn", ignore=unwanted)
    (folder / "tests" / "reliability").mkdir(parents=True)
    for name in ("__init__.py", "steps.py"):
        shutil.copy(ROOT / "tests" / "reliability" / name, folder / "tests" / "reliability" / name)
    return folder


def steps(folder, before=(), **environment):
    """What the steps print in ``folder``, or how they ended."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("MINICNN_")}
    told |= {"PYTHONPATH": str(folder), "NUMBA_NUM_THREADS": "2"} | environment
    told = {name: value for name, value in told.items() if value is not None}
    command = [*before, sys.executable, "-m", "tests.reliability.steps"]
    try:
        ended = subprocess.run(
            command, cwd=folder, env=told, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    if ended.returncode == 0:
        return ended.stdout.strip()
    last = (ended.stderr.strip().splitlines() or [""])[-1]
    return f"exit {ended.returncode}: {last:.150}"


def same(found, due):
    """Whether both runs gave the same bits: to end with the same error is not to."""
    return found == due and is_checksum(due)


def unwritable(quick):
    """Installed where nothing can be written, for somebody without a home."""
    promise = "a read-only installation, no HOME, no cache folder: the right bits, and not one file more"
    if os.geteuid() != 0 or not shutil.which("setpriv") or not shutil.which("unshare"):
        raise NotTried("takes root on Linux")
    with tempfile.TemporaryDirectory() as name:
        folder = copy_to(Path(name, "copy"))
        due = steps(folder, MINICNN_CACHE=str(Path(name, "cache")))
        shutil.rmtree(folder)
        copy_to(folder)
        paths = [folder, *folder.rglob("*")]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        script = NAMELESS + f'exec setpriv --bounding-set {NOT_ROOT} --inh-caps {NOT_ROOT} "$@"'
        found = steps(folder, ["unshare", "-m", "sh", "-c", script, "-"], HOME=None, XDG_CACHE_HOME=None)
        more = len([*folder.rglob("*")]) + 1 - len(paths)
        for path in paths:
            path.chmod(0o755)
    kept = same(found, due) and more == 0
    yield Figure(promise, f"{'the right bits' if same(found, due) else 'others'}, {more} files more", kept,
                 "" if kept else f"{found}, elsewhere {due}")  # fmt: skip


def damaged(quick):
    """Files of the compile cache cut short or with a bit flipped, one in each run."""
    draw = random.Random(time.time_ns())
    with tempfile.TemporaryDirectory() as name:
        whole, cache = Path(name, "whole"), Path(name, "cache")
        due = steps(ROOT, MINICNN_CACHE=str(whole))
        files = sorted(path.relative_to(whole) for path in whole.rglob("*.nb?"))
        for what, count, harm in (("cut short", CUTS, _cut), ("with a flipped bit", FLIPS, _flip)):
            found = []
            for _ in range(QUICK if quick else count):
                shutil.rmtree(cache, ignore_errors=True)
                shutil.copytree(whole, cache)
                file = draw.choice(files)
                harm(cache / file, draw)
                found.append((steps(ROOT, MINICNN_CACHE=str(cache)), file.name))
            right = sum(same(result, due) for result, _ in found)
            clear = sum(result.startswith("exit 1:") and all(word in result for word in CLEAR)
                        for result, _ in found)  # fmt: skip
            bad = sorted({f"{result} ({file})" for result, file in found if not same(result, due)})
            yield Figure(f"a file of the compile cache {what} ({count} runs): right bits or a clear error",
                         f"{right} right, {clear} clear errors, {len(found) - right - clear} others",
                         is_checksum(due) and right + clear == len(found), "; ".join(bad[:4]))  # fmt: skip


def _cut(path, draw):
    path.write_bytes(path.read_bytes()[: draw.randrange(path.stat().st_size)])


def _flip(path, draw):
    content = bytearray(path.read_bytes())
    content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(content)


def of_another_numba(index):
    """An index of compiled code, as jit.py keeps it, that says it is another version's."""
    version = numba.__version__.encode()
    content = index[32:].replace(version, version[:-1] + b"!", 1)
    assert content != index[32:], "the index no longer names the version of numba"
    return sealed(content)


def sealed(content):
    """As jit.py keeps it."""
    return hashlib.sha256(content).digest() + content


def outdated(quick):
    """Files that an older numba left, under the names of today's and with the right digest.

    What they compiled is no code at all: who uses it cannot end well.
    """
    with tempfile.TemporaryDirectory() as name:
        cache = Path(name)
        due = steps(ROOT, MINICNN_CACHE=name)
        for index in cache.rglob("*.nbi"):
            index.write_bytes(of_another_numba(index.read_bytes()))
        for code in cache.rglob("*.nbc"):
            code.write_bytes(sealed(pickle.dumps("no code")))
        found = steps(ROOT, MINICNN_CACHE=name)
    yield Figure("a compile cache that another numba left: the right bits",
                 "right" if same(found, due) else found, same(found, due))  # fmt: skip


EDITS = {  # a helper that other files' kernels call: (its file, what stands there, what is wrong instead)
    # a ReLU that hands back every gradient
    "slices": ("slices.py", "zero if relu and read(y, at + k) <= zero else gradient", "gradient"),
}


def edited(quick):
    """A helper edited, and put back."""
    with tempfile.TemporaryDirectory() as name:
        folder = copy_to(Path(name, "copy"))
        for what, (file, good, bad) in EDITS.items():
            cache = {"MINICNN_CACHE": str(Path(name, "cache"))}
            path = folder / "minicnn" / "kernels" / file
            text = path.read_text()
            assert text.count(good) == 1, f"{file} no longer says {good!r}"
            before = steps(folder, **cache)
            path.write_text(text.replace(good, bad))
            with_cache = steps(folder, **cache)
            afresh = steps(folder, MINICNN_CACHE=str(Path(name, "other")))
            path.write_text(text)
            again = steps(folder, **cache)
            kept = same(again, before) and same(with_cache, afresh) and before != afresh
            yield Figure(f"an edited kernel helper ({what}) counts at once, and so does putting it back",
                         "so it does" if kept else f"{before} {with_cache} {afresh} {again}",
                         kept)  # fmt: skip


PARTS = {"unwritable": unwritable, "damaged": damaged, "outdated": outdated, "edited": edited}
