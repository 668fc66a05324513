"""Where things are: the lessons' folders, the learner's files, their progress."""

import contextlib
import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LESSONS = ROOT / "lessons"


def own_folder():
    """Where work.py files and progress live: in the lessons' folders, or in $MINICNN_LESSONS."""
    chosen = os.environ.get("MINICNN_LESSONS")
    return Path(chosen).expanduser().resolve() if chosen else LESSONS


def shown_path(path):
    """``path`` as a terminal can open it: from the current folder where that is shorter."""
    path = Path(path).resolve()
    for start in (Path.cwd(), ROOT):
        if path.is_relative_to(start):
            return path.relative_to(start).as_posix()
    return path.as_posix()


@contextlib.contextmanager
def nobody():
    """An empty folder in the place of the learner's: nothing is finished there, so model answers are used."""
    before = os.environ.get("MINICNN_LESSONS")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MINICNN_LESSONS"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("MINICNN_LESSONS")
            if before is not None:
                os.environ["MINICNN_LESSONS"] = before
