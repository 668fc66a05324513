"""What each rung of a ladder buys: all of them checked against the definition, then timed.

    python -m minicnn.kernels.ladder             every operation
    python -m minicnn.kernels.ladder conv2d      one of them

A definition in plain loops would take minutes over a layer of a real network. So all rungs are timed on a
small problem, and all others also on layers that somebody uses. What was not run has a "-" for its time.
"""

import argparse
import math
import sys
import timeit

import numpy as np

from minicnn.kernels import batchnorm, conv2d, dense, pooling, softmax_crossentropy, threads, winograd
from minicnn.kernels.shapes import padding_amounts

AGREE = 1e-10  # of the largest number; float64 rounds each at 1e-16
CALLS = 20  # of which the fastest counts
WIDTH = 40  # letters in the longest bar

# ---- Problems: a text that says the sizes, the arguments of forward, and those of backward as a function of
# what forward gave. ``draw`` makes an array of normal numbers.


def convolution(draw, N, H, W, C, F, K, S):
    """A K x K kernel with strides S over pictures, padded to keep their size."""
    x, w, b, strides = draw(N, H, W, C), draw(K, K, C, F), draw(F), (S, S)
    pads = padding_amounts("same", (H, W), (K, K), strides)
    text = f"{N} pictures {H} x {W} x {C}, {F} filters {K} x {K}, strides {S}"
    return text, (x, w, b, strides, pads), lambda y: (x, w, draw(*y.shape), strides, pads)


def product(draw, N, D, F):
    """A dense layer."""
    x, w, b = draw(N, D), draw(D, F), draw(F)
    return f"{N} rows of {D}, {F} units", (x, w, b), lambda y: (x, w, draw(*y.shape))


def windows(draw, N, H, W, C):
    """Pooling by 2 x 2."""
    x, how = draw(N, H, W, C), ((2, 2), (2, 2))

    def backward(out):
        y, *which = out if isinstance(out, tuple) else (out,)
        return draw(*y.shape), *which, x.shape, *how

    return f"{N} pictures {H} x {W} x {C}, windows 2 x 2", (x, *how), backward


def channels(draw, M, C):
    """Batch normalisation of M pixels."""
    x, gamma, beta = draw(M, C), draw(C), draw(C)
    text = f"{M} pixels, {C} channels"
    return text, (x, gamma, beta, 1e-3), lambda out: (x, out[1], out[2], gamma, draw(M, C), 1e-3)


def classes(draw, N, K):
    """Logits and targets; forward and backward are one."""
    logits = draw(N, K)
    return f"{N} pictures, {K} classes", (logits, np.eye(K)[np.arange(N) % K].astype(logits.dtype)), None


CONVOLUTION = (*conv2d.LADDER, ("less arithmetic", winograd.forward, winograd.backward))
M1, M3 = (32, 16, 16, 32, 32, 5, 2), (32, 16, 16, 32, 128, 5, 2)  # their second convolutions
NARROW, MIDDLE, LARGE = (32, 32, 32, 3, 32, 3, 1), (32, 16, 16, 64, 64, 3, 1), (32, 32, 32, 32, 64, 5, 1)
OPERATIONS = {  # name: [(title, rungs, problem, the sizes of a small one, those of layers in use)]
    "conv2d": [("convolution", CONVOLUTION, convolution, (2, 9, 7, 8, 8, 3, 1), M1, MIDDLE),
               ("convolution of few channels", CONVOLUTION, convolution, (2, 9, 7, 3, 32, 3, 1), NARROW)],
    "dense": [("dense", dense.LADDER, product, (8, 64, 32), (32, 2048, 512))],
    "pooling": [("maximum", pooling.MAX_LADDER, windows, (8, 16, 14, 16)),
                ("average", pooling.AVERAGE_LADDER, windows, (8, 16, 14, 16))],
    "batchnorm": [("batch normalisation", batchnorm.LADDER, channels, (500, 8), (32768, 64))],
    "winograd": [  # few channels are not worth the way to the points, many are: ``winograd.pays``
        ("where less arithmetic pays", CONVOLUTION, convolution, (2, 7, 9, 4, 8, 5, 2), M3),
        ("in tiles of 8 x 8", CONVOLUTION, convolution, (2, 9, 8, 4, 8, 5, 1), LARGE)],
    "softmax": [("softmax and cross-entropy", softmax_crossentropy.LADDER, classes, (32, 100))],
}  # fmt: skip


def prepare(problem, sizes, dtype, rung):
    """The problem's text, and what to call each direction of a rung with: one tuple, or two."""
    rng = np.random.default_rng(0)
    text, forward, backward = problem(lambda *shape: rng.standard_normal(shape).astype(dtype), *sizes)
    return text, [forward] if backward is None else [forward, backward(rung[1](*forward))]


def results(directions, given):
    """All arrays that a rung gives."""
    outs = (each(*arguments) for each, arguments in zip(directions, given))
    return [array for out in outs for array in (out if isinstance(out, tuple) else (out,))]


def differences(ladder, problem, sizes):
    """How far each rung is from the first, in float64: the largest difference by the largest number.

    NaN where a rung gives one.
    """
    (_, *definition), *others = ladder
    _, given = prepare(problem, sizes, np.float64, ladder[0])
    due = results(definition, given)
    for name, *directions in others:
        pairs = zip(results(directions, given), due, strict=True)
        errors = [np.abs(mine - its).max() / np.abs(its).max() for mine, its in pairs]
        yield name, np.max(errors)  # Python's max overlooks a NaN that is not the first


def seconds(function, arguments):
    """The fastest of several calls; the first of them may compile."""
    return min(timeit.repeat(lambda: function(*arguments), number=1, repeat=CALLS))


def table(names, times):
    """A line a rung: milliseconds, how many times as fast as the first that ran, and a bar."""
    totals = {name: sum(each) for name, each in times.items()}
    first, longest = next(iter(totals.values())), max(totals.values())
    yield f"  {'':<20}{'forward ms':>12}{'backward ms':>13}{'faster':>10}  # forward . backward"
    for name in names:
        took = times.get(name, [])
        cells = [f"{1000 * each:,.3f}" for each in took] + ["-", "-"]
        faster = f"{first / totals[name]:,.1f} x" if took else "-"
        bar = "".join(letter * math.ceil(WIDTH * each / longest) for letter, each in zip("#.", took))
        yield f"  {name:<20}{cells[0]:>12}{cells[1]:>13}{faster:>10}  {bar}".rstrip()


def show(title, ladder, problem, small, *layers):
    """Check one ladder and print its tables. Returns whether all rungs agree."""
    print(f"\n{title}: largest difference from the definition, in float64")
    right = True
    for name, error in differences(ladder, problem, small):
        verdict = "" if error <= AGREE else f"   WRONG: expected at most {AGREE:.0e}"  # a NaN is wrong
        right = right and not verdict
        print(f"  {name:<20}{error:>12.0e}{verdict}")
    for sizes, rungs in [(small, ladder), *((layer, ladder[1:]) for layer in layers)]:
        text, given = prepare(problem, sizes, np.float32, ladder[-1])
        times = {name: [*map(seconds, directions, given)] for name, *directions in rungs}
        print(f"\n  {text}", *table([name for name, *_ in ladder], times), sep="\n")
    return right


def main(argv=None):
    """Exit status 1 where a rung is not what the definition is."""
    parser = argparse.ArgumentParser("python -m minicnn.kernels.ladder", description=__doc__.split("\n")[0])
    parser.add_argument("operation", nargs="?", default="all", choices=["all", *OPERATIONS])
    chosen = parser.parse_args(argv).operation
    names = OPERATIONS if chosen == "all" else [chosen]
    print(f"Times in float32 on {threads.get_num_threads()} threads, the fastest of {CALLS} calls.")
    return int(not min([show(*each) for name in names for each in OPERATIONS[name]]))


if __name__ == "__main__":
    sys.exit(main())
