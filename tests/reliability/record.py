"""What a section found: figures, kept as JSON with date, commit and machine beside them."""

import dataclasses
import datetime
import json
import subprocess
import sys
import tempfile
import time
import traceback

from benchmarks import machine
from tests.agreement import ROOT

RESULTS = ROOT / "docs" / "reliability"
MEASURED = ("minicnn", "tests", "benchmarks", "setup.cfg")  # and what it is measured with


class NotTried(Exception):
    """What a part takes is not here: raised before its first figure, it is neither kept nor broken."""


@dataclasses.dataclass
class Figure:
    """A promise, what was found, and whether it was kept; ``note`` says what else one should know."""

    promise: str
    found: str
    kept: bool
    note: str = ""


def commit():
    """The commit whose code is measured, ``-dirty`` behind it where what is measured with was changed."""
    try:
        changed = _git("status", "--porcelain", "--", *MEASURED)
        return _git("rev-parse", "--short=12", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def last_change(*but):
    """The last commit that changed anything of this, ``but`` for some files."""
    left_out = (f":!{file.relative_to(ROOT)}" for file in but)
    return _git("log", "-1", "--format=%h", "--abbrev=12", "--", *MEASURED, *left_out)


def _git(*words):
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def load(folder, section):
    """The parts of ``section`` measured before, by name."""
    file = folder / f"{section}.json"
    if not file.exists():
        return {}
    try:
        return json.loads(file.read_text(encoding="utf-8"))["parts"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is damaged, delete it or get it back from git: {error}") from None


def measure(section, parts, quick, folder, resume=False):
    """Run ``parts`` ({name: function of ``quick`` that gives Figures}), one after the other.

    Prints every figure and writes it at once, so a section that is stopped has lost one part at most;
    ``resume`` leaves out the parts that this commit has in full. A part that ends with an error has not kept
    what it promises; what one that is not tried found before stays. Returns whether every promise was kept,
    in a quick run of those that were tried.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass  # or this says so before anything is measured
    here = commit()
    is_known = here is not None and not here.endswith("-dirty")
    done, tried = load(folder, section), True
    for name, part in parts.items():
        old = done.get(name)
        if resume and is_known and old and old["commit"] == here and old["quick"] == quick and old["kept"]:
            print(f"{section}, {name}: measured before")
            continue
        start = time.monotonic()
        figures = []
        try:
            for figure in _whole(name, part(quick)):
                figures.append(dataclasses.asdict(figure))
                note = f" ({figure.note})" if figure.note else ""
                verdict = "kept" if figure.kept else "BROKEN"
                print(f"{section}, {name}: {figure.promise}: {figure.found}{note}: {verdict}", flush=True)
        except NotTried as missing:
            print(f"{section}, {name}: not tried: {missing}", flush=True)
            tried = False
            continue
        done[name] = {
            "commit": here, "date": datetime.date.today().isoformat(), "quick": quick,
            "seconds": round(time.monotonic() - start, 1), "machine": machine.description(),
            "versions": machine.versions(), "kept": all(figure["kept"] for figure in figures),
            "figures": figures,
        }  # fmt: skip
        _write(folder, section, {name: done[name] for name in parts if name in done})
    return (tried or quick) and all(done[name]["kept"] for name in parts if name in done)


def _whole(name, figures):
    """The figures, and a broken one in place of those that an error kept from coming."""
    begun = False
    try:
        for figure in figures:
            begun = True
            yield figure
    except Exception as error:
        if isinstance(error, NotTried) and not begun:
            raise
        traceback.print_exc()
        yield Figure(f"{name} is measured to its end", f"{type(error).__name__}: {error}"[:400], False)


def _write(folder, section, parts):
    command = f"{sys.executable.rsplit('/', 1)[-1]} -m tests.reliability {section}"
    text = json.dumps({"section": section, "command": command, "parts": parts}, indent=1, ensure_ascii=False)
    (folder / f"{section}.json").write_text(text + "\n", encoding="utf-8")
