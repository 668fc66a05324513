# %% [markdown]
# # 10 Pooling: what may be thrown away?
#
# A layer with 8 filters makes 32 x 32 x 8 numbers of a picture. The answer is one word out of ten. So on the
# way nearly everything must be thrown away, and the art is to throw away the right things.
#
# In this lesson you write the layer that keeps one number of every window: the largest.
#
# **You will write** `maxpool_forward` and `maxpool_backward` (about 45 minutes).
# **You need** lesson 06: a window that slides over a picture, with a stride, and blame that goes back.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import time

import numpy as np

from lessons import mine, show
from lessons.harness.data import pictures
from lessons.harness.places import LESSONS
from lessons.harness.wire import module_of
from minicnn import Sequential, layers, set_random_seed
from minicnn.kernels import conv2d

figures = module_of(LESSONS / "10_pooling/figures.py")  # what only draws
maxpool_forward = mine("10", "maxpool_forward")  # yours, once it passes its check; minicnn's until then
maxpool_backward = mine("10", "maxpool_backward")

# %% [markdown]
# ## Three ways to make a picture smaller
#
# A filter looks for upright edges, as in lesson 06. It gives 32 x 32 numbers: how strong is the edge here? We
# want 8 x 8 numbers, one for each window of 4 x 4. Which one?
#
# - the **first** of each window: take every fourth pixel (that is what a stride of 4 does);
# - the **mean** of the window;
# - the **largest** of the window.

# %%
data = pictures(0, 200)
upright = np.repeat(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[:, :, None, None], 3, axis=2) / 3


def edges(x):
    """How strong the upright edges of pictures (N, 32, 32, 3) are: (N, 32, 32, 1), never negative."""
    x = (x / 255).astype(np.float32)
    x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")  # no edge where the picture ends
    return np.abs(conv2d.forward(x, upright.astype(np.float32), np.zeros(1, np.float32)))


def windows(x):
    """(N, 32, 32, 1) -> (N, 8, 8, 16): the 16 cells of each window."""
    return x.reshape(len(x), 8, 4, 8, 4).transpose(0, 1, 3, 2, 4).reshape(len(x), 8, 8, 16)


ways = {
    "first": lambda x: windows(x)[..., 0],
    "mean": lambda x: windows(x).mean(axis=-1),
    "largest": lambda x: maxpool_forward(x, (4, 4), (4, 4))[0][..., 0],
}

ship = data.x_test[1:2]
strong = edges(ship)
panels = {"the picture": ship[0], "upright edges": strong[0, :, :, 0]}
panels |= {f"the {name}": way(strong)[0] for name, way in ways.items()}
title = f"32 x 32 edges, three times 8 x 8 ({data.label})"
show(figures.small_pictures(panels, strong.max(), title), "10_three_ways")
for name, way in ways.items():
    print(f"the {name:<8} the strongest edge keeps {way(strong).max() / strong.max():4.0%} of its strength")

# %% [markdown]
# The *first* is a lottery: an edge that does not stand on every fourth pixel is gone. The *mean* washes
# strong edges out, because most of a window is not edge. The *largest* says: **there is a strong edge
# somewhere in this window.** What it throws away is *where* in the window, and which weaker ones there are.
#
# Is it good to forget the place? Move all pictures to the right by one pixel, by two, by three. To us they
# show the same things. How much do the 8 x 8 numbers change?

# %%
moved, changes = range(5), {}
still = edges(data.x_test[:, :, 4:-4])
still = np.pad(still, ((0, 0), (0, 0), (4, 4), (0, 0)))  # room to move: np.roll brings back only zeros
for name, way in ways.items():
    before = way(still)
    after = [way(np.roll(still, pixels, axis=2)) for pixels in moved]
    change = [np.linalg.norm(each - before) / np.linalg.norm(before) for each in after]
    changes[name] = change
    print(f"moved by one pixel, the {name:<8} changes by {change[1]:4.0%}, moved by four by {change[4]:4.0%}")
show(figures.moved(moved, changes), "10_moved")

# %% [markdown]
# After one pixel the *first* has mostly other numbers, because the edges have left its pixels and others have
# come; the *mean* and the *largest* keep more. For a network that looks for cats this is what we want: a
# cat one pixel further right is the same cat. After four pixels each window holds what its neighbour held,
# and all three have changed. (Lesson 14 is about larger moves.)
#
# The mean is steady too. But it says "on average some edge", and that is hard to tell from weak edges
# everywhere. What is better in a network? That is not decided by thinking; at the end of this lesson three
# networks try.
#
# ## The number: one row, by hand
#
# A row of five pixels, windows of three, stride 2. The windows overlap: both see the 2 in the middle.
#
#     x = [1 5 2 3 4]
#     window 0: 1 5 2   the largest is 5, it stands in cell 1
#     window 1: 2 3 4   the largest is 4, it stands in cell 2
#
# So `y = [5 4]`. We also note *which* cell it was, `which = [1 2]`: on the way back somebody will ask. In
# code, for one row:


# %%
def maxpool_row(x, size, stride):
    """Max pooling of one row of pixels."""
    outputs = (len(x) - size) // stride + 1
    y, which = np.zeros(outputs, x.dtype), np.zeros(outputs, np.uint8)
    for j in range(outputs):
        window = x[j * stride : j * stride + size]
        which[j] = np.argmax(window)  # the place of the first largest
        y[j] = window[which[j]]
    return y, which


row = np.array([1, 5, 2, 3, 4])
for size, stride in ((3, 2), (2, 2), (2, 1)):
    y, which = maxpool_row(row, size, stride)
    print(f"windows of {size}, stride {stride}:   y = {y}   which = {which}")

# %% [markdown]
# There are no weights in this layer: nothing to learn, nothing to multiply.
#
# ## The formula
#
# $$ y_{n,i,j,c} = \max_{kh,\,kw} \; x_{n,\; i\,SH + kh,\; j\,SW + kw,\; c} $$
#
# The same places as in a convolution, `i * SH + kh` and `j * SW + kw`, and the same output size. But every
# channel stays by itself: 8 channels in, 8 channels out. A cell of the window is written down as one number,
# counted like words on a page:
#
#     which[n, i, j, c] = kh * KW + kw            and back:   kh, kw = divmod(which, KW)
#
# One number from 0 to 8 for a window of 3 x 3. A single byte (`np.uint8`) is enough for that.
#
# ## Backwards: the winner takes the blame
#
# If y = 5 because the window holds 1 5 2, who is to blame for y? If the 5 grows a little, y grows as much. If
# the 2 grows a little, nothing happens at all. So the slope is 1 for the winner, and 0 for everybody else:
#
#     dx[n, i*SH + kh, j*SW + kw, c] += dy[n, i, j, c]         with kh, kw from which[n, i, j, c]
#
# It is `+=`, because windows that overlap can have the same winner. In the figure each window has a colour;
# its winner wears it.

# %%
x = [[8, 1, 0, 3, 1], [0, 4, 1, 2, 5], [3, 1, 6, 0, 2], [1, 2, 0, 1, 3], [5, 0, 1, 7, 2]]
x = np.array(x, np.float32)
dy = np.array([[[10, 1], [2, 20]]], np.float32)[..., None]
y, which = maxpool_forward(x[None, :, :, None], (3, 3), (2, 2))
dx = maxpool_backward(dy, which, (1, 5, 5, 1), (3, 3), (2, 2))
show(figures.routing(x, y[0, :, :, 0], which[0, :, :, 0], dy[0, :, :, 0], dx[0, :, :, 0]), "10_routing")
print("blame in, sum of dy:", int(dy.sum()), "   blame out, sum of dx:", int(dx.sum()))

# %% [markdown]
# Four windows of 3 x 3 with stride 2. The 6 in the middle belongs to all four, wins two of them, and collects
# from both: 1 + 2. What has no colour gets nothing. No blame is lost, and none is invented.
#
# Is it true? Ask the function itself, as in lesson 04: move each pixel a little, and see what happens to the
# sum of `dy * y`.

# %%
x64, dy64 = x.astype(np.float64)[None, :, :, None], dy.astype(np.float64)
slopes = np.zeros((5, 5))
for at in np.ndindex(5, 5):
    above, below = x64.copy(), x64.copy()
    above[0, *at, 0] += 1e-3
    below[0, *at, 0] -= 1e-3
    ends = [np.sum(dy64 * maxpool_forward(each, (3, 3), (2, 2))[0]) for each in (above, below)]
    slopes[at] = (ends[0] - ends[1]) / 2e-3
print(slopes.round(6))
assert np.abs(slopes - dx[0, :, :, 0]).max() < 1e-6

# %% [markdown]
# ## Two winners?
#
# What if the largest number is there twice? Then somebody must decide, and everybody must decide alike: **the
# first one wins**. If every winner got the blame, more blame would go out than came in. Pictures after a ReLU
# have many equal numbers, because everything negative has become 0. Let us count.

# %%
x = (data.x_test / 255).astype(np.float32)
signed = conv2d.forward(x, upright.astype(np.float32), np.zeros(1, np.float32))
after_relu = np.maximum(signed, 0)
N, H, W, _ = after_relu.shape
cells = after_relu.reshape(N, H // 2, 2, W // 2, 2).transpose(0, 1, 3, 2, 4).reshape(N, H // 2, W // 2, 4)
largest = cells.max(axis=-1)
several = (cells == largest[..., None]).sum(axis=-1) > 1
print(f"windows of 2 x 2 in which several cells are the largest: {several.mean():.1%}")
print(f"of these, the largest is 0 in {(largest[several] == 0).mean():.1%}")

# %% [markdown]
# Nearly always the tie is among zeros, and there it does not matter who gets the blame: the ReLU before it
# stops it (lesson 05). The rule is needed all the same. Two programs with different rules would have
# different weights after the first step, and nobody could say whether one of them is wrong.
#
# ## Your turn
#
#     python -m lessons start 10      copies the exercise to lessons/10_pooling/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook, define the functions in a cell and ask for the same verdict:
#
#     from lessons import check
#     check("10", maxpool_forward)
#
# When both pass, `python -m lessons payoff` trains a small network with your pooling in it, and shows on a
# photo which pixels it kept. `python -m lessons race` puts your function against minicnn's.
#
# ## Does it pay? Pooling against stride 2
#
# There is a cheaper way to get smaller pictures: a convolution with stride 2. It computes only a quarter of
# the outputs. Pooling computes all of them, and throws three quarters away. Is that not a waste? Three
# networks with the same number of weights try, on the same pictures, each from three random starts:
#
# - **max pooling**: convolution, then the largest of each 2 x 2;
# - **mean pooling**: convolution, then the mean of each 2 x 2;
# - **stride 2**: convolution with stride 2, no pooling.
#
# And because stride 2 is so much faster, a fourth: **stride 2, four times as many epochs**.

# %%
train_data, EPOCHS = pictures(5_000, 2_000), 3
x_train, x_test = ((x / 255).astype(np.float32) * 4 - 2 for x in (train_data.x, train_data.x_test))
CONTESTANTS = {  # name: what follows each convolution, epochs
    "max pooling": (layers.MaxPooling2D, EPOCHS),
    "mean pooling": (layers.AveragePooling2D, EPOCHS),
    "stride 2": (None, EPOCHS),
    "stride 2, longer": (None, 4 * EPOCHS),
}


def network(pool):
    """Two convolutions, each followed by something that halves the picture; then ten scores."""
    made = [layers.Input((32, 32, 3))]
    for filters in (8, 16):
        step = 1 if pool else 2
        made.append(layers.Conv2D(filters, 3, strides=step, padding="same", activation="relu"))
        made += [pool()] if pool else []
    return Sequential([*made, layers.Flatten(), layers.Dense(10, activation="softmax")])


found = {name: ([], []) for name in CONTESTANTS}  # test accuracies, seconds
for seed in range(3):
    for name, (pool, epochs) in CONTESTANTS.items():
        set_random_seed(seed)
        net = network(pool)
        net.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
        start = time.perf_counter()
        net.fit(x_train, train_data.y, batch_size=50, epochs=epochs, verbose=0)
        found[name][1].append(time.perf_counter() - start)
        found[name][0].append(net.evaluate(x_test, train_data.y_test, verbose=0)[1])
for name, (accuracies, seconds) in found.items():
    print(
        f"{name:<17} {np.mean(accuracies):.1%} right ({min(accuracies):.1%} to {max(accuracies):.1%}), "
        f"{np.median(seconds):5.1f} s"
    )
print(f"({train_data.label}; each network has {net.count_params():,} weights)")

show(figures.contest(found, f"{len(x_train):,} pictures, {train_data.label}"), "10_against_stride")

# %% [markdown]
# With the same number of epochs, max pooling is ahead: forgetting the place, and keeping the strongest, is
# worth something. But look at the clock. Stride 2 does a quarter of the work of the convolutions, and takes
# less time. (More than a quarter: the dense layer and the steps of the weights cost the same in both.) With
# four times as many epochs it takes longer than pooling, and catches up a good part or more.
#
# So there is no winner for all cases, and some networks use both: M1, M2 and M3 of this project begin with a
# convolution of stride 2, where the pictures are largest and pooling would cost most, and pool after that.
#
# What pooling does *not* do: it does not learn, and what it threw away is gone. Where exact places matter, as
# in finding the outline of a tumour, one uses less of it.
#
# **In the framework**: [minicnn/kernels/pooling.py](../../minicnn/kernels/pooling.py) begins with
# `max_forward_definition` and `max_backward_definition`, what you have written, with padding added; below
# stand the compiled versions, where the inner loop runs along the channels, because these lie side by side in
# memory. The layer around them is [minicnn/layers/pooling.py](../../minicnn/layers/pooling.py).
