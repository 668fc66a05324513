"""What is finished, in one small file: lessons/.progress.json. Only `reset` takes anything out of it."""

import hashlib
import json
import os
import time

from lessons.harness.places import own_folder


def _file():
    return own_folder() / ".progress.json"


def read():
    """{"06": {"passed": {function: checksum of work.py}, "failed": function, "hints": {...}, ...}, ...}"""
    path = _file()
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        document = None
    if not isinstance(document, dict) or not all(isinstance(entry, dict) for entry in document.values()):
        path.replace(path.with_suffix(f".broken-{time.strftime('%Y%m%d-%H%M%S')}.json"))
        return {}
    return document


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


def finished(lesson):
    """Did every function of the lesson pass? Progress survives later edits; ``own_function`` looks closer."""
    passed = entry(lesson.number).get("passed", {})
    return all(task.name in passed for task in lesson.tasks)
