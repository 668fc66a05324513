"""What is finished, in one small file: lessons/.progress.json. Only `reset` takes out what was earned."""

import hashlib
import json
import os
import time

from lessons.harness.places import own_folder, shown_path
from lessons.harness.terminal import say

KINDS = {"at": (int, float), "passed": dict, "failed": str, "hints": dict, "notebook": dict}


def _file():
    return own_folder() / ".progress.json"


def read():
    """{"06": {"passed": {function: checksum of work.py}, "failed": function, "hints": {...}, ...}, ...}

    What is damaged is left out, with a word to the reader, and a copy of the file is kept.
    """
    path = _file()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        document = None
    whole = isinstance(document, dict)
    sound = {number: entry for number, entry in document.items() if _is_sound(entry)} if whole else {}
    if sound != document:
        aside = path.with_suffix(f".broken-{time.strftime('%Y%m%d-%H%M%S')}.json")
        path.replace(aside)
        write(sound)
        say([
            f"Your progress could not be read, or a part of it; the old file is kept: {shown_path(aside)}",
            "Your work.py files are as they were: check once more what `python -m lessons status` has lost.",
        ])  # fmt: skip
    return sound


def _is_sound(entry):
    """Is each value of the kind that it is written as?"""
    return (
        isinstance(entry, dict)
        and all(isinstance(value, KINDS.get(key, object)) for key, value in entry.items())
        and all(isinstance(seen, int) for seen in entry.get("hints", {}).values())
    )


def entry(number):
    """What is known of one lesson."""
    return read().get(number, {})


def update(number, **changes):
    """Put ``changes`` into a lesson's entry; a dict is merged into the one that is there."""
    document = read()
    lesson = document.setdefault(number, {})
    for key, value in changes.items():
        lesson[key] = {**lesson.get(key, {}), **value} if isinstance(value, dict) else value
    write(document)


def withdraw(number, names, mark):
    """Of functions that were refused, take out the checksum of this very file, whoever wrote it there.

    What an earlier file has earned stays.
    """
    document = read()
    passed = document.get(number, {}).get("passed", {})
    for name in names:
        if passed.get(name) == mark:
            del passed[name]
    write(document)


def write(document):
    """Replace the file as a whole, so that Ctrl-C leaves the old one or the new one."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(document, indent=1, sort_keys=True), encoding="utf-8")
    temporary.replace(path)


def checksum(path):
    """Of a work.py, to see later whether it is still the one that passed."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def outdated(lesson):
    """The functions that passed in a work.py that is not there any more: it was changed since, or is gone."""
    mark = checksum(lesson.work)
    return [name for name, passed in entry(lesson.number).get("passed", {}).items() if passed != mark]


def finished(lesson):
    """Did every function of the lesson pass? Progress survives later edits; ``own_function`` looks closer."""
    passed = entry(lesson.number).get("passed", {})
    return all(task.name in passed for task in lesson.tasks)
