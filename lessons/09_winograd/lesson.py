# %% [markdown]
# # 09 Winograd: can we multiply less?
#
# Lessons 07 and 08 did the multiplications of lesson 06 faster. They did not do fewer. Each output of a 3 x 3
# window takes nine, and there seems to be no way around it. Or is there?
#
# **You will write** three small transforms, `winograd_filters`, `winograd_input`, `winograd_output`, and
# `conv_winograd`, the convolution made of them (about 50 minutes).
# **You need** lesson 06, and lesson 07 for the matrix product.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.clock import one_thread, processor_seconds
from lessons.harness.convolutions import batch
from lessons.harness.figures import speeds
from lessons.harness.places import LESSONS
from lessons.harness.speed import multiplications
from lessons.harness.tiles import cut_tiles, join_tiles
from lessons.harness.wire import module_of
from minicnn.kernels import conv2d, winograd

figures = module_of(LESSONS / "09_winograd/figures.py")  # what only draws
error_of = module_of(LESSONS / "09_winograd/rounding.py").error_of

# %% [markdown]
# ## The number: 4 in place of 6
#
# Take a row of 4 pixels d, and a filter g of 3. The filter fits in two places:
#
#     y0 = d0*g0 + d1*g1 + d2*g2          6 multiplications
#     y1 = d1*g0 + d2*g1 + d3*g2
#
# Now make four numbers of the pixels and four of the filter, multiply them *number by number*, and add:
#
#     t0 = d0 - d2      u0 = g0                       m = t * u: 4 multiplications
#     t1 = d1 + d2      u1 = (g0 + g1 + g2) / 2
#     t2 = d2 - d1      u2 = (g0 - g1 + g2) / 2       y0 = m0 + m1 + m2
#     t3 = d3 - d1      u3 = g2                       y1 = m1 - m2 + m3

# %%
d, g = np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.0, 10.0, 100.0])
directly = [d[0] * g[0] + d[1] * g[1] + d[2] * g[2], d[1] * g[0] + d[2] * g[1] + d[3] * g[2]]

t = np.array([d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]])
u = np.array([g[0], (g[0] + g[1] + g[2]) / 2, (g[0] - g[1] + g[2]) / 2, g[2]])
m = t * u
by_four = [m[0] + m[1] + m[2], m[1] - m[2] + m[3]]

print("directly:", [float(v) for v in directly])
print("t =", t, "  u =", u, "  m =", m)
print("by four: ", [float(v) for v in by_four])
assert np.allclose(directly, by_four)

# %% [markdown]
# The sums and halves cost something too. But u is made once for each filter, and serves all places of all
# pictures; t is made once for each pixel, and serves *all filters*. Only the multiplications in the middle
# are done for every pixel *and* every filter.
#
# In two dimensions, do it to the columns, then to the rows: **4 x 4 pixels give 2 x 2 outputs with 16
# multiplications in place of 36.** This is called F(2x2, 3x3).
#
# ## The picture: where each number comes from
#
# Each small square below is one number of the transform; inside, which of the inputs it is made of. Blue is
# plus, red is minus, white is not used; the darker, the more.


# %%
def made_of(name, size):
    """What a transform does to a 1 at each of size x size places: (rows, columns, places)."""
    ones = np.eye(size * size, dtype=np.float32).reshape(size, size, 1, -1)
    return mine("09", name)(ones)[:, :, 0]


weights = {
    "V: 16 numbers of 4 x 4 pixels": made_of("winograd_input", 4),
    "U: 16 numbers of a 3 x 3 filter": made_of("winograd_filters", 3),
    "y: 4 outputs of 4 x 4 products": made_of("winograd_output", 4),
}
show(figures.stencils(weights), "09_stencils")
print("the top left number of V, as weights of the 4 x 4 pixels:")
print(made_of("winograd_input", 4)[0, 0].reshape(4, 4).astype(int))

# %% [markdown]
# Each number of V needs four pixels, and only their plus and minus: no multiplication at all. U's corners are
# those of the filter; its middle ones are sums of all nine. The top left y adds nine of the sixteen products.
#
# ## The formula
#
# As matrices, one row for each line of the table:

# %%
A_t = np.array([[1, 1, 1, 0], [0, 1, -1, 1]])
G = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])
B_t = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]])

show(figures.matrices({"B': pixels to t": B_t, "G: filter to u": G, "A': products to y": A_t}), "09_matrices")

# %% [markdown]
# (' turns a matrix round.) For one row, `y = A' [(G g) * (B' d)]`; for a tile and a filter of two dimensions,
#
# $$ Y = A' \left[ (G\, g\, G') \odot (B'\, d\, B) \right] A $$
#
# where the circle multiplies number by number. With C channels, the products are summed over the channels. So
# at each of the 16 places (i, j) of the tile there is a **matrix product**, of all T tiles with all F
# filters:
#
#     M[i, j] = V[i, j] @ U[i, j]         (T, F) = (T, C) @ (C, F)
#
# Lesson 07 had one product with KH KW C = 9 C numbers in each sum, for four outputs a tile: 36 C. Here are 16
# products with C numbers in each sum: 16 C. That is 2.25 times less.
#
# ## Who finds such a table?
#
# Multiply two polynomials: (1 + 10 z)(2 + 3 z) = 2 + 23 z + 30 z^2. The middle number is 1*3 + 10*2, one
# number of a convolution: **a product of polynomials is a convolution of their coefficients**. And a product
# of polynomials is easy *at a point*: put in z = 1, and it is 11 * 5 = 55, one multiplication. Three
# coefficients come out, so three points are enough to find them.
#
# So: evaluate both polynomials at enough points, multiply there, and go back. Our convolution is this, turned
# round, and has 4 points: z = 0, 1, -1, and "infinity", which means the highest coefficient. Let us build the
# table from the points alone:


# %%
def evaluate(points, k):
    """Row p: what the k coefficients of a polynomial are multiplied by, to give its value at point p."""
    rows = [[point**power for power in range(k)] for point in points]
    return np.array([*rows, [0] * (k - 1) + [1]], float)  # the last row: infinity


def matrices(points, m, r, scale=None):
    """A', B', G for m outputs and a filter of r numbers, with len(points) + 1 = m + r - 1."""
    if scale is None:  # keeps B' in whole numbers where the points are whole
        scale = [np.prod([p - q for q in points if q != p]) for p in points] + [1]
    scale = np.array(scale, float)[:, None]
    B_t = scale * np.linalg.inv(evaluate(points, m + r - 1)).T
    return evaluate(points, m).T, B_t, evaluate(points, r) / scale


found = matrices((0, 1, -1), m=2, r=3, scale=(1, 2, 2, 1))
for name, built, table_of_above in zip(("A'", "B'", "G"), found, (A_t, B_t, G)):
    print(f"{name} built from the points 0, 1, -1, infinity:", (built + 0.0).tolist())
    assert np.allclose(built, table_of_above)

# %% [markdown]
# More points give larger tiles, and save more. `minicnn` takes 0, 1, -1, 2, -2 and infinity: tiles of 6 x 6
# pixels, 36 multiplications in place of 144; for filters of 5 x 5 also 1/2 and -1/2. Why not go on?
#
# ## What it costs: rounding
#
# A float32 number has about seven digits. The larger the tile, the larger the numbers in the matrices (the
# point 2 to the fifth power is 32), and the more digits are lost when large numbers cancel. Here is the same
# convolution with larger and larger tiles in float32, against float64 (`rounding.py`, beside this text):

# %%
points = (0, 1, -1, 2, -2, 0.5, -0.5, 4, -4)
outputs, errors, counts = [1, 2, 4, 6, 8], [], []
for m in outputs:
    errors.append(error_of(m, matrices(points[: m + 1], m, 3) if m > 1 else None))
    counts.append((m + 2) ** 2 / m**2)
    print(f"{m} x {m} outputs a tile: {counts[-1]:5.2f} multiplications an output, error {errors[-1]:.1e}")
show(figures.work_and_error(outputs, counts, errors), "09_error")

# %% [markdown]
# The work falls quickly at first, then hardly; the error grows all the way. For a network, a millionth is
# nothing: its random batches make far more noise. A thousandth, in every layer, is another matter.
#
# ## Your turn
#
#     python -m lessons start 09      copies the exercise to lessons/09_winograd/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("09", winograd_filters)`. The cutting of pictures
# into tiles is written already ([tiles.py](../harness/tiles.py)); what is left are four short functions.
#
# ## When does it lose?
#
# Fewer multiplications are not less time. The transforms are work as well: they read and write many numbers.
# Where does the time go, for 16 pictures of 16 x 16 pixels with 128 channels, and 128 filters? All times in
# this part are *processor time on one thread*, so that what else the computer does counts little.

# %%
x, w, _, _, padding = batch(16, 16, 128, 128).values()
tiles, cols = cut_tiles(x, padding), mine("07", "im2col")(x, 3, 3, (1, 1), padding)
input_of, output_of, filters_of = (mine("09", f"winograd_{part}") for part in ("input", "output", "filters"))
V, U = input_of(tiles), filters_of(w)
M = V @ U
with one_thread():
    parts = {
        "lesson 07": {
            "copy": processor_seconds(mine("07", "im2col"), x, 3, 3, (1, 1), padding),
            "multiply": processor_seconds(np.matmul, cols, w.reshape(-1, 128)),
        },
        "lesson 09": {
            "copy": processor_seconds(cut_tiles, x, padding)
            + processor_seconds(join_tiles, output_of(M), x.shape, padding),
            "transform": processor_seconds(input_of, tiles) + processor_seconds(filters_of, w),
            "multiply": processor_seconds(np.matmul, V, U),
            "transform back": processor_seconds(output_of, M),
        },
    }
for name, times in parts.items():
    print(name, ", ".join(f"{part} {1000 * t:.1f} ms" for part, t in times.items()))
show(figures.where_the_time_goes(parts), "09_where_the_time_goes")
ratio = parts["lesson 07"]["multiply"] / parts["lesson 09"]["multiply"]
print(f"the products alone: {ratio:.1f} times as fast as in lesson 07")

# %% [markdown]
# (The bias, which both add, is left out.) The multiplying has become cheaper, as promised; and of what was
# saved, much is spent on the transforms, on some computers all of it and more. Do many channels and filters
# help? Do small pictures hurt? Two pairs of functions that differ only in the method:

# %%
conv_as_matmul, conv_winograd = mine("07", "conv_as_matmul"), mine("09", "conv_winograd")
pairs = {
    "lesson 09 against lesson 07": (conv_winograd, conv_as_matmul),
    "minicnn: Winograd against im2col": (winograd.forward, conv2d.forward_compiled),
}


def gains(batches):
    """{pair: how many times as fast Winograd is, for each batch}"""
    found = {name: [] for name in pairs}
    for args in batches:
        for name, contestants in pairs.items():
            new, old = (processor_seconds(function, *args.values(), rounds=3) for function in contestants)
            found[name].append(old / new)
    return found


channels, sides = [2, 4, 8, 16, 32, 64, 128], [2, 4, 6, 8, 12, 16, 24, 32]
with one_thread():
    by_channels = gains([batch(16, 16, C, C) for C in channels])
    by_side = gains([batch(16, side, 64, 64) for side in sides])
show(figures.when_it_loses(channels, by_channels, sides, by_side), "09_when_it_loses")
for name in pairs:
    all_gains = [*by_channels[name], *by_side[name]]
    print(f"{name}: wins at {sum(gain > 1 for gain in all_gains)} of {len(all_gains)} points")
    print("  channels", " ".join(f"{C}: {gain:.2f}" for C, gain in zip(channels, by_channels[name])))
    print("  side    ", " ".join(f"{side}: {gain:.2f}" for side, gain in zip(sides, by_side[name])))


def chosen(side, C):
    """What minicnn takes for C channels and filters of 3 x 3: the algorithm's name."""
    return "Winograd" if winograd.pays((3, 3, C, C), (1, 1), side, side) else "im2col"


print("minicnn takes")
print("  channels", " ".join(f"{C}: {chosen(16, C)}" for C in channels))
print("  side    ", " ".join(f"{side}: {chosen(side, 64)}" for side in sides))

# %% [markdown]
# Below the line it loses. With few channels, each transformed number is used by few filters, and the
# transforms are nearly all the work. On the smallest pictures there are few tiles to share the filters'
# transform among, and many tiles hang over the edge. How far up the curves come is a matter of your computer:
# the slower it multiplies, compared with how fast it reads and writes, the more is gained. If it multiplies
# very fast a curve may stay below the line everywhere: your functions are no less right for it.
#
# minicnn's tiles are larger than yours: they save more, and the cache holds them all the way from the pixels
# to the outputs. So `Conv2D` chooses for each layer: it counts the multiplications of both ways, and for
# Winograd also the numbers that go through the transforms. The last lines above are its choice. What such a
# number costs was measured on another computer; near the line the choice may be wrong on yours.
# `Conv2D(64, 3, algorithm="winograd")`, or `"im2col"`, decides for it.
#
# ## The race so far, on one thread

# %%
small, large = batch(1, 8, 3, 8), batch(8, 32, 64, 64)
race = {
    "06 loops in Python": (mine("06", "conv_forward"), small),
    "08 compiled loops": (mine("08", "conv_compiled"), large),
    "07 one matrix product": (conv_as_matmul, large),
    "09 Winograd, 2 x 2 a tile": (conv_winograd, large),
    "minicnn, im2col in the cache": (conv2d.forward, large),
    "minicnn, Winograd, 4 x 4 a tile": (winograd.forward, large),
}
with one_thread():
    found = {name: multiplications(a) / processor_seconds(f, *a.values()) for name, (f, a) in race.items()}
for name, each in found.items():
    print(f"{name:<32} {each / 1e6:12,.1f} million multiplications of the definition a second")
show(speeds(found, "The race so far, on one thread"), "09_race")

# %% [markdown]
# "Multiplications of the definition": Winograd does fewer, so its number can be higher than what the computer
# can multiply: that is the point. `python -m lessons payoff` draws this chart with your own functions.
#
# **In the framework**: [minicnn/kernels/toom_cook.py](../../minicnn/kernels/toom_cook.py) builds the matrices
# from the points, as you have seen here.
# [minicnn/kernels/winograd_tiles.py](../../minicnn/kernels/winograd_tiles.py) cuts the tiles and transforms
# them. [minicnn/kernels/winograd.py](../../minicnn/kernels/winograd.py) takes as many tiles at a time as fit
# into the cache, goes backwards by turning every step round, and says in `pays` when it is worth it. It also
# takes other windows than 3 x 3, and strides, by a trick: take 2 x 2 pixels with C channels for one pixel
# with 4 C channels, and a filter of stride 2 moves by one.
