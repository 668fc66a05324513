"""Verdicts on functions, and on a work.py, for the tests of the lessons' harness."""

from types import SimpleNamespace

import numpy as np

from lessons.harness import judge, message, tasks
from lessons.harness.runner import Functions, WorkFile
from lessons.harness.tasks import Case, Task


def verdict_of(lesson, task, function):
    """On ``function`` in the place of a learner's."""
    with Functions([function], [task.name]) as runner:
        return judge.check_task(lesson, task, runner)


def verdict_on_text(number, text):
    """On the last function of ``text``, as a learner types it."""
    lesson, space = tasks.find(number), {}
    exec(f"import numpy as np\n{text}", space)
    name = list(space)[-1]
    return verdict_of(lesson, lesson.task(name), space[name])


def edited(text, edits):
    """``text`` with each of ``edits``, (right, wrong), made wherever it fits."""
    for right, wrong in edits:
        assert right in text
        text = text.replace(right, wrong)
    return text


def passes(number, text):
    """``text`` is no wrong answer, however it is written."""
    verdict = verdict_on_text(number, text)
    assert verdict.passed, "\n".join(message.text(verdict))


def hears(number, text, said):
    """``text`` is refused, in a message of a terminal's size that names ``said`` (nothing, if it is "")."""
    verdict = verdict_on_text(number, text)
    shown = message.text(verdict, "a hint")
    assert not verdict.passed, text
    assert said in verdict.looks_like and bool(said) is bool(verdict.looks_like), "\n".join(shown)
    assert len(shown) <= message.LINES and max(map(len, shown)) <= message.WIDTH
    return verdict


def twice(x):
    """The model answer of ``one_task``."""
    return 2 * x


def one_task(answer=twice, **more):
    """A task of no lesson."""
    cases = [Case("numbers", {"x": np.arange(1.0, n, dtype=np.float32)}) for n in (3, 4, 5, 6, 7)]
    return Task("twice", answer, cases, ("y",), **more)


def run(function, **more):
    """The verdict on ``function`` as the answer to ``one_task(**more)``."""
    task = one_task(**more)
    return judge.check_task(SimpleNamespace(number="00"), task, Functions([function], ["twice"]))


def verdict_on_file(text, folder, encoding="utf-8"):
    """The verdict on a work.py with ``text`` as the answer to ``one_task()``."""
    work = folder / "work.py"
    work.write_text(text, encoding=encoding)
    with WorkFile(work) as runner:
        return judge.check_task(SimpleNamespace(number="00"), one_task(), runner)
