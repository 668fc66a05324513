"""Sentences about a wrong number that are true because they were tried out.

What does an output read? Change one input, and see whether it moves: once for the model answer, once for
the learner's function. For a linear function (convolution, dense, their gradients) the change is exactly
the weight it was read with.
"""

import numpy as np

from lessons.harness import compare

OF_CHANCE = (
    "called again with the same arguments, yours returns something else: np.empty? Random numbers that are "
    "no argument? A number that is kept from call to call?"
)
MOST_PROBES = 64  # numbers that are changed, one by one, for one sentence
STEPS = (1, 100, -100)  # by how much; the large ones for a function that is flat nearby
# Once more, to see whether a change is a factor: not -1, for x**3 changes from 0 by as much; no whole number,
# for what is rounded moves by whole numbers, however far it is moved.
BACK = -2.3


class Problem:
    """The smallest case that fails: what explain functions get."""

    def __init__(self, task, outcome, call):
        self.task, self.args, self.call = task, outcome.case.args, call
        parts = outcome.reply["value"] if len(task.returns) > 1 else [outcome.reply["value"]]
        wanted = outcome.expected if len(task.returns) > 1 else [outcome.expected]
        self.output, self.index, self.part = None, None, 0
        if not isinstance(parts, (tuple, list)) or len(parts) != len(task.returns):
            return
        dtype, triples = compare.float_type(self.args), list(zip(parts, wanted, task.returns))
        wrong = [k for k, each in enumerate(triples) if compare.difference(*each, dtype, task.tolerance)]
        if not wrong:
            return
        self.part = wrong[0]  # the one that the message shows
        self.got, self.expected, name = triples[self.part]
        arrays = isinstance(self.got, np.ndarray) and isinstance(self.expected, np.ndarray)
        if arrays and (self.got.shape, self.got.dtype) == (self.expected.shape, self.expected.dtype):
            entries = compare.wrong_entries(self.got, self.expected, task.tolerance)
            if entries.any():
                self.output, self.index = name, tuple(int(i) for i in np.argwhere(entries)[0])

    def entry(self, args, mine):
        """The wrong entry for other arguments: the learner's (``mine``) or the model answer's."""
        value = self.call(args).get("value") if mine else self.task.right(*args.values())
        part = value[self.part] if len(self.task.returns) > 1 and value is not None else value
        return float(part[self.index])

    def weights(self, name, mine):
        """By how much the wrong entry changes when each entry of argument ``name`` grows by 1.

        None where it takes a large step to move it, or a step back moves it by something else: then it is no
        weight of a sum.
        """
        base, result = self.entry(self.args, mine), {}

        def slope(at, step):
            changed = self.args[name].copy()
            changed[at] += step
            return (self.entry({**self.args, name: changed}, mine) - base) / step

        for at in np.ndindex(self.args[name].shape):
            for step in STEPS:
                if abs(moved := slope(at, step)) > 1e-4:
                    factor = step == 1 and np.isclose(slope(at, BACK), moved, rtol=1e-3)
                    result[at] = round(moved, 4) if factor else None
                    break
        return result


def reads(*names):
    """An ``explain`` for linear functions: which entries of the arguments ``names`` the result reads."""

    def sentence(problem):
        if problem.index is None or sum(problem.args[n].size for n in names) > MOST_PROBES:
            return ""
        if not np.isfinite(problem.got[problem.index]):  # whatever it reads, NaN stays NaN
            return ""
        here = f"{problem.output}{list(problem.index)}".replace(" ", "")
        try:
            for name in names:
                right, yours = problem.weights(name, False), problem.weights(name, True)
                lacking = [at for at in right if at not in yours]
                extra = [at for at in yours if at not in right]
                if lacking and extra:
                    return f"{here} reads {_at(name, lacking[0])}; yours reads {_at(name, extra[0])}"
                if lacking:
                    return f"{here} depends on {_at(name, lacking[0])}; yours does not"
                if extra:
                    return f"{here} does not read {_at(name, extra[0])}; yours does"
                for at in right:
                    known = right[at] is not None and yours[at] is not None
                    if known and abs(right[at] - yours[at]) > 1e-3 * abs(right[at]):
                        return f"{here} multiplies {_at(name, at)} by {right[at]:g}; yours by {yours[at]:g}"
        except (TypeError, IndexError, ValueError):  # another shape, or an error, for other numbers
            pass
        return ""

    return sentence


def _at(name, index):
    return f"{name}[{','.join(map(str, index))}]"


def error(reply):
    """What was raised; where Python's words are no help, what it means stands first: their end may be cut."""
    name, words = reply["raised"], reply["message"]
    if name == "TypeError" and ("bitwise_xor" in words or "for ^" in words):
        words = f"^ is no power in Python, ** is ({words})"
    if name == "EOFError" and "reading a line" in words:
        words = f"input() has nobody to ask here: take the arguments ({words})"
    return f"{name}: {words}" if words else name
