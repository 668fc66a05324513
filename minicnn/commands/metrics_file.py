"""The metrics file that a script writes when training is over: what commands read in it, and what it must be.

    {"dataset": "cifar10", "class_names": [...], "sizes": {"test": 10000}, "part": "M3", "recipe": {...},
     "history": {...}, ...}

or, where a script trains several models, ``"parts": {"M1": {"recipe": ..., ...}, "M2": ...}``.
"""

from minicnn.archive import LONGEST_DOCUMENT, parsed
from minicnn.checks import is_finite, is_number, is_whole
from minicnn.messages import is_printable, shown


def _is_text(value):
    return isinstance(value, str) and value != "" and is_printable(value)


def _is_object(value):
    return isinstance(value, dict)


def _is_count(value):
    return is_whole(value, 0)


def _are_texts(value):
    return isinstance(value, list) and all(map(_is_text, value))


def _are_counts(value):
    return _is_object(value) and all(map(_is_count, value.values()))


def _are_parts(value):
    return _is_object(value) and len(value) > 0 and all(map(_is_object, value.values()))


def _is_history(value):
    lists = list(value.values()) if _is_object(value) else [None]
    are_lists = all(isinstance(each, list) and all(map(is_number, each)) for each in lists)
    return are_lists and len(set(map(len, lists))) <= 1


def _is_duration(value):
    return is_finite(value) and value >= 0


TEXT, COUNT = ("printable text", _is_text), ("a whole number >= 0", _is_count)
RUN = {
    "dataset": TEXT, "title": TEXT, "pictures": TEXT,
    "class_names": ("a list of printable texts", _are_texts),
    "sizes": ("whole numbers by name", _are_counts),
    "part": TEXT, "parts": ("an object for each part", _are_parts),
}  # fmt: skip
PART = {
    "recipe": ("an object", _is_object),
    "history": ("lists of numbers by name, one as long as the other", _is_history),
    "epoch_reached": COUNT, "samples": COUNT, "seconds": ("a number >= 0", _is_duration),
}  # fmt: skip
RECIPE = {"pixels": TEXT, "batch_size": ("a whole number >= 1", is_whole)}


def read(path, due=False):
    """What is in the file; {} where it is some other JSON, or none.

    ValueError where it is a metrics file, and something in it is not what commands go by; and where it cannot
    be read, if its name says that it is one (``due``).
    """
    try:
        if path.stat().st_size > LONGEST_DOCUMENT:
            return {}
        run = parsed(path.read_text(encoding="utf-8-sig"))  # as some editors save it
    except (OSError, ValueError, RecursionError) as error:
        if due:
            raise ValueError(f"{path} cannot be read: {error}. Move it elsewhere, or train anew") from error
        return {}
    if not (isinstance(run, dict) and run.keys() >= {"dataset", "sizes"}):
        return {}
    _check(path, run, RUN)
    for part in parts_of(run).values():
        _check(path, part, PART)
        _check(path, part.get("recipe", {}), RECIPE)
    return run


def parts_of(run):
    """``{name: what is known of it}`` of the models that were trained; {"": {}} of none."""
    return run.get("parts") or {run.get("part", ""): run}


def _check(path, found, due):
    for key, (words, fits) in due.items():
        if key in found and not fits(found[key]):
            raise ValueError(
                f"{path} is not as a script writes it: {key!r} expects {words}, got {shown(found[key])}"
            )
