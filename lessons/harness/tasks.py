"""What a check.py is made of: lessons, tasks, cases, wrong versions. AUTHORS.md says how to write them."""

import functools
import inspect
import re
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lessons.harness import places, wire


@dataclass(frozen=True)
class Case:
    """One call: ``group`` is the heading it is counted under, ``args`` the arguments by name, in order."""

    group: str
    args: dict
    last: bool = False  # tried only where every case before it is right

    @property
    def size(self):
        """How many numbers a reader has to look at."""
        return sum(np.size(a) for a in self.args.values() if isinstance(a, np.ndarray))

    def without(self, *names):
        """The same call without these arguments, the last ones: their defaults must do."""
        return replace(self, args={name: a for name, a in self.args.items() if name not in names})


def of_few_words(function):
    """``function``, whose errors say nothing: as a mistake it stands for all that end in such an error."""

    def wrong(*args):
        try:
            return function(*args)
        except ValueError:
            raise ValueError from None

    return wrong


@dataclass(frozen=True)
class Wrong:
    """A classic mistake: what it looks like, and the code that makes it.

    ``edit``: pairs (right text, wrong text), replaced in the model answer's source; most mistakes are one
    line of right code. Where that is not so, ``function`` is the whole wrong version.
    """

    says: str
    edit: tuple = ()
    function: Callable | None = None


@functools.cache
def _compiled(text):
    return compile(text, "<string>", "exec")


@dataclass
class Task:
    """A function the learner writes.

    name       of the function in exercise.py and work.py
    answer     the model answer, with the same arguments: minicnn's own code wherever there is one
    cases      a list of Case, or a function that makes it
    returns    a name for each value it returns
    wrong      classic wrong versions, each named when the learner's results equal its results
    hints      three texts: a question, the formula, the shape of the one line
    explain    (problem) -> a sentence about the first wrong entry, or "" (see explain.py)
    show       (args) -> text for the arguments, where the usual way is too long
    judge      (args, value) -> "" or what is wrong, instead of a comparison with ``answer``
    alike      (value, other) -> whether two values of which ``judge`` says the same show the same mistake
    tolerance  how far off, against the array's largest number; 0: exactly equal; None: see compare.py
    calls      minicnn's functions that the answer calls, or repeats: `solution` shows them with it
    views      the result may lie in an argument's memory
    limit      seconds a case may take
    threads    for a function the learner compiles: the numbers of threads it is run on, with the same bits
    expects    what gives the right results, where ``answer`` takes long to compile
    """

    name: str
    answer: Callable
    cases: Any
    returns: Sequence[str]
    wrong: Sequence[Wrong] = ()
    hints: Sequence[str] = ()
    explain: Callable | None = None
    show: Callable | None = None
    judge: Callable | None = None
    alike: Callable | None = None
    tolerance: float | None = None
    views: bool = False
    limit: float = 5.0
    calls: Sequence[Callable] = ()
    threads: Sequence[int] = ()
    expects: Callable | None = None

    def __post_init__(self):
        if not Path(inspect.unwrap(self.answer).__code__.co_filename).is_relative_to(places.ROOT):
            raise ValueError(f"the model answer of {self.name} was replaced: restart Python and check again")
        cases = list(self.cases() if callable(self.cases) else self.cases)
        # smallest first, equals in their order; behind all others the last ones
        self.cases = sorted(cases, key=lambda case: (case.last, case.size))
        self._expected, self._source = {}, None

    def expected(self, k):
        """What is right for case ``k``, computed once."""
        if k not in self._expected:
            args = (a.copy() if isinstance(a, np.ndarray) else a for a in self.cases[k].args.values())
            self._expected[k] = self.right(*args)
        return self._expected[k]

    @property
    def right(self):
        """The function whose results count as right."""
        return self.expects or self.answer

    def source(self):
        """The model answer as text, and where it stands."""
        if self._source is None:  # to find where a function ends, Python reads it word by word
            lines, first = inspect.getsourcelines(self.answer)
            self._source = "".join(lines), Path(inspect.unwrap(self.answer).__code__.co_filename), first
        return self._source

    def code(self, wrong=None):
        """The model answer as text, or with the mistake ``wrong`` in it."""
        text, _, _ = self.source()
        for right, mistaken in wrong.edit if wrong else ():
            if right not in text:
                raise ValueError(
                    f"{self.name}: the answer has no {right!r} any more, which {wrong.says!r} edits"
                )
            text = text.replace(right, mistaken)
        return (
            text if self.answer.__name__ == self.name else f"{text}\n\n{self.name} = {self.answer.__name__}\n"
        )

    def imports(self):
        """What ``code`` needs around it."""
        if self.answer.__module__.startswith("minicnn."):
            lines = [f"from {self.answer.__module__} import *"]
        else:
            around = inspect.unwrap(self.answer).__globals__
            lines = ["import numpy as np", *import_lines(around, around)]
        lines += [f"from {function.__module__} import {function.__name__}" for function in self.calls]
        return "\n".join(dict.fromkeys(lines)) + "\n"

    def wrong_function(self, wrong):
        """The wrong version as a function, here."""
        if wrong.function is not None:
            return wrong.function
        namespace = types.ModuleType("wrong").__dict__
        namespace.update(
            sys.modules[self.answer.__module__].__dict__ if self.answer.__module__ in sys.modules else {}
        )
        exec(_compiled(self.imports() + self.code(wrong)), namespace)
        return namespace[self.name]


def import_lines(names, around, packages=("minicnn", "numba")):
    """Import lines for those of ``names`` that the globals ``around`` have from one of ``packages``.

    Modules, and functions and classes under their own names.
    """
    for name in names:
        thing = around.get(name)
        if inspect.ismodule(thing):
            home, _, own = thing.__name__.rpartition(".")
        elif getattr(thing, "__name__", None) == name:  # a function or a class
            home, own = thing.__module__, name
        else:
            continue
        if (home or own).partition(".")[0] in packages:
            line = f"from {home} import {own}" if home else f"import {own}"
            yield line if own == name else f"{line} as {name}"


@dataclass
class Lesson:
    """A folder under lessons/. ``payoff`` and ``race`` may be None."""

    title: str
    question: str
    minutes: int
    tasks: Sequence[Task]
    payoff: Any = None
    race: Any = None
    number: str = ""
    folder: Path = field(default=Path())

    @property
    def work(self):
        """The learner's file."""
        return places.own_folder() / self.folder.name / "work.py"

    def task(self, name, why=""):
        """The task called ``name``. ``why``: what to say behind it where there is none."""
        for task in self.tasks:
            if task.name == name:
                return task
        names = ", ".join(task.name for task in self.tasks)
        raise ValueError(f"lesson {self.number} has no function {name!r}; it asks for {names}{why}")


def model_work(lesson):
    """A work.py with all the model answers: what `solution` shows, ready to run."""
    parts = [task.imports() for task in lesson.tasks] + [task.code() for task in lesson.tasks]
    return "\n\n".join(parts)


def folders():
    """Every lesson's folder by its number: {"01": ...}."""
    return {
        path.name[:2]: path
        for path in sorted(places.LESSONS.iterdir())
        if path.name[:2].isdigit() and (path / "exercise.py").exists()
    }


def find(number):
    """The lesson with this number (6, "6", "06" and "06_convolution" are the same)."""
    known = folders()
    given = re.fullmatch(r"([0-9]{1,2})(_.*)?", str(number).strip())
    key = given and given[1].zfill(2)
    if key not in known:
        raise ValueError(f"there is no lesson {number!r}; there are {', '.join(known)}")
    check = known[key] / "check.py"
    if not check.exists():
        raise ValueError(f"{places.shown_path(check)} is missing: git checkout -- {places.shown_path(check)}")
    lesson = wire.module_of(check).LESSON
    lesson.number, lesson.folder = key, known[key]
    return lesson
