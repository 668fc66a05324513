# %% [markdown]
# # 02 Linear: can one matrix tell classes apart?
#
# Lesson 01 compared a picture with the mean of each class. But who says that the mean is the best thing to
# compare with? Here every class gets a *template* of 3,072 numbers that may be anything. The ten templates
# are one matrix.
#
# **You will write** `linear_forward` and `softmax` (about 35 minutes).
# **You need** lesson 01, and to know what the product of two matrices is.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.data import batches, flat, pictures
from minicnn import plots
from minicnn.kernels.threads import single_threaded_blas
from minicnn.plots.figure import BLUE, SMALL, VERMILLION, dress, new_figure

linear_forward = mine("02", "linear_forward")  # yours, once it passes its check; minicnn's until then
softmax = mine("02", "softmax")

# %% [markdown]
# ## The picture: a score is a sum of products
#
# How well does a picture fit a template? Multiply each number of the picture with the number of the template
# at the same place, and add up. Where both are large or both are very negative, the sum grows; where they
# disagree, it shrinks. Four pictures of nine pixels, and two templates, one for "upright", one for "level":

# %%
upright = np.array([[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]])
level = upright.T
tiny = {
    "a line down": np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]]),
    "a line across": np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]),
    "a cross": np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]),
    "all light": np.ones((3, 3), int),
}
x = np.stack([picture.ravel() for picture in tiny.values()]).astype(
    np.float32
)  # (4, 9): each picture is a row
w = np.stack([upright.ravel(), level.ravel()], axis=1).astype(np.float32)  # (9, 2): each template is a column
scores = linear_forward(x, w, np.zeros(2, np.float32))  # (4, 2)

figure = new_figure(760, 240)
for axes, (name, picture), (up, flat_score) in zip(figure.subplots(1, 6)[:4], tiny.items(), scores):
    axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
    axes.set_title(f"{name}\nupright {up:g}, level {flat_score:g}", fontsize=SMALL)
for axes, template, name in zip(figure.axes[4:], (upright, level), ("upright", "level")):
    axes.imshow(template, cmap="PuOr", vmin=-2, vmax=2)
    axes.set_title(f"template\n{name}", fontsize=SMALL)
    for i, j in np.ndindex(template.shape):
        colour = "white" if template[i, j] > 0 else "black"
        axes.text(j, i, template[i, j], ha="center", va="center", color=colour)
for axes in figure.axes:
    axes.set_xticks([])
    axes.set_yticks([])
show(figure, "02_templates_by_hand")

# %% [markdown]
# ## The formula: one matrix product
#
# With each picture as a row of x (N, D) and each template as a column of w (D, K), all scores of all pictures
# are one product. A bias b is added, one number a class: some classes are more common than others.
#
# $$ \text{score}_{n,k} = b_k + \sum_d x_{n,d}\; w_{d,k} \quad\text{that is}\quad \text{scores} = x\,w + b $$
#
# ## From scores to probabilities
#
# A score of 6 against 0: is that a lot? We would rather have a probability. It must not be negative, and the
# ten must sum to 1. So make every score positive with exp, then divide by the sum:
#
# $$ p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} $$
#
# Only *differences* of scores matter: add 100 to all of them, and above and below the line everything grows
# by the same factor. Two classes show how it behaves; one score is fixed at 0.

# %%
difference = np.linspace(-8, 8, 81)
p = softmax(np.stack([difference, np.zeros(81)], axis=1))[:, 0]
figure = new_figure(560, 260)
axes = figure.subplots()
axes.plot(difference, p, color=BLUE)
dress(axes, "Two classes: probability of the first", "score of the first minus score of the second", "p")
show(figure, "02_softmax")
for scores_of_two in ([0, 0], [1, 0], [6, 0], [106, 100]):
    print(scores_of_two, "->", softmax(np.array([scores_of_two], float))[0].round(4))

# %% [markdown]
# ## The number that breaks it
#
# exp grows fast. How fast, compared with what a `float32` can hold?

# %%
with np.errstate(over="ignore", invalid="ignore"):
    for z in (10, 88, 89, 1000):
        print(f"exp({z}) in float32 = {np.exp(np.float32(z)):.4g}")
    e = np.exp(np.array([1000, 1000], np.float32))
    print("softmax of [1000, 1000], straight from the formula:", e / e.sum())

# %% [markdown]
# inf / inf is `nan`, "not a number", and everything it touches becomes nan as well. The mend uses what we saw
# above: only differences matter. So subtract the largest score from all of them. Then the largest exponent is
# 0, exp of it is 1, and nothing can be too large:
#
# $$ p_k = \frac{e^{z_k - m}}{\sum_j e^{z_j - m}}, \qquad m = \max_j z_j $$
#
# This is the first example of something you will meet often: **two formulas that are equal on paper are not
# equal in a computer.**

# %%
z = np.array([[1000, 1000], [-1000, -1001], [3, 1]], np.float32)
print(softmax(z).round(4))

# %% [markdown]
# ## The code: let the templates find themselves
#
# Nobody can write a template for "frog" by hand. So begin with small random numbers, look at a hundred
# pictures, and push: where a class got too little probability, add a bit of the picture to its template;
# where it got too much, take a bit away. *Why* exactly this push is right is the subject of lesson 03. Here
# we watch what comes out.

# %%
data = pictures(10_000, 2_000)
x, x_test = flat(data.x), flat(data.x_test)  # (N, 3072), numbers around 0
rng = np.random.default_rng(0)
w, b = 0.001 * rng.standard_normal((3072, 10)).astype(np.float32), np.zeros(10, np.float32)
before = w.copy()
accuracies = []


def accuracy():
    """The fraction of the test pictures whose highest score is at the right class."""
    return (linear_forward(x_test, w, b).argmax(axis=1) == data.y_test).mean()


with single_threaded_blas():  # with products this small, threads wait for each other longer than they work
    for step, at in enumerate(batches(len(x), size=100, epochs=6, seed=0)):
        if step % 50 == 0:
            accuracies.append(accuracy())  # of so many pushes; the first, of none
        push = -softmax(linear_forward(x[at], w, b))  # every class down by its p ...
        push[np.arange(100), data.y[at]] += 1  # ... and the right one up by 1: together 1 - p
        push /= 100
        w += np.float32(0.001) * (x[at].T @ push)
        b += np.float32(0.001) * push.sum(axis=0)
    accuracies.append(accuracy())

final = f"{accuracies[-1]:.1%} of the test pictures right ({data.label}); chance is 10 %"
print(f"after {step + 1} pushes: {final}")
figure = new_figure(560, 260)
axes = figure.subplots()
axes.plot(50 * np.arange(len(accuracies)), accuracies, "o-", color=BLUE)
axes.axhline(0.1, color=VERMILLION, linestyle="--")
axes.text(step + 1, 0.11, "chance", fontsize=SMALL, color=VERMILLION, ha="right")
dress(axes, f"Ten templates learn, {data.label}", "pushes of 100 pictures", "test accuracy")
show(figure, "02_accuracy")


# %%
def as_pictures(w):
    """The columns of w as pictures, each stretched to its own darkest and brightest."""
    w = w.T.reshape(10, 32, 32, 3)
    low, high = (np.percentile(w, q, axis=(1, 2, 3), keepdims=True) for q in (1, 99))
    return np.clip((w - low) / (high - low), 0, 1)


title = f"What each template looks for, {data.label}"
show(plots.images(as_pictures(w), np.arange(10), data.class_names, columns=5, title=title), "02_templates")

# %% [markdown]
# On CIFAR-10 you can see what was learned: blue around the airplane and the ship, a brown spot on green for
# the deer; for the horse a red back over a dark belly, with yellow ground below. And you see why this will
# not go far. There is *one* template for all frogs, from the left and from the right, near and far; it can
# only be a blur of them all. Lessons 05 and 06 mend this.
#
# ## Your turn
#
#     python -m lessons start 02      copies the exercise to lessons/02_linear/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("02", softmax)`.
# When both functions pass, `python -m lessons payoff` trains the ten templates with your code.
#
# **In the framework**: `forward_matrix` in [minicnn/kernels/dense.py](../../minicnn/kernels/dense.py),
# between its definition in loops and the compiled version, and `softmax` in
# [minicnn/kernels/activations.py](../../minicnn/kernels/activations.py).
