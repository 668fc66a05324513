"""Answers to lessons 13 and 14 as learners type them: which must not pass, and what is said of them."""

import pytest
from verdicts import edited, hears, passes, verdict_on_text

DROPOUT = """
def dropout_forward(x, u, rate, training):
    if not training:
        return x.copy()
    return np.where(u >= rate, x / (1 - rate), 0).astype(x.dtype)
"""
DROPOUT_BACK = """
def dropout_backward(dy, u, rate):
    return np.where(u >= rate, dy / (1 - rate), 0).astype(dy.dtype)
"""
FLIP = """
def flip(x, flips):
    y = x.copy()
    y[flips] = np.flip(x[flips], axis=2)
    return y
"""
CROP = """
def random_crop(x, places, height, width):
    y = np.empty((len(x), height, width, x.shape[3]), x.dtype)
    for n, (top, left) in enumerate(places):
        y[n] = x[n, top : top + height, left : left + width]
    return y
"""
STOP = """
def early_stopping_update(best, wait, value, patience, min_delta):
    if value < best - min_delta:
        return value, 0, False
    return best, wait + 1, wait + 1 >= patience
"""

RIGHT = [("13", DROPOUT), ("13", DROPOUT_BACK), ("14", FLIP), ("14", CROP), ("14", STOP)]


@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


# ---------------------------------------------------------------- what must not pass


def before(line):
    """The edit that puts ``line`` before the last return."""
    return "    return np.where", f"    {line}\n    return np.where"


BOTH = (("13", DROPOUT, "x"), ("13", DROPOUT_BACK, "dy"))
PICTURES, WINDOW = "enumerate(places)", "x[n, top : top + height, left : left + width]"
REFUSED = [
    *((number, text, edit)
      for number, text, x in BOTH
      for edit in (
          ("(1 - rate)", "(1 - min(rate, 0.9))"),
          ("(1 - rate)", "max(1 - rate, 0.05)"),
          before(f"{x} = np.clip({x}, -100, 100)"),
          before(f"{x} = np.where(abs({x}) > 1e-3, {x}, 0).astype({x}.dtype)"),
          ("u >= rate", "np.round(u, 2) >= rate"),
          ("u >= rate", "np.round(u, 4) >= rate"),
          before(f"{x}, u = {x}[:8], u[:8]"),
      )),
    *(("14", CROP, (PICTURES, f"enumerate({some})"))
      for some in ("np.minimum(places, 3)", "places % 8", "places.astype(np.int8)")),
    ("14", CROP, ("np.empty", "np.zeros"), (PICTURES, "enumerate(places[:8])")),
    ("14", CROP, ("np.empty", "np.zeros"), ("y[n]", "y[n, :6, :6]"),
     (WINDOW, "x[n, top : top + min(height, 6), left : left + min(width, 6)]")),
    ("14", CROP, ("np.empty", "np.zeros"), ("y[n]", "y[n, ..., :3]"), (WINDOW, WINDOW.replace("]", ", :3]"))),
    ("14", FLIP, ("    y[flips]", "    flips = flips & (np.arange(len(x)) < 8)\n    y[flips]")),
    ("14", FLIP, ("y[flips] = np.flip(x[flips], axis=2)", "y[flips, :, :8] = x[flips, :, -8:][:, :, ::-1]")),
    *(("14", STOP, ("value < best - min_delta", f"round(value, {k}) < round(best - min_delta, {k})"))
      for k in (2, 4)),
    ("14", STOP, ("value < best", "not np.isclose(value, best) and value < best")),
    ("14", STOP, ("best - min_delta", "best - max(min_delta, 1e-6)")),
    ("14", STOP, ("best - min_delta", "best - min_delta * max(1, abs(value))")),
    ("14", STOP, ("best - min_delta", "best - min_delta * min(1, abs(value))")),
    ("14", STOP, ("return value, 0, False", "return value, 0, patience == 1")),
    ("14", STOP, (">= patience", ">= min(patience, 5)")),
    ("14", STOP, ("wait + 1 >= patience", "(wait + 1) % max(patience, 1) == 0")),
    ("14", STOP, ("wait + 1 >= patience", "patience <= wait + 1 <= 9 * max(patience, 1)")),
    ("14", STOP, ("wait + 1 >= patience", "patience == 0 or (wait + 1) // patience % 2 == 1")),
    ("14", STOP, ("return value,", "return min(value, 1000.0),")),
    ("14", STOP, ("    if", "    if value == np.inf:\n        return best, wait + 1, True\n    if")),
]  # fmt: skip


@pytest.mark.parametrize("number, text, edits", [(number, text, edits) for number, text, *edits in REFUSED])
def test_what_is_wrong_in_rare_cases_only_is_refused(number, text, edits):
    assert verdict_on_text(number, edited(text, edits)).first.about == "value"


# ---------------------------------------------------------------- what has a name

KEPT = "np.where(u >= rate, X / (1 - rate), 0)"
NAMED = [
    ("13", DROPOUT, ("return x.copy()", "pass"), "`training` makes no difference"),
    *((number, text, (f"{x} / (1 - rate)", wrong.replace("X", x)), f"made whole: keep {x}.dtype")
      for number, text, x in BOTH
      for wrong in ("X.astype(int) / (1 - rate)", "(X / (1 - rate)).astype(int)")),
    *((number, text, (KEPT.replace("X", x), wrong.replace("X", x)), said)
      for number, text, x in BOTH
      for wrong, said in (
          ("np.where(u > rate, 0, X / (1 - rate))", "kept and dropped have changed places"),
          ("np.where(u >= rate, 0, X / (1 - rate))", "kept and dropped have changed places"),
          ("np.where(u > rate, 0, X / rate)", "the share that is kept"),
          ("np.where(u < 1 - rate, X / (1 - rate), 0)", "u < 1 - rate"),
          ("np.where(u <= 1 - rate, X / (1 - rate), 0)", "u < 1 - rate"),
          ("np.where(u > 1 - rate, X / (1 - rate), 0)", "is compared with 1 - rate"),
      )),
    ("14", FLIP, (", axis=2", ""), "np.flip without an axis"),
    ("14", CROP, ("height, width, x.sh", "width, height, x.sh"),
     ("top + height, left : left + width", "top + width, left : left + height"),
     "height and width have changed places"),
    ("14", CROP, ("height, width, x.sh", "width, height, x.sh"), "height and width have changed places"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize(
    "number, text, edits, said", [(number, text, edits, said) for number, text, *edits, said in NAMED]
)
def test_natural_code_meets_its_classic_mistake(number, text, edits, said):
    hears(number, edited(text, edits), said)
