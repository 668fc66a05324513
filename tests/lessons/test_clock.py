"""Times are right on a clock that ticks slowly, and threads are afterwards as many as before."""

from types import SimpleNamespace

import numba
import pytest

from lessons.harness import clock
from minicnn.kernels import threads


@pytest.mark.parametrize("ticks", [64, 10**7])  # a second: Windows' clock of the processor, and Linux'
@pytest.mark.parametrize("takes", [0.0001, 0.003, 0.05, 0.7])
def test_a_short_call_is_timed_on_a_clock_that_ticks_slowly(ticks, takes, monkeypatch):
    now = 0.01

    def work():
        nonlocal now
        now += takes

    monkeypatch.setattr(clock, "time", SimpleNamespace(process_time=lambda: int(now * ticks) / ticks))
    assert clock.processor_seconds(work) == pytest.approx(takes, rel=0.25)


def test_the_best_of_some_calls_counts(monkeypatch):
    now, slow = 0.0, iter([9, 5, 3, 4, 8, 7])

    def work():
        nonlocal now
        now += next(slow)

    monkeypatch.setattr(clock, "time", SimpleNamespace(perf_counter=lambda: now))
    assert clock.seconds(work) == 3  # of the five after the first, which warms up


def test_threads_are_put_back_also_after_an_error():
    most = numba.config.NUMBA_NUM_THREADS
    threads.set_num_threads(most)
    numba.set_num_threads(most)
    with pytest.raises(RuntimeError), clock.one_thread():
        assert threads.get_num_threads() == numba.get_num_threads() == 1
        raise RuntimeError
    assert threads.get_num_threads() == numba.get_num_threads() == most
