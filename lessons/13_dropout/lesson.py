# %% [markdown]
# # 13 Dropout: is it memorising?
#
# A pupil who gets every question of last year's exam right may understand the subject. Or may have learned
# last year's answers by heart. You find out which with questions that the pupil has never seen.
#
# A network can do the same. In this lesson you catch one that memorises, and write the layer that makes
# memorising harder. It is the strangest layer of all: it throws numbers away, at random.
#
# **You will write** `dropout_forward` and `dropout_backward` (about 35 minutes).
# **You need** lesson 05. The network around your layer is a small convolutional one from the framework.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

import minicnn as mc
from lessons import mine, show
from lessons.harness.data import labels, pictures
from minicnn import layers
from minicnn.layers.base import Layer
from minicnn.plots.figure import BLUE, SMALL, TITLE, VERMILLION, dress, new_figure

dropout_forward = mine("13", "dropout_forward")  # yours, once they pass their check;
dropout_backward = mine("13", "dropout_backward")  # the model answers until then

# %% [markdown]
# ## The question: how good is a network that makes no mistakes?
#
# Take only 500 training pictures, and a network with more than a quarter of a million weights. Train it
# until it gets all 500 right. Then show it 1,000 pictures that it has never seen.
#
# And now the trap. Deal the same labels to the *wrong* pictures: this frog is now called a truck, that
# truck a cat. There is nothing left to understand in such data. Can the network learn it all the same?

# %%
data = pictures(500, 1_000)
x, x_test = (pixels / np.float32(127.5) - 1 for pixels in (data.x, data.x_test))


def network(drop=lambda rate: []):
    """Two convolutions and two dense layers; ``drop(rate)``: what goes between them, a list of layers."""
    return mc.Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        *drop(0.25),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        *drop(0.5),
        layers.Dense(128, activation="relu"),
        *drop(0.5),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


def train(model, y, epochs=30, every=3):
    """Rows of: epoch, training accuracy, test accuracy, test loss; measured without dropping."""
    model.compile(mc.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", ["accuracy"])
    rows = []
    for epoch in range(every, epochs + 1, every):
        model.fit(x, y, batch_size=25, epochs=every, verbose=0)
        _, seen = model.evaluate(x, y, batch_size=500, verbose=0)
        loss, unseen = model.evaluate(x_test, data.y_test, batch_size=500, verbose=0)
        rows.append((epoch, seen, unseen, loss))
    return np.array(rows)


mc.set_random_seed(0)
print(f"{network().count_params():,} weights, {len(x)} training pictures, {data.label}")
plain = train(network(), data.y)
by_heart = train(network(), labels(data.y, seed=0, shuffle=True))
for name, rows in (("right labels", plain), ("shuffled labels", by_heart)):
    print(f"{name:<16} training pictures {rows[-1, 1]:.1%} right, test pictures {rows[-1, 2]:.1%}")

# %% [markdown]
# The network learns the shuffled labels, too. It can only have learned them by heart, and on new pictures
# it is as good as somebody who guesses. So its score on the *training* pictures tells nothing about what it
# has understood. Only the test pictures do. The distance between the two is called **overfitting**.
#
# (The experiment is Zhang and others', 2017: it made many people think again.)
#
# ## The idea: trust nobody
#
# How does a network learn a picture by heart? A few numbers in the middle of it find a detail that only
# this picture has, say one white pixel in the corner, and pass it on: "if that pixel is white, say truck".
# Such an agreement between a few numbers is fragile. So disturb it: in every training step, **set each
# number to 0 with probability `rate`**, new ones each time. With a rate of a half, what depends on one single
# number fails half the time. What many numbers agree on survives.
#
# Here is what it looks like when it is done to the pixels of a picture, where we can see it:

# %%
ship = (pictures(0, 50).x_test[1] / 255).astype(np.float32)
rng = np.random.default_rng(0)
rates = (0.0, 0.2, 0.5, 0.8)
figure = new_figure(760, 250)
for axes, rate in zip(figure.subplots(1, len(rates)), rates):
    u = rng.random(ship.shape, dtype=np.float32)
    dropped = dropout_forward(ship, u, rate, True)
    axes.imshow(np.clip(dropped, 0, 1))
    axes.set_title(f"rate {rate:g}\nmean {dropped.mean():.3f}", fontsize=TITLE)
    axes.set_axis_off()
    print(f"rate {rate:g}: {np.mean(u < rate):6.1%} are dropped, mean {dropped.mean():.3f}")
show(figure, "13_dropped")

# %% [markdown]
# Look at the means: they stay, though most of the last picture is gone. That is on purpose.
#
# ## The number: why those that stay must grow
#
# The next layer adds these numbers up. If half of them are missing, its sums are half as large as they
# were, and when the training is over and nothing is dropped any more, they are suddenly twice as large. The
# next layer has never seen such numbers. So what is kept is divided by `1 - rate`, the share that is kept:
# half as many, twice as large.
#
# Ten numbers, all 1, added up. We drop with rate 0.2, ten thousand times:

# %%
ones = np.ones((10_000, 10))
u = rng.random(ones.shape)
kept_only = np.where(u >= 0.2, ones, 0)
scaled = dropout_forward(ones, u, 0.2, True)
for name, numbers in (
    ("no dropout", ones),
    ("dropped, not scaled", kept_only),
    ("dropped and scaled", scaled),
):
    sums = numbers.sum(axis=1)
    print(f"{name:<20} sums from {sums.min():g} to {sums.max():g}, on average {sums.mean():.3f}")

# %% [markdown]
# ## The formula
#
# With u a random number between 0 and 1 for each x, evenly spread:
#
#     training:    y[i] = x[i] / (1 - rate) if u[i] >= rate, else 0
#     otherwise:   y[i] = x[i]
#
# `u[i] < rate` happens with probability rate: that is how a computer throws dice. **Otherwise** is what the
# network does when it is asked: then nothing is dropped, nothing is scaled, and the same picture gets the
# same answer every time.
#
# **Backwards.** What was dropped had no part in the loss, so no blame goes back to it. What was kept was
# multiplied by 1 / (1 - rate), and so is its blame:
#
#     dx[i] = dy[i] / (1 - rate) if u[i] >= rate, else 0
#
# It must be *the same* u as on the way forward. Drawing new ones is the classic mistake: then numbers are
# blamed for what they never said. And it does not show: nothing crashes, the network just learns worse.
# Here is what it does to a gradient. We ask how much the sum of 1,000 numbers changes if all of them grow a
# little, number by number:

# %%
x_row, weights = rng.standard_normal(1_000), rng.standard_normal(1_000)  # the loss: the sum of weights * y
u, other = rng.random(1_000), rng.random(1_000)
push = 1e-6
slopes = weights * (dropout_forward(x_row + push, u, 0.5, True) - dropout_forward(x_row, u, 0.5, True)) / push
for name, used in (("the same u", u), ("another u", other)):
    dx = dropout_backward(weights, used, 0.5)
    wrong = np.mean(np.abs(dx - slopes) > 1e-3)
    print(f"backward with {name:<10}: {wrong:.1%} of the gradient is wrong")

# %% [markdown]
# ## The code: a layer of your own
#
# In the framework a layer is a class with `forward` and `backward`. Yours draws u, calls your function, and
# remembers u for the way back. Nothing else is needed to use it in a network:


# %%
class OwnDropout(Layer):
    """Your two functions, with the dice."""

    def __init__(self, rate):
        super().__init__()
        self.rate, self.rng = rate, np.random.default_rng(0)

    def forward(self, x, training=False):
        x = self.check_input(x)
        self.cache = self.rng.random(x.shape, dtype=np.float32)  # remembered for the way back
        return dropout_forward(x, self.cache, self.rate, training)

    def backward(self, dy):
        return dropout_backward(dy, self.recall(), self.rate)


mc.set_random_seed(0)
mended = train(network(lambda rate: [OwnDropout(rate)]), data.y)

figure = new_figure(860, 360)
left, right = figure.subplots(1, 2)
for name, rows, colour, marker in (("without", plain, VERMILLION, "s"), ("with dropout", mended, BLUE, "o")):
    style = {"color": colour, "marker": marker, "markersize": 4}
    left.plot(rows[:, 0], rows[:, 1], "--", markerfacecolor="white", label=f"{name}: seen", **style)
    left.plot(rows[:, 0], rows[:, 2], label=f"{name}: new", **style)
    right.plot(rows[:, 0], rows[:, 3], **style)
    print(f"{name:<13} training {rows[-1, 1]:.1%}, test {rows[-1, 2]:.1%}, test loss {rows[-1, 3]:.2f}")
left.set_ylim(0, 1.03)
lines, names = left.get_legend_handles_labels()
figure.legend(lines, names, fontsize=SMALL, ncols=4, loc="outside lower center", handlelength=4)
dress(left, f"500 pictures, {data.label}", "epochs", "accuracy")
dress(right, "The loss on new pictures", "epochs", "loss")
show(figure, "13_mended")

# %% [markdown]
# Read the figure from left to right. Without dropout, the accuracy on the pictures it has seen shoots up to
# 100 % (dashed, hollow marks), while that on new ones stays where it was after a few epochs. Everything
# after that is memorising. The right side shows the damage: the loss on new pictures climbs, because the
# network becomes more and more sure of its answers, of the wrong ones, too. With dropout it takes longer to
# learn the 500 by heart, and the loss on new pictures stays far lower. How much of that is seen in the
# accuracy depends on the pictures; the solid lines on the left say how much it is here.
#
# Dropout does no wonders: 500 pictures are few. What helps most against memorising is more pictures, and
# lesson 14 makes some.
#
# ## Your turn
#
#     python -m lessons start 13      copies the exercise to lessons/13_dropout/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("13", dropout_forward)`. When both pass, `python
# -m lessons payoff` trains the network above with your layer in it.
#
# **In the framework**: [minicnn/kernels/dropout.py](../../minicnn/kernels/dropout.py) does not keep u at
# all. It computes u[i] from a key and from i, and computes it *again* on the way back, so forward and
# backward are the same function. The layer around it is
# [minicnn/layers/dropout.py](../../minicnn/layers/dropout.py).
