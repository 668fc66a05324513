"""Lesson 06: the cases, the hints and the payoff; the classic mistakes stand in mistakes.py."""

from pathlib import Path

import numpy as np

from lessons.harness import message, wire
from lessons.harness.convolutions import LESS, MORE, NONE, ONE
from lessons.harness.explain import reads
from lessons.harness.payoff import Picture
from lessons.harness.race import Race
from lessons.harness.tasks import Case, Lesson, Task
from minicnn.kernels import conv2d

mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))


def group_of(strides):
    """The heading a case is counted under."""
    return "stride 1" if strides == (1, 1) else "larger strides"


def problem(N, H, W, C, KH, KW, F, strides=(1, 1), padding=NONE, whole=True, dtype="float32"):
    """x, w, b, strides, padding of these sizes; small whole numbers, so that a reader can follow."""
    rng = np.random.default_rng([N, H, W, C, KH, KW, F, *strides, padding[0][0]])
    draw = (
        (lambda *shape: rng.integers(-3, 4, shape)) if whole else (lambda *shape: rng.standard_normal(shape))
    )
    x, w, b = draw(N, H, W, C), draw(KH, KW, C, F), draw(F)
    w[np.abs(w) < 0.1] = 1  # a weight of 0 would hide a pixel that is read wrongly
    arrays = {"x": x.astype(dtype), "w": w.astype(dtype), "b": b.astype(dtype)}
    return Case(group_of(strides), {**arrays, "strides": strides, "padding": padding})


def by_hand(x, w, b=(0,), strides=(1, 1), padding=NONE):
    """One picture of one channel, one filter: numbers given as rows."""
    x, w = np.array(x, np.float32)[None, :, :, None], np.array(w, np.float32)[:, :, None, None]
    args = {"x": x, "w": w, "b": np.array(b, np.float32), "strides": strides, "padding": padding}
    return Case(group_of(strides), args)


def cases():
    """24 with stride 1, 16 with larger ones; each is the smallest that shows one thing."""
    two = (2, 2)
    return [
        by_hand([[1, 2, 3]], [[1]]),  # nothing but copying
        by_hand([[1, 2, 3]], [[10, 1]], b=[5]),  # the docstring's example: not turned round
        by_hand([[1], [2], [3]], [[10], [1]]),
        by_hand([[1, 2]], [[1, 10]], padding=((0, 0), (1, 1))),
        by_hand([[1, 2]], [[1, 10]], padding=((0, 0), (1, 0))),  # left and right differ
        by_hand([[1], [2]], [[1], [10]], padding=((0, 1), (0, 0))),  # top and bottom differ
        by_hand([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
        by_hand([[1, 2, 3], [4, 5, 6]], [[1, 10]]),
        problem(1, 1, 2, 2, 1, 1, 1),  # channels are summed
        problem(1, 1, 2, 1, 1, 1, 2),  # filters stay apart
        problem(2, 1, 2, 1, 1, 1, 1),  # pictures stay apart
        problem(1, 1, 2, 2, 1, 2, 2),
        problem(1, 4, 3, 1, 2, 2, 1),  # picture not square
        problem(1, 3, 4, 1, 2, 1, 1, dtype="float64").without("strides", "padding"),  # window not square
        problem(1, 3, 3, 1, 3, 3, 1, padding=ONE),
        problem(2, 3, 4, 2, 2, 3, 2),
        problem(2, 4, 3, 2, 3, 2, 3, padding=ONE),
        problem(1, 4, 5, 2, 2, 3, 2, padding=LESS),
        problem(3, 3, 3, 1, 2, 2, 2, dtype="float64"),
        problem(2, 4, 5, 2, 3, 2, 2, padding=MORE, dtype="float64"),
        problem(2, 5, 4, 3, 3, 3, 2, whole=False),
        problem(2, 4, 5, 2, 2, 3, 3, padding=ONE, whole=False),
        problem(2, 5, 4, 2, 3, 2, 2, padding=MORE, whole=False, dtype="float64"),
        problem(1, 5, 5, 3, 3, 3, 4, padding=ONE, whole=False, dtype="float64"),
        by_hand([[1, 2, 3]], [[1]], strides=two),
        by_hand([[1, 2, 3, 4]], [[10, 1]], strides=two),
        by_hand([[1, 2, 3, 4], [5, 6, 7, 8]], [[1]], strides=(1, 2)),
        by_hand([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1]], strides=two),
        by_hand([[1, 2, 3, 4, 5]], [[1, 10, 100]], strides=two),
        by_hand([[1, 2, 3]], [[1, 10]], strides=two, padding=((0, 0), (1, 1))),
        problem(2, 3, 4, 1, 1, 2, 1, strides=two),
        problem(1, 4, 5, 2, 2, 2, 1, strides=(1, 2)),
        problem(1, 5, 4, 1, 2, 2, 2, strides=two),
        problem(2, 7, 4, 2, 3, 2, 2, strides=(3, 2)),
        problem(2, 5, 6, 2, 3, 2, 2, strides=two, padding=ONE),
        problem(1, 6, 5, 2, 2, 3, 3, strides=two, padding=MORE),
        problem(2, 5, 5, 1, 3, 3, 2, strides=two, padding=ONE, dtype="float64"),
        problem(2, 6, 5, 2, 3, 2, 2, strides=two, padding=MORE, whole=False),
        problem(2, 6, 5, 2, 3, 2, 2, strides=(2, 3), padding=ONE, whole=False, dtype="float64"),
        problem(1, 7, 6, 3, 3, 3, 2, strides=two, padding=ONE, whole=False, dtype="float64"),
    ]


def gradient_cases():
    """The same problems; dy is random, so that no error hides in a sum."""
    made = []
    for case in [*cases(), problem(2, 5, 4, 2, 3, 2, 2, strides=(2, 1))]:
        x, w, _, *how = case.args.values()
        rng = np.random.default_rng(case.size)
        shape = conv2d.output_shape(x, w, *(how or ((1, 1), NONE)))
        whole = not (x % 1).any()
        dy = rng.integers(1, 8, shape) * rng.choice([-1, 1], shape) if whole else rng.standard_normal(shape)
        args = {"x": x, "w": w, "dy": dy.astype(x.dtype), **dict(zip(("strides", "padding"), how))}
        made.append(Case(case.group, args))
    return made


def show(args):
    """x (1,1,3,1) = [[1 2 3]]   w (1,1,1,1) = [[1]]   stride 2, padding 0"""
    arrays = [message.argument(name, a) for name, a in args.items() if isinstance(a, np.ndarray) and a.any()]
    if "strides" not in args:
        return "   ".join([*arrays, "without strides, padding"])
    (SH, SW), ((top, bottom), (left, right)) = args["strides"], args["padding"]
    stride = f"stride {SH}" if SH == SW else f"strides {SH, SW}"
    around = (
        f"padding {top}"
        if top == bottom == left == right
        else f"padding {args['padding']}".replace(", ", ",")
    )
    return "   ".join([*arrays, f"{stride}, {around}"])


HINTS_FORWARD = (
    "Take pencil and paper: x = [1 2 3 4 5], a window of 3, stride 2. Which pixels does y[0] see, "
    "which y[1]? Where does the window of y[j] begin?",
    "y[n,i,j,f] = b[f] + the sum over kh, kw, c of  x[n, i*SH + kh, j*SW + kw, c] * w[kh, kw, c, f],\n"
    "with x padded by zeros first: np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0))).",
    "Seven loops (n, i, j, f, kh, kw, c; np.ndindex(N, OH, OW, F) is four of them), inside them one line:\n"
    "    y[n, i, j, f] += x[n, ..., ..., c] * w[kh, kw, c, f]        y begins as np.zeros(..., x.dtype)",
)

HINTS_BACKWARD = (
    "The pixel x[1] of the example in conv_forward's docstring is seen by two windows. If x[1] grows by 1, "
    "by how much does y[0] grow? And y[1]? "
    "So how much does the loss grow, if it grows by dy[0] for each 1 of y[0]?",
    "Every product of the forward pass, y[n,i,j,f] += x[at] * w[kh,kw,c,f], becomes two sums:\n"
    "    dx[at] += dy[n,i,j,f] * w[kh,kw,c,f]        dw[kh,kw,c,f] += dy[n,i,j,f] * x[at]",
    "The same seven loops as before, with zeros for dx (as large as the padded x), dw, db. After the loops:\n"
    "    return dx[:, top : top + H, left : left + W], dw, db",
)


def draw_edges(work, picture):
    """Runs where work.py is: the learner's convolution, four times over one photo."""
    x, w, b = picture[None], edge_filters(), np.zeros(4, np.float32)
    return work.conv_forward(x, w, b, (1, 1), ONE)[0]


def edge_filters():
    """(3, 3, 3, 4): upright edges, level edges, spots, the mean; the same for all three colours."""
    upright = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # Sobel & Feldman 1968
    spots = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
    filters = np.stack([upright, upright.T, spots, np.ones((3, 3))], axis=-1)  # (3, 3, 4)
    return np.repeat(filters[:, :, None] / 3, 3, axis=2).astype(np.float32)


def edges_right(picture):
    """What draw_edges should give."""
    return conv2d.forward_matrix(picture[None], edge_filters(), np.zeros(4, np.float32), (1, 1), ONE)[0]


LESSON = Lesson(
    title="Convolution",
    question="Why share weights?",
    minutes=60,
    tasks=[
        Task(
            "conv_forward",
            conv2d.forward_definition,
            cases,
            ("y",),
            mistakes.FORWARD,
            HINTS_FORWARD,
            explain=reads("x"),
            show=show,
        ),
        Task(
            "conv_backward",
            conv2d.backward_definition,
            gradient_cases,
            ("dx", "dw", "db"),
            mistakes.BACKWARD,
            HINTS_BACKWARD,
            explain=reads("dy"),
            show=show,
        ),
    ],
    payoff=Picture(
        "your own edge filters on a photo",
        draw_edges,
        edges_right,
        ("upright edges", "level edges", "spots", "mean of nine pixels"),
        seconds=15,
    ),
    race=Race(
        "conv_forward",
        {
            "x": np.random.default_rng(0).standard_normal((1, 16, 16, 3)).astype(np.float32),
            "w": np.random.default_rng(1).standard_normal((3, 3, 3, 8)).astype(np.float32),
            "b": np.zeros(8, np.float32),
        },
        {
            "minicnn, the definition": conv2d.forward_definition,
            "minicnn, one matrix product": conv2d.forward_matrix,
            "minicnn, compiled": conv2d.forward_compiled,
        },
    ),
)
