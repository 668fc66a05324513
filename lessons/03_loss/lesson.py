# %% [markdown]
# # 03 Loss: what is wrong, and which way is down?
#
# In lesson 02 the templates were pushed, and they became better. Why was that push right? To answer it, we
# need one number that says how wrong the scores are, and then: for each weight, whether that number grows or
# shrinks when the weight does. The first is the *loss*, the second its *gradient*.
#
# **You will write** `softmax_crossentropy` and `sgd_step` (about 45 minutes).
# **You need** lesson 02: scores and softmax.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.data import batches, flat, labels, pictures
from minicnn.kernels.threads import single_threaded_blas
from minicnn.plots.figure import BLUE, GREEN, SMALL, VERMILLION, dress, new_figure

softmax_crossentropy = mine("03", "softmax_crossentropy")  # yours, once it passes its check
sgd_step = mine("03", "sgd_step")
linear_forward = mine("02", "linear_forward")

# %% [markdown]
# ## How wrong is a probability?
#
# The right class got the probability p. If p is 1, nothing is wrong. If p is 0.4 and another class got 0.6,
# the guess is wrong, but only just. If p is 0.001, the network was nearly sure of something false. Accuracy
# cannot tell the last two apart; besides, it hardly ever changes when a weight moves a little, so it cannot
# say which way is better. We take
#
# $$ \text{loss} = -\log p_{\text{right class}} $$
#
# It is 0 for p = 1, and grows without end as p goes to 0.

# %%
p = np.linspace(0.001, 1, 400)
figure = new_figure(560, 280)
axes = figure.subplots()
axes.plot(p, -np.log(p), color=BLUE)
for at in (1, 0.5, 0.1):
    axes.plot(at, -np.log(at), "o", color=VERMILLION)
    axes.text(
        at - 0.01,
        -np.log(at) + 0.3,
        f"p = {at:g}: {abs(np.log(at)):.2f}",
        fontsize=SMALL,
        ha="right" if at == 1 else "left",
    )
dress(axes, "The loss of one picture", "probability of the right class", "-log p")
show(figure, "03_loss")

# %% [markdown]
# ## A number to remember: ln 10
#
# A network that knows nothing gives each of ten classes the probability 0.1. Its loss is -log 0.1 = ln 10.
# **Every training on ten classes must begin near this number.** If yours does not, something is wrong before
# anything was learned: it is the cheapest test there is.

# %%
scores, right = np.zeros((1, 10)), np.array([3])
loss, dz = softmax_crossentropy(scores, right)
print(f"all scores 0: loss = {loss:.6f},  ln 10 = {np.log(10):.6f}")

# %% [markdown]
# ## Which way is down?
#
# Change one score by a very small h, and look how much the loss changes. Divided by h this is the *slope*:
# how much the loss grows per unit of that score. All slopes together are the gradient. Try it for three
# classes; the second is the right one.

# %%
z, right, h = np.array([[2.0, 1.0, 0.0]]), np.array([1]), 1e-6
loss, dz = softmax_crossentropy(z, right)
p = np.exp(z) / np.exp(z).sum()
print("class   score      p     slope, measured   formula")
for k in range(3):
    above, below = z.copy(), z.copy()
    above[0, k] += h
    below[0, k] -= h
    slope = (softmax_crossentropy(above, right)[0] - softmax_crossentropy(below, right)[0]) / (2 * h)
    print(
        f"{k:>5}{z[0, k]:>8.1f}{p[0, k]:>9.4f}{slope:>14.4f}{dz[0, k]:>14.4f}",
        "  <- the right class" * (k == 1),
    )

# %% [markdown]
# The measured slopes are the probabilities, minus 1 at the right class. That is no accident. For one picture
#
# $$ \text{loss} = -\log p_r = -z_r + \log \sum_j e^{z_j}
#    \qquad\Rightarrow\qquad \frac{\partial\,\text{loss}}{\partial z_k} = p_k - [k = r] $$
#
# ([k = r] is 1 for the right class r and 0 otherwise.) Read it as blame: a wrong class is blamed for all the
# probability it took, the right class for what it lacks. The blame of a picture sums to 0.
#
# With N pictures the loss is their *mean*, so each moves it by 1/N only, and the gradient is (p - [k = r]) /
# N. To forget this N, or to divide by it twice, is the most common mistake in this lesson; the check will
# tell you.
#
# One more thing. (The scores z are often called *logits*.) If p is so small that it becomes 0, its logarithm
# is -inf. Take logarithm and softmax together:
#
# $$ \log p_k = z_k - m - \log \sum_j e^{z_j - m}, \qquad m = \max_j z_j $$

# %%
z, right = np.array([[0.0, 1000.0]]), np.array([0])
e = np.exp(z - z.max())
with np.errstate(divide="ignore"):
    print("log of the softmax:   loss =", -np.log((e / e.sum())[0, 0]))
print("both in one formula:  loss =", softmax_crossentropy(z, right)[0])

# %% [markdown]
# ## A step down
#
# The gradient dw says where the loss *grows*. So go the other way, a little (called *gradient descent*; and
# *stochastic*, where each step looks at a few of the pictures only, as below):
#
# $$ w \leftarrow w - \text{learning rate} \cdot dw $$
#
# How long may the step be? Here is the simplest loss there is, w squared, with its minimum at 0, and its
# slope 2 w. Three learning rates, ten steps each, all from w = 1:

# %%
figure = new_figure(620, 300)
curve = np.linspace(-1.9, 1.9, 100)
for axes, rate, colour in zip(
    figure.subplots(1, 3, sharey=True), (0.05, 0.45, 1.03), (BLUE, GREEN, VERMILLION)
):
    w, path = np.array([1.0]), [1.0]
    for _ in range(10):
        w = sgd_step(w, 2 * w, rate)
        path.append(w[0])
    axes.plot(curve, curve**2, color="0.8")
    axes.plot(path, np.square(path), "o-", color=colour, markersize=4, linewidth=0.8)
    dress(axes, f"learning rate {rate}", "w", "loss" if rate == 0.05 else None)
    print(f"learning rate {rate}: w after ten steps is {path[-1]:+.5f}")
show(figure, "03_steps")

# %% [markdown]
# Too short, and it takes for ever; too long, and it jumps over the minimum and away. There is no formula for
# the right length: it is found by trying.
#
# ## The code: a classifier that learns
#
# Everything is there now. The scores are x @ w + b. If a weight `w[d, k]` grows by 1, the score of class k
# grows by `x[n, d]`, so the loss grows by `x[n, d] * dz[n, k]`, summed over the pictures: `dw = x.T @ dz`.
# Lesson 05 makes a principle of this. Now train, twice: with the right labels, and with shuffled ones as a
# control.

# %%
data = pictures(10_000, 2_000)
x, x_test = flat(data.x), flat(data.x_test)


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(y):
    """Ten times through the pictures; the loss of every batch, and the test accuracy at the end."""
    rng = np.random.default_rng(0)
    w, b = 0.001 * rng.standard_normal((3072, 10)).astype(np.float32), np.zeros(10, np.float32)
    losses = []
    for at in batches(len(x), size=100, epochs=10, seed=0):
        loss, dz = softmax_crossentropy(linear_forward(x[at], w, b), y[at])
        w, b = sgd_step(w, x[at].T @ dz, 0.002), sgd_step(b, dz.sum(axis=0), 0.002)
        losses.append(float(loss))
    return losses, (linear_forward(x_test, w, b).argmax(axis=1) == data.y_test).mean()


losses, accuracy = train(data.y)
control_losses, control = train(labels(data.y, seed=0, shuffle=True))
print(
    f"first loss {losses[0]:.3f} (ln 10 = {np.log(10):.3f}), mean of the last 50 {np.mean(losses[-50:]):.3f}"
)
print(f"test accuracy {accuracy:.1%} ({data.label}); with shuffled labels {control:.1%}")

figure = new_figure(620, 280)
axes = figure.subplots()
for name, values, colour, dashes in (
    ("right labels", losses, BLUE, "-"),
    ("shuffled labels", control_losses, VERMILLION, "--"),
):
    smooth = [np.mean(values[max(0, k - 19) : k + 1]) for k in range(len(values))]  # begins at the first loss
    axes.plot(smooth, color=colour, linestyle=dashes, label=name)
axes.axhline(np.log(10), color="0.5", linewidth=0.8)
axes.text(len(losses), np.log(10), "ln 10", fontsize=SMALL, ha="right", va="bottom", color="0.4")
axes.legend(fontsize=SMALL)
dress(axes, f"The loss goes down, {data.label} (mean of the last 20 batches)", "steps", "loss")
show(figure, "03_training")

# %% [markdown]
# Both curves begin near ln 10, as every training on ten classes must. Look at the second one. With shuffled
# labels the *training* loss goes down too: the weights learn the labels of these pictures by heart. Only the
# test accuracy shows that nothing was understood. Lesson 13 comes back to this.
#
# ## Your turn
#
#     python -m lessons start 03      copies the exercise to lessons/03_loss/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("03", softmax_crossentropy)`. When both functions
# pass, `python -m lessons payoff` trains a classifier with them, and compares with a floor.
#
# **In the framework**:
# [minicnn/kernels/softmax_crossentropy.py](../../minicnn/kernels/softmax_crossentropy.py) and
# [minicnn/kernels/updates.py](../../minicnn/kernels/updates.py), whose first formula is your `sgd_step`
# where momentum is 0 (lesson 11 says what that is).
