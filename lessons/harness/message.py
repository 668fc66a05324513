"""A verdict in at most twenty lines."""

import re
import textwrap

import numpy as np

from lessons.harness import compare
from lessons.harness.compiling import TURNED
from lessons.harness.repeated import AGAIN, OTHER

WIDTH = 110
LINES = 20
NUMBERS = 12  # of an array that are shown
ROOM = 70  # characters for an array


def text(verdict, hint=""):
    """The verdict as lines: what, where, the smallest case, what it looks like, what to do next."""
    head, most = f"{verdict.lesson} {verdict.task.name}", LINES - bool(hint)
    where = f"{verdict.path}:{_line(verdict)}"
    if verdict.passed:
        return [f"{head}   ok   {len(verdict.task.cases)} cases, inputs unchanged, types kept"]
    lines = [f"{head}   x   {where}"]
    if verdict.missing:
        lines += [*wrapped(verdict.missing, "  "), *_frame_lines(verdict.frames)]
    elif verdict.first.reply.get("raised") == "NotImplementedError":
        lines = [
            f"{head}   not written yet   {where}",
            "  Write it in place of this raise, save, and it is checked again.",
        ]
    elif verdict.first.about == "compiled":
        lines += wrapped(f"{verdict.task.name} {verdict.first.problem}", "  ")
    else:
        lines += _counts(verdict)
        lines += _case(verdict)
        if verdict.ratio:
            lines += wrapped(verdict.ratio, "")
        if verdict.looks_like:
            lines += wrapped(f"Looks like: {verdict.looks_like}", "")
        if verdict.by_the_way:
            lines += wrapped(f"By the way: {verdict.by_the_way}", "")
        lines += _printed("Printed on the way:", verdict.first.reply.get("printed", ""), most - len(lines))
    lines += _printed("Printed while the file was read:", verdict.printed, most - len(lines))
    if hint:
        lines = [*lines[:most], hint]
    return lines[:LINES]


def _line(verdict):
    """The line to look at: where the learner's code raised or hung, else where the function begins.

    Where it was in another function of the lesson, which has a check of its own: the line that called it; and
    where a line outside of all functions called one: that line.
    """
    if verdict.missing:
        frames = [frame for frame in verdict.frames if frame[1] == "<module>"] or verdict.frames
        return frames[-1][0] if frames else verdict.line
    frames = verdict.first.reply.get("frames") if verdict.failing else []
    own = [k for k, (_, name, _) in enumerate(frames or []) if name == verdict.task.name]
    while own and len(frames) - 1 > own[-1] and frames[-1][1] in verdict.others:
        frames = frames[:-1]
    return frames[-1][0] if frames else verdict.line


def _counts(verdict):
    if verdict.threads == TURNED:
        return ["  As plain Python it is right. With the rounds of prange in another order:"]
    if verdict.threads:
        s = "s" * (verdict.threads > 1)
        return [f"  As plain Python it is right. Compiled, on {verdict.threads} thread{s}:"]
    groups = {}
    for outcome in verdict.outcomes:  # not all cases: after one that does not end, none is tried
        group = groups.setdefault(outcome.case.group, [0, 0])
        group[0] += not outcome.problem
        group[1] += 1
    counts = [f"{name}  {right}/{tried}" for name, (right, tried) in groups.items()]
    untried = len(verdict.task.cases) - sum(o.case.group not in (OTHER, AGAIN) for o in verdict.outcomes)
    last = verdict.outcomes[-1]
    why = f" (the one before them {last.problem})" * (last.about == "timeout" and last is not verdict.first)
    return wrapped("      ".join(counts + [f"not tried yet: {untried}{why}"] * bool(untried)), "  ")


def _case(verdict):
    first, task = verdict.first, verdict.task
    show = task.show or arguments
    other = first.case.group == OTHER
    heading = "Right in every case, but not with other numbers:" if other else "Smallest case that fails:"
    lines = [heading, *wrapped(show(first.case.args), "  ", 3)]
    if first.about == "raised":
        return [
            *lines,
            *wrapped(f"{task.name} raised {first.problem}", "  ", 2),
            *_frame_lines(first.reply["frames"]),
        ]
    if first.about != "value":
        said = f"{task.name} {first.problem}"
        return [*lines, *wrapped(said, "  ", 3), *_frame_lines(first.reply.get("frames", []))]
    if task.judge:
        return [*lines, *wrapped(f"{task.name}: {first.problem}", "  ", 3)]
    return [*lines, *_comparison(verdict, first, task)]


def _comparison(verdict, first, task):
    """The returned beside the expected: the first value of the tuple that is wrong."""
    name, got, expected = _wrong_part(first, task)
    if not name:
        what = f"  {task.name} returned "
        wanted = f"{len(task.returns)} values: {', '.join(task.returns)}"
        return [_cut(f"{what}{compare.kind(got)}"), f"{'  expected'.ljust(len(what))}{wanted}"]
    of = f"{name} " if len(task.returns) > 1 else ""
    what = f"{task.name} returned {of}"
    wrong = _wrong_places(got, expected, task.tolerance)
    lines = [_cut(f"  {what}{_value(name, got, expected, wrong)}")]
    right = _cut(f"  {f'expected {of}'.ljust(len(what))}{_value(name, expected, got, wrong)}")
    because = verdict.explanation or _why(first, got, expected)
    if not because:
        return [*lines, right]
    if len(right) + 6 + len(because) <= WIDTH:
        return [*lines, f"{right}      {because}"]
    return [*lines, right, *wrapped(because, "  ", 2)]


def _why(first, got, expected):
    """Words only where the values above do not say it: another shape, another type, NaN."""
    if isinstance(got, (bool, np.bool_)) and isinstance(expected, (bool, np.bool_)):
        return ""
    arrays = isinstance(got, np.ndarray) and isinstance(expected, np.ndarray)
    said = arrays and (got.shape != expected.shape or (got.dtype == expected.dtype and got.size <= NUMBERS))
    return "" if said or (compare.is_number(got) and compare.is_number(expected)) else first.problem


def _wrong_part(first, task):
    parts, wanted = compare.as_parts(task, first.reply["value"]), compare.as_parts(task, first.expected)
    if parts is None:
        return "", first.reply["value"], first.expected
    dtype = compare.float_type(first.case.args)
    for name, got, expected in zip(task.returns, parts, wanted):
        if compare.difference(got, expected, name, dtype, task.tolerance):
            return name, got, expected
    return task.returns[0], parts[0], wanted[0]


def _wrong_places(got, expected, tolerance):
    """Where arrays of one shape and type differ, place by place; nothing of others."""
    arrays = isinstance(got, np.ndarray) and isinstance(expected, np.ndarray)
    if not arrays or (got.shape, got.dtype) != (expected.shape, expected.dtype):
        return ()
    return np.argwhere(compare.wrong_entries(got, expected, tolerance))


def _value(name, value, other, wrong):
    """``value`` in a form that shows how it differs from ``other``: all of it, or the first of ``wrong``."""
    if isinstance(value, (tuple, list)):
        return compare.kind(value)
    if isinstance(value, np.ndarray) and isinstance(other, np.ndarray):
        plain, others = array(value, name), array(other, name)
        if value.shape != other.shape:
            return f"shape {_shape(value)}  {plain}"
        if value.dtype != other.dtype:
            return f"{value.dtype}  {plain}"
        if value.size > NUMBERS or plain == others or max(len(plain), len(others)) > ROOM:
            at = tuple(int(i) for i in wrong[0])
            return f"{name or 'at'}[{','.join(map(str, at))}] = {_digits(value[at], other[at])}"
        return plain
    if isinstance(value, (bool, np.bool_)) or compare.is_number(value):
        return _digits(value, other) if compare.is_number(other) else number(value)
    if value is None:
        return "None"
    return array(value, name) if isinstance(value, np.ndarray) else compare.kind(value)


def _digits(value, other):
    """Five digits, or as many as it takes to see a difference."""
    digits = next((d for d in range(5, 17) if f"{float(value):.{d}g}" != f"{float(other):.{d}g}"), 17)
    return number(value, digits)


def arguments(args):
    """x (2,3) = [[1 2 3] [4 5 6]]   k = 2"""
    return "   ".join(argument(name, value) for name, value in args.items())


def argument(name, value):
    """One argument, by name."""
    if isinstance(value, np.ndarray):
        return f"{name} {_shape(value)} = {array(value, name)}"
    if callable(value):
        return f"{name} = {getattr(value, '__name__', value)}"
    return f"{name} = {value if not isinstance(value, bytes) else f'{len(value)} bytes'}"


def _shape(a):
    return "(" + ",".join(map(str, a.shape)) + ")"


def array(a, name=""):
    """The numbers, without axes of length 1 that only say: one picture, one channel."""
    if a.dtype.kind not in "biuf":
        return f"{a.tolist()} ({a.dtype})"[:60]
    if a.ndim == 4:  # pictures lose N = 1 and C = 1; kernels (KH, KW, C, F) their last two
        axes = (2, 3) if re.fullmatch(r"d?w\d*", name) else (0, 3)
        if all(a.shape[k] == 1 for k in axes):
            a = a.squeeze(axes)
    if a.size > NUMBERS:
        return "[" + " ".join(number(v) for v in a.ravel()[:6]) + f" ...] ({a.dtype})"
    return _nested(a)


def _nested(a):
    if a.ndim == 0:
        return number(a[()])
    return "[" + " ".join(_nested(part) for part in a) + "]"


def number(v, digits=5):
    """So many digits; whole numbers without a point."""
    if isinstance(v, (bool, np.bool_, str)) or v is None:
        return str(v)
    v = float(v)
    return f"{int(v)}" if np.isfinite(v) and v == int(v) and abs(v) < 1e9 else f"{v:.{digits}g}"


def _frame_lines(frames):
    return [
        _cut(f"  line {line}{f', in {name}' if name and name != '<module>' else ''}:  {source}")
        for line, name, source in frames[-4:]
        if source
    ]


def _printed(when, printed, room):
    """What the learner's own print said: the last lines there is room for."""
    lines = printed.strip().splitlines()
    if not lines or room < 2:
        return []
    return [when, *(_cut(f"  {line}") for line in lines[-min(room - 1, 4) :])]


def _cut(line):
    """A line of at most WIDTH; where something had to go, it says so."""
    return line if len(line) <= WIDTH else line[: WIDTH - 4] + " ..."


def wrapped(words, indent, most=4):
    """``words`` as lines of at most WIDTH, ``most`` of them."""
    lines = textwrap.wrap(
        words, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    return [*lines[: most - 1], lines[most - 1][: WIDTH - 4] + " ..."] if len(lines) > most else lines
