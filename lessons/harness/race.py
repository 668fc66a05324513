"""Races: the learner's function against an earlier one of their own, and minicnn's. They never block."""

from dataclasses import dataclass, field
from statistics import median

from lessons.harness import tasks
from lessons.harness.mine import own_function
from lessons.harness.runner import WorkFile


@dataclass
class Race:
    """``function`` of work.py against ``others`` {name: function}, on ``args``.

    ``before``: (lesson number, function) of the learner's own earlier version; where that is unfinished, the
    model answer runs in its place. Interleaved, median of ``rounds``.
    """

    function: str
    args: dict
    others: dict = field(default_factory=dict)
    before: tuple = ()
    rounds: int = 5


def earlier(number, name):
    """A function of another lesson, the reader's or the model answer, and what to call it."""
    function = own_function(number, name)
    whose = "your"
    if function is tasks.find(number).task(name).answer:
        whose = "minicnn" if function.__module__.startswith("minicnn.") else "the answer's"
    return f"lesson {number}, {whose} {name}", function


def run(lesson, colour):
    """The table of a race, as lines."""
    race = lesson.race
    if race is None:
        return [f"lesson {lesson.number} has no race"]
    if not lesson.work.exists():
        return [f"nothing to race yet: python -m lessons start {lesson.number}"]
    names, contestants = [f"your {race.function}"], [race.function]
    if race.before:
        name, function = earlier(*race.before)
        names.append(name)
        contestants.append(function)
    names += race.others
    contestants += race.others.values()
    with WorkFile(lesson.work) as runner:
        reply = runner.race(contestants, race.args, race.rounds)
    if "value" not in reply:
        why = reply.get("raised") or reply.get("died") or reply["timeout"]
        return [
            f"the race was not run: {race.function} {why}".rstrip(),
            f"  python -m lessons check {lesson.number} says more",
        ]
    times = [median(times) for times in reply["value"]]
    width = max(map(len, names))
    longest = max(times)
    lines = [f"{lesson.number} race: median of {race.rounds}, turn about"]
    for name, seconds in zip(names, times):
        bar = "#" * max(1, round(30 * seconds / longest))
        times_faster = faster(times[0] / seconds)
        lines.append(f"  {name.ljust(width)}  {1000 * seconds:10.3f} ms  {times_faster:>8} x  {bar}")
    if race.before and times[0] > times[1]:
        lines.append(colour("yellow", f"  slower than in lesson {race.before[0]}: it counts all the same"))
    return lines


def faster(ratio):
    """Two digits where it is slower: 0.0 would say nothing."""
    return f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2g}"
