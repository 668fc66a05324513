"""python -m lessons solution: what it shows can be typed."""

import re
import subprocess
import sys

import pytest

from lessons.harness import commands, progress, tasks

pytestmark = [pytest.mark.usefixtures("own"), pytest.mark.parametrize("number", tasks.folders())]
FOR_WORK = "# in work.py: "


@pytest.fixture
def lines(number, capsys):
    """What `solution` prints."""
    assert commands.main(["solution", number]) == 0
    return capsys.readouterr().out.splitlines()


def test_it_names_its_places_and_is_remembered(number, lines):
    asked = tasks.find(number).tasks
    assert progress.entry(number)["solution"] is True
    places = [line for line in lines if re.match(r"# \w[\w ]*: ", line)]  # of decorated functions as well
    assert len(places) >= len(asked) and all(any(f"# {task.name}: " in p for p in places) for task in asked)
    assert all(re.search(r": (minicnn|lessons)/[\w/]+\.py", place) for place in places)
    taken = {}
    for line in lines:
        if line.startswith(FOR_WORK):
            exec(line.removeprefix(FOR_WORK), taken)
    assert all(taken[t.name] is t.answer for t in asked if t.answer.__module__.startswith("minicnn."))
    assert number != "03" or "vectorised" in taken  # which its answer calls


def test_an_answer_knows_its_names_below_the_exercise_s_imports(number, lines):
    lesson = tasks.find(number)
    exercise = (lesson.folder / "exercise.py").read_text(encoding="utf-8")
    printed = [line.removeprefix(FOR_WORK) for line in lines if line.startswith(FOR_WORK)]
    assert not set(printed) & set(exercise.splitlines())  # nothing is asked for that is there
    assert not any("numba" in line for line in printed)
    own = [task.source()[0] for task in lesson.tasks if not task.answer.__module__.startswith("minicnn.")]
    unknown = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "-"]
    typed = "\n".join([exercise, *printed, *own])
    done = subprocess.run(unknown, check=False, input=typed, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout
