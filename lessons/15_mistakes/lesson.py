# %% [markdown]
# # 15 Mistakes: what does it get wrong?
#
# "So many per cent are right" is one number about two thousand pictures. It does not say whether the network
# is a little wrong about everything, or good at ships and blind for cats. Who wants to make it better has to
# know *which* pictures it gets wrong, what it takes them for, and what it looks at.
#
# In this lesson you write the two functions that answer the first two, and open the network for the third.
#
# **You will write** `confusion_matrix` and `top_mistakes` (about 40 minutes).
# **You need** nothing new. The network below is trained with your own functions of lessons 03 to 13, where
# they are finished and quick enough; with minicnn's where not.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

import minicnn as mc
from lessons import mine, show
from lessons.harness import own
from lessons.harness.data import pictures, pixels
from lessons.harness.figures import few_colours, mistakes
from minicnn import layers, plots
from minicnn.plots.figure import BLUE, SMALL, TITLE, dress, new_figure

N, EPOCHS, BATCH = 20_000, 3, 50
data = pictures(N, 2_000)
x, x_test = pixels(data.x), pixels(data.x_test)
names = data.class_names

mc.set_random_seed(0)
network = mc.Sequential([
    layers.Input((32, 32, 3)),
    layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
    layers.Conv2D(64, 5, strides=2, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])  # fmt: skip

parts = own.quick(network, own.parts(), x[:BATCH], data.y[:BATCH])
model = own.model(network, parts)  # the same weights; your functions do the arithmetic
before = model.layers[0].params["kernel"].copy()
slower = mc.optimizers.schedules.CosineDecay(1e-3, EPOCHS * N // BATCH)  # small steps at the end
model.compile(own.optimizer(slower, parts), own.Loss(parts))
model.fit(x, data.y, batch_size=BATCH, epochs=EPOCHS, verbose=0)

probabilities = model.predict(x_test)
predicted = probabilities.argmax(axis=1)
right = predicted == data.y_test
print(f"{data.label}: {N:,} pictures, {EPOCHS} epochs")
print(f"{right.mean():.1%} of {len(right):,} test pictures are right")
print("who did the arithmetic:")
print("\n".join(f"  {line}" for line in own.table(parts)))

# %%
some = slice(0, 15)
sheet = plots.predictions(data.x_test[some], probabilities[some], data.y_test[some], names)
show(few_colours(sheet), "15_predictions")

# %% [markdown]
# Look at the ones with a frame. Some are hard for us, too; some are not. Is there a pattern?
#
# ## The number: one accuracy, two networks
#
# Here are two ways to be 90 % right about a hundred pictures, ninety cats and ten dogs. One never says "dog".

# %%
cat, dog = 0, 1
truth = np.array([cat] * 90 + [dog] * 10)
lazy = np.full(100, cat)
honest = np.where(np.arange(100) % 10 == 0, 1 - truth, truth)
for name, said in (("always says cat", lazy), ("looks", honest)):
    dogs_found = np.mean(said[truth == dog] == dog)
    print(f"{name:<16} {np.mean(said == truth):.0%} right; of ten dogs it finds {10 * dogs_found:.0f}")

# %% [markdown]
# The accuracy is the same. So count *every kind of answer*, not only the right ones.
#
# ## The formula
#
# A table with a row for each true class and a column for each class that can be said:
#
# $$ M_{i,j} = \text{the number of pictures } n \text{ with } y_n = i \text{ and } \hat{y}_n = j $$
#
# Three kinds of sums are hidden in it:
#
# - the diagonal is what is right: accuracy = sum of M[i, i] / sum of all;
# - **row** i sums to the pictures that *are* class i. M[i, i] / row sum is the *recall*: of all cats, how
#   many are found?
# - **column** j sums to the pictures that were *called* j. M[j, j] / column sum is the *precision*: of all
#   that it calls a cat, how many are cats?
#
# By hand, with six pictures of three classes:

# %%
confusion_matrix = mine("15", "confusion_matrix")  # yours, once it passes its check; minicnn's until then
small = confusion_matrix(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 1]), 3)
print(small)
print("row sums (how many there are)     ", small.sum(axis=1))
print("column sums (how many are called so)", small.sum(axis=0))
print("recall of class 0:   ", small[0, 0], "/", small[0].sum())
print("precision of class 1:", small[1, 1], "/", small[:, 1].sum())

# %% [markdown]
# And the network of above. A dark diagonal is good; a dark place beside it is a habit.

# %%
counts = confusion_matrix(data.y_test, predicted, 10)
assert (counts.sum(axis=1) == np.bincount(data.y_test, minlength=10)).all()
show(plots.confusion_matrix(matrix=counts, class_names=names), "15_confusion")

recall = np.diag(counts) / counts.sum(axis=1)
precision = np.diag(counts) / np.maximum(counts.sum(axis=0), 1)
for k in np.argsort(recall):
    print(f"{names[k]:<12} recall {recall[k]:.2f}   precision {precision[k]:.2f}")

# %% [markdown]
# ## Which confusions are the most frequent?
#
# Ninety places of this table are mistakes. A list of the largest is easier to read, and it says where to
# look. Each line of the picture below is one of them; first come those the network was most sure about.

# %%
top_mistakes = mine("15", "top_mistakes")
rows = top_mistakes(counts, 8)
for i, j, often in rows:
    print(f"{names[i]:<12} taken for {names[j]:<12} {often:4d} times, {often / counts[i].sum():.0%} of all")
show(few_colours(mistakes(data, probabilities, counts, rows[:3])), "15_mistakes")

# %% [markdown]
# ## Cats and dogs
#
# A mistake may go in both directions. Put M[i, j] and M[j, i] together, and there are 45 pairs of classes. If
# mistakes were thrown by dice, every pair would get the same share of them.

# %%
pairs = sorted(((counts[i, j] + counts[j, i], i, j) for i in range(10) for j in range(i)), reverse=True)
wrong = len(right) - right.sum()
print(f"{wrong} mistakes, {wrong / 45:.0f} for each pair if by chance")
for place, (often, i, j) in enumerate(pairs[:5], 1):
    print(f"  {place}. {names[j]} and {names[i]}: {often}, {45 * often / wrong:.1f} times its share")

if data.name == "cifar10":
    animal = np.isin(np.arange(10), [names.index(n) for n in ("bird", "cat", "deer", "dog", "frog", "horse")])
    off = counts - np.diag(np.diag(counts))
    of_animals = off[animal].sum()
    among = off[np.ix_(animal, animal)].sum()
    print(f"an animal is mistaken {of_animals} times, {among / of_animals:.0%} of them for another animal")
    print(f"by chance it would be 5 of 9 other classes: {5 / 9:.0%}")

# %% [markdown]
# So the mistakes are not noise. The network has found out, by itself, that some classes look alike: nobody
# told it what an animal is. That is also a hint for the next step: where two classes are confused, more
# pictures of these two help more than pictures of anything else.
#
# ## Does it know when it is wrong?
#
# The softmax gives a probability. Does 90 % mean 90 %? Put the test pictures into groups by how sure the
# network is, and count in each group how many are right.

# %%
sure = probabilities.max(axis=1)
edges = np.array([0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
group = np.clip(np.searchsorted(edges, sure, side="right") - 1, 0, len(edges) - 2)
means = [(sure[group == g].mean(), right[group == g].mean()) for g in np.unique(group)]
figure = new_figure(520, 340)
axes = figure.subplots()
axes.plot([0, 1], [0, 1], "--", color="0.6", label="as sure as it is right")
axes.plot(*zip(*means), "o-", color=BLUE, label="this network")
axes.legend(fontsize=SMALL)
dress(axes, "Sure, and right?", "how sure it is (mean of the group)", "how many are right")
show(figure, "15_sure")
for low in (0.5, 0.9):
    some = right[sure > low]
    of_them = f", {some.mean():.0%} of them right" if len(some) else ""  # the mean of none is no number
    print(f"more than {low:.0%} sure: {len(some):5d} pictures{of_them}")

# %% [markdown]
# On the dashed line, 90 % means 90 %. A curve above it belongs to a network that is right more often than it
# says, one below it to a network that is too sure of itself. Ours was trained for a few epochs only, and
# keeps close to the line, or above it. The longer a network studies the same pictures, the further below the
# line it falls.
#
# ## What does it look at?
#
# The first layer has 32 filters of 5 x 5 pixels and 3 colours: small coloured pictures. Before training they
# are noise, as they were drawn. Training changed them a little at each step. Below are the filters before,
# the filters after, and what training added, which is the difference of the two.

# %%
after = model.layers[0].params["kernel"]
for when, filters in (("before", before), ("after", after), ("added", after - before)):
    show(plots.filters(filters, columns=16, title=f"First layer: {when}"), f"15_filters_{when}")


def smoothness(filters):
    """How much a weight is like the one below it: 1 for plain colours, around 0 for noise."""
    above, below = filters[:-1], filters[1:]  # of (KH, KW, C, F)
    return np.corrcoef(above.ravel(), below.ravel())[0, 1]


for when, filters in (("before", before), ("after", after), ("added", after - before)):
    print(f"{when:<7} a weight and the one below it look alike: {smoothness(filters):.2f}")

# %% [markdown]
# Nobody drew what was added, and it is no noise: neighbours belong together. There are edges, dark on one
# side and light on the other, and plain colours. You wrote such filters by hand in lesson 06. In the filters
# themselves the noise of the beginning is still there: this network was trained for seconds.
#
# ## Feature maps: the picture as the network sees it
#
# A filter slides over the picture and makes a *map*: bright where it found what it looks for. The second
# layer does not see the picture any more, only the 32 maps of the first.

# %%
which = int(np.flatnonzero(right)[sure[right].argmax()])  # the picture it is surest about, and right
maps, y = [], x_test[which : which + 1]
for layer in model.layers[:2]:
    y = layer.forward(y)
    maps.append(y[0])

figure = new_figure(1000, 330)
left, rest = figure.subfigures(1, 2, width_ratios=(1, 4))
axes = left.subplots()
axes.imshow(data.x_test[which])
axes.set_title(f"{names[data.y_test[which]]}, {sure[which]:.0%} sure", fontsize=TITLE)
axes.set_axis_off()
for line, (y, layer) in zip(rest.subplots(2, 8), zip(maps, model.layers)):
    strongest = np.argsort(-y.max(axis=(0, 1)))[:8]
    for ax, k in zip(line, strongest):
        ax.imshow(y[..., k], cmap="gray")
        ax.set_axis_off()
        ax.set_title(f"{layer.name}: {k}", fontsize=6)
show(figure, "15_feature_maps")
for y, layer in zip(maps, model.layers):
    print(f"{layer.name:<9} {y.shape}, {(y == 0).mean():.0%} of the numbers are 0")

# %% [markdown]
# The maps of the first layer still look like the picture: edges and colours of it. Those of the second are
# coarser, and mostly black: each waits for something special. For what? Ask the pictures. A number of the
# second layer sees 13 x 13 pixels (5, and 4 more steps of 2). Take five filters, and cut out the places of
# all test pictures that excite each most, one from a picture. (Places at the border are left out.)

# %%
SEES, STEP, BEFORE = 13, 4, 3  # number (i, j) sees 13 x 13 pixels, from pixel (4 i - 3, 4 j - 3) on
parts_of_test = [x_test[k : k + 100] for k in range(0, len(x_test), 100)]
second = np.concatenate([model.layers[1].forward(model.layers[0].forward(some)) for some in parts_of_test])
second = second[:, 1:6, 1:6]  # (pictures, 5, 5, filters): what they see lies inside the picture
best = second.max(axis=(1, 2))  # (pictures, filters): how excited each filter was at its best place
alive = np.flatnonzero((best > 0).sum(axis=0) > 100)
strongest, usual = best.max(axis=0)[alive], best.mean(axis=0)[alive]
chosen = alive[np.argsort(-strongest / usual)][:5]  # those that are usually quiet

figure = new_figure(860, 540)
for line, k in zip(figure.subplots(5, 10), chosen):
    for ax, n in zip(line, np.argsort(-best[:, k])):
        i, j = np.unravel_index(second[n, :, :, k].argmax(), (5, 5))
        top, start = STEP * (i + 1) - BEFORE, STEP * (j + 1) - BEFORE
        ax.imshow(data.x_test[n, top : top + SEES, start : start + SEES])
        ax.set_axis_off()
    line[0].text(0, -1.5, f"filter {k}", fontsize=SMALL)
show(figure, "15_what_excites")

# %% [markdown]
# Each line is one filter's taste, and several may have the same. On CIFAR-10 most are of two kinds: a colour,
# whatever it belongs to (sky, water, cars), or light beside dark, in one direction or one corner. (Which five
# you see hangs on the last digits of all numbers before: on another computer they may be others.) From many
# such parts the dense layers put a class together; where two classes have the same parts, they are confused.
#
# ## Your turn
#
#     python -m lessons start 15      copies the exercise to lessons/15_mistakes/work.py
#     python -m lessons               checks it each time you save it
#
# When both functions pass, `python -m lessons payoff` trains this network with your own functions and
# draws its mistakes with them.
#
# **In the framework**: [minicnn/classification.py](../../minicnn/classification.py) has the matrix, with
# precision, recall and f1 from it; [minicnn/plots/confusion.py](../../minicnn/plots/confusion.py) draws it.
