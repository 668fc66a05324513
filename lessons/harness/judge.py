"""Run every case of a task, and find out what to say about it."""

import time
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial

import numpy as np

from lessons.harness import child, compare, compiling, explain, ratios, refusals, repeated
from lessons.harness.compare import same_bits
from lessons.harness.compiling import STARTS, TURNED
from lessons.harness.runner import LIMIT

NUMBERS = (np.ndarray, np.generic, int, float)
AGAIN = 8  # calls, within half a second: dice may fall alike twice
PLAIN = 500  # numbers in a case that compiled code sees only: as plain Python it would take long


@dataclass
class Outcome:
    """One case, called."""

    case: object
    reply: dict
    expected: object
    problem: str = ""  # "" where the case is right
    about: str = ""  # "value", "raised", "changed", ...


@dataclass
class Verdict:
    """What check shows; message.py puts it into words."""

    lesson: str
    task: object
    path: str
    line: int
    outcomes: list = field(default_factory=list)
    missing: str = ""  # why nothing could be run
    frames: list = field(default_factory=list)
    printed: str = ""  # while the file was read
    looks_like: str = ""
    by_the_way: str = ""  # what is true, and perhaps not the mistake
    ratio: str = ""
    explanation: str = ""
    others: tuple = ()  # the lesson's other functions, which may have been called
    threads: int | None = None  # those of the run it is about, see compiling.as_asked

    @property
    def passed(self):
        return not self.missing and bool(self.outcomes) and not self.failing

    @property
    def failing(self):
        return [outcome for outcome in self.outcomes if outcome.problem]

    @property
    def first(self):
        """The smallest case that fails (they are in order of size); an alias only if that is all."""
        return next((outcome for outcome in self.failing if outcome.about != "alias"), self.failing[0])


def check_task(lesson, task, runner):
    """The verdict on one function of the learner."""
    verdict = Verdict(lesson.number, task, runner.path, runner.lines.get(task.name, 1))
    verdict.printed = runner.loaded.get("printed", "")
    verdict.others = tuple(each.name for each in getattr(lesson, "tasks", ()) if each is not task)
    if task.name not in runner.lines:
        near = next(iter(get_close_matches(task.name, runner.lines.keys() - {*verdict.others}, 1, 0.8)), "")
        verdict.missing, verdict.line = _why_missing(task, runner, near), runner.lines.get(near, 1)
        verdict.frames = runner.loaded.get("frames", [])
        return verdict
    for threads in _runs(task):
        made = _starts if threads == STARTS else _outcomes
        verdict.threads, verdict.outcomes = threads, made(task, runner, threads, verdict.outcomes)
        if verdict.failing:
            break
    if not verdict.failing or verdict.first.about not in ("value", "raised", "changed"):
        return verdict
    alive = verdict.outcomes[-1].about not in ("timeout", "died")
    call, plainly = partial(runner.call, task.name, limit=task.limit), 0 if task.threads else None
    if alive and _is_of_chance(task, verdict.first, partial(call, threads=verdict.threads)):
        verdict.explanation = explain.OF_CHANCE
        return verdict
    typed = getattr(runner, "arguments", {}).get(task.name, [])
    order = _other_order(task, typed)
    if order and alive and _right_by_name(task, verdict.outcomes, typed, partial(call, threads=plainly)):
        verdict.looks_like = f"the arguments of the def have changed places: they come as {order}."
    else:
        verdict.looks_like = _looks_like(task, verdict.outcomes)
        if order:
            verdict.by_the_way = f"the def names its arguments in another order: they come as {order}."
    if not task.judge and verdict.first.about != "changed":
        verdict.ratio = ratios.of(task, verdict.outcomes)
    if task.explain and verdict.first.about == "value" and alive:
        problem = explain.Problem(task, verdict.first, partial(call, threads=plainly))
        verdict.explanation = task.explain(problem)
    return verdict


def _is_of_chance(task, outcome, call):
    """Does another call return other bits? Then nothing that is found out by calling would be true."""
    if outcome.about != "value":
        return False
    began = time.perf_counter()
    for _ in range(AGAIN):
        replies = outcome.reply, call(_copies(outcome.case.args))
        pairs = zip(*(compare.as_parts(task, reply.get("value")) or () for reply in replies))
        if any(isinstance(a, NUMBERS) and not same_bits(np.asarray(a), np.asarray(b)) for a, b in pairs):
            return True
        if time.perf_counter() - began > 0.5:
            break
    return False


def _runs(task):
    """The ways in which all cases are called, one after the other; see compiling.as_asked."""
    if not task.threads:
        return (None,)
    return (0, *([TURNED, STARTS] if max(task.threads) > 1 else []), *task.threads)


def _outcomes(task, runner, threads, before):
    """Every case, called (see compiling.as_asked); up to the first that does not come back.

    ``before``: the outcomes of the run before, whose bits must come out again.
    """
    plain = threads in (0, TURNED)
    found, limit = [], LIMIT if plain else task.limit
    for k, case in enumerate(task.cases):
        compiled = threads is not None and not plain
        if (plain and case.size > PLAIN) or (compiled and compare.float_type(case.args) == "float64"):
            continue  # each type is compiled by itself, which takes seconds; as plain Python both were tried
        if case.last and any(outcome.problem for outcome in found):
            break
        expected = None if task.judge else task.expected(k)
        outcome = Outcome(case, runner.call(task.name, _copies(case.args), limit, threads), expected)
        outcome.about, outcome.problem = _problem(task, outcome)
        if compiled and not outcome.problem:
            outcome.about, outcome.problem = compiling.problem(outcome.reply, max(task.threads) > 1)
        if threads not in (None, 0, 1) and outcome.about in ("", "value"):
            outcome.about, outcome.problem = compiling.thread_problem(outcome, before[len(found)], threads)
        found.append(outcome)
        if outcome.about in ("timeout", "died", "compiled") or _same_everywhere(outcome.reply):
            break
    if threads in (None, 0) and not any(outcome.problem for outcome in found):
        found += _repeated(task, runner, limit, threads, found)
    return found


def _starts(task, runner, threads, before):
    """The largest case, in which a prange loop has no rounds: does it begin too often?"""
    if before[0].reply.get("threading") != "prange":  # then all of its loops would run, as plain Python
        return before
    case = task.cases[-1]
    outcome = Outcome(case, runner.call(task.name, _copies(case.args), LIMIT, threads), None)
    outcome.about, outcome.problem = compiling.too_often(outcome.reply, len(next(iter(case.args.values()))))
    return [outcome]


def _repeated(task, runner, limit, threads, right):
    """More calls after those that were all ``right``, up to the first that is wrong; see repeated.py."""
    found = []
    for case, expected, before in repeated.calls(task, right):
        outcome = Outcome(case, runner.call(task.name, _copies(case.args), limit, threads, before), expected)
        outcome.about, outcome.problem = _problem(task, outcome)
        if case.group == repeated.AGAIN and outcome.about in ("value", "raised"):
            outcome.about, outcome.problem = "again", f"{repeated.SAID} ({outcome.problem})"
        found.append(outcome)
        if outcome.problem:
            break
    return found


def _same_everywhere(reply):
    """Will the other cases say the same? Nothing written yet; or it cannot be compiled, which takes long."""
    cannot = reply.get("message", "").startswith(refusals.CANNOT)
    return cannot or reply.get("raised") == "NotImplementedError"


def _why_missing(task, runner, near):
    loaded = runner.loaded
    if "raised" in loaded:  # one of the line itself speaks for itself; one inside a call is not the line's
        inside = len(loaded["frames"]) > 1
        return f"reading the file raised {explain.error(loaded)}" if inside else explain.error(loaded)
    if "timeout" in loaded or "died" in loaded:
        return f"reading the file {loaded.get('died') or loaded['timeout']}"
    why = f"is {near} meant for it?" if near else "has it another name, or was it deleted?"
    return f"there is no function {task.name} in it: {why}"


def _copies(args):
    return {name: a.copy() if isinstance(a, np.ndarray) else a for name, a in args.items()}


def _problem(task, outcome):
    """(what the problem is about, the problem in words); two empty strings where all is right."""
    reply, args = outcome.reply, outcome.case.args
    for about in ("died", "timeout"):
        if about in reply:
            return about, reply[about]
    if "raised" in reply:
        return "raised", explain.error(reply)
    said = _value_problem(task, outcome)
    for name, before in args.items():
        after = (reply.get("after") or {}).get(name)
        if isinstance(before, np.ndarray) and not same_bits(before, after):
            return "changed", compare.changed(name, before, after, not said)
    if said or task.judge:
        return ("value", said) if said else ("", "")
    if reply.get("shares") and not task.views:
        name = reply["shares"][0]
        return "alias", f"returned {name} itself or a view of it: to change one changes both. Return a copy"
    if reply.get("overwrites"):
        return "again", repeated.OVERWRITES
    return "", ""


def _value_problem(task, outcome):
    """What is wrong with what came back, or ""."""
    reply, args = outcome.reply, outcome.case.args
    if task.judge:
        return task.judge(args, reply["value"])
    values, wanted = compare.as_parts(task, reply["value"]), compare.as_parts(task, outcome.expected)
    if values is None:
        names, got = ", ".join(task.returns), compare.kind(reply["value"])
        return f"expected {len(task.returns)} values ({names}), got {got}"
    parts, dtype = zip(task.returns, values, wanted), compare.float_type(args)
    said = (compare.difference(value, want, name, dtype, task.tolerance) for name, value, want in parts)
    return next(filter(None, said), "")


def _other_order(task, typed):
    """"(x, w, b)", as the arguments come, where the def names the same in another order; or ""."""
    due = max((list(case.args) for case in task.cases), key=len)
    return f"({', '.join(due)})" if typed != due and sorted(typed) == sorted(due) else ""


def _right_by_name(task, outcomes, typed, call):
    """Is the def right when its arguments are handed over in the order in which it names them?"""
    for outcome in outcomes:
        args = outcome.case.args
        if len(args) < len(typed):  # the others by their defaults
            continue
        reply = call(_copies({name: args[name] for name in typed}))
        about, _ = _problem(task, Outcome(outcome.case, reply, outcome.expected))
        if about not in ("", "alias"):
            return False
    return True


def _looks_like(task, outcomes):
    """The classic mistake that does the same on every case that was run, or ""."""
    errors = all("value" not in outcome.reply for outcome in outcomes)
    for wrong in task.wrong:
        function = task.wrong_function(wrong)
        # the failing cases first: there most wrong versions part from the learner's at once
        in_order = sorted(outcomes, key=lambda o: not o.problem)
        if all(_does_the_same(task, function, o, errors) for o in in_order):
            return wrong.says
    return ""


def _does_the_same(task, function, outcome, words):
    """``words``: an error must also say the same, because there is no value anywhere to compare.

    So must one that says something. A mistake whose error says nothing stands for all errors of its kind.
    """
    reply = child.perform(function, _copies(outcome.case.args), set(), 10)
    if "value" not in reply or "value" not in outcome.reply:
        same = ("raised", "message") if words or reply.get("message") else ("raised",)
        return "raised" in reply and all(reply.get(k) == outcome.reply.get(k) for k in same)
    before, after = reply["after"], outcome.reply.get("after") or {}
    if not all(same_bits(a, after.get(name)) for name, a in before.items() if isinstance(a, np.ndarray)):
        return False  # one of the two changed an argument
    if task.judge:
        alike = not task.alike or task.alike(reply["value"], outcome.reply["value"])
        return alike and task.judge(outcome.case.args, reply["value"]) == outcome.problem
    mine, theirs = compare.as_parts(task, reply["value"]), compare.as_parts(task, outcome.reply["value"])
    if mine is None or theirs is None:
        return mine is theirs and compare.kind(reply["value"]) == compare.kind(outcome.reply["value"])
    dtype, right = compare.float_type(outcome.case.args), compare.as_parts(task, outcome.expected)
    return not any(
        compare.difference(*compare.in_one_type(got, same, each), name, dtype, task.tolerance)
        for name, got, same, each in zip(task.returns, theirs, mine, right)
    )
