# %% [markdown]
# # 05 Backprop: how does blame travel back?
#
# A matrix of templates has one picture of a frog. To do better, a network needs a step in between: first find
# simple things, then combine them. But now the first weights are far away from the loss. How do they learn
# whether they were right? The answer is *backpropagation*, and it is simpler than its name: **every layer
# hands the blame for the loss back to the layer before it.**
#
# **You will write** `dense_forward`, `dense_backward`, `relu_forward`, `relu_backward` (about 50 minutes).
# **You need** lesson 03: loss, gradient, learning rate.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.data import batches, flat, labels, pictures
from minicnn import plots
from minicnn.kernels.threads import single_threaded_blas
from minicnn.plots.figure import BLUE, SMALL, VERMILLION, dress, new_figure

dense_forward, dense_backward = mine("05", "dense_forward"), mine("05", "dense_backward")  # yours, once they
relu_forward, relu_backward = mine("05", "relu_forward"), mine("05", "relu_backward")  # pass their check
softmax_crossentropy, sgd_step = mine("03", "softmax_crossentropy"), mine("03", "sgd_step")

# %% [markdown]
# ## The question: which weight is to blame?
#
# A chain of three machines. The first doubles, the second adds 3, the third multiplies by 5:
#
#     x = 4   ->  [ * 2 ]  ->  8   ->  [ + 3 ]  ->  11   ->  [ * 5 ]  ->  55
#
# If x grows by 1, how much does the end grow? Walk backwards. At the end it is 1 for 1. Before `* 5`, each 1
# is worth 5. Before `+ 3` it is still worth 5. Before `* 2` it is worth 10. Each machine needs to know only
# one thing: what it does to a *small change*. That is the chain rule, and the whole of backpropagation.

# %%
machines = {  # name: what it does, and its slope
    "* 2": (lambda v: v * 2, 2),
    "+ 3": (lambda v: v + 3, 1),
    "* 5": (lambda v: v * 5, 5),
}
value, values = 4.0, [4.0]
for forward, _ in machines.values():
    value = forward(value)
    values.append(value)
blame, blames = 1.0, [1.0]
for _, slope in reversed(machines.values()):
    blame = blame * slope
    blames.insert(0, blame)

figure = new_figure(720, 170)
axes = figure.subplots()
axes.set_axis_off()
axes.set_xlim(-0.6, 6.6)
axes.set_ylim(-1, 1)
for k, name in enumerate(machines):
    box = {"boxstyle": "round,pad=0.6", "facecolor": "0.93", "edgecolor": "0.5"}
    axes.text(2 * k + 1, 0, name, ha="center", va="center", bbox=box)
for k, (value, blame) in enumerate(zip(values, blames)):
    axes.text(2 * k, 0.35, f"{value:g} →", ha="center", color=BLUE)
    axes.text(2 * k, -0.5, f"← {blame:g}", ha="center", color=VERMILLION)
axes.text(-0.6, 0.75, "forward: the values", color=BLUE, fontsize=SMALL)
axes.text(-0.6, -0.95, "backward: what a 1 here is worth at the end", color=VERMILLION, fontsize=SMALL)
show(figure, "05_chain")


def run(x):
    """All machines, one after the other."""
    for forward, _ in machines.values():
        x = forward(x)
    return x


print(f"by the chain rule {blames[0]:g}, tried out: {run(5) - run(4):g}")

# %% [markdown]
# ## The formula: two machines for a network
#
# **Dense** is the scores of lesson 02: `y = x @ w + b`. Look at one product, `x[n, d] * w[d, f]`, which is
# added to `y[n, f]`. If `x[n, d]` grows by 1, this product grows by `w[d, f]`, so the loss grows by `dy[n, f]
# * w[d, f]`. But `x[n, d]` takes part in *every* output f of its picture, so the blame is collected from all
# of them:
#
#     dx[n, d] = sum over f of dy[n, f] * w[d, f]       a pixel collects from all outputs
#     dw[d, f] = sum over n of x[n, d] * dy[n, f]       a weight collects from all pictures
#     db[f]    = sum over n of dy[n, f]                 a bias as well
#
# The first two are matrix products, the third is a sum of rows.
#
# **ReLU** is `y = max(z, 0)`: it lets a positive number through as it is, and stops a negative one. Backward
# it does the same to the blame: where z was positive, dy goes through; where it was negative, nothing comes
# back, because a small change of z would have changed nothing.
#
#     dz = dy where z > 0, else 0
#
# Why is there a ReLU at all? Because two matrices in a row are one matrix: `(x @ w1) @ w2 = x @ (w1 @ w2)`.
# Without something bent in between, two layers can do no more than one. See it on a problem that no single
# matrix can do: a ring, and what is not the ring.

# %%
rng = np.random.default_rng(0)
points = rng.uniform(-1, 1, (400, 2))
inside = (np.abs(np.hypot(points[:, 0], points[:, 1]) - 0.6) < 0.22).astype(int)  # 1 on the ring, 0 elsewhere


@single_threaded_blas()  # as for train, below
def train_points(hidden, bent, steps=1500):
    """Two layers on the points; the weights. ``bent``: with a ReLU in between."""
    rng = np.random.default_rng(1)
    w1, b1 = rng.standard_normal((2, hidden)), np.zeros(hidden)
    w2, b2 = rng.standard_normal((hidden, 2)) * np.sqrt(2 / hidden), np.zeros(2)
    for _ in range(steps):
        z = dense_forward(points, w1, b1)
        y = relu_forward(z) if bent else z
        _, dscores = softmax_crossentropy(dense_forward(y, w2, b2), inside)
        dy, dw2, db2 = dense_backward(y, w2, dscores)
        dz = relu_backward(dy, z, y) if bent else dy
        _, dw1, db1 = dense_backward(points, w1, dz)
        w1, b1, w2, b2 = (sgd_step(w, dw, 0.5) for w, dw in ((w1, dw1), (b1, db1), (w2, dw2), (b2, db2)))
    return w1, b1, w2, b2


def scores_of(points, weights, bent):
    """The scores of points (N, 2)."""
    w1, b1, w2, b2 = weights
    z = dense_forward(points, w1, b1)
    return dense_forward(relu_forward(z) if bent else z, w2, b2)


side = np.linspace(-1, 1, 120)
grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
figure = new_figure(720, 330)
for axes, bent in zip(figure.subplots(1, 2), (False, True)):
    weights = train_points(32, bent)
    right = (scores_of(points, weights, bent).argmax(axis=1) == inside).mean()
    guess = scores_of(grid, weights, bent).argmax(axis=1).reshape(120, 120)
    axes.contourf(side, side, guess, levels=[-0.5, 0.5, 1.5], colors=["#fde0cf", "#cfe3f5"])
    for label, colour, marker in ((0, VERMILLION, "x"), (1, BLUE, "o")):
        axes.scatter(*points[inside == label].T, s=7, color=colour, marker=marker, linewidths=0.8)
    name = "with ReLU" if bent else "without ReLU"
    dress(axes, f"two layers {name}: {right:.0%} right", grid=None)
    axes.set_aspect("equal")
    print(f"two layers {name}: {right:.1%} of the points right; always 'outside': {(inside == 0).mean():.1%}")
show(figure, "05_bent")

# %% [markdown]
# ## The number: is the formula true?
#
# Never believe a gradient that was not tried out. Move one weight of a small dense layer by very little, and
# compare what the loss does with what `dense_backward` said. (The loss here is the sum of `dy * y` with
# random dy: then the blame that arrives at y is dy. All ones would not do: they hide mistakes that cancel out
# in the sum.)

# %%
x, w, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 2)), rng.standard_normal(2)
dy = rng.standard_normal((4, 2))
dx, dw, db = dense_backward(x, w, dy)
worst = 0.0
for d, f in np.ndindex(w.shape):
    above, below = w.copy(), w.copy()
    above[d, f] += 1e-6
    below[d, f] -= 1e-6
    slope = (np.sum(dy * dense_forward(x, above, b)) - np.sum(dy * dense_forward(x, below, b))) / 2e-6
    worst = max(worst, abs(slope - dw[d, f]))
    print(f"dw[{d},{f}]: formula {dw[d, f]:+.6f}, tried out {slope:+.6f}")
assert worst < 1e-6

# %% [markdown]
# ## The code: the network learns pictures
#
# Two layers: 3,072 numbers in, 64 in between, 10 scores out. Read the loop below once forward and once
# backward: the second half is the first half in reverse order, each line handing its blame to the line before
# it.

# %%
data = pictures(10_000, 2_000)
x, x_test = flat(data.x), flat(data.x_test)
HIDDEN = 64


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(y_right, epochs=8):
    """The test accuracy at the end, what training added to the first layer's weights, and the second's."""
    rng = np.random.default_rng(0)
    w1 = (rng.standard_normal((3072, HIDDEN)) * np.sqrt(2 / 3072)).astype(np.float32)
    w2 = (rng.standard_normal((HIDDEN, 10)) * np.sqrt(2 / HIDDEN)).astype(np.float32)
    start = w1
    b1, b2 = np.zeros(HIDDEN, np.float32), np.zeros(10, np.float32)
    for at in batches(len(x), size=50, epochs=epochs, seed=0):
        z = dense_forward(x[at], w1, b1)
        y = relu_forward(z)
        scores = dense_forward(y, w2, b2)
        _, dscores = softmax_crossentropy(scores, y_right[at])
        dy, dw2, db2 = dense_backward(y, w2, dscores)
        dz = relu_backward(dy, z, y)
        _, dw1, db1 = dense_backward(x[at], w1, dz)
        w1, b1, w2, b2 = (sgd_step(w, dw, 0.02) for w, dw in ((w1, dw1), (b1, db1), (w2, dw2), (b2, db2)))
    guess = dense_forward(relu_forward(dense_forward(x_test, w1, b1)), w2, b2).argmax(axis=1)
    return (guess == data.y_test).mean(), w1 - start, w2


accuracy, added, w2 = train(data.y)
control, _, _ = train(labels(data.y, seed=0, shuffle=True))
print(f"two layers: {accuracy:.1%} of the test pictures right ({data.label}); shuffled labels {control:.1%}")

# %% [markdown]
# What do the 64 numbers in between look for? Each has its own template of 3,072 weights. They began as noise;
# here is what training has *added* to them:

# %%
strongest = np.argsort(-np.abs(w2).sum(axis=1))[:20]
shown = added[:, strongest].T.reshape(20, 32, 32, 3)
low, high = (np.percentile(shown, q, axis=(1, 2, 3), keepdims=True) for q in (1, 99))
title = f"What training added to twenty templates, {data.label}"
show(plots.images(np.clip((shown - low) / (high - low), 0, 1), columns=10, title=title), "05_hidden")

# %% [markdown]
# Better than the one matrix of lesson 03, but every number in between still looks at every pixel, each
# through a weight of its own. What one of them learns about the upper left corner helps nobody in the lower
# right. Lesson 06 changes that.
#
# ## Your turn
#
#     python -m lessons start 05      copies the exercise to lessons/05_backprop/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("05", dense_backward)`.
# When all four pass, `python -m lessons payoff` trains the network of two layers with them.
#
# **In the framework**: `backward_matrix` in [minicnn/kernels/dense.py](../../minicnn/kernels/dense.py) and
# `relu_backward` in [minicnn/kernels/activations.py](../../minicnn/kernels/activations.py). The layer around
# them is [minicnn/layers/dense.py](../../minicnn/layers/dense.py), and it keeps x for the way back, just as
# your loop did.
