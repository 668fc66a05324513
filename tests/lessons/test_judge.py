"""What is said of a wrong result, and that it is true."""

from types import SimpleNamespace

import numpy as np
import pytest
from verdicts import one_task, run, twice, verdict_of

from lessons.harness import compare, explain, judge, message, tasks
from lessons.harness.child import perform
from lessons.harness.runner import Functions
from lessons.harness.tasks import Case, Task, Wrong


def test_an_alias_of_the_argument_is_refused():
    def same(x):
        return x

    assert run(lambda x: x, answer=same_copy).first.about == "alias"
    assert run(lambda x: x[:], answer=same_copy).first.about == "alias"
    assert run(lambda x: x + 0, answer=same_copy).passed
    assert run(same, answer=same_copy, views=True).passed


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_arrays_with_rules_of_their_own_are_refused():
    for own in (np.ma.asarray, lambda y: y.view(np.recarray), lambda y: np.asmatrix(y).T):
        verdict = run(lambda x, own=own: own(2 * x))
        assert verdict.first.about == "value" and "np.asarray(...)" in verdict.first.problem


def same_copy(x):
    return x.copy()


@pytest.mark.parametrize("name", ["dropout_forward", "dropout_backward"])
@pytest.mark.parametrize("seed", [0, 1])
def test_new_dice_are_noticed(name, seed):
    lesson = tasks.find("13")
    task, rng = lesson.task(name), np.random.default_rng(seed)

    def new_dice(x, u, *rest):
        return task.right(x, rng.random(u.shape).astype(u.dtype), *rest)

    verdict = verdict_of(lesson, task, new_dice)
    text = " ".join(message.text(verdict))
    assert not verdict.passed and verdict.looks_like == ""
    assert "called again with the same arguments, yours returns something else" in text


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="only x86 has numbers of 10 bytes")
def test_bytes_that_say_nothing_are_no_dice():
    """A long double has some between its numbers."""
    for dtype in (np.longdouble, np.clongdouble):
        one, other = (np.array([0.5, np.nan, 0, -2], dtype) for _ in range(2))
        for a, filling in ((one, 0), (other, 255)):
            a.view(np.uint8).reshape(-1, 16)[:, 10:] = filling
        assert one.tobytes() != other.tobytes() and compare.same_bits(one, other)
        for numbers in (-other, abs(other), other.astype(np.complex128), other * [1, 1, -1, 1]):
            assert not compare.same_bits(one, numbers)
    assert not compare.same_bits(other, other.conj())  # 0 and -0 in the imaginary part


def test_a_patched_answer_is_noticed():
    namespace = {}
    exec("def twice(x):\n    return x", namespace)
    with pytest.raises(ValueError, match="was replaced: restart Python"):
        one_task(answer=namespace["twice"])


@pytest.mark.parametrize("factor", [0.999, 1.001])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_thousandth_is_a_difference(factor, dtype, rng):
    a = rng.standard_normal((3, 4)).astype(dtype)
    assert compare.difference(a, a.copy(), "y", dtype) == ""
    assert "12 of 12 numbers wrong" in compare.difference(a * a.dtype.type(factor), a, "y", dtype)
    assert compare.constant_ratio(a * a.dtype.type(factor), a) == pytest.approx(factor, rel=1e-5)


def test_nan_is_never_right():
    wanted = np.ones(3)
    assert "nan" in compare.difference(np.array([1, np.nan, 1.0]), wanted, "y", "float64")


def test_perform_returns_what_was_printed():
    reply = perform(lambda x: print("hello"), {"x": 1}, set(), 5)
    assert reply["printed"] == "hello\n" and reply["value"] is None


def test_what_came_in_is_said_only_of_its_own_type():
    bytes_, whole = np.zeros(2, np.uint8), np.zeros(2, np.int64)
    assert compare.difference(whole, bytes_, "which", "float32") == "which: expected uint8, got int64"


def test_an_error_is_no_mistake_of_the_list_for_being_of_its_type():
    def other(x):
        raise ValueError("another reason")

    def listed(x):
        raise ValueError("the reason")

    wrong = [Wrong("that one.", function=listed)]
    assert run(listed, wrong=wrong).looks_like == "that one."
    assert run(other, wrong=wrong).looks_like == ""


def test_one_ratio_is_said_only_where_it_holds_in_every_case():
    def mostly(x):
        if len(x) == 2:
            raise ValueError("var(1)")
        return 3 * x

    assert run(lambda x: 3 * x).ratio == "y is 1.5 times the right one everywhere"
    assert run(mostly).ratio == ""
    assert run(lambda x: 3 * x if len(x) > 3 else x + 7).ratio == ""  # wrong everywhere, by 3/2 in most
    assert run(lambda x: 3 * x if len(x) > 3 else 2 * x).ratio == ""  # right in the others
    assert run(lambda x: np.full_like(x, 3)).ratio == ""


def test_a_right_zero_does_not_hide_the_ratio():
    cases = [Case("numbers", {"x": x}) for x in (np.zeros(3), np.ones(3), np.ones(1))]
    task = Task("twice", twice, cases, ("y",))
    verdict = judge.check_task(SimpleNamespace(number="00"), task, Functions([lambda x: 4 * x], ["twice"]))
    assert verdict.ratio == "y is 2 times the right one everywhere: counted twice?"


@pytest.mark.parametrize("number, name, said", [
    ("02", "softmax", ""),  # nothing there is divided by N
    ("02", "linear_forward", ""),
    ("03", "sgd_step", ""),
    ("03", "softmax_crossentropy", "loss is 0.50 times the right one here, 1/N times everywhere"),
    ("05", "dense_backward", "times the right one here, 1/N times everywhere: divided by N once too often?"),
])  # fmt: skip
def test_divided_by_n_is_said_of_what_is_divided_by_n(number, name, said):
    lesson = tasks.find(number)
    task = lesson.task(name)

    def divided(*args):
        value, N = task.right(*args), len(args[0])
        divide = lambda v: (np.asarray(v) / N).astype(np.asarray(v).dtype)[()]  # noqa: E731
        return tuple(map(divide, value)) if len(task.returns) > 1 else divide(value)

    ratio = verdict_of(lesson, task, divided).ratio
    assert said in ratio and ("divided by N" in ratio) is bool(said)


def test_a_factor_is_said_only_of_what_is_one():
    explained = {"explain": explain.reads("x")}
    assert run(lambda x: 3 * x, **explained).explanation == "y[0] multiplies x[0] by 2; yours by 3"
    for bent in (lambda x: x**2, lambda x: (x - 1) ** 3):  # steps of 1 and -1 move the second alike
        assert run(bent, **explained).explanation == ""


def test_a_forgotten_division_is_called_that():
    lesson = tasks.find("02")
    forgets = lambda z: np.exp(z - z.max(axis=1, keepdims=True))  # noqa: E731
    verdict = verdict_of(lesson, lesson.task("softmax"), forgets)
    assert verdict.looks_like == "the rows are not divided by their sum."


def test_what_is_read_is_said_only_where_it_is_known():
    explained = {"explain": explain.reads("x")}
    assert "yours does not" in run(lambda x: 0 * x, **explained).explanation
    assert run(lambda x: np.nan * x, **explained).explanation == ""


@pytest.mark.parametrize("noise", [1, 1e-3])
@pytest.mark.parametrize("how", [np.add, np.multiply])
def test_of_what_is_drawn_at_random_nothing_else_is_said(noise, how):
    """What it reads, or by what it differs, would be found out by calling it: and be another at each call."""
    dice = np.random.default_rng(0)
    drawn = run(lambda x: how(x, np.float32(1 + noise * dice.random())), explain=explain.reads("x"))
    assert "returns something else" in drawn.explanation
    assert not drawn.looks_like and not drawn.ratio
    assert run(lambda x: np.full(x.shape, np.nan, x.dtype)).explanation == ""  # a NaN is a NaN again


@pytest.mark.parametrize("std", ["np.maximum(std, 1)", "np.where(std > 1, std, 1)"])
def test_a_small_standard_deviation_is_none_of_1(std):
    lesson = tasks.find("01")
    task = lesson.task("standardize")
    wrong = Wrong("", [("np.where(std > 0, std, 1)", std)])
    verdict = verdict_of(lesson, task, task.wrong_function(wrong))
    assert not verdict.passed
    assert verdict.looks_like.startswith("a standard deviation below 1 is taken for 1")


@pytest.mark.parametrize("name", ["lenet5", "vgg_cifar"])
def test_an_activation_may_be_a_layer(name):
    lesson = tasks.find("16")
    task = lesson.task(name)
    relu, softmax = ', activation="relu")', ', activation="softmax")'
    by_itself = [(relu, "), layers.ReLU()"), (softmax, "), layers.Softmax()")]
    if name == "vgg_cifar":
        by_itself = [
            ("network.add(layers.Conv2D(filters, 3, **same))",
             "network.add(layers.Conv2D(filters, 3, **same)); network.add(layers.ReLU())"),
            ('"activation": "relu", ', ""),
        ]  # fmt: skip
    verdict = verdict_of(lesson, task, task.wrong_function(Wrong("", by_itself)))
    assert verdict.passed, message.text(verdict)


def test_no_more_is_said_of_a_network_than_is_true():
    lesson = tasks.find("16")
    task = lesson.task("lenet5")
    first_only = Wrong("", [("(6, 5, activation=\"relu\")", "(6, 5)")])
    verdict = verdict_of(lesson, task, task.wrong_function(first_only))
    assert not verdict.passed and "layer 1 is Conv2D" in verdict.first.problem
    assert verdict.looks_like == ""
