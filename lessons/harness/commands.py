"""The commands of `python -m lessons`.

    python -m lessons              go on where you stopped: check work.py each time it is saved
    python -m lessons 06           the same, for lesson 06
    python -m lessons start 06     copy the exercise to work.py
    python -m lessons check 06     check it once
    python -m lessons hint         the next of three hints
    python -m lessons payoff       see what your code is good for
    python -m lessons race         your function against earlier ones
    python -m lessons solution     the model answer, minicnn's own code where it has the same function
    python -m lessons reset 06     begin the lesson again; the old work.py is kept
    python -m lessons status       what is finished
    python -m lessons build 06     make lesson.ipynb from lesson.py (for authors)

Without a number, a command is about the lesson you are in. Where that is finished, the first two go on to
the next.
"""

import argparse
import inspect
import os
import shutil
import sys
import time

from lessons.harness import judge, message, places, progress, race, tasks
from lessons.harness.runner import WorkFile
from lessons.harness.terminal import NobodyListens, colour, say
from minicnn.lookup import nearest

DESTRUCTIVE = ("reset",)  # is not what a slip of the keyboard should be answered with


def main(argv=None):
    """Run one command; the exit status is 0 where nothing is left to do or to mend."""
    parser = argparse.ArgumentParser(
        prog="python -m lessons", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", nargs="?", default="watch", metavar="command")
    parser.add_argument("lesson", nargs="?")
    given = parser.parse_args(argv)
    if given.command.isdigit():
        given.command, given.lesson = "watch", given.command
    if given.command not in COMMANDS:
        near = nearest(given.command, COMMANDS)
        guess = f"did you mean {near!r}? " if near not in (None, *DESTRUCTIVE) else ""
        say(f"there is no command {given.command!r}: {guess}--help lists them all")
        return 2
    try:
        if given.command == "status":
            return status()
        if given.command == "build" and given.lesson is None:
            return max(build(tasks.find(number)) for number in tasks.folders())
        going_on = given.command in ("watch", "start")
        return COMMANDS[given.command](tasks.find(given.lesson or current(going_on)))
    except ValueError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("\nGood-bye; python -m lessons goes on from here.")
        return 130
    except NobodyListens:  # nor may what is left to print be an error when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def current(going_on=False):
    """The number of the lesson last worked on. ``going_on``: if nothing is left to do there, the first that
    is not finished."""
    document = progress.read()
    started = [number for number in document if number in tasks.folders() and "at" in document[number]]
    last = max(started, key=lambda number: document[number]["at"], default=None)
    if last and not (going_on and progress.finished(tasks.find(last)) and not document[last].get("failed")):
        return last
    unfinished = (number for number in tasks.folders() if not progress.finished(tasks.find(number)))
    return next(unfinished, last or "01")


def start(lesson):
    """Copy the exercise to work.py, unless there is one."""
    work = lesson.work
    progress.update(lesson.number, at=time.time())  # first: who reads may have gone before the last line
    if work.exists():
        say(f"{places.shown_path(work)} is there already: go on in it.")
        say(f"To begin again: python -m lessons reset {lesson.number} (it keeps the old file)")
    else:
        work.parent.mkdir(parents=True, exist_ok=True)
        text = (lesson.folder / "exercise.py").read_text(encoding="utf-8")
        with open(work, "x", encoding="utf-8") as file:  # "x": never over another file
            file.write(text)
        say(f"{lesson.number} {lesson.title}: {lesson.question} (about {lesson.minutes} minutes)")
        say(f"  read   {places.shown_path(lesson.folder / 'lesson.ipynb')}")
        say(f"  write  {places.shown_path(work)}")
        say("  then   python -m lessons        (checks each time you save)")
    return 0


def verdicts(lesson):
    """Check every function of work.py; what passed is remembered, and nothing of what did not."""
    mark = progress.checksum(lesson.work)  # of what is tried now, not of what is saved meanwhile
    with WorkFile(lesson.work) as runner:
        found = [judge.check_task(lesson, task, runner) for task in lesson.tasks]
    failed = [v.task.name for v in found if not v.passed]
    passed = {v.task.name: mark for v in found if v.passed}
    progress.withdraw(lesson.number, failed, mark)
    progress.update(lesson.number, at=time.time(), passed=passed, failed=failed[0] if failed else "")
    return found


def check(lesson, watching=False):
    """0 when everything passes."""
    if not lesson.work.exists():
        say(f"nothing to check yet: python -m lessons start {lesson.number}")
        return 1
    found = verdicts(lesson)
    failed = next((v for v in found if not v.passed), None)
    for verdict in found:  # one problem at a time: what comes after the first is only counted
        if verdict.passed:
            say([colour("green", line) for line in message.text(verdict)])
        elif verdict is failed:
            say(_coloured(message.text(verdict, _next_hint(lesson, verdict.task, watching))))
    waiting = sum(not v.passed for v in found) - 1
    if waiting > 0:
        say(f"(and {waiting} more function{'s' * (waiting > 1)} after that)")
    if failed is None:
        say(colour("green", f"Lesson {lesson.number} is finished."))
        extra = [name for name, there in (("payoff", lesson.payoff), ("race", lesson.race)) if there]
        if extra:
            how = "press {0[0]} for the {0}" if watching else "python -m lessons {0} " + lesson.number
            say("Now: " + "   ".join(how.format(name) for name in extra))
    return int(failed is not None)


def _coloured(lines):
    named = [colour("yellow", line) if line.startswith("Looks like") else line for line in lines[1:]]
    return [colour("red", lines[0]), *named]


def _next_hint(lesson, task, watching):
    seen = progress.entry(lesson.number).get("hints", {}).get(task.name, 0)
    if seen >= len(task.hints):
        how = "press s" if watching else f"python -m lessons solution {lesson.number}"
        return f"all {len(task.hints)} hints seen; the model answer: {how}"
    how = "press h" if watching else f"python -m lessons hint {lesson.number}"
    return f"hint {seen + 1} of {len(task.hints)}: {how}"


def hint(lesson):
    """The next hint for the function that the last check complained of; after the third, all three again."""
    entry = progress.entry(lesson.number)
    passed, failed = entry.get("passed", {}), entry.get("failed")  # one that passed once may fail again
    named = [task for task in lesson.tasks if task.name == failed]
    waiting = [task for task in lesson.tasks if task.name not in passed]
    task = [*named, *waiting, lesson.tasks[-1]][0]
    seen = entry.get("hints", {}).get(task.name, 0)
    which = range(len(task.hints)) if seen >= len(task.hints) else [seen]
    for k in which:
        say(f"{task.name}, hint {k + 1} of {len(task.hints)}")
        for part in task.hints[k].splitlines():
            say(message.wrapped(part, "  ", 9))
    progress.update(lesson.number, hints={task.name: min(seen + 1, len(task.hints))})
    return 0


def solution(lesson):
    """The model answers, with the place they come from. That they were looked at is remembered."""
    exercise = (lesson.folder / "exercise.py").read_text(encoding="utf-8").splitlines()
    for task in lesson.tasks:
        (text, path, line), its_name = task.source(), task.answer.__name__
        other = "" if its_name == task.name else f" (there it is called {its_name})"
        say(colour("bold", f"# {task.name}: {places.shown_path(path)}:{line}{other}"))
        if task.answer.__module__.startswith("minicnn."):  # it needs what stands around it there
            taken = f" as {task.name}" if other else ""
            say(f"# in work.py: from {task.answer.__module__} import {its_name}{taken}")
        else:
            function = inspect.unwrap(task.answer)
            lines = tasks.import_lines(function.__code__.co_names, function.__globals__, ["minicnn"])
            say([f"# in work.py: {line}" for line in lines if line not in exercise])
        say(text)
        for function in task.calls:
            where = places.shown_path(inspect.getsourcefile(inspect.unwrap(function)))
            text = inspect.getsource(inspect.unwrap(function))
            say([colour("bold", f"# what it calls, not to be copied: {function.__name__}, {where}"), text])
    progress.update(lesson.number, solution=True)
    return 0


def run_race(lesson):
    """The race's table."""
    say(race.run(lesson, colour))
    return 0


def payoff(lesson, watching=False):
    """Run the learner's code on pictures; keep the figure."""
    if lesson.payoff is None:
        say(f"lesson {lesson.number} has no payoff of its own")
        return 0
    if not lesson.work.exists() or any(not v.passed for v in verdicts(lesson)):
        how = "save work.py" if watching else f"python -m lessons check {lesson.number}"
        say(f"first let everything pass: {how}")
        return 1
    say(f"{lesson.payoff.says}: about {lesson.payoff.seconds} seconds ...")
    with WorkFile(lesson.work) as runner:
        passed, lines, figure = lesson.payoff.run(lesson, runner)
    say([colour("green" if passed else "red", lines[0]), *lines[1:]])
    if figure is not None:
        path = lesson.work.parent / "payoff.png"
        path.write_bytes(figure if isinstance(figure, bytes) else figure._repr_png_())
        say(f"  the picture: {places.shown_path(path)}")
    progress.update(lesson.number, payoff=passed)
    return int(not passed)


def reset(lesson):
    """Begin again: work.py is renamed, never deleted, and the lesson's progress is forgotten."""
    kept = keep(lesson.work)
    document = progress.read()
    document.pop(lesson.number, None)
    progress.write(document)
    say(
        f"lesson {lesson.number} begins again"
        + (f"; your old file is {places.shown_path(kept)}" if kept else "")
    )
    return start(lesson)


def keep(work):
    """Rename work.py to work-1.py, work-2.py, ...; the new path, or None where there was no file."""
    if not work.exists():
        return None
    k = 1
    while (kept := work.with_name(f"work-{k}.py")).exists():
        k += 1
    shutil.move(work, kept)
    return kept


def status():
    """One line for each lesson."""
    document = progress.read()
    for number in tasks.folders():
        lesson, entry = tasks.find(number), document.get(number, {})
        done = [task.name for task in lesson.tasks if task.name in entry.get("passed", {})]
        finished = len(done) == len(lesson.tasks)
        mark = colour("green", "done   ") if finished else "begun  " if entry else "       "
        hints = sum(entry.get("hints", {}).values())
        notes = [f"{len(done)}/{len(lesson.tasks)} functions"]
        notes += [f"{hints} hint{'s' * (hints > 1)}"] * bool(hints)
        again = f"check work.py as it is now: python -m lessons check {number}"
        notes += [again] * bool(progress.outdated(lesson))
        notes += ["payoff"] * bool(entry.get("payoff")) + ["solution seen"] * bool(entry.get("solution"))
        say(f"{number} {mark} {lesson.title:<20} {lesson.question:<42} {', '.join(notes)}")
    return 0


def build(lesson):
    """lesson.py -> lesson.ipynb, executed."""
    from lessons.harness import notebook

    return notebook.build(lesson)


def watch(lesson):
    """See watch.py."""
    from lessons.harness import watch as watching

    return watching.watch(lesson)


COMMANDS = {
    "watch": watch,
    "start": start,
    "check": check,
    "hint": hint,
    "race": run_race,
    "solution": solution,
    "payoff": payoff,
    "reset": reset,
    "status": status,
    "build": build,
}
