"""Lesson 10: the cases, the classic mistakes, the hints and the payoff."""

import numpy as np

from lessons import mine
from lessons.harness.data import batches, labels, pictures, pixels
from lessons.harness.explain import reads
from lessons.harness.payoff import Training
from lessons.harness.race import Race
from lessons.harness.tasks import Case, Lesson, Task, Wrong
from minicnn.kernels import activations, conv2d, dense, pooling


def group(pool, strides):
    """The heading a case is counted under."""
    if pool == strides:
        return "side by side"
    return "overlapping" if strides[0] < pool[0] or strides[1] < pool[1] else "gaps"


def by_hand(x, pool, strides, heading=None):
    """One picture of one channel, given as rows."""
    x = np.array(x, np.float32)[None, :, :, None]
    return Case(heading or group(pool, strides), {"x": x, "pool": pool, "strides": strides})


def drawn(N, H, W, C, pool, strides, dtype="float32", low=-9, high=10):
    """Whole numbers from ``low``; from so few that every window has some twice when ``high`` is low + 2."""
    rng = np.random.default_rng([N, H, W, C, *pool, *strides])
    x = rng.integers(low, high, (N, H, W, C)).astype(dtype)
    heading = "ties" if high == low + 2 else group(pool, strides)
    return Case(heading, {"x": x, "pool": pool, "strides": strides})


def cases():
    """Each is the smallest that shows one thing."""
    two, three = (2, 2), (3, 3)
    x = np.random.default_rng(10).standard_normal((2, 5, 5, 2)).astype(np.float32)
    return [
        by_hand([[1, 3, 2, 5]], (1, 2), (1, 2)),
        by_hand([[1], [3], [5], [2]], (2, 1), (2, 1)),
        by_hand([[-3, -1]], (1, 2), (1, 2)),  # nothing above 0: a maximum that starts at 0 is found
        by_hand([[-2e6, -1e6]], (1, 2), (1, 2)),  # and so is one that starts at -1000
        by_hand([[1.5, 2.75]], (1, 2), (1, 2)),
        by_hand([[1, 2], [4, 3]], two, two),
        by_hand([[1, 2, 5], [4, 3, 9]], two, two),  # the last column belongs to no window
        by_hand([[1, 0, 2], [2, 7, 0]], (2, 3), (2, 3)),  # a window that is not square
        by_hand([[5, 1], [2, 0], [6, 1]], (3, 2), (3, 2)),
        drawn(1, 1, 2, 2, (1, 2), (1, 2)),  # channels stay apart
        drawn(2, 1, 2, 1, (1, 2), (1, 2)),  # pictures stay apart
        drawn(1, 4, 6, 1, two, two),
        drawn(2, 4, 4, 2, two, two),
        drawn(2, 6, 5, 3, (3, 2), (3, 2), "float64"),
        by_hand([[1, 3, 2]], (1, 2), (1, 1)),
        by_hand([[1, 5, 2, 3, 4]], (1, 3), (1, 2)),
        by_hand([[1], [5], [2]], (2, 1), (1, 1)),
        by_hand([[1, 2, 0], [5, 3, 4]], two, (1, 1)),
        drawn(1, 4, 5, 1, two, (1, 2)),  # the strides differ
        drawn(1, 5, 4, 1, two, (2, 1)),
        drawn(1, 5, 5, 1, three, two),
        drawn(2, 5, 7, 2, three, two),
        Case(group(three, two), {"x": x, "pool": three, "strides": two}),  # no whole numbers
        drawn(3, 6, 5, 2, (3, 2), (1, 1), "float64"),
        drawn(1, 7, 7, 3, (2, 3), (1, 2), "float64"),
        by_hand([[4, 2, 3]], (1, 1), (1, 2)),
        drawn(1, 5, 4, 1, (2, 1), three),
        drawn(2, 7, 8, 2, two, three, "float64"),
        by_hand([[5, 5]], (1, 2), (1, 2), "ties"),
        by_hand([[0, 0], [0, 0]], two, two, "ties"),
        by_hand([[1, 2, 0], [5, 5, 4]], two, (1, 1), "ties"),  # the docstring's example
        drawn(1, 4, 4, 1, two, two, low=0, high=2),
        drawn(2, 5, 5, 2, three, two, low=0, high=2),
    ]


def gradient_cases():
    """The same windows, and a row of 300 pixels, which a byte cannot count; dy is random."""
    wide = drawn(1, 1, 300, 1, (1, 2), (1, 2))
    made = []
    for case in [*cases(), Case("wide picture", wide.args)]:
        x, pool, strides = case.args.values()
        _, which = pooling.max_forward(x, pool, strides)
        rng = np.random.default_rng(case.size)
        dy = rng.integers(1, 10, which.shape) * rng.choice([-1, 1], which.shape)
        dy = dy if (x % 1 == 0).all() else rng.standard_normal(which.shape)
        args = {"dy": dy.astype(x.dtype), "which": which, "x_shape": x.shape}
        made.append(Case(case.group, {**args, "pool": pool, "strides": strides}))
    return made


# ---------------------------------------------------------------- the classic mistakes

STRIDES, SHAPE = "= x.shape, pool, strides", "output_shape(x.shape, pool, strides, padding)"
FIRST = "np.argmax(window)"
CELL = "(h + kh - (i * SH - top)) * KW + (w + kw - (j * SW - left))"

FORWARD_MISTAKES = [
    Wrong(
        "the maximum starts at 0, so a window of negative numbers gives 0: start with its first cell.",
        [(FIRST, "np.argmax(np.maximum(window, 0))"), ("= window[kh, kw]", "= max(window[kh, kw], 0)")],
    ),
    Wrong(
        "where several cells are equally large the last one is taken; the first must be. >= for >?",
        [(FIRST, "window.size - 1 - np.argmax(window[::-1, ::-1])")],
    ),
    Wrong("that is the smallest number of each window, not the largest.", [(FIRST, "np.argmin(window)")]),
    Wrong(
        "the sign is dropped before the numbers are compared: -9 is less than 1.",
        [(FIRST, "np.argmax(np.abs(window))")],
    ),
    Wrong(
        "the window moves by its own size; it must move by the strides.",
        [(STRIDES, "= x.shape, pool, pool")],
    ),
    Wrong(
        "the window moves by one pixel each time; it must move by the strides.",
        [(STRIDES, "= x.shape, pool, (1, 1)")],
    ),
    Wrong(
        "the two strides have changed places.",
        [(STRIDES, "= x.shape, pool, strides[::-1]"), (SHAPE, SHAPE.replace("strides", "strides[::-1]"))],
    ),
    Wrong(
        "the window's height and width have changed places.",
        [(STRIDES, "= x.shape, pool[::-1], strides"), (SHAPE, SHAPE.replace("pool", "pool[::-1]"))],
    ),
    Wrong(
        "which counts the window's cells down the columns; it must count along the rows: kh * KW + kw.",
        [(CELL, "kw * KH + kh")],
    ),
    Wrong(
        "which is kh * KH + kw: a row of the window has KW cells, so it is kh * KW + kw.",
        [(CELL, "kh * KH + kw")],
    ),
    Wrong(
        "which counts the pixels of the whole picture; it must count the cells of the window.",
        [(CELL, "(h + kh) * W + w + kw")],
    ),
    Wrong("the first channel is used for all of them.", [("w:w_end, c]", "w:w_end, 0]")]),
    Wrong("the first picture is used for all of them.", [("window = x[n,", "window = x[0,")]),
    Wrong("y and which have changed places in the return.", [("return y, which", "return which, y")]),
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: np.zeros(..., x.dtype) for y.",
        [("= window[kh, kw]", "= int(window[kh, kw])")],
    ),
]


def to_the_whole_window(dy, which, x_shape, pool, strides):
    (KH, KW), (SH, SW) = pool, strides
    dx = np.zeros(x_shape, dy.dtype)
    for n, i, j, c in np.ndindex(dy.shape):
        dx[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c] += dy[n, i, j, c]
    return dx


def in_equal_parts(dy, which, x_shape, pool, strides):
    return pooling.average_backward_definition(dy, x_shape, pool, strides)


AS_A_BYTE = [
    Wrong(
        "a cell of which is a byte, and i * SH + kh stays one: it ends at 255. Take int(which[n, i, j, c]).",
        [("int(which[n, i, j, c])", "which[n, i, j, c]")],
    ),
]
if (np.uint8(0) + 1).dtype != np.uint8:  # NumPy 1 makes a larger type of it, and nothing goes wrong
    AS_A_BYTE.clear()

BACKWARD_MISTAKES = [
    Wrong(
        "dx is overwritten, not added to: a pixel can win in several windows. = for +=?",
        [("+= dy", "= dy")],
    ),
    Wrong(
        "the strides are missing: the window of output (i, j) begins at (i * SH, j * SW).",
        [("i * SH", "i"), ("j * SW", "j")],
    ),
    Wrong(
        "the windows are found by their own size; they stand a stride apart.",
        [("= pool[1], strides, *padding", "= pool[1], pool, *padding")],
    ),
    Wrong(
        "the two strides have changed places.",
        [("= pool[1], strides, *padding", "= pool[1], strides[::-1], *padding")],
    ),
    Wrong("which is not used: all blame goes to the first cell of the window.", [("+ kh", ""), ("+ kw", "")]),
    Wrong(
        "every cell of the window gets dy; only the largest moved y, so only that one gets it.",
        function=to_the_whole_window,
    ),
    Wrong(
        "every cell of the window gets an equal part of dy: that is average pooling.",
        function=in_equal_parts,
    ),
    Wrong(
        "the cell is divided by the window's height: a row has KW cells, so kh, kw = divmod(cell, KW).",
        [("= pool[1], strides", "= pool[0], strides")],
    ),
    Wrong("kh and kw have changed places: divmod(cell, KW) gives the row first.", [("kh, kw =", "kw, kh =")]),
    *AS_A_BYTE,
    Wrong(
        "what stands behind the point is lost in an array of whole numbers: np.zeros(x_shape, dy.dtype).",
        [("(x_shape, dy.dtype)", "(x_shape, int)"), ("return dx", "return dx.astype(dy.dtype)")],
    ),
    Wrong("the first picture gets the blame of all of them.", [("dx[n,", "dx[0,")]),
    Wrong("the first channel gets the blame of all of them.", [("+ kw, c]", "+ kw, 0]")]),
    Wrong(
        "dx is divided by N: dy is already the gradient of the mean loss.",
        [("return dx", "return dx / dx.dtype.type(len(dy))")],
    ),
]

HINTS_FORWARD = (
    "x = [1 5 2 3 4], a window of 3, stride 2. Which pixels does window 0 hold, which window 1? What is the "
    "largest of each, and how many steps from the window's beginning does it stand?",
    "y[n,i,j,c] = the largest of x[n, i*SH + kh, j*SW + kw, c] over the window's kh and kw\n"
    "which[n,i,j,c] = kh * KW + kw of the first that is as large as that",
    "For each n, i, j, c (np.ndindex walks through all of them) the window is\n"
    "    x[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c]\n"
    "np.argmax(window) counts its cells like words on a page and gives the first largest. "
    "which begins as np.zeros(y.shape, np.uint8).",
)

HINTS_BACKWARD = (
    "A window holds 1 5 2, so y = 5. If the 5 grows a little, by how much does y grow? And if the 2 grows a "
    "little? Who can be blamed for y?",
    "With kh, kw = the row and column of cell which[n,i,j,c]:\n"
    "    dx[n, i*SH + kh, j*SW + kw, c] += dy[n,i,j,c]          everything else stays 0",
    "dx = np.zeros(x_shape, dy.dtype), then for each n, i, j, c two lines:\n"
    "    kh, kw = divmod(int(which[n, i, j, c]), ...)\n"
    "    dx[n, ..., ..., c] += ...",
)


def explain_forward(problem):
    """For a wrong cell: what stands there. For a wrong maximum: which pixels it was taken from."""
    if problem.output != "which":
        return reads("x")(problem)
    x, pool, (SH, SW) = problem.args.values()
    n, i, j, c = problem.index

    def cell(k):
        kh, kw = divmod(int(k), pool[1])
        if not 0 <= k < pool[0] * pool[1]:
            return f"there is no cell {int(k)}"
        h, w = i * SH + kh, j * SW + kw
        return f"cell {int(k)} is x[{n},{h},{w},{c}] = {x[n, h, w, c]:g}"

    right, yours = problem.expected[problem.index], problem.got[problem.index]
    return f"window ({i},{j}): {cell(right)}; yours: {cell(yours)}"


# ---------------------------------------------------------------- the payoff: a small network that pools

FILTERS, THIRDS = 8, (3, 3)
AROUND = ((1, 2), (1, 2))  # for a window of 5 and stride 2: 32 pixels become 16


def initial(seed):
    """The weights before training: 16 x 16 numbers of 8 filters, pooled to 5 x 5."""
    rng = np.random.default_rng(seed)
    D = 5 * 5 * FILTERS
    w1, w2 = rng.standard_normal((5, 5, 3, FILTERS)), rng.standard_normal((D, 10))
    return {"w1": (w1 * np.sqrt(2 / 75)).astype(np.float32), "b1": np.zeros(FILTERS, np.float32),
            "w2": (w2 * np.sqrt(1 / D)).astype(np.float32), "b2": np.zeros(10, np.float32)}  # fmt: skip


def train(work, seed, n_train, dataset, shuffle):
    """Runs where work.py is: the learner's pooling, between minicnn's convolution and a dense layer."""
    data = pictures(n_train, 0, dataset)
    x, right = pixels(data.x), labels(data.y, seed, shuffle)
    dense_forward, dense_backward = mine("05", "dense_forward"), mine("05", "dense_backward")
    relu_forward, relu_backward = mine("05", "relu_forward"), mine("05", "relu_backward")
    loss_of, step = mine("03", "softmax_crossentropy"), mine("03", "sgd_step")
    weights = initial(seed)
    for at in batches(n_train, 20, 3, seed):
        z = conv2d.forward(x[at], weights["w1"], weights["b1"], (2, 2), AROUND)
        r = relu_forward(z)
        y, which = work.maxpool_forward(r, THIRDS, THIRDS)
        rows = y.reshape(len(y), -1)
        _, dscores = loss_of(dense_forward(rows, weights["w2"], weights["b2"]), right[at])
        grads = {}
        drows, grads["w2"], grads["b2"] = dense_backward(rows, weights["w2"], dscores)
        dr = work.maxpool_backward(drows.reshape(y.shape), which, r.shape, THIRDS, THIRDS)
        dz = relu_backward(dr, z, r)
        _, grads["w1"], grads["b1"] = conv2d.backward(x[at], weights["w1"], dz, (2, 2), AROUND)
        weights = {name: step(weights[name], grads[name], 0.05) for name in weights}
    return weights


def maps_of(weights, x):
    """What the filters find in pictures (N, 32, 32, 3), (N, 16, 16, 8), by minicnn's own kernels."""
    return activations.relu(conv2d.forward(pixels(x), weights["w1"], weights["b1"], (2, 2), AROUND))


def predict(weights, data):
    """Scores of the test pictures, by minicnn's own kernels."""
    y, _ = pooling.max_forward(maps_of(weights, data.x_test), THIRDS, THIRDS)
    return dense.forward_matrix(y.reshape(len(y), -1), weights["w2"], weights["b2"])


def draw_kept(weights, data):
    """One photo, the four filters it excites most, and the pixels that were kept of each."""
    from minicnn.plots.figure import ORANGE, SMALL, TITLE, new_figure

    r = maps_of(weights, data.x_test[1:2])
    y, which = pooling.max_forward(r, THIRDS, THIRDS)
    strongest = np.argsort(-y[0].sum(axis=(0, 1)))[:4]
    figure = new_figure(870, 220)
    figure.suptitle(f"What your pooling kept of a picture from {data.label}", fontsize=TITLE)
    photo, *axes = figure.subplots(1, 5)
    photo.imshow(data.x_test[1])
    photo.set_title("the picture", fontsize=SMALL)
    for ax, f in zip(axes, strongest):
        kh, kw = np.divmod(which[0, :, :, f].astype(int), THIRDS[1])
        rows, columns = np.indices(kh.shape) * 3 + (kh, kw)
        kept = y[0, :, :, f] > 0
        ax.imshow(r[0, :, :, f], cmap="gray")
        ax.scatter(columns[kept], rows[kept], s=9, color=ORANGE)
        ax.set_title(f"filter {f}: {kept.sum()} of 256 kept", fontsize=SMALL)
    for ax in (photo, *axes):
        ax.set_axis_off()
    return figure


LESSON = Lesson(
    title="Pooling",
    question="What may be thrown away?",
    minutes=45,
    tasks=[
        Task(
            "maxpool_forward",
            pooling.max_forward_definition,
            cases,
            ("y", "which"),
            FORWARD_MISTAKES,
            HINTS_FORWARD,
            explain=explain_forward,
            calls=(pooling._cells,),
        ),
        Task(
            "maxpool_backward",
            pooling.max_backward_definition,
            gradient_cases,
            ("dx",),
            BACKWARD_MISTAKES,
            HINTS_BACKWARD,
            explain=reads("dy"),
        ),
    ],
    payoff=Training(
        "a small network with your pooling", train, initial, predict, draw_kept, n_train=2_000, seconds=60
    ),
    race=Race(
        "maxpool_forward",
        {
            "x": np.random.default_rng(0).standard_normal((4, 32, 32, 8)).astype(np.float32),
            "pool": (2, 2),
            "strides": (2, 2),
        },
        {
            "minicnn, the definition": pooling.max_forward_definition,
            "minicnn, compiled": pooling.max_forward_compiled,
        },
    ),
)
