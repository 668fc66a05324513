"""`python -m lessons`: check work.py each time it is saved, and take single keys in between."""

from functools import partial

from lessons.harness import commands, places, progress, tasks
from lessons.harness.terminal import keys, say

PAUSE = 0.25  # seconds between two looks at the file

HELP = "keys: h hint   p payoff   r race   s solution   n next lesson   q quit"


def stamp(path):
    """What changes when the file is saved; None while an editor is replacing it."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def watch(lesson):
    """Until q or Ctrl-C."""
    if not lesson.work.exists():
        commands.start(lesson)
    with keys() as key:
        say([f"Watching {places.shown_path(lesson.work)}: save it, and it is checked.", HELP])
        seen = None
        while True:
            now = stamp(lesson.work)
            if now != seen and _settled(lesson.work, now, key):
                seen = now
                say("")
                if now is None:
                    say(f"{places.shown_path(lesson.work)} is gone: save it again, and it is checked.")
                    say(f"Or press q, and begin again: python -m lessons start {lesson.number}")
                else:
                    commands.check(lesson, watching=True)
            pressed = key(PAUSE).lower()
            if pressed in ("q", "\x03", "\x04"):
                return 0
            if pressed == "n":
                lesson, seen = _next(lesson), None
            elif pressed in ACTIONS:
                ACTIONS[pressed](lesson)
            elif pressed.strip():
                say(HELP)


def _settled(path, now, key):
    """An editor may write a file in two steps: check it only when it has stopped changing."""
    key(0.05)
    return stamp(path) == now


def _next(lesson):
    numbers = list(tasks.folders())
    number = numbers[(numbers.index(lesson.number) + 1) % len(numbers)]
    following = tasks.find(number)
    if following.work.exists():
        progress.update(number)
    commands.start(following)
    return following


ACTIONS = {
    "h": commands.hint,
    "p": partial(commands.payoff, watching=True),
    "r": commands.run_race,
    "s": commands.solution,
}
