"""Is what came back what was expected? Shape, type, numbers; and if not, how they differ."""

import numpy as np

# Rounding that a right answer may show, against the largest number of the array. A gradient that is wrong
# by a factor of 1.001 is fifty times further away.
TOLERANCE = {"float16": 1e-2, "float32": 2e-5, "float64": 1e-9}
WITH_J = (
    ", numbers with a j. Made by an FFT? Take .real. By the root of a negative number? Why is it negative?"
)


def difference(got, expected, name, dtype, tolerance=None):
    """What is wrong with ``got``, in a few words, or "". ``dtype``: the arguments' float type, or None."""
    if isinstance(expected, (tuple, list)):
        if not isinstance(got, (tuple, list)) or len(got) != len(expected):
            return f"{name}: expected {len(expected)} values, got {kind(got)}"
        return next(
            filter(None, (difference(g, e, name, dtype, tolerance) for g, e in zip(got, expected))), ""
        )
    if isinstance(expected, (bool, np.bool_)):
        if not isinstance(got, (bool, np.bool_)):
            return f"{name}: expected True or False, got {kind(got)}"
        return "" if bool(got) == bool(expected) else f"{name}: expected {bool(expected)}"
    if isinstance(expected, (int, float, np.generic)):
        if np.ndim(got) != 0 or not is_number(got):
            return f"{name}: expected a number, got {kind(got)}"
        whole = isinstance(expected, (int, np.integer))
        return _numbers(
            np.asarray(got), np.asarray(expected, None if whole else dtype or "f8"), name, tolerance
        )
    if not isinstance(got, np.ndarray):
        return f"{name}: expected an array of numbers, got {kind(got)}{_to_array(got)}"
    if got.shape != expected.shape:
        return f"{name}: expected shape {expected.shape}, got {got.shape}"
    if got.dtype != expected.dtype:
        turned = f": {dtype} came in, {got.dtype} went out" if dtype == expected.dtype.name else ""
        return f"{name}: expected {expected.dtype}, got {got.dtype}{turned}{WITH_J * (got.dtype.kind == 'c')}"
    return _numbers(got, expected, name, tolerance)


def _to_array(got):
    """How a list or a tuple becomes the array that is expected."""
    if isinstance(got, tuple) and any(isinstance(each, np.ndarray) for each in got):
        return ": return one array (a comma after it makes a tuple)"
    return ": np.array(...) makes an array of it" if isinstance(got, (list, tuple)) else ""


def _numbers(got, expected, name, tolerance):
    wrong = wrong_entries(got, expected, tolerance)
    if not wrong.any():
        return ""
    if wrong.ndim == 0:
        return f"{name}: another number"
    nan = "nan" if np.isnan(np.asarray(got)[wrong]).any() else "wrong"
    return f"{name}: {int(wrong.sum())} of {wrong.size} numbers {nan}"


def wrong_entries(got, expected, tolerance=None):
    """Where two arrays of one shape differ by more than rounding: an array of bool."""
    if tolerance == 0 or expected.dtype.kind != "f":
        return ~(got == expected)
    g, e = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    finite = np.abs(e[np.isfinite(e)])
    relative = TOLERANCE.get(expected.dtype.name, 1e-9) if tolerance is None else tolerance
    allowed = relative * max(finite.max(initial=0.0), 1e-30)
    with np.errstate(invalid="ignore"):
        close = np.abs(g - e) <= allowed
    return ~(close | (g == e) | (np.isnan(g) & np.isnan(e)))


def same_bits(before, after):
    """Are they two arrays of one shape, one type and the same bits?"""
    if not isinstance(after, np.ndarray) or (before.shape, before.dtype) != (after.shape, after.dtype):
        return False
    if before.dtype.char in "gG":  # long doubles, which bytes that say nothing fill up
        parts = ((before.real, after.real), (before.imag, after.imag))
        return all(
            np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a), np.signbit(b))
            for a, b in parts
        )
    return before.tobytes() == np.ascontiguousarray(after).tobytes()


def changed(name, before, after, right):
    """What happened to an argument: something else is in it, or only the rounding of what was put back.

    ``right``: whether the result is. If not, perhaps two names stand for one array, and the number was there
    again, but not in time.
    """
    same = isinstance(after, np.ndarray) and (before.shape, before.dtype) == (after.shape, after.dtype)
    if same and before.dtype.kind == "f" and np.allclose(after, before, 4 * np.finfo(before.dtype).eps, 0):
        other = (after != before) | (np.signbit(after) != np.signbit(before))  # -0.0 is 0.0, with other bits
        at = tuple(int(i) for i in np.argwhere(other)[0])
        if not right:
            return (
                f"changed its argument {name}, and what it returned is wrong as well. Was {name} put back by "
                f"adding? That rounds. Or does a second name stand for it? up = {name} copies nothing: to "
                f"change up changes {name}. {name}.copy() is an array of its own"
            )
        return (
            f"changed its argument {name}, by rounding only: {name}[{','.join(map(str, at))}] was "
            f"{before[at]!s} and is {after[at]!s}. Adding and taking away need not give the same: keep "
            f"the old number and put it back, or work on {name}.copy()"
        )
    return (
        f"changed its argument {name}: work on a copy, {name}.copy(), or on an array of its own. Lines such "
        f"as {name} *= 2 and {name}[0] = 2 write into it, also by a second name (other = {name})"
    )


def of_type(got, same, right):
    """``got`` with the type of ``same``, where only ``got`` has not that of ``right``: two mistakes at once.

    Both must be floats, or both whole numbers.
    """
    arrays = all(isinstance(a, np.ndarray) for a in (got, same, right))
    if arrays and got.dtype != right.dtype == same.dtype and np.can_cast(got, same.dtype, "same_kind"):
        with np.errstate(all="ignore"):  # what is too large becomes infinite, as in ``same``
            return got.astype(same.dtype)
    return got


def in_one_type(got, same, right):
    """``got`` and ``same`` as they are compared: in the type of ``right`` where both are floats of another.

    A float64 that float32 numbers were added to, and the float32 sum made float64, are the same mistake.
    """
    got = of_type(got, same, right)
    arrays = all(isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in (got, same, right))
    if arrays and got.dtype == same.dtype != right.dtype:
        return got.astype(right.dtype), same.astype(right.dtype)
    return got, same


def as_parts(task, value):
    """The returned values one by one, or None where their number is wrong."""
    if len(task.returns) == 1:
        return [value]
    return list(value) if isinstance(value, (tuple, list)) and len(value) == len(task.returns) else None


def constant_ratio(got, expected):
    """got / expected where that is one number everywhere (within 1e-4), else None."""
    if not (is_number(got) or (isinstance(got, np.ndarray) and got.dtype.kind in "iuf")):
        return None
    if not (is_number(expected) or isinstance(expected, np.ndarray)) or np.shape(got) != np.shape(expected):
        return None
    g, e = np.asarray(got, np.float64).ravel(), np.asarray(expected, np.float64).ravel()
    solid = np.abs(e) > 1e-3 * np.abs(e).max(initial=0.0)
    if (
        not solid.any()
        or not np.isfinite(g).all()
        or np.abs(g[~solid]).max(initial=0) > 1e-2 * np.abs(e).max()
    ):
        return None
    ratios = g[solid] / e[solid]
    middle = float(np.median(ratios))
    return middle if np.abs(ratios - middle).max() <= 1e-4 * max(abs(middle), 1e-6) and middle != 0 else None


def float_type(args):
    """The one float type of the arguments, by name, or None."""
    types = {a.dtype.name for a in args.values() if isinstance(a, np.ndarray) and a.dtype.kind == "f"}
    return types.pop() if len(types) == 1 else None


def is_number(value):
    """A plain or NumPy real number, or an array of shape ()."""
    if isinstance(value, np.ndarray):
        return value.ndim == 0 and value.dtype.kind in "iuf"
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def kind(value):
    """What a value is, in a few words."""
    if value is None:
        return "nothing (None): is it returned?"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return f"a dict of {len(value)}"
    if isinstance(value, str) and len(value) > 60:
        return f"{value[:60]!r} ..."
    if "generator" in repr(value)[:20]:
        return "a generator: is there a yield in place of return?"
    return repr(value)
