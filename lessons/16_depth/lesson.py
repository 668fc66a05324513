# %% [markdown]
# # 16 Depth: does depth pay?
#
# LeNet-5 read cheques in 1998 with two convolutions (and a third one, as large as its picture: in effect a
# dense layer). AlexNet won ImageNet in 2012 with five. VGG, two years later, had thirteen, all of them with
# small windows: 3 x 3. Each was better than the one before. Is it the depth? Or only more weights, or more
# computing? The lesson shows what speaks for depth, and what it costs. It cannot prove that it is the depth
# alone: you will see why.
#
# In this lesson you build all three, small enough for a laptop. Then comes the end of the course: a
# documented network, M3, trained by *your* functions, with a certificate.
#
# **You will write** `lenet5`, `alexnet_cifar` and `vgg_cifar`, as lists of layers (about 60 minutes).
# **You need** what a convolution (06), a pooling (10) and a dense layer (05) do to a shape.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import json
import time

import numpy as np

import minicnn as mc
from lessons import mine, show
from lessons.harness import tasks
from lessons.harness.data import pictures, pixels
from lessons.harness.wire import module_of
from minicnn import layers, plots
from minicnn.plots.figure import BLUE, GREEN, SMALL, TITLE, VERMILLION, dress, new_figure

# %% [markdown]
# ## The number: one window of 5, or two of 3?
#
# Put two convolutions of 3 x 3 on top of each other. How many pixels does a number behind the second one see?
# Ask it: change one pixel after the other, and look whether the number moves. The same for one window of
# 5 x 5, and for three of 3 x 3.


# %%
def seen(windows, size=11):
    """Which pixels move the number in the middle, behind convolutions of these sizes: (size, size)."""
    rng = np.random.default_rng(0)
    stack = [layers.Conv2D(1, K, padding="same") for K in windows]
    x = rng.standard_normal((1, size, size, 1)).astype(np.float32)

    def middle(x):
        for layer in stack:
            x = layer.forward(x)
        return x[0, size // 2, size // 2, 0]

    base, moves = middle(x), np.zeros((size, size), bool)
    for i, j in np.ndindex(size, size):
        changed = x.copy()
        changed[0, i, j] += 1
        moves[i, j] = abs(middle(changed) - base) > 1e-6
    return moves


figure = new_figure(720, 270)
stacks = ((5,), (3, 3), (3, 3, 3))
C = 64
for axes, windows in zip(figure.subplots(1, 3), stacks):
    moves = seen(windows)
    wide = moves.any(axis=0).sum()
    axes.imshow(moves, cmap="Blues", vmin=0, vmax=1.4)
    axes.set_title(f"{len(windows)} of {windows[0]} x {windows[0]}: sees {wide}", fontsize=TITLE)
    axes.set_xticks(np.arange(-0.5, 11), [])
    axes.set_yticks(np.arange(-0.5, 11), [])
    axes.grid(linewidth=0.4)
    axes.tick_params(length=0)
    weights = sum(K * K * C * C for K in windows)
    print(f"{windows!s:<10} sees {wide} x {wide}, {weights:>8,} weights ({C} channels), {len(windows)} relu")
show(figure, "16_seen")

# %% [markdown]
# Two windows of 3 see what one of 5 sees, with fewer weights, and there are two relus instead of one: the
# second layer can combine what the first has found. That is the whole idea of VGG.
#
# ## The formula
#
# How far does a number see? (What it sees is called its *receptive field*.) Begin with one pixel. Every layer
# with a window of K adds K - 1 pixels to it, each as wide as all strides before it together:
#
# $$ r_0 = 1, \qquad r_l = r_{l-1} + (K_l - 1) \cdot S_1 S_2 \cdots S_{l-1} $$
#
# And a layer's work is one multiplication for each weight, at each place it is used. Let us count both for
# the three networks. (`mine` gives your own network once it stands in work.py and passes its check, the model
# answer until then.)

# %%
networks = {name: mine("16", name)() for name in ("lenet5", "alexnet_cifar", "vgg_cifar")}


def sees(network):
    """Pixels that a number before the first dense layer sees, in one direction."""
    r, step = 1, 1
    for layer in network.layers:
        K = getattr(layer, "kernel_size", getattr(layer, "pool_size", None))
        if K is not None:
            r, step = r + (K[0] - 1) * step, step * layer.strides[0]
    return r


def multiplications(network):
    """For one picture, forward."""
    places = [np.prod(layer.output_shape[1:-1], dtype=int) for layer in network.layers]
    return sum(n * layer.params["kernel"].size for n, layer in zip(places, network.layers) if layer.params)


print(f"{'':<15} layers with weights   parameters   multiplications   sees")
for name, network in networks.items():
    deep = sum(bool(layer.params) for layer in network.layers)
    weights, work = network.count_params(), multiplications(network)
    print(f"{name:<15} {deep:>19} {weights:>12,} {work:>17,} {sees(network):>6}")
show(plots.architecture(networks["vgg_cifar"], title="vgg_cifar"), "16_vgg")

# %% [markdown]
# Where are the parameters, and where is the work? They are not in the same place: a dense layer uses each
# weight once, a convolution uses it at every pixel.

# %%
figure = new_figure(1000, 330)
for axes, (name, network) in zip(figure.subplots(1, 3), networks.items()):
    with_weights = [layer for layer in network.layers if layer.params]
    weights = [layer.params["kernel"].size for layer in with_weights]
    work = [n * np.prod(layer.output_shape[1:-1], dtype=int) for n, layer in zip(weights, with_weights)]
    places = np.arange(len(with_weights))
    axes.barh(places - 0.2, 100 * np.array(weights) / sum(weights), 0.38, color=BLUE, label="weights")
    axes.barh(places + 0.2, 100 * np.array(work) / sum(work), 0.38, color=VERMILLION, label="multiplications")
    axes.set_yticks(places, [type(layer).__name__ for layer in with_weights])
    axes.invert_yaxis()
    dress(axes, name, "% of the network", None, grid="x")
figure.axes[0].legend(fontsize=SMALL)
show(figure, "16_where")

# %% [markdown]
# ## Is a deep network harder to begin with?
#
# Every layer multiplies by its weights. If it makes numbers a little smaller each time, little is left at the
# end, and on the way back as well. With the usual beginning ("glorot") a relu, which throws half of the
# numbers away, halves their mean square at each layer. "he_normal" begins with weights larger by root 2.

# %%
mc.set_random_seed(0)
figure = new_figure(560, 320)
axes = figure.subplots()
x = np.random.default_rng(0).standard_normal((4, 16, 16, 32)).astype(np.float32)
for name, colour, style in (("glorot_uniform", VERMILLION, "s--"), ("he_normal", BLUE, "o-")):
    stack = mc.Sequential([layers.Input((16, 16, 32))])
    for _ in range(16):
        stack.add(layers.Conv2D(32, 3, padding="same", activation="relu", kernel_initializer=name))
    y, sizes = x, []
    for layer in stack.layers:
        y = layer.forward(y)
        sizes.append(np.sqrt((y * y).mean()))
    axes.semilogy(range(1, 17), sizes, style, color=colour, markersize=4, label=name)
    print(f"{name:<15} size of the numbers after one layer {sizes[0]:.3f}, after sixteen {sizes[-1]:.3f}")
inside = (np.eye(16) + np.eye(16, k=1) + np.eye(16, k=-1)) / 3  # a window's pixels, a third of it each
left = np.linalg.matrix_power(inside, 16).sum(axis=1).mean()
print(f"the zeros of the padding alone would leave, after sixteen: {left:.3f}")
axes.legend(fontsize=SMALL)
dress(axes, "How large the numbers are, layer by layer", "layer", "root of the mean square")
show(figure, "16_signal")

# %% [markdown]
# That is why the docstrings of the two deeper networks ask for he_normal. In a single draw, as here, its
# numbers wander up or down. They also lose a little at every layer, because windows at the edge see the zeros
# of the padding, which add nothing: the last line says how much. Compare that with glorot. (Lesson 12 has the
# other remedy, batch normalization.)
#
# ## Does it pay?
#
# The same pictures, the same number of epochs, the same optimizer for all three; minicnn's kernels. Watch two
# numbers: the accuracy, and what it costs.

# %%
N, EPOCHS, BATCH = 5_000, 3, 50
data = pictures(N, 2_000)
x, x_test = pixels(data.x), pixels(data.x_test)
runs = {}


def race(name):
    """Train a network; its accuracy on the test pictures after each epoch, and the seconds so far."""
    mc.set_random_seed(0)
    network = mine("16", name)()
    slower = mc.optimizers.schedules.CosineDecay(1e-3, EPOCHS * N // BATCH)
    network.compile(mc.optimizers.Adam(slower), "sparse_categorical_crossentropy")

    def accuracy():
        return (network.predict(x_test).argmax(axis=1) == data.y_test).mean()

    seconds, found = 0.0, [(0.0, accuracy())]
    network.fit(x[:BATCH], data.y[:BATCH], batch_size=BATCH, verbose=0)  # compiles
    for _ in range(EPOCHS):
        start = time.perf_counter()
        network.fit(x, data.y, batch_size=BATCH, verbose=0)
        seconds += time.perf_counter() - start
        found.append((seconds, accuracy()))
    runs[name] = found
    print(f"{name:<15} {found[-1][1]:.1%} right after {EPOCHS} epochs and {seconds:.0f} s ({data.label})")


race("lenet5")

# %%
race("alexnet_cifar")

# %%
race("vgg_cifar")

# %%
figure = new_figure(900, 340)
left, right = figure.subplots(1, 2)
for (name, found), colour, mark in zip(runs.items(), (GREEN, VERMILLION, BLUE), "^so"):
    seconds, accuracy = zip(*found)
    left.plot(range(EPOCHS + 1), accuracy, f"{mark}-", color=colour, label=name)
    right.semilogx(np.array(seconds[1:]), accuracy[1:], f"{mark}-", color=colour, label=name)
left.legend(fontsize=SMALL)
left.set_xticks(range(EPOCHS + 1))
dress(left, f"By epochs, {data.label.split(' (')[0]}", "epoch", "test pictures right")
dress(right, "By seconds", "seconds of training", "test pictures right")
right.minorticks_off()
right.set_xticks((1, 3, 10, 30, 100, 300), ("1", "3", "10", "30", "100", "300"))
show(figure, "16_race")
first, last = runs["lenet5"][-1], runs["vgg_cifar"][-1]
more, longer = 100 * (last[1] - first[1]), last[0] / first[0]
print(f"vgg_cifar against lenet5: {more:+.1f} points, in {longer:.0f} times the time")

# %% [markdown]
# So depth has a price, and the left picture alone would hide it. With little time or few pictures the small
# network is a good choice; the deep one can use more of both.
#
# Is it the depth, then? **This race cannot tell.** Look at the table above: the deeper networks also have
# more weights, and do many times the work. And each ran once, with one seed; with another seed, other
# numbers come out. Who wants to know has to change one thing only, and run it with several seeds. What you
# can take home is what depth costs, and how to ask. (In [the documented run](../../examples/README.md)
# LeNet-5 learns for many more epochs, on all 50,000 pictures.) Deeper than some twenty layers needs one
# more idea: connections that skip layers (He, Zhang, Ren & Sun 2015, "Deep residual learning").
#
# ## Your turn
#
#     python -m lessons start 16      copies the exercise to lessons/16_depth/work.py
#     python -m lessons               checks it each time you save it
#     python -m lessons payoff        trains your LeNet-5 by your own functions of lessons 03 to 13
#
# The check compares your network layer by layer, and then lets it learn twenty pictures by heart: any
# network of this size can do that, so one that cannot has a mistake. A good habit for all you will build.
#
# ## The end: a network by your own hands
#
#     python lessons/16_depth/m3.py --mine
#
# trains M3 for two epochs on CIFAR-10: your convolution, your pooling, your dense layers, relu, dropout,
# loss and optimizer. (The optimizer is your `rmsprop_step` of lesson 11: M3 is documented with RMSprop.)
# Before it begins it takes a few steps, and tells you how long it will take; if your functions are slow,
# `--subset 10000` takes fewer pictures (2,000 is the least), and the certificate says so. This is how the
# certificate looks; here on a few pictures and with minicnn's functions, for one epoch.

# %%
m3 = module_of(tasks.find("16").folder / "m3.py")
few = pictures(4_000, 2_000)
certificate, passed = m3.certify(m3.MINICNNS, few, epochs=1, verbose=0)
show(certificate, "16_certificate")

# %% [markdown]
# The floor: minicnn's functions learn the same pictures, as long; yours may learn less by as much as five
# seeds differ. For the whole of CIFAR-10 five runs are documented in
# [examples/results/m3](../../examples/results/m3/seed0.json): what they reached after two epochs, less their
# spread, is the floor there.

# %%
reached = []
for file in sorted((m3.ROOT / "examples/results/m3").glob("seed*.json")):
    reached.append(json.loads(file.read_text(encoding="utf-8"))["history"]["val_accuracy"][1])
print("after two epochs:", ", ".join(f"{a:.4f}" for a in reached))
print(f"floor: {min(reached) - (max(reached) - min(reached)):.4f}")

# %% [markdown]
# You began with a byte of a file, and have now trained a network by functions you wrote yourself. What is not
# yours is little: the loop, the random numbers, the softmax of a prediction, and the lines of
# [lessons/harness/own.py](../harness/own.py) that make layers of your functions. **In the framework**, the
# same parts wait to be read, and you know all of them:
# [minicnn/kernels/conv2d.py](../../minicnn/kernels/conv2d.py) and its neighbours,
# [minicnn/layers/conv2d.py](../../minicnn/layers/conv2d.py), [minicnn/model.py](../../minicnn/model.py), and
# `_train_step` in [minicnn/training.py](../../minicnn/training.py), which is the loop around them.
