# %% [markdown]
# # 08 numba: why does loop order matter?
#
# Lesson 07 made one matrix product of a convolution, and paid with copies. Were the loops of lesson 06 slow
# because they are loops, or because they are Python?
#
# In this lesson you compile the loops. Then you put them in another order, and they take many times as long,
# for the same numbers. So what is different?
#
# **You will write** `conv_compiled` and a bad twin, `conv_bad_order` (about 60 minutes).
# **You need** lesson 06.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import time

import numba
import numpy as np
from numba import njit, prange

from lessons import mine, show
from lessons.harness.clock import one_thread, processor_seconds, seconds
from lessons.harness.convolutions import batch
from lessons.harness.figures import speeds
from lessons.harness.places import LESSONS
from lessons.harness.refusals import words
from lessons.harness.speed import multiplications
from lessons.harness.wire import module_of
from minicnn.kernels import conv2d

figures = module_of(LESSONS / "08_numba/figures.py")  # what only draws
orders = module_of(LESSONS / "08_numba/orders.py")  # a convolution with its loops in any order

# %% [markdown]
# ## The same lines, compiled
#
# Here is one loop: multiply two rows of numbers and add up. Python reads each line again in each round, looks
# up what `+` means for these two objects, makes a new object for the result. **numba** reads the function
# once, sees that all is float32, and makes machine code of it. It takes one line above the `def`.


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

visits = {"inner loop over j: along memory": by_rows, "inner loop over i: across memory": by_columns}
show(figures.two_orders(visits, ROWS, COLUMNS), "08_two_orders")

# %% [markdown]
# The grey bands are what the processor fetches at once: never one number, but a **cache line** of 64 bytes,
# 16 numbers of float32 (the picture shows bands of 8). On the left each band is fetched once and used to the
# end. On the right every step goes to another band. While all bands fit into the *cache*, a small fast memory
# beside the processor, that costs little. When not, a band is thrown out before its next number is used.
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
show(figures.cost_of_a_step([4 * size * size / 1024 for size in sizes], cost), "08_cost_of_a_step")

# %% [markdown]
# The same additions, in another order. Along memory there is a second gain: the processor has instructions
# that take 4, 8 or 16 numbers of float32 at once, if they lie side by side.
#
# ## The formula: how far is a jump?
#
# `y[n, i, j, f]` of an array (N, OH, OW, F) lies at the place
#
#     ((n * OH + i) * OW + j) * F + f
#
# When f grows by 1, the place moves by 1; j, by F; i, by OW * F. The innermost line of a convolution,
#
#     y[n, i, j, f] += x[n, i + kh, j + kw, c] * w[kh, kw, c, f]
#
# reads three arrays. Which loop should be the innermost? For each letter, this is how far the next step jumps
# (in numbers; 0: the same again), for pictures of 32 x 32 with 16 channels and 32 filters:

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
# With f innermost, y and w are walked along, and x stands still: the best line of the table. With c, w jumps,
# by 32. With any other letter two arrays jump, by 16 or more each: to another cache line, at every step.
#
# Is it true? `orders.py`, beside this text, writes a convolution with its seven loops in any order. Here are
# the times of four of them (compiled, one thread, no padding, stride 1).

# %%
x = rng.standard_normal((N, H, W, C)).astype(np.float32)
w = rng.standard_normal((KH, KW, C, F)).astype(np.float32)
wanted = conv2d.forward_matrix(x, w, np.zeros(F, np.float32))
times = {}
for order in ("n i j kh kw c f", "n i j f kh kw c", "n f c kh kw i j", "n f c kh kw j i"):
    conv, text = orders.conv_in_order(order.split())
    y = np.zeros((N, OH, OW, F), np.float32)
    conv(x, w, y)
    assert np.abs(y - wanted).max() < 1e-3  # the same result, in any order
    times[order] = seconds(conv, x, w, y, rounds=3)
print(text, end="\n\n")
products = N * OH * OW * F * KH * KW * C
each = {order: 1e9 * t / products for order, t in times.items()}
for order, t in each.items():
    print(f"{order}: {t:6.3f} ns a multiplication, {t / min(each.values()):5.1f} times the best")
show(figures.loop_orders(each), "08_loop_orders")

# %% [markdown]
# Every bar is the same work. With `c` innermost w jumps, but w is small: all of it stays in the cache. What
# slows this order down is that it adds everything to *one* number, so each addition must wait for the one
# before, and neighbours cannot be worked on together. With `j` or `i` innermost x and y jump, both large.
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
# Run the cell again: `add_shared` may give other counts each time (with some luck, 0), which makes such a
# mistake so hard to find. `add_apart` always gives 0, and that is a promise you can keep: **if each sum is
# added up inside one round, in a fixed order, the result is the same to the bit on any number of threads.**
# All of minicnn keeps it; so must your `conv_compiled`. The check compares the bits of one thread and of two.
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
# runs your lines as plain Python first, where a wrong index is an error with a line number. Compiling takes
# nearly all the time of a check, at each save: let the loops be right before you put `@njit` above them.
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
# Lesson 06's loops are timed on one small picture, all others on a batch of 8: the chart shows speeds, in
# processor time on one thread. `python -m lessons payoff` draws it with your own functions, on all threads.


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
# Plain loops, in a good order, compiled; and not one multiplication was saved. Lesson 09 saves some.
#
# **In the framework**: [minicnn/kernels/jit.py](../../minicnn/kernels/jit.py) says how all kernels are
# compiled, and [minicnn/kernels/threads.py](../../minicnn/kernels/threads.py) how they share the cores.
# [minicnn/kernels/conv2d_compiled.py](../../minicnn/kernels/conv2d_compiled.py) joins lessons 07 and 08: it
# copies windows, but only as many as fit into the cache, and multiplies them there.
