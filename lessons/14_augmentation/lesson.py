# %% [markdown]
# # 14 Augmentation: more data for free, and when to stop?
#
# In lesson 13 a network learned 500 pictures by heart. With more pictures it could not have done so. But
# pictures cost: somebody has to take them, look at them, and write down what they show.
#
# Or do they? A horse that looks to the left is a horse. Mirror it, and it looks to the right. It is still a
# horse, and for the network nearly every pixel has changed.
#
# **You will write** `flip`, `random_crop` and `early_stopping_update` (about 45 minutes).
# **You need** lesson 13: what overfitting is.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import time

import numpy as np

import minicnn as mc
from lessons import mine, show
from lessons.harness.data import pictures
from minicnn import layers, plots
from minicnn.plots.figure import SMALL, dress, line_style, new_figure

flip, random_crop = mine("14", "flip"), mine("14", "random_crop")  # yours, once they pass their check
early_stopping_update = mine("14", "early_stopping_update")

# %% [markdown]
# ## The question: how many pictures are in one picture?
#
# Mirror it or not: that is 2. Now move it. Put a margin of 3 pixels around it, so that it has 38 x 38, and
# cut out 32 x 32 again, anywhere: the window can begin in 7 rows and 7 columns. So, together:

# %%
MARGIN = 3
places = 2 * MARGIN + 1
print(f"2 ways to look at it x {places} rows x {places} columns = {2 * places * places} pictures from one")

# %% [markdown]
# Here are three pictures, and seven made from each. Zeros in the margin would be black bars, which no photo
# has; so the margin is filled with the picture's own pixels, mirrored at its edge.

# %%
data = pictures(1_500, 1_000)
rng = np.random.default_rng(0)


def augmented(x, rng):
    """Pictures as the network will see them in this epoch: half of them mirrored, all moved a little."""
    x = flip(x, rng.random(len(x)) < 0.5)
    wider = np.pad(x, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)), mode="reflect")
    return random_crop(wider, rng.integers(0, places, (len(x), 2)), 32, 32)


three = pictures(0, 50).x_test[[1, 7, 13]]
sheet = np.concatenate(
    [np.concatenate([p[None], augmented(np.repeat(p[None], 7, axis=0), rng)]) for p in three]
)
show(
    plots.images(sheet, columns=8, title=f"Left: the picture; beside it: seven made from it, {data.label}"),
    "14_sheet",
)
mirrored = flip(three, np.array([True, True, True]))
print(f"mirrored, {np.mean(mirrored != three):.0%} of the 3 x 3,072 numbers are others than before")

# %% [markdown]
# You see at once that it is always the same thing. The network does not: it sees numbers, and nearly all of
# them are different.
#
# What may be done to a picture depends on what must be told apart. A horse upside down is no picture that
# anybody takes. And never mirror digits or letters: a mirrored 2 is no 2 any more.
#
# ## The number: what the functions get
#
# As in lesson 13, the dice are thrown outside: your functions are told *which* pictures to mirror, and
# *where* each is cut. Two pictures of one row with three pixels:

# %%
x = np.array([[1, 2, 3], [4, 5, 6]], np.uint8).reshape(2, 1, 3, 1)
print("flips [no, yes]:                  ", flip(x, np.array([False, True])).reshape(2, 3).tolist())
print(
    "windows of 2 at columns 1 and 0:  ",
    random_crop(x, np.array([[0, 1], [0, 0]]), 1, 2).reshape(2, 2).tolist(),
)
print("and x is what it was:             ", x.reshape(2, 3).tolist())

# %% [markdown]
# The last line matters. In the next epoch the pictures are needed again, to be changed in another way. A
# function that mirrors them in place mirrors the mirrored ones, and after ten epochs nobody knows what is
# in the array.
#
# ## The formula
#
#     flip:         y[n, i, j] = x[n, i, W - 1 - j]  where flips[n], else x[n, i, j]
#     random_crop:  y[n, i, j] = x[n, top + i, left + j]  with (top, left) = places[n]
#
# Both read each pixel from another place. That is all an augmentation is; turning and zooming are the same
# with a longer formula. In the framework, each of them is a small table that says where every pixel comes
# from.
#
# Only *training* pictures are changed. The network is asked about test pictures as they are.
#
# ## When to stop?
#
# With more epochs, the loss on the training pictures keeps falling, if with small jumps. The loss on pictures
# the network does not learn from falls, stops, and then rises: that is where memorising begins. So keep some
# training pictures apart, the **validation** pictures; look at their loss after every epoch; and stop when it
# gets no better.
#
# But it jumps up and down. One bad epoch is not the end. So be patient: count the epochs since the last
# improvement, and stop when there were `patience` of them. An improvement too small to matter (by
# `min_delta` or less) does not count:
#
#     value < best - min_delta:   best = value, wait = 0
#     otherwise:                  wait = wait + 1, and stop if wait >= patience

# %%
losses = [2.0, 1.6, 1.7, 1.5, 1.49, 1.55, 1.6, 1.4, 1.3]
best, wait = np.inf, 0
print("patience 3, min_delta 0.05\nepoch  loss   best  wait  stop")
for epoch, loss in enumerate(losses, 1):
    best, wait, stop = early_stopping_update(best, wait, loss, 3, 0.05)
    print(f"{epoch:>5}  {loss:<5}  {best:<4}  {wait:>4}  {stop}")
    if stop:
        break

# %% [markdown]
# Look at epoch 5: 1.49 is lower than 1.5, but by too little, so the waiting begins. And look at what was
# given away: epochs 8 and 9 would have been better. More patience costs more time, and sometimes finds such
# a place. Nobody knows beforehand.
#
# ## The code: a study of overfitting
#
# Somebody trains a network of three convolutions, and then tries to make it better. It is a study that many
# people make in their first week, here at the size of a lesson: 1,200 pictures to learn from, 300 for
# validation.
#
# 1. **first**: three convolutions with windows of 3 x 3, each with a pooling behind it, and two dense layers.
# 2. **larger**: the same with windows of 5 x 5, which has more weights. Will it be better?
# 3. **regularized**: the first again, with the batch normalization of lesson 12 behind its first convolution,
#    and the dropout of lesson 13 behind each pooling and before the last layer.
# 4. **augmented**: the first again, with your `flip` and `random_crop` in every epoch.


# %%
def network(window=3, regularized=False):
    """Three times convolution and pooling, then two dense layers."""
    drop = lambda rate: [layers.Dropout(rate)] if regularized else []  # noqa: E731
    made = [layers.Input((32, 32, 3)), layers.Rescaling(1 / 127.5, -1)]
    for k, filters in enumerate((8, 16, 32)):
        made += [layers.Conv2D(filters, window, padding="same", activation="relu")]
        made += [layers.BatchNormalization(momentum=0.9)] if regularized and k == 0 else []
        made += [layers.MaxPooling2D(), *drop(0.2)]
    made += [layers.Flatten(), layers.Dense(128, activation="relu"), *drop(0.4)]
    return mc.Sequential([*made, layers.Dense(10, activation="softmax")])


LEARN, EPOCHS, PATIENCE = 1_200, 16, 3


def train(model, augment=False):
    """Accuracy, loss, val_accuracy, val_loss, a list each, one number an epoch; and the test accuracy."""
    model.compile(mc.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", ["accuracy"])
    rng, history = np.random.default_rng(0), {}
    for _ in range(EPOCHS):
        x = augmented(data.x[:LEARN], rng) if augment else data.x[:LEARN]
        held_back = data.x[LEARN:], data.y[LEARN:]
        epoch = model.fit(x, data.y[:LEARN], batch_size=40, epochs=1, verbose=0, validation_data=held_back)
        for name, (value,) in epoch.history.items():
            history.setdefault(name, []).append(value)
    return history, model.evaluate(data.x_test, data.y_test, batch_size=500, verbose=0)[1]


def stops_at(losses):
    """After which epoch early stopping ends a run with these losses; the best epoch until then."""
    best, wait, best_epoch = np.inf, 0, 0
    for epoch, loss in enumerate(losses, 1):
        best_epoch = epoch if loss < best else best_epoch
        best, wait, stop = early_stopping_update(best, wait, loss, PATIENCE, 0.0)
        if stop:
            return epoch, best_epoch
    return len(losses), best_epoch


plans = {
    "first": ({}, False),
    "larger": ({"window": 5}, False),
    "regularized": ({"regularized": True}, False),
    "augmented": ({}, True),
}
histories, tested = {}, {}
for name, (options, augment) in plans.items():
    mc.set_random_seed(0)
    model, start = network(**options), time.perf_counter()
    histories[name], tested[name] = train(model, augment)
    seconds = time.perf_counter() - start
    print(f"{name:<12} {model.count_params():>7,} weights, {EPOCHS} epochs in {seconds:.0f} s")

# %%
print(f"{'after the last epoch':<34} {'validation loss':>31}")
print("             train    val   test    first    best    last   stop after   best epoch")
for name, history in histories.items():
    losses, (stop, best_epoch) = history["val_loss"], stops_at(history["val_loss"])
    print(
        f"{name:<12} {history['accuracy'][-1]:.3f}  {history['val_accuracy'][-1]:.3f}  {tested[name]:.3f}   "
        f"{losses[0]:6.2f}  {min(losses):6.2f}  {losses[-1]:6.2f}   {stop:>10}   {best_epoch:>10}"
    )

figure = new_figure(1100, 480)
panels, legend = figure.subplots(2, len(histories), sharex=True, sharey="row"), {}
for (above, below), (name, history) in zip(panels.T, histories.items()):
    epochs, (stop, _) = range(1, EPOCHS + 1), stops_at(history["val_loss"])
    for panel, quantity in ((above, "loss"), (below, "accuracy")):
        panel.plot(epochs, history[quantity], label="training", markersize=3, **line_style(0))
        panel.plot(epochs, history[f"val_{quantity}"], label="validation", markersize=3, **line_style(1))
        if stop < EPOCHS:
            panel.axvline(stop, color="0.4", linestyle=":", label="your early stopping")
    above.set_ylim(0, 4)
    below.set_ylim(0, 1)
    legend |= dict(zip(*reversed(above.get_legend_handles_labels())))
    title = f"{name}: stopped after {stop}" if stop < EPOCHS else name
    dress(above, title, "", "loss" if name == "first" else "")
    dress(below, "", "epochs", "accuracy" if name == "first" else "")
figure.legend(legend.values(), legend, fontsize=SMALL, ncols=3, loc="outside lower center")
figure.suptitle(f"A study of overfitting, {LEARN:,} training pictures, {data.label}")
show(figure, "14_study")

# %% [markdown]
# Compare the four columns. In the **first** the training loss goes down all the time, while the validation
# loss turns round and rises: from there on the network learns its pictures by heart. The **larger** network
# has more weights for that, and does it more thoroughly: more weights were the wrong medicine. In the two
# columns on the right, training and validation stay closer together. What makes memorising harder makes
# learning slower as well, so such a network wants more epochs. That is the trade: *regularize, and train
# longer*.
#
# (So it is on CIFAR-10. The embedded shapes take longer to learn at all. There the gap between the two
# lines opens as well, but the rise has hardly begun when the epochs are over.)
#
# A dotted line is where your early stopping ends the run. All epochs to the right of it were wasted. Where
# there is no dotted line, the run was still getting better, or was within its patience.
#
# In accuracy the networks differ less than in loss. Twelve hundred pictures are few, and one run of each is
# no proof: another seed moves each accuracy by some hundredths.
#
# The framework's own `EarlyStopping` should stop each run after the same epoch as yours:


# %%
class Run:
    """All that the callback needs of a model."""

    stop_training = False


for name, history in histories.items():
    run, watcher = Run(), mc.callbacks.EarlyStopping("val_loss", patience=PATIENCE)
    watcher.set_model(run)
    watcher.on_train_begin()
    for epoch, loss in enumerate(history["val_loss"]):
        watcher.on_epoch_end(epoch, {"val_loss": loss})
        if run.stop_training:
            break
    yours, _ = stops_at(history["val_loss"])
    print(f"{name:<12} minicnn stops after {epoch + 1:>2}, yours after {yours:>2}")
    assert epoch + 1 == yours

# %% [markdown]
# ## Your turn
#
#     python -m lessons start 14      copies the exercise to lessons/14_augmentation/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("14", flip)`. When all three pass,
# `python -m lessons payoff` trains a network with them: your pictures, new in every epoch, and your word
# when to stop.
#
# **In the framework**: [minicnn/layers/augmentation.py](../../minicnn/layers/augmentation.py) has
# `RandomFlip` and `RandomCrop` as layers, beside turning, zooming and shifting; each is a map for the
# kernel [minicnn/kernels/warp.py](../../minicnn/kernels/warp.py). `EarlyStopping` is in
# [minicnn/callbacks/monitor.py](../../minicnn/callbacks/monitor.py); with `restore_best_weights=True` it
# also puts back the weights of the best epoch.
