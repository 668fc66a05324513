# %% [markdown]
# # 04 Gradcheck: how do I trust a gradient?
#
# A wrong gradient does not crash. The network still learns, only worse, and nobody knows why. So before we
# write any more backward passes, we build the instrument that tests them. This lesson is turned round: *you*
# write the checker, and it is handed layers: right ones, and some with a planted mistake.
#
# **You will write** `numeric_gradient`, `relative_error`, `gradients_agree` (about 45 minutes).
# **You need** lesson 03: what a gradient is.

# %%
import sys

sys.path += [".", "../.."]  # the repository's root, whether this runs as a script or as a notebook

import numpy as np

from lessons import mine, show
from lessons.harness.figures import curve
from minicnn.plots.figure import BLUE, GREEN, SMALL, VERMILLION, dress, new_figure

numeric_gradient = mine("04", "numeric_gradient")  # yours, once it passes its check; minicnn's until then
relative_error = mine("04", "relative_error")

# %% [markdown]
# ## The question: how steep is a road?
#
# You stand on a road. How steep is it, *here*? Lay a ruler on it. One end here and one end a step further:
# the ruler shows the slope of a point between. One end a step back and one a step ahead: by symmetry the
# error is far smaller.


# %%
def f(x):
    """A road with a bend in it."""
    return np.exp(x) - x


at, step = 0.6, 0.5
true = np.exp(at) - 1
ahead = (f(at + step) - f(at)) / step
both = (f(at + step) - f(at - step)) / (2 * step)
print(f"true slope {true:.4f}; one step ahead {ahead:.4f}; both sides {both:.4f}")

figure = new_figure(620, 330)
axes = figure.subplots()
x = np.linspace(-0.4, 1.5, 200)
axes.plot(x, f(x), color="0.6", linewidth=3)
for name, slope, colour, dashes, ends in (
    ("true", true, GREEN, "-", (at,)), ("one side", ahead, VERMILLION, "--", (at, at + step)),
    ("both sides", both, BLUE, ":", (at - step, at + step)),
):  # fmt: skip
    through = ends[0]
    axes.plot(
        x, f(through) + slope * (x - through), color=colour, linestyle=dashes, label=f"{name}: {slope:.3f}"
    )
    axes.plot(ends, [f(end) for end in ends], "o", color=colour)
axes.set_ylim(0.7, 3)
axes.legend(fontsize=SMALL, title="slope", title_fontsize=SMALL)
dress(axes, f"Three rulers at x = {at}, steps of {step}", "x", "f")
show(figure, "04_rulers")

# %% [markdown]
# ## The formula
#
# For a function of many numbers, do this for one number at a time, and leave the others where they are:
#
# $$ \text{slope}_i = \frac{f(x + h\,e_i) - f(x - h\,e_i)}{2h} $$
#
# ($h\,e_i$ means: h added to number i only.) This needs two calls of f for *every* number of x. A network may
# have millions of weights, so nobody learns this way; but on small arrays it is a test that needs no
# thinking.
#
# ## The number: which step?
#
# A smaller step is better, isn't it? Try all of them, from 1 down to 0.0000000000001, on a function whose
# slope we know.


# %%
def sin_exp(x):
    """A number from seven numbers."""
    return float(np.sin(x).sum() + np.exp(x).mean())


def one_sided(f, x, step):
    """The ruler with one end here."""
    slopes = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        moved = x.copy()
        moved[i] += step
        slopes[i] = (f(moved) - f(x)) / step
    return slopes


def sin_exp32(x):
    """The same, computed in float32."""
    x = x.astype(np.float32)
    return float(np.sin(x).sum() + np.exp(x).mean())


x = np.linspace(-1, 1, 7)
true = np.cos(x) + np.exp(x) / 7
steps = np.logspace(-13, 0, 27)
errors = {
    "both sides": np.array([relative_error(numeric_gradient(sin_exp, x, h), true) for h in steps]),
    "one side": np.array([relative_error(one_sided(sin_exp, x, h), true) for h in steps]),
    "both sides, float32": np.array([relative_error(numeric_gradient(sin_exp32, x, h), true) for h in steps]),
}
show(curve(steps, errors, "Error against step size"), "04_v_curve")
for name, error in errors.items():
    print(f"{name:<20} best step {steps[error.argmin()]:.0e}, error {error.min():.0e}")

# %% [markdown]
# Each curve is a V. On the right the step is too long, and the road bends under the ruler: the error is about
# h squared for both sides, about h for one side. On the left the step is too short: `f(x + h)` and `f(x - h)`
# agree in nearly all their digits, the subtraction leaves only the last ones, and those are rounding noise.
# In between lies the best step, about 1e-5 in `float64`. In `float32` even the best one leaves an error near
# 1e-5, too coarse to find small mistakes. So:
#
# **Gradients are checked in float64, with both sides, and a step of 1e-5.**
#
# ## How different is different?
#
# The slope is 0.0012 and the gradient 0.0011. Is that right? The difference is small, but so are the numbers.
# Divide it by their size, |a| + |b|: the result is 0 for equal arrays, and at most 1.

# %%
for a, b in (([0.0012], [0.0011]), ([1200.0], [1200.1]), ([3.0, 4.0], [-3.0, -4.0]), ([0.0], [0.0])):
    a, b = np.array(a), np.array(b)
    print(
        f"{a} against {b}: difference {np.linalg.norm(a - b):.4g}, relative error {relative_error(a, b):.2g}"
    )

# %% [markdown]
# Two cases need care. Two gradients of zeros are equal, although 0 / 0 is nan. And where one of them *holds*
# nan, the answer must not be nan, because `nan > limit` is False, just as if nothing were wrong.

# %%
nan = float("nan")
limit = 1e-6
print("nan > 1e-6 is", nan > limit, "   nan < 1e-6 is", nan < limit)

# %% [markdown]
# ## A layer has many outputs
#
# numeric_gradient wants a function that gives *one* number. A layer gives many. So weigh them: choose a dy of
# y's shape, and take the sum of `dy * forward(x)`. By the chain rule its gradient is exactly `backward(dy,
# x)`.
#
# Which dy? All ones would be the simplest. Here is why not: the softmax of lesson 02, and a "backward" that
# is as wrong as can be. It returns zeros.


# %%
def softmax(x):
    """Rows that sum to 1."""
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


rng = np.random.default_rng(0)
x = rng.standard_normal((2, 3))
y, zeros = softmax(x), np.zeros_like(x)  # zeros: what the wrong backward returns
print("dy          largest slope     relative error of zeros     of the right gradient")
for name, dy in (("all ones", np.ones((2, 3))), ("random", rng.standard_normal((2, 3)))):
    slopes = numeric_gradient(lambda x, dy=dy: float((dy * softmax(x)).sum()), x)
    right = y * (dy - (dy * y).sum(axis=1, keepdims=True))
    errors = [relative_error(gradient, slopes) for gradient in (zeros, right)]
    print(f"{name:<8}{np.abs(slopes).max():>17.0e}{errors[0]:>28.0e}{errors[1]:>26.0e}")

# %% [markdown]
# Each row of a softmax sums to 1, whatever x is. So the sum of all outputs never changes, and with a dy of
# all ones its slopes are 0: what the table shows there is rounding. Zeros differ from it by next to nothing,
# and relative to it they differ by 1; but so does the right gradient, whose rounding is another. Nothing
# tells the two apart. Random numbers have no reason to be blind to anything. (The softmax is not the only
# layer like this: batch normalization, lesson 12, hides from a dy of all ones in the same way.)
#
# How small an error can the checker see? Take a right gradient, make it wrong by a factor, and look:

# %%
dy = rng.standard_normal((2, 3))
slopes = numeric_gradient(lambda x: float((dy * np.tanh(x)).sum()), x)
right = dy * (1 - np.tanh(x) ** 2)
factors = 1 + np.logspace(-9, 0, 28)
seen = [relative_error(right * factor, slopes) for factor in factors]
figure = new_figure(620, 300)
axes = figure.subplots()
axes.loglog(factors - 1, seen, "o-", color=BLUE, markersize=4)
axes.axhline(1e-6, color=VERMILLION, linestyle="--")
axes.text(3e-3, 2e-8, "limit 1e-6: above it\nthe layer is refused", fontsize=SMALL, color=VERMILLION)
axes.axvline(1e-3, color="0.5", linewidth=0.8)
axes.text(1.2e-3, 2e-9, "factor 1.001", fontsize=SMALL, color="0.4")
dress(axes, "A gradient wrong by a factor, as the checker sees it", "factor minus 1", "relative error")
show(figure, "04_sensitivity")
error, wrong_error = relative_error(right, slopes), relative_error(1.001 * right, slopes)
print(f"the right gradient: {error:.1e}; 1.001 times it: {wrong_error:.1e}")

# %% [markdown]
# ## Your turn
#
#     python -m lessons start 04      copies the exercise to lessons/04_gradcheck/work.py
#     python -m lessons               checks it each time you save it
#
# In a notebook: `from lessons import check`, then `check("04", relative_error)`. When all three pass, `python
# -m lessons payoff` draws the V-curve of your own `numeric_gradient`. From lesson 05 on, you have an
# instrument to test your work with before you ask ours.
#
# **In the framework**: [minicnn/gradcheck.py](../../minicnn/gradcheck.py). Every layer of minicnn goes
# through it, in hundreds of shapes, each time the tests run.
