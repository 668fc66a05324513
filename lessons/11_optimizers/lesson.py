# %% [markdown]
# # 11 Optimizers: why not plain SGD?
#
# A gradient says which way is down. So far we have believed it to the letter: each weight moved by
# `learning_rate * dw`, and that was all. But the steepest way down is often not the way to the bottom, and
# one learning rate for all weights fits none of them well.
#
# In this lesson you write three better steps. They see the same gradient; they only remember a little of the
# ones before.
#
# **You will write** `momentum_step`, `rmsprop_step`, `adam_step` (about 50 minutes).
# **You need** lesson 03: gradient, learning rate, `sgd_step`.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.data import batches, pictures
from lessons.harness.places import LESSONS
from lessons.harness.wire import module_of
from minicnn import Sequential, layers, set_random_seed

figures = module_of(LESSONS / "11_optimizers/figures.py")  # what only draws
sgd_step, softmax_crossentropy = mine("03", "sgd_step"), mine("03", "softmax_crossentropy")
momentum_step = mine("11", "momentum_step")  # yours, once it passes its check; minicnn's until then
rmsprop_step, adam_step = mine("11", "rmsprop_step"), mine("11", "adam_step")

# %% [markdown]
# ## The question: a ravine
#
# Two weights, and a loss like a long ravine: steep from side to side, nearly flat along its bottom.
#
#     loss = (a^2 + 100 b^2) / 2          the slopes: a along the ravine, 100 b across it
#
# Plain SGD must choose. With a learning rate that is good *along* the ravine, each step *across* it
# overshoots to the other side, and further up than before: the loss explodes. With one that is good across,
# it hardly moves along.

# %%
STEEP = 100
START = np.array([-8.0, 1.0])


def ravine(w):
    """The loss of weights (..., 2)."""
    return (w[..., 0] ** 2 + STEEP * w[..., 1] ** 2) / 2


def slopes(w):
    """Its gradient."""
    return w * np.array([1, STEEP])


for rate in (0.021, 0.019, 0.010):
    w = START
    for _ in range(20):
        w = sgd_step(w, slopes(w), rate)
    print(f"learning rate {rate:.3f}: after 20 steps a = {w[0]:6.2f}, b = {w[1]:9.5f}, loss {ravine(w):9.5f}")

# %% [markdown]
# The limit is 2 / 100: there a step across ends on the other side, exactly as far up as before. A network has
# not two weights but many thousands, and ravines of all kinds.
#
# ## Idea one: a ball has momentum
#
# A ball that rolls down does not ask at every moment which way is steepest. It goes on as it went, and the
# slope only bends its way. Across the ravine the slope changes its sign at every step: these pushes cancel
# out. Along the ravine the slope always points the same way: these pushes add up.
#
#     v <- momentum * v - learning_rate * dw          w <- w + v
#
# `v` is the step itself, remembered. Three steps by hand, from w = 10 with learning_rate 0.5, momentum 0.5,
# where the slopes are 4, 4 and then 0:

# %%
w, v = np.array([10.0]), np.zeros(1)
for dw in (4, 4, 0):
    w, v = momentum_step(w, np.array([dw]), v, 0.5, 0.5)
    print(f"slope {dw}:   v = {v[0]:4.1f}   w = {w[0]:4.1f}")

# %% [markdown]
# The third step moves without any slope. How far does it go, if the slope stays the same for
# a long time? With momentum 0.9 each step is 0.9 of the one before and a new push: 1 + 0.9 + 0.81 + ... =
# 10 pushes. So momentum 0.9 can be ten times as fast along the ravine.
#
# ## Idea two: every weight its own step
#
# Look at the slopes, not at the ball. Across the ravine they are 100 times larger than along it. Let us
# divide each weight's slope by the size it usually has, then all weights take steps of about the same size.
# The usual size is a *running mean*, of the squares because the sign should not count:
#
#     v <- rho * v + (1 - rho) * dw^2
#     w <- w - learning_rate * dw / sqrt(v + epsilon)
#
# This is RMSprop (RMS: the root of the mean square). `epsilon` is tiny, and only there so that nobody divides
# by zero. With rho = 0.9 the mean looks back about ten steps:

# %%
for scale in (0.01, 1, 100):
    w, v = np.zeros(1), np.zeros(1)
    for _ in range(50):
        before = w
        w, v = rmsprop_step(w, np.array([scale]), v, learning_rate=0.1, rho=0.9, epsilon=1e-7)
    print(f"slope {scale:>6}, always: step 50 of RMSprop {(before - w)[0]:.4f}, of SGD {0.1 * scale:g}")

# %% [markdown]
# ## Both, and a careful start
#
# Adam puts the two together: a running mean `m` of the slopes (the ball), divided by the root of a running
# mean `v` of their squares (a step of its own for each weight).
#
#     m <- beta_1 * m + (1 - beta_1) * dw             beta_1 = 0.9
#     v <- beta_2 * v + (1 - beta_2) * dw^2           beta_2 = 0.999
#
# There is a trap. Both begin at zero. After the first step m is only `0.1 * dw`, and v is only `0.001 *
# dw^2`. Both are too small, but not equally: m / sqrt(v) is 0.1 / sqrt(0.001), more than three times too
# long. After t steps with the same slope, m is `(1 - beta_1^t) * dw` and v is `(1 - beta_2^t) * dw^2`. So
# divide that out:
#
#     alpha = learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t)
#     w <- w - alpha * m / (sqrt(v) + epsilon)
#
# This is the **bias correction**. See what it prevents, on a slope that is always 1:

# %%
STEPS = 5_000
w, m, v = np.zeros(1), np.zeros(1), np.zeros(1)
corrected, naive = [], []
for t in range(1, STEPS + 1):
    before = w
    w, m, v = adam_step(w, np.ones(1), m, v, t, learning_rate=1.0, beta_1=0.9, beta_2=0.999, epsilon=1e-7)
    corrected.append((before - w)[0])
    naive.append((m / np.sqrt(v))[0])

show(figures.lengths(naive, corrected), "11_bias_correction")
print(f"first step: {naive[0]:.2f} without, {corrected[0]:.2f} with the correction")
print(f"longest:    {max(naive):.2f} without (step {np.argmax(naive) + 1}), {max(corrected):.2f} with it")

# %% [markdown]
# Without the correction the first steps, taken while the network knows nothing, would be the longest of all.
# With it, the very first step of Adam is `learning_rate` long for every weight, whatever its slope:

# %%
dw = np.array([0.01, -1.0, 100.0])
w, m, v = adam_step(np.zeros(3), dw, np.zeros(3), np.zeros(3), 1, 0.1, 0.9, 0.999, 1e-7)
for slope, moved in zip(dw, w):
    print(f"slope {slope:>8g}: the first step moves the weight by {moved:+.4f}")

# %% [markdown]
# ## The picture: four ways down the ravine
#
# All four start at the same place. Each gets the learning rate with which *it* is fastest; we try sixty.
# Arrived is who has less than a hundredth of the loss at the start, and stays there.

# %%
RULES = {  # (w, dw, memory, t, learning rate) -> w and the new memory
    "SGD": lambda w, dw, memory, t, rate: (sgd_step(w, dw, rate),),
    "momentum": lambda w, dw, memory, t, rate: momentum_step(w, dw, memory[0], rate, 0.9),
    "RMSprop": lambda w, dw, memory, t, rate: rmsprop_step(w, dw, memory[0], rate, 0.9, 1e-7),
    "Adam": lambda w, dw, memory, t, rate: adam_step(w, dw, *memory, t, rate, 0.9, 0.999, 1e-7),
}


def path(rule, rate, steps=200):
    """The weights after each step, (steps + 1, 2)."""
    w, memory, places = START, [np.zeros(2), np.zeros(2)], [START]
    for t in range(1, steps + 1):
        w, *memory = RULES[rule](w, slopes(w), memory, t, rate)
        places.append(w)
    return np.array(places)


def arrived(places):
    """The first step from which on the loss stays below a hundredth of that at the start."""
    above = np.flatnonzero(ravine(places) > ravine(START) / 100)
    return above[-1] + 1 if above[-1] + 1 < len(places) else np.inf


rates = np.geomspace(0.001, 3, 60)
with np.errstate(over="ignore", invalid="ignore"):  # some of the sixty fly away
    best = {rule: min((arrived(path(rule, rate)), rate) for rate in rates) for rule in RULES}

ways = {}
for rule, (steps, rate) in best.items():
    ways[f"{rule}: {steps} steps to arrive"] = path(rule, rate, steps=40)
    print(f"{rule:<9} arrives after {steps:>3} steps, with learning rate {rate:.3f}")
show(figures.ravine(ravine, ways), "11_ravine")

# %% [markdown]
# The figure shows the first 40 steps of each. **SGD** jumps from wall to wall and then creeps: the learning
# rate that the walls allow is too small for the bottom. **Momentum** swings like a ball in a bowl, and is
# fast along the ravine. **RMSprop** takes steps as long along as across, so it soon stands on the bottom, and
# walks on there with even steps. **Adam** swings a little, and goes straight for the middle.
#
# ## A network: four optimizers, three seeds
#
# Two weights prove nothing. Take a small convolutional network. Each optimizer may try four learning rates,
# and keeps the one that ends with the lowest loss on the training pictures. (Comparing optimizers with one
# learning rate for all is how one fools oneself most often.) With that one it trains from two more starts.
#
# The loop below is what a framework's `fit` does inside: forward through the layers, backward through them,
# and a step for each array of weights. The step is yours.

# %%
data, EPOCHS = pictures(3_000, 2_000), 4
x, x_test = ((each / 255).astype(np.float32) * 4 - 2 for each in (data.x, data.x_test))


def network():
    """Three convolutions of stride 2, then ten scores."""
    convs = [layers.Conv2D(F, 3, strides=2, padding="same", activation="relu") for F in (8, 16, 32)]
    return Sequential([layers.Input((32, 32, 3)), *convs, layers.Flatten(), layers.Dense(10)])


def train(rule, rate, seed):
    """The loss of every batch, and the test accuracy at the end."""
    set_random_seed(seed)
    net, memory, losses = network(), {}, []
    for t, at in enumerate(batches(len(x), 50, EPOCHS, seed), 1):
        scores = x[at]
        for layer in net.layers:
            scores = layer.forward(scores, training=True)
        loss, blame = softmax_crossentropy(scores, data.y[at])
        losses.append(loss)
        for layer in reversed(net.layers):
            blame = layer.backward(blame.astype(np.float32))
        for layer in net.layers:
            for name, w in layer.params.items():
                past = memory.get((layer, name), [np.zeros_like(w), np.zeros_like(w)])
                w[...], *memory[layer, name] = RULES[rule](w, layer.grads[name], past, t, rate)
    return np.array(losses), (net.predict(x_test, verbose=0).argmax(axis=1) == data.y_test).mean()


def last_epoch(losses):
    """Their mean over the last epoch."""
    return losses.reshape(EPOCHS, -1)[-1].mean()


TRIED = {
    "SGD": (0.03, 0.1, 0.3, 1.0),
    "momentum": (0.003, 0.01, 0.03, 0.1),
    "RMSprop": (0.0003, 0.001, 0.003, 0.01),
    "Adam": (0.001, 0.003, 0.01, 0.03),
}
runs = {}  # optimizer: (losses, test accuracy) of three seeds
with np.errstate(over="ignore", invalid="ignore"):  # a learning rate may be too large
    for rule, candidates in TRIED.items():
        first = {rate: train(rule, rate, seed=0) for rate in candidates}
        ends = {rate: last_epoch(losses) for rate, (losses, _) in first.items()}
        best = min(ends, key=lambda rate: np.nan_to_num(ends[rate], nan=np.inf))
        runs[rule] = [first[best], train(rule, best, seed=1), train(rule, best, seed=2)]
        tried = "   ".join(f"{rate:>6g}: {end:4.2f}" for rate, end in ends.items())
        print(f"{rule:<9} {tried}   ->   {best:g}")
print("(learning rate: loss of the last epoch; nan: it flew away)")

# %%
for rule, three in runs.items():
    end, accuracy = np.mean([(last_epoch(losses), accuracy) for losses, accuracy in three], axis=0)
    print(f"{rule:<9} loss of the last epoch {end:.3f}, test accuracy {accuracy:.1%}")
title = f"One network, four optimizers, three seeds: {data.label}"
show(figures.four_optimizers(runs, title), "11_four_optimizers")

# %% [markdown]
# This is the answer to the question at the top. Plain SGD had the learning rate that suits it best, and still
# it ends with a loss that RMSprop and Adam have reached long before. Momentum alone helps less here. The
# table of learning rates says something else: a factor of three, up or down, can matter as much as the choice
# of the optimizer.
#
# Why three seeds? Look at the dots on the right: one run may be better than another by luck alone. Where the
# dots of two optimizers overlap, three runs do not tell which is better.
#
# Do not conclude that Adam is always best. With long training and a learning rate that is lowered on the way,
# SGD with momentum often ends as well or better; many of the best known networks were trained so.
#
# ## What it costs
#
# What is remembered has to be kept somewhere: one number more for each weight with momentum and RMSprop, two
# with Adam. And each of your steps walks several times over all of them, making new arrays on the way.
# minicnn does the same in one pass over the memory: `python -m lessons race` puts your Adam against it.
#
# ## Your turn
#
#     python -m lessons start 11      copies the exercise to lessons/11_optimizers/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("11", adam_step)`.
#
# The check walks three steps from a single weight, as above, and counts each step for itself: if only step 1
# passes, look at what is remembered; if step 1 fails in `adam_step`, look at alpha. When all three pass,
# `python -m lessons payoff` trains one network with each of them, with one learning rate for each and one
# seed. That is no contest, and where the best two end close together it says so.
#
# **In the framework**: [minicnn/kernels/updates.py](../../minicnn/kernels/updates.py) has the three
# formulas at its top and, below, each as one loop; [minicnn/optimizers.py](../../minicnn/optimizers.py)
# keeps what is remembered, and computes alpha. Where epsilon stands, inside the root in RMSprop and outside
# in Adam, follows Keras, so that the same settings give the same weights.
