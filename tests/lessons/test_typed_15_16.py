"""Answers to lessons 15 and 16 as learners type them: which must not pass, and what is said of them."""

import pytest
from verdicts import edited, hears, passes, verdict_on_text

from lessons.harness import message, tasks

MATRIX = """
def confusion_matrix(y_true, y_pred, classes):
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (y_true, y_pred), 1)
    return counts
"""
TOP = """
def top_mistakes(counts, most):
    c = counts.copy()
    np.fill_diagonal(c, 0)
    order = np.argsort(-c, axis=None, kind="stable")
    order = order[c.ravel()[order] > 0][:most]
    return np.stack([order // len(c), order % len(c), c.ravel()[order]], axis=1)
"""
BY_SORT = """
def top_mistakes(counts, most):
    K = len(counts)
    rows = [(counts[i, j], KEY) for i in range(K) for j in range(K) if i != j and counts[i, j]]
    rows.sort(reverse=True)
    return np.array([(i, j, c) for c, KEY in rows[:most]], np.int64).reshape(-1, 3)
"""

RIGHT = [("15", MATRIX), ("15", TOP)]


@pytest.mark.parametrize("number, text", RIGHT)
def test_a_right_answer_passes(number, text):
    passes(number, text)


# ---------------------------------------------------------------- what must not pass

KEYS = ("np.argsort(-c,", "np.argsort(np.arange(c.size).reshape(c.shape) - c.astype(np.float32) * c.size,")
IN_WORDS = """    words = [f"{i}{j}" for i, j in zip(y_true, y_pred)]
    for i, j in np.ndindex(counts.shape):
        counts[i, j] = words.count(f"{i}{j}")"""
REFUSED = [
    ("15", MATRIX, ("return counts", "return (counts / len(y_true) * len(y_true)).astype(int)")),
    ("15", MATRIX, ("    np.add", "    kept = (y_true < 20) & (y_pred < 20)\n    np.add"),
     ("y_true, y_pred)", "y_true[kept], y_pred[kept])")),
    ("15", MATRIX, ("    np.add.at(counts, (y_true, y_pred), 1)", IN_WORDS)),
    ("15", TOP, ("[:most]", "[: min(most, 10)]")),
    ("15", TOP, ("counts.copy()", "counts.astype(np.int16)"), ("axis=1)", "axis=1).astype(np.int64)")),
    ("15", TOP, KEYS),
]  # fmt: skip


@pytest.mark.parametrize("number, text, edits", [(number, text, edits) for number, text, *edits in REFUSED])
def test_what_is_wrong_in_rare_cases_only_is_refused(number, text, edits):
    assert verdict_on_text(number, edited(text, edits)).first.about == "value"


# ---------------------------------------------------------------- what has a name

NAMED = [
    *(("15", MATRIX, ("np.int64", small), ("return counts", "return counts.astype(int)"), "two bytes")
      for small in ("np.int16", "np.uint16")),
    ("15", TOP, (', kind="stable"', ""), 'kind="stable"'),
    ("15", BY_SORT.replace("KEY", "j, i"), "reverse=True"),
    ("15", BY_SORT.replace("KEY", "i, j"), "of equally frequent ones the last comes first"),
    *(("15", MATRIX, ("np.int64", f"np.{other}"), "counts has another type than int64")
      for other in ("int32", "uint32", "uint64")),
    ("15", MATRIX, ("np.int64", "np.uint16"), "two bytes"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # nan / nan is no error for a learner
@pytest.mark.parametrize(
    "number, text, edits, said", [(number, text, edits, said) for number, text, *edits, said in NAMED]
)
def test_natural_code_meets_its_classic_mistake(number, text, edits, said):
    hears(number, edited(text, edits), said)


# ---------------------------------------------------------------- networks


def network(name, *edits):
    """The verdict on the model answer of lesson 16, edited."""
    text = edited(tasks.find("16").task(name).code(), edits)
    return verdict_on_text("16", f"import minicnn as mc\nfrom minicnn import layers\n{text}")


def test_what_was_not_trained_is_not_said_to_learn_nothing():
    for edit in (('"relu"', '"tanh"'), ("classes=10", "classes=4")):
        shown = " ".join(message.text(network("lenet5", edit)))
        assert "not tried yet: 1" in shown and "learns" not in shown


def test_that_weights_begin_by_default_is_asked_for_and_looked_at():
    verdict = network("lenet5", ('"relu"', '"relu", kernel_initializer="he_normal"'))
    assert "begin as HeNormal; expected GlorotUniform, which is the default" in verdict.first.problem
    exercise = " ".join((tasks.find("16").folder / "exercise.py").read_text(encoding="utf-8").split())
    assert "at their default, except where a docstring asks for a kernel_initializer" in exercise


@pytest.mark.parametrize("name", ["alexnet_cifar", "vgg_cifar"])
def test_he_normal_where_it_is_not_asked_for_is_refused(name):
    hidden = 'Dense(256, activation="relu"'
    verdict = network(name, (hidden, f'{hidden}, kernel_initializer="he_normal"'))
    assert "begin as HeNormal; expected GlorotUniform" in verdict.first.problem
    assert "he_normal is asked of the convolutions" in verdict.looks_like
