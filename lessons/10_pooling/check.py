"""Lesson 10: the tasks, their hints and the payoff."""

from pathlib import Path

import numpy as np

from lessons import mine
from lessons.harness.data import batches, labels, pictures, pixels
from lessons.harness.explain import reads
from lessons.harness.payoff import Training
from lessons.harness.race import Race
from lessons.harness.tasks import Lesson, Task
from lessons.harness.wire import module_of
from minicnn.kernels import activations, conv2d, dense, pooling

cases, mistakes = (module_of(Path(__file__).with_name(f"{name}.py")) for name in ("cases", "mistakes"))

FORWARD_HINTS = (
    "x = [1 5 2 3 4], a window of 3, stride 2. Which pixels does window 0 hold, which window 1? What is the "
    "largest of each, and how many steps from the window's beginning does it stand?",
    "y[n,i,j,c] = the largest of x[n, i*SH + kh, j*SW + kw, c] over the window's kh and kw\n"
    "which[n,i,j,c] = kh * KW + kw of the first that is as large as that",
    "For each n, i, j, c (np.ndindex walks through all of them) the window is\n"
    "    x[n, i * SH : i * SH + KH, j * SW : j * SW + KW, c]\n"
    "np.argmax(window) counts its cells like words on a page and gives the first largest. "
    "which begins as np.zeros(y.shape, np.uint8).",
)

BACKWARD_HINTS = (
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
    figure = new_figure(870, 240)
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
        ax.set_title(f"filter {f}: {kept.size} kept,\n{kept.sum()} above 0", fontsize=SMALL)
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
            cases.forward,
            ("y", "which"),
            mistakes.FORWARD,
            FORWARD_HINTS,
            explain=explain_forward,
            calls=(pooling._cells,),
        ),
        Task(
            "maxpool_backward",
            pooling.max_backward_definition,
            cases.backward,
            ("dx",),
            mistakes.BACKWARD,
            BACKWARD_HINTS,
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
