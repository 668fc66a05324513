"""For notebooks: the verdict as a small table."""

import html
from difflib import get_close_matches

from lessons.harness import judge, message, progress, tasks
from lessons.harness.runner import Functions


class Table:
    """What ``check`` returns: a notebook draws it, print writes it. ``said``: why nothing was checked."""

    def __init__(self, verdicts, said=""):
        self.verdicts, self.said = verdicts, said
        self.passed = not said and all(verdict.passed for verdict in verdicts)

    def __repr__(self):
        return self.said or "\n".join(line for verdict in self.verdicts for line in message.text(verdict))

    def _repr_html_(self):
        rows = [f"<tr><td>&#10007;</td><td>{html.escape(self.said)}</td></tr>"] * bool(self.said)
        for verdict in self.verdicts:
            mark = "&#10003;" if verdict.passed else "&#10007;"
            text = html.escape("\n".join(message.text(verdict)))
            cell = f"<td style='text-align:left'><pre>{text}</pre></td>"
            rows.append(f"<tr><td>{mark}</td><td>{verdict.task.name}</td>{cell}</tr>")
        return f"<table>{''.join(rows)}</table>"


def check_functions(number, functions):
    """See lessons.check. A call that cannot be checked is answered in words, too, not by a traceback."""
    try:
        lesson, chosen = _asked_for(number, functions)
    except ValueError as error:
        return Table([], str(error))
    with Functions(functions) as runner:
        verdicts = [judge.check_task(lesson, task, runner) for task in chosen]
    for verdict in verdicts:
        if verdict.passed:
            progress.update(lesson.number, notebook={verdict.task.name: True})
    return Table(verdicts)


def _asked_for(number, functions):
    """The lesson, and the task that each of the functions is meant for; ValueError says what is wrong."""
    if callable(number):
        raise ValueError("check expects the lesson first, then functions: check('02', softmax)")
    lesson = tasks.find(number)
    if not functions:
        raise ValueError(f"check expects functions: check({lesson.number!r}, {lesson.tasks[0].name})")
    if names := [name for name in functions if isinstance(name, str)]:
        raise ValueError(f"check expects a function, not its name: check({lesson.number!r}, {names[0]})")
    if results := [type(each).__name__ for each in functions if not callable(each)]:
        name = lesson.tasks[0].name
        raise ValueError(f"check expects a function, not what it returned, of type {results[0]}: "
                         f"check({lesson.number!r}, {name})")  # fmt: skip
    return lesson, [_task_of(lesson, getattr(function, "__name__", repr(function))) for function in functions]


def _task_of(lesson, name):
    near = get_close_matches(name, [task.name for task in lesson.tasks], 1, 0.8)
    why = f": is {name} meant for {near[0]}?" if near else ""
    return lesson.task(name, "; a lambda has no name, so write a def" if name == "<lambda>" else why)
