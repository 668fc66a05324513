"""What a section found: figures, kept as JSON with date, commit and machine beside them."""

import dataclasses
import datetime
import json
import subprocess
import sys
import time

from benchmarks import machine
from tests.agreement import ROOT

RESULTS = ROOT / "docs" / "reliability"


@dataclasses.dataclass
class Figure:
    """A promise, what was found, and whether it was kept; ``note`` says what else one should know."""

    promise: str
    found: str
    kept: bool
    note: str = ""


def commit():
    """The commit whose code is measured, ``-dirty`` behind it where minicnn or its tests were changed."""
    try:
        changed = _git("status", "--porcelain", "--", "minicnn", "tests")
        return _git("rev-parse", "--short=12", "HEAD") + ("-dirty" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(*words):
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def load(folder, section):
    """The parts of ``section`` measured before, by name."""
    file = folder / f"{section}.json"
    return json.loads(file.read_text(encoding="utf-8"))["parts"] if file.exists() else {}


def measure(section, parts, quick, folder, resume=False):
    """Run ``parts`` ({name: function of ``quick`` that gives Figures}), one after the other.

    Prints every figure and writes it at once, so a section that is stopped has lost one part at most;
    ``resume`` leaves out the parts that this commit has in full. Returns whether every promise was kept.
    """
    here = commit()
    done = load(folder, section)
    for name, part in parts.items():
        old = done.get(name)
        if resume and old and old["commit"] == here and old["quick"] == quick and old["kept"]:
            print(f"{section}, {name}: measured before")
            continue
        start = time.monotonic()
        figures = []
        for figure in part(quick):
            figures.append(dataclasses.asdict(figure))
            print(f"{section}, {name}: {figure.promise}: {figure.found} {'' if figure.kept else 'BROKEN '}"
                  f"{figure.note}".rstrip(), flush=True)  # fmt: skip
        done[name] = {
            "commit": here, "date": datetime.date.today().isoformat(), "quick": quick,
            "seconds": round(time.monotonic() - start, 1), "machine": machine.description(),
            "versions": machine.versions(), "kept": all(figure["kept"] for figure in figures),
            "figures": figures,
        }  # fmt: skip
        _write(folder, section, {name: done[name] for name in parts if name in done})
    return all(done[name]["kept"] for name in parts)


def _write(folder, section, parts):
    folder.mkdir(parents=True, exist_ok=True)
    command = f"{sys.executable.rsplit('/', 1)[-1]} -m tests.reliability {section}"
    text = json.dumps({"section": section, "command": command, "parts": parts}, indent=1, ensure_ascii=False)
    (folder / f"{section}.json").write_text(text + "\n", encoding="utf-8")
