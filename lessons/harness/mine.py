"""A function the reader wrote in another lesson, or the model answer in its place."""

import functools

from lessons.harness import progress, tasks
from lessons.harness.child import load


def own_function(number, name):
    """See lessons.mine. A work.py that was changed since it passed is not trusted: the model answer then."""
    lesson = tasks.find(number)
    passed, mark = progress.entry(lesson.number).get("passed", {}), progress.checksum(lesson.work)
    if name in passed and passed[name] == mark:
        return getattr(_module(str(lesson.work), mark), name)
    return lesson.task(name).answer


@functools.cache
def _module(path, mark):
    """work.py as it was when its checksum was ``mark``: run once, so that what numba compiled stays compiled
    and its functions see one another's variables."""
    return load(path)
