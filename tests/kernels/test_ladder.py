"""The table of rungs: checked before it is timed, and honest about what did not run."""

import numpy as np
import pytest

from minicnn.kernels import conv2d_direct, ladder, winograd

USUAL = ladder.CALLS


@pytest.fixture(autouse=True)
def _once(monkeypatch):
    """One call a rung: the figures do not matter here."""
    monkeypatch.setattr(ladder, "CALLS", 1)


@pytest.mark.parametrize("name", ladder.OPERATIONS)
def test_all_rungs_agree_with_the_definition(name):
    for _, rungs, problem, small, *_ in ladder.OPERATIONS[name]:
        errors = dict(ladder.differences(rungs, problem, small))
        assert list(errors) == [rung for rung, *_ in rungs[1:]]
        assert all(error <= ladder.AGREE for error in errors.values()), errors


def test_convolution_climbs_to_the_fourth_rung():
    for _, rungs, *_ in ladder.OPERATIONS["conv2d"]:
        names = [name for name, *_ in rungs]
        assert names == ["definition", "one matrix product", "compiled", "less arithmetic"]


def line_of(text, name):
    return next(line for line in text.splitlines() if line.startswith(f"  {name}") and line.count(".") > 2)


def test_what_is_timed_was_checked():
    """The small problem has the tiles, and goes the direct way, if the layers in use do."""
    for *_, small, in_use in ([*each[:4], used] for name in ("conv2d", "winograd")
                              for each in ladder.OPERATIONS[name] for used in each[4:]):  # fmt: skip
        tiles, direct = set(), []
        for (_, H, W, C, F, K, S), itemsize in ((small, 8), (in_use, 4)):
            tiles.add(winograd.best_tiles((K, K, C, F), (S, S), -(-H // S), -(-W // S))[0])
            direct.append(conv2d_direct.neighbours((K, K, C, F), S, -(-W // S), itemsize) > 0)
        assert len(tiles) == 1
        assert direct[0] >= direct[1]


def test_a_table_may_be_laid_beside_one_of_last_year():
    """The problems stay as they are: first the small one, then layers that somebody uses."""
    said = {
        name: [[problem(lambda *shape: np.zeros(shape), *sizes)[0] for sizes in problems]
               for _, _, problem, *problems in tables]
        for name, tables in ladder.OPERATIONS.items()
    }  # fmt: skip
    assert said == {
        "conv2d": [["2 pictures 9 x 7 x 8, 8 filters 3 x 3, strides 1",
                    "32 pictures 16 x 16 x 32, 32 filters 5 x 5, strides 2",
                    "32 pictures 16 x 16 x 64, 64 filters 3 x 3, strides 1"],
                   ["2 pictures 9 x 7 x 3, 32 filters 3 x 3, strides 1",
                    "32 pictures 32 x 32 x 3, 32 filters 3 x 3, strides 1"]],
        "dense": [["8 rows of 64, 32 units", "32 rows of 2048, 512 units"]],
        "pooling": [["8 pictures 16 x 14 x 16, windows 2 x 2"]] * 2,
        "batchnorm": [["500 pixels, 8 channels", "32768 pixels, 64 channels"]],
        "winograd": [["2 pictures 7 x 9 x 4, 8 filters 5 x 5, strides 2",
                      "32 pictures 16 x 16 x 32, 128 filters 5 x 5, strides 2"],
                     ["2 pictures 9 x 8 x 4, 8 filters 5 x 5, strides 1",
                      "32 pictures 32 x 32 x 32, 64 filters 5 x 5, strides 1"]],
        "softmax": [["32 pictures, 100 classes"]],
    }  # fmt: skip


def test_every_class_is_the_right_one_in_turn():
    """Of fewer pictures than classes, and of more."""
    for N, K in [(2, 5), (7, 3)]:
        _, (logits, targets), _ = ladder.classes(lambda *shape: np.ones(shape, np.float32), N, K)
        assert logits.shape == targets.shape == (N, K) and targets.dtype == logits.dtype
        assert [list(np.flatnonzero(row)) for row in targets] == [[n % K] for n in range(N)]
        assert targets.max() == 1


def test_the_windows_of_pooling_are_2_x_2_and_lie_side_by_side():
    text, (x, *how), backward = ladder.windows(lambda *shape: np.ones(shape), 2, 6, 8, 3)
    assert text == "2 pictures 6 x 8 x 3, windows 2 x 2" and x.shape == (2, 6, 8, 3)
    assert how == [(2, 2), (2, 2)]
    assert [np.shape(each) for each in backward(np.ones((2, 3, 4, 3)))[:1]] == [(2, 3, 4, 3)]


def test_the_table_of_a_ladder(capsys):
    assert ladder.main(["dense"]) == 0
    said = capsys.readouterr().out
    small, layer = said.split("8 rows of 64, 32 units")[1].split("32 rows of 2048, 512 units")
    for table, first in ((small, "definition"), (layer, "one matrix product")):
        name, forward, backward, faster = line_of(table, first).rsplit("x  ", 1)[0].rsplit(maxsplit=3)
        assert name.strip() == first and float(faster) == 1
        assert float(forward) > 0 and float(backward) > 0
    assert "  definition                     -            -         -\n" in layer  # neither run nor guessed


def sums(factor, calls=None):
    """A rung that gives ``factor`` times the sum, or a NaN."""

    def forward(x):
        if calls is not None:
            calls.append(x.dtype)
        return x.sum(keepdims=True) * factor

    return forward, lambda x, dy: dy * factor + 0 * x


def problem(draw, N):
    x = draw(N)
    return f"{N} numbers", (x,), lambda y: (x, draw(*y.shape))


@pytest.mark.parametrize("factor", [1 + 1e-8, -1, float("nan")])
def test_a_rung_that_is_wrong_is_named(factor, monkeypatch, capsys):
    rungs = (("definition", *sums(1)), ("wrong", *sums(factor)), ("right", *sums(1)))
    monkeypatch.setitem(ladder.OPERATIONS, "dense", [("sums", rungs, problem, (5,))])
    assert ladder.main(["dense"]) == 1
    wrong = [line for line in capsys.readouterr().out.splitlines() if "WRONG" in line]
    assert len(wrong) == 1 and wrong[0].startswith("  wrong") and "expected at most 1e-10" in wrong[0]


def test_a_rung_whose_gradient_alone_is_nan_is_wrong():
    right = sums(1)[0]
    rungs = (("definition", *sums(1)), ("wrong", right, sums(float("nan"))[1]))
    assert np.isnan(dict(ladder.differences(rungs, problem, (5,)))["wrong"])


def test_the_definition_climbs_the_small_problem_alone():
    calls = []
    rungs = (("definition", *sums(1, calls)), ("fast", *sums(1)))
    assert ladder.show("sums", rungs, problem, (5,), (500,), (700,))
    assert calls.count(np.float32) == 1 and calls.count(np.float64) == 2  # timed; its dy is drawn, checked


def test_bars_are_as_long_as_the_times():
    times = {"definition": [0.3, 0.1], "fast": [0.1, 0.1], "faster": [1e-9, 1e-9]}
    header, *lines = ladder.table([*times, "refused"], times)
    assert "forward" in header
    assert [(line.count("#"), line.rpartition("x")[2].count(".")) for line in lines[:3]] == [
        (30, 10), (10, 10), (1, 1)
    ]  # fmt: skip
    _, alone = ladder.table(["definition"], {"definition": [0.7]})
    assert alone.count("#") == ladder.WIDTH == 40
    assert ["1.0 x" in lines[0], "2.0 x" in lines[1], lines[3].split()] == [True, True, ["refused", *"---"]]


def test_an_operation_that_is_none(capsys):
    with pytest.raises(SystemExit):
        ladder.main(["conv3d"])
    said = capsys.readouterr().err
    assert "invalid choice: 'conv3d'" in said and "conv2d" in said


def test_the_fastest_of_20_calls_counts(monkeypatch):
    monkeypatch.setattr(ladder, "CALLS", USUAL)
    calls, clock = [], iter(np.cumsum([0, 5, 0, 3, 0, 4, *[0, 9] * 17]))
    usual = list(ladder.timeit.repeat.__defaults__)
    usual[2] = lambda: next(clock)  # the timer
    monkeypatch.setattr(ladder.timeit.repeat, "__defaults__", tuple(usual))
    assert ladder.seconds(lambda *each: calls.append(each), (1, 2)) == 3
    assert calls == [(1, 2)] * 20
