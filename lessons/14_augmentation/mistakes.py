"""Lesson 14: the classic mistakes, many of them one edited line of the model answers in check.py."""

import numpy as np

from lessons.harness.tasks import Wrong

MIRRORED = "x[flips, :, ::-1]"


def where_it_lies(x, flips):
    x[flips] = x[flips, :, ::-1]
    return x


def one_row_of_flips(x, flips):
    return np.where(flips, x[:, :, ::-1], x)  # numpy lays flips along the last axis


def left_half(x, flips):
    y, W = x.copy(), x.shape[2]
    y[flips, :, : W // 2] = x[flips, :, ::-1][:, :, : W // 2]
    return y


FLIP = [
    Wrong("turned upside down: left and right are the third axis.", [(MIRRORED, "x[flips, ::-1]")]),
    Wrong("turned by half a turn: only left and right change places.", [(MIRRORED, "x[flips, ::-1, ::-1]")]),
    Wrong("the colours are turned round: the columns are the third axis.",
          [(MIRRORED, "x[flips][..., ::-1]")]),
    Wrong("rows, columns and colours are all turned round: np.flip without an axis does that. The columns of "
          "x[n] are its axis 1.", [(MIRRORED, "x[flips, ::-1, ::-1, ::-1]")]),
    Wrong("pictures, rows, columns and colours are all turned round: np.flip without an axis does that. The "
          "columns of x are its axis 2.", [(MIRRORED, "np.flip(x[flips])")]),
    Wrong("rows and columns have changed places: to mirror is to read each row from its end.",
          [(MIRRORED, "x[flips].transpose(0, 2, 1, 3)")]),
    Wrong("column j is read from column -j: that is the first column for j = 0, the last one for j = 1. "
          "Read column W - 1 - j.", [(MIRRORED, "x[flips][:, :, -np.arange(x.shape[2])]")]),
    Wrong("the left half is mirrored, the right half is as it was: does the loop end in the middle, or is a "
          "column read after another was written over it?", function=left_half),
    Wrong("the pictures change places, and none of them is mirrored: the columns are the third axis.",
          [(MIRRORED, "x[flips][::-1]")]),
    Wrong("every picture is mirrored: only those with True in flips.",
          [("y[flips] = x[flips", "y[:] = x[:")]),
    Wrong("one True is enough for all to be mirrored: ask flips[n] for picture n, not flips.any().",
          [("y[flips] = x[flips", "y[:] = x if not flips.any() else x[:")]),
    Wrong("nothing is mirrored. If you wrote x[flips][...] = ..., it changed a copy; y[flips] = ... changes "
          "y. If you asked `flips[n] is True`: NumPy's True is another object, so ask `if flips[n]`.",
          [(MIRRORED, "x[flips]")]),
    Wrong("those with False are mirrored, the others not.", [("y[flips] = x[flips", "y[~flips] = x[~flips")]),
    Wrong("flips lies along the last axis, the colours: flips[:, None, None, None] lies along the pictures.",
          function=one_row_of_flips),
    Wrong("the pictures are mirrored where they lie, in x: the next epoch would begin with mirrored ones. "
          "y = x is a second name for x, y = x.copy() a new array.", function=where_it_lies),
    Wrong("the first picture is mirrored, not the one whose turn it is.", function=(
        lambda x, flips: np.stack([x[0, :, ::-1] if f else x[n] for n, f in enumerate(flips)]))),
    Wrong("one answer for all pictures, that of the first: flips has one for each.", function=(
        lambda x, flips: (x[:, :, ::-1] if flips[0] else x).copy())),
    Wrong("what stands behind the point is lost in an array of whole numbers: x.copy(), or x.dtype.",
          [("return y", "return y.astype(int).astype(x.dtype)")]),
    Wrong("the pictures with False come back as zeros: they stay as they are.",
          [("y = x.copy()", "y = np.zeros_like(x)")]),
    Wrong("only the first picture is looked at: does the return stand inside the loop?",
          [("y[flips] = x[flips", "y[:1][flips[:1]] = x[:1][flips[:1]")]),
    Wrong("only the mirrored pictures come back: the others belong to the batch as well.",
          [("return y", "return y[flips]")]),
]  # fmt: skip

# ---------------------------------------------------------------- random_crop


def both_ways(says, window):
    """A wrong ``window(x, n, places, height, width)``, stacked, and put into an array made before.

    The two differ where the window of picture n has another size.
    """

    def stacked(x, places, height, width):
        return np.stack([window(x, n, places, height, width) for n in range(len(x))])

    def put_into(x, places, height, width):
        y = np.empty((len(x), height, width, x.shape[3]), x.dtype)
        for n in range(len(x)):
            y[n] = window(x, n, places, height, width)
        return y

    return Wrong(says, function=stacked), Wrong(says, function=put_into)


def at(x, n, place, height, width):
    """The right window of picture n, at ``place``."""
    top, left = place
    return x[n, top : top + height, left : left + width]


def middle(x, height, width):
    return (x.shape[1] - height) // 2, (x.shape[2] - width) // 2


def from_the_other_end(x, place, height, width):
    return x.shape[1] - height - place[0], x.shape[2] - width - place[1]


def blacked(x, places, height, width):
    y = np.zeros_like(x)
    for n, (t, s) in enumerate(places):
        y[n, t : t + height, s : s + width] = x[n, t : t + height, s : s + width]
    return y


WINDOW = "x[n, top : top + height, left : left + width]"
TURNED = "x[n, top : top + width, left : left + height]"

CROP = [
    *both_ways("row and column have changed places: places[n] is (row, column).",
               lambda x, n, places, h, w: at(x, n, places[n, ::-1], h, w)),
    *both_ways("all windows are cut at the first picture's place: places has one for each.",
               lambda x, n, places, h, w: at(x, n, places[0], h, w)),
    *both_ways("all windows are cut at the last picture's place: each picture has one of its own.",
               lambda x, n, places, h, w: at(x, n, places[-1], h, w)),
    *both_ways("every window is cut from the upper left corner: places is not used.",
               lambda x, n, places, h, w: at(x, n, (0, 0), h, w)),
    *both_ways("every window is cut from the middle: places is not used.",
               lambda x, n, places, h, w: at(x, n, middle(x, h, w), h, w)),
    *both_ways("all windows are cut from the first picture.",
               lambda x, n, places, h, w: at(x, 0, places[n], h, w)),
    *both_ways("height and width have changed places: y is (N, height, width, C).",
               lambda x, n, places, h, w: at(x, n, places[n], w, h)),
    *(
        Wrong("height and width have changed places: y is (N, height, width, C).",
              [("(len(x), height, width,", "(len(x), width, height,"), *edit])
        for edit in ([(WINDOW, TURNED)], [])  # in the slice as well, or in np.empty alone
    ),
    *both_ways("the windows are as wide as they are high: they should have width columns.",
               lambda x, n, places, h, w: at(x, n, places[n], h, h)),
    *both_ways("the windows are as high as they are wide: they should have height rows.",
               lambda x, n, places, h, w: at(x, n, places[n], w, w)),
    *both_ways("the window ends at row `height` and column `width` of the picture: one that begins at row "
               "top ends before row top + height.",
               lambda x, n, places, h, w: x[n, places[n, 0] : h, places[n, 1] : w]),
    *both_ways("the window has a row and a column too many: what a slice ends with is not in it.",
               lambda x, n, places, h, w: at(x, n, places[n], h + 1, w + 1)),
    *both_ways("the window has a row and a column too few: what a slice ends with is not in it.",
               lambda x, n, places, h, w: at(x, n, places[n], h - 1, w - 1)),
    *both_ways("places is counted from the lower right corner; count from the upper left one.",
               lambda x, n, places, h, w: at(x, n, from_the_other_end(x, places[n], h, w), h, w)),
    Wrong("what stands behind the point is lost in an array of whole numbers: np.empty(..., x.dtype).",
          [(WINDOW, f"{WINDOW}.astype(int)")]),
    Wrong("only the first window is cut: does the return stand inside the loop?",
          [("np.empty", "np.zeros"), ("        y[n]", "        if n == 0:\n            y[n]")]),
    Wrong("only the first colour comes back: y has all C channels.",
          [("return y", "return y[..., :1].copy()")]),
    Wrong("the picture keeps its size, zeros outside the window: y is as large as the window.",
          function=blacked),
]  # fmt: skip

# ---------------------------------------------------------------- early_stopping_update

IF = "value < best - min_delta"
BETTER, ELSE = "return value, 0, False", "return best, wait + 1, wait + 1 >= patience"
ENDED = "wait + 1 >= patience"

UPDATE = [
    Wrong("higher is taken for better: a loss improves when it falls.", [(IF, "value > best + min_delta")]),
    Wrong("a change in either direction counts as better: a loss improves when it falls.",
          [(IF, "abs(best - value) > min_delta")]),
    Wrong("min_delta is not used: a value must be below best by more than that.", [(IF, "value < best")]),
    Wrong("min_delta is taken for a share of best: it is what best - value must be more than.",
          [(IF, "value < best * (1 - min_delta)")]),
    Wrong("min_delta is added to best, so that values above best count as better: subtract it.",
          [(IF, "value < best + min_delta")]),
    Wrong("a value that is better by exactly min_delta, or the same, counts as better: it must be more.",
          [(IF, "value <= best - min_delta")]),
    Wrong("NaN counts as better. Every comparison with NaN is False: ask what is better, not what is worse.",
          [(IF, "not value >= best - min_delta")]),
    Wrong("wait is not set back to 0 after an improvement.", [(BETTER, "return value, wait, False")]),
    Wrong("an epoch that improved counts as waiting, too: wait is 0 after it.",
          [(BETTER, "return value, 1, False")]),
    Wrong("wait does not grow.", [(ELSE, "return best, wait, wait >= patience")]),
    Wrong("wait grows only where the value is above best: every epoch that is not better counts.",
          [(ELSE, "wait = wait + (value > best)\n    return best, wait, wait >= patience")]),
    Wrong("wait goes back to 0 where it stops: only an improvement does that.",
          [(ELSE, f"return best, 0 if {ENDED} else wait + 1, {ENDED}")]),
    Wrong("it stops one epoch too late: the wait that must reach patience counts this epoch, too.",
          [(">= patience", "> patience")]),
    Wrong("it stops two epochs too late: the wait that must reach patience counts this epoch, too.",
          [(ENDED, "wait > patience")]),
    Wrong("it stops only where wait is exactly patience, not where it is more.",
          [(">= patience", "== patience")]),
    Wrong("stop says the opposite: it is True where the run ends.",
          [(BETTER, "return value, 0, True"), (">= patience", "< patience")]),
    Wrong("best is not kept: it became the value of this epoch, though that was no improvement.",
          [(ELSE, ELSE.replace("best", "value"))]),
    Wrong("best becomes the lower of the two: an improvement below min_delta must not lower the mark.",
          [(ELSE, ELSE.replace("best,", "min(best, value) if value == value else best,"))]),
    Wrong("best takes the lower of the two, and NaN with it: only an improvement becomes best.",
          [(ELSE, ELSE.replace("best,", "min(value, best),"))]),
    Wrong("the first value is taken whatever it is, and NaN stays best for ever: ask what is better.",
          [(IF, f"best == np.inf or {IF}")]),
    Wrong("best is not updated after an improvement.", [("return value, 0", "return best, 0")]),
    Wrong("an epoch that was better ends the run where patience is 0: after it, stop is False.",
          [(BETTER, "return value, 0, 0 >= patience")]),
    Wrong("it never stops.", [(ENDED, "False")]),
]  # fmt: skip
