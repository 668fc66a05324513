# %% [markdown]
# # 12 Batch normalization: why do deep nets stall?
#
# A network of two layers learned in lesson 05. If two layers are good, six should be better. So stack six,
# press start, and often nothing happens at all: the loss stays where it was. Or it becomes NaN in the first
# second. In this lesson you find out why, and write the layer that helps against both.
#
# **You will write** `bn_forward` and `bn_backward` (about 55 minutes).
# **You need** lesson 05: forward, backward, dense and ReLU.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

from itertools import pairwise

import numpy as np

from lessons import mine, show
from lessons.harness.data import batches, flat, pictures
from lessons.harness.places import LESSONS
from lessons.harness.wire import module_of
from minicnn.kernels.threads import single_threaded_blas

figures = module_of(LESSONS / "12_batchnorm/figures.py")  # what only draws
bn_forward, bn_backward = mine("12", "bn_forward"), mine("12", "bn_backward")  # yours, once they pass
dense_forward, dense_backward = mine("05", "dense_forward"), mine("05", "dense_backward")
relu_forward, relu_backward = mine("05", "relu_forward"), mine("05", "relu_backward")
softmax_crossentropy, sgd_step = mine("03", "softmax_crossentropy"), mine("03", "sgd_step")

# %% [markdown]
# ## The question: what reaches the last layer?
#
# Each layer takes the numbers of the layer before it, multiplies them by weights and adds up. So if a layer
# makes its numbers a quarter as large as they were, five such layers make them 1,024 times smaller. If it
# makes them four times as large, they come out 1,024 times larger:

# %%
for factor in (0.25, 0.8, 1.0, 1.25, 4.0):
    print(f"every layer times {factor}: after 5 layers {factor**5:.4g}, after 50 layers {factor**50:.1e}")

# %% [markdown]
# Weights begin as random numbers. How large must they be, so that the factor is 1? For a layer of D inputs
# with a ReLU it is sqrt(2 / D), the rule you have used since lesson 05 (He and others found it in 2015).
# Watch what 500 pictures become on their way through five layers of 100 numbers: with weights of just that
# size, with a quarter of it, and with four times as much.

# %%
DEPTH, WIDTH, SIZE = 5, 100, 100  # SIZE: pictures in a batch
data = pictures(10_000, 2_000)
x, x_test = flat(data.x), flat(data.x_test)


def new_weights(scale=1.0, seed=0):
    """Weights of six dense layers, ``scale`` times He's size; gamma, beta, moving statistics."""
    rng = np.random.default_rng(seed)
    sizes = pairwise([3072, *[WIDTH] * DEPTH, 10])
    w = [(scale * rng.standard_normal((D, F)) * np.sqrt(2 / D)).astype(np.float32) for D, F in sizes]
    zeros, ones = np.zeros((DEPTH, WIDTH), np.float32), np.ones((DEPTH, WIDTH), np.float32)
    return {"w": w, "gamma": list(ones), "beta": list(zeros), "mean": list(zeros), "variance": list(ones)}


def forward(net, h, normalise, training):
    """The scores of rows ``h``, and what each layer has to remember for the way back."""
    saved = []
    for k in range(DEPTH):
        if normalise:
            no_bias = np.zeros(WIDTH, h.dtype)  # subtracting the mean would take it away again
            u = dense_forward(h, net["w"][k], no_bias)
            z, net["mean"][k], net["variance"][k] = bn_forward(
                u, net["gamma"][k], net["beta"][k], net["mean"][k], net["variance"][k], training, 0.9
            )
        else:
            u = z = dense_forward(h, net["w"][k], net["beta"][k])
        y = relu_forward(z)
        saved.append((h, u, z, y))
        h = y
    return dense_forward(h, net["w"][DEPTH], np.zeros(10, h.dtype)), saved


scales = {"a quarter": 0.25, "He's rule": 1.0, "four times": 4.0}
without = {
    name: [u for _, u, _, _ in forward(new_weights(scale), x_test[:500], False, False)[1]]
    for name, scale in scales.items()
}
title = "What each layer computes before its ReLU (number above: the spread)"
show(figures.histograms(without, title), "12_without")
for name, layers in without.items():
    print(f"{name:<10} spread in layer 1: {layers[0].std():9.3g}   in layer 5: {layers[-1].std():9.3g}")

# %% [markdown]
# With a quarter of the size the histogram becomes a needle at 0: layer 5 gives nearly the same numbers for
# every picture, and what all pictures share says nothing about their class. With four times the size the
# numbers leave the frame (those beyond 4 are counted in the bars at its ends). The right size holds, but
# only *at the start*: training changes the weights, all of them at once, and a long step is enough to lose
# it. Then every layer has to deal with numbers of a size it has never seen.
#
# ## The idea: put it right in every layer
#
# If the size of the numbers is the trouble, then measure it and divide by it! Take a batch of pictures. For
# each of the 100 numbers of a layer (each *channel*) compute its mean and its variance over the batch.
# Subtract the mean, divide by the root of the variance. Whatever the weights are, the numbers that go on
# have mean 0 and variance 1.

# %%
with_bn = {
    name: [z for _, _, z, _ in forward(new_weights(scale), x_test[:500], True, True)[1]]
    for name, scale in scales.items()
}
show(figures.histograms(with_bn, "The same three networks, normalized in every layer"), "12_with")
for name, layers in with_bn.items():
    print(f"{name:<10} spread in layer 1: {layers[0].std():9.3g}   in layer 5: {layers[-1].std():9.3g}")

# %% [markdown]
# Three networks whose weights differ by a factor of sixteen look the same, layer by layer. That is all
# there is to the idea. (Ioffe and Szegedy, 2015. They gave it another reason than the one that is believed
# today; it works anyway.)
#
# ## The number: one channel by hand
#
# A batch of two pictures, and one channel, which has the values 1 and 3. The mean is 2. The variance is the
# mean of (1 - 2)^2 and (3 - 2)^2, that is 1. So 1 becomes -1, and 3 becomes 1.
#
# Two things are added. First, a channel may have *no* variance, and dividing by 0 would make NaN of it. So
# a small number, epsilon, is added under the root; Keras takes 0.001. Second, mean 0 and variance 1 may not
# be what the next layer needs. So each channel gets a scale **gamma** and an offset **beta** that are
# learned like weights. They begin as 1 and 0, so they change nothing at first.

# %%
one, zero = np.ones(1), np.zeros(1)
channel = np.array([[1.0], [3.0]])
for epsilon in (0.0, 1e-3, 3.0):
    y, _, _ = bn_forward(channel, one, zero, zero, one, True, 0.99, epsilon)
    print(f"epsilon {epsilon:g}: {channel.ravel()} -> {y.ravel()}")
y, _, _ = bn_forward(channel, 2 * one, 10 * one, zero, one, True, 0.99, 0.0)
print(f"gamma 2, beta 10: {channel.ravel()} -> {y.ravel()}")

# %% [markdown]
# ## The formula
#
# For each channel, over its M numbers:
#
# $$ \mu = \frac1M \sum_i x_i \qquad v = \frac1M \sum_i (x_i - \mu)^2 \qquad
#    \hat x_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}} \qquad y_i = \gamma\, \hat x_i + \beta $$
#
# **How many numbers has a channel?** After a dense layer x is (N, C): M = N, one number for each picture.
# After a convolution x is (N, H, W, C), and a channel is a map that is made with the *same* filter
# everywhere. So all its pixels, of all pictures, share one mean: M = N * H * W. In both cases the mean goes
# over every axis but the last.
#
# **And for a single picture?** When the trained network is asked about one picture, there is no batch. And
# the answer about a picture must not depend on which others happen to be in the batch with it. So while
# training, the layer keeps two more numbers for each channel, which slowly follow the batches:
#
#     moving = momentum * moving + (1 - momentum) * batch          momentum = 0.99 in Keras
#
# With momentum 0.99 one batch counts for a hundredth: the moving mean is a mean over the last few hundred
# batches. (Careful when you read other people's code: PyTorch calls 0.01 what Keras calls 0.99.) Below, a
# channel whose values have mean 5: how long does the moving mean take to find that out?

# %%
rng = np.random.default_rng(0)
paths = {0.99: [], 0.9: []}
for momentum, path in paths.items():
    mean, variance = np.zeros(1), np.ones(1)
    for _ in range(400):
        batch = 5 + 2 * rng.standard_normal((20, 1))
        _, mean, variance = bn_forward(batch, one, zero, mean, variance, True, momentum)
        path.append(mean[0])
    print(f"momentum {momentum}: after 50 batches {path[49]:.2f}, after 400 batches {path[-1]:.2f}")
show(figures.moving(paths, mean=5), "12_moving")

# %% [markdown]
# High momentum: slow, but calm. Low momentum: quick, but it jumps with every batch.
#
# ## Backwards: everyone is to blame for the mean
#
# If x[0] grows, then its own xhat grows. But the *mean* grows as well, so all other xhat of the channel
# become smaller; and the variance changes too. Blame arrives at x[0] by three ways. Worked out and summed
# up:
#
#     dbeta  = sum of dy                    dgamma = sum of dy * xhat
#     dx     = gamma / sqrt(v + epsilon) * (dy - dbeta / M - xhat * dgamma / M)
#                                           its own    by the mean   by the variance
#
# Look at what the two last parts do: they take out of dy all that the normalization would undo. Adding 1 to
# all x of a channel changes nothing in y; so dx must sum to 0. Making all x of a channel larger by one
# percent changes nothing either; so the sum of dx * xhat must be 0 as well (up to epsilon). Try it, and
# compare with what a small push says:

# %%
small, gamma, beta = rng.standard_normal((6, 3)), rng.uniform(0.5, 2, 3), rng.standard_normal(3)
dy = rng.standard_normal((6, 3))  # random: with all ones, dx would be 0 in right and wrong functions alike
dx, dgamma, dbeta = bn_backward(small, gamma, dy)
xhat = (small - small.mean(axis=0)) / np.sqrt(small.var(axis=0) + 1e-3)
print("sum of dx, by channel:        ", np.abs(dx.sum(axis=0)).round(12))
print("sum of dx * xhat, by channel: ", np.abs((dx * xhat).sum(axis=0)).round(3))
zeros, ones, worst = np.zeros(3), np.ones(3), 0.0
for at in np.ndindex(small.shape):
    above, below = small.copy(), small.copy()
    above[at] += 1e-5
    below[at] -= 1e-5
    ends = [np.sum(dy * bn_forward(v, gamma, beta, zeros, ones, True)[0]) for v in (above, below)]
    worst = max(worst, abs((ends[0] - ends[1]) / 2e-5 - dx[at]))
print(f"formula against a small push, all 18 entries: largest difference {worst:.1e}")
assert worst < 1e-7

# %% [markdown]
# ## The code: ten times the learning rate
#
# The same layers, with and without normalization, at a learning rate of 0.05 and at ten times as much.


# %%
def train_step(net, rows, right, rate, normalise):
    """One batch: forward, backward, step. Returns the loss."""
    scores, saved = forward(net, rows, normalise, training=True)
    loss, dscores = softmax_crossentropy(scores, right)
    dy, dw, _ = dense_backward(saved[-1][3], net["w"][DEPTH], dscores)
    net["w"][DEPTH] = sgd_step(net["w"][DEPTH], dw, rate)
    for k in reversed(range(DEPTH)):
        h, u, z, y = saved[k]
        du = relu_backward(dy, z, y)
        if normalise:
            du, dgamma, dbeta = bn_backward(u, net["gamma"][k], du)
            net["gamma"][k] = sgd_step(net["gamma"][k], dgamma, rate)
        dy, dw, db = dense_backward(h, net["w"][k], du)
        net["beta"][k] = sgd_step(net["beta"][k], dbeta if normalise else db, rate)
        net["w"][k] = sgd_step(net["w"][k], dw, rate)
    return loss


@single_threaded_blas()  # with products this small, threads wait for each other longer than they work
def train(rate, normalise, scale=1.0, epochs=5, size=SIZE):
    """The loss of every step, and the test accuracy at the end. Stops where the loss is no number."""
    net, losses = new_weights(scale), []
    with np.errstate(all="ignore"):  # a run that blows up says so by its loss
        for at in batches(len(x), size, epochs, seed=0):
            losses.append(train_step(net, x[at], data.y[at], rate, normalise))
            if not np.isfinite(losses[-1]):
                break
        guess = forward(net, x_test, normalise, training=False)[0].argmax(axis=1)
    return losses, (guess == data.y_test).mean()


curves = []
for normalise, rate in ((False, 0.05), (False, 0.5), (True, 0.05), (True, 0.5)):
    losses, accuracy = train(rate, normalise)
    smooth = [np.mean(losses[max(0, k - 24) : k + 1]) for k in range(len(losses))]  # begins at the first loss
    lost, name = not np.isfinite(losses[-1]), f"{'with' if normalise else 'without'}, rate {rate}"
    end = f"NaN at step {len(losses)}" if lost else f"{accuracy:.0%} right"
    curves.append((f"{name}: {end}", smooth, rate == 0.5, normalise, lost))
    print(f"{name:<20} loss {losses[0]:.2f} -> {smooth[-1]:.2f}, {accuracy:.1%} right, {len(losses)} steps")
show(figures.losses(curves, f"Five layers and the scores, {data.label}"), "12_ten_times")

# %% [markdown]
# Without normalization, ten times the rate destroys the network within a few steps: its curve begins at the
# cross and leaves the frame at once, upwards. With it, both rates learn. Why? If a weight matrix grows, its
# outputs grow, and the normalization divides that away again: a step that is too long does less harm. (All
# begin above ln 10 = 2.303: the last layer, too, has weights of He's size, so its scores are not near 0.)
#
# And the network that began with weights of a quarter of the size, the one whose histograms were a needle?

# %%
for normalise in (False, True):
    losses, accuracy = train(0.05, normalise, scale=0.25, epochs=2)
    print(
        f"small weights, {'with' if normalise else 'without':<7} normalization, two epochs: "
        f"loss {np.mean(losses[:50]):.3f} -> {np.mean(losses[-50:]):.3f}, test accuracy {accuracy:.1%}"
    )

# %% [markdown]
# Without, the loss stays near ln 10 = 2.303: what a network says that tells nothing apart. It has stalled.
# With normalization the loss falls from the start.
#
# There is a price. The layer costs time, and a picture's result now depends a little on the others of its
# batch. With small batches the means are rough, and the network has to live with that noise: it can learn
# *worse* than without, if everything else was set up well.
#
# ## Your turn
#
#     python -m lessons start 12      copies the exercise to lessons/12_batchnorm/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("12", bn_forward)`. The check counts rows and
# pictures, training and inference apart; begin with rows. When both pass, `python -m lessons payoff` trains
# the five layers at a rate of 0.5 with your functions.
#
# **In the framework**: [minicnn/kernels/batchnorm.py](../../minicnn/kernels/batchnorm.py) has the equations
# three times: as loops, a line an equation, and compiled. The layer that keeps the moving statistics is
# [minicnn/layers/batchnorm.py](../../minicnn/layers/batchnorm.py).
