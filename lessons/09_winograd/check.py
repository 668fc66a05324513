"""Lesson 09: the answers, the cases, the hints and the payoff; the classic mistakes stand in mistakes.py."""

from pathlib import Path

import numpy as np

from lessons.harness import tasks, wire
from lessons.harness.convolutions import MORE, NONE, ONE, batch
from lessons.harness.explain import reads
from lessons.harness.race import Race
from lessons.harness.speed import Speed
from lessons.harness.tasks import Case, Lesson, Task
from lessons.harness.tiles import cut_tiles, join_tiles
from minicnn.kernels import conv2d, winograd

LOOPS = tasks.find("06").task("conv_forward")  # conv_winograd must do the same
mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))


def winograd_filters(w):
    G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], w.dtype)
    return np.einsum("ih,jw,hwcf->ijcf", G, G, w, optimize=True)  # G w G'


def winograd_input(d):
    def down(d):
        return np.stack([d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]])

    return down(down(d).swapaxes(0, 1)).swapaxes(0, 1)


def winograd_output(M):
    def down(m):
        return np.stack([m[0] + m[1] + m[2], m[1] - m[2] + m[3]])

    return down(down(M).swapaxes(0, 1)).swapaxes(0, 1)


def conv_winograd(x, w, b, strides=(1, 1), padding=((0, 0), (0, 0))):
    U, V = winograd_filters(w), winograd_input(cut_tiles(x, padding))
    M = V @ U  # sixteen products: (T, C) @ (C, F)
    return join_tiles(winograd_output(M), x.shape, padding) + b


# ---------------------------------------------------------------- the transforms


def single(name, shape, at):
    """All zeros, but for a 1."""
    a = np.zeros(shape, np.float32)
    a[at] = 1
    return Case("a single 1", {name: a})


def drawn(name, shape, dtype="float32", whole=True, times=1):
    rng = np.random.default_rng(shape)
    a = rng.integers(1, 10, shape) * rng.choice([-1, 1], shape) if whole else rng.standard_normal(shape)
    return Case("whole numbers" if whole else "drawn", {name: (times * a).astype(dtype)})


def transform_cases(name, size):
    """(size, size, ., .): the two other axes are only carried along; beyond 1, of one length only once."""
    places = ((0, 0), (1, 0), (0, 1), (size - 1, 0), (1, 2), (2, 2), (size - 2, size - 1))
    return [
        *(single(name, (size, size, 1, 1), (*at, 0, 0)) for at in places),
        drawn(name, (size, size, 1, 1)),
        drawn(name, (size, size, 1, 2)),
        drawn(name, (size, size, 2, 1), "float64"),
        drawn(name, (size, size, 2, 3)),
        drawn(name, (size, size, 3, 2), "float64", whole=False),
        drawn(name, (size, size, 2, 2)),
        drawn(name, (size, size, 5, 4), whole=False),
        drawn(name, (size, size, 18, 9), whole=False, times=10_000),  # many, and large
    ]


def show_square(args):
    """Row by row, at the first tile, channel or filter."""
    ((name, a),) = args.items()
    square = a[:, :, 0, 0].astype(float).round(3)
    rows = " ".join("[" + " ".join(f"{v:g}" for v in row) + "]" for row in square)
    more = "" if a[0, 0].size == 1 else f"; at [:, :, 0, 0]: [{rows}]"
    return f"{name} {a.shape}".replace(", ", ",") + (more or f" = [{rows}]")


FILTER_HINTS = (
    "Take one column g = [g0 g1 g2] of w. Which four numbers does the table at the top of work.py make of "
    "it? If w were only one column, you would be done.",
    "u = G g with G = [[1 0 0] [1/2 1/2 1/2] [1/2 -1/2 1/2] [0 0 1]]; for columns and rows U = G w G',\n"
    "that is U[i,j,c,f] = sum over h and k of G[i,h] * G[j,k] * w[h,k,c,f].",
    'G = np.array(..., w.dtype)\n    return np.einsum("ih,jk,hkcf->...", G, G, w)',
)

INPUT_HINTS = (
    "d[0] is the top row of all tiles, (4, T, C). What is the top row of 'every column transformed'?",
    "The columns: t[0] = d[0] - d[2], t[1] = d[1] + d[2], t[2] = d[2] - d[1], t[3] = d[3] - d[1].\n"
    "The rows: the same with t[:, 0], t[:, 1], ...",
    "def down(d):\n        return np.stack([d[0] - d[2], ..., ..., ...])\n"
    "down(d) does the columns. swapaxes(0, 1) makes rows of columns: down, swap, down, swap.",
)

OUTPUT_HINTS = (
    "winograd_input makes 4 numbers of 4. Here 2 come out of 4; what else is different?",
    "The columns: z[0] = M[0] + M[1] + M[2], z[1] = M[1] - M[2] + M[3].\n"
    "The rows: the same with z[:, 0], z[:, 1], ...",
    "np.stack of two sums, as in winograd_input: down, swap, down, swap.",
)  # fmt: skip


# ---------------------------------------------------------------- the convolution


def problem(N, H, W, C, F, padding=NONE, dtype="float32", whole=True, times=1):
    rng = np.random.default_rng([N, H, W, C, F])
    whole_numbers = lambda shape: rng.integers(1, 6, shape) * rng.choice([-1, 1], shape)  # noqa: E731
    draw = whole_numbers if whole else rng.standard_normal
    arrays = {"x": times * draw((N, H, W, C)), "w": draw((3, 3, C, F)), "b": draw((F,))}
    group = "padding" if padding != NONE else "odd sizes" if H % 2 or W % 2 else "even sizes"
    arrays = {name: a.astype(dtype) for name, a in arrays.items()}
    return Case(group, {**arrays, "strides": (1, 1), "padding": padding})


def cases():
    return [
        problem(1, 4, 4, 1, 1),
        problem(1, 4, 4, 2, 1),  # channels are summed
        problem(1, 4, 4, 1, 2),
        problem(2, 4, 4, 1, 1),
        problem(1, 3, 3, 1, 1),  # a tile that hangs over both edges
        problem(1, 4, 6, 1, 1),
        problem(1, 6, 4, 2, 3),
        problem(1, 3, 4, 1, 1),
        problem(1, 5, 4, 1, 2),
        problem(2, 5, 7, 3, 2).without("strides", "padding"),
        problem(1, 2, 2, 1, 1, ONE),
        problem(1, 1, 1, 1, 1, ONE),
        problem(2, 3, 4, 2, 2, MORE),
        problem(2, 6, 6, 3, 4, ONE, "float64"),
        problem(3, 7, 5, 4, 3, MORE, "float64", whole=False),
        problem(2, 9, 8, 18, 9, ONE, whole=False, times=1000),  # sums of 162: float32 rounds
    ]


HINTS = (
    "Which shapes have V[2, 3] and U[2, 3], the numbers at one place of all tiles and all filters? Over "
    "which letter does their matrix product sum?",
    "U from w, V from cut_tiles(x, padding), M[i, j] = V[i, j] @ U[i, j] at all sixteen places, y from M; "
    "then the tiles are joined, and b is added.",
    "M = V @ U\n    return join_tiles(winograd_output(M), ..., ...) + ...",
)  # fmt: skip


# ---------------------------------------------------------------- the payoff: the race, and its end


def transform(name, answer, argument, size, result, mistakes, hints):
    return Task(
        name, answer, lambda: transform_cases(argument, size), (result,), mistakes, hints,
        explain=reads(argument), show=show_square,
    )  # fmt: skip


OTHERS = {"minicnn, compiled": conv2d.forward_compiled, "minicnn, Winograd 4 x 4": winograd.forward}

LESSON = Lesson(
    title="Winograd",
    question="Can we multiply less?",
    minutes=50,
    tasks=[
        transform("winograd_filters", winograd_filters, "w", 3, "U", mistakes.FILTER, FILTER_HINTS),
        transform("winograd_input", winograd_input, "d", 4, "V", mistakes.INPUT, INPUT_HINTS),
        transform("winograd_output", winograd_output, "M", 4, "y", mistakes.OUTPUT, OUTPUT_HINTS),
        Task(
            "conv_winograd", conv_winograd, cases, ("y",), mistakes.CONV, HINTS, explain=reads("x"),
            show=LOOPS.show, expects=conv2d.forward_matrix, calls=(cut_tiles, join_tiles),
        ),
    ],
    payoff=Speed(
        "the race so far",
        own=("conv_winograd",),
        earlier=(("07", "conv_as_matmul"), ("08", "conv_compiled")),
        others=OTHERS,
        args=batch(8, 32, 64, 64),
        slow=("06", "conv_forward"),
        small=batch(1, 8, 3, 8),
        seconds=30,
    ),
    race=Race("conv_winograd", batch(8, 32, 64, 64), OTHERS, before=("08", "conv_compiled")),
)  # fmt: skip
