"""Lesson 07: the cases, the hints and the payoff; the classic mistakes stand in mistakes.py."""

from pathlib import Path

import numpy as np

from lessons import mine
from lessons.harness import tasks, wire
from lessons.harness.convolutions import LESS, MORE, NONE, ONE
from lessons.harness.data import batches, labels, pictures, pixels
from lessons.harness.explain import reads
from lessons.harness.payoff import Training
from lessons.harness.race import Race
from lessons.harness.tasks import Case, Lesson, Task
from minicnn.kernels import activations, conv2d, dense
from minicnn.kernels.threads import single_threaded_blas

LOOPS = tasks.find("06").task("conv_forward")  # conv_as_matmul must do the same
mistakes = wire.module_of(Path(__file__).with_name("mistakes.py"))

# ---------------------------------------------------------------- cases of im2col and col2im

SIZES = (  # x (N, H, W, C), window, strides, padding
    ((1, 1, 2, 1), (1, 1), (1, 1), NONE),
    ((1, 1, 3, 1), (1, 2), (1, 1), NONE),
    ((1, 3, 1, 1), (2, 1), (1, 1), NONE),
    ((1, 1, 1, 2), (1, 1), (1, 1), NONE),  # channels stay together
    ((2, 1, 2, 1), (1, 2), (1, 1), NONE),  # pictures stay apart
    ((1, 1, 2, 2), (1, 2), (1, 1), NONE),  # pixels first, then their channels
    ((1, 2, 3, 1), (2, 2), (1, 1), NONE),  # the docstring's example
    ((1, 3, 2, 1), (2, 2), (1, 1), NONE),
    ((1, 2, 3, 1), (1, 2), (1, 1), NONE),
    ((1, 3, 3, 1), (2, 2), (1, 1), NONE),
    ((2, 3, 4, 2), (3, 2), (1, 1), NONE),
    ((1, 1, 3, 1), (1, 1), (1, 2), NONE),
    ((1, 1, 4, 1), (1, 1), (1, 2), NONE),  # the last column is never seen
    ((1, 3, 3, 1), (1, 1), (2, 2), NONE),
    ((1, 3, 3, 1), (1, 1), (1, 2), NONE),  # the two strides differ
    ((1, 4, 5, 1), (2, 3), (2, 1), NONE),
    ((2, 5, 4, 2), (2, 2), (2, 2), NONE),  # the last row is never seen
    ((1, 1, 1, 1), (1, 2), (1, 1), ((0, 0), (1, 0))),
    ((1, 1, 1, 1), (2, 1), (1, 1), ((0, 1), (0, 0))),
    ((1, 2, 2, 1), (2, 2), (1, 1), ((1, 0), (0, 0))),
    ((1, 2, 2, 1), (3, 3), (1, 1), ONE),
    ((1, 2, 3, 2), (2, 3), (1, 1), LESS),
    ((2, 3, 2, 2), (3, 2), (2, 1), MORE),
    ((2, 5, 6, 3), (3, 3), (2, 2), MORE),
    ((1, 6, 6, 1), (2, 2), (3, 3), NONE),
    ((2, 6, 7, 2), (2, 2), (3, 3), NONE),  # between the windows something is never seen, too
)
BY_DEFAULT = 9  # the one of them that is called without strides and padding


def group_of(strides, padding):
    return "padding" if padding != NONE else "stride 1" if max(strides) == 1 else "larger strides"


def im2col_cases():
    """Pixels numbered through, so that each place of cols says where it comes from."""
    made = []
    for k, (shape, (KH, KW), strides, padding) in enumerate(SIZES):
        x = np.arange(1, 1 + np.prod(shape)).reshape(shape).astype("float64" if k % 4 == 3 else "float32")
        args = {"x": x, "KH": KH, "KW": KW, "strides": strides, "padding": padding}
        case = Case(group_of(strides, padding), args)
        made.append(case.without("strides", "padding") if k == BY_DEFAULT else case)
    x = np.random.default_rng(0).standard_normal((2, 3, 2, 1)).astype(np.float32)
    args = {"x": x, "KH": 2, "KW": 2, "strides": (1, 1), "padding": NONE}
    return [*made, Case(group_of(*list(args.values())[3:]), args)]  # signs, and what stands behind the point


def col2im_cases():
    """Random numbers in cols, so that no error hides in a sum."""
    made = []
    for case in im2col_cases():
        x, *how = case.args.values()
        shape = conv2d.im2col(x, *how).shape
        rng = np.random.default_rng([*shape, x.size])
        cols = rng.integers(1, 10, shape) if np.prod(shape) < 40 else rng.standard_normal(shape)
        args = {"cols": cols.astype(x.dtype), "x_shape": x.shape}
        made.append(Case(case.group, {**args, **dict(list(case.args.items())[1:])}))
    return made


def show(args):
    """x (1,1,3,1) = [[1 2 3]]   stride 1, padding 0   window 1 x 2"""
    pictures = f"x_shape {args['x_shape']}".replace(", ", ",") + "   " if "x_shape" in args else ""
    rest = {name: a for name, a in args.items() if name not in ("x_shape", "KH", "KW")}
    return f"{LOOPS.show(rest)}   {pictures}window {args['KH']} x {args['KW']}"


# ---------------------------------------------------------------- hints

IM2COL_HINTS = (
    "A window of 2 x 2 on a picture of 2 x 3. Which four pixels does the window at (0, 1) see? In which "
    "order do they stand in the docstring's example?",
    "cols[(n, i, j), (kh, kw, c)] = x[n, i*SH + kh, j*SW + kw, c], with x padded by zeros first; the row is "
    "n*OH*OW + i*OW + j.",
    "Three loops over n, i, j and one line:\n"
    "    cols[row] = x[n, i*SH : ..., j*SW : ..., :].ravel()\n"
    "or no loop: np.lib.stride_tricks.sliding_window_view(x, (KH, KW), axis=(1, 2)) is (N, ?, ?, C, KH, KW); "
    "take every SH-th and SW-th place, move C to the end, reshape.",
)

COL2IM_HINTS = (
    "Cover the numbers of the docstring's example with your hand. Pixel 5 (below the 2) was copied to two "
    "places of cols. Which?",
    "out[n, i*SH + kh, j*SW + kw, c] += cols[(n, i, j), (kh, kw, c)]: im2col's line, turned round.",
    "Zeros, as large as the padded pictures; three loops over n, i, j; inside them\n"
    "    out[n, i*SH : ..., j*SW : ..., :] += cols[row].reshape(KH, KW, C)\n"
    "After the loops: return out[:, top : top + H, left : left + W]. (Two loops, over kh and kw, are enough "
    "if you add all windows at once.)",
)


CONV_HINTS = (
    "One output is a sum of products of a window's numbers with a filter's. A matrix product is many such "
    "sums. If the windows are the rows on the left, what are the columns on the right?",
    "y = cols @ (w as a matrix (KH*KW*C, F)) + b: a row for each window (n, i, j), a column for each filter.",
    "cols = im2col(x, ...)\n    y = cols @ w.reshape(..., F) + b\n    return y.reshape(N, ..., ..., F)",
)


# ---------------------------------------------------------------- the payoff: a first convolutional network

TWO = (2, 2)
SAME_5, SAME_3 = ((1, 2), (1, 2)), ((0, 1), (0, 1))  # "same" padding: 32 -> 16 pixels, 16 -> 8 pixels


def initial(seed):
    """He initialization: numbers about sqrt(2 / inputs) large (lesson 12 says why)."""
    rng = np.random.default_rng(seed)
    shapes = {"w1": (5, 5, 3, 16), "w2": (3, 3, 16, 32), "w3": (8 * 8 * 32, 10)}
    draw = {n: rng.standard_normal(s) * np.sqrt(2 / np.prod(s[:-1])) for n, s in shapes.items()}
    draw |= {"b1": np.zeros(16), "b2": np.zeros(32), "b3": np.zeros(10)}
    return {name: a.astype(np.float32) for name, a in draw.items()}


def windows_backward(work, x, w, dy, padding):
    """dcols, dw, db of a convolution with stride 2: it is a dense layer on the windows, lesson 05's."""
    KH, KW, _, F = w.shape
    cols = work.im2col(x, KH, KW, TWO, padding)
    # forward was: y = cols @ w + b
    dcols, dw, db = mine("05", "dense_backward")(cols, w.reshape(-1, F), dy.reshape(-1, F))
    return dcols, dw.reshape(w.shape), db


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: two convolutions of the learner's, and lessons 03 and 05."""
    data = pictures(n_train, 0, dataset)
    x, right = pixels(data.x), labels(data.y, seed, shuffle)
    relu, relu_backward = mine("05", "relu_forward"), mine("05", "relu_backward")
    dense_forward, dense_backward = mine("05", "dense_forward"), mine("05", "dense_backward")
    loss_of, step = mine("03", "softmax_crossentropy"), mine("03", "sgd_step")
    p, grads = initial(seed), {}
    for at in batches(n_train, 32, 6, seed):
        z1 = work.conv_as_matmul(x[at], p["w1"], p["b1"], TWO, SAME_5)  # (32, 16, 16, 16)
        y1 = relu(z1)
        z2 = work.conv_as_matmul(y1, p["w2"], p["b2"], TWO, SAME_3)  # (32, 8, 8, 32)
        y2 = relu(z2)
        rows = y2.reshape(len(at), -1)
        _, dscores = loss_of(dense_forward(rows, p["w3"], p["b3"]), right[at])
        drows, grads["w3"], grads["b3"] = dense_backward(rows, p["w3"], dscores)
        dz2 = relu_backward(drows.reshape(y2.shape), z2, y2)
        dcols, grads["w2"], grads["b2"] = windows_backward(work, y1, p["w2"], dz2, SAME_3)
        dz1 = relu_backward(work.col2im(dcols, y1.shape, 3, 3, TWO, SAME_3), z1, y1)
        _, grads["w1"], grads["b1"] = windows_backward(work, x[at], p["w1"], dz1, SAME_5)
        p = {name: step(p[name], grads[name], 0.05) for name in p}
    return p


def maps_of(p, x):
    """What the first layer makes of pictures, by minicnn's own kernels."""
    return activations.relu(conv2d.forward_matrix(pixels(x), p["w1"], p["b1"], TWO, SAME_5))


def predict(p, data):
    """Scores of the test pictures, by minicnn's own kernels."""
    y2 = activations.relu(conv2d.forward_matrix(maps_of(p, data.x_test), p["w2"], p["b2"], TWO, SAME_3))
    return dense.forward_matrix(y2.reshape(len(y2), -1), p["w3"], p["b3"])


def draw_filters(p, data):
    """What training added to the sixteen filters of the first layer."""
    from minicnn import plots

    w = np.moveaxis(p["w1"] - initial(0)["w1"], -1, 0)
    low, high = w.min(axis=(1, 2, 3), keepdims=True), w.max(axis=(1, 2, 3), keepdims=True)
    title = f"What training added to the sixteen filters of 5 x 5, {data.label}"
    return plots.images((w - low) / (high - low), columns=8, title=title)


rng = np.random.default_rng(0)
PICTURE = {
    "x": rng.standard_normal((1, 16, 16, 3)).astype(np.float32),
    "w": rng.standard_normal((3, 3, 3, 8)).astype(np.float32),
    "b": np.zeros(8, np.float32),
}

LESSON = Lesson(
    title="im2col",
    question="Can a convolution be one matrix product?",
    minutes=50,
    tasks=[
        Task(
            "im2col", conv2d.im2col, im2col_cases, ("cols",), mistakes.IM2COL, IM2COL_HINTS,
            explain=reads("x"), show=show, views=True,
        ),
        Task(
            "col2im", conv2d.col2im, col2im_cases, ("dx",), mistakes.COL2IM, COL2IM_HINTS,
            explain=reads("cols"), show=show, views=True,
        ),
        Task(
            "conv_as_matmul", conv2d.forward_matrix, LOOPS.cases, ("y",), mistakes.CONV, CONV_HINTS,
            explain=reads("x"), show=LOOPS.show,
        ),
    ],
    payoff=Training(
        "a first convolutional network", train, initial, predict, draw_filters, n_train=10_000, seconds=40
    ),
    race=Race(
        "conv_as_matmul",
        PICTURE,
        {"minicnn, one matrix product": conv2d.forward_matrix, "minicnn, compiled": conv2d.forward_compiled},
        before=("06", "conv_forward"),
    ),
)  # fmt: skip
