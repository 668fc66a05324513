# %% [markdown]
# # 01 Pixels: what is an image to a program?
#
# You see a car. The program sees 3,072 numbers. In this lesson you read a file of pictures byte by byte,
# turn the bytes into an array, and make the first program that guesses what a picture shows. It has no
# network in it yet, and it is a good deal better than chance.
#
# **You will write** `load_batch` and `standardize` (about 40 minutes).
# **You need** Python, and to know what `a[0]` and `a.shape` are in NumPy.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.data import pictures
from minicnn import plots
from minicnn.plots.figure import BLUE, GREEN, SMALL, TITLE, VERMILLION, dress, new_figure

data = pictures(10_000, 2_000)
print(f"{data.label}: {len(data.x):,} pictures to learn from, {len(data.x_test):,} to be tested with")
show(
    plots.images(data.x[:16], data.y[:16], data.class_names, title=f"Sixteen pictures, {data.label}"),
    "01_pictures",
)

# %% [markdown]
# ## The picture: three tables of numbers
#
# A picture has three numbers for every pixel: how much red, green and blue light there is, from 0 (none) to
# 255 (as much as the screen can). Take a small piece of one picture, four pixels wide and three high.

# %%
picture = data.x[4]
piece = picture[14:17, 12:16]
print("shape of the picture:", picture.shape, "  type:", picture.dtype, "  bytes:", picture.nbytes)

figure = new_figure(760, 230)
whole, *tables = figure.subplots(1, 5, width_ratios=(1.1, 1.2, 1.2, 1.2, 1.2))
whole.imshow(picture)
whole.plot([11.5, 15.5, 15.5, 11.5, 11.5], [13.5, 13.5, 16.5, 16.5, 13.5], color="white", linewidth=1.5)
whole.set_title("the picture", fontsize=TITLE)
tables[0].imshow(piece)
tables[0].set_title("the piece", fontsize=TITLE)
for axes, k, name in zip(tables[1:], range(3), ("red", "green", "blue")):
    light = np.zeros((*piece.shape[:2], 3))
    light[..., k] = piece[..., k] / 255
    axes.imshow(light)
    axes.set_title(name, fontsize=TITLE)
    for i, j in np.ndindex(piece.shape[:2]):
        dark = piece[i, j, k] * (0.3, 0.6, 0.1)[k] * 3 < 350
        axes.text(
            j, i, piece[i, j, k], ha="center", va="center", fontsize=SMALL, color="white" if dark else "black"
        )
for axes in (whole, *tables):
    axes.set_axis_off()
show(figure, "01_numbers")

# %% [markdown]
# ## The number: 3,073 bytes
#
# How does a picture lie in a file? There are two natural ways:
#
#     pixel by pixel     r g b  r g b  r g b  ...
#     plane by plane     r r r ...  g g g ...  b b b ...
#
# CIFAR-10's files go plane by plane, and put one byte before each picture: its label, 0 to 9. So a picture
# takes 1 + 3 x 32 x 32 = 3,073 bytes. Nothing in the file says so; whoever reads it must know. What happens
# to somebody who does not?

# %%
planes = picture.transpose(2, 0, 1).ravel()  # the 3,072 bytes as they lie in the file
right = planes.reshape(3, 32, 32).transpose(1, 2, 0)
readings = {
    "right": right,
    "pixel by pixel": planes.reshape(32, 32, 3),
    "columns first": planes.reshape(3, 32, 32).transpose(2, 1, 0),
    "blue for red": right[..., ::-1],
}
show(plots.images(np.stack(list(readings.values())), np.arange(4), list(readings), columns=4), "01_readings")
print("all four have the same shape:", {reading.shape for reading in readings.values()})

# %% [markdown]
# All four arrays have the right shape, and no program would complain. **A shape that fits is not yet a result
# that is right**: this will come back in every lesson, and it is why your work is checked by its numbers.
#
# Two tools of NumPy do all the work here. Try them on six numbers before you go on:

# %%
six = np.array([1, 2, 3, 4, 5, 6])
print("six.reshape(3, 2):", six.reshape(3, 2).tolist(), "   the same order, cut into rows")
print("... .transpose(1, 0):", six.reshape(3, 2).transpose(1, 0).tolist(), "   axis 1 comes first now")
print("six.reshape(2, 3):", six.reshape(2, 3).tolist(), "   the same shape as the line above, other numbers!")

# %% [markdown]
# ## The formula: numbers around zero
#
# Pixels run from 0 to 255, and their mean is far from 0. Networks learn better from numbers around 0 that are
# about as large as 1 (lesson 12 shows why). So from each colour we subtract its mean and divide by its
# standard deviation, which says how far the numbers usually lie from their mean:
#
# $$ \hat x = \frac{x - \text{mean}}{\text{std}}, \qquad \text{std}^2 = \text{mean of } (x - \text{mean})^2 $$
#
# There is one trap. The test pictures stand for pictures that nobody has seen yet. So the mean and the
# standard deviation come **from the training pictures only**, and are used for the test pictures as they are.
# A program that computes anything from its test pictures knows something it could not know.

# %%
standardize = mine("01", "standardize")  # yours, once it passes its check; the model answer until then
x, x_test = standardize(data.x, data.x_test)
figure = new_figure(760, 260)
for axes, values, title in zip(
    figure.subplots(1, 2), (data.x[:2000].astype(float), x[:2000]), ("pixels as they come", "standardized")
):
    for k, (name, colour) in enumerate((("red", VERMILLION), ("green", GREEN), ("blue", BLUE))):
        counts, edges = np.histogram(values[..., k], bins=17, density=True)
        axes.plot(
            (edges[:-1] + edges[1:]) / 2, counts, color=colour, linestyle=("-", "--", ":")[k], label=name
        )
    axes.legend(fontsize=SMALL)
    dress(axes, title, "value", "how often")
show(figure, "01_standardized")
print(
    "before: mean of each colour",
    data.x.mean(axis=(0, 1, 2)).round(1),
    " std",
    data.x.std(axis=(0, 1, 2)).round(1),
)
print(
    "after:  mean",
    x.mean(axis=(0, 1, 2), dtype=float).round(4) + 0,
    " std",
    x.std(axis=(0, 1, 2), dtype=float).round(4),
)
print("test:   mean", x_test.mean(axis=(0, 1, 2), dtype=float).round(4), " (not quite 0, and that is right)")

# %% [markdown]
# A note on the type: the pixels are `uint8`, whole numbers from 0 to 255 that take one byte. Arithmetic with
# them goes round like a clock. The result must be a float: nearly always `float32`, four bytes a number, and
# `float64` where `float32` would lose digits: in long sums here, in small differences in lesson 04.

# %%
print("in uint8:   1 - 2 =", (np.array([1], np.uint8) - np.array([2], np.uint8))[0])
print("in float32: 1 - 2 =", (np.array([1], np.float32) - np.array([2], np.float32))[0])

# %% [markdown]
# ## The code: a first guess
#
# What does a typical picture of each class look like? Take the mean of all its training pictures.

# %%
means = np.stack([x[data.y == k].mean(axis=0) for k in range(10)])  # (10, 32, 32, 3)
shown = means * data.x.std(axis=(0, 1, 2)) + data.x.mean(axis=(0, 1, 2))
title = f"The mean picture of each class, {data.label}"
show(
    plots.images(np.clip(shown / 255, 0, 1), np.arange(10), data.class_names, columns=5, title=title),
    "01_means",
)

# %% [markdown]
# To guess, look which of the ten means is nearest: the one with the smallest sum of squared differences over
# all 3,072 numbers. And a control, which every measurement in these lessons has: the same with *shuffled*
# labels. If that is better than chance (ten classes: 10 %), then there is a mistake in the measurement.


# %%
def nearest_mean(means, x):
    """The class whose mean picture is nearest to each picture."""
    x, means = x.reshape(len(x), -1), means.reshape(10, -1)
    return (2 * x @ means.T - (means**2).sum(axis=1)).argmax(axis=1)  # |x|^2 is the same for all classes


accuracy = (nearest_mean(means, x_test) == data.y_test).mean()
shuffled = np.random.default_rng(0).permutation(data.y)
control = np.stack([x[shuffled == k].mean(axis=0) for k in range(10)])
print(f"nearest mean:    {accuracy:.1%} of {len(x_test):,} test pictures ({data.label})")
print(f"shuffled labels: {(nearest_mean(control, x_test) == data.y_test).mean():.1%}")

# %% [markdown]
# On CIFAR-10 that is far more than chance, from ten blurred pictures. (On the embedded shapes it is not: a
# shape stands on a ground of any colour, and the ground has more pixels. The payoff takes the ground's mean
# off first.) Look at the ten pictures again: which classes can such a picture tell apart, and which not? A
# horse looks left in one photo and right in the next; their mean looks nowhere.
#
# ## Your turn
#
#     python -m lessons start 01      copies the exercise to lessons/01_pixels/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook, define the functions in a cell and ask for the same verdict:
#
#     from lessons import check
#     check("01", load_batch)
#
# `python -m lessons hint` helps if you are stuck. When both functions pass, `python -m lessons payoff` reads
# 10,000 pictures with your `load_batch`, standardizes them with your `standardize`, and shows the ten means.
#
# **In the framework**: [minicnn/datasets/cifar10.py](../../minicnn/datasets/cifar10.py), `_decode_binary` and
# `_assemble`; most of what surrounds them is there because files may be damaged. The next lesson asks whether
# something better than the mean can be found.
