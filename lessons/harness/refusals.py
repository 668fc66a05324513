"""What numba says when it refuses a function: in one sentence, and where in work.py (lesson 08)."""

import linecache
import re

CANNOT = "numba cannot compile this: "
NESTED = re.compile(r"scalar type UniTuple.* given for non scalar argument")  # how numba names it
ITS_OWN = re.compile(  # indices that numba counted: those of range(...) are of a type with a sign
    r"getitem\((readonly )?array\(\w+, (?P<axes>\d+)d, \w+\), UniTuple\(uint\d+ x (?P<indices>\d+)\)\)"
)
RAISED_FROM = re.compile(r"\.? Raised from (?P<file>.+?)(?: \((?P<line>\d+)\))?$", re.MULTILINE)


def is_numba(error):
    """Did the compiler raise it?"""
    return type(error).__module__.startswith("numba.") or (
        type(error) is TypeError and bool(NESTED.match(str(error)))
    )


def words(error):
    """What the compiler has to say, in one sentence of its many."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # without colours
    if NESTED.match(text):
        return f"{CANNOT}a loop over prange takes no tuple of tuples: take it apart before the loop"
    if call := re.search(r">>> (.+)", text):
        return f"{CANNOT}it knows no {call[1]}{_too_many(call[1])}"
    skip = ("Failed in ", "During: ", "File ", "- Resolution failure")
    said = next((line for line in text.splitlines() if line.strip() and not line.startswith(skip)), text)
    if said.startswith("Untyped global name"):
        said = said.split(":")[0] + ": what compiled code calls must be compiled too, or be a plain number"
    return f"{CANNOT}{RAISED_FROM.sub('', said.strip())}"


def frame(error, files):
    """[[line, "", source text]] where the compiler stopped, if that is in one of ``files``, or cells."""
    place, in_words = getattr(error, "loc", None), RAISED_FROM.search(str(error))
    if place is not None:
        file, line = place.filename, place.line
    elif in_words and in_words["line"]:
        file, line = in_words["file"], int(in_words["line"])
    else:
        return []
    return [[line, "", linecache.getline(file, line).strip()]] if file in files else []


def _too_many(call):
    """More indices than axes: with parallel=True numba says so of y += b too, if b has fewer than y."""
    found = ITS_OWN.match(call)
    if not found or int(found["indices"]) <= int(found["axes"]):
        return ""
    axes, indices = found["axes"], found["indices"]
    return f": {indices} indices into a {axes}d array. Is it y += b, of arrays? Write y = y + b"
