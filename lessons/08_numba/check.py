"""Lesson 08: the answers, the cases, the hints and the payoff; the classic mistakes stand in mistakes.py."""

from pathlib import Path

import numpy as np
from numba import njit, prange

from lessons.harness import tasks, wire
from lessons.harness.convolutions import MORE, NONE, ONE, batch
from lessons.harness.explain import reads
from lessons.harness.race import Race
from lessons.harness.speed import Speed
from lessons.harness.tasks import Case, Lesson, Task
from minicnn.kernels import conv2d

LOOPS = tasks.find("06").task("conv_forward")  # both functions must do the same
MISTAKES = wire.module_of(Path(__file__).with_name("mistakes.py")).MISTAKES


@njit(parallel=True)
def conv_compiled(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    (SH, SW), ((top, bottom), (left, right)) = strides, padding
    (N, H, W, C), (KH, KW, _, F) = x.shape, w.shape
    OH, OW = (H + top + bottom - KH) // SH + 1, (W + left + right - KW) // SW + 1
    padded = np.zeros((N, H + top + bottom, W + left + right, C), x.dtype)
    padded[:, top : top + H, left : left + W] = x
    y = np.empty((N, OH, OW, F), x.dtype)
    for n in prange(N):  # each thread has pictures of its own
        for i in range(OH):
            for j in range(OW):
                for f in range(F):
                    y[n, i, j, f] = b[f]
                for kh in range(KH):
                    for kw in range(KW):
                        for c in range(C):
                            for f in range(F):  # w and y in the order in which they lie in memory
                                y[n, i, j, f] += padded[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
    return y


@njit
def conv_bad_order(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    (SH, SW), ((top, bottom), (left, right)) = strides, padding
    (N, H, W, C), (KH, KW, _, F) = x.shape, w.shape
    OH, OW = (H + top + bottom - KH) // SH + 1, (W + left + right - KW) // SW + 1
    padded = np.zeros((N, H + top + bottom, W + left + right, C), x.dtype)
    padded[:, top : top + H, left : left + W] = x
    y = np.zeros((N, OH, OW, F), x.dtype)
    for n in range(N):
        for f in range(F):
            for c in range(C):
                for kh in range(KH):
                    for kw in range(KW):
                        for j in range(OW):
                            for i in range(OH):  # each step jumps over a row of pixels
                                y[n, i, j, f] += padded[n, i * SH + kh, j * SW + kw, c] * w[kh, kw, c, f]
    return y + b


# ---------------------------------------------------------------- cases: those of lesson 06, and larger ones


def drawn(N, H, W, C, KH, KW, F, strides, padding):
    rng = np.random.default_rng([N, H, W, C, KH, KW, F])
    shapes = {"x": (N, H, W, C), "w": (KH, KW, C, F), "b": (F,)}
    arrays = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    return Case("many pictures", {**arrays, "strides": strides, "padding": padding})


def large_cases():
    """Work for two threads for long enough to meet, and sums that rounding tells apart."""
    return [
        drawn(2, 9, 9, 4, 3, 3, 5, (1, 1), NONE),
        drawn(3, 10, 9, 5, 3, 2, 6, (1, 2), MORE),
        drawn(4, 16, 16, 8, 3, 3, 8, (1, 1), ONE),
        drawn(8, 40, 40, 16, 3, 3, 32, (1, 1), ONE),
        drawn(5, 21, 18, 16, 5, 5, 8, (2, 2), MORE),
    ]


def cases():
    return [*LOOPS.cases, *large_cases()]


# ---------------------------------------------------------------- hints

HINTS_COMPILED = (
    "w is (KH, KW, C, F) in memory: which two numbers are neighbours, w[0,0,0,0] and which other? Over which "
    "letter must the innermost loop run, so that it walks from neighbour to neighbour?",
    "y[n,i,j,f] = b[f] + the sum over kh, kw, c of  padded[n, i*SH + kh, j*SW + kw, c] * w[kh,kw,c,f]\n"
    "Loops from the outside: n, i, j, kh, kw, c, f. Make n the prange: then no two threads share a y.",
    "@njit(parallel=True) above the def. Then\n"
    "    padded = np.zeros((N, H + top + bottom, ..., C), x.dtype)\n"
    "    padded[:, top : top + H, ...] = x\n"
    "    for n in prange(N): ... the seven loops, first y[n, i, j, f] = b[f], then y[n, i, j, f] += ...",
)

HINTS_BAD = (
    "Which loops of conv_compiled may change places, and y is the same? (All seven: a sum is a sum.)",
    "Loops from the outside: n, f, c, kh, kw, j, i. The line inside stays the same.",
    "@njit above the def. y begins as np.zeros(..., x.dtype); for f in range(F): ... for i in range(OH): "
    "y[...] += ...; at the end return y + b.",
)


# ---------------------------------------------------------------- the payoff: the race continues


LESSON = Lesson(
    title="numba",
    question="Why does loop order matter?",
    minutes=60,
    tasks=[
        Task(
            "conv_compiled", conv_compiled, cases, ("y",), MISTAKES, HINTS_COMPILED, explain=reads("x"),
            show=LOOPS.show, limit=300, threads=(1, 2, 2, 2), expects=conv2d.forward_matrix,
        ),
        Task(
            "conv_bad_order", conv_bad_order, cases, ("y",), MISTAKES, HINTS_BAD, explain=reads("x"),
            show=LOOPS.show, limit=300, threads=(1,), expects=conv2d.forward_matrix,
        ),
    ],
    payoff=Speed(
        "the race so far",
        own=("conv_bad_order", "conv_compiled"),
        earlier=(("07", "conv_as_matmul"),),
        others={"minicnn, compiled": conv2d.forward_compiled},
        args=batch(8, 32, 16, 32),
        slow=("06", "conv_forward"),
        small=batch(1, 8, 3, 8),
        order=("conv_compiled", "conv_bad_order"),
        seconds=30,
    ),
    race=Race(
        "conv_compiled",
        batch(8, 32, 16, 32),
        {"minicnn, one matrix product": conv2d.forward_matrix, "minicnn, compiled": conv2d.forward_compiled},
        before=("07", "conv_as_matmul"),
    ),
)  # fmt: skip
