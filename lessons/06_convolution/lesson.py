# %% [markdown]
# # 06 Convolution: why share weights?
#
# Until now, every output looked at every pixel, each through a weight of its own. So the network had to
# learn the same thing again for every place: a wheel on the left is other pixels than a wheel on the right.
#
# In this lesson you write the layer that learns a thing *once* and finds it *everywhere*.
#
# **You will write** `conv_forward` and `conv_backward`, as plain loops (about 60 minutes).
# **You need** lesson 05: forward, backward, and what a gradient is.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.clock import seconds
from lessons.harness.data import pictures
from lessons.harness.figures import animation, maps, table
from minicnn.kernels import conv2d
from minicnn.plots.figure import BLUE, SMALL, VERMILLION, dress, new_figure

# %% [markdown]
# ## How many weights?
#
# A CIFAR-10 picture has 32 x 32 pixels of 3 colours. Let a layer make 8 maps of 32 x 32 numbers from it.
# How many weights does it need, if every output sees every input? And if every output sees only a window of
# 3 x 3 pixels, and all places use the *same* window?

# %%
inputs, outputs = 32 * 32 * 3, 32 * 32 * 8
dense_weights = inputs * outputs
shared_weights = 3 * 3 * 3 * 8
print(f"every output sees every input: {dense_weights:>12,} weights")
print(f"one shared window of 3 x 3:    {shared_weights:>12,} weights")
print(f"that is {dense_weights / shared_weights:,.0f} times fewer")

# %% [markdown]
# Fewer weights need fewer examples. But there is a second reason, and it is more important: **what is learned
# in one place works in all places**. Try it. We draw a small cross, and look for it in two ways:
#
# - a *template* as large as the picture, as in lesson 02, with the cross in the middle;
# - a *window* of 5 x 5 with the cross in it, put at every place of the picture; the best place counts.
#
# Then the cross moves to the right, pixel by pixel.

# %%
cross = np.zeros((5, 5), np.float32)
cross[2, :] = cross[:, 2] = 1


def picture_with_cross(column):
    """A dark picture (21, 21) with the cross, its left edge at ``column``."""
    picture = np.zeros((21, 21), np.float32)
    picture[8:13, column : column + 5] = cross
    return picture


template = picture_with_cross(8)
columns = range(8, 17)
by_template, by_window = [], []
for column in columns:
    picture = picture_with_cross(column)
    by_template.append(np.sum(template * picture))
    windows = np.lib.stride_tricks.sliding_window_view(picture, (5, 5))  # every place, (17, 17, 5, 5)
    by_window.append(np.max(np.sum(windows * cross, axis=(2, 3))))

figure = new_figure(620, 300)
axes = figure.subplots()
moved = [column - 8 for column in columns]
axes.plot(moved, by_window, "o-", color=BLUE, label="window of 5 x 5, the best place")
axes.plot(moved, by_template, "s--", color=VERMILLION, label="template of 21 x 21")
axes.legend(fontsize=SMALL)
dress(axes, "The cross moves: who still finds it?", "pixels moved to the right", "score")
show(figure, "06_moved_cross")
print(
    f"moved by one pixel, the template keeps {by_template[1] / by_template[0]:.0%} of its score, "
    f"the window {by_window[1] / by_window[0]:.0%}"
)

# %% [markdown]
# ## The picture: a window slides
#
# Put the window on the picture, multiply what lies on top of each other, add it all up, write the sum down.
# Then move the window on. Three words more:
#
# - **padding**: zeros around the picture (grey), so that the window can stand on its edge;
# - **stride**: how far the window moves each time; here 2;
# - **filter**: the numbers in the window. A layer has many, and each makes a picture of its own.

# %%
x = np.array([[1, 0, 2, 1, 0], [0, 1, 1, 0, 2], [2, 0, 1, 3, 1], [1, 1, 0, 2, 0], [0, 2, 1, 0, 1]])
w = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
padded = np.pad(x, 1)
STRIDE = 2


def frame(place):
    """The window at its ``place``-th stop."""
    i, j = divmod(place, 3)
    figure = new_figure(560, 250)
    left, middle, right = figure.subplots(1, 3, width_ratios=(7, 3, 3))
    inside = np.pad(np.ones((5, 5), bool), 1)
    here = np.zeros((7, 7), bool)
    here[i * STRIDE : i * STRIDE + 3, j * STRIDE : j * STRIDE + 3] = True
    colours = [
        ["#9ecae1" if here[r, c] else "white" if inside[r, c] else "0.85" for c in range(7)] for r in range(7)
    ]
    table(left, padded.tolist(), colours, "x, padding 1")
    table(middle, w.tolist(), [["#9ecae1"] * 3] * 3, "w")
    y = np.full((3, 3), None, object)
    for k in range(place + 1):
        r, c = divmod(k, 3)
        y[r, c] = np.sum(padded[r * STRIDE : r * STRIDE + 3, c * STRIDE : c * STRIDE + 3] * w)
    last = [["#fdd0a2" if 3 * r + c == place else "white" for c in range(3)] for r in range(3)]
    table(right, y.tolist(), last, "y, stride 2")
    return figure


show(animation([frame(place) for place in range(9)], seconds=0.9), "06_sliding_window")

# %% [markdown]
# ## The number: one row, by hand
#
# Take a picture of one row, `x = [1 2 3]`, a window `w = [10 1]`, and a bias `b = 5` that is added to every
# output. There are two places for the window:
#
#     y[0] = 1*10 + 2*1 + 5 = 17
#     y[1] = 2*10 + 3*1 + 5 = 28
#
# In code, for one row with a stride. Read the index `j * stride + k` aloud: *the window of output j begins at
# j times the stride; inside the window, go k further.*


# %%
def conv_row(x, w, b, stride):
    """A convolution of one row of pixels."""
    outputs = (len(x) - len(w)) // stride + 1
    y = np.zeros(outputs, x.dtype)
    for j in range(outputs):
        y[j] = b
        for k in range(len(w)):
            y[j] += x[j * stride + k] * w[k]
    return y


row = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
print("stride 1:", conv_row(row[:3], np.array([10.0, 1.0]), 5, 1))
print("stride 2:", conv_row(row, np.array([10.0, 1.0]), 5, 2))

# %% [markdown]
# ## How large is the output?
#
# A window of K fits into a row of W pixels W - K + 1 times, if it moves by one. With padding the row is
# longer; with stride S only every S-th place is used:
#
#     OW = (W + left + right - K) // S + 1
#
# `//` drops the rest: a window that would hang over the end is not used. The table below is made by counting
# the places one by one, and compares the count with the formula.

# %%
print("  W  K  S  left right   counted  formula")
rows = [(5, 3, 1, 0, 0), (5, 3, 1, 1, 1), (5, 3, 2, 1, 1), (6, 3, 2, 0, 1), (32, 5, 2, 1, 2)]
for W, K, S, before, behind in rows:
    total = W + before + behind
    counted = len([start for start in range(0, total, S) if start + K <= total])
    formula = (W + before + behind - K) // S + 1
    print(f"{W:>3}{K:>3}{S:>3}{before:>6}{behind:>6}{counted:>10}{formula:>9}")
    assert counted == formula

# %% [markdown]
# The last line is the first layer of this project's network M3: 32 pixels, a window of 5, stride 2. To get 16
# outputs, three zeros are needed, and three cannot be shared evenly. So left and right may differ; that is
# why padding is given as `((top, bottom), (left, right))`.
#
# ## The formula
#
# The same for N pictures with C channels and F filters. Each filter sees *all* channels of its window:
#
# $$ y_{n,i,j,f} = b_f + \sum_{kh,\,kw,\,c} x_{n,\; i\,SH + kh,\; j\,SW + kw,\; c} \;\; w_{kh,\,kw,\,c,\,f} $$
#
# where x has its zeros around it already. Now look at what one filter can see. These four are written by
# hand; each is 3 x 3 and the same for all three colours.

# %%
data = pictures(0, 50)
ship = (data.x_test[1] / 255).astype(np.float32)
upright = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])  # dark on the left, light on the right
spots = np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])  # lighter than its neighbours
by_hand = np.stack([upright, upright.T, spots, np.ones((3, 3)) / 9], axis=-1)  # (3, 3, 4)
filters = np.repeat(by_hand[:, :, None] / 3, 3, axis=2).astype(np.float32)  # (3, 3, 3, 4)

conv_forward = mine("06", "conv_forward")  # yours, once it passes its check; minicnn's until then
y = conv_forward(ship[None], filters, np.zeros(4, np.float32), (1, 1), ((1, 1), (1, 1)))
names = ("upright edges", "level edges", "spots", "mean of nine")
show(maps(ship, y[0], names, f"Four filters of 3 x 3 on a picture from {data.label}"), "06_edges")

# %% [markdown]
# Grey is 0, white is positive, black is negative. Nobody will write such filters in the next lessons: the
# network finds its own, because we can tell each weight which way is better. That is the backward pass.
#
# ## Backwards: who gets the blame?
#
# `dy[n, i, j, f]` says how much the loss grows when `y[n, i, j, f]` grows by 1. Every product of the forward
# pass
#
#     y[n, i, j, f] += x[at] * w[kh, kw, c, f]
#
# tells both its factors what they did: if `x[at]` grows by 1, this product grows by `w`, so the loss by `dy *
# w`. If `w` grows by 1, the product grows by `x[at]`, so the loss by `dy * x[at]`:
#
#     dx[at]           += dy[n, i, j, f] * w[kh, kw, c, f]
#     dw[kh, kw, c, f] += dy[n, i, j, f] * x[at]
#     db[f]            += dy[n, i, j, f]
#
# It is `+=`, because a pixel is seen by *several* windows, and collects from all of them. By how many? Set
# all weights and all dy to 1, and dx is that count.

# %%
conv_backward = mine("06", "conv_backward")
one_window = np.ones((3, 3, 1, 1), np.float32)
figure = new_figure(560, 280)
for axes, stride, size in zip(figure.subplots(1, 2), (1, 2), (7, 7)):
    picture = np.ones((1, size, size, 1), np.float32)
    places = (size - 3) // stride + 1
    dy = np.ones((1, places, places, 1), np.float32)
    dx, _, _ = conv_backward(picture, one_window, dy, (stride, stride))
    count = dx[0, :, :, 0]
    shades = [[(1, 1 - v / 14, 1 - v / 10) for v in line] for line in count]
    table(axes, count.tolist(), shades, f"seen how often? stride {stride}")
show(figure, "06_windows_per_pixel")

# %% [markdown]
# With stride 1 a pixel in the middle belongs to nine windows, a corner to one. With stride 2 the counts make
# a pattern. A backward pass with `=` where `+=` belongs would give 1 everywhere.
#
# Is the formula true? Ask the function itself: move one number by a little, and see by how much the sum of
# `dy * y` changes. (Lesson 04 made a tool of this.)

# %%
rng = np.random.default_rng(0)
x, w, b = rng.standard_normal((1, 5, 4, 2)), rng.standard_normal((2, 3, 2, 3)), np.zeros(3)
dy = rng.standard_normal((1, 2, 1, 3))
dx, dw, db = conv_backward(x, w, dy, (2, 2))
step = 1e-5
for name, array, gradient, at in (("x", x, dx, (0, 2, 1, 0)), ("w", w, dw, (1, 2, 0, 1)), ("b", b, db, (2,))):
    array[at] += step
    above = np.sum(dy * conv_forward(x, w, b, (2, 2)))
    array[at] -= 2 * step
    below = np.sum(dy * conv_forward(x, w, b, (2, 2)))
    array[at] += step
    print(f"d{name}{at}: formula {gradient[at]:.8f}, slope {(above - below) / (2 * step):.8f}")
    assert abs(gradient[at] - (above - below) / (2 * step)) < 1e-6

# %% [markdown]
# ## Your turn
#
#     python -m lessons start 06      copies the exercise to lessons/06_convolution/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook, define the functions in a cell and ask for the same verdict:
#
#     from lessons import check
#     check("06", conv_forward)
#
# Begin with `conv_forward` for stride 1 and no padding; the check counts each kind of case for itself. If you
# are stuck, `python -m lessons hint` first asks a question, then gives the formula, then the shape of the
# line. When both functions pass, `python -m lessons payoff` puts your convolution to work on a photo.
#
# ## What it costs
#
# Loops in Python are slow. How long does one picture take, and how long would one pass over 50,000 pictures
# take?

# %%
picture, filters8 = ship[None], rng.standard_normal((3, 3, 3, 8)).astype(np.float32)
bias, around = np.zeros(8, np.float32), ((1, 1), (1, 1))
for name, function in (
    ("loops", conv2d.forward_definition),
    ("one matrix product", conv2d.forward_matrix),
    ("compiled", conv2d.forward_compiled),
):
    took = seconds(function, picture, filters8, bias, (1, 1), around, rounds=3)
    print(f"{name:<20} {1000 * took:9.2f} ms a picture, {50_000 * took / 60:9.1f} minutes for 50,000")

# %% [markdown]
# The loops are right, and too slow to learn with. The next lessons keep the result and change the order of
# the work: lesson 07 makes one matrix product of it, lesson 08 compiles it, lesson 09 multiplies less.
#
# **In the framework**: [minicnn/kernels/conv2d.py](../../minicnn/kernels/conv2d.py) begins with
# `forward_definition`, the function you have just written; the faster ones stand below it and in the files
# next door, and are tested against it.
