"""For notebooks: the verdict as a small table."""

import html

from lessons.harness import judge, message, progress, tasks
from lessons.harness.runner import Functions


class Table:
    """What ``check`` returns: a notebook draws it, print writes it."""

    def __init__(self, verdicts):
        self.verdicts = verdicts
        self.passed = all(verdict.passed for verdict in verdicts)

    def __repr__(self):
        return "\n".join(line for verdict in self.verdicts for line in message.text(verdict))

    def _repr_html_(self):
        rows = []
        for verdict in self.verdicts:
            mark = "&#10003;" if verdict.passed else "&#10007;"
            text = html.escape("\n".join(message.text(verdict)))
            cell = f"<td style='text-align:left'><pre>{text}</pre></td>"
            rows.append(f"<tr><td>{mark}</td><td>{verdict.task.name}</td>{cell}</tr>")
        return f"<table>{''.join(rows)}</table>"


def check_functions(number, functions):
    """See lessons.check."""
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
    chosen = [lesson.task(getattr(function, "__name__", repr(function))) for function in functions]
    with Functions(functions) as runner:
        verdicts = [judge.check_task(lesson, task, runner) for task in chosen]
    for verdict in verdicts:
        if verdict.passed:
            progress.update(lesson.number, notebook={verdict.task.name: True})
    return Table(verdicts)
