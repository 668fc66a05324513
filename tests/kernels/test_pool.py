"""The team of threads: every call once, whoever comes late, and errors are not lost."""

import ctypes
import threading
import time

import numpy as np
import pytest
from agreement import NEEDS_COMPILATION, run_python

from minicnn.kernels import pool, threads
from minicnn.kernels.jit import jit
from minicnn.kernels.parallel import parallel_jit, share


@jit
def _count(index, times, numbers, factor):
    times[index] += 1
    numbers[index] = index * factor


@jit
def count_calls_with(box, calls, times, numbers, factor):
    share(box, calls, _count, (times, numbers, factor))


@parallel_jit
def count_calls(box, calls, times, numbers, factor):
    share(box, calls, _count, (times, numbers, factor))


@pytest.mark.parametrize("calls", [0, 1, 2, 7, 1000])
def test_every_call_is_made_once(calls):
    times, numbers = np.zeros(calls, np.int64), np.zeros(calls)
    for round_ in range(1, 200):
        count_calls(calls, times, numbers, 0.5 * round_)
        assert (times == round_).all()
        np.testing.assert_array_equal(numbers, np.arange(calls) * 0.5 * round_)


def test_helpers_that_sleep_are_no_harm_and_come_back():
    times, numbers = np.zeros(64, np.int64), np.zeros(64)
    for round_ in range(1, 6):
        with threads.team():
            count_calls(64, times, numbers, 1.0)
            time.sleep(0.02)  # far beyond their patience
            count_calls(64, times, numbers, 1.0)
        assert (times == 2 * round_).all()


def test_a_box_without_helpers_is_worked_off_alone():
    times, numbers = np.zeros(9, np.int64), np.zeros(9)
    count_calls_with(pool.new_box(), 9, times, numbers, 1.0)
    assert (times == 1).all()


def test_many_python_threads_at_once():
    """One has the helpers, the others work alone: none takes another's calls."""
    wrong = []

    def work(factor):
        times, numbers = np.zeros(50, np.int64), np.zeros(50)
        for round_ in range(1, 300):
            count_calls(50, times, numbers, factor)
            if not ((times == round_).all() and (numbers == np.arange(50) * factor).all()):
                wrong.append(factor)

    everybody = [threading.Thread(target=work, args=(float(k),)) for k in range(4)]
    for each in everybody:
        each.start()
    for each in everybody:
        each.join()
    assert wrong == []


@jit
def _fail(index, limit):
    if index == limit:
        raise MemoryError("no")


@parallel_jit
def fails_at(box, calls, limit):
    share(box, calls, _fail, (limit,))


@NEEDS_COMPILATION
def test_an_error_in_a_block_is_an_error_of_the_kernel():
    fails_at(10, 99)
    for limit in (0, 5, 9):
        with pytest.raises(RuntimeError, match="a block of a kernel failed, perhaps for want of memory"):
            fails_at(10, limit)
    fails_at(10, 99)


@jit
def _scale(index, x, out):
    out[index] = 2 * x[index]


@parallel_jit
def doubled(box, out):
    x = np.arange(out.size) + 0.5  # of this function's own: nobody else keeps it alive
    share(box, out.size - 2, _scale, (x[2:].copy(), out[:-2]))


def test_arrays_made_on_the_way_live_as_long_as_the_work():
    for _ in range(200):
        out = np.zeros(4000)
        doubled(out)
        np.testing.assert_array_equal(out[:-2], 2 * np.arange(2, 4000) + 1)


@NEEDS_COMPILATION
def test_who_waits_lets_others_through_now_and_then():
    let_through = []

    @ctypes.CFUNCTYPE(ctypes.c_int)
    def give_way():
        let_through.append(1)
        return 0

    box = pool.new_box()
    assert box[pool.GIVE_WAY] != 0
    box[pool.GIVE_WAY] = ctypes.cast(give_way, ctypes.c_void_p).value
    pool.stand_by(box, 1)  # nobody comes
    assert len(let_through) == 3_000_000 // 2**14  # every few microseconds of a millisecond or so


def test_the_interpreter_ends_while_helpers_stand_by():
    script = """
import numpy as np
import minicnn as mc
mc.layers.Dense(300).forward(np.ones((4, 200)))
print("done")
"""
    for _ in range(3):
        assert run_python(script, NUMBA_NUM_THREADS="4").split() == ["done"]


def test_a_box_has_a_place_for_everyone_and_no_two_in_lines_that_come_together():
    """Lines of 64 bytes come in pairs: two threads that write to one would wait for each other."""
    places = [pool.OPEN, pool.ENTRY, pool.ARGS, pool.COUNT, pool.PARTS, pool.RUNNING, pool.FAILED,
              pool.HELPERS, pool.READY, pool.GIVE_WAY, pool.NEXT]  # fmt: skip
    assert places == [16 * k for k in range(11)]
    for helpers in (0, 1, 5):
        box = pool.new_box(helpers)
        assert box.dtype == np.int64 and box.size == pool.NEXT + 16 * (helpers + 1)
        assert [*np.flatnonzero(box)] == [pool.GIVE_WAY]
    assert pool.new_box().size == pool.NEXT + 16


@jit
def _note(index, order, next_):
    order[next_[0]] = index
    next_[0] += 1


@jit
def notes_order(box, calls, order, next_):
    share(box, calls, _note, (order, next_))


@NEEDS_COMPILATION
@pytest.mark.parametrize("calls", [0, 1, 3, 4, 10])
def test_everyone_has_an_even_part_of_the_calls_and_takes_what_others_leave(calls):
    """Three helpers are said to stand by and none does: who calls does its own part, then theirs."""
    box, order, next_ = pool.new_box(3), np.zeros(calls + 9, np.int64), np.zeros(1, np.int64)
    box[pool.HELPERS] = 3
    notes_order(box, calls, order, next_)
    assert next_[0] == calls and [*order[:calls]] == [*range(calls)]
    assert [box[place] for place in (pool.OPEN, pool.COUNT, pool.PARTS, pool.RUNNING)] == [0, calls, 4, 0]
    behind = [box[pool.NEXT + 16 * part] for part in range(4)]  # one look too many tells that a part is done
    assert behind == [(part + 1) * calls // 4 + 1 for part in range(4)]
