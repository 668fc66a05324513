"""What numba's compiler says, made short (lessons/harness/refusals.py)."""

import numba
import numpy as np
import pytest

from lessons.harness import refusals


def test_the_line_is_found_in_the_words_of_the_compiler_too(tmp_path):
    work = tmp_path / "a work (mine).py"
    work.write_text("\n\n    print(f'{n:>5}')\n", encoding="utf-8")
    for place in (f"{work} (3)", "None"):
        error = ValueError(f"format spec in f-strings not supported yet. Raised from {place}")
        assert refusals.words(error) == refusals.CANNOT + "format spec in f-strings not supported yet"
        found = [[3, "", "print(f'{n:>5}')"]] if place != "None" else []
        assert refusals.frame(error, {str(work)}) == found
        assert refusals.frame(error, {"another.py"}) == []


def test_long_messages_of_the_compiler_become_one_sentence():
    error = ValueError(
        "\x1b[1mFailed in nopython mode pipeline (step: nopython frontend)\n\x1b[0m"
        "No implementation of function Function(add)\n >>> add(float32, unicode_type)\n \n"
        "There are 20 candidate implementations:\n"
    )
    assert refusals.words(error) == "numba cannot compile this: it knows no add(float32, unicode_type)"


def test_a_tuple_of_tuples_in_a_loop_on_all_threads():
    """numba refuses it in words about its own inside, and as a TypeError like any other."""

    @numba.njit(parallel=True)
    def shifted(x, padding):
        y = np.zeros_like(x)
        for i in numba.prange(len(x)):
            y[i] = x[i] + padding[0][0]
        return y

    with pytest.raises(TypeError) as refused:
        shifted(np.zeros(3), ((1, 1), (0, 0)))
    assert refusals.is_numba(refused.value)
    assert refusals.words(refused.value).endswith("no tuple of tuples: take it apart before the loop")
    assert not refusals.is_numba(TypeError("an error of one's own"))


@pytest.mark.slow  # compiles
def test_a_sum_of_arrays_of_different_axes_in_place():
    """With parallel=True numba refuses y += b in words about b's axes: what to write instead is said."""

    @numba.njit(parallel=True)
    def in_place(y, b):
        y += b
        return y

    @numba.njit(parallel=True)
    def as_told(y, b):
        y = y + b
        return y

    y, b = np.zeros((2, 3)), np.ones(3)
    assert as_told(y, b).sum() == 6
    with pytest.raises(numba.TypingError) as refused:
        in_place(y, b)
    said = refusals.words(refused.value)
    assert said.endswith(": 2 indices into a 1d array. Is it y += b, of arrays? Write y = y + b")


@pytest.mark.parametrize("call, more", [
    ("getitem(array(float32, 1d, C), UniTuple(uint64 x 2))", True),
    ("getitem(readonly array(float32, 1d, C), UniTuple(uint64 x 4))", True),  # b is a global of work.py
    ("getitem(array(float32, 2d, C), UniTuple(uint64 x 2))", False),  # as many as it has axes
    ("getitem(array(float32, 1d, C), UniTuple(int64 x 2))", False),  # b[i, j], as written
])  # fmt: skip
def test_it_is_said_of_indices_that_numba_wrote(call, more):
    said = refusals.words(ValueError(f">>> {call}"))
    assert said.startswith(f"{refusals.CANNOT}it knows no {call}") and ("Write y = y + b" in said) is more
