"""The calls that follow when every case is right: does the function keep something from call to call?

A default argument that grows, a mean remembered by the shape of x, one buffer for all results: each of them
is right the first time.
"""

import numpy as np

from lessons.harness.tasks import Case

OTHER, AGAIN = "other numbers", "called again"  # the headings they are counted under
SAID = (
    "was right with these arguments, and is not when it is called with them again: does it keep something "
    "from call to call, in a global variable or a default argument?"
)
OVERWRITES = (
    "hands back the same memory at every call: the result of this call overwrote that of the call before, "
    "which had arguments of the same shapes. Make a new array each time"
)


def calls(task, outcomes):
    """(case, what is expected, the arguments of a call just before), after the right ``outcomes``."""
    first, last = outcomes[0], [outcome for outcome in outcomes if not outcome.case.last][-1]
    yield Case(AGAIN, first.case.args), first.expected, last.case.args
    other = other_numbers(last.case.args)
    if other and not task.judge:
        copies = (a.copy() if isinstance(a, np.ndarray) else a for a in other.values())
        yield Case(OTHER, other), task.right(*copies), None
    else:  # no array to change; or what ``judge`` would say of other numbers is not known
        other = first.case.args
    yield Case(AGAIN, last.case.args), last.expected, other


def other_numbers(args):
    """The same shapes, each array of floats from its end and halved; {} where there is no array.

    Halves of numbers that are allowed are allowed: variances stay positive, dice below 1. Whole numbers may
    be labels or places: where there is nothing else, the rows of the first array come in another order.
    """
    arrays = {name: a for name, a in args.items() if isinstance(a, np.ndarray)}
    floats = {name: a for name, a in arrays.items() if a.dtype.kind == "f"}
    if not floats:
        return {**args, **{name: arrays[name][::-1] for name in list(arrays)[:1]}} if arrays else {}
    halves = {name: a.ravel()[::-1].reshape(a.shape) * a.dtype.type(0.5) for name, a in floats.items()}
    return {**args, **halves}
