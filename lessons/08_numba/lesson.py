# %% [markdown]
# # 08 numba: why does loop order matter?
#
# Lesson 07 made one matrix product of a convolution, and paid with copies. Were the loops of lesson 06 slow
# because they are loops, or because they are Python?
#
# In this lesson you compile the loops. Then you put the same loops in another order, and they take many times
# as long. The numbers, and how many of them, are the same. So what is different?
#
# **You will write** `conv_compiled` and a bad twin, `conv_bad_order` (about 60 minutes).
# **You need** lesson 06.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import time

import numba
import numpy as np
from matplotlib import colormaps
from numba import njit, prange

from lessons import mine, show
from lessons.harness.clock import one_thread, processor_seconds, seconds
from lessons.harness.compiling import words
from lessons.harness.convolutions import batch
from lessons.harness.figures import speeds, table
from lessons.harness.speed import multiplications
from minicnn.kernels import conv2d
from minicnn.plots.figure import BLUE, SMALL, VERMILLION, dress, line_style, new_figure

# %% [markdown]
# ## The same lines, compiled
#
# Here is one loop: multiply two rows of numbers and add up. Python reads each line again in each round, looks
# up what `+` means for these two objects, makes a new object for the result. **numba** reads the function
# once, sees that everything is a float32, and makes machine code of it. All it takes is one line above the
# `def`.


# %%
def dot(a, b):
    """The sum of a[k] * b[k]."""
    total = a[0] * 0
    for k in range(len(a)):
        total += a[k] * b[k]
    return total


compiled_dot = njit(dot)  # the same as writing @njit in the line above def

rng = np.random.default_rng(0)
a, b = rng.standard_normal((2, 100_000)).astype(np.float32)

start = time.perf_counter()
compiled_dot(a, b)
print(f"first call, which compiles: {time.perf_counter() - start:.2f} s")
in_python, in_code = seconds(dot, a, b, rounds=3), seconds(compiled_dot, a, b)
print(f"Python:   {1e9 * in_python / len(a):8.2f} ns a number")
print(f"compiled: {1e9 * in_code / len(a):8.2f} ns a number: {in_python / in_code:,.0f} times as fast")

# %% [markdown]
# So it was Python. But now that a step takes about a nanosecond, something else begins to count: **getting
# the numbers**.
#
# ## The picture: two ways through the same numbers
#
# Memory has no rows and columns. It is one long line of places, and an array of 4 x 8 numbers lies in it row
# after row. Here are two loop nests that visit every number once:
#
#     for i in range(4):               for j in range(8):
#         for j in range(8):               for i in range(4):
#             visit a[i, j]                    visit a[i, j]
#
# Above: the array, and in each cell *when* it is visited. Below: *where in memory* each step goes.

# %%
ROWS, COLUMNS = 4, 8
by_rows = [(i, j) for i in range(ROWS) for j in range(COLUMNS)]
by_columns = [(i, j) for j in range(COLUMNS) for i in range(ROWS)]

figure = new_figure(760, 470)
panels = figure.subplots(2, 2, height_ratios=(1, 1.5))
blues = colormaps["Blues"]
names = ("inner loop over j: along memory", "inner loop over i: across memory")
for column, (name, order) in enumerate(zip(names, (by_rows, by_columns))):
    when = np.zeros((ROWS, COLUMNS), int)
    for step, at in enumerate(order):
        when[at] = step
    shades = [[blues(0.05 + 0.55 * v / when.max()) for v in line] for line in when]
    table(panels[0, column], when.tolist(), shades, name)
    places = [i * COLUMNS + j for i, j in order]  # the address of a[i, j]
    axes = panels[1, column]
    for line in range(0, ROWS * COLUMNS, 8):
        axes.axhspan(line - 0.5, line + 7.5, color="0.93" if line % 16 else "0.86", linewidth=0)
    axes.plot(places, "o-", color=(BLUE, VERMILLION)[column], markersize=3, linewidth=0.8)
    dress(axes, None, "step", "place in memory", grid=None)
show(figure, "08_two_orders")

# %% [markdown]
# The grey bands are what the processor fetches at once. It never fetches one number: it fetches a **cache
# line** of 64 bytes, which is 16 numbers of float32 (the picture shows bands of 8). On the left each band is
# fetched once, used to the end, and never needed again. On the right every step goes to another band. While
# all bands fit into the *cache*, a small fast memory beside the processor, that does not cost much. When they
# do not fit, a band is thrown out before its next number is used, and must be fetched again.
#
# ## The number: what does a step cost?
#
# Add 1 to every number of a square array, in both orders, for larger and larger arrays:


# %%
@njit
def along(a):
    """The last index changes fastest."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            a[i, j] += 1


@njit
def across(a):
    """The first index changes fastest."""
    for j in range(a.shape[1]):
        for i in range(a.shape[0]):
            a[i, j] += 1


sizes = [32, 64, 128, 256, 512, 1024, 2048, 4096]
cost = {"along memory": [], "across memory": []}
print("array            along      across")
for size in sizes:
    square = np.zeros((size, size), np.float32)
    rounds = 5 if size > 1000 else 20
    for function, times in zip((along, across), cost.values()):
        times.append(1e9 * seconds(function, square, rounds=rounds) / square.size)
    first, second = (times[-1] for times in cost.values())
    print(f"{square.nbytes // 1024:>6} KB   {first:9.2f} ns{second:9.2f} ns   {second / first:5.1f} times")

figure = new_figure(620, 330)
axes = figure.subplots()
for k, (name, times) in enumerate(cost.items()):
    axes.loglog([4 * size * size / 1024 for size in sizes], times, label=name, **line_style(k))
axes.legend(fontsize=SMALL)
dress(axes, "What one number costs, in two orders", "size of the array, KB", "nanoseconds a number")
show(figure, "08_cost_of_a_step")

# %% [markdown]
# The same additions, the same numbers, only in another order. Along memory there is a second gain: neighbours
# can be worked on *together*. The processor has instructions that take 4, 8 or 16 numbers of float32 at once,
# if they lie side by side.
#
# ## The formula: how far is a jump?
#
# `y[n, i, j, f]` of an array (N, OH, OW, F) lies at the place
#
#     ((n * OH + i) * OW + j) * F + f
#
# So when f grows by 1, the place moves by 1. When j grows by 1, it moves by F; i, by OW * F. In the innermost
# line of a convolution, three arrays are read:
#
#     y[n, i, j, f] += x[n, i + kh, j + kw, c] * w[kh, kw, c, f]
#
# Which loop should be the innermost? For each letter, this is how far the next step jumps (in numbers; 0: the
# same number again), for pictures of 32 x 32 with 16 channels and 32 filters:

# %%
N, H, W, C, KH, KW, F = 4, 32, 32, 16, 3, 3, 32
OH, OW = H - KH + 1, W - KW + 1
jumps = {  # the innermost letter: jump in y, in x, in w
    "f": (1, 0, 1),
    "c": (0, 1, F),
    "kw": (0, C, C * F),
    "kh": (0, W * C, KW * C * F),
    "j": (F, C, 0),
    "i": (OW * F, W * C, 0),
    "n": (OH * OW * F, H * W * C, 0),
}
print("innermost      y       x       w")
for letter, (in_y, in_x, in_w) in jumps.items():
    print(f"{letter:>9}{in_y:>7}{in_x:>8}{in_w:>8}")

# %% [markdown]
# With f innermost, y and w are walked along, and x stands still. That is the best line of the table. With c,
# one array jumps: w, by 32 numbers. With any other letter two arrays jump, by 16 numbers or more each: to
# another cache line, at every step.
#
# Is it true? Here is a convolution as text, with its seven loops in any order you like. We compile it for
# four orders (one thread, no padding, stride 1) and take the time.

# %%
LAST = "y[n, i, j, f] += x[n, i + kh, j + kw, c] * w[kh, kw, c, f]"
LENGTH = {"n": "N", "i": "OH", "j": "OW", "f": "F", "kh": "KH", "kw": "KW", "c": "C"}


def conv_in_order(letters):
    """A convolution whose loops stand in this order, the outermost first; and its text."""
    lines = ["def conv(x, w, y):", "    (N, OH, OW, F), (KH, KW, C, _) = y.shape, w.shape"]
    for depth, letter in enumerate(letters, start=1):
        lines.append("    " * depth + f"for {letter} in range({LENGTH[letter]}):")
    lines.append("    " * (len(letters) + 1) + LAST)
    made = {"__name__": "orders"}
    exec("\n".join(lines), made)
    return njit(made["conv"]), "\n".join(lines)


x = rng.standard_normal((N, H, W, C)).astype(np.float32)
w = rng.standard_normal((KH, KW, C, F)).astype(np.float32)
wanted = conv2d.forward_matrix(x, w, np.zeros(F, np.float32))
times = {}
for order in ("n i j kh kw c f", "n i j f kh kw c", "n f c kh kw i j", "n f c kh kw j i"):
    conv, text = conv_in_order(order.split())
    y = np.zeros((N, OH, OW, F), np.float32)
    conv(x, w, y)
    assert np.abs(y - wanted).max() < 1e-3  # the same result, in any order
    times[order] = seconds(conv, x, w, y, rounds=3)
print(text)
print()
products = N * OH * OW * F * KH * KW * C
for order, t in times.items():
    ratio = t / min(times.values())
    print(f"{order}: {1e9 * t / products:6.3f} ns a multiplication, {ratio:5.1f} times the best")

figure = new_figure(620, 230)
axes = figure.subplots()
axes.barh(list(times), [1e9 * t / products for t in times.values()], color=BLUE)
axes.invert_yaxis()
axes.set_yticks(range(len(times)), times, fontsize=SMALL)
dress(axes, "One convolution, four orders of its loops", "nanoseconds a multiplication", grid="x")
show(figure, "08_loop_orders")

# %% [markdown]
# Every bar is the same work: the same multiplications, the same result. Not every jump costs the same. With
# `c` innermost w jumps, but w is small: all of it stays in the cache. What slows this order down is that it
# adds everything to *one* number, so each addition must wait for the one before, and neighbours cannot be
# worked on together. With `j` or `i` innermost both large arrays jump, x and y.
#
# ## Two threads, and the same bits
#
# Your computer has several cores. With `@njit(parallel=True)`, the rounds of a loop over `prange` are shared
# among threads. For which of the seven loops is that allowed? **Only where no two rounds write to the same
# number.** With `prange` over the pictures n, each thread has pictures of its own. With `prange` over c, two
# threads add to the same y: both read the old sum, both add, both write, and one addition is lost.


# %%
@njit(parallel=True)
def add_shared(x, y):
    """WRONG: all rounds of the prange loop add to the same numbers of y."""
    for n in prange(x.shape[0]):
        for k in range(x.shape[1]):
            y[k] += x[n, k]


@njit(parallel=True)
def add_apart(x, y):
    """Right: each round has a number of y for itself."""
    for k in prange(x.shape[1]):
        for n in range(x.shape[0]):
            y[k] += x[n, k]


usual = numba.get_num_threads()
threads = min(2, numba.config.NUMBA_NUM_THREADS)  # a computer with one core has only one
tall = rng.standard_normal((64, 20_000)).astype(np.float32)
for function in (add_shared, add_apart):
    found = []
    for count in (1, threads, threads, threads):
        numba.set_num_threads(count)
        y = np.zeros(20_000, np.float32)
        function(tall, y)
        found.append(y)
    numba.set_num_threads(usual)
    differ = [int(np.sum(other != found[0])) for other in found[1:]]
    print(f"{function.__name__}: numbers that differ from one thread's, three tries: {differ}")

# %% [markdown]
# Run the cell again: `add_shared` may give other counts each time; that is what makes such a mistake so hard
# to find. (With some luck it is even right, when the threads happen not to meet.) `add_apart` always gives 0,
# and that is a promise you can keep: **if each sum is added up inside one round, in a fixed order, the result
# is the same to the bit on any number of threads.** All of minicnn keeps it; so must your `conv_compiled`.
# The check runs it on one thread and on two, and compares every bit.
#
# ## When numba does not understand
#
# Compiled code has arrays and numbers, and not all of NumPy. About a function that it does not know, numba
# says ten lines or more. This is the sentence of them to read, as the check shows it to you:


# %%
@njit
def pad_it(x):
    """np.pad is not there in compiled code: make zeros, and copy x into the middle."""
    return np.pad(x, 1)


try:
    pad_it(np.ones((2, 2), np.float32))
except numba.core.errors.TypingError as error:
    print(words(error))

# %% [markdown]
# And it checks no indices: `y[5]` of an array of 3 numbers reads whatever lies there. That is why the check
# runs your lines as plain Python first, where a wrong index is an error with a line number. Only when all is
# right it compiles them. On several threads that takes nearly all the time of a check, at each save: you will
# wait for it, so let the loops be right before you put `@njit` above them.
#
# ## Your turn
#
#     python -m lessons start 08      copies the exercise to lessons/08_numba/work.py
#     python -m lessons               checks it each time you save it
#
# First write plain loops, without `@njit`; when only the compiling is missing, the check says so. In a
# notebook: `from lessons import check`, then `check("08", conv_compiled)`.
#
# ## The race so far
#
# The loops of lesson 06 are timed on one small picture, all others on a batch of 8; so the chart shows
# speeds, not times. All run on one thread, and only the time counts that the processor worked for them.
# `python -m lessons payoff` draws the chart with your own functions, on all threads.


# %%
def speed(function, args):
    """Multiplications in a second of the processor's time."""
    return multiplications(args) / processor_seconds(function, *args.values())


small, large = batch(1, 8, 3, 8), batch(8, 32, 16, 32)
with one_thread():
    found = {
        "06 loops in Python": speed(mine("06", "conv_forward"), small),
        "08 compiled, bad order": speed(mine("08", "conv_bad_order"), large),
        "07 one matrix product": speed(mine("07", "conv_as_matmul"), large),
        "08 compiled, good order": speed(mine("08", "conv_compiled"), large),
        "minicnn": speed(conv2d.forward, large),
    }
for name, each in found.items():
    print(f"{name:<24} {each / 1e6:12,.1f} million multiplications a second")
show(speeds(found, "The race so far, on one thread"), "08_race")

# %% [markdown]
# Plain loops, in a good order, compiled: from the slowest bar to this, and not one multiplication was saved.
# Lesson 09 saves multiplications.
#
# **In the framework**: [minicnn/kernels/jit.py](../../minicnn/kernels/jit.py) says how all kernels are
# compiled, and [minicnn/kernels/threads.py](../../minicnn/kernels/threads.py) how they share the cores.
# [minicnn/kernels/conv2d_compiled.py](../../minicnn/kernels/conv2d_compiled.py) joins lessons 07 and 08: it
# copies windows, but only as many as fit into the cache, and multiplies them there.
