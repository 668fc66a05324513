"""The race so far, as a payoff: the reader's convolutions of several lessons on one chart."""

from dataclasses import dataclass
from statistics import median

import numpy as np

from lessons.harness import figures
from lessons.harness.payoff import failure
from lessons.harness.race import earlier
from minicnn.kernels import conv2d

FASTER = 2.0  # the good order of loops must be so many times as fast: less may be noise


@dataclass
class Speed:
    """``own`` functions of this work.py and ``earlier`` ones, (lesson, function), on ``args``; must be right.

    others   {name: function} of minicnn
    slow     the earlier one that is timed on ``small`` alone; speeds can be compared all the same
    order    (fast, slow): two of ``own`` that differ in the order of their loops; the first must win clearly
    """

    says: str
    own: tuple
    earlier: tuple
    others: dict
    args: dict
    slow: tuple
    small: dict
    order: tuple = ()
    seconds: int = 30
    limit: float = 300.0  # compiling takes most of it

    def run(self, lesson, runner):
        """(passed, lines, figure)"""
        passed, lines = True, [f"{self.says}: {size_in_words(self.args)}"]
        wanted = conv2d.forward_matrix(*self.args.values())
        for name in self.own:
            reply = runner.call(name, self.args, self.limit)
            if not isinstance(reply.get("value"), np.ndarray):
                return False, failure(reply), None
            right = _close(reply["value"], wanted)
            passed = passed and right
            said = "the same as lesson 06's definition" if right else "other numbers than the definition"
            lines.append(f"  {'ok' if right else 'x '} {name}: {said}")
        if self.order:
            reply = runner.race(list(self.order), self.args, 5, self.limit, threads=1)
            if "value" not in reply:
                return False, failure(reply), None
            fast, slow = (median(times) for times in reply["value"])
            clearly = FASTER * fast < slow
            passed = passed and clearly
            lines.append(
                f"  {'ok' if clearly else 'x '} one thread, the same work: {self.order[1]} takes "
                f"{slow / fast:.1f} times as long as {self.order[0]}; at least {FASTER:g} times is asked for"
            )
        speeds, failed = self.speeds(runner)
        if failed:
            return False, failed, None
        width = max(map(len, speeds))
        lines += [
            f"  {name.ljust(width)}  {speed / 1e6:10,.1f} million multiplications a second"
            for name, speed in speeds.items()
        ]
        return passed, lines, figures.speeds(speeds, "The race so far")

    def speeds(self, runner):
        """({name: multiplications of the definition a second}, [] or why there are none)"""
        name, function = earlier(*self.slow)
        reply = runner.race([function], self.small, 3, self.limit)
        if "value" not in reply:
            return {}, failure(reply)
        found = {name: multiplications(self.small) / median(reply["value"][0])}
        contestants = dict(earlier(*each) for each in self.earlier)
        contestants |= {f"your {name}": name for name in self.own} | self.others
        reply = runner.race(list(contestants.values()), self.args, 5, self.limit)
        if "value" not in reply:
            return {}, failure(reply)
        for name, times in zip(contestants, reply["value"]):
            found[name] = multiplications(self.args) / median(times)
        return found, []


def _close(got, wanted):
    return got.shape == wanted.shape and bool(np.abs(got - wanted).max() <= 1e-4 * np.abs(wanted).max())


def multiplications(args):
    """How many the definition needs: one for each output and each number of its window."""
    shape = conv2d.output_shape(args["x"], args["w"], args["strides"], args["padding"])
    return int(np.prod(shape)) * args["w"][..., 0].size


def size_in_words(args):
    """8 pictures of 32 x 32 x 16, 32 filters of 3 x 3"""
    (N, H, W, C), (KH, KW, _, F) = args["x"].shape, args["w"].shape
    return f"{N} pictures of {H} x {W} x {C}, {F} filters of {KH} x {KW}"
