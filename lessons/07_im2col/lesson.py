# %% [markdown]
# # 07 im2col: can a convolution be one matrix product?
#
# The loops of lesson 06 are right, and much too slow to learn with. Is the computer too slow for it?
#
# In this lesson you do the same multiplications in another order: you copy every window into a row of a
# matrix, and let one matrix product do the rest. At the end it trains your first convolutional network.
#
# **You will write** `im2col`, `col2im` and `conv_as_matmul` (about 50 minutes).
# **You need** lesson 06, and `dense_backward` of lesson 05.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import time

import numpy as np
from matplotlib import colormaps

from lessons import mine, show
from lessons.harness.clock import seconds
from lessons.harness.figures import animation, table
from minicnn.plots.figure import GREEN, ORANGE, SKY, TEXT, dress, new_figure

# %% [markdown]
# ## How fast can this computer multiply?
#
# We count multiplications. First in the loops of lesson 06, then in one product of two matrices, which NumPy
# hands to a library that people have tuned for decades.

# %%
rng = np.random.default_rng(0)
x = rng.standard_normal((1, 16, 16, 3)).astype(np.float32)
w = rng.standard_normal((3, 3, 3, 8)).astype(np.float32)
b = np.zeros(8, np.float32)
conv_loops = mine("06", "conv_forward")  # yours, once it passes its check; minicnn's until then
in_loops = 14 * 14 * 8 * 3 * 3 * 3 / seconds(conv_loops, x, w, b)

left = rng.standard_normal((1000, 1000)).astype(np.float32)
in_product = 1000**3 / seconds(np.matmul, left, left)

print(f"loops of lesson 06:   {in_loops / 1e6:12,.1f} million multiplications a second")
print(f"one matrix product:   {in_product / 1e6:12,.1f} million multiplications a second")
print(f"that is {in_product / in_loops:,.0f} times as many")

# %% [markdown]
# So the computer is fast enough; it is the loop in Python that is slow. **Can we say "convolution" in the
# only word that it does fast: matrix product?**
#
# ## The picture: every window becomes a row
#
# One output of a convolution is: the numbers of a window, times the numbers of a filter, added up. One number
# of a matrix product is: the numbers of a *row*, times the numbers of a *column*, added up. So write each
# window as a row, and each filter as a column.
#
# Here is a picture of 3 x 4 pixels with a window of 2 x 2. **The colour of a number says which pixel it is.**

# %%
picture = np.arange(1, 13).reshape(3, 4)
turbo = colormaps["turbo"]
palette = turbo(np.linspace(0.08, 0.92, 12))
palette = palette * 0.55 + 0.45  # lighter, so that black numbers can be read
colour_of = {pixel: palette[pixel - 1] for pixel in range(1, 13)}
filters = np.array([[1, 1], [0, 1], [0, 1], [0, 1]])  # two filters of 2 x 2, as columns

im2col = mine("07", "im2col")
cols = im2col(picture.reshape(1, 3, 4, 1).astype(np.float32), 2, 2).astype(int)
product = cols @ filters


def coloured(numbers):
    return [[colour_of[n] for n in row] for row in numbers]


def plain(numbers, colour="white"):
    return [[colour] * len(numbers[0])] * len(numbers)


figure = new_figure(720, 300)
axes = figure.subplots(1, 4, width_ratios=(4, 4, 2, 2))
table(axes[0], picture.tolist(), coloured(picture), "x: the picture")
table(axes[1], cols.tolist(), coloured(cols), "cols: a row for each window")
table(axes[2], filters.tolist(), plain(filters), "@  w: filters")
table(axes[3], product.tolist(), plain(product), "=  y")
show(figure, "07_patch_matrix")

# %% [markdown]
# Look for the pixel 6 in the middle: it stands in four rows, because four windows see it. Pixel 1, in the
# corner, stands in one. Each filter is a column of w: the first copies the top left pixel of the window, so
# the first column of y is the picture without its last row and column. The second adds the window up.
#
# The same slowly: the window slides, and writes row after row.


# %%
def slide(place):
    """The window at its ``place``-th stop, and the rows written so far."""
    i, j = divmod(place, 3)
    figure = new_figure(480, 250)
    left, right = figure.subplots(1, 2)
    seen = [[i <= r < i + 2 and j <= c < j + 2 for c in range(4)] for r in range(3)]
    shades = [[colour_of[picture[r, c]] if seen[r][c] else "0.93" for c in range(4)] for r in range(3)]
    table(left, picture.tolist(), shades, "the window")
    rows = [row if k <= place else [None] * 4 for k, row in enumerate(cols.tolist())]
    shades = [coloured([row])[0] if k <= place else ["white"] * 4 for k, row in enumerate(cols.tolist())]
    table(right, rows, shades, "cols")
    return figure


show(animation([slide(place) for place in range(6)], seconds=0.9), "07_sliding")

# %% [markdown]
# ## The number: one row, by hand
#
# Lesson 06 had `x = [1 2 3]`, a window `w = [10 1]`, a bias `b = 5`, and the outputs 17 and 28. As a matrix:
#
#     cols = [[1 2]    times   [[10]   =   [[12]    plus 5:   [17
#             [2 3]]            [1]]        [23]]              28]
#
# In code, for one row of pixels: each window is a slice of it, and the slices are stacked.


# %%
def windows_of(row, K, stride):
    """Every window of K pixels as a row."""
    starts = range(0, len(row) - K + 1, stride)
    return np.stack([row[start : start + K] for start in starts])


row = np.array([1.0, 2.0, 3.0])
print("cols =", windows_of(row, 2, 1).tolist())
print("y    =", (windows_of(row, 2, 1) @ np.array([10.0, 1.0]) + 5).tolist())

# %% [markdown]
# ## The formula
#
# With N pictures, C channels, F filters and OH x OW places for the window:
#
# $$ \underset{(N\,OH\,OW)\times F}{y} \;=\;
# \underset{(N\,OH\,OW)\times(KH\,KW\,C)}{\mathrm{cols}} \; \underset{(KH\,KW\,C)\times F}{w} \;+\; b $$
#
# where `cols[(n,i,j), (kh,kw,c)] = x[n, i*SH + kh, j*SW + kw, c]`. Nothing is computed in im2col; it only
# copies. And w needs no copying at all: (KH, KW, C, F) lies in memory in just this order, so `reshape` is
# enough.
#
# Is it the same as the loops?

# %%
conv_as_matmul = mine("07", "conv_as_matmul")
difference = np.abs(conv_as_matmul(x, w, b) - conv_loops(x, w, b)).max()
print(f"largest difference from lesson 06: {difference:.1e}")
assert difference < 1e-4

# %% [markdown]
# ## The way back: col2im
#
# On the way back, every number of cols gets its blame. A pixel was copied to several places, so it must
# collect from all of them: **col2im adds up what im2col copied**. Let the picture be all ones and send it
# there and back: what comes out is the number of copies.

# %%
col2im = mine("07", "col2im")
figure = new_figure(720, 270)
panels = figure.subplots(1, 3)
for axes, (K, stride) in zip(panels, ((2, 1), (3, 1), (3, 2))):
    ones = np.ones((1, 7, 7, 1), np.float32)
    count = col2im(im2col(ones, K, K, (stride, stride)), ones.shape, K, K, (stride, stride))[0, :, :, 0]
    shades = [[(1, 1 - v / 14, 1 - v / 10) for v in line] for line in count]
    table(axes, count.tolist(), shades, f"window {K} x {K}, stride {stride}")
figure.suptitle("How often does im2col copy each pixel?", fontsize=10)
show(figure, "07_copies")

# %% [markdown]
# So col2im does *not* undo im2col: it gives 4 times pixel 6, not pixel 6. What is it, then? Write im2col as a
# big matrix of zeros and ones: one row for each number of cols, with a 1 at the pixel it copies. Then col2im
# is that matrix turned round: **the transpose**. For any picture x and any numbers c in the shape of cols,
#
#     sum(im2col(x) * c)  =  sum(x * col2im(c))
#
# This is how you test a backward pass without any derivative. Random numbers are enough:

# %%
pictures = rng.standard_normal((2, 5, 6, 3))
around, steps = ((0, 1), (2, 1)), (2, 1)
copied = im2col(pictures, 3, 2, steps, around)
c = rng.standard_normal(copied.shape)
there = np.sum(copied * c)
back = np.sum(pictures * col2im(c, pictures.shape, 3, 2, steps, around))
print(f"sum(im2col(x) * c) = {there:.12f}")
print(f"sum(x * col2im(c)) = {back:.12f}")
assert abs(there - back) < 1e-9

# %% [markdown]
# ## A convolution's gradients, for nothing
#
# The convolution has become a dense layer on the windows. You have written the gradients of a dense layer, in
# lesson 05. So the backward pass of a convolution is three lines:


# %%
def conv_backward(x, w, dy, strides=(1, 1), padding=((0, 0), (0, 0))):
    """dx, dw, db by two matrix products and col2im."""
    KH, KW, _, F = w.shape
    cols = im2col(x, KH, KW, strides, padding)
    # forward was: y = cols @ w + b
    dcols, dw, db = mine("05", "dense_backward")(cols, w.reshape(-1, F), dy.reshape(-1, F))
    return col2im(dcols, x.shape, KH, KW, strides, padding), dw.reshape(w.shape), db


small_x, small_w = rng.standard_normal((2, 5, 6, 2)), rng.standard_normal((3, 2, 2, 4))
dy = rng.standard_normal((2, 2, 6, 4))
by_product = conv_backward(small_x, small_w, dy, (2, 1), ((0, 0), (1, 0)))
by_loops = mine("06", "conv_backward")(small_x, small_w, dy, (2, 1), ((0, 0), (1, 0)))
for name, one, other in zip(("dx", "dw", "db"), by_product, by_loops):
    print(f"{name}: largest difference from lesson 06 {np.abs(one - other).max():.1e}")
    assert np.abs(one - other).max() < 1e-9

# %% [markdown]
# ## Your turn
#
#     python -m lessons start 07      copies the exercise to lessons/07_im2col/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("07", im2col)`. Begin with loops over the windows;
# they are few. When all three pass, `python -m lessons payoff` trains your first convolutional network: two
# convolutions of yours, your relu, your dense layer, your loss.
#
# ## What it costs
#
# Nothing is free. A window of 3 x 3 copies nearly every pixel nine times. How large is cols, and where does
# the time go? A batch of 32 pictures of 32 x 32 pixels with 16 channels, and 32 filters:

# %%
conv_in = rng.standard_normal((32, 32, 32, 16)).astype(np.float32)
conv_w, conv_b = rng.standard_normal((3, 3, 16, 32)).astype(np.float32), np.zeros(32, np.float32)
one = ((1, 1), (1, 1))
cols = im2col(conv_in, 3, 3, (1, 1), one)
megabytes, more = conv_in.nbytes / 1e6, cols.nbytes / conv_in.nbytes
print(f"x {megabytes:.1f} MB, cols {cols.nbytes / 1e6:.1f} MB: {more:.0f} times")


def stages():
    """Seconds of each part of one convolution."""
    times = [time.perf_counter()]
    cols = im2col(conv_in, 3, 3, (1, 1), one)
    times.append(time.perf_counter())
    y = cols @ conv_w.reshape(-1, 32)
    times.append(time.perf_counter())
    y = y + conv_b
    times.append(time.perf_counter())
    return np.diff(times)


parts = dict(zip(("im2col", "the product", "+ b"), np.median([stages() for _ in range(9)], axis=0)))
whole = seconds(conv_as_matmul, conv_in, conv_w, conv_b, (1, 1), one)
in_loops_now = 32 * 32 * 32 * 32 * 3 * 3 * 16 / in_loops  # at the speed measured above
for name, t in parts.items():
    print(f"{name:<14} {1000 * t:10.1f} ms")
print(f"conv_as_matmul {1000 * whole:10.1f} ms")
print(f"as loops about {in_loops_now:10.1f} s: {in_loops_now / whole:,.0f} times as long")

figure = new_figure(620, 190)
axes = figure.subplots()
start = 0
for (name, t), colour in zip(parts.items(), (ORANGE, SKY, GREEN)):
    axes.barh(0, 1000 * t, left=1000 * start, color=colour)
    start += t
    if t > 0.1 * sum(parts.values()):
        axes.text(1000 * (start - t / 2), 0, name, ha="center", va="center", fontsize=TEXT)
    else:
        axes.text(1000 * start, 0, f" {name}", ha="left", va="center", fontsize=TEXT)  # too narrow for a word
axes.set_yticks([])
dress(axes, "Where the time of one convolution goes", "milliseconds", grid="x")
show(figure, "07_where_the_time_goes")

# %% [markdown]
# Copying does no arithmetic, and yet takes a good part of the time. Two ways lead on from here. Lesson 08
# needs no copies: it compiles the loops themselves. And minicnn makes only as much of cols as fits into the
# processor's cache, multiplies, and writes the next part over it.
#
# **In the framework**: [minicnn/kernels/conv2d.py](../../minicnn/kernels/conv2d.py), part 2, holds `im2col`,
# `col2im`, `forward_matrix` and `backward_matrix`, the functions of this lesson. The one with the cache
# is next door, [conv2d_compiled.py](../../minicnn/kernels/conv2d_compiled.py).
