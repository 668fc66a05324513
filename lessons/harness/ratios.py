"""Is a wrong value the right one times a number, in every case? Then the number says what was forgotten."""

import numpy as np

from lessons.harness import compare

GRADIENTS = ("dx", "dw", "db", "dz", "dgamma", "dbeta")  # these are divided by N, and the loss; a step is not


def in_words(name, found, shown):
    """``found``: (ratio, N, how many wrong numbers) of each case. What a constant ratio tells, or "".

    ``shown``: that of the case that the message shows, which may be right in this value: another is wrong.
    """
    ratios, sizes, wrong = np.array(found, float).T
    if wrong.sum() < 2:  # one number is some number of times any other
        return ""
    known = (
        [
            (1 / sizes, "1/N", "divided by N once too often?"),
            (sizes, "N", "a division by N too few, or multiplied by N?"),
        ]
        if (sizes > 1).any() and (name == "loss" or name in GRADIENTS)
        else []
    )
    for values, text, why in known:
        if np.allclose(ratios, values, rtol=1e-3):
            if not (shown and shown[2]):
                return f"{name} is {text} times the right one (this case does not show it): {why}"
            where = "everywhere" if np.ptp(ratios) < 1e-3 else f"here, {text} times everywhere"
            return f"{name} is {shown[0]:.2f} times the right one {where}: {why}"
    if np.ptp(ratios) > 1e-3 * abs(ratios).max():
        return ""
    r = ratios[0]
    if abs(r - 1) < 5e-4:  # rounding, or another type
        return ""
    why = {-1.0: ": is the sign turned round?", 2.0: ": counted twice?", 0.5: ": halved?"}.get(
        round(r, 4), ""
    )
    return f"{name} is {r:.4g} times the right one everywhere{why}"


def of(task, outcomes):
    """A sentence such as "dw is 0.50 times the right one everywhere: divided by N once too often?", or ""."""
    shown = next(k for k, outcome in enumerate(outcomes) if outcome.problem and outcome.about != "alias")
    for k, name in enumerate(task.returns):
        found = [_one(task, k, outcome) for outcome in outcomes]
        told = [each for each in found if each != ()]
        if told and None not in told and (said := in_words(name, told, found[shown])):
            return said
    return ""


def _one(task, k, outcome):
    """(ratio to the right one, N, how many numbers show it) of the value ``k``.

    (): 0 is right, which is any number of times 0. None: there is no value, or not one ratio.
    """
    args = outcome.case.args
    parts, wanted = (compare.as_parts(task, v) for v in (outcome.reply.get("value"), outcome.expected))
    if parts is None:
        return None
    dtype, N = compare.float_type(args), next((len(a) for a in args.values() if np.ndim(a)), 1)
    if not compare.difference(parts[k], wanted[k], task.returns[k], dtype, task.tolerance):
        return (1.0, N, 0) if np.any(wanted[k]) else ()
    ratio = compare.constant_ratio(parts[k], wanted[k])
    return ratio and (ratio, N, np.count_nonzero(wanted[k]))
